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

#include <time.h>

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
/* wait() by whoever is the parent. 0 or -ESRCH. */
int model_reap(struct model *m, pid_t tid, struct trace *t);
/*
 * A signal to the process of `to`, sent through a pidfd (pidfd_send_signal()) by the
 * task `from`; 0: from outside of all pid namespaces but the first, by who may. All
 * signals are taken to have their default action, as those of test processes have:
 * one that ends a process ends it, the others (those that stop, too) change nothing
 * here. 0, also when it is dropped, as one to an init is; or -EINVAL, -EPERM, -ESRCH.
 */
int model_signal(struct model *m, pid_t from, pid_t to, int sig, struct trace *t);
/* SIGKILL from outside. 0 or -ESRCH. */
int model_kill(struct model *m, pid_t tid, struct trace *t);
/* prctl(PR_SET_CHILD_SUBREAPER): its process adopts the orphans below it. */
int model_set_subreaper(struct model *m, pid_t tid, bool is_on, struct trace *t);

/*
 * The task writes a map, or setgroups, of the user namespace of the task `of`. Lower
 * ids are those of the parent namespace. 0 or -errno, with the rule in t.
 */
int model_write_map(struct model *m, pid_t tid, pid_t of, bool is_gid,
		    const struct model_extent *extents, uint32_t n, struct trace *t);
int model_write_setgroups(struct model *m, pid_t tid, pid_t of, bool is_allowed, struct trace *t);
/* setresuid() and setresgid() with all three the same, an id of its user namespace. */
int model_setuid(struct model *m, pid_t tid, uid_t uid, struct trace *t);
int model_setgid(struct model *m, pid_t tid, gid_t gid, struct trace *t);
/* It writes user.max_*_namespaces of its user namespace: -EACCES when it may not. */
int model_set_quota(struct model *m, pid_t tid, enum ns_kind kind, uint32_t max, struct trace *t);

/*
 * What a task does with files that keep namespaces: opens that of a namespace of the
 * task `of`, or a pidfd of that process, makes a socket, duplicates, closes. The numbers
 * are the caller's, who knows what the kernel gave. 0 or -errno.
 */
int model_open_ns(struct model *m, pid_t tid, pid_t of, enum ns_slot slot, int nr, struct trace *t);
int model_open_pidfd(struct model *m, pid_t tid, pid_t of, int nr, struct trace *t);
int model_open_socket(struct model *m, pid_t tid, int nr, struct trace *t);
int model_dup(struct model *m, pid_t tid, int nr, int new_nr, struct trace *t);
int model_close(struct model *m, pid_t tid, int nr, struct trace *t);
/* The number of its i-th such file, from 0 on; -1: it has no more. A pidfd is of NS_PID. */
int model_fd_at(const struct model *m, pid_t tid, uint32_t i, enum ns_kind *kind);

/*
 * Opens a file: that of the namespace that is mounted at the path, or any other, which is
 * taken to be there.
 */
int model_open_path(struct model *m, pid_t tid, const char *path, int nr, struct trace *t);

/*
 * Mounts. Paths are absolute, seen from the root of the caller's mount namespace, and
 * have no links in them. All that the machine had mounted is taken as one private mount.
 *
 * It mounts a file of a namespace, or once more a directory, or a file system: proc, tmpfs,
 * mqueue, sysfs or cgroup2; -ENODEV: another one. Mounts that keep a proc or sysfs out
 * because they hide parts are not known. It takes away what was mounted there last;
 * is_lazy: with all that is mounted on it. 0 or -errno.
 */
int model_bind(struct model *m, pid_t tid, int nr, const char *path, struct trace *t);
int model_bind_path(struct model *m, pid_t tid, const char *from, const char *path,
		    struct trace *t);
int model_mount(struct model *m, pid_t tid, const char *fstype, const char *path, struct trace *t);
int model_umount(struct model *m, pid_t tid, const char *path, bool is_lazy, struct trace *t);
bool model_has_mount(const struct model *m, pid_t tid, const char *path);
enum model_propagation { MODEL_SHARED, MODEL_SLAVE, MODEL_PRIVATE, MODEL_UNBINDABLE };
int model_propagation(struct model *m, pid_t tid, const char *path, enum model_propagation type,
		      struct trace *t);
/* It deletes a file, taken to be there, that may be a mount point somewhere. */
int model_unlink(struct model *m, pid_t tid, const char *path, struct trace *t);
/* chdir() to a directory that is there; of a relative path nothing is known after. */
int model_chdir(struct model *m, pid_t tid, const char *path, struct trace *t);
/* chroot() to a directory that is not the root of its mount namespace. */
int model_chroot(struct model *m, pid_t tid, struct trace *t);
/* Whether its paths lead elsewhere: after chroot(), or when the namespace of its root has gone. */
bool model_is_chrooted(const struct model *m, pid_t tid);
/*
 * pivot_root() to a mount, with the old root going to a directory below it: the root of
 * the mount namespace is another one, and with it that of every task that was there.
 */
int model_pivot_root(struct model *m, pid_t tid, const char *new, const char *old, struct trace *t);

int model_sethostname(struct model *m, pid_t tid, const char *name, struct trace *t);
/*
 * It writes the offset of CLOCK_MONOTONIC or CLOCK_BOOTTIME in its time_for_children.
 * now: the seconds that the clock shows in the initial time namespace, below which no other
 * can be; -1: not known, and then a negative offset is taken, with a doubt.
 */
int model_write_offset(struct model *m, pid_t tid, clockid_t clock, int64_t seconds, int64_t now,
		       struct trace *t);

/* System V objects, of mode 0600. */
enum model_ipc { MODEL_SEM, MODEL_MSG, MODEL_SHM, MODEL_N_IPC };
/*
 * semget(), msgget(), shmget(); creates: with IPC_CREAT and that mode. -ENOENT: not in this
 * namespace; -EACCES: with that mode, another user's.
 */
int model_ipc_get(struct model *m, pid_t tid, int key, enum model_ipc what, bool creates,
		  struct trace *t);
/*
 * It attaches the segment of that key at the address that the kernel gave (0: below all
 * others), and detaches the one of that key that has the lowest address.
 */
int model_shmat(struct model *m, pid_t tid, int key, uint64_t at, struct trace *t);
int model_shmdt(struct model *m, pid_t tid, int key, struct trace *t);
/*
 * Have both tasks the same segment attached? When both end at once, who of them is the last
 * to detach (shm_lprid) is for the kernel's scheduler to say.
 */
bool model_shares_shm(const struct model *m, pid_t a, pid_t b);

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
