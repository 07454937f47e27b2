/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the walk share. */
#ifndef NSCOPE_WALK_IMPL_H
#define NSCOPE_WALK_IMPL_H

#include "compare.h"
#include "lab.h"
#include "model/model.h"
#include "walk.h"

#define WALK_N_PLACES 4

struct walk {
	struct lab *lab;
	struct model *m;
	struct compare compare;
	struct compare_task tasks[WALK_N_MEMBERS];
	int ids[WALK_N_MEMBERS];	   /* of the members in the lab */
	pid_t init;			   /* tgid of the init of the crowd, which stays */
	const struct snap *model, *kernel; /* after the last step */
	walk_read *read;
	void *data;
	struct walk_report *report;
	struct err *e;
	int64_t patience; /* nsec, for what the kernel frees late */
};

/* ---- walk_random.c ---- */
struct walk_step walk_random(uint64_t *rng, const struct walk *w);

/* ---- walk_step.c ---- */
/* A step without a meaning for the crowd as it is: nobody was asked. */
#define WALK_PASSED 2
/* Make the step on both. 0; 1: the answers differ, the report tells; WALK_PASSED; -errno. */
int walk_step(struct walk *w, const struct walk_step *s);
/* Member `who` makes the call, as lab_call(). */
int walk_ask(struct walk *w, unsigned who, const struct lab_call *c, struct lab_result *r);
/* The answers of both: the same error, or none. 0 or 1. */
int walk_compare(struct walk *w, long model, long kernel);
/* The member in the model: its tid there, and its row after the last step (may be NULL). */
pid_t walk_tid(const struct walk *w, unsigned who);
const struct task *walk_task(const struct walk *w, unsigned who);
/* The difference that the report tells. Returns 1. */
int walk_differs(struct walk *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- walk_keep.c: as walk_step(); *ret: the model's answer ---- */
int walk_open(struct walk *w, const struct walk_step *s, long *ret);
int walk_hold(struct walk *w, const struct walk_step *s, long *ret);
int walk_umount(struct walk *w, const struct walk_step *s, long *ret);
int walk_shm(struct walk *w, const struct walk_step *s, long *ret);

/* ---- walk_end.c: as walk_step() ---- */
int walk_reap(struct walk *w, const struct walk_step *s);
int walk_kill(struct walk *w, const struct walk_step *s);
int walk_exit(struct walk *w, const struct walk_step *s);
int walk_signal(struct walk *w, const struct walk_step *s, long *ret); /* *ret: the model's */

#endif
