/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only way for bytes of the host (struct raw) to a screen or a file. Two
 * forms: "safe text" for people, in which every control character, every
 * character that moves or hides others and every byte that is not UTF-8 is
 * spelled out; and "escaped text" for files, which is plain where it can be
 * and loses no byte.
 *
 * Columns are those of the C library's wcwidth(), as ncurses counts them. Call
 * text_init() once, before anything else here.
 */
#ifndef NSCOPE_TEXT_H
#define NSCOPE_TEXT_H

#include "base.h"
#include "mem.h"
#include "snap.h"

#include <stdbool.h>

enum charset { CHARSET_ASCII, CHARSET_UTF8 };

/*
 * Set LC_CTYPE and tell what the user's terminal takes: UTF-8 if the locale
 * says so and ascii is not forced. Widths work in either.
 */
enum charset text_init(bool force_ascii);

/*
 * Safe text of r, appended to out: \xNN for control and invalid bytes, <U+202E>
 * for bidirectional controls, zero-width and unassigned characters, and in
 * CHARSET_ASCII \xNN for every byte beyond ASCII.
 */
void text_safe(struct strbuf *out, struct raw r, enum charset cs);
/* The same in a buffer; what does not fit is cut between characters. Returns buf. */
const char *text_safe_buf(char *buf, size_t size, struct raw r, enum charset cs);

/* ---- safe text only, from here: its cells ---- */

/* One cell on the screen: a character with the marks that combine with it. */
struct glyph {
	char s[24];    /* NUL-terminated */
	uint8_t n;     /* bytes */
	uint8_t width; /* columns: 1 or 2 */
};
/* The first glyph of safe text; returns what follows it, or NULL at the end. */
const char *text_glyph(const char *safe, struct glyph *g);
/* Columns that safe text takes. */
unsigned text_width(const char *safe);
/*
 * Append at most `width` columns of safe text; what was cut is marked with the
 * last column. Never splits a wide character. Returns the columns written.
 */
unsigned text_fit(struct strbuf *out, const char *safe, unsigned width, enum charset cs);

/* ---- files ---- */

/*
 * Escaped text: valid UTF-8 without control characters, from which
 * text_unescape() gives back every byte. A backslash is \x5c.
 */
void text_escape(struct strbuf *out, struct raw r);
/* The bytes of escaped text. Returns false at a backslash that starts no \xNN or at a \x00. */
bool text_unescape(struct strbuf *out, const char *escaped);

/* Lines of trees and marks, by character set. */
struct text_marks {
	const char *tee;    /* |-  */
	const char *corner; /* `-  */
	const char *bar;    /* |   */
	const char *blank;  /* as wide as the others */
	const char *hline;
	const char *vline;
	const char *ellipsis; /* one column */
	const char *folded;   /* before a row whose children are hidden */
	const char *bullet;
};
const struct text_marks *text_marks(enum charset cs);

#endif
