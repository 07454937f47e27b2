/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command.h"

#include "actions.h"
#include "ui_impl.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const struct command commands[] = {
	{"down", "j Down", "move down a line", NULL, ANYWHERE, ARG_NONE, MOVE_DOWN, act_move},
	{"up", "k Up", "move up a line", NULL, ANYWHERE, ARG_NONE, MOVE_UP, act_move},
	{"page-down", "PgDn C-f", "move down a page", NULL, ANYWHERE, ARG_NONE, MOVE_PAGE_DOWN,
	 act_move},
	{"page-up", "PgUp C-b", "move up a page", NULL, ANYWHERE, ARG_NONE, MOVE_PAGE_UP, act_move},
	{"half-page-down", "C-d", "move down half a page", NULL, ANYWHERE, ARG_NONE, MOVE_HALF_DOWN,
	 act_move},
	{"half-page-up", "C-u", "move up half a page", NULL, ANYWHERE, ARG_NONE, MOVE_HALF_UP,
	 act_move},
	{"top", "g Home", "go to the first line", NULL, ANYWHERE, ARG_NONE, MOVE_TOP, act_move},
	{"bottom", "G End", "go to the last line", NULL, ANYWHERE, ARG_NONE, MOVE_BOTTOM, act_move},
	{"close", "h Left", "fold this row, or go to its parent", NULL, IN_VIEWS, ARG_NONE,
	 FOLD_CLOSE, act_fold},
	{"open-fold", "l Right", "unfold this row, or go to its first child", NULL, IN_VIEWS,
	 ARG_NONE, FOLD_OPEN, act_fold},
	{"fold", "-", "fold this row", NULL, IN_VIEWS, ARG_NONE, FOLD_THIS, act_fold},
	{"unfold", "+", "unfold this row", NULL, IN_VIEWS, ARG_NONE, UNFOLD_THIS, act_fold},
	{"unfold-all", "*", "unfold all; when all is unfolded, fold all", NULL, IN_VIEWS, ARG_NONE,
	 FOLD_ALL, act_fold},
	{"details", "Enter", "read the details of this row; Esc comes back", "details", IN_VIEWS,
	 ARG_NONE, 0, act_open},
	{"choose", "Enter", "take this line and close the list", "take", IN_PICK, ARG_NONE, true,
	 act_choose},
	{"toggle", "Space", "take this line, the list stays", "toggle", IN_PICK, ARG_NONE, false,
	 act_choose},
	{"next-pane", "Tab S-Tab", "go to the details and back", NULL, IN_VIEWS | IN_DETAIL,
	 ARG_NONE, 0, act_pane},
	{"tree", "1", "show the Tree: tasks, and where their namespaces differ", NULL,
	 IN_VIEWS | IN_DETAIL, ARG_NONE, '1', act_view},
	{"spaces", "2", "show the Spaces: every namespace, also those without tasks", NULL,
	 IN_VIEWS | IN_DETAIL, ARG_NONE, '2', act_view},
	{"nsproxy", "4", "show the Nsproxies: who shares what", NULL, IN_VIEWS | IN_DETAIL,
	 ARG_NONE, '4', act_view},
	{"search", "/", "search while you type; Esc goes back to the place", "find", IN_VIEWS,
	 ARG_TEXT, 0, act_search},
	{"search-next", "n", "go to the next place that was searched for", NULL, IN_VIEWS, ARG_NONE,
	 1, act_search_next},
	{"search-previous", "N", "go to the previous place that was searched for", NULL, IN_VIEWS,
	 ARG_NONE, -1, act_search_next},
	{"filter", "&", "show only what matches, like: user = root and nsproxy != 1", "filter",
	 IN_VIEWS, ARG_TEXT, 0, act_filter},
	{"order", "o", "next order of the tree: task, user, pid, owner, nsproxy", "order", IN_TREE,
	 ARG_ORDER, 0, act_order},
	{"threads", "H", "show all threads, or only those that differ from their process", NULL,
	 IN_TREE, ARG_NONE, 0, act_threads},
	{"sort", "s", "sort by a column; the same again reverses", "sort", IN_VIEWS, ARG_COLUMN, 0,
	 act_sort},
	{"columns", "c", "choose the columns", "columns", IN_VIEWS, ARG_COLUMN, 0, act_columns},
	{"mark", "Space", "mark this row, for y and Y", NULL, IN_VIEWS, ARG_NONE, 0, act_mark},
	{"follow", "F", "keep the cursor on this row wherever it goes", NULL, IN_VIEWS, ARG_NONE, 0,
	 act_follow},
	{"copy", "y", "copy the id of this row or of the marked ones", NULL, IN_VIEWS | IN_DETAIL,
	 ARG_NONE, 0, act_copy},
	{"copy-json", "Y", "copy these rows as JSON", NULL, IN_VIEWS | IN_DETAIL, ARG_NONE, 1,
	 act_copy},
	{"pause", "p", "stop refreshing, and go on", "pause", IN_VIEWS | IN_DETAIL, ARG_NONE, 0,
	 act_pause},
	{"refresh", "R", "read the system again now", NULL, IN_VIEWS | IN_DETAIL, ARG_NONE, 0,
	 act_refresh},
	{"coverage", "i", "say what could not be seen, and why", NULL, IN_VIEWS | IN_DETAIL,
	 ARG_NONE, OVERLAY_COVERAGE, act_overlay},
	{"mouse", "M", "mouse on: click selects, again opens, the wheel scrolls; and off", NULL,
	 IN_VIEWS | IN_DETAIL, ARG_NONE, 0, act_mouse},
	{"goto", "", "go to the task with that pid, or the namespace with that number", NULL,
	 IN_VIEWS | IN_DETAIL, ARG_NUMBER, 0, act_goto},
	{"redraw", "C-l", "draw the whole screen again", NULL, ANYWHERE, ARG_NONE, UI_REPAINT,
	 act_effect},
	{"suspend", "C-z", "go back to the shell; fg comes back here", NULL, ANYWHERE, ARG_NONE,
	 UI_SUSPEND, act_effect},
	{"help", "? F1", "show the keys for what is on the screen", "help",
	 IN_VIEWS | IN_DETAIL | IN_PICK, ARG_NONE, OVERLAY_HELP, act_overlay},
	{"command", ":", "type any command by its name; Tab completes it", "command",
	 IN_VIEWS | IN_DETAIL, ARG_NONE, 0, act_command},
	{"back", "Esc Backspace", "back out of one thing at a time", "back", ANYWHERE, ARG_NONE, 0,
	 act_back},
	{"quit", "q", "go back, and from a view leave nscope", "quit", ANYWHERE, ARG_NONE, 0,
	 act_quit},
	{"quit-now", "Q", "leave nscope", NULL, ANYWHERE, ARG_NONE, UI_QUIT, act_effect},
};
const unsigned n_commands = ARRAY_SIZE(commands);

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
	_cleanup_free_ char *name = NULL;

	line += strspn(line, " ");
	n = strcspn(line, " ");
	name = strndup(line, n);
	arg = line + n + strspn(line + n, " ");
	if (!n)
		return;
	cmd = command_by_name(name);
	if (!cmd)
		ui_say(ui, true, "error: no command \"%s\"; Tab shows the names", name);
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
			if (commands[i].where & ui_where(ui))
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
