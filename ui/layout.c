/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where everything is on the screen, and the drawing of what all views share:
 * header, tabs, titles, rows and detail pane.
 */
#include "present.h"
#include "ui_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TWO_PANES_WIDTH 120
#define BRIEF_HEIGHT	14 /* from here on two lines of detail below the list */
#define GUTTER		2  /* the cursor's and the mark's sign */
#define ROOMY_WIDTH	96
#define MIN_TEXT	8 /* a column of text is not worth less */

/* One thing, far apart. */
static struct layout present_layout(const struct ui *ui, bool has_list)
{
	unsigned y = present_head_lines(ui), w = ui->w - 2 * PRESENT_MARGIN, h = ui->h - 2 - y;
	struct layout lay = {.row_lines = 2};

	lay.status = (struct area){0, ui->h - 2, ui->w, 1};
	lay.bar = (struct area){0, ui->h - 1, ui->w, 1};
	if (ui->is_detail_open)
		lay.detail = (struct area){PRESENT_MARGIN, y, w, h};
	lay.titles = (struct area){PRESENT_MARGIN - GUTTER, y, w + GUTTER, 1};
	lay.list = (struct area){PRESENT_MARGIN - GUTTER, y + 1, w + GUTTER, h - 1};
	if (!has_list)
		lay.list = (struct area){PRESENT_MARGIN, y, w, h};
	return lay;
}

struct layout ui_layout(const struct ui *ui)
{
	struct layout lay = {.is_too_small = ui->w < UI_MIN_WIDTH || ui->h < UI_MIN_HEIGHT};
	unsigned w = ui->w, h = ui->h, brief = 0, list_w = w;
	bool has_list;

	if (lay.is_too_small)
		return lay;
	has_list = !views[ui->view]->draw_all;
	if (ui->is_presenting)
		return present_layout(ui, has_list);
	lay.row_lines = 1;
	lay.is_detail_right = w >= TWO_PANES_WIDTH;
	lay.status = (struct area){0, h - 2, w, 1};
	lay.bar = (struct area){0, h - 1, w, 1};
	if (lay.is_detail_right) {
		list_w = w * 3 / 5;
		lay.line = (struct area){list_w, 2, 1, h - 4};
		lay.detail = (struct area){list_w + 2, 2, w - list_w - 2, h - 4};
	} else if (ui->is_detail_open) {
		lay.detail = (struct area){0, 2, w, h - 4};
	} else if (h >= BRIEF_HEIGHT && has_list) {
		brief = 3;
		lay.line = (struct area){0, h - 5, w, 1};
		lay.detail = (struct area){0, h - 4, w, 2};
	}
	lay.titles = (struct area){0, 2, list_w, 1};
	lay.list = (struct area){0, 3, list_w, h - 5 - brief};
	if (!has_list)
		lay.list = (struct area){0, 2, list_w, h - 4};
	return lay;
}

void ui_fit(struct ui *ui)
{
	struct layout lay = ui_layout(ui);

	list_set_height(ui_list(ui), lay.is_too_small ? 0 : lay.list.h / lay.row_lines);
}

/* ---- header and tabs ---- */

/* As many parts as fit, those that tell most first; in their own order. */
static void put_parts(struct canvas *c, unsigned y, char *const *parts, unsigned n)
{
	static const unsigned by_worth[] = {0, 4, 3, 1, 2};
	bool is_in[ARRAY_SIZE(by_worth)] = {false};
	unsigned takes = 0, x = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(by_worth); i++) {
		unsigned part = by_worth[i], w = part < n ? text_width(parts[part]) : 0;

		if (!w || (part && takes + 2 + w > c->w))
			continue;
		is_in[part] = true;
		takes += w + (part ? 2 : 0);
	}
	for (unsigned i = 0; i < n; i++)
		if (is_in[i] && x < c->w)
			x += canvas_put_fit(c, x, y, c->w - x, ROLE_HEADER, parts[i]) + 2;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void draw_header(const struct ui *ui, struct canvas *c)
{
	const struct snap *s = ui->snap;
	uint32_t alone = snap_n_taskless(s);
	char host[256];
	char *parts[5];
	unsigned n = 0;

	if (!s->n_tasks && ui->lab.lesson && !ui->lab.lesson->has_kernel) {
		canvas_put_fit(c, 0, 0, c->w, ROLE_HEADER,
			       "nscope: the model alone, no host is read");
		return;
	}
	text_safe_buf(host, sizeof(host), s->meta.host, ui->opt.cs);
	parts[n++] = xasprintf("nscope %s %s%s%s",
			       ui->opt.file    ? "file"
			       : ui->is_paused ? "paused"
					       : "live",
			       ui->opt.file ? ui->opt.file : "", ui->opt.file ? "  " : "", host);
	parts[n++] = xasprintf("%u task%s", s->n_tasks, plural(s->n_tasks));
	parts[n++] = xasprintf("%u nsprox%s", s->n_nsproxies, s->n_nsproxies == 1 ? "y" : "ies");
	parts[n++] = xasprintf("%u namespace%s", s->n_nss, plural(s->n_nss));
	if (alone)
		parts[n++] = xasprintf("%u that no task is in", alone);
	put_parts(c, 0, parts, n);
	while (n)
		free(parts[--n]);
}

static bool has_tab(const struct ui *ui, unsigned v)
{
	return views[v] != &view_lab || ui->opt.has_stage;
}

/* All names, or where they do not fit that of the view that is shown. */
static void draw_tabs(const struct ui *ui, struct canvas *c)
{
	unsigned x = 0, takes = 0;
	char tab[40];

	for (unsigned v = 0; v < n_views; v++)
		takes += has_tab(ui, v) ? strlen(views[v]->name) + 4 : 0;
	for (unsigned v = 0; v < n_views; v++) {
		bool is_on = v == ui->view;

		if (!has_tab(ui, v))
			continue;
		snprintf(tab, sizeof(tab),
			 is_on		? "[%c %s]"
			 : takes > c->w ? " %c "
					: " %c %s ",
			 views[v]->key, views[v]->name);
		x += canvas_put(c, x, 1, c->w - x, is_on ? ROLE_TAB_ON : ROLE_TAB, tab);
	}
	canvas_put_right(c, x, 1, c->w - x, ROLE_DIM, "? help");
}

/* ---- the list ---- */

/* The chosen columns that fit beside the lead, and how wide that is then. */
struct fit {
	const struct column *cols[LIST_MAX_COLUMNS];
	unsigned widths[LIST_MAX_COLUMNS];
	unsigned n;
	unsigned lead;
};

/* Columns drop from the right; the last one, if it is text, may be cut short. */
static struct fit fit_columns(const struct ui *ui, unsigned w)
{
	const struct view *view = views[ui->view];
	const struct list *l = ui_list_const(ui);
	struct fit fit = {.lead = view->lead_width ? view->lead_width(ui, w) : view->lead_min};
	unsigned used = fit.lead, i;

	for (i = 0; i < l->n_cols; i++) {
		const struct column *col = l->cols[i];
		bool can_shrink = !col->is_right && !view->is_lead_wide;
		unsigned width = col->width;

		if (col->of != view->of(ui))
			continue;
		if (ui->is_presenting && fit.n)
			break;
		/* Names of tasks are worth more than the end of a text. */
		if (view->is_lead_wide && w < ROOMY_WIDTH && i + 1 == l->n_cols && !col->is_right)
			width = width < MIN_TEXT + 1 ? width : MIN_TEXT + 1;
		/* The last text may be cut short. */
		if (can_shrink && used + 2 + width > w && used + 2 + MIN_TEXT <= w)
			width = w - used - 2;
		if (used + 2 + width > w)
			break;
		used += 2 + width;
		fit.cols[fit.n] = col;
		fit.widths[fit.n++] = width;
	}
	if (used < w && view->is_lead_wide)
		fit.lead += w - used;
	else if (used < w && fit.n && !fit.cols[fit.n - 1]->is_right)
		fit.widths[fit.n - 1] += w - used;
	if (fit.lead > w)
		fit.lead = w;
	return fit;
}

/* Of a command line that does not fit the folder is what can go. */
static const char *without_folder(const char *command, unsigned w)
{
	const char *end = command + strcspn(command, " "), *from = command;

	if (*command != '/' || text_width(command) <= w)
		return command;
	for (const char *p = command; p < end; p++)
		if (*p == '/' && p + 1 < end)
			from = p + 1;
	return from;
}

static void put_column(struct canvas *c, const struct column *col, unsigned x, unsigned y,
		       unsigned w, uint8_t role, const char *text)
{
	if (col->is_right)
		canvas_put_right(c, x, y, w, role, text);
	else
		canvas_put_fit(c, x, y, w, role, text);
}

static void draw_titles(const struct ui *ui, struct canvas *c, struct area a)
{
	struct fit fit = fit_columns(ui, a.w - GUTTER);
	unsigned x = a.x + GUTTER + fit.lead + 2;

	views[ui->view]->draw_titles(ui, c, a.x + GUTTER, a.y, fit.lead);
	for (unsigned i = 0; i < fit.n; i++) {
		put_column(c, fit.cols[i], x, a.y, fit.widths[i], ROLE_TITLE, fit.cols[i]->title);
		x += fit.widths[i] + 2;
	}
}

/* Below a parent that has the same, the eye should find what is not the same. */
static bool is_as_parent(const struct ui *ui, const struct tree_row *r, const struct column *col,
			 const struct value *v)
{
	const struct tree *t = &ui_list_const(ui)->tree;
	struct value above;

	if (r->parent < 0 || t->rows[r->parent].of != col->of)
		return false;
	col->get(ui->snap, t->rows[r->parent].ix, &above);
	return v->type != VALUE_MISSING && !value_compare(v, &above);
}

static void draw_columns(const struct ui *ui, struct canvas *c, const struct tree_row *r,
			 unsigned x, unsigned y, const struct fit *fit)
{
	for (unsigned i = 0; i < fit->n; i++) {
		const struct column *col = fit->cols[i];
		uint8_t role = r->is_context ? ROLE_DIM : ROLE_PLAIN;
		char buf[512];
		struct value v;

		col->get(ui->snap, r->ix, &v);
		value_text(&v, buf, sizeof(buf), ui->opt.cs);
		if (is_as_parent(ui, r, col, &v))
			role = ROLE_DIM;
		if (v.type == VALUE_MISSING)
			role = v.n == IX_NONE ? ROLE_DIM : ROLE_UNKNOWN;
		/* "Nothing to say" is blank here: a column of dashes hides what matters. */
		if (v.type == VALUE_MISSING && v.n == IX_NONE && !col->is_right)
			buf[0] = '\0';
		put_column(c, col, x, y, fit->widths[i], role,
			   strcmp(col->id, "command") ? buf : without_folder(buf, fit->widths[i]));
		x += fit->widths[i] + 2;
	}
}

static void draw_row(const struct ui *ui, struct canvas *c, struct area a, uint32_t at, unsigned y)
{
	const struct list *l = ui_list_const(ui);
	const struct tree_row *r = list_shown_row(l, at);
	bool is_here = at == l->at;
	struct fit fit = fit_columns(ui, a.w - GUTTER);

	if (is_here)
		canvas_put(c, a.x, y, 1, ROLE_PLAIN, ">");
	if (list_is_marked(l, r))
		canvas_put(c, a.x + 1, y, 1, ROLE_MARK, "*");
	if (r->of != views[ui->view]->of(ui)) { /* a heading: it has no such columns */
		views[ui->view]->draw(ui, l->shown.items[at], c, a.x + GUTTER, y, a.w - GUTTER);
	} else {
		views[ui->view]->draw(ui, l->shown.items[at], c, a.x + GUTTER, y, fit.lead);
		draw_columns(ui, c, r, a.x + GUTTER + fit.lead + 2, y, &fit);
	}
	if (ui->search)
		canvas_highlight(c, a.x + GUTTER, y, a.w - GUTTER, ui->search, ROLE_MATCH);
	if (is_here && !ui->is_detail_open)
		canvas_add_role(c, a.x, y, a.w, ROLE_SELECTED);
}

/* Why there is nothing to see. */
static void draw_empty(const struct ui *ui, struct canvas *c, struct area a)
{
	const struct list *l = ui_list_const(ui);
	const char *why = ui->snap->is_partial ? "reading ..."
			  : l->filter	       ? "nothing matches the filter; Esc takes it away"
					       : "there is nothing to show";

	canvas_put_fit(c, a.x + GUTTER, a.y, a.w - GUTTER, ROLE_DIM, why);
}

static void draw_list(const struct ui *ui, struct canvas *c, const struct layout *lay)
{
	const struct list *l = ui_list_const(ui);

	if (views[ui->view]->draw_all) {
		views[ui->view]->draw_all(ui, c, lay->list);
		return;
	}
	draw_titles(ui, c, lay->titles);
	if (!l->shown.n)
		draw_empty(ui, c, lay->list);
	for (unsigned i = 0; i < l->height && l->top + i < l->shown.n; i++)
		draw_row(ui, c, lay->list, l->top + i, lay->list.y + i * lay->row_lines);
	c->cursor_x = lay->list.x + GUTTER;
	c->cursor_y = lay->list.y + (l->shown.n ? (l->at - l->top) * lay->row_lines : 0);
}

/* ---- detail ---- */

void ui_detail(const struct ui *ui, struct page *p, unsigned w, unsigned h, bool is_brief)
{
	static void (*const details[])(const struct snap *, int32_t, struct page *) = {
		[OF_TASK] = detail_task,
		[OF_NS] = detail_ns,
		[OF_NSPROXY] = detail_nsproxy,
	};
	const struct tree_row *r = list_row(ui_list_const(ui));

	p->cs = ui->opt.cs;
	p->width = w;
	p->max_lines = h;
	p->key_width = is_brief ? 0 : 10;
	p->is_brief = is_brief;
	if (views[ui->view]->page)
		views[ui->view]->page(ui, p);
	else if (r && views[ui->view]->detail)
		views[ui->view]->detail(ui->snap, r->ix, p);
	else if (r)
		details[r->of](ui->snap, r->ix, p);
}

static void draw_detail(const struct ui *ui, struct canvas *c, const struct layout *lay)
{
	const struct text_marks *m = text_marks(ui->opt.cs);
	struct area a = lay->detail;
	struct page p = {0};
	bool is_brief = a.h == 2;
	unsigned top = ui->is_detail_open ? ui->detail_top : 0;

	if (lay->is_detail_right)
		for (unsigned y = 0; y < lay->line.h; y++)
			canvas_put(c, lay->line.x, lay->line.y + y, 1, ROLE_LINE, m->vline);
	else
		canvas_fill(c, lay->line.x, lay->line.y, lay->line.w, ROLE_LINE, m->hline);
	ui_detail(ui, &p, is_brief ? a.w - 1 : a.w, is_brief ? 2 : top + a.h, is_brief);
	page_draw(&p, c, is_brief ? a.x + 1 : a.x, a.y, a.w, a.h, top);
	page_free(&p);
	if (ui->is_detail_open) {
		if (lay->is_detail_right)
			canvas_put(c, lay->line.x, a.y, 1, ROLE_KEY, ">");
		c->cursor_x = a.x;
		c->cursor_y = a.y;
	}
}

/* ---- the whole screen ---- */

static void draw_too_small(struct canvas *c)
{
	char text[64];

	snprintf(text, sizeof(text), "terminal too small: need %dx%d", UI_MIN_WIDTH, UI_MIN_HEIGHT);
	canvas_put(c, 0, 0, c->w, ROLE_ERROR, text);
}

void ui_draw(const struct ui *ui, struct canvas *c)
{
	struct layout lay = ui_layout(ui);

	c->cs = ui->opt.cs;
	canvas_resize(c, ui->w, ui->h);
	if (lay.is_too_small) {
		draw_too_small(c);
		return;
	}
	if (ui->is_presenting && !ui->overlay) {
		present_head(ui, c);
	} else {
		draw_header(ui, c);
		draw_tabs(ui, c);
	}
	if (ui->overlay) {
		overlay_draw(ui, c);
	} else {
		if (lay.is_detail_right || !ui->is_detail_open)
			draw_list(ui, c, &lay);
		if (lay.detail.h)
			draw_detail(ui, c, &lay);
	}
	status_draw(ui, c, lay.status);
	if (ui->prompt.kind)
		prompt_draw(ui, c, lay.bar.y);
	else if (status_lines(ui) == 1)
		bar_draw(ui, c, lay.bar);
	if (ui->is_presenting)
		present_embolden(c);
}
