/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "canvas.h"
#include "style.h"
#include "ui_help.h"

#include <string.h>

#define WIDE "\xe6\xbc\xa2"

static struct canvas canvas;

static int setup(void **state)
{
	(void)state;
	text_init(false);
	canvas.cs = CHARSET_UTF8;
	canvas_resize(&canvas, 10, 2);
	return 0;
}

static void check(const char *expected)
{
	struct strbuf out = {0};

	canvas_dump(&canvas, &out);
	assert_string_equal(out.s, expected);
	assert_true(canvas_is_sound(&canvas));
	strbuf_free(&out);
}

static void clips(void **state)
{
	(void)state;
	assert_int_equal(canvas_put(&canvas, 7, 0, 99, ROLE_PLAIN, "abcdef"), 3);
	assert_int_equal(canvas_put(&canvas, 10, 0, 9, ROLE_PLAIN, "x"), 0);
	assert_int_equal(canvas_put(&canvas, 0, 2, 9, ROLE_PLAIN, "x"), 0);
	check("       abc\n\n");
}

static void never_splits_a_wide_cell(void **state)
{
	(void)state;
	assert_int_equal(canvas_put(&canvas, 0, 0, 3, ROLE_PLAIN, WIDE WIDE), 2);
	assert_int_equal(canvas_put(&canvas, 9, 0, 3, ROLE_PLAIN, WIDE), 0);
	check(WIDE "\n\n");
}

static void writing_over_half_of_one_blanks_the_other(void **state)
{
	(void)state;
	canvas_put(&canvas, 0, 0, 9, ROLE_PLAIN, WIDE WIDE);
	canvas_put(&canvas, 1, 0, 1, ROLE_PLAIN, "x");
	check(" x" WIDE "\n\n");
	canvas_put(&canvas, 2, 0, 1, ROLE_PLAIN, "y");
	check(" xy\n\n");
	canvas_put(&canvas, 0, 1, 9, ROLE_PLAIN, "a" WIDE);
	canvas_put(&canvas, 2, 1, 2, ROLE_PLAIN, WIDE);
	check(" xy\na " WIDE "\n");
}

static void marks_what_it_cuts(void **state)
{
	(void)state;
	canvas_put_fit(&canvas, 0, 0, 5, ROLE_PLAIN, "abcdefgh");
	canvas_put_right(&canvas, 5, 0, 5, ROLE_PLAIN, "12");
	check("abcd\xe2\x80\xa6   12\n\n");
	canvas.cs = CHARSET_ASCII;
	canvas_put_fit(&canvas, 0, 1, 5, ROLE_PLAIN, "abcdefgh");
	check("abcd\xe2\x80\xa6   12\nabcd~\n");
	canvas.cs = CHARSET_UTF8;
}

static void what_is_not_safe_is_a_question_mark(void **state)
{
	(void)state;
	canvas_put(&canvas, 0, 0, 9, ROLE_PLAIN, "a\x1b[m\n\xff");
	check("a?[m??\n\n");
}

static void roles_keep_the_shape(void **state)
{
	struct strbuf out = {0};

	(void)state;
	canvas_put(&canvas, 0, 0, 9, ROLE_MATCH, "ab");
	canvas_highlight(&canvas, 0, 0, 10, "B", ROLE_ERROR);
	canvas_add_role(&canvas, 0, 0, 10, ROLE_SELECTED);
	canvas_dump_roles(&canvas, &out);
	assert_string_equal(out.s, "/E>>>>>>>>\n..........\n");
	strbuf_free(&out);
}

static void role_table_is_whole(void **state)
{
	(void)state;
	for (int i = 0; i < ROLE_N; i++) {
		assert_non_null(roles[i].name);
		assert_true(roles[i].code > ' ' && roles[i].code < 127);
		assert_int_not_equal(roles[i].fg16, 4); /* blue cannot be read on black */
		assert_true(roles[i].fg256 == COLOUR_NONE || roles[i].fg256 > 15);
		for (int j = 0; j < i; j++)
			assert_int_not_equal(roles[i].code, roles[j].code);
	}
	/* Colour never speaks alone. */
	for (int i = ROLE_MARK; i < ROLE_N; i++)
		assert_true(i == ROLE_MATCH || roles[i].cue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(clips, setup),
		cmocka_unit_test_setup(never_splits_a_wide_cell, setup),
		cmocka_unit_test_setup(writing_over_half_of_one_blanks_the_other, setup),
		cmocka_unit_test_setup(marks_what_it_cuts, setup),
		cmocka_unit_test_setup(what_is_not_safe_is_a_question_mark, setup),
		cmocka_unit_test_setup(roles_keep_the_shape, setup),
		cmocka_unit_test(role_table_is_whole),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	canvas_free(&canvas);
	return failed;
}
