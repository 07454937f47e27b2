/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list that every view is: rows with a cursor, scrolled, folded, marked,
 * sorted, filtered and searched; once, for all views. The cursor stays on its
 * task or namespace, and that on its line of the screen, whatever is refreshed.
 */
#ifndef NSCOPE_LIST_H
#define NSCOPE_LIST_H

#include "filter.h"
#include "keyset.h"

#define LIST_MAX_COLUMNS 16

struct list {
	const struct snap *snap; /* borrowed from struct ui */
	bool is_partial;	 /* of the snap that was loaded last */
	struct tree tree;	 /* rows that the filter lets through, sorted */
	ARRAY(uint32_t) shown;	 /* those of them that are under no fold */
	uint32_t n_wanted;	 /* rows that are not there as context only */
	uint32_t at;		 /* the cursor: index of shown */
	uint32_t top;		 /* the first line on the screen: index of shown */
	uint32_t height;	 /* lines on the screen */
	struct row_key key;	 /* of the cursor's row, once there was one */
	bool has_key;
	bool is_following;   /* the key is followed wherever it goes */
	bool is_lost;	     /* the row that had the key is gone */
	struct keyset folds; /* rows that are folded otherwise than by default */
	struct keyset marks;
	bool (*is_folded_first)(const struct snap *s, const struct tree_row *r); /* may be NULL */
	const struct column *cols[LIST_MAX_COLUMNS]; /* chosen columns */
	unsigned n_cols;
	const struct column *sort; /* NULL: the order of the view */
	bool is_reversed;
	struct filter *filter; /* NULL: none */
	enum row_of filter_of;
	char *filter_text;
};

void list_free(struct list *l);
/*
 * New rows of a snap; takes the tree over. Filters, sorts and folds it and finds
 * the cursor's row again. The snap must live until the next call.
 */
void list_load(struct list *l, const struct snap *s, struct tree *t);
/* The row under the cursor, or NULL when the list is empty. */
const struct tree_row *list_row(const struct list *l);
const struct tree_row *list_shown_row(const struct list *l, uint32_t at);
/* Put the cursor there, or at the nearest end. */
void list_go(struct list *l, int64_t at);
/* Put the cursor on a row of the tree, unfolding what hides it. */
void list_go_row(struct list *l, uint32_t row);
/* After a change of order: show what is around the cursor, from the top if it is near. */
void list_reveal(struct list *l);
/* The tree row with this key, or -1. */
int32_t list_find_key(const struct list *l, const struct row_key *key);
/* The screen has so many lines for the list now. */
void list_set_height(struct list *l, uint32_t height);
/* Move the screen under the cursor, as the wheel does. */
void list_scroll(struct list *l, int64_t by);

bool list_is_folded(const struct list *l, const struct tree_row *r);
/* Fold or unfold one row (by tree row number), or all that have children. */
void list_fold(struct list *l, uint32_t row, bool is_folded);
void list_fold_all(struct list *l, bool is_folded);
bool list_is_marked(const struct list *l, const struct tree_row *r);

#endif
