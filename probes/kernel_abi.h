/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records that the programs in this directory hand to the kernel probe.
 * Included by both sides: fixed-size types only. Addresses of kernel objects
 * tell objects apart within one reading; they go no further than the probe.
 * The address of a namespace is that of its struct ns_common.
 */
#ifndef NSCOPE_KERNEL_ABI_H
#define NSCOPE_KERNEL_ABI_H

#ifdef __bpf__
typedef unsigned char uint8_t;
typedef unsigned int uint32_t;
typedef int int32_t;
typedef unsigned long long uint64_t;
#else
#include <stdint.h>
#endif

/* Numbers of enum ns_kind and enum ns_slot (src/nskind.h); kernel.c asserts it. */
enum {
	K_MNT,
	K_NET,
	K_PID,
	K_USER,
	K_IPC,
	K_UTS,
	K_CGROUP,
	K_TIME,
	K_N_KINDS,
	K_PID_FOR_CHILDREN = K_N_KINDS,
	K_TIME_FOR_CHILDREN,
	K_N_SLOTS
};

#define K_PIDS_INLINE 4	 /* levels of pid namespaces that fit into a task's record */
#define K_MAX_LEVELS  34 /* MAX_PID_NS_LEVEL of the kernel is 32 */

struct k_task {
	uint64_t nsproxy;
	uint64_t user_ns;
	uint64_t pid_ns; /* of the deepest number */
	uint64_t css_set;
	uint64_t start; /* ns since boot */
	int32_t tid, tgid, ppid;
	uint32_t euid;
	uint32_t state; /* __state | exit_state */
	uint32_t flags; /* PF_* */
	uint32_t level;
	uint32_t n_pids;
	int32_t deep; /* row of k_pids when they are too many for pids, else -1 */
	uint32_t pad;
	int32_t pids[K_PIDS_INLINE];
	char comm[16];
};

struct k_pids {
	int32_t pids[K_MAX_LEVELS];
};

struct k_nsproxy {
	uint64_t addr;
	uint64_t ns[K_N_SLOTS]; /* 0 for user and pid, which are not in it */
	int32_t count;
	int32_t pad;
};

struct k_ns {
	uint64_t addr;
	uint64_t id;
	uint64_t owner;	  /* user namespace; of a user namespace its parent */
	uint64_t parent;  /* pid and user only */
	uint64_t stashed; /* not 0: it has its one nsfs inode */
	uint64_t ucounts; /* what it is charged to */
	uint64_t ucounts_ns;
	uint32_t kind;
	uint32_t inum;
	int32_t refs;
	uint32_t level;	    /* pid and user only */
	uint32_t owner_uid; /* user only */
	uint32_t number;    /* pid: pid_allocated; ipc: shared memory segments */
};

#define K_SEEN 8192 /* direct-mapped: what is pushed out is told twice, which is harmless */

/* One run. The counts are of rows found, also of those that did not fit. */
struct k_state {
	uint32_t n_tasks, n_nsproxies, n_nss, n_deep;
	uint32_t n_outside;	  /* tasks outside of the reader's pid namespace */
	uint32_t n_addrs;	  /* in: rows of k_addrs */
	uint32_t level;		  /* of the reader's pid namespace */
	uint32_t has_lists;	  /* this kernel lists its namespaces */
	uint64_t self[K_N_SLOTS]; /* the reader's own */
	uint64_t scratch;
	uint64_t nss[K_SEEN]; /* addresses of what has been told */
	uint64_t nsproxies[K_SEEN];
};

struct k_addr {
	uint64_t addr;
	uint32_t kind;
	uint32_t pad;
};

#endif
