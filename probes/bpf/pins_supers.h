/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Superblocks and the mounts of namespaces, and what System V IPC pins.
 */
#ifndef NSCOPE_PINS_SUPERS_H
#define NSCOPE_PINS_SUPERS_H

#include "pins_files.h"

/* A superblock of the list, and not its head: it has a user namespace for an owner. */
static int is_super(struct k_state *st, uint64_t addr, uint64_t user_ops)
{
	struct super_block *sb = CAST(addr, struct super_block);
	uint64_t user_ns = NS_AT(st, READ(sb, s_user_ns), K_USER);

	return READ(sb, s_type) &&
	       number(st, READ(CAST(user_ns, struct ns_common), ops)) == user_ops;
}

/* The first mount of a superblock, 0 for none: of a chain since 6.18, of a ring before. */
static uint64_t first_mount(struct k_state *st, uint64_t sb)
{
	uint64_t head = sb + bpf_core_field_offset(struct super_block, s_mounts);
	uint64_t node = WORD(st, head);

	if (bpf_core_field_exists(struct mount, mnt_next_for_sb))
		return node;
	return node && node != head ? node - bpf_core_field_offset(struct mount___v33, mnt_instance)
				    : 0;
}

static uint64_t next_mount(struct k_state *st, uint64_t m, uint64_t sb)
{
	uint64_t head = sb + bpf_core_field_offset(struct super_block, s_mounts), node;

	if (bpf_core_field_exists(struct mount, mnt_next_for_sb))
		return number(st, READ(CAST(m, struct mount), mnt_next_for_sb));
	node = number(st, READ(CAST(m, struct mount___v33), mnt_instance.next));
	return node && node != head ? node - bpf_core_field_offset(struct mount___v33, mnt_instance)
				    : 0;
}

/*
 * What a superblock counts on, and each mount namespace that it is mounted in: as long as it
 * is anywhere, it stays. The kernel's own mounts are in none.
 */
__noinline int tell_mounted(uint32_t ref, uint64_t obj, uint64_t ns, uint64_t sb, uint64_t name)
{
	struct k_state *st = state();
	uint64_t m = 0;
	uint32_t i;

	if (!st)
		return 0;
	if (!is_initial(ns))
		m = first_mount(st, sb);
	if (!m) {
		tell_named(REF(ref, K_BY_SUPER), obj, ns, 0, -1, name);
		return 0;
	}
	K_FOR (i, MAX_LIST, MAX_PLACES) {
		uint64_t where;

		if (!m)
			break;
		where = NS_AT(st, READ(CAST(m, struct mount), mnt_ns), K_MNT);
		tell_where(REF(ref, K_BY_SUPER), obj, ns, where, name);
		m = next_mount(st, m, sb);
	}
	return 0;
}

__noinline int tell_fuse(uint64_t sb, uint64_t mount, uint64_t name)
{
	struct k_state *st = state();
	struct fuse_conn *fc;
	uint64_t conn;

	if (!st || !mount)
		return 0;
	if (!bpf_core_type_exists(struct fuse_mount)) {
		st->n_opaque++;
		return 0;
	}
	fc = READ(CAST(mount, struct fuse_mount), fc);
	conn = number(st, fc);
	tell_mounted(K_REF_FUSE, conn, NS_AT(st, READ(fc, user_ns), K_USER), sb, name);
	tell_mounted(K_REF_FUSE, conn + 1, NS_AT(st, READ(fc, pid_ns), K_PID), sb, name);
	return 0;
}

__noinline int tell_overlay(uint64_t info, uint64_t ns)
{
	struct k_state *st = state();

	if (!st || !info)
		return 0;
	if (bpf_core_type_exists(struct ovl_fs))
		tell_cred(number(st, READ(CAST(info, struct ovl_fs), creator_cred)), K_BY_SUPER, 0,
			  -1);
	else if (!is_initial(ns))
		st->n_opaque++;
	return 0;
}

/* A mount of a namespace file; where it is mounted is nowhere for a tree that was cut off. */
__noinline int tell_nsfs_mount(uint64_t addr)
{
	struct mount *m = CAST(addr, struct mount);
	struct k_state *st = state();
	struct k_hold *r;
	uint64_t ns;
	uint32_t row;

	if (!st)
		return 0;
	ns = number(st, READ(m, mnt.mnt_root, d_inode, i_private));
	row = tell(REF(K_REF_BIND, K_BY_SUPER), addr, ns, 0, -1);
	if (!row--)
		return 0;
	r = bpf_map_lookup_elem(&k_holds, &row);
	if (!r)
		return 0;
	r->ino = READ(m, mnt_id);
	r->where = READ(m, mnt_ns) ? NS_AT(st, READ(m, mnt_ns), K_MNT) : top_mount(st, addr);
	return 0;
}

/* Returns the one behind them. */
__noinline uint64_t tell_some_mounts(uint64_t m, uint64_t sb)
{
	struct k_state *st = state();
	uint32_t i;

	if (!st)
		return 0;
	K_FOR (i, K_SOME, K_SOME) {
		tell_nsfs_mount(m);
		m = next_mount(st, m, sb);
		if (!m)
			break;
	}
	return m;
}

__noinline int walk_nsfs_mounts(uint64_t sb)
{
	struct k_state *st = state();
	uint64_t m;
	uint32_t i;

	if (!st)
		return 0;
	m = first_mount(st, sb);
	K_FOR (i, MAX_LIST, K_SOME) {
		if (!m)
			break;
		m = tell_some_mounts(m, sb);
	}
	return 0;
}

static void tell_known_super(uint64_t addr)
{
	struct super_block *sb = CAST(addr, struct super_block);
	struct k_state *st = state();
	uint64_t name, type, info;

	if (!st)
		return;
	name = number(st, READ(sb, s_type, name));
	type = WORD(st, name);
	info = number(st, READ(sb, s_fs_info));
	tell_mounted(K_REF_SUPER, addr, NS_AT(st, READ(sb, s_user_ns), K_USER), addr, name);
	if ((type << 24) >> 24 == NAME8('p', 'r', 'o', 'c', '\0', 0, 0, 0)) {
		if (info)
			tell_mounted(K_REF_PROC_SUPER, addr,
				     NS_AT(st, READ(CAST(info, struct proc_fs_info), pid_ns),
					   K_PID),
				     addr, name);
	} else if ((type << 24) >> 24 == NAME8('f', 'u', 's', 'e', '\0', 0, 0, 0) ||
		   type == NAME8('f', 'u', 's', 'e', 'b', 'l', 'k', '\0')) {
		tell_fuse(addr, info, name);
	} else if (type == NAME8('o', 'v', 'e', 'r', 'l', 'a', 'y', '\0')) {
		tell_overlay(info, NS_AT(st, READ(sb, s_user_ns), K_USER));
	} else if (type == NAME8('b', 'i', 'n', 'f', 'm', 't', '_', 'm')) {
		tell_named(REF(K_REF_BINFMT, K_BY_SUPER), addr, info + ns_offset(K_USER), 0, -1,
			   name);
	} else if (READ(sb, s_magic) == NSFS_MAGIC) {
		walk_nsfs_mounts(addr);
	}
}

/* An entry of the ring of superblocks, if it is one. Returns the next. */
__noinline uint64_t tell_super(uint64_t addr, uint64_t user_ops)
{
	struct k_state *st = state();

	if (!st)
		return 0;
	if (is_super(st, addr, user_ops))
		tell_known_super(addr);
	return number(st, READ(CAST(addr, struct super_block), s_list.next)) -
	       bpf_core_field_offset(struct super_block, s_list);
}

/* Some more, from one that is not the first any more. Returns the next; 0: that is all. */
__noinline uint64_t tell_some_supers(uint64_t sb, uint64_t first, uint64_t ops)
{
	uint32_t i;

	K_FOR (i, K_SOME, K_SOME) {
		sb = tell_super(sb, ops);
		if (sb == first || sb + bpf_core_field_offset(struct super_block, s_list) == 0)
			return 0;
	}
	return sb;
}

/* All superblocks, from one of them round the ring; its head is none. */
__noinline int walk_supers(uint64_t first)
{
	struct task_struct *self = CAST(bpf_get_current_task(), struct task_struct);
	struct k_state *st = state();
	uint64_t user_ns, ops, sb = first;
	uint32_t i;

	if (!st)
		return 0;
	user_ns = NS_AT(st, READ(self, real_cred, user_ns), K_USER);
	ops = number(st, READ(CAST(user_ns, struct ns_common), ops));
	K_FOR (i, MAX_LIST, K_SOME) {
		sb = tell_some_supers(sb, first, ops);
		if (!sb)
			break;
	}
	return 0;
}

/* ---- System V IPC ---- */

/* What an index leads to in an xarray of at most 2^18 entries; 0 for nothing. */
static uint64_t xa_entry(struct k_state *st, uint64_t head, uint32_t index)
{
	uint64_t entry = head;

	for (int depth = 0; depth < 3 && (entry & 3) == 2 && entry > 4096; depth++) {
		uint64_t node = entry - 2;
		uint32_t slot = index >> (READ(CAST(node, struct xa_node), shift) & 31) & 63;

		entry = WORD(st, node + bpf_core_field_offset(struct xa_node, slots) + slot * 8ull);
	}
	return (entry & 3) || (entry == head && index) ? 0 : entry;
}

enum { SEM, MSG, SHM };

/* The record of an object: in which IPC namespace it is, and what it is. */
static __always_inline void name_ipc(uint32_t row, uint64_t ns, uint32_t kind)
{
	struct k_hold *r;

	if (!row--)
		return;
	r = bpf_map_lookup_elem(&k_holds, &row);
	if (!r)
		return;
	r->where = ns;
	r->name[0] = kind == MSG ? 'm' : 's';
	r->name[1] = kind == SEM ? 'e' : kind == MSG ? 's' : 'h';
	r->name[2] = kind == MSG ? 'g' : 'm';
}

/* In place of a process, so that each object that remembers the same one has a record. */
static uint64_t ipc_key(uint32_t kind, int id)
{
	return ((uint64_t)id * 3 + kind + 1) << 32;
}

__noinline int tell_ipc_pid(uint64_t pid, uint64_t ns, uint32_t kind, int id)
{
	name_ipc(tell_pid(pid, K_BY_IPC, ipc_key(kind, id), id), ns, kind);
	return 0;
}

/* The processes that a segment, a set of semaphores or a queue remembers. */
__noinline int tell_ipc_object(uint64_t addr, uint64_t ns, uint32_t kind)
{
	int id = READ(CAST(addr, struct kern_ipc_perm), id);
	struct k_state *st = state();
	uint32_t i;

	if (!st)
		return 0;
	if (kind == SHM) {
		struct shmid_kernel *shm = CAST(addr, struct shmid_kernel);

		tell_ipc_pid(number(st, READ(shm, shm_cprid)), ns, kind, id);
		tell_ipc_pid(number(st, READ(shm, shm_lprid)), ns, kind, id);
		if (bpf_core_field_exists(struct shmid_kernel, mlock_ucounts))
			name_ipc(tell_ucounts(number(st, READ(shm, mlock_ucounts)), K_BY_IPC,
					      ipc_key(kind, id), id),
				 ns, kind);
	} else if (kind == MSG) {
		struct msg_queue *msg = CAST(addr, struct msg_queue);

		tell_ipc_pid(number(st, READ(msg, q_lspid)), ns, kind, id);
		tell_ipc_pid(number(st, READ(msg, q_lrpid)), ns, kind, id);
	} else {
		uint64_t sems = addr + bpf_core_field_offset(struct sem_array, sems);

		K_FOR (i, READ(CAST(addr, struct sem_array), sem_nsems), MAX_IPC) {
			uint64_t sem = sems + i * (uint64_t)bpf_core_type_size(struct sem);

			tell_ipc_pid(number(st, READ(CAST(sem, struct sem), sempid)), ns, kind, id);
		}
	}
	return 0;
}

__noinline int tell_ipc_index(uint64_t head, uint32_t i, uint64_t ns, uint32_t kind)
{
	struct k_state *st = state();
	uint64_t object = st ? xa_entry(st, head, i) : 0;

	return object ? tell_ipc_object(object, ns, kind) : 0;
}

/* ns is the address of its ns_common, as it is told. */
__noinline int walk_ipc_ids(uint64_t ns, uint32_t kind)
{
	uint64_t ids = ns - ns_offset(K_IPC) + bpf_core_field_offset(struct ipc_namespace, ids) +
		       kind * (uint64_t)bpf_core_type_size(struct ipc_ids);
	struct ipc_ids *set = CAST(ids, struct ipc_ids);
	struct k_state *st = state();
	uint64_t head;
	uint32_t i;

	if (!st || !READ(set, in_use))
		return 0;
	head = number(st, READ(set, ipcs_idr.idr_rt.xa_head));
	K_FOR (i, READ(set, max_idx) + 1, MAX_IPC)
		tell_ipc_index(head, i, ns, kind);
	return 0;
}

/* A mapping. That of a segment has a file of its own, which keeps the namespace. */
__noinline int tell_vma(uint64_t file, uint64_t pids)
{
	struct k_state *st = state();
	struct shm_file_data *data;
	uint64_t name;

	if (!st || !file)
		return 0;
	tell_cred(number(st, READ(CAST(file, struct file), f_cred)), K_BY_TASK, pids, -1);
	name = number(st, (void *)file_name(file));
	if ((uint32_t)WORD(st, name) != ('S' | 'Y' << 8 | 'S' << 16 | 'V' << 24))
		return 0;
	data = CAST(number(st, READ(CAST(file, struct file), private_data)), struct shm_file_data);
	if (!READ(data, file) ||
	    READ(data, file, f_inode) != READ(CAST(file, struct file), f_inode))
		return 0;
	tell_named(REF(K_REF_SHM, K_BY_TASK), file, NS_AT(st, READ(data, ns), K_IPC), pids, -1,
		   name);
	return 0;
}

#endif
