/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff.h"

#include <string.h>

enum how { BY_VALUE, BY_NAME, BY_NS, BY_NSPROXY };

/* What is compared, beside being there at all. What changes by itself (state) is not. */
static const struct field {
	enum row_of of;
	const char *id; /* of the column */
	enum how how;
	enum ns_slot slot;
} fields[] = {
	{OF_TASK, "ppid", BY_VALUE},
	{OF_TASK, "comm", BY_NAME},
	{OF_TASK, "uid", BY_VALUE},
	{OF_TASK, "cgroup", BY_VALUE},
	{OF_TASK, "mntns", BY_NS, SLOT_MNT},
	{OF_TASK, "netns", BY_NS, SLOT_NET},
	{OF_TASK, "pidns", BY_NS, SLOT_PID},
	{OF_TASK, "userns", BY_NS, SLOT_USER},
	{OF_TASK, "ipcns", BY_NS, SLOT_IPC},
	{OF_TASK, "utsns", BY_NS, SLOT_UTS},
	{OF_TASK, "cgroupns", BY_NS, SLOT_CGROUP},
	{OF_TASK, "timens", BY_NS, SLOT_TIME},
	{OF_TASK, "pid_for_children", BY_NS, SLOT_PID_FOR_CHILDREN},
	{OF_TASK, "time_for_children", BY_NS, SLOT_TIME_FOR_CHILDREN},
	{OF_TASK, "nsproxy", BY_NSPROXY},
	{OF_NS, "nthreads", BY_VALUE},
	{OF_NS, "refs", BY_VALUE},
	{OF_NS, "keepers", BY_VALUE},
	{OF_NSPROXY, "count", BY_VALUE},
	{OF_NSPROXY, "tasks", BY_VALUE},
};

/* For each row of a the row of b that is the same, or IX_NONE; and the other way round. */
struct pairs {
	int32_t *b_of, *a_of;
};

struct work {
	struct diff *d;
	const struct snap *a, *b;
	struct pairs pairs[ROW_OF_N];
};

static uint32_t n_rows(const struct snap *s, enum row_of of)
{
	const uint32_t n[ROW_OF_N] = {
		[OF_TASK] = s->n_tasks, [OF_NS] = s->n_nss, [OF_NSPROXY] = s->n_nsproxies};

	return n[of];
}

static void pair(struct pairs *p, int32_t a, int32_t b)
{
	p->b_of[a] = b;
	p->a_of[b] = a;
}

static void begin_pairs(struct work *w, enum row_of of)
{
	uint32_t na = n_rows(w->a, of), nb = n_rows(w->b, of);
	struct pairs *p = &w->pairs[of];

	p->b_of = xcalloc(na + 1, sizeof(int32_t));
	p->a_of = xcalloc(nb + 1, sizeof(int32_t));
	memset(p->b_of, 0xff, na * sizeof(int32_t)); /* IX_NONE */
	memset(p->a_of, 0xff, nb * sizeof(int32_t));
}

static bool is_same_task(const struct task *a, const struct task *b)
{
	return a->tid == b->tid && (!(a->facts & b->facts & TASK_STAT) || a->start == b->start);
}

static void pair_tasks(struct work *w)
{
	for (uint32_t i = 0; i < w->a->n_tasks; i++) {
		int32_t b = snap_find_task(w->b, w->a->tasks[i].tid);

		if (b >= 0 && is_same_task(&w->a->tasks[i], &w->b->tasks[b]))
			pair(&w->pairs[OF_TASK], i, b);
	}
}

static int ns_order(const struct ns *a, const struct ns *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->inum < b->inum ? -1 : a->inum > b->inum;
}

/* Both are sorted by kind and inode number. */
static void pair_nss(struct work *w)
{
	uint32_t i = 0, j = 0;

	while (i < w->a->n_nss && j < w->b->n_nss) {
		const struct ns *a = &w->a->nss[i], *b = &w->b->nss[j];
		int by = ns_order(a, b);

		if (!by && (!a->id || !b->id || a->id == b->id))
			pair(&w->pairs[OF_NS], i, j);
		i += by <= 0;
		j += by >= 0;
	}
}

static void pair_nsproxies(struct work *w)
{
	struct pairs *p = &w->pairs[OF_NSPROXY];

	for (uint32_t i = 0; i < w->a->n_tasks; i++) {
		int32_t task = w->pairs[OF_TASK].b_of[i], a, b;

		if (task < 0)
			continue;
		a = w->a->tasks[i].nsproxy;
		b = w->b->tasks[task].nsproxy;
		if (a >= 0 && b >= 0 && p->b_of[a] < 0 && p->a_of[b] < 0)
			pair(p, a, b);
	}
}

static struct diff_row *add_row(struct work *w, enum row_of of, enum diff_what what, int32_t a,
				int32_t b)
{
	struct diff_row *r = array_add(&w->d->rows);

	r->of = of;
	r->what = what;
	r->a = a;
	r->b = b;
	return r;
}

static bool is_unknown(int32_t ix)
{
	return ix < IX_NONE;
}

/* Links to rows: the same when their rows are. */
static bool is_other_link(const struct pairs *p, int32_t a, int32_t b)
{
	if (is_unknown(a) || is_unknown(b))
		return false;
	return a >= 0 ? p->b_of[a] != b : b >= 0;
}

static bool is_other_value(const struct value *a, const struct value *b)
{
	if ((a->type == VALUE_MISSING && is_unknown((int32_t)a->n)) ||
	    (b->type == VALUE_MISSING && is_unknown((int32_t)b->n)))
		return false;
	return value_compare(a, b) != 0;
}

static bool is_other(const struct work *w, const struct field *f, int32_t a, int32_t b,
		     const struct value *was, const struct value *now)
{
	if (f->how == BY_NS)
		return is_other_link(&w->pairs[OF_NS], w->a->tasks[a].ns[f->slot],
				     w->b->tasks[b].ns[f->slot]);
	if (f->how == BY_NSPROXY)
		return is_other_link(&w->pairs[OF_NSPROXY], w->a->tasks[a].nsproxy,
				     w->b->tasks[b].nsproxy);
	/* Workers of the kernel are named after what they did last. */
	if (f->how == BY_NAME && w->b->tasks[b].is_kthread)
		return false;
	return is_other_value(was, now);
}

static void compare_fields(struct work *w, enum row_of of, int32_t a, int32_t b)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];
		const struct column *c;
		struct value was = {0}, now = {0};
		struct diff_row *r;

		if (f->of != of)
			continue;
		c = column_find(of, f->id);
		c->get(w->a, a, &was);
		c->get(w->b, b, &now);
		if (!is_other(w, f, a, b, &was, &now))
			continue;
		r = add_row(w, of, DIFF_CHANGED, a, b);
		r->column = c;
		r->was = was;
		r->now = now;
	}
}

static void compare_rows(struct work *w, enum row_of of)
{
	const struct pairs *p = &w->pairs[of];
	uint32_t na = n_rows(w->a, of), nb = n_rows(w->b, of);

	for (uint32_t i = 0; i < na; i++) {
		if (p->b_of[i] < 0)
			add_row(w, of, DIFF_REMOVED, i, IX_NONE);
		else
			compare_fields(w, of, i, p->b_of[i]);
	}
	for (uint32_t i = 0; i < nb; i++)
		if (p->a_of[i] < 0)
			add_row(w, of, DIFF_ADDED, IX_NONE, i);
}

void diff_snaps(struct diff *d, const struct snap *a, const struct snap *b)
{
	struct work w = {.d = d, .a = a, .b = b};

	*d = (struct diff){0};
	for (int of = 0; of < ROW_OF_N; of++)
		begin_pairs(&w, of);
	pair_tasks(&w);
	pair_nss(&w);
	pair_nsproxies(&w);
	for (int of = 0; of < ROW_OF_N; of++)
		compare_rows(&w, of);
	for (int of = 0; of < ROW_OF_N; of++) {
		free(w.pairs[of].b_of);
		free(w.pairs[of].a_of);
	}
}

void diff_free(struct diff *d)
{
	free(d->rows.items);
	*d = (struct diff){0};
}

/* ---- as text ---- */

static void print_name(struct strbuf *out, enum row_of of, const struct snap *s, int32_t row,
		       enum charset cs)
{
	if (of == OF_NS) {
		const struct ns *ns = &s->nss[row];

		strbuf_printf(out, "%s:[%u]", ns_kinds[ns->kind].name, ns->inum);
		return;
	}
	if (of == OF_NSPROXY) {
		const struct nsproxy *p = &s->nsproxies[row];

		strbuf_printf(out, "nsproxy %c%d", p->is_inferred ? '~' : '#', p->id);
		if (p->first_task >= 0)
			strbuf_printf(out, " of task %d", s->tasks[p->first_task].tid);
		return;
	}
	strbuf_printf(out, "task %d (", s->tasks[row].tid);
	text_safe(out, s->tasks[row].comm, cs);
	strbuf_puts(out, ")");
}

void diff_print_row(struct strbuf *out, const struct diff_row *r, const struct snap *a,
		    const struct snap *b, enum charset cs)
{
	static const char signs[DIFF_N] = {
		[DIFF_REMOVED] = '-', [DIFF_ADDED] = '+', [DIFF_CHANGED] = '~'};
	char was[4096], now[4096];

	strbuf_printf(out, "%c ", signs[r->what]);
	if (r->what == DIFF_REMOVED)
		print_name(out, r->of, a, r->a, cs);
	else
		print_name(out, r->of, b, r->b, cs);
	if (r->what == DIFF_CHANGED)
		strbuf_printf(out, ": %s %s -> %s", r->column->id,
			      value_text(&r->was, was, sizeof(was), cs),
			      value_text(&r->now, now, sizeof(now), cs));
	strbuf_puts(out, "\n");
}
