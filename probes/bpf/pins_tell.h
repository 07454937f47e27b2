/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs of pins.bpf.c tell: an object that counts a reference on a
 * namespace, and one that has it.
 */
#ifndef NSCOPE_PINS_TELL_H
#define NSCOPE_PINS_TELL_H

#include "kernel_common.h"

K_ARRAY(k_holds, struct k_hold, 1);
K_ARRAY(k_addrs, struct k_addr, 1);

enum {
	INIT_USER_INUM = 0xeffffffd,
	INIT_PID_INUM = 0xeffffffc,
	SOCKFS_MAGIC = 0x534f434b,
	NSFS_MAGIC = 0x6e736673,
	PROC_MAGIC = 0x9fa0,
	PIDFS_MAGIC = 0x50494446,
	ANON_MAGIC = 0x09041934,
	CGROUP_MAGIC = 0x27e0eb,
	CGROUP2_MAGIC = 0x63677270,
	MQUEUE_MAGIC = 0x19800202,
	TUN_RDEV = 10 << 20 | 200,
	MODE_PATH = 0x4000, /* FMODE_PATH */
	TCP_LISTEN = 10,
	AF_UNIX = 1,
	AF_INET = 2,
	AF_INET6 = 10,
	/* Where the verifier goes through each round; what is beyond is told as cut. */
	MAX_QUEUE = 256,
	MAX_FLIGHT = 253, /* SCM_MAX_FD */
	MAX_IPC = 1024,
	MAX_FIXED = 512,  /* files of a ring */
	MAX_PLACES = 256, /* mounts of a superblock */
	MAX_CPUS = 1024,
	MAX_FIXED_FILES = 1 << 20, /* one more than IORING_MAX_FIXED_FILES allows */
};

/* A pointer (or eight bytes of a name) at an address. */
#define WORD(st, addr) number(st, READ(CAST(addr, struct list_head), next))

/* Eight characters as such a word. */
#define NAME8(a, b, c, d, e, f, g, h)                                                              \
	((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 |          \
	 (uint64_t)(e) << 32 | (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)

/* The namespace is an initial one, of which only the objects count, not who has them. */
static inline int is_initial(uint64_t ns)
{
	uint32_t inum = READ(CAST(ns, struct ns_common), inum);

	return inum == INIT_USER_INUM || inum == INIT_PID_INUM;
}

/*
 * Tell that obj counts a reference on ns, and of one that has it: by and a tid
 * or fd. Returns the number of the record + 1, or 0 when it is known already.
 */
__noinline int tell(uint32_t ref_by, uint64_t obj, uint64_t ns, uint64_t pids, int fd)
{
	struct k_state *st = state();
	struct k_hold *r;
	uint64_t key;
	uint32_t row;

	if (!st || !obj || !ns)
		return 0;
	/* Addresses lie near each other, as numbers of processes do: mixed, sums rarely meet. */
	key = obj * 0x9e3779b97f4a7c15ull + (ref_by & 0xff) * 0xc2b2ae3d27d4eb4full;
	if (!is_initial(ns) || (ref_by & 0xff) == K_REF_ANON_MNT)
		key += (pids >> 32) * 0x165667b19e3779f9ull;
	key ^= key >> 29;
	if (st->nss[hash(key)] == key)
		return 0;
	st->nss[hash(key)] = key;
	row = st->n_holds++;
	r = bpf_map_lookup_elem(&k_holds, &row);
	if (!r)
		return 0;
	__builtin_memset(r, 0, sizeof(*r));
	r->obj = obj;
	r->ns = ns;
	r->ref = ref_by & 0xff;
	r->by = ref_by >> 8;
	r->pid = pids >> 32;
	r->tid = (int32_t)pids;
	r->fd = fd;
	return row + 1;
}

#define REF(ref, by) ((ref) | (by) << 8)

__noinline int tell_cred(uint64_t addr, uint32_t by, uint64_t pids, int fd)
{
	struct cred *c = CAST(addr, struct cred);
	struct k_state *st = state();

	if (!st || !addr)
		return 0;
	tell(REF(K_REF_CRED, by), addr, number(st, (void *)COMMON(READ(c, user_ns), K_USER)), pids,
	     fd);
	if (bpf_core_field_exists(struct cred, ucounts))
		tell(REF(K_REF_UCOUNTS, by), number(st, READ(c, ucounts)),
		     number(st, (void *)COMMON(READ(c, ucounts, ns), K_USER)), pids, fd);
	return 0;
}

__noinline int tell_ucounts(uint64_t addr, uint32_t by, uint64_t pids, int fd)
{
	struct k_state *st = state();

	if (!st || !addr)
		return 0;
	return tell(REF(K_REF_UCOUNTS, by), addr,
		    number(st, (void *)COMMON(READ(CAST(addr, struct ucounts), ns), K_USER)), pids,
		    fd);
}

__noinline int tell_pid(uint64_t addr, uint32_t by, uint64_t pids, int fd)
{
	struct pid *pid = CAST(addr, struct pid);
	uint64_t numbers = addr + bpf_core_field_offset(struct pid, numbers);
	struct k_state *st = state();
	struct upid *last;

	if (!st || !addr)
		return 0;
	last = CAST(numbers + READ(pid, level) * sizeof(*last), struct upid);
	return tell(REF(K_REF_PID, by), addr, number(st, (void *)COMMON(READ(last, ns), K_PID)),
		    pids, fd);
}

__noinline int tell_mm(uint64_t addr, uint32_t by, uint64_t pids, int fd)
{
	struct k_state *st = state();

	if (st && addr)
		tell(REF(K_REF_MM, by), addr,
		     number(st,
			    (void *)COMMON(READ(CAST(addr, struct mm_struct), user_ns), K_USER)),
		     pids, fd);
	return 0;
}

/* tgid << 32 | tid, as the reader numbers them. */
static uint64_t pids_of(struct k_state *st, struct task_struct *t)
{
	if (st->level)
		return (uint64_t)nr_here(number(st, READ(t, signal, pids[1]))) << 32 |
		       (uint32_t)nr_here(number(st, READ(t, thread_pid)));
	return (uint64_t)READ(t, tgid) << 32 | (uint32_t)READ(t, pid);
}

#endif
