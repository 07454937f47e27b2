/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE role table: what a cell means, and how that looks in 256 colours, in 16
 * and without any. Colour never speaks alone: a role that tells something has a
 * cue that stands in the text as well.
 */
#ifndef NSCOPE_STYLE_H
#define NSCOPE_STYLE_H

#include "base.h"
#include "nskind.h"

enum role {
	ROLE_PLAIN,
	ROLE_HEADER,  /* the first line */
	ROLE_TAB,     /* a view that is not shown */
	ROLE_TAB_ON,  /* the view that is shown */
	ROLE_TITLE,   /* titles of columns and pages */
	ROLE_LINE,    /* lines of trees and between panes */
	ROLE_DIM,     /* context, what is the same as elsewhere */
	ROLE_KEY,     /* a key to press, a word before a value */
	ROLE_MARK,    /* a row that the user marked */
	ROLE_MATCH,   /* what was searched for */
	ROLE_UNKNOWN, /* not permitted to know, or lost */
	ROLE_ALONE,   /* a namespace without any task */
	ROLE_WARN,    /* the view is not complete */
	ROLE_ERROR,   /* what was typed is wrong */
	ROLE_KIND,    /* the first of a role for each kind of namespace */
	ROLE_N = ROLE_KIND + NS_N_KINDS
};

/* A cell's role byte: the role, and whether the cursor is on its row. */
#define ROLE_SELECTED 0x80
#define ROLE_MASK     0x7f

enum look { LOOK_BOLD = BIT(0), LOOK_DIM = BIT(1), LOOK_REVERSE = BIT(2), LOOK_UNDERLINE = BIT(3) };
#define COLOUR_NONE (-1)

struct role_info {
	const char *name;
	char code;	 /* in the role map of a screen */
	int fg256;	 /* of the 256, or COLOUR_NONE */
	int fg16;	 /* of the first 8; never 4, blue on black cannot be read */
	uint8_t look;	 /* with colours: enum look */
	uint8_t mono;	 /* without */
	const char *cue; /* what stands in the text; NULL when the role tells nothing */
};
extern const struct role_info roles[ROLE_N];

#endif
