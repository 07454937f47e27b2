/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "lab/scenario.h"
#include "theatre.h"
#include "tui.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct run {
	struct cmd_ctx *c;
	const struct rules *rules; /* NULL: this kernel's */
	bool is_model_only, has_source;
	bool is_asking; /* between question and answer somebody thinks */
	bool is_left;
	struct strbuf out;
	unsigned n_good, n_bad, n_not_run;
};

/* ---- text ---- */

/* Words, folded at 78 columns; the mark stands before the first line. */
static void put_words(struct strbuf *out, const char *mark, const char *text)
{
	size_t room = 78 - 6;

	while (*text) {
		size_t n = strlen(text);

		if (n > room) {
			for (n = room; n && text[n] != ' '; n--)
				;
			n = n ?: room;
		}
		strbuf_printf(out, "%5s %.*s\n", mark, (int)n, text);
		text += n + strspn(text + n, " ");
		mark = "";
	}
}

static const char *result_word(const struct lesson_result *r)
{
	if (r->side == SIDE_NO_RULE)
		return "nothing changes";
	return r->ret < 0 ? strerrorname_np(-r->ret) : "ok";
}

static void put_results(struct strbuf *out, const struct lesson_moment *m)
{
	strbuf_printf(out, "      model: %s", result_word(&m->model));
	if (m->kernel.side != SIDE_OFF)
		strbuf_printf(out, ", kernel: %s", result_word(&m->kernel));
	strbuf_puts(out, "\n");
}

/* In each world that runs: yes, NO, or ? where it cannot be known. */
static void put_checks(struct strbuf *out, const struct lesson_moment *m)
{
	static const char *const words[] = {
		[LESSON_UNKNOWN] = "?", [LESSON_YES] = "yes", [LESSON_NO] = "NO"};

	for (uint32_t i = 0; i < m->checks.n; i++) {
		const struct lesson_check *k = &m->checks.items[i];

		strbuf_printf(out, "      %-36s model %-3s", k->text, words[k->model]);
		if (m->kernel.side != SIDE_OFF)
			strbuf_printf(out, " kernel %s", words[k->kernel]);
		while (out->s[out->n - 1] == ' ')
			out->s[--out->n] = '\0';
		strbuf_puts(out, "\n");
	}
}

static void put_says(struct strbuf *out, const char *says)
{
	while (*says) {
		size_t n = strcspn(says, "\n");

		strbuf_printf(out, "      | %.*s\n", (int)n, says);
		says += n + (says[n] == '\n');
	}
}

static void put_refusal(struct strbuf *out, const struct lesson_moment *m)
{
	const struct step *s = trace_refusal(&m->trace);

	if (!s)
		return;
	strbuf_printf(out, "      refused by %s() in %s: ", s->func, s->file);
	strbuf_printf(out, "%s\n", s->why);
}

static void put_source(struct strbuf *out, const struct trace *t)
{
	for (uint32_t i = 0; i < t->steps.n; i++) {
		const struct step *s = &t->steps.items[i];

		strbuf_printf(out, "      %s %s(), %s: %s\n",
			      s->err	   ? "!"
			      : s->is_undo ? "<"
					   : "-",
			      s->func, s->file, s->why);
		for (uint32_t k = 0; k < s->n_changes; k++) {
			const struct change *c = &t->changes.items[s->first_change + k];

			strbuf_printf(out, "          %s: %s ", c->label, c->field);
			if (c->is_link)
				strbuf_printf(out, "%s -> %s\n", c->was_text, c->now_text);
			else
				strbuf_printf(out, "%lld -> %lld\n", (long long)c->was,
					      (long long)c->now);
		}
	}
}

static void put_moment(struct run *r, const struct lesson_moment *m)
{
	struct strbuf *out = &r->out;

	put_results(out, m);
	put_refusal(out, m);
	put_says(out, m->says);
	put_checks(out, m);
	if (r->has_source)
		put_source(out, &m->trace);
	if (*m->refuser)
		strbuf_printf(out, "      %s: %s\n", m->refuser, m->difference);
	else if (*m->difference)
		strbuf_printf(out, "      DIFFERENCE: %s\n", m->difference);
	put_words(out, "=>", m->tell);
}

/* ---- one scenario ---- */

static int flush_run(struct run *r)
{
	int status = cmd_write(r->c, &r->out);

	r->out.n = 0;
	return status;
}

/* Somebody reads: the answer waits for Enter. False when they have had enough. */
static bool wait_for_reader(struct run *r)
{
	char line[64] = "";

	if (!r->is_asking)
		return true;
	strbuf_puts(&r->out, "      (Enter: go on, q: leave) ");
	if (flush_run(r) != CMD_YES || !fgets(line, sizeof(line), stdin))
		return false;
	return *line != 'q';
}

static const struct lesson_moment *last_moment(const struct stage *st)
{
	const struct lesson *l = stage_lesson(st);

	return &l->moments.items[l->moments.n - 1];
}

static int play(struct run *r, const struct scenario *s, struct stage *st, struct err *e)
{
	unsigned n = scenario_n_acts(s);

	for (unsigned i = 0; i < n; i++) {
		int err;

		if (s->acts[i].ask)
			put_words(&r->out, "?", s->acts[i].ask);
		strbuf_printf(&r->out, "%2u/%-2u %s", i + 1, n, s->acts[i].text);
		strbuf_printf(&r->out, s->acts[i].times ? "  %u times\n" : "\n", s->acts[i].times);
		if (!wait_for_reader(r))
			return -ECANCELED;
		err = stage_do(st, &s->acts[i], e);
		if (err)
			return err;
		put_moment(r, last_moment(st));
		if (!lesson_is_good(last_moment(st)))
			return 1;
	}
	return 0;
}

static void put_not_run(struct run *r, const struct scenario *s, const char *why)
{
	strbuf_printf(&r->out, "%s: not run here: %s\n\n", s->name, why);
	r->n_not_run++;
}

/* Not by the rules, but by a filter: that is no failure. */
static void put_refused(struct run *r, const struct scenario *s, const struct lesson_moment *m)
{
	struct strbuf why = {0};

	strbuf_printf(&why, "%s: %s", m->refuser, m->difference);
	put_not_run(r, s, why.s);
	strbuf_free(&why);
}

static void run_one(struct run *r, const struct scenario *s)
{
	struct theatre t;
	struct err e;
	int err;

	strbuf_printf(&r->out, "%s: %s\n", s->name, s->title);
	put_words(&r->out, "", s->goal);
	err = scenario_can_run(s, r->is_model_only, r->rules, &e) ? 0 : -ENOTSUP;
	if (!err)
		err = theatre_open(&t, r->rules, s->start, r->is_model_only,
				   !cmd_value(r->c, "no-kernel"), &e);
	if (err) {
		put_not_run(r, s, e.msg);
		return;
	}
	err = play(r, s, t.st, &e);
	if (err > 0 && *last_moment(t.st)->refuser) {
		put_refused(r, s, last_moment(t.st));
		theatre_close(&t);
		return;
	}
	theatre_close(&t);
	if (err == -ECANCELED) {
		r->is_left = true;
		return;
	}
	if (err < 0)
		strbuf_printf(&r->out, "      FAILED: %s\n", e.msg);
	strbuf_printf(&r->out, "%s: %s\n\n", s->name,
		      err ? "model and kernel do not agree" : "as expected");
	if (err)
		r->n_bad++;
	else
		r->n_good++;
}

/* ---- the command ---- */

static int list(const struct cmd_ctx *c)
{
	struct strbuf out = {0};
	int status;

	for (unsigned i = 0; i < n_scenarios; i++)
		strbuf_printf(&out, "%-24s %s\n", scenarios[i]->name, scenarios[i]->title);
	status = cmd_write(c, &out);
	strbuf_free(&out);
	return status;
}

static int run_all(struct run *r)
{
	for (unsigned i = 0; i < n_scenarios && !r->is_left; i++) {
		int status;

		run_one(r, scenarios[i]);
		status = flush_run(r);
		if (status != CMD_YES)
			return status;
	}
	strbuf_printf(&r->out, "%u scenarios as expected, %u not, %u cannot run here\n", r->n_good,
		      r->n_bad, r->n_not_run);
	return flush_run(r);
}

static bool wants_screen(const struct cmd_ctx *c)
{
	if (cmd_value(c, "screen") || cmd_value(c, "roles"))
		return true;
	return !cmd_value(c, "plain") && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int run_named(struct run *r, const char *name)
{
	struct err e;
	const struct scenario *s = scenario_find(name, &e);

	if (!s)
		return cmd_usage(r->c, "%s", e.msg);
	if (wants_screen(r->c))
		return tui_run_scenario(r->c, s, r->rules, r->is_model_only);
	run_one(r, s);
	return flush_run(r);
}

static int run(struct cmd_ctx *c)
{
	struct run r = {.c = c,
			.is_model_only = cmd_value(c, "model"),
			.has_source = cmd_value(c, "source"),
			.is_asking = !cmd_value(c, "auto") && isatty(STDIN_FILENO) &&
				     isatty(STDOUT_FILENO)};
	const char *rules = cmd_value(c, "rules");
	int status;

	if (cmd_value(c, "list"))
		return list(c);
	if (cmd_value(c, "load"))
		return cmd_usage(c, "acts on this host, not on a dump");
	if (rules && !(r.rules = rules_find(rules)))
		return cmd_usage(c, "there are no rules %s", rules);
	if (r.rules && !r.is_model_only)
		return cmd_usage(c, "--rules is for --model");
	if (!cmd_value(c, "all") == !c->argc || c->argc > 1)
		return cmd_usage(c,
				 "takes the name of a scenario; --list tells them, --all runs all");
	status = c->argc ? run_named(&r, c->argv[0]) : run_all(&r);
	strbuf_free(&r.out);
	if (status != CMD_YES)
		return status;
	return r.n_bad || (c->argc && r.n_not_run) ? CMD_NO : CMD_YES;
}

static const struct cmd_option options[] = {
	{"list", 0, NULL, WORDS_NONE, "a line for each scenario"},
	{"all", 0, NULL, WORDS_NONE, "all scenarios, one after the other"},
	{"auto", 0, NULL, WORDS_NONE, "go on without waiting for a key"},
	{"plain", 0, NULL, WORDS_NONE, "text, for pipes and screen readers"},
	{"model", 0, NULL, WORDS_NONE, "the model alone: needs no rights and makes no process"},
	{"rules", 0, "RULES", WORDS_NONE, "of --model: current, 6.1 or 4.4"},
	{"screen", 0, NULL, WORDS_NONE, "print one screen of the Lab as text, without a terminal"},
	{"roles", 0, NULL, WORDS_NONE, "print it, and below it what each cell means"},
	{"size", 0, "WxH", WORDS_NONE, "size of that screen; 80x24 without it"},
	{"keys", 0, "KEYS", WORDS_NONE, "press these keys first: 'n n h'"},
	{"source", 0, NULL, WORDS_NONE, "with each step of the kernel's functions"},
	{0},
};

static const char *const examples[] = {
	"nscope run --list                      # what there is",
	"nscope run uts-hostname                # step by step, on the whole screen",
	"nscope run --all --auto --plain        # all of them, as text; status 1 when one fails",
	"nscope run fork-shares --plain --model --rules 4.4  # as the old kernel did it",
	NULL,
};

const struct cmd cmd_run = {
	.name = "run",
	.args = "[SCENARIO]",
	.help = "Run a scenario on the model and on real test processes",
	.text = "Each step is made by the model and by test processes named _nscope-lab_, and both "
		"are compared: the answer, every slot, who shares an nsproxy and, with the kernel "
		"probe, every count. The test processes end with nscope, whatever happens. "
		"Status 1: something was not as the scenario says.",
	.options = options,
	.examples = examples,
	.run = run,
};
