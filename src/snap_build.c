/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snap_build.h"

#include "hash.h"
#include "snap_impl.h"

#include <string.h>

struct snap_builder *snap_builder_new(void)
{
	struct snap_builder *b = xcalloc(1, sizeof(*b));

	b->pool = xcalloc(1, sizeof(*b->pool));
	b->pool->refs = 1;
	b->meta.host = b->meta.kernel = b->meta.boot_id = (struct raw){""};
	return b;
}

void snap_builder_free(struct snap_builder *b)
{
	if (!b)
		return;
	pool_unref(b->pool);
	hash_free(&b->ns_hash);
	hash_free(&b->str_hash);
	free(b->strings.items);
	free(b->tasks.items);
	free(b->nss.items);
	free(b->nsproxies.items);
	free(b->keepers.items);
	free(b->counts.items);
	free(b->quotas.items);
	free(b->quota_users.items);
	free(b->containers.items);
	free(b->users.items);
	free(b->seen.items);
	free(b->gaps.items);
	free(b);
}

struct bytes_key {
	const struct snap_builder *b;
	const char *p;
	size_t n;
};

static bool is_string(const void *key, uint32_t row)
{
	const struct bytes_key *k = key;
	const char *s = k->b->strings.items[row].s;

	return !strncmp(s, k->p, k->n) && !s[k->n];
}

struct raw snap_str(struct snap_builder *b, const char *p, size_t n)
{
	struct bytes_key key = {b, p, strnlen(p, n)};
	uint32_t *row;

	if (!key.n)
		return (struct raw){""};
	row = hash_slot(&b->str_hash, hash_bytes(p, key.n), is_string, &key);
	if (*row == HASH_EMPTY) {
		*row = b->strings.n;
		array_add(&b->strings)->s = arena_memdup(&b->pool->arena, p, key.n);
	}
	return b->strings.items[*row];
}

struct raw snap_strz(struct snap_builder *b, const char *s)
{
	return snap_str(b, s, strlen(s));
}

struct snap_meta *snap_builder_meta(struct snap_builder *b)
{
	return &b->meta;
}

void builder_expect_tasks(struct snap_builder *b, uint32_t n)
{
	if (n <= b->tasks.room)
		return;
	b->tasks.items = xreallocarray(b->tasks.items, n, sizeof(*b->tasks.items));
	b->tasks.room = n;
}

int32_t builder_add_task(struct snap_builder *b, pid_t tid, pid_t tgid)
{
	struct task *t = array_add(&b->tasks);

	t->tid = tid;
	t->tgid = tgid;
	t->comm = t->cmdline = t->cgroup = (struct raw){""};
	for (int i = 0; i < NS_N_SLOTS; i++)
		t->ns[i] = IX_OFF;
	t->nsproxy = t->container = IX_OFF;
	return b->tasks.n - 1;
}

struct task *builder_task(struct snap_builder *b, int32_t row)
{
	return &b->tasks.items[row];
}

uint32_t builder_n_tasks(const struct snap_builder *b)
{
	return b->tasks.n;
}

void builder_drop_last_task(struct snap_builder *b)
{
	b->tasks.n--;
}

void builder_set_pids(struct snap_builder *b, int32_t row, const pid_t *pids, unsigned n)
{
	struct task *t = &b->tasks.items[row];
	pid_t *copy = arena_alloc(&b->pool->arena, n * sizeof(*copy));

	memcpy(copy, pids, n * sizeof(*copy));
	t->pids = copy;
	t->n_pids = n;
	t->facts |= TASK_PIDS;
}

struct ns_key {
	const struct snap_builder *b;
	enum ns_kind kind;
	uint32_t inum;
};

static bool is_ns(const void *key, uint32_t row)
{
	const struct ns_key *k = key;
	const struct ns *ns = &k->b->nss.items[row];

	return ns->inum == k->inum && ns->kind == k->kind;
}

int32_t builder_ns(struct snap_builder *b, enum ns_kind kind, uint32_t inum, bool *is_new)
{
	struct ns_key key = {b, kind, inum};
	uint32_t *row = hash_slot(&b->ns_hash, hash_u64((uint64_t)kind << 32 | inum), is_ns, &key);
	bool fresh = *row == HASH_EMPTY;

	if (fresh) {
		struct ns *ns = array_add(&b->nss);

		*row = b->nss.n - 1;
		ns->kind = kind;
		ns->inum = inum;
		ns->owner = IX_OFF;
		ns->parent = ns_kinds[kind].is_hierarchical ? IX_OFF : IX_NONE;
		ns->refs = -1;
		ns->quota = IX_OFF;
		ns->is_initial = inum == ns_kinds[kind].init_inum;
	}
	if (is_new)
		*is_new = fresh;
	return *row;
}

struct ns *builder_ns_row(struct snap_builder *b, int32_t row)
{
	return &b->nss.items[row];
}

uint32_t builder_n_nss(const struct snap_builder *b)
{
	return b->nss.n;
}

int32_t builder_add_nsproxy(struct snap_builder *b, int32_t count, const int32_t ns[NS_N_SLOTS])
{
	struct nsproxy *p = array_add(&b->nsproxies);

	p->count = count;
	memcpy(p->ns, ns, sizeof(p->ns));
	return b->nsproxies.n - 1;
}

struct nsproxy *builder_nsproxy_row(struct snap_builder *b, int32_t row)
{
	return &b->nsproxies.items[row];
}

void builder_add_keeper(struct snap_builder *b, const struct keeper *k)
{
	struct keeper *new = array_add(&b->keepers);

	*new = *k;
	if (!new->path.s)
		new->path.s = "";
}

void builder_add_count(struct snap_builder *b, int32_t ns, enum ref_kind ref, int32_t count)
{
	*array_add(&b->counts) = (struct ref_count){ns, ref, count};
}

void builder_add_quota(struct snap_builder *b, int32_t ns, const int32_t max[NS_N_KINDS],
		       bool has_used)
{
	struct quota *q = array_add(&b->quotas);

	b->nss.items[ns].quota = b->quotas.n - 1;
	*q = (struct quota){.ns = ns, .has_used = has_used};
	memcpy(q->max, max, sizeof(q->max));
}

void builder_add_quota_user(struct snap_builder *b, int32_t ns, uid_t uid,
			    const uint32_t used[NS_N_KINDS])
{
	struct quota_user *u = array_add(&b->quota_users);

	*u = (struct quota_user){.ns = ns, .uid = uid};
	memcpy(u->used, used, sizeof(u->used));
}

uint32_t builder_n_keepers(const struct snap_builder *b)
{
	return b->keepers.n;
}

const struct keeper *builder_keeper(const struct snap_builder *b, uint32_t row)
{
	return &b->keepers.items[row];
}

int32_t builder_container(struct snap_builder *b, struct raw runtime, struct raw id,
			  struct raw name)
{
	struct container *c;

	for (uint32_t i = b->containers.n; i-- > 0;) {
		c = &b->containers.items[i];
		/* Strings of the pool are equal when their addresses are. */
		if (c->id.s == id.s && c->runtime.s == runtime.s)
			return i;
	}
	c = array_add(&b->containers);
	*c = (struct container){runtime, id, name};
	return b->containers.n - 1;
}

void builder_add_user(struct snap_builder *b, uid_t uid, struct raw name)
{
	*array_add(&b->users) = (struct user){uid, name};
}

void builder_seen(struct snap_builder *b, const char *probe, uint64_t n)
{
	struct probe_seen *seen;

	for (uint32_t i = 0; i < b->seen.n; i++) {
		if (!strcmp(b->seen.items[i].probe.s, probe)) {
			b->seen.items[i].n += n;
			return;
		}
	}
	seen = array_add(&b->seen);
	seen->probe = snap_strz(b, probe);
	seen->n = n;
}

void builder_gap(struct snap_builder *b, const char *probe, enum coverage_state state, uint64_t n,
		 const char *why)
{
	struct coverage *c;

	builder_seen(b, probe, 0);
	for (uint32_t i = 0; i < b->gaps.n; i++) {
		c = &b->gaps.items[i];
		if (c->state == state && !strcmp(c->why.s, why) && !strcmp(c->probe.s, probe)) {
			c->missed += n;
			return;
		}
	}
	c = array_add(&b->gaps);
	*c = (struct coverage){.probe = snap_strz(b, probe),
			       .state = state,
			       .missed = n,
			       .why = snap_strz(b, why)};
}
