/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of world have in common: the tools, and what makes the items. */
#ifndef NSCOPE_WORLD_H
#define NSCOPE_WORLD_H

#include "base.h"

#include <stdbool.h>
#include <sys/types.h>

/* ---- world_tools.c ---- */

#define PLACE "/mnt" /* covered by a tmpfs in the mount namespaces made here */

/* Ends the process unless it is; says what it was, and errno. */
void must(bool is_good, const char *what);
/* One line of output: the item, and key=value of what was made. */
void say(const char *item, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Die with the parent; it may have died before this was asked for. */
void die_with(pid_t parent);
void wait_forever(void);
/*
 * A child that runs fn(arg) and then waits for its end. Returns when fn has; the
 * pid is the child's number here.
 */
pid_t start(void (*fn)(void *), void *arg);
void end(pid_t pid);
void nothing(void *arg);

void enter_new(int flags);	 /* CLONE_NEW... or CLONE_FILES */
void enter_new_arg(void *flags); /* the same, of an int, for start() */
/* The number of a namespace of a process (0: our own). */
unsigned inum(pid_t pid, const char *link);
int open_ns(pid_t pid, const char *link);

/* A mount namespace of our own with an empty PLACE. */
void private_mounts(void);
void bind_mount(const char *from, const char *to);
void bind_ns(pid_t pid, const char *link, const char *to); /* a file that is made */

/* ---- what makes the items ---- */

/* Run by a process of its own: makes one thing or more, and says each. */
typedef void make_fn(void);

/* world_tasks.c */
make_fn make_each_kind, make_no_init, make_thread, make_nested_user, make_nested_pid, make_chroot;

/* world_taskless.c */
make_fn make_fd, make_thread_fd, make_bind, make_covered_bind, make_socket, make_mnt_fd;
make_fn make_mnt_bind, make_bind_in_taskless, make_owner;

/* world_odd.c */
make_fn make_zombie, make_evil, make_marks;

#endif
