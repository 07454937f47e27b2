/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors of every process, and of threads that have a table of their own: the links in
 * /proc/PID/fd are read once and shown to each probe that looks at them; a namespace that one of
 * them keeps is this probe's own work. A link is only followed when its text cannot be that of a
 * path, so a dead file server or a FIFO is never touched.
 */
#include "probe.h"
#include "uapi.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define LINK_SIZE 64 /* pseudo files: "socket:[1234567890]", "anon_inode:[eventpoll]" */

/* Shows one descriptor; false when there is none of that number. */
static bool show_fd(struct probe_env *env, int32_t row, int dirfd, int fd)
{
	char path[24], text[LINK_SIZE];
	ssize_t n;

	snprintf(path, sizeof(path), "fd/%d", fd);
	n = readlinkat(dirfd, path, text, sizeof(text) - 1);
	if (n < 0)
		return false;
	text[n] = '\0';
	if (*text != '/' && n < (ssize_t)sizeof(text) - 1)
		probe_each_fd(env, row, dirfd, &(struct probe_fd){fd, text});
	return true;
}

static uint64_t list_fds(struct probe_env *env, int32_t row, int dirfd, DIR *dir)
{
	struct dirent *entry;
	uint64_t n = 0;

	while ((entry = readdir(dir)))
		if (*entry->d_name != '.')
			n += show_fd(env, row, dirfd, atoi(entry->d_name));
	return n;
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
	const struct task *t = builder_task(env->b, row);
	struct stat st;
	DIR *dir;
	int fd;

	/* Our own descriptors are gone when the scan is over. */
	if (t->tgid == env->self || (!task_is_leader(t) && !has_own_table(env, t)))
		return 0;
	fd = openat(dirfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && (errno == EACCES || errno == EPERM)) {
		probe_gap(env, COV_DENIED, 1,
			  geteuid() ? "ptrace access refused: run as root or with CAP_SYS_PTRACE"
				    : "ptrace access refused even to root");
		return 0;
	}
	/* Since 6.2 the size is the number of descriptors; kernel threads have none. */
	if (fd < 0 || (!fstat(fd, &st) && !st.st_size && t->is_kthread)) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return 0;
	}
	probe_seen(env, list_fds(env, row, dirfd, dir));
	closedir(dir);
	return 0;
}

int fds_fd(struct probe_env *env, int32_t row, int dirfd, const struct probe_fd *fd)
{
	struct keeper k = {
		.ref = REF_NSFS,
		.kind = KEEPER_FD,
		.pid = builder_task(env->b, row)->tid,
		.fd = fd->fd,
		.mnt_ns = IX_NONE,
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
