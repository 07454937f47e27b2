/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "why_plan.h"

#include "why.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int32_t leader_of(const struct snap *s, int32_t row)
{
	return s->tasks[row].leader >= 0 ? s->tasks[row].leader : row;
}

static int32_t leader_row(const struct snap *s, pid_t pid)
{
	int32_t row = snap_find_task(s, pid);

	return row < 0 ? IX_NONE : leader_of(s, row);
}

static bool has_ended(const struct task *t)
{
	return t->state == 'Z' || t->state == 'X' ||
	       (t->nsproxy == IX_NONE && (t->facts & TASK_STAT) && !t->is_kthread);
}

/* A leader may have ended before its threads. */
static bool is_dead(const struct snap *s, int32_t leader)
{
	if (!has_ended(&s->tasks[leader]))
		return false;
	for (int32_t i = s->tasks[leader].first_child; i >= 0; i = s->tasks[i].next_sibling)
		if (s->tasks[i].tgid == s->tasks[leader].tgid && !has_ended(&s->tasks[i]))
			return false;
	return true;
}

static bool is_init(const struct task *t)
{
	return t->n_pids > 1 && t->pids[t->n_pids - 1] == 1;
}

/* We are gone when the commands are read. */
static bool is_reader(const struct task *t)
{
	return t->tid == getpid() && !strcmp(t->comm.s, "nscope");
}

static void note_process(struct why_plan *p, int32_t leader, bool is_user)
{
	if (is_reader(&p->s->tasks[leader]))
		return;
	p->is_user[leader] |= is_user;
	if (p->fates[leader] > FATE_WATCH)
		return;
	if (is_dead(p->s, leader))
		p->fates[leader] = FATE_DEAD;
	else
		p->fates[leader] = is_init(&p->s->tasks[leader]) ? FATE_INIT : FATE_KILL;
}

/* In any slot: what waits for a task's children is kept by it, too. */
static void note_users(struct why_plan *p)
{
	for (uint32_t i = 0; i < p->s->n_tasks; i++)
		for (int slot = 0; slot < NS_N_SLOTS; slot++) {
			int32_t ns = p->s->tasks[i].ns[slot];

			if (ns >= 0 && p->has_ns[ns])
				note_process(p, leader_of(p->s, i), true);
		}
}

static void note_ns(struct why_plan *p, int32_t ns)
{
	if (p->has_ns[ns] || p->s->nss[ns].is_initial)
		return;
	p->has_ns[ns] = true;
	*array_add(&p->nss) = ns;
}

static void note_kin(struct why_plan *p, int32_t ns)
{
	for (uint32_t i = 0; i < p->s->n_nss; i++)
		if (p->s->nss[i].parent == ns || p->s->nss[i].owner == ns)
			note_ns(p, i);
}

static void note_keeper(struct why_plan *p, const struct keeper *k)
{
	char path[64];
	int32_t row;

	if (k->kind == KEEPER_BIND && k->where_ns >= 0)
		*array_add(&p->umounts) = k;
	else if (k->kind == KEEPER_SUPER && k->where_ns >= 0)
		*array_add(&p->supers) = k;
	else if (k->kind == KEEPER_IPC && k->where_ns >= 0)
		*array_add(&p->objects) = k;
	else
		p->has_inner |= k->kind == KEEPER_SUPER || k->kind == KEEPER_IPC;
	if (k->where_ns >= 0) {
		if (!why_ns_path(p->s, k->where_ns, path, sizeof(path)))
			note_ns(p, k->where_ns);
		return;
	}
	if (!k->pid || k->kind == KEEPER_BIND)
		return;
	row = leader_row(p->s, k->pid);
	if (row < 0 && k->pid > 1)
		*array_add(&p->others) = k->pid;
	else if (row < 0)
		p->has_inner = true; /* the first process, which no command of ours ends */
	else if (k->ref != REF_STRUCT_PID || k->kind != KEEPER_FILE)
		note_process(p, row, false);
	else if (p->fates[row] == FATE_STAYS)
		p->fates[row] = FATE_WATCH;
}

static void note_keepers(struct why_plan *p, int32_t ns)
{
	const struct ns *row = &p->s->nss[ns];

	for (uint32_t i = 0; i < row->n_keepers; i++)
		note_keeper(p, &p->s->keepers[row->first_keeper + i]);
}

static bool is_below(const struct snap *s, int32_t pid_ns, int32_t ns)
{
	while (pid_ns >= 0 && pid_ns != ns)
		pid_ns = s->nss[pid_ns].parent;
	return pid_ns == ns;
}

/* The kernel ends all of a pid namespace, and of those below it, with its first process. */
static void take_along(struct why_plan *p, int32_t init)
{
	int32_t ns = p->s->tasks[init].ns[SLOT_PID];

	for (uint32_t i = 0; ns >= 0 && i < p->s->n_tasks; i++) {
		const struct task *t = &p->s->tasks[i];
		int32_t row = leader_of(p->s, i);

		if (row == init || !is_below(p->s, t->ns[SLOT_PID], ns))
			continue;
		p->fates[row] = is_dead(p->s, row) ? FATE_DEAD : FATE_TAKEN;
	}
}

static bool ends(const struct why_plan *p, int32_t leader)
{
	return p->fates[leader] == FATE_KILL || p->fates[leader] == FATE_INIT ||
	       p->fates[leader] == FATE_TAKEN;
}

/* Who ends leaves its dead children to a process that waits; so does the first of the system. */
static void note_parents(struct why_plan *p)
{
	for (uint32_t i = 0; i < p->s->n_tasks; i++) {
		int32_t parent = leader_row(p->s, p->s->tasks[i].ppid);

		if (p->fates[i] == FATE_DEAD && parent >= 0 && p->fates[parent] <= FATE_WATCH &&
		    p->s->tasks[parent].tid > 2)
			p->fates[parent] = FATE_PARENT;
	}
}

/* A mount goes with its namespace when that has nothing but processes that end. */
static bool goes_along(const struct why_plan *p, int32_t mnt)
{
	const struct ns *ns = &p->s->nss[mnt];

	if (ns->is_initial || (!ns->n_threads && !p->has_ns[mnt]))
		return false;
	for (uint32_t i = 0; i < ns->n_threads; i++)
		if (!ends(p, leader_of(p->s, p->s->members[ns->first_member + i])))
			return false;
	for (uint32_t i = 0; i < ns->n_keepers; i++) {
		const struct keeper *k = &p->s->keepers[ns->first_keeper + i];
		int32_t row = k->pid ? leader_row(p->s, k->pid) : IX_NONE;

		if (row < 0 || !ends(p, row))
			return p->has_ns[mnt];
	}
	return true;
}

static uint32_t drop_those_along(const struct why_plan *p, const struct keeper **items, uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++)
		if (!goes_along(p, items[i]->where_ns))
			items[kept++] = items[i];
	return kept;
}

void why_plan_make(struct why_plan *p, const struct snap *s, int32_t ns)
{
	*p = (struct why_plan){.s = s};
	p->has_ns = xcalloc(s->n_nss, sizeof(*p->has_ns));
	p->fates = xcalloc(s->n_tasks, sizeof(*p->fates));
	p->is_user = xcalloc(s->n_tasks, sizeof(*p->is_user));
	note_ns(p, ns);
	for (uint32_t i = 0; i < p->nss.n; i++) {
		note_keepers(p, p->nss.items[i]);
		note_kin(p, p->nss.items[i]);
	}
	note_users(p);
	for (uint32_t i = 0; i < s->n_tasks; i++)
		if (p->fates[i] == FATE_INIT)
			take_along(p, i);
	note_parents(p);
	p->umounts.n = drop_those_along(p, p->umounts.items, p->umounts.n);
	p->supers.n = drop_those_along(p, p->supers.items, p->supers.n);
	p->objects.n = drop_those_along(p, p->objects.items, p->objects.n);
	p->has_inner |= p->supers.n || p->objects.n;
}

void why_plan_free(struct why_plan *p)
{
	free(p->nss.items);
	free(p->has_ns);
	free(p->fates);
	free(p->is_user);
	free(p->umounts.items);
	free(p->supers.items);
	free(p->objects.items);
	free(p->others.items);
}

bool why_ns_path(const struct snap *s, int32_t row, char *path, size_t size)
{
	const struct ns *ns = &s->nss[row];

	if (ns->lead >= 0) {
		snprintf(path, size, "/proc/%d/ns/%s", s->tasks[ns->lead].tid,
			 ns_kinds[ns->kind].name);
		return true;
	}
	for (uint32_t i = 0; i < ns->n_keepers; i++) {
		const struct keeper *k = &s->keepers[ns->first_keeper + i];

		if (k->ref == REF_NSFS && k->kind == KEEPER_FD && k->pid && k->fd >= 0) {
			snprintf(path, size, "/proc/%d/fd/%d", k->pid, k->fd);
			return true;
		}
	}
	return false;
}
