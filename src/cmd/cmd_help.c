/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --help and --version, from the tables. */
#include "cmd_impl.h"

#include <stdio.h>
#include <string.h>

static void put_options(struct strbuf *out, const struct cmd_option *options)
{
	for (; options && options->name; options++) {
		char word[64];

		if (options->letter)
			snprintf(word, sizeof(word), "-%c, --%s%s%s", options->letter,
				 options->name, options->arg ? " " : "",
				 options->arg ? options->arg : "");
		else
			snprintf(word, sizeof(word), "    --%s%s%s", options->name,
				 options->arg ? " " : "", options->arg ? options->arg : "");
		strbuf_printf(out, "  %-24s %s\n", word, options->help);
	}
}

static void put_examples(struct strbuf *out, const char *const *examples)
{
	for (; examples && *examples; examples++)
		strbuf_printf(out, "  %s\n", *examples);
}

static void help_all(struct strbuf *out)
{
	static const char *const examples[] = {
		"nscope ls type = net and nprocs = 0   # network namespaces that no process is in",
		"nscope tree --by nsproxy              # which tasks share a set of namespaces",
		"nscope dump -o host.json; nscope tree --load host.json",
		NULL,
	};

	strbuf_puts(
		out,
		"Usage: nscope [OPTION...] [COMMAND] [ARGUMENT...]; without COMMAND the screen, "
		"or on a pipe the tree\n");
	for (unsigned i = 0; i < n_cmds; i++) {
		char word[64];

		if (cmds[i]->is_hidden)
			continue;
		snprintf(word, sizeof(word), "%s %s", cmds[i]->name,
			 cmds[i]->args ? cmds[i]->args : "");
		strbuf_printf(out, "  %-24s %s\n", word, cmds[i]->help);
	}
	put_options(out, cmd_globals);
	put_examples(out, examples);
}

static void help_one(struct strbuf *out, const struct cmd *cmd)
{
	strbuf_printf(out, "Usage: nscope %s%s%s%s\n%s.\n", cmd->name,
		      cmd->options ? " [OPTION...]" : "", cmd->args ? " " : "",
		      cmd->args ? cmd->args : "", cmd->help);
	put_options(out, cmd->options);
	if (cmd->examples)
		strbuf_puts(out, "Examples:\n");
	put_examples(out, cmd->examples);
	for (int i = 0; cmd->options && cmd->options[i].name; i++) {
		if (cmd->options[i].words != WORDS_NS_COLUMNS)
			continue;
		strbuf_puts(out, "Columns:\n");
		for (unsigned c = 0; c < n_columns; c++)
			if (columns[c].of == OF_NS)
				strbuf_printf(out, "  %-12s %s\n", columns[c].id, columns[c].help);
	}
	strbuf_puts(out, "Options of every command: see nscope --help.\n");
}

int cmd_help(const struct cmd_ctx *c)
{
	struct strbuf out = {0};
	int status;

	if (c->cmd)
		help_one(&out, c->cmd);
	else
		help_all(&out);
	status = cmd_write(c, &out);
	strbuf_free(&out);
	return status;
}

int cmd_version(const struct cmd_ctx *c)
{
	struct strbuf out = {0};
	int status;

#ifdef NSCOPE_BPF
	strbuf_puts(&out, "nscope " NSCOPE_VERSION " +bpf\n");
#else
	strbuf_puts(&out, "nscope " NSCOPE_VERSION " -bpf\n");
#endif
	status = cmd_write(c, &out);
	strbuf_free(&out);
	return status;
}
