/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a row is, across snaps: pids and inode numbers are used again, so a task
 * is known by tid and start time, a namespace by kind, inode number and id, and
 * an nsproxy by the first task on it. And sets of such keys.
 */
#ifndef NSCOPE_KEYSET_H
#define NSCOPE_KEYSET_H

#include "hash.h"
#include "mem.h"
#include "tree.h"

struct row_key {
	uint64_t a, b;
	enum row_of of;
};

struct row_key row_key_of(const struct snap *s, const struct tree_row *r);
bool row_key_equal(const struct row_key *x, const struct row_key *y);

/* Keys are never taken out, only switched off: the set lives as long as its view. */
struct keyset {
	ARRAY(struct keyset_item {
		struct row_key key;
		bool is_on;
	})
	keys;
	struct hash hash;
	uint32_t n_on;
};

bool keyset_has(const struct keyset *set, const struct row_key *key);
void keyset_put(struct keyset *set, const struct row_key *key, bool is_on);
/* All off. */
void keyset_clear(struct keyset *set);

#endif
