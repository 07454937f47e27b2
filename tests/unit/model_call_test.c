/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls as strace prints them, and where those that do not parse are wrong. */
#include "model_help.h"

#include <linux/sched.h>
#include <signal.h>

static const struct {
	const char *text;
	const char *again; /* as it is printed; NULL: the same */
} good[] = {
	{"unshare(CLONE_NEWUTS|CLONE_NEWNET)", NULL},
	{"unshare(CLONE_NEWNET | CLONE_NEWUTS) = 0", "unshare(CLONE_NEWUTS|CLONE_NEWNET)"},
	{"unshare(0x40000000)", "unshare(CLONE_NEWNET)"},
	{"unshare(CLONE_NEWNET|0x3)", NULL},
	{"unshare(0x3 /* CLONE_??? */) = -1 EINVAL (Invalid argument)", "unshare(0x3)"},
	{"unshare(0)", NULL},
	{"fork()", NULL},
	{" fork", "fork()"},
	{"vfork() = 12", "vfork()"},
	{"clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
	 "child_tidptr=0x7f2a) = 4242",
	 "clone(flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD)"},
	{"clone(CLONE_NEWPID|SIGCHLD)", "clone(flags=CLONE_NEWPID|SIGCHLD)"},
	{"clone(flags=0)", NULL},
	{"clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f00, "
	 "stack_size=0x9000}, 88) = 7",
	 "clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f00, "
	 "stack_size=0x9000}, 88)"},
	{"clone3({flags=CLONE_NEWPID, exit_signal=SIGCHLD, stack=NULL, stack_size=0, "
	 "set_tid=[1, 77], tls=NULL}, 80)",
	 "clone3({flags=CLONE_NEWPID, exit_signal=SIGCHLD, stack=0, stack_size=0, "
	 "set_tid=[1, 77]}, 80)"},
	{"setns(3, CLONE_NEWNET)", NULL},
	{"setns(3<net:[4026531840]>, CLONE_NEWNET)", "setns(net:[4026531840], CLONE_NEWNET)"},
	{"setns(net:4026531840, 0)", "setns(net:[4026531840], 0)"},
	{"setns(pidfd:12, CLONE_NEWNS|CLONE_NEWUSER)", NULL},
	{"execve(\"/bin/sh\", [\"sh\", \"-c\", \"a, (b\"], 0x7ffc /* 3 vars */)", "execve()"},
	{"exit_group(0) = ?", "exit()"},
};

static const struct {
	const char *text;
	int at; /* the character that is wrong, from 1 */
} bad[] = {
	{"", 1},
	{"open(\"x\")", 1},
	{"unshare", 8},
	{"unshare()", 10},
	{"unshare(CLONE_NEWNETT)", 9},
	{"unshare(CLONE_NEWNET||CLONE_NEWUTS)", 22},
	{"unshare(CLONE_NEWNET", 21},
	{"unshare(CLONE_NEWNET|0xzz)", 23},
	{"unshare(CLONE_NEWNET, 3)", 23},
	{"unshare(99999999999999999999)", 9},
	{"fork(1)", 6},
	{"fork() x", 8},
	{"setns(nte:[1], 0)", 7},
	{"setns(net:[x], 0)", 12},
	{"setns(net:[1, 0)", 17},
	{"clone3(0x7ff, 88)", 8},
	{"clone3({flags=CLONE_NEWPID, 88)", 32},
	{"clone3({flags=CLONE_NEWPID, set_tid=1}, 88)", 37},
	{"clone(child_stack=NULL)", 19},
};

static void calls_of_strace_are_read_and_printed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct strbuf out = {0};
		struct err e = {""};
		struct call c, same;

		if (call_parse(good[i].text, &c, &e))
			fail_msg("%s: %s", good[i].text, e.msg);
		call_print(&out, &c);
		assert_string_equal(out.s, good[i].again ? good[i].again : good[i].text);
		assert_int_equal(call_parse(out.s, &same, &e), 0);
		assert_memory_equal(&same, &c, sizeof(c));
		strbuf_free(&out);
	}
}

static void errors_point_at_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err e = {""};
		struct call c;
		const char *at;
		char buf[64];

		assert_true(call_parse(bad[i].text, &c, &e) < 0);
		snprintf(buf, sizeof(buf), "at character %d, ", bad[i].at);
		at = strstr(e.msg, buf);
		if (!at)
			fail_msg("%s: not %s: %s", bad[i].text, buf, e.msg);
	}
}

static void legacy_clone_reads_its_low_byte_as_the_signal(void **state)
{
	struct err e = {""};
	struct call c;

	(void)state;
	assert_int_equal(call_parse("clone(CLONE_NEWTIME)", &c, &e), 0);
	assert_int_equal(c.flags, 0);
	assert_int_equal(c.exit_signal, CLONE_NEWTIME);
}

/* Whatever bytes come, parsing ends and says where or gives a call. */
static void any_bytes_are_safe(void **state)
{
	static const char alphabet[] = "unshare(CLONE_NEWNET|0x1){flags=[,]<>:\"\\ pidfd*/";
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[40] = "clone3({flags=";
		struct err e = {""};
		struct call c;
		size_t n = i % 3 ? 7 : 0;

		for (; n < sizeof(text) - 1; n++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			text[n] = alphabet[(seed >> 33) % (sizeof(alphabet) - 1)];
		}
		if (call_parse(text, &c, &e))
			assert_non_null(strstr(e.msg, "expected"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_strace_are_read_and_printed),
		cmocka_unit_test(errors_point_at_the_place),
		cmocka_unit_test(legacy_clone_reads_its_low_byte_as_the_signal),
		cmocka_unit_test(any_bytes_are_safe),
	};

	return cmocka_run_group_tests_name("model_call", tests, NULL, NULL);
}
