/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keyset.h"

static struct row_key task_key(const struct snap *s, int32_t ix)
{
	return (struct row_key){s->tasks[ix].tid, s->tasks[ix].start, OF_TASK};
}

static struct row_key ns_key(const struct snap *s, int32_t ix)
{
	const struct ns *ns = &s->nss[ix];

	return (struct row_key){(uint64_t)ns->kind << 32 | ns->inum, ns->id, OF_NS};
}

/* One without tasks is known by what it points at. */
static struct row_key nsproxy_key(const struct snap *s, int32_t ix)
{
	const struct nsproxy *p = &s->nsproxies[ix];
	struct row_key key = {.of = OF_NSPROXY};

	if (p->first_task >= 0) {
		key = task_key(s, p->first_task);
		key.of = OF_NSPROXY;
		return key;
	}
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (p->ns[slot] >= 0)
			key.a = key.a * 1000003 + s->nss[p->ns[slot]].inum;
	key.b = UINT64_MAX;
	return key;
}

struct row_key row_key_of(const struct snap *s, const struct tree_row *r)
{
	static struct row_key (*const make[])(const struct snap *, int32_t) = {
		[OF_TASK] = task_key,
		[OF_NS] = ns_key,
		[OF_NSPROXY] = nsproxy_key,
	};

	return make[r->of](s, r->ix);
}

bool row_key_equal(const struct row_key *x, const struct row_key *y)
{
	return x->a == y->a && x->b == y->b && x->of == y->of;
}

struct seek {
	const struct keyset *set;
	const struct row_key *key;
};

static bool is_item(const void *key, uint32_t row)
{
	const struct seek *seek = key;

	return row_key_equal(&seek->set->keys.items[row].key, seek->key);
}

static uint32_t hash_key(const struct row_key *key)
{
	return hash_u64(key->a ^ hash_u64(key->b + key->of));
}

bool keyset_has(const struct keyset *set, const struct row_key *key)
{
	uint32_t hash = hash_key(key);

	if (!set->n_on)
		return false;
	for (uint32_t at = hash & (set->hash.room - 1); set->hash.slots[at].row != HASH_EMPTY;
	     at = (at + 1) & (set->hash.room - 1)) {
		const struct keyset_item *item = &set->keys.items[set->hash.slots[at].row];

		if (row_key_equal(&item->key, key))
			return item->is_on;
	}
	return false;
}

void keyset_put(struct keyset *set, const struct row_key *key, bool is_on)
{
	struct seek seek = {set, key};
	uint32_t *row = hash_slot(&set->hash, hash_key(key), is_item, &seek);
	struct keyset_item *item;

	if (*row == HASH_EMPTY) {
		*row = set->keys.n;
		item = array_add(&set->keys);
		item->key = *key;
	}
	item = &set->keys.items[*row];
	set->n_on += is_on - item->is_on;
	item->is_on = is_on;
}

void keyset_clear(struct keyset *set)
{
	hash_free(&set->hash);
	free(set->keys.items);
	*set = (struct keyset){0};
}
