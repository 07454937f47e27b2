/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of text for people and for scripts: columns of safe text, as wide as
 * they need. The only file that includes libsmartcols.
 */
#ifndef NSCOPE_TABLE_H
#define NSCOPE_TABLE_H

#include "column.h"
#include "mem.h"

enum table_flag {
	TABLE_NO_HEADINGS = BIT(0),
	TABLE_RAW = BIT(1), /* one space between columns, spaces in them as \x20 */
};

struct table;

/* width: columns of the terminal; longer rows are cut, and marked. 0 is without end. */
struct table *table_new(unsigned flags, unsigned width, enum charset cs);
void table_free(struct table *t);

void table_add_column(struct table *t, const char *title, bool is_right);
/* A new row below the others; its cells are filled from the left, one by one. */
void table_add_row(struct table *t);
/* The next cell of the last row (copied); safe text, as value_text() gives it. */
void table_add_cell(struct table *t, const char *safe);
/* Append what it looks like. */
void table_write(struct strbuf *out, struct table *t);

/* The rows of a snap's table as columns say. */
void table_add_rows(struct table *t, const struct snap *s, const struct column *const *cols,
		    unsigned n_cols, const int32_t *rows, unsigned n_rows, enum charset cs);

#endif
