/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd_impl.h"

#include "nearest.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct cmd *const cmds[] = {
	&cmd_ls,     &cmd_tree,	      &cmd_nsproxy, &cmd_why,	  &cmd_dump,
	&cmd_graph,  &cmd_diff,	      &cmd_predict, &cmd_conform, &cmd_run,
	&cmd_doctor, &cmd_completion, &cmd_tui,	    &cmd_manpage,
};
const unsigned n_cmds = ARRAY_SIZE(cmds);

const struct cmd_option cmd_globals[] = {
	{"load", 0, "FILE", WORDS_FILE, "show a dump instead of this host; - is stdin"},
	{"no-kernel", 0, NULL, WORDS_NONE, "read /proc alone, without the kernel probe"},
	{"skip", 0, "PROBE", WORDS_PROBES, "leave out what these probes read (PROBE,PROBE...)"},
	{"strict", 0, NULL, WORDS_NONE, "exit with 3 when not all could be seen"},
	{"ascii", 0, NULL, WORDS_NONE, "ASCII only, whatever the locale"},
	{"color", 0, "WHEN", WORDS_WHEN, "auto, always or never; auto heeds NO_COLOR"},
	{"help", 'h', NULL, WORDS_NONE, "this help, or that of COMMAND"},
	{"version", 'V', NULL, WORDS_NONE, "version, and what it was built with"},
	{0},
};

#define OPTION_BASE   256 /* getopt's numbers for our rows; below are letters */
#define OPTION_GLOBAL 512 /* rows of cmd_globals */

/* ---- option tables for getopt_long ---- */

struct getopt_tables {
	struct option longs[2 * CMD_MAX_OPTIONS + 1];
	char shorts[4 * CMD_MAX_OPTIONS + 4];
	unsigned n_longs;
};

static void add_options(struct getopt_tables *t, const struct cmd_option *rows, int base)
{
	size_t n = strlen(t->shorts);

	for (int i = 0; rows && rows[i].name; i++) {
		t->longs[t->n_longs++] =
			(struct option){rows[i].name, rows[i].arg ? required_argument : no_argument,
					NULL, base + i};
		if (!rows[i].letter)
			continue;
		t->shorts[n++] = rows[i].letter;
		if (rows[i].arg)
			t->shorts[n++] = ':';
		t->shorts[n] = '\0';
	}
}

/* The number of the row that has this letter, or -1. */
static int row_of_letter(const struct cmd_option *rows, int letter)
{
	for (int i = 0; rows && rows[i].name; i++)
		if (rows[i].letter == letter)
			return i;
	return -1;
}

static int fail_option(const struct cmd_ctx *c, const char *typed, int letter)
{
	const struct cmd_option *tables[] = {c->cmd ? c->cmd->options : NULL, cmd_globals};
	char word[80] = "";
	struct nearest near = {.word = word};

	if (strncmp(typed, "--", 2) && letter && letter < OPTION_BASE)
		return cmd_usage(c, "there is no option -%c", letter);
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(typed + 2, "="), typed + 2);
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (int i = 0; tables[t] && tables[t][i].name; i++)
			nearest_try(&near, tables[t][i].name);
	if (near.best)
		return cmd_usage(c, "there is no option --%s; did you mean --%s?", word, near.best);
	return cmd_usage(c, "there is no option --%s", word);
}

static void set_value(struct cmd_ctx *c, int opt, const char *arg)
{
	int row;

	if (opt >= OPTION_GLOBAL)
		c->globals[opt - OPTION_GLOBAL] = arg ? arg : "";
	else if (opt >= OPTION_BASE)
		c->values[opt - OPTION_BASE] = arg ? arg : "";
	else if (c->cmd && (row = row_of_letter(c->cmd->options, opt)) >= 0)
		c->values[row] = arg ? arg : "";
	else
		c->globals[row_of_letter(cmd_globals, opt)] = arg ? arg : "";
}

/* Options up to the first other word, or among all words once the command is known. */
static int parse_options(struct cmd_ctx *c)
{
	struct getopt_tables t = {.shorts = {c->cmd ? ':' : '+', c->cmd ? '\0' : ':'}};
	int opt;

	if (c->cmd)
		add_options(&t, c->cmd->options, OPTION_BASE);
	add_options(&t, cmd_globals, OPTION_GLOBAL);
	opterr = 0;
	optind = 0;
	while ((opt = getopt_long(c->argc, c->argv, t.shorts, t.longs, NULL)) != -1) {
		if (opt == '?')
			return fail_option(c, c->argv[optind - 1], optopt);
		if (opt == ':')
			return cmd_usage(c, "%s needs an argument", c->argv[optind - 1]);
		set_value(c, opt, optarg);
	}
	c->argc -= optind;
	c->argv += optind;
	return CMD_YES;
}

const char *cmd_value(const struct cmd_ctx *c, const char *name)
{
	for (int i = 0; c->cmd && c->cmd->options && c->cmd->options[i].name; i++)
		if (!strcmp(c->cmd->options[i].name, name))
			return c->values[i];
	for (int i = 0; cmd_globals[i].name; i++)
		if (!strcmp(cmd_globals[i].name, name))
			return c->globals[i];
	abort(); /* a name that no table has: a slip in a command */
}

/* ---- the command ---- */

static const struct cmd *find_cmd(const char *name)
{
	for (unsigned i = 0; i < n_cmds; i++)
		if (!strcmp(cmds[i]->name, name))
			return cmds[i];
	return NULL;
}

static int fail_cmd(const struct cmd_ctx *c, const char *name)
{
	struct nearest near = {.word = name};

	for (unsigned i = 0; i < n_cmds; i++)
		if (!cmds[i]->is_hidden)
			nearest_try(&near, cmds[i]->name);
	if (near.best)
		return cmd_usage(c, "there is no command %s; did you mean %s?", name, near.best);
	return cmd_usage(c, "there is no command %s", name);
}

/* Without a command: the screen on a terminal, the tree where there is none. */
static const struct cmd *default_cmd(void)
{
	const struct cmd *tui = find_cmd("tui");

	return tui && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? tui : &cmd_tree;
}

static int check_color(const struct cmd_ctx *c)
{
	const char *when = cmd_value(c, "color");

	for (unsigned i = 0; when && cmd_word(WORDS_WHEN, i); i++)
		if (!strcmp(when, cmd_word(WORDS_WHEN, i)))
			return CMD_YES;
	return when ? cmd_usage(c, "--color is auto, always or never, not %s", when) : CMD_YES;
}

static int run(struct cmd_ctx *c)
{
	bool is_bare;
	int status = parse_options(c);

	if (status != CMD_YES)
		return status;
	is_bare = !c->argc;
	if (!is_bare && !(c->cmd = find_cmd(c->argv[0])))
		return fail_cmd(c, c->argv[0]);
	if (is_bare && cmd_value(c, "help"))
		return cmd_help(c);
	if (cmd_value(c, "version"))
		return cmd_version(c);
	if (is_bare)
		c->cmd = default_cmd();
	else if ((status = parse_options(c)) != CMD_YES)
		return status;
	if (cmd_value(c, "help"))
		return cmd_help(c);
	if (c->argc && !c->cmd->args)
		return cmd_usage(c, "takes no argument: %s", c->argv[0]);
	if ((status = check_color(c)) != CMD_YES)
		return status;
	c->cs = text_init(cmd_value(c, "ascii"));
	return c->cmd->run(c);
}

int cmd_main(int argc, char **argv)
{
	struct cmd_ctx c = {.argc = argc, .argv = argv};

	/* A reader that goes away is an error of write(2), not a signal. */
	signal(SIGPIPE, SIG_IGN);
	text_init(false);
	return run(&c);
}

int cmd_fail(const struct cmd_ctx *c, const struct err *e)
{
	fprintf(stderr, "nscope%s%s: %s\n", c->cmd ? " " : "", c->cmd ? c->cmd->name : "", e->msg);
	return CMD_TROUBLE;
}

int cmd_usage(const struct cmd_ctx *c, const char *fmt, ...)
{
	struct err e;
	char what[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_set(&e, 0, "%s", what);
	cmd_fail(c, &e);
	fprintf(stderr, "Try 'nscope %s%s--help'.\n", c->cmd ? c->cmd->name : "",
		c->cmd ? " " : "");
	return CMD_TROUBLE;
}

bool cmd_filter(const struct cmd_ctx *c, enum row_of of, struct filter **f)
{
	struct strbuf text = {0};
	struct err e;

	*f = NULL;
	for (int i = 0; i < c->argc; i++)
		strbuf_printf(&text, "%s%s", i ? " " : "", c->argv[i]);
	if (text.n)
		*f = filter_parse(of, text.s, &e);
	if (text.n && !*f)
		cmd_fail(c, &e);
	strbuf_free(&text);
	return !c->argc || *f;
}
