/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From builder to value: sort, give every link its final row, derive the rest.
 * Each step below works on the whole snap and leaves it more complete.
 */
#include "snap_impl.h"

#include <string.h>

#define MAX_LEVEL 64 /* the kernel allows 33; a file may hold a circle */

/* ---- containers ---- */

static int compare_raw(struct raw a, struct raw b)
{
	return strcmp(a.s, b.s);
}

static int container_order(const void *a, const void *b)
{
	const struct container *x = *(struct container *const *)a,
			       *y = *(struct container *const *)b;
	int by = compare_raw(x->runtime, y->runtime);

	return by ? by : compare_raw(x->id, y->id);
}

static void freeze_containers(struct freeze *f)
{
	uint32_t n = f->b->containers.n;
	struct container **order = xcalloc(n, sizeof(*order));
	struct container *out = box_alloc(f, n, sizeof(*out));

	f->container_map = xcalloc(n, sizeof(int32_t));
	for (uint32_t i = 0; i < n; i++)
		order[i] = &f->b->containers.items[i];
	qsort(order, n, sizeof(*order), container_order);
	for (uint32_t i = 0; i < n; i++) {
		out[i] = *order[i];
		f->container_map[order[i] - f->b->containers.items] = i;
	}
	free(order);
	f->box->snap.containers = out;
	f->box->snap.n_containers = n;
}

/* ---- tasks: by tid; of two with one tid (it was reused meanwhile) the later stays ---- */

static int task_order(const void *a, const void *b)
{
	const struct task *x = *(struct task *const *)a, *y = *(struct task *const *)b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Most makers add them in order, or nearly all: only what follows is sorted, and merged. */
static void sort_tasks(struct task **order, uint32_t n)
{
	uint32_t n_first = n ? 1 : 0, n_rest;
	struct task **rest;

	while (n_first < n && order[n_first - 1]->tid <= order[n_first]->tid)
		n_first++;
	n_rest = n - n_first;
	if (!n_rest)
		return;
	rest = xcalloc(n_rest, sizeof(*rest));
	memcpy(rest, order + n_first, n_rest * sizeof(*rest));
	qsort(rest, n_rest, sizeof(*rest), task_order);
	/* From the back, where there is room. */
	while (n_rest)
		if (n_first && task_order(&order[n_first - 1], &rest[n_rest - 1]) > 0)
			order[--n] = order[--n_first];
		else
			order[--n] = rest[--n_rest];
	free(rest);
}

/* A task that changed its number by execve() was seen twice, and counted twice. */
static void doubt_nsproxy(struct snap_builder *b, int32_t row)
{
	if (row >= 0 && b->nsproxies.items[row].audit == AUDIT_FULL)
		b->nsproxies.items[row].audit = AUDIT_UNSTABLE;
}

static void freeze_tasks(struct freeze *f)
{
	struct snap *s = &f->box->snap;
	uint32_t n = f->b->tasks.n;
	struct task **order = xcalloc(n, sizeof(*order));

	for (uint32_t i = 0; i < n; i++)
		order[i] = &f->b->tasks.items[i];
	sort_tasks(order, n);
	f->tasks = box_alloc(f, n, sizeof(*f->tasks));
	for (uint32_t i = 0; i < n; i++) {
		struct task *t = &f->tasks[s->n_tasks];

		if (i + 1 < n && order[i + 1]->tid == order[i]->tid) {
			doubt_nsproxy(f->b, order[i]->nsproxy);
			continue;
		}
		*t = *order[i];
		t->container = remap(f->container_map, t->container);
		t->leader = t->parent = t->first_child = t->next_sibling = IX_NONE;
		s->n_procs += task_is_leader(t);
		s->n_tasks++;
	}
	free(order);
	s->tasks = f->tasks;
}

/* ---- namespaces ---- */

static void mark_with_kin(const struct snap_builder *b, int32_t ix, bool *used)
{
	/* Ends: a row is marked once, and owner chains are at most as long as there are rows. */
	while (ix >= 0 && !used[ix]) {
		const struct ns *ns = &b->nss.items[ix];

		used[ix] = true;
		mark_with_kin(b, ns->parent, used);
		ix = ns->owner;
	}
}

static bool *mark_used(const struct freeze *f)
{
	const struct snap_builder *b = f->b;
	bool *used = xcalloc(b->nss.n, sizeof(*used));

	for (uint32_t i = 0; i < f->box->snap.n_tasks; i++)
		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			mark_with_kin(b, f->tasks[i].ns[slot], used);
	for (uint32_t i = 0; i < b->nsproxies.n; i++)
		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			mark_with_kin(b, b->nsproxies.items[i].ns[slot], used);
	for (uint32_t i = 0; i < b->keepers.n; i++) {
		mark_with_kin(b, b->keepers.items[i].ns, used);
		mark_with_kin(b, b->keepers.items[i].where_ns, used);
	}
	for (uint32_t i = 0; i < b->nss.n; i++)
		if (b->nss.items[i].is_listed)
			mark_with_kin(b, i, used);
	return used;
}

static int ns_order(const void *a, const void *b)
{
	const struct ns *x = *(struct ns *const *)a, *y = *(struct ns *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->inum != y->inum)
		return x->inum < y->inum ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static void freeze_nss(struct freeze *f)
{
	struct snap *s = &f->box->snap;
	const struct snap_builder *b = f->b;
	struct ns **order = xcalloc(b->nss.n, sizeof(*order));
	bool *used = mark_used(f);
	uint32_t n = 0;

	f->ns_map = xcalloc(b->nss.n, sizeof(int32_t));
	for (uint32_t i = 0; i < b->nss.n; i++) {
		f->ns_map[i] = IX_RACED;
		if (used[i])
			order[n++] = &b->nss.items[i];
	}
	qsort(order, n, sizeof(*order), ns_order);
	f->nss = box_alloc(f, n, sizeof(*f->nss));
	for (uint32_t i = 0; i < n; i++) {
		f->nss[i] = *order[i];
		f->ns_map[order[i] - b->nss.items] = i;
	}
	for (uint32_t i = 0; i < n; i++) {
		f->nss[i].owner = remap(f->ns_map, f->nss[i].owner);
		f->nss[i].parent = remap(f->ns_map, f->nss[i].parent);
		f->nss[i].lead = IX_NONE;
		f->nss[i].level = -1;
		f->nss[i].quota = IX_OFF;
	}
	free(used);
	free(order);
	freeze_cut_circles(f, n);
	s->nss = f->nss;
	s->n_nss = n;
}

static void link_task_slots(struct freeze *f)
{
	for (uint32_t i = 0; i < f->box->snap.n_tasks; i++)
		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			f->tasks[i].ns[slot] = remap(f->ns_map, f->tasks[i].ns[slot]);
}

/*
 * Before 6.18 the initial mnt and net namespaces have numbers of their own every
 * boot; kthreadd is in all initial ones and never leaves.
 */
static void mark_initial(struct freeze *f)
{
	int32_t ix = snap_find_task(&f->box->snap, 2);

	if (ix < 0 || !f->tasks[ix].is_kthread || f->tasks[ix].ppid)
		return;
	for (int k = 0; k < NS_N_KINDS; k++)
		if (f->tasks[ix].ns[k] >= 0 && !ns_kinds[k].init_inum_is_old)
			f->nss[f->tasks[ix].ns[k]].is_initial = true;
}

static int32_t level_of(const struct freeze *f, int32_t ix)
{
	int32_t level = 0;

	for (; level < MAX_LEVEL && ix >= 0; level++, ix = f->nss[ix].parent)
		if (f->nss[ix].is_initial)
			return level;
	return -1;
}

static void derive_levels(struct freeze *f)
{
	for (uint32_t i = 0; i < f->box->snap.n_nss; i++)
		if (ns_kinds[f->nss[i].kind].is_hierarchical)
			f->nss[i].level = level_of(f, i);
}

static void derive_members(struct freeze *f)
{
	struct snap *s = &f->box->snap;
	uint32_t n = 0;
	int32_t *members;

	for (uint32_t i = 0; i < s->n_tasks; i++)
		for (int k = 0; k < NS_N_KINDS; k++)
			if (f->tasks[i].ns[k] >= 0)
				f->nss[f->tasks[i].ns[k]].n_threads++;
	for (uint32_t i = 0; i < s->n_nss; i++) {
		f->nss[i].first_member = n;
		n += f->nss[i].n_threads;
		f->nss[i].n_threads = 0;
	}
	members = box_alloc(f, n, sizeof(*members));
	for (uint32_t i = 0; i < s->n_tasks; i++) {
		for (int k = 0; k < NS_N_KINDS; k++) {
			struct ns *ns = f->tasks[i].ns[k] >= 0 ? &f->nss[f->tasks[i].ns[k]] : NULL;

			if (!ns)
				continue;
			members[ns->first_member + ns->n_threads++] = i;
			if (ns->lead < 0 || (task_is_leader(&f->tasks[i]) && !ns->n_procs))
				ns->lead = i;
			ns->n_procs += task_is_leader(&f->tasks[i]);
		}
	}
	s->members = members;
}

/* What of a namespace's references other namespaces and nsproxies hold. */
static void derive_refs(struct freeze *f)
{
	struct snap *s = &f->box->snap;

	for (uint32_t i = 0; i < s->n_nss; i++) {
		/* The owner of a user namespace is its parent: one reference, not two. */
		if (f->nss[i].owner >= 0 && f->nss[i].kind != NS_USER)
			f->nss[f->nss[i].owner].n_owned++;
		if (f->nss[i].parent >= 0)
			f->nss[f->nss[i].parent].n_children++;
	}
	for (uint32_t i = 0; i < s->n_nsproxies; i++)
		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			if (f->nsproxies[i].ns[slot] >= 0)
				f->nss[f->nsproxies[i].ns[slot]].n_proxy_refs++;
}

/* ---- users, coverage ---- */

static int user_order(const void *a, const void *b)
{
	const struct user *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static void freeze_users(struct freeze *f)
{
	uint32_t n = f->b->users.n;
	struct user *users = box_alloc(f, n, sizeof(*users));

	if (n)
		memcpy(users, f->b->users.items, n * sizeof(*users));
	qsort(users, n, sizeof(*users), user_order);
	f->box->snap.users = users;
	f->box->snap.n_users = n;
}

static int coverage_order(const void *a, const void *b)
{
	const struct coverage *x = a, *y = b;
	int by = compare_raw(x->probe, y->probe);

	if (by || (by = compare_raw(x->why, y->why)))
		return by;
	return x->state < y->state ? -1 : x->state > y->state;
}

static void freeze_coverage(struct freeze *f)
{
	const struct snap_builder *b = f->b;
	struct coverage *rows = box_alloc(f, b->seen.n + b->gaps.n, sizeof(*rows));
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->seen.n; i++) {
		uint32_t before = n;

		for (uint32_t j = 0; j < b->gaps.n; j++) {
			if (strcmp(b->gaps.items[j].probe.s, b->seen.items[i].probe.s))
				continue;
			rows[n] = b->gaps.items[j];
			rows[n++].seen = b->seen.items[i].n;
		}
		if (n == before)
			rows[n++] = (struct coverage){.probe = b->seen.items[i].probe,
						      .seen = b->seen.items[i].n,
						      .why = {""}};
	}
	qsort(rows, n, sizeof(*rows), coverage_order);
	f->box->snap.coverage = rows;
	f->box->snap.n_coverage = n;
}

const struct snap *snap_freeze(struct snap_builder *b, bool is_partial)
{
	struct snap_box *box = xcalloc(1, sizeof(*box));
	struct freeze f = {.b = b, .box = box};

	box->refs = 1;
	box->pool = b->pool;
	__atomic_add_fetch(&b->pool->refs, 1, __ATOMIC_RELAXED);
	box->snap.meta = b->meta;
	box->snap.is_partial = is_partial;

	freeze_containers(&f);
	freeze_tasks(&f);
	freeze_nss(&f);
	link_task_slots(&f);
	mark_initial(&f);
	derive_levels(&f);
	derive_members(&f);
	freeze_nsproxies(&f);
	derive_refs(&f);
	freeze_tree(&f);
	freeze_keepers(&f);
	freeze_counts(&f);
	freeze_doubt_latecomers(&f);
	freeze_quotas(&f);
	freeze_users(&f);
	freeze_coverage(&f);
	free(f.ns_map);
	free(f.container_map);
	return &box->snap;
}
