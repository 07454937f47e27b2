/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Lab: what is asked for by which key, what is hidden, and what is said loudly. */
#include "ui_help.h"
#include "ui_impl.h"
#include "ui_lesson.h"

#include <string.h>

static const struct ui_scenario scenes[] = {{"one", "The first"}, {"two", "The second"}};
static struct ui_lesson u;
static struct ui *ui;

static int setup(void **state)
{
	static const struct ui_options opt = {.cs = CHARSET_ASCII,
					      .has_stage = true,
					      .scenarios = scenes,
					      .n_scenarios = ARRAY_SIZE(scenes)};

	(void)state;
	text_init(true);
	ui_lesson_open(&u);
	ui = ui_new(&opt, 80, 24);
	ui_play(ui, "6", &u.stage);
	ui_set_lesson(ui, &u.lesson);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ui_free(ui);
	ui_lesson_close(&u);
	return 0;
}

static void press(const char *keys)
{
	ui_play(ui, keys, &u.stage);
}

static bool shows(const char *text)
{
	char *screen = ui_screen(ui);
	bool has = strstr(screen, text) != NULL;

	free(screen);
	return has;
}

static void the_question_comes_first(void **state)
{
	(void)state;
	assert_true(shows("a: unshare(CLONE_NEWUTS)"));
	assert_true(shows("What do you expect?"));
	assert_false(shows("ok, returns"));
	assert_int_equal(u.n_requests, 0);
	press("n");
	assert_int_equal(u.last, REQUEST_NEXT);
	assert_int_equal(u.lesson.moments.n, 2);
	assert_true(shows("ok, returns 0, as the model said"));
	assert_true(shows("Step 1 of 4"));
	press("n");
	assert_true(shows("Step 2 of 4"));
	assert_true(shows("What do you expect?"));
	assert_int_equal(u.n_requests, 1);
}

static void h_hides_the_answer_and_shows_it(void **state)
{
	(void)state;
	press("n n Enter");
	assert_true(shows("copy_namespaces() found"));
	press("h");
	assert_false(shows("copy_namespaces() found"));
	assert_true(shows("What do you expect?"));
	press("h");
	assert_true(shows("copy_namespaces() found"));
	assert_int_equal(u.lesson.moments.n, 3);
	press("h");
	ui_resize(ui, 200, 60);
	assert_true(shows("WHAT WAS DONE"));
	assert_true(shows("  1  0       a: unshare(CLONE_NEWUTS)"));
	assert_false(shows("  2  "));
	press("h");
	assert_true(shows("> 2  "));
	ui_resize(ui, 80, 24);
	press("n h");
	assert_true(shows("not done yet"));
}

static void back_and_forth_asks_for_nothing(void **state)
{
	(void)state;
	press("n n n n n n n");
	assert_int_equal(u.n_requests, 4);
	assert_true(shows("That was the last step."));
	press("n");
	assert_true(shows("that was the last step: "));
	press("<");
	assert_true(shows("Step 1 of 4"));
	press("p");
	assert_true(shows("this is the start"));
	press("n n n");
	assert_true(shows("Step 2 of 4"));
	press(">");
	assert_true(shows("Step 4 of 4"));
	press("p p p");
	assert_true(shows("Step 3 of 4"));
	assert_int_equal(u.n_requests, 4);
}

static void a_difference_is_loud(void **state)
{
	struct lesson_check check = {"count(a/uts) = 1", LESSON_YES, LESSON_NO};

	(void)state;
	press("n");
	u.lesson.moments.items[1].difference = "uts of a";
	u.lesson.moments.items[1].kernel.ret = -1;
	assert_int_equal(u.lesson.moments.items[1].checks.n, 0);
	u.lesson.moments.items[1].checks.items = &check;
	u.lesson.moments.items[1].checks.n = 1;
	assert_true(shows("error: this is a bug in nscope: uts of a"));
	assert_true(shows("EPERM, NOT as the model said"));
	assert_true(shows("error: not so: count(a/uts) = 1  (model: yes, kernel: NO)"));
	u.lesson.moments.items[1].checks.items = NULL;
	u.lesson.moments.items[1].checks.n = 0;
	u.lesson.moments.items[1].refuser = "a filter may have refused it";
	assert_true(shows("not done: a filter may have refused it: uts of a"));
	assert_false(shows("this is a bug in nscope"));
	u.lesson.moments.items[1].refuser = "";
	/* In another view, when it happens, it is said, too. */
	ui_resize(ui, 40, 10);
	assert_true(shows("error: this is a bug in nscope"));
	press("P");
	assert_true(shows("error: this is a bug in nscope"));
}

static void why_it_cannot_run_is_said(void **state)
{
	static const struct lesson refused = {
		.name = "x", .title = "X", .rules = "", .refusal = "no veth here"};

	(void)state;
	ui_set_lesson(ui, &refused);
	assert_true(shows("This cannot run here: no veth here"));
	press("n p h s < > j");
	assert_true(shows("This cannot run here: no veth here"));
	ui_set_lesson(ui, NULL);
}

static void nothing_acts_in_the_middle_of_a_scenario(void **state)
{
	(void)state;
	press("n a");
	assert_int_equal(ui->overlay, OVERLAY_NONE);
	assert_true(shows("a scenario is running"));
	press(": do Space a:fork() Enter");
	assert_int_equal(u.last, REQUEST_NEXT);
}

static void an_act_is_predicted_before_it_runs(void **state)
{
	(void)state;
	press("n n n n n n n n");
	press("a");
	assert_true(shows("make a child, with the flags"));
	press("j Enter");
	assert_int_equal(u.last, REQUEST_PREDICT);
	assert_string_equal(u.text, "a: unshare(0)");
	press("j Space");
	assert_int_equal(u.last, REQUEST_PREDICT);
	assert_string_equal(u.text, "a: unshare(CLONE_NEWNET)");
	assert_true(shows("call    a: unshare(CLONE_NEWNET)"));
	press("Enter");
	assert_int_equal(u.last, REQUEST_RUN);
	assert_string_equal(u.text, "a: unshare(CLONE_NEWNET)");
	press("a j j j Enter");
	assert_int_equal(u.last, REQUEST_PREDICT);
	assert_string_equal(u.text, "a: c = fork()"); /* b is a name already */
	press("Esc");
	assert_int_equal(ui->overlay, OVERLAY_NONE);
	press("a j j j Enter e C-u b:exec() Enter");
	assert_int_equal(u.last, REQUEST_PREDICT);
	assert_string_equal(u.text, "b:exec()");
	press("Enter");
	assert_int_equal(u.last, REQUEST_RUN);
}

static void a_namespace_is_named_by_who_is_in_it(void **state)
{
	(void)state;
	press("n n n n n n n n G a");
	assert_true(shows("a/"));
	press("j j Enter");
	assert_non_null(strstr(u.text, "a: setns("));
}

static void scenarios_are_chosen_and_completed(void **state)
{
	(void)state;
	press("o");
	assert_true(shows("The second"));
	press("j Enter");
	assert_int_equal(u.last, REQUEST_SCENARIO);
	assert_string_equal(u.text, "two");
	press(": scenario Space on Tab Enter");
	assert_int_equal(u.last, REQUEST_SCENARIO);
	assert_string_equal(u.text, "one");
	ui_set_lesson(ui, NULL);
	assert_true(shows("> one"));
	press("j j k j Enter");
	assert_string_equal(u.text, "two");
}

static void foreign_tasks_do_not_act(void **state)
{
	(void)state;
	press("n n n n n n n n");
	ui_set_snap(ui, ui_small_snap(0, 0));
	press("1 / sshd Enter a");
	assert_true(shows("sshd 1010 is not a test process of nscope"));
}

static void readonly_has_no_lab(void **state)
{
	static const struct ui_options opt = {.cs = CHARSET_ASCII};
	struct ui *other = ui_new(&opt, 80, 24);
	struct strbuf out = {0}, list = {0};
	char *screen;

	(void)state;
	assert_int_equal(ui_play(other, "6 a : do Space x Enter", NULL) & UI_STAGE, 0);
	assert_int_equal(other->view, 0);
	ui_play(other, ": lab Enter", NULL);
	screen = ui_screen(other);
	assert_non_null(
		strstr(screen, "error: \"lab\" is off: nscope was started with --readonly"));
	assert_null(strstr(screen, "6 Lab"));
	free(screen);
	ui_play(other, "?", NULL);
	ui_resize(other, 200, 100);
	screen = ui_screen(other);
	assert_null(strstr(screen, "test process"));
	free(screen);
	command_complete(other, "free", &out, &list);
	assert_true(!list.s || !*list.s);
	strbuf_free(&out);
	strbuf_free(&list);
	ui_free(other);
}

static void the_walk_stays_in_the_steps(void **state)
{
	(void)state;
	press("s");
	assert_int_equal(ui->overlay, OVERLAY_NONE);
	press("n s G j n Space");
	assert_int_equal(ui->overlay, OVERLAY_STEPS);
	assert_int_equal(ui->overlay_at, u.lesson.moments.items[1].trace.steps.n - 1);
	assert_true(shows("switch_task_namespaces()"));
	assert_true(shows("#1 -> #2"));
	press("g k q");
	assert_int_equal(ui->overlay, OVERLAY_NONE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_question_comes_first),
		TEST(h_hides_the_answer_and_shows_it),
		TEST(back_and_forth_asks_for_nothing),
		TEST(a_difference_is_loud),
		TEST(why_it_cannot_run_is_said),
		TEST(nothing_acts_in_the_middle_of_a_scenario),
		TEST(an_act_is_predicted_before_it_runs),
		TEST(a_namespace_is_named_by_who_is_in_it),
		TEST(scenarios_are_chosen_and_completed),
		TEST(foreign_tasks_do_not_act),
		TEST(readonly_has_no_lab),
		TEST(the_walk_stays_in_the_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
