/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The five orders of the tree: the rows of a snap from top to bottom, each with
 * its depth and its parent. What the rows look like is the renderer's work.
 */
#ifndef NSCOPE_TREE_H
#define NSCOPE_TREE_H

#include "column.h"
#include "snap.h"

enum tree_order {
	TREE_BY_TASK,	 /* who forked whom */
	TREE_BY_USER,	 /* user namespaces, and the tasks in each */
	TREE_BY_PID,	 /* pid namespaces, and the tasks in each */
	TREE_BY_OWNER,	 /* user namespaces, and the namespaces that each owns */
	TREE_BY_NSPROXY, /* nsproxies, and the tasks that share each */
	TREE_N_ORDERS
};

struct tree_order_info {
	const char *name; /* as in `nscope tree --by` */
	enum row_of of;	  /* what a filter speaks of */
	const char *help; /* one line */
};
extern const struct tree_order_info tree_orders[TREE_N_ORDERS];
/* The order of that name, or -1. */
int tree_order_by_name(const char *name);

struct tree_row {
	enum row_of of;
	int32_t ix;	 /* row in the snap's table */
	int32_t parent;	 /* row of this tree, or -1 */
	uint16_t depth;	 /* ends at UINT16_MAX */
	bool is_last;	 /* no sibling follows */
	bool is_context; /* a filter does not want it, only a row below it */
	bool has_children;
};

/* Parents stand before their children (preorder). */
struct tree {
	struct tree_row *rows;
	uint32_t n;
	uint32_t room;
};

/*
 * Append the rows of s in that order. Of the threads of a process those come
 * that differ from their leader in a namespace or nsproxy, or all. Tasks whose
 * place in the order is not known come last. Takes linear time.
 */
void tree_build(struct tree *t, const struct snap *s, enum tree_order by, bool all_threads);
/* One more row; parent is a row of t or -1. */
void tree_add(struct tree *t, enum row_of of, int32_t ix, int32_t parent);
/* Drop the rows that are neither wanted nor above a wanted one. */
void tree_filter(struct tree *t, bool (*is_wanted)(const struct tree_row *r, void *data),
		 void *data);
/* Set is_last and has_children; tree_build() and tree_filter() have done so. */
void tree_link(struct tree *t);
void tree_free(struct tree *t);

/* Append the lines that lead to a row: "|  `- ". */
void tree_prefix(struct strbuf *out, const struct tree *t, uint32_t row, enum charset cs);

/* A thread in other namespaces (or on another nsproxy) than its leader. */
bool task_differs_from_leader(const struct snap *s, int32_t task);

#endif
