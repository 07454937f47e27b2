/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The members of kernel structs that the programs read, and nothing else of
 * them: CO-RE finds where they are in the running kernel. A struct ___suffix is
 * the same struct in other versions of the kernel.
 *
 * Only names count here, so members whose type has changed over time (count is
 * atomic_t, refcount_t or kref) are `struct any`, read through AT().
 */
#ifndef NSCOPE_KERNEL_TYPES_H
#define NSCOPE_KERNEL_TYPES_H

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "../kernel_abi.h"

struct any {
	int v;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next, *prev;
};

struct ns_common { /* since 6.18 */
	struct any *stashed;
	const struct any *ops;
	unsigned int inum;
	struct any __ns_ref;
	uint64_t ns_id;
	struct list_head ns_list_node;
};

struct ns_common___v511 {
	struct any count;
};

struct ns_tree_node___v619 {
	struct list_head ns_list_entry;
};

struct ns_common___v619 {
	struct ns_tree_node___v619 ns_tree_node;
};

struct user_namespace;

struct ucounts { /* since 4.9; pins its namespace since 5.11 */
	struct user_namespace *ns;
};

struct ipc_ids {
	int in_use;
};

struct user_namespace {
	struct user_namespace *parent;
	int level;
	struct any owner;
	struct ucounts *ucounts;
	struct ns_common ns;
};

struct uts_namespace {
	struct user_namespace *user_ns;
	struct ucounts *ucounts;
	struct ns_common ns;
};

struct ipc_namespace {
	struct ipc_ids ids[3];
	struct user_namespace *user_ns;
	struct ucounts *ucounts;
	struct ns_common ns;
};

struct mnt_namespace {
	struct user_namespace *user_ns;
	struct ucounts *ucounts;
	struct ns_common ns;
};

struct mnt_namespace___v40 {
	uint64_t seq; /* its id before 6.18 */
};

struct pid_namespace {
	unsigned int pid_allocated;
	unsigned int level;
	struct pid_namespace *parent;
	struct user_namespace *user_ns;
	struct ucounts *ucounts;
	struct ns_common ns;
};

struct net {
	struct user_namespace *user_ns;
	struct ucounts *ucounts;
	struct ns_common ns;
};

struct cgroup_namespace {
	struct user_namespace *user_ns;
	struct ucounts *ucounts;
	struct ns_common ns;
};

struct time_namespace {
	struct user_namespace *user_ns;
	struct ucounts *ucounts;
	struct ns_common ns;
};

struct nsproxy {
	struct any count;
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
	struct time_namespace *time_ns;
	struct time_namespace *time_ns_for_children;
	struct cgroup_namespace *cgroup_ns;
};

struct cred {
	struct any euid;
	struct user_namespace *user_ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct signal_struct {
	struct pid *pids[4];
};

struct task_struct {
	unsigned int __state;
	unsigned int flags;
	int exit_state;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct pid *thread_pid;
	uint64_t start_boottime;
	const struct cred *real_cred;
	char comm[16];
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct any *cgroups;
};

#pragma clang attribute pop

#endif
