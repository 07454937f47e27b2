/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies at each namespace of a snap: its keepers, counts of references, and quotas. */
#include "snap_impl.h"

#include <string.h>

static int keeper_order(const void *a, const void *b)
{
	const struct keeper *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	if (x->ref != y->ref)
		return x->ref < y->ref ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->where_ns != y->where_ns)
		return x->where_ns < y->where_ns ? -1 : 1;
	if (strcmp(x->path.s, y->path.s))
		return strcmp(x->path.s, y->path.s);
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

void freeze_keepers(struct freeze *f)
{
	struct snap *s = &f->box->snap;
	uint32_t n = f->b->keepers.n;

	f->keepers = box_alloc(f, n, sizeof(*f->keepers));
	for (uint32_t i = 0; i < n; i++) {
		f->keepers[i] = f->b->keepers.items[i];
		f->keepers[i].ns = remap(f->ns_map, f->keepers[i].ns);
		f->keepers[i].where_ns = remap(f->ns_map, f->keepers[i].where_ns);
	}
	qsort(f->keepers, n, sizeof(*f->keepers), keeper_order);
	for (uint32_t i = n; i-- > 0;) {
		f->nss[f->keepers[i].ns].first_keeper = i;
		f->nss[f->keepers[i].ns].n_keepers++;
	}
	s->keepers = f->keepers;
	s->n_keepers = n;
}

static int count_order(const void *a, const void *b)
{
	const struct ref_count *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return (int)x->ref - (int)y->ref;
}

void freeze_counts(struct freeze *f)
{
	struct snap *s = &f->box->snap;
	struct ref_count *counts = box_alloc(f, f->b->counts.n, sizeof(*counts));

	for (uint32_t i = 0; i < f->b->counts.n; i++) {
		counts[s->n_counts] = f->b->counts.items[i];
		counts[s->n_counts].ns = remap(f->ns_map, counts[s->n_counts].ns);
		s->n_counts += counts[s->n_counts].ns >= 0;
	}
	qsort(counts, s->n_counts, sizeof(*counts), count_order);
	for (uint32_t i = s->n_counts; i-- > 0;) {
		f->nss[counts[i].ns].first_count = i;
		f->nss[counts[i].ns].n_counts++;
	}
	s->counts = counts;
}

static bool has_ref(const struct keeper *keepers, uint32_t n, enum ref_kind ref)
{
	for (uint32_t i = 0; i < n; i++)
		if (keepers[i].ref == ref)
			return true;
	return false;
}

/*
 * Descriptors and mounts of a namespace may be found after its references were counted.
 * When the count had none of them, what was seen was not all there at one moment.
 */
void freeze_doubt_latecomers(struct freeze *f)
{
	for (uint32_t i = 0; i < f->box->snap.n_nss; i++) {
		struct ns *ns = &f->nss[i];
		bool is_counted = false;

		for (uint32_t j = 0; j < ns->n_counts; j++)
			is_counted |= f->box->snap.counts[ns->first_count + j].ref == REF_NSFS;
		if (ns->audit == AUDIT_FULL && !is_counted &&
		    has_ref(&f->keepers[ns->first_keeper], ns->n_keepers, REF_NSFS))
			ns->audit = AUDIT_UNSTABLE;
	}
}

static int quota_order(const void *a, const void *b)
{
	const struct quota *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

static int quota_user_order(const void *a, const void *b)
{
	const struct quota_user *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static void freeze_quota_users(struct freeze *f, struct quota *quotas)
{
	struct snap *s = &f->box->snap;
	struct quota_user *users = box_alloc(f, f->b->quota_users.n, sizeof(*users));

	for (uint32_t i = 0; i < f->b->quota_users.n; i++) {
		struct quota_user *u = &users[s->n_quota_users];

		*u = f->b->quota_users.items[i];
		u->ns = remap(f->ns_map, u->ns);
		s->n_quota_users += u->ns >= 0 && f->nss[u->ns].quota >= 0;
	}
	qsort(users, s->n_quota_users, sizeof(*users), quota_user_order);
	for (uint32_t i = s->n_quota_users; i-- > 0;) {
		struct quota *q = &quotas[f->nss[users[i].ns].quota];

		q->first_user = i;
		q->n_users++;
	}
	s->quota_users = users;
}

void freeze_quotas(struct freeze *f)
{
	struct snap *s = &f->box->snap;
	struct quota *quotas = box_alloc(f, f->b->quotas.n, sizeof(*quotas));

	for (uint32_t i = 0; i < f->b->quotas.n; i++) {
		quotas[s->n_quotas] = f->b->quotas.items[i];
		quotas[s->n_quotas].ns = remap(f->ns_map, quotas[s->n_quotas].ns);
		s->n_quotas += quotas[s->n_quotas].ns >= 0;
	}
	qsort(quotas, s->n_quotas, sizeof(*quotas), quota_order);
	for (uint32_t i = 0; i < s->n_quotas; i++)
		f->nss[quotas[i].ns].quota = i;
	s->quotas = quotas;
	freeze_quota_users(f, quotas);
}
