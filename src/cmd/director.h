/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the interface and the stage: does what the Lab view asks for, and hands
 * it the lesson. Test processes exist from the first request on, until the end.
 */
#ifndef NSCOPE_DIRECTOR_H
#define NSCOPE_DIRECTOR_H

#include "lab/scenario.h"
#include "theatre.h"
#include "ui.h"

struct director {
	struct ui_stage ui;	   /* first: struct ui_stage is its director */
	const struct rules *rules; /* NULL: those of this kernel */
	bool is_model_only, has_probe;
	struct theatre theatre;
	const struct scenario *scenario; /* NULL: the free lab, or nothing yet */
	struct lesson_next *script;
	struct lesson refused; /* shown for what cannot run here */
	struct err why;
	struct lesson_moment prediction;
};

/* Nothing is started yet. The other fields are the caller's to fill. */
void director_init(struct director *d);
/* All test processes end. */
void director_end(struct director *d);
/* As the request for that scenario. */
void director_start(struct director *d, struct ui *ui, const struct scenario *s);
/* The scenarios, for struct ui_options; lives for ever. */
const struct ui_scenario *director_scenarios(unsigned *n);

#endif
