/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "json.h"
#include "matrix.h"
#include "table.h"

#include <string.h>

#define MAX_NAMES   4 /* names of tasks that are told of each nsproxy */
#define MAX_COLUMNS 32

struct matrix_rows {
	const struct cmd_ctx *c;
	const struct snap *s;
	const int32_t *rows;
	unsigned n_rows;
	struct strbuf *names; /* by row of nsproxies */
	unsigned *n_names;
};

/* Names of the processes that share each nsproxy, the lowest first, each name once. */
static void collect_names(struct matrix_rows *m)
{
	struct raw(*last)[MAX_NAMES] = xcalloc(m->s->n_nsproxies, sizeof(*last));

	for (uint32_t i = 0; i < m->s->n_tasks; i++) {
		const struct task *t = &m->s->tasks[i];
		unsigned n = t->nsproxy >= 0 ? m->n_names[t->nsproxy] : 0, k;

		if (t->nsproxy < 0 || n > MAX_NAMES || !(t->facts & TASK_STAT))
			continue;
		/* Equal strings of a snap are one string. */
		for (k = 0; k < n && k < MAX_NAMES && last[t->nsproxy][k].s != t->comm.s; k++)
			;
		if (k < n && k < MAX_NAMES)
			continue;
		m->n_names[t->nsproxy]++;
		if (n == MAX_NAMES) {
			strbuf_puts(&m->names[t->nsproxy], " ...");
			continue;
		}
		last[t->nsproxy][n] = t->comm;
		strbuf_puts(&m->names[t->nsproxy], n ? " " : "");
		text_safe(&m->names[t->nsproxy], t->comm, m->c->cs);
	}
	free(last);
}

static void add_titles(struct table *t)
{
	table_add_column(t, "NSPROXY", false);
	table_add_column(t, "COUNT", true);
	table_add_column(t, "TASKS", true);
	table_add_column(t, "|", false);
	for (int i = 0; i < NS_N_SLOTS; i++) {
		if (i == MATRIX_N_INSIDE)
			table_add_column(t, "||", false);
		table_add_column(t, matrix_titles[matrix_slots[i]], false);
	}
	table_add_column(t, "|", false);
	table_add_column(t, "NAMES", false);
}

static void add_column_cell(struct table *t, const struct matrix_rows *m, const char *id,
			    int32_t row)
{
	char buf[64];
	struct value v;

	column_find(OF_NSPROXY, id)->get(m->s, row, &v);
	table_add_cell(t, value_text(&v, buf, sizeof(buf), m->c->cs));
}

static void write_matrix(struct matrix_rows *m, struct strbuf *out)
{
	unsigned flags = cmd_value(m->c, "noheadings") ? TABLE_NO_HEADINGS : 0;
	struct table *t = table_new(flags, cmd_width(), m->c->cs);
	struct matrix matrix;
	char buf[8];

	matrix_build(&matrix, m->s);
	m->names = xcalloc(m->s->n_nsproxies, sizeof(*m->names));
	m->n_names = xcalloc(m->s->n_nsproxies, sizeof(*m->n_names));
	collect_names(m);
	add_titles(t);
	for (unsigned r = 0; r < m->n_rows; r++) {
		int32_t row = m->rows[r];

		table_add_row(t);
		add_column_cell(t, m, "nsproxy", row);
		add_column_cell(t, m, "count", row);
		add_column_cell(t, m, "tasks", row);
		table_add_cell(t, "|");
		for (int i = 0; i < NS_N_SLOTS; i++) {
			if (i == MATRIX_N_INSIDE)
				table_add_cell(t, "||");
			table_add_cell(t, matrix_letter(matrix.cells[row][matrix_slots[i]], buf));
		}
		table_add_cell(t, "|");
		table_add_cell(t, m->names[row].n ? m->names[row].s : "-");
	}
	table_write(out, t);
	table_free(t);
	for (uint32_t i = 0; i < m->s->n_nsproxies; i++)
		strbuf_free(&m->names[i]);
	free(m->names);
	free(m->n_names);
	matrix_free(&matrix);
}

static void write_json(const struct matrix_rows *m, struct strbuf *out)
{
	const struct column *cols[MAX_COLUMNS];
	unsigned n = 0;

	for (unsigned i = 0; i < n_columns && n < MAX_COLUMNS; i++)
		if (columns[i].of == OF_NSPROXY)
			cols[n++] = &columns[i];
	json_write_rows(out, m->s, cols, n, m->rows, m->n_rows);
}

static int show(struct cmd_ctx *c, const struct filter *filter)
{
	struct probe_want want = {.facts = TASK_STAT | filter_needs(filter)};
	struct matrix_rows m = {.c = c};
	struct strbuf out = {0};
	int32_t *rows;
	int status;

	if (cmd_value(c, "json"))
		want.facts |= TASK_CMDLINE | TASK_CGROUP;
	m.s = cmd_read(c, &want);
	if (!m.s)
		return CMD_TROUBLE;
	rows = xcalloc(m.s->n_nsproxies, sizeof(*rows));
	for (uint32_t i = 0; i < m.s->n_nsproxies; i++)
		if (filter_match(filter, m.s, i))
			rows[m.n_rows++] = i;
	m.rows = rows;
	if (cmd_value(c, "json"))
		write_json(&m, &out);
	else
		write_matrix(&m, &out);
	status = cmd_finish(c, m.s, &out);
	strbuf_free(&out);
	snap_unref(m.s);
	free(rows);
	return status;
}

static int run(struct cmd_ctx *c)
{
	struct filter *filter;
	int status = CMD_TROUBLE;

	if (cmd_filter(c, OF_NSPROXY, &filter))
		status = show(c, filter);
	filter_free(filter);
	return status;
}

static const struct cmd_option options[] = {
	{"json", 'J', NULL, WORDS_NONE, "as JSON, with inode numbers for letters"},
	{"noheadings", 'n', NULL, WORDS_NONE, "without the line of titles"},
	{0},
};

static const char *const examples[] = {
	"nscope nsproxy              # the same letter down a column is the same namespace",
	"nscope nsproxy tasks '>' 1  # only what is shared",
	NULL,
};

const struct cmd cmd_nsproxy = {
	.name = "nsproxy",
	.args = "[FILTER]",
	.help = "Show which tasks share which namespaces, as a matrix",
	.text = "A row is an nsproxy, a column one of its eight pointers; _pid\\_ch_ and "
		"_time\\_ch_ are the namespaces of the next children. The same letter down a "
		"column is the same namespace. The user namespace and the active pid "
		"namespace stand behind the double line, for they hang off the tasks: _\\*_ "
		"when these are in several. COUNT is the kernel's, TASKS are those that can "
		"be seen.",
	.options = options,
	.examples = examples,
	.run = run,
};
