/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line at the bottom where commands, searches and filters are typed.
 */
#ifndef NSCOPE_PROMPT_H
#define NSCOPE_PROMPT_H

#include "keyset.h"
#include "ui.h"

enum prompt_kind {
	PROMPT_NONE,
	PROMPT_COMMAND,
	PROMPT_SEARCH,
	PROMPT_FILTER,
	PROMPT_ACT, /* an act before it is shown with its prediction */
	PROMPT_N_KINDS
};

struct prompt {
	enum prompt_kind kind;
	struct strbuf text; /* UTF-8 as it was typed */
	size_t at;	    /* the cursor, in bytes */
};

/* Where the cursor was before a search began: Esc goes back there. */
struct prompt_place {
	struct row_key key;
	bool has_key;
	uint32_t at, top;
	ARRAY(struct row_key) opened; /* folds that the search opened */
};

void prompt_open(struct ui *ui, enum prompt_kind kind, const char *text);
void prompt_key(struct ui *ui, const char *key);
void prompt_draw(const struct ui *ui, struct canvas *c, unsigned y);
void prompt_free(struct ui *ui);

#endif
