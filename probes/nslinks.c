/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ten links /proc/PID/ns/ of every task and thread: namespaces(7), and
 * fs/proc/namespaces.c. What costs most of a scan is done here, so the text of a
 * link that is that of the task before is not parsed again, and what is per
 * namespace is asked when the namespace is seen for the first time.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define LINK_SIZE 32 /* "cgroup:[4294967295]" */

struct link_memo {
	char text[LINK_SIZE];
	ssize_t n;
	int32_t row;
};

struct nslinks_state {
	struct link_memo memo[NS_N_SLOTS];
	bool is_unsupported[NS_N_SLOTS];
	bool has_none; /* a kernel without namespaces at all */
};
const size_t nslinks_state_size = sizeof(struct nslinks_state);

static int errno_of_link(int dir, int slot)
{
	char text[LINK_SIZE];

	return readlinkat(dir, ns_slots[slot].name, text, sizeof(text)) < 0 ? errno : 0;
}

/* Which links this kernel has: all of our own can be read, but for a pid ns without init. */
int nslinks_begin(struct probe_env *env)
{
	struct nslinks_state *st = env->state;
	_cleanup_fd_ int dir = openat(env->proc, "self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);

	st->has_none = env->self && dir < 0;
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		st->is_unsupported[slot] =
			st->has_none || (dir >= 0 && slot != SLOT_PID_FOR_CHILDREN &&
					 errno_of_link(dir, slot) == ENOENT);
		if (st->is_unsupported[slot])
			probe_gap(env, COV_UNSUPPORTED, 1, "this kernel lacks a kind of namespace");
	}
	return 0;
}

/* Its link may lead elsewhere by now, so the number is compared. */
static void describe(struct probe_env *env, int32_t row, int dir, const char *name)
{
	_cleanup_fd_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && st.st_ino == builder_ns_row(env->b, row)->inum)
		nsfs_describe(env, row, fd);
}

static int32_t link_row(struct probe_env *env, int slot, int dir, const char *text, ssize_t n)
{
	struct nslinks_state *st = env->state;
	struct link_memo *memo = &st->memo[slot];
	enum ns_kind kind;
	uint32_t inum;

	if (memo->n != n || memcmp(memo->text, text, n)) {
		memcpy(memo->text, text, n);
		memo->text[n] = '\0';
		memo->n = 0;
		if (!nsfs_parse(memo->text, &kind, &inum))
			return IX_UNSUPPORTED;
		memo->row = builder_ns(env->b, kind, inum, NULL);
		memo->n = n;
	}
	if (!(*probe_ns_flags(env, memo->row) & NS_DESCRIBED))
		describe(env, memo->row, dir, ns_slots[slot].name);
	return memo->row;
}

static void set_all(int32_t *ns, int32_t why)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		ns[slot] = why;
}

/* Reads the links in `dir`. Returns 0, -ESRCH when the task has gone, or -EACCES. */
static int read_links(struct probe_env *env, int dir, int32_t *ns)
{
	struct nslinks_state *st = env->state;

	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		char text[LINK_SIZE];
		ssize_t n = readlinkat(dir, ns_slots[slot].name, text, sizeof(text) - 1);

		if (n > 0) {
			ns[slot] = link_row(env, slot, dir, text, n);
		} else if (errno == EACCES || errno == EPERM) {
			return -EACCES; /* one check guards all ten */
		} else if (errno == ENOENT && st->is_unsupported[slot]) {
			ns[slot] = IX_UNSUPPORTED;
		} else if (errno == ENOENT && ns_slots[slot].home == HOME_NSPROXY) {
			/* A zombie, or an exiting task: its nsproxy went first. */
			ns[slot] = IX_NONE;
		} else {
			return -ESRCH;
		}
	}
	return 0;
}

int nslinks_task(struct probe_env *env, int32_t row, int dirfd)
{
	const struct nslinks_state *st = env->state;
	_cleanup_fd_ int dir = openat(dirfd, "ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int32_t ns[NS_N_SLOTS];
	int r;

	set_all(ns, IX_UNSUPPORTED);
	if (dir >= 0)
		r = read_links(env, dir, ns);
	else if (errno == EACCES || errno == EPERM)
		r = -EACCES;
	else
		r = st->has_none && !faccessat(dirfd, "stat", F_OK, 0) ? 0 : -ESRCH;
	if (r == -ESRCH)
		return r;
	if (r == -EACCES) {
		set_all(ns, IX_DENIED);
		probe_gap(env, COV_DENIED, 1, probe_no_ptrace());
	}
	memcpy(builder_task(env->b, row)->ns, ns, sizeof(ns));
	env->is_lead = probe_is_lead(env, builder_task(env->b, row));
	probe_seen(env, 1);
	return 0;
}

int nslinks_end(struct probe_env *env)
{
	uint64_t n = probe_n_hidden(env);

	if (n)
		probe_gap(env, COV_DENIED, n, "this /proc hides the processes of others (hidepid)");
	return 0;
}
