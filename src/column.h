/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE column table: every fact about a task, a namespace or an nsproxy that can
 * be shown, sorted by, filtered on or asked for with -o has one row here. A
 * column knows how to get its value; how a value looks is the renderer's work
 * (value_text) and never differs between them.
 */
#ifndef NSCOPE_COLUMN_H
#define NSCOPE_COLUMN_H

#include "snap.h"
#include "text.h"

enum row_of { OF_TASK, OF_NS, OF_NSPROXY, ROW_OF_N };

enum value_type {
	VALUE_MISSING, /* n is an enum missing: shown as "-" or "?", null in JSON */
	VALUE_INT,     /* n, with a mark before it in word and words after it in buf, if any */
	VALUE_ID,      /* u: a 64-bit id, a string in JSON */
	VALUE_BOOL,    /* n */
	VALUE_WORD,    /* word: a string of ours, static */
	VALUE_TEXT,    /* buf: a string of ours, made for this value */
	VALUE_RAW,     /* raw: bytes of the host, with words of ours around it as for VALUE_INT */
};

struct value {
	enum value_type type;
	int64_t n;
	uint64_t u;
	const char *word;
	struct raw raw;
	char buf[128];
};

/* What a column costs: facts the probes must collect for it (see probes/probe.h). */
struct column {
	const char *id;	   /* in -o, in filters, in JSON of -J; lower case */
	const char *title; /* upper case, as lsns spells it where it has the column */
	enum row_of of;
	unsigned width; /* columns on the screen that suit it */
	bool is_right;	/* numbers */
	bool is_text;	/* what a word of a filter, or a search, looks through */
	uint8_t needs;	/* enum task_fact of the task that the row shows */
	void (*get)(const struct snap *s, int32_t row, struct value *v);
	const char *help; /* one line */
};

extern const struct column columns[];
extern const unsigned n_columns;

/* The column of that id (any case), or NULL. */
const struct column *column_find(enum row_of of, const char *id);
/* Known id nearest to a misspelled one, for messages; NULL when none is near. */
const char *column_nearest(enum row_of of, const char *id);

/* Safe text of a value in buf: "-" for none, "?" for what is not known. Returns buf. */
const char *value_text(const struct value *v, char *buf, size_t size, enum charset cs);
/* Order of two values: missing first, numbers by size, strings by bytes. */
int value_compare(const struct value *a, const struct value *b);

#endif
