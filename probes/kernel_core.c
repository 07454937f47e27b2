/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_core.h"

#include <string.h>

/* Calls a helper that does not exist, as libbpf does: a number that is found in a log. */
#define POISON 195896080 /* 0xbad2310 */

struct btf_wanted *core_name(struct core_names *names, const char *name, uint32_t kind)
{
	const char *suffix = strstr(name, "___");
	uint32_t len = suffix ? (size_t)(suffix - name) : strlen(name);
	struct btf_wanted *w;

	for (uint32_t i = 0; i < names->list.n; i++) {
		w = &names->list.items[i];
		if (w->kind == kind && w->len == len && !memcmp(w->name, name, len))
			return w;
	}
	w = array_add(&names->list);
	*w = (struct btf_wanted){.name = name, .len = len, .kind = kind};
	return w;
}

static bool is_of_enum(const struct bpf_core_relo *r)
{
	return r->kind == BPF_CORE_ENUMVAL_EXISTS || r->kind == BPF_CORE_ENUMVAL_VALUE;
}

struct btf_wanted *core_root(struct core_names *names, const struct btf_view *own,
			     const struct bpf_core_relo *r)
{
	return core_name(names, btf_name(own, btf_type_at(own, r->type_id)->name_off),
			 is_of_enum(r) ? BTF_KIND_ENUM : BTF_KIND_STRUCT);
}

/*
 * Follow an access string, "0:3:1", from the struct of ours and the same way by names
 * from the kernel's. False when the kernel has no such member.
 */
static bool follow(const struct btf_view *own, const struct btf_view *kernel,
		   const struct bpf_core_relo *r, uint32_t target, struct btf_field *ours,
		   struct btf_field *theirs)
{
	char *at = (char *)btf_name(own, r->access_str_off);
	uint32_t first = strtoul(at, &at, 10);
	struct btf_field next;
	const char *name;

	*ours = (struct btf_field){r->type_id, first * 8 * btf_size(own, r->type_id), 0};
	*theirs = (struct btf_field){target, first * 8 * btf_size(kernel, target), 0};
	while (*at == ':') {
		uint32_t i = strtoul(at + 1, &at, 10);

		if (btf_element(own, ours, i)) {
			if (!btf_element(kernel, theirs, i))
				return false;
			continue;
		}
		if (!btf_member(own, ours->type, i, &next, &name))
			return false;
		next.bit_offset += ours->bit_offset;
		*ours = next;
		if (!btf_member_named(kernel, theirs->type, name, &next))
			return false;
		next.bit_offset += theirs->bit_offset;
		*theirs = next;
	}
	return true;
}

/* The value that the kernel's enum has for the word of ours; false when it has no such word. */
static bool find_word(const struct btf_view *own, const struct btf_view *kernel,
		      const struct bpf_core_relo *r, uint32_t target, uint32_t *value)
{
	uint32_t at = strtoul(btf_name(own, r->access_str_off), NULL, 10);
	const char *ours = btf_enum_word(own, r->type_id, at, value), *theirs;

	for (uint32_t i = 0; ours && (theirs = btf_enum_word(kernel, target, i, value)); i++)
		if (!strcmp(ours, theirs))
			return true;
	return false;
}

/* The bytes to load for a field, and where its bits are in them. */
struct span {
	uint32_t offset, size, lshift, rshift;
};

static struct span span_of(const struct btf_view *v, const struct btf_field *f)
{
	uint32_t size = btf_size(v, f->type), bits = f->bit_size ? f->bit_size : size * 8;
	uint32_t offset = f->bit_offset / 8;

	if (f->bit_size && size) {
		offset = offset / size * size;
		while (f->bit_offset + bits > (offset + size) * 8 && size < sizeof(uint64_t)) {
			size *= 2;
			offset = f->bit_offset / 8 / size * size;
		}
	}
	return (struct span){offset, size, 64 - (f->bit_offset + bits - offset * 8), 64 - bits};
}

/* What the instruction has to say, by one type of the kernel; false when it has no such thing. */
static bool evaluate(const struct btf_view *own, const struct btf_view *kernel,
		     const struct bpf_core_relo *r, uint32_t target, uint32_t *value,
		     struct span *ours, struct span *theirs)
{
	struct btf_field a, b;

	switch (r->kind) {
	case BPF_CORE_TYPE_ID_TARGET:
		*value = target;
		return true;
	case BPF_CORE_TYPE_EXISTS:
		*value = 1;
		return true;
	case BPF_CORE_TYPE_SIZE:
		*value = btf_size(kernel, target);
		return true;
	case BPF_CORE_ENUMVAL_VALUE:
		return find_word(own, kernel, r, target, value);
	case BPF_CORE_ENUMVAL_EXISTS:
		if (!find_word(own, kernel, r, target, value))
			return false;
		*value = 1;
		return true;
	default:
		if (!follow(own, kernel, r, target, &a, &b))
			return false;
	}
	*ours = span_of(own, &a);
	*theirs = span_of(kernel, &b);
	*value = r->kind == BPF_CORE_FIELD_BYTE_OFFSET	? theirs->offset
		 : r->kind == BPF_CORE_FIELD_BYTE_SIZE	? theirs->size
		 : r->kind == BPF_CORE_FIELD_LSHIFT_U64 ? theirs->lshift
		 : r->kind == BPF_CORE_FIELD_RSHIFT_U64 ? theirs->rshift
		 : r->kind == BPF_CORE_FIELD_SIGNED	? btf_is_signed(kernel, b.type)
							: 1; /* it exists */
	return true;
}

struct bpf_insn core_poison(void)
{
	return (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = POISON};
}

static uint8_t size_code(uint32_t size)
{
	return size == 1 ? BPF_B : size == 2 ? BPF_H : size == 4 ? BPF_W : BPF_DW;
}

static void patch(struct bpf_insn *insn, uint32_t value, const struct span *ours,
		  const struct span *theirs)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD: /* of 64 bits, in two instructions */
		insn[0].imm = value;
		insn[1].imm = 0;
		break;
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		if (value > INT16_MAX) { /* farther than an instruction reaches */
			*insn = core_poison();
			break;
		}
		insn->off = value;
		/* Ours are unsigned wherever kernels differ. */
		if (ours->size != theirs->size && theirs->size <= 8)
			insn->code = (insn->code & ~0x18) | size_code(theirs->size);
		break;
	default:
		insn->imm = value;
	}
}

void core_apply(struct core_names *names, const struct btf_view *own, const struct btf_view *kernel,
		const struct bpf_core_relo *r, struct bpf_insn *insn)
{
	bool is_question = r->kind == BPF_CORE_FIELD_EXISTS || r->kind == BPF_CORE_TYPE_EXISTS ||
			   r->kind == BPF_CORE_ENUMVAL_EXISTS;
	const struct btf_wanted *w = core_root(names, own, r);
	struct span ours = {0}, theirs = {0};
	bool is_found = false;
	uint32_t value = 0;

	for (uint32_t i = 0; i < w->n && !is_found; i++)
		is_found = evaluate(own, kernel, r, w->ids[i], &value, &ours, &theirs);
	if (is_found || is_question)
		patch(insn, is_found ? value : 0, &ours, &theirs);
	else if (BPF_CLASS(insn->code) == BPF_LD)
		insn[0] = insn[1] = core_poison();
	else
		insn[0] = core_poison();
}
