/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hash.h"

#include "mem.h"

/* FNV-1a, and the finalizer of splitmix64: both good enough for inode numbers and names. */
uint32_t hash_bytes(const void *p, size_t n)
{
	const unsigned char *c = p;
	uint32_t h = 2166136261u;

	while (n--)
		h = (h ^ *c++) * 16777619u;
	return h;
}

uint32_t hash_u64(uint64_t v)
{
	v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9ull;
	v = (v ^ (v >> 27)) * 0x94d049bb133111ebull;
	return v ^ (v >> 31);
}

static void grow(struct hash *h)
{
	struct hash old = *h;

	h->room = old.room ? old.room * 2 : 64;
	h->slots = xreallocarray(NULL, h->room, sizeof(*h->slots));
	for (uint32_t i = 0; i < h->room; i++)
		h->slots[i].row = HASH_EMPTY;
	for (uint32_t i = 0; i < old.room; i++) {
		uint32_t at = old.slots[i].hash & (h->room - 1);

		if (old.slots[i].row == HASH_EMPTY)
			continue;
		while (h->slots[at].row != HASH_EMPTY)
			at = (at + 1) & (h->room - 1);
		h->slots[at] = old.slots[i];
	}
	free(old.slots);
}

uint32_t *hash_slot(struct hash *h, uint32_t hash, bool (*is_equal)(const void *key, uint32_t row),
		    const void *key)
{
	uint32_t at;

	if (h->n * 2 >= h->room)
		grow(h);
	for (at = hash & (h->room - 1); h->slots[at].row != HASH_EMPTY;
	     at = (at + 1) & (h->room - 1))
		if (h->slots[at].hash == hash && is_equal(key, h->slots[at].row))
			return &h->slots[at].row;
	h->slots[at].hash = hash;
	h->n++;
	return &h->slots[at].row;
}

void hash_free(struct hash *h)
{
	free(h->slots);
	*h = (struct hash){0};
}
