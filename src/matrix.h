/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sharing matrix: one row an nsproxy, one column a slot. The same letter
 * down a column is the same namespace. The columns `user` and active `pid` stand
 * outside of nsproxy and are taken from the tasks that share it.
 */
#ifndef NSCOPE_MATRIX_H
#define NSCOPE_MATRIX_H

#include "snap.h"

/* Number of the namespace in its column (0 is A), one of enum missing, or: */
#define MATRIX_SEVERAL (IX_LAST - 1) /* its tasks are in different ones */

struct matrix {
	int32_t (*cells)[NS_N_SLOTS]; /* by row of snap->nsproxies */
	uint32_t n;
};

/* The order of the columns, as struct nsproxy lists its members; then user and pid. */
extern const enum ns_slot matrix_slots[NS_N_SLOTS];
extern const char *const matrix_titles[NS_N_SLOTS]; /* by slot; at most seven letters */
#define MATRIX_N_INSIDE 8 /* columns before the line: what nsproxy itself holds */

void matrix_build(struct matrix *m, const struct snap *s);
void matrix_free(struct matrix *m);
/* A, B ... Z, AA ...; "*" for several, "?" not permitted to know, "-" none. Returns buf. */
const char *matrix_letter(int32_t cell, char buf[8]);

#endif
