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

/* Eight bytes of an array of long. */
#define LONG(st, base, i) number(st, CAST((base) + 8ull * (i), struct list_head)->next)

/* By its number in this kernel: the order has changed and will. */
#define READ_KIND(st, r, base, kind, type)                                                         \
	do {                                                                                       \
		(r)->n[kind] = -1;                                                                 \
		if (bpf_core_enum_value_exists(enum ucount_type, type))                            \
			(r)->n[kind] =                                                             \
				LONG(st, base, bpf_core_enum_value(enum ucount_type, type));       \
	} while (0)

__noinline int read_kinds(uint32_t row, uint64_t base)
{
	struct k_quota *r = bpf_map_lookup_elem(&k_quotas, &row);
	struct k_state *st = state();

	if (!st || !r)
		return 0;
	READ_KIND(st, r, base, K_USER, UCOUNT_USER_NAMESPACES);
	READ_KIND(st, r, base, K_PID, UCOUNT_PID_NAMESPACES);
	READ_KIND(st, r, base, K_UTS, UCOUNT_UTS_NAMESPACES);
	READ_KIND(st, r, base, K_IPC, UCOUNT_IPC_NAMESPACES);
	READ_KIND(st, r, base, K_NET, UCOUNT_NET_NAMESPACES);
	READ_KIND(st, r, base, K_MNT, UCOUNT_MNT_NAMESPACES);
	READ_KIND(st, r, base, K_CGROUP, UCOUNT_CGROUP_NAMESPACES);
	READ_KIND(st, r, base, K_TIME, UCOUNT_TIME_NAMESPACES);
	return 0;
}

static void read_used(struct k_state *st, struct k_quota *r, uint32_t row)
{
	struct ucounts *u = CAST(r->addr, struct ucounts);

	r->ns = COMMON(u->ns, K_USER);
	r->inum = CAST(r->ns, struct ns_common)->inum;
	r->uid = AT(u, struct ucounts, uid, uint32_t);
	read_kinds(row, r->addr + bpf_core_field_offset(struct ucounts, ucount));
}

static void read_max(struct k_state *st, struct k_quota *r, uint32_t row)
{
	r->ns = r->addr;
	r->inum = CAST(r->addr, struct ns_common)->inum;
	r->uid = 0;
	read_kinds(row, r->addr - ns_offset(K_USER) +
				bpf_core_field_offset(struct user_namespace, ucount_max));
}

__noinline int read_row(uint32_t row)
{
	struct k_quota *r = bpf_map_lookup_elem(&k_quotas, &row);
	struct k_state *st = state();

	if (!st || !r)
		return 0;
	if (r->is_used)
		read_used(st, r, row);
	else
		read_max(st, r, row);
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

static void tell_tasks(struct k_state *st)
{
	struct bpf_iter_task it;
	struct task_struct *t;

	if (!bpf_core_field_exists(struct cred, ucounts))
		return;
	bpf_iter_task_new(&it, NULL, BPF_TASK_ITER_ALL_THREADS);
	while ((t = bpf_iter_task_next(&it)))
		tell_ucounts(number(st, CAST(t, struct task_struct)->real_cred->ucounts));
	bpf_iter_task_destroy(&it);
}

SEC("syscall")
int read_quotas(void *ctx)
{
	struct k_state *st = state();
	struct bpf_iter_num it;
	int *i;

	if (!st)
		return -1;
	bpf_rcu_read_lock();
	bpf_iter_num_new(&it, 0, st->n_addrs);
	while ((i = bpf_iter_num_next(&it)))
		read_row(*i);
	bpf_iter_num_destroy(&it);
	tell_tasks(st);
	bpf_rcu_read_unlock();
	return 0;
}

char gpl[] SEC("license") = "GPL";
