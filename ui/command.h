/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE command table: everything that a key does, by name. The help overlay, the
 * key bar, the `:` line with its completion and the key tables of the manual
 * and the README are made from it.
 */
#ifndef NSCOPE_COMMAND_H
#define NSCOPE_COMMAND_H

#include "mem.h"

#include <stdbool.h>

struct ui;

/* Where a command works: bits, the views in the order of their table. */
enum where {
	IN_TREE = BIT(0),
	IN_SPACES = BIT(1),
	IN_WHY = BIT(2),
	IN_NSPROXY = BIT(3),
	IN_LAB = BIT(4),
	IN_LISTS = IN_TREE | IN_SPACES | IN_WHY | IN_NSPROXY, /* views whose rows are the host's */
	IN_VIEWS = IN_LISTS | IN_LAB,
	IN_DETAIL = BIT(8),
	IN_PAGE = BIT(9),     /* a page over the view: help, coverage */
	IN_PICK = BIT(10),    /* a list to choose from */
	IN_STEPS = BIT(11),   /* the walk through the source */
	IN_CONFIRM = BIT(12), /* an act before it is done */
	ANYWHERE = IN_VIEWS | IN_DETAIL | IN_PAGE | IN_PICK | IN_STEPS | IN_CONFIRM,
};

/* What may follow the name on the `:` line. */
enum command_arg { ARG_NONE, ARG_ORDER, ARG_COLUMN, ARG_TEXT, ARG_NUMBER, ARG_SCENARIO };

struct command {
	const char *name; /* lower case, words joined by - */
	const char *keys; /* default keys, separated by a blank; "" for none */
	const char *help; /* one line, lower case */
	const char *bar;  /* label in the key bar, or NULL */
	unsigned where;	  /* enum where */
	enum command_arg arg;
	bool acts; /* starts or changes test processes: not there when they cannot be */
	int n;	   /* for handlers that several commands share */
	void (*run)(struct ui *ui, int n, const char *arg); /* arg: NULL when from a key */
};

extern const struct command commands[];
extern const unsigned n_commands;

/* The command of a key where one of the bits holds, or NULL. */
const struct command *command_by_key(const char *key, unsigned where);
/* It does something here: the place is one of its own, and nothing that it needs is off. */
bool command_is_on(const struct ui *ui, const struct command *cmd, unsigned where);
/* By its name or the only beginning of a name; NULL. */
const struct command *command_by_name(const char *name);
/* Run a `:` line. Says what is wrong with it on the status line. */
void command_run_line(struct ui *ui, const char *line);
/*
 * Complete the line: what all candidates have in common, appended to out, and
 * their number. Candidates, separated by blanks, go to list.
 */
unsigned command_complete(const struct ui *ui, const char *line, struct strbuf *out,
			  struct strbuf *list);
/* Lines "keys<TAB>name<TAB>help" of all commands, for manual and README. */
void command_write_table(struct strbuf *out);

#endif
