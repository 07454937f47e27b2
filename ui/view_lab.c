/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Lab on the screen: the act and its answers above, below them the model's
 * state on the left and the test processes' on the right, row beside row.
 */
#include "player.h"

#include "present.h"
#include "ui_impl.h"

#include <stdio.h>
#include <string.h>

#define PRESENT_TEXT  100 /* columns of a line that is read from afar, at most */
#define PRESENT_ROOMY 30  /* lines from which on the act is in big letters */
#define HISTORY_LINES 24  /* below the text, from which on the acts are listed, too */
#define STATE_LINES   9	  /* that the text leaves for the state */

static enum row_of player_of(const struct ui *ui)
{
	(void)ui;
	return OF_TASK;
}

static void player_rows(const struct ui *ui, struct tree *out)
{
	(void)ui;
	tree_link(out);
}

static uint32_t n_rows(const struct ui *ui)
{
	struct player_state s;
	uint32_t at, n;

	player_state_now(ui, &s, &at);
	n = s.rows.n;
	player_state_free(&s);
	return n;
}

/* ---- the whole view ---- */

/* "Step 2 of 5: two host names" and the rules at the end. */
static void draw_lesson_line(const struct ui *ui, struct canvas *c, struct area a)
{
	const struct player_ui *lab = &ui->lab;
	const struct lesson *l = lab->lesson;
	struct strbuf left = {0};
	char right[80];

	strbuf_add(&left, "", 0);
	if (l->n_script && lab->at <= l->n_script && (lab->at || lab->is_asking))
		strbuf_printf(&left, "Step %u of %u: ", lab->at + (lab->is_asking ? 1 : 0),
			      l->n_script);
	else if (l->moments.n > 1)
		strbuf_printf(&left, "Act %u of %u: ", lab->at, l->moments.n - 1);
	strbuf_puts(&left, *l->title ? l->title : *l->name ? l->name : "the free lab");
	snprintf(right, sizeof(right), "rules %s%s", l->rules,
		 !l->has_kernel	 ? ", model only"
		 : l->has_counts ? ""
				 : ", no kernel counts");
	canvas_put_fit(c, a.x, a.y, a.w, ROLE_HEADER, left.s);
	if (text_width(left.s) + text_width(right) + 2 <= a.w)
		canvas_put_right(c, a.x, a.y, a.w, ROLE_DIM, right);
	strbuf_free(&left);
}

/* The scenarios to choose from, when nothing has been started. */
static void draw_scenarios(const struct ui *ui, struct canvas *c, struct area a)
{
	uint32_t at = ui->lab.scenario, top = at < a.h ? 0 : at - a.h + 1;

	for (unsigned i = 0; i < a.h && top + i < ui->opt.n_scenarios; i++) {
		const struct ui_scenario *s = &ui->opt.scenarios[top + i];

		canvas_put_fit(c, a.x + 2, a.y + i, 24, ROLE_KEY, s->name);
		if (a.w > 28)
			canvas_put_fit(c, a.x + 27, a.y + i, a.w - 27, ROLE_PLAIN, s->title);
		if (top + i != at)
			continue;
		canvas_put(c, a.x, a.y + i, 1, ROLE_PLAIN, ">");
		canvas_add_role(c, a.x, a.y + i, a.w, ROLE_SELECTED);
		c->cursor_x = a.x + 2;
		c->cursor_y = a.y + i;
	}
}

/* The text takes what it needs, but leaves some lines for the state. */
static unsigned text_lines(const struct ui *ui, const struct page *p, struct area a)
{
	unsigned rows = player_moment(&ui->lab) ? n_rows(ui) + 1 : ui->opt.n_scenarios;
	unsigned keep = rows < STATE_LINES ? rows : STATE_LINES, room = a.h - 2;

	if (keep > room / 2)
		keep = room / 2;
	return p->lines.n < room - keep ? p->lines.n : room - keep;
}

/* Gives whether some of it had no room. */
static bool draw_text(const struct ui *ui, struct canvas *c, struct area a, unsigned *used)
{
	struct page p = {.cs = ui->opt.cs, .width = a.w - 1};
	bool is_cut;

	player_page(ui, &p);
	*used = text_lines(ui, &p, a);
	is_cut = *used < p.lines.n;
	page_draw(&p, c, a.x + 1, a.y, a.w - 1, *used, 0);
	page_free(&p);
	return is_cut;
}

/* The text far apart, the act in big letters where there is room for them. */
static unsigned draw_presented_text(const struct ui *ui, struct canvas *c, struct area a)
{
	unsigned most = a.w < PRESENT_TEXT ? a.w : PRESENT_TEXT, step, y = 0, from = 0;
	struct page p = {.cs = ui->opt.cs, .width = most};

	player_page(ui, &p);
	if (a.h >= PRESENT_ROOMY && p.lines.n && player_moment(&ui->lab)) {
		present_big(c, a.x, a.y + 1, a.w, ROLE_TITLE, p.lines.items[0].text);
		y = present_big_lines(ui->opt.cs) + 2;
		from = 1;
	}
	step = p.lines.n * 2 <= a.h / 2 ? 2 : 1;
	for (unsigned i = from; i < p.lines.n && y < a.h; i++, y += step)
		page_draw(&p, c, a.x, a.y + y, a.w, 1, i);
	page_free(&p);
	return y + 1;
}

/* For the back row: one world, and of that what is new. */
static void draw_presented(const struct ui *ui, struct canvas *c, struct area a)
{
	unsigned used = draw_presented_text(ui, c, a);

	if (used + 2 > a.h)
		return;
	a.y += used, a.h -= used;
	if (player_moment(&ui->lab))
		player_draw_state(ui, c, a);
	else if (!ui->lab.lesson)
		draw_scenarios(ui, c, a);
}

/* On a high screen: the acts, each with its answer; none that a question is asked about. */
static void draw_history(const struct ui *ui, struct canvas *c, struct area a)
{
	const struct lesson *l = ui->lab.lesson;
	uint32_t n = ui->lab.is_asking ? ui->lab.at : l->moments.n - 1;
	uint32_t from = n > a.h - 1 ? n - (a.h - 1) : 0;

	canvas_put(c, a.x + 1, a.y, a.w - 1, ROLE_TITLE, "WHAT WAS DONE");
	for (uint32_t i = from; i < n; i++) {
		const struct lesson_moment *m = &l->moments.items[i + 1];
		struct strbuf line = {0}, result = {0};
		unsigned y = a.y + 1 + i - from;
		bool is_shown = ui->lab.at == i + 1 && !ui->lab.is_asking;

		player_result_text(&result, m->kernel.side == SIDE_DONE ? &m->kernel : &m->model);
		strbuf_printf(&line, "%s%2u  %-7s %s", is_shown ? ">" : " ", i + 1, result.s,
			      m->act);
		canvas_put_fit(c, a.x + 1, y, a.w - 1,
			       !lesson_is_good(m) ? ROLE_ERROR
			       : is_shown	  ? ROLE_TITLE
						  : ROLE_PLAIN,
			       line.s);
		strbuf_free(&line);
		strbuf_free(&result);
	}
}

static void draw_lab(const struct ui *ui, struct canvas *c, struct area a)
{
	unsigned used;
	bool is_cut;

	c->cursor_x = a.x;
	c->cursor_y = a.y;
	if (ui->is_presenting) {
		draw_presented(ui, c, a);
		return;
	}
	if (ui->lab.lesson) {
		draw_lesson_line(ui, c, a);
		a.y++, a.h--;
	}
	is_cut = draw_text(ui, c, a, &used);
	a.y += used, a.h -= used;
	canvas_fill(c, a.x, a.y, a.w, ROLE_LINE, text_marks(ui->opt.cs)->hline);
	if (is_cut)
		canvas_put(c, a.x + 2, a.y, a.w - 2, ROLE_WARN, " Tab: the rest ");
	a.y++, a.h--;
	if (player_moment(&ui->lab) && a.h >= HISTORY_LINES && a.h > n_rows(ui) + 6) {
		unsigned below = n_rows(ui) + 2;

		player_draw_state(ui, c, (struct area){a.x, a.y, a.w, below - 1});
		draw_history(ui, c, (struct area){a.x, a.y + below, a.w, a.h - below});
	} else if (player_moment(&ui->lab)) {
		player_draw_state(ui, c, a);
	} else if (!ui->lab.lesson) {
		draw_scenarios(ui, c, a);
	}
}

/* What Tab shows: on a narrow screen all of the text, then the steps. */
static void player_detail(const struct ui *ui, struct page *p)
{
	if (ui->w < 120)
		player_page(ui, p);
	if (!player_has_answer(&ui->lab) || !player_moment(&ui->lab)->trace.steps.n)
		return;
	page_add_title(p, "In the kernel's source (s walks through it)");
	player_add_steps(p, player_moment(&ui->lab));
}

static const char *const help[] = {
	"The Lab: each act is made on a model of the kernel and by a test process, and both are "
	"compared. A difference is a bug in nscope, and is said loudly.",
	"A row of the state is a test process: name, pid here (pid inside), in which namespaces "
	"it differs from its parent (mnpuihct), its nsproxy by the lab's own number, and how many "
	"tasks share that. Then come the namespaces that the lab made, with their counts.",
	"The last act: * changed, + new, - gone; 2>1 is the count before and after, +1 what it "
	"added to the count of a namespace of the host.",
	"host: that nsproxy is also the one of processes outside of the lab. b's next: the next "
	"children of b will be in that namespace, b itself is not.",
	NULL,
};

const struct view view_lab = {
	.name = "Lab",
	.key = '6',
	.help = help,
	.cols = "",
	.of = player_of,
	.rows = player_rows,
	.draw_all = draw_lab,
	.page = player_detail,
};
