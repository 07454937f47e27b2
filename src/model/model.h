/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The executable kernel: tasks, credentials, nsproxies and namespaces as objects
 * that the kernel's own rules change. Seeded from a snap or from the boot, it
 * takes one call at a time and gives a snap of itself whenever it is asked.
 * Pure: nothing here touches the living system.
 */
#ifndef NSCOPE_MODEL_H
#define NSCOPE_MODEL_H

#include "call.h"
#include "model_facts.h"
#include "rules.h"
#include "snap_build.h"
#include "trace.h"

struct model;

/*
 * The machine as it comes up: start_kernel() with its init_task, the root mount,
 * pid 1 and kthreadd, told into t when it is not NULL.
 */
struct model *model_boot(const struct rules *rules, struct trace *t);
/* The machine of the snap. Facts it lacks are assumed; whoever asks is told. */
struct model *model_seed(const struct rules *rules, const struct snap *s);
void model_free(struct model *m);

/* Tell facts about a task; those of its user namespace hold for all in it. 0 or -ESRCH. */
int model_tell(struct model *m, pid_t tid, const struct model_facts *f);

/*
 * The task makes the call. Returns what the system call would: a child's tid
 * (as the outermost namespace counts it), 0, or -errno; then t tells the check
 * and the model is what it was. -ESRCH without a step: there is no such task.
 */
int model_call(struct model *m, pid_t tid, const struct call *c, struct trace *t);
/* SIGKILL from outside, and wait() by whoever is the parent. 0 or -ESRCH. */
int model_kill(struct model *m, pid_t tid, struct trace *t);
int model_reap(struct model *m, pid_t tid, struct trace *t);

/*
 * The task writes a map, or setgroups, of the user namespace of the task `of`. Lower
 * ids are those of the parent namespace. 0 or -errno, with the rule in t.
 */
int model_write_map(struct model *m, pid_t tid, pid_t of, bool is_gid,
		    const struct model_extent *extents, uint32_t n, struct trace *t);
int model_write_setgroups(struct model *m, pid_t tid, pid_t of, bool is_allowed, struct trace *t);

/*
 * What a task does with files that keep namespaces: opens that of a namespace of the
 * task `of`, makes a socket, duplicates, closes. The numbers are the caller's, who knows
 * what the kernel gave. 0 or -errno.
 */
int model_open_ns(struct model *m, pid_t tid, pid_t of, enum ns_slot slot, int nr);
int model_open_socket(struct model *m, pid_t tid, int nr);
int model_dup(struct model *m, pid_t tid, int nr, int new_nr);
/* The number of its i-th such file, from 0 on; -1: it has no more. */
int model_fd_at(const struct model *m, pid_t tid, uint32_t i, enum ns_kind *kind);
int model_close(struct model *m, pid_t tid, int nr);
/* It mounts that file on, or unmounts, a place of its mount namespace. 0 or -errno. */
int model_bind(struct model *m, pid_t tid, int nr, uint32_t place);
int model_umount(struct model *m, pid_t tid, uint32_t place);
bool model_has_bind(const struct model *m, pid_t tid, uint32_t place);

/* The next `nth` allocation (1 is the first) of the coming call fails; 0: none. */
void model_inject(struct model *m, uint32_t nth);
/* Was the injected failure met by the last call? */
bool model_was_injected(const struct model *m);

/*
 * Append what a namespace contains, as the kernel's struct has it, in one line; false
 * when there is none of that number. Or of all that the last call made, a line each.
 */
bool model_print_ns(const struct model *m, enum ns_kind kind, uint32_t inum, struct strbuf *out);
void model_print_new(const struct model *m, struct strbuf *out);

/* The model's state; every count in it is recounted. The caller owns one reference. */
const struct snap *model_snap(const struct model *m);
/*
 * Recount everything and compare with the counts that get and put moved.
 * Returns 0, or -EINVAL with e naming the first object that differs.
 */
int model_check(const struct model *m, struct err *e);
/* Objects alive, by kind: for tests and benchmarks. */
uint32_t model_n_objects(const struct model *m, enum obj_kind kind);

#endif
