/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define INSN_SIZE sizeof(struct bpf_insn)

/* Kinds of relocations that LLVM makes; names for them differ between C libraries. */
enum { RELOC_ADDRESS = 1, RELOC_CALL = 10 };

/* ---- the object file ---- */

/* Offset and length of the relocations for CO-RE are the seventh and eighth word of its head. */
static bool has_core_relos(const struct elf_view *v, unsigned ext)
{
	const uint32_t *head = elf_data(v, ext);

	return v->sections[ext].sh_offset % 4 == 0 &&
	       v->sections[ext].sh_size >= 8 * sizeof(*head) && head[1] % 4 == 0 &&
	       head[6] % 4 == 0 &&
	       (uint64_t)head[1] + head[6] + head[7] <= v->sections[ext].sh_size;
}

static int read_elf(struct linker *l, const struct kernel_image *image, struct err *e)
{
	const struct elf_view *v = &l->elf;
	bool is_ours = elf_view_init(&l->elf, image->start, image->end - image->start);

	if (is_ours) {
		l->btf = elf_find(v, ".BTF");
		l->ext = elf_find(v, ".BTF.ext");
	}
	if (!is_ours || !l->btf || v->sections[l->btf].sh_offset % 4 || !l->ext ||
	    !has_core_relos(v, l->ext))
		return err_set(e, EINVAL, "the programs are not what clang makes");
	for (unsigned i = 1; i < v->n_sections; i++) {
		if (!elf_is_code(v, i))
			continue;
		l->texts[i] = xreallocarray(NULL, v->sections[i].sh_size, 1);
		memcpy(l->texts[i], elf_data(v, i), v->sections[i].sh_size);
	}
	return 0;
}

/* ---- functions ---- */

/* Parameters of a function, from our own BTF. */
static uint32_t count_params(const struct btf_view *v, const char *name)
{
	for (uint32_t id = 1; id < v->n; id++) {
		const struct btf_type *t = btf_type_at(v, id);

		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC &&
		    !strcmp(btf_name(v, t->name_off), name))
			return BTF_INFO_VLEN(btf_type_at(v, t->type)->info);
	}
	return 0;
}

/* From the name of a section, "iter/task", to that of what calls its programs. */
static void name_hook(char *hook, size_t size, const char *section)
{
	if (!strncmp(section, "iter/", 5))
		snprintf(hook, size, "bpf_iter_%s", section + 5);
}

/* BTF of ours has types for functions of so many parameters. */
#define MAX_PARAMS 5

/* Whether a symbol is where there is code. */
static bool is_in_code(const struct linker *l, const Elf64_Sym *s)
{
	uint64_t size;

	if (s->st_shndx >= l->elf.n_sections || !l->texts[s->st_shndx])
		return false;
	size = l->elf.sections[s->st_shndx].sh_size;
	return s->st_value <= size && s->st_size <= size - s->st_value;
}

static bool read_funcs(struct linker *l)
{
	for (unsigned i = 0; i < l->elf.n_symbols; i++) {
		const Elf64_Sym *s = &l->elf.symbols[i];
		const char *name = elf_symbol_name(&l->elf, s);
		struct link_func *f;

		if (ELF64_ST_TYPE(s->st_info) != STT_FUNC || !s->st_shndx)
			continue;
		if (!is_in_code(l, s))
			return false;
		f = array_add(&l->funcs);
		*f = (struct link_func){
			.name = name,
			.section = s->st_shndx,
			.first = s->st_value / INSN_SIZE,
			.n = s->st_size / INSN_SIZE,
			.n_params = count_params(&l->own, name),
			.is_global = ELF64_ST_BIND(s->st_info) == STB_GLOBAL,
		};
		if (f->n_params > MAX_PARAMS)
			return false;
		name_hook(f->hook, sizeof(f->hook), elf_section_name(&l->elf, s->st_shndx));
	}
	return true;
}

/* The function that begins there; -1: none does. */
static int32_t func_at(const struct linker *l, unsigned section, uint32_t first)
{
	for (uint32_t i = 0; i < l->funcs.n; i++)
		if (l->funcs.items[i].section == section && l->funcs.items[i].first == first)
			return i;
	return -1;
}

/* ---- relocation ---- */

/* The CO-RE relocations of a section; `next` is the first byte behind them. */
struct core_part {
	unsigned section;
	const struct bpf_core_relo *relos;
	uint32_t n;
	const char *next;
};

/* The part at `at`, NULL for the first one; false at the end. */
static bool next_core_part(const struct linker *l, const char *at, struct core_part *p)
{
	const uint32_t *head = elf_data(&l->elf, l->ext);
	/* magic and version, hdr_len, then offset and length of func_info, line_info, core_relo */
	const char *begin = (const char *)head + head[1] + head[6], *end = begin + head[7];
	const uint32_t *part = (const uint32_t *)(at ? at : begin + sizeof(uint32_t));

	if ((const char *)(part + 2) > end ||
	    part[1] > (size_t)(end - (const char *)(part + 2)) / sizeof(*p->relos))
		return false;
	*p = (struct core_part){
		.section = elf_find(&l->elf, btf_name(&l->own, part[0])),
		.n = part[1],
		.relos = (const struct bpf_core_relo *)(part + 2),
	};
	p->next = (const char *)(p->relos + p->n);
	return true;
}

static void collect_names(struct linker *l)
{
	struct core_part p = {0};

	for (uint32_t i = 0; i < l->funcs.n; i++)
		if (*l->funcs.items[i].hook)
			core_name(&l->names, l->funcs.items[i].hook, BTF_KIND_FUNC);

	while (next_core_part(l, p.next, &p))
		for (uint32_t i = 0; i < p.n; i++)
			core_root(&l->names, &l->own, &p.relos[i]);
	for (unsigned i = 1; i < l->elf.n_sections; i++) {
		const Elf64_Rel *rels = elf_data(&l->elf, i);

		if (l->elf.sections[i].sh_type != SHT_REL || !l->texts[l->elf.sections[i].sh_info])
			continue;
		for (unsigned k = 0; k < l->elf.sections[i].sh_size / sizeof(*rels); k++) {
			const Elf64_Sym *s = elf_symbol_of(&l->elf, &rels[k]);

			if (s && !s->st_shndx)
				core_name(&l->names, elf_symbol_name(&l->elf, s), BTF_KIND_FUNC);
		}
	}
}

/* Whether the kernel has all its functions that the programs call. */
static int check_functions(struct linker *l, struct err *e)
{
	for (unsigned i = 1; i < l->elf.n_symbols; i++) {
		const char *name = elf_symbol_name(&l->elf, &l->elf.symbols[i]);

		if (!l->elf.symbols[i].st_shndx && !core_name(&l->names, name, BTF_KIND_FUNC)->n)
			return err_set(e, ENOSYS, "this kernel has no %s", name);
	}
	return 0;
}

static int map_fd(const struct linker *l, const char *name)
{
	for (unsigned i = 0; i < l->object->n_rows; i++)
		if (!strcmp(l->object->rows[i].map, name))
			return l->object->rows[i].fd;
	return -1;
}

/* A function of the kernel, if it has it. */
static void call_kernel(struct linker *l, struct bpf_insn *insn, const char *name)
{
	const struct btf_wanted *w = core_name(&l->names, name, BTF_KIND_FUNC);

	*insn = w->n ? (struct bpf_insn){.code = BPF_JMP | BPF_CALL,
					 .src_reg = BPF_PSEUDO_KFUNC_CALL,
					 .imm = w->ids[0]}
		     : core_poison();
}

/* Until the program is put together, a call has the number of the function. */
static int call_func(const struct linker *l, struct bpf_insn *insn, unsigned section,
		     uint32_t first)
{
	insn->src_reg = BPF_PSEUDO_CALL;
	insn->imm = func_at(l, section, first);
	return insn->imm < 0 ? -EINVAL : 0;
}

static int relocate(struct linker *l, const Elf64_Rel *rel, struct bpf_insn *insn)
{
	const Elf64_Sym *s = elf_symbol_of(&l->elf, rel);
	const char *name = s ? elf_symbol_name(&l->elf, s) : "";
	uint32_t type = ELF64_R_TYPE(rel->r_info);
	bool is_fit = type == RELOC_CALL ? insn->code == (BPF_JMP | BPF_CALL)
					 : insn->code == (BPF_LD | BPF_IMM | BPF_DW);

	if (!s || !is_fit)
		return -EINVAL;
	switch (type) {
	case RELOC_ADDRESS:
		insn[0].src_reg = BPF_PSEUDO_MAP_FD;
		insn[0].imm = map_fd(l, name);
		return insn[0].imm < 0 ? -EINVAL : 0;
	case RELOC_CALL:
		if (s->st_shndx)
			return call_func(l, insn, s->st_shndx,
					 s->st_value / INSN_SIZE + insn->imm + 1);
		call_kernel(l, insn, name);
		return 0;
	default:
		return -EINVAL;
	}
}

/* Relocations are in the order of their instructions. A call inside its section has none. */
static int relocate_section(struct linker *l, unsigned section)
{
	uint32_t n = l->elf.sections[section].sh_size / INSN_SIZE, at = 0, n_rels = 0;
	struct bpf_insn *insns = l->texts[section];
	const Elf64_Rel *rels = NULL;
	int err = 0;

	for (unsigned i = 1; i < l->elf.n_sections; i++) {
		if (l->elf.sections[i].sh_type != SHT_REL || l->elf.sections[i].sh_info != section)
			continue;
		rels = elf_data(&l->elf, i);
		n_rels = l->elf.sections[i].sh_size / sizeof(*rels);
	}
	for (uint32_t i = 0; i < n && !err; i++) {
		if (at < n_rels && rels[at].r_offset == i * INSN_SIZE)
			err = relocate(l, &rels[at++], &insns[i]);
		else if (insns[i].code == (BPF_JMP | BPF_CALL) &&
			 insns[i].src_reg == BPF_PSEUDO_CALL)
			err = call_func(l, &insns[i], section, i + insns[i].imm + 1);
	}
	return at == n_rels ? err : -EINVAL;
}

static int apply_core(struct linker *l, unsigned section, const struct bpf_core_relo *r)
{
	uint32_t n = l->texts[section] ? l->elf.sections[section].sh_size / INSN_SIZE : 0;
	uint32_t at = r->insn_off / INSN_SIZE;

	/* A load of 64 bits has two instructions. */
	if (at >= n || (BPF_CLASS(l->texts[section][at].code) == BPF_LD && at + 1 == n))
		return -EINVAL;
	core_apply(&l->names, &l->own, l->kernel, r, l->texts[section] + at);
	return 0;
}

static int relocate_all(struct linker *l, struct err *e)
{
	struct core_part p = {0};
	int err = 0;

	while (next_core_part(l, p.next, &p))
		for (uint32_t i = 0; i < p.n && !err; i++)
			err = apply_core(l, p.section, &p.relos[i]);
	for (unsigned i = 1; i < l->elf.n_sections && !err; i++)
		if (l->texts[i])
			err = relocate_section(l, i);
	return err ? err_set(e, -err, "the programs need what this loader cannot do") : 0;
}

int link_open(struct linker *l, const struct kernel_image *image, const struct kernel_object *o,
	      struct err *e)
{
	int err;

	*l = (struct linker){.object = o};
	err = read_elf(l, image, e);
	if (!err)
		err = btf_view_init(&l->own, elf_data(&l->elf, l->btf),
				    l->elf.sections[l->btf].sh_size, e);
	l->kernel = o->types ? o->types : &l->one;
	if (!err && !l->kernel->n)
		err = btf_view_kernel(l->kernel, e);
	if (err)
		return err;
	if (!read_funcs(l))
		return err_set(e, EINVAL, "the programs are not what clang makes");
	collect_names(l);
	if (l->names.list.n > LINK_MAX_NAMES)
		return err_set(e, EINVAL, "the programs are not what clang makes");
	btf_find(l->kernel, l->names.list.items, l->names.list.n);
	err = check_functions(l, e);
	return err ? err : relocate_all(l, e);
}

void link_close(struct linker *l)
{
	for (unsigned i = 0; i < ELF_MAX_SECTIONS; i++)
		free(l->texts[i]);
	free(l->funcs.items);
	free(l->names.list.items);
	btf_view_free(&l->own);
	btf_view_free(&l->one);
}

/* ---- programs ---- */

/* BTF of ours: an int, what takes 0..MAX_PARAMS of them, and then the functions. */
#define TYPE_INT     1
#define TYPE_PROTO   2
#define TYPE_FUNC(i) (TYPE_PROTO + MAX_PARAMS + 1 + (i))

static void add_func(struct linker *l, struct linked *p, uint32_t func)
{
	struct link_func *f = &l->funcs.items[func];

	f->at = p->insns.n;
	*array_add(&p->funcs) = (struct bpf_func_info){f->at, TYPE_FUNC(func)};
	for (uint32_t i = 0; i < f->n; i++)
		*array_add(&p->insns) = l->texts[f->section][f->first + i];
}

static bool is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
}

int link_program(struct linker *l, const char *name, struct linked *p, struct err *e)
{
	uint32_t main = 0;

	p->insns.n = p->funcs.n = 0;
	for (uint32_t i = 0; i < l->funcs.n; i++) {
		l->funcs.items[i].at = -1;
		if (!strcmp(l->funcs.items[i].name, name))
			main = i;
	}
	if (!l->funcs.n || strcmp(l->funcs.items[main].name, name))
		return err_set(e, EINVAL, "there is no program %s", name);
	p->hook = 0;
	if (*l->funcs.items[main].hook) {
		const struct btf_wanted *w =
			core_name(&l->names, l->funcs.items[main].hook, BTF_KIND_FUNC);

		if (!w->n)
			return err_set(e, ENOSYS, "this kernel has no %s", w->name);
		p->hook = w->ids[0];
	}
	add_func(l, p, main);
	/* What is added grows the program, so that its own calls are looked at, too. */
	for (uint32_t i = 0; i < p->insns.n; i++) {
		int32_t func = p->insns.items[i].imm;

		if (!is_call(&p->insns.items[i]))
			continue;
		if (l->funcs.items[func].at < 0)
			add_func(l, p, func);
		p->insns.items[i].imm = l->funcs.items[func].at - (int32_t)i - 1;
	}
	return 0;
}

void linked_free(struct linked *p)
{
	free(p->insns.items);
	free(p->funcs.items);
}

/* ---- BTF of ours ---- */

static void add_type(struct strbuf *out, uint32_t name, uint32_t kind, uint32_t vlen, uint32_t type)
{
	const struct btf_type t = {.name_off = name, .info = kind << 24 | vlen, .size = type};

	strbuf_add(out, (const char *)&t, sizeof(t));
}

static uint32_t add_name(struct strbuf *names, const char *name)
{
	uint32_t at = names->n;

	strbuf_add(names, name, strlen(name) + 1);
	return at;
}

void link_btf(const struct linker *l, struct strbuf *out)
{
	struct strbuf types = {0}, names = {0};
	uint32_t empty = add_name(&names, ""), word = add_name(&names, "int");
	const struct btf_param param = {.name_off = word, .type = TYPE_INT};
	const uint32_t encoding = BTF_INT_SIGNED << 24 | 32;
	struct btf_header h = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(h)};

	add_type(&types, word, BTF_KIND_INT, 0, sizeof(int));
	strbuf_add(&types, (const char *)&encoding, sizeof(encoding));
	for (uint32_t n = 0; n <= MAX_PARAMS; n++) {
		add_type(&types, empty, BTF_KIND_FUNC_PROTO, n, TYPE_INT);
		for (uint32_t i = 0; i < n; i++)
			strbuf_add(&types, (const char *)&param, sizeof(param));
	}
	for (uint32_t i = 0; i < l->funcs.n; i++) {
		const struct link_func *f = &l->funcs.items[i];

		add_type(&types, add_name(&names, f->name), BTF_KIND_FUNC,
			 f->is_global ? BTF_FUNC_GLOBAL : BTF_FUNC_STATIC,
			 TYPE_PROTO + f->n_params);
	}
	h.type_len = h.str_off = types.n;
	h.str_len = names.n;
	strbuf_add(out, (const char *)&h, sizeof(h));
	strbuf_add(out, types.s, types.n);
	strbuf_add(out, names.s, names.n);
	strbuf_free(&types);
	strbuf_free(&names);
}
