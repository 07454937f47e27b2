/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nsproxies of a snap: the kernel's own where a maker gave them, else
 * inferred from tasks whose eight links are equal.
 */
#include "hash.h"
#include "snap_impl.h"

#include <string.h>

struct proxy_key {
	const struct freeze *f;
	const int32_t *ns;
};

static bool is_proxy(const void *key, uint32_t row)
{
	const struct proxy_key *k = key;
	const int32_t *ns = k->f->nsproxies[row].ns;

	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (ns_slots[slot].home == HOME_NSPROXY && ns[slot] != k->ns[slot])
			return false;
	return true;
}

/* The links of its nsproxy; IX_NONE, or why they do not add up to one, where they do not. */
static int32_t proxy_slots(const struct task *t, int32_t ns[NS_N_SLOTS])
{
	int32_t known = IX_NONE;

	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		ns[slot] = ns_slots[slot].home == HOME_NSPROXY ? t->ns[slot] : IX_NONE;
		if (ns[slot] == IX_DENIED || ns[slot] == IX_RACED || ns[slot] == IX_OFF)
			return ns[slot];
		if (ns[slot] >= 0)
			known = 0;
	}
	return known;
}

static uint32_t hash_links(const int32_t ns[NS_N_SLOTS])
{
	return hash_bytes(ns, sizeof(int32_t) * NS_N_SLOTS);
}

/* Without the kernel's word: tasks with equal links share one, which may be wrong. */
static void infer_nsproxies(struct freeze *f)
{
	struct snap *s = &f->box->snap;
	struct hash table = {0};
	ARRAY(struct nsproxy) found = {0};

	for (uint32_t i = 0; i < s->n_tasks; i++) {
		int32_t ns[NS_N_SLOTS];
		struct proxy_key key = {f, ns};
		uint32_t *row;

		f->tasks[i].nsproxy = proxy_slots(&f->tasks[i], ns);
		if (f->tasks[i].nsproxy < 0)
			continue;
		row = hash_slot(&table, hash_links(ns), is_proxy, &key);
		if (*row == HASH_EMPTY) {
			struct nsproxy *p = array_add(&found);

			*row = found.n - 1;
			*p = (struct nsproxy){
				.id = found.n, .is_inferred = true, .count = -1, .first_task = i};
			memcpy(p->ns, ns, sizeof(p->ns));
			f->nsproxies = found.items;
		}
		f->tasks[i].nsproxy = *row;
		found.items[*row].n_tasks++;
	}
	hash_free(&table);
	f->nsproxies = box_alloc(f, found.n, sizeof(*f->nsproxies));
	if (found.n)
		memcpy(f->nsproxies, found.items, found.n * sizeof(*found.items));
	free(found.items);
	s->n_nsproxies = found.n;
}

static void place_nsproxy(struct freeze *f, int32_t row, int32_t *map, int32_t first_task)
{
	struct snap *s = &f->box->snap;
	struct nsproxy *p = &f->nsproxies[s->n_nsproxies];

	*p = f->b->nsproxies.items[row];
	p->id = s->n_nsproxies + 1;
	p->first_task = first_task;
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		p->ns[slot] = remap(f->ns_map, p->ns[slot]);
	map[row] = s->n_nsproxies++;
}

/* Why a task of which only links are known is in none of the kernel's. */
static int32_t why_none(const struct task *t)
{
	int32_t ns[NS_N_SLOTS], known = proxy_slots(t, ns);

	return known < 0 ? known : IX_RACED;
}

/* The kernel's own: numbered by their lowest tid, those without tasks last. */
static void take_nsproxies(struct freeze *f)
{
	struct snap *s = &f->box->snap;
	uint32_t n = f->b->nsproxies.n;
	int32_t *map = xcalloc(n, sizeof(*map));

	f->nsproxies = box_alloc(f, n, sizeof(*f->nsproxies));
	memset(map, 0xff, n * sizeof(*map));
	for (uint32_t i = 0; i < s->n_tasks; i++) {
		int32_t row = f->tasks[i].nsproxy;

		if (row == IX_OFF)
			f->tasks[i].nsproxy = why_none(&f->tasks[i]);
		if (row < 0)
			continue;
		if (map[row] < 0)
			place_nsproxy(f, row, map, i);
		f->tasks[i].nsproxy = map[row];
		f->nsproxies[map[row]].n_tasks++;
	}
	for (uint32_t row = 0; row < n; row++)
		if (map[row] < 0)
			place_nsproxy(f, row, map, IX_NONE);
	free(map);
}

void freeze_nsproxies(struct freeze *f)
{
	if (f->b->nsproxies.n)
		take_nsproxies(f);
	else
		infer_nsproxies(f);
	f->box->snap.nsproxies = f->nsproxies;
}
