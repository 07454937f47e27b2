/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a diff finds, and what it must not take for a difference; calls of the model as examples. */
#include "diff.h"

#include "model_help.h"
#include "snap_build.h"

static char *diff_text(const struct snap *a, const struct snap *b)
{
	struct strbuf out = {0};
	struct diff d;

	diff_snaps(&d, a, b);
	strbuf_puts(&out, "");
	for (uint32_t i = 0; i < d.rows.n; i++)
		diff_print_row(&out, &d.rows.items[i], a, b, CHARSET_ASCII);
	diff_free(&d);
	return out.s;
}

/* The diff that a call of pid 1 makes. */
static void check_call(const char *text, const char *expected)
{
	struct model *m = boot("current");
	const struct snap *a = model_snap(m), *b;
	char *found;

	assert_true(call(m, 1, text, NULL) >= 0);
	b = model_snap(m);
	found = diff_text(a, b);
	assert_string_equal(found, expected);
	free(found);
	snap_unref(a);
	snap_unref(b);
	model_free(m);
}

static void calls_make_the_diffs_that_they_should(void **state)
{
	(void)state;
	check_call("unshare(0)", "");
	check_call("fork()", "+ task 3 (init)\n"
			     "~ mnt:[4026531832]: nthreads 2 -> 3\n"
			     "~ net:[4026531833]: nthreads 2 -> 3\n"
			     "~ pid:[4026531836]: nthreads 2 -> 3\n"
			     "~ user:[4026531837]: nthreads 2 -> 3\n"
			     "~ user:[4026531837]: refs 8 -> 10\n"
			     "~ ipc:[4026531839]: nthreads 2 -> 3\n"
			     "~ uts:[4026531838]: nthreads 2 -> 3\n"
			     "~ cgroup:[4026531835]: nthreads 2 -> 3\n"
			     "~ time:[4026531834]: nthreads 2 -> 3\n"
			     "~ nsproxy #1 of task 1: count 3 -> 4\n"
			     "~ nsproxy #1 of task 1: tasks 2 -> 3\n");
}

static bool has_line(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	return at && (at == text || at[-1] == '\n');
}

static void an_unshare_moves_one_task_to_a_new_nsproxy(void **state)
{
	struct model *m = boot("current");
	pid_t child = call(m, 1, "fork()", NULL);
	const struct snap *a = model_snap(m), *b;
	char *found;

	(void)state;
	assert_int_equal(call(m, child, "unshare(CLONE_NEWUTS)", NULL), 0);
	b = model_snap(m);
	found = diff_text(a, b);
	assert_true(has_line(found, "~ task 3 (init): utsns 4026531838 -> 4026532000\n"));
	assert_true(has_line(found, "~ task 3 (init): nsproxy "));
	assert_true(has_line(found, "+ uts:[4026532000]\n"));
	assert_true(has_line(found, "+ nsproxy #2 of task 3\n"));
	assert_true(has_line(found, "~ nsproxy #1 of task 1: count 4 -> 3\n"));
	assert_true(has_line(found, "~ net:[4026531833]: refs 1 -> 2\n"));
	assert_null(strstr(found, "task 1 (init)"));
	free(found);
	found = diff_text(b, a);
	assert_true(has_line(found, "- uts:[4026532000]\n"));
	assert_true(has_line(found, "- nsproxy #2 of task 3\n"));
	free(found);
	snap_unref(a);
	snap_unref(b);
	model_free(m);
}

/* One task in one net namespace, with what the test wants of it. */
static const struct snap *one_task(uint64_t start, uint64_t ns_id, int32_t link, const char *comm)
{
	struct snap_builder *b = snap_builder_new();
	int32_t row = builder_add_task(b, 7, 7), ns = builder_ns(b, NS_NET, 5, NULL);
	const struct snap *s;

	builder_ns_row(b, ns)->id = ns_id;
	builder_ns_row(b, ns)->is_listed = true;
	builder_task(b, row)->ns[SLOT_NET] = link < 0 ? link : ns;
	builder_task(b, row)->start = start;
	builder_task(b, row)->comm = snap_strz(b, comm);
	builder_task(b, row)->facts = TASK_STAT;
	s = snap_freeze(b, false);
	snap_builder_free(b);
	return s;
}

static void check_pair(const struct snap *a, const struct snap *b, const char *line, bool expected)
{
	char *found = diff_text(a, b);

	if (has_line(found, line) != expected)
		fail_msg("%s: %s", line, found);
	free(found);
	snap_unref(a);
	snap_unref(b);
}

static void numbers_that_are_used_again_are_not_the_same(void **state)
{
	(void)state;
	check_pair(one_task(1, 8, 0, "a"), one_task(2, 8, 0, "a"), "- task 7 (a)\n", true);
	check_pair(one_task(1, 8, 0, "a"), one_task(2, 8, 0, "a"), "+ task 7 (a)\n", true);
	check_pair(one_task(1, 8, 0, "a"), one_task(1, 9, 0, "a"), "+ net:[5]\n", true);
	check_pair(one_task(1, 8, 0, "a"), one_task(1, 9, 0, "a"), "~ task 7 (a): netns 5 -> 5\n",
		   true);
	check_pair(one_task(1, 8, 0, "a"), one_task(1, 0, 0, "a"), "+ net:[5]\n", false);
	check_pair(one_task(1, 8, 0, "a"), one_task(1, 8, 0, "b\n"),
		   "~ task 7 (b\\x0a): comm a -> b\\x0a\n", true);
}

static void what_is_not_known_is_no_difference(void **state)
{
	(void)state;
	check_pair(one_task(1, 8, IX_DENIED, "a"), one_task(1, 8, 0, "a"), "~ task 7 (a): netns",
		   false);
	check_pair(one_task(1, 8, IX_NONE, "a"), one_task(1, 8, 0, "a"),
		   "~ task 7 (a): netns - -> 5\n", true);
	check_pair(one_task(1, 8, 0, "a"), one_task(1, 8, 0, "a"), "~", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_make_the_diffs_that_they_should),
		cmocka_unit_test(an_unshare_moves_one_task_to_a_new_nsproxy),
		cmocka_unit_test(numbers_that_are_used_again_are_not_the_same),
		cmocka_unit_test(what_is_not_known_is_no_difference),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
