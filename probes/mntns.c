/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own list of mount namespaces (NS_MNT_GET_NEXT and _PREV, Linux
 * 6.12), walked in both directions from ours: it has those that no task uses.
 */
#include "probe.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

static const char *why_not(int errnum)
{
	switch (errnum) {
	case ENOTTY:
	case EINVAL:
		return "this kernel has no list of mount namespaces (Linux 6.12 has)";
	case EPERM:
		return "the list of mount namespaces needs CAP_SYS_ADMIN in the initial user "
		       "and pid namespace";
	default:
		return "the list of mount namespaces could not be read";
	}
}

/* From `fd`, which it closes, to the end of the list. Returns 0 or the errno. */
static int walk_list(struct probe_env *env, int fd, unsigned long request)
{
	while (fd >= 0) {
		struct uapi_mnt_ns_info info = {.size = sizeof(info)};
		int next = ioctl(fd, request, &info);
		int errnum = errno;
		int32_t row;

		close(fd);
		if (next < 0)
			return errnum == ENOENT ? 0 : errnum;
		fd = next;
		row = nsfs_row(env, NS_MNT, fd);
		if (row >= 0) {
			builder_ns_row(env->b, row)->is_listed = true;
			probe_seen(env, 1);
		}
	}
	return errno;
}

int mntns_end(struct probe_env *env)
{
	static const unsigned long requests[] = {NSFS_MNT_GET_PREV, NSFS_MNT_GET_NEXT};
	int r = 0;

	if (env->has_lists)
		return 0;
	for (unsigned i = 0; i < ARRAY_SIZE(requests) && !r; i++)
		r = walk_list(env, openat(env->proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC),
			      requests[i]);
	if (r)
		probe_gap(env, r == EPERM ? COV_DENIED : COV_UNSUPPORTED, 1, why_not(r));
	return 0;
}
