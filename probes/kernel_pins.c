/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads and runs what reads the pins: see bpf/pins.bpf.c. */
#include "kernel_object.h"
#include "kernel_reader.h"

#include <errno.h>
#include <string.h>

#define MAX_TRIES 4

enum { ROWS_HOLDS, ROWS_ADDRS, ROWS_STATE, ROWS_N };

/* The one that is run alone is the first. Mappings are what Linux 5.12 has calls for. */
enum { MAP_PINS = 4 };
static const char *const names[] = {"read_file_pins", "read_task_pins", "read_super_pins",
				    "read_ipc_pins", "read_map_pins"};

struct kernel_pinner {
	struct kernel_object object;
	struct kernel_prog progs[ARRAY_SIZE(names)];
	struct kernel_rows rows[ROWS_N];
};

static struct kernel_pinner *pinner_new(struct btf_view *types)
{
	struct kernel_pinner *p = xcalloc(1, sizeof(*p));

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		p->progs[i] = (struct kernel_prog){names[i], .is_optional = i == MAP_PINS};
	p->object = (struct kernel_object){
		.code = &kernel_code_pins,
		.types = types,
		.rows = p->rows,
		.n_rows = ROWS_N,
		.progs = p->progs,
	};
	p->rows[ROWS_HOLDS] = (struct kernel_rows){"k_holds", 0, sizeof(struct k_hold)};
	p->rows[ROWS_ADDRS] = (struct kernel_rows){"k_addrs", 0, sizeof(struct k_addr)};
	p->rows[ROWS_STATE] = (struct kernel_rows){"k_state", 1, sizeof(struct k_state)};
	return p;
}

static int load(struct kernel_pinner *p, enum kernel_pins_part part, struct err *e)
{
	unsigned n_progs = part == PINS_ALL ? ARRAY_SIZE(names) : 1;
	uint32_t n = kernel_count_threads();
	uint32_t room = part == PINS_ALL ? 6 * n + 4096 : n / 4 + 4096;

	if (p->rows[ROWS_HOLDS].room < room && (!p->object.is_loaded || part == PINS_ALL)) {
		kernel_object_unload(&p->object);
		p->rows[ROWS_HOLDS].room = room;
		p->rows[ROWS_ADDRS].room = part == PINS_ALL ? n + 1024 : 1;
	}
	if (p->object.n_progs < n_progs)
		p->object.n_progs = n_progs;
	return kernel_object_load(&p->object, e);
}

int kernel_pinner_open(struct kernel_pinner **out, struct btf_view *types,
		       enum kernel_pins_part part, struct err *e)
{
	int err;

	if (!*out)
		*out = pinner_new(types);
	err = load(*out, part, e);
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

static int run(struct kernel_pinner *p, enum kernel_pins_part part, const struct kernel_scan *scan,
	       struct err *e)
{
	int err = 0;

	if (part != PINS_ALL)
		return kernel_object_run(&p->progs[0], e);
	ask_ipc(p, scan);
	for (unsigned i = 0; i < ARRAY_SIZE(names) && !err; i++)
		err = kernel_object_run(&p->progs[i], e);
	return err;
}

int kernel_pinner_read(struct kernel_pinner *p, enum kernel_pins_part part,
		       const struct kernel_scan *scan, struct kernel_pins *pins, struct err *e)
{
	for (int i = 0; i < MAX_TRIES; i++) {
		struct k_state *st;
		uint32_t n;
		int err = load(p, part, e); /* again, when there was no room */

		if (err)
			return err;
		st = memset(p->rows[ROWS_STATE].items, 0, sizeof(*st));
		st->n_cpus = sysconf(_SC_NPROCESSORS_CONF);
		st->is_brief = part != PINS_ALL;
		err = run(p, part, scan, e);
		if (err)
			return err;
		n = st->n_holds;
		if (n <= p->rows[ROWS_HOLDS].room) {
			*pins = (struct kernel_pins){
				.holds = p->rows[ROWS_HOLDS].items,
				.n_holds = n,
				.n_files = st->n_files,
				.n_cut = st->n_cut,
				.n_opaque = st->n_opaque,
				.has_maps = p->progs[MAP_PINS].fd >= 0,
			};
			return 0;
		}
		kernel_object_unload(&p->object);
		p->rows[ROWS_HOLDS].room = n + n / 4;
	}
	return err_set(e, EAGAIN, "the host grows faster than it can be read");
}
