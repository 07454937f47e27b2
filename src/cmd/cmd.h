/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE subcommand table and the option tables, and what the subcommands share.
 * Parsing, --help, the man page and the completions all come from the tables. A
 * subcommand is one file cmd_NAME.c with one `const struct cmd cmd_NAME`, and a
 * line in cmds[] of cmd.c.
 */
#ifndef NSCOPE_CMD_H
#define NSCOPE_CMD_H

#include "err.h"
#include "filter.h"
#include "mem.h"
#include "probe.h"
#include "snap.h"
#include "target.h"
#include "text.h"

/* Exit statuses: nscope(1) promises them. */
enum cmd_exit { CMD_YES, CMD_NO, CMD_TROUBLE, CMD_INCOMPLETE };

/* What may stand for the argument of an option or command; for completions. */
enum cmd_words {
	WORDS_NONE,
	WORDS_FILE,
	WORDS_KINDS,
	WORDS_NS_COLUMNS,
	WORDS_ORDERS,
	WORDS_PROBES,
	WORDS_WHEN,
	WORDS_SHELLS,
	WORDS_N
};

struct cmd_option {
	const char *name; /* long; NULL ends a table */
	char letter;	  /* 0: none */
	const char *arg;  /* what it takes, in capitals; NULL: nothing */
	enum cmd_words words;
	const char *help; /* one line */
};

#define CMD_MAX_OPTIONS 16

struct cmd_ctx;

struct cmd {
	const char *name;
	const char *args;		  /* as in the usage line; NULL: takes none */
	enum cmd_words words;		  /* of its arguments */
	const char *help;		  /* one line */
	const char *text;		  /* for the man page: a paragraph or more of scdoc */
	const struct cmd_option *options; /* NULL: none of its own */
	const char *const *examples;	  /* "command # what it shows", NULL ends them */
	bool is_hidden;
	int (*run)(struct cmd_ctx *c);
};

extern const struct cmd *const cmds[];
extern const unsigned n_cmds;
extern const struct cmd_option cmd_globals[]; /* of every command */

/* One call of nscope, parsed. */
struct cmd_ctx {
	const struct cmd *cmd;
	const char *globals[CMD_MAX_OPTIONS]; /* by row of cmd_globals: its argument, "" or NULL */
	const char *values[CMD_MAX_OPTIONS];  /* by row of cmd->options */
	int argc;			      /* what is left: the command's arguments */
	char **argv;
	enum charset cs;
};

/* Parse, run, and give the exit status. The whole of main(). */
int cmd_main(int argc, char **argv);

/* The argument of an option of the command or of all ("" when it takes none); NULL: not given. */
const char *cmd_value(const struct cmd_ctx *c, const char *name);
/* Print "nscope NAME: message" on stderr; returns CMD_TROUBLE. */
int cmd_fail(const struct cmd_ctx *c, const struct err *e);
/* The same for what is wrong with the words of the command itself. */
int cmd_usage(const struct cmd_ctx *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What is left of the command line as one filter; false when it does not parse (it was told). */
bool cmd_filter(const struct cmd_ctx *c, enum row_of of, struct filter **f);

/* The probes that --skip leaves out, as struct probe_want has them; false: it was told. */
bool cmd_skip(const struct cmd_ctx *c, uint32_t *skip);

/*
 * The snap that the command is to show: of the file of --load, or of this kernel
 * (want->skip is filled in here). The caller owns one reference; NULL: it was told.
 */
const struct snap *cmd_read(const struct cmd_ctx *c, struct probe_want *want);
/* The snap of a dump ("-" is stdin), as one reference; NULL with e set. */
const struct snap *cmd_load(const char *path, struct err *e);
/* All of stdout at once; returns CMD_YES, or CMD_TROUBLE (it was told). */
int cmd_write(const struct cmd_ctx *c, const struct strbuf *out);
/*
 * Write out and give the status of a command that showed s: tells on stderr when
 * s is incomplete, and makes that CMD_INCOMPLETE under --strict.
 */
int cmd_finish(const struct cmd_ctx *c, const struct snap *s, const struct strbuf *out);
/* The whole of a file, or of stdin for "-"; at most 1 GiB. */
int cmd_read_file(const char *path, struct strbuf *out, struct err *e);
/* Columns of the terminal that stdout is; 0 when it is none. */
unsigned cmd_width(void);

/* As target_parse(); a path is looked at. */
int cmd_target(const char *text, struct target *t, struct err *e);

/* The words of a set, one after the other; NULL after the last. */
const char *cmd_word(enum cmd_words words, unsigned i);

#endif
