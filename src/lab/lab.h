/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The laboratory: test processes that nscope starts, tells one system call at a
 * time, and owns to their end. They are named `nscope-lab`, have a control socket
 * each, and are known by pidfds. Nothing else in nscope calls clone, unshare,
 * setns or mount, and nothing here touches a process that is not its own.
 *
 * They end with nscope however it ends: each of them ends when its socket does,
 * and a supervisor, their parent, takes along what is left of their process group.
 * What changes the machine for others (mounts, host name, quotas, interfaces, queues)
 * is refused while a test process is still in nscope's own namespace of that kind, or
 * in one that the lab did not make: it may enter those and look.
 *
 * Not for use by several threads at once.
 */
#ifndef NSCOPE_LAB_H
#define NSCOPE_LAB_H

#include "err.h"
#include "model/call.h"
#include "nskind.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#define LAB_TEXT_MAX 4000

struct lab;

enum lab_state {
	LAB_ALIVE,   /* takes calls */
	LAB_WAITING, /* asleep in vfork() until its child ends or executes */
	LAB_ZOMBIE,  /* ended, and not waited for */
	LAB_GONE,
};

/* One test process, or one thread of it. */
struct lab_task {
	int id;		 /* its number in the lab; never used again */
	pid_t tid, tgid; /* as nscope sees them */
	int maker;	 /* who made the clone() call, or LAB_SUPERVISOR */
	enum lab_state state;
	uint32_t slots[NS_N_SLOTS]; /* inode numbers when last read; 0: no link, or not readable */
};

#define LAB_SUPERVISOR 0 /* takes LAB_CALLs that make a child, and LAB_WAIT */

enum lab_kind {
	LAB_CALL,	 /* call: a call that the model knows */
	LAB_KILL,	 /* other, number: a signal, sent by nscope; flags 1: do not wait for it */
	LAB_SIGNAL,	 /* the same, sent by the caller */
	LAB_EXIT_GROUP,	 /* number: status */
	LAB_WAIT,	 /* other: reap it if it has ended; the caller is its parent */
	LAB_OPEN_NS,	 /* other, slot: its file in /proc; gives a descriptor */
	LAB_OPEN_PIDFD,	 /* other: pidfd_open() of the number that it has for the caller */
	LAB_OPEN,	 /* path: of what to read; of namespaces, mounts of the lab's; flags: O_* */
	LAB_CLOSE,	 /* fd */
	LAB_DUP,	 /* fd */
	LAB_BIND_FD,	 /* fd of a namespace, path: of a file to mount it on */
	LAB_BIND_NS,	 /* other, slot, path */
	LAB_BIND_PATH,	 /* text: what is there already, path: where to; flags: MS_REC */
	LAB_MOUNT,	 /* text: proc, tmpfs, ramfs, mqueue, sysfs, cgroup2, or NULL to change a
			  * mount (propagation; MS_REMOUNT|MS_BIND); path; flags: MS_*
			  */
	LAB_UMOUNT,	 /* path; flags: MNT_DETACH, UMOUNT_NOFOLLOW */
	LAB_PIVOT_ROOT,	 /* path: the new root, text: where the old one goes, "." for both */
	LAB_CHROOT,	 /* path */
	LAB_CHDIR,	 /* path */
	LAB_SOCKET,	 /* number: family; flags: type; gives a descriptor */
	LAB_SOCKETPAIR,	 /* flags: type; gives two */
	LAB_LISTEN,	 /* fd */
	LAB_SETHOSTNAME, /* text */
	LAB_WRITE,	 /* other, path: a file of its /proc directory; text */
	LAB_QUOTA,	 /* slot, number: user.max_*_namespaces of its user namespace */
	LAB_SETUID,	 /* number: all three ids */
	LAB_SETGID,
	LAB_SUBREAPER, /* number: 1 or 0 */
	LAB_OFFSET,    /* slot: clock id, CLOCK_MONOTONIC or CLOCK_BOOTTIME; number: seconds */

	/* Files: only on a tmpfs or ramfs that the lab mounted, in any mount namespace. */
	LAB_MKDIR,  /* path */
	LAB_CREATE, /* path: of an empty file */
	LAB_UNLINK, /* path */
	LAB_RMDIR,  /* path */

	/* System V: number: key; flags: IPC_CREAT, IPC_EXCL and a mode; gives an id */
	LAB_MSGGET,
	LAB_SEMGET,  /* one semaphore */
	LAB_SHMGET,  /* one page */
	LAB_SHMAT,   /* number: key of one that is there; gives the address */
	LAB_SHMDT,   /* number: key; the one at the lowest address that it attached, or inherited */
	LAB_MQ_OPEN, /* text: "/name" of a POSIX queue; flags: O_CREAT; gives a descriptor */

	/* Interfaces of its net namespace. That of `other` is not nscope's, either. */
	LAB_VETH,      /* name: of the end that stays, text: of that in other's namespace */
	LAB_LINK_UP,   /* name; flags 1: down */
	LAB_LINK_DEL,  /* name */
	LAB_LINK_MOVE, /* name, other */
	LAB_ADDRESS,   /* name, text: "10.9.0.1/24", or of IPv6 */
	LAB_PING, /* text: "10.9.0.2"; number: milliseconds to wait, 0: 4000; then -ETIMEDOUT */

	/*
	 * name: nscope moves its process into nscope-lab-PID-NAME, made where nscope itself
	 * is and removed with the lab; NULL: back to there. -ENOTSUP: no cgroup v2, or no
	 * right to change it.
	 */
	LAB_CGROUP,

	/* Looks: what they see is r->text, a line each. */
	LAB_READ,   /* path */
	LAB_LIST,   /* path: of a directory; its entries in order, numbers as such */
	LAB_MOUNTS, /* path: the mounts at and below it: "/mnt tmpfs shared:7", "... private" */
	LAB_UNAME,  /* "nodename=web domainname=(none)" */
	LAB_IDS,    /* "uid=0 euid=0 gid=0 egid=0 groups=0,4 caps=all setgroups=deny"; ids as in
		     * its own user namespace; caps: the effective ones, "all", "none" or as
		     * a number
		     */
	LAB_GETPID, /* "pid=1 tid=1 ppid=0"; gives the pid */
	LAB_CLOCK,  /* "monotonic+0 boottime+86400": seconds ahead of nscope's own clocks */
	LAB_LINKS,  /* "lo down", "v0 up nsid=0 10.9.0.1/24": nsid, where its other end is, is its
		     * own namespace's number for that one; "no-carrier" follows "up" while the
		     * other end is down; link-local addresses of IPv6 are left out
		     */
	LAB_N_KINDS
};

struct lab_call {
	enum lab_kind kind;
	struct call call;
	int other; /* a test process */
	int slot;  /* enum ns_slot */
	int fd;	   /* a descriptor of the caller */
	int64_t number;
	uint64_t flags;
	const char *path, *text, *name; /* borrowed */
};

struct lab_result {
	int64_t ret; /* as the system call returned it: tids in the caller's terms; or -errno */
	int child;   /* the new test process, or -1 */
	int fds[2];  /* LAB_SOCKETPAIR */
	bool is_cut; /* there was more than text holds */
	char text[LAB_TEXT_MAX + 1]; /* of a look: lines of safe text (text.h) in UTF-8 */
};

/*
 * Start the laboratory; NULL with e set when that cannot be done here. No rights
 * are needed: what the kernel refuses is a result like any other.
 */
struct lab *lab_open(struct err *e);
/* End all test processes and wait until they are gone. NULL is allowed. */
void lab_close(struct lab *lab);

/* A first test process with all of nscope's namespaces: its id, or -errno. */
int lab_spawn(struct lab *lab, struct err *e);

/*
 * Test process `who` makes the call. Returns 0 when the kernel answered, with r
 * filled in and the slots of who and of a child read again. -errno with e set when
 * it could not be asked: -ESRCH no such process, -EBUSY it sleeps in vfork(),
 * -EPERM it would change the machine outside, -ETIMEDOUT no answer (it is killed).
 */
int lab_call(struct lab *lab, int who, const struct lab_call *c, struct lab_result *r,
	     struct err *e);

/*
 * Seconds that CLOCK_MONOTONIC or CLOCK_BOOTTIME shows in the initial time namespace; -1: not
 * known, for nscope is in another one whose offset it cannot read.
 */
int64_t lab_machine_clock(clockid_t clock);

/*
 * What beside the kernel's rules may have refused a call of a test process with that errno (of
 * what it has from nscope): a seccomp filter, a security module, a read-only mount. A sentence,
 * or NULL: nothing that could be seen.
 */
const char *lab_other_refuser(int err);

/* Can LAB_CGROUP be made here? false with e telling why not. */
bool lab_has_cgroups(struct err *e);

/* Notice who has ended, and who came back from vfork(). */
void lab_poll(struct lab *lab);
/* All tasks there ever were: ids below this. The supervisor is 0. */
int lab_n_tasks(const struct lab *lab);
/* Good until the next call that makes a task. */
const struct lab_task *lab_task(const struct lab *lab, int id);
/* The id of the task that has this tid now, or -1. */
int lab_find(const struct lab *lab, pid_t tid);
/* Read its slots now; false when it has ended. */
bool lab_read_slots(struct lab *lab, int id);
/*
 * Is something mounted at the path, as the process sees its mounts? 1 or 0; -1: that
 * cannot be read.
 */
int lab_is_mounted(struct lab *lab, int id, const char *path);
/* The tgid of its parent as nscope sees it, 0 when it has none here or is gone. */
pid_t lab_parent(struct lab *lab, int id);

#endif
