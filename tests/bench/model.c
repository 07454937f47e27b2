/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model   a million calls on the executable kernel
 *
 * Forks and unshares, a thousand tasks alive at a time. Prints the time of a call
 * and the memory in use after a hundredth and after all of it. Exit status 1: the
 * memory grew with the calls, or some object was not freed.
 */
#include "model/model.h"

#include <malloc.h>
#include <stdio.h>
#include <time.h>

#define N_CALLS 1000000
#define N_ALIVE 1000

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* A fork and an unshare by the child, in place of the task that was at this place. */
static int replace(struct model *m, pid_t *tid)
{
	static const struct call fork_call = {.kind = CALL_FORK, .exit_signal = 17};
	struct call c = {.kind = CALL_UNSHARE};

	for (int k = 0; k < NS_N_KINDS; k++)
		if (k != NS_USER && k != NS_TIME)
			c.flags |= ns_kinds[k].clone_flag;
	if (*tid && (model_kill(m, *tid, NULL) || model_reap(m, *tid, NULL)))
		return -1;
	*tid = model_call(m, 1, &fork_call, NULL);
	return *tid > 0 ? model_call(m, *tid, &c, NULL) : -1;
}

int main(void)
{
	struct model *m = model_boot(rules_find("current"), NULL);
	uint32_t n_tasks = model_n_objects(m, OBJ_TASK), n_nss = model_n_objects(m, OBJ_NS);
	static pid_t tids[N_ALIVE];
	size_t early = 0, late;
	double start = now();
	struct err e;
	int bad = 0;

	for (int i = 0; i < N_CALLS / 2 && !bad; i++) {
		bad = replace(m, &tids[i % N_ALIVE]);
		if (i == N_CALLS / 200)
			early = mallinfo2().uordblks;
	}
	late = mallinfo2().uordblks;
	printf("%d calls: %.2f us each; %zu KiB in use after a hundredth, %zu KiB after all\n",
	       N_CALLS, (now() - start) / N_CALLS * 1e6, early >> 10, late >> 10);
	for (int i = 0; i < N_ALIVE && !bad; i++)
		bad = model_kill(m, tids[i], NULL) || model_reap(m, tids[i], NULL);
	if (model_check(m, &e))
		bad = printf("%s\n", e.msg);
	bad |= model_n_objects(m, OBJ_TASK) != n_tasks || model_n_objects(m, OBJ_NS) != n_nss;
	bad |= late > early + early / 10;
	model_free(m);
	return bad ? 1 : 0;
}
