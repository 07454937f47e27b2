/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stage with the model alone: acts, statements, predictions, and what is refused. */
#include "../../src/lab/scenario.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct stage *open_model(const char *rules)
{
	const struct stage_options opt = {.rules = rules_find(rules), .is_model_only = true};
	struct stage *st;
	struct err e;

	st = stage_open(&opt, &e);
	assert_non_null(st);
	return st;
}

static const struct lesson_moment *last(const struct stage *st)
{
	const struct lesson *l = stage_lesson(st);

	return &l->moments.items[l->moments.n - 1];
}

static const struct lesson_moment *make(struct stage *st, const char *text)
{
	const struct stage_act a = {.text = text};
	struct err e = {""};

	if (stage_do(st, &a, &e))
		fail_msg("%s: %s", text, e.msg);
	return last(st);
}

/* The answer of the model to a statement, after an act that changes nothing. */
static enum lesson_answer holds(struct stage *st, const char *statement)
{
	const struct stage_act a = {.text = "a: unshare(0)", .see = {statement}};
	struct err e = {""};

	if (stage_do(st, &a, &e))
		fail_msg("%s: %s", statement, e.msg);
	return last(st)->checks.items[0].model;
}

static void statements_are_judged(void **state)
{
	static const char *const true_ones[] = {
		"b/uts != a/uts",
		"b/net == a/net",
		"nsproxy(b) != nsproxy(a)",
		"count(b/uts) = 1",
		"count(b/uts) != 2",
		"count(nsproxy(b)) = 2",
		"procs(b/uts) = 2",
		"pid(c) = 1",
		"levels(c) = 2",
		"parent(c) == b",
		"above(c/pid) == b/pid",
		"ended(d)",
		"gone(d/ipc)",
		"owner(b/uts) == a/user",
		"depth(c/pid) = 1",
		"pid(b) != 1",
		"b/pid_for_children != b/pid",
	};
	struct stage *st = open_model("current");

	(void)state;
	make(st, "a: b = clone(CLONE_NEWUTS|SIGCHLD)");
	make(st, "b: unshare(CLONE_NEWPID)");
	make(st, "b: c = fork()");
	make(st, "a: d = clone(CLONE_NEWIPC|SIGCHLD)");
	make(st, "a: kill(d, SIGKILL)");
	for (unsigned i = 0; i < ARRAY_SIZE(true_ones); i++)
		if (holds(st, true_ones[i]) != LESSON_YES)
			fail_msg("%s: does not hold", true_ones[i]);
	assert_int_equal(holds(st, "b/uts == a/uts"), LESSON_NO);
	assert_int_equal(holds(st, "count(b/uts) = 7"), LESSON_NO);
	assert_int_equal(holds(st, "pid(d) = 3 "), LESSON_NO);
	stage_close(st);
}

static void a_prediction_changes_nothing_and_comes_true(void **state)
{
	struct stage *st = open_model("current");
	struct lesson_moment m;
	struct err e = {""};
	uint32_t n;

	(void)state;
	make(st, "a: b = clone(CLONE_NEWNET|SIGCHLD)");
	make(st, "b: f = open(b/net)");
	n = stage_lesson(st)->moments.n;
	assert_int_equal(stage_predict(st, "b: c = clone(CLONE_NEWPID|SIGCHLD)", &m, &e), 0);
	assert_int_equal(stage_lesson(st)->moments.n, n);
	assert_true(m.trace.steps.n > 5);
	assert_int_equal(m.actors.n, 3);
	assert_int_equal(make(st, "b: c = clone(CLONE_NEWPID|SIGCHLD)")->model.ret, m.model.ret);
	assert_int_equal(last(st)->model_snap->n_nss, m.model_snap->n_nss);
	assert_int_equal(last(st)->trace.steps.n, m.trace.steps.n);
	lesson_moment_free(&m);
	stage_close(st);
}

static void nonsense_is_refused_with_words(void **state)
{
	static const struct {
		const char *text, *words;
	} bad[] = {
		{"a: unshar(CLONE_NEWNET)", "did you mean unshare?"},
		{"q: fork()", "no test process 'q'"},
		{"a: unshare(CLONE_NEWNOT)", "expected a flag"},
		{"a: setns(b/net, 0)", "no test process 'b'"},
		{"a: open(a/nothing)", "'nothing' is no kind"},
		{"a: close(f)", "no descriptor 'f'"},
		{"a: kill(a, SIGWHAT)", "SIGKILL"},
		{"a: wait()", "it is wait(ACTOR)"},
		{"nscope: fork()", "no test process 'nscope'"},
		{"a fork", "expected ':'"},
	};
	struct stage *st = open_model("current");
	uint32_t n = stage_lesson(st)->moments.n;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct stage_act a = {.text = bad[i].text};
		struct lesson_moment m;
		struct err e = {""};

		assert_int_equal(stage_do(st, &a, &e), -EINVAL);
		if (!strstr(e.msg, bad[i].words))
			fail_msg("%s: %s", bad[i].text, e.msg);
		assert_int_equal(stage_predict(st, bad[i].text, &m, &e), -EINVAL);
	}
	assert_int_equal(stage_lesson(st)->moments.n, n);
	stage_close(st);
}

static void an_unexpected_answer_is_a_difference(void **state)
{
	const struct stage_act refused = {.text = "a: unshare(CLONE_THREAD|CLONE_PIDFD)",
					  .err = EINVAL};
	const struct stage_act accepted = {.text = "a: unshare(0)", .err = EPERM};
	struct stage *st = open_model("4.4");
	struct err e;

	(void)state;
	assert_int_equal(stage_do(st, &refused, &e), 0);
	assert_true(lesson_is_good(last(st)));
	assert_non_null(trace_refusal(&last(st)->trace));
	assert_int_equal(stage_do(st, &accepted, &e), 0);
	assert_false(lesson_is_good(last(st)));
	stage_close(st);
}

/* Names, titles and checks of all scenarios, by running each in the model alone. */
static void every_scenario_holds_in_the_model(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_scenarios; i++) {
		const struct scenario *s = scenarios[i];
		const struct stage_options opt = {
			.rules = rules_find("current"), .start = s->start, .is_model_only = true};
		struct err e = {""};
		struct stage *st = stage_open(&opt, &e);

		assert_non_null(st);
		assert_ptr_equal(scenario_find(s->name, &e), s);
		for (unsigned k = 0; k < scenario_n_acts(s); k++) {
			if (stage_do(st, &s->acts[k], &e))
				fail_msg("%s, %s: %s", s->name, s->acts[k].text, e.msg);
			if (!lesson_is_good(last(st)))
				fail_msg("%s, %s: %s", s->name, s->acts[k].text,
					 last(st)->difference);
		}
		stage_close(st);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_are_judged),
		cmocka_unit_test(a_prediction_changes_nothing_and_comes_true),
		cmocka_unit_test(nonsense_is_refused_with_words),
		cmocka_unit_test(an_unexpected_answer_is_a_difference),
		cmocka_unit_test(every_scenario_holds_in_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
