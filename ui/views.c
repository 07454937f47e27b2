/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ui_impl.h"

/* The order is that of the tabs, and of the bits in enum where. */
const struct view *const views[] = {&view_tree, &view_spaces, &view_why, &view_nsproxy, &view_lab};
const unsigned n_views = ARRAY_SIZE(views);
_Static_assert(ARRAY_SIZE(views) <= VIEWS_MAX, "struct ui has room for each");

/* ---- names ---- */

/* As ps writes them: [kernel thread], {thread}. */
void name_comm(const struct snap *s, int32_t ix, struct strbuf *out, enum charset cs)
{
	const struct task *t = &s->tasks[ix];
	const char *left = "", *right = "";

	if (t->is_kthread)
		left = "[", right = "]";
	else if (!task_is_leader(t))
		left = "{", right = "}";
	strbuf_puts(out, left);
	if (!(t->facts & TASK_STAT))
		strbuf_puts(out, "?");
	else if (*t->comm.s)
		text_safe(out, t->comm, cs);
	else
		strbuf_puts(out, "\"\"");
	strbuf_puts(out, right);
}

/* Its pid here, and the one inside where that is another. */
void name_pids(const struct snap *s, int32_t ix, struct strbuf *out)
{
	const struct task *t = &s->tasks[ix];

	strbuf_printf(out, " %d", (int)t->tid);
	if (t->n_pids > 1 && t->pids[t->n_pids - 1] != t->tid)
		strbuf_printf(out, " (%d)", (int)t->pids[t->n_pids - 1]);
	if (t->state == 'Z')
		strbuf_puts(out, " zombie");
}

void name_task(const struct snap *s, int32_t ix, struct strbuf *out, enum charset cs)
{
	name_comm(s, ix, out, cs);
	name_pids(s, ix, out);
}

void name_ns(const struct snap *s, int32_t ix, struct strbuf *out)
{
	const struct ns *ns = &s->nss[ix];

	strbuf_printf(out, "%s:[%u]", ns_kinds[ns->kind].name, ns->inum);
}

void name_nsproxy(const struct snap *s, int32_t ix, struct strbuf *out)
{
	const struct nsproxy *p = &s->nsproxies[ix];

	strbuf_printf(out, "%s%d", p->is_inferred ? "~" : "#", (int)p->id);
}

/* A link to a namespace, or why there is none to show. */
void name_link(const struct snap *s, int32_t ix, struct strbuf *out)
{
	if (ix >= 0)
		name_ns(s, ix, out);
	else
		strbuf_puts(out, missing_name(ix));
}
