/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads and runs what reads the quotas (bpf/quotas.bpf.c), and puts them into the
 * builder. Asked are the limits of each user namespace of the reading, and each
 * ucounts that a namespace of it is charged to.
 */
#include "kernel_impl.h"
#include "kernel_object.h"

#include <errno.h>
#include <string.h>

#define MAX_TRIES 4

enum { ROWS_QUOTAS, ROWS_STATE, ROWS_N };

struct kernel_quotas {
	struct kernel_object object;
	struct kernel_prog prog;
	struct kernel_rows rows[ROWS_N];
};

static struct kernel_quotas *quotas_new(struct btf_view *types)
{
	struct kernel_quotas *q = xcalloc(1, sizeof(*q));

	q->prog.name = "read_quotas";
	q->object = (struct kernel_object){
		.code = &kernel_code_quotas,
		.types = types,
		.rows = q->rows,
		.n_rows = ROWS_N,
		.progs = &q->prog,
		.n_progs = 1,
	};
	q->rows[ROWS_QUOTAS] = (struct kernel_rows){"k_quotas", 0, sizeof(struct k_quota)};
	q->rows[ROWS_STATE] = (struct kernel_rows){"k_state", 1, sizeof(struct k_state)};
	return q;
}

void kernel_quotas_close(struct kernel_quotas *q)
{
	if (!q)
		return;
	kernel_object_unload(&q->object);
	free(q);
}

static int load(struct kernel_quotas *q, uint32_t room, struct err *e)
{
	if (q->rows[ROWS_QUOTAS].room < room) {
		kernel_object_unload(&q->object);
		q->rows[ROWS_QUOTAS].room = room;
	}
	return kernel_object_load(&q->object, e);
}

/* What is to be asked, each once. */
struct asked {
	struct addr_map seen;
	ARRAY(struct k_quota) rows;
};

static void ask(struct asked *asked, uint64_t addr, bool is_used)
{
	struct addr_row *entry = addr ? addr_entry(&asked->seen, addr) : NULL;

	if (!entry || entry->row != IX_OFF)
		return;
	entry->row = asked->rows.n;
	*array_add(&asked->rows) = (struct k_quota){.addr = addr, .is_used = is_used};
}

static void ask_all(struct asked *asked, const struct kernel_scan *scan)
{
	for (uint32_t i = 0; i < scan->n_nss; i++) {
		if (scan->nss[i].kind == K_USER)
			ask(asked, scan->nss[i].addr, false);
		ask(asked, scan->nss[i].ucounts, true);
	}
}

/* Their number, 0 for the caller to try again with the room that is needed, or -errno. */
static int run_once(struct kernel_quotas *q, const struct asked *asked, uint32_t *room,
		    struct err *e)
{
	int err = load(q, *room, e);
	struct k_state *st;

	if (err)
		return err;
	st = memset(q->rows[ROWS_STATE].items, 0, sizeof(*st));
	st->n_addrs = asked->rows.n;
	memcpy(q->rows[ROWS_QUOTAS].items, asked->rows.items,
	       asked->rows.n * sizeof(*asked->rows.items));
	err = kernel_object_run(&q->prog, e);
	if (err)
		return err;
	if (st->n_addrs <= q->rows[ROWS_QUOTAS].room)
		return st->n_addrs;
	*room = st->n_addrs + st->n_addrs / 4;
	return 0;
}

static int run(struct kernel_quotas *q, const struct asked *asked, struct err *e)
{
	uint32_t room = asked->rows.n + asked->rows.n / 4 + 256;

	for (int i = 0; i < MAX_TRIES; i++) {
		int n = run_once(q, asked, &room, e);

		if (n)
			return n;
	}
	return err_set(e, EAGAIN, "the host grows faster than it can be read");
}

/* ---- into the builder ---- */

/*
 * What was asked for may have been freed meanwhile, and its memory be something
 * else: only that of a namespace which has still its number is taken.
 */
static int32_t row_of(struct probe_env *env, struct addr_map *nss, const struct k_quota *k)
{
	int32_t row = addr_find(nss, k->ns);

	return row >= 0 && builder_ns_row(env->b, row)->inum == k->inum ? row : IX_RACED;
}

static void add_max(struct probe_env *env, int32_t ns, const struct k_quota *k)
{
	int32_t max[NS_N_KINDS];

	for (int kind = 0; kind < NS_N_KINDS; kind++)
		max[kind] = k->n[kind] < QUOTA_UNLIMITED ? (int32_t)k->n[kind] : QUOTA_UNLIMITED;
	builder_add_quota(env->b, ns, max, true);
	env->n_quotas++;
}

static void add_used(struct probe_env *env, int32_t ns, const struct k_quota *k)
{
	uint32_t used[NS_N_KINDS];
	bool is_any = false;

	for (int kind = 0; kind < NS_N_KINDS; kind++) {
		used[kind] = k->n[kind] > 0 && k->n[kind] <= INT32_MAX ? k->n[kind] : 0;
		is_any |= used[kind];
	}
	if (is_any)
		builder_add_quota_user(env->b, ns, k->uid, used);
}

static bool is_first(struct addr_map *seen, uint64_t key)
{
	struct addr_row *entry = addr_entry(seen, key);
	bool is_new = entry->row == IX_OFF;

	entry->row = 0;
	return is_new;
}

/*
 * Backwards: what tasks have comes before what was asked for. At boot the kernel
 * makes a mount namespace before it knows its own init_ucounts, so that uid 0 has
 * two there; the one that credentials have is the one that is held against limits.
 */
static void merge(struct probe_env *env, struct addr_map *nss, const struct k_quota *rows, int n)
{
	struct addr_map seen = {0};

	for (int i = n; i-- > 0;) {
		const struct k_quota *k = &rows[i];
		int32_t ns = row_of(env, nss, k);

		if (ns < 0)
			continue;
		if (!k->is_used)
			add_max(env, ns, k);
		else if (is_first(&seen, (uint64_t)(ns + 1) << 32 | k->uid))
			add_used(env, ns, k);
	}
	addr_map_free(&seen);
}

int kernel_quotas_merge(struct kernel_quotas **q, struct btf_view *types, struct probe_env *env,
			const struct kernel_scan *scan, struct addr_map *nss, struct err *e)
{
	struct asked asked = {0};
	int n;

	if (!*q)
		*q = quotas_new(types);
	ask_all(&asked, scan);
	n = run(*q, &asked, e);
	if (n > 0) {
		const struct k_state *st = (*q)->rows[ROWS_STATE].items;

		merge(env, nss, (*q)->rows[ROWS_QUOTAS].items, n);
		kernel_tell_cut(env, st->n_cut);
	}
	addr_map_free(&asked.seen);
	free(asked.rows.items);
	return n < 0 ? n : 0;
}
