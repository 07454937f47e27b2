/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snap.h"
#include "snap_impl.h"

#include <string.h>

static const char *const missing_names[] = {"none", "denied", "raced", "unsupported", "off"};
_Static_assert(ARRAY_SIZE(missing_names) == -IX_LAST, "a name for each");

const char *const keeper_kind_names[] = {
	[KEEPER_FD] = "fd",	  [KEEPER_BIND] = "bind",   [KEEPER_SOCKET] = "socket",
	[KEEPER_TASK] = "task",	  [KEEPER_FILE] = "file",   [KEEPER_FLIGHT] = "flight",
	[KEEPER_QUEUE] = "queue", [KEEPER_SUPER] = "super", [KEEPER_CPU] = "cpu",
	[KEEPER_IPC] = "ipc",	  [KEEPER_TREE] = "tree",   [KEEPER_RING] = "ring",
};
const char *const audit_names[] = {"none", "full", "unstable", "partial", "initial"};
const char *const coverage_state_names[] = {"ok", "partial", "denied", "unsupported", "off"};

const char *missing_name(int32_t ix)
{
	return ix < 0 && ix >= IX_LAST ? missing_names[-ix - 1] : "?";
}

int32_t missing_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(missing_names); i++)
		if (!strcmp(missing_names[i], name))
			return -(int32_t)i - 1;
	return 0;
}

void pool_unref(struct pool *p)
{
	if (!p || __atomic_sub_fetch(&p->refs, 1, __ATOMIC_ACQ_REL))
		return;
	arena_free(&p->arena);
	free(p);
}

const struct snap *snap_ref(const struct snap *s)
{
	struct snap_box *box = (struct snap_box *)s;

	if (box)
		__atomic_add_fetch(&box->refs, 1, __ATOMIC_RELAXED);
	return s;
}

void snap_unref(const struct snap *s)
{
	struct snap_box *box = (struct snap_box *)s;

	if (!box || __atomic_sub_fetch(&box->refs, 1, __ATOMIC_ACQ_REL))
		return;
	arena_free(&box->arena);
	pool_unref(box->pool);
	free(box);
}

size_t snap_size(const struct snap *s)
{
	const struct snap_box *box = (const struct snap_box *)s;

	return sizeof(*box) + arena_size(&box->arena) + arena_size(&box->pool->arena);
}

int32_t snap_find_task(const struct snap *s, pid_t tid)
{
	uint32_t lo = 0, hi = s->n_tasks;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->tasks[mid].tid < tid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n_tasks && s->tasks[lo].tid == tid ? (int32_t)lo : IX_NONE;
}

static int32_t find_ns_of_kind(const struct snap *s, enum ns_kind kind, uint32_t inum)
{
	uint32_t lo = 0, hi = s->n_nss;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const struct ns *ns = &s->nss[mid];

		if (ns->kind < kind || (ns->kind == kind && ns->inum < inum))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < s->n_nss && s->nss[lo].kind == kind && s->nss[lo].inum == inum)
		return lo;
	return IX_NONE;
}

int32_t snap_find_ns(const struct snap *s, int kind, uint32_t inum)
{
	if (kind >= 0)
		return find_ns_of_kind(s, kind, inum);
	for (int k = 0; k < NS_N_KINDS; k++) {
		int32_t ix = find_ns_of_kind(s, k, inum);

		if (ix >= 0)
			return ix;
	}
	return IX_NONE;
}

void snap_strip(const struct snap *s, int32_t task, int32_t other, char out[NS_STRIP_LEN + 1])
{
	const struct task *t = &s->tasks[task];
	const struct task *o = other >= 0 ? &s->tasks[other] : NULL;

	for (int k = 0; k < NS_N_KINDS; k++) {
		int32_t mine = t->ns[k], theirs = o ? o->ns[k] : IX_OFF;

		if (mine == IX_NONE || mine == IX_UNSUPPORTED)
			out[k] = '-';
		else if (mine < 0 || (theirs < 0 && theirs != IX_NONE && o))
			out[k] = '?';
		else if (o ? mine == theirs : s->nss[mine].is_initial)
			out[k] = '.';
		else
			out[k] = ns_kinds[k].letter;
	}
	out[NS_STRIP_LEN] = '\0';
}

uint32_t snap_n_taskless(const struct snap *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n_nss; i++)
		n += s->nss[i].n_threads == 0;
	return n;
}

struct raw snap_user_name(const struct snap *s, uid_t uid)
{
	uint32_t lo = 0, hi = s->n_users;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->users[mid].uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < s->n_users && s->users[lo].uid == uid)
		return s->users[lo].name;
	return (struct raw){""};
}
