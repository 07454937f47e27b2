/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "director.h"

#include <string.h>

/* ---- opening and closing ---- */

static void forget_prediction(struct director *d, struct ui *ui)
{
	if (ui)
		ui_set_prediction(ui, NULL, NULL);
	lesson_moment_free(&d->prediction);
	memset(&d->prediction, 0, sizeof(d->prediction));
}

static void close_stage(struct director *d, struct ui *ui)
{
	forget_prediction(d, ui);
	if (ui)
		ui_set_lesson(ui, NULL);
	theatre_close(&d->theatre);
	free(d->script);
	d->script = NULL;
	d->scenario = NULL;
}

static bool open_stage(struct director *d, enum stage_start start, struct err *e)
{
	return !theatre_open(&d->theatre, d->rules, start, d->is_model_only, d->has_probe, e);
}

static void open_free(struct director *d, struct ui *ui)
{
	struct err e;

	close_stage(d, ui);
	if (open_stage(d, START_ADMIN, &e))
		ui_set_lesson(ui, stage_lesson(d->theatre.st));
	else
		ui_say(ui, true, "error: the lab cannot start here: %s", e.msg);
}

/* ---- scenarios ---- */

static void refuse(struct director *d, struct ui *ui, const struct scenario *s)
{
	d->refused = (struct lesson){
		.name = s->name, .title = s->title, .rules = "", .refusal = d->why.msg};
	ui_set_lesson(ui, &d->refused);
}

static void set_script(struct director *d, const struct scenario *s)
{
	unsigned n = scenario_n_acts(s);

	d->script = xcalloc(n, sizeof(*d->script));
	for (unsigned i = 0; i < n; i++)
		d->script[i] =
			(struct lesson_next){s->acts[i].text, s->acts[i].ask ? s->acts[i].ask : ""};
	stage_set_script(d->theatre.st, s->name, s->title, d->script, n);
}

void director_start(struct director *d, struct ui *ui, const struct scenario *s)
{
	close_stage(d, ui);
	if (!scenario_can_run(s, d->is_model_only, d->rules, &d->why) ||
	    !open_stage(d, s->start, &d->why)) {
		refuse(d, ui, s);
		return;
	}
	d->scenario = s;
	set_script(d, s);
	ui_set_lesson(ui, stage_lesson(d->theatre.st));
}

static void start_named(struct director *d, struct ui *ui, const char *name)
{
	struct err e;
	const struct scenario *s = scenario_find(name, &e);

	if (s)
		director_start(d, ui, s);
	else
		ui_say(ui, true, "error: %s", e.msg);
}

/* ---- acts ---- */

static void do_act(struct director *d, struct ui *ui, const struct stage_act *act)
{
	struct err e;
	int err;

	forget_prediction(d, ui);
	err = stage_do(d->theatre.st, act, &e);
	ui_set_lesson(ui, stage_lesson(d->theatre.st));
	if (err)
		ui_say(ui, true, "error: %s", e.msg);
}

static void do_next(struct director *d, struct ui *ui)
{
	uint32_t at = stage_lesson(d->theatre.st)->moments.n - 1;

	if (d->scenario && at < scenario_n_acts(d->scenario))
		do_act(d, ui, &d->scenario->acts[at]);
}

static void predict(struct director *d, struct ui *ui, const char *text)
{
	struct err e;

	forget_prediction(d, ui);
	if (stage_predict(d->theatre.st, text, &d->prediction, &e))
		ui_set_prediction(ui, NULL, e.msg);
	else
		ui_set_prediction(ui, &d->prediction, NULL);
}

static void run(struct ui_stage *stage, struct ui *ui, const struct ui_request *r)
{
	struct director *d = (struct director *)stage;
	_cleanup_free_ char *text = xstrdup(r->text);

	if (r->kind == REQUEST_OPEN)
		open_free(d, ui);
	else if (r->kind == REQUEST_SCENARIO)
		start_named(d, ui, text);
	else if (!d->theatre.st)
		ui_say(ui, true, "error: the lab is not running");
	else if (r->kind == REQUEST_NEXT)
		do_next(d, ui);
	else if (r->kind == REQUEST_PREDICT)
		predict(d, ui, text);
	else
		do_act(d, ui, &(struct stage_act){.text = text, .err = STAGE_ANY});
}

void director_init(struct director *d)
{
	*d = (struct director){.ui = {.run = run}, .has_probe = true};
}

void director_end(struct director *d)
{
	close_stage(d, NULL);
}

const struct ui_scenario *director_scenarios(unsigned *n)
{
	static struct ui_scenario rows[64];

	for (*n = 0; *n < n_scenarios && *n < ARRAY_SIZE(rows); (*n)++)
		rows[*n] = (struct ui_scenario){scenarios[*n]->name, scenarios[*n]->title};
	return rows;
}
