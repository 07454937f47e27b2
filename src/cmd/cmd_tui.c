/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "command.h"
#include "feed.h"
#include "loop.h"
#include "terminal.h"
#include "ui.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_SIDE 1000 /* columns or rows that --size takes */

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

static struct ui *new_ui(const struct cmd_ctx *c, struct strbuf *file, unsigned w, unsigned h)
{
	const char *path = cmd_value(c, "load");
	struct ui_options opt = {.cs = c->cs};
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (path) {
		text_safe(file, (struct raw){slash ? slash + 1 : path}, c->cs);
		opt.file = file->s;
	}
	return ui_new(&opt, w, h);
}

/* The final screen as text, without a terminal. */
static int print_screen(struct cmd_ctx *c, unsigned w, unsigned h)
{
	const struct snap *s = read_once(c);
	const char *keys = cmd_value(c, "keys");
	struct strbuf out = {0}, file = {0};
	struct canvas canvas = {0};
	struct ui *ui;
	int status;

	if (!s)
		return CMD_TROUBLE;
	ui = new_ui(c, &file, w, h);
	ui_set_snap(ui, s);
	ui_play(ui, keys ? keys : "", NULL);
	ui_draw(ui, &canvas);
	canvas_dump(&canvas, &out);
	if (cmd_value(c, "roles"))
		canvas_dump_roles(&canvas, &out);
	status = cmd_write(c, &out);
	ui_free(ui);
	canvas_free(&canvas);
	strbuf_free(&out);
	strbuf_free(&file);
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

static int run_terminal(struct cmd_ctx *c)
{
	const struct snap *s = NULL;
	struct feed *feed = NULL;
	struct strbuf file = {0};
	struct terminal *term;
	struct err e;
	struct ui *ui;
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
	ui = new_ui(c, &file, term_width(term), term_height(term));
	if (s)
		ui_set_snap(ui, s);
	else
		feed = feed_start(skip);
	if (cmd_value(c, "keys"))
		ui_play(ui, cmd_value(c, "keys"), NULL);
	res = ui_run(ui, term, feed ? feed_ui(feed) : NULL, NULL, &e);
	term_close(term);
	feed_stop(feed);
	ui_free(ui);
	strbuf_free(&file);
	return res < 0 ? cmd_fail(c, &e) : CMD_YES;
}

static int run(struct cmd_ctx *c)
{
	const char *size = cmd_value(c, "size");
	unsigned w = 80, h = 24;

	if (size && !parse_size(size, &w, &h))
		return cmd_usage(c, "--size is like 80x24, at most %dx%d, not %s", MAX_SIDE,
				 MAX_SIDE, size);
	if (cmd_value(c, "list-keys"))
		return list_keys(c);
	if (cmd_value(c, "screen") || cmd_value(c, "roles"))
		return print_screen(c, w, h);
	if (size)
		return cmd_usage(c, "--size is for --screen; a terminal has its own size");
	return run_terminal(c);
}

static const struct cmd_option options[] = {
	{"screen", 0, NULL, WORDS_NONE, "print one screen as text, without a terminal"},
	{"roles", 0, NULL, WORDS_NONE, "print it, and below it what each cell means"},
	{"size", 0, "WxH", WORDS_NONE, "size of that screen; 80x24 without it"},
	{"keys", 0, "KEYS", WORDS_NONE, "press these keys first: 'j j Enter', '/ nginx Enter'"},
	{"list-keys", 0, NULL, WORDS_NONE, "print all keys and the names of what they do"},
	{0},
};

static const char *const examples[] = {
	"nscope tui                             # the same as nscope on a terminal",
	"nscope tui --load host.json            # look at a dump",
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
