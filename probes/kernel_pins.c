/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads and runs what reads the pins: see bpf/pins.bpf.c. */
#include "kernel_reader.h"
#include "kernel_skel.h"

#include <errno.h>
#include <string.h>

#ifdef NSCOPE_BPF

#include "pins.skel.h"

#define MAX_TRIES 4

enum { ROWS_HOLDS, ROWS_ADDRS, ROWS_STATE, ROWS_N };

struct kernel_pinner {
	struct pins *skel;
	struct skel_rows rows[ROWS_N];
};

static void unload(struct kernel_pinner *p)
{
	skel_unmap_rows(p->rows, ROWS_N);
	if (p->skel)
		pins__destroy(p->skel);
	p->skel = NULL;
}

static int load(struct kernel_pinner *p, struct err *e)
{
	int err;

	p->skel = pins__open();
	if (!p->skel)
		return err_set(e, ENOMEM, "cannot prepare the programs");
	p->skel->maps.k_holds.max_entries = p->rows[ROWS_HOLDS].room;
	p->skel->maps.k_addrs.max_entries = p->rows[ROWS_ADDRS].room;
	err = pins__load(p->skel);
	if (err)
		return skel_refuse(-err, e);
	return skel_map_rows(p->rows,
			     (const int[ROWS_N]){
				     [ROWS_HOLDS] = p->skel->maps.k_holds.map_fd,
				     [ROWS_ADDRS] = p->skel->maps.k_addrs.map_fd,
				     [ROWS_STATE] = p->skel->maps.k_state.map_fd,
			     },
			     ROWS_N, e);
}

int kernel_pinner_open(struct kernel_pinner **out, struct err *e)
{
	struct kernel_pinner *p = xcalloc(1, sizeof(*p));
	uint32_t n = skel_count_threads();
	int err;

	p->rows[ROWS_HOLDS] = (struct skel_rows){NULL, 6 * n + 4096, sizeof(struct k_hold)};
	p->rows[ROWS_ADDRS] = (struct skel_rows){NULL, n + 1024, sizeof(struct k_addr)};
	p->rows[ROWS_STATE] = (struct skel_rows){NULL, 1, sizeof(struct k_state)};
	err = load(p, e);
	if (err) {
		kernel_pinner_close(p);
		return err;
	}
	*out = p;
	return 0;
}

void kernel_pinner_close(struct kernel_pinner *p)
{
	if (!p)
		return;
	unload(p);
	free(p);
}

/* IPC namespaces go to the programs, and whether any has shared memory. */
static void ask_ipc(struct kernel_pinner *p, const struct kernel_scan *scan)
{
	struct k_state *st = p->rows[ROWS_STATE].items;
	struct k_addr *addrs = p->rows[ROWS_ADDRS].items;

	for (uint32_t i = 0; i < scan->n_nss && st->n_addrs < p->rows[ROWS_ADDRS].room; i++) {
		if (scan->nss[i].kind != K_IPC)
			continue;
		addrs[st->n_addrs++] = (struct k_addr){scan->nss[i].addr, K_IPC, 0};
		st->has_shm |= scan->nss[i].number > 0;
	}
}

static int run_all(struct kernel_pinner *p, const struct kernel_scan *scan, struct err *e)
{
	const int progs[] = {
		p->skel->progs.read_task_pins.prog_fd,	p->skel->progs.read_file_pins.prog_fd,
		p->skel->progs.read_super_pins.prog_fd, p->skel->progs.read_ipc_pins.prog_fd,
		p->skel->progs.read_map_pins.prog_fd,
	};

	if (!scan)
		return skel_run(p->skel->progs.read_file_pins.prog_fd, e);
	ask_ipc(p, scan);
	for (unsigned i = 0; i < ARRAY_SIZE(progs); i++) {
		int err = skel_run(progs[i], e);

		if (err)
			return err;
	}
	return 0;
}

int kernel_pinner_read(struct kernel_pinner *p, const struct kernel_scan *scan,
		       struct kernel_pins *pins, struct err *e)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		struct k_state *st;
		uint32_t n;
		int err = p->skel ? 0 : load(p, e);

		if (err)
			return err;
		st = memset(p->rows[ROWS_STATE].items, 0, sizeof(*st));
		st->n_cpus = sysconf(_SC_NPROCESSORS_CONF);
		err = run_all(p, scan, e);
		if (err)
			return err;
		n = st->n_holds;
		if (n <= p->rows[ROWS_HOLDS].room) {
			*pins = (struct kernel_pins){p->rows[ROWS_HOLDS].items, n, st->n_files};
			return 0;
		}
		unload(p);
		p->rows[ROWS_HOLDS].room = n + n / 4;
	}
	return err_set(e, EAGAIN, "the host grows faster than it can be read");
}

#else

int kernel_pinner_open(struct kernel_pinner **p, struct err *e)
{
	*p = NULL;
	return err_set(e, ENOTSUP, "this nscope was built without clang and bpftool");
}

int kernel_pinner_read(struct kernel_pinner *p, const struct kernel_scan *scan,
		       struct kernel_pins *pins, struct err *e)
{
	(void)p;
	(void)scan;
	(void)pins;
	return err_set(e, ENOTSUP, "no kernel probe");
}

void kernel_pinner_close(struct kernel_pinner *p)
{
	(void)p;
}

#endif
