/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command.h"

#include "player.h"
#include "ui_impl.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool has_key(const struct command *cmd, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = cmd->keys; *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		if (len == n && !strncmp(p, key, n))
			return true;
		p += len;
	}
	return false;
}

const struct command *command_by_key(const char *key, unsigned where)
{
	for (unsigned i = 0; i < n_commands; i++)
		if (commands[i].where & where && has_key(&commands[i], key))
			return &commands[i];
	return NULL;
}

bool command_is_on(const struct ui *ui, const struct command *cmd, unsigned where)
{
	return cmd->where & where && (!cmd->acts || ui->opt.has_stage);
}

const struct command *command_by_name(const char *name)
{
	const struct command *found = NULL;
	size_t n = strlen(name);

	for (unsigned i = 0; i < n_commands; i++) {
		if (!strcasecmp(commands[i].name, name))
			return &commands[i];
		if (n && !strncasecmp(commands[i].name, name, n)) {
			if (found)
				return NULL;
			found = &commands[i];
		}
	}
	return found;
}

static bool has_argument(const char *arg)
{
	return arg && *arg;
}

void command_run_line(struct ui *ui, const char *line)
{
	size_t n;
	const char *arg;
	const struct command *cmd;
	_cleanup_free_ char *name = NULL, *copy = xstrdup(line);

	/* Completion leaves a blank at the end. */
	for (n = strlen(copy); n && copy[n - 1] == ' '; n--)
		copy[n - 1] = '\0';
	line = copy;
	line += strspn(line, " ");
	n = strcspn(line, " ");
	name = strndup(line, n);
	arg = line + n + strspn(line + n, " ");
	if (!n)
		return;
	cmd = command_by_name(name);
	if (!cmd)
		ui_say(ui, true, "error: no command \"%s\"; Tab shows the names", name);
	else if (cmd->acts && !ui->opt.has_stage)
		ui_say(ui, true, "error: \"%s\" is off: %s", cmd->name, player_why_off(ui));
	else if (!(cmd->where & ui_where(ui)))
		ui_say(ui, true, "error: \"%s\" is not for this view", cmd->name);
	else if (cmd->arg == ARG_NONE && has_argument(arg))
		ui_say(ui, true, "error: \"%s\" takes nothing after it", cmd->name);
	else if (cmd->arg == ARG_NUMBER && !has_argument(arg))
		ui_say(ui, true, "error: \"%s\" wants a number after it", cmd->name);
	else
		cmd->run(ui, cmd->n, has_argument(arg) ? arg : NULL);
}

/* ---- completion ---- */

struct completion {
	const char *begun; /* what stands there already */
	size_t n_begun;
	struct strbuf common;
	struct strbuf *list;
	unsigned n;
};

static void complete_with(struct completion *c, const char *word)
{
	size_t n = 0;

	if (strncasecmp(word, c->begun, c->n_begun))
		return;
	strbuf_printf(c->list, "%s%s", c->n ? " " : "", word);
	if (!c->n++) {
		strbuf_puts(&c->common, word);
		return;
	}
	while (n < c->common.n &&
	       tolower((unsigned char)c->common.s[n]) == tolower((unsigned char)word[n]))
		n++;
	c->common.n = n;
	c->common.s[n] = '\0';
}

static void complete_argument(const struct ui *ui, const struct command *cmd, struct completion *c)
{
	if (cmd->arg == ARG_ORDER)
		for (int by = 0; by < TREE_N_ORDERS; by++)
			complete_with(c, tree_orders[by].name);
	if (cmd->arg == ARG_SCENARIO)
		for (unsigned i = 0; i < ui->opt.n_scenarios; i++)
			complete_with(c, ui->opt.scenarios[i].name);
	if (cmd->arg == ARG_COLUMN)
		for (unsigned i = 0; i < n_columns; i++)
			if (columns[i].of == views[ui->view]->of(ui))
				complete_with(c, columns[i].id);
}

unsigned command_complete(const struct ui *ui, const char *line, struct strbuf *out,
			  struct strbuf *list)
{
	const char *space = strrchr(line, ' ');
	struct completion c = {.begun = space ? space + 1 : line, .list = list};
	_cleanup_free_ char *name = strndup(line, strcspn(line, " "));
	const struct command *cmd = space ? command_by_name(name) : NULL;

	c.n_begun = strlen(c.begun);
	strbuf_add(&c.common, "", 0);
	if (!space) {
		for (unsigned i = 0; i < n_commands; i++)
			if (command_is_on(ui, &commands[i], ui_where(ui)))
				complete_with(&c, commands[i].name);
	} else if (cmd) {
		complete_argument(ui, cmd, &c);
	}
	strbuf_add(out, line, c.begun - line);
	strbuf_puts(out, c.n ? c.common.s : c.begun);
	if (c.n == 1)
		strbuf_puts(out, " ");
	strbuf_free(&c.common);
	return c.n;
}

void command_write_table(struct strbuf *out)
{
	strbuf_add(out, "", 0);
	for (unsigned i = 0; i < n_commands; i++)
		strbuf_printf(out, "%s\t%s\t%s\n", commands[i].keys, commands[i].name,
			      commands[i].help);
}
