/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts of tasks through libproc2: a whole chunk with one select when they are
 * wanted of every task, one task at a time when only of the first of each
 * namespace.
 */
#include "probe.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libproc2/pids.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KTHREAD_FLAG  0x00200000 /* PF_KTHREAD, include/linux/sched.h */
#define NSEC_PER_SEC  1000000000
#define NSEC_PER_TICK 10000000 /* USER_HZ is 100 on x86_64 */
#define COMM_SIZE     128      /* 16 for a process; names of kernel workers are longer */

enum { IT_TID, IT_PPID, IT_CMD, IT_STATE, IT_BEGAN, IT_FLAGS, IT_EUID, IT_N };
/* All of /proc/PID/stat and the owner of its directory: any of status would cost as much again. */
static enum pids_item items[IT_N] = {
	[IT_TID] = PIDS_ID_TID,	  [IT_PPID] = PIDS_ID_PPID,	[IT_CMD] = PIDS_CMD,
	[IT_STATE] = PIDS_STATE,  [IT_BEGAN] = PIDS_TICS_BEGAN, [IT_FLAGS] = PIDS_FLAGS,
	[IT_EUID] = PIDS_ID_EUID,
};

struct facts_state {
	struct pids_info *info;
	struct pids_fetch *chunk; /* the library's; good until the next select */
	int next;		  /* of its rows, which have the order of the chunk */
	int64_t clock_offset;	  /* nanoseconds that our time namespace adds to what we read */
};
const size_t facts_state_size = sizeof(struct facts_state);

static bool is_same_link(struct probe_env *env, const char *a, const char *b)
{
	char x[64] = "", y[64] = "";

	return readlinkat(env->proc, a, x, sizeof(x) - 1) > 0 &&
	       readlinkat(env->proc, b, y, sizeof(y) - 1) > 0 && !strcmp(x, y);
}

/*
 * /proc tells start times by the clock of the reader's time namespace, which would be another
 * key of the same task. The file is of the namespace for children: before 6.6 a program that
 * was started right after unshare(2) is not in that yet.
 */
static int64_t clock_offset(struct probe_env *env)
{
	char text[256];
	const char *line;
	long long sec, nsec;

	if (!is_same_link(env, "self/ns/time", "self/ns/time_for_children") ||
	    probe_read_file(env->proc, "self/timens_offsets", text, sizeof(text)) <= 0)
		return 0;
	line = strstr(text, "boottime");
	if (!line || sscanf(line, "boottime %lld %lld", &sec, &nsec) != 2)
		return 0;
	return sec * NSEC_PER_SEC + nsec;
}

static uint64_t since_boot(const struct facts_state *st, uint64_t ticks)
{
	return ticks - st->clock_offset / NSEC_PER_TICK;
}

int facts_begin(struct probe_env *env)
{
	struct facts_state *st = env->state;
	int r;

	st->clock_offset = clock_offset(env);
	if (env->is_foreign && !env->self)
		r = -ESRCH; /* the library reads /proc/self */
	else
		r = procps_pids_new(&st->info, items, IT_N);
	if (r < 0) {
		st->info = NULL;
		probe_gap(env, COV_UNSUPPORTED, 1, "libproc2 cannot read this /proc");
	}
	return 0;
}

int facts_batch(struct probe_env *env, const struct probe_task *tasks, unsigned n)
{
	struct facts_state *st = env->state;
	unsigned *tids = xcalloc(n, sizeof(*tids));

	for (unsigned i = 0; i < n; i++)
		tids[i] = tasks[i].tid;
	st->next = 0;
	st->chunk = st->info ? procps_pids_select(st->info, tids, n, PIDS_SELECT_PID) : NULL;
	free(tids);
	return 0;
}

/* The results for a tid, out of the chunk or on its own; NULL when it has gone. */
static const struct pids_result *find(struct probe_env *env, pid_t tid)
{
	struct facts_state *st = env->state;
	unsigned id = tid;

	if (!st->info)
		return NULL;
	if (!(env->want->facts & (TASK_STAT | TASK_UID))) {
		struct pids_fetch *one = procps_pids_select(st->info, &id, 1, PIDS_SELECT_PID);

		return one && one->counts->total == 1 ? one->stacks[0]->head : NULL;
	}
	for (int i = st->next; st->chunk && i < st->chunk->counts->total; i++) {
		const struct pids_result *head = st->chunk->stacks[i]->head;

		if (head[IT_TID].result.s_int == tid) {
			st->next = i + 1;
			return head;
		}
	}
	return NULL;
}

/*
 * libproc2 hands out the name made printable, in the way of the current locale;
 * wherever that may have changed a byte the kernel's own is read.
 */
static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (*s == '?' || *s == '\\' || !isascii((unsigned char)*s) ||
		    iscntrl((unsigned char)*s))
			return false;
	return true;
}

static struct raw read_comm(struct probe_env *env, int dirfd, const char *printable)
{
	char comm[COMM_SIZE];
	ssize_t n;

	if (is_plain(printable))
		return snap_strz(env->b, printable);
	n = probe_read_file(dirfd, "comm", comm, sizeof(comm));
	if (n <= 0)
		return snap_strz(env->b, printable);
	return snap_str(env->b, comm, comm[n - 1] == '\n' ? n - 1 : n);
}

/* No facts: is it gone, or does this /proc hide what is in its directory? */
static int without_facts(struct probe_env *env, int dirfd)
{
	struct stat st;

	if (fstatat(dirfd, "stat", &st, 0) < 0 && (errno == ENOENT || errno == ESRCH))
		return -ESRCH;
	probe_gap(env, COV_DENIED, 1, "this /proc hides the processes of others (hidepid)");
	return 0;
}

int facts_task(struct probe_env *env, int32_t row, int dirfd)
{
	struct task *t = builder_task(env->b, row);
	const struct pids_result *head = find(env, t->tid);
	const struct facts_state *st = env->state;

	if (!head)
		return without_facts(env, dirfd);
	t->ppid = head[IT_PPID].result.s_int;
	t->state = head[IT_STATE].result.s_ch;
	t->start = since_boot(st, head[IT_BEGAN].result.ull_int);
	t->is_kthread = head[IT_FLAGS].result.ul_int & KTHREAD_FLAG;
	t->uid = head[IT_EUID].result.u_int;
	t->comm = read_comm(env, dirfd, head[IT_CMD].result.str);
	t->facts |= TASK_STAT | TASK_UID;
	probe_seen(env, 1);
	return 0;
}

int facts_end(struct probe_env *env)
{
	struct facts_state *st = env->state;

	if (st->info)
		procps_pids_unref(&st->info);
	return 0;
}
