/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The details of a row. The first two lines are the summary that small screens
 * show; a brief page gets only these.
 */
#include "views.h"

#include "why.h"
#include "why_text.h"

#include <inttypes.h>
#include <string.h>

#define MAX_MEMBERS 200

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- tasks ---- */

/* Kinds whose letter in the strip is (or is not) the parent's. */
static void add_kinds(const char *strip, bool is_own, struct strbuf *out)
{
	size_t before = out->n;

	for (int k = 0; k < NS_N_KINDS; k++)
		if (is_own ? strip[k] == ns_kinds[k].letter : strip[k] == '.')
			strbuf_printf(out, "%s%s", out->n > before ? " " : "", ns_kinds[k].name);
	if (out->n == before)
		strbuf_puts(out, "none");
}

static void add_sharing(const struct task *t, const char *strip, struct strbuf *out)
{
	size_t n_unknown = 0;

	for (const char *p = strip; *p; p++)
		n_unknown += *p == '?';
	if (n_unknown == NS_STRIP_LEN && t->ns[SLOT_MNT] >= 0 && t->parent >= 0) {
		strbuf_puts(out, ".  Its parent's namespaces are not known");
		return;
	}
	if (n_unknown == NS_STRIP_LEN) {
		strbuf_printf(out, ".  Its namespaces are not known: %s",
			      missing_name(t->ns[SLOT_MNT]));
		return;
	}
	if (t->state == 'Z') {
		strbuf_puts(out, ".  A zombie: it has no namespaces any more");
		return;
	}
	strbuf_puts(out, ".  Own: ");
	add_kinds(strip, true, out);
	strbuf_printf(out, ".  Shared with %s: ", t->parent >= 0 ? "its parent" : "the system");
	add_kinds(strip, false, out);
	if (n_unknown)
		strbuf_puts(out, ".  Not known: the rest");
}

static void add_task_summary(const struct snap *s, int32_t ix, struct page *p)
{
	const struct task *t = &s->tasks[ix];
	char strip[NS_STRIP_LEN + 1];
	struct strbuf line = {0};

	snap_strip(s, ix, t->parent, strip);
	name_task(s, ix, &line, p->cs);
	if (t->n_pids > 1)
		strbuf_printf(&line, ", pid %d inside", (int)t->pids[t->n_pids - 1]);
	add_sharing(t, strip, &line);
	page_add(p, p->is_brief ? ROLE_PLAIN : ROLE_TITLE, "%s", line.s);
	strbuf_free(&line);
}

static void add_owner_words(const struct snap *s, const struct task *t, struct strbuf *out,
			    enum charset cs)
{
	if (!(t->facts & TASK_UID)) {
		strbuf_puts(out, "user ?");
		return;
	}
	strbuf_printf(out, "uid %u ", t->uid);
	text_safe(out, snap_user_name(s, t->uid), cs);
}

static void add_container_words(const struct snap *s, int32_t ix, struct strbuf *out,
				enum charset cs)
{
	const struct container *c = &s->containers[ix];

	text_safe(out, c->runtime, cs);
	strbuf_puts(out, " ");
	text_safe(out, *c->name.s ? c->name : c->id, cs);
}

static void add_proxy_words(const struct snap *s, const struct task *t, struct strbuf *out)
{
	const struct nsproxy *px;

	if (t->nsproxy < 0) {
		strbuf_printf(out, "nsproxy %s", missing_name(t->nsproxy));
		return;
	}
	px = &s->nsproxies[t->nsproxy];
	strbuf_puts(out, "nsproxy ");
	name_nsproxy(s, t->nsproxy, out);
	strbuf_printf(out,
		      px->is_inferred ? ", %u task%s with equal contents" : ", shared by %u task%s",
		      px->n_tasks, plural(px->n_tasks));
}

static void add_task_second(const struct snap *s, int32_t ix, struct page *p)
{
	const struct task *t = &s->tasks[ix];
	struct strbuf line = {0};

	add_proxy_words(s, t, &line);
	strbuf_puts(&line, "  ");
	add_owner_words(s, t, &line, p->cs);
	if (t->container >= 0) {
		strbuf_puts(&line, "  container ");
		add_container_words(s, t->container, &line, p->cs);
	}
	if (t->facts & TASK_CGROUP) {
		strbuf_puts(&line, "  cgroup ");
		text_safe(&line, t->cgroup, p->cs);
	}
	page_add(p, ROLE_PLAIN, "%s", line.s);
	strbuf_free(&line);
}

static void add_pids(const struct task *t, struct page *p)
{
	struct strbuf line = {0};

	strbuf_add(&line, "", 0);
	for (unsigned i = 0; i < t->n_pids; i++)
		strbuf_printf(&line, "%s%d", i ? " > " : "", (int)t->pids[i]);
	if (t->n_pids)
		page_add_key(p, "pids", "%s%s", line.s,
			     t->n_pids > 1 ? "  (from the outermost pid namespace to its own)"
					   : "");
	strbuf_free(&line);
}

static void add_task_keys(const struct snap *s, int32_t ix, struct page *p)
{
	const struct task *t = &s->tasks[ix];
	struct strbuf line = {0};

	if (t->parent >= 0) {
		name_task(s, t->parent, &line, p->cs);
		page_add_key(p, task_is_leader(t) ? "parent" : "process", "%s", line.s);
		line.n = 0;
	}
	add_pids(t, p);
	if (t->facts & TASK_CMDLINE && *t->cmdline.s) {
		text_safe(&line, t->cmdline, p->cs);
		page_add_key(p, "command", "%s", line.s);
	}
	strbuf_free(&line);
	if (task_is_leader(t) && t->n_threads > 1)
		page_add_key(p, "threads", "%d", (int)t->n_threads);
}

static const char *link_words(const struct snap *s, const struct task *t, int slot)
{
	int32_t mine = t->ns[slot];
	const struct task *parent = t->parent >= 0 ? &s->tasks[t->parent] : NULL;

	if (mine < 0)
		return "";
	if (slot == SLOT_PID_FOR_CHILDREN || slot == SLOT_TIME_FOR_CHILDREN)
		return mine == t->ns[ns_slots[slot].kind] ? "  where it is itself"
							  : "  not where it is itself";
	if (!parent)
		return s->nss[mine].is_initial ? "  initial" : "  not the initial one";
	if (parent->ns[slot] < 0)
		return "";
	return mine == parent->ns[slot] ? "  as its parent" : "  own";
}

static void add_links(const struct snap *s, int32_t ix, struct page *p)
{
	const struct task *t = &s->tasks[ix];
	unsigned keep = p->key_width;
	struct strbuf line = {0};

	page_add_title(p, "Namespaces");
	p->key_width = 18;
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		line.n = 0;
		name_link(s, t->ns[slot], &line);
		page_add_key(p, ns_slots[slot].name, "%s%s", line.s, link_words(s, t, slot));
	}
	p->key_width = keep;
	strbuf_free(&line);
}

void detail_task(const struct snap *s, int32_t ix, struct page *p)
{
	add_task_summary(s, ix, p);
	add_task_second(s, ix, p);
	if (p->is_brief)
		return;
	add_task_keys(s, ix, p);
	add_links(s, ix, p);
}

/* ---- namespaces ---- */

static void add_keeper(const struct snap *s, const struct keeper *k, struct page *p)
{
	struct strbuf line = {0};
	int32_t task = k->kind == KEEPER_BIND ? IX_NONE : snap_find_task(s, k->pid);

	strbuf_add(&line, "", 0);
	if (k->kind == KEEPER_BIND) {
		text_safe(&line, k->path, p->cs);
		strbuf_puts(&line, "  in ");
		name_link(s, k->where_ns, &line);
	} else if (k->kind != KEEPER_FD && k->kind != KEEPER_SOCKET) {
		why_text_keeper(&line, s, k, p->cs);
	} else if (task >= 0) {
		name_task(s, task, &line, p->cs);
		strbuf_printf(&line, "  fd %d", (int)k->fd);
	} else {
		strbuf_printf(&line, "pid %d  fd %d", (int)k->pid, (int)k->fd);
	}
	if (k->kind == KEEPER_SOCKET)
		strbuf_printf(&line, "  socket:[%" PRIu64 "]", k->ino);
	page_add_key(p, keeper_kind_names[k->kind], "%s", line.s);
	strbuf_free(&line);
}

static void add_hold_count(const struct hold *h, struct strbuf *out)
{
	if (h->count < 0)
		strbuf_printf(out, "? %s", ref_kinds[h->ref].name);
	else
		strbuf_printf(out, "%" PRId64 "%s %s", h->count, h->is_inferred ? " or more" : "",
			      ref_kinds[h->ref].name);
}

static void add_ns_summary(const struct snap *s, int32_t ix, struct page *p)
{
	const struct ns *ns = &s->nss[ix];
	struct strbuf line = {0};

	name_ns(s, ix, &line);
	strbuf_printf(&line, "  %s%u process%s, %u thread%s", ns->is_initial ? "initial, " : "",
		      ns->n_procs, ns->n_procs == 1 ? "" : "es", ns->n_threads,
		      plural(ns->n_threads));
	strbuf_puts(&line, ".  Owner ");
	name_link(s, ns->owner, &line);
	if (ns_kinds[ns->kind].is_hierarchical && ns->level >= 0)
		strbuf_printf(&line, ", level %d", (int)ns->level);
	page_add(p, p->is_brief ? ROLE_PLAIN : ROLE_TITLE, "%s", line.s);
	strbuf_free(&line);
}

static void add_holds_line(const struct snap *s, int32_t ix, struct page *p)
{
	struct hold holds[REF_N_KINDS];
	unsigned n = why_holds(s, ix, holds);
	struct strbuf line = {0};

	strbuf_puts(&line, n ? "Kept by: " : "Kept by: nothing that is known");
	for (unsigned i = 0; i < n; i++) {
		strbuf_puts(&line, i ? ", " : "");
		add_hold_count(&holds[i], &line);
	}
	page_add(p, ROLE_PLAIN, "%s", line.s);
	strbuf_free(&line);
}

static void add_ns_keys(const struct snap *s, int32_t ix, struct page *p)
{
	const struct ns *ns = &s->nss[ix];
	struct strbuf line = {0};

	page_add_key(p, "isolates", "%s", ns_kinds[ns->kind].isolates);
	if (ns_kinds[ns->kind].is_hierarchical) {
		name_link(s, ns->parent, &line);
		page_add_key(p, "parent", "%s", line.s);
	}
	if (ns->has_owner_uid) {
		line.n = 0;
		text_safe(&line, snap_user_name(s, ns->owner_uid), p->cs);
		page_add_key(p, "made by", "uid %u %s", ns->owner_uid, line.s);
	}
	if (ns->id)
		page_add_key(p, "id", "%" PRIu64, ns->id);
	strbuf_free(&line);
}

static void add_holds(const struct snap *s, int32_t ix, struct page *p)
{
	struct hold holds[REF_N_KINDS];
	unsigned n = why_holds(s, ix, holds);
	struct hold_sum sum = why_sum(s, ix, holds, n);

	page_add_title(p, "What keeps it");
	for (unsigned i = 0; i < n && !page_is_full(p); i++) {
		const struct hold *h = &holds[i];
		struct strbuf count = {0};

		add_hold_count(h, &count);
		page_add(p, ROLE_PLAIN, "%s: %s", count.s, ref_kinds[h->ref].help);
		strbuf_free(&count);
		for (uint32_t k = 0; k < h->n_keepers && k < MAX_MEMBERS && !page_is_full(p); k++)
			add_keeper(s, &s->keepers[h->first_keeper + k], p);
	}
	if (sum.kernel >= 0)
		page_add(p, ROLE_PLAIN, "The kernel counts %" PRId64 "; explained %" PRId64 ".",
			 sum.kernel, sum.explained);
}

static void add_members(const struct snap *s, const int32_t *tasks, uint32_t n, struct page *p)
{
	struct strbuf line = {0};
	uint32_t i;

	page_add_title(p, "Who is in it");
	for (i = 0; i < n && i < MAX_MEMBERS && !page_is_full(p); i++) {
		line.n = 0;
		name_task(s, tasks[i], &line, p->cs);
		page_add(p, ROLE_PLAIN, "%s", line.s);
	}
	if (i == MAX_MEMBERS && i < n)
		page_add(p, ROLE_DIM, "and %u more", n - i);
	if (!n)
		page_add(p, ROLE_ALONE, "! no task");
	strbuf_free(&line);
}

void detail_ns(const struct snap *s, int32_t ix, struct page *p)
{
	const struct ns *ns = &s->nss[ix];

	add_ns_summary(s, ix, p);
	add_holds_line(s, ix, p);
	if (p->is_brief)
		return;
	add_ns_keys(s, ix, p);
	add_holds(s, ix, p);
	add_members(s, s->members + ns->first_member, ns->n_threads, p);
}

/* ---- nsproxies ---- */

static void add_proxy_summary(const struct snap *s, int32_t ix, struct page *p)
{
	const struct nsproxy *px = &s->nsproxies[ix];
	struct strbuf line = {0};

	strbuf_puts(&line, "nsproxy ");
	name_nsproxy(s, ix, &line);
	strbuf_printf(&line, ": %u task%s", px->n_tasks, plural(px->n_tasks));
	strbuf_puts(&line,
		    px->is_inferred ? " with equal contents (inferred: may be several)" : "");
	if (px->first_task >= 0) {
		strbuf_puts(&line, ", first ");
		name_task(s, px->first_task, &line, p->cs);
	}
	page_add(p, p->is_brief ? ROLE_PLAIN : ROLE_TITLE, "%s", line.s);
	strbuf_free(&line);
}

/* Where it differs from what most tasks use: the first one, of pid 1. */
static void add_proxy_difference(const struct snap *s, int32_t ix, struct page *p)
{
	const struct nsproxy *px = &s->nsproxies[ix], *first = &s->nsproxies[0];
	struct strbuf line = {0};

	strbuf_puts(&line, "Differs from ");
	name_nsproxy(s, 0, &line);
	strbuf_puts(&line, " in:");
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (px->ns[slot] != first->ns[slot])
			strbuf_printf(&line, " %s", ns_slots[slot].name);
	page_add(p, ROLE_PLAIN, "%s", ix ? line.s : "The first: the others are compared with it.");
	strbuf_free(&line);
}

static void add_proxy_tasks(const struct snap *s, int32_t ix, struct page *p)
{
	int32_t *tasks = xcalloc(s->nsproxies[ix].n_tasks, sizeof(*tasks));
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n_tasks && n < s->nsproxies[ix].n_tasks; i++)
		if (s->tasks[i].nsproxy == ix)
			tasks[n++] = i;
	add_members(s, tasks, n, p);
	free(tasks);
}

void detail_nsproxy(const struct snap *s, int32_t ix, struct page *p)
{
	struct strbuf line = {0};

	add_proxy_summary(s, ix, p);
	add_proxy_difference(s, ix, p);
	if (p->is_brief)
		return;
	page_add_title(p, "What it points at");
	p->key_width = 18;
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		if (ns_slots[slot].home != HOME_NSPROXY)
			continue;
		line.n = 0;
		name_link(s, s->nsproxies[ix].ns[slot], &line);
		page_add_key(p, ns_slots[slot].name, "%s", line.s);
	}
	strbuf_free(&line);
	add_proxy_tasks(s, ix, p);
}
