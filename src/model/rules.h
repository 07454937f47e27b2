/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rule sets: in what kernels differ, as data. The code of the model asks these
 * rows and never a version number.
 */
#ifndef NSCOPE_RULES_H
#define NSCOPE_RULES_H

#include "mem.h"
#include "nskind.h"

#include <stdbool.h>

/* The stages of copy_process(); fork.c has their functions. */
enum copy_stage {
	COPY_FLAGS,
	COPY_SECURITY_EARLY, /* security_task_create() */
	COPY_SIGNALS_EARLY,
	COPY_TASK_STRUCT,
	COPY_NPROC,
	COPY_CREDS,
	COPY_MAX_THREADS,
	COPY_SCHED,
	COPY_SEMUNDO,
	COPY_FILES,
	COPY_FS,
	COPY_SIGHAND,
	COPY_SIGNAL,
	COPY_MM,
	COPY_NAMESPACES,
	COPY_IO,
	COPY_THREAD,
	COPY_PID,
	COPY_CGROUP,
	COPY_SIGNALS_LATE,
	COPY_PID_NS_ALIVE,
	COPY_N_STAGES
};

/* A check of the flags alone: all of `all` and one of `any` set, none of `none`. */
enum flag_when { WHEN_ALWAYS, WHEN_INIT_OF_NS, WHEN_PIDC_DIFFERS, WHEN_TIMEC_DIFFERS };
struct flag_check {
	uint64_t all;
	uint64_t any;
	uint64_t none;
	enum flag_when when;
	const char *why;
	const char *advice;
};

struct rules {
	const char *name; /* --rules */
	const char *doc;
	unsigned since; /* the first release they hold for: 6006 is 6.6 */
	uint32_t kinds; /* BIT(enum ns_kind) that exist */
	/* create_new_namespaces(): the order in which it makes them. */
	const enum ns_kind *create_order;
	uint32_t n_create_order;
	const struct flag_check *const *fork_checks;
	uint32_t n_fork_checks;
	const enum copy_stage *copy_order;
	uint32_t n_copy_order;
	uint64_t unshare_flags;	  /* what unshare takes */
	const char *kernel_clone; /* the function that the entries call */
	bool has_clone3;
	bool has_setns_pidfd;
	bool has_nsset;	       /* setns prepares everything, then commits */
	bool has_ucounts;      /* quotas of namespaces */
	bool has_cred_ucounts; /* a cred holds its ucounts, and those their namespace */
	bool has_sb_user_ns;   /* superblocks hold their user namespace */
	bool has_mm_user_ns;
	bool has_proc_per_mount;  /* a superblock for each mount of proc, not for each pid namespace
				   */
	bool has_ipc_pids;	  /* System V objects hold struct pids, not numbers */
	bool has_pid_owner_check; /* copy_pid_ns(): the owner must be an ancestor */
	bool has_exec_time_entry;
	bool has_clone3_newtime;
	bool has_setfcap_check; /* who maps the parent's root */
	int err_pid_depth;
	int err_user_depth;
	int base[NS_N_KINDS]; /* references of the initial ones that no object owns */
};

extern const struct rules rules_table[];
extern const unsigned n_rules;
/* Those of a kernel by its release, "6.18.44-1-amd64"; of today where it cannot be told. */
const struct rules *rules_for_release(const char *release);
/* Append their names: "current, 6.1 and 4.4". */
void rules_print_names(struct strbuf *out);
/* By name, or NULL. */
const struct rules *rules_find(const char *name);

static inline bool rules_has(const struct rules *r, enum ns_kind kind)
{
	return r->kinds & BIT(kind);
}

#endif
