/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What snap.c, snap_build.c and snap_freeze.c share and nobody else sees: the
 * box around a snap, the string pool, and the builder.
 */
#ifndef NSCOPE_SNAP_IMPL_H
#define NSCOPE_SNAP_IMPL_H

#include "hash.h"
#include "mem.h"
#include "snap_build.h"

/*
 * Strings and pid lists. The builder only appends, and never moves what is
 * there, so that the snaps that were frozen from it can go on reading.
 */
struct pool {
	int refs;
	struct arena arena;
};
void pool_unref(struct pool *p);

struct snap_box {
	struct snap snap; /* first: a snap is its box */
	int refs;
	struct arena arena;
	struct pool *pool;
};

struct probe_seen {
	struct raw probe;
	uint64_t n;
};

struct snap_builder {
	struct pool *pool;
	struct snap_meta meta;
	ARRAY(struct task) tasks;
	ARRAY(struct ns) nss;
	ARRAY(struct nsproxy) nsproxies;
	ARRAY(struct keeper) keepers;
	ARRAY(struct ref_count) counts;
	ARRAY(struct quota) quotas;
	ARRAY(struct quota_user) quota_users;
	ARRAY(struct container) containers;
	ARRAY(struct user) users;
	ARRAY(struct probe_seen) seen;
	ARRAY(struct coverage) gaps;
	ARRAY(struct raw) strings;
	struct hash ns_hash;  /* (kind, inum) -> row */
	struct hash str_hash; /* bytes -> row of strings */
};

/* A snap on its way from builder to value. */
struct freeze {
	struct snap_builder *b;
	struct snap_box *box;
	struct task *tasks;
	struct nsproxy *nsproxies;
	struct ns *nss;
	struct keeper *keepers;
	int32_t *ns_map; /* builder row -> row */
	int32_t *container_map;
};

static inline void *box_alloc(struct freeze *f, size_t n, size_t size)
{
	return arena_alloc(&f->box->arena, n * size);
}

static inline int32_t remap(const int32_t *map, int32_t ix)
{
	return ix >= 0 ? map[ix] : ix;
}

/* snap_proxy.c: needs tasks and namespaces in their final rows. */
void freeze_nsproxies(struct freeze *f);

/* ---- snap_tree.c ---- */
/* Parents and owners of the f->nss, which are rows already, lead to roots. */
void freeze_cut_circles(struct freeze *f, uint32_t n_nss);
/* Threads under their leaders, and those under the parent process. */
void freeze_tree(struct freeze *f);

/* ---- snap_refs.c: each row at its namespace ---- */
void freeze_keepers(struct freeze *f);
void freeze_counts(struct freeze *f);
/* After those two: no audit is full that was overtaken by what was found later. */
void freeze_doubt_latecomers(struct freeze *f);
void freeze_quotas(struct freeze *f);

#endif
