/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <libsmartcols.h>
#include <string.h>

struct table {
	struct libscols_table *scols;
	struct libscols_line *line; /* the last row */
	unsigned n_cells;	    /* in the last row */
	unsigned width;
	enum charset cs;
};

/* The library fails for want of memory only. */
static void *or_die(void *p)
{
	return p ? p : xcalloc(SIZE_MAX, 2);
}

struct table *table_new(unsigned flags, unsigned width, enum charset cs)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->scols = or_die(scols_new_table());
	scols_table_enable_noheadings(t->scols, !!(flags & TABLE_NO_HEADINGS));
	scols_table_enable_raw(t->scols, !!(flags & TABLE_RAW));
	scols_table_enable_noencoding(t->scols, 1); /* all cells are safe text already */
	/* It would cut any column, a process number in half; whole rows are cut below. */
	scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_NEVER);
	t->width = width;
	t->cs = cs;
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
	or_die(scols_table_new_column(t->scols, title, 0, is_right ? SCOLS_FL_RIGHT : 0));
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

/* Without the spaces that would fill the last column. */
static void write_line(struct strbuf *out, const struct table *t, char *line)
{
	size_t n = strlen(line);

	while (n && line[n - 1] == ' ')
		line[--n] = '\0';
	if (t->width)
		text_fit(out, line, t->width, t->cs);
	else
		strbuf_add(out, line, n);
	strbuf_add(out, "\n", 1);
}

void table_write(struct strbuf *out, struct table *t)
{
	char *text = NULL;

	strbuf_add(out, "", 0);
	if (scols_table_is_empty(t->scols) || scols_print_table_to_string(t->scols, &text))
		return;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (*line || rest)
			write_line(out, t, line);
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
