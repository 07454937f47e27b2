/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What both loaded objects need: their maps given a size before and mapped
 * after, and their programs run.
 */
#ifndef NSCOPE_KERNEL_SKEL_H
#define NSCOPE_KERNEL_SKEL_H

#include "err.h"
#include "mem.h"

#include <stdint.h>

/* The records of one map. */
struct skel_rows {
	void *items;
	uint32_t room;
	size_t size;
};

/* Map n of them, `fds` being those of their maps. */
int skel_map_rows(struct skel_rows *rows, const int *fds, unsigned n, struct err *e);
void skel_unmap_rows(struct skel_rows *rows, unsigned n);
/* Run a program of type "syscall" once. */
int skel_run(int prog_fd, struct err *e);
/* Why loading failed, in words; returns the -errno that callers go by. */
int skel_refuse(int errnum, struct err *e);
/* All tasks of the host, as /proc/loadavg counts them; 0 when that cannot be read. */
uint32_t skel_count_threads(void);

#endif
