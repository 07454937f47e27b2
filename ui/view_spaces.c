/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Spaces: every namespace, kind by kind; those that no task uses stand out. */
#include "ui_impl.h"

enum row_of nss_of(const struct ui *ui)
{
	(void)ui;
	return OF_NS;
}

void nss_rows(const struct ui *ui, struct tree *out)
{
	for (uint32_t i = 0; i < ui->snap->n_nss; i++)
		tree_add(out, OF_NS, i, -1);
	tree_link(out);
}

static void draw_titles(const struct ui *ui, struct canvas *c, unsigned x, unsigned y, unsigned w)
{
	(void)ui;
	canvas_put(c, x, y, w, ROLE_TITLE, "  NAMESPACE");
}

static void spaces_text(const struct ui *ui, const struct tree_row *r, struct strbuf *out)
{
	strbuf_add(out, "", 0);
	name_ns(ui->snap, r->ix, out);
	strbuf_puts(out, ui->snap->nss[r->ix].n_threads ? "" : " !");
}

void nss_draw(const struct ui *ui, uint32_t row, struct canvas *c, unsigned x, unsigned y,
	      unsigned w)
{
	const struct tree_row *r = &ui_list_const(ui)->tree.rows[row];
	const struct ns *ns = &ui->snap->nss[r->ix];
	struct strbuf name = {0};

	name_ns(ui->snap, r->ix, &name);
	if (!ns->n_threads)
		canvas_put(c, x, y, 1, ROLE_ALONE, "!");
	canvas_put_fit(c, x + 2, y, w - 2, ns->n_threads ? ROLE_KIND + ns->kind : ROLE_ALONE,
		       name.s);
	strbuf_free(&name);
}

static const char *const help[] = {
	"The Spaces: every namespace that was found, kind by kind.",
	"! marks one that no task is in: something else keeps it, and COMMAND says what (a bind "
	"mount, an open file, a socket, a child).",
	"NPROCS counts processes; PID, USER and COMMAND are of the first of them.",
	NULL,
};

const struct view view_spaces = {
	.name = "Spaces",
	.key = '2',
	.help = help,
	.cols = "nprocs pid user command",
	.lead_min = 21,
	.of = nss_of,
	.rows = nss_rows,
	.draw_titles = draw_titles,
	.draw = nss_draw,
	.text = spaces_text,
};
