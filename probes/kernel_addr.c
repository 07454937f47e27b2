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
	uint32_t *slot = hash_slot(&map->table, hash_u64(addr), is_addr, &key);
	struct addr_row *entry;

	if (*slot != HASH_EMPTY)
		return &map->items.items[*slot];
	*slot = map->items.n;
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
