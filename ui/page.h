/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page of lines to read: details, help, lists to choose from. Long lines are
 * broken at blanks when the page is made, so that it can be scrolled by lines.
 */
#ifndef NSCOPE_PAGE_H
#define NSCOPE_PAGE_H

#include "canvas.h"
#include "style.h"

struct page_line {
	char *key;  /* in ROLE_KEY before the text, or NULL */
	char *text; /* safe text */
	uint8_t role;
	uint8_t indent;
};

struct page {
	ARRAY(struct page_line) lines;
	unsigned width;
	unsigned max_lines; /* more is not wanted: makers may stop there. 0: all */
	unsigned key_width; /* columns that keys take at least */
	bool is_brief;	    /* a line or two: lines are cut, not broken */
	bool is_flush;	    /* paragraphs go on where they began, not further in */
	enum charset cs;
};

void page_free(struct page *p);
static inline bool page_is_full(const struct page *p)
{
	return p->max_lines && p->lines.n >= p->max_lines;
}

/* A line of safe text; broken into several when the page is narrow. */
void page_add(struct page *p, uint8_t role, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* A line that starts with a word in ROLE_KEY. */
void page_add_key(struct page *p, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);
void page_add_title(struct page *p, const char *title);

/* Draw the lines from `top` on. */
void page_draw(const struct page *p, struct canvas *c, unsigned x, unsigned y, unsigned w,
	       unsigned h, unsigned top);

#endif
