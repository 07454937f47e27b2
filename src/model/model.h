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
#include "rules.h"
#include "snap_build.h"
#include "trace.h"

struct model;

/* Facts that a snap lacks; a bit is set when the fact is known. */
enum model_fact {
	FACT_CRED = BIT(0),    /* ids and effective capabilities */
	FACT_SHARING = BIT(1), /* how many share the fs, files, sighand and mm */
	FACT_CHROOT = BIT(2),
	FACT_QUOTA = BIT(3),  /* user.max_*_namespaces and what is used of them */
	FACT_MAPS = BIT(4),   /* uid_map and gid_map of the user namespace */
	FACT_LIMITS = BIT(5), /* RLIMIT_NPROC, threads-max, pids.max */
	FACT_FDS = BIT(6),    /* what the descriptors of setns are */
	FACT_SLOTS = BIT(7),  /* the namespaces of the task */
	FACT_LSM = BIT(8),    /* a security module or a seccomp filter may refuse */
};

struct model_extent {
	uint32_t first, lower, count;
};

/* About one task: what a probe may know beyond the snap. */
struct model_facts {
	uint32_t known; /* enum model_fact */
	uid_t uid, euid;
	gid_t gid, egid;
	uint64_t caps;	     /* effective, BIT numbers of linux/capability.h */
	uint32_t n_fs_users; /* tasks that share its fs_struct, itself included */
	uint32_t n_mm_users;
	uint32_t n_files_users;
	uint32_t n_sighand_users;
	bool is_chrooted;
	bool has_seccomp;
	uint32_t max_ns[NS_N_KINDS]; /* in its user namespace */
	uint32_t used_ns[NS_N_KINDS];
	struct model_extent *uid_map, *gid_map; /* borrowed for the call */
	uint32_t n_uid_map, n_gid_map;
};

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

/* The next `nth` allocation (1 is the first) of the coming call fails; 0: none. */
void model_inject(struct model *m, uint32_t nth);
/* Was the injected failure met by the last call? */
bool model_was_injected(const struct model *m);

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
