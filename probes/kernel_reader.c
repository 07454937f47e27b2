/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_reader.h"

#include "kernel_object.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_TRIES 4 /* each with more room: a host may grow while it is read */

enum {
	ROWS_TASKS,
	ROWS_DEEP,
	ROWS_NSPROXIES,
	ROWS_NSS,
	ROWS_ADDRS,
	ROWS_BINDS,
	ROWS_STATE,
	ROWS_N
};

struct kernel_reader {
	struct kernel_object object;
	struct kernel_prog prog;
	struct kernel_rows rows[ROWS_N];
	ARRAY(uint64_t) also; /* namespaces that tasks do not lead to */
};

uint32_t kernel_count_threads(void)
{
	FILE *f = fopen("/proc/loadavg", "re");
	unsigned n = 0;

	if (f) {
		if (fscanf(f, "%*s %*s %*s %*u/%u", &n) != 1)
			n = 0;
		fclose(f);
	}
	return n;
}

int kernel_reader_open(struct kernel_reader **out, struct btf_view *types, struct err *e)
{
	struct kernel_reader *r = xcalloc(1, sizeof(*r));
	uint32_t n = kernel_count_threads();
	int err;

	n += n / 4 + 256;
	r->prog.name = "read_all";
	r->object = (struct kernel_object){
		.code = &kernel_code_core,
		.types = types,
		.rows = r->rows,
		.n_rows = ROWS_N,
		.progs = &r->prog,
		.n_progs = 1,
	};
	r->rows[ROWS_TASKS] = (struct kernel_rows){"k_tasks", n, sizeof(struct k_task)};
	/* Many tasks to each nsproxy and namespace, as a rule; where not, has_fit() sees to it. */
	r->rows[ROWS_NSPROXIES] =
		(struct kernel_rows){"k_nsproxies", n / 8 + 1024, sizeof(struct k_nsproxy)};
	r->rows[ROWS_NSS] = (struct kernel_rows){"k_nss", n / 8 + 2048, sizeof(struct k_ns)};
	r->rows[ROWS_DEEP] = (struct kernel_rows){"k_deep", 64, sizeof(struct k_pids)};
	r->rows[ROWS_ADDRS] = (struct kernel_rows){"k_addrs", K_MAX_ADDRS, sizeof(struct k_addr)};
	r->rows[ROWS_BINDS] = (struct kernel_rows){"k_binds", 1024, sizeof(struct k_bind)};
	r->rows[ROWS_STATE] = (struct kernel_rows){"k_state", 1, sizeof(struct k_state)};
	err = kernel_object_load(&r->object, e);
	if (err) {
		kernel_reader_close(r);
		return err;
	}
	*out = r;
	return 0;
}

void kernel_reader_close(struct kernel_reader *r)
{
	if (!r)
		return;
	kernel_object_unload(&r->object);
	free(r->also.items);
	free(r);
}

void kernel_reader_also(struct kernel_reader *r, uint64_t addr)
{
	if (addr)
		*array_add(&r->also) = addr;
	else
		r->also.n = 0;
}

/* Whether all rows found had room; where not, unload, and ask for more the next time. */
static bool has_fit(struct kernel_reader *r, const struct k_state *st)
{
	const uint32_t found[] = {
		[ROWS_TASKS] = st->n_tasks,	    [ROWS_DEEP] = st->n_deep,
		[ROWS_NSPROXIES] = st->n_nsproxies, [ROWS_NSS] = st->n_nss,
		[ROWS_BINDS] = st->n_binds,
	};
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(found); i++)
		ok = ok && found[i] <= r->rows[i].room;
	if (ok)
		return true;
	kernel_object_unload(&r->object); /* before the rooms change: they are what is mapped */
	for (size_t i = 0; i < ARRAY_SIZE(found); i++)
		if (found[i] > r->rows[i].room)
			r->rows[i].room = found[i] + found[i] / 4;
	return false;
}

static bool is_told(const struct k_state *st, const struct k_ns *nss, uint64_t addr)
{
	for (uint32_t i = 0; i < st->n_nss; i++)
		if (nss[i].addr == addr)
			return true;
	return false;
}

/*
 * Where the kernel does not list its namespaces, owners and parents may be ones
 * that no task uses: ask for those by their addresses, and again for theirs.
 */
static int read_kin(struct kernel_reader *r, struct err *e)
{
	struct k_state *st = r->rows[ROWS_STATE].items;
	struct k_addr *addrs = r->rows[ROWS_ADDRS].items;
	const struct k_ns *nss = r->rows[ROWS_NSS].items;
	uint32_t first = 0, also = 0;
	int err = 0;

	while (!err && st->n_nss <= r->rows[ROWS_NSS].room) {
		uint32_t n = 0;

		for (; also < r->also.n && n < r->rows[ROWS_ADDRS].room; also++)
			if (!is_told(st, nss, r->also.items[also]))
				addrs[n++] = (struct k_addr){r->also.items[also], K_N_KINDS, 0};
		for (; first < st->n_nss && n + 2 <= r->rows[ROWS_ADDRS].room; first++) {
			const uint64_t kin[] = {nss[first].owner, nss[first].parent};

			for (int i = 0; i < 2; i++)
				if (kin[i] && !is_told(st, nss, kin[i]))
					addrs[n++] = (struct k_addr){
						kin[i], i ? nss[first].kind : K_USER, 0};
		}
		st->n_addrs = n;
		if (!n)
			break;
		err = kernel_object_run(&r->prog, e);
	}
	return err;
}

static void give(const struct kernel_reader *r, struct kernel_scan *scan)
{
	const struct k_state *st = r->rows[ROWS_STATE].items;

	*scan = (struct kernel_scan){
		.tasks = r->rows[ROWS_TASKS].items,
		.deep = r->rows[ROWS_DEEP].items,
		.nsproxies = r->rows[ROWS_NSPROXIES].items,
		.nss = r->rows[ROWS_NSS].items,
		.binds = r->rows[ROWS_BINDS].items,
		.n_tasks = st->n_tasks,
		.n_deep = st->n_deep,
		.n_nsproxies = st->n_nsproxies,
		.n_nss = st->n_nss,
		.n_binds = st->n_binds,
		.n_outside = st->n_outside,
		.level = st->level,
		.has_lists = st->has_lists,
		.has_binds = st->has_binds,
		.is_explored = st->is_explored,
		.has_static = st->has_static,
		.is_called = r->object.is_called,
		.n_cut = st->n_cut,
		.idle_nsproxy = st->idle_nsproxy,
	};
}

/* What came or went in between the two counts is no hidden task. */
static void count_others(struct kernel_scan *scan, uint32_t before, uint32_t after)
{
	scan->n_threads = before < after ? before : after;
	/* A program that is called sees our own pid namespace alone, in which nobody is outside. */
	if (scan->is_called && scan->level)
		scan->n_outside =
			scan->n_threads > scan->n_tasks ? scan->n_threads - scan->n_tasks : 1;
}

int kernel_reader_scan(struct kernel_reader *r, struct kernel_scan *scan, struct err *e)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		uint32_t before = kernel_count_threads();
		struct k_state *st;
		int err = kernel_object_load(&r->object, e);

		if (err)
			return err;
		st = memset(r->rows[ROWS_STATE].items, 0, sizeof(*st));
		err = kernel_object_run(&r->prog, e);
		if (!err && !st->has_lists)
			err = read_kin(r, e);
		if (err)
			return err;
		if (has_fit(r, st)) {
			give(r, scan);
			count_others(scan, before, kernel_count_threads());
			return 0;
		}
	}
	return err_set(e, EAGAIN, "the host grows faster than it can be read");
}
