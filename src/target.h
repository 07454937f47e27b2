/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TARGET: how a namespace, a task or an nsproxy is named on the command line.
 *
 *	net:[4026532998]  net:4026532998  4026532998  net:4026532998@5123  pid:1911  #5
 *
 * A path to a file of nsfs is a TARGET too; who has files to ask resolves it to
 * an inode number first.
 */
#ifndef NSCOPE_TARGET_H
#define NSCOPE_TARGET_H

#include "column.h"
#include "err.h"

struct target {
	enum row_of of;
	int kind;    /* of a namespace; -1: any */
	uint32_t n;  /* inode number, process id, ordinal */
	uint64_t id; /* of a namespace: only the one of this 64-bit id; 0: any */
};

/* Is it a path? Nothing else has a slash. */
bool target_is_path(const char *text);
/* 0, or -EINVAL with e set: what a TARGET looks like, the nearest kind. */
int target_parse(const char *text, struct target *t, struct err *e);
/* The row of it in s, or -ENOENT with e set: what is there instead. */
int32_t target_find(const struct target *t, const struct snap *s, struct err *e);

#endif
