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
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef int int32_t;
typedef long long int64_t;
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

/* A mount of a namespace file; mnt_ns 0: of a tree that was cut off. */
struct k_bind {
	uint64_t ns;
	uint64_t mnt_ns;
};

#define K_MAX_ADDRS 256 /* rows of k_addrs that the reader asks for at once */

#define K_SEEN 8192 /* direct-mapped: what is pushed out is told twice, which is harmless */

/* One run. The counts are of rows found, also of those that did not fit. */
struct k_state {
	uint32_t n_tasks, n_nsproxies, n_nss, n_deep;
	uint32_t n_outside;	  /* tasks outside of the reader's pid namespace */
	uint32_t n_addrs;	  /* in: rows of k_addrs */
	uint32_t level;		  /* of the reader's pid namespace */
	uint32_t has_lists;	  /* this kernel lists its namespaces */
	uint32_t is_explored;	  /* all that counts on its user and pid namespaces is known */
	uint32_t has_static;	  /* and counts the initial ones like any other */
	uint32_t n_cpus;	  /* in: idle tasks to look at */
	uint32_t has_shm;	  /* in: some IPC namespace has shared memory */
	uint32_t is_brief;	  /* in: of open files, namespaces and sockets only */
	uint64_t self[K_N_SLOTS]; /* the reader's own */
	uint64_t idle_nsproxy;	  /* that of the idle tasks */
	uint64_t nsfs;		  /* its superblock, once a namespace had an inode there */
	uint64_t scratch;
	uint32_t n_holds;
	uint32_t n_files;
	uint32_t n_binds;
	uint32_t has_binds;   /* these are all there are */
	uint32_t n_cut;	      /* lists that were longer than the program may walk */
	uint32_t n_opaque;    /* superblocks of a type that only the BTF of a module has */
	uint32_t is_done;     /* calls for tasks have nothing to do */
	uint64_t nss[K_SEEN]; /* addresses of what has been told */
	uint64_t nsproxies[K_SEEN];
};

/* What counts a reference on a namespace. */
enum k_ref {
	K_REF_FD,   /* open file of a namespace: no reference of its own */
	K_REF_BIND, /* mount of one: neither */
	K_REF_SOCKET,
	K_REF_NET_FILE, /* open /proc/PID/net/FILE */
	K_REF_SHM,	/* shmat(2) */
	K_REF_SYSVIPC,	/* open /proc/sysvipc/FILE */
	K_REF_MOUNTS,	/* open mounts, mountinfo or mountstats */
	K_REF_CGROUP_FILE,
	K_REF_FSCONTEXT, /* fsopen(2) */
	K_REF_CRED,
	K_REF_UCOUNTS,
	K_REF_MM,
	K_REF_SUPER, /* s_user_ns */
	K_REF_PROC_SUPER,
	K_REF_FUSE,
	K_REF_BINFMT,
	K_REF_PID,
	K_REF_PERF,
	K_REF_FANOTIFY,
	K_REF_MQ_NOTIFY,
	K_REF_ANON_MNT, /* the mount namespace of open_tree(2), on no list; obj is it */
	K_REF_TREE, /* a mount of no namespace: obj is the uppermost of its tree, ns says nothing */
	K_REF_N
};

/* Where the object of a reference was found. */
enum k_by {
	K_BY_TASK,
	K_BY_CPU,
	K_BY_FILE,
	K_BY_FLIGHT,
	K_BY_QUEUE,
	K_BY_SUPER,
	K_BY_IPC,
	K_BY_RING, /* registered with an io_uring, of which fd is */
	K_BY_NS
};

/* One object that counts a reference, and one that has it; the object may come many times. */
struct k_hold {
	uint64_t obj;
	uint64_t ns;
	uint64_t ino;	/* socket: its inode number; bind: its mount id */
	uint64_t where; /* bind, super: the mount namespace; ipc: its IPC namespace; or obj of
			   K_REF_TREE */
	uint16_t ref;	/* enum k_ref */
	uint16_t by;	/* enum k_by */
	int32_t pid;	/* tgid as we number it; of by task, file, flight, queue, ring */
	int32_t tid;	/* of a task */
	int32_t fd;	/* ipc: the id of the object */
	uint16_t family, type; /* socket */
	uint16_t state, port;
	uint32_t addr[4]; /* what it is bound to */
	char name[16];	  /* file system, file */
};

/*
 * The quotas of namespaces by kind, -1 where the kernel has none: in, the ns_common
 * of a user namespace, of which the limits are asked; or a struct ucounts, of which
 * what one user has used in one.
 */
struct k_quota {
	uint64_t addr;
	uint64_t ns; /* the user namespace */
	int64_t n[K_N_KINDS];
	uint32_t is_used; /* in: addr is that of ucounts */
	uint32_t inum;	  /* of ns: that it is still the one that was asked for */
	uint32_t uid;	  /* of ucounts */
	uint32_t pad;
};

struct k_addr {
	uint64_t addr;
	uint32_t kind; /* K_N_KINDS: not known */
	uint32_t pad;
};

#endif
