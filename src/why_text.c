/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "why_impl.h"

#include <inttypes.h>
#include <string.h>

/* ---- names ---- */

void why_name_ns(struct why_out *w, int32_t ns)
{
	if (ns < 0)
		strbuf_puts(w->out, missing_name(ns));
	else
		strbuf_printf(w->out, "%s:[%u]", ns_kinds[w->s->nss[ns].kind].name,
			      w->s->nss[ns].inum);
}

void why_name_task(struct why_out *w, int32_t task)
{
	const struct task *t = &w->s->tasks[task];

	if (t->facts & TASK_STAT) {
		text_safe(w->out, t->comm, w->cs);
		strbuf_puts(w->out, " ");
	}
	strbuf_printf(w->out, "%d", t->tid);
	if (t->container >= 0) {
		const struct container *c = &w->s->containers[t->container];

		strbuf_puts(w->out, " (");
		text_safe(w->out, c->runtime, w->cs);
		strbuf_puts(w->out, " ");
		text_safe(w->out, *c->name.s ? c->name : c->id, w->cs);
		strbuf_puts(w->out, ")");
	}
}

void why_name_pid(struct why_out *w, pid_t pid)
{
	int32_t row = snap_find_task(w->s, pid);

	if (!pid)
		strbuf_puts(w->out, "a process outside of our pid namespace");
	else if (row >= 0)
		why_name_task(w, row);
	else
		strbuf_printf(w->out, "pid %d", pid);
}

void why_name_nsproxy(struct why_out *w, int32_t nsproxy)
{
	const struct nsproxy *p = &w->s->nsproxies[nsproxy];

	strbuf_printf(w->out, "%c%d", p->is_inferred ? '~' : '#', p->id);
}

/* ---- the holders that are rows themselves ---- */

static void put_proxy_tasks(struct why_out *w, int32_t nsproxy)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->s->n_tasks; i++) {
		if (w->s->tasks[i].nsproxy != nsproxy)
			continue;
		if (n++ == 3)
			break;
		strbuf_puts(w->out, n == 1 ? ": " : ", ");
		why_name_task(w, i);
	}
	if (n > 3)
		strbuf_puts(w->out, ", ...");
}

static void put_proxies(struct why_out *w, int32_t ns)
{
	uint32_t shown = 0, n = 0;

	for (uint32_t i = 0; i < w->s->n_nsproxies; i++) {
		const struct nsproxy *p = &w->s->nsproxies[i];

		for (int slot = 0; slot < NS_N_SLOTS; slot++) {
			if (p->ns[slot] != ns || n++ >= WHY_MAX_LINES)
				continue;
			shown++;
			strbuf_puts(w->out, "      ");
			why_name_nsproxy(w, i);
			strbuf_printf(w->out, "%s, %u task%s",
				      slot == SLOT_PID_FOR_CHILDREN ||
						      slot == SLOT_TIME_FOR_CHILDREN
					      ? " (for children)"
					      : "",
				      p->n_tasks, p->n_tasks == 1 ? "" : "s");
			put_proxy_tasks(w, i);
			strbuf_puts(w->out, "\n");
		}
	}
	why_more(w, shown, n);
}

/* The namespaces that have this one as owner (or, `is_child`, as parent). */
static void put_kin(struct why_out *w, int32_t ns, bool is_child)
{
	uint32_t shown = 0, n = 0;

	for (uint32_t i = 0; i < w->s->n_nss; i++) {
		const struct ns *kin = &w->s->nss[i];

		if (is_child ? kin->parent != ns : kin->owner != ns || kin->kind == NS_USER)
			continue;
		if (n++ >= WHY_MAX_LINES)
			continue;
		shown++;
		strbuf_puts(w->out, "      ");
		why_name_ns(w, i);
		strbuf_printf(w->out, "%s\n", kin->n_threads ? "" : ", which no task uses");
	}
	why_more(w, shown, n);
}

static void put_hold(struct why_out *w, int32_t ns, const struct hold *h)
{
	if (h->count < 0)
		strbuf_puts(w->out, "  +? ");
	else
		strbuf_printf(w->out, "  +%" PRId64 "%s ", h->count,
			      h->is_inferred ? " or more" : "");
	strbuf_printf(w->out, "%s: %s\n", ref_kinds[h->ref].name, ref_kinds[h->ref].help);
	if (h->ref == REF_NSPROXY)
		put_proxies(w, ns);
	else if (h->ref == REF_CHILD || h->ref == REF_OWNED)
		put_kin(w, ns, h->ref == REF_CHILD);
	else
		why_keepers(w, h);
}

/* ---- sums ---- */

/* How the kernel's count and what was found of it compare; a rest that is sure makes them equal. */
static const char *relation(const struct hold_sum *sum)
{
	if (sum->has_rest || (sum->is_complete && sum->explained == sum->kernel))
		return "=";
	return sum->explained > sum->kernel ? "<=" : ">=";
}

void why_text_sum(struct strbuf *out, const struct snap *s, int32_t ns)
{
	struct hold holds[REF_N_KINDS];
	unsigned n = why_holds(s, ns, holds);
	struct hold_sum sum = why_sum(s, ns, holds, n);

	if (sum.kernel >= 0)
		strbuf_printf(out, "%" PRId64 " %s", sum.kernel, relation(&sum));
	else
		strbuf_puts(out, "? >=");
	for (unsigned i = 0; i < n; i++) {
		strbuf_puts(out, i ? " + " : " ");
		if (holds[i].count >= 0)
			strbuf_printf(out, "%" PRId64 " ", holds[i].count);
		else
			strbuf_puts(out, "? ");
		strbuf_puts(out, ref_kinds[holds[i].ref].name);
	}
	if (!n)
		strbuf_puts(out, " 0");
	if (sum.has_rest && sum.unexplained)
		strbuf_printf(out, " + %" PRId64 " unexplained", sum.unexplained);
}

static int64_t n_hidden(const struct snap *s)
{
	int64_t n = 0;

	for (uint32_t i = 0; i < s->n_tasks; i++)
		n += s->tasks[i].nsproxy == IX_DENIED;
	return n;
}

static void put_rest(struct why_out *w, int32_t ns, int64_t rest)
{
	int64_t hidden = n_hidden(w->s);

	strbuf_printf(w->out, "  %+" PRId64 " unexplained: ", rest);
	if (w->s->nss[ns].kind == NS_NET)
		strbuf_puts(w->out, "a socket that closes and that no file has any more, or ");
	if (hidden)
		strbuf_printf(w->out,
			      "held by the kernel itself, or by one of the %" PRId64
			      " tasks that are hidden from us",
			      hidden);
	else
		strbuf_puts(w->out, "held by the kernel itself, which keeps no list of it");
	strbuf_puts(w->out, "\n");
}

static void put_sum(struct why_out *w, int32_t ns, const struct hold_sum *sum)
{
	static const char *const why_no_rest[] = {
		[AUDIT_NONE] = "not all that may count on it was looked for",
		[AUDIT_FULL] = "",
		[AUDIT_UNSTABLE] = "it changed while it was read; ask again",
		[AUDIT_PARTIAL] = "some of what may count on it is hidden from us",
		[AUDIT_INITIAL] = "an initial namespace: never freed, and not counted in full",
	};

	if (sum->kernel < 0) {
		strbuf_printf(w->out,
			      ": at least %" PRId64 " reference%s; the kernel's count is not "
			      "known (nscope doctor says what it takes)\n",
			      sum->explained, sum->explained == 1 ? "" : "s");
		return;
	}
	strbuf_printf(w->out, ": the kernel counts %" PRId64 ", %s %" PRId64, sum->kernel,
		      sum->explained > sum->kernel ? "found" : "explained", sum->explained);
	if (sum->has_rest)
		strbuf_printf(w->out, ", unexplained %" PRId64, sum->unexplained);
	else
		strbuf_printf(w->out, " (%s)", why_no_rest[w->s->nss[ns].audit]);
	strbuf_puts(w->out, "\n");
}

static void put_unseen(struct why_out *w)
{
	int32_t rows[NS_N_SLOTS];

	if (!why_unseen_nsproxy(w->s, rows))
		return;
	strbuf_puts(w->out, "  these all lack what one nsproxy gives, at which no task points:");
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		if (rows[slot] < 0 || slot == SLOT_TIME_FOR_CHILDREN)
			continue;
		strbuf_puts(w->out, " ");
		why_name_ns(w, rows[slot]);
	}
	strbuf_puts(w->out, "\n");
}

/* ---- a pid namespace whose first process waits for the others ---- */

static int32_t find_init(const struct snap *s, int32_t ns)
{
	for (uint32_t i = 0; i < s->nss[ns].n_threads; i++) {
		int32_t row = s->members[s->nss[ns].first_member + i];
		const struct task *t = &s->tasks[row];

		if (t->n_pids > 1 && t->pids[t->n_pids - 1] == 1 && task_is_leader(t))
			return row;
	}
	return IX_NONE;
}

static bool is_below(const struct snap *s, int32_t pid_ns, int32_t ns)
{
	while (pid_ns >= 0 && pid_ns != ns)
		pid_ns = s->nss[pid_ns].parent;
	return pid_ns == ns;
}

static void put_stuck(struct why_out *w, int32_t ns)
{
	int32_t init = w->s->nss[ns].kind == NS_PID ? find_init(w->s, ns) : IX_NONE;
	const struct task *t = init >= 0 ? &w->s->tasks[init] : NULL;

	/* It has let go of its namespaces, but is no zombie yet. */
	if (!t || t->nsproxy != IX_NONE || t->state == 'Z' || t->state == 'X')
		return;
	strbuf_puts(w->out, "  its first process ");
	why_name_task(w, init);
	strbuf_puts(w->out, " has ended and waits until these are gone:\n");
	for (uint32_t i = 0; i < w->s->n_tasks; i++) {
		const struct task *other = &w->s->tasks[i];

		if ((int32_t)i == init || !is_below(w->s, other->ns[SLOT_PID], ns))
			continue;
		strbuf_puts(w->out, "      ");
		why_name_task(w, i);
		strbuf_printf(w->out, ", state %c", other->state);
		if (other->state == 'D')
			strbuf_puts(w->out,
				    ": no signal reaches it until what it waits for is done");
		if (other->state == 'Z') {
			strbuf_puts(w->out, ": its parent has to wait for it: ");
			why_name_pid(w, other->ppid);
		}
		strbuf_puts(w->out, "\n");
	}
}

/* ---- the three targets ---- */

void why_text_ns(struct strbuf *out, const struct snap *s, int32_t ns, enum charset cs)
{
	struct why_out w = {out, s, cs};
	struct hold holds[REF_N_KINDS];
	unsigned n = why_holds(s, ns, holds);
	struct hold_sum sum = why_sum(s, ns, holds, n);

	why_name_ns(&w, ns);
	put_sum(&w, ns, &sum);
	for (unsigned i = 0; i < n; i++)
		put_hold(&w, ns, &holds[i]);
	if (sum.has_rest && sum.unexplained) {
		put_rest(&w, ns, sum.unexplained);
		put_unseen(&w);
	}
	put_stuck(&w, ns);
	why_quota_ns(&w, ns);
	why_steps(&w, ns);
}

static void put_threads(struct why_out *w, int32_t task)
{
	for (int32_t i = w->s->tasks[task].first_child; i >= 0; i = w->s->tasks[i].next_sibling) {
		char strip[NS_STRIP_LEN + 1];

		if (task_is_leader(&w->s->tasks[i]))
			continue;
		snap_strip(w->s, i, task, strip);
		if (strspn(strip, ".") == NS_STRIP_LEN)
			continue;
		strbuf_puts(w->out, "  its thread ");
		why_name_task(w, i);
		strbuf_printf(w->out, " differs: %s\n", strip);
	}
}

/* What of a namespace stays when the process is gone: references of others. */
static void put_fate(struct why_out *w, int32_t ns, const struct task *t)
{
	const struct ns *row = &w->s->nss[ns];

	if (row->is_initial)
		strbuf_puts(w->out, "  initial");
	else if (row->n_procs == 1 && w->s->members[row->first_member] >= 0 &&
		 w->s->tasks[w->s->members[row->first_member]].tgid == t->tgid)
		strbuf_puts(w->out, "  its alone");
	else
		strbuf_printf(w->out, "  %u processes", row->n_procs);
	strbuf_puts(w->out, "; refs ");
	why_text_sum(w->out, w->s, ns);
	strbuf_puts(w->out, "\n");
}

void why_text_task(struct strbuf *out, const struct snap *s, int32_t task, enum charset cs)
{
	const struct task *t = &s->tasks[task];
	struct why_out w = {out, s, cs};

	why_name_task(&w, task);
	if ((t->facts & TASK_STAT) && t->state == 'Z') {
		strbuf_puts(out, ": a zombie: it has let go of its nsproxy, and stays until its "
				 "parent waits for it: ");
		why_name_pid(&w, t->ppid);
		strbuf_puts(out, "\n");
	} else if (t->nsproxy == IX_NONE) {
		strbuf_puts(out, ": it ends, and has let go of its nsproxy\n");
	} else if (t->nsproxy >= 0) {
		strbuf_puts(out, ": nsproxy ");
		why_name_nsproxy(&w, t->nsproxy);
		strbuf_printf(out, ", shared by %u task%s\n", s->nsproxies[t->nsproxy].n_tasks,
			      s->nsproxies[t->nsproxy].n_tasks == 1 ? "" : "s");
	} else {
		strbuf_printf(out, ": its nsproxy is not known (%s)\n", missing_name(t->nsproxy));
	}
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		strbuf_printf(out, "  %-18s", ns_slots[slot].name);
		why_name_ns(&w, t->ns[slot]);
		if (t->ns[slot] >= 0)
			put_fate(&w, t->ns[slot], t);
		else
			strbuf_puts(out, "\n");
	}
	put_threads(&w, task);
	why_quota_task(&w, t);
}

void why_text_nsproxy(struct strbuf *out, const struct snap *s, int32_t nsproxy, enum charset cs)
{
	const struct nsproxy *p = &s->nsproxies[nsproxy];
	struct proxy_sum sum = why_proxy_sum(s, nsproxy);
	struct why_out w = {out, s, cs};
	uint32_t n = 0;

	strbuf_puts(out, "nsproxy ");
	why_name_nsproxy(&w, nsproxy);
	if (sum.kernel < 0)
		strbuf_printf(out, ": %" PRId64 " tasks; the kernel's count is not known\n",
			      sum.tasks);
	else
		strbuf_printf(out, ": the kernel counts %" PRId64 "\n", sum.kernel);
	strbuf_printf(out, "  +%" PRId64 " task%s\n", sum.tasks, sum.tasks == 1 ? "" : "s");
	for (uint32_t i = 0; i < s->n_tasks; i++) {
		if (s->tasks[i].nsproxy != nsproxy || n++ >= WHY_MAX_LINES)
			continue;
		strbuf_puts(out, "      ");
		why_name_task(&w, i);
		strbuf_puts(out, "\n");
	}
	why_more(&w, WHY_MAX_LINES, n);
	if (sum.idle)
		strbuf_printf(out, "  +%" PRId64 " idle tasks, one a processor, on no list\n",
			      sum.idle);
	if (sum.hidden)
		strbuf_printf(out, "  +%" PRId64 " tasks hidden from BPF, counted in /proc\n",
			      sum.hidden);
	if (sum.has_rest)
		strbuf_printf(out, "  unexplained %" PRId64 "\n", sum.unexplained);
	else if (sum.kernel >= 0)
		strbuf_puts(out, "  it changed while it was read, or was not read whole\n");
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		if (ns_slots[slot].home != HOME_NSPROXY)
			continue;
		strbuf_printf(out, "  %-18s", ns_slots[slot].name);
		why_name_ns(&w, p->ns[slot]);
		strbuf_puts(out, "\n");
	}
}
