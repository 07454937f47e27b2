/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls that are functions of their own: what each changes, and each errno that it gives. */
#include "model_help.h"

#include <errno.h>
#include <signal.h>

#define ALL                                                                                        \
	"CLONE_NEWUSER|CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET|"           \
	"CLONE_NEWCGROUP"
#define THREAD "CLONE_THREAD|CLONE_SIGHAND|CLONE_VM|CLONE_FS|CLONE_FILES"

static bool is_alive(const struct model *m, pid_t tid)
{
	const struct snap *s = model_snap(m);
	int32_t ix = snap_find_task(s, tid);
	bool is = ix >= 0 && s->tasks[ix].state != 'Z';

	snap_unref(s);
	return is;
}

static pid_t parent_of(const struct model *m, pid_t tid)
{
	const struct snap *s = model_snap(m);
	pid_t ppid = s->tasks[snap_find_task(s, tid)].ppid;

	snap_unref(s);
	return ppid;
}

static void map_root(struct model *m, pid_t tid)
{
	const struct model_extent root = {0, 0, 1};

	assert_int_equal(model_write_setgroups(m, tid, tid, false, NULL), 0);
	assert_int_equal(model_write_map(m, tid, tid, false, &root, 1, NULL), 0);
	assert_int_equal(model_write_map(m, tid, tid, true, &root, 1, NULL), 0);
}

static void a_host_name_is_of_one_uts_namespace(void **state)
{
	static const char too_long[] =
		"0123456789012345678901234567890123456789012345678901234567890123x";
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWUTS)", NULL), b = call(m, a, "fork()", NULL);

	(void)state;
	must_do(m, model_sethostname(m, a, "web", &t));
	assert_true(shows(m, NS_UTS, slot(m, b, SLOT_UTS), "nodename web,"));
	assert_true(shows(m, NS_UTS, slot(m, 1, SLOT_UTS), "nodename (none),"));
	must_refuse(m, EINVAL, "sys_sethostname", model_sethostname(m, a, too_long, &t));
	must_do(m, model_sethostname(m, a, too_long + 1, &t));
	drop(m, b, 1000);
	must_refuse(m, EPERM, "sys_sethostname", model_sethostname(m, b, "no", &t));
	assert_int_equal(call(m, b, "unshare(CLONE_NEWUSER)", NULL), 0);
	must_refuse(m, EPERM, "sys_sethostname", model_sethostname(m, b, "no", &t));
	assert_int_equal(call(m, b, "unshare(CLONE_NEWUTS)", NULL), 0);
	must_do(m, model_sethostname(m, b, "yes", &t));
	assert_int_equal(model_sethostname(m, 4999, "no", NULL), -ESRCH);
	model_free(m);
}

static void ids_are_of_a_thread_and_need_a_map(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWUSER)", NULL), thread;
	uint32_t user = slot(m, a, SLOT_USER);
	int32_t n;

	(void)state;
	must_refuse(m, EINVAL, "__sys_setresuid", model_setuid(m, a, 0, &t));
	must_refuse(m, EINVAL, "__sys_setresgid", model_setgid(m, a, 0, &t));
	map_root(m, a);
	must_do(m, model_setuid(m, a, 0, &t));
	model_free(m);

	m = boot("current");
	a = call(m, 1, "fork()", NULL);
	thread = call(m, a, "clone(" THREAD ")", NULL);
	user = slot(m, a, SLOT_USER);
	n = refs(m, NS_USER, user);
	must_do(m, model_setgid(m, thread, 1000, &t)); /* a cred of its own */
	assert_int_equal(refs(m, NS_USER, user), n + 1);
	must_do(m, model_setuid(m, thread, 1000, &t)); /* and the counters of uid 1000 */
	assert_int_equal(refs(m, NS_USER, user), n + 2);
	must_refuse(m, EPERM, "__sys_setresuid", model_setuid(m, thread, 0, &t));
	must_refuse(m, EPERM, "__sys_setresgid", model_setgid(m, thread, 0, &t));
	must_do(m, model_setuid(m, thread, 1000, &t));
	/* It is no longer root, and the other thread is. */
	must_refuse(m, EPERM, "may_mount", model_mount(m, thread, "proc", "/m1", &t));
	must_do(m, model_mount(m, a, "proc", "/m1", &t));
	model_inject(m, 1);
	must_refuse(m, ENOMEM, "prepare_creds", model_setuid(m, a, 7, &t));
	model_inject(m, 2);
	must_refuse(m, EAGAIN, "set_cred_ucounts", model_setuid(m, a, 7, &t));
	model_free(m);
}

static void a_chroot_keeps_user_namespaces_out(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL), b = call(m, a, "fork()", NULL);

	(void)state;
	must_do(m, model_mount(m, a, "tmpfs", "/new", &t));
	must_do(m, model_pivot_root(m, a, "/new", "/new/old", &t));
	assert_int_equal(call(m, b, "clone(CLONE_NEWUSER)", NULL) > 0, 1);
	must_do(m, model_chroot(m, a, &t));
	assert_int_equal(call(m, a, "unshare(CLONE_NEWUSER)", NULL), -EPERM);
	must_do(m, model_mount(m, a, "tmpfs", "/new", &t));
	must_refuse(m, EINVAL, "pivot_root", model_pivot_root(m, a, "/new", "/new/old", &t));
	/* Its root is in its own mount namespace all the same. */
	must_do(m, model_mount(m, a, "tmpfs", "/m1", &t));
	drop(m, b, 1000);
	must_refuse(m, EPERM, "sys_chroot", model_chroot(m, b, &t));
	must_refuse(m, EPERM, "may_mount", model_pivot_root(m, b, "/new", "/new/old", &t));
	model_free(m);
}

/* Superblocks: 4.2 and 4.3 of the notes on the kernel. */
/* setns() by pidfd moves the root of all who share fs_struct, and the mount namespace of one. */
static void a_root_may_outlive_its_mount_namespace(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL), other = call(m, 1, "clone(CLONE_NEWNS)", NULL);
	pid_t b = call(m, a, "clone(CLONE_FS)", NULL);
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "setns(pidfd:%d, CLONE_NEWNS|CLONE_NEWUTS)", other);
	assert_int_equal(call(m, a, text, NULL), 0);
	assert_false(model_is_chrooted(m, b));
	assert_int_equal(call(m, other, "exit()", NULL), 0);
	assert_false(model_is_chrooted(m, b));
	assert_int_equal(call(m, a, "exit()", NULL), 0);
	assert_true(model_is_chrooted(m, b));
	model_free(m);
}

static void mounts_count_by_what_they_show(void **state)
{
	static const struct {
		const char *type;
		int pid, ipc, net, user;
	} rows[] = {{"proc", 1, 0, 0, 1},
		    {"tmpfs", 0, 0, 0, 1},
		    {"mqueue", 0, 0, 0, 0},
		    {"sysfs", 0, 0, 0, 0},
		    {"cgroup2", 0, 0, 0, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct model *m = boot("current");
		pid_t a = call(m, 1, "clone(" ALL ")", NULL), b;
		uint32_t pid = slot(m, a, SLOT_PID), ipc = slot(m, a, SLOT_IPC),
			 net = slot(m, a, SLOT_NET), user = slot(m, a, SLOT_USER);
		int32_t n_pid = refs(m, NS_PID, pid), n_ipc = refs(m, NS_IPC, ipc),
			n_net = refs(m, NS_NET, net), n_user = refs(m, NS_USER, user);

		must_do(m, model_mount(m, a, rows[i].type, "/m7", &t));
		assert_true(shows(m, NS_MNT, slot(m, a, SLOT_MNT), rows[i].type));
		assert_int_equal(refs(m, NS_PID, pid), n_pid + rows[i].pid);
		assert_int_equal(refs(m, NS_IPC, ipc), n_ipc + rows[i].ipc);
		assert_int_equal(refs(m, NS_NET, net), n_net + rows[i].net);
		assert_int_equal(refs(m, NS_USER, user), n_user + rows[i].user);
		/* A copy of the mount namespace shares the superblock. The rest is the child's: its
		   credentials and what it owns, its struct pid and its nsproxy. */
		b = call(m, a, "clone(CLONE_NEWNS)", NULL);
		assert_int_equal(refs(m, NS_USER, user), n_user + rows[i].user + 2);
		assert_int_equal(refs(m, NS_PID, pid), n_pid + rows[i].pid + 2);
		must_do(m, model_umount(m, a, "/m7", false, &t));
		assert_int_equal(refs(m, NS_PID, pid), n_pid + rows[i].pid + 2);
		must_refuse(m, EINVAL, "can_umount", model_umount(m, a, "/m7", false, &t));
		must_do(m, model_umount(m, b, "/m7", false, &t));
		assert_int_equal(refs(m, NS_PID, pid), n_pid + 2);
		assert_int_equal(refs(m, NS_USER, user), n_user + 2);
		model_free(m);
	}
}

static void mounts_stay_with_their_namespace(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(" ALL ")", NULL), b = call(m, a, "fork()", NULL);
	uint32_t user = slot(m, a, SLOT_USER), mnt = slot(m, a, SLOT_MNT), pid;

	(void)state;
	must_refuse(m, ENODEV, "do_new_mount", model_mount(m, a, "xfs", "/m1", &t));
	must_do(m, model_mount(m, a, "sysfs", "/m9", &t));
	must_refuse(m, EBUSY, "do_add_mount", model_mount(m, a, "sysfs", "/m9", &t));
	/* proc shows the pid namespace of who mounts it: not one that was only unshared. */
	assert_int_equal(call(m, a, "unshare(CLONE_NEWPID)", NULL), 0);
	must_do(m, model_mount(m, a, "proc", "/m1", &t));
	assert_true(shows(m, NS_MNT, mnt, "proc of pid:"));
	/* A locked copy, in a mount namespace of another owner. */
	assert_int_equal(call(m, b, "unshare(CLONE_NEWUSER|CLONE_NEWNS)", NULL), -EPERM);
	map_root(m, a);
	assert_int_equal(call(m, b, "unshare(CLONE_NEWUSER|CLONE_NEWNS)", NULL), 0);
	must_refuse(m, EINVAL, "can_umount", model_umount(m, b, "/m1", false, &t));
	must_refuse(m, EPERM, "mount_capable", model_mount(m, b, "proc", "/m2", &t));
	/* It ends, and the copy of b keeps the pid namespace of a. */
	pid = slot(m, a, SLOT_PID);
	model_kill(m, b, NULL);
	assert_true(refs(m, NS_PID, pid) > 0);
	assert_int_equal(model_umount(m, a, "/m1", false, NULL), 0);
	must_do(m, model_mount(m, a, "mqueue", "/m3", &t));
	model_kill(m, a, NULL);
	model_reap(m, a, NULL);
	check_sound(m);
	assert_int_equal(refs(m, NS_USER, user), 0);
	assert_int_equal(refs(m, NS_MNT, mnt), 0);
	model_free(m);
}

static void an_mqueue_mount_outlives_its_ipc_namespace(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(" ALL ")", NULL);
	uint32_t user = slot(m, a, SLOT_USER), ipc = slot(m, a, SLOT_IPC);
	int32_t n;

	(void)state;
	must_do(m, model_mount(m, a, "mqueue", "/m3", &t));
	n = refs(m, NS_USER, user);
	assert_int_equal(call(m, a, "unshare(CLONE_NEWIPC)", NULL), 0);
	assert_int_equal(refs(m, NS_IPC, ipc), 0);
	assert_int_equal(refs(m, NS_USER, user), n + 1); /* -2 +1, and +2 for the new one */
	must_do(m, model_umount(m, a, "/m3", false, &t));
	assert_int_equal(refs(m, NS_USER, user), n);
	model_free(m);
}

static void orphans_go_to_the_nearest_subreaper(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWPID)", NULL), b = call(m, a, "fork()", NULL),
	      c = call(m, b, "fork()", NULL), d = call(m, c, "fork()", NULL),
	      e = call(m, d, "fork()", NULL), thread;

	(void)state;
	must_do(m, model_set_subreaper(m, b, true, &t));
	model_kill(m, d, NULL);
	assert_int_equal(parent_of(m, e), b);
	must_do(m, model_set_subreaper(m, b, false, &t));
	model_kill(m, c, NULL);
	assert_int_equal(parent_of(m, d), a);
	/* Its leader has ended, a thread lives: that takes them. */
	must_do(m, model_set_subreaper(m, b, true, &t));
	thread = call(m, b, "clone(" THREAD ")", NULL);
	c = call(m, b, "fork()", NULL);
	d = call(m, c, "fork()", NULL);
	assert_int_equal(call(m, b, "exit()", NULL), 0);
	model_kill(m, c, NULL);
	assert_int_equal(parent_of(m, d), b);
	assert_true(is_alive(m, thread));
	/* Not across pid namespaces: the init inside takes it. */
	c = call(m, thread, "clone(CLONE_NEWPID)", NULL);
	d = call(m, c, "fork()", NULL);
	e = call(m, d, "fork()", NULL);
	model_kill(m, d, NULL);
	assert_int_equal(parent_of(m, e), c);
	check_sound(m);
	model_free(m);
}

static void signals_end_whom_they_may(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL), b = call(m, a, "fork()", NULL),
	      c = call(m, a, "fork()", NULL);

	(void)state;
	drop(m, a, 1000);
	drop(m, b, 1001);
	must_refuse(m, EPERM, "check_kill_permission", model_signal(m, a, b, SIGTERM, &t));
	must_refuse(m, EPERM, "check_kill_permission", model_signal(m, a, b, 0, &t));
	must_refuse(m, EINVAL, "check_kill_permission", model_signal(m, a, b, 65, &t));
	must_do(m, model_signal(m, c, a, SIGCHLD, &t));
	must_do(m, model_signal(m, c, a, SIGSTOP, &t));
	assert_int_equal(model_signal(m, c, a, 0, NULL), 0);
	assert_true(is_alive(m, a));
	drop(m, b, 1000);
	must_do(m, model_signal(m, a, b, SIGTERM, &t));
	assert_false(is_alive(m, b));
	assert_int_equal(model_signal(m, a, b, SIGTERM, NULL),
			 0); /* a zombie takes it, and nothing is */
	assert_int_equal(model_signal(m, a, 4999, SIGTERM, NULL), -ESRCH);
	assert_int_equal(model_signal(m, 4999, a, SIGTERM, NULL), -ESRCH);
	must_do(m, model_signal(m, 0, c, SIGINT, &t));
	assert_false(is_alive(m, c));
	model_free(m);
}

static void an_init_takes_signals_from_above_only(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL), init = call(m, a, "clone(CLONE_NEWPID)", NULL),
	      b = call(m, init, "fork()", NULL);

	(void)state;
	must_refuse(m, EINVAL, "pidfd_send_signal", model_signal(m, b, a, SIGTERM, &t));
	must_do(m, model_signal(m, b, init, SIGKILL, &t));
	must_do(m, model_signal(m, init, init, SIGTERM, &t));
	must_do(m, model_signal(m, a, init, SIGTERM, &t));
	must_do(m, model_signal(m, 0, init, SIGTERM, &t));
	must_do(m, model_signal(m, a, 1, SIGKILL, &t));
	must_do(m, model_signal(m, 0, 1, SIGKILL, &t));
	assert_true(is_alive(m, init) && is_alive(m, b) && is_alive(m, 1));
	must_do(m, model_signal(m, a, init, SIGKILL, &t));
	assert_false(is_alive(m, init) || is_alive(m, b));
	model_free(m);
}

static void quotas_are_of_a_user_namespace(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWUSER)", NULL), b;
	struct trace told = {0};

	(void)state;
	map_root(m, a);
	b = call(m, a, "clone(CLONE_NEWUSER)", NULL);
	must_do(m, model_set_quota(m, a, NS_NET, 2, &t));
	assert_int_equal(call(m, b, "unshare(CLONE_NEWNET)", NULL), 0);
	assert_true(call(m, b, "clone(CLONE_NEWNET)", NULL) > 0);
	assert_int_equal(call(m, b, "unshare(CLONE_NEWNET)", &told), -ENOSPC);
	/* It is the one above that refuses. */
	assert_non_null(strstr(trace_refusal(&told)->why, "2 of the 2 net namespaces"));
	trace_free(&told);
	assert_int_equal(call(m, b, "unshare(CLONE_NEWUTS)", NULL), 0);
	must_refuse(m, EINVAL, "proc_dointvec_minmax", model_set_quota(m, a, NS_NET, 1u << 31, &t));
	drop(m, a, 0);
	must_refuse(m, EACCES, "set_permissions", model_set_quota(m, a, NS_NET, 3, &t));
	model_free(m);
	m = boot("4.4");
	must_refuse(m, ENOENT, "proc_sys_lookup", model_set_quota(m, 1, NS_NET, 3, &t));
	model_free(m);
}

static void offsets_are_open_until_somebody_enters(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL), b;
	struct trace told = {0};
	uint32_t time;

	(void)state;
	must_refuse(m, EACCES, "proc_timens_set_offset",
		    model_write_offset(m, a, CLOCK_BOOTTIME, 86400, 1000, &t));
	assert_int_equal(call(m, a, "unshare(CLONE_NEWTIME)", NULL), 0);
	time = slot(m, a, SLOT_TIME_FOR_CHILDREN);
	must_do(m, model_write_offset(m, a, CLOCK_BOOTTIME, 86400, 1000, &t));
	must_do(m, model_write_offset(m, a, CLOCK_MONOTONIC, -5, 1000, &t));
	assert_true(shows(m, NS_TIME, time, "monotonic -5, boottime 86400"));
	must_refuse(m, EINVAL, "proc_timens_set_offset",
		    model_write_offset(m, a, CLOCK_REALTIME, 1, 1000, &t));
	must_refuse(m, ERANGE, "proc_timens_set_offset",
		    model_write_offset(m, a, CLOCK_MONOTONIC, 5000000000, 1000, &t));
	must_refuse(m, ERANGE, "proc_timens_set_offset",
		    model_write_offset(m, a, CLOCK_MONOTONIC, -1001, 1000, &t));
	must_do(m, model_write_offset(m, a, CLOCK_MONOTONIC, -1000, 1000, &t));
	assert_int_equal(model_write_offset(m, a, CLOCK_MONOTONIC, -1001, -1, &told), 0);
	assert_int_equal(told.doubts.n, 1);
	trace_free(&told);
	b = call(m, a, "fork()", NULL);
	must_refuse(m, EACCES, "proc_timens_set_offset",
		    model_write_offset(m, a, CLOCK_BOOTTIME, 1, 1000, &t));
	assert_int_equal(slot(m, b, SLOT_TIME), time);
	drop(m, a, 1000);
	must_refuse(m, EPERM, "proc_timens_set_offset",
		    model_write_offset(m, a, CLOCK_BOOTTIME, 1, 1000, &t));
	model_free(m);
	m = boot("4.4");
	must_refuse(m, ENOENT, "proc_pident_lookup",
		    model_write_offset(m, 1, CLOCK_BOOTTIME, 1, 1000, &t));
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_name_is_of_one_uts_namespace),
		cmocka_unit_test(ids_are_of_a_thread_and_need_a_map),
		cmocka_unit_test(a_chroot_keeps_user_namespaces_out),
		cmocka_unit_test(a_root_may_outlive_its_mount_namespace),
		cmocka_unit_test(mounts_count_by_what_they_show),
		cmocka_unit_test(mounts_stay_with_their_namespace),
		cmocka_unit_test(an_mqueue_mount_outlives_its_ipc_namespace),
		cmocka_unit_test(orphans_go_to_the_nearest_subreaper),
		cmocka_unit_test(signals_end_whom_they_may),
		cmocka_unit_test(an_init_takes_signals_from_above_only),
		cmocka_unit_test(quotas_are_of_a_user_namespace),
		cmocka_unit_test(offsets_are_open_until_somebody_enters),
	};

	return cmocka_run_group_tests_name("model, more calls", tests, NULL, NULL);
}
