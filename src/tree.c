/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree.h"

#include <string.h>
#include <strings.h>

const struct tree_order_info tree_orders[] = {
	[TREE_BY_TASK] = {"task", OF_TASK, "tasks under the task that made them"},
	[TREE_BY_USER] = {"user", OF_TASK, "user namespaces, and the tasks in each"},
	[TREE_BY_PID] = {"pid", OF_TASK, "pid namespaces, and the tasks in each"},
	[TREE_BY_OWNER] = {"owner", OF_NS, "user namespaces, and what each of them owns"},
	[TREE_BY_NSPROXY] = {"nsproxy", OF_TASK, "nsproxies, and the tasks that share each"},
};
_Static_assert(ARRAY_SIZE(tree_orders) == TREE_N_ORDERS, "a row for each order");

int tree_order_by_name(const char *name)
{
	for (int by = 0; by < TREE_N_ORDERS; by++)
		if (!strcasecmp(tree_orders[by].name, name))
			return by;
	return -1;
}

void tree_add(struct tree *t, enum row_of of, int32_t ix, int32_t parent)
{
	struct tree_row *r;
	unsigned depth = parent >= 0 ? t->rows[parent].depth + 1u : 0;

	t->rows = array_grow(t->rows, &t->n, &t->room, sizeof(*t->rows));
	r = &t->rows[t->n - 1];
	r->of = of;
	r->ix = ix;
	r->parent = parent;
	r->depth = depth < UINT16_MAX ? depth : UINT16_MAX;
}

void tree_free(struct tree *t)
{
	free(t->rows);
	*t = (struct tree){0};
}

void tree_link(struct tree *t)
{
	/* has_next[d]: a row at depth d was seen whose siblings before it may still come */
	bool *has_next = xcalloc(UINT16_MAX + 1u, sizeof(*has_next));
	unsigned top = 0;

	for (uint32_t i = 0; i < t->n; i++)
		t->rows[i].has_children = false;
	for (uint32_t i = t->n; i-- > 0;) {
		struct tree_row *r = &t->rows[i];

		while (top < r->depth)
			has_next[++top] = false;
		top = r->depth;
		r->is_last = !has_next[top];
		has_next[top] = true;
		if (r->parent >= 0)
			t->rows[r->parent].has_children = true;
	}
	free(has_next);
}

void tree_filter(struct tree *t, bool (*is_wanted)(const struct tree_row *r, void *data),
		 void *data)
{
	int32_t *place = xcalloc(t->n, sizeof(*place)); /* 0: out, 1: context, 2: wanted */
	uint32_t n = 0;

	for (uint32_t i = t->n; i-- > 0;) {
		if (is_wanted(&t->rows[i], data))
			place[i] = 2;
		if (place[i] && t->rows[i].parent >= 0 && !place[t->rows[i].parent])
			place[t->rows[i].parent] = 1;
	}
	for (uint32_t i = 0; i < t->n; i++) {
		struct tree_row r = t->rows[i];

		if (!place[i])
			continue;
		r.is_context = place[i] == 1;
		r.parent = r.parent >= 0 ? place[r.parent] : -1;
		place[i] = n;
		t->rows[n++] = r;
	}
	t->n = n;
	free(place);
	tree_link(t);
}

void tree_prefix(struct strbuf *out, const struct tree *t, uint32_t row, enum charset cs)
{
	const struct text_marks *m = text_marks(cs);
	const struct tree_row *r = &t->rows[row];
	unsigned n = 0;
	int32_t *up;

	strbuf_add(out, "", 0);
	if (!r->depth)
		return;
	up = xcalloc(r->depth, sizeof(*up));
	for (int32_t i = r->parent; i >= 0 && t->rows[i].depth && n < r->depth;
	     i = t->rows[i].parent)
		up[n++] = i;
	while (n--)
		strbuf_puts(out, t->rows[up[n]].is_last ? m->blank : m->bar);
	strbuf_puts(out, r->is_last ? m->corner : m->tee);
	free(up);
}

bool task_differs_from_leader(const struct snap *s, int32_t task)
{
	const struct task *t = &s->tasks[task];
	const struct task *l = t->leader >= 0 ? &s->tasks[t->leader] : NULL;

	if (!l || l == t)
		return false;
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (t->ns[slot] >= 0 && l->ns[slot] >= 0 && t->ns[slot] != l->ns[slot])
			return true;
	return t->nsproxy >= 0 && l->nsproxy >= 0 && t->nsproxy != l->nsproxy;
}

/* ---- building ---- */

struct build {
	struct tree *t;
	const struct snap *s;
	bool all_threads;
	const int32_t *group; /* of each task; NULL: all are one group */
	int32_t *rows;	      /* the tree row of each task */
};

static bool is_shown(const struct build *b, int32_t task)
{
	return b->all_threads || task_is_leader(&b->s->tasks[task]) ||
	       b->s->tasks[task].leader < 0 || task_differs_from_leader(b->s, task);
}

static bool is_same_group(const struct build *b, int32_t x, int32_t y)
{
	return !b->group || b->group[x] == b->group[y];
}

/* A task and what is below it in its group; walks by links, for trees can be deep. */
static void add_subtree(struct build *b, int32_t root, int32_t parent)
{
	const struct task *tasks = b->s->tasks;
	int32_t i = root;

	b->rows[root] = b->t->n;
	tree_add(b->t, OF_TASK, root, parent);
	for (;;) {
		int32_t next = tasks[i].first_child;

		for (;;) {
			while (next >= 0 && !(is_same_group(b, next, root) && is_shown(b, next)))
				next = tasks[next].next_sibling;
			if (next >= 0 || i == root)
				break;
			next = tasks[i].next_sibling;
			i = tasks[i].parent;
		}
		if (next < 0)
			return;
		b->rows[next] = b->t->n;
		tree_add(b->t, OF_TASK, next, b->rows[tasks[next].parent]);
		i = next;
	}
}

/* Rows chained by a key, in order: first[key], next[row]. */
struct chains {
	int32_t *first;
	int32_t *next;
};

static struct chains chain_by(const int32_t *key, uint32_t n, uint32_t n_keys)
{
	struct chains c = {xcalloc(n_keys, sizeof(int32_t)), xcalloc(n, sizeof(int32_t))};

	memset(c.first, 0xff, n_keys * sizeof(int32_t));
	for (uint32_t i = n; i-- > 0;) {
		c.next[i] = -1;
		if (key[i] < 0)
			continue;
		c.next[i] = c.first[key[i]];
		c.first[key[i]] = i;
	}
	return c;
}

static void chains_free(struct chains *c)
{
	free(c->first);
	free(c->next);
}

/* Tasks that head their group: of each task its group, or -1 when its parent is in the same. */
static int32_t *group_heads(const struct build *b)
{
	int32_t *heads = xcalloc(b->s->n_tasks, sizeof(*heads));

	for (uint32_t i = 0; i < b->s->n_tasks; i++) {
		int32_t parent = b->s->tasks[i].parent;

		heads[i] = b->group[i];
		if ((parent >= 0 && b->group[parent] == b->group[i]) || !is_shown(b, i))
			heads[i] = -1;
	}
	return heads;
}

static void add_unplaced(struct build *b)
{
	for (uint32_t i = 0; i < b->s->n_tasks; i++) {
		int32_t parent = b->s->tasks[i].parent;

		if (b->group[i] < 0 && is_shown(b, i) &&
		    !(parent >= 0 && b->group[parent] == b->group[i]))
			add_subtree(b, i, -1);
	}
}

/* Namespaces of one kind, each under its parent, and what below() puts under each. */
struct ns_walk {
	struct build *b;
	struct chains children;
	struct chains things; /* below each namespace: tasks or namespaces */
	enum row_of things_of;
	bool *is_done;
};

static void add_things(struct ns_walk *w, int32_t ns, int32_t row)
{
	for (int32_t i = w->things.first[ns]; i >= 0; i = w->things.next[i])
		if (w->things_of == OF_TASK)
			add_subtree(w->b, i, row);
		else
			tree_add(w->b->t, OF_NS, i, row);
}

/* Recursion is bounded: the kernel nests 32 deep, and is_done stops circles of a file. */
static void add_ns(struct ns_walk *w, int32_t ns, int32_t parent, unsigned depth)
{
	int32_t row = w->b->t->n;

	if (w->is_done[ns] || depth > 1000)
		return;
	w->is_done[ns] = true;
	tree_add(w->b->t, OF_NS, ns, parent);
	add_things(w, ns, row);
	for (int32_t i = w->children.first[ns]; i >= 0; i = w->children.next[i])
		add_ns(w, i, row, depth + 1);
}

static void add_ns_tree(struct build *b, enum ns_kind kind, struct chains things,
			enum row_of things_of)
{
	uint32_t n = b->s->n_nss;
	int32_t *parent = xcalloc(n, sizeof(*parent));
	struct ns_walk w = {b, {0}, things, things_of, xcalloc(n, sizeof(bool))};

	for (uint32_t i = 0; i < n; i++)
		parent[i] = b->s->nss[i].kind == kind ? b->s->nss[i].parent : -1;
	w.children = chain_by(parent, n, n);
	for (uint32_t i = 0; i < n; i++)
		if (b->s->nss[i].kind == kind && b->s->nss[i].parent < 0)
			add_ns(&w, i, -1, 0);
	for (uint32_t i = 0; i < n; i++) /* what only a circle leads to */
		if (b->s->nss[i].kind == kind)
			add_ns(&w, i, -1, 0);
	chains_free(&w.children);
	free(w.is_done);
	free(parent);
}

static void build_by_task(struct build *b, enum ns_slot slot)
{
	(void)slot;
	for (int32_t i = b->s->first_root; i >= 0; i = b->s->tasks[i].next_sibling)
		if (is_shown(b, i))
			add_subtree(b, i, -1);
}

static void build_by_kind(struct build *b, enum ns_slot slot)
{
	int32_t *group = xcalloc(b->s->n_tasks, sizeof(*group)), *heads;
	struct chains things;

	for (uint32_t i = 0; i < b->s->n_tasks; i++)
		group[i] = b->s->tasks[i].ns[slot];
	b->group = group;
	heads = group_heads(b);
	things = chain_by(heads, b->s->n_tasks, b->s->n_nss);
	add_ns_tree(b, ns_slots[slot].kind, things, OF_TASK);
	add_unplaced(b);
	chains_free(&things);
	free(heads);
	free(group);
}

static void build_by_owner(struct build *b, enum ns_slot slot)
{
	int32_t *owner = xcalloc(b->s->n_nss, sizeof(*owner));
	struct chains things;

	(void)slot;
	for (uint32_t i = 0; i < b->s->n_nss; i++)
		owner[i] = b->s->nss[i].kind == NS_USER ? -1 : b->s->nss[i].owner;
	things = chain_by(owner, b->s->n_nss, b->s->n_nss);
	add_ns_tree(b, NS_USER, things, OF_NS);
	for (uint32_t i = 0; i < b->s->n_nss; i++)
		if (b->s->nss[i].kind != NS_USER && owner[i] < 0)
			tree_add(b->t, OF_NS, i, -1);
	chains_free(&things);
	free(owner);
}

static void build_by_nsproxy(struct build *b, enum ns_slot slot)
{
	int32_t *group = xcalloc(b->s->n_tasks, sizeof(*group)), *heads;
	struct chains things;

	(void)slot;
	for (uint32_t i = 0; i < b->s->n_tasks; i++)
		group[i] = b->s->tasks[i].nsproxy;
	b->group = group;
	heads = group_heads(b);
	things = chain_by(heads, b->s->n_tasks, b->s->n_nsproxies);
	for (uint32_t p = 0; p < b->s->n_nsproxies; p++) {
		int32_t row = b->t->n;

		tree_add(b->t, OF_NSPROXY, p, -1);
		for (int32_t i = things.first[p]; i >= 0; i = things.next[i])
			add_subtree(b, i, row);
	}
	add_unplaced(b);
	chains_free(&things);
	free(heads);
	free(group);
}

void tree_build(struct tree *t, const struct snap *s, enum tree_order by, bool all_threads)
{
	static const struct {
		void (*build)(struct build *b, enum ns_slot slot);
		enum ns_slot slot;
	} builders[] = {
		[TREE_BY_TASK] = {build_by_task, SLOT_PID},
		[TREE_BY_USER] = {build_by_kind, SLOT_USER},
		[TREE_BY_PID] = {build_by_kind, SLOT_PID},
		[TREE_BY_OWNER] = {build_by_owner, SLOT_USER},
		[TREE_BY_NSPROXY] = {build_by_nsproxy, SLOT_PID},
	};
	struct build b = {.t = t, .s = s, .all_threads = all_threads};

	b.rows = xcalloc(s->n_tasks, sizeof(*b.rows));
	builders[by].build(&b, builders[by].slot);
	free(b.rows);
	tree_link(t);
}
