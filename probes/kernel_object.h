/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs of probes/bpf/, which travel inside nscope as the compiler left
 * them: linked, made to fit the running kernel, loaded and run.
 *
 * What they are is all that is supported: programs of type "syscall", maps that are
 * arrays to be mapped, functions that take and return numbers.
 */
#ifndef NSCOPE_KERNEL_OBJECT_H
#define NSCOPE_KERNEL_OBJECT_H

#include "err.h"
#include "mem.h"

#include <stdbool.h>
#include <stdint.h>

/* The records of one map. */
struct kernel_rows {
	const char *map; /* its name in the programs */
	uint32_t room;	 /* records; may be changed while it is not loaded */
	size_t size;	 /* bytes of one */
	void *items;	 /* while it is loaded: they are mapped */
	int fd;		 /* of the map, while it is loaded */
};

struct kernel_prog {
	const char *name;
	int fd;
};

struct kernel_image {
	const char *start, *end;
};
extern const struct kernel_image kernel_image_core, kernel_image_pins, kernel_image_quotas;

/* Some programs of one object file, and the maps that they use. */
struct kernel_object {
	const struct kernel_image *image;
	struct kernel_rows *rows;
	unsigned n_rows;
	struct kernel_prog *progs;
	unsigned n_progs;  /* the first ones, which are wanted; may grow at any time */
	unsigned n_loaded; /* the first ones, which are there */
	bool is_loaded;	   /* the maps are */
};

/*
 * Load what is not. 0, or -errno with e set: -EPERM without CAP_BPF and
 * CAP_PERFMON, -ENOENT without BTF; then nothing is loaded.
 */
int kernel_object_load(struct kernel_object *o, struct err *e);
void kernel_object_unload(struct kernel_object *o);
/* Run one program once. */
int kernel_object_run(const struct kernel_prog *prog, struct err *e);

#endif
