/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "actions.h"

#include "ui_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- moving ---- */

static int64_t moved(int64_t at, enum move move, int64_t page, int64_t n)
{
	const int64_t half = page > 1 ? page / 2 : 1, full = page > 1 ? page - 1 : 1;
	const int64_t to[] = {
		[MOVE_DOWN] = at + 1,
		[MOVE_UP] = at - 1,
		[MOVE_PAGE_DOWN] = at + full,
		[MOVE_PAGE_UP] = at - full,
		[MOVE_HALF_DOWN] = at + half,
		[MOVE_HALF_UP] = at - half,
		[MOVE_TOP] = 0,
		[MOVE_BOTTOM] = n - 1,
	};

	if (to[move] >= n)
		return n ? n - 1 : 0;
	return to[move] < 0 ? 0 : to[move];
}

static uint32_t detail_size(const struct ui *ui)
{
	struct layout lay = ui_layout(ui);
	struct page p = {0};
	uint32_t n;

	ui_detail(ui, &p, lay.detail.w, 0, false);
	n = p.lines.n > lay.detail.h ? p.lines.n - lay.detail.h + 1 : 1;
	page_free(&p);
	return n;
}

void ui_clamp(struct ui *ui)
{
	bool has_cursor;
	uint32_t n;

	if (ui->overlay && ui->overlay_at >= (n = overlay_size(ui, &has_cursor)))
		ui->overlay_at = n - 1;
	if (ui->detail_top && ui->detail_top >= (n = detail_size(ui)))
		ui->detail_top = n - 1;
}

void act_move(struct ui *ui, int move, const char *arg)
{
	struct layout lay = ui_layout(ui);
	struct list *l = ui_list(ui);
	bool has_cursor;

	(void)arg;
	if (ui->overlay) {
		ui->overlay_at =
			moved(ui->overlay_at, move, lay.list.h, overlay_size(ui, &has_cursor));
	} else if (ui->is_detail_open) {
		ui->detail_top = moved(ui->detail_top, move, lay.detail.h, detail_size(ui));
	} else if (views[ui->view] == &view_lab) {
		player_move(ui, move);
	} else {
		l->is_following = false;
		ui->detail_top = 0;
		list_go(l, moved(l->at, move, l->height, l->shown.n));
	}
}

/* ---- folding ---- */

static void close_or_up(struct list *l, uint32_t row, bool can_close)
{
	int32_t parent = l->tree.rows[row].parent;

	if (can_close)
		list_fold(l, row, true);
	else if (parent >= 0)
		list_go_row(l, parent);
}

static void open_or_down(struct list *l, uint32_t row, bool is_folded)
{
	if (is_folded)
		list_fold(l, row, false);
	else if (l->tree.rows[row].has_children)
		list_go(l, (int64_t)l->at + 1);
}

static void toggle_all(struct list *l)
{
	for (uint32_t i = 0; i < l->tree.n; i++) {
		if (!list_is_folded(l, &l->tree.rows[i]))
			continue;
		list_fold_all(l, false);
		return;
	}
	list_fold_all(l, true);
}

void act_fold(struct ui *ui, int fold, const char *arg)
{
	struct list *l = ui_list(ui);
	const struct tree_row *r = list_row(l);
	uint32_t row;
	bool is_folded;

	(void)arg;
	if (!r)
		return;
	row = r - l->tree.rows;
	is_folded = list_is_folded(l, r);
	switch (fold) {
	case FOLD_CLOSE:
		close_or_up(l, row, r->has_children && !is_folded);
		break;
	case FOLD_OPEN:
		open_or_down(l, row, is_folded);
		break;
	case FOLD_ALL:
		toggle_all(l);
		break;
	default:
		list_fold(l, row, fold == FOLD_THIS);
	}
}

/* ---- panes, views, overlays ---- */

void act_pane(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	if (!ui->is_detail_open && !list_row(ui_list(ui)) && !views[ui->view]->page)
		return;
	ui->is_detail_open = !ui->is_detail_open;
	ui->detail_top = 0;
	ui_fit(ui);
}

void act_open(struct ui *ui, int n, const char *arg)
{
	act_pane(ui, n, arg);
}

void act_view(struct ui *ui, int key, const char *arg)
{
	(void)arg;
	for (unsigned v = 0; v < n_views; v++)
		if (views[v]->key == key)
			ui_show_view(ui, v);
}

/* The namespace that a row is about: of a task or an nsproxy the first that is its own. */
static int32_t own_ns(const struct snap *s, const struct tree_row *r)
{
	const int32_t *ns = r->of == OF_TASK ? s->tasks[r->ix].ns : s->nsproxies[r->ix].ns;

	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (ns[slot] >= 0 && !s->nss[ns[slot]].is_initial)
			return ns[slot];
	return ns[SLOT_MNT];
}

void act_why(struct ui *ui, int key, const char *arg)
{
	const struct tree_row *r = list_row(ui_list(ui));
	struct tree_row of_lab;
	const struct tree *t;
	int32_t ns;

	if (views[ui->view] == &view_lab && player_cursor_row(ui, &of_lab))
		r = &of_lab;
	ns = !r ? IX_NONE : r->of == OF_NS ? r->ix : own_ns(ui->snap, r);

	act_view(ui, key, arg);
	t = &ui_list(ui)->tree;
	for (uint32_t row = 0; row < t->n && ns >= 0; row++)
		if (t->rows[row].of == OF_NS && t->rows[row].ix == ns)
			list_go_row(ui_list(ui), row);
}

void act_overlay(struct ui *ui, int overlay, const char *arg)
{
	(void)arg;
	ui->overlay = overlay;
	ui->overlay_at = 0;
}

void act_choose(struct ui *ui, int is_final, const char *arg)
{
	(void)arg;
	overlay_choose(ui, is_final);
}

/* ---- searching, filtering, ordering ---- */

void act_search(struct ui *ui, int n, const char *arg)
{
	(void)n;
	if (!arg) {
		prompt_open(ui, PROMPT_SEARCH, "");
		return;
	}
	free(ui->search);
	ui->search = xstrdup(arg);
	act_search_next(ui, 1, NULL);
}

void act_search_next(struct ui *ui, int by, const char *arg)
{
	(void)arg;
	if (!ui->search)
		ui_say(ui, false, "nothing was searched for yet: / searches");
	else if (!ui_find(ui, ui->search, by, false))
		ui_say(ui, false, "not found: %s", ui->search);
}

void act_filter(struct ui *ui, int n, const char *arg)
{
	const char *old = ui_list(ui)->filter_text;

	(void)n;
	if (arg)
		ui_set_filter(ui, arg);
	else
		prompt_open(ui, PROMPT_FILTER, old ? old : "");
}

/* Other rows in another order: the cursor stays on its row if that is still there. */
static void reorder(struct ui *ui)
{
	struct list *l = ui_list(ui);

	ui_reload(ui);
	if (l->is_lost)
		list_go(l, 0);
	list_reveal(l);
}

void act_order(struct ui *ui, int n, const char *arg)
{
	struct list *l = ui_list(ui);
	int order = arg ? tree_order_by_name(arg) : (int)(ui->order + 1) % TREE_N_ORDERS;

	(void)n;
	if (order < 0) {
		ui_say(ui, true, "error: no such order: %s; Tab shows them", arg);
		return;
	}
	ui->order = order;
	/* A filter speaks of tasks or of namespaces: it may not fit the new order. */
	if (l->filter && l->filter_of != tree_orders[order].of)
		ui_set_filter(ui, NULL);
	reorder(ui);
	ui_say(ui, false, "order: %s", tree_orders[order].help);
}

void act_threads(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	ui->all_threads = !ui->all_threads;
	reorder(ui);
	ui_say(ui, false, "threads: %s",
	       ui->all_threads ? "all" : "only those that differ from their process");
}

static const struct column *find_column(struct ui *ui, const char *id)
{
	enum row_of of = views[ui->view]->of(ui);
	const struct column *col = column_find(of, id);
	const char *near = col ? NULL : column_nearest(of, id);

	if (!col)
		ui_say(ui, true, "error: no column %s%s%s", id, near ? "; nearest: " : "",
		       near ? near : "");
	return col;
}

void ui_sort_by(struct ui *ui, const struct column *col)
{
	struct list *l = ui_list(ui);

	l->is_reversed = col && col == l->sort && !l->is_reversed;
	l->sort = col;
	reorder(ui);
	if (col)
		ui_say(ui, false, "sorted by %s%s", col->title, l->is_reversed ? ", reversed" : "");
}

void act_sort(struct ui *ui, int n, const char *arg)
{
	const struct column *col;

	(void)n;
	if (!arg)
		act_overlay(ui, OVERLAY_SORT, NULL);
	else if ((col = find_column(ui, arg)))
		ui_sort_by(ui, col);
}

void ui_toggle_column(struct ui *ui, const struct column *col)
{
	struct list *l = ui_list(ui);

	for (unsigned i = 0; i < l->n_cols; i++) {
		if (l->cols[i] != col)
			continue;
		memmove(&l->cols[i], &l->cols[i + 1], (l->n_cols - i - 1) * sizeof(l->cols[0]));
		l->n_cols--;
		return;
	}
	if (l->n_cols < LIST_MAX_COLUMNS)
		l->cols[l->n_cols++] = col;
}

void act_columns(struct ui *ui, int n, const char *arg)
{
	const struct column *col;

	(void)n;
	if (!arg)
		act_overlay(ui, OVERLAY_COLUMNS, NULL);
	else if ((col = find_column(ui, arg)))
		ui_toggle_column(ui, col);
}

/* ---- marks, follow, goto ---- */

void act_mark(struct ui *ui, int n, const char *arg)
{
	struct list *l = ui_list(ui);
	const struct tree_row *r = list_row(l);

	(void)n;
	(void)arg;
	if (!r)
		return;
	keyset_put(&l->marks, &l->key, !list_is_marked(l, r));
	list_go(l, (int64_t)l->at + 1);
}

void act_follow(struct ui *ui, int n, const char *arg)
{
	struct list *l = ui_list(ui);

	(void)n;
	(void)arg;
	l->is_following = !l->is_following && list_row(l);
	ui_say(ui, false,
	       l->is_following ? "follow: the cursor stays on this row until you move it"
			       : "follow: off");
}

static bool go_to(struct ui *ui, enum row_of of, int32_t ix)
{
	struct list *l = ui_list(ui);

	for (uint32_t i = 0; ix >= 0 && i < l->tree.n; i++) {
		if (l->tree.rows[i].of != of || l->tree.rows[i].ix != ix)
			continue;
		list_go_row(l, i);
		return true;
	}
	return false;
}

void act_goto(struct ui *ui, int n, const char *arg)
{
	char *end;
	unsigned long number;

	(void)n;
	errno = 0;
	number = strtoul(arg, &end, 10);
	if (*end || errno || number > UINT32_MAX)
		ui_say(ui, true, "error: not a number: %s", arg);
	else if (!go_to(ui, OF_NS, snap_find_ns(ui->snap, -1, number)) &&
		 !go_to(ui, OF_TASK,
			number > INT32_MAX ? IX_NONE : snap_find_task(ui->snap, number)))
		ui_say(ui, false, "%lu is not in this view", number);
}

/* ---- the rest ---- */

void act_pause(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	if (ui->opt.file) {
		ui_say(ui, false, "a file does not change: there is nothing to pause");
		return;
	}
	ui->is_paused = !ui->is_paused;
	ui->effects |= UI_PAUSE;
	ui_say(ui, false, ui->is_paused ? "paused: p goes on, R reads once" : "live again");
}

void act_refresh(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	if (ui->opt.file)
		ui_say(ui, false, "a file does not change: there is nothing to read again");
	else
		ui->effects |= UI_REFRESH;
}

void act_mouse(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	ui->has_mouse = !ui->has_mouse;
	ui->effects |= UI_MOUSE;
	ui_say(ui, false,
	       ui->has_mouse ? "mouse on: click selects, again opens, the wheel scrolls"
			     : "mouse off: the terminal can select text again");
}

void act_effect(struct ui *ui, int effect, const char *arg)
{
	(void)arg;
	ui->effects |= effect;
}

void act_command(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	prompt_open(ui, PROMPT_COMMAND, "");
}

/* One thing at a time; false when there is nothing left to back out of. */
static bool back_out(struct ui *ui)
{
	struct list *l = ui_list(ui);

	if (ui->overlay) {
		ui->overlay = OVERLAY_NONE;
		ui_reload(ui);
	} else if (ui->is_detail_open) {
		act_pane(ui, 0, NULL);
	} else {
		return false;
	}
	(void)l;
	return true;
}

void act_back(struct ui *ui, int n, const char *arg)
{
	struct list *l = ui_list(ui);

	(void)n;
	(void)arg;
	if (back_out(ui))
		return;
	if (l->filter) {
		ui_set_filter(ui, NULL);
		ui_say(ui, false, "filter off");
	} else if (l->marks.n_on) {
		keyset_clear(&l->marks);
		ui_say(ui, false, "marks off");
	} else if (l->is_following) {
		act_follow(ui, 0, NULL);
	} else if (ui->search) {
		free(ui->search);
		ui->search = NULL;
	} else {
		ui_say(ui, false, "q leaves nscope");
	}
}

void act_quit(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	if (!back_out(ui))
		ui->effects |= UI_QUIT;
}
