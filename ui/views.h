/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE view table: what a view's rows are, how its first columns and its details
 * look. Everything else is the list's.
 */
#ifndef NSCOPE_VIEWS_H
#define NSCOPE_VIEWS_H

#include "page.h"
#include "tree.h"

#define VIEWS_MAX 9

struct ui;

struct view {
	const char *name;
	char key;		 /* its digit, as in the design: a view keeps it for ever */
	const char *const *help; /* lines that say what is seen; NULL ends */
	const char *cols;	 /* column ids that are shown at first */
	unsigned lead_min;	 /* columns of the screen for what the view itself draws */
	bool needs_ledger;	 /* all references have to be counted for it */
	bool is_lead_wide;	 /* the lead takes what is left over, else the last column does */
	enum row_of (*of)(const struct ui *ui); /* what filters and columns speak of */
	void (*rows)(const struct ui *ui, struct tree *out);
	bool (*is_folded_first)(const struct snap *s, const struct tree_row *r);
	void (*draw_titles)(const struct ui *ui, struct canvas *c, unsigned x, unsigned y,
			    unsigned w);
	/* Draw the lead of a row, a tree row number; all w columns when it spans the line. */
	void (*draw)(const struct ui *ui, uint32_t row, struct canvas *c, unsigned x, unsigned y,
		     unsigned w);
	/* The lead as text, without lines of the tree. */
	void (*text)(const struct ui *ui, const struct tree_row *r, struct strbuf *out);
	/* Of its rows, where they are not those of every view; NULL. */
	void (*detail)(const struct snap *s, int32_t ix, struct page *p);
	unsigned (*lead_width)(const struct ui *ui, unsigned w); /* NULL: lead_min */
	/* A view without a list draws all of itself, and what Tab shows beside it. */
	void (*draw_all)(const struct ui *ui, struct canvas *c, struct area a);
	void (*page)(const struct ui *ui, struct page *p);
};

extern const struct view *const views[];
extern const unsigned n_views;

/* Details of any row, for each kind of row. */
void detail_task(const struct snap *s, int32_t ix, struct page *p);
void detail_ns(const struct snap *s, int32_t ix, struct page *p);
void detail_nsproxy(const struct snap *s, int32_t ix, struct page *p);

/* Names for rows, appended as safe text. */
void name_comm(const struct snap *s, int32_t ix, struct strbuf *out, enum charset cs);
void name_pids(const struct snap *s, int32_t ix, struct strbuf *out);
void name_task(const struct snap *s, int32_t ix, struct strbuf *out, enum charset cs);
void name_ns(const struct snap *s, int32_t ix, struct strbuf *out);
void name_nsproxy(const struct snap *s, int32_t ix, struct strbuf *out);

/* What views of all namespaces share: the rows, and the name that starts each. */
enum row_of nss_of(const struct ui *ui);
void nss_rows(const struct ui *ui, struct tree *out);
void nss_draw(const struct ui *ui, uint32_t row, struct canvas *c, unsigned x, unsigned y,
	      unsigned w);
void name_link(const struct snap *s, int32_t ix, struct strbuf *out);

extern const struct view view_tree, view_spaces, view_why, view_nsproxy, view_lab;

#endif
