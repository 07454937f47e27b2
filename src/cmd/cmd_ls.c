/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "json.h"
#include "nearest.h"
#include "table.h"

#include <string.h>

static const char *const default_columns = "ns,type,nprocs,pid,user,command";

#define MAX_COLUMNS 64

struct ls {
	const struct cmd_ctx *c;
	const struct column *cols[MAX_COLUMNS];
	unsigned n_cols;
	unsigned kinds; /* BIT(enum ns_kind) that are wanted */
	struct filter *filter;
	int32_t *rows;
	unsigned n_rows;
};

static int add_column(struct ls *ls, const char *id)
{
	const struct column *col = column_find(OF_NS, id);
	const char *near = column_nearest(OF_NS, id);

	if (ls->n_cols == MAX_COLUMNS)
		return cmd_usage(ls->c, "more than %d columns", MAX_COLUMNS);
	if (!col && near)
		return cmd_usage(ls->c, "there is no column %s; did you mean %s?", id, near);
	if (!col)
		return cmd_usage(ls->c, "there is no column %s", id);
	ls->cols[ls->n_cols++] = col;
	return CMD_YES;
}

/* Names with commas between; "+" before them adds to the default. */
static int add_columns(struct ls *ls, const char *list)
{
	_cleanup_free_ char *names = NULL;
	char *rest;
	int status = CMD_YES;

	if (*list == '+' && (status = add_columns(ls, default_columns)) == CMD_YES)
		list++;
	rest = names = xstrdup(list);
	for (char *id; status == CMD_YES && (id = strsep(&rest, ","));)
		status = add_column(ls, id);
	return status;
}

static int add_kinds(struct ls *ls, const char *list)
{
	_cleanup_free_ char *names = xstrdup(list);
	char *rest = names;

	for (char *name; (name = strsep(&rest, ","));) {
		struct nearest near = {.word = name};
		int kind = ns_kind_by_name(name);

		if (kind >= 0) {
			ls->kinds |= BIT(kind);
			continue;
		}
		for (int k = 0; k < NS_N_KINDS; k++)
			nearest_try(&near, ns_kinds[k].name);
		if (near.best)
			return cmd_usage(ls->c, "there is no kind %s; did you mean %s?", name,
					 near.best);
		return cmd_usage(ls->c,
				 "there is no kind %s; they are mnt, net, pid, user, ipc, "
				 "uts, cgroup and time",
				 name);
	}
	return CMD_YES;
}

static void pick_rows(struct ls *ls, const struct snap *s)
{
	ls->rows = xcalloc(s->n_nss, sizeof(*ls->rows));
	for (uint32_t i = 0; i < s->n_nss; i++)
		if (ls->kinds & BIT(s->nss[i].kind) && filter_match(ls->filter, s, i))
			ls->rows[ls->n_rows++] = i;
}

static void write_table(const struct ls *ls, const struct snap *s, struct strbuf *out)
{
	bool is_raw = cmd_value(ls->c, "raw");
	unsigned flags =
		(is_raw ? TABLE_RAW : 0) | (cmd_value(ls->c, "noheadings") ? TABLE_NO_HEADINGS : 0);
	struct table *t = table_new(flags, is_raw ? 0 : cmd_width(), ls->c->cs);

	for (unsigned i = 0; i < ls->n_cols; i++)
		table_add_column(t, ls->cols[i]->title, ls->cols[i]->is_right);
	table_add_rows(t, s, ls->cols, ls->n_cols, ls->rows, ls->n_rows, ls->c->cs);
	table_write(out, t);
	table_free(t);
}

static int show(struct ls *ls)
{
	struct probe_want want = {.lead_facts = filter_needs(ls->filter)};
	const struct snap *s;
	struct strbuf out = {0};
	int status;

	for (unsigned i = 0; i < ls->n_cols; i++)
		want.lead_facts |= ls->cols[i]->needs;
	s = cmd_read(ls->c, &want);
	if (!s)
		return CMD_TROUBLE;
	pick_rows(ls, s);
	if (cmd_value(ls->c, "json"))
		json_write_rows(&out, s, ls->cols, ls->n_cols, ls->rows, ls->n_rows);
	else
		write_table(ls, s, &out);
	status = cmd_finish(ls->c, s, &out);
	strbuf_free(&out);
	snap_unref(s);
	return status;
}

static int run(struct cmd_ctx *c)
{
	struct ls ls = {.c = c};
	const char *cols = cmd_value(c, "output"), *kinds = cmd_value(c, "type");
	int status = add_columns(&ls, cols ? cols : default_columns);

	if (status == CMD_YES && kinds)
		status = add_kinds(&ls, kinds);
	else
		ls.kinds = ~0u;
	if (status == CMD_YES && !cmd_filter(c, OF_NS, &ls.filter))
		status = CMD_TROUBLE;
	if (status == CMD_YES)
		status = show(&ls);
	filter_free(ls.filter);
	free(ls.rows);
	return status;
}

static const struct cmd_option options[] = {
	{"output", 'o', "COLUMNS", WORDS_NS_COLUMNS, "these columns; +COLUMNS: these as well"},
	{"type", 't', "KIND", WORDS_KINDS, "only namespaces of these kinds (KIND,KIND...)"},
	{"json", 'J', NULL, WORDS_NONE, "as JSON"},
	{"raw", 'r', NULL, WORDS_NONE, "columns by one space, spaces in them as \\x20"},
	{"noheadings", 'n', NULL, WORDS_NONE, "without the line of titles"},
	{0},
};

static const char *const examples[] = {
	"nscope ls nprocs = 0           # kept alive without a process, and by what",
	"nscope ls -t net -o +ons,refs  # network namespaces, their owners, their references",
	"nscope ls 'container = web'    # those of one container",
	NULL,
};

const struct cmd cmd_ls = {
	.name = "ls",
	.args = "[FILTER]",
	.words = WORDS_NS_COLUMNS,
	.help = "List namespaces",
	.text = "Without a FILTER all namespaces of the host: those of tasks and threads, "
		"and those that only a descriptor, a bind mount, a socket or another "
		"namespace keeps. For these the column COMMAND says what keeps them. "
		"_NPROCS_ counts processes whose first thread is in the namespace, as "
		"*lsns*(8) does; _nthreads_ counts all threads.",
	.options = options,
	.examples = examples,
	.run = run,
};
