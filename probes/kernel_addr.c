/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows by the address of a kernel object: good within one reading only. */
#include "kernel_impl.h"

struct addr_key {
	const struct addr_map *map;
	uint64_t addr;
};

static bool is_addr(const void *key, uint32_t row)
{
	const struct addr_key *k = key;

	return k->map->items.items[row].addr == k->addr;
}

struct addr_row *addr_entry(struct addr_map *map, uint64_t addr)
{
	struct addr_key key = {map, addr};
	struct addr_row *entry;
	uint32_t *slot;

	/* Neighbours have much in common: it is often the one of the last call. */
	if (map->last < map->items.n && map->items.items[map->last].addr == addr)
		return &map->items.items[map->last];
	slot = hash_slot(&map->table, hash_u64(addr), is_addr, &key);
	if (*slot != HASH_EMPTY) {
		map->last = *slot;
		return &map->items.items[*slot];
	}
	*slot = map->last = map->items.n;
	entry = array_add(&map->items);
	*entry = (struct addr_row){addr, IX_OFF};
	return entry;
}

int32_t addr_find(struct addr_map *map, uint64_t addr)
{
	return addr ? addr_entry(map, addr)->row : IX_OFF;
}

void addr_map_free(struct addr_map *map)
{
	hash_free(&map->table);
	free(map->items.items);
	*map = (struct addr_map){0};
}
