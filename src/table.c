/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <libsmartcols.h>
#include <string.h>

struct table {
	struct libscols_table *scols;
	struct libscols_line *line; /* the last row */
	unsigned n_columns;
	unsigned n_cells; /* in the last row */
};

/* The library fails for want of memory only. */
static void *or_die(void *p)
{
	return p ? p : xcalloc(SIZE_MAX, 2);
}

struct table *table_new(unsigned flags, unsigned width)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->scols = or_die(scols_new_table());
	scols_table_enable_noheadings(t->scols, !!(flags & TABLE_NO_HEADINGS));
	scols_table_enable_raw(t->scols, !!(flags & TABLE_RAW));
	scols_table_enable_noencoding(t->scols, 1); /* all cells are safe text already */
	scols_table_set_termforce(t->scols, width ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
	if (width)
		scols_table_set_termwidth(t->scols, width);
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	scols_unref_table(t->scols);
	free(t);
}

void table_add_column(struct table *t, const char *title, bool is_right)
{
	int flags = is_right ? SCOLS_FL_RIGHT : SCOLS_FL_TRUNC;

	or_die(scols_table_new_column(t->scols, title, 0, flags));
	t->n_columns++;
}

void table_add_row(struct table *t)
{
	t->line = or_die(scols_table_new_line(t->scols, NULL));
	t->n_cells = 0;
}

void table_add_cell(struct table *t, const char *safe)
{
	scols_line_set_data(t->line, t->n_cells++, safe);
}

void table_write(struct strbuf *out, struct table *t)
{
	char *text = NULL;

	strbuf_add(out, "", 0);
	if (scols_table_is_empty(t->scols) || scols_print_table_to_string(t->scols, &text))
		return;
	/* Without the spaces that would fill the last column. */
	for (char *line = text, *end; *line; line = end + (*end == '\n')) {
		size_t n;

		end = strchrnul(line, '\n');
		for (n = end - line; n && line[n - 1] == ' '; n--)
			;
		strbuf_add(out, line, n);
		strbuf_add(out, "\n", 1);
	}
	free(text);
}

void table_add_rows(struct table *t, const struct snap *s, const struct column *const *cols,
		    unsigned n_cols, const int32_t *rows, unsigned n_rows, enum charset cs)
{
	char buf[8192];
	struct value v;

	for (unsigned r = 0; r < n_rows; r++) {
		table_add_row(t);
		for (unsigned c = 0; c < n_cols; c++) {
			cols[c]->get(s, rows[r], &v);
			table_add_cell(t, value_text(&v, buf, sizeof(buf), cs));
		}
	}
}
