/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader of format 1: it checks what it takes over and recomputes what can
 * be derived, so that no file makes a snap that the rest could not live with.
 */
#include "json_impl.h"

#include "hash.h"
#include "why.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEPTH 64 /* of pid and user namespaces; the kernel allows 33 */
#define MAX_PIDS  64

/* ---- namespaces ---- */

static enum audit reader_audit(struct reader *r, json_t *o)
{
	json_t *refs = reader_object(r, o, "refs");

	return json_object_get(refs, "audit")
		       ? reader_need_word(r, refs, "audit", audit_names, AUDIT_N)
		       : AUDIT_NONE;
}

static void add_ns(struct reader *r, json_t *o)
{
	static const char *names[NS_N_KINDS];
	enum ns_kind kind;
	struct ns *ns;
	bool is_known, is_new;
	uint32_t inum;

	for (int k = 0; k < NS_N_KINDS; k++)
		names[k] = ns_kinds[k].name;
	kind = reader_need_word(r, o, "type", names, NS_N_KINDS);
	inum = reader_need_int(r, o, "inum", 1, UINT32_MAX);
	if (r->has_failed)
		return;
	ns = builder_ns_row(r->b, builder_ns(r->b, kind, inum, &is_new));
	if (!is_new)
		reader_fail(r, NULL, "%s:[%u] is there twice", ns_kinds[kind].name, inum);
	ns->is_listed = true;
	ns->id = reader_id(r, o, "id");
	ns->is_initial = reader_bool(r, o, "initial", &is_known);
	ns->owner_uid = reader_int(r, o, "owner_uid", 0, UINT32_MAX, &is_known);
	ns->has_owner_uid = is_known;
	ns->nsid = reader_int(r, o, "nsid", -1, INT32_MAX, &ns->has_nsid);
	ns->refs = reader_int(r, reader_object(r, o, "refs"), "kernel", 0, INT32_MAX, &is_known);
	if (!is_known)
		ns->refs = -1;
	ns->audit = reader_audit(r, o);
}

static void add_keeper(struct reader *r, json_t *o, int32_t ns, enum ref_kind ref)
{
	struct keeper k = {.ns = ns, .ref = ref, .where_ns = IX_NONE};
	json_t *missing = reader_object(r, o, "missing");
	bool is_known;

	k.kind = reader_need_word(r, o, "kind", keeper_kind_names, KEEPER_N_KINDS);
	k.path = reader_raw(r, o, "path", &is_known);
	if (k.kind == KEEPER_BIND) {
		k.where_ns = reader_ns(r, o, "mnt_ns", NS_MNT, missing, IX_OFF);
		k.path = reader_need_raw(r, o, "path");
	} else {
		k.pid = reader_need_int(r, o, "pid", 0, INT32_MAX);
		k.tid = reader_int(r, o, "tid", 0, INT32_MAX, &is_known);
		k.fd = reader_need_int(r, o, "fd", -1, INT32_MAX);
		k.ino = reader_int(r, o, "ino", 0, INT64_MAX, &is_known);
		if (k.kind == KEEPER_SUPER)
			k.where_ns = reader_ns(r, o, "mnt_ns", NS_MNT, missing, IX_NONE);
		else if (k.kind == KEEPER_IPC)
			k.where_ns = reader_ns(r, o, "ipc_ns", NS_IPC, missing, IX_NONE);
	}
	if (!r->has_failed)
		builder_add_keeper(r->b, &k);
}

/* What the rows of the file itself give is counted from them again. */
static void add_count(struct reader *r, json_t *holder, int32_t ns, enum ref_kind ref)
{
	bool is_known;
	int64_t count = reader_int(r, holder, "count", 0, INT32_MAX, &is_known);

	if (is_known && builder_ns_row(r->b, ns)->audit != AUDIT_NONE && ref != REF_NSPROXY &&
	    ref != REF_CHILD && ref != REF_OWNED)
		builder_add_count(r->b, ns, ref, count);
}

static unsigned read_ref(struct reader *r, json_t *holder)
{
	const char *names[REF_N_KINDS];

	for (int ref = 0; ref < REF_N_KINDS; ref++)
		names[ref] = ref_kinds[ref].name;
	return reader_need_word(r, holder, "ref", names, REF_N_KINDS);
}

static void add_holders(struct reader *r, json_t *o, int32_t ns, size_t row)
{
	json_t *holders = reader_array(r, o, "holders"), *holder, *keeper;
	size_t i, j;

	json_array_foreach(holders, i, holder)
	{
		unsigned ref;

		snprintf(r->path, sizeof(r->path), "namespaces[%zu].holders[%zu]", row, i);
		ref = read_ref(r, holder);
		add_count(r, holder, ns, ref);
		json_array_foreach(reader_array(r, holder, "keepers"), j, keeper)
		{
			snprintf(r->path, sizeof(r->path),
				 "namespaces[%zu].holders[%zu].keepers[%zu]", row, i, j);
			add_keeper(r, keeper, ns, ref);
			if (r->has_failed)
				return;
		}
	}
}

/* Once all namespaces are known: the links between them. Their rows are those of the file. */
static void link_ns(struct reader *r, json_t *o, size_t row)
{
	struct ns *ns = builder_ns_row(r->b, row);
	json_t *missing = reader_object(r, o, "missing");
	bool is_tree = ns_kinds[ns->kind].is_hierarchical;
	int32_t owner = reader_ns(r, o, "owner", NS_USER, missing, IX_OFF);
	int32_t parent = reader_ns(r, o, "parent", ns->kind, missing, is_tree ? IX_OFF : IX_NONE);

	if (!is_tree && parent != IX_NONE)
		reader_fail(r, "parent", "expected null: a namespace of this kind has none");
	if (r->has_failed)
		return;
	ns = builder_ns_row(r->b, row);
	ns->owner = owner;
	ns->parent = parent;
	add_holders(r, o, row, row);
}

static void check_no_circle(struct reader *r, size_t row)
{
	int32_t by_parent = row, by_owner = row;

	for (int depth = 0; depth <= MAX_DEPTH; depth++) {
		if (by_parent >= 0)
			by_parent = builder_ns_row(r->b, by_parent)->parent;
		if (by_owner >= 0)
			by_owner = builder_ns_row(r->b, by_owner)->owner;
	}
	snprintf(r->path, sizeof(r->path), "namespaces[%zu]", row);
	if (by_parent >= 0)
		reader_fail(r, "parent", "its parents go round in a circle");
	if (by_owner >= 0)
		reader_fail(r, "owner", "its owners go round in a circle");
}

/* ---- nsproxies: kept when they are the kernel's, found again when they were inferred ---- */

struct proxies {
	ARRAY(int64_t) ids; /* by row, ascending */
	bool is_kernel;
};

static void add_nsproxy(struct reader *r, json_t *o, struct proxies *p, size_t row)
{
	static const char *const sources[] = {"inferred", "kernel"};
	bool is_kernel = reader_need_word(r, o, "source", sources, ARRAY_SIZE(sources));
	int64_t id = reader_need_int(r, o, "id", 1, INT32_MAX), count;
	json_t *missing = reader_object(r, o, "missing"), *links = reader_object(r, o, "ns");
	int32_t ns[NS_N_SLOTS];
	bool is_known;

	if (row && is_kernel != p->is_kernel)
		reader_fail(r, "source", "expected the same for all");
	if (p->ids.n && id <= p->ids.items[p->ids.n - 1])
		reader_fail(r, "id", "expected one above that of the row before");
	count = reader_int(r, o, "count", 0, INT32_MAX, &is_known);
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		ns[slot] = IX_NONE;
		if (ns_slots[slot].home == HOME_NSPROXY)
			ns[slot] = reader_ns(r, links, ns_slots[slot].name, ns_slots[slot].kind,
					     missing, IX_OFF);
	}
	p->is_kernel = is_kernel;
	if (r->has_failed)
		return;
	*array_add(&p->ids) = id;
	if (is_kernel) {
		int32_t at = builder_add_nsproxy(r->b, is_known ? count : -1, ns);
		struct nsproxy *new = builder_nsproxy_row(r->b, at);

		new->audit = reader_audit(r, o);
		new->n_idle =
			reader_int(r, reader_object(r, o, "refs"), "idle", 0, INT32_MAX, &is_known);
	}
}

static int32_t find_proxy(const struct proxies *p, int64_t id)
{
	uint32_t lo = 0, hi = p->ids.n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (p->ids.items[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->ids.n && p->ids.items[lo] == id ? (int32_t)lo : IX_NONE;
}

/* ---- tasks ---- */

struct tid_key {
	struct snap_builder *b;
	pid_t tid;
};

static bool is_tid(const void *key, uint32_t row)
{
	const struct tid_key *k = key;

	return builder_task(k->b, row)->tid == k->tid;
}

static void read_facts(struct reader *r, json_t *o, struct task *t)
{
	bool is_known;
	struct raw state;

	t->comm = reader_raw(r, o, "comm", &is_known);
	if (is_known) {
		t->facts |= TASK_STAT;
		t->ppid = reader_need_int(r, o, "ppid", 0, INT32_MAX);
		t->start = reader_need_int(r, o, "start", 0, INT64_MAX);
		t->is_kthread = reader_bool(r, o, "kthread", &is_known);
		state = reader_need_raw(r, o, "state");
		t->state = *state.s;
		if (!*state.s || state.s[1] || *state.s <= ' ' || *state.s > '~')
			reader_fail(r, "state", "expected one character");
	}
	t->uid = reader_int(r, o, "uid", 0, UINT32_MAX, &is_known);
	t->facts |= is_known ? TASK_UID : 0;
	t->cgroup = reader_raw(r, o, "cgroup", &is_known);
	t->facts |= is_known ? TASK_CGROUP : 0;
	t->cmdline = reader_raw(r, o, "cmdline", &is_known);
	t->facts |= is_known ? TASK_CMDLINE : 0;
}

static void read_container(struct reader *r, json_t *o, json_t *missing, struct task *t)
{
	json_t *c = reader_object(r, o, "container");
	bool is_known;
	struct raw runtime, id, name;

	if (!c) {
		t->container = reader_reason(r, missing, "container",
					     t->facts & TASK_CGROUP ? IX_NONE : IX_OFF);
		return;
	}
	runtime = reader_raw(r, c, "runtime", &is_known);
	id = reader_raw(r, c, "id", &is_known);
	name = reader_raw(r, c, "name", &is_known);
	t->container = builder_container(r->b, runtime, id, name);
}

static void read_pids(struct reader *r, json_t *o, int32_t row)
{
	json_t *array = reader_array(r, o, "pids"), *v;
	pid_t pids[MAX_PIDS];
	size_t i;

	if (!array)
		return;
	if (json_array_size(array) > MAX_PIDS)
		reader_fail(r, "pids", "expected at most %d numbers", MAX_PIDS);
	json_array_foreach(array, i, v)
	{
		if (r->has_failed)
			return;
		if (!json_is_integer(v) || json_integer_value(v) < 0 ||
		    json_integer_value(v) > INT32_MAX)
			reader_fail(r, "pids", "expected process numbers");
		pids[i] = json_integer_value(v);
	}
	builder_set_pids(r->b, row, pids, json_array_size(array));
}

static void read_slots(struct reader *r, json_t *o, json_t *missing, int32_t row, size_t index)
{
	json_t *links = reader_object(r, o, "ns");
	int32_t all = reader_reason(r, missing, "ns", IX_OFF);

	snprintf(r->path, sizeof(r->path), "tasks[%zu].ns", index);
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		int32_t ix =
			reader_ns(r, links, ns_slots[slot].name, ns_slots[slot].kind, missing, all);

		builder_task(r->b, row)->ns[slot] = ix;
	}
	snprintf(r->path, sizeof(r->path), "tasks[%zu]", index);
}

static void add_task(struct reader *r, json_t *o, const struct proxies *p, struct hash *tids,
		     size_t index)
{
	json_t *missing = reader_object(r, o, "missing");
	struct tid_key key = {r->b, reader_need_int(r, o, "tid", 1, INT32_MAX)};
	pid_t tgid = reader_need_int(r, o, "tgid", 1, INT32_MAX);
	uint32_t *same;
	int64_t proxy;
	struct task *t;
	int32_t row;
	bool is_known;

	if (r->has_failed)
		return;
	same = hash_slot(tids, hash_u64(key.tid), is_tid, &key);
	if (*same != HASH_EMPTY) {
		reader_fail(r, "tid", "task %d is there twice", key.tid);
		return;
	}
	*same = row = builder_add_task(r->b, key.tid, tgid);
	t = builder_task(r->b, row);
	read_facts(r, o, t);
	read_container(r, o, missing, t);
	proxy = reader_int(r, o, "nsproxy", 1, INT32_MAX, &is_known);
	t->nsproxy = is_known ? find_proxy(p, proxy) : reader_reason(r, missing, "nsproxy", IX_OFF);
	if (is_known && t->nsproxy < 0)
		reader_fail(r, "nsproxy", "there is no nsproxy with the id %" PRId64, proxy);
	if (!p->is_kernel)
		t->nsproxy = IX_OFF; /* rows of the file are none of the builder's */
	read_pids(r, o, row);
	read_slots(r, o, missing, row, index);
}

/* ---- the small tables ---- */

static void add_user(struct reader *r, json_t *o)
{
	uid_t uid = reader_need_int(r, o, "uid", 0, UINT32_MAX);
	struct raw name = reader_need_raw(r, o, "name");

	if (!r->has_failed)
		builder_add_user(r->b, uid, name);
}

/* Rows of one probe are neighbours, and each has its `seen`. */
static void add_coverage(struct reader *r, json_t *o, struct raw *last)
{
	enum coverage_state state =
		reader_need_word(r, o, "state", coverage_state_names, COV_N_STATES);
	struct raw probe = reader_need_raw(r, o, "probe"), why;
	bool is_known;
	uint64_t seen = reader_int(r, o, "seen", 0, INT64_MAX, &is_known);
	uint64_t missed = reader_int(r, o, "missed", 0, INT64_MAX, &is_known);

	why = reader_raw(r, o, "why", &is_known);
	if (r->has_failed)
		return;
	builder_seen(r->b, probe.s, probe.s == last->s ? 0 : seen);
	if (state != COV_OK || *why.s)
		builder_gap(r->b, probe.s, state, missed, why.s);
	*last = probe;
}

static void read_meta(struct reader *r, json_t *root)
{
	json_t *o = reader_object(r, root, "meta");
	struct snap_meta *m = snap_builder_meta(r->b);
	bool is_known;

	snprintf(r->path, sizeof(r->path), "meta");
	reader_time(r, o, "taken", &m->taken);
	m->host = reader_raw(r, o, "host", &is_known);
	m->kernel = reader_raw(r, o, "kernel", &is_known);
	m->boot_id = reader_raw(r, o, "boot_id", &is_known);
	r->path[0] = '\0';
}

/* ---- the file ---- */

/* The rows of a table of the file; each must be an object. */
static json_t *table_row(struct reader *r, json_t *table, const char *name, size_t i)
{
	json_t *row = json_array_get(table, i);

	if (i >= json_array_size(table) || r->has_failed)
		return NULL;
	snprintf(r->path, sizeof(r->path), "%s[%zu]", name, i);
	if (!json_is_object(row))
		reader_fail(r, NULL, "expected an object");
	return r->has_failed ? NULL : row;
}

#define for_each_row(r, table, name, i, row) for (i = 0; (row = table_row(r, table, name, i)); i++)

static json_t *need_table(struct reader *r, json_t *root, const char *name)
{
	json_t *table;

	r->path[0] = '\0';
	table = reader_array(r, root, name);
	if (!table)
		reader_fail(r, name, "expected an array");
	return table;
}

static void read_nss(struct reader *r, json_t *root)
{
	json_t *table = need_table(r, root, "namespaces"), *row;
	size_t i;

	for_each_row(r, table, "namespaces", i, row) add_ns(r, row);
	for_each_row(r, table, "namespaces", i, row) link_ns(r, row, i);
	for (i = 0; i < json_array_size(table) && !r->has_failed; i++)
		check_no_circle(r, i);
}

static void read_tasks(struct reader *r, json_t *root)
{
	json_t *table = need_table(r, root, "nsproxies"), *row;
	struct proxies proxies = {0};
	struct hash tids = {0};
	size_t i;

	for_each_row(r, table, "nsproxies", i, row) add_nsproxy(r, row, &proxies, i);
	table = need_table(r, root, "tasks");
	for_each_row(r, table, "tasks", i, row) add_task(r, row, &proxies, &tids, i);
	hash_free(&tids);
	free(proxies.ids.items);
}

static void read_rest(struct reader *r, json_t *root)
{
	struct raw last = {""};
	json_t *row, *table;
	size_t i;

	r->path[0] = '\0';
	table = reader_array(r, root, "quotas");
	for_each_row(r, table, "quotas", i, row) reader_quota(r, row);
	r->path[0] = '\0';
	table = reader_array(r, root, "users");
	for_each_row(r, table, "users", i, row) add_user(r, row);
	table = need_table(r, root, "coverage");
	for_each_row(r, table, "coverage", i, row) add_coverage(r, row, &last);
}

static void check_format(struct reader *r, json_t *root)
{
	json_t *head = json_object_get(root, "nscope");
	json_t *format = json_object_get(head, "format");

	if (!json_is_integer(format))
		reader_fail(r, "nscope", "expected {\"format\": %d}: this is no dump of nscope",
			    JSON_FORMAT);
	else if (json_integer_value(format) > JSON_FORMAT)
		reader_fail(r, "nscope.format",
			    "made by a newer nscope (format %" JSON_INTEGER_FORMAT
			    "); this one reads format %d",
			    json_integer_value(format), JSON_FORMAT);
	else if (json_integer_value(format) < 1)
		reader_fail(r, "nscope.format", "expected %d", JSON_FORMAT);
}

/* The library's message quotes the file. */
static void fail_syntax(struct err *e, const json_error_t *je)
{
	char safe[JSON_ERROR_TEXT_LENGTH * 4];

	text_safe_buf(safe, sizeof(safe), (struct raw){je->text}, CHARSET_ASCII);
	if (json_error_code(je) == json_error_premature_end_of_input)
		err_set(e, 0, "byte %d: the file ends here, in the middle: %s", je->position, safe);
	else
		err_set(e, 0, "byte %d (line %d): %s", je->position, je->line, safe);
}

const struct snap *json_read_snap(const char *text, size_t n, struct err *e)
{
	struct reader r = {.text = text, .n = n, .e = e};
	const struct snap *s = NULL;
	const char *nul = memchr(text, '\0', n);
	json_error_t je;
	json_t *root;

	/* The library passes over it between values; as a place in the text it would mislead. */
	if (nul) {
		err_set(e, 0, "byte %zu: expected text, not a byte of value 0",
			(size_t)(nul - text));
		return NULL;
	}
	root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &je);
	if (!root) {
		fail_syntax(e, &je);
		return NULL;
	}
	r.b = snap_builder_new();
	check_format(&r, root);
	read_meta(&r, root);
	read_nss(&r, root);
	read_tasks(&r, root);
	read_rest(&r, root);
	json_decref(root);
	if (!r.has_failed)
		s = snap_freeze(r.b, false);
	snap_builder_free(r.b);
	return s;
}
