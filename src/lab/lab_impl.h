/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of src/lab share. */
#ifndef NSCOPE_LAB_IMPL_H
#define NSCOPE_LAB_IMPL_H

#include "lab.h"
#include "lab_proto.h"
#include "mem.h"

#define LAB_DEADLINE_MS 5000

struct lab_proc {
	struct lab_task t;
	int ctl;   /* our end of its socket, or -1 */
	int pidfd; /* -1 once it was noticed dead */
	uint32_t seq;
	bool has_private_mnt; /* nothing it mounts is seen outside the lab */
	int sleeps_for;	      /* LAB_WAITING: the child */
	int ctl_number;	      /* of the socket, in the process itself */
};

struct lab {
	ARRAY(struct lab_proc) procs;
	int proc_fd;		  /* /proc, O_PATH */
	int image;		  /* the agent, sealed */
	int supervisor;		  /* its pidfd */
	uint32_t own[NS_N_SLOTS]; /* nscope's namespaces */
	bool has_chroot; /* somebody made that call: "/" may not be the root of the mounts */
};

/* ---- lab_image.c ---- */
/* The agent in a sealed memfd, or -errno. */
int lab_image_open(struct err *e);

/* ---- lab_talk.c ---- */
struct lab_proc *lab_proc(struct lab *lab, int id);
/* A pair of control sockets; ours is fds[0]. 0 or -errno. */
int lab_socketpair(int fds[2], struct err *e);
/* Send; n is the bytes of data used. 0 or -errno. */
int lab_send(struct lab_proc *p, struct lab_request *q, size_t n, const int *fds, unsigned n_fds,
	     struct err *e);
/*
 * The next reply before the deadline. *sender (may be NULL) is its process. -EPIPE
 * without words when it ended instead, -ETIMEDOUT when it did not answer.
 */
int lab_receive(struct lab_proc *p, struct lab_reply *r, pid_t *sender, struct err *e);
/* Send, and receive the answer to it. */
int lab_ask(struct lab_proc *p, struct lab_request *q, size_t n, const int *fds, unsigned n_fds,
	    struct lab_reply *r, struct err *e);

/* ---- lab_proc.c: what /proc says of our own ---- */
void lab_read_own_slots(struct lab *lab);
int lab_open_pidfd(const struct lab_task *t);
/* Its namespace file, opened by nscope; or -errno. */
int lab_open_slot(const struct lab *lab, const struct lab_task *t, enum ns_slot slot);
/* Does it run no more: a zombie, or gone? */
bool lab_has_ended(const struct lab *lab, const struct lab_task *t);
/* Is there nothing left of it to be waited for? */
bool lab_is_gone(const struct lab *lab, const struct lab_task *t);
/* The thread of the process that is not known yet, or 0. */
pid_t lab_new_thread(const struct lab *lab, pid_t tgid);
/* Wait until it has ended; false when that takes more than ms milliseconds. */
bool lab_await_end(struct lab *lab, int id, int ms);
/* The same for all threads of a process. */
void lab_await_group(struct lab *lab, pid_t tgid, int ms);
/* It has ended: descriptors that would keep parts of it are closed. */
void lab_note_end(struct lab *lab, struct lab_proc *p);

/* ---- lab_birth.c ---- */
/* fork, vfork, clone, clone3 by the task; makes its child one of ours. */
int lab_birth(struct lab *lab, int who, const struct call *c, struct lab_result *r, struct err *e);
/* The child has ended or executed a program: whoever slept in vfork() for it is awake. */
void lab_wake_maker(struct lab *lab, int child);
/* Take in the process at the other end of the socket (owned from now on): its id or -errno. */
int lab_adopt(struct lab *lab, int ctl, int maker, bool is_thread, struct err *e);

/* ---- lab_call.c, lab_more.c ---- */
struct lab_args {
	struct lab *lab;
	struct lab_proc *p;
	const struct lab_call *c;
	struct lab_result *r;
	struct err *e;
};
/* One system call by the agent. */
int lab_syscall(struct lab_args *a, struct lab_request *q, size_t n, const int *fds,
		unsigned n_fds);
extern int (*const lab_more[LAB_N_KINDS])(struct lab_args *a);
/* The slot in which the caller must have left nscope's namespace, or -1. */
extern const int lab_guards[LAB_N_KINDS];

#endif
