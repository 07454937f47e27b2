/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads the programs of this directory, runs them, and gives their records. The
 * only user of BPF. What it gives holds kernel addresses: probes/kernel*.c turn
 * them into rows, and nothing else may see them.
 */
#ifndef NSCOPE_KERNEL_READER_H
#define NSCOPE_KERNEL_READER_H

#include "err.h"
#include "kernel_abi.h"

#include <stdbool.h>

struct kernel_reader;
struct btf_view;

/* One reading; good until the next one of the same reader. Duplicates are possible. */
struct kernel_scan {
	const struct k_task *tasks;
	const struct k_pids *deep;
	const struct k_nsproxy *nsproxies;
	const struct k_ns *nss;
	const struct k_bind *binds;
	uint32_t n_tasks, n_deep, n_nsproxies, n_nss, n_binds;
	uint32_t n_threads;    /* of the whole host; 0: not known */
	uint32_t n_outside;    /* tasks outside of our pid namespace */
	uint32_t level;	       /* of our pid namespace */
	bool has_binds;	       /* binds are all mounts of namespaces */
	bool has_lists;	       /* nss holds those too that no task uses */
	bool is_explored;      /* all that counts on user and pid namespaces is known */
	bool has_static;       /* the initial namespaces are counted like others (before 6.19) */
	bool is_called;	       /* read through bpf_iter, as before Linux 6.7 */
	uint32_t n_cut;	       /* lists that were longer than a program may walk there */
	uint64_t idle_nsproxy; /* that of the idle tasks */
};

/* What pins namespaces beside nsproxies and other namespaces. */
struct kernel_pins {
	const struct k_hold *holds;
	uint32_t n_holds;
	uint32_t n_files;  /* open files looked at */
	uint32_t n_cut;	   /* lists that were longer than a program may walk */
	uint32_t n_opaque; /* superblocks that may count on namespaces, in structs of a module */
	bool has_maps;	   /* mapped files are among them, if they were wanted */
};

/*
 * Load the programs. 0, or -errno with e set: -EPERM without CAP_BPF and
 * CAP_PERFMON, -ENOENT without BTF, -ENOTSUP when nscope was built without.
 * `types` (kernel_object.h) may be NULL and lives longer than *r, which is the caller's.
 */
int kernel_reader_open(struct kernel_reader **r, struct btf_view *types, struct err *e);
/* Read the kernel as it is now. */
int kernel_reader_scan(struct kernel_reader *r, struct kernel_scan *scan, struct err *e);
/*
 * Where the kernel has no lists, the next readings are to tell of the namespace at this
 * address, too, if it is still one. 0: no more of those that were named so far.
 */
void kernel_reader_also(struct kernel_reader *r, uint64_t addr);
void kernel_reader_close(struct kernel_reader *r);

/* All tasks of the host, as /proc/loadavg counts them; 0 when that cannot be read. */
uint32_t kernel_count_threads(void);

struct snap_builder;
/*
 * One reading as rows of a builder, and nothing of /proc: for who reads many times
 * what the kernel alone knows. In kernel.c. 0, or -errno with e set.
 */
int kernel_reader_build(struct kernel_reader *r, struct snap_builder *b, struct err *e);

struct kernel_pinner;

/* What pins namespaces: open files alone, which takes less time, or all there is. */
enum kernel_pins_part { PINS_FILES, PINS_ALL };
/*
 * Load the programs for a part. *p is NULL, or from before and may have fewer programs;
 * `types` is as that of a reader.
 */
int kernel_pinner_open(struct kernel_pinner **p, struct btf_view *types, enum kernel_pins_part part,
		       struct err *e);
/*
 * `scan` tells which IPC namespaces there are; NULL for PINS_FILES. Good until the
 * next call.
 */
int kernel_pinner_read(struct kernel_pinner *p, enum kernel_pins_part part,
		       const struct kernel_scan *scan, struct kernel_pins *pins, struct err *e);
void kernel_pinner_close(struct kernel_pinner *p);

#endif
