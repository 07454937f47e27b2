/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs of probes/bpf/, which travel inside nscope as the compiler left
 * them: linked, made to fit the running kernel, loaded and run.
 *
 * What they are is all that is supported: programs of type "syscall" or "iter/...",
 * maps that are arrays to be mapped, functions that take and return numbers.
 *
 * Each file is there twice: as programs that walk the kernel's lists (since 6.7), and
 * as programs that the kernel calls for each task, file or mapping (since 5.8). Where
 * both would run the first is taken, unless NSCOPE_KERNEL=iter is in the environment,
 * which is how tests have the second.
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
	bool is_optional; /* a kernel that has nothing to call it for is no error */
	/* While it is loaded: fd is -1 when it was left out, link -1 unless it is called. */
	int fd, link;
};

struct kernel_image {
	const char *start, *end;
};
struct kernel_code {
	struct kernel_image walk, called;
};
extern const struct kernel_code kernel_code_core, kernel_code_pins, kernel_code_quotas;

struct btf_view;

/* Some programs of one object file, and the maps that they use. */
struct kernel_object {
	const struct kernel_code *code;
	/* The caller's view on the kernel's types, made when it is needed and empty; several
	 * objects may share it. NULL: each time one of its own. */
	struct btf_view *types;
	struct kernel_rows *rows;
	unsigned n_rows;
	struct kernel_prog *progs;
	unsigned n_progs;  /* the first ones, which are wanted; may grow at any time */
	unsigned n_loaded; /* the first ones, which are there */
	bool is_loaded;	   /* the maps are */
	bool is_called;	   /* the programs are of the second kind; known when they are loaded */
};

/*
 * Load what is not. 0, or -errno with e set: -EPERM without CAP_BPF and
 * CAP_PERFMON, -ENOENT without BTF, -ENOSYS before Linux 5.8; then nothing is loaded.
 */
int kernel_object_load(struct kernel_object *o, struct err *e);
void kernel_object_unload(struct kernel_object *o);
/* Run one program once; one that was left out does nothing. 0, or -errno with e set. */
int kernel_object_run(const struct kernel_prog *prog, struct err *e);

#endif
