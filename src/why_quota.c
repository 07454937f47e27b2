/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quotas in lines: what users made in a user namespace, and what a task may still make. */
#include "quota.h"
#include "why_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define METER_CELLS 10

/* "[###.......]": a part of it is at least one cell, and only a full one has all. */
static void put_meter(struct why_out *w, const struct quota_level *l)
{
	int64_t cells = l->max ? (l->used * METER_CELLS + l->max - 1) / l->max : METER_CELLS;

	if (cells >= METER_CELLS)
		cells = l->used < l->max ? METER_CELLS - 1 : METER_CELLS;
	strbuf_puts(w->out, "[");
	for (int i = 0; i < METER_CELLS; i++)
		strbuf_puts(w->out, i < cells ? "#" : ".");
	strbuf_puts(w->out, "]");
}

/* "uid 1000 has 3 of 4 in user:[4026532710]" */
static void put_level(struct why_out *w, const struct quota_level *l)
{
	strbuf_printf(w->out, "uid %u has ", l->uid);
	if (l->used < 0)
		strbuf_puts(w->out, "? of ");
	else
		strbuf_printf(w->out, "%" PRId64 " of ", l->used);
	strbuf_printf(w->out, "%" PRId64 " in ", l->max);
	why_name_ns(w, l->user_ns);
}

/* How many more, and who says so when it is not the level at hand. */
static void put_left(struct why_out *w, const struct quota_chain *chain)
{
	const struct quota_level *tightest = quota_tightest(chain);
	int64_t left = tightest ? quota_left(tightest) : -1;
	bool is_here = tightest == &chain->levels[0];

	if (!tightest || left == QUOTA_UNLIMITED || (is_here && !quota_is_near(tightest)))
		return;
	if (!left)
		strbuf_puts(w->out, "  ! no more (ENOSPC)");
	else
		strbuf_printf(w->out, "  %s%" PRId64 " more", quota_is_near(tightest) ? "! " : "",
			      left);
	if (!is_here) {
		strbuf_puts(w->out, ": ");
		put_level(w, tightest);
	}
}

static void put_row(struct why_out *w, const struct quota_chain *chain, enum ns_kind kind)
{
	const struct quota_level *here = &chain->levels[0];
	char amount[48];

	if (here->max == QUOTA_UNLIMITED)
		snprintf(amount, sizeof(amount), "%" PRId64, here->used);
	else if (here->max < 0)
		snprintf(amount, sizeof(amount), "%" PRId64 " of ?", here->used);
	else
		snprintf(amount, sizeof(amount), "%" PRId64 " of %" PRId64, here->used, here->max);
	strbuf_printf(w->out, "      uid %-5u %-6s ", here->uid, ns_kinds[kind].name);
	if (here->max < 0 || here->max == QUOTA_UNLIMITED)
		strbuf_puts(w->out, "            ");
	else
		put_meter(w, here);
	strbuf_printf(w->out, " %s", amount);
	put_left(w, chain);
	strbuf_puts(w->out, "\n");
}

struct rows {
	bool is_urgent; /* of those at their limit or near it, else of the others */
	uint32_t n, shown;
};

static void put_user(struct why_out *w, int32_t ns, uid_t uid, struct rows *rows)
{
	for (int k = 0; k < NS_N_KINDS; k++) {
		const struct quota_level *tightest;
		struct quota_chain chain;
		bool is_urgent;

		quota_chain(w->s, ns, uid, k, &chain);
		tightest = quota_tightest(&chain);
		is_urgent = tightest && quota_is_near(tightest);
		if (is_urgent != rows->is_urgent || (!is_urgent && chain.levels[0].used <= 0))
			continue;
		if (rows->n++ >= WHY_MAX_LINES)
			continue;
		rows->shown++;
		put_row(w, &chain, k);
	}
}

static bool is_user(const struct snap *s, const struct quota *q, uid_t uid)
{
	for (uint32_t i = 0; i < q->n_users; i++)
		if (s->quota_users[q->first_user + i].uid == uid)
			return true;
	return false;
}

/* Who made it may make more in it, and an ancestor may refuse that before there is any. */
static void put_users(struct why_out *w, const struct quota *q)
{
	const struct ns *ns = &w->s->nss[q->ns];
	struct rows rows = {.is_urgent = true};

	for (int pass = 0; pass < 2; pass++) {
		if (ns->has_owner_uid && !is_user(w->s, q, ns->owner_uid))
			put_user(w, q->ns, ns->owner_uid, &rows);
		for (uint32_t i = 0; i < q->n_users; i++)
			put_user(w, q->ns, w->s->quota_users[q->first_user + i].uid, &rows);
		rows.is_urgent = false;
	}
	if (rows.n > rows.shown)
		strbuf_printf(w->out, "      and %u more\n", rows.n - rows.shown);
	if (!rows.n)
		strbuf_puts(w->out, "      nobody has made any\n");
}

/* "net 5, user 3; no limit of the others", or one number for all. */
static void put_limits(struct why_out *w, const struct quota *q)
{
	unsigned n_same = 0, n_none = 0;
	const char *before = "";

	for (int k = 0; k < NS_N_KINDS; k++) {
		n_same += q->max[k] == q->max[0];
		n_none += q->max[k] == QUOTA_UNLIMITED;
	}
	if (n_none == NS_N_KINDS) {
		strbuf_puts(w->out, "as many as it likes");
		return;
	}
	if (n_same == NS_N_KINDS && q->max[0] >= 0) {
		strbuf_printf(w->out, "%d of each kind", q->max[0]);
		return;
	}
	for (int k = 0; k < NS_N_KINDS; k++) {
		if (q->max[k] == QUOTA_UNLIMITED)
			continue;
		strbuf_printf(w->out, "%s%s ", before, ns_kinds[k].name);
		if (q->max[k] < 0)
			strbuf_puts(w->out, "?");
		else
			strbuf_printf(w->out, "%d", q->max[k]);
		before = ", ";
	}
	if (n_none)
		strbuf_puts(w->out, ", no limit of the other kinds");
}

void why_quota_ns(struct why_out *w, int32_t ns)
{
	int32_t row = w->s->nss[ns].quota;

	if (w->s->nss[ns].kind != NS_USER)
		return;
	if (row < 0) {
		strbuf_puts(w->out, "  quotas of namespaces in it: not known (nscope doctor says "
				    "what it takes)\n");
		return;
	}
	strbuf_puts(w->out, "  user.max_*_namespaces lets each user make in it: ");
	put_limits(w, &w->s->quotas[row]);
	strbuf_puts(w->out, "\n");
	if (w->s->quotas[row].has_used)
		put_users(w, &w->s->quotas[row]);
	else
		strbuf_puts(w->out, "      what is used of that only the kernel probe can tell\n");
}

static void put_kind(struct why_out *w, int32_t user_ns, uid_t uid, enum ns_kind kind)
{
	const struct quota_level *tightest;
	struct quota_chain chain;
	int64_t left;

	quota_chain(w->s, user_ns, uid, kind, &chain);
	tightest = quota_tightest(&chain);
	strbuf_printf(w->out, "      %-6s ", ns_kinds[kind].name);
	left = tightest ? quota_left(tightest) : -1;
	if (left < 0 || (left == QUOTA_UNLIMITED && !chain.is_whole))
		strbuf_puts(w->out, "?");
	else if (!left)
		strbuf_puts(w->out, "! none (ENOSPC)");
	else if (left == QUOTA_UNLIMITED)
		strbuf_puts(w->out, "any number");
	else
		strbuf_printf(w->out, "%s%s%" PRId64, quota_is_near(tightest) ? "! " : "",
			      chain.is_whole ? "" : "at most ", left);
	if (left >= 0 && left != QUOTA_UNLIMITED) {
		strbuf_puts(w->out, ": ");
		put_level(w, tightest);
	}
	strbuf_puts(w->out, "\n");
}

void why_quota_task(struct why_out *w, const struct task *t)
{
	struct quota_chain chain;
	bool is_known = false;

	quota_chain(w->s, t->ns[SLOT_USER], t->uid, NS_MNT, &chain);
	for (unsigned i = 0; i < chain.n; i++)
		is_known = is_known || w->s->nss[chain.levels[i].user_ns].quota >= 0;
	strbuf_puts(w->out, "  quotas let it make so many more namespaces");
	if (!is_known || !(t->facts & TASK_UID)) {
		strbuf_puts(w->out, ": not known (nscope doctor says what it takes)\n");
		return;
	}
	strbuf_printf(w->out, ", as uid %u:\n", t->uid);
	for (int k = 0; k < NS_N_KINDS; k++)
		put_kind(w, t->ns[SLOT_USER], t->uid, k);
}
