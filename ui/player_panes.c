/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of both worlds, row beside row: test processes, then the lab's namespaces. */
#include "player.h"

#include "ui_impl.h"

#include <stdio.h>
#include <string.h>

#define PROXY_WIDTH   8
#define COUNT_WIDTH   7
#define NS_NAME_WIDTH 19
#define MAX_NAME      32
#define TWO_WORLDS    70 /* columns from which both fit side by side */

struct pane {
	const struct ui *ui;
	const struct player_state *s;
	struct canvas *c;
	struct area a;
	enum player_world w;
	unsigned row_lines;
};

/* On a wide screen the strip stays near the name. */
static unsigned name_width(const struct pane *p)
{
	unsigned room = p->a.w - 3 - NS_STRIP_LEN - PROXY_WIDTH;

	return room < MAX_NAME ? room : MAX_NAME;
}

static const char *const mark_signs[] = {
	[MARK_SAME] = " ", [MARK_CHANGED] = "*", [MARK_NEW] = "+", [MARK_GONE] = "-"};

/* Rows that went are shown as they were. */
static uint32_t moment_of(const struct player_state *s, enum player_mark mark)
{
	return mark == MARK_GONE ? s->at - 1 : s->at;
}

static uint8_t row_role(enum player_mark mark, uint8_t plain)
{
	return mark == MARK_GONE ? ROLE_DIM : mark == MARK_SAME ? plain : ROLE_TITLE;
}

/* Another child of the same parent comes below. */
static bool has_next(const struct player_state *s, const struct player_row *r, unsigned depth)
{
	const struct player_row *end = s->rows.items + s->rows.n;

	for (r++; r < end && !r->is_ns && !r->is_title && r->depth >= depth; r++)
		if (r->depth == depth)
			return true;
	return false;
}

static const char *branch(const struct pane *p, const struct player_row *r, unsigned level)
{
	static const char *const lines[][2][2] = {
		[CHARSET_ASCII] = {{"  ", "| "}, {"` ", "|-"}},
		[CHARSET_UTF8] = {{"  ", "│ "}, {"└ ", "├ "}},
	};

	return lines[p->ui->opt.cs][level + 1 == r->depth][has_next(p->s, r, level + 1)];
}

static void put_name(const struct pane *p, unsigned y, unsigned w, const struct player_row *r,
		     enum player_mark mark)
{
	uint32_t at = moment_of(p->s, mark);
	const struct snap *snap = player_snap(p->s->l, at, p->w);
	int32_t row = player_task_row(p->s->l, at, p->w, r->ix);
	const struct task *t = &snap->tasks[row];
	const char *name = p->s->l->moments.items[at].actors.items[r->ix].name;
	struct strbuf text = {0};
	unsigned x = p->a.x + 1;

	strbuf_printf(&text, task_is_leader(t) ? "%s" : "{%s}", name);
	name_pids(snap, row, &text);
	for (unsigned i = 0; i < r->depth && i < 6; i++)
		x += canvas_put(p->c, x, y, 2, ROLE_LINE, branch(p, r, i));
	canvas_put_fit(p->c, x, y, p->a.x + 1 + w - x, row_role(mark, ROLE_PLAIN), text.s);
	strbuf_free(&text);
}

/* A letter that the act changed is underlined; the row's mark says it without looks. */
static bool is_letter_new(const struct pane *p, const struct player_row *r, enum player_mark mark,
			  int k)
{
	const struct snap *snap, *before;
	int32_t now, was, a, b;

	if (mark != MARK_CHANGED)
		return false;
	snap = player_snap(p->s->l, p->s->at, p->w);
	before = player_snap(p->s->l, p->s->at - 1, p->w);
	now = player_task_row(p->s->l, p->s->at, p->w, r->ix);
	was = player_task_row(p->s->l, p->s->at - 1, p->w, r->ix);
	a = snap->tasks[now].ns[k];
	b = before->tasks[was].ns[k];
	return a >= 0 && b >= 0 && snap->nss[a].inum != before->nss[b].inum;
}

static void put_strip(const struct pane *p, unsigned x, unsigned y, const struct player_row *r,
		      enum player_mark mark)
{
	uint32_t at = moment_of(p->s, mark);
	const struct snap *snap = player_snap(p->s->l, at, p->w);
	int32_t row = player_task_row(p->s->l, at, p->w, r->ix);
	char strip[NS_STRIP_LEN + 1];

	snap_strip(snap, row, snap->tasks[row].parent, strip);
	for (int k = 0; k < NS_N_KINDS; k++) {
		char letter[2] = {strip[k]};
		uint8_t role = ROLE_KIND + k;

		if (mark == MARK_GONE || *letter == '.' || *letter == '-')
			role = ROLE_DIM;
		else if (*letter == '?')
			role = ROLE_UNKNOWN;
		if (is_letter_new(p, r, mark, k))
			role = ROLE_MATCH;
		canvas_put(p->c, x + k, y, 1, role, letter);
	}
}

static int32_t count_at(const struct pane *p, uint32_t at, uint32_t actor)
{
	const struct snap *snap = player_snap(p->s->l, at, p->w);
	int32_t row = player_task_row(p->s->l, at, p->w, actor), px;

	px = row >= 0 ? snap->tasks[row].nsproxy : IX_NONE;
	if (px < 0)
		return -1;
	return snap->nsproxies[px].count >= 0 ? snap->nsproxies[px].count
					      : (int32_t)snap->nsproxies[px].n_tasks;
}

/* "#2 x1", and where the count moved "#1 2>1". */
static void put_proxy(const struct pane *p, unsigned x, unsigned y, const struct player_row *r,
		      enum player_mark mark)
{
	uint32_t at = moment_of(p->s, mark);
	unsigned number = player_proxy(p->s, at, p->w, r->ix);
	int32_t now = count_at(p, at, r->ix), was;
	char text[40];

	if (!number) {
		canvas_put(p->c, x, y, PROXY_WIDTH, ROLE_DIM, "-");
		return;
	}
	snprintf(text, sizeof(text), "#%u x%d", number, now);
	if (player_is_shared(p->s, at, p->w, r->ix))
		snprintf(text, sizeof(text), "#%u host", number);
	else if (mark == MARK_CHANGED && player_proxy(p->s, at - 1, p->w, r->ix) == number &&
		 (was = count_at(p, at - 1, r->ix)) != now)
		snprintf(text, sizeof(text), "#%u %d>%d", number, was, now);
	canvas_put_fit(p->c, x, y, PROXY_WIDTH, row_role(mark, ROLE_PLAIN), text);
}

static void draw_actor(const struct pane *p, unsigned y, const struct player_row *r)
{
	enum player_mark mark = player_row_mark(p->s, p->w, r);
	unsigned name_w = name_width(p);

	canvas_put(p->c, p->a.x, y, 1, ROLE_MARK, mark_signs[mark]);
	if (player_task_row(p->s->l, moment_of(p->s, mark), p->w, r->ix) < 0) {
		canvas_put(p->c, p->a.x + 1, y, name_w, ROLE_DIM, "(not here)");
		return;
	}
	put_name(p, y, name_w, r, mark);
	put_strip(p, p->a.x + 2 + name_w, y, r, mark);
	put_proxy(p, p->a.x + 3 + name_w + NS_STRIP_LEN, y, r, mark);
}

/* ---- namespaces of one world ---- */

/* "1", "1>2"; of those of before the lab, which others count on too, only "+1". */
static void ns_count_text(const struct pane *p, const struct player_row *r, enum player_mark mark,
			  char buf[32])
{
	const struct snap *snap = player_snap(p->s->l, p->s->at, p->w);
	int32_t row = player_ns_row(p->s, p->s->at, p->w, r->ix);
	int32_t now = row >= 0 ? snap->nss[row].refs : 0, was = -1;
	bool is_others = row >= 0 && p->s->nss.items[r->ix].is_old && snap->nss[row].is_initial;

	if (mark != MARK_SAME && mark != MARK_NEW) {
		snap = player_snap(p->s->l, p->s->at - 1, p->w);
		row = player_ns_row(p->s, p->s->at - 1, p->w, r->ix);
		was = row >= 0 ? snap->nss[row].refs : -1;
	}
	*buf = '\0';
	if (is_others && mark == MARK_CHANGED)
		snprintf(buf, 32, "%+d", now - was);
	else if (now < 0)
		snprintf(buf, 32, "?");
	else if (was >= 0 && was != now)
		snprintf(buf, 32, "%d>%d", was, now);
	else if (!is_others)
		snprintf(buf, 32, "%d", now);
}

/* The names of those in it; of those whose children will be. */
static void ns_members(const struct pane *p, uint32_t at, int32_t row, struct strbuf *out)
{
	const struct lesson_moment *m = &p->s->l->moments.items[at];
	const struct snap *snap = player_snap(p->s->l, at, p->w);
	enum ns_kind kind = snap->nss[row].kind;

	strbuf_add(out, "", 0);
	for (uint32_t i = 0; i < m->actors.n; i++) {
		int32_t task = player_task_row(p->s->l, at, p->w, i);

		if (task >= 0 && snap->tasks[task].ns[kind] == row)
			strbuf_printf(out, "%s%s", out->n ? " " : "", m->actors.items[i].name);
	}
	for (uint32_t i = 0; i < m->actors.n; i++) {
		int32_t task = player_task_row(p->s->l, at, p->w, i);
		int slot = kind == NS_PID    ? SLOT_PID_FOR_CHILDREN
			   : kind == NS_TIME ? SLOT_TIME_FOR_CHILDREN
					     : -1;

		if (task >= 0 && slot >= 0 && snap->tasks[task].ns[slot] == row &&
		    snap->tasks[task].ns[kind] != row)
			strbuf_printf(out, "%s%s's next", out->n ? " " : "",
				      m->actors.items[i].name);
	}
	if (!out->n)
		strbuf_puts(out, snap->nss[row].n_threads ? "" : "no task");
}

static void draw_ns_titles(const struct pane *p, unsigned y)
{
	unsigned x = p->a.x + 1 + NS_NAME_WIDTH;

	canvas_put(p->c, p->a.x + 1, y, NS_NAME_WIDTH, ROLE_TITLE, "NAMESPACE");
	canvas_put_right(p->c, x, y, COUNT_WIDTH - 1, ROLE_TITLE, "REFS");
	canvas_put_fit(p->c, x + COUNT_WIDTH, y, p->a.x + p->a.w - x - COUNT_WIDTH, ROLE_TITLE,
		       "WHO");
}

static void draw_ns(const struct pane *p, unsigned y, const struct player_row *r)
{
	enum player_mark mark = player_row_mark(p->s, p->w, r);
	uint32_t at = moment_of(p->s, mark);
	int32_t row = player_ns_row(p->s, at, p->w, r->ix);
	unsigned x = p->a.x + 1, name_w = NS_NAME_WIDTH, end = p->a.x + p->a.w;
	struct strbuf name = {0}, who = {0};
	char count[32];

	canvas_put(p->c, p->a.x, y, 1, ROLE_MARK, mark_signs[mark]);
	if (row < 0) {
		canvas_put(p->c, x, y, name_w, ROLE_DIM, "(not here)");
		return;
	}
	name_ns(player_snap(p->s->l, at, p->w), row, &name);
	canvas_put_fit(p->c, x, y, name_w,
		       mark == MARK_GONE ? ROLE_DIM : ROLE_KIND + p->s->nss.items[r->ix].kind,
		       name.s);
	ns_count_text(p, r, mark, count);
	x += name_w;
	canvas_put_right(p->c, x, y, COUNT_WIDTH - 1, row_role(mark, ROLE_PLAIN), count);
	x += COUNT_WIDTH;
	if (mark == MARK_GONE)
		strbuf_puts(&who, "gone");
	else
		ns_members(p, at, row, &who);
	if (x < end)
		canvas_put_fit(p->c, x, y, end - x, row_role(mark, ROLE_DIM), who.s);
	strbuf_free(&name);
	strbuf_free(&who);
}

/* ---- both worlds ---- */

static void draw_pane_titles(const struct pane *p)
{
	unsigned name_w = name_width(p);
	const char *title = p->w == WORLD_MODEL ? " MODEL" : " KERNEL";
	char strip[NS_STRIP_LEN + 1] = "";

	for (int k = 0; k < NS_N_KINDS; k++)
		strip[k] = ns_kinds[k].letter;
	canvas_put_fit(p->c, p->a.x, p->a.y, name_w + 1, ROLE_TITLE, title);
	canvas_put(p->c, p->a.x + 2 + name_w, p->a.y, NS_STRIP_LEN, ROLE_TITLE, strip);
	canvas_put(p->c, p->a.x + 3 + name_w + NS_STRIP_LEN, p->a.y, PROXY_WIDTH, ROLE_TITLE,
		   "NSPROXY");
}

static void draw_pane(struct pane p, uint32_t top)
{
	draw_pane_titles(&p);
	if (!player_snap(p.s->l, p.s->at, p.w))
		return;
	for (unsigned i = 0; (i + 1) * p.row_lines < p.a.h && top + i < p.s->rows.n; i++) {
		const struct player_row *r = &p.s->rows.items[top + i];
		unsigned y = p.a.y + 1 + i * p.row_lines;

		if (r->is_title)
			draw_ns_titles(&p, y);
		else if (r->is_ns)
			draw_ns(&p, y, r);
		else
			draw_actor(&p, y, r);
	}
}

/* Side by side when both are there and fit; else that of the kernel, which is the truth. */
static void draw_worlds(struct pane p, uint32_t top)
{
	const struct lesson *l = p.ui->lab.lesson;
	bool has_model = player_snap(l, p.s->at, WORLD_MODEL) != NULL;
	bool has_kernel = player_snap(l, p.s->at, WORLD_KERNEL) != NULL;
	unsigned half = (p.a.w - 2) / 2;
	struct pane right = p;

	p.w = has_kernel ? WORLD_KERNEL : WORLD_MODEL;
	if (!has_model || !has_kernel || p.a.w < TWO_WORLDS || p.row_lines > 1) {
		draw_pane(p, top);
		return;
	}
	p.w = WORLD_MODEL;
	right.w = WORLD_KERNEL;
	right.a.x += half + 2;
	right.a.w -= half + 2;
	p.a.w = half;
	for (unsigned y = 0; y < p.a.h; y++)
		canvas_put(p.c, p.a.x + half, p.a.y + y, 1, ROLE_LINE,
			   text_marks(p.ui->opt.cs)->vline);
	draw_pane(p, top);
	draw_pane(right, top);
}

void player_draw_state(const struct ui *ui, struct canvas *c, struct area a)
{
	unsigned lines = ui->is_presenting ? 2 : 1;
	struct player_state s;
	struct pane p = {ui, &s, c, {a.x + 1, a.y, a.w - 1, a.h}, WORLD_MODEL, lines};
	uint32_t at, top, room = a.h > lines ? (a.h - 1) / lines : 1;

	player_state_now(ui, &s, &at);
	top = at < room ? 0 : at - room + 1;
	draw_worlds(p, top);
	if (s.rows.n && a.h > lines) {
		c->cursor_x = a.x + 1;
		c->cursor_y = a.y + 1 + (at - top) * lines;
		canvas_put(c, a.x, c->cursor_y, 1, ROLE_PLAIN, ">");
		if (!ui->is_detail_open && !ui->is_presenting)
			canvas_add_role(c, a.x, c->cursor_y, a.w, ROLE_SELECTED);
	}
	if (s.rows.n > top + room && !ui->is_presenting)
		canvas_put_right(c, a.x, a.y - 1, a.w - 2, ROLE_DIM, " more below ");
	player_state_free(&s);
}
