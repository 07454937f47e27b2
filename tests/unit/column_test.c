/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The column table is complete, and every column can show any snap. */
#include "column.h"
#include "random_snap.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static void test_rows_are_whole(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_columns; i++) {
		const struct column *c = &columns[i];

		assert_true(c->id && *c->id && c->title && c->help && *c->help && c->get);
		assert_true(c->width > 0 && c->of < ROW_OF_N);
		assert_false(strcasecmp(c->id, c->title));
		assert_false(c->is_right && c->is_text);
		for (const char *p = c->id; *p; p++)
			assert_true(islower((unsigned char)*p) || *p == '_');
		assert_ptr_equal(column_find(c->of, c->id), c); /* ids are unique */
		assert_ptr_equal(column_find(c->of, c->title), c);
	}
}

/* Scripts that know lsns find its columns; NETNSID is rtnetlink's, not a namespace's. */
static void test_names_of_lsns(void **state)
{
	static const char *const names[] = {"NS",      "TYPE", "PATH", "NPROCS", "PID", "PPID",
					    "COMMAND", "UID",  "USER", "NSFS",	 "PNS", "ONS"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_non_null(column_find(OF_NS, names[i]));
}

static void test_nearest(void **state)
{
	(void)state;
	assert_string_equal(column_nearest(OF_NS, "nproc"), "nprocs");
	assert_string_equal(column_nearest(OF_NS, "tpye"), "type");
	assert_string_equal(column_nearest(OF_NS, "COMAND"), "command");
	assert_string_equal(column_nearest(OF_TASK, "containr"), "container");
	assert_null(column_nearest(OF_NS, "zzzzzz"));
	assert_null(column_nearest(OF_NS, ""));
	assert_null(column_find(OF_NSPROXY, "nprocs"));
}

static uint32_t n_rows(const struct snap *s, enum row_of of)
{
	return of == OF_TASK ? s->n_tasks : of == OF_NS ? s->n_nss : s->n_nsproxies;
}

static void check_value(const struct column *c, const struct snap *s, uint32_t row)
{
	char buf[8192], ascii[8192];
	struct value v;

	memset(&v, 0xee, sizeof(v)); /* a getter owes its caller every member that it uses */
	c->get(s, row, &v);
	value_text(&v, buf, sizeof(buf), CHARSET_UTF8);
	value_text(&v, ascii, sizeof(ascii), CHARSET_ASCII);
	if (!*buf || !*ascii)
		fail_msg("%s of row %u is empty", c->id, row);
	for (const char *p = ascii; *p; p++)
		assert_true(*p >= ' ' && *p < 0x7f);
	for (const unsigned char *p = (unsigned char *)buf; *p; p++)
		assert_true(*p >= ' ' && *p != 0x7f);
	assert_null(strstr(buf, "\xe2\x80\xae"));
	assert_null(strstr(buf, "\xc2\x9b"));
	assert_int_equal(value_compare(&v, &v), 0);
}

static void test_every_value_can_be_shown(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 10; seed++) {
		const struct snap *s = random_snap(seed, 100);

		for (unsigned i = 0; i < n_columns; i++)
			for (uint32_t row = 0; row < n_rows(s, columns[i].of); row++)
				check_value(&columns[i], s, row);
		snap_unref(s);
	}
}

/* value_compare is an order: it never contradicts itself. */
static void test_order(void **state)
{
	static const enum row_of all[] = {OF_TASK, OF_NS, OF_NSPROXY};
	const struct snap *s = random_snap(3, 60);
	struct value v[60];

	(void)state;
	for (size_t o = 0; o < ARRAY_SIZE(all); o++) {
		uint32_t n = n_rows(s, all[o]) < 60 ? n_rows(s, all[o]) : 60;

		for (unsigned i = 0; i < n_columns; i++) {
			if (columns[i].of != all[o])
				continue;
			for (uint32_t r = 0; r < n; r++)
				columns[i].get(s, r, &v[r]);
			for (uint32_t x = 0; x < n; x++)
				for (uint32_t y = 0; y < n; y++) {
					int xy = value_compare(&v[x], &v[y]);
					int yx = value_compare(&v[y], &v[x]);

					assert_true((xy < 0) == (yx > 0) && (xy == 0) == (yx == 0));
				}
		}
	}
	snap_unref(s);
}

static const char *text_of(struct value v)
{
	static char buf[64];

	return value_text(&v, buf, sizeof(buf), CHARSET_ASCII);
}

static void test_forms(void **state)
{
	(void)state;
	assert_string_equal(text_of((struct value){.type = VALUE_MISSING, .n = IX_NONE}), "-");
	assert_string_equal(text_of((struct value){.type = VALUE_MISSING, .n = IX_DENIED}), "?");
	assert_string_equal(text_of((struct value){.type = VALUE_MISSING, .n = IX_OFF}), "?");
	assert_string_equal(text_of((struct value){.type = VALUE_INT, .n = -3}), "-3");
	assert_string_equal(
		text_of((struct value){.type = VALUE_INT, .n = 5, .word = "#", .buf = " x3"}),
		"#5 x3");
	assert_string_equal(text_of((struct value){.type = VALUE_ID, .u = UINT64_MAX}),
			    "18446744073709551615");
	assert_string_equal(text_of((struct value){.type = VALUE_BOOL, .n = 1}), "yes");
	assert_string_equal(text_of((struct value){.type = VALUE_RAW,
						   .raw = {"/run/\x1b[1m"},
						   .word = "bind",
						   .buf = " and 2 more"}),
			    "bind /run/\\x1b[1m and 2 more");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_whole),
		cmocka_unit_test(test_names_of_lsns),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_every_value_can_be_shown),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_forms),
	};

	text_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
