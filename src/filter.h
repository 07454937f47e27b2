/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filter language: `type = net and nprocs = 0`. Terms are `column OP value`
 * over the column table, or single words that match any text of the row; joined
 * by and, or, not and parentheses.
 */
#ifndef NSCOPE_FILTER_H
#define NSCOPE_FILTER_H

#include "column.h"
#include "err.h"

struct filter;

/* NULL with e set (where it is wrong, nearest column) when text does not parse. */
struct filter *filter_parse(enum row_of of, const char *text, struct err *e);
/* NULL as filter matches everything. */
bool filter_match(const struct filter *f, const struct snap *s, int32_t row);
/* Facts that the columns it names need: enum task_fact. */
uint8_t filter_needs(const struct filter *f);
void filter_free(struct filter *f);

#endif
