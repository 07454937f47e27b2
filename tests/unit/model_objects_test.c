/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What processes hold beside their nsproxy: System V objects, pidfds, files and binds of
 * namespaces. */
#include "model_help.h"

#include <errno.h>
#include <signal.h>

static const char *const all_rules[] = {"4.4", "current"};

static void ipc_objects_are_seen_in_their_namespace(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWIPC)", NULL), b;
	uint32_t ipc = slot(m, a, SLOT_IPC);

	(void)state;
	must_refuse(m, ENOENT, "ksys_msgget", model_ipc_get(m, a, 7, MODEL_MSG, false, &t));
	must_do(m, model_ipc_get(m, a, 7, MODEL_MSG, true, &t));
	must_do(m, model_ipc_get(m, a, 7, MODEL_MSG, true, &t));
	must_do(m, model_ipc_get(m, a, 7, MODEL_MSG, false, &t));
	must_do(m, model_ipc_get(m, a, 7, MODEL_SEM, true, &t));
	b = call(m, a, "fork()", NULL);
	drop(m, b, 1000);
	must_do(m, model_ipc_get(m, b, 7, MODEL_SEM, false, &t));
	must_refuse(m, EACCES, "ipcperms", model_ipc_get(m, b, 7, MODEL_SEM, true, &t));
	model_kill(m, b, NULL);
	model_reap(m, b, NULL);
	assert_int_equal(refs(m, NS_IPC, ipc), 1);
	assert_true(shows(m, NS_IPC, ipc, "ids: 1 sem, 1 msg, 0 shm"));
	must_refuse(m, ENOENT, "ksys_msgget", model_ipc_get(m, 1, 7, MODEL_MSG, false, &t));
	assert_int_equal(call(m, a, "unshare(CLONE_NEWIPC)", NULL), 0);
	must_refuse(m, ENOENT, "ksys_semget", model_ipc_get(m, a, 7, MODEL_SEM, false, &t));
	model_inject(m, 1);
	must_refuse(m, ENOMEM, "ksys_shmget", model_ipc_get(m, a, 7, MODEL_SHM, true, &t));
	model_inject(m, 2);
	must_refuse(m, ENOMEM, "ksys_shmget", model_ipc_get(m, a, 7, MODEL_SHM, true, &t));
	model_free(m);
}

static void attached_segments_keep_the_ipc_namespace(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all_rules); i++) {
		struct model *m = boot(all_rules[i]);
		pid_t a = call(m, 1, "clone(CLONE_NEWIPC)", NULL), b;
		uint32_t ipc = slot(m, a, SLOT_IPC);

		must_refuse(m, ENOENT, "ksys_shmget", model_shmat(m, a, 7, 0, &t));
		must_do(m, model_ipc_get(m, a, 7, MODEL_SHM, true, &t));
		assert_int_equal(refs(m, NS_IPC, ipc), 1);
		must_do(m, model_shmat(m, a, 7, 0, &t));
		must_do(m, model_shmat(m, a, 7, 0, &t));
		assert_int_equal(refs(m, NS_IPC, ipc), 3);
		b = call(m, a, "fork()", NULL);
		assert_int_equal(refs(m, NS_IPC, ipc), 3);
		must_do(m, model_shmdt(m, a, 7, &t));
		assert_int_equal(refs(m, NS_IPC, ipc), 3);
		must_do(m, model_shmdt(m, b, 7, &t));
		assert_int_equal(refs(m, NS_IPC, ipc), 2);
		must_refuse(m, EINVAL, "ksys_shmdt", model_shmdt(m, a, 8, &t));
		assert_int_equal(call(m, b, "execve()", NULL), 0);
		assert_int_equal(call(m, a, "unshare(CLONE_NEWIPC)", NULL), 0);
		assert_int_equal(call(m, b, "unshare(CLONE_NEWIPC)", NULL), 0);
		/* No task is in it; a still has the segment in its memory. */
		assert_int_equal(refs(m, NS_IPC, ipc), 1);
		assert_int_equal(call(m, a, "execve()", NULL), 0);
		assert_int_equal(refs(m, NS_IPC, ipc), 0);
		b = call(m, 1, "fork()", NULL);
		must_do(m, model_ipc_get(m, 1, 9, MODEL_SHM, true, &t));
		drop(m, b, 1000);
		must_refuse(m, EACCES, "ipcperms", model_shmat(m, b, 9, 0, &t));
		model_inject(m, 1);
		must_refuse(m, ENOMEM, "ksys_shmget", model_shmat(m, 1, 9, 0, &t));
		model_free(m);
	}
}

/* The creator's struct pid stays with the segment. */
static void a_segment_keeps_the_pid_namespace_of_its_creator(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWPID)", NULL);
	uint32_t pid = slot(m, a, SLOT_PID);

	(void)state;
	must_do(m, model_ipc_get(m, a, 7, MODEL_SHM, true, &t));
	model_kill(m, a, NULL);
	model_reap(m, a, NULL);
	check_sound(m);
	assert_int_equal(refs(m, NS_PID, pid), 1);
	model_free(m);
}

/* shmdt() by key is of the lowest address: of two namespaces' segments, the one that is there. */
static void the_lowest_attachment_goes_first(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWIPC)", NULL);
	uint32_t old = slot(m, a, SLOT_IPC), new;

	(void)state;
	must_do(m, model_ipc_get(m, a, 7, MODEL_SHM, true, &t));
	must_do(m, model_shmat(m, a, 7, 0x2000, &t));
	assert_int_equal(call(m, a, "unshare(CLONE_NEWIPC)", NULL), 0);
	new = slot(m, a, SLOT_IPC);
	must_do(m, model_ipc_get(m, a, 7, MODEL_SHM, true, &t));
	must_do(m, model_shmat(m, a, 7, 0x3000, &t));
	assert_int_equal(refs(m, NS_IPC, old), 1);
	must_do(m, model_shmdt(m, a, 7, &t));
	assert_int_equal(refs(m, NS_IPC, old), 0);
	assert_int_equal(refs(m, NS_IPC, new), 2);
	must_do(m, model_shmat(m, a, 7, 0, &t));
	assert_int_equal(refs(m, NS_IPC, new), 3);
	assert_true(model_shares_shm(m, a, a));
	assert_false(model_shares_shm(m, a, 1));
	model_free(m);
}

/* A pidfd is closed by exec; what dup() made of it is not. */
static void exec_closes_pidfds(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL), b = call(m, a, "clone(CLONE_NEWPID)", NULL);
	enum ns_kind kind;

	(void)state;
	must_do(m, model_open_pidfd(m, a, b, 5, &t));
	must_do(m, model_dup(m, a, 5, 6, &t));
	must_do(m, model_open_pidfd(m, a, b, 7, &t));
	must_do(m, model_open_socket(m, a, 8, &t));
	assert_int_equal(call(m, a, "execve()", NULL), 0);
	must_refuse(m, EBADF, "fget", model_close(m, a, 5, &t));
	must_refuse(m, EBADF, "fget", model_close(m, a, 7, &t));
	assert_int_equal(model_fd_at(m, a, 2, &kind), -1);
	must_do(m, model_close(m, a, 6, &t));
	must_do(m, model_close(m, a, 8, &t));
	check_sound(m);
	model_free(m);
}

static void a_pidfd_keeps_the_struct_pid(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "fork()", NULL), b = call(m, a, "clone(CLONE_NEWPID)", NULL);
	uint32_t pid = slot(m, b, SLOT_PID);

	(void)state;
	must_do(m, model_open_pidfd(m, a, b, 5, &t));
	assert_int_equal(refs(m, NS_PID, pid), 2); /* nsproxy and struct pid */
	must_refuse(m, ESRCH, "pidfd_open", model_open_pidfd(m, b, a, 5, &t));
	must_refuse(m, ESRCH, "pidfd_open", model_open_pidfd(m, a, 4999, 6, &t));
	assert_int_equal(call(m, a, "setns(5, CLONE_NEWPID)", NULL), 0);
	assert_int_equal(refs(m, NS_PID, pid), 3);
	must_do(m, model_dup(m, a, 5, 6, &t));
	model_kill(m, b, NULL);
	assert_int_equal(call(m, a, "setns(5, CLONE_NEWPID)", NULL), -ESRCH);
	model_reap(m, b, NULL);
	assert_int_equal(refs(m, NS_PID, pid), 2); /* a's pid_for_children */
	assert_int_equal(call(m, a, "setns(6, CLONE_NEWPID)", NULL), -ESRCH);
	must_do(m, model_close(m, a, 5, &t));
	assert_int_equal(refs(m, NS_PID, pid), 2);
	must_do(m, model_close(m, a, 6, &t));
	assert_int_equal(refs(m, NS_PID, pid), 1);
	must_refuse(m, EBADF, "fget", model_close(m, a, 6, &t));
	must_refuse(m, EBADF, "fget", model_dup(m, a, 6, 7, &t));
	model_free(m);
}

static void files_and_binds_tell_what_they_keep(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWUSER|CLONE_NEWNS|CLONE_NEWNET)", NULL),
	      b = call(m, a, "clone(CLONE_NEWNET)", NULL), c = call(m, 1, "fork()", NULL);
	uint32_t net = slot(m, b, SLOT_NET);

	(void)state;
	must_do(m, model_open_ns(m, a, b, SLOT_NET, 5, &t));
	must_do(m, model_open_ns(m, a, b, SLOT_NET, 6, &t));
	must_do(m, model_open_socket(m, b, 5, &t));
	assert_int_equal(refs(m, NS_NET, net), 3);
	must_refuse(m, EACCES, "proc_ns_get_link", model_open_ns(m, a, c, SLOT_NET, 7, &t));
	must_refuse(m, ENOENT, "proc_pid_lookup", model_open_ns(m, a, 4999, SLOT_NET, 7, &t));
	must_do(m, model_bind(m, a, 5, "/m1", &t));
	must_refuse(m, ENOENT, "do_loopback", model_bind(m, a, 9, "/m2", &t));
	must_do(m, model_open_socket(m, a, 7, &t));
	must_refuse(m, EINVAL, "do_loopback", model_bind(m, a, 7, "/m2", &t));
	assert_int_equal(refs(m, NS_NET, net), 3);
	model_kill(m, b, NULL);
	must_refuse(m, ENOENT, "proc_ns_get_link", model_open_ns(m, a, b, SLOT_NET, 8, &t));
	assert_int_equal(refs(m, NS_NET, net), 1);
	must_do(m, model_close(m, a, 5, &t));
	must_do(m, model_close(m, a, 6, &t));
	assert_int_equal(refs(m, NS_NET, net), 1);
	must_do(m, model_umount(m, a, "/m1", false, &t));
	assert_int_equal(refs(m, NS_NET, net), 0);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipc_objects_are_seen_in_their_namespace),
		cmocka_unit_test(attached_segments_keep_the_ipc_namespace),
		cmocka_unit_test(a_segment_keeps_the_pid_namespace_of_its_creator),
		cmocka_unit_test(the_lowest_attachment_goes_first),
		cmocka_unit_test(exec_closes_pidfds),
		cmocka_unit_test(a_pidfd_keeps_the_struct_pid),
		cmocka_unit_test(files_and_binds_tell_what_they_keep),
	};

	return cmocka_run_group_tests_name("model, objects", tests, NULL, NULL);
}
