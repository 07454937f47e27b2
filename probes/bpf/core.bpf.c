/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks, their nsproxies and the namespaces: all that the tree and `ls` show,
 * in one system call. The program runs when the probe says so; nothing is attached
 * to anything.
 *
 * Lists are reached from `current`, for symbols of data are not to be had on
 * kernels without KALLSYMS_ALL.
 */
#include "kernel_common.h"

/* The reader gives each its size before it loads them. */
K_ARRAY(k_tasks, struct k_task, 1);
K_ARRAY(k_deep, struct k_pids, 1);
K_ARRAY(k_nsproxies, struct k_nsproxy, 1);
K_ARRAY(k_nss, struct k_ns, 1);
K_ARRAY(k_addrs, struct k_addr, 1);
K_ARRAY(k_binds, struct k_bind, 1);

/* Its owner, and the ucounts that it is charged to; these pin the user namespace of theirs. */
#define READ_OWNER(r, obj, type)                                                                   \
	do {                                                                                       \
		(r)->owner = COMMON(READ((obj), user_ns), K_USER);                                 \
		READ_UCOUNTS(r, obj, type);                                                        \
	} while (0)

#define READ_UCOUNTS(r, obj, type)                                                                 \
	do {                                                                                       \
		if (bpf_core_field_exists(type, ucounts)) {                                        \
			(r)->ucounts = (uint64_t)READ((obj), ucounts);                             \
			(r)->ucounts_ns = COMMON(READ((obj), ucounts, ns), K_USER);                \
		}                                                                                  \
	} while (0)

#define READ_SIMPLE(r, addr, type)                                                                 \
	do {                                                                                       \
		type *obj_ = CAST(addr, type);                                                     \
                                                                                                   \
		READ_OWNER(r, obj_, type);                                                         \
	} while (0)

static void read_pid_ns(struct k_ns *r, uint64_t addr)
{
	struct pid_namespace *p = CAST(addr, struct pid_namespace);

	READ_OWNER(r, p, struct pid_namespace);
	r->parent = COMMON(READ(p, parent), K_PID);
	r->level = READ(p, level);
	r->number = READ(p, pid_allocated);
}

static void read_user_ns(struct k_ns *r, uint64_t addr)
{
	struct user_namespace *u = CAST(addr, struct user_namespace);

	r->owner = r->parent = COMMON(READ(u, parent), K_USER);
	READ_UCOUNTS(r, u, struct user_namespace);
	r->level = READ(u, level);
	r->owner_uid = AT(u, struct user_namespace, owner, uint32_t);
}

static void read_ipc_ns(struct k_ns *r, uint64_t addr)
{
	enum { IPC_SHM_IDS = 2 };

	READ_SIMPLE(r, addr, struct ipc_namespace);
	r->number = READ(CAST(addr, struct ipc_namespace), ids[IPC_SHM_IDS].in_use);
}

/* What only its kind has: its owner, and what else the record has a place for. */
static void read_kind(struct k_ns *r, uint32_t kind, uint64_t addr)
{
	switch (kind) {
	case K_MNT:
		READ_SIMPLE(r, addr, struct mnt_namespace);
		if (bpf_core_field_exists(struct mnt_namespace___v40, seq))
			r->id = READ(CAST(addr, struct mnt_namespace___v40), seq);
		break;
	case K_NET:
		READ_SIMPLE(r, addr, struct net);
		break;
	case K_PID:
		read_pid_ns(r, addr);
		break;
	case K_USER:
		read_user_ns(r, addr);
		break;
	case K_IPC:
		read_ipc_ns(r, addr);
		break;
	case K_UTS:
		READ_SIMPLE(r, addr, struct uts_namespace);
		break;
	case K_CGROUP:
		READ_SIMPLE(r, addr, struct cgroup_namespace);
		break;
	case K_TIME:
		READ_SIMPLE(r, addr, struct time_namespace);
		break;
	}
}

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Until 5.10 each kind had a count of its own. */
struct uts_namespace___v510 {
	struct any kref;
};
struct ipc_namespace___v510 {
	struct any count;
};
struct mnt_namespace___v510 {
	struct any count;
};
struct pid_namespace___v510 {
	struct any kref;
};
struct net___v510 {
	struct any count;
};
struct user_namespace___v510 {
	struct any count;
};
struct cgroup_namespace___v510 {
	struct any count;
};
struct time_namespace___v510 {
	struct any kref;
};

#pragma clang attribute pop

static int32_t read_old_count(uint32_t kind, uint64_t addr)
{
	switch (kind) {
	case K_MNT:
		return AT(CAST(addr, struct mnt_namespace), struct mnt_namespace___v510, count,
			  int32_t);
	case K_NET:
		return AT(CAST(addr, struct net), struct net___v510, count, int32_t);
	case K_PID:
		return AT(CAST(addr, struct pid_namespace), struct pid_namespace___v510, kref,
			  int32_t);
	case K_USER:
		return AT(CAST(addr, struct user_namespace), struct user_namespace___v510, count,
			  int32_t);
	case K_IPC:
		return AT(CAST(addr, struct ipc_namespace), struct ipc_namespace___v510, count,
			  int32_t);
	case K_UTS:
		return AT(CAST(addr, struct uts_namespace), struct uts_namespace___v510, kref,
			  int32_t);
	case K_CGROUP:
		return AT(CAST(addr, struct cgroup_namespace), struct cgroup_namespace___v510,
			  count, int32_t);
	default:
		return AT(CAST(addr, struct time_namespace), struct time_namespace___v510, kref,
			  int32_t);
	}
}

/* The kernel's count of the namespace whose ns_common is at addr. */
static int32_t read_count(uint32_t kind, uint64_t addr)
{
	struct ns_common *c = CAST(addr, struct ns_common);

	if (bpf_core_field_exists(struct ns_common, __ns_ref))
		return AT(c, struct ns_common, __ns_ref, int32_t);
	if (bpf_core_field_exists(struct ns_common___v511, count))
		return AT(c, struct ns_common___v511, count, int32_t);
	return read_old_count(kind, addr - ns_offset(kind));
}

/*
 * Tell of the namespace whose ns_common is at addr, unless that was done. Not
 * static, as those below: the verifier then looks at it once, not at each call.
 */
__noinline int tell_ns(uint32_t kind, uint64_t addr)
{
	struct ns_common *c = CAST(addr, struct ns_common);
	struct k_state *st = state();
	struct k_ns *r;
	uint32_t row;

	if (!st || !addr || st->nss[hash(addr)] == addr)
		return 0;
	st->nss[hash(addr)] = addr;
	row = st->n_nss++;
	r = bpf_map_lookup_elem(&k_nss, &row);
	if (!r)
		return 0;
	r->addr = addr;
	r->kind = kind;
	r->inum = READ(c, inum);
	r->stashed = AT(c, struct ns_common, stashed, uint64_t);
	if (r->stashed && !st->nsfs)
		st->nsfs = number(st, READ(CAST(r->stashed, struct dentry), d_sb));
	r->refs = read_count(kind, addr);
	r->id = 0;
	if (bpf_core_field_exists(struct ns_common, ns_id))
		r->id = READ(c, ns_id);
	r->owner = r->parent = r->ucounts = r->ucounts_ns = 0;
	r->level = r->owner_uid = r->number = 0;
	read_kind(r, kind, addr - ns_offset(kind));
	return 0;
}

static uint64_t list_offset(void)
{
	if (bpf_core_field_exists(struct ns_common, ns_list_node))
		return bpf_core_field_offset(struct ns_common, ns_list_node);
	return bpf_core_field_offset(struct ns_common___v619, ns_tree_node.ns_list_entry);
}

/* Of 6.18, on which every reference there is was looked for and found, or newer. */
static int is_explored(void)
{
	return bpf_core_field_exists(struct ns_common, ns_list_node) ||
	       bpf_core_field_exists(struct ns_common___v619, __ns_ref_active);
}

static int has_lists(void)
{
	return K_HAS_CHAINS && is_explored();
}

/*
 * All namespaces of a kind: since 6.18 each is in a ring with a head that is no
 * namespace. The head is known by its "ops", which are not those of the kind.
 */
__noinline int tell_list(uint32_t kind, uint64_t seed)
{
	uint64_t start = seed + list_offset(), node = start;
	const void *ops = READ(CAST(seed, struct ns_common), ops);
	struct k_state *st = state();
	uint32_t i;

	if (!st)
		return 0;
	K_FOR (i, MAX_LIST, 0) {
		uint64_t addr = node - list_offset();

		if (READ(CAST(addr, struct ns_common), ops) == ops)
			tell_ns(kind, addr);
		node = number(st, READ(CAST(node, struct list_head), next));
		if (!node || node == start)
			break;
	}
	return 0;
}

static void proxy_slots(struct nsproxy *p, uint64_t ns[K_N_SLOTS])
{
	ns[K_MNT] = COMMON(READ(p, mnt_ns), K_MNT);
	ns[K_NET] = COMMON(READ(p, net_ns), K_NET);
	ns[K_PID] = 0;
	ns[K_USER] = 0;
	ns[K_IPC] = COMMON(READ(p, ipc_ns), K_IPC);
	ns[K_UTS] = COMMON(READ(p, uts_ns), K_UTS);
	ns[K_CGROUP] = COMMON(READ(p, cgroup_ns), K_CGROUP);
	ns[K_TIME] = COMMON(READ(p, time_ns), K_TIME);
	ns[K_PID_FOR_CHILDREN] = COMMON(READ(p, pid_ns_for_children), K_PID);
	ns[K_TIME_FOR_CHILDREN] = COMMON(READ(p, time_ns_for_children), K_TIME);
}

static uint32_t slot_kind(uint32_t slot)
{
	return slot == K_PID_FOR_CHILDREN ? K_PID : slot == K_TIME_FOR_CHILDREN ? K_TIME : slot;
}

__noinline int tell_nsproxy(uint64_t addr)
{
	struct nsproxy *p = CAST(addr, struct nsproxy);
	struct k_state *st = state();
	struct k_nsproxy *r;
	uint32_t row;

	if (!st || !addr || st->nsproxies[hash(addr)] == addr)
		return 0;
	st->nsproxies[hash(addr)] = addr;
	row = st->n_nsproxies++;
	r = bpf_map_lookup_elem(&k_nsproxies, &row);
	if (!r)
		return 0;
	r->addr = addr;
	r->count = AT(p, struct nsproxy, count, int32_t);
	proxy_slots(p, r->ns);
	for (uint32_t slot = 0; slot < K_N_SLOTS; slot++)
		tell_ns(slot_kind(slot), ((volatile uint64_t *)r->ns)[slot]);
	return 0;
}

/* What most tasks have in common with others: told already, and no call is needed to know that. */
static inline int is_told(struct k_state *st, uint64_t ns)
{
	return st->nss[hash(ns)] == ns;
}

/* The numbers of a task in the pid namespaces from the reader's down to its own. */
__noinline int read_pids(uint32_t row, uint64_t numbers)
{
	struct k_task *r = bpf_map_lookup_elem(&k_tasks, &row);
	struct k_state *st = state();
	struct k_pids *deep = NULL;
	uint32_t i;

	if (!st || !r)
		return 0;
	if (r->n_pids > K_PIDS_INLINE) {
		r->deep = row = st->n_deep++;
		deep = bpf_map_lookup_elem(&k_deep, &row);
	}
	numbers += st->level * sizeof(struct upid);
	K_FOR (i, r->n_pids, K_MAX_LEVELS) {
		int32_t nr = READ(CAST(numbers + i * sizeof(struct upid), struct upid), nr);

		if (r->deep < 0 && i < K_PIDS_INLINE)
			r->pids[i] = nr;
		else if (deep && i < K_MAX_LEVELS)
			deep->pids[i] = nr;
	}
	return 0;
}

static void read_ids(struct k_state *st, struct k_task *r, struct task_struct *t)
{
	struct task_struct *parent = READ(t, real_parent);

	r->tid = READ(t, pid);
	r->tgid = READ(t, tgid);
	r->ppid = READ(parent, tgid);
	if (st->level) {
		r->tid = nr_here(number(st, READ(t, thread_pid)));
		r->tgid = nr_here(number(st, READ(t, signal, pids[1])));
		r->ppid = nr_here(number(st, READ(parent, signal, pids[1])));
	}
}

static uint32_t task_state(struct task_struct *t)
{
	uint32_t state = READ(t, exit_state);

	if (bpf_core_field_exists(struct task_struct, __state))
		return state | READ(t, __state);
	return state | (uint32_t)READ((struct task_struct___v513 *)t, state);
}

static void tell_task(struct k_state *st, struct task_struct *t)
{
	struct pid *pid = READ(t, thread_pid);
	const struct cred *cred = READ(t, real_cred);
	uint64_t numbers = number(st, pid) + bpf_core_field_offset(struct pid, numbers);
	struct upid *last;
	struct k_task *r;
	uint32_t row;

	/* The first processes have an idle task for a parent. */
	if (!READ(t, real_parent, pid))
		st->idle_nsproxy = number(st, READ(t, real_parent, nsproxy));
	if (!pid || !READ(t, pid)) /* without a pid it was released meanwhile */
		return;
	if (st->level && !nr_here(number(st, pid))) {
		st->n_outside++;
		return;
	}
	row = st->n_tasks++;
	r = bpf_map_lookup_elem(&k_tasks, &row);
	if (!r)
		return;
	r->start = READ(t, start_boottime);
	r->euid = AT(cred, struct cred, euid, uint32_t);
	r->css_set = (uint64_t)READ(t, cgroups);
	r->state = task_state(t);
	r->flags = READ(t, flags);
	r->level = READ(pid, level);
	READ_CHARS(r->comm, t, comm);
	read_ids(st, r, t);
	last = CAST(numbers + r->level * sizeof(struct upid), struct upid);
	r->deep = -1;
	r->n_pids = r->level - st->level + 1;
	r->pids[0] = r->tid;
	r->pids[1] = READ(last, nr);
	if (r->n_pids > 2)
		read_pids(row, numbers);
	r->nsproxy = number(st, READ(t, nsproxy));
	r->user_ns = number(st, READ(cred, user_ns)) + ns_offset(K_USER);
	r->pid_ns = number(st, READ(last, ns)) + ns_offset(K_PID);
	if (st->nsproxies[hash(r->nsproxy)] != r->nsproxy)
		tell_nsproxy(r->nsproxy);
	if (!is_told(st, r->user_ns))
		tell_ns(K_USER, r->user_ns);
	if (!is_told(st, r->pid_ns))
		tell_ns(K_PID, r->pid_ns);
}

/* Of a namespace that something led to the kind is known by its operations. */
__noinline int tell_addr(uint32_t row)
{
	struct k_addr *a = bpf_map_lookup_elem(&k_addrs, &row);
	struct k_state *st = state();
	uint64_t ops;

	if (!st || !a)
		return 0;
	if (a->kind < K_N_KINDS)
		return tell_ns(a->kind, a->addr);
	ops = number(st, READ(CAST(a->addr, struct ns_common), ops));
	for (uint32_t kind = 0; ops && kind < K_N_KINDS; kind++) {
		uint64_t own = ((volatile uint64_t *)st->self)[kind];

		if (number(st, READ(CAST(own, struct ns_common), ops)) == ops)
			return tell_ns(kind, a->addr);
	}
	return 0;
}

/* Where the kernel has no lists: the namespaces that others name, as owner or parent. */
static void tell_addrs(struct k_state *st)
{
	uint32_t i;

	K_FOR (i, st->n_addrs, K_MAX_ADDRS)
		tell_addr(i);
}

/* Where namespaces are mounted: their file system knows all its mounts. */
static void tell_binds(struct k_state *st)
{
	uint64_t addr;
	uint32_t i;

	enum { NSFS_MAGIC = 0x6e736673 };

	if (!K_HAS_CHAINS || !bpf_core_field_exists(struct mount, mnt_next_for_sb) ||
	    READ(CAST(st->nsfs, struct super_block), s_magic) != NSFS_MAGIC)
		return;
	addr = number(st, READ(CAST(st->nsfs, struct super_block), s_mounts));
	K_FOR (i, MAX_LIST, 0) {
		struct mount *m = CAST(addr, struct mount);
		struct k_bind *r;
		uint32_t row;

		if (!addr)
			break;
		row = st->n_binds++;
		r = bpf_map_lookup_elem(&k_binds, &row);
		if (r) {
			r->ns = number(st, READ(m, mnt.mnt_root, d_inode, i_private));
			r->mnt_ns = COMMON(READ(m, mnt_ns), K_MNT);
		}
		addr = number(st, READ(m, mnt_next_for_sb));
	}
	st->has_binds = 1;
}

/* Lists first: what has gone when its turn comes is at least known to have been there. */
static void tell_lists(struct k_state *st)
{
	if (has_lists())
		for (uint32_t kind = 0; kind < K_N_KINDS; kind++)
			tell_list(kind, ((volatile uint64_t *)st->self)[kind]);
	/* By now some namespace has led to the file system of all. */
	tell_binds(st);
}

/* One program: what costs is to load it. Returns whether tasks are wanted. */
static int begin(struct k_state *st)
{
	struct task_struct *self = CAST(bpf_get_current_task(), struct task_struct);

	if (st->n_addrs) {
		tell_addrs(st);
		return 0;
	}
	st->level = READ(self, thread_pid, level);
	st->has_lists = has_lists();
	st->is_explored = is_explored();
	st->has_static = !bpf_core_field_exists(struct ns_common___v619, __ns_ref_active);
	proxy_slots(READ(self, nsproxy), st->self);
	st->self[K_PID] = active_pid_ns(st, self);
	st->self[K_USER] = COMMON(READ(self, real_cred, user_ns), K_USER);
	tell_lists(st);
	return 1;
}

K_TASKS(read_all, begin, tell_task)

char gpl[] SEC("license") = "GPL";
