/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `:present` makes of a screen: few things, far apart and bold, with a word in
 * letters of blocks, so that it can be read from the back of a room.
 */
#ifndef NSCOPE_PRESENT_H
#define NSCOPE_PRESENT_H

#include "canvas.h"

#define PRESENT_MARGIN 3  /* columns to the left and to the right */
#define PRESENT_TALL   18 /* lines of the screen from which on there are big letters */

struct ui;

/* Lines of a big word in that character set. */
unsigned present_big_lines(enum charset cs);
/*
 * A word in big letters; in plain ones, in one line, when it does not fit. Letters,
 * digits and some signs; others are blank. Returns the columns it took.
 */
unsigned present_big(struct canvas *c, unsigned x, unsigned y, unsigned w, uint8_t role,
		     const char *word);
/* Lines that the head of the screen takes, and the head: the name of the view. */
unsigned present_head_lines(const struct ui *ui);
void present_head(const struct ui *ui, struct canvas *c);
/* What is plain becomes bold, what is dim becomes plain. */
void present_embolden(struct canvas *c);
#endif
