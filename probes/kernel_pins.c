/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads and runs what reads the pins: see bpf/pins.bpf.c. */
#include "kernel_object.h"
#include "kernel_reader.h"

#include <errno.h>
#include <string.h>

#define MAX_TRIES 4

enum { ROWS_HOLDS, ROWS_ADDRS, ROWS_STATE, ROWS_N };

/* Open files come first: at times they are all that is asked for, and then all that is loaded. */
static const char *const names[] = {"read_file_pins", "read_task_pins", "read_super_pins",
				    "read_ipc_pins", "read_map_pins"};

struct kernel_pinner {
	struct kernel_object object;
	struct kernel_prog progs[ARRAY_SIZE(names)];
	struct kernel_rows rows[ROWS_N];
};

static struct kernel_pinner *pinner_new(void)
{
	struct kernel_pinner *p = xcalloc(1, sizeof(*p));
	uint32_t n = kernel_count_threads();

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		p->progs[i].name = names[i];
	p->object = (struct kernel_object){
		.image = &kernel_image_pins,
		.rows = p->rows,
		.n_rows = ROWS_N,
		.progs = p->progs,
	};
	p->rows[ROWS_HOLDS] = (struct kernel_rows){"k_holds", 6 * n + 4096, sizeof(struct k_hold)};
	p->rows[ROWS_ADDRS] = (struct kernel_rows){"k_addrs", n + 1024, sizeof(struct k_addr)};
	p->rows[ROWS_STATE] = (struct kernel_rows){"k_state", 1, sizeof(struct k_state)};
	return p;
}

static int load(struct kernel_pinner *p, bool has_all, struct err *e)
{
	unsigned n_progs = has_all ? ARRAY_SIZE(names) : 1;

	if (p->object.n_progs < n_progs) {
		kernel_object_unload(&p->object);
		p->object.n_progs = n_progs;
	}
	return kernel_object_load(&p->object, e);
}

int kernel_pinner_open(struct kernel_pinner **out, bool has_all, struct err *e)
{
	int err;

	if (!*out)
		*out = pinner_new();
	err = load(*out, has_all, e);
	if (err) {
		kernel_pinner_close(*out);
		*out = NULL;
	}
	return err;
}

void kernel_pinner_close(struct kernel_pinner *p)
{
	if (!p)
		return;
	kernel_object_unload(&p->object);
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
	unsigned n_progs = scan ? ARRAY_SIZE(names) : 1;
	int err = 0;

	if (scan)
		ask_ipc(p, scan);
	for (unsigned i = 0; i < n_progs && !err; i++)
		err = kernel_object_run(&p->progs[i], e);
	return err;
}

int kernel_pinner_read(struct kernel_pinner *p, const struct kernel_scan *scan,
		       struct kernel_pins *pins, struct err *e)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		struct k_state *st;
		uint32_t n;
		int err = load(p, scan, e); /* again, when there was no room */

		if (err)
			return err;
		st = memset(p->rows[ROWS_STATE].items, 0, sizeof(*st));
		st->n_cpus = sysconf(_SC_NPROCESSORS_CONF);
		st->is_brief = !scan;
		err = run_all(p, scan, e);
		if (err)
			return err;
		n = st->n_holds;
		if (n <= p->rows[ROWS_HOLDS].room) {
			*pins = (struct kernel_pins){p->rows[ROWS_HOLDS].items, n, st->n_files};
			return 0;
		}
		kernel_object_unload(&p->object);
		p->rows[ROWS_HOLDS].room = n + n / 4;
	}
	return err_set(e, EAGAIN, "the host grows faster than it can be read");
}
