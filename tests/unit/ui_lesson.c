/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ui_lesson.h"

#include "lab/scenario.h"

static const struct stage_act acts[] = {
	{.text = "a: unshare(CLONE_NEWUTS)", .ask = "Count?", .tell = "1."},
	{.text = "a: b = fork()",
	 .ask = "Which counts go up?",
	 .tell = "copy_namespaces() found no flag.",
	 .see = {"nsproxy(b) == nsproxy(a)", "count(nsproxy(a)) = 2"}},
	{.text = "a: t = clone(CLONE_THREAD|CLONE_SIGHAND|CLONE_VM)", .ask = "And a thread?"},
	{.text = "b: unshare(CLONE_NEWIPC)", .ask = "And now?", .tell = "Two sets."},
	{0},
};

static const struct scenario scene = {
	.name = "shares", .title = "Who shares what", .start = START_ADMIN, .acts = acts};

static struct stage *open_stage(enum stage_start start)
{
	struct stage_options opt = {
		.rules = rules_find("current"), .start = start, .is_model_only = true};
	struct err e;
	struct stage *st = stage_open(&opt, &e);

	if (!st)
		abort();
	return st;
}

static void do_next(struct ui_lesson *u)
{
	struct err e;
	const struct lesson *model, *kernel;
	struct lesson_moment *m;

	if (stage_do(u->stages[0], &u->scenario->acts[u->lesson.moments.n - 1], &e) ||
	    stage_do(u->stages[1], &u->scenario->acts[u->lesson.moments.n - 1], &e))
		abort();
	model = stage_lesson(u->stages[0]);
	kernel = stage_lesson(u->stages[1]);
	m = lesson_add(&u->lesson);
	*m = model->moments.items[u->lesson.moments.n - 1];
	m->kernel = kernel->moments.items[u->lesson.moments.n - 1].model;
	m->kernel_snap = kernel->moments.items[u->lesson.moments.n - 1].model_snap;
	for (uint32_t i = 0; i < m->actors.n; i++)
		m->actors.items[i].kernel_tid = m->actors.items[i].model_tid;
}

static void begin(struct ui_lesson *u)
{
	const struct lesson_moment *start;
	unsigned n;

	u->scenario = &scene;
	n = scenario_n_acts(u->scenario);
	for (unsigned i = 0; i < n; i++)
		u->script[i] = (struct lesson_next){
			u->scenario->acts[i].text,
			u->scenario->acts[i].ask ? u->scenario->acts[i].ask : ""};
	for (int w = 0; w < 2; w++)
		u->stages[w] = open_stage(u->scenario->start);
	u->lesson = (struct lesson){.name = u->scenario->name,
				    .title = u->scenario->title,
				    .rules = "current",
				    .script = u->script,
				    .n_script = n,
				    .has_kernel = true,
				    .has_counts = true};
	start = &stage_lesson(u->stages[0])->moments.items[0];
	*lesson_add(&u->lesson) = *start;
	u->lesson.moments.items[0].kernel_snap = start->model_snap;
	for (uint32_t i = 0; i < start->actors.n; i++)
		start->actors.items[i].kernel_tid = start->actors.items[i].model_tid;
}

static void run(struct ui_stage *stage, struct ui *ui, const struct ui_request *r)
{
	struct ui_lesson *u = (struct ui_lesson *)stage;

	u->last = r->kind;
	u->n_requests++;
	free(u->text);
	u->text = xstrdup(r->text);
	if (r->kind == REQUEST_NEXT && u->lesson.moments.n <= u->lesson.n_script)
		do_next(u);
	ui_set_lesson(ui, &u->lesson);
	if (r->kind == REQUEST_PREDICT)
		ui_set_prediction(ui, &u->lesson.moments.items[u->lesson.moments.n - 1], NULL);
}

void ui_lesson_open(struct ui_lesson *u)
{
	*u = (struct ui_lesson){.stage = {.run = run}};
	begin(u);
}

void ui_lesson_close(struct ui_lesson *u)
{
	free(u->lesson.moments.items);
	free(u->text);
	for (int w = 0; w < 2; w++)
		stage_close(u->stages[w]);
}
