/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small services that several probes use. */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

uint8_t *probe_ns_flags(struct probe_env *env, int32_t row)
{
	while (env->ns_flags.n <= (uint32_t)row)
		array_add(&env->ns_flags);
	return &env->ns_flags.items[row];
}

bool probe_is_lead(struct probe_env *env, const struct task *t)
{
	uint8_t flag = task_is_leader(t) ? NS_HAS_PROC : NS_HAS_TASK | NS_HAS_PROC;

	for (int k = 0; k < NS_N_KINDS; k++)
		if (t->ns[k] >= 0 && !(*probe_ns_flags(env, t->ns[k]) & flag))
			return true;
	return false;
}

void probe_seen(struct probe_env *env, uint64_t n)
{
	env->n_seen[env->probe - probes] += n;
}

void probe_gap(struct probe_env *env, enum coverage_state state, uint64_t n, const char *why)
{
	builder_gap(env->b, env->probe->name, state, n, why);
}

const char *probe_no_ptrace(void)
{
	return geteuid() ? "ptrace access refused: run as root or with CAP_SYS_PTRACE"
			 : "ptrace access refused even to root";
}

/* Reads until the end or until the buffer is full. */
static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, buf + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		n += got;
	}
	return n;
}

ssize_t probe_read_file(int dirfd, const char *path, char *buf, size_t size)
{
	_cleanup_fd_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : read_all(fd, buf, size - 1);

	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

char *probe_slurp_file(int dirfd, const char *path, size_t *n)
{
	_cleanup_fd_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	size_t room = 16384, used = 0;
	char *text;

	if (fd < 0)
		return NULL;
	text = xreallocarray(NULL, room, 1);
	for (;;) {
		ssize_t got = read_all(fd, text + used, room - used - 1);

		if (got < 0) {
			free(text);
			errno = -got;
			return NULL;
		}
		used += got;
		if (used + 1 < room)
			break;
		room *= 2;
		text = xreallocarray(text, room, 1);
	}
	text[used] = '\0';
	if (n)
		*n = used;
	return text;
}

int probe_numbers(int dirfd, const char *path, struct probe_numbers *out)
{
	_cleanup_fd_ int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_Alignas(struct dirent64) char buf[16384];
	ssize_t n, at;

	out->list.n = 0;
	if (fd < 0)
		return -errno;
	while ((n = getdents64(fd, buf, sizeof(buf))) > 0) {
		for (at = 0; at < n;) {
			const struct dirent64 *d = (const struct dirent64 *)(buf + at);

			at += d->d_reclen;
			if (d->d_name[0] >= '0' && d->d_name[0] <= '9')
				*array_add(&out->list) = atoi(d->d_name);
		}
	}
	return n < 0 ? -errno : 0;
}

/* The mount of /proc in our mountinfo, found by its number: "hidepid=" of its options. */
static bool is_hiding(struct probe_env *env, const char *mountinfo)
{
	struct statx st;
	char want[24];
	const char *line, *end, *option;

	if (statx(env->proc, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0)
		return false;
	snprintf(want, sizeof(want), "%llu ", (unsigned long long)st.stx_mnt_id);
	for (line = mountinfo; line && *line; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (strncmp(line, want, strlen(want)))
			continue;
		option = strstr(line, "hidepid=");
		return option && (!end || option < end) && !strchr("01no", option[8]);
	}
	return false;
}

uint64_t probe_n_hidden(struct probe_env *env)
{
	_cleanup_free_ char *mountinfo = NULL;
	struct sysinfo info;
	uint32_t n = builder_n_tasks(env->b);

	if (!geteuid() || !env->self)
		return 0;
	mountinfo = probe_slurp_file(env->proc, "self/mountinfo", NULL);
	if (!mountinfo || !is_hiding(env, mountinfo))
		return 0;
	/* The kernel counts the tasks of all pid namespaces together. */
	if (env->pid_ns < 0 || !builder_ns_row(env->b, env->pid_ns)->is_initial ||
	    sysinfo(&info) < 0 || info.procs <= n)
		return 1;
	return info.procs - n;
}

bool probe_is_in_mnt_ns(struct probe_env *env, int dirfd, int32_t mnt_ns)
{
	char text[32];
	ssize_t n = readlinkat(dirfd, "ns/mnt", text, sizeof(text) - 1);
	enum ns_kind kind;
	uint32_t inum;

	if (n <= 0)
		return false;
	text[n] = '\0';
	return nsfs_parse(text, &kind, &inum) && inum == builder_ns_row(env->b, mnt_ns)->inum;
}

int32_t probe_find_from_kernel(const struct probe_env *env, pid_t tid)
{
	uint32_t lo = 0, hi = env->n_from_kernel;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (builder_task(env->b, mid)->tid < tid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < env->n_from_kernel && builder_task(env->b, lo)->tid == tid ? (int32_t)lo
									       : IX_NONE;
}
