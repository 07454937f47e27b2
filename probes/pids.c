/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of a task, one a pid namespace (NSpid, proc_pid_status(5)). A task
 * in the pid namespace of /proc has one number, the tid itself: nothing to read.
 */
#include "probe.h"

#include <errno.h>
#include <string.h>

#define STATUS_SIZE 8192 /* NSpid is in the first KiB unless the task is in many groups */
#define MAX_PIDS    34	 /* MAX_PID_NS_LEVEL + 2 */

static unsigned parse_pids(const char *line, pid_t *pids)
{
	unsigned n = 0;
	char *end;

	while (n < MAX_PIDS) {
		unsigned long v = strtoul(line, &end, 10);

		if (end == line || *line == '\n')
			break;
		pids[n++] = v;
		line = end;
		if (*line == '\n')
			break;
	}
	return n;
}

int pids_task(struct probe_env *env, int32_t row, int dirfd)
{
	const struct task *t = builder_task(env->b, row);
	pid_t pids[MAX_PIDS] = {t->tid};
	char status[STATUS_SIZE];
	const char *line;
	unsigned n = 1;
	ssize_t got;

	if (t->ns[SLOT_PID] < 0 || t->ns[SLOT_PID] != env->pid_ns) {
		got = probe_read_file(dirfd, "status", status, sizeof(status));
		if (got == -ESRCH || got == -ENOENT)
			return -ESRCH;
		/* Name is the first line, and its newlines are escaped. */
		line = got > 0 ? strstr(status, "\nNSpid:") : NULL;
		n = line ? parse_pids(line + 7, pids) : 0;
		if (!n) {
			probe_gap(env, COV_PARTIAL, 1, "no NSpid in /proc/PID/status");
			return 0;
		}
	}
	builder_set_pids(env->b, row, pids, n);
	probe_seen(env, 1);
	return 0;
}
