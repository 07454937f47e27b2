/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What calls change: who shares an nsproxy, which counts move, how things end. */
#include "model_help.h"

#include <errno.h>

#define THREAD "CLONE_THREAD|CLONE_SIGHAND|CLONE_VM|CLONE_FS|CLONE_FILES"

static void sharing_counts_on_the_nsproxy_alone(void **state)
{
	struct model *m = boot("current");
	int32_t was = nsproxy_count(m, 1), uts = refs(m, NS_UTS, ns_kinds[NS_UTS].init_inum);
	pid_t child = call(m, 1, "fork()", NULL),
	      thread = call(m, child, "clone(" THREAD ")", NULL);

	(void)state;
	assert_int_equal(nsproxy_count(m, 1), was + 2);
	assert_true(same_nsproxy(m, 1, thread));
	assert_int_equal(refs(m, NS_UTS, ns_kinds[NS_UTS].init_inum), uts);
	model_free(m);
}

static void unshare_copies_and_moves_one_task(void **state)
{
	struct model *m = boot("current");
	uint32_t init_net = slot(m, 1, SLOT_NET), init_uts = slot(m, 1, SLOT_UTS);
	int32_t n_net = refs(m, NS_NET, init_net), n_uts = refs(m, NS_UTS, init_uts);
	pid_t a = call(m, 1, "fork()", NULL);

	(void)state;
	assert_int_equal(call(m, a, "unshare(CLONE_NEWNET)", NULL), 0);
	assert_int_equal(nsproxy_count(m, a), 1);
	assert_int_not_equal(slot(m, a, SLOT_NET), init_net);
	assert_int_equal(slot(m, a, SLOT_UTS), init_uts);
	assert_int_equal(refs(m, NS_NET, slot(m, a, SLOT_NET)), 1);
	assert_int_equal(refs(m, NS_NET, init_net), n_net);
	assert_int_equal(refs(m, NS_UTS, init_uts), n_uts + 1);
	model_free(m);
}

/* The kernel never looks for an equal one: even setns() to where one is makes a new one. */
static void equal_contents_are_not_the_same_nsproxy(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL);

	(void)state;
	assert_true(same_nsproxy(m, 1, a));
	assert_int_equal(call(m, a, "setns(uts:[4026531838], 0)", NULL), 0);
	assert_false(same_nsproxy(m, 1, a));
	assert_int_equal(slot(m, a, SLOT_UTS), slot(m, 1, SLOT_UTS));
	model_free(m);
}

/* The table of counts that was measured: 4.1 of the notes on the kernel, row by row. */
static void counts_of_a_namespace_and_its_tasks(void **state)
{
	static const enum ns_kind plain[] = {NS_UTS, NS_IPC, NS_MNT, NS_NET, NS_CGROUP};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		struct model *m = boot("current");
		pid_t a = call(m, 1, "fork()", NULL);
		struct call c = {.kind = CALL_UNSHARE, .flags = ns_kinds[plain[i]].clone_flag};
		uint32_t inum;

		assert_int_equal(model_call(m, a, &c, NULL), 0);
		inum = slot(m, a, (enum ns_slot)plain[i]);
		assert_int_equal(refs(m, plain[i], inum), 1);
		for (int n = 0; n < 3; n++)
			assert_true(call(m, a, "clone(" THREAD ")", NULL) > 0);
		assert_int_equal(nsproxy_count(m, a), 4);
		assert_true(call(m, a, "fork()", NULL) > 0);
		assert_int_equal(nsproxy_count(m, a), 5);
		assert_int_equal(refs(m, plain[i], inum), 1);
		model_free(m);
	}
}

static void a_time_namespace_is_entered_by_children_and_by_exec(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL), child;
	uint32_t time;

	(void)state;
	assert_int_equal(call(m, a, "unshare(CLONE_NEWTIME)", NULL), 0);
	time = slot(m, a, SLOT_TIME_FOR_CHILDREN);
	assert_int_equal(slot(m, a, SLOT_TIME), ns_kinds[NS_TIME].init_inum);
	assert_int_equal(refs(m, NS_TIME, time), 1);
	assert_true(call(m, a, "clone(" THREAD ")", NULL) > 0);
	assert_int_equal(nsproxy_count(m, a), 2);
	child = call(m, a, "fork()", NULL);
	assert_int_equal(slot(m, child, SLOT_TIME), time);
	assert_false(same_nsproxy(m, a, child));
	assert_int_equal(refs(m, NS_TIME, time), 3);
	assert_int_equal(call(m, a, "execve()", NULL), 0);
	assert_int_equal(slot(m, a, SLOT_TIME), time);
	assert_int_equal(refs(m, NS_TIME, time), 4);
	model_free(m);
}

static void a_user_namespace_is_held_by_cred_and_ucounts(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL);
	uint32_t user;

	(void)state;
	assert_int_equal(call(m, a, "unshare(CLONE_NEWUSER)", NULL), 0);
	user = slot(m, a, SLOT_USER);
	assert_int_equal(refs(m, NS_USER, user), 2);
	assert_true(call(m, a, "clone(" THREAD ")", NULL) > 0);
	assert_int_equal(refs(m, NS_USER, user), 2);
	assert_true(call(m, a, "fork()", NULL) > 0);
	assert_int_equal(refs(m, NS_USER, user), 3);
	assert_int_equal(call(m, a, "unshare(CLONE_NEWUTS)", NULL), 0);
	assert_int_equal(refs(m, NS_USER, user), 4);
	assert_int_equal(call(m, a, "unshare(CLONE_NEWIPC)", NULL), 0);
	assert_int_equal(refs(m, NS_USER, user), 6);
	/* Both threads' mm is one, and new; its exe_file keeps the credentials of before. */
	assert_int_equal(call(m, a, "execve()", NULL), 0);
	assert_int_equal(refs(m, NS_USER, user), 8);
	model_free(m);
}

static void pids_have_a_number_a_level(void **state)
{
	struct model *m = boot("current");
	pid_t outer = call(m, 1, "clone(CLONE_NEWPID)", NULL);
	pid_t inner = call(m, outer, "clone(CLONE_NEWPID)", NULL), last;
	const struct snap *s;
	const struct task *t;

	(void)state;
	last = call(m, inner, "fork()", NULL);
	s = model_snap(m);
	t = &s->tasks[snap_find_task(s, last)];
	assert_int_equal(t->n_pids, 3);
	assert_int_equal(t->pids[0], last);
	assert_int_equal(t->pids[1], 3);
	assert_int_equal(t->pids[2], 2);
	snap_unref(s);
	model_free(m);
}

static bool is_alive(const struct model *m, pid_t tid)
{
	const struct snap *s = model_snap(m);
	bool found = snap_find_task(s, tid) >= 0;

	snap_unref(s);
	return found;
}

static void the_death_of_an_init_takes_everyone(void **state)
{
	struct model *m = boot("current");
	pid_t outer = call(m, 1, "clone(CLONE_NEWPID|CLONE_NEWUTS)", NULL);
	pid_t child = call(m, outer, "fork()", NULL);
	pid_t nested = call(m, child, "clone(CLONE_NEWPID)", NULL);
	pid_t deep = call(m, nested, "fork()", NULL);
	uint32_t pidns = slot(m, outer, SLOT_PID), inner = slot(m, nested, SLOT_PID);

	(void)state;
	/* nsproxies of the init and (new) of nested; 2 struct pids; the child namespace */
	assert_int_equal(refs(m, NS_PID, pidns), 1 + 2 + 1);
	assert_int_equal(model_kill(m, outer, NULL), 0);
	check_sound(m);
	assert_false(is_alive(m, child));
	assert_false(is_alive(m, nested));
	assert_false(is_alive(m, deep));
	assert_true(is_alive(m, outer)); /* a zombie */
	assert_int_equal(refs(m, NS_PID, inner), 0);
	assert_int_equal(refs(m, NS_PID, pidns), 1);
	assert_int_equal(model_reap(m, outer, NULL), 0);
	assert_int_equal(refs(m, NS_PID, pidns), 0);
	check_sound(m);
	model_free(m);
}

static void orphans_go_to_the_init_of_their_pid_namespace(void **state)
{
	struct model *m = boot("current");
	pid_t init = call(m, 1, "clone(CLONE_NEWPID)", NULL);
	pid_t middle = call(m, init, "fork()", NULL), orphan = call(m, middle, "fork()", NULL);
	const struct snap *s;

	(void)state;
	assert_int_equal(model_kill(m, middle, NULL), 0);
	s = model_snap(m);
	assert_int_equal(s->tasks[snap_find_task(s, orphan)].ppid, init);
	snap_unref(s);
	check_sound(m);
	model_free(m);
}

static void exec_of_a_thread_takes_the_leaders_place(void **state)
{
	struct model *m = boot("current");
	pid_t leader = call(m, 1, "fork()", NULL);
	pid_t thread = call(m, leader, "clone(" THREAD ")", NULL);

	(void)state;
	assert_true(call(m, leader, "clone(" THREAD ")", NULL) > 0);
	assert_int_equal(nsproxy_count(m, leader), 2 + 1 + 3);
	assert_int_equal(call(m, thread, "execve()", NULL), 0);
	assert_false(is_alive(m, thread));
	assert_true(is_alive(m, leader));
	assert_int_equal(nsproxy_count(m, leader), 2 + 1 + 1);
	assert_true(call(m, leader, "fork()", NULL) > 0);
	model_free(m);
}

/* What a task makes is gone when it is reaped, and ids are used again. */
/* setns() with a pidfd moves the root of all who share fs_struct, but one nsproxy. */
static void a_shared_root_that_moved_is_a_chroot_to_the_others(void **state)
{
	struct model *m = boot("current");
	pid_t child = call(m, 1, "clone(CLONE_NEWNS)", NULL);
	pid_t other = call(m, 1, "clone(CLONE_FS)", NULL);
	char text[64];

	(void)state;
	assert_int_equal(call(m, other, "unshare(CLONE_NEWUSER)", NULL), 0);
	other = call(m, 1, "clone(CLONE_FS)", NULL);
	snprintf(text, sizeof(text), "setns(pidfd:%d, CLONE_NEWNS)", child);
	assert_int_equal(call(m, 1, text, NULL), -EINVAL); /* alone it takes a root of one's own */
	snprintf(text, sizeof(text), "setns(pidfd:%d, CLONE_NEWNS|CLONE_NEWUTS)", child);
	assert_int_equal(call(m, 1, text, NULL), 0);
	assert_true(slot(m, 1, SLOT_MNT) == slot(m, child, SLOT_MNT));
	assert_true(slot(m, other, SLOT_MNT) != slot(m, child, SLOT_MNT));
	assert_int_equal(call(m, other, "unshare(CLONE_NEWUSER)", NULL), -EPERM);
	assert_true(call(m, 1, "clone(CLONE_NEWUSER)", NULL) > 0);
	/* A namespace of one's own does not help: the root is not in what was copied. */
	assert_int_equal(call(m, other, "unshare(CLONE_NEWNS)", NULL), 0);
	assert_int_equal(call(m, other, "unshare(CLONE_NEWUSER)", NULL), -EPERM);
	snprintf(text, sizeof(text), "setns(pidfd:%d, CLONE_NEWNS)", child);
	assert_int_equal(call(m, other, text, NULL), 0);
	assert_int_equal(call(m, other, "unshare(CLONE_NEWUSER)", NULL), 0);
	model_free(m);
}

/* The mount namespace is entered with a copy of fs_struct; the user namespace looks at the own. */
static void a_shared_root_keeps_out_of_user_namespaces(void **state)
{
	struct model *m = boot("current");
	pid_t child = call(m, 1, "clone(CLONE_NEWUSER|CLONE_NEWNS)", NULL);
	pid_t other = call(m, 1, "clone(CLONE_FS)", NULL);
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "setns(pidfd:%d, CLONE_NEWNS|CLONE_NEWUSER)", child);
	assert_int_equal(call(m, other, text, NULL), -EINVAL);
	assert_int_equal(call(m, other, "unshare(CLONE_FS)", NULL), 0);
	assert_int_equal(call(m, other, text, NULL), 0);
	model_free(m);
}

/* Who detaches the segments of a copy that failed is its parent: the copy has no number yet. */
static void a_failed_fork_gives_back_attached_segments(void **state)
{
	struct model *m = boot("current");

	(void)state;
	assert_int_equal(model_ipc_get(m, 1, 5, MODEL_SHM, true, NULL), 0);
	assert_int_equal(model_shmat(m, 1, 5, 0, NULL), 0);
	assert_int_equal(call(m, 1, "clone3({flags=0, set_tid=[1]})", NULL), -EEXIST);
	assert_int_equal(model_shmdt(m, 1, 5, NULL), 0);
	check_sound(m);
	model_free(m);
}

static void memory_follows_what_lives(void **state)
{
	struct model *m = boot("current");
	struct call fork_call = {.kind = CALL_FORK, .exit_signal = 17};
	struct call unshare_call = {.kind = CALL_UNSHARE,
				    .flags = ns_kinds[NS_NET].clone_flag |
					     ns_kinds[NS_UTS].clone_flag |
					     ns_kinds[NS_USER].clone_flag};
	uint32_t was[OBJ_N_KINDS];
	struct model_extent all = {0, 0, UINT32_MAX};
	struct model_facts f = {.known = FACT_MAPS,
				.uid_map = &all,
				.gid_map = &all,
				.n_uid_map = 1,
				.n_gid_map = 1};

	(void)state;
	for (int kind = 0; kind < OBJ_N_KINDS; kind++)
		was[kind] = model_n_objects(m, kind);
	for (int i = 0; i < 100000; i++) {
		pid_t tid = model_call(m, 1, &fork_call, NULL);

		assert_true(tid > 0);
		assert_int_equal(model_call(m, tid, &unshare_call, NULL), 0);
		assert_int_equal(model_tell(m, tid, &f), 0);
		assert_int_equal(model_call(m, tid, &unshare_call, NULL), 0);
		assert_int_equal(model_kill(m, tid, NULL), 0);
		assert_int_equal(model_reap(m, tid, NULL), 0);
	}
	for (int kind = 0; kind < OBJ_N_KINDS; kind++)
		assert_int_equal(model_n_objects(m, kind), was[kind]);
	check_sound(m);
	model_free(m);
}

static void steps_name_the_kernel_function_and_the_change(void **state)
{
	struct model *m = boot("current");
	struct trace t = {0};
	bool has_switch = false, has_link = false;

	(void)state;
	assert_int_equal(call(m, 1, "unshare(CLONE_NEWNET)", &t), 0);
	for (uint32_t i = 0; i < t.steps.n; i++) {
		const struct step *s = &t.steps.items[i];

		assert_true(s->file[0] && s->func[0] && s->why[0]);
		has_switch |= !strcmp(s->func, "switch_task_namespaces");
	}
	for (uint32_t i = 0; i < t.changes.n; i++) {
		const struct change *c = &t.changes.items[i];

		has_link |=
			c->is_link && !strcmp(c->field, "net") && !strcmp(c->now_text, "net:[new]");
	}
	assert_true(has_switch);
	assert_true(has_link);
	trace_free(&t);
	model_free(m);
}

/* What a probe could count may be less than what the model knows to share. */
static void facts_never_take_what_threads_share(void **state)
{
	struct model *m = boot("current");
	struct model_facts f = {
		.n_fs_users = 1, .n_mm_users = 1, .n_files_users = 1, .n_sighand_users = 1};
	pid_t leader = call(m, 1, "fork()", NULL);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(call(m, leader, "clone(" THREAD ")", NULL) > 0);
	assert_int_equal(model_tell(m, leader, &f), 0);
	assert_int_equal(call(m, leader, "setns(mnt:[4026531832], 0)", NULL), -EINVAL);
	assert_int_equal(call(m, leader, "execve()", NULL), 0);
	model_kill(m, leader, NULL);
	model_reap(m, leader, NULL);
	check_sound(m);
	leader = call(m, 1, "fork()", NULL);
	assert_true(call(m, leader, "clone(" THREAD ")", NULL) > 0);
	f.known = FACT_SHARING; /* all could be asked: its root directory is its own */
	assert_int_equal(model_tell(m, leader, &f), 0);
	assert_int_equal(call(m, leader, "setns(mnt:[4026531832], 0)", NULL), 0);
	model_kill(m, leader, NULL);
	check_sound(m);
	model_free(m);
}

static void check_ns(const struct model *m, enum ns_kind kind, uint32_t inum, const char *expected)
{
	struct strbuf out = {0};

	assert_true(model_print_ns(m, kind, inum, &out));
	assert_non_null(strstr(out.s, expected));
	strbuf_free(&out);
}

static void namespaces_carry_what_the_structs_show(void **state)
{
	static const char *const rules[] = {"4.4", "current"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		struct model *m = boot(rules[i]);
		pid_t a = call(m, 1,
			       "clone(CLONE_NEWPID|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWNET|"
			       "CLONE_NEWNS|CLONE_NEWUSER)",
			       NULL);
		struct strbuf out = {0};

		check_ns(m, NS_PID, slot(m, a, SLOT_PID),
			 "level 1, parent pid:[4026531836], last_pid 1, child_reaper task 3");
		check_ns(m, NS_UTS, slot(m, a, SLOT_UTS), "nodename (none), domainname (none)");
		check_ns(m, NS_IPC, slot(m, a, SLOT_IPC), "ids: 0 sem, 0 msg, 0 shm");
		check_ns(m, NS_NET, slot(m, a, SLOT_NET), "lo is down, 0 nsids");
		check_ns(m, NS_MNT, slot(m, a, SLOT_MNT), "list: 1 mount\n");
		check_ns(m, NS_USER, slot(m, a, SLOT_USER), "level 1, parent user:[4026531837]");
		assert_false(model_print_ns(m, NS_NET, 5, &out));
		model_print_new(m, &out);
		assert_non_null(strstr(out.s, "net:[new]: loopback_dev"));
		strbuf_free(&out);
		model_kill(m, a, NULL);
		check_ns(m, NS_PID, slot(m, a, SLOT_PID), "takes no more processes");
		model_free(m);
	}
}

/* A model of the model's own snap is the same machine, and goes on the same way. */
static void a_seed_gives_back_its_snap(void **state)
{
	static const char *const calls[] = {"unshare(CLONE_NEWUTS)", "fork()",
					    "clone(CLONE_NEWPID|CLONE_NEWNET)",
					    "unshare(CLONE_NEWUSER)"};
	struct model *m = boot("current"), *again;
	pid_t a = call(m, 1, "clone(CLONE_NEWPID|CLONE_NEWUTS)", NULL);
	const struct snap *s;
	char *x, *y;

	(void)state;
	call(m, a, "clone(" THREAD ")", NULL);
	call(m, a, "fork()", NULL);
	s = model_snap(m);
	again = model_seed(rules_find("current"), s);
	snap_unref(s);
	x = state_of(m);
	y = state_of(again);
	assert_string_equal(x, y);
	check_sound(again);
	free(x);
	free(y);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		assert_int_equal(call(m, 1, calls[i], NULL), call(again, 1, calls[i], NULL));
	model_free(m);
	model_free(again);
}

/* A reader inside a pid namespace sees the numbers from its own level on. */
static void numbers_of_a_seed_begin_at_its_reader(void **state)
{
	struct snap_builder *b = snap_builder_new();
	int32_t row = builder_add_task(b, 5, 5), above = IX_NONE;
	const struct snap *s, *seen;
	const struct task *t;
	struct model *m;

	(void)state;
	for (uint32_t inum = 1; inum <= 3; inum++) {
		int32_t ns = builder_ns(b, NS_PID, inum, NULL);

		builder_ns_row(b, ns)->parent = above;
		above = ns;
	}
	builder_task(b, row)->ns[SLOT_PID] = above;
	builder_set_pids(b, row, (pid_t[]){5, 1}, 2);
	seen = snap_freeze(b, false);
	m = model_seed(rules_find("current"), seen);
	s = model_snap(m);
	t = &s->tasks[snap_find_task(s, 5)];
	assert_int_equal(t->n_pids, 3);
	assert_int_equal(t->pids[1], 5);
	assert_int_equal(t->pids[2], 1);
	snap_unref(s);
	model_free(m);
	snap_unref(seen);
	snap_builder_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sharing_counts_on_the_nsproxy_alone),
		cmocka_unit_test(unshare_copies_and_moves_one_task),
		cmocka_unit_test(equal_contents_are_not_the_same_nsproxy),
		cmocka_unit_test(counts_of_a_namespace_and_its_tasks),
		cmocka_unit_test(a_time_namespace_is_entered_by_children_and_by_exec),
		cmocka_unit_test(a_user_namespace_is_held_by_cred_and_ucounts),
		cmocka_unit_test(pids_have_a_number_a_level),
		cmocka_unit_test(the_death_of_an_init_takes_everyone),
		cmocka_unit_test(orphans_go_to_the_init_of_their_pid_namespace),
		cmocka_unit_test(exec_of_a_thread_takes_the_leaders_place),
		cmocka_unit_test(a_shared_root_that_moved_is_a_chroot_to_the_others),
		cmocka_unit_test(a_shared_root_keeps_out_of_user_namespaces),
		cmocka_unit_test(a_failed_fork_gives_back_attached_segments),
		cmocka_unit_test(memory_follows_what_lives),
		cmocka_unit_test(steps_name_the_kernel_function_and_the_change),
		cmocka_unit_test(facts_never_take_what_threads_share),
		cmocka_unit_test(namespaces_carry_what_the_structs_show),
		cmocka_unit_test(a_seed_gives_back_its_snap),
		cmocka_unit_test(numbers_of_a_seed_begin_at_its_reader),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
