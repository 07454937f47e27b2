/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "command.h"
#include "director.h"
#include "feed.h"
#include "loop.h"
#include "terminal.h"
#include "tui.h"
#include "ui.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_SIDE  1000 /* columns or rows that --size takes */
#define AUTO_MSEC 5000 /* of a step that nobody presses a key for */

static bool parse_size(const char *text, unsigned *w, unsigned *h)
{
	char end;

	return sscanf(text, "%4ux%4u%c", w, h, &end) == 2 && *w && *h && *w <= MAX_SIDE &&
	       *h <= MAX_SIDE;
}

/* All that the screen may show, for it is read once. */
static const struct snap *read_once(struct cmd_ctx *c)
{
	struct probe_want want = {.facts = TASK_STAT | TASK_UID | TASK_CGROUP | TASK_PIDS |
					   TASK_CMDLINE};

	return cmd_read(c, &want);
}

/* One run of the interface: with test processes, unless that was asked not to be. */
struct tui {
	struct cmd_ctx *c;
	struct strbuf file;
	struct director *director; /* NULL: nothing may act */
	const struct scenario *scenario;
	struct ui *ui;
};

static void open_ui(struct tui *t, unsigned w, unsigned h)
{
	const char *path = cmd_value(t->c, "load");
	struct ui_options opt = {.cs = t->c->cs, .has_stage = t->director};
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (path) {
		text_safe(&t->file, (struct raw){slash ? slash + 1 : path}, t->c->cs);
		opt.file = t->file.s;
	}
	if (t->director)
		opt.scenarios = director_scenarios(&opt.n_scenarios);
	t->ui = ui_new(&opt, w, h);
}

static struct ui_stage *stage_of(const struct tui *t)
{
	return t->director ? &t->director->ui : NULL;
}

/* The scenario, and the keys that were asked for. */
static void begin(struct tui *t)
{
	const char *keys = cmd_value(t->c, "keys");

	if (t->scenario) {
		ui_play(t->ui, "6", NULL);
		director_start(t->director, t->ui, t->scenario);
	}
	ui_play(t->ui, keys ? keys : "", stage_of(t));
}

static void close_ui(struct tui *t)
{
	ui_free(t->ui);
	if (t->director)
		director_end(t->director);
	strbuf_free(&t->file);
}

/* The final screen as text, without a terminal. The model alone looks at no host. */
static int print_screen(struct tui *t, unsigned w, unsigned h)
{
	bool has_host = !t->director || !t->director->is_model_only;
	const struct snap *s = has_host ? read_once(t->c) : NULL;
	struct strbuf out = {0};
	struct canvas canvas = {0};
	int status;

	if (has_host && !s)
		return CMD_TROUBLE;
	open_ui(t, w, h);
	if (s)
		ui_set_snap(t->ui, s);
	begin(t);
	ui_draw(t->ui, &canvas);
	canvas_dump(&canvas, &out);
	if (cmd_value(t->c, "roles"))
		canvas_dump_roles(&canvas, &out);
	status = cmd_write(t->c, &out);
	close_ui(t);
	canvas_free(&canvas);
	strbuf_free(&out);
	return status;
}

static int list_keys(const struct cmd_ctx *c)
{
	struct strbuf out = {0};
	int status;

	command_write_table(&out);
	status = cmd_write(c, &out);
	strbuf_free(&out);
	return status;
}

static enum term_colour wanted_colour(const struct cmd_ctx *c)
{
	const char *when = cmd_value(c, "color"), *no = getenv("NO_COLOR");

	if (when && !strcmp(when, "never"))
		return TERM_NO_COLOUR;
	if (!(when && !strcmp(when, "always")) && no && *no)
		return TERM_NO_COLOUR;
	return TERM_COLOUR;
}

static int run_terminal(struct tui *t)
{
	const struct snap *s = NULL;
	struct feed *feed = NULL;
	struct cmd_ctx *c = t->c;
	struct terminal *term;
	struct err e;
	uint32_t skip;
	int res;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return cmd_usage(c, "needs a terminal; nscope tree prints text, and --screen one "
				    "screen");
	if (!cmd_skip(c, &skip))
		return CMD_TROUBLE;
	if (cmd_value(c, "load") && !(s = read_once(c)))
		return CMD_TROUBLE;
	term = term_open(wanted_colour(c), &e);
	if (!term) {
		snap_unref(s);
		return cmd_fail(c, &e);
	}
	open_ui(t, term_width(term), term_height(term));
	if (s)
		ui_set_snap(t->ui, s);
	else
		feed = feed_start(skip);
	begin(t);
	res = ui_run(t->ui, term, feed ? feed_ui(feed) : NULL, stage_of(t), &e);
	term_close(term);
	feed_stop(feed);
	close_ui(t);
	return res < 0 ? cmd_fail(c, &e) : CMD_YES;
}

static int run_tui(struct tui *t)
{
	struct cmd_ctx *c = t->c;
	const char *size = cmd_value(c, "size");
	unsigned w = 80, h = 24;

	if (size && !parse_size(size, &w, &h))
		return cmd_usage(c, "--size is like 80x24, at most %dx%d, not %s", MAX_SIDE,
				 MAX_SIDE, size);
	if (cmd_value(c, "screen") || cmd_value(c, "roles"))
		return print_screen(t, w, h);
	if (size)
		return cmd_usage(c, "--size is for --screen; a terminal has its own size");
	return run_terminal(t);
}

int tui_run_scenario(struct cmd_ctx *c, const struct scenario *s, const struct rules *rules,
		     bool is_model_only)
{
	struct director d;
	struct tui t = {.c = c, .director = &d, .scenario = s};

	director_init(&d);
	d.rules = rules;
	d.is_model_only = is_model_only;
	d.has_probe = !cmd_value(c, "no-kernel");
	d.ui.every_msec = cmd_value(c, "auto") ? AUTO_MSEC : 0;
	return run_tui(&t);
}

static int run(struct cmd_ctx *c)
{
	struct director d;
	struct tui t = {.c = c};

	if (cmd_value(c, "list-keys"))
		return list_keys(c);
	director_init(&d);
	d.has_probe = !cmd_value(c, "no-kernel");
	if (!cmd_value(c, "load") && !cmd_value(c, "readonly"))
		t.director = &d;
	return run_tui(&t);
}

static const struct cmd_option options[] = {
	{"screen", 0, NULL, WORDS_NONE, "print one screen as text, without a terminal"},
	{"roles", 0, NULL, WORDS_NONE, "print it, and below it what each cell means"},
	{"size", 0, "WxH", WORDS_NONE, "size of that screen; 80x24 without it"},
	{"keys", 0, "KEYS", WORDS_NONE, "press these keys first: 'j j Enter', '/ nginx Enter'"},
	{"readonly", 0, NULL, WORDS_NONE, "look only: no Lab, no test processes, no actions"},
	{"list-keys", 0, NULL, WORDS_NONE, "print all keys and the names of what they do"},
	{0},
};

static const char *const examples[] = {
	"nscope tui                             # the same as nscope on a terminal",
	"nscope tui --load host.json            # look at a dump",
	"nscope tui --readonly                  # nothing can be started or changed",
	"nscope tui --screen --size 120x40 --keys 2  # a screen for a slide",
	NULL,
};

const struct cmd cmd_tui = {
	.name = "tui",
	.help = "Look at a host, live or from a dump, on the whole screen",
	.options = options,
	.examples = examples,
	.run = run,
};
