/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_reader.h"

#include "mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef NSCOPE_BPF

#include "core.skel.h"
#include <sys/mman.h>

#define MAX_TRIES 4 /* each with more room: a host may grow while it is read */

enum { ROWS_TASKS, ROWS_DEEP, ROWS_NSPROXIES, ROWS_NSS, ROWS_ADDRS, ROWS_STATE, ROWS_N };

struct rows {
	void *items;
	uint32_t room;
	size_t size;
};

struct kernel_reader {
	struct core *skel;
	struct rows rows[ROWS_N];
};

static const size_t row_sizes[ROWS_N] = {
	[ROWS_TASKS] = sizeof(struct k_task),	     [ROWS_DEEP] = sizeof(struct k_pids),
	[ROWS_NSPROXIES] = sizeof(struct k_nsproxy), [ROWS_NSS] = sizeof(struct k_ns),
	[ROWS_ADDRS] = sizeof(struct k_addr),	     [ROWS_STATE] = sizeof(struct k_state),
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
	for (int i = 0; i < ROWS_N; i++)
		if (r->rows[i].items)
			munmap(r->rows[i].items, r->rows[i].room * row_sizes[i]);
	for (int i = 0; i < ROWS_N; i++)
		r->rows[i].items = NULL;
	if (r->skel)
		core__destroy(r->skel);
	r->skel = NULL;
}

static int refuse(int errnum, struct err *e)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		return err_set(e, ENOENT, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	if (errnum == EPERM || errnum == EACCES)
		return err_set(e, EPERM, "needs CAP_BPF and CAP_PERFMON");
	return err_set(e, errnum, "this kernel does not take the programs (Linux 6.7 would)");
}

static int load(struct kernel_reader *r, struct err *e)
{
	int err;

	r->skel = core__open();
	if (!r->skel)
		return err_set(e, ENOMEM, "cannot prepare the programs");
	for (int i = 0; i < ROWS_N; i++)
		map_of(r->skel, i)->max_entries = r->rows[i].room;
	err = core__load(r->skel);
	if (err)
		return refuse(-err, e);
	for (int i = 0; i < ROWS_N; i++) {
		void *p = mmap(NULL, r->rows[i].room * row_sizes[i], PROT_READ | PROT_WRITE,
			       MAP_SHARED, map_of(r->skel, i)->map_fd, 0);

		if (p == MAP_FAILED)
			return err_set(e, errno, "cannot map the records");
		r->rows[i].items = p;
	}
	return 0;
}

static uint32_t count_threads(void)
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

int kernel_reader_open(struct kernel_reader **out, struct err *e)
{
	struct kernel_reader *r = xcalloc(1, sizeof(*r));
	uint32_t n = count_threads();
	int err;

	n += n / 4 + 256;
	r->rows[ROWS_TASKS].room = n;
	r->rows[ROWS_NSPROXIES].room = n; /* each has a task */
	r->rows[ROWS_NSS].room = n + 2048;
	r->rows[ROWS_DEEP].room = 64;
	r->rows[ROWS_ADDRS].room = 256;
	r->rows[ROWS_STATE].room = 1;
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

static int run(int prog_fd, struct err *e)
{
	union bpf_attr attr = {.test.prog_fd = prog_fd};

	if (skel_sys_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr)) < 0)
		return err_set(e, errno, "cannot run the programs");
	return 0;
}

/* Whether all rows found had room; where not, ask for more. */
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
		if (found[i] > r->rows[i].room)
			ok = false;
	if (ok)
		return true;
	unload(r);
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
		err = run(r->skel->progs.read_addrs.prog_fd, e);
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
	};
}

int kernel_reader_scan(struct kernel_reader *r, struct kernel_scan *scan, struct err *e)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		struct k_state *st;
		int err = r->skel ? 0 : load(r, e);

		if (err)
			return err;
		st = memset(r->rows[ROWS_STATE].items, 0, sizeof(*st));
		err = run(r->skel->progs.read_all.prog_fd, e);
		if (!err && !st->has_lists)
			err = read_kin(r, e);
		if (err)
			return err;
		if (has_fit(r, st)) {
			give(r, scan);
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
