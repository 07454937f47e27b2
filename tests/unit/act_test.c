/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language of acts: what parses, and where what does not parse is wrong. */
#include "../../src/lab/act.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void acts_are_taken_apart(void **state)
{
	static const struct {
		const char *text, *who, *result, *verb, *args;
	} good[] = {
		{"a: fork()", "a", "", "fork", ""},
		{"a: b = clone(CLONE_NEWUTS|SIGCHLD)", "a", "b", "clone", "CLONE_NEWUTS|SIGCHLD;"},
		{" a :b=clone3({flags=CLONE_NEWPID, exit_signal=SIGCHLD}, 88)", "a", "b", "clone3",
		 "{flags=CLONE_NEWPID, exit_signal=SIGCHLD};88;"},
		{"b: setns(a/net, CLONE_NEWNET)", "b", "", "setns", "a/net;CLONE_NEWNET;"},
		{"b: write(uid_map, \"0 1000, 1)\")", "b", "", "write", "uid_map;0 1000, 1);"},
		{"nscope: kill(b, SIGKILL)", "nscope", "", "kill", "b;SIGKILL;"},
	};
	struct act a;
	struct err e;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(good); i++) {
		char args[512] = "";

		assert_int_equal(act_parse(good[i].text, &a, &e), 0);
		for (unsigned k = 0; k < a.n_args; k++) {
			strcat(args, a.args[k]);
			strcat(args, ";");
		}
		assert_string_equal(a.who, good[i].who);
		assert_string_equal(a.result, good[i].result);
		assert_string_equal(a.verb, good[i].verb);
		assert_string_equal(args, good[i].args);
	}
}

static void errors_point_at_the_place(void **state)
{
	static const struct {
		const char *text;
		int place;
	} bad[] = {
		{"", 1},
		{"a", 2},
		{"a fork()", 3},
		{"a: ", 4},
		{"a: fork", 8},
		{"a: fork(", 9},
		{"a: fork() now", 11},
		{"a: write(x, \"y)", 16},
		{"a: f(1,)", 8},
		{"a: f(1,2,3,4,5)", 14},
		{"aaaaaaaaaaaaaaaaaaaaaaaa: fork()", 1},
	};
	struct act a;
	struct err e;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		char place[32];

		snprintf(place, sizeof(place), "at character %d,", bad[i].place);
		assert_true(act_parse(bad[i].text, &a, &e) < 0);
		if (!strstr(e.msg, place))
			fail_msg("%s: %s, not %s", bad[i].text, e.msg, place);
	}
}

static void what_is_too_long_is_refused(void **state)
{
	char text[ACT_ARG_MAX + 32];
	struct act a;
	struct err e;

	(void)state;
	snprintf(text, sizeof(text), "a: f(%0*d)", ACT_ARG_MAX, 1);
	assert_true(act_parse(text, &a, &e) < 0);
	assert_non_null(strstr(e.msg, "a shorter argument"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acts_are_taken_apart),
		cmocka_unit_test(errors_point_at_the_place),
		cmocka_unit_test(what_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
