/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scan has to know before it starts: whose /proc it is, the host, the limits. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#define FDS_TO_SPARE 32 /* descriptors that the hooks may need beside the chunk */

static void read_meta(struct probe_env *env)
{
	struct snap_meta *meta = snap_builder_meta(env->b);
	struct utsname uts;
	char boot_id[64];
	ssize_t n;

	clock_gettime(CLOCK_REALTIME, &meta->taken);
	if (!uname(&uts)) {
		meta->host = snap_strz(env->b, uts.nodename);
		meta->kernel = snap_strz(env->b, uts.release);
	}
	n = probe_read_file(env->proc, "sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
	if (n > 0)
		meta->boot_id = snap_str(env->b, boot_id, strcspn(boot_id, "\n"));
}

/* Whose /proc is it? Its numbers are not ours in `unshare --pid` without a mount of its own. */
static void know_self(struct probe_env *env)
{
	char text[64];
	ssize_t n = readlinkat(env->proc, "self", text, sizeof(text) - 1);
	const char *line;
	int n_pids = 0;
	enum ns_kind kind;
	uint32_t inum;
	char status[8192];

	env->pid_ns = IX_NONE;
	env->self = n > 0 ? (text[n] = '\0', atoi(text)) : 0;
	env->is_foreign = env->self != getpid();
	if (!env->self || probe_read_file(env->proc, "self/status", status, sizeof(status)) <= 0)
		return;
	line = strstr(status, "\nNSpid:");
	for (line = line ? line + 7 : ""; *line && *line != '\n'; line++)
		n_pids += *line == '\t';
	n = readlinkat(env->proc, "self/ns/pid", text, sizeof(text) - 1);
	if (n_pids != 1 || n <= 0)
		return;
	text[n] = '\0';
	if (nsfs_parse(text, &kind, &inum))
		env->pid_ns = builder_ns(env->b, kind, inum, NULL);
}

/* Field 22 of stat; the second is a name that may hold anything. */
uint64_t probe_start_time(int dirfd)
{
	char text[1024];
	const char *p;

	if (probe_read_file(dirfd, "stat", text, sizeof(text)) <= 0)
		return 0;
	p = strrchr(text, ')');
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p, NULL, 10) : 0;
}

/* A chunk and what a probe keeps, at most twice as many, must fit the limit together. */
static unsigned room_for_fds(void)
{
	struct rlimit lim;
	rlim_t room;

	if (getrlimit(RLIMIT_NOFILE, &lim) < 0 || lim.rlim_cur >= PROBE_CHUNK_MAX * 4)
		return PROBE_CHUNK_MAX;
	room = lim.rlim_cur > FDS_TO_SPARE ? (lim.rlim_cur - FDS_TO_SPARE) / 3 : 1;
	return room ? room : 1;
}

int probe_env_open(struct probe_env *env, struct err *e)
{
	struct statfs fs;
	struct stat st;

	env->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (env->proc < 0)
		return err_set(e, errno, "cannot open /proc");
	if (fstatfs(env->proc, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC) {
		close(env->proc);
		return err_set(e, ENOTSUP, "/proc is not a proc filesystem: mount one there");
	}
	env->fd_room = room_for_fds();
	read_meta(env);
	know_self(env);
	env->nsfs_dev = fstatat(env->proc, env->self ? "self/ns/user" : "2/ns/user", &st, 0) < 0
				? 0
				: st.st_dev;
	return 0;
}
