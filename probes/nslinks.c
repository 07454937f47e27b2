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
#include <stdio.h>
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
	char path[NS_N_SLOTS][sizeof("ns/time_for_children")];
};
const size_t nslinks_state_size = sizeof(struct nslinks_state);

int nslinks_begin(struct probe_env *env)
{
	struct nslinks_state *st = env->state;
	char text[LINK_SIZE], path[40];

	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		snprintf(st->path[slot], sizeof(st->path[slot]), "ns/%s", ns_slots[slot].name);
		/* Of this task all links can be read; pid_for_children may have no init yet. */
		snprintf(path, sizeof(path), "self/%s", st->path[slot]);
		if (env->self && ns_slots[slot].home == HOME_NSPROXY &&
		    readlinkat(env->proc, path, text, sizeof(text)) < 0 && errno == ENOENT &&
		    slot != SLOT_PID_FOR_CHILDREN) {
			st->is_unsupported[slot] = true;
			probe_gap(env, COV_UNSUPPORTED, 1, "this kernel lacks a kind of namespace");
		}
	}
	return 0;
}

/* Its link may lead elsewhere by now, so the number is compared. */
static void describe(struct probe_env *env, int32_t row, int dirfd, const char *path)
{
	_cleanup_fd_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && st.st_ino == builder_ns_row(env->b, row)->inum)
		nsfs_describe(env, row, fd);
}

static int32_t link_row(struct probe_env *env, int slot, int dirfd, const char *text, ssize_t n)
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
		describe(env, memo->row, dirfd, st->path[slot]);
	return memo->row;
}

static void deny_all(struct probe_env *env, int32_t *ns)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		ns[slot] = IX_DENIED;
	probe_gap(env, COV_DENIED, 1,
		  geteuid() ? "ptrace access refused: run as root or with CAP_SYS_PTRACE"
			    : "ptrace access refused even to root");
}

int nslinks_task(struct probe_env *env, int32_t row, int dirfd)
{
	struct nslinks_state *st = env->state;
	int32_t ns[NS_N_SLOTS];

	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		char text[LINK_SIZE];
		ssize_t n = readlinkat(dirfd, st->path[slot], text, sizeof(text) - 1);

		if (n > 0) {
			ns[slot] = link_row(env, slot, dirfd, text, n);
		} else if (errno == EACCES || errno == EPERM) {
			/* One check guards all ten. */
			deny_all(env, ns);
			break;
		} else if (errno == ENOENT && slot != SLOT_USER) {
			/* A zombie, or a task without nsproxy while it exits; or no such kind. */
			ns[slot] = st->is_unsupported[slot] ? IX_UNSUPPORTED : IX_NONE;
		} else {
			return -ESRCH;
		}
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
