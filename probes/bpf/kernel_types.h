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
	struct any __ns_ref_active;
	struct ns_tree_node___v619 ns_tree_node;
};

struct user_namespace;

struct ucounts { /* since 4.9; pins its namespace since 5.11 */
	struct user_namespace *ns;
	struct any uid;
	struct any ucount[1]; /* long since 5.14 */
};

struct xarray {
	void *xa_head;
};

struct idr {
	struct xarray idr_rt;
};

struct ipc_ids {
	int in_use;
	int max_idx;
	struct idr ipcs_idr;
};

struct user_namespace {
	struct user_namespace *parent;
	int level;
	struct any owner;
	struct ucounts *ucounts;
	long ucount_max[1]; /* since 5.14 */
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
	struct ucounts *ucounts;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct tty_struct___v513 {
	struct pid *pgrp, *session;
};

struct tty_struct { /* since 5.14 */
	struct {
		struct pid *pgrp, *session;
	} ctrl;
};

struct signal_struct {
	struct pid *pids[4];
	struct pid *tty_old_pgrp;
	struct tty_struct *tty;
};

struct mm_struct {
	struct user_namespace *user_ns;
	struct file *exe_file;
};

struct fs_struct;
struct files_struct;

struct rq {
	struct task_struct *idle;
};

struct cfs_rq {
	struct rq *rq;
};

struct task_group {
	struct cfs_rq **cfs_rq;
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
	struct mm_struct *mm, *active_mm;
	const struct cred *cred, *ptracer_cred;
	struct fs_struct *fs;
	struct files_struct *files;
	struct task_group *sched_task_group;
};

struct task_struct___v513 {
	long state;
};

/* ---- what pins namespaces ---- */

struct hlist_node {
	struct hlist_node *next;
};

struct qstr {
	const char *name;
};

struct super_block;

struct dentry {
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};

struct file_system_type {
	const char *name;
};

struct super_block {
	struct list_head s_list;
	struct file_system_type *s_type;
	unsigned long s_magic;
	struct dentry *s_root;
	void *s_fs_info;
	struct user_namespace *s_user_ns;
	struct any *s_mounts; /* a list head before 6.18 */
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
};

struct mount {
	struct mount *mnt_parent;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
	int mnt_id;
	struct mount *mnt_next_for_sb; /* since 6.18 */
};

struct mount___v33 {
	struct list_head mnt_instance;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct fs_struct {
	struct path root, pwd;
};

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned int i_rdev;
	void *i_private;
};

struct fown_struct {
	struct pid *pid;
};

struct file {
	unsigned int f_mode;
	void *private_data;
	struct inode *f_inode;
	const struct cred *f_cred;
	struct path f_path;
	struct fown_struct *f_owner; /* in the file itself before 6.12 */
};

struct fdtable {
	unsigned int max_fds;
	unsigned long *open_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct seq_file {
	void *private;
};

struct proc_dir_entry {
	struct proc_dir_entry *parent;
	char *name;
	void *data;
};

struct proc_inode {
	struct pid *pid;
	struct proc_dir_entry *pde;
	struct inode vfs_inode;
};

struct proc_fs_info {
	struct pid_namespace *pid_ns;
};

struct proc_mounts {
	struct mnt_namespace *ns;
};

struct proc_maps_locking_ctx { /* since 6.17 */
	struct mm_struct *mm;
};

struct proc_maps_private {
	struct proc_maps_locking_ctx lock_ctx;
};

struct proc_maps_private___v20 {
	struct mm_struct *mm;
};

struct ipc_proc_iter {
	struct ipc_namespace *ns;
	struct pid_namespace *pid_ns;
};

struct kernfs_open_file {
	void *priv;
};

struct cgroup_file_ctx {
	struct cgroup_namespace *ns;
};

struct fs_context {
	struct file_system_type *fs_type;
	void *fs_private;
	struct user_namespace *user_ns;
	struct net *net_ns;
	const struct cred *cred;
};

struct proc_fs_context {
	struct pid_namespace *pid_ns;
};

struct mqueue_inode_info {
	struct inode vfs_inode;
	struct pid *notify_owner;
	struct user_namespace *notify_user_ns;
	struct ucounts *ucounts;
};

struct userfaultfd_ctx {
	struct mm_struct *mm;
};

struct io_rsrc_node { /* since 6.13 */
	unsigned long file_ptr;
};

struct io_rsrc_data {
	unsigned int nr;
	struct io_rsrc_node **nodes;
};

struct io_file_table {
	struct io_rsrc_data data;
};

struct io_file_table___v12 {
	struct any *files;  /* of which each is but such a pointer as file_ptr */
	struct any *bitmap; /* since 5.19; before, each of them was a table */
};

struct io_ring_ctx {
	const struct cred *sq_creds;
	struct mm_struct *mm_account;
	struct io_file_table file_table;
};

struct io_ring_ctx___v12 {
	unsigned int nr_user_files;
};

struct mqueue_fs_context {
	struct ipc_namespace *ipc_ns;
};

struct cgroup_fs_context {
	struct cgroup_namespace *ns;
};

struct fuse_conn {
	struct pid_namespace *pid_ns;
	struct user_namespace *user_ns;
};

struct fuse_mount { /* since 5.10 */
	struct fuse_conn *fc;
};

struct ovl_fs {
	const struct cred *creator_cred;
};

struct perf_event {
	struct pid_namespace *ns;
};

struct inotify_group_private_data {
	struct ucounts *ucounts;
};

struct fanotify_group_private_data {
	struct ucounts *ucounts;
};

struct fsnotify_group {
	struct user_namespace *user_ns;
	struct inotify_group_private_data inotify_data;
	struct fanotify_group_private_data fanotify_data;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	unsigned short skc_family;
	unsigned char skc_state;
	unsigned char skc_net_refcnt : 1;
	uint32_t skc_rcv_saddr;
	uint16_t skc_num;
	possible_net_t skc_net;
	struct any skc_v6_rcv_saddr;
};

struct sk_buff_head { /* begins as a struct sk_buff does */
	struct sk_buff *next;
};

struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	uint16_t sk_type;
	struct pid *sk_peer_pid;
	const struct cred *sk_peer_cred;
};

struct socket {
	struct sock *sk;
};

struct sk_buff {
	struct sk_buff *next;
	struct sock *sk;
	char cb[48];
};

struct request_sock {
	struct request_sock *dl_next;
	struct sock *sk;
};

struct request_sock_queue {
	struct request_sock *rskq_accept_head;
};

struct inet_connection_sock {
	struct request_sock_queue icsk_accept_queue;
};

struct scm_fp_list {
	short count;
	struct file *fp[1];
};

struct unix_skb_parms {
	struct pid *pid;
	struct scm_fp_list *fp;
};

struct vm_area_struct {
	struct file *vm_file;
};

struct shm_file_data {
	struct ipc_namespace *ns;
	struct file *file;
};

struct kern_ipc_perm { /* each of the three begins with it */
	int id;
};

struct shmid_kernel {
	struct pid *shm_cprid, *shm_lprid;
	struct ucounts *mlock_ucounts;
};

struct sem {
	struct pid *sempid;
};

struct sem_array {
	int sem_nsems;
	struct sem sems[1];
};

struct msg_queue {
	struct pid *q_lspid, *q_lrpid;
};

struct xa_node {
	unsigned char shift;
	void *slots[64];
};

#pragma clang attribute pop

#endif
