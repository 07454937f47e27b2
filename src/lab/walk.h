/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A random walk of calls over a crowd of test processes and over the model: after
 * each step the errno, every slot, the pids, who shares an nsproxy, and every count
 * must agree.
 */
#ifndef NSCOPE_WALK_H
#define NSCOPE_WALK_H

#include "err.h"
#include "mem.h"
#include "model/call.h"
#include "snap.h"

#define WALK_N_MEMBERS 24 /* at a time; member 0 is the init of the crowd */

enum walk_op {
	WALK_CLONE, /* call: any of the four */
	WALK_UNSHARE,
	WALK_SETNS_FD,	  /* slot of target: a descriptor that nscope sends */
	WALK_SETNS_OWN,	  /* hold: a descriptor of its own */
	WALK_SETNS_PIDFD, /* target */
	WALK_EXEC,
	WALK_EXIT,  /* the thread */
	WALK_KILL,  /* the process */
	WALK_REAP,  /* target, by its parent */
	WALK_OPEN,  /* slot of target */
	WALK_PIDFD, /* target */
	WALK_SOCKET,
	WALK_DUP,   /* hold */
	WALK_CLOSE, /* hold */
	WALK_BIND,  /* hold, place */
	WALK_UMOUNT,
	WALK_SIGNAL, /* to target: number */
	WALK_SETUID, /* number */
	WALK_CHROOT,
	WALK_SUBREAPER, /* number: 1 or 0 */
	WALK_QUOTA,	/* number, of namespaces of the kind of slot */
	WALK_SHMGET,	/* number: key; hold 0: if it is there, else it is made */
	WALK_SHMAT,	/* number: key */
	WALK_SHMDT,	/* number: key */
	WALK_END,	/* the process that is the init of the crowd */
	WALK_N_OPS
};

/* Means something for any crowd: without the members it needs it is passed over. */
struct walk_step {
	enum walk_op op;
	uint8_t who, target, child;
	uint8_t slot;
	uint8_t hold, place;
	uint8_t number;
	bool has_map; /* a new user namespace gets its map at once */
	struct call call;
};

struct walk_report {
	ARRAY(struct walk_step) steps; /* those that show the difference; none when there is none */
	uint32_t n_done;	       /* steps made; what was passed over is none */
	uint32_t n_calls[WALK_N_OPS], n_refused[WALK_N_OPS];
	uint32_t n_late; /* steps after which the kernel needed time to free */
	char text[256];	 /* the difference */
	uint32_t n_shrunk_from;
};

/* How the kernel is read: tasks, nsproxies, namespaces and their counts. NULL with e set. */
typedef const struct snap *walk_read(void *data, struct err *e);

/* 0: walked, the report tells; -errno with e set: it could not be done. */
int walk_run(uint64_t seed, uint32_t n_steps, walk_read *read, void *data, struct walk_report *r,
	     struct err *e);
void walk_report_free(struct walk_report *r);
extern const char *const walk_op_names[WALK_N_OPS];
/* "member 3: unshare(CLONE_NEWNET)" and an end of line, appended. */
void walk_print_step(struct strbuf *out, const struct walk_step *s);

#endif
