/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_reader.h"

#include "kernel_skel.h"

#include <errno.h>
#include <string.h>

#ifdef NSCOPE_BPF

#include "core.skel.h"

#define MAX_TRIES 4 /* each with more room: a host may grow while it is read */

enum { ROWS_TASKS, ROWS_DEEP, ROWS_NSPROXIES, ROWS_NSS, ROWS_ADDRS, ROWS_STATE, ROWS_N };

struct kernel_reader {
	struct core *skel;
	struct skel_rows rows[ROWS_N];
};

/* The map of each row, in the skeleton that was generated from the programs. */
static struct bpf_map_desc *map_of(struct core *skel, int i)
{
	struct bpf_map_desc *const maps[ROWS_N] = {
		[ROWS_TASKS] = &skel->maps.k_tasks,	    [ROWS_DEEP] = &skel->maps.k_deep,
		[ROWS_NSPROXIES] = &skel->maps.k_nsproxies, [ROWS_NSS] = &skel->maps.k_nss,
		[ROWS_ADDRS] = &skel->maps.k_addrs,	    [ROWS_STATE] = &skel->maps.k_state,
	};

	return maps[i];
}

static void unload(struct kernel_reader *r)
{
	skel_unmap_rows(r->rows, ROWS_N);
	if (r->skel)
		core__destroy(r->skel);
	r->skel = NULL;
}

static int load(struct kernel_reader *r, struct err *e)
{
	int fds[ROWS_N], err;

	r->skel = core__open();
	if (!r->skel)
		return err_set(e, ENOMEM, "cannot prepare the programs");
	for (int i = 0; i < ROWS_N; i++)
		map_of(r->skel, i)->max_entries = r->rows[i].room;
	err = core__load(r->skel);
	if (err)
		return skel_refuse(-err, e);
	for (int i = 0; i < ROWS_N; i++)
		fds[i] = map_of(r->skel, i)->map_fd;
	return skel_map_rows(r->rows, fds, ROWS_N, e);
}

int kernel_reader_open(struct kernel_reader **out, struct err *e)
{
	struct kernel_reader *r = xcalloc(1, sizeof(*r));
	uint32_t n = skel_count_threads();
	int err;

	n += n / 4 + 256;
	r->rows[ROWS_TASKS] = (struct skel_rows){NULL, n, sizeof(struct k_task)};
	/* Each nsproxy has a task. */
	r->rows[ROWS_NSPROXIES] = (struct skel_rows){NULL, n, sizeof(struct k_nsproxy)};
	r->rows[ROWS_NSS] = (struct skel_rows){NULL, n + 2048, sizeof(struct k_ns)};
	r->rows[ROWS_DEEP] = (struct skel_rows){NULL, 64, sizeof(struct k_pids)};
	r->rows[ROWS_ADDRS] = (struct skel_rows){NULL, 256, sizeof(struct k_addr)};
	r->rows[ROWS_STATE] = (struct skel_rows){NULL, 1, sizeof(struct k_state)};
	err = load(r, e);
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
	unload(r);
	free(r);
}

/* Whether all rows found had room; where not, unload, and ask for more the next time. */
static bool has_fit(struct kernel_reader *r, const struct k_state *st)
{
	const uint32_t found[] = {
		[ROWS_TASKS] = st->n_tasks,
		[ROWS_DEEP] = st->n_deep,
		[ROWS_NSPROXIES] = st->n_nsproxies,
		[ROWS_NSS] = st->n_nss,
	};
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(found); i++)
		ok = ok && found[i] <= r->rows[i].room;
	if (ok)
		return true;
	unload(r); /* before the rooms change: they are what is mapped */
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
	uint32_t first = 0;
	int err = 0;

	while (!err && first < st->n_nss && st->n_nss <= r->rows[ROWS_NSS].room) {
		uint32_t n = 0;

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
		err = skel_run(r->skel->progs.read_all.prog_fd, e);
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
		.n_tasks = st->n_tasks,
		.n_deep = st->n_deep,
		.n_nsproxies = st->n_nsproxies,
		.n_nss = st->n_nss,
		.n_outside = st->n_outside,
		.level = st->level,
		.has_lists = st->has_lists,
		.has_static = st->has_static,
		.idle_nsproxy = st->idle_nsproxy,
	};
}

int kernel_reader_scan(struct kernel_reader *r, struct kernel_scan *scan, struct err *e)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		uint32_t n_threads = skel_count_threads();
		struct k_state *st;
		int err = r->skel ? 0 : load(r, e);

		if (err)
			return err;
		st = memset(r->rows[ROWS_STATE].items, 0, sizeof(*st));
		err = skel_run(r->skel->progs.read_all.prog_fd, e);
		if (!err && !st->has_lists)
			err = read_kin(r, e);
		if (err)
			return err;
		if (has_fit(r, st)) {
			give(r, scan);
			scan->n_threads = n_threads;
			return 0;
		}
	}
	return err_set(e, EAGAIN, "the host grows faster than it can be read");
}

#else

int kernel_reader_open(struct kernel_reader **r, struct err *e)
{
	*r = NULL;
	return err_set(e, ENOTSUP, "this nscope was built without clang and bpftool");
}

int kernel_reader_scan(struct kernel_reader *r, struct kernel_scan *scan, struct err *e)
{
	(void)r;
	(void)scan;
	return err_set(e, ENOTSUP, "no kernel probe");
}

void kernel_reader_close(struct kernel_reader *r)
{
	(void)r;
}

#endif
