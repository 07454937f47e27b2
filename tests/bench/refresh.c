/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * refresh N   what a refresh of the TUI costs, with its programs loaded already
 *
 * Reads the host N times as the first view of the TUI does, each time into a new
 * snap, and prints the median of the CPU time in milliseconds, without the first
 * reading, and the tasks of the last one.
 */
#include "mem.h"
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static const struct snap *read_once(struct probe_keep **keep)
{
	const struct probe_want want = {
		.facts = TASK_STAT | TASK_PIDS | TASK_UID | TASK_CGROUP,
		.keep = keep,
	};
	struct snap_builder *b = snap_builder_new();
	const struct snap *s = NULL;
	struct err e;

	if (probes_read(b, &want, NULL, NULL, &e) < 0)
		fprintf(stderr, "refresh: %s\n", e.msg);
	else
		s = snap_freeze(b, false);
	snap_builder_free(b);
	return s;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
	struct probe_keep *keep = NULL;
	uint32_t n_tasks = 0;
	double *ms;

	if (n < 1) {
		fputs("usage: refresh N\n", stderr);
		return 2;
	}
	mem_keep();
	ms = xcalloc(n, sizeof(*ms));
	snap_unref(read_once(&keep));
	for (int i = 0; i < n; i++) {
		double start = now_ms();
		const struct snap *s = read_once(&keep);

		ms[i] = now_ms() - start;
		if (!s)
			return 1;
		n_tasks = s->n_tasks;
		snap_unref(s);
	}
	qsort(ms, n, sizeof(*ms), by_size);
	printf("%.3f %u\n", ms[n / 2], n_tasks);
	probe_keep_free(keep);
	free(ms);
	return 0;
}
