/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an open file pins, by the file system it is on.
 */
#ifndef NSCOPE_PINS_FILES_H
#define NSCOPE_PINS_FILES_H

#include "pins_sockets.h"

static uint64_t file_name(uint64_t file)
{
	return (uint64_t)READ(CAST(file, struct file), f_path.dentry, d_name.name);
}

/* Record what has a namespace's address and the name of the file. */
static void tell_named(uint32_t ref, uint64_t obj, uint64_t ns, uint64_t pids, int fd,
		       uint64_t name)
{
	uint32_t row = tell(ref, obj, ns, pids, fd);
	struct k_hold *r;

	if (!row--)
		return;
	r = bpf_map_lookup_elem(&k_holds, &row);
	if (r)
		bpf_probe_read_kernel_str(r->name, sizeof(r->name), (void *)name);
}

/* The same of a superblock, and the mount namespace that it is mounted in. */
__noinline int tell_where(uint32_t ref_by, uint64_t obj, uint64_t ns, uint64_t where, uint64_t name)
{
	/* Once for each: the key of a record takes in what would be a process's number. */
	uint32_t row = tell(ref_by, obj, ns, where >> 4 << 32, -1);
	struct k_hold *r;

	if (!row--)
		return 0;
	r = bpf_map_lookup_elem(&k_holds, &row);
	if (!r)
		return 0;
	r->where = where;
	bpf_probe_read_kernel_str(r->name, sizeof(r->name), (void *)name);
	return 0;
}

/* What may have more files: those in its queues, or those that are registered with it. */
enum { IS_SOCKET = 1, IS_RING };

static uint64_t private_data(struct k_state *st, uint64_t file)
{
	return number(st, READ(CAST(file, struct file), private_data));
}

/* What a file that is read in sequence works with. */
static uint64_t seq_private(struct k_state *st, uint64_t file)
{
	return number(st, READ(CAST(private_data(st, file), struct seq_file), private));
}

#define NS_AT(st, ptr, kind) number(st, (void *)COMMON(ptr, kind))

/* /proc/PID/net/FILE: its entry hangs below one that carries the namespace. */
__noinline int tell_net_file(uint64_t file, uint64_t pde_addr, uint32_t by, uint64_t pids, int fd)
{
	struct proc_dir_entry *pde = CAST(pde_addr, struct proc_dir_entry);
	struct k_state *st = state();
	uint64_t net = 0, private, name;
	int depth;

	if (!st)
		return 0;
	for (depth = 0; depth < 4; depth++) {
		struct proc_dir_entry *up = READ(pde, parent);

		if (!up || up == pde)
			break;
		if (READ(up, parent) == up || !READ(up, parent)) {
			uint64_t at = number(st, READ(pde, name)), word = WORD(st, at);

			if ((word & 0xffffffff) == ('n' | 'e' << 8 | 't' << 16))
				net = number(st, READ(pde, data));
			break;
		}
		pde = up;
	}
	private = seq_private(st, file);
	/* Files of one record have the namespace itself, others a struct that begins with it. */
	if (!net || !private || (private != net && WORD(st, private) != net))
		return 0;
	name = number(st, (void *)file_name(file));
	tell_named(REF(K_REF_NET_FILE, by), file, net + ns_offset(K_NET), pids, fd, name);
	return 0;
}

__noinline int tell_sysvipc_file(uint64_t file, uint64_t pde_addr, uint32_t by, uint64_t pids,
				 int fd)
{
	struct proc_dir_entry *pde = CAST(pde_addr, struct proc_dir_entry);
	struct k_state *st = state();
	struct ipc_proc_iter *it;
	uint64_t name;

	if (!st)
		return 0;
	name = number(st, READ(pde, parent, name));
	if (WORD(st, name) != NAME8('s', 'y', 's', 'v', 'i', 'p', 'c', '\0'))
		return 0;
	it = CAST(seq_private(st, file), struct ipc_proc_iter);
	name = number(st, (void *)file_name(file));
	tell_named(REF(K_REF_SYSVIPC, by), file, NS_AT(st, READ(it, ns), K_IPC), pids, fd, name);
	tell_named(REF(K_REF_SYSVIPC, by), file + 1, NS_AT(st, READ(it, pid_ns), K_PID), pids, fd,
		   name);
	return 0;
}

static struct mm_struct *maps_mm(uint64_t private)
{
	if (bpf_core_field_exists(struct proc_maps_private, lock_ctx))
		return READ(CAST(private, struct proc_maps_private), lock_ctx.mm);
	return READ(CAST(private, struct proc_maps_private___v20), mm);
}

/* Files in /proc/PID: all keep the process number; some more than that. */
__noinline int tell_pid_file(uint64_t file, uint32_t by, uint64_t pids, int fd)
{
	struct k_state *st = state();
	uint64_t name, word, data, private;

	if (!st)
		return 0;
	name = number(st, (void *)file_name(file));
	word = WORD(st, name);
	data = private_data(st, file);
	if (!data)
		return 0;
	private = number(st, READ(CAST(data, struct seq_file), private));
	if (word == NAME8('m', 'o', 'u', 'n', 't', 'i', 'n', 'f') ||
	    word == NAME8('m', 'o', 'u', 'n', 't', 's', 't', 'a') ||
	    (word << 8) >> 8 == NAME8('m', 'o', 'u', 'n', 't', 's', '\0', 0))
		tell_named(REF(K_REF_MOUNTS, by), file,
			   NS_AT(st, READ(CAST(private, struct proc_mounts), ns), K_MNT), pids, fd,
			   name);
	else if ((uint32_t)word == ('m' | 'e' << 8 | 'm' << 16) ||
		 word == NAME8('e', 'n', 'v', 'i', 'r', 'o', 'n', '\0') ||
		 word == NAME8('p', 'a', 'g', 'e', 'm', 'a', 'p', '\0') ||
		 (word << 24) >> 24 == NAME8('a', 'u', 'x', 'v', '\0', 0, 0, 0))
		tell_mm(data, by, pids, fd);
	else if ((word << 24) >> 24 == NAME8('m', 'a', 'p', 's', '\0', 0, 0, 0) ||
		 (word << 16) >> 16 == NAME8('s', 'm', 'a', 'p', 's', '\0', 0, 0) ||
		 word == NAME8('n', 'u', 'm', 'a', '_', 'm', 'a', 'p'))
		tell_mm(number(st, maps_mm(private)), by, pids, fd);
	return 0;
}

static __always_inline void tell_proc_file(struct k_state *st, uint64_t file, uint64_t inode,
					   uint32_t by, uint64_t pids, int fd)
{
	uint64_t proc = inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	uint64_t pde = number(st, READ(CAST(proc, struct proc_inode), pde));
	uint64_t pid = number(st, READ(CAST(proc, struct proc_inode), pid));

	if (pid) {
		tell_pid(pid, by, pids, fd);
		tell_pid_file(file, by, pids, fd);
	} else if (pde && READ(CAST(file, struct file), private_data)) {
		tell_net_file(file, pde, by, pids, fd);
		tell_sysvipc_file(file, pde, by, pids, fd);
	}
}

/* fsopen(2), fspick(2): a mount that is being made. */
__noinline int tell_fscontext(uint64_t addr, uint32_t by, uint64_t pids, int fd)
{
	struct fs_context *fc = CAST(addr, struct fs_context);
	struct k_state *st = state();
	uint64_t name, type, own;

	if (!st || !addr)
		return 0;
	name = number(st, READ(fc, fs_type, name));
	type = WORD(st, name);
	own = number(st, READ(fc, fs_private));
	tell_cred(number(st, READ(fc, cred)), by, pids, fd);
	tell_named(REF(K_REF_FSCONTEXT, by), addr, NS_AT(st, READ(fc, user_ns), K_USER), pids, fd,
		   name);
	tell_named(REF(K_REF_FSCONTEXT, by), addr + 1, NS_AT(st, READ(fc, net_ns), K_NET), pids, fd,
		   name);
	if (!own)
		return 0;
	if ((type << 24) >> 24 == NAME8('p', 'r', 'o', 'c', '\0', 0, 0, 0))
		tell_named(REF(K_REF_FSCONTEXT, by), addr + 2,
			   NS_AT(st, READ(CAST(own, struct proc_fs_context), pid_ns), K_PID), pids,
			   fd, name);
	else if ((type << 8) >> 8 == NAME8('m', 'q', 'u', 'e', 'u', 'e', '\0', 0))
		tell_named(REF(K_REF_FSCONTEXT, by), addr + 2,
			   NS_AT(st, READ(CAST(own, struct mqueue_fs_context), ipc_ns), K_IPC),
			   pids, fd, name);
	else if ((type << 16) >> 16 == NAME8('c', 'g', 'r', 'o', 'u', 'p', 0, 0))
		tell_named(REF(K_REF_FSCONTEXT, by), addr + 2,
			   NS_AT(st, READ(CAST(own, struct cgroup_fs_context), ns), K_CGROUP), pids,
			   fd, name);
	return 0;
}

__noinline int tell_anon_file(uint64_t file, uint32_t by, uint64_t pids, int fd)
{
	struct k_state *st = state();
	uint64_t word, data;

	if (!st)
		return 0;
	word = WORD(st, number(st, (void *)file_name(file)));
	data = private_data(st, file);
	if (word == NAME8('[', 'f', 's', 'c', 'o', 'n', 't', 'e'))
		return tell_fscontext(data, by, pids, fd);
	if (word == NAME8('[', 'p', 'e', 'r', 'f', '_', 'e', 'v'))
		tell(REF(K_REF_PERF, by), data,
		     NS_AT(st, READ(CAST(data, struct perf_event), ns), K_PID), pids, fd);
	/* Both may outlive the process whose memory it is. */
	if (word == NAME8('[', 'u', 's', 'e', 'r', 'f', 'a', 'u') &&
	    bpf_core_type_exists(struct userfaultfd_ctx))
		tell_mm(number(st, READ(CAST(data, struct userfaultfd_ctx), mm)), by, pids, fd);
	if (word == NAME8('[', 'i', 'o', '_', 'u', 'r', 'i', 'n') &&
	    bpf_core_field_exists(struct io_ring_ctx, mm_account) &&
	    bpf_core_field_exists(struct io_ring_ctx, sq_creds)) {
		tell_mm(number(st, READ(CAST(data, struct io_ring_ctx), mm_account)), by, pids, fd);
		tell_cred(number(st, READ(CAST(data, struct io_ring_ctx), sq_creds)), by, pids, fd);
		return IS_RING;
	}
	if (word == NAME8('i', 'n', 'o', 't', 'i', 'f', 'y', '\0') ||
	    word == NAME8('a', 'n', 'o', 'n', '_', 'i', 'n', 'o'))
		tell_ucounts(number(st,
				    READ(CAST(data, struct fsnotify_group), inotify_data.ucounts)),
			     by, pids, fd);
	if (word == NAME8('[', 'f', 'a', 'n', 'o', 't', 'i', 'f') &&
	    bpf_core_field_exists(struct fsnotify_group, fanotify_data.ucounts)) {
		tell_ucounts(number(st,
				    READ(CAST(data, struct fsnotify_group), fanotify_data.ucounts)),
			     by, pids, fd);
		if (bpf_core_field_exists(struct fsnotify_group, user_ns))
			tell(REF(K_REF_FANOTIFY, by), data,
			     NS_AT(st, READ(CAST(data, struct fsnotify_group), user_ns), K_USER),
			     pids, fd);
	}
	return 0;
}

static __always_inline void tell_cgroup_file(struct k_state *st, uint64_t file, uint32_t by,
					     uint64_t pids, int fd)
{
	uint64_t of = seq_private(st, file);
	uint64_t ctx = number(st, READ(CAST(of, struct kernfs_open_file), priv));

	/* Since 5.17; before, such a file counts on no namespace. */
	if (!bpf_core_field_exists(struct cgroup_file_ctx, ns))
		return;
	if (of && ctx)
		tell_named(REF(K_REF_CGROUP_FILE, by), file,
			   NS_AT(st, READ(CAST(ctx, struct cgroup_file_ctx), ns), K_CGROUP), pids,
			   fd, number(st, (void *)file_name(file)));
}

/*
 * A mount of no namespace: it was unmounted while it was in use, and what is mounted below
 * it stays with it (umount_tree). The kernel's own have one that is no pointer.
 */
static uint64_t top_mount(struct k_state *st, uint64_t addr)
{
	for (int depth = 0; depth < 32; depth++) {
		uint64_t parent = number(st, READ(CAST(addr, struct mount), mnt_parent));

		if (!parent || parent == addr)
			break;
		addr = parent;
	}
	return addr;
}

__noinline int tell_tree(uint64_t vfsmount, uint32_t by, uint64_t pids, int fd)
{
	uint64_t addr = vfsmount - bpf_core_field_offset(struct mount, mnt);
	struct k_state *st = state();

	if (!st || !vfsmount || READ(CAST(addr, struct mount), mnt_ns))
		return 0;
	addr = top_mount(st, addr);
	tell(REF(K_REF_TREE, by), addr, addr, pids, fd);
	return 0;
}

/* A tree that open_tree(2) or fsmount(2) made hangs in a mount namespace of its own. */
static __always_inline void tell_anon_mnt(struct k_state *st, uint64_t vfsmount, uint32_t by,
					  uint64_t pids, int fd)
{
	struct mount *m = CAST(vfsmount - bpf_core_field_offset(struct mount, mnt), struct mount);
	struct mnt_namespace *ns = READ(m, mnt_ns);

	enum { MNT_NS_ANON_INO = 0xeffffff7 };

	if (!ns || READ(CAST(NS_AT(st, ns, K_MNT), struct ns_common), inum) != MNT_NS_ANON_INO)
		return;
	tell(REF(K_REF_ANON_MNT, by), NS_AT(st, ns, K_MNT), NS_AT(st, READ(ns, user_ns), K_USER),
	     pids, fd);
	tell_ucounts(number(st, READ(ns, ucounts)), by, pids, fd);
}

/* Whom it is to signal (F_SETOWN). */
static uint64_t file_owner(struct k_state *st, uint64_t file)
{
	uint64_t at = file + bpf_core_field_offset(struct file, f_owner);

	if (bpf_core_field_size(struct file, f_owner) == sizeof(void *))
		at = WORD(st, at);
	return at ? number(st, READ(CAST(at, struct fown_struct), pid)) : 0;
}

/* A message queue: who is to be told of a message (mq_notify), and whose memory it is. */
__noinline int tell_mqueue(uint64_t inode, uint32_t by, uint64_t pids, int fd)
{
	uint64_t addr = inode - bpf_core_field_offset(struct mqueue_inode_info, vfs_inode);
	struct mqueue_inode_info *q = CAST(addr, struct mqueue_inode_info);
	struct k_state *st = state();

	if (!st || !bpf_core_type_exists(struct mqueue_inode_info))
		return 0;
	tell(REF(K_REF_MQ_NOTIFY, by), addr, NS_AT(st, READ(q, notify_user_ns), K_USER), pids, fd);
	tell_pid(number(st, READ(q, notify_owner)), by, pids, fd);
	if (bpf_core_field_exists(struct mqueue_inode_info, ucounts))
		tell_ucounts(number(st, READ(q, ucounts)), by, pids, fd);
	return 0;
}

/* One open file, wherever it was found; IS_SOCKET, IS_RING or 0. */
__noinline int tell_file(uint64_t addr, uint32_t by, uint64_t pids, int fd)
{
	struct file *f = CAST(addr, struct file);
	struct k_state *st = state();
	uint64_t inode, data;
	uint32_t magic;

	if (!st || !addr)
		return 0;
	inode = number(st, READ(f, f_inode));
	data = number(st, READ(f, private_data));
	magic = READ(CAST(inode, struct inode), i_sb, s_magic);
	if (st->is_brief && magic != SOCKFS_MAGIC && magic != NSFS_MAGIC)
		return 0;
	tell_cred(number(st, READ(f, f_cred)), by, pids, fd);
	tell_pid(file_owner(st, addr), by, pids, fd);
	tell_tree(number(st, READ(f, f_path.mnt)), by, pids, fd);
	if (READ(f, f_mode) & MODE_PATH)
		tell_anon_mnt(st, number(st, READ(f, f_path.mnt)), by, pids, fd);
	switch (magic) {
	case SOCKFS_MAGIC:
		tell_sock(number(st, READ(CAST(data, struct socket), sk)), by, pids, fd,
			  READ(CAST(inode, struct inode), i_ino));
		return IS_SOCKET;
	case NSFS_MAGIC:
		tell(REF(K_REF_FD, by), addr,
		     number(st, READ(CAST(inode, struct inode), i_private)), pids, fd);
		break;
	case PIDFS_MAGIC:
		tell_pid(number(st, READ(CAST(inode, struct inode), i_private)), by, pids, fd);
		break;
	case PROC_MAGIC:
		tell_proc_file(st, addr, inode, by, pids, fd);
		break;
	case ANON_MAGIC:
		return tell_anon_file(addr, by, pids, fd);
	case MQUEUE_MAGIC:
		tell_mqueue(inode, by, pids, fd);
		break;
	case CGROUP_MAGIC:
	case CGROUP2_MAGIC:
		tell_cgroup_file(st, addr, by, pids, fd);
		break;
	default:
		if (READ(CAST(inode, struct inode), i_rdev) == TUN_RDEV)
			tell_sock(data, by, pids, fd, 0);
	}
	return 0;
}

#endif
