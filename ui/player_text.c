/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Lab in words: the question, the answers of both worlds, what was checked and printed. */
#include "player.h"

#include "ui_impl.h"

#include <stdio.h>
#include <string.h>

void player_result_text(struct strbuf *out, const struct lesson_result *r)
{
	const char *name = r->side == SIDE_DONE && r->ret < 0 ? strerrorname_np(-r->ret) : NULL;

	if (r->side == SIDE_OFF)
		strbuf_puts(out, "(off)");
	else if (r->side == SIDE_NO_RULE)
		strbuf_puts(out, "nothing changes");
	else if (name)
		strbuf_puts(out, name);
	else
		strbuf_printf(out, "%ld", r->ret);
}

/* ---- the answers ---- */

static void put_result(struct strbuf *out, const struct lesson_result *r)
{
	strbuf_puts(out, r->side == SIDE_DONE && r->ret >= 0 ? "ok, returns " : "");
	player_result_text(out, r);
}

static void add_model(struct page *p, const struct lesson_moment *m)
{
	const struct step *refusal = trace_refusal(&m->trace);
	struct strbuf line = {0};

	if (m->model.side == SIDE_NO_RULE) {
		page_add_key(p, "model", "nothing changes that it knows of");
		return;
	}
	put_result(&line, &m->model);
	if (m->model.ret < 0 && refusal)
		strbuf_printf(&line, ": %s() in %s refuses: %s", refusal->func, refusal->file,
			      refusal->why);
	page_add_key(p, "model", "%s", line.s);
	strbuf_free(&line);
	if (m->model.ret < 0 && m->trace.advice)
		page_add_key(p, "to do", "%s", m->trace.advice);
}

static bool is_same_answer(const struct lesson_moment *m)
{
	long a = m->model.ret, b = m->kernel.ret;

	return a == b || (a >= 0 && b >= 0);
}

static void add_kernel(struct page *p, const struct lesson_moment *m)
{
	struct strbuf line = {0};

	put_result(&line, &m->kernel);
	if (m->model.side == SIDE_DONE && is_same_answer(m))
		strbuf_puts(&line, ", as the model said");
	else if (m->model.side == SIDE_DONE && *m->difference)
		strbuf_puts(&line, ", NOT as the model said");
	else if (m->model.side == SIDE_DONE)
		strbuf_puts(&line, ": this host cannot do it, and it is left out");
	page_add_key(p, "kernel", "%s", line.s);
	strbuf_free(&line);
}

void player_add_answer(struct page *p, const struct lesson_moment *m, bool is_prediction)
{
	unsigned keep = p->key_width;

	p->key_width = 8;
	if (m->model.side != SIDE_OFF)
		add_model(p, m);
	/* Once the kernel has answered nobody needs to doubt. */
	for (uint32_t i = 0; is_prediction && i < m->trace.doubts.n; i++)
		page_add_key(p, "unsure", "%s", m->trace.doubts.items[i].text);
	if (!is_prediction && m->kernel.side != SIDE_OFF)
		add_kernel(p, m);
	p->key_width = keep;
}

/* ---- checks, and what was printed ---- */

static bool is_no(const struct lesson_check *c)
{
	return c->model == LESSON_NO || c->kernel == LESSON_NO;
}

/* Those that hold, as many on a line as fit. */
static void add_good_checks(struct page *p, const struct lesson_moment *m)
{
	struct strbuf line = {0};

	strbuf_add(&line, "", 0);
	for (uint32_t i = 0; i < m->checks.n; i++) {
		const struct lesson_check *c = &m->checks.items[i];
		const char *sign = c->model == LESSON_YES || c->kernel == LESSON_YES ? "yes" : "?";

		if (is_no(c))
			continue;
		if (line.n && text_width(line.s) + text_width(c->text) + 8 > p->width) {
			page_add(p, ROLE_PLAIN, "%s", line.s);
			line.n = 0;
		}
		strbuf_printf(&line, "%s%s %s", line.n ? "   " : "", sign, c->text);
	}
	if (line.n)
		page_add(p, ROLE_PLAIN, "%s", line.s);
	strbuf_free(&line);
}

/* What must not be overlooked. */
static void add_difference(struct page *p, const struct lesson_moment *m)
{
	if (*m->refuser)
		page_add(p, ROLE_ERROR, "not done: %s: %s", m->refuser, m->difference);
	else if (*m->difference)
		page_add(p, ROLE_ERROR, "error: this is a bug in nscope: %s", m->difference);
}

static void add_bad_checks(struct page *p, const struct lesson_moment *m)
{
	static const char *const words[] = {"not known", "yes", "NO"};

	for (uint32_t i = 0; i < m->checks.n; i++) {
		const struct lesson_check *c = &m->checks.items[i];

		if (is_no(c))
			page_add(p, ROLE_ERROR, "error: not so: %s  (model: %s, kernel: %s)",
				 c->text, words[c->model], words[c->kernel]);
	}
}

static void add_lines(struct page *p, const char *key, const char *text)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *rest = copy, *line;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			page_add_key(p, key, "%s", line);
}

/* ---- steps ---- */

void player_add_steps(struct page *p, const struct lesson_moment *m)
{
	unsigned keep = p->key_width;

	p->key_width = 5;
	for (uint32_t i = 0; i < m->trace.steps.n; i++) {
		const struct step *s = &m->trace.steps.items[i];
		const char *mark = s->err ? "!" : s->is_undo ? "<" : " ";
		char key[16];

		snprintf(key, sizeof(key), "%3u%s", i + 1, mark);
		page_add_key(p, key, "%s(): %s", s->func, s->why);
	}
	p->key_width = keep;
}

/* ---- the page ---- */

static void add_question(const struct ui *ui, struct page *p, const struct lesson_next *q)
{
	bool is_done = ui->lab.at + 1 < ui->lab.lesson->moments.n;

	page_add(p, ROLE_TITLE, "%s", q->act);
	if (*q->ask)
		page_add(p, ROLE_PLAIN, "%s", q->ask);
	page_add(p, ROLE_DIM,
		 !*q->ask  ? "n does it."
		 : is_done ? "What do you expect?  n shows the answer."
			   : "What do you expect?  n does it, and shows what happens.");
}

/* For the back row: the result is in the head. */
static void add_short_answer(struct page *p, const struct lesson_moment *m)
{
	const struct step *refusal = trace_refusal(&m->trace);

	page_add(p, ROLE_TITLE, "%s", m->act);
	add_difference(p, m);
	add_bad_checks(p, m);
	if (refusal)
		page_add(p, ROLE_PLAIN, "%s(): %s", refusal->func, refusal->why);
	add_lines(p, "prints", m->says);
	if (*m->tell)
		page_add(p, ROLE_PLAIN, "%s", m->tell);
}

static void add_answer(const struct player_ui *lab, struct page *p, const struct lesson_moment *m)
{
	page_add(p, ROLE_TITLE, "%s", m->act);
	add_difference(p, m);
	add_bad_checks(p, m);
	player_add_answer(p, m, false);
	add_good_checks(p, m);
	p->key_width = 8;
	add_lines(p, "prints", m->says);
	if (*m->tell)
		page_add(p, ROLE_PLAIN, "%s", m->tell);
	if (lab->lesson->n_script && lab->at == lab->lesson->n_script)
		page_add(p, ROLE_DIM, "That was the last step.  o: other scenarios.");
}

static void add_start(const struct player_ui *lab, struct page *p)
{
	if (lab->lesson->n_script)
		page_add(p, ROLE_DIM, "The start.  n goes on.");
	else
		page_add(p, ROLE_PLAIN,
			 "The lab has started: a is a test process of nscope. The key a lets it "
			 "clone, unshare, enter namespaces and more; :do takes any act.");
}

static void add_intro(const struct ui *ui, struct page *p)
{
	page_add(p, ROLE_PLAIN,
		 "The Lab: test processes that nscope starts, and beside them a model of the "
		 "kernel that says before each call what will happen. Nothing else on this host is "
		 "touched, and they end with nscope.");
	page_add(p, ROLE_PLAIN, " ");
	page_add_key(p, "a", "starts the lab and shows what its first process can do");
	if (ui->opt.n_scenarios)
		page_add_key(p, "Enter", "plays the scenario below that is chosen with j and k");
}

void player_page(const struct ui *ui, struct page *p)
{
	const struct player_ui *lab = &ui->lab;
	const struct lesson_moment *m = player_moment(lab);
	const struct lesson_next *q = player_question(lab);

	p->key_width = 8;
	p->is_flush = true;
	if (lab->lesson && lab->lesson->refusal)
		page_add(p, ROLE_WARN, "This cannot run here: %s", lab->lesson->refusal);
	if (!lab->lesson)
		add_intro(ui, p);
	else if (q)
		add_question(ui, p, q);
	else if (m && lab->at && ui->is_presenting && !ui->is_detail_open)
		add_short_answer(p, m);
	else if (m && lab->at)
		add_answer(lab, p, m);
	else if (m)
		add_start(lab, p);
}
