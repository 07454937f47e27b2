/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that test processes make and remove: on a file system only that the lab
 * mounted itself, and that goes with its processes. The directory is opened first and
 * looked at, and what is done is done in that directory.
 */
#include "lab_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* "36 35 0:42 / /tmp rw ... - tmpfs nscope-lab rw": is that mount one of the lab's? */
static bool is_our_mount(const char *line, uint64_t id)
{
	const char *rest = strstr(line, " - ");
	char type[16], source[16];

	return rest && strtoull(line, NULL, 10) == id &&
	       sscanf(rest, " - %15s %15s", type, source) == 2 &&
	       (!strcmp(type, "tmpfs") || !strcmp(type, "ramfs")) && !strcmp(source, LAB_NAME);
}

/* The mounts that the process sees say so. A number of a device alone may be used again. */
static bool has_our_mount(const struct lab_args *a, uint64_t id)
{
	const struct lab_task *t = &a->p->t;
	_cleanup_free_ char *line = NULL;
	bool is_ours = false;
	size_t room = 0;
	char path[64];
	FILE *f;
	int fd;

	snprintf(path, sizeof(path), "%d/task/%d/mountinfo", t->tgid, t->tid);
	fd = openat(a->lab->proc_fd, path, O_RDONLY | O_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f)
		return false;
	while (!is_ours && getline(&line, &room, f) > 0)
		is_ours = is_our_mount(line, id);
	fclose(f);
	return is_ours;
}

static int check_dir(struct lab_args *a, int dir)
{
	struct statx x;
	int err = lab_statx(a, dir, "", &x);
	uint64_t dev = (uint64_t)x.stx_dev_major << 32 | x.stx_dev_minor;

	if (err || a->r->ret)
		return err;
	for (uint32_t i = 0; i < a->lab->devs.n; i++)
		if (a->lab->devs.items[i] == dev && has_our_mount(a, x.stx_mnt_id))
			return 0;
	return err_set(a->e, EPERM, "the lab makes and removes files only on a tmpfs it mounted");
}

/* Open the directory that the last part of the path is in, and give that part. */
static int open_dir(struct lab_args *a, char *path, const char **name)
{
	struct lab_request q = {.nr = SYS_openat, .args = {AT_FDCWD}, .ptrs = BIT(1)};
	size_t n = strlen(path);
	char *slash;

	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	slash = strrchr(path, '/');
	*name = slash ? slash + 1 : path;
	n = 0;
	if (!slash) {
		q.args[1] = lab_put(&q, &n, ".");
	} else {
		*slash = '\0';
		q.args[1] = lab_put(&q, &n, slash == path ? "/" : path);
	}
	q.args[2] = O_PATH | O_DIRECTORY | O_CLOEXEC;
	return lab_syscall(a, &q, n, NULL, 0);
}

/* A system call of the *at family on the last part of the path of the call. */
static int in_dir(struct lab_args *a, long nr, uint64_t arg2, uint64_t arg3)
{
	struct lab_request q = {.nr = nr, .args = {0, 0, arg2, arg3}, .ptrs = BIT(1)};
	_cleanup_free_ char *path = NULL;
	const char *name;
	size_t n = 0;
	int err = lab_need_text(a, a->c->path, "a path");
	int dir;

	if (err)
		return err;
	path = xstrdup(a->c->path);
	err = open_dir(a, path, &name);
	if (err || a->r->ret < 0)
		return err;
	q.args[0] = dir = a->r->ret;
	err = check_dir(a, dir);
	if (!err && !a->r->ret) {
		q.args[1] = lab_put(&q, &n, name);
		err = lab_syscall(a, &q, n, NULL, 0);
	}
	return lab_close_fd(a, dir) ?: err;
}

int lab_do_mkdir(struct lab_args *a)
{
	return in_dir(a, SYS_mkdirat, 0755, 0);
}

int lab_do_create(struct lab_args *a)
{
	return in_dir(a, SYS_mknodat, S_IFREG | 0644, 0);
}

int lab_do_unlink(struct lab_args *a)
{
	return in_dir(a, SYS_unlinkat, 0, 0);
}

int lab_do_rmdir(struct lab_args *a)
{
	return in_dir(a, SYS_unlinkat, AT_REMOVEDIR, 0);
}
