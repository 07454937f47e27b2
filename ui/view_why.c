/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why: what keeps each namespace, as a sum of references. The details are the
 * words of `nscope why`.
 */
#include "ui_impl.h"
#include "why_text.h"

#include <string.h>

static void why_row_text(const struct ui *ui, const struct tree_row *r, struct strbuf *out)
{
	strbuf_add(out, "", 0);
	name_ns(ui->snap, r->ix, out);
	strbuf_puts(out, "  ");
	why_text_sum(out, ui->snap, r->ix);
}

static void draw_titles(const struct ui *ui, struct canvas *c, unsigned x, unsigned y, unsigned w)
{
	(void)ui;
	canvas_put(c, x, y, w, ROLE_TITLE, "  NAMESPACE            REFS");
}

#define NAME_WIDTH 21

static void draw_why(const struct ui *ui, uint32_t row, struct canvas *c, unsigned x, unsigned y,
		     unsigned w)
{
	struct strbuf sum = {0};

	nss_draw(ui, row, c, x, y, w);
	why_text_sum(&sum, ui->snap, ui_list_const(ui)->tree.rows[row].ix);
	if (w > NAME_WIDTH + 2)
		canvas_put_fit(c, x + 2 + NAME_WIDTH, y, w - 2 - NAME_WIDTH, ROLE_PLAIN, sum.s);
	strbuf_free(&sum);
}

static void why_detail(const struct snap *s, int32_t ix, struct page *p)
{
	struct strbuf text = {0};
	char *rest, *line;

	why_text_ns(&text, s, ix, p->cs);
	rest = text.s;
	while ((line = strsep(&rest, "\n")) && !page_is_full(p))
		if (*line || rest)
			page_add(p, line == text.s && !p->is_brief ? ROLE_TITLE : ROLE_PLAIN, "%s",
				 line);
	strbuf_free(&text);
}

static const char *const help[] = {
	"Why a namespace is there: the kernel frees it when its count of references is 0. REFS is "
	"that count and what makes it up; the details say who has each reference, and what would "
	"free it, as commands to run elsewhere.",
	"Tasks count on their nsproxy, which is one reference; all descriptors and bind mounts of "
	"a "
	"namespace are one, too. ? is what only the kernel could tell.",
	"! marks a namespace that no task is in.",
	NULL,
};

const struct view view_why = {
	.name = "Why",
	.key = '3',
	.help = help,
	.cols = "",
	.lead_min = 40,
	.is_lead_wide = true,
	.needs_ledger = true,
	.of = nss_of,
	.rows = nss_rows,
	.draw_titles = draw_titles,
	.draw = draw_why,
	.text = why_row_text,
	.detail = why_detail,
};
