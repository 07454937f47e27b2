/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies over a view for a moment: the help and coverage pages, and the lists
 * of columns to show or to sort by.
 */
#include "ui_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- pages ---- */

static void help_page(const struct ui *ui, struct page *p)
{
	const struct view *view = views[ui->view];
	unsigned where = ui->is_detail_open ? IN_DETAIL : BIT(ui->view);

	for (unsigned i = 0; view->help[i]; i++)
		page_add(p, ROLE_PLAIN, "%s", view->help[i]);
	page_add_title(p, "Keys");
	for (unsigned i = 0; i < n_commands; i++)
		if (command_is_on(ui, &commands[i], where))
			page_add_key(p, commands[i].keys, "%s", commands[i].help);
	page_add_title(p, "Letters of the kinds of namespaces");
	for (int k = 0; k < NS_N_KINDS; k++) {
		char key[16] = {ns_kinds[k].letter, ' '};

		strcat(key, ns_kinds[k].name);
		page_add_key(p, key, "%s", ns_kinds[k].isolates);
	}
}

static void coverage_page(const struct ui *ui, struct page *p)
{
	const struct snap *s = ui->snap;
	char probe[64], why[256];

	page_add(p, ROLE_PLAIN, "What each probe saw, and what it could not see.");
	page_add(p, ROLE_PLAIN, " ");
	for (uint32_t i = 0; i < s->n_coverage; i++) {
		const struct coverage *cov = &s->coverage[i];

		text_safe_buf(probe, sizeof(probe), cov->probe, p->cs);
		text_safe_buf(why, sizeof(why), cov->why, p->cs);
		if (cov->missed || *why)
			page_add_key(p, probe, "%s: saw %" PRIu64 ", missed %" PRIu64 "%s%s",
				     coverage_state_names[cov->state], cov->seen, cov->missed,
				     *why ? ": " : "", why);
		else
			page_add_key(p, probe, "%s: saw %" PRIu64, coverage_state_names[cov->state],
				     cov->seen);
	}
	if (!s->n_coverage)
		page_add(p, ROLE_DIM, "nothing is known about this");
}

/* ---- lists to choose from ---- */

/* Columns of the rows of this view, in the order of the column table. */
static unsigned pick_columns(const struct ui *ui, const struct column **out)
{
	enum row_of of = views[ui->view]->of(ui);
	unsigned n = 0;

	for (unsigned i = 0; i < n_columns; i++)
		if (columns[i].of == of)
			out[n++] = &columns[i];
	return n;
}

static bool is_chosen(const struct list *l, const struct column *col)
{
	for (unsigned i = 0; i < l->n_cols; i++)
		if (l->cols[i] == col)
			return true;
	return false;
}

static void pick_page(const struct ui *ui, struct page *p, bool is_sort)
{
	const struct list *l = ui_list_const(ui);
	const struct column **cols = xcalloc(n_columns, sizeof(*cols));
	unsigned n = pick_columns(ui, cols);

	p->key_width = 24;
	if (is_sort)
		page_add_key(p, l->sort ? "    none" : "[x] none", "the order of the view");
	for (unsigned i = 0; i < n; i++) {
		bool is_on = is_sort ? l->sort == cols[i] : is_chosen(l, cols[i]);
		char key[40] = "";

		strcat(key, is_on ? "[x] " : is_sort ? "    " : "[ ] ");
		strncat(key, cols[i]->title, sizeof(key) - 5);
		page_add_key(p, key, "%s", cols[i]->help);
	}
	free(cols);
}

static const char *const overlay_titles[] = {
	[OVERLAY_HELP] = "Help",
	[OVERLAY_COVERAGE] = "What can be seen",
	[OVERLAY_COLUMNS] = "Columns",
	[OVERLAY_SORT] = "Sort by",
	[OVERLAY_STEPS] = "Source",
	[OVERLAY_ACTIONS] = "What a test process can do",
	[OVERLAY_FLAGS] = "Flags",
	[OVERLAY_SCENARIOS] = "Scenarios",
	[OVERLAY_CONFIRM] = "An act, before it runs",
};

static bool is_of_lab(const struct ui *ui)
{
	return ui->overlay >= OVERLAY_ACTIONS;
}

static bool has_cursor_line(const struct ui *ui)
{
	return ui->overlay == OVERLAY_COLUMNS || ui->overlay == OVERLAY_SORT ||
	       ui->overlay == OVERLAY_ACTIONS || ui->overlay == OVERLAY_FLAGS ||
	       ui->overlay == OVERLAY_SCENARIOS;
}

static void make_page(const struct ui *ui, struct page *p)
{
	p->cs = ui->opt.cs;
	p->width = ui->w > 4 ? ui->w - 4 : ui->w;
	p->is_brief = has_cursor_line(ui); /* a line an item */
	p->key_width = 16;
	if (ui->overlay == OVERLAY_HELP)
		help_page(ui, p);
	else if (ui->overlay == OVERLAY_COVERAGE)
		coverage_page(ui, p);
	else if (is_of_lab(ui))
		player_acts_page(ui, p);
	else
		pick_page(ui, p, ui->overlay == OVERLAY_SORT);
}

/* The act as it is now stands above the list of its flags: the lines it takes. */
static unsigned head_lines(const struct ui *ui, struct page *p)
{
	unsigned most = ui->h > 10 ? ui->h - 10 : 1;

	p->cs = ui->opt.cs;
	p->width = ui->w > 4 ? ui->w - 4 : ui->w;
	if (is_of_lab(ui))
		player_acts_head(ui, p);
	if (!p->lines.n)
		return 0;
	return (p->lines.n < most ? p->lines.n : most) + 1;
}

uint32_t overlay_size(const struct ui *ui, bool *has_cursor)
{
	struct page p = {0}, above = {0};
	uint32_t n, room = ui->h > 5 ? ui->h - 5 : 1, head;

	*has_cursor = true;
	if (ui->overlay == OVERLAY_STEPS)
		return steps_size(ui);
	head = head_lines(ui, &above);
	page_free(&above);
	room = head < room ? room - head : 1;
	make_page(ui, &p);
	n = p.lines.n;
	page_free(&p);
	*has_cursor = has_cursor_line(ui);
	if (*has_cursor)
		return n;
	return n > room ? n - room + 1 : 1;
}

void overlay_choose(struct ui *ui, bool is_final)
{
	const struct column **cols;
	bool is_sort = ui->overlay == OVERLAY_SORT;

	if (is_of_lab(ui)) {
		player_acts_choose(ui, is_final);
		return;
	}
	cols = xcalloc(n_columns + 1u, sizeof(*cols));
	pick_columns(ui, is_sort ? cols + 1 : cols); /* the first line of sorting is "none" */
	if (is_sort)
		ui_sort_by(ui, cols[ui->overlay_at]);
	else
		ui_toggle_column(ui, cols[ui->overlay_at]);
	if (is_final)
		ui->overlay = OVERLAY_NONE;
	free(cols);
}

void overlay_draw(const struct ui *ui, struct canvas *c)
{
	struct page p = {0}, above = {0};
	unsigned room = c->h - 5, top = ui->overlay_at, head;
	char title[80];

	if (ui->overlay == OVERLAY_STEPS) {
		steps_draw(ui, c, (struct area){0, 2, c->w, c->h - 4});
		return;
	}
	make_page(ui, &p);
	head = head_lines(ui, &above);
	page_draw(&above, c, 2, 3, c->w - 4, head ? head - 1 : 0, 0);
	page_free(&above);
	room = room > head ? room - head : 1;
	if (has_cursor_line(ui))
		top = ui->overlay_at < room ? 0 : ui->overlay_at - room + 1;
	else if (top + room > p.lines.n)
		top = p.lines.n > room ? p.lines.n - room : 0;
	snprintf(title, sizeof(title), "%s: %s%s", overlay_titles[ui->overlay],
		 views[ui->view]->name, top + room < p.lines.n ? "  (more below)" : "");
	canvas_put_fit(c, 2, 2, c->w - 2, ROLE_TITLE, title);
	page_draw(&p, c, 2, 3 + head, c->w - 4, room, top);
	c->cursor_x = 2;
	c->cursor_y = 3 + head < c->h ? 3 + head : 3;
	if (has_cursor_line(ui)) {
		unsigned y = 3 + head + ui->overlay_at - top;

		canvas_put(c, 0, y, 1, ROLE_PLAIN, ">");
		canvas_add_role(c, 0, y, c->w, ROLE_SELECTED);
		c->cursor_y = y < c->h ? y : c->h - 1;
	}
	page_free(&p);
}
