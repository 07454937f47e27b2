/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where one is in a lesson: back and forth, questions and answers. */
#include "player.h"

#include "actions.h"
#include "ui_impl.h"

#include <string.h>

const struct lesson_moment *player_moment(const struct player_ui *lab)
{
	return lab->lesson && lab->at < lab->lesson->moments.n
		       ? &lab->lesson->moments.items[lab->at]
		       : NULL;
}

bool player_is_scenario(const struct player_ui *lab)
{
	return lab->lesson && lab->lesson->n_script;
}

const struct lesson_next *player_question(const struct player_ui *lab)
{
	if (!lab->is_asking || !player_is_scenario(lab) || lab->at >= lab->lesson->n_script)
		return NULL;
	return &lab->lesson->script[lab->at];
}

bool player_has_answer(const struct player_ui *lab)
{
	return player_moment(lab) && lab->at && !lab->is_asking;
}

const char *player_why_off(const struct ui *ui)
{
	return ui->opt.file ? "a file has no test processes" : "nscope was started with --readonly";
}

void player_free(struct player_ui *lab)
{
	strbuf_free(&lab->text);
	strbuf_free(&lab->act);
	strbuf_free(&lab->note);
	strbuf_free(&lab->target);
	free(lab->prediction_error);
}

void player_ask(struct ui *ui, int kind, const char *text)
{
	struct player_ui *lab = &ui->lab;

	if (!ui->opt.has_stage)
		return;
	lab->text.n = 0;
	strbuf_puts(&lab->text, text);
	lab->request = (struct ui_request){kind, lab->text.s};
	lab->is_waiting = kind != REQUEST_PREDICT;
	lab->wants_actions = lab->wants_actions && kind == REQUEST_OPEN;
	ui->effects |= UI_STAGE;
}

const struct ui_request *ui_request(const struct ui *ui)
{
	return &ui->lab.request;
}

/* ---- a lesson comes, or grows ---- */

static void say_result(struct ui *ui, const struct lesson_moment *m)
{
	const struct lesson_result *r = ui->lab.lesson->has_kernel ? &m->kernel : &m->model;
	struct strbuf text = {0};

	player_result_text(&text, r);
	if (!lesson_is_good(m))
		ui_say(ui, true, "error: %s = %s, and not as it should be: 6 shows it", m->act,
		       text.s);
	else
		ui_say(ui, false, "%s = %s%s", m->act, text.s,
		       ui->lab.lesson->has_kernel ? ", as the model said" : "");
	strbuf_free(&text);
}

static void begin(struct ui *ui, const struct lesson *l)
{
	struct player_ui *lab = &ui->lab;

	lab->at = l && l->moments.n && !l->n_script ? l->moments.n - 1 : 0;
	lab->is_asking = l && l->n_script;
	lab->cursor = lab->actor = 0;
	lab->has_cursor_ns = false;
	ui->detail_top = 0;
}

/* A child that has just been made can be told things next. */
static void grow(struct ui *ui, const struct lesson *l)
{
	struct player_ui *lab = &ui->lab;

	lab->at = l->moments.n - 1;
	lab->is_asking = false;
	ui->detail_top = 0;
	if (views[ui->view] != &view_lab)
		say_result(ui, player_moment(lab));
}

void ui_set_lesson(struct ui *ui, const struct lesson *l)
{
	struct player_ui *lab = &ui->lab;
	bool is_new = l != lab->lesson || !l || l->moments.n < lab->n_seen || !lab->n_seen;

	lab->is_waiting = false;
	lab->lesson = l;
	lab->prediction = NULL;
	if (is_new || l->moments.n < 2)
		begin(ui, l);
	else if (l->moments.n > lab->n_seen)
		grow(ui, l);
	lab->n_seen = l ? l->moments.n : 0;
	if (lab->at >= lab->n_seen)
		lab->at = 0;
	if (l && l->moments.n && lab->wants_actions) {
		lab->wants_actions = false;
		player_acts_open(ui);
	}
	ui_clamp(ui);
}

void ui_set_prediction(struct ui *ui, const struct lesson_moment *m, const char *error)
{
	free(ui->lab.prediction_error);
	ui->lab.prediction = m;
	ui->lab.prediction_error = error ? xstrdup(error) : NULL;
}

/* ---- back and forth ---- */

static bool has_question(const struct lesson *l, uint32_t at)
{
	return at < l->n_script && (!at || *l->script[at].ask);
}

static void go_on(struct ui *ui)
{
	struct player_ui *lab = &ui->lab;
	const struct lesson *l = lab->lesson;

	if (!lab->is_asking && has_question(l, lab->at)) {
		lab->is_asking = true;
	} else if (lab->at + 1 < l->moments.n) {
		lab->at++;
		lab->is_asking = false;
	} else if (lab->at < l->n_script) {
		player_ask(ui, REQUEST_NEXT, "");
	} else {
		ui_say(ui, false,
		       l->n_script ? "that was the last step: p goes back, a goes on from here"
				   : "this is how it is now: a lets a test process act");
	}
}

static void go_back(struct ui *ui)
{
	struct player_ui *lab = &ui->lab;

	if (lab->is_asking && lab->at) {
		lab->is_asking = false;
	} else if (lab->at && !lab->is_asking) {
		lab->at--;
		lab->is_asking = has_question(lab->lesson, lab->at);
	} else {
		ui_say(ui, false, "this is the start");
	}
}

/* The list of scenarios, while there is no lesson. */
static void start_chosen(struct ui *ui)
{
	if (ui->lab.lesson)
		ui_say(ui, false, "there is nothing to go on with: o shows other scenarios");
	else if (ui->lab.scenario < ui->opt.n_scenarios)
		player_ask(ui, REQUEST_SCENARIO, ui->opt.scenarios[ui->lab.scenario].name);
	else
		ui_say(ui, false, "there is nothing to go on with: a starts the lab");
}

void act_step(struct ui *ui, int by, const char *arg)
{
	struct player_ui *lab = &ui->lab;

	(void)arg;
	ui->detail_top = 0;
	if (!player_moment(lab)) {
		if (by == 1)
			start_chosen(ui);
		return;
	}
	if (by == 1)
		go_on(ui);
	else if (by == -1)
		go_back(ui);
	else if (by < 0)
		lab->at = 0, lab->is_asking = player_is_scenario(lab);
	else
		lab->at = lab->lesson->moments.n - 1, lab->is_asking = false;
	if (by == 2 && !lab->at)
		lab->is_asking = player_is_scenario(lab);
}

void act_hide(struct ui *ui, int n, const char *arg)
{
	struct player_ui *lab = &ui->lab;

	(void)n;
	(void)arg;
	if (!player_is_scenario(lab) || !player_moment(lab)) {
		ui_say(ui, false, "there is no answer to hide: this is no scenario");
	} else if (!lab->is_asking && lab->at && lab->at <= lab->lesson->n_script) {
		lab->at--;
		lab->is_asking = true;
	} else if (lab->is_asking && lab->at + 1 < lab->lesson->moments.n) {
		lab->at++;
		lab->is_asking = false;
	} else {
		ui_say(ui, false, "this was not done yet: n does it and shows what happens");
	}
	ui->detail_top = 0;
}

void act_source(struct ui *ui, int overlay, const char *arg)
{
	if (!player_has_answer(&ui->lab))
		ui_say(ui, false, "the source is walked through after the answer: n shows it");
	else if (!player_moment(&ui->lab)->trace.steps.n)
		ui_say(ui, false, "the model has no steps for this act");
	else
		act_overlay(ui, overlay, arg);
}

/* ---- the cursor ---- */

void player_state_now(const struct ui *ui, struct player_state *s, uint32_t *at)
{
	const struct player_ui *lab = &ui->lab;

	player_state_make(s, lab->lesson, lab->at, player_has_answer(lab), !ui->is_presenting);
	*at = 0;
	for (uint32_t i = 0; i < s->rows.n; i++)
		if (!s->rows.items[i].is_title && s->rows.items[i].is_ns == lab->has_cursor_ns &&
		    s->rows.items[i].ix == lab->cursor)
			*at = i;
}

static uint32_t moved(uint32_t at, int move, uint32_t n)
{
	const int64_t by[] = {[MOVE_DOWN] = 1,	     [MOVE_UP] = -1,	     [MOVE_PAGE_DOWN] = 10,
			      [MOVE_PAGE_UP] = -10,  [MOVE_HALF_DOWN] = 5,   [MOVE_HALF_UP] = -5,
			      [MOVE_TOP] = -1000000, [MOVE_BOTTOM] = 1000000};
	int64_t to = (int64_t)at + by[move];

	return to < 0 || !n ? 0 : to >= n ? n - 1 : to;
}

void player_move(struct ui *ui, int move)
{
	struct player_ui *lab = &ui->lab;
	struct player_state s;
	uint32_t at;

	if (!player_moment(lab)) {
		lab->scenario = moved(lab->scenario, move, ui->opt.n_scenarios);
		return;
	}
	player_state_now(ui, &s, &at);
	at = moved(at, move, s.rows.n);
	if (at < s.rows.n && s.rows.items[at].is_title)
		at = moved(at,
			   move == MOVE_UP || move == MOVE_PAGE_UP || move == MOVE_HALF_UP
				   ? MOVE_UP
				   : MOVE_DOWN,
			   s.rows.n);
	if (s.rows.n) {
		lab->has_cursor_ns = s.rows.items[at].is_ns;
		lab->cursor = s.rows.items[at].ix;
	}
	player_state_free(&s);
}

bool player_cursor_row(const struct ui *ui, struct tree_row *r)
{
	const struct player_row *row;
	struct player_state s;
	uint32_t at;

	*r = (struct tree_row){.ix = IX_NONE};
	if (!player_moment(&ui->lab))
		return false;
	player_state_now(ui, &s, &at);
	row = at < s.rows.n ? &s.rows.items[at] : NULL;
	if (row && row->is_ns) {
		const struct player_ns *ns = &s.nss.items[row->ix];

		r->of = OF_NS;
		r->ix = snap_find_ns(ui->snap, ns->kind, ns->in[WORLD_KERNEL].inum);
	} else if (row) {
		r->of = OF_TASK;
		r->ix = snap_find_task(ui->snap,
				       player_moment(&ui->lab)->actors.items[row->ix].kernel_tid);
	}
	player_state_free(&s);
	return r->ix >= 0;
}

/* ---- other lessons ---- */

void act_scenario(struct ui *ui, int n, const char *arg)
{
	(void)n;
	if (!arg) {
		ui_say(ui, true, "error: \"scenario\" wants a name; Tab shows them");
		return;
	}
	act_view(ui, '6', NULL);
	player_ask(ui, REQUEST_SCENARIO, arg);
}

void act_scenarios(struct ui *ui, int overlay, const char *arg)
{
	if (ui->opt.n_scenarios)
		act_overlay(ui, overlay, arg);
	else
		ui_say(ui, false, "there are no scenarios here");
}

void act_free_lab(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	act_view(ui, '6', NULL);
	ui->lab.wants_actions = false;
	player_ask(ui, REQUEST_OPEN, "");
}

void act_present(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	ui->is_presenting = !ui->is_presenting;
	ui_fit(ui);
	ui_clamp(ui);
}
