/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a call of the laboratory becomes system calls of its agent. */
#include "lab_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

int lab_syscall(struct lab_args *a, struct lab_request *q, size_t n, const int *fds, unsigned n_fds)
{
	struct lab_reply reply;
	int err;

	q->op = LAB_OP_SYSCALL;
	err = lab_ask(a->p, q, n, fds, n_fds, &reply, a->e);
	if (err)
		return err;
	a->r->ret = reply.ret;
	if (q->keep_fds && !reply.ret)
		a->r->ret = reply.fds[0];
	memcpy(q->data, reply.data, q->n_out);
	return 0;
}

uint64_t lab_put(struct lab_request *q, size_t *n, const char *text)
{
	uint64_t at = *n;
	size_t len = strlen(text) + 1;

	if (at + len > LAB_DATA)
		len = 0;
	memcpy(q->data + at, text, len);
	*n += len;
	return at;
}

int lab_need_text(const struct lab_args *a, const char *text, const char *what)
{
	if (!text)
		return err_set(a->e, EINVAL, "the call needs %s", what);
	if (strlen(text) > LAB_TEXT_MAX)
		return err_set(a->e, E2BIG, "%s of %zu bytes", what, strlen(text));
	return 0;
}

struct lab_proc *lab_other(const struct lab_args *a)
{
	struct lab_proc *p = lab_proc(a->lab, a->c->other);

	if (p && p->t.state != LAB_GONE)
		return p;
	err_set(a->e, ESRCH, "no such test process");
	return NULL;
}

int lab_with_path(struct lab_args *a, long nr, unsigned arg, const uint64_t args[6])
{
	struct lab_request q = {.nr = nr, .ptrs = BIT(arg)};
	size_t n = 0;
	int err = lab_need_text(a, a->c->path, "a path");

	if (err)
		return err;
	memcpy(q.args, args, sizeof(q.args));
	q.args[arg] = lab_put(&q, &n, a->c->path);
	return lab_syscall(a, &q, n, NULL, 0);
}

int lab_simple(struct lab_args *a, long nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct lab_request q = {.nr = nr, .args = {a0, a1, a2}};

	return lab_syscall(a, &q, 0, NULL, 0);
}

int lab_ns_path(const struct lab_args *a, char *path, size_t size)
{
	const struct lab_proc *o = lab_other(a);

	if (!o)
		return -ESRCH;
	if (a->c->slot < 0 || a->c->slot >= NS_N_SLOTS)
		return err_set(a->e, EINVAL, "no such kind of namespace");
	snprintf(path, size, "%d/task/%d/ns/%s", o->t.tgid, o->t.tid, ns_slots[a->c->slot].name);
	return 0;
}

int lab_own_fd(struct lab_args *a)
{
	if (a->c->fd > LAB_FD_PROC && a->c->fd != a->p->ctl_number)
		return 0;
	return err_set(a->e, EBADF, "descriptor %d is the lab's", a->c->fd);
}

int lab_close_fd(struct lab_args *a, int fd)
{
	int64_t ret = a->r->ret;
	int err = lab_simple(a, SYS_close, fd, 0, 0);

	a->r->ret = ret;
	return err;
}

static int open_in_proc(struct lab_args *a, const char *path, uint64_t flags)
{
	struct lab_request q = {.nr = SYS_openat, .args = {LAB_FD_PROC, 0, flags}, .ptrs = BIT(1)};
	size_t n = 0;

	q.args[1] = lab_put(&q, &n, path);
	return lab_syscall(a, &q, n, NULL, 0);
}

int lab_write_file(struct lab_args *a, const char *path, const char *text)
{
	struct lab_request w = {.nr = SYS_write, .ptrs = BIT(1)};
	int err = open_in_proc(a, path, O_WRONLY | O_CLOEXEC);
	size_t n = 0;

	if (err || a->r->ret < 0)
		return err;
	w.args[0] = a->r->ret;
	lab_put(&w, &n, text);
	w.args[2] = n - 1;
	err = lab_syscall(a, &w, n, NULL, 0);
	return err ?: lab_close_fd(a, w.args[0]);
}

static int stat_fd(struct lab_args *a, int fd, struct stat *st)
{
	struct lab_request q = {.nr = SYS_fstat, .args = {fd}, .ptrs = BIT(1)};
	int err;

	q.n_out = sizeof(*st);
	err = lab_syscall(a, &q, 0, NULL, 0);
	memcpy(st, q.data, sizeof(*st));
	return err;
}

/*
 * A path may lead to the file of a namespace: a mount of one that the lab made is its own to
 * open. Those of processes are opened by whose they are (LAB_OPEN_NS), and of others not at all.
 */
static int check_ns(struct lab_args *a, int fd, const struct stat *st)
{
	struct statx x = {0};
	struct stat own;
	int err;

	if (fstatat(a->lab->proc_fd, "self/ns/mnt", &own, 0) || own.st_dev != st->st_dev)
		return 0;
	if (!lab_has_made(a->lab, st->st_ino))
		return err_set(a->e, EPERM, "that is a namespace that the lab did not make");
	err = lab_statx(a, fd, "", &x);
	if (err || a->r->ret)
		return err;
	if (x.stx_attributes_mask & ~x.stx_attributes & STATX_ATTR_MOUNT_ROOT)
		return err_set(a->e, EPERM,
			       "the namespace of a process is opened by its name: b/net");
	return 0;
}

/* To open a device or a fifo is an act upon whatever is behind it. */
static int check_type(struct lab_args *a, mode_t mode)
{
	if (S_ISREG(mode) || S_ISDIR(mode))
		return 0;
	if (!S_ISLNK(mode))
		return err_set(a->e, EPERM, "the lab opens files and directories only");
	a->r->ret = -ELOOP;
	return 0;
}

int lab_open_path(struct lab_args *a, const char *path, uint64_t flags)
{
	struct lab_request q = {.nr = SYS_openat, .args = {AT_FDCWD}, .ptrs = BIT(1)};
	char link[48];
	size_t n = 0;
	struct stat st = {0};
	int err = lab_need_text(a, path, "a path");
	int at;

	if (err)
		return err;
	q.args[1] = lab_put(&q, &n, path);
	q.args[2] = (flags & ~(uint64_t)O_ACCMODE) | O_PATH;
	err = lab_syscall(a, &q, n, NULL, 0);
	if (err || a->r->ret < 0 || flags & O_PATH)
		return err;
	at = a->r->ret;
	err = stat_fd(a, at, &st);
	if (!err && !a->r->ret)
		err = check_type(a, st.st_mode) ?: check_ns(a, at, &st);
	snprintf(link, sizeof(link), "thread-self/fd/%d", at);
	if (!err && !a->r->ret)
		err = open_in_proc(a, link, flags & ~(uint64_t)O_NOFOLLOW);
	return lab_close_fd(a, at) ?: err;
}
