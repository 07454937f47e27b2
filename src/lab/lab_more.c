/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of a test process that the model does not know: one function a kind. */
#include "lab_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* ---- signals and waiting ---- */

/* An init of a pid namespace ends only when those that others must reap are reaped. */
#define KILL_MS 200

static void note_killed(struct lab *lab, pid_t tgid)
{
	for (uint32_t i = 0; i < lab->procs.n; i++)
		if (lab->procs.items[i].t.tgid == tgid)
			lab->procs.items[i].is_killed = true;
}

static int do_kill(struct lab_args *a)
{
	const struct lab_proc *o = lab_other(a);

	if (!o)
		return -ESRCH;
	if (o->t.id == LAB_SUPERVISOR || o->pidfd < 0)
		return err_set(a->e, ESRCH, "no such living test process");
	a->r->ret = syscall(SYS_pidfd_send_signal, o->pidfd, (int)a->c->number, NULL, 0);
	if (a->r->ret < 0)
		a->r->ret = -errno;
	else if (a->c->number == SIGKILL)
		note_killed(a->lab, o->t.tgid);
	if (!a->r->ret && a->c->number == SIGKILL && !a->c->flags)
		lab_await_group(a->lab, o->t.tgid, KILL_MS);
	return 0;
}

static int with_pidfd(struct lab_args *a, struct lab_request *q)
{
	const struct lab_proc *o = lab_other(a);
	_cleanup_fd_ int fd = -1;

	if (!o)
		return -ESRCH;
	fd = lab_open_pidfd(&o->t);
	if (fd < 0)
		return err_set(a->e, -fd, "pidfd_open(%d)", o->t.tid);
	return lab_syscall(a, q, 0, &fd, 1);
}

static int do_signal(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_pidfd_send_signal, .fds = BIT(0)};

	const struct lab_proc *o = lab_other(a);
	pid_t tgid = o ? o->t.tgid : 0;
	int err;

	q.args[1] = a->c->number;
	if (a->c->other == LAB_SUPERVISOR)
		return err_set(a->e, EPERM, "the lab's supervisor takes no signals");
	err = with_pidfd(a, &q);
	/* It may have been dropped, as by the init of a pid namespace. */
	if (!err && !a->r->ret && a->c->number == SIGKILL)
		lab_await_group(a->lab, tgid, KILL_MS);
	return err;
}

static int do_wait(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_waitid, .fds = BIT(1), .ptrs = BIT(2)};
	struct lab_proc *o = lab_other(a);
	siginfo_t info = {0};
	int err;

	q.args[0] = P_PIDFD;
	q.args[3] = WEXITED | WNOHANG | __WALL;
	q.n_out = sizeof(info);
	err = with_pidfd(a, &q);
	if (err || a->r->ret)
		return err;
	memcpy(&info, q.data, sizeof(info));
	if (!info.si_pid)
		a->r->ret = -EAGAIN;
	else
		lab_note_end(a->lab, o);
	return 0;
}

/* ---- descriptors ---- */

#define NO_PID 0x7ffffffe /* above the greatest pid_max there is */

int lab_do_open_ns(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_openat, .args = {LAB_FD_PROC}, .ptrs = BIT(1)};
	char path[96];
	size_t n = 0;
	int err = lab_ns_path(a, path, sizeof(path));

	if (err)
		return err;
	q.args[1] = lab_put(&q, &n, path);
	return lab_syscall(a, &q, n, NULL, 0);
}

static int do_open_pidfd(struct lab_args *a)
{
	const struct lab_proc *o = lab_other(a);
	pid_t nr = o ? lab_number_for(a->lab, &o->t, &a->p->t) : 0;

	if (!o)
		return -ESRCH;
	return lab_simple(a, SYS_pidfd_open, nr ?: NO_PID, 0, 0);
}

static int do_open(struct lab_args *a)
{
	const uint64_t safe = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

	return lab_open_path(a, a->c->path, (a->c->flags & safe) | O_NONBLOCK | O_NOCTTY);
}

static int do_close(struct lab_args *a)
{
	return lab_own_fd(a) ?: lab_simple(a, SYS_close, a->c->fd, 0, 0);
}

static int do_dup(struct lab_args *a)
{
	return lab_own_fd(a) ?: lab_simple(a, SYS_dup, a->c->fd, 0, 0);
}

/* ---- sockets ---- */

static int do_socket(struct lab_args *a)
{
	return lab_simple(a, SYS_socket, a->c->number, a->c->flags, 0);
}

static int do_socketpair(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_socketpair, .args = {AF_UNIX}, .ptrs = BIT(3)};
	int err;

	q.args[1] = a->c->flags;
	q.n_out = sizeof(a->r->fds);
	err = lab_syscall(a, &q, 0, NULL, 0);
	if (!err && !a->r->ret)
		memcpy(a->r->fds, q.data, sizeof(a->r->fds));
	return err;
}

static int do_listen(struct lab_args *a)
{
	return lab_own_fd(a) ?: lab_simple(a, SYS_listen, a->c->fd, 8, 0);
}

/* ---- texts and ids ---- */

static int do_sethostname(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_sethostname, .ptrs = BIT(0)};
	size_t n = 0;
	int err = lab_need_text(a, a->c->text, "a name");

	if (err)
		return err;
	lab_put(&q, &n, a->c->text);
	q.args[1] = n - 1;
	return lab_syscall(a, &q, n, NULL, 0);
}

/* Files of a process that are its own or its user or time namespace's. */
static const char *const writable[] = {"uid_map", "gid_map", "setgroups", "timens_offsets"};

static int do_write(struct lab_args *a)
{
	const struct lab_proc *o = lab_other(a);
	char path[64];
	int err = o ? lab_need_text(a, a->c->text, "a text") : -ESRCH;

	if (err)
		return err;
	if (o->foreign & BIT(SLOT_USER))
		return lab_need_out(a->lab, o, SLOT_USER, a->e);
	for (unsigned i = 0; i < ARRAY_SIZE(writable) && a->c->path; i++) {
		if (strcmp(a->c->path, writable[i]))
			continue;
		snprintf(path, sizeof(path), "%d/%s", o->t.tgid, writable[i]);
		return lab_write_file(a, path, a->c->text);
	}
	return err_set(a->e, EINVAL, "no file that a test process writes");
}

static int do_quota(struct lab_args *a)
{
	char path[64], text[24];

	if (a->c->slot < 0 || a->c->slot >= NS_N_KINDS)
		return err_set(a->e, EINVAL, "no such kind of namespace");
	snprintf(path, sizeof(path), "sys/user/max_%s_namespaces", ns_kinds[a->c->slot].name);
	snprintf(text, sizeof(text), "%lld", (long long)a->c->number);
	return lab_write_file(a, path, text);
}

static int set_ids(struct lab_args *a, long nr)
{
	struct lab_request q = {.nr = nr, .alters_cred = 1};

	for (int i = 0; i < 3; i++)
		q.args[i] = a->c->number;
	return lab_syscall(a, &q, 0, NULL, 0);
}

static int do_setuid(struct lab_args *a)
{
	return set_ids(a, SYS_setresuid);
}

static int do_setgid(struct lab_args *a)
{
	return set_ids(a, SYS_setresgid);
}

static int do_subreaper(struct lab_args *a)
{
	return lab_simple(a, SYS_prctl, PR_SET_CHILD_SUBREAPER, a->c->number, 0);
}

static int do_offset(struct lab_args *a)
{
	char text[64];

	if (a->c->slot != CLOCK_MONOTONIC && a->c->slot != CLOCK_BOOTTIME)
		return err_set(a->e, EINVAL, "a time namespace has no offset for that clock");
	snprintf(text, sizeof(text), "%d %lld 0", a->c->slot, (long long)a->c->number);
	return lab_write_file(a, "self/timens_offsets", text);
}

const struct lab_more lab_more[LAB_N_KINDS] = {
	[LAB_CALL] = {NULL, -1},
	[LAB_KILL] = {do_kill, -1},
	[LAB_SIGNAL] = {do_signal, -1},
	[LAB_EXIT_GROUP] = {NULL, -1},
	[LAB_WAIT] = {do_wait, -1},
	[LAB_OPEN_NS] = {lab_do_open_ns, -1},
	[LAB_OPEN_PIDFD] = {do_open_pidfd, -1},
	[LAB_OPEN] = {do_open, -1},
	[LAB_CLOSE] = {do_close, -1},
	[LAB_DUP] = {do_dup, -1},
	[LAB_BIND_FD] = {lab_do_bind_fd, SLOT_MNT},
	[LAB_BIND_NS] = {lab_do_bind_ns, SLOT_MNT},
	[LAB_BIND_PATH] = {lab_do_bind_path, SLOT_MNT},
	[LAB_MOUNT] = {lab_do_mount, SLOT_MNT},
	[LAB_UMOUNT] = {lab_do_umount, SLOT_MNT},
	[LAB_PIVOT_ROOT] = {lab_do_pivot_root, SLOT_MNT},
	[LAB_CHROOT] = {lab_do_chroot, -1},
	[LAB_CHDIR] = {lab_do_chdir, -1},
	[LAB_SOCKET] = {do_socket, -1},
	[LAB_SOCKETPAIR] = {do_socketpair, -1},
	[LAB_LISTEN] = {do_listen, -1},
	[LAB_SETHOSTNAME] = {do_sethostname, SLOT_UTS},
	[LAB_WRITE] = {do_write, -1},
	[LAB_QUOTA] = {do_quota, SLOT_USER},
	[LAB_SETUID] = {do_setuid, -1},
	[LAB_SETGID] = {do_setgid, -1},
	[LAB_SUBREAPER] = {do_subreaper, -1},
	[LAB_OFFSET] = {do_offset, -1}, /* once a task is in it, the kernel takes no offset */
	[LAB_MKDIR] = {lab_do_mkdir, SLOT_MNT},
	[LAB_CREATE] = {lab_do_create, SLOT_MNT},
	[LAB_UNLINK] = {lab_do_unlink, SLOT_MNT},
	[LAB_RMDIR] = {lab_do_rmdir, SLOT_MNT},
	[LAB_MSGGET] = {lab_do_msgget, -1}, /* looks may be made anywhere, see lab_ipc.c */
	[LAB_SEMGET] = {lab_do_semget, -1},
	[LAB_SHMGET] = {lab_do_shmget, -1},
	[LAB_SHMAT] = {lab_do_shmat, SLOT_IPC},
	[LAB_SHMDT] = {lab_do_shmdt, SLOT_IPC},
	[LAB_MQ_OPEN] = {lab_do_mq_open, SLOT_IPC},
	[LAB_VETH] = {lab_do_veth, SLOT_NET},
	[LAB_LINK_UP] = {lab_do_link_up, SLOT_NET},
	[LAB_LINK_DEL] = {lab_do_link_del, SLOT_NET},
	[LAB_LINK_MOVE] = {lab_do_link_move, SLOT_NET},
	[LAB_ADDRESS] = {lab_do_address, SLOT_NET},
	[LAB_PING] = {lab_do_ping, SLOT_NET},
	[LAB_CGROUP] = {lab_do_cgroup, -1}, /* made for the lab alone, by nscope */
	[LAB_LINKS] = {lab_do_links, -1},
	[LAB_READ] = {lab_do_read, -1},
	[LAB_LIST] = {lab_do_list, -1},
	[LAB_MOUNTS] = {lab_do_mounts, -1},
	[LAB_UNAME] = {lab_do_uname, -1},
	[LAB_IDS] = {lab_do_ids, -1},
	[LAB_GETPID] = {lab_do_getpid, -1},
	[LAB_CLOCK] = {lab_do_clock, -1},
};
