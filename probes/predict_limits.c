/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many tasks there may be, for fork(): by uid, by control group, in all. */
#include "predict_impl.h"

#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* The kernel counts by real uid and user namespace; a snap carries the effective one. */
static bool read_nproc(int dirfd, int32_t row, const struct snap *s, struct model_facts *f)
{
	_cleanup_free_ char *text = probe_slurp_file(dirfd, "limits", NULL);
	const char *line = text ? strstr(text, "Max processes") : NULL;
	unsigned long limit;
	uint32_t n = 0;

	if (!line || row < 0)
		return false;
	line += strlen("Max processes");
	line += strspn(line, " ");
	if (!strncmp(line, "unlimited", 9))
		return true;
	limit = strtoul(line, NULL, 10);
	for (uint32_t i = 0; i < s->n_tasks; i++)
		n += s->tasks[i].uid == s->tasks[row].uid &&
		     s->tasks[i].ns[SLOT_USER] == s->tasks[row].ns[SLOT_USER];
	f->is_nproc_full = n + 1 > limit;
	return true;
}

static bool read_count(const char *dir, const char *name, unsigned long *n)
{
	char path[4200], text[32];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (probe_read_file(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return false;
	*n = strncmp(text, "max", 3) ? strtoul(text, NULL, 10) : (unsigned long)-1;
	return true;
}

/* From the group of the task up to the mount, each of which has a limit of its own. */
static void read_pids_groups(const char *mount, const char *group, struct model_facts *f)
{
	char dir[4096];
	unsigned long max, now;
	size_t top = strlen(mount);

	snprintf(dir, sizeof(dir), "%s%s", mount, group);
	for (char *slash; strlen(dir) > top; *slash = '\0') {
		if (read_count(dir, "pids.max", &max) && read_count(dir, "pids.current", &now))
			f->is_pids_full |= now >= max;
		slash = strrchr(dir, '/');
		if (slash < dir + top)
			break;
	}
}

/* "8:pids:/group" of version 1, "0::/group" of version 2. */
static bool read_pids_limit(int dirfd, struct model_facts *f)
{
	_cleanup_free_ char *text = probe_slurp_file(dirfd, "cgroup", NULL);
	char *save = NULL;

	if (!text)
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *names = strchr(line, ':'), *group = names ? strchr(names + 1, ':') : NULL;

		if (!group)
			continue;
		*group++ = '\0';
		if (!names[1]) {
			read_pids_groups("/sys/fs/cgroup", group, f);
			read_pids_groups("/sys/fs/cgroup/unified", group, f);
		} else if (!strcmp(names + 1, "pids")) {
			read_pids_groups("/sys/fs/cgroup/pids", group, f);
		}
	}
	return true;
}

void predict_limits(int dirfd, int32_t row, const struct snap *s, struct model_facts *f)
{
	unsigned long n;

	if (read_count("/proc/sys/kernel", "threads-max", &n))
		f->is_system_full = s->n_tasks >= n;
	if (read_nproc(dirfd, row, s, f) && read_pids_limit(dirfd, f))
		f->known |= FACT_LIMITS;
}
