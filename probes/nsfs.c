/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells about one open namespace (ioctl_ns(2)): its owner, its
 * parent, who made it and its 64-bit id. Asked once a namespace, and followed up
 * to the roots: an owner or parent may be a namespace that no task uses.
 */
#include "probe.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

static const char *const above_us = "it is above our own user or pid namespace";
static const char *const no_ioctl = "this kernel does not tell (ioctl_ns)";

bool nsfs_parse(const char *text, enum ns_kind *kind, uint32_t *inum)
{
	const char *colon = strstr(text, ":[");
	char name[16];
	char *end;
	unsigned long n;
	int k;

	if (!colon || colon == text || (size_t)(colon - text) >= sizeof(name))
		return false;
	memcpy(name, text, colon - text);
	name[colon - text] = '\0';
	k = ns_kind_by_name(name);
	if (k < 0 || colon[2] < '0' || colon[2] > '9')
		return false;
	n = strtoul(colon + 2, &end, 10);
	if (strcmp(end, "]") || n > UINT32_MAX)
		return false;
	*kind = k;
	*inum = n;
	return true;
}

int nsfs_open(struct probe_env *env, int path_fd, uint32_t inum)
{
	char path[32];
	struct statx st;
	int fd;

	/* What is cached will do: a file server that is dead would not answer. */
	if (statx(path_fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_INO,
		  &st) < 0)
		return -errno;
	if (makedev(st.stx_dev_major, st.stx_dev_minor) != env->nsfs_dev || st.stx_ino != inum)
		return -ESTALE;
	snprintf(path, sizeof(path), "self/fd/%d", path_fd);
	fd = openat(env->proc, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int nsfs_open_bind(struct probe_env *env, int root, const char *path, uint32_t inum,
		   const char **why)
{
	struct uapi_open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = UAPI_RESOLVE_IN_ROOT | UAPI_RESOLVE_NO_MAGICLINKS | UAPI_RESOLVE_CACHED,
	};
	_cleanup_fd_ int path_fd = syscall(UAPI_SYS_OPENAT2, root, path, &how, sizeof(how));
	int fd;

	if (path_fd < 0) {
		*why = errno == EAGAIN
			       ? "the way to it might block"
			       : "there is no way to it from the root of its mount namespace";
		return -errno;
	}
	fd = nsfs_open(env, path_fd, inum);
	if (fd < 0)
		*why = fd == -ESTALE ? "another mount covers it" : "it could not be opened";
	return fd;
}

/* The row of what the ioctl gives a descriptor of; or why there is none. */
static int32_t ask_kin(struct probe_env *env, int fd, unsigned long request, enum ns_kind kind)
{
	_cleanup_fd_ int kin = ioctl(fd, request);

	if (kin >= 0)
		return nsfs_row(env, kind, kin);
	if (errno == EPERM) {
		builder_gap(env->b, probes[PROBE_NSFS].name, COV_DENIED, 1, above_us);
		return IX_DENIED;
	}
	if (errno == ENOTTY) {
		builder_gap(env->b, probes[PROBE_NSFS].name, COV_UNSUPPORTED, 1, no_ioctl);
		return IX_UNSUPPORTED;
	}
	return IX_RACED;
}

static void ask_parent(struct probe_env *env, int32_t row, int fd)
{
	enum ns_kind kind = builder_ns_row(env->b, row)->kind;
	int32_t parent;

	if (!ns_kinds[kind].is_hierarchical)
		return;
	if (builder_ns_row(env->b, row)->is_initial)
		parent = IX_NONE;
	else if (kind == NS_USER) /* NS_GET_USERNS of a user namespace gives its parent */
		parent = builder_ns_row(env->b, row)->owner;
	else
		parent = ask_kin(env, fd, NSFS_GET_PARENT, kind);
	builder_ns_row(env->b, row)->parent = parent;
}

static void ask_owner(struct probe_env *env, int32_t row, int fd)
{
	const struct ns *ns = builder_ns_row(env->b, row);
	int32_t owner = IX_NONE;
	uid_t uid;

	/* The initial user namespace is the one that nobody owns. */
	if (ns->kind != NS_USER || !ns->is_initial)
		owner = ask_kin(env, fd, NSFS_GET_USERNS, NS_USER);
	builder_ns_row(env->b, row)->owner = owner;
	if (builder_ns_row(env->b, row)->kind == NS_USER && !ioctl(fd, NSFS_GET_OWNER_UID, &uid)) {
		builder_ns_row(env->b, row)->owner_uid = uid;
		builder_ns_row(env->b, row)->has_owner_uid = true;
	}
}

static void ask_id(struct probe_env *env, int32_t row, int fd)
{
	struct ns *ns = builder_ns_row(env->b, row);
	uint64_t id;

	/* Both give the same number for a mount namespace; only one is as old as 6.10. */
	if (!ioctl(fd, NSFS_GET_ID, &id) ||
	    (ns->kind == NS_MNT && !ioctl(fd, NSFS_GET_MNTNS_ID, &id)))
		ns->id = id;
}

void nsfs_describe(struct probe_env *env, int32_t row, int fd)
{
	uint8_t *flags = probe_ns_flags(env, row);

	if (*flags & NS_DESCRIBED)
		return;
	*flags |= NS_DESCRIBED;
	if (env->want->skip & BIT(PROBE_NSFS))
		return;
	ask_owner(env, row, fd);
	ask_parent(env, row, fd);
	ask_id(env, row, fd);
	env->n_seen[PROBE_NSFS]++;
}

int32_t nsfs_row(struct probe_env *env, enum ns_kind kind, int fd)
{
	struct stat st;
	int32_t row;

	if (fstat(fd, &st) < 0)
		return IX_RACED;
	row = builder_ns(env->b, kind, st.st_ino, NULL);
	nsfs_describe(env, row, fd);
	return row;
}

bool nsfs_describe_path(struct probe_env *env, int32_t row, int dirfd, const char *path)
{
	_cleanup_fd_ int path_fd = -1, fd = -1;

	if (*probe_ns_flags(env, row) & NS_DESCRIBED)
		return true;
	path_fd = openat(dirfd, path, O_PATH | O_CLOEXEC);
	if (path_fd < 0)
		return false;
	fd = nsfs_open(env, path_fd, builder_ns_row(env->b, row)->inum);
	if (fd < 0) {
		errno = -fd;
		return false;
	}
	nsfs_describe(env, row, fd);
	return true;
}

/* Namespaces that were seen but never opened: their links were gone by then, or refused. */
int nsfs_end(struct probe_env *env)
{
	uint64_t missed = 0;

	for (uint32_t i = 0; i < builder_n_nss(env->b); i++) {
		struct ns *ns = builder_ns_row(env->b, i);

		if (*probe_ns_flags(env, i) & NS_DESCRIBED)
			continue;
		/* One that only a task in passing used is left out by the freeze. */
		missed += !!(*probe_ns_flags(env, i) & NS_HAS_TASK);
		if (ns->owner == IX_OFF)
			ns->owner = IX_RACED;
		if (ns->parent == IX_OFF)
			ns->parent = ns->is_initial ? IX_NONE : IX_RACED;
	}
	if (missed)
		probe_gap(env, COV_PARTIAL, missed,
			  "the way to it was closed before it was opened");
	return 0;
}
