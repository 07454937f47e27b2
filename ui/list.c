/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list.h"

#include <stdlib.h>
#include <string.h>

void list_free(struct list *l)
{
	tree_free(&l->tree);
	free(l->shown.items);
	keyset_clear(&l->folds);
	keyset_clear(&l->marks);
	filter_free(l->filter);
	free(l->filter_text);
	*l = (struct list){0};
}

/* ---- sorting: siblings among themselves ---- */

struct sorting {
	const struct tree *tree;
	const struct value *values;
	bool is_reversed;
};

static int sort_order(const void *a, const void *b, void *data)
{
	const struct sorting *sort = data;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int32_t px = sort->tree->rows[x].parent, py = sort->tree->rows[y].parent;
	int by;

	if (px != py)
		return px < py ? -1 : 1;
	by = value_compare(&sort->values[x], &sort->values[y]);
	if (by)
		return sort->is_reversed ? -by : by;
	return x < y ? -1 : x > y;
}

/* Emit in preorder from rows ordered by (parent, value): first[p + 1] .. first[p + 2]. */
static void emit_sorted(struct tree *t, const uint32_t *order, const uint32_t *first)
{
	struct tree sorted = {0};
	int32_t *place = xcalloc(t->n, sizeof(*place));
	uint32_t *next = xcalloc(t->n + 1u, sizeof(*next));
	int32_t parent = -1;

	memcpy(next, first, (t->n + 1u) * sizeof(*next));
	for (;;) {
		uint32_t row;

		if (next[parent + 1] == first[parent + 2]) {
			if (parent < 0)
				break;
			parent = t->rows[parent].parent;
			continue;
		}
		row = order[next[parent + 1]++];
		place[row] = sorted.n;
		tree_add(&sorted, t->rows[row].of, t->rows[row].ix,
			 parent < 0 ? -1 : place[parent]);
		sorted.rows[place[row]].is_context = t->rows[row].is_context;
		parent = row;
	}
	free(place);
	free(next);
	tree_free(t);
	*t = sorted;
	tree_link(t);
}

static void sort_tree(struct list *l, struct tree *t)
{
	struct value *values = xcalloc(t->n, sizeof(*values));
	struct sorting sort = {t, values, l->is_reversed};
	uint32_t *order = xcalloc(t->n, sizeof(*order));
	uint32_t *first = xcalloc(t->n + 2u, sizeof(*first));

	for (uint32_t i = 0; i < t->n; i++) {
		order[i] = i;
		values[i].type = VALUE_MISSING;
		values[i].n = IX_NONE;
		if (t->rows[i].of == l->sort->of)
			l->sort->get(l->snap, t->rows[i].ix, &values[i]);
		first[t->rows[i].parent + 2]++;
	}
	for (uint32_t i = 1; i < t->n + 2u; i++)
		first[i] += first[i - 1];
	qsort_r(order, t->n, sizeof(*order), sort_order, &sort);
	emit_sorted(t, order, first);
	free(first);
	free(order);
	free(values);
}

/* ---- filtering ---- */

static bool is_wanted(const struct tree_row *r, void *data)
{
	const struct list *l = data;

	return r->of == l->filter_of && filter_match(l->filter, l->snap, r->ix);
}

/* ---- folding ---- */

bool list_is_folded(const struct list *l, const struct tree_row *r)
{
	struct row_key key;
	bool first;

	if (!r->has_children)
		return false;
	key = row_key_of(l->snap, r);
	/* What a filter found is never hidden at first. */
	first = !l->filter && l->is_folded_first && l->is_folded_first(l->snap, r);
	return first != keyset_has(&l->folds, &key);
}

static void set_folded(struct list *l, uint32_t row, bool is_folded)
{
	const struct tree_row *r = &l->tree.rows[row];

	if (r->has_children && list_is_folded(l, r) != is_folded) {
		struct row_key key = row_key_of(l->snap, r);

		keyset_put(&l->folds, &key, !keyset_has(&l->folds, &key));
	}
}

/* Walk down once: the rows under a fold are those deeper than it that follow it. */
static void reflow(struct list *l)
{
	unsigned hidden_below = UINT16_MAX + 1u;

	l->shown.n = 0;
	l->n_wanted = 0;
	for (uint32_t i = 0; i < l->tree.n; i++) {
		const struct tree_row *r = &l->tree.rows[i];

		l->n_wanted += !r->is_context;
		if (r->depth > hidden_below)
			continue;
		*array_add(&l->shown) = i;
		hidden_below = list_is_folded(l, r) ? r->depth : UINT16_MAX + 1u;
	}
}

/* Index in shown of a tree row; of the row that hides it when it is under a fold. */
static uint32_t shown_index(const struct list *l, uint32_t row)
{
	uint32_t lo = 0, hi = l->shown.n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (l->shown.items[mid] <= row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? lo - 1 : 0;
}

/* ---- the cursor ---- */

static void clamp(struct list *l)
{
	uint32_t n = l->shown.n;

	if (l->at >= n)
		l->at = n ? n - 1 : 0;
	if (l->top > l->at)
		l->top = l->at;
	if (l->height && l->at >= l->top + l->height)
		l->top = l->at - l->height + 1;
	/* No empty lines at the end while rows are hidden above. */
	if (l->top + l->height > n)
		l->top = n > l->height ? n - l->height : 0;
}

static void take_key(struct list *l)
{
	const struct tree_row *r = list_row(l);

	l->has_key = r != NULL;
	if (r)
		l->key = row_key_of(l->snap, r);
}

const struct tree_row *list_shown_row(const struct list *l, uint32_t at)
{
	return at < l->shown.n ? &l->tree.rows[l->shown.items[at]] : NULL;
}

const struct tree_row *list_row(const struct list *l)
{
	return list_shown_row(l, l->at);
}

int32_t list_find_key(const struct list *l, const struct row_key *key)
{
	for (uint32_t i = 0; i < l->tree.n; i++) {
		struct row_key k;

		if (l->tree.rows[i].of != key->of)
			continue;
		k = row_key_of(l->snap, &l->tree.rows[i]);
		if (row_key_equal(&k, key))
			return i;
	}
	return -1;
}

void list_go(struct list *l, int64_t at)
{
	int64_t n = l->shown.n;

	l->at = at < 0 || !n ? 0 : at >= n ? n - 1 : at;
	clamp(l);
	take_key(l);
	l->is_lost = false;
}

void list_go_row(struct list *l, uint32_t row)
{
	uint32_t at;
	bool is_far;

	for (int32_t up = l->tree.rows[row].parent; up >= 0; up = l->tree.rows[up].parent)
		set_folded(l, up, false);
	reflow(l);
	at = shown_index(l, row);
	is_far = at < l->top || at >= l->top + l->height;
	list_go(l, at);
	if (is_far)
		list_reveal(l);
}

void list_reveal(struct list *l)
{
	l->top = l->at < l->height ? 0 : l->at - l->height / 2;
	clamp(l);
}

void list_set_height(struct list *l, uint32_t height)
{
	l->height = height;
	clamp(l);
}

void list_scroll(struct list *l, int64_t by)
{
	int64_t most = l->shown.n > l->height ? l->shown.n - l->height : 0;
	int64_t top = l->top + by;

	l->top = top < 0 ? 0 : top > most ? most : top;
	if (l->at < l->top)
		list_go(l, l->top);
	else if (l->height && l->at >= l->top + l->height)
		list_go(l, l->top + l->height - 1);
}

/* After the rows changed: the same row on the same line, or what came into its place. */
static void find_cursor(struct list *l, bool was_partial)
{
	uint32_t line = l->at - l->top;
	int32_t row = l->has_key ? list_find_key(l, &l->key) : -1;

	/* While the first reading fills in, nobody has chosen the first row yet. */
	if (was_partial && !l->at && !l->is_following)
		row = l->tree.n ? 0 : -1;

	l->is_lost = l->has_key && row < 0;
	if (row >= 0) {
		if (l->is_following)
			for (int32_t up = l->tree.rows[row].parent; up >= 0;
			     up = l->tree.rows[up].parent)
				set_folded(l, up, false);
		reflow(l);
		l->at = shown_index(l, row);
		l->top = l->at > line ? l->at - line : 0;
	}
	clamp(l);
	/* Who follows a row that is gone goes on waiting for it. */
	if (!(l->is_lost && l->is_following))
		take_key(l);
}

void list_load(struct list *l, const struct snap *s, struct tree *t)
{
	bool was_partial = l->is_partial;

	l->snap = s;
	l->is_partial = s->is_partial;
	if (l->filter)
		tree_filter(t, is_wanted, l);
	if (l->sort)
		sort_tree(l, t);
	tree_free(&l->tree);
	l->tree = *t;
	*t = (struct tree){0};
	reflow(l);
	find_cursor(l, was_partial);
}

void list_fold(struct list *l, uint32_t row, bool is_folded)
{
	set_folded(l, row, is_folded);
	reflow(l);
	clamp(l);
	take_key(l);
}

void list_fold_all(struct list *l, bool is_folded)
{
	uint32_t row = l->shown.n ? l->shown.items[l->at] : 0;

	for (uint32_t i = 0; i < l->tree.n; i++)
		set_folded(l, i, is_folded);
	reflow(l);
	list_go(l, shown_index(l, row));
}

bool list_is_marked(const struct list *l, const struct tree_row *r)
{
	struct row_key key;

	if (!l->marks.n_on)
		return false;
	key = row_key_of(l->snap, r);
	return keyset_has(&l->marks, &key);
}
