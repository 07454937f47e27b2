/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The man pages say what the tables say: `nscope man-page FILE` copies a page in
 * scdoc's language and puts a table where a line is @its-name@. Run by the build.
 */
#include "cmd.h"

#include "command.h"
#include "lab/scenario.h"
#include "tree.h"
#include "why.h"

#include <string.h>

/* Words of ours as scdoc shows them unchanged. */
static void put(struct strbuf *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("_*\\[]#~.", *s))
			strbuf_add(out, "\\", 1);
		strbuf_add(out, s, 1);
	}
}

static void put_term(struct strbuf *out, const char *name, const char *help)
{
	strbuf_puts(out, "*");
	put(out, name);
	strbuf_puts(out, "*\n\t");
	put(out, help);
	strbuf_puts(out, "\n\n");
}

static void put_options(struct strbuf *out, const struct cmd_option *options)
{
	for (; options && options->name; options++) {
		if (options->letter)
			strbuf_printf(out, "*-%c*, ", options->letter);
		strbuf_printf(out, "*--%s*", options->name);
		if (options->arg)
			strbuf_printf(out, " _%s_", options->arg);
		strbuf_puts(out, "\n\t");
		put(out, options->help);
		strbuf_puts(out, "\n\n");
	}
}

static void put_globals(struct strbuf *out)
{
	put_options(out, cmd_globals);
}

static void put_command(struct strbuf *out, const struct cmd *cmd)
{
	strbuf_printf(out, "## nscope %s%s%s\n\n", cmd->name, cmd->args ? " " : "",
		      cmd->args ? cmd->args : "");
	put(out, cmd->help);
	strbuf_puts(out, ".\n\n");
	if (cmd->text)
		strbuf_printf(out, "%s\n\n", cmd->text);
	put_options(out, cmd->options);
	if (!cmd->examples)
		return;
	strbuf_puts(out, "```\n");
	for (const char *const *line = cmd->examples; *line; line++)
		strbuf_printf(out, "%s\n", *line);
	strbuf_puts(out, "```\n\n");
}

static void put_commands(struct strbuf *out)
{
	for (unsigned i = 0; i < n_cmds; i++)
		if (!cmds[i]->is_hidden)
			put_command(out, cmds[i]);
}

static void put_columns(struct strbuf *out, enum row_of of)
{
	for (unsigned i = 0; i < n_columns; i++)
		if (columns[i].of == of)
			put_term(out, columns[i].id, columns[i].help);
}

static void put_ns_columns(struct strbuf *out)
{
	put_columns(out, OF_NS);
}

static void put_task_columns(struct strbuf *out)
{
	put_columns(out, OF_TASK);
}

static void put_nsproxy_columns(struct strbuf *out)
{
	put_columns(out, OF_NSPROXY);
}

static void put_orders(struct strbuf *out)
{
	for (int i = 0; i < TREE_N_ORDERS; i++)
		put_term(out, tree_orders[i].name, tree_orders[i].help);
}

static void put_kinds(struct strbuf *out)
{
	for (int k = 0; k < NS_N_KINDS; k++) {
		strbuf_printf(out, "*%s* (%c, ", ns_kinds[k].name, ns_kinds[k].letter);
		put(out, ns_kinds[k].clone_name);
		strbuf_puts(out, ")\n\t");
		put(out, ns_kinds[k].isolates);
		strbuf_puts(out, "\n\n");
	}
}

static void put_probes(struct strbuf *out)
{
	for (unsigned i = 0; i < n_probes; i++)
		put_term(out, probes[i].name, probes[i].doc);
}

static void put_refs(struct strbuf *out)
{
	for (int i = 0; i < REF_N_KINDS; i++)
		put_term(out, ref_kinds[i].name, ref_kinds[i].help);
}

static void put_keys(struct strbuf *out)
{
	for (unsigned i = 0; i < n_commands; i++) {
		if (*commands[i].keys) {
			strbuf_puts(out, "*");
			put(out, commands[i].keys);
			strbuf_puts(out, "*, ");
		}
		strbuf_puts(out, "*:");
		put(out, commands[i].name);
		strbuf_puts(out, "*\n\t");
		put(out, commands[i].help);
		strbuf_puts(out, "\n\n");
	}
}

static void put_acts(struct strbuf *out)
{
	struct stage_verb_help h;

	for (unsigned i = 0; stage_verb(i, &h); i++)
		put_term(out, h.usage, h.help);
}

static void put_scenarios(struct strbuf *out)
{
	for (unsigned i = 0; i < n_scenarios; i++)
		put_term(out, scenarios[i]->name, scenarios[i]->goal);
}

static const struct {
	const char *name;
	void (*put)(struct strbuf *out);
} parts[] = {
	{"@options@", put_globals},
	{"@commands@", put_commands},
	{"@ns-columns@", put_ns_columns},
	{"@task-columns@", put_task_columns},
	{"@nsproxy-columns@", put_nsproxy_columns},
	{"@orders@", put_orders},
	{"@kinds@", put_kinds},
	{"@probes@", put_probes},
	{"@refs@", put_refs},
	{"@keys@", put_keys},
	{"@acts@", put_acts},
	{"@scenarios@", put_scenarios},
};

/* scdoc takes one empty line between paragraphs, never two. */
static void put_line(struct strbuf *out, const char *line, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (strlen(parts[i].name) != n || memcmp(parts[i].name, line, n))
			continue;
		parts[i].put(out);
		while (out->n > 1 && out->s[out->n - 1] == '\n' && out->s[out->n - 2] == '\n')
			out->s[--out->n] = '\0';
		return;
	}
	strbuf_add(out, line, n);
	strbuf_puts(out, "\n");
}

static int run(struct cmd_ctx *c)
{
	struct strbuf page = {0}, out = {0};
	struct err e;
	int status;

	if (c->argc != 1)
		return cmd_usage(c, "which page?");
	if (cmd_read_file(c->argv[0], &page, &e))
		return cmd_fail(c, &e);
	for (const char *line = page.s; *line;) {
		size_t n = strcspn(line, "\n");

		put_line(&out, line, n);
		line += n + (line[n] == '\n');
	}
	status = cmd_write(c, &out);
	strbuf_free(&page);
	strbuf_free(&out);
	return status;
}

const struct cmd cmd_manpage = {
	.name = "man-page",
	.args = "FILE",
	.help = "Fill the tables into a man page",
	.is_hidden = true,
	.run = run,
};
