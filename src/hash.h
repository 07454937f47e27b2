/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table of row numbers: open addressing, no deletion. The rows and their
 * keys stay where they are; the table only finds them.
 */
#ifndef NSCOPE_HASH_H
#define NSCOPE_HASH_H

#include "base.h"

#include <stdbool.h>

#define HASH_EMPTY UINT32_MAX

struct hash_slot {
	uint32_t hash;
	uint32_t row;
};

struct hash {
	struct hash_slot *slots;
	uint32_t n;
	uint32_t room;
};

uint32_t hash_bytes(const void *p, size_t n);
uint32_t hash_u64(uint64_t v);

/*
 * The place of the row for which is_equal(key, row) holds. Holds HASH_EMPTY when
 * there is none: the caller must then write the number of its new row into it
 * before the next call.
 */
uint32_t *hash_slot(struct hash *h, uint32_t hash, bool (*is_equal)(const void *key, uint32_t row),
		    const void *key);
void hash_free(struct hash *h);

#endif
