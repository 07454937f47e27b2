/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * THE namespace table: eight kinds of namespaces, and the ten places ("slots")
 * in which a task refers to one. struct nsproxy holds eight pointers (pid only
 * as pid_for_children, time twice); `user` hangs off the credentials and the
 * active `pid` off struct pid. The first eight slots have the numbers of their
 * kinds, in the order of the strip `mnpuihct`.
 */
#ifndef NSCOPE_NSKIND_H
#define NSCOPE_NSKIND_H

#include "base.h"

#include <stdbool.h>

enum ns_kind { NS_MNT, NS_NET, NS_PID, NS_USER, NS_IPC, NS_UTS, NS_CGROUP, NS_TIME, NS_N_KINDS };

enum ns_slot {
	SLOT_MNT = NS_MNT,
	SLOT_NET = NS_NET,
	SLOT_PID = NS_PID,
	SLOT_USER = NS_USER,
	SLOT_IPC = NS_IPC,
	SLOT_UTS = NS_UTS,
	SLOT_CGROUP = NS_CGROUP,
	SLOT_TIME = NS_TIME,
	SLOT_PID_FOR_CHILDREN,
	SLOT_TIME_FOR_CHILDREN,
	NS_N_SLOTS
};

#define NS_STRIP_LEN NS_N_KINDS

/* The kernel object that holds the pointer of a slot. */
enum ns_home { HOME_NSPROXY, HOME_CRED, HOME_STRUCT_PID };

struct ns_kind_info {
	const char *name;	/* as in /proc/PID/ns and in the type of lsns */
	char letter;		/* in the strip */
	uint64_t clone_flag;	/* CLONE_NEW* */
	const char *clone_name; /* its spelling */
	uint32_t init_inum;	/* inode number of the initial one (PROC_*_INIT_INO, 6.18) */
	bool init_inum_is_old;	/* that number is fixed on older kernels too */
	bool is_hierarchical;	/* pid and user have a parent */
	const char *isolates;	/* for help: what it keeps apart */
};

struct ns_slot_info {
	const char *name; /* the link in /proc/PID/ns; also the key in JSON */
	enum ns_kind kind;
	enum ns_home home;
	const char *field; /* the member of struct nsproxy, or NULL */
};

extern const struct ns_kind_info ns_kinds[NS_N_KINDS];
extern const struct ns_slot_info ns_slots[NS_N_SLOTS];

/* The kind named `name` ("net"), or -1. */
int ns_kind_by_name(const char *name);
/* The kind whose strip letter this is, or -1. */
int ns_kind_by_letter(char letter);

#endif
