/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between two snaps of one system. A task is the same by tid and
 * start time, a namespace by kind, inode number and 64-bit id; an nsproxy has no
 * number that lasts, so it is the same when a task that is in both says so. What
 * either snap does not know is no difference.
 */
#ifndef NSCOPE_DIFF_H
#define NSCOPE_DIFF_H

#include "column.h"
#include "mem.h"

enum diff_what { DIFF_REMOVED, DIFF_ADDED, DIFF_CHANGED, DIFF_N };

struct diff_row {
	enum row_of of;
	enum diff_what what;
	int32_t a, b;		     /* its row in each; IX_NONE where it is not */
	const struct column *column; /* changed: which */
	struct value was, now;
};

/* By what it is of (tasks, namespaces, nsproxies), then in the order of the snaps. */
struct diff {
	ARRAY(struct diff_row) rows;
};

/* The values borrow from both snaps, which must live as long. */
void diff_snaps(struct diff *d, const struct snap *a, const struct snap *b);
void diff_free(struct diff *d);

/* Append "+ net:[4026532998]", "~ task 1911 (nginx): netns 4026531840 -> 4026532998". */
void diff_print_row(struct strbuf *out, const struct diff_row *r, const struct snap *a,
		    const struct snap *b, enum charset cs);

#endif
