/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every refusal that the model knows, with the function that gives it; unwinding
 * at every allocation; and the rules of 4.4 beside those of today.
 */
#include "model_help.h"

#include <errno.h>
#include <linux/capability.h>

#define THREAD "CLONE_THREAD|CLONE_SIGHAND|CLONE_VM"

/*
 * Pid 1 makes the calls of `before` in turn. "+" before one: it must succeed and
 * the child that it makes goes on; otherwise its result does not matter.
 */
struct refusal {
	const char *call;
	int now; /* errno of today; 0: allowed */
	int old; /* of 4.4 */
	const char *func;
	const char *before[3];
};

static const struct refusal refusals[] = {
	/* copy_process(), in order */
	{"clone(CLONE_NEWNS|CLONE_FS)", EINVAL, EINVAL, "copy_process"},
	{"clone(CLONE_NEWUSER|CLONE_FS)", EINVAL, EINVAL, "copy_process"},
	{"clone(CLONE_THREAD)", EINVAL, EINVAL, "copy_process"},
	{"clone(CLONE_THREAD|CLONE_VM)", EINVAL, EINVAL, "copy_process"},
	{"clone(CLONE_SIGHAND)", EINVAL, EINVAL, "copy_process"},
	{"clone(CLONE_PARENT)", EINVAL, EINVAL, "copy_process"},
	{"clone(CLONE_PARENT)", 0, 0, NULL, {"+fork()"}},
	{"clone(" THREAD "|CLONE_NEWUSER)", EINVAL, EINVAL, "copy_process"},
	{"clone(" THREAD "|CLONE_NEWPID)", EINVAL, EINVAL, "copy_process"},
	{"clone(" THREAD ")", EINVAL, EINVAL, "copy_process", {"unshare(CLONE_NEWPID)"}},
	{"clone(" THREAD ")", 0, 0, NULL, {"unshare(CLONE_NEWUTS)"}},
	{"clone(CLONE_PIDFD|CLONE_DETACHED)", EINVAL, 0, "copy_process"},
	{"clone(CLONE_PIDFD|CLONE_PARENT_SETTID)", EINVAL, 0, "kernel_clone"},
	/* copy_namespaces(), create_new_namespaces() */
	{"clone(CLONE_NEWIPC|CLONE_SYSVSEM)", EINVAL, EINVAL, "copy_namespaces"},
	{"unshare(CLONE_NEWPID)", EINVAL, EINVAL, "copy_pid_ns", {"unshare(CLONE_NEWPID)"}},
	{"clone(CLONE_NEWPID)", EINVAL, EINVAL, "copy_pid_ns", {"unshare(CLONE_NEWPID)"}},
	{"clone(CLONE_NEWPID)", 0, 0, NULL, {"unshare(CLONE_NEWPID)", "+fork()"}},
	/* clone3() */
	{"clone3({flags=0, exit_signal=SIGCHLD}, 4097)", E2BIG, ENOSYS,
	 "copy_clone_args_from_user"},
	{"clone3({flags=0, exit_signal=SIGCHLD}, 63)", EINVAL, ENOSYS, "clone3_args_valid"},
	{"clone3({flags=0, exit_signal=SIGCHLD}, 64)", 0, ENOSYS, NULL},
	{"clone3({flags=0, exit_signal=0x100}, 88)", EINVAL, ENOSYS, "clone3_args_valid"},
	{"clone3({flags=0, exit_signal=65}, 88)", EINVAL, ENOSYS, "clone3_args_valid"},
	{"clone3({flags=CLONE_INTO_CGROUP}, 80)", EINVAL, ENOSYS, "clone3_args_valid"},
	{"clone3({flags=0x400000000}, 88)", EINVAL, ENOSYS, "clone3_args_valid"},
	{"clone3({flags=CLONE_DETACHED}, 88)", EINVAL, ENOSYS, "clone3_args_valid"},
	{"clone3({flags=0x11}, 88)", EINVAL, ENOSYS, "clone3_args_valid"},
	{"clone3({flags=CLONE_NEWTIME}, 88)", 0, ENOSYS, NULL},
	{"clone3({flags=CLONE_VM|CLONE_SIGHAND|CLONE_CLEAR_SIGHAND}, 88)", EINVAL, ENOSYS,
	 "clone3_args_valid"},
	{"clone3({flags=" THREAD ", exit_signal=SIGCHLD}, 88)", EINVAL, ENOSYS,
	 "clone3_args_valid"},
	{"clone3({flags=0, stack=0x1000}, 88)", EINVAL, ENOSYS, "clone3_args_valid"},
	{"clone3({flags=0, stack_size=0x1000}, 88)", EINVAL, ENOSYS, "clone3_args_valid"},
	/* alloc_pid() */
	{"clone3({flags=0, set_tid=[1]}, 88)", EEXIST, ENOSYS, "alloc_pid"},
	{"clone3({flags=0, set_tid=[0]}, 88)", EINVAL, ENOSYS, "alloc_pid"},
	{"clone3({flags=0, set_tid=[5000000]}, 88)", EINVAL, ENOSYS, "alloc_pid"},
	{"clone3({flags=0, set_tid=[77]}, 88)", 0, ENOSYS, NULL},
	{"clone3({flags=0, set_tid=[7, 8]}, 88)", EINVAL, ENOSYS, "alloc_pid"},
	{"clone3({flags=CLONE_NEWPID, set_tid=[5]}, 88)", EINVAL, ENOSYS, "alloc_pid"},
	{"clone3({flags=CLONE_NEWPID, set_tid=[1, 77]}, 88)", 0, ENOSYS, NULL},
	{"fork()", ENOMEM, ENOMEM, "alloc_pid", {"unshare(CLONE_NEWPID)", "!fork()"}},
	{"clone3({flags=CLONE_NEWPID|CLONE_NEWUSER, set_tid=[1, 77]}, 88)",
	 EPERM,
	 ENOSYS,
	 "alloc_pid",
	 {"+fork()", "drop"}},
	/* unshare() */
	{"unshare(0x1)", EINVAL, EINVAL, "check_unshare_flags"},
	{"unshare(CLONE_VFORK)", EINVAL, EINVAL, "check_unshare_flags"},
	{"unshare(CLONE_NEWCGROUP)", 0, EINVAL, "check_unshare_flags"},
	{"unshare(CLONE_NEWTIME)", 0, EINVAL, "check_unshare_flags"},
	{"unshare(0)", 0, 0, NULL},
	{"unshare(CLONE_THREAD)", EINVAL, EINVAL, "check_unshare_flags", {"clone(" THREAD ")"}},
	{"unshare(CLONE_NEWUSER)", EINVAL, EINVAL, "check_unshare_flags", {"clone(" THREAD ")"}},
	{"unshare(CLONE_NEWNET)", 0, 0, NULL, {"clone(" THREAD ")"}},
	{"unshare(CLONE_SIGHAND)",
	 EINVAL,
	 EINVAL,
	 "check_unshare_flags",
	 {"clone(CLONE_SIGHAND|CLONE_VM)"}},
	{"unshare(CLONE_VM)", EINVAL, EINVAL, "check_unshare_flags", {"vfork()"}},
	/* setns() */
	{"setns(3, 0)", EBADF, EBADF, "sys_setns"},
	{"setns(uts:[4026531838], CLONE_NEWNET)", EINVAL, EINVAL, "sys_setns"},
	{"setns(uts:[4026531838], CLONE_NEWUTS)", 0, 0, NULL},
	{"setns(user:[4026531837], 0)", EINVAL, EINVAL, "userns_install"},
	{"setns(pidfd:1, 0)", EINVAL, EINVAL, NULL},
	{"setns(pidfd:1, CLONE_VM)", EINVAL, EINVAL, NULL},
	{"setns(pidfd:1, CLONE_NEWUTS)", 0, EINVAL, "sys_setns"},
	{"setns(pidfd:4999, CLONE_NEWUTS)", ESRCH, EINVAL, NULL},
	{"setns(uts:[4026531838], 0)",
	 EPERM,
	 EPERM,
	 "utsns_install",
	 {"unshare(CLONE_NEWUSER|CLONE_NEWUTS)"}},
	{"setns(pid:[4026531836], 0)", EINVAL, EINVAL, "pidns_install", {"+clone(CLONE_NEWPID)"}},
	{"setns(mnt:[4026531832], 0)", EINVAL, EINVAL, "mntns_install", {"clone(CLONE_FS)"}},
	{"setns(time:[4026531834], 0)", EUSERS, EBADF, NULL, {"clone(" THREAD ")"}},
	{"setns(time:[4026531834], 0)", 0, EBADF, "sys_setns"},
	/* no capability */
	{"unshare(CLONE_NEWUTS)", EPERM, EPERM, "unshare_nsproxy_namespaces", {"+fork()", "drop"}},
	{"clone(CLONE_NEWUTS)", EPERM, EPERM, "copy_namespaces", {"+fork()", "drop"}},
	{"clone(CLONE_NEWUTS|CLONE_NEWUSER)", 0, 0, NULL, {"+fork()", "drop"}},
	{"unshare(CLONE_NEWUTS|CLONE_NEWUSER)", 0, 0, NULL, {"+fork()", "drop"}},
	{"setns(uts:[4026531838], 0)", EPERM, EPERM, "utsns_install", {"+fork()", "drop"}},
	{"setns(pidfd:1, CLONE_NEWUTS)", EPERM, EINVAL, NULL, {"+fork()", "drop"}},
	{"fork()", 0, 0, NULL, {"+fork()", "drop"}},
	/* create_user_ns() */
	{"unshare(CLONE_NEWUSER)", EPERM, EPERM, "create_user_ns", {"+fork()", "chroot"}},
	{"unshare(CLONE_NEWUSER)", EPERM, EPERM, "create_user_ns", {"unshare(CLONE_NEWUSER)"}},
	{"unshare(CLONE_NEWUSER)",
	 EPERM,
	 EPERM,
	 "unprivileged_userns_clone",
	 {"+fork()", "drop", "userns off"}},
	{"unshare(CLONE_NEWUSER)", 0, 0, NULL, {"+fork()", "userns off"}},
	{"fork()", EAGAIN, EAGAIN, "copy_process", {"+fork()", "drop", "nproc full"}},
	{"fork()", 0, 0, NULL, {"+fork()", "nproc full"}},
	{"fork()", EAGAIN, EAGAIN, "pids_can_fork", {"+fork()", "pids full"}},
	{"unshare(CLONE_NEWNET)", ENOSPC, 0, "inc_ucount", {"+fork()", "quota"}},
	{"unshare(CLONE_NEWUSER)", ENOSPC, 0, "inc_ucount", {"+fork()", "quota"}},
};

static void tell(struct model *m, pid_t tid, const char *what)
{
	struct model_facts f = {0};

	if (!strcmp(what, "drop")) {
		f.known = FACT_CRED;
		f.uid = f.euid = f.gid = f.egid = 1000;
	} else if (!strcmp(what, "chroot")) {
		f.known = FACT_CHROOT;
		f.is_chrooted = true;
	} else if (!strcmp(what, "quota")) {
		f.known = FACT_QUOTA;
	}
	f.is_userns_off = !strcmp(what, "userns off");
	f.is_nproc_full = !strcmp(what, "nproc full");
	f.is_pids_full = !strcmp(what, "pids full");
	assert_int_equal(model_tell(m, tid, &f), 0);
}

static pid_t prepare(struct model *m, const struct refusal *r)
{
	pid_t who = 1;

	for (unsigned i = 0; i < ARRAY_SIZE(r->before) && r->before[i]; i++) {
		const char *text = r->before[i];

		if (*text == '+') {
			who = call(m, who, text + 1, NULL);
			assert_true(who > 0);
		} else if (*text == '!') {
			pid_t child = call(m, who, text + 1, NULL);

			assert_int_equal(model_kill(m, child, NULL), 0);
			assert_int_equal(model_reap(m, child, NULL), 0);
		} else if (strchr(text, '(')) {
			call(m, who, text, NULL);
		} else {
			tell(m, who, text);
		}
	}
	return who;
}

static void check_refusal(const struct refusal *r, const char *rules, int expected)
{
	struct model *m = boot(rules);
	struct trace t = {0};
	pid_t who = prepare(m, r);
	char *before = state_of(m), *after;
	int ret = call(m, who, r->call, &t);

	if ((expected && ret != -expected) || (!expected && ret < 0))
		fail_msg("%s under %s: %d, not %d", r->call, rules, ret, -expected);
	if (expected) {
		const struct step *s = trace_refusal(&t);

		assert_non_null(s);
		assert_int_equal(s->err, ret);
		assert_true(s->why[0]);
		if (r->func && r->now == r->old && strcmp(s->func, r->func))
			fail_msg("%s under %s: refused by %s, not %s", r->call, rules, s->func,
				 r->func);
		after = state_of(m);
		assert_string_equal(after, before);
		free(after);
	}
	free(before);
	trace_free(&t);
	model_free(m);
}

static void every_refusal_has_its_errno_and_its_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		check_refusal(&refusals[i], "current", refusals[i].now);
		check_refusal(&refusals[i], "4.4", refusals[i].old);
	}
}

/* ---- unwinding ---- */

static const char *const failing[] = {
	"fork()",
	"vfork()",
	"clone(" THREAD "|CLONE_FS|CLONE_FILES)",
	"clone(CLONE_NEWUSER|CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET|"
	"CLONE_NEWCGROUP)",
	"clone(CLONE_NEWNET)",
	"unshare(CLONE_NEWUSER|CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET)",
	"unshare(CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET|CLONE_FILES)",
	"unshare(CLONE_NEWUSER)",
	"setns(uts:[4026531838], 0)",
};

/* How many places failed before the call came through. */
static unsigned fail_everywhere(const char *rules, const char *text)
{
	unsigned nth = 0;

	for (;;) {
		struct model *m = boot(rules);
		pid_t who = call(m, 1, "clone(CLONE_FS|CLONE_FILES)", NULL);
		char *before = state_of(m), *after;
		struct trace t = {0};
		int ret;

		model_inject(m, ++nth);
		ret = call(m, who, text, &t);
		if (!model_was_injected(m)) {
			assert_true(ret >= 0);
			free(before);
			trace_free(&t);
			model_free(m);
			return nth - 1;
		}
		if (ret >= 0 || !trace_refusal(&t) || trace_refusal(&t)->err != ret)
			fail_msg("%s under %s, failure %u: %d", text, rules, nth, ret);
		after = state_of(m);
		assert_string_equal(after, before);
		free(before);
		free(after);
		trace_free(&t);
		/* The same call must come through afterwards. */
		assert_true(call(m, who, text, NULL) >= 0);
		model_free(m);
	}
}

static void whatever_fails_is_unwound(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(failing); i++) {
		assert_true(fail_everywhere("current", failing[i]) >= 1);
		assert_true(fail_everywhere("4.4", failing[i]) >= 1);
	}
	/* files, fs, nsproxy; a number, an object and its contents for each of five */
	assert_int_equal(fail_everywhere("4.4", failing[6]), 3 + 5 * 3);
}

static bool has_undo(const struct trace *t, const char *text)
{
	for (uint32_t i = 0; i < t->steps.n; i++)
		if (t->steps.items[i].is_undo && strstr(t->steps.items[i].why, text))
			return true;
	return false;
}

/* The net namespace is the last of 4.4: what was made before it goes in reverse. */
static void unwinding_goes_backwards(void **state)
{
	struct model *m = boot("4.4");
	struct trace t = {0};
	int32_t last = -1;

	(void)state;
	for (unsigned nth = 1; nth < 64; nth++) {
		model_inject(m, nth);
		if (call(m, 1, "unshare(CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWNET)", &t) == 0)
			break;
		if (has_undo(&t, "pid namespace"))
			last = nth;
		if (last < 0)
			trace_free(&t);
		else
			break;
	}
	assert_true(last > 0);
	for (uint32_t i = 0, seen = 0; i < t.steps.n; i++) {
		static const char *const order[] = {"on the pid", "on the ipc", "on the uts",
						    "on the mnt", "new nsproxy"};

		if (!t.steps.items[i].is_undo || seen == ARRAY_SIZE(order))
			continue;
		assert_non_null(strstr(t.steps.items[i].why, order[seen]));
		seen++;
	}
	trace_free(&t);
	model_free(m);
}

/* The first fork into a new pid namespace that fails late leaves it dead; early, alive. */
static void a_first_fork_that_fails_late_kills_the_namespace(void **state)
{
	int n_dead = 0, n_alive = 0;

	(void)state;
	for (unsigned nth = 1;; nth++) {
		struct model *m = boot("current");
		struct trace t = {0};
		int ret, again;

		assert_int_equal(call(m, 1, "unshare(CLONE_NEWPID)", NULL), 0);
		model_inject(m, nth);
		ret = call(m, 1, "fork()", &t);
		again = call(m, 1, "fork()", NULL);
		trace_free(&t);
		model_free(m);
		if (ret >= 0)
			break;
		n_dead += again == -ENOMEM;
		n_alive += again > 0;
	}
	assert_true(n_alive > 5);
	assert_int_equal(n_dead, 1); /* can_fork of the control groups, after alloc_pid() */
}

/* ---- 4.4 ---- */

static void the_boot_of_4_4(void **state)
{
	struct trace t = {0};
	struct model *m = model_boot(rules_find("4.4"), &t);
	const struct snap *s = model_snap(m);
	bool has_null = false;
	int n_pointers = 0;

	(void)state;
	for (uint32_t i = 0; i < t.steps.n; i++)
		has_null |= strstr(t.steps.items[i].why, "mnt_ns is NULL") != NULL;
	assert_true(has_null);
	assert_int_equal(s->n_tasks, 2);
	for (int i = 0; i < NS_N_SLOTS; i++)
		n_pointers += s->nsproxies[0].ns[i] >= 0;
	assert_int_equal(n_pointers, 5);
	assert_int_equal(s->tasks[0].ns[SLOT_CGROUP], IX_UNSUPPORTED);
	assert_int_equal(s->nsproxies[0].count, 3); /* swapper, init, kthreadd */
	assert_int_equal(refs(m, NS_UTS, ns_kinds[NS_UTS].init_inum), 2);
	assert_int_equal(refs(m, NS_IPC, ns_kinds[NS_IPC].init_inum), 1);
	assert_int_equal(refs(m, NS_MNT, ns_kinds[NS_MNT].init_inum), 2);
	assert_int_equal(refs(m, NS_NET, ns_kinds[NS_NET].init_inum), 1);
	check_sound(m);
	snap_unref(s);
	trace_free(&t);
	model_free(m);
}

static void the_boot_of_today(void **state)
{
	struct model *m = boot("current");

	(void)state;
	assert_int_equal(refs(m, NS_TIME, ns_kinds[NS_TIME].init_inum), 3);
	assert_int_equal(refs(m, NS_CGROUP, ns_kinds[NS_CGROUP].init_inum), 2);
	assert_int_equal(refs(m, NS_PID, ns_kinds[NS_PID].init_inum), 2);
	check_sound(m);
	model_free(m);
}

/* user namespaces nest 33 deep, pid namespaces 32, in both; the errno differs. */
static int nest(const char *rules, const char *text, int *depth)
{
	struct model *m = boot(rules);
	struct model_extent all = {0, 0, UINT32_MAX};
	struct model_facts f = {.known = FACT_MAPS,
				.uid_map = &all,
				.gid_map = &all,
				.n_uid_map = 1,
				.n_gid_map = 1};
	pid_t who = 1;
	int ret;

	for (*depth = 0; (ret = call(m, who, text, NULL)) > 0; (*depth)++) {
		who = ret;
		model_tell(m, who, &f);
	}
	model_free(m);
	return ret;
}

static void nesting_has_an_end(void **state)
{
	int depth;

	(void)state;
	assert_int_equal(nest("current", "clone(CLONE_NEWPID)", &depth), -ENOSPC);
	assert_int_equal(depth, 32);
	assert_int_equal(nest("4.4", "clone(CLONE_NEWPID)", &depth), -EINVAL);
	assert_int_equal(depth, 32);
	assert_int_equal(nest("current", "clone(CLONE_NEWUSER)", &depth), -ENOSPC);
	assert_int_equal(depth, 33);
	assert_int_equal(nest("4.4", "clone(CLONE_NEWUSER)", &depth), -EUSERS);
	assert_int_equal(depth, 33);
}

/* A pid namespace may only be made below one whose owner is above: not so in 4.4. */
static void the_owner_of_a_pid_namespace_is_above(void **state)
{
	static const struct {
		const char *rules;
		int expected;
	} cases[] = {{"current", -EINVAL}, {"6.1", -EINVAL}, {"4.4", 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct model *m = boot(cases[i].rules);
		pid_t other = call(m, 1, "clone(CLONE_NEWUSER|CLONE_NEWPID)", NULL), child;
		char text[64];

		snprintf(text, sizeof(text), "setns(pid:[%u], 0)", slot(m, other, SLOT_PID));
		assert_int_equal(call(m, 1, text, NULL), 0);
		child = call(m, 1, "fork()", NULL);
		assert_int_equal(call(m, child, "unshare(CLONE_NEWPID)", NULL), cases[i].expected);
		model_free(m);
	}
}

/* What 6.18 allows and 6.1 does not, and the other way round. */
static void between_6_1_and_today(void **state)
{
	static const struct refusal of_6_1[] = {
		{"clone3({flags=CLONE_NEWTIME}, 88)", EINVAL, 0},
		{"clone(" THREAD "|CLONE_PIDFD)", EINVAL, 0},
		{"clone(" THREAD ")", EINVAL, 0, NULL, {"unshare(CLONE_NEWTIME)"}},
		{"vfork()", EINVAL, 0, NULL, {"unshare(CLONE_NEWTIME)"}},
		{"fork()", 0, 0, NULL, {"unshare(CLONE_NEWTIME)"}},
		{"setns(pidfd:1, CLONE_NEWUTS)", 0, 0},
	};
	static const char *const rules[] = {"6.1", "current"};

	(void)state;
	assert_string_equal(rules_for_release("6.18.44-fc")->name, "current");
	assert_string_equal(rules_for_release("6.1.0-13-amd64")->name, "6.1");
	assert_string_equal(rules_for_release("4.4.178")->name, "4.4");
	assert_string_equal(rules_for_release("")->name, "current");
	for (size_t i = 0; i < ARRAY_SIZE(of_6_1); i++) {
		check_refusal(&of_6_1[i], "6.1", of_6_1[i].now);
		check_refusal(&of_6_1[i], "current", of_6_1[i].old);
	}
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		struct model *m = boot(rules[i]);
		pid_t a = call(m, 1, "fork()", NULL);

		assert_int_equal(call(m, a, "unshare(CLONE_NEWTIME)", NULL), 0);
		assert_int_equal(call(m, a, "execve()", NULL), 0);
		assert_int_equal(slot(m, a, SLOT_TIME) == slot(m, a, SLOT_TIME_FOR_CHILDREN), i);
		model_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_has_its_errno_and_its_check),
		cmocka_unit_test(whatever_fails_is_unwound),
		cmocka_unit_test(unwinding_goes_backwards),
		cmocka_unit_test(a_first_fork_that_fails_late_kills_the_namespace),
		cmocka_unit_test(the_boot_of_4_4),
		cmocka_unit_test(the_boot_of_today),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(the_owner_of_a_pid_namespace_is_above),
		cmocka_unit_test(between_6_1_and_today),
	};

	return cmocka_run_group_tests_name("model_rules", tests, NULL, NULL);
}
