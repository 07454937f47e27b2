/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network namespace of every socket that a descriptor refers to: it may be
 * another one than its process is in, and the socket may be all that keeps it.
 * A socket is looked at through a copy of the descriptor (pidfd_getfd(2)) that is
 * closed at once, and SIOCGSKNS.
 */
#include "hash.h"
#include "probe.h"
#include "uapi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

struct sockets_state {
	pid_t pid; /* whose pidfd it is; 0: nobody's */
	int pidfd;
	struct hash seen;
	ARRAY(uint64_t) inodes;
};
const size_t sockets_state_size = sizeof(struct sockets_state);

static bool is_inode(const void *key, uint32_t row)
{
	const struct sockets_state *st = ((const void *const *)key)[0];

	return st->inodes.items[row] == *(const uint64_t *)((const void *const *)key)[1];
}

/* A socket may be in many tables of descriptors; the first is enough. */
static bool is_first_time(struct sockets_state *st, uint64_t ino)
{
	const void *key[] = {st, &ino};
	uint32_t *row = hash_slot(&st->seen, hash_u64(ino), is_inode, key);

	if (*row != HASH_EMPTY)
		return false;
	*row = st->inodes.n;
	*array_add(&st->inodes) = ino;
	return true;
}

static const struct {
	int errnum;
	enum coverage_state state;
	const char *why;
} reasons[] = {
	{EPERM, COV_DENIED, "refused: looking into sockets needs CAP_SYS_PTRACE and CAP_NET_ADMIN"},
	{EACCES, COV_DENIED,
	 "refused: looking into sockets needs CAP_SYS_PTRACE and CAP_NET_ADMIN"},
	{EINVAL, COV_UNSUPPORTED, "this kernel has no pidfds of threads (Linux 6.9 has)"},
	{ENOSYS, COV_UNSUPPORTED, "this kernel has no pidfd_getfd (Linux 5.6 has)"},
	{ENOTTY, COV_UNSUPPORTED, "this kernel does not tell the namespace of a socket"},
};

static void tell_gap(struct probe_env *env, int errnum)
{
	for (unsigned i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].errnum == errnum)
			probe_gap(env, reasons[i].state, 1, reasons[i].why);
	/* Anything else: it was closed, or its process died. */
}

/*
 * The pidfd of the task behind dirfd. Its number was that task's when the pidfd
 * was made if the task is still there afterwards.
 */
static int pidfd_of(struct probe_env *env, const struct task *t, int dirfd)
{
	struct sockets_state *st = env->state;
	unsigned flags = task_is_leader(t) ? 0 : UAPI_PIDFD_THREAD;
	struct stat dir;

	if (st->pid == t->tid)
		return st->pidfd;
	if (st->pid && st->pidfd >= 0)
		close(st->pidfd);
	st->pid = t->tid;
	st->pidfd = syscall(UAPI_SYS_PIDFD_OPEN, t->tid, flags);
	if (st->pidfd < 0) {
		st->pidfd = -errno;
	} else if (fstatat(dirfd, "fd", &dir, 0) < 0) {
		close(st->pidfd);
		st->pidfd = -ESRCH;
	}
	return st->pidfd;
}

/* The row of the network namespace of descriptor fd, or -1 with errno set. */
static int32_t netns_of(struct probe_env *env, int pidfd, int fd)
{
	_cleanup_fd_ int copy = syscall(UAPI_SYS_PIDFD_GETFD, pidfd, fd, 0);
	_cleanup_fd_ int ns = copy < 0 ? -1 : ioctl(copy, UAPI_SIOCGSKNS);

	return ns < 0 ? -1 : nsfs_row(env, NS_NET, ns);
}

int sockets_fd(struct probe_env *env, int32_t row, int dirfd, const struct probe_fd *fd)
{
	struct sockets_state *st = env->state;
	const struct task *t = builder_task(env->b, row);
	struct keeper k = {
		.ref = REF_SOCKET,
		.kind = KEEPER_SOCKET,
		.pid = t->tid,
		.fd = fd->fd,
		.where_ns = IX_NONE,
	};
	int pidfd;

	if (strncmp(fd->link, "socket:[", 8))
		return 0;
	k.ino = strtoull(fd->link + 8, NULL, 10);
	if (env->is_foreign) {
		/* The numbers of this /proc mean other processes to us, or none. */
		probe_gap(env, COV_PARTIAL, 1, "/proc is that of another pid namespace than ours");
		return 0;
	}
	if (!is_first_time(st, k.ino))
		return 0;
	pidfd = pidfd_of(env, t, dirfd);
	if (pidfd < 0) {
		tell_gap(env, -pidfd);
		return 0;
	}
	k.ns = netns_of(env, pidfd, fd->fd);
	if (k.ns < 0) {
		tell_gap(env, errno);
		return 0;
	}
	builder_add_keeper(env->b, &k);
	probe_seen(env, 1);
	return 0;
}

int sockets_end(struct probe_env *env)
{
	struct sockets_state *st = env->state;

	if (st->pid && st->pidfd >= 0)
		close(st->pidfd);
	hash_free(&st->seen);
	free(st->inodes.items);
	return 0;
}
