/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a test process sees of itself and of its namespaces; its clocks. */
#include "stage_verbs.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *verb;
	enum lab_kind kind;
} looks[] = {
	{"uname", LAB_UNAME},
	{"ids", LAB_IDS},
	{"getpid", LAB_GETPID},
	{"clock", LAB_CLOCK},
};

int stage_prepare_look(struct stage_run *r)
{
	for (unsigned i = 0; i < ARRAY_SIZE(looks); i++)
		if (!strcmp(looks[i].verb, r->act->verb))
			r->c.kind = looks[i].kind;
	return 0;
}

/* ---- clocks ---- */

int stage_prepare_offset(struct stage_run *r)
{
	static const struct stage_word words[] = {{"monotonic", CLOCK_MONOTONIC},
						  {"boottime", CLOCK_BOOTTIME}};
	int64_t clock;

	r->c.kind = LAB_OFFSET;
	if (stage_word_arg(r, 0, words, ARRAY_SIZE(words), &clock) ||
	    stage_number_arg(r, 1, &r->c.number))
		return -EINVAL;
	r->c.slot = clock;
	return 0;
}

long stage_model_offset(struct stage_run *r)
{
	/* A machine of the model alone has just come up. */
	int64_t now = r->st->seed ? lab_machine_clock(r->c.slot) : 0;

	return model_write_offset(r->st->m, r->who->tid[MODEL], r->c.slot, r->c.number, now,
				  &r->trace);
}
