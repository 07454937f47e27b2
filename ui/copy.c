/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows to the terminal's clipboard: their ids, or all that is known of them. */
#include "actions.h"
#include "json.h"
#include "ui_impl.h"

static void copy_id(struct ui *ui, const struct tree_row *r)
{
	const struct snap *s = ui->snap;

	if (r->of == OF_TASK)
		strbuf_printf(&ui->copy, "pid:%d", (int)s->tasks[r->ix].tid);
	else if (r->of == OF_NS)
		name_ns(s, r->ix, &ui->copy);
	else
		strbuf_printf(&ui->copy, "#%d", (int)s->nsproxies[r->ix].id);
}

/* The marked rows, or the one under the cursor. */
static unsigned rows_to_copy(const struct ui *ui, const struct tree_row **rows)
{
	const struct list *l = ui_list_const(ui);
	unsigned n = 0;

	for (uint32_t i = 0; l->marks.n_on && i < l->tree.n; i++)
		if (list_is_marked(l, &l->tree.rows[i]))
			rows[n++] = &l->tree.rows[i];
	if (!n && list_row(l))
		rows[n++] = list_row(l);
	return n;
}

/* Rows of one kind at a time: their columns differ. */
static unsigned copy_json(struct ui *ui, const struct tree_row **rows, unsigned n)
{
	int32_t *ix = xcalloc(n, sizeof(*ix));
	const struct column **cols = xcalloc(n_columns, sizeof(*cols));
	unsigned n_ix = 0, n_cols = 0;

	for (unsigned i = 0; i < n; i++)
		if (rows[i]->of == rows[0]->of)
			ix[n_ix++] = rows[i]->ix;
	for (unsigned i = 0; i < n_columns; i++)
		if (n && columns[i].of == rows[0]->of)
			cols[n_cols++] = &columns[i];
	json_write_rows(&ui->copy, ui->snap, cols, n_cols, ix, n_ix);
	free(cols);
	free(ix);
	return n_ix;
}

void act_copy(struct ui *ui, int is_json, const char *arg)
{
	const struct tree_row **rows = xcalloc(ui_list(ui)->tree.n, sizeof(*rows));
	unsigned n = rows_to_copy(ui, rows);

	(void)arg;
	ui->copy.n = 0;
	if (!n) {
		ui_say(ui, false, "there is no row to copy");
		free(rows);
		return;
	}
	if (is_json)
		n = copy_json(ui, rows, n);
	for (unsigned i = 0; i < n && !is_json; i++) {
		if (i)
			strbuf_puts(&ui->copy, "\n");
		copy_id(ui, rows[i]);
	}
	free(rows);
	ui->effects |= UI_COPY;
	if (is_json || n > 1)
		ui_say(ui, false, "sent %u row%s%s to the terminal's clipboard (OSC 52)", n,
		       n == 1 ? "" : "s", is_json ? " as JSON" : "");
	else
		ui_say(ui, false, "sent %s to the terminal's clipboard (OSC 52)", ui->copy.s);
}
