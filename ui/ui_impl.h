/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the state machine share and nobody else sees.
 */
#ifndef NSCOPE_UI_IMPL_H
#define NSCOPE_UI_IMPL_H

#include "command.h"
#include "list.h"
#include "matrix.h"
#include "player.h"
#include "prompt.h"
#include "ui.h"
#include "views.h"

enum overlay {
	OVERLAY_NONE,
	OVERLAY_HELP,
	OVERLAY_COVERAGE,
	OVERLAY_COLUMNS,
	OVERLAY_SORT,
	OVERLAY_STEPS,	 /* the walk through the source */
	OVERLAY_ACTIONS, /* what a test process can be told */
	OVERLAY_FLAGS,	 /* of the call, to choose from */
	OVERLAY_SCENARIOS,
	OVERLAY_CONFIRM, /* an act before it is done */
};

struct ui {
	struct ui_options opt;
	const struct snap *snap; /* owned */
	struct matrix matrix;	 /* of snap, for the Nsproxy view */
	unsigned w, h;
	unsigned view;
	struct list lists[VIEWS_MAX];
	enum tree_order order;
	bool all_threads;
	bool is_paused;
	bool has_mouse;
	bool is_detail_open; /* keys go to the detail pane */
	uint32_t detail_top;
	enum overlay overlay;
	uint32_t overlay_at; /* line of the cursor, or first line of a page */
	struct prompt prompt;
	struct prompt_place search_from;
	char *search; /* last text searched for, or NULL */
	char *msg;
	bool is_error;
	unsigned effects;
	struct strbuf copy;
	struct player_ui lab;
	bool is_presenting;
};

static inline struct list *ui_list(struct ui *ui)
{
	return &ui->lists[ui->view];
}

static inline const struct list *ui_list_const(const struct ui *ui)
{
	return &ui->lists[ui->view];
}

/* What keys mean now: one bit of enum where. */
unsigned ui_where(const struct ui *ui);
/* What was scrolled does not end beyond its end: after resizes and new snaps. */
void ui_clamp(struct ui *ui);
/* Make the rows of the current view again: after a new snap, order, filter, sort. */
void ui_reload(struct ui *ui);
void ui_show_view(struct ui *ui, unsigned view);
/* NULL or "" takes the filter away. False, with a message, when it is wrong. */
bool ui_set_filter(struct ui *ui, const char *text);
/* Safe text of a row, as search sees it; appended. */
void ui_row_text(const struct ui *ui, const struct tree_row *r, struct strbuf *out);
/* Go to the next (by = 1) or previous (-1) row that has the text; from the cursor or the next. */
bool ui_find(struct ui *ui, const char *text, int by, bool from_here);

/* NULL: the order of the view. The same column again reverses. */
void ui_sort_by(struct ui *ui, const struct column *col);
/* Show a column or hide it. */
void ui_toggle_column(struct ui *ui, const struct column *col);

/* ---- layout.c: where everything is ---- */
struct layout {
	struct area titles, list, line, detail, status, bar;
	unsigned row_lines; /* of a row of the list */
	bool is_detail_right;
	bool is_too_small;
};
struct layout ui_layout(const struct ui *ui);
/* The list got another height: after resizes, or when the detail opens. */
void ui_fit(struct ui *ui);
/* The details of the row under the cursor, for an area of that size. */
void ui_detail(const struct ui *ui, struct page *p, unsigned w, unsigned h, bool is_brief);

/* ---- status.c: the last two lines ---- */
/* 2 where a message needs the line of the key bar, too. */
unsigned status_lines(const struct ui *ui);
void status_draw(const struct ui *ui, struct canvas *c, struct area a);
void bar_draw(const struct ui *ui, struct canvas *c, struct area a);

/* ---- overlay.c: pages and lists over the view ---- */
void overlay_draw(const struct ui *ui, struct canvas *c);
/* Lines of the overlay, and whether there is a cursor on them. */
uint32_t overlay_size(const struct ui *ui, bool *has_cursor);
/* Space or Enter on a line. */
void overlay_choose(struct ui *ui, bool is_final);

#endif
