/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Format 1: what is written is read back, and what is broken is refused where it breaks. */
#include "json.h"
#include "json_impl.h"
#include "random_snap.h"
#include "snap_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct strbuf dump(const struct snap *s)
{
	struct strbuf out = {0};

	json_write_snap(&out, s);
	return out;
}

static const struct snap *load(const struct strbuf *text)
{
	struct err e = {""};
	const struct snap *s = json_read_snap(text->s, text->n, &e);

	if (!s)
		fail_msg("%s", e.msg);
	return s;
}

/* text_test does it with 10^5 strings; here they travel through the file. */
static void test_round_trip(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 25; seed++) {
		const struct snap *s = random_snap(seed, 300), *again;
		struct strbuf first = dump(s), second;

		again = load(&first);
		second = dump(again);
		assert_int_equal(first.n, second.n);
		assert_memory_equal(first.s, second.s, first.n);
		assert_int_equal(s->n_tasks, again->n_tasks);
		assert_int_equal(s->n_containers >= again->n_containers, 1);
		for (uint32_t i = 0; i < s->n_tasks; i++) {
			assert_string_equal(s->tasks[i].comm.s, again->tasks[i].comm.s);
			assert_string_equal(s->tasks[i].cmdline.s, again->tasks[i].cmdline.s);
			assert_string_equal(s->tasks[i].cgroup.s, again->tasks[i].cgroup.s);
			assert_memory_equal(s->tasks[i].ns, again->tasks[i].ns,
					    sizeof(s->tasks[i].ns));
			assert_int_equal(s->tasks[i].nsproxy, again->tasks[i].nsproxy);
		}
		assert_int_equal(s->n_quotas, again->n_quotas);
		assert_int_equal(s->n_quota_users, again->n_quota_users);
		if (s->n_quotas)
			assert_memory_equal(s->quotas, again->quotas,
					    s->n_quotas * sizeof(*s->quotas));
		if (s->n_quota_users)
			assert_memory_equal(s->quota_users, again->quota_users,
					    s->n_quota_users * sizeof(*s->quota_users));
		strbuf_free(&first);
		strbuf_free(&second);
		snap_unref(s);
		snap_unref(again);
	}
}

static void check_sorted(json_t *v)
{
	const char *key, *last = "";
	json_t *child;
	size_t i;

	json_object_foreach(v, key, child)
	{
		assert_true(strcmp(last, key) < 0);
		last = key;
		check_sorted(child);
	}
	json_array_foreach(v, i, child) check_sorted(child);
}

static void test_keys_are_sorted(void **state)
{
	(void)state;
	for (uint64_t seed = 1000; seed < 1020; seed++) {
		const struct snap *s = random_snap(seed, 50);
		struct strbuf text = dump(s);
		json_t *root = json_loadb(text.s, text.n, JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(root);
		check_sorted(root);
		json_decref(root);
		strbuf_free(&text);
		snap_unref(s);
	}
}

static void test_no_raw_byte(void **state)
{
	const struct snap *s = random_snap(77, 500);
	struct strbuf text = dump(s);

	(void)state;
	for (size_t i = 0; i < text.n; i++)
		assert_true((unsigned char)text.s[i] >= ' ' || text.s[i] == '\n');
	assert_null(memmem(text.s, text.n, "\x7f", 1));
	assert_null(memmem(text.s, text.n, "\xc2\x9b", 2));
	assert_null(memmem(text.s, text.n, "\xe2\x80\xae", 3));
	strbuf_free(&text);
	snap_unref(s);
}

static void test_big_ids(void **state)
{
	static const uint64_t ids[] = {
		1, (1ull << 53) - 1, 1ull << 53, (1ull << 53) + 1, UINT64_MAX - 1, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct snap_builder *b = snap_builder_new();
		struct ns *ns = builder_ns_row(b, builder_ns(b, NS_NET, 4026531840u, NULL));
		const struct snap *s, *again;
		struct strbuf text;

		ns->id = ids[i];
		ns->is_listed = true;
		s = snap_freeze(b, false);
		text = dump(s);
		again = load(&text);
		assert_true(again->nss[0].id == ids[i]);
		strbuf_free(&text);
		snap_builder_free(b);
		snap_unref(s);
		snap_unref(again);
	}
}

/* Every prefix of a dump is refused, says so, and does no harm. */
static void test_truncated(void **state)
{
	const struct snap *s = random_snap(5, 12);
	struct strbuf text = dump(s);

	(void)state;
	for (size_t n = 0; n + 2 < text.n; n += n < 300 ? 1 : 37) {
		struct err e = {""};

		assert_null(json_read_snap(text.s, n, &e));
		assert_non_null(strstr(e.msg, "byte "));
	}
	strbuf_free(&text);
	snap_unref(s);
}

/* The library would take it for the space between two values. */
static void test_nul(void **state)
{
	static const char text[] = "{\"nscope\":\0{\"format\":1}}";
	struct err e = {""};

	(void)state;
	assert_null(json_read_snap(text, sizeof(text) - 1, &e));
	assert_non_null(strstr(e.msg, "byte 10: "));
}

/* One byte of it changed at a time: refused or read, and what was read can be written. */
static void test_damaged(void **state)
{
	const struct snap *s = random_snap(6, 8);
	struct strbuf text = dump(s);
	struct rng rng = {6};

	(void)state;
	for (unsigned i = 0; i < 1500; i++) {
		size_t at = rng_below(&rng, text.n);
		char was = text.s[at];
		struct err e = {""};
		const struct snap *read;

		text.s[at] = "\"0{}[],:-9\\x\xff n"[rng_below(&rng, 16)];
		read = json_read_snap(text.s, text.n, &e);
		if (read) {
			struct strbuf out = dump(read);

			strbuf_free(&out);
			snap_unref(read);
		} else {
			assert_true(*e.msg);
		}
		text.s[at] = was;
	}
	strbuf_free(&text);
	snap_unref(s);
}

#define HEAD "{\"nscope\":{\"format\":1},\"coverage\":[],"
#define NS   "{\"type\":\"net\",\"inum\":5}"
#define QUOTAS                                                                                     \
	HEAD "\"namespaces\":[{\"type\":\"user\",\"inum\":7}],\"nsproxies\":[],\"tasks\":[],"      \
	     "\"quotas\":["
#define USER "{\"type\":\"user\",\"inum\":1,\"parent\":2,\"owner\":2}"

static const struct {
	const char *text;
	const char *says; /* NULL: it is good */
} cases[] = {
	{"", "byte 0"},
	{"nonsense", "byte "},
	{"[]", "this is no dump of nscope"},
	{"{}", "this is no dump of nscope"},
	{"{\"a\":1,\"a\":2}", "duplicate object key"},
	{"{\"nscope\":{\"format\":2}}",
	 "made by a newer nscope (format 2); this one reads format 1"},
	{"{\"nscope\":{\"format\":1}}", "namespaces: expected an array"},
	{HEAD "\"namespaces\":[],\"nsproxies\":[],\"tasks\":[]}", NULL},
	{HEAD "\"namespaces\":[" NS "," NS "],\"nsproxies\":[],\"tasks\":[]}",
	 "byte 75: namespaces[1]: net:[5] is there twice"},
	{HEAD "\"namespaces\":[7],\"nsproxies\":[],\"tasks\":[]}", "namespaces[0]: expected an "
								   "object"},
	{HEAD "\"namespaces\":[{\"type\":\"nett\",\"inum\":5}]}",
	 "byte 59: namespaces[0].type: expected one of mnt, net,"},
	{HEAD "\"namespaces\":[{\"type\":\"net\",\"inum\":-5}]}",
	 "namespaces[0].inum: expected a whole number from 1 to 4294967295"},
	{HEAD "\"namespaces\":[{\"type\":\"net\",\"inum\":5.5}]}", "namespaces[0].inum"},
	{HEAD "\"namespaces\":[{\"type\":\"net\",\"inum\":5,\"owner\":9}]}",
	 "namespaces[0].owner: there is no user:[9] among the namespaces"},
	{HEAD "\"namespaces\":[{\"type\":\"net\",\"inum\":5,\"id\":12}]}",
	 "namespaces[0].id: expected a string of decimal digits"},
	{HEAD "\"namespaces\":[{\"type\":\"net\",\"inum\":5,\"id\":\"99999999999999999999\"}]}",
	 "expected a number of 64 bits"},
	{HEAD "\"namespaces\":[" USER ",{\"type\":\"user\",\"inum\":2,\"parent\":1}]}",
	 "round in a circle"},
	{HEAD "\"namespaces\":[],\"nsproxies\":[],\"tasks\":[{\"tid\":1,\"tgid\":1},"
	      "{\"tid\":1,\"tgid\":1}]}",
	 "tasks[1].tid: task 1 is there twice"},
	{HEAD "\"namespaces\":[],\"nsproxies\":[],\"tasks\":[{\"tid\":1,\"tgid\":1,"
	      "\"ns\":{\"net\":5}}]}",
	 "tasks[0].ns.net: there is no net:[5]"},
	{HEAD "\"namespaces\":[],\"nsproxies\":[],\"tasks\":[{\"tid\":1,\"tgid\":1,"
	      "\"nsproxy\":5}]}",
	 "tasks[0].nsproxy: there is no nsproxy with the id 5"},
	{HEAD "\"namespaces\":[],\"nsproxies\":[],\"tasks\":[{\"tid\":1,\"tgid\":1,"
	      "\"cgroup\":\"\\\\q\"}]}",
	 "tasks[0].cgroup: expected \\xNN after a backslash"},
	{HEAD "\"namespaces\":[],\"nsproxies\":[],\"tasks\":[{\"tid\":1,\"tgid\":1,"
	      "\"cgroup\":\"\\u0000\"}]}",
	 "byte "},
	{HEAD "\"namespaces\":[],\"nsproxies\":[],\"tasks\":[],\"meta\":{\"taken\":\"now\"}}",
	 "meta.taken: expected a time"},
	{QUOTAS "{\"user\":7,\"max\":{}}]}", NULL},
	{QUOTAS "{\"user\":7,\"max\":{\"net\":null,\"user\":3},\"users\":[{\"uid\":0,\"used\":"
		"{\"net\":2}}]}]}",
	 NULL},
	{QUOTAS "{\"max\":{}}]}", "quotas[0].user: expected the number of a user namespace"},
	{QUOTAS "{\"user\":8,\"max\":{}}]}", "there is no user:[8]"},
	{QUOTAS "{\"user\":7}]}", "quotas[0].max: expected an object"},
	{QUOTAS "{\"user\":7,\"max\":{\"net\":-1}}]}",
	 "quotas[0].max.net: expected a whole number"},
	{QUOTAS "{\"user\":7,\"max\":{}},{\"user\":7,\"max\":{}}]}",
	 "quotas[1].user: this one is there twice"},
	{QUOTAS "{\"user\":7,\"max\":{},\"users\":[{\"uid\":2,\"used\":{}},{\"uid\":2}]}]}",
	 "quotas[0].users[1].uid: expected one above"},
	{QUOTAS "{\"user\":7,\"max\":{},\"users\":[{\"used\":{}}]}]}",
	 "quotas[0].users[0].uid: expected a whole number"},
	{HEAD "\"namespaces\":[],\"nsproxies\":[{\"id\":2,\"source\":\"kernel\"},"
	      "{\"id\":2,\"source\":\"kernel\"}],\"tasks\":[]}",
	 "nsproxies[1].id"},
};

static void test_what_errors_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e = {""};
		const struct snap *s = json_read_snap(cases[i].text, strlen(cases[i].text), &e);

		if (!cases[i].says != !!s || (!s && !strstr(e.msg, cases[i].says)))
			fail_msg("%s\nsaid: %s", cases[i].text, e.msg);
		snap_unref(s);
	}
}

static void test_locate(void **state)
{
	static const char text[] =
		"{\"a\": [1, {\"b]\": \"}\\\"\"}, {\"c\": [[], 7]}], \"d\": null}";

	(void)state;
	assert_int_equal(json_locate(text, strlen(text), "a[0]"), 7);
	assert_int_equal(json_locate(text, strlen(text), "a[2].c[1]"), strstr(text, "7]") - text);
	assert_int_equal(json_locate(text, strlen(text), "d"), strstr(text, "null") - text);
	assert_int_equal(json_locate(text, strlen(text), "a[9]"), 6);
	assert_int_equal(json_locate(text, strlen(text), ""), 0);
}

/* Deeper than any stack: refused by depth, not by a crash. */
static void test_too_deep(void **state)
{
	char text[20001];
	struct err e;

	(void)state;
	memset(text, '[', 20000);
	assert_null(json_read_snap(text, 20000, &e));
	assert_non_null(strstr(e.msg, "byte "));
}

static void test_rows(void **state)
{
	const struct snap *s = random_snap(9, 40);
	const struct column *cols[64];
	struct strbuf out = {0};
	int32_t rows[256];
	unsigned n = 0;
	json_t *root;

	(void)state;
	for (unsigned i = 0; i < n_columns; i++)
		if (columns[i].of == OF_NS)
			cols[n++] = &columns[i];
	for (uint32_t i = 0; i < s->n_nss; i++)
		rows[i] = i;
	json_write_rows(&out, s, cols, n, rows, s->n_nss);
	root = json_loadb(out.s, out.n, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_array_size(root), s->n_nss);
	assert_int_equal(json_object_size(json_array_get(root, 0)), n);
	json_decref(root);
	strbuf_free(&out);
	snap_unref(s);
}

static void check_enum(json_t *schema, const char *def, const char *member,
		       const char *const *names, size_t n)
{
	json_t *d = json_object_get(json_object_get(schema, "$defs"), def);
	json_t *words =
		json_object_get(json_object_get(json_object_get(d, "properties"), member), "enum");

	assert_int_equal(json_array_size(words), n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(json_string_value(json_array_get(words, i)), names[i]);
}

/* The words of the schema are those of the tables. */
static void test_schema_words(void **state)
{
	json_t *schema = json_load_file("doc/nscope-1.schema.json", 0, NULL);
	const char *kinds[NS_N_KINDS];

	(void)state;
	assert_non_null(schema);
	for (int k = 0; k < NS_N_KINDS; k++)
		kinds[k] = ns_kinds[k].name;
	check_enum(schema, "namespace", "type", kinds, NS_N_KINDS);
	check_enum(schema, "keeper", "kind", keeper_kind_names, KEEPER_N_KINDS);
	check_enum(schema, "refs", "audit", audit_names, AUDIT_N);
	check_enum(schema, "coverage", "state", coverage_state_names, COV_N_STATES);
	json_decref(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_keys_are_sorted),
		cmocka_unit_test(test_no_raw_byte), cmocka_unit_test(test_big_ids),
		cmocka_unit_test(test_truncated),   cmocka_unit_test(test_nul),
		cmocka_unit_test(test_damaged),	    cmocka_unit_test(test_what_errors_say),
		cmocka_unit_test(test_locate),	    cmocka_unit_test(test_schema_words),
		cmocka_unit_test(test_too_deep),    cmocka_unit_test(test_rows),
	};

	text_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
