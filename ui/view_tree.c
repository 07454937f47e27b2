/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Tree: tasks in one of five orders, and beside each the strip of eight
 * letters that says in which namespaces it differs from its parent task.
 */
#include "ui_impl.h"

#include <string.h>

#define STRIP_GAP 2

static enum row_of tree_of(const struct ui *ui)
{
	return tree_orders[ui->order].of;
}

static void tree_rows(const struct ui *ui, struct tree *out)
{
	tree_build(out, ui->snap, ui->order, ui->all_threads);
}

/* Kernel threads are many and never leave the initial namespaces. */
static bool is_kthreadd(const struct snap *s, const struct tree_row *r)
{
	return r->of == OF_TASK && s->tasks[r->ix].is_kthread && s->tasks[r->ix].tid == 2;
}

static void draw_titles(const struct ui *ui, struct canvas *c, unsigned x, unsigned y, unsigned w)
{
	unsigned strip_x = w - NS_STRIP_LEN;
	char strip[NS_STRIP_LEN + 1] = "";

	if (tree_of(ui) == OF_NS) {
		canvas_put(c, x, y, w, ROLE_TITLE, "NAMESPACE");
		return;
	}
	canvas_put(c, x, y, strip_x, ROLE_TITLE, "TASK");
	for (int k = 0; k < NS_N_KINDS; k++)
		strip[k] = ns_kinds[k].letter;
	canvas_put(c, x + strip_x, y, NS_STRIP_LEN, ROLE_TITLE, strip);
}

static void add_ns_words(const struct ui *ui, int32_t ix, struct strbuf *out)
{
	const struct snap *s = ui->snap;
	const struct ns *ns = &s->nss[ix];
	char buf[256];
	struct value v;

	name_ns(s, ix, out);
	strbuf_puts(out, "  ");
	if (ns->is_initial)
		strbuf_puts(out, "initial, ");
	if (!ns->n_threads) {
		strbuf_puts(out, "no task");
		column_find(OF_NS, "where")->get(s, ix, &v);
		if (v.type != VALUE_MISSING)
			strbuf_printf(out, ": %s", value_text(&v, buf, sizeof(buf), ui->opt.cs));
		return;
	}
	if (ns->n_procs)
		strbuf_printf(out, "%u process%s", ns->n_procs, ns->n_procs == 1 ? "" : "es");
	else
		strbuf_printf(out, "%u thread%s, no process", ns->n_threads,
			      ns->n_threads == 1 ? "" : "s");
	strbuf_puts(out, ", first ");
	name_task(s, ns->lead, out, ui->opt.cs);
}

static void add_nsproxy_words(const struct ui *ui, int32_t ix, struct strbuf *out)
{
	const struct snap *s = ui->snap;
	const struct nsproxy *p = &s->nsproxies[ix];

	strbuf_puts(out, "nsproxy ");
	name_nsproxy(s, ix, out);
	strbuf_printf(out, "  %u task%s", p->n_tasks, p->n_tasks == 1 ? "" : "s");
	if (p->count >= 0)
		strbuf_printf(out, ", count %d", (int)p->count);
	if (p->is_inferred)
		strbuf_puts(out, ", equal contents (inferred)");
}

static void tree_text(const struct ui *ui, const struct tree_row *r, struct strbuf *out)
{
	if (r->of == OF_TASK)
		name_task(ui->snap, r->ix, out, ui->opt.cs);
	else if (r->of == OF_NS)
		add_ns_words(ui, r->ix, out);
	else
		add_nsproxy_words(ui, r->ix, out);
}

/* The lines to the left of a name; of a deep row the last ones. */
static unsigned draw_lines(const struct ui *ui, uint32_t row, struct canvas *c, unsigned x,
			   unsigned y, unsigned w)
{
	const struct text_marks *m = text_marks(ui->opt.cs);
	unsigned most = w * 3 / 5, takes; /* the rest is for the name */
	const char *from;
	struct strbuf lines = {0};
	struct glyph g;

	tree_prefix(&lines, &ui_list_const(ui)->tree, row, ui->opt.cs);
	from = lines.s;
	takes = text_width(from);
	if (takes > most) {
		for (; takes + 1 > most && text_glyph(from, &g); takes -= g.width)
			from = text_glyph(from, &g);
		canvas_put(c, x, y, 1, ROLE_LINE, m->ellipsis);
		canvas_put(c, x + 1, y, w - 1, ROLE_LINE, from);
		takes++;
	} else {
		canvas_put(c, x, y, w, ROLE_LINE, from);
	}
	strbuf_free(&lines);
	return takes;
}

static unsigned n_below(const struct list *l, uint32_t row)
{
	uint32_t end = row + 1;

	while (end < l->tree.n && l->tree.rows[end].depth > l->tree.rows[row].depth)
		end++;
	return end - row - 1;
}

static uint8_t name_role(const struct ui *ui, const struct tree_row *r)
{
	if (r->is_context)
		return ROLE_DIM;
	if (r->of == OF_NS)
		return ui->snap->nss[r->ix].n_threads ? ROLE_KIND + ui->snap->nss[r->ix].kind
						      : ROLE_ALONE;
	return r->of == OF_NSPROXY ? ROLE_TITLE : ROLE_PLAIN;
}

static void draw_strip(const struct ui *ui, int32_t ix, struct canvas *c, unsigned x, unsigned y)
{
	char strip[NS_STRIP_LEN + 1];

	snap_strip(ui->snap, ix, ui->snap->tasks[ix].parent, strip);
	for (int k = 0; k < NS_N_KINDS; k++) {
		char letter[2] = {strip[k]};
		uint8_t role = ROLE_KIND + k;

		if (*letter == '.' || *letter == '-')
			role = ROLE_DIM;
		else if (*letter == '?')
			role = ROLE_UNKNOWN;
		canvas_put(c, x + k, y, 1, role, letter);
	}
}

/* Of a name that is too long the pid must be seen all the same. */
static void draw_name(const struct ui *ui, uint32_t row, struct canvas *c, unsigned x, unsigned y,
		      unsigned w)
{
	const struct list *l = ui_list_const(ui);
	const struct tree_row *r = &l->tree.rows[row];
	struct strbuf name = {0}, pids = {0};
	unsigned pids_w;

	strbuf_add(&pids, "", 0);
	if (list_is_folded(l, r))
		strbuf_printf(&name, "%s ", text_marks(ui->opt.cs)->folded);
	if (r->of == OF_TASK) {
		name_comm(ui->snap, r->ix, &name, ui->opt.cs);
		name_pids(ui->snap, r->ix, &pids);
	} else {
		tree_text(ui, r, &name);
	}
	if (list_is_folded(l, r))
		strbuf_printf(&pids, "  +%u", n_below(l, row));
	pids_w = text_width(pids.s);
	if (pids_w > w - w / 3)
		pids_w = w - w / 3;
	x += canvas_put_fit(c, x, y, w - pids_w, name_role(ui, r), name.s);
	canvas_put_fit(c, x, y, pids_w, name_role(ui, r), pids.s);
	strbuf_free(&name);
	strbuf_free(&pids);
}

static void draw_tree(const struct ui *ui, uint32_t row, struct canvas *c, unsigned x, unsigned y,
		      unsigned w)
{
	const struct tree_row *r = &ui_list_const(ui)->tree.rows[row];
	unsigned name_w = r->of == OF_TASK ? w - NS_STRIP_LEN - STRIP_GAP : w;
	unsigned lines = draw_lines(ui, row, c, x, y, name_w);

	draw_name(ui, row, c, x + lines, y, name_w - lines);
	if (r->of == OF_TASK)
		draw_strip(ui, r->ix, c, x + w - NS_STRIP_LEN, y);
}

static const char *const help[] = {
	"The Tree: every task, and beside each in which namespaces it differs from its parent.",
	"mnpuihct: a dot is the same namespace as the parent's, a letter another one, ? not "
	"permitted to know, - none (a zombie). Roots are compared with the initial namespaces.",
	"nginx 1911 (1): pid 1911 here, pid 1 inside its own pid namespace. [x] is a kernel "
	"thread, "
	"{x} a thread that differs from its process.",
	"#5 x3: three tasks share nsproxy 5, read from the kernel. ~5: tasks with equal contents, "
	"which may be several nsproxies.",
	NULL,
};

const struct view view_tree = {
	.name = "Tree",
	.key = '1',
	.help = help,
	.cols = "nsproxy user container",
	.lead_min = 24 + STRIP_GAP + NS_STRIP_LEN,
	.is_lead_wide = true,
	.of = tree_of,
	.rows = tree_rows,
	.is_folded_first = is_kthreadd,
	.draw_titles = draw_titles,
	.draw = draw_tree,
	.text = tree_text,
};
