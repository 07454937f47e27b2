/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "predict_impl.h"

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int open_task(pid_t tid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", tid);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_same_link(int dirfd, const char *name)
{
	char path[32];
	struct stat a, b;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	if (stat(path, &a))
		return false;
	snprintf(path, sizeof(path), "ns/%s", name);
	return !fstatat(dirfd, path, &b, 0) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* Ids are those that this process's user namespace shows, as everywhere in a snap. */
static void read_status(int dirfd, struct model_facts *f)
{
	_cleanup_free_ char *text = probe_slurp_file(dirfd, "status", NULL);
	const char *uid = text ? strstr(text, "\nUid:") : NULL,
		   *gid = text ? strstr(text, "\nGid:") : NULL,
		   *cap = text ? strstr(text, "\nCapEff:") : NULL,
		   *seccomp = text ? strstr(text, "\nSeccomp:") : NULL;
	unsigned long long caps;

	if (seccomp)
		f->has_seccomp = atoi(seccomp + 9) > 0;
	if (!uid || !gid || !cap)
		return;
	if (sscanf(uid, "\nUid: %u %u", &f->uid, &f->euid) != 2 ||
	    sscanf(gid, "\nGid: %u %u", &f->gid, &f->egid) != 2 ||
	    sscanf(cap, "\nCapEff: %llx", &caps) != 1)
		return;
	f->caps = caps;
	f->known |= FACT_CRED;
}

/*
 * The second column counts as the reader's user namespace does, except for one in
 * that very namespace, where it is the parent's; its own ids are what is seen then.
 */
static bool read_map(int dirfd, const char *name, bool is_own, struct model_extent **map,
		     uint32_t *n)
{
	_cleanup_free_ char *text = probe_slurp_file(dirfd, name, NULL);
	ARRAY(struct model_extent) extents = {0};
	char *save = NULL;

	if (!text)
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct model_extent e;

		if (sscanf(line, "%u %u %u", &e.first, &e.lower, &e.count) != 3)
			continue;
		if (is_own)
			e.lower = e.first;
		*array_add(&extents) = e;
	}
	*map = extents.items;
	*n = extents.n;
	return true;
}

static void read_maps(int dirfd, bool is_own, struct model_facts *f)
{
	char text[16];

	f->is_setgroups_denied = probe_read_file(dirfd, "setgroups", text, sizeof(text)) > 0 &&
				 !strncmp(text, "deny", 4);
	if (read_map(dirfd, "uid_map", is_own, &f->uid_map, &f->n_uid_map) &&
	    read_map(dirfd, "gid_map", is_own, &f->gid_map, &f->n_gid_map))
		f->known |= FACT_MAPS;
}

/* The link of a root inside another mount namespace is told from that namespace's root. */
static void read_root(int dirfd, struct model_facts *f)
{
	char link[2];
	ssize_t n = readlinkat(dirfd, "root", link, sizeof(link));

	if (n < 0)
		return;
	f->is_chrooted = n != 1 || link[0] != '/';
	f->known |= FACT_CHROOT;
}

static int read_sysctl(const char *path, int fallback)
{
	char text[32];

	return probe_read_file(AT_FDCWD, path, text, sizeof(text)) > 0 ? atoi(text) : fallback;
}

static void read_policy(struct model_facts *f)
{
	f->is_userns_off = !read_sysctl("/proc/sys/kernel/unprivileged_userns_clone", 1);
	f->is_userns_confined =
		read_sysctl("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0);
	f->pid_max = read_sysctl("/proc/sys/kernel/pid_max", 0);
}

/* The link cannot be read before the namespace has its first process. */
static void read_pidc(int dirfd, struct model_facts *f)
{
	char text[32];

	f->had_pidc_init = readlinkat(dirfd, "ns/pid_for_children", text, sizeof(text)) >= 0;
	if (f->had_pidc_init || errno == ENOENT)
		f->known |= FACT_PIDC;
}

/* Counts it in that user namespace, or in one below? */
static bool is_charged(const struct snap *s, const struct ns *ns, int32_t user_row)
{
	int32_t at = ns->kind == NS_USER ? ns->parent : ns->owner;

	while (at >= 0 && at != user_row)
		at = s->nss[at].parent;
	return at == user_row;
}

/* Where the snap has limits without their use: an upper bound of that, of any uid. */
static void read_quota(const struct snap *s, int32_t user_row, struct model_facts *f)
{
	const struct quota *q =
		s->nss[user_row].quota >= 0 ? &s->quotas[s->nss[user_row].quota] : NULL;
	bool is_known = true;

	if (!q || q->has_used)
		return;
	for (int k = 0; k < NS_N_KINDS; k++) {
		is_known &= q->max[k] >= 0;
		f->max_ns[k] = q->max[k] >= 0 ? q->max[k] : 0;
	}
	for (uint32_t i = 0; i < s->n_nss; i++) {
		const struct ns *ns = &s->nss[i];

		if (!ns->is_initial && is_charged(s, ns, user_row))
			f->used_ns[ns->kind]++;
	}
	/* More uses than the limit are surely of several users: how many of this one is not known.
	 */
	for (int k = 0; k < NS_N_KINDS; k++)
		is_known &= !f->max_ns[k] || f->used_ns[k] < f->max_ns[k];
	if (is_known)
		f->known |= FACT_QUOTA;
}

static void compare(pid_t tid, pid_t other, struct model_facts *f, uint32_t *n_denied)
{
	static const int types[] = {KCMP_FS, KCMP_VM, KCMP_FILES, KCMP_SIGHAND};
	uint32_t *counts[] = {&f->n_fs_users, &f->n_mm_users, &f->n_files_users,
			      &f->n_sighand_users};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		long ret = syscall(SYS_kcmp, tid, other, types[i], 0, 0);

		if (!ret)
			(*counts[i])++;
		else if (ret < 0 && errno != ESRCH)
			(*n_denied)++;
	}
}

static void read_sharing(pid_t tid, const struct snap *s, struct model_facts *f)
{
	uint32_t n_denied = 0;

	f->n_fs_users = f->n_mm_users = f->n_files_users = f->n_sighand_users = 0;
	for (uint32_t i = 0; i < s->n_tasks; i++)
		if (s->tasks[i].tid != tid)
			compare(tid, s->tasks[i].tid, f, &n_denied);
	f->n_fs_users++;
	f->n_mm_users++;
	f->n_files_users++;
	f->n_sighand_users++;
	if (!n_denied)
		f->known |= FACT_SHARING;
}

int predict_facts(pid_t tid, const struct snap *s, struct model_facts *f)
{
	_cleanup_fd_ int dirfd = open_task(tid);
	int32_t row = snap_find_task(s, tid);
	bool is_own;

	*f = (struct model_facts){0};
	if (dirfd < 0)
		return -ESRCH;
	is_own = is_same_link(dirfd, "user");
	read_status(dirfd, f);
	read_maps(dirfd, is_own, f);
	read_root(dirfd, f);
	read_sharing(tid, s, f);
	read_pidc(dirfd, f);
	read_policy(f);
	predict_limits(dirfd, row, s, f);
	if (row >= 0 && s->tasks[row].ns[SLOT_USER] >= 0)
		read_quota(s, s->tasks[row].ns[SLOT_USER], f);
	return 0;
}

void predict_facts_free(struct model_facts *f)
{
	free(f->uid_map);
	free(f->gid_map);
	f->uid_map = f->gid_map = NULL;
}

static int read_pidfd(int dirfd, int fd, struct predict_fd_info *info)
{
	_cleanup_free_ char *text = NULL;
	const char *pid;
	char path[32];

	snprintf(path, sizeof(path), "fdinfo/%d", fd);
	text = probe_slurp_file(dirfd, path, NULL);
	if (!text)
		return -errno;
	pid = strstr(text, "Pid:");
	info->is = pid ? PREDICT_FD_PIDFD : PREDICT_FD_OTHER;
	info->pid = pid ? atoi(pid + 4) : 0;
	return 0;
}

int predict_fd(pid_t tid, int fd, struct predict_fd_info *info)
{
	_cleanup_fd_ int dirfd = open_task(tid);
	char path[32], link[128];
	ssize_t n;

	*info = (struct predict_fd_info){.is = PREDICT_FD_CLOSED};
	if (dirfd < 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "fd/%d", fd);
	n = readlinkat(dirfd, path, link, sizeof(link) - 1);
	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	link[n] = '\0';
	info->is = PREDICT_FD_OTHER;
	if (nsfs_parse(link, &info->kind, &info->inum)) {
		info->is = PREDICT_FD_NS;
		return 0;
	}
	return strstr(link, "pidfd") ? read_pidfd(dirfd, fd, info) : 0;
}
