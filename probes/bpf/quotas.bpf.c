/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotas of namespaces: the limits of user namespaces (ucount_max) and what users
 * have used of them (struct ucounts). The reader asks for what it found at the
 * namespaces; a task's own ucounts is told besides, for it may be all that leads to
 * one.
 */
#include "kernel_common.h"

/* Asked for: the first st->n_addrs rows; the rest is what tasks have. */
K_ARRAY(k_quotas, struct k_quota, 1);

enum ucount_type {
	UCOUNT_USER_NAMESPACES,
	UCOUNT_PID_NAMESPACES,
	UCOUNT_UTS_NAMESPACES,
	UCOUNT_IPC_NAMESPACES,
	UCOUNT_NET_NAMESPACES,
	UCOUNT_MNT_NAMESPACES,
	UCOUNT_CGROUP_NAMESPACES,
	UCOUNT_TIME_NAMESPACES,
};

/* The i-th of an array of long; before 5.14, of int. */
static int64_t number_at(uint64_t base, uint64_t i)
{
	if (bpf_core_field_size(struct user_namespace, ucount_max[0]) == sizeof(int32_t))
		return (int32_t)(uint64_t)READ(CAST(base + 4 * i, struct list_head), next);
	return (int64_t)READ(CAST(base + 8 * i, struct list_head), next);
}

/* By its number in this kernel: the order has changed and will. */
#define READ_KIND(r, base, kind, type)                                                             \
	do {                                                                                       \
		(r)->n[kind] = -1;                                                                 \
		if (bpf_core_enum_value_exists(enum ucount_type, type))                            \
			(r)->n[kind] =                                                             \
				number_at(base, bpf_core_enum_value(enum ucount_type, type));      \
	} while (0)

__noinline int read_kinds(uint32_t row, uint64_t base)
{
	struct k_quota *r = bpf_map_lookup_elem(&k_quotas, &row);

	if (!r)
		return 0;
	READ_KIND(r, base, K_USER, UCOUNT_USER_NAMESPACES);
	READ_KIND(r, base, K_PID, UCOUNT_PID_NAMESPACES);
	READ_KIND(r, base, K_UTS, UCOUNT_UTS_NAMESPACES);
	READ_KIND(r, base, K_IPC, UCOUNT_IPC_NAMESPACES);
	READ_KIND(r, base, K_NET, UCOUNT_NET_NAMESPACES);
	READ_KIND(r, base, K_MNT, UCOUNT_MNT_NAMESPACES);
	READ_KIND(r, base, K_CGROUP, UCOUNT_CGROUP_NAMESPACES);
	READ_KIND(r, base, K_TIME, UCOUNT_TIME_NAMESPACES);
	return 0;
}

static void read_used(struct k_quota *r, uint32_t row)
{
	struct ucounts *u = CAST(r->addr, struct ucounts);

	r->ns = COMMON(READ(u, ns), K_USER);
	r->inum = READ(CAST(r->ns, struct ns_common), inum);
	r->uid = AT(u, struct ucounts, uid, uint32_t);
	read_kinds(row, r->addr + bpf_core_field_offset(struct ucounts, ucount));
}

static void read_max(struct k_quota *r, uint32_t row)
{
	r->ns = r->addr;
	r->inum = READ(CAST(r->addr, struct ns_common), inum);
	r->uid = 0;
	read_kinds(row, r->addr - ns_offset(K_USER) +
				bpf_core_field_offset(struct user_namespace, ucount_max));
}

__noinline int read_row(uint32_t row)
{
	struct k_quota *r = bpf_map_lookup_elem(&k_quotas, &row);

	if (!r)
		return 0;
	if (r->is_used)
		read_used(r, row);
	else
		read_max(r, row);
	return 0;
}

__noinline int tell_ucounts(uint64_t addr)
{
	struct k_state *st = state();
	struct k_quota *r;
	uint32_t row;

	if (!st || !addr || st->nss[hash(addr)] == addr)
		return 0;
	st->nss[hash(addr)] = addr;
	row = st->n_addrs++;
	r = bpf_map_lookup_elem(&k_quotas, &row);
	if (!r)
		return 0;
	r->addr = addr;
	r->is_used = 1;
	return read_row(row);
}

/* Those behind the last are read in vain. */
__noinline int read_some_rows(uint32_t some)
{
	uint32_t i;

	K_FOR (i, K_SOME, K_SOME)
		read_row(some * K_SOME + i);
	return 0;
}

static int begin(struct k_state *st)
{
	uint32_t some;

	K_FOR (some, (st->n_addrs + K_SOME - 1) / K_SOME, K_SOME)
		read_some_rows(some);
	return bpf_core_field_exists(struct cred, ucounts);
}

static void tell_task(struct k_state *st, struct task_struct *t)
{
	tell_ucounts(number(st, READ(t, real_cred, ucounts)));
}

K_TASKS(read_quotas, begin, tell_task)

char gpl[] SEC("license") = "GPL";
