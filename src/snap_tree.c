/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trees in a snap: tasks by their parents, namespaces by theirs and by their
 * owners. Whoever follows them comes to a root: circles, which a reading that was
 * overtaken by the kernel or a maker of snaps could give, are cut open here.
 */
#include "snap_impl.h"

/* ---- namespaces ---- */

static int32_t *parent_of(struct freeze *f, int32_t ix)
{
	return &f->nss[ix].parent;
}

static int32_t *owner_of(struct freeze *f, int32_t ix)
{
	return &f->nss[ix].owner;
}

/* Each row is looked at once: what leads to a row seen on the same way is a circle. */
static void cut(struct freeze *f, uint32_t n, int32_t *(*above)(struct freeze *f, int32_t ix))
{
	uint32_t *way = xcalloc(n, sizeof(*way)); /* on whose way it was, plus 1 */

	for (uint32_t i = 0; i < n; i++) {
		int32_t ix = i, *next;

		while (ix >= 0 && !way[ix]) {
			way[ix] = i + 1;
			next = above(f, ix);
			if (*next >= 0 && way[*next] == i + 1)
				*next = IX_NONE;
			ix = *next;
		}
	}
	free(way);
}

void freeze_cut_circles(struct freeze *f, uint32_t n_nss)
{
	cut(f, n_nss, parent_of);
	cut(f, n_nss, owner_of);
}

/* ---- tasks ---- */

static void link_thread(struct freeze *f, int32_t ix)
{
	struct task *t = &f->tasks[ix];
	/* Siblings stand together: what was found for the one before is tried first. */
	const struct task *before = ix ? &f->tasks[ix - 1] : t;

	if (task_is_leader(t))
		t->leader = ix;
	else if (before->tgid == t->tgid)
		t->leader = before->leader;
	else
		t->leader = snap_find_task(&f->box->snap, t->tgid);
	if (t->leader >= 0)
		f->tasks[t->leader].n_threads++;
	if (!task_is_leader(t))
		t->parent = t->leader;
	else if (t->ppid && task_is_leader(before) && before->ppid == t->ppid &&
		 before->parent >= 0)
		t->parent = before->parent;
	else if (t->ppid)
		t->parent = snap_find_task(&f->box->snap, t->ppid);
	if (t->parent == ix)
		t->parent = IX_NONE;
}

/* A file may hold parents in a circle, which no root would lead to: cut it open. */
static void cut_circle(struct freeze *f, int32_t ix)
{
	int32_t slow = ix, fast = ix;

	while (fast >= 0 && f->tasks[fast].parent >= 0) {
		slow = f->tasks[slow].parent;
		fast = f->tasks[f->tasks[fast].parent].parent;
		if (slow == fast) {
			f->tasks[slow].parent = IX_NONE;
			return;
		}
	}
}

void freeze_tree(struct freeze *f)
{
	struct snap *s = &f->box->snap;

	for (uint32_t i = 0; i < s->n_tasks; i++)
		link_thread(f, i);
	for (uint32_t i = 0; i < s->n_tasks; i++)
		if (f->tasks[i].parent > (int32_t)i) /* every circle has such a step */
			cut_circle(f, i);
	s->first_root = IX_NONE;
	/* From the back, so that siblings come in the order of their tids. */
	for (int32_t i = (int32_t)s->n_tasks - 1; i >= 0; i--) {
		struct task *t = &f->tasks[i];
		int32_t *head = t->parent >= 0 ? &f->tasks[t->parent].first_child : &s->first_root;

		t->next_sibling = *head;
		*head = i;
	}
}
