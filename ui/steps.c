/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk through the source: one step of the model at a time, with the structs
 * that it touches as boxes. Tasks and what hangs off them stand on the left, nsproxies
 * in the middle, namespaces on the right, as their pointers go.
 */
#include "player.h"

#include "present.h"
#include "ui_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define N_COLUMNS  3
#define BOX_MAX	   60
#define LIST_WIDTH 120 /* of the screen, from which on all steps are listed beside */
#define MAX_FIELDS 16

/* A field as it is after a step. */
struct field {
	const char *name;
	const struct change *last; /* the newest change up to the step */
	bool is_now;		   /* by this step */
};

struct box {
	enum obj_kind kind;
	uint32_t id;
	const char *label;
	bool is_now; /* this step changes it */
	bool is_new; /* it was born in this act */
	struct field fields[MAX_FIELDS];
	unsigned n;
};

struct boxes {
	ARRAY(struct box) items;
};

static const struct trace *trace_of(const struct ui *ui)
{
	return &player_moment(&ui->lab)->trace;
}

uint32_t steps_size(const struct ui *ui)
{
	const struct lesson_moment *m = player_moment(&ui->lab);

	return m && m->trace.steps.n ? m->trace.steps.n : 1;
}

/* ---- the structs so far ---- */

static struct box *box_of(struct boxes *b, const struct change *c)
{
	struct box *box;

	for (uint32_t i = 0; i < b->items.n; i++)
		if (b->items.items[i].kind == c->kind && b->items.items[i].id == c->id)
			return &b->items.items[i];
	box = array_add(&b->items);
	box->kind = c->kind;
	box->id = c->id;
	return box;
}

/* A namespace begins with a count of 1. */
static bool is_birth(const struct change *c)
{
	return c->kind == OBJ_NS && !strcmp(c->field, "new");
}

static void add_change(struct boxes *b, const struct change *c, bool is_now)
{
	struct box *box = box_of(b, c);
	const char *name = is_birth(c) ? "count" : c->field;
	unsigned i = 0;

	box->label = c->label;
	box->is_now = box->is_now || is_now;
	box->is_new = box->is_new || is_birth(c) || (c->kind == OBJ_NSPROXY && !c->was);
	while (i < box->n && strcmp(box->fields[i].name, name))
		i++;
	if (i == MAX_FIELDS)
		return;
	if (i == box->n)
		box->n++;
	box->fields[i] = (struct field){name, c, is_now};
}

static void collect(struct boxes *b, const struct trace *t, uint32_t step)
{
	for (uint32_t i = 0; i <= step && i < t->steps.n; i++) {
		const struct step *s = &t->steps.items[i];

		for (uint32_t k = 0; k < s->n_changes; k++)
			add_change(b, &t->changes.items[s->first_change + k], i == step);
	}
}

/* ---- one box ---- */

/* "net:[4026531840]" in a field "net" says its kind once. */
static const char *without_kind(const char *text, const char *field)
{
	size_t n = strcspn(text, ":");

	if (text[n] == ':' && !strncmp(field, text, n) && (!field[n] || field[n] == '_'))
		return text + n + 1;
	if (!strcmp(field, "nsproxy") && !strncmp(text, "nsproxy ", 8))
		return text + 8;
	return text;
}

static void put_value(const struct field *f, struct strbuf *out)
{
	const struct change *c = f->last;

	strbuf_add(out, "", 0);
	if (is_birth(c)) {
		strbuf_puts(out, f->is_now ? "0 -> 1" : "1");
	} else if (c->is_link) {
		if (f->is_now && *c->was_text)
			strbuf_printf(out, "%s -> ", without_kind(c->was_text, f->name));
		strbuf_puts(out, without_kind(c->now_text, f->name));
	} else if (c->is_relative) {
		strbuf_printf(out, f->is_now ? "%+" PRId64 : "n%+" PRId64, c->now - c->was);
	} else if (f->is_now) {
		strbuf_printf(out, "%" PRId64 " -> %" PRId64, c->was, c->now);
	} else {
		strbuf_printf(out, "%" PRId64, c->now);
	}
}

static const char *const edges[][8] = {
	/* left top, right top, left bottom, right bottom, line, bar */
	[CHARSET_ASCII] = {"+", "+", "+", "+", "-", "|"},
	[CHARSET_UTF8] = {"┌", "┐", "└", "┘", "─", "│"},
};

static void draw_edge(struct canvas *c, struct area a, unsigned y, bool is_top, uint8_t role)
{
	const char *const *e = edges[c->cs];

	canvas_put(c, a.x, y, 1, role, e[is_top ? 0 : 2]);
	canvas_fill(c, a.x + 1, y, a.w - 2, role, e[4]);
	canvas_put(c, a.x + a.w - 1, y, 1, role, e[is_top ? 1 : 3]);
}

/* The test process that the model has under that number. */
static const char *actor_of(const struct lesson_moment *m, const char *label)
{
	int tid;

	if (sscanf(label, "task %d", &tid) != 1)
		return NULL;
	for (uint32_t i = 0; i < m->actors.n; i++)
		if (m->actors.items[i].model_tid == tid)
			return m->actors.items[i].name;
	return NULL;
}

/* Its count has come to 0. */
static bool is_freed(const struct box *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		const struct change *c = b->fields[i].last;

		if (!c->is_link && !c->is_relative && !c->now && c->was == 1 &&
		    (b->kind == OBJ_NS || b->kind == OBJ_NSPROXY) &&
		    !strcmp(b->fields[i].name, "count"))
			return true;
	}
	return false;
}

static void box_title(const struct lesson_moment *m, const struct box *b, struct strbuf *out)
{
	const char *kind = obj_kind_names[b->kind], *actor;

	if (b->kind == OBJ_TASK && (actor = actor_of(m, b->label)))
		strbuf_printf(out, "%s of %s", kind, actor);
	else if (b->kind == OBJ_TASK)
		strbuf_printf(out, "%s %s", kind,
			      strncmp(b->label, "task ", 5) ? b->label : b->label + 5);
	else
		strbuf_puts(out, b->label);
	strbuf_puts(out, is_freed(b) ? ", freed" : "");
}

static void draw_sides(struct canvas *c, struct area a, unsigned y)
{
	canvas_put(c, a.x, y, 1, ROLE_LINE, edges[c->cs][5]);
	canvas_put(c, a.x + a.w - 1, y, 1, ROLE_LINE, edges[c->cs][5]);
}

/* Lines that a field takes: old and new under each other where they do not fit beside. */
static unsigned draw_field(struct canvas *c, struct area a, unsigned y, const struct field *f)
{
	unsigned inner = a.w - 4, name_w, value_w, n = 1;
	uint8_t role = f->is_now ? ROLE_TITLE : ROLE_DIM;
	struct strbuf value = {0};
	char *arrow;

	put_value(f, &value);
	arrow = strstr(value.s, " -> ");
	draw_sides(c, a, y);
	if (arrow && text_width(f->name) + 1 + text_width(value.s) > inner) {
		draw_sides(c, a, y + 1);
		canvas_put_right(c, a.x + 2, y + 1, inner, role, arrow + 1);
		*arrow = '\0';
		n = 2;
	}
	value_w = text_width(value.s);
	name_w = value_w + 4 < inner ? inner - value_w - 1 : 3;
	canvas_put(c, a.x + 1, y, 1, ROLE_MARK, f->is_now ? "*" : " ");
	canvas_put_fit(c, a.x + 2, y, name_w, role, f->name);
	canvas_put_right(c, a.x + 3 + name_w, y, inner - name_w - 1, role, value.s);
	strbuf_free(&value);
	return n;
}

static unsigned field_lines(const struct field *f, unsigned w)
{
	struct strbuf value = {0};
	unsigned n;

	put_value(f, &value);
	n = strstr(value.s, " -> ") && text_width(f->name) + 1 + text_width(value.s) > w - 4 ? 2
											     : 1;
	strbuf_free(&value);
	return n;
}

static unsigned box_lines(const struct box *b, unsigned w)
{
	unsigned n = 2;

	for (unsigned i = 0; i < b->n; i++)
		n += field_lines(&b->fields[i], w);
	return n;
}

/* What does not fit is left out at the end, and that is said. */
static void draw_box(const struct ui *ui, struct canvas *c, struct area a, const struct box *b)
{
	unsigned y = a.y + 1, end = a.y + a.h - 1;
	struct strbuf title = {0};

	draw_edge(c, a, a.y, true, ROLE_LINE);
	canvas_put(c, a.x + 1, a.y, 1, ROLE_MARK, b->is_now ? "*" : edges[c->cs][4]);
	box_title(player_moment(&ui->lab), b, &title);
	canvas_put_fit(c, a.x + 2, a.y, a.w - 4, b->is_now ? ROLE_TITLE : ROLE_PLAIN, title.s);
	for (unsigned i = 0; i < b->n && y < end; i++) {
		unsigned h = field_lines(&b->fields[i], a.w);

		if (y + h > end || (y + h == end && i + 1 < b->n)) {
			draw_sides(c, a, y);
			canvas_put_fit(c, a.x + 2, y++, a.w - 4, ROLE_DIM, "and more");
			break;
		}
		draw_field(c, a, y, &b->fields[i]);
		y += h;
	}
	draw_edge(c, a, y, false, ROLE_LINE);
	strbuf_free(&title);
}

/* ---- all boxes ---- */

static unsigned column_of(const struct box *b)
{
	return b->kind == OBJ_NS ? 2 : b->kind == OBJ_NSPROXY ? 1 : 0;
}

static int rank_of(const struct box *b)
{
	return b->is_now ? 0 : b->is_new || b->kind == OBJ_TASK ? 1 : 2;
}

#define MIN_BOX 4 /* lines of a box that is cut */

/* What this step changes comes first, then what is new and the task; as far as there is room. */
static void draw_column(const struct ui *ui, struct canvas *c, struct area a, const struct boxes *b,
			unsigned column)
{
	unsigned y = a.y, n_left = 0, end = a.y + a.h - 1;
	char more[40];

	/* For the back row only what changes. */
	for (int rank = 0; rank < (ui->is_presenting ? 1 : 3); rank++)
		for (uint32_t i = b->items.n; i-- > 0;) {
			const struct box *box = &b->items.items[i];
			unsigned h = box_lines(box, a.w);

			if (column_of(box) != column || rank_of(box) != rank)
				continue;
			if (y + h > end && y + MIN_BOX <= end && !n_left)
				h = end - y;
			if (y + h > end) {
				n_left++;
				continue;
			}
			draw_box(ui, c, (struct area){a.x, y, a.w, h}, box);
			y += h;
		}
	if (!n_left)
		return;
	snprintf(more, sizeof(more), "and %u more", n_left);
	canvas_put_fit(c, a.x + 1, a.y + a.h - 1, a.w - 1, ROLE_DIM, more);
}

static void draw_boxes(const struct ui *ui, struct canvas *c, struct area a)
{
	static const char *const titles[N_COLUMNS] = {"tasks and theirs", "nsproxies",
						      "namespaces"};
	unsigned w = a.w / N_COLUMNS;
	struct boxes b = {0};

	if (a.h < 4 || w < 12)
		return;
	collect(&b, trace_of(ui), ui->overlay_at);
	if (w > BOX_MAX)
		w = BOX_MAX;
	for (unsigned i = 0; i < N_COLUMNS && b.items.n; i++) {
		canvas_put_fit(c, a.x + i * w, a.y, w - 1, ROLE_DIM, titles[i]);
		draw_column(ui, c, (struct area){a.x + i * w, a.y + 1, w - 1, a.h - 1}, &b, i);
	}
	free(b.items.items);
}

/* ---- the page ---- */

static void draw_step_text(const struct ui *ui, struct canvas *c, struct area a, unsigned *used)
{
	const struct step *s = &trace_of(ui)->steps.items[ui->overlay_at];
	struct page p = {.cs = ui->opt.cs, .width = a.w - 2, .is_flush = true};
	const char *name = s->err ? strerrorname_np(-s->err) : NULL;
	unsigned big = 0;

	page_add(&p, ROLE_KEY, "%s()  in %s", s->func, s->file);
	if (s->err)
		page_add(&p, ROLE_ALONE, "! %s: %s", name ? name : "refused", s->why);
	else if (s->is_undo)
		page_add(&p, ROLE_TITLE, "< taken back: %s", s->why);
	else
		page_add(&p, ROLE_PLAIN, "%s", s->why);
	if (s->err && trace_of(ui)->advice)
		page_add(&p, ROLE_PLAIN, "To do: %s", trace_of(ui)->advice);
	if (ui->is_presenting && ui->h >= PRESENT_TALL) {
		present_big(c, a.x, a.y, a.w, ROLE_HEADER, s->func);
		big = present_big_lines(ui->opt.cs) + 1;
		a.y += big, a.h -= big;
	}
	*used = p.lines.n + 1 < a.h ? p.lines.n + 1 : a.h;
	page_draw(&p, c, a.x, a.y, a.w - 1, *used, 0);
	*used += big;
	page_free(&p);
}

static void draw_step_list(const struct ui *ui, struct canvas *c, struct area a)
{
	const struct trace *t = trace_of(ui);
	uint32_t at = ui->overlay_at, top = at < a.h / 2 ? 0 : at - a.h / 2;

	for (unsigned i = 0; i < a.h && top + i < t->steps.n; i++) {
		const struct step *s = &t->steps.items[top + i];
		char line[160];

		snprintf(line, sizeof(line), "%s%3u %s %s()", top + i == at ? ">" : " ",
			 top + i + 1,
			 s->err	      ? "!"
			 : s->is_undo ? "<"
				      : " ",
			 s->func);
		canvas_put_fit(c, a.x, a.y + i, a.w, s->err ? ROLE_ALONE : ROLE_PLAIN, line);
		if (top + i == at)
			canvas_add_role(c, a.x, a.y + i, a.w, ROLE_SELECTED);
	}
}

void steps_draw(const struct ui *ui, struct canvas *c, struct area a)
{
	const struct lesson_moment *m = player_moment(&ui->lab);
	struct strbuf title = {0};
	unsigned used;

	if (!m || ui->overlay_at >= m->trace.steps.n)
		return;
	strbuf_printf(&title, "In the source, step %u of %u, rules %s", ui->overlay_at + 1,
		      m->trace.steps.n, ui->lab.lesson->rules);
	canvas_put_fit(c, a.x + 1, a.y, a.w - 1, ROLE_HEADER, title.s);
	canvas_put_fit(c, a.x + 1, a.y + 1, a.w - 1, ROLE_TITLE, m->act);
	strbuf_free(&title);
	a.y += 3, a.h -= 3;
	if (a.w >= LIST_WIDTH) {
		draw_step_list(ui, c, (struct area){a.x + 1, a.y, 43, a.h});
		a.x += 46, a.w -= 46;
	} else {
		a.x++, a.w--;
	}
	c->cursor_x = a.x;
	c->cursor_y = a.y;
	draw_step_text(ui, c, a, &used);
	a.y += used, a.h -= used;
	draw_boxes(ui, c, a);
}
