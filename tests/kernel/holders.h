/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of holders have in common: the tools, and the ways that the cases name. */
#ifndef NSCOPE_HOLDERS_H
#define NSCOPE_HOLDERS_H

#include <stdint.h>
#include <sys/types.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/* ---- holders_tools.c ---- */

/* They end the process, and say of what call, where, and errno. */
#define DIE(what)  die(what, __FILE__, __LINE__)
#define MUST(call) must((call), #call, __FILE__, __LINE__)
__attribute__((noreturn)) void die(const char *what, const char *file, int line);
long must(long result, const char *what, const char *file, int line); /* result, if not < 0 */

#define N_KINDS 8
extern const struct kind {
	const char *name;
	int flag; /* CLONE_NEW... */
} kinds[N_KINDS];
int flag_of(const char *kind);

/* fork(2), but the child dies with its parent. */
pid_t fork_bound(void);
/* A process that runs `setup` and then waits for its end; returned when setup is through. */
pid_t start(void (*setup)(const char *arg), const char *arg);
void stop(pid_t pid); /* and reap it: a child */
void nothing(const char *arg);

/* Enter a new namespace; its first process, where that is another one, is started. */
void enter(const char *kind);
/* As the first process of a new pid namespace. */
void in_pid_ns(void (*first)(const char *arg));

/* The namespace of a task; of a pid or time namespace, that of its children. */
int open_ns(pid_t pid, const char *kind);
uint32_t inum_of(pid_t pid, const char *kind);
uint32_t inum_of_fd(int fd);

/* Send a descriptor over a socket. */
void send_fd(int over, int fd);

/* ---- the ways to hold, by the file they are in ---- */

/* Makes a namespace that is held in one way, by this process or others; its number. */
typedef uint32_t hold_fn(const char *kind);
/* The same, run by a process that is in the namespace or has children in it. */
typedef void setup_fn(const char *kind);

/* holders_any.c */
hold_fn by_task, by_fork, by_setns, by_fd, by_fds, by_nsfs_flight, by_bind, by_detached_bind;
hold_fn by_tree, by_dir_of_tree, by_file_of_tree;
setup_fn crowd, mount_in_making, fuse_server;

/* holders_net.c */
setup_fn sockets, accept_queue, time_wait, tun, net_files;
hold_fn by_flight, by_ring_file, by_mapped_ring;

/* holders_ipc.c, holders_mnt.c, holders_cgroup.c */
setup_fn attach, sysvipc_files;
setup_fn mounts_files;
setup_fn control_files;

/* holders_pid.c */
setup_fn nested, proc_mounts, pins, stuck, peers, signed_descriptors, segments, perf_events;
hold_fn by_segments_elsewhere;

/* holders_user.c */
setup_fn own_all, child_user_ns, file_systems, detached_tree;
setup_fn old_creds, other_users, notify_groups, message_notice, locked_segment;
setup_fn run_program;
hold_fn by_maps, by_lent;
void lend(int over); /* what `holders lend OVER` does, which by_lent runs */

#endif
