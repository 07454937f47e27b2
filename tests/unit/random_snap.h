/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Snaps that no kernel would show: links of every sort, names that deceive. */
#ifndef NSCOPE_TESTS_RANDOM_SNAP_H
#define NSCOPE_TESTS_RANDOM_SNAP_H

#include "snap.h"

/* The same numbers on every host for the same seed. */
struct rng {
	uint64_t state;
};
uint32_t rng_next(struct rng *r);
/* 0 .. n - 1 */
uint32_t rng_below(struct rng *r, uint32_t n);

/* At most size - 1 bytes without NUL: plain, control, bidirectional, broken UTF-8, wide. */
void random_bytes(struct rng *r, char *buf, unsigned size);

/* The caller owns one reference. */
const struct snap *random_snap(uint64_t seed, unsigned n_tasks);

#endif
