/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a probe is, and the services the probes share. A probe is one file and
 * one row of the table in probes.c; it adds to a builder what it sees and tells
 * as a gap what it could not see. That it sees nothing is never an error.
 *
 * The driver walks /proc once. For each task it opens the task's directory and
 * calls every probe's hooks with that descriptor: whatever is read through it
 * is of this one task, for when the task dies its reads fail with ESRCH even
 * if the tid is used again.
 */
#ifndef NSCOPE_PROBE_H
#define NSCOPE_PROBE_H

#include "err.h"
#include "mem.h"
#include "snap_build.h"

/* What the caller wants to know: nothing that no column or view shows is read. */
struct probe_want {
	uint8_t facts;	    /* enum task_fact of every task */
	uint8_t lead_facts; /* of the first task of each namespace only (`nscope ls`) */
	uint32_t skip;	    /* BIT(row of the probe table): do not run it */
};

struct probe_env;

/* One descriptor of a process, as fds.c found it. */
struct probe_fd {
	int fd;		  /* its number there */
	const char *link; /* text of the link: "socket:[123]", "net:[4026531833]" */
};

struct probe {
	const char *name;  /* in coverage, --skip and doctor */
	const char *doc;   /* one line: what it reads */
	const char *needs; /* rights that it wants for a full view */
	uint8_t fills;	   /* enum task_fact it is for; 0: runs unless skipped */
	/* All hooks are optional; they return 0, or -ESRCH when the task has gone. */
	int (*begin)(struct probe_env *env);
	int (*batch)(struct probe_env *env, const int32_t *rows, unsigned n);
	int (*task)(struct probe_env *env, int32_t row, int dirfd);
	int (*fd)(struct probe_env *env, int32_t row, int dirfd, const struct probe_fd *fd);
	int (*end)(struct probe_env *env);
};

extern const struct probe probes[];
extern const unsigned n_probes;

/*
 * Read the living kernel. `progress`, if not NULL, is called from time to time
 * with the builder so that a caller can show what is there; it returns false to
 * give up. Fails (-errno, e set) only when there is no usable /proc.
 */
int probes_read(struct snap_builder *b, const struct probe_want *want,
		bool (*progress)(struct snap_builder *b, void *data), void *data, struct err *e);

#endif
