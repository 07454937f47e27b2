/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A screen as a value: a grid of cells, each a character with its role. Views
 * draw on it, term.c shows it, tests print it. All text that comes here is safe
 * text (src/text.h); what does not fit is clipped, and a wide character is
 * never split.
 */
#ifndef NSCOPE_CANVAS_H
#define NSCOPE_CANVAS_H

#include "mem.h"
#include "text.h"

#include <stdbool.h>

struct cell {
	char s[sizeof(((struct glyph *)0)->s)];
	uint8_t width; /* 1, 2, or 0: the right half of the wide one before it */
	uint8_t role;  /* enum role (style.h), with ROLE_SELECTED */
};

struct canvas {
	struct cell *cells; /* h rows of w */
	unsigned w, h;
	unsigned cursor_x, cursor_y; /* where the terminal's cursor goes */
	enum charset cs;
};

struct area {
	unsigned x, y, w, h;
};

/* Give it a size and make it blank. */
void canvas_resize(struct canvas *c, unsigned w, unsigned h);
void canvas_clear(struct canvas *c);
void canvas_free(struct canvas *c);
static inline struct cell *canvas_cell(const struct canvas *c, unsigned x, unsigned y)
{
	return &c->cells[(size_t)y * c->w + x];
}

/* Put at most width columns of safe text at x, y; returns the columns it took. */
unsigned canvas_put(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t role,
		    const char *safe);
/* The same, with a mark in the last column when text was cut. */
unsigned canvas_put_fit(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t role,
			const char *safe);
/* The same, at the right end of the width columns. */
void canvas_put_right(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t role,
		      const char *safe);
/* Fill width columns with one character of safe text that is one column wide. */
void canvas_fill(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t role,
		 const char *glyph);
/* Add bits to the roles of width columns. */
void canvas_add_role(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t bits);
/* Give `role` to every place of the row part that holds the word, any case. */
void canvas_highlight(struct canvas *c, unsigned x, unsigned y, unsigned width, const char *word,
		      uint8_t role);

/* The screen as lines of text without trailing blanks. */
void canvas_dump(const struct canvas *c, struct strbuf *out);
/* The same shape with the code letter of each cell's role, `.` for plain. */
void canvas_dump_roles(const struct canvas *c, struct strbuf *out);
/* For tests: every wide cell is whole and every row w columns wide. */
bool canvas_is_sound(const struct canvas *c);

#endif
