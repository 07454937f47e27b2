/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writer of format 1. It is ours, and not the library's, because a dump has
 * one row a line, so that diff(1) shows rows, and because a tree of objects, to
 * build and to sort, takes more than ten times as long. The keys of each
 * object are written in the order of their bytes; the tests check that.
 */
#include "json.h"
#include "why.h"

#include <string.h>

/* ---- the bytes of JSON ---- */

/* A key and, unless it is the first of its object, the comma before it. */
static void put_key(struct strbuf *out, const char *key)
{
	char last = out->s[out->n - 1];

	if (last != '{' && last != '[' && last != '\n')
		strbuf_add(out, ",", 1);
	strbuf_add(out, "\"", 1);
	strbuf_puts(out, key);
	strbuf_add(out, "\":", 2);
}

static void put_uint(struct strbuf *out, uint64_t v)
{
	char buf[24], *p = buf + sizeof(buf);

	do
		*--p = '0' + v % 10;
	while (v /= 10);
	strbuf_add(out, p, buf + sizeof(buf) - p);
}

static void put_int(struct strbuf *out, int64_t v)
{
	if (v < 0)
		strbuf_add(out, "-", 1);
	put_uint(out, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

static void put_null(struct strbuf *out)
{
	strbuf_add(out, "null", 4);
}

static void put_bool(struct strbuf *out, bool b)
{
	strbuf_puts(out, b ? "true" : "false");
}

static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (*s < 0x20 || *s == 0x7f || *s == '"' || *s == '\\')
			return false;
	return true;
}

/* Host bytes: escaped text, in which only quotes and backslashes need JSON's own escape. */
static void put_raw(struct strbuf *out, struct raw r)
{
	struct strbuf escaped = {0};

	strbuf_add(out, "\"", 1);
	if (is_plain(r.s)) {
		strbuf_puts(out, r.s);
	} else {
		text_escape(&escaped, r);
		for (const char *p = escaped.s; *p; p++) {
			if (*p == '"' || *p == '\\')
				strbuf_add(out, "\\", 1);
			strbuf_add(out, p, 1);
		}
		strbuf_free(&escaped);
	}
	strbuf_add(out, "\"", 1);
}

/* Strings of ours. */
static void put_word(struct strbuf *out, const char *s)
{
	put_raw(out, (struct raw){s});
}

/* ---- members ---- */

static void member_int(struct strbuf *out, const char *key, int64_t v)
{
	put_key(out, key);
	put_int(out, v);
}

/* An int that may be unknown. */
static void member_known(struct strbuf *out, const char *key, bool is_known, int64_t v)
{
	put_key(out, key);
	if (is_known)
		put_int(out, v);
	else
		put_null(out);
}

static void member_bool(struct strbuf *out, const char *key, bool b)
{
	put_key(out, key);
	put_bool(out, b);
}

static void member_word(struct strbuf *out, const char *key, const char *s)
{
	put_key(out, key);
	put_word(out, s);
}

static void member_raw(struct strbuf *out, const char *key, bool is_known, struct raw r)
{
	put_key(out, key);
	if (is_known)
		put_raw(out, r);
	else
		put_null(out);
}

static void member_ns(struct strbuf *out, const struct snap *s, const char *key, int32_t ix)
{
	member_known(out, key, ix >= 0, ix >= 0 ? s->nss[ix].inum : 0);
}

/*
 * Why a link is null goes into the member "missing", unless the reason is the
 * one that null stands for anyway.
 */
struct reasons {
	struct strbuf *out;
	bool is_open;
};

static void add_reason(struct reasons *r, const char *key, int32_t ix, int32_t plain)
{
	if (ix >= 0 || ix == plain)
		return;
	if (!r->is_open) {
		put_key(r->out, "missing");
		strbuf_add(r->out, "{", 1);
		r->is_open = true;
	}
	member_word(r->out, key, missing_name(ix));
}

static void end_reasons(struct reasons *r)
{
	if (r->is_open)
		strbuf_add(r->out, "}", 1);
}

static void end_object(struct strbuf *out)
{
	strbuf_add(out, "}", 1);
}

static void begin_object(struct strbuf *out, const char *key)
{
	put_key(out, key);
	strbuf_add(out, "{", 1);
}

/* Slots in the order of their names. */
static const enum ns_slot slots_sorted[] = {
	SLOT_CGROUP, SLOT_IPC,
	SLOT_MNT,    SLOT_NET,
	SLOT_PID,    SLOT_PID_FOR_CHILDREN,
	SLOT_TIME,   SLOT_TIME_FOR_CHILDREN,
	SLOT_USER,   SLOT_UTS,
};
_Static_assert(ARRAY_SIZE(slots_sorted) == NS_N_SLOTS, "each slot");

/* ---- rows ---- */

static void write_container(struct strbuf *out, const struct container *c)
{
	begin_object(out, "container");
	member_raw(out, "id", true, c->id);
	member_raw(out, "name", *c->name.s, c->name);
	member_raw(out, "runtime", true, c->runtime);
	end_object(out);
}

static void write_pids(struct strbuf *out, const struct task *t)
{
	put_key(out, "pids");
	if (!(t->facts & TASK_PIDS)) {
		put_null(out);
		return;
	}
	strbuf_add(out, "[", 1);
	for (unsigned i = 0; i < t->n_pids; i++) {
		if (i)
			strbuf_add(out, ",", 1);
		put_int(out, t->pids[i]);
	}
	strbuf_add(out, "]", 1);
}

static void write_task_reasons(struct strbuf *out, const struct task *t)
{
	struct reasons r = {out, false};
	bool is_all = true; /* one reason for all slots: said once */

	for (int slot = 1; slot < NS_N_SLOTS; slot++)
		is_all = is_all && t->ns[slot] == t->ns[0];
	if (!is_all)
		add_reason(&r, "cgroup", t->ns[SLOT_CGROUP], IX_OFF);
	add_reason(&r, "container", t->container, t->facts & TASK_CGROUP ? IX_NONE : IX_OFF);
	for (int i = 1; !is_all && i < 4; i++)
		add_reason(&r, ns_slots[slots_sorted[i]].name, t->ns[slots_sorted[i]], IX_OFF);
	if (is_all)
		add_reason(&r, "ns", t->ns[0], IX_OFF);
	add_reason(&r, "nsproxy", t->nsproxy, IX_OFF);
	for (int i = 4; !is_all && i < NS_N_SLOTS; i++)
		add_reason(&r, ns_slots[slots_sorted[i]].name, t->ns[slots_sorted[i]], IX_OFF);
	end_reasons(&r);
}

static void write_task(struct strbuf *out, const struct snap *s, uint32_t row)
{
	const struct task *t = &s->tasks[row];
	bool has_stat = t->facts & TASK_STAT;
	char state[2] = {t->state, '\0'};

	member_raw(out, "cgroup", t->facts & TASK_CGROUP, t->cgroup);
	member_raw(out, "cmdline", t->facts & TASK_CMDLINE, t->cmdline);
	member_raw(out, "comm", has_stat, t->comm);
	if (t->container >= 0)
		write_container(out, &s->containers[t->container]);
	else
		member_known(out, "container", false, 0);
	put_key(out, "kthread");
	if (has_stat)
		put_bool(out, t->is_kthread);
	else
		put_null(out);
	write_task_reasons(out, t);
	begin_object(out, "ns");
	for (int i = 0; i < NS_N_SLOTS; i++)
		member_ns(out, s, ns_slots[slots_sorted[i]].name, t->ns[slots_sorted[i]]);
	end_object(out);
	member_known(out, "nsproxy", t->nsproxy >= 0,
		     t->nsproxy >= 0 ? s->nsproxies[t->nsproxy].id : 0);
	write_pids(out, t);
	member_known(out, "ppid", has_stat, t->ppid);
	member_known(out, "start", has_stat, t->start);
	member_raw(out, "state", has_stat, (struct raw){state});
	member_int(out, "tgid", t->tgid);
	member_int(out, "tid", t->tid);
	member_known(out, "uid", t->facts & TASK_UID, t->uid);
}

static void write_keeper(struct strbuf *out, const struct snap *s, const struct keeper *k)
{
	struct reasons r = {out, false};
	bool is_bind = k->kind == KEEPER_BIND;

	if (!is_bind)
		member_int(out, "fd", k->fd);
	if (k->kind == KEEPER_SOCKET)
		member_int(out, "ino", k->ino);
	if (k->kind == KEEPER_IPC && k->where_ns >= 0)
		member_ns(out, s, "ipc_ns", k->where_ns);
	member_word(out, "kind", keeper_kind_names[k->kind]);
	if (is_bind) {
		add_reason(&r, "mnt_ns", k->where_ns, IX_OFF);
		end_reasons(&r);
	}
	if (is_bind || (k->kind == KEEPER_SUPER && k->where_ns >= 0))
		member_ns(out, s, "mnt_ns", k->where_ns);
	if (is_bind || *k->path.s)
		member_raw(out, "path", true, k->path);
	if (!is_bind)
		member_int(out, "pid", k->pid);
	if (k->tid)
		member_int(out, "tid", k->tid);
}

static void write_holders(struct strbuf *out, const struct snap *s, const struct hold *holds,
			  unsigned n)
{
	put_key(out, "holders");
	strbuf_add(out, "[", 1);
	for (unsigned i = 0; i < n; i++) {
		const struct hold *h = &holds[i];

		strbuf_puts(out, i ? ",{" : "{");
		member_known(out, "count", h->count >= 0, h->count);
		put_key(out, "keepers");
		strbuf_add(out, "[", 1);
		for (uint32_t k = 0; k < h->n_keepers; k++) {
			strbuf_puts(out, k ? ",{" : "{");
			write_keeper(out, s, &s->keepers[h->first_keeper + k]);
			end_object(out);
		}
		strbuf_add(out, "]", 1);
		member_word(out, "ref", ref_kinds[h->ref].name);
		end_object(out);
	}
	strbuf_add(out, "]", 1);
}

static void write_refs(struct strbuf *out, const struct hold_sum *sum, enum audit audit)
{
	begin_object(out, "refs");
	member_word(out, "audit", audit_names[audit]);
	member_int(out, "explained", sum->explained);
	member_known(out, "kernel", sum->kernel >= 0, sum->kernel);
	member_known(out, "unexplained", sum->has_rest, sum->unexplained);
	end_object(out);
}

static void write_ns(struct strbuf *out, const struct snap *s, uint32_t row)
{
	const struct ns *ns = &s->nss[row];
	struct hold holds[REF_N_KINDS];
	unsigned n_holds = why_holds(s, row, holds);
	struct hold_sum sum = why_sum(s, row, holds, n_holds);
	struct reasons r = {out, false};

	write_holders(out, s, holds, n_holds);
	put_key(out, "id");
	if (ns->id) {
		strbuf_add(out, "\"", 1);
		put_uint(out, ns->id);
		strbuf_add(out, "\"", 1);
	} else {
		put_null(out);
	}
	member_bool(out, "initial", ns->is_initial);
	member_known(out, "inside", false, 0);
	member_int(out, "inum", ns->inum);
	member_known(out, "level", ns->level >= 0, ns->level);
	add_reason(&r, "owner", ns->owner, IX_OFF);
	add_reason(&r, "parent", ns->parent, ns_kinds[ns->kind].is_hierarchical ? IX_OFF : IX_NONE);
	end_reasons(&r);
	member_int(out, "nprocs", ns->n_procs);
	if (ns->has_nsid)
		member_int(out, "nsid", ns->nsid);
	member_int(out, "nthreads", ns->n_threads);
	member_ns(out, s, "owner", ns->owner);
	member_known(out, "owner_uid", ns->has_owner_uid, ns->owner_uid);
	member_ns(out, s, "parent", ns->parent);
	write_refs(out, &sum, ns->audit);
	member_word(out, "type", ns_kinds[ns->kind].name);
}

static void write_proxy_refs(struct strbuf *out, const struct proxy_sum *sum, enum audit audit)
{
	begin_object(out, "refs");
	member_word(out, "audit", audit_names[audit]);
	member_int(out, "explained", sum->tasks + sum->idle + sum->hidden);
	member_int(out, "hidden", sum->hidden);
	member_int(out, "idle", sum->idle);
	member_known(out, "kernel", sum->kernel >= 0, sum->kernel);
	member_known(out, "unexplained", sum->has_rest, sum->unexplained);
	end_object(out);
}

static void write_nsproxy(struct strbuf *out, const struct snap *s, uint32_t row)
{
	const struct nsproxy *p = &s->nsproxies[row];
	struct proxy_sum sum = why_proxy_sum(s, row);
	struct reasons r = {out, false};

	member_known(out, "count", p->count >= 0, p->count);
	member_int(out, "id", p->id);
	for (int i = 0; i < NS_N_SLOTS; i++)
		if (ns_slots[slots_sorted[i]].home == HOME_NSPROXY)
			add_reason(&r, ns_slots[slots_sorted[i]].name, p->ns[slots_sorted[i]],
				   IX_OFF);
	end_reasons(&r);
	begin_object(out, "ns");
	for (int i = 0; i < NS_N_SLOTS; i++)
		if (ns_slots[slots_sorted[i]].home == HOME_NSPROXY)
			member_ns(out, s, ns_slots[slots_sorted[i]].name, p->ns[slots_sorted[i]]);
	end_object(out);
	write_proxy_refs(out, &sum, p->audit);
	member_word(out, "source", p->is_inferred ? "inferred" : "kernel");
	member_int(out, "tasks", p->n_tasks);
}

static void write_coverage(struct strbuf *out, const struct snap *s, uint32_t row)
{
	const struct coverage *c = &s->coverage[row];

	member_int(out, "missed", c->missed);
	member_raw(out, "probe", true, c->probe);
	member_int(out, "seen", c->seen);
	member_word(out, "state", coverage_state_names[c->state]);
	member_raw(out, "why", *c->why.s, c->why);
}

static const enum ns_kind kinds_sorted[] = {NS_CGROUP, NS_IPC,	NS_MNT,	 NS_NET,
					    NS_PID,    NS_TIME, NS_USER, NS_UTS};
_Static_assert(ARRAY_SIZE(kinds_sorted) == NS_N_KINDS, "each kind");

/* What is usual is left out: no limit, nothing used. */
static void write_quota_user(struct strbuf *out, const struct quota_user *u)
{
	member_int(out, "uid", u->uid);
	begin_object(out, "used");
	for (int i = 0; i < NS_N_KINDS; i++)
		if (u->used[kinds_sorted[i]])
			member_int(out, ns_kinds[kinds_sorted[i]].name, u->used[kinds_sorted[i]]);
	end_object(out);
}

static void write_quota(struct strbuf *out, const struct snap *s, uint32_t row)
{
	const struct quota *q = &s->quotas[row];

	begin_object(out, "max");
	for (int i = 0; i < NS_N_KINDS; i++) {
		int32_t max = q->max[kinds_sorted[i]];

		if (max != QUOTA_UNLIMITED)
			member_known(out, ns_kinds[kinds_sorted[i]].name, max >= 0, max);
	}
	end_object(out);
	member_ns(out, s, "user", q->ns);
	put_key(out, "users");
	if (!q->has_used) {
		put_null(out);
		return;
	}
	strbuf_add(out, "[", 1);
	for (uint32_t i = 0; i < q->n_users; i++) {
		strbuf_puts(out, i ? ",{" : "{");
		write_quota_user(out, &s->quota_users[q->first_user + i]);
		end_object(out);
	}
	strbuf_add(out, "]", 1);
}

static void write_user(struct strbuf *out, const struct snap *s, uint32_t row)
{
	member_raw(out, "name", true, s->users[row].name);
	member_int(out, "uid", s->users[row].uid);
}

static void write_meta(struct strbuf *out, const struct snap_meta *m)
{
	struct tm tm = {0};

	gmtime_r(&m->taken.tv_sec, &tm);
	begin_object(out, "meta");
	member_raw(out, "boot_id", *m->boot_id.s, m->boot_id);
	member_raw(out, "host", *m->host.s, m->host);
	member_raw(out, "kernel", *m->kernel.s, m->kernel);
	put_key(out, "taken");
	strbuf_printf(out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ\"", tm.tm_year + 1900,
		      tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		      m->taken.tv_nsec);
	end_object(out);
}

/* One row a line. */
static void write_table(struct strbuf *out, const struct snap *s, const char *key, uint32_t n,
			void (*write_row)(struct strbuf *out, const struct snap *s, uint32_t row))
{
	put_key(out, key);
	strbuf_add(out, "[\n", 2);
	for (uint32_t i = 0; i < n; i++) {
		strbuf_add(out, "{", 1);
		write_row(out, s, i);
		strbuf_puts(out, i + 1 < n ? "},\n" : "}\n");
	}
	strbuf_add(out, "]", 1);
}

void json_write_snap(struct strbuf *out, const struct snap *s)
{
	strbuf_add(out, "{", 1);
	write_table(out, s, "coverage", s->n_coverage, write_coverage);
	write_meta(out, &s->meta);
	write_table(out, s, "namespaces", s->n_nss, write_ns);
	begin_object(out, "nscope");
	member_int(out, "format", JSON_FORMAT);
	member_word(out, "version", NSCOPE_VERSION);
	end_object(out);
	write_table(out, s, "nsproxies", s->n_nsproxies, write_nsproxy);
	write_table(out, s, "quotas", s->n_quotas, write_quota);
	write_table(out, s, "tasks", s->n_tasks, write_task);
	write_table(out, s, "users", s->n_users, write_user);
	strbuf_puts(out, "}\n");
}

/* ---- rows of columns ---- */

static void put_value(struct strbuf *out, const struct value *v)
{
	switch (v->type) {
	case VALUE_MISSING:
		put_null(out);
		break;
	case VALUE_INT:
		put_int(out, v->n);
		break;
	case VALUE_ID:
		strbuf_add(out, "\"", 1);
		put_uint(out, v->u);
		strbuf_add(out, "\"", 1);
		break;
	case VALUE_BOOL:
		put_bool(out, v->n);
		break;
	case VALUE_WORD:
		put_word(out, v->word);
		break;
	case VALUE_TEXT:
		put_word(out, v->buf);
		break;
	case VALUE_RAW:
		put_raw(out, v->raw);
		break;
	}
}

void json_write_rows(struct strbuf *out, const struct snap *s, const struct column *const *cols,
		     unsigned n_cols, const int32_t *rows, unsigned n_rows)
{
	struct value v;

	strbuf_puts(out, "[\n");
	for (unsigned r = 0; r < n_rows; r++) {
		strbuf_add(out, "{", 1);
		for (unsigned c = 0; c < n_cols; c++) {
			put_key(out, cols[c]->id);
			cols[c]->get(s, rows[r], &v);
			put_value(out, &v);
		}
		strbuf_puts(out, r + 1 < n_rows ? "},\n" : "}\n");
	}
	strbuf_puts(out, "]\n");
}
