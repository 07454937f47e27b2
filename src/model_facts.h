/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a snap does not carry about one task and a prediction must know. A probe
 * fills it in, the model takes it.
 */
#ifndef NSCOPE_MODEL_FACTS_H
#define NSCOPE_MODEL_FACTS_H

#include "nskind.h"

/* Facts that a snap lacks; a bit is set when the fact is known. */
enum model_fact {
	FACT_CRED = BIT(0),    /* ids and effective capabilities */
	FACT_SHARING = BIT(1), /* how many share the fs, files, sighand and mm */
	FACT_CHROOT = BIT(2),
	FACT_QUOTA = BIT(3),   /* user.max_*_namespaces and what is used of them */
	FACT_MAPS = BIT(4),    /* uid_map and gid_map of the user namespace */
	FACT_LIMITS = BIT(5),  /* RLIMIT_NPROC, threads-max, pids.max */
	FACT_FDS = BIT(6),     /* what the descriptors of setns are */
	FACT_SLOTS = BIT(7),   /* the namespaces of the task */
	FACT_PIDC = BIT(8),    /* whether pid_for_children has had an init */
	FACT_LSM = BIT(9),     /* a security module or a seccomp filter may refuse */
	FACT_UPTIME = BIT(10), /* what the clocks show that an offset is added to */
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
	bool is_setgroups_denied; /* in its user namespace; by FACT_MAPS */
	bool has_seccomp;
	bool is_userns_off;	 /* kernel.unprivileged_userns_clone is 0 (Debian and others) */
	bool is_userns_confined; /* AppArmor restricts those of unprivileged tasks */
	bool had_pidc_init;	 /* false: its first process is still to come */
	/* one more task would be too many: of its uid, its control groups, the system */
	bool is_nproc_full, is_pids_full, is_system_full;
	int pid_max;		     /* 0: not known */
	uint32_t max_ns[NS_N_KINDS]; /* in its user namespace */
	uint32_t used_ns[NS_N_KINDS];
	struct model_extent *uid_map, *gid_map; /* borrowed for the call */
	uint32_t n_uid_map, n_gid_map;
};

#endif
