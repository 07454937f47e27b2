/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Nsproxies: the sharing matrix. The same letter down a column is the same
 * namespace; user and pid stand outside, as they do in the kernel.
 */
#include "ui_impl.h"

#include <stdio.h>
#include <string.h>

#define ID_WIDTH     8
#define COUNT_WIDTH  5
#define NARROW_WIDTH 2 /* of a column when the titles do not fit */

static enum row_of nsproxy_of(const struct ui *ui)
{
	(void)ui;
	return OF_NSPROXY;
}

static void nsproxy_rows(const struct ui *ui, struct tree *out)
{
	for (uint32_t i = 0; i < ui->snap->n_nsproxies; i++)
		tree_add(out, OF_NSPROXY, i, -1);
	tree_link(out);
}

/* Letters instead of words when the screen is narrow; capitals are for children. */
static void column_title(int i, bool is_narrow, char buf[8])
{
	enum ns_slot slot = matrix_slots[i];
	char letter = ns_kinds[ns_slots[slot].kind].letter;

	if (!is_narrow)
		snprintf(buf, 8, "%s", matrix_titles[slot]);
	else if (slot == SLOT_PID_FOR_CHILDREN || slot == SLOT_TIME_FOR_CHILDREN)
		snprintf(buf, 8, "%c", letter - 'a' + 'A');
	else
		snprintf(buf, 8, "%c", letter);
}

static unsigned matrix_width(bool is_narrow)
{
	unsigned w = ID_WIDTH + COUNT_WIDTH + 4;
	char title[8];

	for (int i = 0; i < NS_N_SLOTS; i++) {
		column_title(i, is_narrow, title);
		w += (is_narrow ? NARROW_WIDTH : text_width(title) + 1);
	}
	return w;
}

static unsigned lead_width(const struct ui *ui, unsigned w)
{
	(void)ui;
	return matrix_width(matrix_width(false) > w);
}

struct pen {
	struct canvas *c;
	unsigned x, y;
	bool is_narrow;
	enum charset cs;
};

/* One line of the matrix: id, count, a cell for each slot with lines between the groups. */
static void draw_line(struct pen *pen, const char *id, const char *count, uint8_t role,
		      void (*cell)(struct pen *pen, int i, unsigned w, const void *data),
		      const void *data)
{
	const char *vline = text_marks(pen->cs)->vline;
	char title[8];

	canvas_put_fit(pen->c, pen->x, pen->y, ID_WIDTH, role, id);
	canvas_put_right(pen->c, pen->x + ID_WIDTH, pen->y, COUNT_WIDTH, role, count);
	pen->x += ID_WIDTH + COUNT_WIDTH + 1;
	canvas_put(pen->c, pen->x++, pen->y, 1, ROLE_LINE, vline);
	for (int i = 0; i < NS_N_SLOTS; i++) {
		unsigned w;

		if (i == MATRIX_N_INSIDE) {
			pen->x++;
			canvas_put(pen->c, pen->x++, pen->y, 1, ROLE_LINE, vline);
		}
		column_title(i, pen->is_narrow, title);
		w = pen->is_narrow ? NARROW_WIDTH : text_width(title) + 1;
		cell(pen, i, w, data);
		pen->x += w;
	}
}

static void title_cell(struct pen *pen, int i, unsigned w, const void *data)
{
	char title[8];

	(void)data;
	column_title(i, pen->is_narrow, title);
	canvas_put_right(pen->c, pen->x, pen->y, w, ROLE_TITLE, title);
}

static void letter_cell(struct pen *pen, int i, unsigned w, const void *data)
{
	const int32_t *cells = data;
	int32_t cell = cells[matrix_slots[i]];
	uint8_t role = ROLE_KIND + ns_slots[matrix_slots[i]].kind;
	char buf[8];

	if (cell == 0 || cell == IX_NONE) /* A: what most share; the others stand out */
		role = ROLE_DIM;
	else if (cell < 0)
		role = ROLE_UNKNOWN;
	canvas_put_right(pen->c, pen->x, pen->y, w, role, matrix_letter(cell, buf));
}

static void draw_titles(const struct ui *ui, struct canvas *c, unsigned x, unsigned y, unsigned w)
{
	struct pen pen = {c, x, y, matrix_width(false) > w, ui->opt.cs};

	draw_line(&pen, "NSPROXY", "COUNT", ROLE_TITLE, title_cell, NULL);
}

static void draw_nsproxy(const struct ui *ui, uint32_t row, struct canvas *c, unsigned x,
			 unsigned y, unsigned w)
{
	const struct tree_row *r = &ui_list_const(ui)->tree.rows[row];
	const struct nsproxy *p = &ui->snap->nsproxies[r->ix];
	struct pen pen = {c, x, y, matrix_width(false) > w, ui->opt.cs};
	struct strbuf id = {0};
	char count[16];

	name_nsproxy(ui->snap, r->ix, &id);
	snprintf(count, sizeof(count), "%d", p->count >= 0 ? (int)p->count : (int)p->n_tasks);
	draw_line(&pen, id.s, count, ROLE_PLAIN, letter_cell, ui->matrix.cells[r->ix]);
	strbuf_free(&id);
}

static void nsproxy_text(const struct ui *ui, const struct tree_row *r, struct strbuf *out)
{
	strbuf_add(out, "", 0);
	name_nsproxy(ui->snap, r->ix, out);
}

static const char *const help[] = {
	"The Nsproxies: a task does not hold most of its namespaces itself. It points at an "
	"nsproxy, which many tasks share, and that holds the eight pointers left of the second "
	"line. user and the active pid stand outside: they hang off the credentials and the pid.",
	"The same letter down a column is the same namespace. pid_ch and time_ch are those that "
	"the next children will be in. * is several, ? is not permitted to know.",
	"#5 is one object, read from the kernel, and COUNT its count. ~5 is inferred: tasks with "
	"equal contents, which may be several nsproxies; COUNT is the number of these tasks.",
	NULL,
};

const struct view view_nsproxy = {
	.name = "Nsproxy",
	.key = '4',
	.help = help,
	.cols = "comm container",
	.of = nsproxy_of,
	.rows = nsproxy_rows,
	.draw_titles = draw_titles,
	.draw = draw_nsproxy,
	.text = nsproxy_text,
	.lead_width = lead_width,
};
