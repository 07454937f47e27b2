/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a probe is, and the services the probes share. A probe is one file and
 * one row of the table in probes.c; it adds to a builder what it sees and tells
 * as a gap what it could not see. That it sees nothing is never an error.
 *
 * The driver walks /proc once. It opens the directories of a chunk of tasks,
 * lets the probes that can read many tasks in one go do so, and then calls the
 * others for each task with its descriptor: whatever is read through it is of
 * this one task, for when the task dies its reads fail with ESRCH even if the
 * tid is used again. A task whose links can be read after the chunk was read
 * lived all the time from the opening on, so no two tasks can mix in one row.
 *
 * Where the kernel probe may, it has added the tasks before the walk. Then only
 * what it cannot tell is read from /proc, and the walk adds the tasks that are
 * hidden from it.
 */
#ifndef NSCOPE_PROBE_H
#define NSCOPE_PROBE_H

#include "err.h"
#include "mem.h"
#include "snap_build.h"

/* What may live from one reading to the next, so that nothing is loaded twice. */
struct probe_keep;
void probe_keep_free(struct probe_keep *keep);

/* What the caller wants to know: nothing that no column or view shows is read. */
struct probe_want {
	uint8_t facts;		  /* enum task_fact of every task; NS_NSID, NS_QUOTA */
	uint8_t lead_facts;	  /* of the first task of each namespace only (`nscope ls`) */
	uint32_t skip;		  /* BIT(row of the probe table): do not run it */
	bool has_ledger;	  /* all references, where the kernel probe can count them */
	struct probe_keep **keep; /* NULL: the next reading begins anew; *keep is the caller's */
	/* Read these processes of /proc alone; NULL: all. Not for the
	 * kernel probe, which sees all at once. */
	const pid_t *only;
	uint32_t n_only;
};

/*
 * Call `found` for each mount of the device in the mount namespaces of s that have a
 * task: where it is, as seen from the root of that task. Returns how many there are.
 */
unsigned probes_find_mounts(const struct snap *s, dev_t dev,
			    void (*found)(int32_t mnt_ns, struct raw where, void *data),
			    void *data);
/*
 * The processes, as rows, that are on the file system: its first reason, in words. Of those
 * that we may not look through, none. Returns how many.
 */
unsigned probes_find_users(const struct snap *s, dev_t dev,
			   void (*found)(int32_t task, const char *what, void *data), void *data);

/* The rows of the table; their order is the order in which hooks are called. */
enum probe_row {
	PROBE_KERNEL,
	PROBE_NSLINKS,
	PROBE_TASKS,
	PROBE_PIDS,
	PROBE_CGROUP,
	PROBE_FDS,
	PROBE_SOCKETS,
	PROBE_MNTNS,
	PROBE_BINDS,
	PROBE_NSFS,
	PROBE_NETNSID,
	PROBE_QUOTA,
	PROBE_CMDLINE,
	PROBE_USERS,
	PROBE_N_ROWS
};

struct probe;

/* What the hooks of one scan share. */
struct probe_env {
	struct snap_builder *b;
	const struct probe_want *want;
	const struct probe *probe; /* whose hook runs */
	void *state;		   /* its memory for this scan: state_size zeroed bytes */
	int proc;		   /* descriptor of /proc */
	pid_t self;		   /* this process, as that /proc numbers it; 0: not in it */
	bool is_foreign;	   /* /proc of another pid namespace than ours */
	bool is_lead;		   /* the task at hand is the first of a namespace; by nslinks */
	int32_t pid_ns;		   /* the pid namespace of /proc (row), or IX_NONE when unknown */
	unsigned fd_room; /* descriptors that one probe may keep open: 1..PROBE_CHUNK_MAX, and
			     with that twice as many */
	uint64_t n_seen[PROBE_N_ROWS]; /* told by probe_seen(), not yet to the builder */
	uint64_t nsfs_dev;	       /* st_dev of every namespace file */
	ARRAY(uint8_t) ns_flags;       /* enum ns_flag by row; see probe_ns_flags() */
	uint32_t n_hidden;	       /* tasks that the kernel probe did not see, at least */
	uint32_t n_from_kernel;	       /* the first rows of the builder: the kernel's, by tid */
	bool has_no_nsfs;	       /* the kernel probe knows: no namespace is open or mounted */
	bool has_files;		       /* the kernel probe gave the open files that matter */
	bool has_lists;		       /* the kernel probe gave the namespaces without tasks too */
	uint32_t n_quotas;	 /* of so many user namespaces the kernel probe gave the quotas */
	struct probe_keep *keep; /* what the kernel probe has loaded; the driver frees it */
	enum coverage_state kernel_state; /* COV_OFF: it did not run */
	ARRAY(int32_t) cgroup_like; /* by row of the kernel's: the first one in the same cgroups */
};

enum ns_flag {
	NS_DESCRIBED = BIT(0), /* owner, parent and id were asked */
	NS_HAS_TASK = BIT(1),
	NS_HAS_PROC = BIT(2),
	NS_IS_BOUND = BIT(3), /* the kernel probe knows: it is mounted where one can get at it */
	NS_NO_BINDS = BIT(4), /* ... and of a mount namespace: none is mounted in it */
};

#define PROBE_CHUNK_MAX 128

/* A task of the chunk, before it has a row. */
struct probe_task {
	pid_t tid;
	pid_t tgid;
	int dirfd; /* of its directory in /proc, O_PATH */
};

/* One descriptor of a process, as fds.c found it. */
struct probe_fd {
	int fd;		  /* its number there */
	const char *link; /* text of the link: "socket:[123]", "net:[4026531833]" */
};

struct probe {
	const char *name;	  /* in coverage, --skip and doctor */
	const char *doc;	  /* one line: what it reads */
	const char *needs;	  /* rights that it wants for a full view */
	uint8_t fills;		  /* enum task_fact it is for; 0: runs unless skipped */
	bool is_in_kernel;	  /* its task hook adds nothing to a task of the kernel's */
	const size_t *state_size; /* bytes of env->state that it wants, or NULL */
	/* All hooks are optional; they return 0, or -ESRCH when the task has gone. */
	int (*begin)(struct probe_env *env);
	int (*batch)(struct probe_env *env, const struct probe_task *tasks, unsigned n);
	int (*task)(struct probe_env *env, int32_t row, int dirfd);
	/* The same for a task of the kernel's, by its number, which may be another's by now: the
	 * probe asks kernel_same() in the end. */
	void (*number)(struct probe_env *env, int32_t row);
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

/* Their hooks, one probe a file. */
int kernel_begin(struct probe_env *env);
/* Why the kernel probe, which saw all, was slow: Linux 6.7 would walk by itself. */
extern const char kernel_called[];
int nslinks_begin(struct probe_env *env);
int nslinks_task(struct probe_env *env, int32_t row, int dirfd);
int nslinks_end(struct probe_env *env);
int facts_begin(struct probe_env *env);
int facts_batch(struct probe_env *env, const struct probe_task *tasks, unsigned n);
int facts_task(struct probe_env *env, int32_t row, int dirfd);
int facts_end(struct probe_env *env);
int pids_task(struct probe_env *env, int32_t row, int dirfd);
int cgroup_begin(struct probe_env *env);
int cgroup_task(struct probe_env *env, int32_t row, int dirfd);
int cgroup_end(struct probe_env *env);
int fds_begin(struct probe_env *env);
int fds_task(struct probe_env *env, int32_t row, int dirfd);
int fds_fd(struct probe_env *env, int32_t row, int dirfd, const struct probe_fd *fd);
int fds_end(struct probe_env *env);
int sockets_fd(struct probe_env *env, int32_t row, int dirfd, const struct probe_fd *fd);
int sockets_end(struct probe_env *env);
int mntns_end(struct probe_env *env);
int binds_end(struct probe_env *env);
int nsfs_end(struct probe_env *env);
int netnsid_end(struct probe_env *env);
int quota_end(struct probe_env *env);
int cmdline_task(struct probe_env *env, int32_t row, int dirfd);
void cmdline_number(struct probe_env *env, int32_t row);
int cmdline_end(struct probe_env *env);
int users_end(struct probe_env *env);

extern const size_t nslinks_state_size, facts_state_size, fds_state_size, cgroup_state_size,
	sockets_state_size, cmdline_state_size;

/* ---- services: probes.c ---- */

/* Show one descriptor of a process to every probe that looks at descriptors. */
void probe_each_fd(struct probe_env *env, int32_t row, int dirfd, const struct probe_fd *fd);

/* ---- services: kernel.c ---- */

/*
 * Of the tasks of the kernel's (the first env->n_from_kernel rows): which are still there,
 * the same as at the first reading. The caller frees; NULL when that could not be read.
 */
bool *kernel_same(struct probe_env *env);

/* ---- services: proc.c ---- */

/*
 * Opens /proc, fills what the env tells of it and of our limits, and the meta of
 * the builder. The caller closes env->proc. Returns 0, or -errno with e set when
 * there is no usable /proc.
 */
int probe_env_open(struct probe_env *env, struct err *e);

/* ---- services: env.c ---- */

/* Is it the first task, or the first process, of one of its namespaces so far? */
bool probe_is_lead(struct probe_env *env, const struct task *t);

/* The row of a task that the kernel probe gave, or IX_NONE. */
int32_t probe_find_from_kernel(const struct probe_env *env, pid_t tid);

/* Is the task of this directory in the mount namespace (row)? */
bool probe_is_in_mnt_ns(struct probe_env *env, int dirfd, int32_t mnt_ns);

/* Flags of a namespace row; the pointer is good until the next row is added. */
uint8_t *probe_ns_flags(struct probe_env *env, int32_t row);
/* The probe whose hook runs saw n more things, or missed n for the reason `why`. */
void probe_seen(struct probe_env *env, uint64_t n);
void probe_gap(struct probe_env *env, enum coverage_state state, uint64_t n, const char *why);
/* Why the links or descriptors of a task cannot be read. */
const char *probe_no_ptrace(void);
/* As much of the file as fits, NUL-terminated. Returns its length or -errno. */
ssize_t probe_read_file(int dirfd, const char *path, char *buf, size_t size);
/*
 * When the task of that directory was started, in clock ticks as this /proc counts them:
 * from boot on, in the reader's own time namespace. 0: it has gone.
 */
uint64_t probe_start_time(int dirfd);
/*
 * The whole file, whatever its size; the caller frees. NULL with errno set.
 * *n (may be NULL) is its length without the NUL that follows.
 */
char *probe_slurp_file(int dirfd, const char *path, size_t *n);

/*
 * The entries of a directory that are numbers: pids, tids, descriptors. Returns 0
 * or -errno, with what was read so far. The caller frees out->list.items in the end.
 */
struct probe_numbers {
	ARRAY(int) list;
};
int probe_numbers(int dirfd, const char *path, struct probe_numbers *out);

/* Tasks that /proc does not even list for us (hidepid); at least 1 when it hides any. */
uint64_t probe_n_hidden(struct probe_env *env);

/* ---- services: nsfs.c ---- */

/* Kind and inode number in the text of a link: "net:[4026531833]". */
bool nsfs_parse(const char *text, enum ns_kind *kind, uint32_t *inum);
/*
 * Ask the kernel about the namespace that `path` under dirfd leads to, unless
 * that was done before: owner, parent, owner's uid, 64-bit id, and the same for
 * owners and parents up to the roots. Safe on any path: nothing but a namespace
 * is ever opened (see nsfs_open()). False when the namespace of the row was not
 * there or could not be opened; errno is set.
 */
bool nsfs_describe_path(struct probe_env *env, int32_t row, int dirfd, const char *path);
/* The same with a descriptor of the namespace itself, which stays the caller's. */
void nsfs_describe(struct probe_env *env, int32_t row, int fd);
/* The row of an open namespace of a kind; adds and describes it. IX_RACED on errors. */
int32_t nsfs_row(struct probe_env *env, enum ns_kind kind, int fd);
/*
 * Open what an O_PATH descriptor refers to if and only if it is a namespace with
 * this inode number: a FIFO, a device or a dead file server in its place is not
 * touched. Returns a descriptor or -errno (ESTALE: it is something else).
 */
int nsfs_open(struct probe_env *env, int path_fd, uint32_t inum);
/*
 * The same by a path below `root`, the root directory of a mount namespace. Takes
 * only ways that cannot block; *why tells in words why it did not come through.
 */
int nsfs_open_bind(struct probe_env *env, int root, const char *path, uint32_t inum,
		   const char **why);

#endif
