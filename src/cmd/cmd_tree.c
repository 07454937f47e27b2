/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "nearest.h"
#include "table.h"
#include "tree.h"

#include <string.h>

struct lines {
	const struct cmd_ctx *c;
	const struct snap *s;
	const struct tree *t;
	struct table *table;
	bool *has_proxy; /* nsproxies whose count was shown */
	struct strbuf cell;
	unsigned label_width; /* of the first column; 0 is without end */
};

#define OTHER_COLUMNS 40 /* what a terminal should have left for the columns beside the label */
#define MIN_LABEL     24

static void end_cell(struct lines *l)
{
	table_add_cell(l->table, l->cell.s);
	l->cell.n = 0;
	strbuf_add(&l->cell, "", 0);
}

/* The label, cut where it would push the other columns off the terminal. */
static void end_label(struct lines *l)
{
	struct strbuf fitted = {0};

	if (!l->label_width || text_width(l->cell.s) <= l->label_width) {
		end_cell(l);
		return;
	}
	text_fit(&fitted, l->cell.s, l->label_width, l->c->cs);
	l->cell.n = 0;
	strbuf_add(&l->cell, fitted.s, fitted.n);
	strbuf_free(&fitted);
	end_cell(l);
}

static void add_value(struct lines *l, enum row_of of, const char *id, int32_t ix)
{
	char buf[4096];
	struct value v;

	column_find(of, id)->get(l->s, ix, &v);
	strbuf_puts(&l->cell, value_text(&v, buf, sizeof(buf), l->c->cs));
}

static void add_raw(struct lines *l, struct raw r)
{
	text_safe(&l->cell, r, l->c->cs);
}

/* nginx 1911 (1): its name, its number here, and in its own pid namespace. */
static void label_task(struct lines *l, int32_t ix)
{
	const struct task *t = &l->s->tasks[ix];

	if (t->facts & TASK_STAT)
		add_raw(l, t->comm);
	else
		strbuf_puts(&l->cell, "?");
	strbuf_printf(&l->cell, " %d", t->tid);
	if (t->n_pids > 1)
		strbuf_printf(&l->cell, " (%d)", t->pids[t->n_pids - 1]);
	if (!task_is_leader(t))
		strbuf_puts(&l->cell, " thread");
}

static void add_task(struct lines *l, int32_t ix)
{
	const struct task *t = &l->s->tasks[ix];

	label_task(l, ix);
	end_label(l);
	add_value(l, OF_TASK, "strip", ix);
	end_cell(l);
	/* How many share an nsproxy is said where it comes first. */
	if (t->nsproxy >= 0 && l->has_proxy[t->nsproxy]) {
		add_value(l, OF_NSPROXY, "nsproxy", t->nsproxy);
	} else {
		add_value(l, OF_TASK, "nsproxy", ix);
		if (t->nsproxy >= 0)
			l->has_proxy[t->nsproxy] = true;
	}
	end_cell(l);
	add_value(l, OF_TASK, "user", ix);
	end_cell(l);
	if (t->container != IX_NONE)
		add_value(l, OF_TASK, "container", ix);
	end_cell(l);
}

static void label_ns(struct lines *l, int32_t ix)
{
	const struct ns *ns = &l->s->nss[ix];

	strbuf_printf(&l->cell, "%s:[%u]", ns_kinds[ns->kind].name, ns->inum);
	if (ns->is_initial)
		strbuf_puts(&l->cell, " initial");
}

static void end_row(struct lines *l)
{
	end_label(l);
	for (int i = 0; i < 4; i++)
		end_cell(l);
}

/* Above the tasks that are in it: how many, and for one without any what keeps it. */
static void add_ns(struct lines *l, int32_t ix)
{
	const struct ns *ns = &l->s->nss[ix];

	label_ns(l, ix);
	if (ns->n_procs) {
		strbuf_printf(&l->cell, " %u process%s", ns->n_procs, ns->n_procs == 1 ? "" : "es");
	} else if (ns->n_threads) {
		strbuf_printf(&l->cell, " %u thread%s", ns->n_threads,
			      ns->n_threads == 1 ? "" : "s");
	} else {
		strbuf_puts(&l->cell, " ");
		add_value(l, OF_NS, "where", ix);
	}
	end_row(l);
}

/* In a tree of namespaces alone. */
static void add_owned(struct lines *l, int32_t ix)
{
	static const char *const cells[] = {"nprocs", "pid", "user", "command"};

	label_ns(l, ix);
	end_cell(l);
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
		add_value(l, OF_NS, cells[i], ix);
		end_cell(l);
	}
}

static void add_nsproxy(struct lines *l, int32_t ix)
{
	const struct nsproxy *p = &l->s->nsproxies[ix];

	add_value(l, OF_NSPROXY, "nsproxy", ix);
	strbuf_printf(&l->cell, " %u task%s%s", p->n_tasks, p->n_tasks == 1 ? "" : "s",
		      p->is_inferred ? ", equal links" : "");
	if (p->count >= 0)
		strbuf_printf(&l->cell, ", count %d", p->count);
	l->has_proxy[ix] = true;
	end_row(l);
}

/* How the rows look, by what the order is about. */
static const struct look {
	void (*add[ROW_OF_N])(struct lines *l, int32_t ix);
	const char *titles[5];
	bool is_right[5];
	uint8_t facts, lead_facts;
} looks[] = {
	[OF_TASK] = {.add = {[OF_TASK] = add_task, [OF_NS] = add_ns, [OF_NSPROXY] = add_nsproxy},
		     .titles = {"TASK", "mnpuihct", "NSPROXY", "USER", "CONTAINER"},
		     .facts = TASK_STAT | TASK_UID | TASK_CGROUP | TASK_PIDS},
	[OF_NS] = {.add = {[OF_NS] = add_owned},
		   .titles = {"NAMESPACE", "NPROCS", "PID", "USER", "COMMAND"},
		   .is_right = {false, true, true},
		   .lead_facts = TASK_STAT | TASK_UID | TASK_CMDLINE},
};

static void write_lines(struct lines *l, const struct look *look, struct strbuf *out)
{
	unsigned width = cmd_width();

	if (width)
		l->label_width =
			width > OTHER_COLUMNS + MIN_LABEL ? width - OTHER_COLUMNS : MIN_LABEL;
	l->table =
		table_new(cmd_value(l->c, "noheadings") ? TABLE_NO_HEADINGS : 0, width, l->c->cs);
	l->has_proxy = xcalloc(l->s->n_nsproxies, sizeof(*l->has_proxy));
	for (size_t i = 0; i < ARRAY_SIZE(look->titles); i++)
		table_add_column(l->table, look->titles[i], look->is_right[i]);
	strbuf_add(&l->cell, "", 0);
	for (uint32_t i = 0; i < l->t->n; i++) {
		const struct tree_row *r = &l->t->rows[i];

		table_add_row(l->table);
		tree_prefix(&l->cell, l->t, i, l->c->cs);
		look->add[r->of](l, r->ix);
	}
	table_write(out, l->table);
	table_free(l->table);
	strbuf_free(&l->cell);
	free(l->has_proxy);
}

struct wanted {
	const struct snap *s;
	const struct filter *filter;
	enum row_of of;
};

static bool is_wanted(const struct tree_row *r, void *data)
{
	const struct wanted *w = data;

	return r->of == w->of && filter_match(w->filter, w->s, r->ix);
}

static int show(struct cmd_ctx *c, enum tree_order by, struct filter *filter)
{
	const struct look *look = &looks[tree_orders[by].of];
	struct probe_want want = {.facts = look->facts, .lead_facts = look->lead_facts};
	struct lines l = {.c = c};
	struct strbuf out = {0};
	struct tree t = {0};
	struct wanted wanted;
	int status;

	if (tree_orders[by].of == OF_TASK)
		want.facts |= filter_needs(filter);
	else
		want.lead_facts |= filter_needs(filter);
	l.s = cmd_read(c, &want);
	if (!l.s)
		return CMD_TROUBLE;
	tree_build(&t, l.s, by, cmd_value(c, "threads"));
	wanted = (struct wanted){l.s, filter, tree_orders[by].of};
	if (filter)
		tree_filter(&t, is_wanted, &wanted);
	l.t = &t;
	write_lines(&l, look, &out);
	status = cmd_finish(c, l.s, &out);
	strbuf_free(&out);
	tree_free(&t);
	snap_unref(l.s);
	return status;
}

static int fail_order(const struct cmd_ctx *c, const char *name)
{
	struct nearest near = {.word = name};

	for (int i = 0; i < TREE_N_ORDERS; i++)
		nearest_try(&near, tree_orders[i].name);
	if (near.best)
		return cmd_usage(c, "there is no order %s; did you mean %s?", name, near.best);
	return cmd_usage(c, "there is no order %s; they are task, user, pid, owner and nsproxy",
			 name);
}

static int run(struct cmd_ctx *c)
{
	const char *name = cmd_value(c, "by");
	int by = name ? tree_order_by_name(name) : TREE_BY_TASK;
	struct filter *filter = NULL;
	int status;

	if (by < 0)
		return fail_order(c, name);
	if (!cmd_filter(c, tree_orders[by].of, &filter))
		return CMD_TROUBLE;
	status = show(c, by, filter);
	filter_free(filter);
	return status;
}

static const struct cmd_option options[] = {
	{"by", 'b', "ORDER", WORDS_ORDERS, "task, user, pid, owner or nsproxy"},
	{"threads", 'a', NULL, WORDS_NONE,
	 "all threads, not only those with namespaces of their own"},
	{"noheadings", 'n', NULL, WORDS_NONE, "without the line of titles"},
	{0},
};

static const char *const examples[] = {
	"nscope tree                  # who made whom, and what each does not share",
	"nscope tree --by owner       # user namespaces and what each of them owns",
	"nscope tree container = web  # one container, and what leads to it",
	NULL,
};

const struct cmd cmd_tree = {
	.name = "tree",
	.args = "[FILTER]",
	.help = "Show tasks or namespaces as a tree",
	.text = "Of each task the strip _mnpuihct_ compares its namespaces with those of "
		"its parent: a dot is the same one, a letter another, _?_ was not permitted "
		"to know, and _-_ is none, as in a zombie. Of the first task the dots mean "
		"the initial namespaces. NSPROXY is the number of its nsproxy and, where "
		"that comes first, how many tasks share it: _#5_ is one object of the "
		"kernel, _~5_ are tasks with equal links, which need not share one. A "
		"FILTER keeps the rows that match and those that lead to them; it is about "
		"namespaces with *--by owner*, else about tasks.",
	.options = options,
	.examples = examples,
	.run = run,
};
