/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "random_snap.h"

#include "snap_build.h"

#include <stdio.h>
#include <string.h>

#define MAX_NSS 64

uint32_t rng_next(struct rng *r)
{
	/* Numerical Recipes' constants; the upper half is random enough. */
	r->state = r->state * 6364136223846793005u + 1442695040888963407u;
	return r->state >> 32;
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	return rng_next(r) % n;
}

void random_bytes(struct rng *r, char *buf, unsigned size)
{
	static const char *const pieces[] = {
		"a",
		"nginx",
		"\\",
		"\"",
		"\x1b[31m",
		"\xff",
		"\xc2\x9b",
		"\xe2\x80\xae",
		"\xe6\x97\xa5",
		"e\xcc\x81",
		"\xed\xa0\x80",
		"\n",
		"\x7f",
		"\\x41",
		"\xf0\x9f\x90\xa7",
		"\xef\xbb\xbf",
		"/",
		" ",
		"\xf4\x90\x80\x80",
	};
	unsigned n = 0, want = rng_below(r, size);

	while (n < want) {
		char any[2] = {(char)(1 + rng_below(r, 255)), '\0'};
		const char *piece =
			rng_below(r, 3) ? pieces[rng_below(r, ARRAY_SIZE(pieces))] : any;
		size_t len = strlen(piece);

		if (n + len >= size)
			break;
		memcpy(buf + n, piece, len);
		n += len;
	}
	buf[n] = '\0';
}

struct maker {
	struct rng rng;
	struct snap_builder *b;
	int32_t nss[NS_N_KINDS][MAX_NSS];
	unsigned n_nss[NS_N_KINDS];
	unsigned n_proxies;
};

static struct raw random_raw(struct maker *m, unsigned size)
{
	char buf[256];

	random_bytes(&m->rng, buf, size);
	return snap_strz(m->b, buf);
}

static int32_t random_reason(struct maker *m)
{
	return IX_NONE - (int32_t)rng_below(&m->rng, -IX_LAST);
}

static int32_t random_ns(struct maker *m, enum ns_kind kind)
{
	if (!m->n_nss[kind] || !rng_below(&m->rng, 12))
		return random_reason(m);
	return m->nss[kind][rng_below(&m->rng, m->n_nss[kind])];
}

static void add_ns(struct maker *m, enum ns_kind kind)
{
	uint32_t inum = 4026531000u + rng_below(&m->rng, 4000);
	int32_t owner = random_ns(m, NS_USER);
	int32_t parent = ns_kinds[kind].is_hierarchical ? random_ns(m, kind) : IX_NONE;
	bool is_new;
	int32_t row = builder_ns(m->b, kind, inum, &is_new);
	struct ns *ns = builder_ns_row(m->b, row);

	if (!is_new)
		return;
	ns->owner = owner;
	ns->parent = parent;
	ns->id = rng_below(&m->rng, 3) ? (uint64_t)rng_next(&m->rng) << 32 | rng_next(&m->rng) : 0;
	ns->refs = (int32_t)rng_below(&m->rng, 50) - 1;
	ns->has_nsid = rng_below(&m->rng, 2);
	ns->nsid = ns->has_nsid ? (int32_t)rng_below(&m->rng, 9) - 1 : 0;
	ns->has_owner_uid = rng_below(&m->rng, 2);
	ns->owner_uid = ns->has_owner_uid ? rng_next(&m->rng) : 0;
	ns->is_initial = !rng_below(&m->rng, 9);
	ns->is_listed = rng_below(&m->rng, 2);
	m->nss[kind][m->n_nss[kind]++] = row;
}

static void add_nsproxies(struct maker *m)
{
	m->n_proxies = rng_below(&m->rng, 2) ? 1 + rng_below(&m->rng, 20) : 0;
	for (unsigned i = 0; i < m->n_proxies; i++) {
		int32_t ns[NS_N_SLOTS];

		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			ns[slot] = ns_slots[slot].home == HOME_NSPROXY
					   ? random_ns(m, ns_slots[slot].kind)
					   : IX_NONE;
		builder_add_nsproxy(m->b, (int32_t)rng_below(&m->rng, 90) - 1, ns);
	}
}

static void add_keeper(struct maker *m)
{
	enum ns_kind kind = rng_below(&m->rng, NS_N_KINDS);
	struct keeper k = {.kind = rng_below(&m->rng, KEEPER_N_KINDS), .where_ns = IX_NONE};

	k.ns = random_ns(m, kind);
	if (k.ns < 0)
		return;
	k.ref = rng_below(&m->rng, REF_N_KINDS);
	if (k.kind == KEEPER_BIND) {
		k.where_ns = random_ns(m, NS_MNT);
		k.path = random_raw(m, 200);
	} else {
		k.pid = rng_below(&m->rng, 5000);
		k.fd = rng_below(&m->rng, 1000);
	}
	if (k.kind == KEEPER_SUPER || k.kind == KEEPER_IPC)
		k.where_ns = random_ns(m, k.kind == KEEPER_IPC ? NS_IPC : NS_MNT);
	if (k.kind == KEEPER_SOCKET)
		k.ino = rng_below(&m->rng, 50);
	if (k.kind == KEEPER_TASK)
		k.tid = 1 + rng_below(&m->rng, 5000);
	builder_add_keeper(m->b, &k);
}

/* What whoever made the snap counted; only he knows, so it must survive. */
static void add_counts(struct maker *m)
{
	for (uint32_t row = 0; row < builder_n_nss(m->b); row++) {
		struct ns *ns = builder_ns_row(m->b, row);

		ns->audit = rng_below(&m->rng, AUDIT_N);
		for (int ref = 0; ref < REF_N_KINDS && ns->audit != AUDIT_NONE; ref++)
			if (ref != REF_NSPROXY && ref != REF_CHILD && ref != REF_OWNED &&
			    !rng_below(&m->rng, 4))
				builder_add_count(m->b, row, ref, rng_below(&m->rng, 40));
	}
}

static void add_pids(struct maker *m, int32_t row)
{
	pid_t pids[33];
	unsigned n = rng_below(&m->rng, ARRAY_SIZE(pids));

	for (unsigned i = 0; i < n; i++)
		pids[i] = rng_below(&m->rng, INT32_MAX);
	builder_set_pids(m->b, row, pids, n);
}

static void add_task(struct maker *m)
{
	pid_t tid = 1 + rng_below(&m->rng, 6000);
	pid_t tgid = rng_below(&m->rng, 3) ? tid : 1 + (pid_t)rng_below(&m->rng, 6000);
	int32_t row = builder_add_task(m->b, tid, tgid);
	int32_t container = random_reason(m);
	struct task *t;

	if (!rng_below(&m->rng, 3))
		container = builder_container(m->b, snap_strz(m->b, "docker"), random_raw(m, 20),
					      snap_strz(m->b, ""));
	if (rng_below(&m->rng, 2))
		add_pids(m, row);
	t = builder_task(m->b, row);
	t->facts |= rng_below(&m->rng, TASK_ALL_FACTS + 1) & ~TASK_PIDS;
	if (t->facts & TASK_STAT) {
		t->ppid = rng_below(&m->rng, 6000);
		t->comm = random_raw(m, 16);
		t->start = (uint64_t)rng_next(&m->rng) << 20;
		t->state = "RSDZTI"[rng_below(&m->rng, 6)];
		t->is_kthread = !rng_below(&m->rng, 9);
	}
	if (t->facts & TASK_UID)
		t->uid = rng_below(&m->rng, 4) ? rng_below(&m->rng, 5) : rng_next(&m->rng);
	if (t->facts & TASK_CGROUP)
		t->cgroup = random_raw(m, 120);
	if (t->facts & TASK_CMDLINE)
		t->cmdline = random_raw(m, 250);
	t->container = container;
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		t->ns[slot] = random_ns(m, ns_slots[slot].kind);
	if (m->n_proxies)
		t->nsproxy = rng_below(&m->rng, 8) ? (int32_t)rng_below(&m->rng, m->n_proxies)
						   : random_reason(m);
}

static void add_coverage(struct maker *m)
{
	static const char *const names[] = {"tasks", "nslinks", "fds", "\x1b[2Jprobe"};
	const char *name = names[rng_below(&m->rng, ARRAY_SIZE(names))];

	builder_seen(m->b, name, rng_below(&m->rng, 100));
	if (rng_below(&m->rng, 2))
		builder_gap(m->b, name, 1 + rng_below(&m->rng, COV_N_STATES - 1),
			    rng_below(&m->rng, 100), random_raw(m, 30).s);
}

/* Of some user namespaces the limits, and of some of these who has used what. */
static void add_quotas(struct maker *m)
{
	for (unsigned i = 0; i < m->n_nss[NS_USER]; i++) {
		int32_t ns = m->nss[NS_USER][i], max[NS_N_KINDS];
		bool has_used = rng_below(&m->rng, 4);
		uid_t uid = 0;

		if (!rng_below(&m->rng, 3))
			continue;
		for (int k = 0; k < NS_N_KINDS; k++)
			max[k] = rng_below(&m->rng, 3) ? (int32_t)rng_below(&m->rng, 12) - 1
						       : QUOTA_UNLIMITED;
		builder_add_quota(m->b, ns, max, has_used);
		for (unsigned n = has_used ? rng_below(&m->rng, 4) : 0; n--;) {
			uint32_t used[NS_N_KINDS];

			for (int k = 0; k < NS_N_KINDS; k++)
				used[k] = rng_below(&m->rng, 3) ? rng_below(&m->rng, 15) : 0;
			uid += 1 + rng_below(&m->rng, 2000);
			builder_add_quota_user(m->b, ns, uid, used);
		}
	}
}

const struct snap *random_snap(uint64_t seed, unsigned n_tasks)
{
	struct maker m = {.rng = {seed}, .b = snap_builder_new()};
	struct snap_meta *meta = snap_builder_meta(m.b);
	const struct snap *s;

	meta->taken = (struct timespec){rng_next(&m.rng), rng_below(&m.rng, 1000000000)};
	meta->host = random_raw(&m, 60);
	meta->kernel = random_raw(&m, 60);
	meta->boot_id = random_raw(&m, 60);
	for (unsigned i = 0; i < MAX_NSS; i++)
		add_ns(&m, rng_below(&m.rng, NS_N_KINDS));
	add_nsproxies(&m);
	for (unsigned i = 0; i < 30; i++)
		add_keeper(&m);
	add_counts(&m);
	for (unsigned i = 0; i < n_tasks; i++)
		add_task(&m);
	for (uid_t uid = 0; uid < 5; uid++)
		builder_add_user(m.b, uid, random_raw(&m, 40));
	for (unsigned i = 0; i < 6; i++)
		add_coverage(&m);
	add_quotas(&m);
	s = snap_freeze(m.b, false);
	snap_builder_free(m.b);
	return s;
}
