/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors of every process, and of threads that have a table of their own: the links in
 * /proc/PID/fd are read once and shown to each probe that looks at them; a namespace that one of
 * them keeps is this probe's own work. A link is only followed when its text cannot be that of a
 * path, so a dead file server or a FIFO is never touched.
 */
#include "probe.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define GAP_MAX	  2 /* numbers without a descriptor before the folder is listed */
#define KNOWN_MAX 64
#define LINK_SIZE 64 /* pseudo files: "socket:[1234567890]", "anon_inode:[eventpoll]" */

struct fds_state {
	bool is_counted;      /* the size of fd/ is the number of descriptors (Linux 6.2) */
	int known[KNOWN_MAX]; /* numbers of the process before */
	int n_known;
	struct probe_numbers numbers;
};
const size_t fds_state_size = sizeof(struct fds_state);

int fds_begin(struct probe_env *env)
{
	struct fds_state *st = env->state;
	struct stat dir;

	st->is_counted = !fstatat(env->proc, "self/fd", &dir, 0) && dir.st_size > 0;
	return 0;
}

int fds_end(struct probe_env *env)
{
	free(((struct fds_state *)env->state)->numbers.list.items);
	return 0;
}

/* Shows one descriptor; returns 0 or why there is no link of it. */
static int show_fd(struct probe_env *env, int32_t row, int dirfd, int fd)
{
	char path[24], text[LINK_SIZE];
	ssize_t n;

	snprintf(path, sizeof(path), "fd/%d", fd);
	n = readlinkat(dirfd, path, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (*text != '/' && n < (ssize_t)sizeof(text) - 1)
		probe_each_fd(env, row, dirfd, &(struct probe_fd){fd, text});
	return 0;
}

static bool is_among(const int *numbers, int n, int fd)
{
	for (int i = 0; i < n; i++)
		if (numbers[i] == fd)
			return true;
	return false;
}

/* All descriptors but the first n_shown of known[]. Returns how many, or -errno. */
static int list_fds(struct probe_env *env, int32_t row, int dirfd, int n_shown)
{
	struct fds_state *st = env->state;
	int r = probe_numbers(dirfd, "fd", &st->numbers), n = 0;

	for (uint32_t i = 0; !r && i < st->numbers.list.n; i++) {
		int fd = st->numbers.list.items[i];

		if (is_among(st->known, n_shown, fd))
			continue;
		r = show_fd(env, row, dirfd, fd);
		n += !r;
		if (r == -ENOENT)
			r = 0; /* closed meanwhile */
	}
	st->n_known = 0;
	if (!r && st->numbers.list.n <= KNOWN_MAX)
		for (uint32_t i = 0; i < st->numbers.list.n; i++)
			st->known[st->n_known++] = st->numbers.list.items[i];
	return r ? r : n;
}

/*
 * Processes of one kind have the same numbers, and most tables are dense: when it
 * is known how many there are, those of the process before are tried, else the
 * first ones; the folder is only listed when not all are found that way.
 */
static int read_fds(struct probe_env *env, int32_t row, int dirfd, int n_wanted)
{
	struct fds_state *st = env->state;
	int n = 0, r = 0;

	if (n_wanted > KNOWN_MAX)
		return list_fds(env, row, dirfd, 0);
	if (n_wanted != st->n_known)
		for (st->n_known = 0; st->n_known < n_wanted; st->n_known++)
			st->known[st->n_known] = st->n_known;
	while (n < n_wanted && !(r = show_fd(env, row, dirfd, st->known[n])))
		n++;
	if (n == n_wanted || r != -ENOENT)
		return r ? r : n;
	r = list_fds(env, row, dirfd, n);
	return r < 0 ? r : n + r;
}

/*
 * Does this thread have a table of its own (unshare(CLONE_FILES))? Only kcmp(2)
 * tells; where it does not, threads count as sharing their leader's.
 */
static bool has_own_table(const struct probe_env *env, const struct task *t)
{
	return !env->is_foreign && syscall(SYS_kcmp, t->tgid, t->tid, UAPI_KCMP_FILES, 0, 0) > 0;
}

int fds_task(struct probe_env *env, int32_t row, int dirfd)
{
	struct fds_state *st = env->state;
	const struct task *t = builder_task(env->b, row);
	struct stat dir;
	int n;

	/* Our own descriptors are gone when the scan is over. */
	if (t->tgid == env->self || (!task_is_leader(t) && !has_own_table(env, t)))
		return 0;
	if (!st->is_counted)
		n = list_fds(env, row, dirfd, 0);
	else if (fstatat(dirfd, "fd", &dir, 0) < 0)
		n = -errno;
	else
		n = read_fds(env, row, dirfd, dir.st_size);
	if (n == -EACCES || n == -EPERM)
		probe_gap(env, COV_DENIED, 1, probe_no_ptrace());
	else if (n > 0)
		probe_seen(env, n);
	/* Else it died; what was read of it while it lived stays. */
	return 0;
}

int fds_fd(struct probe_env *env, int32_t row, int dirfd, const struct probe_fd *fd)
{
	struct keeper k = {
		.ref = REF_NSFS,
		.kind = KEEPER_FD,
		.pid = builder_task(env->b, row)->tid,
		.fd = fd->fd,
		.where_ns = IX_NONE,
	};
	enum ns_kind kind;
	uint32_t inum;
	char path[24];

	if (!nsfs_parse(fd->link, &kind, &inum))
		return 0;
	k.ns = builder_ns(env->b, kind, inum, NULL);
	snprintf(path, sizeof(path), "fd/%d", fd->fd);
	/* Closed meanwhile, or another namespace by now: then nobody knows that it was one. */
	if (nsfs_describe_path(env, k.ns, dirfd, path))
		builder_add_keeper(env->b, &k);
	return 0;
}
