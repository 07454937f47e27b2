/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of the simulated kernel, for the files of src/model only. Structs
 * and members have the kernel's names, with k_ before the structs because those
 * of a snap have them too.
 */
#ifndef NSCOPE_KERNEL_H
#define NSCOPE_KERNEL_H

#include "model.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/sched.h>

#define MAX_PID_NS_LEVEL  32
#define MAX_USER_NS_LEVEL 32 /* of a parent */
#define RESERVED_PIDS	  300
#define CAP_FULL	  ((1ull << (CAP_LAST_CAP + 1)) - 1)
#define CLONE_NSPROXY                                                                              \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET |                 \
	 CLONE_NEWCGROUP | CLONE_NEWTIME)

/* What every object begins with: its place in the table of its kind. */
struct obj {
	enum obj_kind kind;
	uint32_t id;
};

/* A ring through objects; the head is a link of its own. */
struct link {
	struct link *prev, *next;
};
void link_init(struct link *head);
void link_add(struct link *head, struct link *l); /* at the end */
void link_del(struct link *l);
#define link_entry(l, type, member) ((type *)((char *)(l)-offsetof(type, member)))
#define link_for_each(l, head)	    for (struct link *l = (head)->next; l != (head); l = l->next)

struct id_map {
	struct model_extent *extents; /* lower ids are those of the initial namespace */
	uint32_t n;
};

struct uts_part {
	char nodename[65], domainname[65];
};
struct ipc_part {
	uint32_t msg_ctlmni, msg_ctlmax, msg_ctlmnb, shm_ctlmni;
	struct link ids; /* of k_ipc */
};
/*
 * A mount of a namespace's file, or of a file system that was mounted here; of neither:
 * what the machine had before, all of it taken as the one mount "/".
 */
struct k_mount {
	struct k_ns *ns;
	struct k_super *sb;
	uint32_t id;		/* of this one, not of its copies */
	uint32_t copy_of;	/* the id of the one in the mount namespace that was copied */
	char *at;		/* where, from the root of its mount namespace */
	char *root;		/* the directory of the file system that is seen there */
	uint32_t group, master; /* its peers; those it receives from; 0: none */
	bool is_unbindable;
	bool is_locked; /* came with the copy for another user namespace */
};
struct mnt_part {
	uint32_t n_others;	      /* mounts that are only counted; 0: not known */
	ARRAY(struct k_mount) mounts; /* each after what it is mounted on */
};
struct pid_part {
	struct k_task *child_reaper;
	int last_pid;
	uint32_t n_hashed; /* pid_allocated without its top bit; nr_hashed in 4.4 */
	bool is_adding;	   /* that bit: forks are still accepted */
	bool had_reaper;   /* pid_for_children can be opened */
};
struct net_part {
	bool has_loopback, is_lo_up;
	uint32_t n_nsids;
};
struct time_part {
	int64_t monotonic, boottime;
	bool frozen_offsets;
};
struct user_part {
	uid_t owner;
	gid_t group;
	struct id_map uid_map, gid_map;
	bool is_setgroups_denied;
	bool could_setfcap; /* its creator had CAP_SETFCAP in the parent */
	uint32_t ucount_max[NS_N_KINDS];
	bool is_quota_known; /* its limits, and what is used of them */
	struct link ucounts; /* those of (this namespace, some uid) */
};

struct k_ns {
	struct obj obj;
	enum ns_kind kind;
	int32_t count;
	uint32_t inum;
	uint64_t ns_id;
	struct k_ns *user_ns; /* the owner; NULL for a user namespace */
	struct k_ns *parent;  /* pid and user */
	struct k_ucounts *ucounts;
	int32_t level;
	bool is_initial;
	bool is_count_known; /* the kernel's own; else only differences of it hold */
	bool is_unknown;     /* stands for a namespace that nobody could see */
	bool has_nsfs;	     /* its nsfs inode exists: one reference for all openers */
	uint32_t n_openers;  /* files of nsfs */
	uint64_t born;	     /* the call that made it */
	int32_t other;	     /* references that no object here accounts for (seeded) */
	uid_t owner_uid;     /* user: as the snap told */
	union {
		struct uts_part uts;
		struct ipc_part ipc;
		struct mnt_part mnt;
		struct pid_part pid;
		struct net_part net;
		struct time_part time;
		struct user_part user;
	};
};

struct k_ucounts {
	struct obj obj;
	struct link of_ns;
	struct k_ns *ns;
	uid_t uid;
	int32_t count;
	int32_t other; /* references of namespaces from before the seed */
	uint32_t n[NS_N_KINDS];
};

struct k_cred {
	struct obj obj;
	int32_t usage;
	uid_t uid, euid;
	gid_t gid, egid;
	uint64_t cap_effective;
	struct k_ns *user_ns;
	struct k_ucounts *ucounts;
};

struct k_nsproxy {
	struct obj obj;
	int32_t count;
	bool is_inferred; /* seeded from equal contents: the kernel may have several */
	int32_t other;
	uint64_t born;
	struct k_ns *ns[NS_N_SLOTS]; /* slots at home in an nsproxy; NULL: no such kind (yet) */
};

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_N };

struct k_upid {
	int nr;
	struct k_ns *ns;
	struct k_pid *pid;
	struct k_upid *next; /* in the hash */
};
struct k_pid {
	struct obj obj;
	int32_t count;
	int32_t level;
	uint32_t n_tasks[PIDTYPE_N];
	struct k_task *task; /* of PIDTYPE_PID */
	bool is_hashed;
	struct k_upid numbers[]; /* level + 1 */
};

struct k_mm {
	struct obj obj;
	int32_t users;
	struct k_ns *user_ns;
	struct k_file *exe_file;     /* keeps the credentials of who executed it */
	ARRAY(struct k_file *) shms; /* attached segments */
};
struct k_fs {
	struct obj obj;
	int32_t users;
	bool in_exec, is_chrooted;
	/* The mount namespace that its root is in; inum 0: that of the task. A namespace is told
	 * from a later one of its number by when it was made. */
	uint32_t root_inum;
	uint64_t root_born;
	uint32_t pwd_mnt; /* the id of the mount that its working directory is in; 0: "/" */
};
enum k_file_kind {
	FILE_PLAIN,  /* keeps its f_cred alone */
	FILE_NSFS,   /* the namespace's inode */
	FILE_SOCKET, /* a net namespace */
	FILE_SHM,    /* an attachment: an ipc namespace */
	FILE_PIDFD,  /* a struct pid */
};
/* An open file that keeps something alive, its f_cred at least. */
struct k_file {
	struct obj obj;
	int32_t count;
	enum k_file_kind kind;
	struct k_ns *ns;
	struct k_pid *pid;
	struct k_ipc *ipc;
	uint64_t at;	 /* the address of an attachment; a fork has it there, too */
	uint32_t mnt_id; /* it was opened through that mount; 0: not known */
	struct k_cred *f_cred;
};
struct k_fd {
	int nr;
	bool is_cloexec;
	struct k_file *file;
};
struct k_files {
	struct obj obj;
	int32_t count;
	ARRAY(struct k_fd) fds; /* those that keep namespaces */
};
struct k_sighand {
	struct obj obj;
	int32_t count;
	bool ignores_sigchld; /* SIG_IGN: children are reaped as they end */
};

/* A superblock that was made for a mount. */
struct k_super {
	struct obj obj;
	int32_t count; /* mounts */
	const struct fs_type *type;
	struct k_ns *ns;      /* that it shows; NULL: none, or that one is gone */
	struct k_ns *user_ns; /* s_user_ns; NULL: somebody else's to count */
};

/* A System V object: struct kern_ipc_perm and what keeps other objects around it. */
struct k_ipc {
	struct obj obj;
	struct link of_ns;
	struct k_ns *ns;
	enum model_ipc what;
	int key;
	uid_t cuid;
	struct k_file *shm_file;     /* of a segment: made by its creator */
	struct k_pid *cprid, *lprid; /* its creator, and who was last to attach or detach */
};

/* The thread group. */
struct k_signal {
	struct obj obj;
	int32_t nr_threads;
	struct link threads;
	struct k_pid *pids[PIDTYPE_N];
	bool is_unkillable; /* SIGNAL_UNKILLABLE: an init of its pid namespace */
	bool is_child_subreaper;
};

struct k_task {
	struct obj obj;
	struct k_signal *signal;
	struct k_task *group_leader;
	struct k_task *real_parent;
	struct link children, sibling, thread;
	struct k_pid *thread_pid;
	struct k_cred *cred;
	struct k_nsproxy *nsproxy;
	struct k_mm *mm;
	struct k_fs *fs;
	struct k_files *files;
	struct k_sighand *sighand;
	uint64_t exit_signal;
	uint64_t start;
	uint32_t known; /* enum model_fact */
	bool is_kthread, is_zombie, is_signalled;
	bool has_seccomp, has_vfork_wait;
	bool is_nproc_full, is_pids_full; /* of tasks that were told about */
	bool is_userns_off, is_userns_confined;
	char comm[16];
};

struct obj_table {
	struct obj **items;
	uint32_t n, room, n_live;
	uint32_t *free_ids;
	uint32_t n_free, free_room;
};

struct model {
	const struct rules *rules;
	struct obj_table tables[OBJ_N_KINDS];
	struct k_upid **pid_hash;
	uint32_t pid_hash_size, n_upids;
	struct k_task *init_task;
	struct k_nsproxy *init_nsproxy;
	struct k_ns *init_ns[NS_N_KINDS];
	uint32_t next_inum;
	int pid_max;
	uint32_t threads_max, n_threads;
	uint64_t n_calls, clock;
	uint32_t n_peer_groups, n_mounts;
	uint32_t n_allocs, fail_at;
	bool was_injected;
	struct trace *trace;
};

/* ---- object.c ---- */
/* A zeroed object of `size` bytes, or NULL when its failure was asked for. */
void *obj_alloc(struct model *m, enum obj_kind kind, size_t size);
void obj_free(struct model *m, void *object);
void *obj_get(const struct model *m, enum obj_kind kind, uint32_t id); /* NULL: not alive */
#define obj_for_each(m, kind_, type, o)                                                            \
	for (uint32_t o##_i = 0; o##_i < (m)->tables[kind_].n; o##_i++)                            \
		for (type *o = obj_get(m, kind_, o##_i); o; o = NULL)
/* An allocation that is no object of ours: a number, a tree. True when it fails. */
bool alloc_fails(struct model *m);
/* "net:[4026532998]", "#5", "task 1911 (bash)": in one of a few static turns of buf. */
const char *obj_label(const struct model *m, const void *object, char *buf, size_t size);
void note_count(struct model *m, const void *object, const char *field, int64_t was, int64_t now);
void note_link(struct model *m, const void *object, const char *field, const void *was,
	       const void *now);
void note_text(struct model *m, const void *object, const char *field, const char *was,
	       const char *now);

/* ---- model.c ---- */
/* The living task that makes a call, whose steps go into t; NULL: there is none. */
struct k_task *begin_call(struct model *m, pid_t tid, struct trace *t);
/* The same for what no task of the model does. */
void begin_outside(struct model *m, struct trace *t);
/* Gives back ret. */
int end_call(struct model *m, int ret);

/* ---- boot.c ---- */
struct model *model_new(const struct rules *rules);
struct k_ns *static_ns(struct model *m, enum ns_kind kind);
/* init_task, which uses m->init_nsproxy if there is one. */
void fill_init_task(struct model *m);
void map_all(struct id_map *map);

/* ---- count.c: the formulas, over the objects that are there ---- */
struct recount {
	int32_t *ns, *nsproxy, *ucounts, *pid; /* by id */
};
void recount_new(struct recount *r, const struct model *m);
void recount_free(struct recount *r);

/* ---- nsproxy.c (kernel/nsproxy.c) ---- */
void get_nsproxy(struct model *m, struct k_nsproxy *ns);
void put_nsproxy(struct model *m, struct k_nsproxy *ns);
int copy_namespaces(struct model *m, uint64_t flags, struct k_task *me, struct k_task *tsk);
int unshare_nsproxy_namespaces(struct model *m, uint64_t flags, struct k_task *me,
			       struct k_cred *new_cred, struct k_nsproxy **new_nsp);
int create_new_namespaces(struct model *m, uint64_t flags, struct k_task *me, struct k_task *tsk,
			  struct k_ns *user_ns, struct k_nsproxy **out);
void switch_task_namespaces(struct model *m, struct k_task *p, struct k_nsproxy *new);
void timens_on_fork(struct model *m, struct k_nsproxy *ns);
void exit_task_namespaces(struct model *m, struct k_task *p);

/* ---- setns.c (kernel/nsproxy.c) ---- */
int sys_setns(struct model *m, struct k_task *me, const struct call *c);
bool may_ptrace(struct model *m, struct k_task *me, const struct k_task *target);

/* ---- kinds.c: what is particular to each kind ---- */
struct nsset {
	struct k_task *me;
	uint64_t flags;
	struct k_nsproxy *nsproxy;
	struct k_cred *cred;
	bool has_own_cred, has_own_fs;
};
struct kind_ops {
	const char *copy_file, *copy_func;
	const char *install_file, *install_func;
	const char *free_func; /* in copy_file */
	/* Fill in the new one, which has its owner and level; 0 or -errno. */
	int (*check)(struct model *m, struct k_task *me, struct k_ns *user_ns, struct k_ns *old);
	void (*fill)(struct model *m, struct k_task *me, struct k_ns *ns, const struct k_ns *old);
	const char *contents; /* one sentence: what the new one contains */
	int (*install)(struct model *m, struct nsset *set, struct k_ns *ns);
};
extern const struct kind_ops kind_ops[NS_N_KINDS];
void set_ipc_limits(struct k_ns *ns);
int install_ns(struct model *m, struct nsset *set, struct k_ns *ns);

/* ---- ns.c: struct ns_common ---- */
struct k_ns *alloc_ns(struct model *m, enum ns_kind kind, struct k_ns *user_ns);
void get_ns(struct model *m, struct k_ns *ns);
void put_ns(struct model *m, struct k_ns *ns);
/* The new or the old one, as CLONE_NEW* says; *err is set when NULL comes back. */
struct k_ns *copy_ns(struct model *m, uint64_t flags, struct k_task *me, struct k_ns *user_ns,
		     struct k_ns *old, int *err);

/* ---- fs.c (fs/fs_struct.c, fs/namespace.c): where the root directory is ---- */
/* A copy with one user; NULL when there is no memory for it. */
struct k_fs *copy_fs_struct(struct model *m, const struct k_fs *old);
void put_fs_struct(struct model *m, struct k_fs *fs);
/* set_fs_root() of mntns_install(): for all who share fs. */
void fs_enter(struct model *m, struct k_fs *fs, const struct k_ns *mnt);
/* copy_mnt_ns(): a root or working directory in what was copied is in the copy now. */
void fs_follow(struct k_fs *fs, const struct k_ns *from, const struct k_ns *to);
/* current_chrooted(): is its root another than that of its mount namespace? */
bool current_chrooted(const struct k_task *me);
/* check_mnt(): is what it can name by a path in its own mount namespace? */
bool is_root_here(const struct k_task *me);

/* ---- ucount.c (kernel/ucount.c) ---- */
struct k_ucounts *alloc_ucounts(struct model *m, struct k_ns *ns, uid_t uid);
void get_ucounts(struct model *m, struct k_ucounts *u); /* NULL is allowed */
void put_ucounts(struct model *m, struct k_ucounts *u); /* NULL is allowed */
struct k_ucounts *inc_ucount(struct model *m, struct k_ns *ns, uid_t uid, enum ns_kind kind);
void dec_ucount(struct model *m, struct k_ucounts *u, enum ns_kind kind);

/* ---- cred.c (kernel/cred.c, security/commoncap.c) ---- */
struct k_cred *prepare_creds(struct model *m, const struct k_task *me);
void get_cred(struct model *m, struct k_cred *c);
void put_cred(struct model *m, struct k_cred *c);
int copy_creds(struct model *m, struct k_task *me, struct k_task *p, uint64_t flags);
int set_cred_ucounts(struct model *m, struct k_cred *new);
void commit_creds(struct model *m, struct k_task *p, struct k_cred *new);
bool ns_capable(struct model *m, struct k_task *me, const struct k_ns *ns, int cap);
/* Is it root, as its own user namespace counts? */
bool is_root_inside(const struct k_cred *c);

/* ---- user_namespace.c ---- */
int create_user_ns(struct model *m, struct k_task *me, struct k_cred *new);
bool in_userns(const struct k_ns *ancestor, const struct k_ns *child);
bool has_mapping(const struct id_map *map, uint32_t id);
/* make_kuid(): what the initial namespace has for `count` ids from id on; -1: unmapped. */
int64_t map_down(const struct id_map *map, uint32_t id, uint32_t count);

/* ---- idmap.c ---- */
int map_write(struct model *m, struct k_task *writer, struct k_ns *ns, bool is_gid,
	      const struct model_extent *extents, uint32_t n);
int proc_setgroups_write(struct model *m, struct k_task *writer, struct k_ns *ns, bool is_allowed);

/* ---- pid.c ---- */
struct k_pid *alloc_pid(struct model *m, struct k_ns *ns, const int32_t *set_tid, uint32_t n_tids,
			struct k_task *me, int *err);
void free_pid(struct model *m, struct k_pid *pid);
struct k_pid *get_pid(struct k_pid *pid);
void put_pid(struct model *m, struct k_pid *pid); /* NULL is allowed */
void attach_pid(struct model *m, struct k_task *p, enum pid_type type, struct k_pid *pid);
void detach_pid(struct model *m, struct k_task *p, enum pid_type type);
struct k_pid *find_pid_ns(const struct model *m, int nr, const struct k_ns *ns);
void hash_pid(struct model *m, struct k_pid *pid);
struct k_task *find_task(const struct model *m, pid_t tid);
struct k_ns *task_active_pid_ns(const struct k_task *p);
pid_t task_pid_nr(const struct k_task *p);
bool is_child_reaper(const struct k_pid *pid);
/* Has it a number in that pid namespace? */
bool is_pid_visible(const struct k_pid *pid, const struct k_ns *ns);
void disable_pid_allocation(struct model *m, struct k_ns *ns);

/* ---- fork.c ---- */
int kernel_clone(struct model *m, struct k_task *me, const struct call *c);
int ksys_unshare(struct model *m, struct k_task *me, uint64_t flags);
void free_task(struct model *m, struct k_task *p);
void exit_mm(struct model *m, struct k_task *p);
void exit_files(struct model *m, struct k_task *p);
void exit_fs(struct model *m, struct k_task *p);
void put_sighand(struct model *m, struct k_sighand *s);
void put_signal(struct model *m, struct k_task *p);
bool thread_group_empty(const struct k_task *p);

/* ---- file.c ---- */
/* An open file with one user; it keeps nothing but the credentials of `me`. NULL: no memory. */
struct k_file *alloc_file(struct model *m, struct k_task *me, enum k_file_kind kind);
void put_file(struct model *m, struct k_file *f); /* NULL is allowed */
void put_files(struct model *m, struct k_files *files);
/* A table of its own with the same open files; NULL: no memory. */
struct k_files *dup_files(struct model *m, const struct k_files *old);
/* What execve() closes: pidfds are always opened so, and a dup() of one is not. */
void do_close_on_exec(struct model *m, struct k_files *files);
const struct k_file *find_file(const struct k_task *p, int nr);
/* One more, or one less, who has the file of a namespace open or mounted. */
void open_nsfs(struct model *m, struct k_ns *ns);
void close_nsfs(struct model *m, struct k_ns *ns);

/* ---- super.c (fs/super.c) ---- */
struct fs_type {
	const char *name;
	int slot;	   /* of the namespace that it shows; -1: none */
	bool is_per_mount; /* a superblock for each mount() */
	bool is_single;	   /* one superblock for the machine */
	bool keeps_ns;	   /* it counts on the namespace that it shows */
	bool is_global;	   /* its s_user_ns is the initial one, whoever mounts it */
	const char *src, *why;
};
/* NULL: there is none of that name. */
const struct fs_type *find_fs_type(const char *name);
struct k_ns *ns_shown(const struct k_task *me, const struct fs_type *type);
/* Its superblock, with a count that its mounts move; NULL: no memory. */
struct k_super *get_tree(struct model *m, struct k_task *me, const struct fs_type *type);
void put_super(struct model *m, struct k_super *sb);
/* The ipc namespace goes, and its mqueue file system stays where it is mounted. */
bool orphan_mqueue(struct model *m, struct k_ns *ipc);
/* "proc of pid:[4026532998]" */
const char *super_label(const struct model *m, const struct k_super *sb, char *buf, size_t size);

/* ---- mount_tree.c (fs/namespace.c, fs/pnode.c) ---- */
/* The row of the mount that a path leads to, which is at that path or above it. */
uint32_t find_mount(struct k_ns *mnt, const char *path);
/* The same, when it is at that very path and not the root; -1: nothing is mounted there. */
int32_t find_mount_at(struct k_ns *mnt, const char *path);
bool has_mounts_below(const struct k_ns *mnt, uint32_t i);
/* What the path is in the file system of that mount; the caller frees it. */
char *path_in_mount(const struct k_mount *mnt, const char *path);
/* Is the path that directory, or below it? */
bool is_path_below(const char *path, const char *dir);
/* A path below `from` as it is below `to`; the caller frees it. */
char *move_path(const char *path, const char *from, const char *to);
/*
 * Add a mount, with `at` and `root` owned from now on, and copies of it wherever what it is
 * mounted on propagates to. 0, or -EINVAL in words when it cannot be copied.
 */
int attach_mount(struct model *m, struct k_ns *mnt, struct k_mount *new);
/* Take it away with all below it, and the copies of each. */
void detach_mount(struct model *m, struct k_ns *mnt, uint32_t i);
/* A new peer group. */
uint32_t new_peer_group(struct model *m);
/* It leaves its peers; who received from them through it alone receives from `master`. */
void leave_peers(struct model *m, struct k_mount *mnt);
bool has_peers(const struct model *m, const struct k_mount *mnt);
void copy_mounts(struct model *m, struct k_ns *new, struct k_ns *old);
void drop_mounts(struct model *m, struct k_ns *mnt);
void free_mounts(struct k_ns *mnt);

/* ---- ipc.c (ipc/shm.c, ipc/util.c) ---- */
/* dup_mmap() and exit_mmap(): attached segments are shared by a copy, and go with the last. */
void copy_shms(struct model *m, struct k_task *me, struct k_mm *new);
void exit_shms(struct model *m, struct k_task *me, struct k_mm *mm);
void free_ipcs(struct model *m, struct k_ns *ns);
uint32_t n_ipcs(const struct k_ns *ns, enum model_ipc what);

/* ---- exit.c, exec.c ---- */
void do_exit(struct model *m, struct k_task *p);
void end_vfork_wait(struct model *m, struct k_task *p);
void kill_task(struct model *m, struct k_task *p);
void release_task(struct model *m, struct k_task *p);
int do_execve(struct model *m, struct k_task *me);

#endif
