/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list that all views share: the cursor stays on what it is on. */
#include "ui_help.h"
#include "ui_impl.h"

#include <string.h>

static struct ui *ui;

static int setup(void **state)
{
	static const struct ui_options opt = {.cs = CHARSET_ASCII};

	(void)state;
	text_init(true);
	ui = ui_new(&opt, 80, 24);
	ui_set_snap(ui, ui_small_snap(0, 0));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ui_free(ui);
	return 0;
}

static pid_t tid_here(void)
{
	const struct tree_row *r = list_row(ui_list(ui));

	assert_non_null(r);
	assert_int_equal(r->of, OF_TASK);
	return ui->snap->tasks[r->ix].tid;
}

static unsigned line_here(void)
{
	return ui_list(ui)->at - ui_list(ui)->top;
}

static void has_line(const char *text, bool expected)
{
	char *screen = ui_screen(ui);

	if (!strstr(screen, text) == expected) {
		print_error("%s\nlooked for: %s\n", screen, text);
		fail();
	}
	free(screen);
}

static void moves_and_stops_at_the_ends(void **state)
{
	(void)state;
	assert_int_equal(tid_here(), 1);
	ui_press(ui, "k");
	assert_int_equal(tid_here(), 1);
	ui_press(ui, "j Down");
	assert_int_equal(tid_here(), 1020);
	ui_press(ui, "G");
	assert_int_equal(tid_here(), 2); /* kthreadd is folded: the last line */
	ui_press(ui, "PgDn C-f j");
	assert_int_equal(tid_here(), 2);
	ui_press(ui, "g");
	assert_int_equal(tid_here(), 1);
}

static void folds(void **state)
{
	(void)state;
	has_line("[kthreadd] 2  +1", true);
	has_line("kworker", false);
	ui_press(ui, "G Right");
	has_line("kworker", true);
	ui_press(ui, "Right");
	assert_int_equal(tid_here(), 3);
	ui_press(ui, "Left");
	assert_int_equal(tid_here(), 2);
	ui_press(ui, "Left");
	has_line("kworker", false);
	ui_press(ui, "*");
	has_line("kworker", true);
	ui_press(ui, "*");
	has_line("sshd", false);
	ui_press(ui, "g +");
	has_line("sshd", true);
}

static void a_refresh_keeps_row_and_line(void **state)
{
	unsigned line;

	(void)state;
	ui_set_snap(ui, ui_small_snap(0, 80));
	ui_press(ui, ": goto Space 140 Enter C-u");
	line = line_here();
	assert_int_equal(tid_here(), 132);
	assert_true(ui_list(ui)->top > 0);
	for (pid_t skip = 100; skip < 132; skip++) {
		ui_set_snap(ui, ui_small_snap(skip, 80)); /* one fewer above it */
		assert_int_equal(tid_here(), 132);
		assert_int_equal(line_here(), line);
		ui_set_snap(ui, ui_small_snap(0, 80));
		assert_int_equal(tid_here(), 132);
		assert_int_equal(line_here(), line);
	}
}

static void a_row_that_dies_gives_its_place_to_the_next(void **state)
{
	(void)state;
	ui_press(ui, "j j j");
	ui_set_snap(ui, ui_small_snap(1021, 0));
	assert_int_equal(tid_here(), 1022);
}

static void follow_waits_for_what_is_gone(void **state)
{
	(void)state;
	ui_press(ui, "j j j F");
	ui_set_snap(ui, ui_small_snap(1021, 0));
	has_line("is gone", true);
	ui_press(ui, "C-l");
	has_line("follow lost", true);
	ui_set_snap(ui, ui_small_snap(0, 3));
	assert_int_equal(tid_here(), 1021);
	has_line("follow on", true);
	ui_press(ui, "j C-l");
	has_line("follow", false);
}

static void search_goes_and_comes_back(void **state)
{
	(void)state;
	ui_press(ui, "j / WORK");
	assert_int_equal(tid_here(), 1022);
	ui_press(ui, "e r Esc");
	assert_int_equal(tid_here(), 1010);
	ui_press(ui, "/ nginx Enter");
	assert_int_equal(tid_here(), 1020);
	ui_press(ui, "n");
	assert_int_equal(tid_here(), 1021);
	ui_press(ui, "n");
	has_line("round the end", true);
	assert_int_equal(tid_here(), 1020);
	ui_press(ui, "N N");
	assert_int_equal(tid_here(), 1020);
}

static void search_opens_folds_and_closes_them_again(void **state)
{
	(void)state;
	ui_press(ui, "/ kworker");
	assert_int_equal(tid_here(), 3);
	ui_press(ui, "Esc");
	assert_int_equal(tid_here(), 1);
	has_line("kworker", false);
	ui_press(ui, "/ kworker Enter");
	assert_int_equal(tid_here(), 3);
}

static void filter_shows_what_leads_to_a_match(void **state)
{
	(void)state;
	ui_press(ui, "& worker Enter");
	has_line("filter worker (2)", true); /* kworker too */
	has_line("systemd", true);
	has_line("sshd", false);
	has_line("kworker", true);
	ui_press(ui, "Esc C-l");
	has_line("sshd", true);
	has_line("filter", true); /* in the key bar */
	ui_press(ui, "& uid Space = Space Enter");
	has_line("error:", true);
	ui_press(ui, "Esc q");
	has_line("sshd", true);
}

static void sorts_siblings(void **state)
{
	(void)state;
	ui_press(ui, ": sort Space tid Enter : sort Space tid Enter");
	assert_int_equal(tid_here(), 1);
	ui_press(ui, "j");
	assert_int_equal(tid_here(), 1020);
	ui_press(ui, "j");
	assert_int_equal(tid_here(), 1022);
	has_line("sort tid reversed", true);
	ui_press(ui, ": sort Space tix Enter");
	has_line("nearest: tid", true);
}

static void marks_are_kept_and_copied(void **state)
{
	(void)state;
	ui_press(ui, "Space Space");
	ui_set_snap(ui, ui_small_snap(0, 2));
	assert_int_equal(ui_press(ui, "y"), UI_COPY);
	assert_string_equal(ui_copy_text(ui), "pid:1\npid:1010");
	ui_press(ui, "Esc");
	ui_press(ui, "y");
	assert_string_equal(ui_copy_text(ui), "pid:1020");
	assert_int_equal(ui_press(ui, "Y"), UI_COPY);
	assert_non_null(strstr(ui_copy_text(ui), "\"comm\""));
}

static void a_reused_pid_is_another_task(void **state)
{
	struct row_key a, b;
	struct tree_row r = {.of = OF_TASK};
	struct task t = {.tid = 5, .start = 1};
	struct snap s = {.tasks = &t};

	(void)state;
	a = row_key_of(&s, &r);
	t.start = 2;
	b = row_key_of(&s, &r);
	assert_false(row_key_equal(&a, &b));
}

static void goes_to_a_pid_or_a_namespace(void **state)
{
	(void)state;
	ui_press(ui, ": goto Space 1021 Enter");
	assert_int_equal(tid_here(), 1021);
	ui_press(ui, "2 : goto Space 2001 Enter");
	assert_int_equal(ui->snap->nss[list_row(ui_list(ui))->ix].inum, 2001);
	ui_press(ui, ": goto Space 7777 Enter");
	has_line("7777 is not in this view", true);
	ui_press(ui, ": goto Space -1 Enter");
	has_line("error: not a number", true);
}

static void a_view_keeps_its_place(void **state)
{
	(void)state;
	ui_press(ui, "j j 2 j j j 1");
	assert_int_equal(tid_here(), 1020);
	ui_set_snap(ui, ui_small_snap(0, 5));
	ui_press(ui, "2 1");
	assert_int_equal(tid_here(), 1020);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(moves_and_stops_at_the_ends),
		TEST(folds),
		TEST(a_refresh_keeps_row_and_line),
		TEST(a_row_that_dies_gives_its_place_to_the_next),
		TEST(follow_waits_for_what_is_gone),
		TEST(search_goes_and_comes_back),
		TEST(search_opens_folds_and_closes_them_again),
		TEST(filter_shows_what_leads_to_a_match),
		TEST(sorts_siblings),
		TEST(marks_are_kept_and_copied),
		TEST(a_reused_pid_is_another_task),
		TEST(goes_to_a_pid_or_a_namespace),
		TEST(a_view_keeps_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
