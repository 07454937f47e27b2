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
/* Make the step on both. 0; 1: the answers differ, the report tells; -errno. */
int walk_step(struct walk *w, const struct walk_step *s);
/* The difference that the report tells. Returns 1. */
int walk_differs(struct walk *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
