/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE scenario table: demonstrations that are exercises and tests as well. A
 * scenario is one table of acts in a file scenes_*.c, and a row here.
 */
#ifndef NSCOPE_SCENARIO_H
#define NSCOPE_SCENARIO_H

#include "stage.h"

/* What a host may lack. */
enum scenario_needs {
	NEEDS_USERNS = BIT(0),	   /* one user namespace more */
	NEEDS_CGROUP = BIT(1),	   /* control groups, version 2, that may be written */
	NEEDS_VETH = BIT(2),	   /* pairs of virtual interfaces */
	NEEDS_TIME = BIT(3),	   /* time namespaces */
	NEEDS_TOP_PID = BIT(4),	   /* to be in the initial pid namespace */
	NEEDS_PROC = BIT(5),	   /* to mount proc */
	NEEDS_INNER_PROC = BIT(6), /* to mount proc from a new user namespace */
	NEEDS_SETGROUPS = BIT(7),  /* a user namespace where setgroups is not denied */
};

struct scenario {
	const char *name; /* "uts-hostname" */
	const char *title;
	const char *goal; /* what is learned, a sentence */
	enum stage_start start;
	unsigned needs;		      /* enum scenario_needs */
	const struct stage_act *acts; /* one without text ends them */
};

extern const struct scenario *const scenarios[];
extern const unsigned n_scenarios;

/* NULL, with e naming the nearest. */
const struct scenario *scenario_find(const char *name, struct err *e);
unsigned scenario_n_acts(const struct scenario *s);
/*
 * False, with why in words: it cannot run on this host; rules: the model's, NULL for those
 * of this kernel.
 */
bool scenario_can_run(const struct scenario *s, bool is_model_only, const struct rules *rules,
		      struct err *e);

#endif
