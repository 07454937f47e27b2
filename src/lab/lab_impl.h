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
	bool has_entered_mnt; /* by setns(), which sets the root to that of the namespace */
	bool is_killed;	      /* SIGKILL was sent: it is asked nothing more */
	int sleeps_for;	      /* LAB_WAITING: the child */
	int ctl_number;	      /* of the socket, in the process itself */
	uint16_t foreign;     /* bits of slots: namespaces that the lab did not make */
};

struct lab {
	ARRAY(struct lab_proc) procs;
	int proc_fd;		  /* /proc, O_PATH */
	int image;		  /* the agent, sealed */
	int supervisor;		  /* its pidfd */
	uint32_t own[NS_N_SLOTS]; /* nscope's namespaces */
	int cgroup;		  /* directory of nscope's control group; -1 until it is needed */
	ARRAY(uint64_t) made;	  /* namespaces: kind and inode number */
	ARRAY(uint64_t) devs;	  /* of file systems that were mounted by the lab */
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
/* The number that the task has in the pid namespace of the viewer; 0: none there. */
pid_t lab_number_for(const struct lab *lab, const struct lab_task *t,
		     const struct lab_task *viewer);
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

/* ---- lab_origin.c ---- */
/* The child's slots were read for the first time. */
void lab_note_child(struct lab *lab, struct lab_proc *child, const struct lab_proc *maker);
/* Its slots were read after a call that may have changed them; is_entry: by setns(). */
void lab_note_change(struct lab *lab, struct lab_proc *p, const uint32_t before[NS_N_SLOTS],
		     bool is_entry);
/* Did the lab make a namespace of that number? (It may be gone, and the number be another's.) */
bool lab_has_made(const struct lab *lab, uint32_t inum);
/* 0 when the namespace in that slot of p was made by the lab; or -EPERM. */
int lab_need_out(const struct lab *lab, const struct lab_proc *p, enum ns_slot slot, struct err *e);

/* ---- lab_args.c: a call becomes system calls of the agent ---- */
struct lab_args {
	struct lab *lab;
	struct lab_proc *p;
	const struct lab_call *c;
	struct lab_result *r;
	struct err *e;
};
/*
 * These return 0 when the kernel answered, which is then in r->ret, or -errno with e
 * set when it was not asked.
 */
/* One system call; n is the bytes of data used. What it wrote is in q->data then. */
int lab_syscall(struct lab_args *a, struct lab_request *q, size_t n, const int *fds,
		unsigned n_fds);
/* One with numbers only. */
int lab_simple(struct lab_args *a, long nr, uint64_t a0, uint64_t a1, uint64_t a2);
/* One with the path of the call as argument `arg` and numbers for the others. */
int lab_with_path(struct lab_args *a, long nr, unsigned arg, const uint64_t args[6]);
/* Close one of the caller's; r->ret stays. */
int lab_close_fd(struct lab_args *a, int fd);
/* Open, write, close in its /proc (that of nscope); the first that fails is the answer. */
int lab_write_file(struct lab_args *a, const char *path, const char *text);
/* Open for reading, and only what can be read without doing anything: a file, a directory. */
int lab_open_path(struct lab_args *a, const char *path, uint64_t flags);
/* Adds a text to the data of a request and gives its place, for an argument. */
uint64_t lab_put(struct lab_request *q, size_t *n, const char *text);
int lab_need_text(const struct lab_args *a, const char *text, const char *what);
/* The other process of the call, or NULL with e set. */
struct lab_proc *lab_other(const struct lab_args *a);
/* The path below /proc of the namespace file that the call names. */
int lab_ns_path(const struct lab_args *a, char *path, size_t size);
/* 0 when the descriptor of the call is none of the lab's; or -EBADF. */
int lab_own_fd(struct lab_args *a);

/* ---- lab_more.c: the table; a function and a guard for each kind ---- */
struct lab_more {
	int (*run)(struct lab_args *a); /* NULL: in lab_call.c */
	int guard; /* the slot in which the caller must have left nscope's namespace, or -1 */
};
extern const struct lab_more lab_more[LAB_N_KINDS];
int lab_do_open_ns(struct lab_args *a);

/* ---- lab_mount.c, lab_file.c ---- */
int lab_do_bind_fd(struct lab_args *a);
int lab_do_bind_ns(struct lab_args *a);
int lab_do_bind_path(struct lab_args *a);
int lab_do_mount(struct lab_args *a);
int lab_do_umount(struct lab_args *a);
int lab_do_chroot(struct lab_args *a);
int lab_do_chdir(struct lab_args *a);
int lab_do_pivot_root(struct lab_args *a);
int lab_do_mkdir(struct lab_args *a);
int lab_do_create(struct lab_args *a);
int lab_do_unlink(struct lab_args *a);
int lab_do_rmdir(struct lab_args *a);
/* statx() of a descriptor or, with fd AT_FDCWD, of a path; a refusal is in r->ret. */
struct statx;
int lab_statx(struct lab_args *a, int fd, const char *path, struct statx *x);

/* ---- lab_look.c ---- */
int lab_do_read(struct lab_args *a);
int lab_do_list(struct lab_args *a);
int lab_do_mounts(struct lab_args *a);
int lab_do_uname(struct lab_args *a);
int lab_do_ids(struct lab_args *a);
int lab_do_getpid(struct lab_args *a);
int lab_do_clock(struct lab_args *a);
/* Put lines, which may hold any bytes, into r->text as safe text. */
void lab_say(struct lab_args *a, char *lines);

/* ---- lab_ipc.c ---- */
int lab_do_msgget(struct lab_args *a);
int lab_do_semget(struct lab_args *a);
int lab_do_shmget(struct lab_args *a);
int lab_do_shmat(struct lab_args *a);
int lab_do_shmdt(struct lab_args *a);
int lab_do_mq_open(struct lab_args *a);

/* ---- lab_cgroup.c, lab_net.c, lab_ping.c ---- */
int lab_do_cgroup(struct lab_args *a);
int lab_do_veth(struct lab_args *a);
int lab_do_link_up(struct lab_args *a);
int lab_do_link_del(struct lab_args *a);
int lab_do_link_move(struct lab_args *a);
int lab_do_address(struct lab_args *a);
int lab_do_links(struct lab_args *a);
int lab_do_ping(struct lab_args *a);

#endif
