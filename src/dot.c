/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dot.h"

#include <string.h>

struct graph {
	struct strbuf *out;
	const struct snap *s;
	enum charset cs;
	int32_t *order; /* task rows, so that those of one node are neighbours */
	bool *has_ns;	/* rows that are drawn */
	bool *has_proxy;
	bool *has_task;
};

/* What makes tasks one node. */
static int compare_tasks(const struct snap *s, int32_t a, int32_t b)
{
	const struct task *x = &s->tasks[a], *y = &s->tasks[b];

	if (x->nsproxy != y->nsproxy)
		return x->nsproxy < y->nsproxy ? -1 : 1;
	if (x->ns[SLOT_USER] != y->ns[SLOT_USER])
		return x->ns[SLOT_USER] < y->ns[SLOT_USER] ? -1 : 1;
	if (x->ns[SLOT_PID] != y->ns[SLOT_PID])
		return x->ns[SLOT_PID] < y->ns[SLOT_PID] ? -1 : 1;
	return 0;
}

static int task_order(const void *a, const void *b, void *snap)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	int by = compare_tasks(snap, x, y);

	return by ? by : x < y ? -1 : x > y;
}

/* ---- which rows are drawn ---- */

static void mark_task(struct graph *g, int32_t ix)
{
	const struct task *t = &g->s->tasks[ix];

	g->has_task[ix] = true;
	if (t->nsproxy >= 0)
		g->has_proxy[t->nsproxy] = true;
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (t->ns[slot] >= 0)
			g->has_ns[t->ns[slot]] = true;
}

static void mark_proxy(struct graph *g, int32_t ix)
{
	g->has_proxy[ix] = true;
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (g->s->nsproxies[ix].ns[slot] >= 0)
			g->has_ns[g->s->nsproxies[ix].ns[slot]] = true;
	for (uint32_t i = 0; i < g->s->n_tasks; i++)
		g->has_task[i] |= g->s->tasks[i].nsproxy == ix;
}

/* Those that hold it, and its members; not all that they have besides. */
static void mark_ns(struct graph *g, int32_t ix)
{
	const struct ns *ns = &g->s->nss[ix];

	g->has_ns[ix] = true;
	for (uint32_t i = 0; i < g->s->n_nsproxies; i++)
		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			g->has_proxy[i] |= g->s->nsproxies[i].ns[slot] == ix;
	for (uint32_t i = 0; i < ns->n_threads; i++)
		g->has_task[g->s->members[ns->first_member + i]] = true;
	for (uint32_t i = 0; i < g->s->n_nss; i++)
		g->has_ns[i] |= g->s->nss[i].owner == ix || g->s->nss[i].parent == ix;
}

static void mark_all(struct graph *g)
{
	memset(g->has_ns, true, g->s->n_nss);
	memset(g->has_proxy, true, g->s->n_nsproxies);
	memset(g->has_task, true, g->s->n_tasks);
}

/* Owners and parents up to the roots; a row that is marked has its own marked later or before. */
static void mark_kin(struct graph *g)
{
	bool has_more = true;

	while (has_more) {
		has_more = false;
		for (uint32_t i = 0; i < g->s->n_nss; i++) {
			int32_t kin[] = {g->s->nss[i].owner, g->s->nss[i].parent};

			for (size_t k = 0; k < ARRAY_SIZE(kin) && g->has_ns[i]; k++) {
				if (kin[k] < 0 || g->has_ns[kin[k]])
					continue;
				g->has_ns[kin[k]] = true;
				has_more = true;
			}
		}
	}
}

/* ---- drawing ---- */

/* Host bytes inside a quoted label: DOT's own escapes and HTML's must not come alive. */
static void put_raw(struct graph *g, struct raw r)
{
	struct strbuf safe = {0};

	text_safe(&safe, r, g->cs);
	for (const char *p = safe.s; *p; p++) {
		if (*p == '"' || *p == '\\')
			strbuf_add(g->out, "\\", 1);
		if (*p == '&')
			strbuf_puts(g->out, "&amp;");
		else
			strbuf_add(g->out, p, 1);
	}
	strbuf_free(&safe);
}

static void draw_ns(struct graph *g, uint32_t ix)
{
	const struct ns *ns = &g->s->nss[ix];

	strbuf_printf(g->out, "  ns%u [shape=box%s, label=\"%s:[%u]\\n", ix,
		      ns->n_threads ? "" : ", style=dashed", ns_kinds[ns->kind].name, ns->inum);
	if (ns->is_initial)
		strbuf_puts(g->out, "initial, ");
	strbuf_printf(g->out, "%u process%s\"];\n", ns->n_procs, ns->n_procs == 1 ? "" : "es");
	if (ns->owner >= 0 && g->has_ns[ns->owner] && ns->owner != ns->parent)
		strbuf_printf(g->out, "  ns%u -> ns%d [style=dashed, label=\"owner\"];\n", ix,
			      ns->owner);
	if (ns->parent >= 0 && g->has_ns[ns->parent])
		strbuf_printf(g->out, "  ns%u -> ns%d [label=\"parent\"];\n", ix, ns->parent);
}

static void draw_keeper(struct graph *g, uint32_t ix)
{
	const struct keeper *k = &g->s->keepers[ix];

	if (!g->has_ns[k->ns])
		return;
	strbuf_printf(g->out, "  keeper%u [shape=note, label=\"", ix);
	if (k->kind == KEEPER_BIND)
		put_raw(g, k->path);
	else
		strbuf_printf(g->out, "%s %d of %d", keeper_kind_names[k->kind], k->fd, k->pid);
	strbuf_printf(g->out, "\"];\n  keeper%u -> ns%d;\n", ix, k->ns);
}

static void draw_nsproxy(struct graph *g, uint32_t ix)
{
	const struct nsproxy *p = &g->s->nsproxies[ix];

	strbuf_printf(g->out, "  nsproxy%d [shape=ellipse, label=\"nsproxy %c%d\\n%u task%s\"];\n",
		      p->id, p->is_inferred ? '~' : '#', p->id, p->n_tasks,
		      p->n_tasks == 1 ? "" : "s");
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (p->ns[slot] >= 0 && g->has_ns[p->ns[slot]])
			strbuf_printf(g->out, "  nsproxy%d -> ns%d [label=\"%s\"];\n", p->id,
				      p->ns[slot], ns_slots[slot].name);
}

/* One node for the n tasks at order[first]. */
static void draw_tasks(struct graph *g, uint32_t first, uint32_t n)
{
	const struct task *t = &g->s->tasks[g->order[first]];

	strbuf_printf(g->out, "  task%d [shape=plaintext, label=\"", t->tid);
	if (t->facts & TASK_STAT)
		put_raw(g, t->comm);
	else
		strbuf_puts(g->out, "?");
	strbuf_printf(g->out, " %d", t->tid);
	if (n > 1)
		strbuf_printf(g->out, "\\nand %u more", n - 1);
	strbuf_puts(g->out, "\"];\n");
	if (t->nsproxy >= 0 && g->has_proxy[t->nsproxy])
		strbuf_printf(g->out, "  task%d -> nsproxy%d;\n", t->tid,
			      g->s->nsproxies[t->nsproxy].id);
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (ns_slots[slot].home != HOME_NSPROXY && t->ns[slot] >= 0 &&
		    g->has_ns[t->ns[slot]])
			strbuf_printf(g->out, "  task%d -> ns%d [style=dotted, label=\"%s\"];\n",
				      t->tid, t->ns[slot], ns_slots[slot].name);
}

static void draw_all_tasks(struct graph *g)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->s->n_tasks; i++)
		if (g->has_task[i])
			g->order[n++] = i;
	qsort_r(g->order, n, sizeof(*g->order), task_order, (void *)g->s);
	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && !compare_tasks(g->s, g->order[i], g->order[end]);)
			end++;
		draw_tasks(g, i, end - i);
	}
}

static void draw(struct graph *g)
{
	strbuf_puts(g->out, "digraph nscope {\n"
			    "  rankdir=LR;\n"
			    "  node [fontname=\"sans-serif\"];\n"
			    "  edge [fontname=\"sans-serif\", fontsize=10];\n");
	for (uint32_t i = 0; i < g->s->n_nss; i++)
		if (g->has_ns[i])
			draw_ns(g, i);
	for (uint32_t i = 0; i < g->s->n_keepers; i++)
		draw_keeper(g, i);
	for (uint32_t i = 0; i < g->s->n_nsproxies; i++)
		if (g->has_proxy[i])
			draw_nsproxy(g, i);
	draw_all_tasks(g);
	strbuf_puts(g->out, "}\n");
}

void dot_write(struct strbuf *out, const struct snap *s, enum row_of of, int32_t ix,
	       enum charset cs)
{
	static void (*const markers[])(struct graph *, int32_t) = {
		[OF_TASK] = mark_task, [OF_NS] = mark_ns, [OF_NSPROXY] = mark_proxy};
	struct graph g = {.out = out, .s = s, .cs = cs};

	g.order = xcalloc(s->n_tasks, sizeof(*g.order));
	g.has_ns = xcalloc(s->n_nss, sizeof(*g.has_ns));
	g.has_proxy = xcalloc(s->n_nsproxies, sizeof(*g.has_proxy));
	g.has_task = xcalloc(s->n_tasks, sizeof(*g.has_task));
	if (ix >= 0)
		markers[of](&g, ix);
	else
		mark_all(&g);
	mark_kin(&g);
	draw(&g);
	free(g.order);
	free(g.has_ns);
	free(g.has_proxy);
	free(g.has_task);
}
