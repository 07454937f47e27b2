/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System V objects and POSIX queues. None is made in nscope's own ipc namespace, where
 * it would stay; whether one is there may be asked in any.
 */
#include "lab_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/syscall.h>

#define PAGE 4096

static int get(struct lab_args *a, long nr, uint64_t size)
{
	const uint64_t known = IPC_CREAT | IPC_EXCL | 0777;
	bool is_look = !(a->c->flags & IPC_CREAT) && a->c->number != IPC_PRIVATE;
	int err = is_look ? 0 : lab_need_out(a->lab, a->p, SLOT_IPC, a->e);

	if (err)
		return err;
	if (a->c->flags & ~known)
		return err_set(a->e, EINVAL, "flags beyond IPC_CREAT, IPC_EXCL and a mode");
	return nr == SYS_msgget ? lab_simple(a, nr, a->c->number, a->c->flags, 0)
				: lab_simple(a, nr, a->c->number, size, a->c->flags);
}

int lab_do_msgget(struct lab_args *a)
{
	return get(a, SYS_msgget, 0);
}

int lab_do_semget(struct lab_args *a)
{
	return get(a, SYS_semget, !!(a->c->flags & IPC_CREAT));
}

int lab_do_shmget(struct lab_args *a)
{
	return get(a, SYS_shmget, a->c->flags & IPC_CREAT ? PAGE : 0);
}

int lab_do_shmat(struct lab_args *a)
{
	int err = lab_simple(a, SYS_shmget, a->c->number, 0, 0);

	if (err || a->r->ret < 0)
		return err;
	return lab_simple(a, SYS_shmat, a->r->ret, 0, 0);
}

/* The lowest address at which a segment of that key is in its memory: 0 when none is. */
static uint64_t find_segment(const struct lab_args *a)
{
	_cleanup_free_ char *line = NULL;
	uint64_t found = 0;
	size_t room = 0;
	char path[64], name[24];
	FILE *f;
	int fd;

	snprintf(name, sizeof(name), "/SYSV%08x ", (unsigned)a->c->number);
	/* A thread's own file: that of its process is empty when its leader has ended. */
	snprintf(path, sizeof(path), "%d/task/%d/maps", a->p->t.tgid, a->p->t.tid);
	fd = openat(a->lab->proc_fd, path, O_RDONLY | O_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f)
		return 0;
	while (!found && getline(&line, &room, f) > 0)
		if (strstr(line, name))
			found = strtoull(line, NULL, 16);
	fclose(f);
	return found;
}

int lab_do_shmdt(struct lab_args *a)
{
	uint64_t at = find_segment(a);

	if (at)
		return lab_simple(a, SYS_shmdt, at, 0, 0);
	a->r->ret = -EINVAL; /* what the kernel says of an address that none is at */
	return 0;
}

int lab_do_mq_open(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_mq_open, .ptrs = BIT(0)};
	size_t n = 0;
	int err = lab_need_text(a, a->c->text, "a name");

	if (err)
		return err;
	if (a->c->text[0] != '/')
		return err_set(a->e, EINVAL, "the name of a queue begins with a slash");
	q.args[0] = lab_put(&q, &n, a->c->text + 1); /* mq_open(3) takes it off, too */
	q.args[1] = (a->c->flags & O_CREAT) | O_RDWR | O_NONBLOCK | O_CLOEXEC;
	q.args[2] = 0600;
	return lab_syscall(a, &q, n, NULL, 0);
}
