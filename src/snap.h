/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct snap: tasks, nsproxies, namespaces and the references between them at
 * one moment. An immutable value: a builder makes it (snap_build.h), everything
 * after that takes `const struct snap *`. Arrays are sorted by key, links are
 * row numbers, all memory is one arena.
 *
 * Unknown is a value. A link is a row number >= 0 or one of enum missing, and a
 * fact of a task that was not read has its bit clear in `facts`.
 */
#ifndef NSCOPE_SNAP_H
#define NSCOPE_SNAP_H

#include "nskind.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

/*
 * Bytes from the host: names, paths, command lines; hostile until src/text has
 * made cells or escapes of them. A struct, so that no printf("%s") takes it.
 * NUL-terminated, never NULL after freeze ("" when not known).
 */
struct raw {
	const char *s;
};

/* Why a link has no row. The order is that of the tables in snap.c. */
enum missing {
	IX_NONE = -1,	     /* there is none: a zombie, a root, a pid ns without init */
	IX_DENIED = -2,	     /* not permitted to know */
	IX_RACED = -3,	     /* it went away while it was read */
	IX_UNSUPPORTED = -4, /* this kernel has no such thing */
	IX_OFF = -5,	     /* not asked */
	IX_LAST = IX_OFF
};
/* "none", "denied", "raced", "unsupported", "off"; "?" for anything else. */
const char *missing_name(int32_t ix);
/* The code of such a name, or 0. */
int32_t missing_by_name(const char *name);

/* Facts of a task that may be known or not. */
enum task_fact {
	TASK_STAT = BIT(0), /* ppid, comm, state, start, is_kthread */
	TASK_UID = BIT(1),
	TASK_CGROUP = BIT(2), /* cgroup, container */
	TASK_PIDS = BIT(3),   /* pids */
	TASK_CMDLINE = BIT(4),
	TASK_ALL_FACTS = BIT(5) - 1,
	NS_NSID = BIT(5),  /* of net namespaces, not of tasks: nsid */
	NS_QUOTA = BIT(6), /* of user namespaces: quotas */
};

struct task {
	pid_t tid;
	pid_t tgid;
	pid_t ppid;	/* tgid of the parent process */
	uid_t uid;	/* effective */
	uint64_t start; /* clock ticks after boot; with tid the key of a task */
	struct raw comm;
	struct raw cmdline; /* arguments joined by one space */
	struct raw cgroup;  /* path in the unified (or systemd's) hierarchy */
	const pid_t *pids;  /* from the outermost visible pid ns to its own */
	uint8_t n_pids;
	uint8_t facts; /* enum task_fact */
	char state;    /* R, S, D, Z ... as ps prints it */
	bool is_kthread;
	int32_t ns[NS_N_SLOTS]; /* namespace rows */
	int32_t nsproxy;
	int32_t container;
	/* The tree: threads under their leader, leaders under the parent process. */
	int32_t leader; /* its own row for a leader */
	int32_t parent;
	int32_t first_child;
	int32_t next_sibling;
	int32_t n_threads; /* of a leader: tasks of its thread group in this snap */
};

/* Whether the references of a namespace, or nsproxy, can be held against its count. */
enum audit {
	AUDIT_NONE,	/* nobody has looked for all that may count on it */
	AUDIT_FULL,	/* all was looked for, and the count stood still */
	AUDIT_UNSTABLE, /* it changed while it was read */
	AUDIT_PARTIAL,	/* some of what may count on it is hidden from us */
	AUDIT_INITIAL,	/* the kernel does not count all references on the initial ones */
	AUDIT_N
};
extern const char *const audit_names[AUDIT_N];

struct nsproxy {
	int32_t id;	  /* the ordinal: #1 is 1 */
	bool is_inferred; /* equal contents (~), not the same object (==) */
	int32_t count;	  /* nsproxy.count, or -1 */
	int32_t n_idle;	  /* idle tasks that point at it, which no list has */
	enum audit audit;
	uint32_t n_tasks;
	int32_t first_task;	/* lowest tid */
	int32_t ns[NS_N_SLOTS]; /* the slots whose home is nsproxy; the others IX_NONE */
};

struct ns {
	enum ns_kind kind;
	uint32_t inum;
	uint64_t id;	 /* NS_GET_ID and its kin; 0 when not known */
	int32_t owner;	 /* user namespace row */
	int32_t parent;	 /* pid and user only */
	uid_t owner_uid; /* of a user ns: who made it */
	bool has_owner_uid;
	bool has_nsid;
	int32_t nsid; /* of a net ns: its number in the reader's own, -1: it has none */
	bool is_initial;
	bool is_listed;	  /* found on a list (the kernel's, a file's): stays without any holder */
	int32_t level;	  /* pid and user: depth below the initial one, or -1 */
	int32_t refs;	  /* the kernel's count, or -1 */
	uint32_t n_procs; /* processes whose leader is in it (`pid` and `time`, not *_for_children)
			   */
	uint32_t n_threads;    /* tasks in it, threads that differ from their leader included */
	int32_t lead;	       /* the process (or else the thread) with the lowest tid in it */
	uint32_t first_member; /* snap->members[first .. first + n_threads): task rows */
	uint32_t n_children;   /* pid and user: namespaces whose parent it is */
	uint32_t n_owned;      /* user: namespaces of the other kinds that it owns */
	uint32_t n_proxy_refs; /* pointers of nsproxies to it; time may have two of one */
	uint32_t first_keeper; /* snap->keepers[first .. first + n_keepers) */
	uint32_t n_keepers;
	uint32_t first_count; /* snap->counts[first .. first + n_counts) */
	uint32_t n_counts;
	enum audit audit;
	int32_t quota; /* user: row of snap->quotas, or IX_OFF */
};

/*
 * What counts a reference on a namespace; their words are in why.c. The formulas
 * are of 6.18, and differ between kinds: see ref_kinds[].
 */
enum ref_kind {
	REF_NSPROXY,
	REF_NSFS,
	REF_SOCKET,
	REF_NET_FILE,
	REF_FSCONTEXT,
	REF_SHM,
	REF_SYSVIPC,
	REF_MOUNTS,
	REF_CGROUP_FILE,
	REF_CHILD,
	REF_OWNED,
	REF_DETACHED,
	REF_CRED,
	REF_UCOUNTS,
	REF_MM,
	REF_SUPER,
	REF_PROC_SUPER,
	REF_FUSE,
	REF_BINFMT,
	REF_FANOTIFY,
	REF_MQ_NOTIFY,
	REF_STRUCT_PID,
	REF_PERF,
	REF_STATIC,
	REF_N_KINDS
};

/* How many references of a kind there are, as whoever made the snap counted them. */
struct ref_count {
	int32_t ns;
	enum ref_kind ref;
	int32_t count;
};

/*
 * What keeps a reference alive: one row an opener, task or mount. Several may
 * keep one reference: all fds and bind mounts of a namespace are together one.
 */
enum keeper_kind {
	KEEPER_FD,
	KEEPER_BIND,
	KEEPER_SOCKET,
	KEEPER_TASK,
	KEEPER_FILE,   /* another open file than one of the namespace itself */
	KEEPER_FLIGHT, /* in a message that nobody has received yet; fd is that of the socket */
	KEEPER_QUEUE,  /* a connection that fd has not accepted yet */
	KEEPER_SUPER,  /* a mounted file system; path is its type */
	KEEPER_CPU,    /* a processor that idles, and has not let go of the task before */
	KEEPER_IPC,    /* an object of System V IPC remembers it; fd is its id, path its kind */
	KEEPER_TREE,   /* mounted in a tree that is mounted nowhere, which fd is of; -1: a directory
			  of it */
	KEEPER_RING,   /* a file that is registered with an io_uring; fd is that of the ring */
	KEEPER_N_KINDS
};

struct keeper {
	int32_t ns; /* the namespace that is kept */
	enum ref_kind ref;
	enum keeper_kind kind;
	pid_t pid; /* the process, or 0 */
	pid_t tid; /* task: which of its threads */
	int32_t fd;
	uint64_t ino;	  /* socket: its inode number */
	int32_t where_ns; /* row; bind, super: the mnt ns it is mounted in; ipc: its IPC ns */
	struct raw path;  /* bind: the mount point as seen from the root there; else a name */
};
extern const char *const keeper_kind_names[KEEPER_N_KINDS];

/* A kind of which a user namespace sets no limit: what the kernel starts one with. */
#define QUOTA_UNLIMITED INT32_MAX

/* What user.max_*_namespaces in a user namespace allows each user there (ucount_max). */
struct quota {
	int32_t ns;
	int32_t max[NS_N_KINDS]; /* -1: not known, or the kernel has no such kind */
	bool has_used;		 /* its users are known: who is not among them uses nothing */
	uint32_t first_user;	 /* snap->quota_users[first_user .. first_user + n_users) */
	uint32_t n_users;
};

/* What a user has made there and below, in namespaces that are still there (struct ucounts). */
struct quota_user {
	int32_t ns;
	uid_t uid;
	uint32_t used[NS_N_KINDS];
};

struct container {
	struct raw runtime; /* docker, containerd, cri-o, podman, lxc, nspawn, ... */
	struct raw id;
	struct raw name; /* "" when the cgroup path does not tell */
};

struct user {
	uid_t uid;
	struct raw name;
};

enum coverage_state { COV_OK, COV_PARTIAL, COV_DENIED, COV_UNSUPPORTED, COV_OFF, COV_N_STATES };
extern const char *const coverage_state_names[COV_N_STATES];

/* What a probe saw and what it could not see; one row a probe and reason. */
struct coverage {
	struct raw probe;
	enum coverage_state state;
	uint64_t seen;
	uint64_t missed;
	struct raw why; /* "" when nothing was missed */
};

struct snap_meta {
	struct timespec taken; /* CLOCK_REALTIME */
	struct raw host;
	struct raw kernel;
	struct raw boot_id;
};

struct snap {
	struct snap_meta meta;
	const struct task *tasks;	      /* by tid */
	const struct nsproxy *nsproxies;      /* by id; row r is #r+1 */
	const struct ns *nss;		      /* by kind, then inum, then id */
	const struct keeper *keepers;	      /* by ns, ref, kind, where_ns, path, pid, tid, fd */
	const struct ref_count *counts;	      /* by ns, ref */
	const struct quota *quotas;	      /* by ns */
	const struct quota_user *quota_users; /* by ns, uid */
	const struct container *containers;   /* by runtime, id */
	const struct user *users;	      /* by uid */
	const struct coverage *coverage;      /* by probe, why */
	const int32_t *members;
	uint32_t n_tasks;
	uint32_t n_procs; /* tasks that lead a thread group */
	uint32_t n_nsproxies;
	uint32_t n_nss;
	uint32_t n_keepers;
	uint32_t n_counts;
	uint32_t n_quotas;
	uint32_t n_quota_users;
	uint32_t n_containers;
	uint32_t n_users;
	uint32_t n_coverage;
	int32_t first_root; /* first task without parent; next_sibling goes on */
	bool is_partial;    /* still being read: more will come */
};

/* Snaps are counted as a whole; both are safe from any thread. NULL is allowed. */
const struct snap *snap_ref(const struct snap *s);
void snap_unref(const struct snap *s);
/* Bytes of memory that the snap takes. */
size_t snap_size(const struct snap *s);

/* Row of a task, or IX_NONE. */
int32_t snap_find_task(const struct snap *s, pid_t tid);
/* Row of a namespace by kind and inode number; kind -1 looks through all kinds. */
int32_t snap_find_ns(const struct snap *s, int kind, uint32_t inum);

/* The eight letters of a task against `other` (its parent): out has 8 + NUL. */
void snap_strip(const struct snap *s, int32_t task, int32_t other, char out[NS_STRIP_LEN + 1]);
/* How many namespaces no task uses. */
uint32_t snap_n_taskless(const struct snap *s);
/* The user name of uid, or "" when the snap does not carry it. */
struct raw snap_user_name(const struct snap *s, uid_t uid);

static inline bool task_is_leader(const struct task *t)
{
	return t->tid == t->tgid;
}

#endif
