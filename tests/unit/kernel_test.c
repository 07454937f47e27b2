/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loader of BPF: types of a small kernel made by hand, of which each relocation is
 * known; and bytes that are no BTF and no object file, or nearly so. Copies are as long as
 * they say, so that the sanitizers see any step beside them.
 */
#include "kernel_link.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- BTF by hand ---- */

struct maker {
	struct strbuf types, names;
	uint32_t n; /* types so far */
};

static uint32_t name(struct maker *m, const char *s)
{
	uint32_t at = m->names.n;

	if (!at)
		strbuf_add(&m->names, "", 1), at = 1;
	if (!*s)
		return 0;
	strbuf_add(&m->names, s, strlen(s) + 1);
	return at;
}

/* A type, whose number is returned; `size` is its size, or the type that it is of. */
static uint32_t type(struct maker *m, const char *s, uint32_t kind, uint32_t vlen, uint32_t size)
{
	struct btf_type t = {.name_off = name(m, s), .info = kind << 24 | vlen, .size = size};

	strbuf_add(&m->types, (const char *)&t, sizeof(t));
	return ++m->n;
}

static void word(struct maker *m, uint32_t value)
{
	strbuf_add(&m->types, (const char *)&value, sizeof(value));
}

static uint32_t integer(struct maker *m, const char *s, uint32_t size, bool is_signed)
{
	uint32_t id = type(m, s, BTF_KIND_INT, 0, size);

	word(m, (is_signed ? BTF_INT_SIGNED << 24 : 0) | size * 8);
	return id;
}

static void member(struct maker *m, const char *s, uint32_t of, uint32_t bits)
{
	struct btf_member member = {name(m, s), of, bits};

	strbuf_add(&m->types, (const char *)&member, sizeof(member));
}

static uint32_t array(struct maker *m, uint32_t of, uint32_t n)
{
	uint32_t id = type(m, "", BTF_KIND_ARRAY, 0, 0);
	struct btf_array a = {of, of, n};

	strbuf_add(&m->types, (const char *)&a, sizeof(a));
	return id;
}

static void value(struct maker *m, const char *s, uint32_t n)
{
	word(m, name(m, s));
	word(m, n);
}

/* The bytes, of exactly *size. The caller frees. */
static char *made(struct maker *m, size_t *size)
{
	struct btf_header h = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(h)};
	char *bytes;

	h.type_len = h.str_off = m->types.n;
	h.str_len = m->names.n;
	*size = sizeof(h) + m->types.n + m->names.n;
	bytes = xreallocarray(NULL, *size, 1);
	memcpy(bytes, &h, sizeof(h));
	memcpy(bytes + sizeof(h), m->types.s, m->types.n);
	memcpy(bytes + sizeof(h) + m->types.n, m->names.s, m->names.n);
	strbuf_free(&m->types);
	strbuf_free(&m->names);
	return bytes;
}

enum { K_INT = 1, K_LONG, K_SHORT, K_LONGS, K_INNER, K_UNION, K_DEF, K_THING, K_WORDS, K_FUNC };

/*
 * struct inner { int first, deep; };
 * struct thing { int pad; short narrow; unsigned bits:3 (at 48), more:7;
 *                union { long wide; struct inner in; }; typedef of struct inner def;
 *                long list[4]; };
 */
static char *make_kernel(size_t *size)
{
	struct maker m = {0};

	integer(&m, "int", 4, true);
	integer(&m, "long", 8, true);
	integer(&m, "short", 2, false);
	array(&m, K_LONG, 4);
	type(&m, "inner", BTF_KIND_STRUCT, 2, 8);
	member(&m, "first", K_INT, 0);
	member(&m, "deep", K_INT, 32);
	type(&m, "", BTF_KIND_UNION, 2, 8);
	member(&m, "wide", K_LONG, 0);
	member(&m, "in", K_INNER, 0);
	type(&m, "inner_t", BTF_KIND_TYPEDEF, 0, K_INNER);
	type(&m, "thing", BTF_KIND_STRUCT | 0x80, 7, 56); /* with the flag for bit fields */
	member(&m, "pad", K_INT, 0);
	member(&m, "narrow", K_SHORT, 32);
	member(&m, "bits", K_INT, 48 | 3 << 24);
	member(&m, "more", K_INT, 51 | 7 << 24);
	member(&m, "", K_UNION, 64);
	member(&m, "def", K_DEF, 128);
	member(&m, "list", K_LONGS, 192);
	type(&m, "words", BTF_KIND_ENUM, 2, 4);
	value(&m, "LATER", 5);
	value(&m, "SOONER", 9);
	type(&m, "bpf_iter_task", BTF_KIND_FUNC, 0, 0);
	return made(&m, size);
}

enum { O_INT = 1, O_LONG, O_LONGS, O_INNER, O_THING, O_OLD, O_NONE, O_WORDS };

/* What our programs think there is: other places, other sizes, and members that are not there. */
static char *make_own(size_t *size, uint32_t at[8])
{
	static const char *const access[8] = {"0:0",   "0:1", "0:2", "0:3:1",
					      "0:4:3", "0:5", "0",   "1"};
	struct maker m = {0};

	integer(&m, "int", 4, true);
	integer(&m, "long", 8, true);
	array(&m, O_LONG, 1);
	type(&m, "inner", BTF_KIND_STRUCT, 2, 8);
	member(&m, "nothing", O_INT, 0);
	member(&m, "deep", O_INT, 32);
	type(&m, "thing", BTF_KIND_STRUCT, 6, 64);
	member(&m, "narrow", O_INT, 0);
	member(&m, "more", O_INT, 32);
	member(&m, "wide", O_LONG, 64);
	member(&m, "def", O_INNER, 128);
	member(&m, "list", O_LONGS, 192);
	member(&m, "gone", O_INT, 448);
	type(&m, "thing___v58", BTF_KIND_STRUCT, 1, 8);
	member(&m, "pad", O_LONG, 0);
	type(&m, "never", BTF_KIND_STRUCT, 0, 8);
	type(&m, "words", BTF_KIND_ENUM, 2, 4);
	value(&m, "SOONER", 0);
	value(&m, "NEVER", 1);
	for (int i = 0; i < 8; i++)
		at[i] = name(&m, access[i]);
	return made(&m, size);
}

/* ---- relocations that are known ---- */

static const struct {
	uint32_t type, access, kind;
	uint32_t value; /* of imm */
	bool is_poison;
} known[] = {
	{O_THING, 0, BPF_CORE_FIELD_BYTE_OFFSET, 4, false},
	{O_THING, 0, BPF_CORE_FIELD_BYTE_SIZE, 2, false},
	{O_THING, 0, BPF_CORE_FIELD_SIGNED, 0, false},
	{O_THING, 1, BPF_CORE_FIELD_BYTE_OFFSET, 4, false},
	{O_THING, 1, BPF_CORE_FIELD_LSHIFT_U64, 64 - (51 + 7 - 32), false},
	{O_THING, 1, BPF_CORE_FIELD_RSHIFT_U64, 64 - 7, false},
	{O_THING, 2, BPF_CORE_FIELD_BYTE_OFFSET, 8, false},
	{O_THING, 3, BPF_CORE_FIELD_BYTE_OFFSET, 16 + 4, false},
	{O_THING, 4, BPF_CORE_FIELD_BYTE_OFFSET, 24 + 3 * 8, false},
	{O_THING, 5, BPF_CORE_FIELD_EXISTS, 0, false},
	{O_THING, 5, BPF_CORE_FIELD_BYTE_OFFSET, 0, true},
	{O_OLD, 0, BPF_CORE_FIELD_EXISTS, 1, false},
	{O_OLD, 0, BPF_CORE_FIELD_BYTE_SIZE, 4, false},
	{O_OLD, 0, BPF_CORE_FIELD_SIGNED, 1, false},
	{O_OLD, 6, BPF_CORE_TYPE_ID_TARGET, K_THING, false},
	{O_INNER, 0, BPF_CORE_FIELD_EXISTS, 0, false},
	{O_INNER, 1, BPF_CORE_FIELD_BYTE_OFFSET, 4, false},
	{O_THING, 6, BPF_CORE_TYPE_SIZE, 56, false},
	{O_NONE, 6, BPF_CORE_TYPE_EXISTS, 0, false},
	{O_NONE, 6, BPF_CORE_TYPE_SIZE, 0, true},
	{O_WORDS, 6, BPF_CORE_ENUMVAL_VALUE, 9, false},
	{O_WORDS, 6, BPF_CORE_ENUMVAL_EXISTS, 1, false},
	{O_WORDS, 7, BPF_CORE_ENUMVAL_EXISTS, 0, false},
	{O_WORDS, 7, BPF_CORE_ENUMVAL_VALUE, 0, true},
};

struct pair {
	char *own_bytes, *kernel_bytes;
	struct btf_view own, kernel;
	uint32_t access[8];
};

static void open_pair(struct pair *p)
{
	size_t own, kernel;
	struct err e;

	p->own_bytes = make_own(&own, p->access);
	p->kernel_bytes = make_kernel(&kernel);
	assert_int_equal(btf_view_init(&p->own, p->own_bytes, own, &e), 0);
	assert_int_equal(btf_view_init(&p->kernel, p->kernel_bytes, kernel, &e), 0);
}

static void close_pair(struct pair *p)
{
	btf_view_free(&p->own);
	btf_view_free(&p->kernel);
	free(p->own_bytes);
	free(p->kernel_bytes);
}

static void apply(struct pair *p, const struct bpf_core_relo *r, struct bpf_insn *insn)
{
	struct core_names names = {0};

	core_root(&names, &p->own, r);
	btf_find(&p->kernel, names.list.items, names.list.n);
	core_apply(&names, &p->own, &p->kernel, r, insn);
	free(names.list.items);
}

static bool is_poison(const struct bpf_insn *insn)
{
	struct bpf_insn poison = core_poison();

	return !memcmp(insn, &poison, sizeof(poison));
}

static void test_known(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct bpf_core_relo r = {0, known[i].type, p.access[known[i].access],
					  known[i].kind};
		struct bpf_insn insn[2] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = -1}};

		apply(&p, &r, insn);
		if (is_poison(insn) != known[i].is_poison ||
		    (!known[i].is_poison && insn->imm != (int)known[i].value))
			fail_msg("relocation %zu gives %d", i, insn->imm);
	}
	close_pair(&p);
}

/* Offset and width of loads; what is too far or not there is refused. */
static void test_loads(void **state)
{
	struct bpf_insn load = {.code = BPF_LDX | BPF_MEM | BPF_W}, insn[2] = {load},
			wide[2] = {{.code = BPF_LD | BPF_IMM | BPF_DW}, {.imm = 7}};
	struct bpf_core_relo r = {0, O_THING, 0, BPF_CORE_FIELD_BYTE_OFFSET};
	struct pair p;

	(void)state;
	open_pair(&p);
	r.access_str_off = p.access[0];
	apply(&p, &r, insn);
	assert_int_equal(insn->off, 4);
	assert_int_equal(insn->code, BPF_LDX | BPF_MEM | BPF_H);
	*insn = load;
	r.access_str_off = p.access[5];
	apply(&p, &r, insn);
	assert_true(is_poison(insn));
	apply(&p, &r, wide);
	assert_true(is_poison(&wide[0]) && is_poison(&wide[1]));
	wide[0] = (struct bpf_insn){.code = BPF_LD | BPF_IMM | BPF_DW};
	r.access_str_off = p.access[2];
	apply(&p, &r, wide);
	assert_int_equal(wide[0].imm, 8);
	assert_int_equal(wide[1].imm, 0);
	close_pair(&p);
}

/* ---- types that are in circles, or too large ---- */

static void test_circles(void **state)
{
	enum { LOOP = 1, ROUND, SELF, HUGE, FAR, SON, N };
	struct btf_view v;
	struct btf_field f;
	struct maker m = {0};
	struct err e;
	size_t size;
	char *bytes;

	(void)state;
	type(&m, "loop", BTF_KIND_TYPEDEF, 0, LOOP);
	array(&m, ROUND, 3);
	type(&m, "self", BTF_KIND_STRUCT, 3, 8);
	for (int i = 0; i < 3; i++)
		member(&m, "", SELF, 0);
	array(&m, FAR, UINT32_MAX);
	integer(&m, "far", 8, false);
	type(&m, "son", BTF_KIND_TYPEDEF, 0, 4711);
	bytes = made(&m, &size);
	assert_int_equal(btf_view_init(&v, bytes, size, &e), 0);
	assert_int_equal(v.n, N);
	assert_int_equal(btf_plain(&v, LOOP), 0);
	assert_int_equal(btf_size(&v, LOOP), 0);
	assert_int_equal(btf_size(&v, ROUND), 0);
	assert_false(btf_member_named(&v, SELF, "x", &f));
	assert_int_equal(btf_size(&v, HUGE), 0);
	assert_int_equal(btf_size(&v, SON), 0);
	assert_string_equal(btf_name(&v, UINT32_MAX), "");
	btf_view_free(&v);
	free(bytes);
}

/* ---- bytes that are no BTF, or nearly ---- */

/* Ask everything of every type, and apply everything that is known to it. */
static void use(struct pair *p, struct btf_view *v)
{
	struct btf_field f;
	const char *own;
	uint32_t n;

	for (uint32_t id = 0; id <= v->n; id++) {
		btf_size(v, id);
		btf_is_signed(v, id);
		btf_member_named(v, id, "none", &f);
		btf_member(v, id, 1, &f, &own);
		btf_enum_word(v, id, 1, &n);
		f.type = id;
		btf_element(v, &f, 3);
	}
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct bpf_core_relo r = {0, known[i].type, p->access[known[i].access],
					  known[i].kind};
		struct bpf_insn insn[2] = {{.code = BPF_LDX | BPF_MEM | BPF_W}};
		struct btf_view whole = p->kernel;

		p->kernel = *v;
		apply(p, &r, insn);
		p->kernel = whole;
		whole = p->own;
		p->own = *v;
		apply(p, &r, insn);
		p->own = whole;
	}
}

static void try_bytes(struct pair *p, const char *bytes, size_t n)
{
	char *copy = xreallocarray(NULL, n + !n, 1);
	struct btf_view v;
	struct err e;
	int err;

	memcpy(copy, bytes, n);
	err = btf_view_init(&v, copy, n, &e);
	assert_true(err == 0 || err == -EINVAL);
	if (!err)
		use(p, &v);
	else
		assert_true(!v.at && *e.msg);
	btf_view_free(&v);
	free(copy);
}

static void test_btf_hostile(void **state)
{
	static const unsigned char evil[] = {0, 1, 0x7f, 0x80, 0xff};
	uint32_t access[8];
	struct pair p;
	size_t size;
	char *bytes[2];

	(void)state;
	open_pair(&p);
	for (int side = 0; side < 2; side++) {
		bytes[side] = side ? make_own(&size, access) : make_kernel(&size);
		for (size_t n = 0; n < size; n++)
			try_bytes(&p, bytes[side], n);
		for (size_t i = 0; i < size; i++) {
			char was = bytes[side][i];

			for (size_t k = 0; k < ARRAY_SIZE(evil); k++) {
				bytes[side][i] = evil[k];
				try_bytes(&p, bytes[side], size);
			}
			bytes[side][i] = was;
		}
		free(bytes[side]);
	}
	close_pair(&p);
}

/* ---- object files ---- */

static struct kernel_rows rows[] = {{"k_tasks"}, {"k_deep"},  {"k_nsproxies"},
				    {"k_nss"},	 {"k_addrs"}, {"k_binds"},
				    {"k_state"}, {"k_holds"}, {"k_quotas"}};

static void need_programs(void)
{
	if (kernel_code_core.walk.start == kernel_code_core.walk.end) {
		print_message("nscope was built without clang: there are no programs\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		rows[i].fd = 40 + i;
}

static void test_object(void **state)
{
	struct kernel_object o = {.rows = rows, .n_rows = ARRAY_SIZE(rows)};
	struct linked p = {0};
	struct linker l;
	struct pair pair;
	struct err e;

	(void)state;
	need_programs();
	open_pair(&pair);
	o.types = &pair.kernel;
	/* This kernel has none of the functions that walk, but something to be called for. */
	assert_int_equal(link_open(&l, &kernel_code_core.walk, &o, &e), -ENOSYS);
	assert_non_null(strstr(e.msg, "bpf_"));
	link_close(&l);
	assert_int_equal(link_open(&l, &kernel_code_core.called, &o, &e), 0);
	assert_int_equal(link_program(&l, "read_none", &p, &e), -EINVAL);
	assert_int_equal(link_program(&l, "read_all", &p, &e), 0);
	assert_int_equal(p.hook, K_FUNC);
	assert_true(p.insns.n > 500 && p.funcs.n > 5);
	link_close(&l);
	/* Of mappings it knows nothing. */
	assert_int_equal(link_open(&l, &kernel_code_pins.called, &o, &e), 0);
	assert_int_equal(link_program(&l, "read_map_pins", &p, &e), -ENOSYS);
	link_close(&l);
	/* A map that nobody made. */
	o.n_rows = 1;
	assert_int_equal(link_open(&l, &kernel_code_core.called, &o, &e), -EINVAL);
	link_close(&l);
	assert_ptr_equal(o.types, &pair.kernel);
	linked_free(&p);
	close_pair(&pair);
}

/* A copy that ends where it says, aligned to eight bytes. */
static void try_object(struct pair *pair, const char *bytes, size_t n)
{
	struct kernel_object o = {.types = &pair->kernel, .rows = rows, .n_rows = ARRAY_SIZE(rows)};
	struct strbuf btf = {0};
	struct linked p = {0};
	struct kernel_image image;
	char *copy = xreallocarray(NULL, n + !n, 1);
	struct linker l;
	struct err e;
	int err;

	memcpy(copy, bytes, n);
	image = (struct kernel_image){copy, copy + n};
	err = link_open(&l, &image, &o, &e);
	assert_true(err == 0 || err == -EINVAL || err == -ENOSYS);
	if (!err) {
		err = link_program(&l, "read_quotas", &p, &e);
		assert_true(err == 0 || err == -EINVAL || err == -ENOSYS);
		link_btf(&l, &btf);
	}
	link_close(&l);
	linked_free(&p);
	strbuf_free(&btf);
	free(copy);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Cut off, and with bytes that are others: in the tables of the file more than in the rest. */
static void test_object_hostile(void **state)
{
	const struct kernel_image *image = &kernel_code_quotas.called;
	size_t size = image->end - image->start;
	char *bytes = xreallocarray(NULL, size + !size, 1);
	uint32_t seed = 20;
	struct pair pair;

	(void)state;
	need_programs();
	open_pair(&pair);
	for (size_t n = 0; n < size; n += n < 128 ? 1 : 509)
		try_object(&pair, image->start, n);
	for (int round = 0; round < 1500; round++) {
		memcpy(bytes, image->start, size);
		for (uint32_t i = 0; i <= next_random(&seed) % 4; i++) {
			uint32_t at = next_random(&seed) % size;

			if (next_random(&seed) % 3 == 0)
				at = size - 1 - at % (36 * sizeof(Elf64_Shdr));
			bytes[at] = next_random(&seed);
		}
		try_object(&pair, bytes, size);
	}
	free(bytes);
	close_pair(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),	cmocka_unit_test(test_loads),
		cmocka_unit_test(test_circles), cmocka_unit_test(test_btf_hostile),
		cmocka_unit_test(test_object),	cmocka_unit_test(test_object_hostile),
	};

	return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
