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
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* Adds a text to the data of a request and gives its place, for an argument. */
static uint64_t put(struct lab_request *q, size_t *n, const char *text)
{
	uint64_t at = *n;
	size_t len = strlen(text) + 1;

	if (at + len > LAB_DATA)
		len = 0;
	memcpy(q->data + at, text, len);
	*n += len;
	return at;
}

static int need_text(const struct lab_args *a, const char *text, const char *what)
{
	if (!text)
		return err_set(a->e, EINVAL, "the call needs %s", what);
	if (strlen(text) > LAB_TEXT_MAX)
		return err_set(a->e, E2BIG, "%s of %zu bytes", what, strlen(text));
	return 0;
}

static struct lab_proc *other(const struct lab_args *a)
{
	struct lab_proc *p = lab_proc(a->lab, a->c->other);

	if (p && p->t.state != LAB_GONE)
		return p;
	err_set(a->e, ESRCH, "no such test process");
	return NULL;
}

/* A system call with one text as argument `arg` and numbers for the others. */
static int with_path(struct lab_args *a, long nr, unsigned arg, const uint64_t args[6])
{
	struct lab_request q = {.nr = nr, .ptrs = BIT(arg)};
	size_t n = 0;
	int err = need_text(a, a->c->path, "a path");

	if (err)
		return err;
	memcpy(q.args, args, sizeof(q.args));
	q.args[arg] = put(&q, &n, a->c->path);
	return lab_syscall(a, &q, n, NULL, 0);
}

static int simple(struct lab_args *a, long nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct lab_request q = {.nr = nr, .args = {a0, a1, a2}};

	return lab_syscall(a, &q, 0, NULL, 0);
}

/* ---- signals and waiting ---- */

/* An init of a pid namespace ends only when those that others must reap are reaped. */
#define KILL_MS 200

static int do_kill(struct lab_args *a)
{
	const struct lab_proc *o = other(a);

	if (!o)
		return -ESRCH;
	if (o->t.id == LAB_SUPERVISOR || o->pidfd < 0)
		return err_set(a->e, ESRCH, "no such living test process");
	a->r->ret = syscall(SYS_pidfd_send_signal, o->pidfd, (int)a->c->number, NULL, 0);
	if (a->r->ret < 0)
		a->r->ret = -errno;
	else if (a->c->number == SIGKILL && !a->c->flags)
		lab_await_group(a->lab, o->t.tgid, KILL_MS);
	return 0;
}

static int with_pidfd(struct lab_args *a, struct lab_request *q)
{
	const struct lab_proc *o = other(a);
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

	q.args[1] = a->c->number;
	if (a->c->other == LAB_SUPERVISOR)
		return err_set(a->e, EPERM, "the lab's supervisor takes no signals");
	return with_pidfd(a, &q);
}

static int do_wait(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_waitid, .fds = BIT(1), .ptrs = BIT(2)};
	struct lab_proc *o = other(a);
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

static int ns_path(const struct lab_args *a, char *path, size_t size)
{
	const struct lab_proc *o = other(a);

	if (!o)
		return -ESRCH;
	if (a->c->slot < 0 || a->c->slot >= NS_N_SLOTS)
		return err_set(a->e, EINVAL, "no such kind of namespace");
	snprintf(path, size, "%d/task/%d/ns/%s", o->t.tgid, o->t.tid, ns_slots[a->c->slot].name);
	return 0;
}

static int do_open_ns(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_openat, .args = {LAB_FD_PROC}, .ptrs = BIT(1)};
	char path[96];
	size_t n = 0;
	int err = ns_path(a, path, sizeof(path));

	if (err)
		return err;
	q.args[1] = put(&q, &n, path);
	return lab_syscall(a, &q, n, NULL, 0);
}

static int do_open_pidfd(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_fcntl, .fds = BIT(0), .keep_fds = 1};

	q.args[1] = F_GETFD; /* to have it is all; it was sent close-on-exec */
	return with_pidfd(a, &q);
}

static int do_open(struct lab_args *a)
{
	const uint64_t safe = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	const uint64_t args[6] = {AT_FDCWD, 0, (a->c->flags & safe) | O_NONBLOCK | O_NOCTTY};

	return with_path(a, SYS_openat, 1, args);
}

static int own_fd(struct lab_args *a)
{
	if (a->c->fd > LAB_FD_PROC && a->c->fd != a->p->ctl_number)
		return 0;
	return err_set(a->e, EBADF, "descriptor %d is the lab's", a->c->fd);
}

static int do_close(struct lab_args *a)
{
	return own_fd(a) ?: simple(a, SYS_close, a->c->fd, 0, 0);
}

static int do_dup(struct lab_args *a)
{
	return own_fd(a) ?: simple(a, SYS_dup, a->c->fd, 0, 0);
}

/* ---- sockets ---- */

static int do_socket(struct lab_args *a)
{
	return simple(a, SYS_socket, a->c->number, a->c->flags, 0);
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
	return own_fd(a) ?: simple(a, SYS_listen, a->c->fd, 8, 0);
}

/* ---- mounts ---- */

static int mount_text(struct lab_args *a, const char *from, const char *at, const char *type,
		      uint64_t flags)
{
	struct lab_request q = {.nr = SYS_mount, .ptrs = BIT(0) | BIT(1) | BIT(2)};
	size_t n = 0;

	q.args[0] = put(&q, &n, from);
	q.args[1] = put(&q, &n, at);
	q.args[2] = put(&q, &n, type);
	q.args[3] = flags;
	return lab_syscall(a, &q, n, NULL, 0);
}

/*
 * Before its first mount: cut off what a copy of nscope's mounts would propagate to
 * the machine. All of ours in that namespace are then as private.
 */
static int make_private(struct lab_args *a)
{
	int err;

	if (a->p->has_private_mnt)
		return 0;
	err = mount_text(a, "", "/", "", MS_REC | MS_PRIVATE);
	if (err || a->r->ret)
		return err ?: 1;
	for (uint32_t i = 0; i < a->lab->procs.n; i++) {
		struct lab_proc *p = &a->lab->procs.items[i];

		if (p == a->p || (!a->lab->has_chroot && p->t.state < LAB_ZOMBIE &&
				  p->t.slots[SLOT_MNT] == a->p->t.slots[SLOT_MNT]))
			p->has_private_mnt = true;
	}
	return 0;
}

static int mount_on(struct lab_args *a, const char *from, const char *type, uint64_t flags)
{
	int err = need_text(a, a->c->path, "a path");

	if (!err)
		err = make_private(a);
	if (err)
		return err > 0 ? 0 : err; /* the kernel's answer to that is the answer */
	return mount_text(a, from, a->c->path, type, flags);
}

static int do_bind_fd(struct lab_args *a)
{
	char from[64];

	snprintf(from, sizeof(from), "/proc/thread-self/fd/%d", a->c->fd);
	return own_fd(a) ?: mount_on(a, from, "", MS_BIND);
}

static int do_bind_ns(struct lab_args *a)
{
	char path[96], from[104];
	int err = ns_path(a, path, sizeof(path));

	snprintf(from, sizeof(from), "/proc/%s", err ? "" : path);
	return err ?: mount_on(a, from, "", MS_BIND);
}

static int do_mount(struct lab_args *a)
{
	const char *type = a->c->text ? a->c->text : "";

	return need_text(a, type, "a type") ?: mount_on(a, LAB_NAME, type, a->c->flags);
}

static int do_umount(struct lab_args *a)
{
	int err = make_private(a);

	if (err)
		return err > 0 ? 0 : err;
	return with_path(a, SYS_umount2, 0, (const uint64_t[6]){0, a->c->flags});
}

static int do_chroot(struct lab_args *a)
{
	return with_path(a, SYS_chroot, 0, (const uint64_t[6]){0});
}

static int do_chdir(struct lab_args *a)
{
	return with_path(a, SYS_chdir, 0, (const uint64_t[6]){0});
}

/* ---- texts and ids ---- */

static int do_sethostname(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_sethostname, .ptrs = BIT(0)};
	size_t n = 0;
	int err = need_text(a, a->c->text, "a name");

	if (err)
		return err;
	put(&q, &n, a->c->text);
	q.args[1] = n - 1;
	return lab_syscall(a, &q, n, NULL, 0);
}

/* open, write, close: the first that fails is the answer. */
static int write_file(struct lab_args *a, const char *path, const char *text)
{
	struct lab_request q = {.nr = SYS_openat, .args = {LAB_FD_PROC, 0, O_WRONLY}};
	struct lab_request w = {.nr = SYS_write, .ptrs = BIT(1)};
	size_t n = 0;
	int64_t ret;
	int err;

	q.ptrs = BIT(1);
	q.args[1] = put(&q, &n, path);
	err = lab_syscall(a, &q, n, NULL, 0);
	if (err || a->r->ret < 0)
		return err;
	w.args[0] = a->r->ret;
	n = 0;
	put(&w, &n, text);
	w.args[2] = n - 1;
	err = lab_syscall(a, &w, n, NULL, 0);
	if (err)
		return err;
	ret = a->r->ret;
	err = simple(a, SYS_close, w.args[0], 0, 0);
	a->r->ret = ret;
	return err;
}

/* Files of a process that are its own or its user or time namespace's. */
static const char *const writable[] = {"uid_map", "gid_map", "setgroups", "timens_offsets"};

static int do_write(struct lab_args *a)
{
	const struct lab_proc *o = other(a);
	char path[64];
	int err = o ? need_text(a, a->c->text, "a text") : -ESRCH;

	if (err)
		return err;
	for (unsigned i = 0; i < ARRAY_SIZE(writable) && a->c->path; i++) {
		if (strcmp(a->c->path, writable[i]))
			continue;
		snprintf(path, sizeof(path), "%d/%s", o->t.tgid, writable[i]);
		return write_file(a, path, a->c->text);
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
	return write_file(a, path, text);
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

int (*const lab_more[LAB_N_KINDS])(struct lab_args *a) = {
	[LAB_KILL] = do_kill,
	[LAB_SIGNAL] = do_signal,
	[LAB_WAIT] = do_wait,
	[LAB_OPEN_NS] = do_open_ns,
	[LAB_OPEN_PIDFD] = do_open_pidfd,
	[LAB_OPEN] = do_open,
	[LAB_CLOSE] = do_close,
	[LAB_DUP] = do_dup,
	[LAB_BIND_FD] = do_bind_fd,
	[LAB_BIND_NS] = do_bind_ns,
	[LAB_MOUNT] = do_mount,
	[LAB_UMOUNT] = do_umount,
	[LAB_CHROOT] = do_chroot,
	[LAB_CHDIR] = do_chdir,
	[LAB_SOCKET] = do_socket,
	[LAB_SOCKETPAIR] = do_socketpair,
	[LAB_LISTEN] = do_listen,
	[LAB_SETHOSTNAME] = do_sethostname,
	[LAB_WRITE] = do_write,
	[LAB_QUOTA] = do_quota,
	[LAB_SETUID] = do_setuid,
	[LAB_SETGID] = do_setgid,
};

const int lab_guards[LAB_N_KINDS] = {
	[LAB_CALL] = -1,	  [LAB_KILL] = -1,
	[LAB_SIGNAL] = -1,	  [LAB_EXIT_GROUP] = -1,
	[LAB_WAIT] = -1,	  [LAB_OPEN_NS] = -1,
	[LAB_OPEN_PIDFD] = -1,	  [LAB_OPEN] = -1,
	[LAB_CLOSE] = -1,	  [LAB_DUP] = -1,
	[LAB_BIND_FD] = SLOT_MNT, [LAB_BIND_NS] = SLOT_MNT,
	[LAB_MOUNT] = SLOT_MNT,	  [LAB_UMOUNT] = SLOT_MNT,
	[LAB_CHROOT] = -1,	  [LAB_CHDIR] = -1,
	[LAB_SOCKET] = -1,	  [LAB_SOCKETPAIR] = -1,
	[LAB_LISTEN] = -1,	  [LAB_SETHOSTNAME] = SLOT_UTS,
	[LAB_WRITE] = -1,	  [LAB_QUOTA] = SLOT_USER,
	[LAB_SETUID] = -1,	  [LAB_SETGID] = -1,
};
