/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name that somebody meant: of many candidates the one nearest to a
 * misspelled word, for messages that end in "did you mean".
 */
#ifndef NSCOPE_NEAREST_H
#define NSCOPE_NEAREST_H

#include "base.h"

struct nearest {
	const char *word; /* what was typed */
	const char *best; /* the nearest candidate so far, or NULL when none is near */
	unsigned cost;	  /* edits that lead from word to best */
};

/* Start with {.word = typed}; best is good as long as the candidates are. */
void nearest_try(struct nearest *n, const char *candidate);

#endif
