/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks, their nsproxies and the namespaces: all that the tree and `ls` show,
 * in one system call. A program of type "syscall" runs when the probe says so
 * and walks the kernel's own lists; nothing is attached to anything.
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
		(r)->owner = COMMON((obj)->user_ns, K_USER);                                       \
		READ_UCOUNTS(r, obj, type);                                                        \
	} while (0)

#define READ_UCOUNTS(r, obj, type)                                                                 \
	do {                                                                                       \
		if (bpf_core_field_exists(type, ucounts)) {                                        \
			(r)->ucounts = (uint64_t)(obj)->ucounts;                                   \
			(r)->ucounts_ns = COMMON((obj)->ucounts->ns, K_USER);                      \
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
	r->parent = COMMON(p->parent, K_PID);
	r->level = p->level;
	r->number = p->pid_allocated;
}

static void read_user_ns(struct k_ns *r, uint64_t addr)
{
	struct user_namespace *u = CAST(addr, struct user_namespace);

	r->owner = r->parent = COMMON(u->parent, K_USER);
	READ_UCOUNTS(r, u, struct user_namespace);
	r->level = u->level;
	r->owner_uid = AT(u, struct user_namespace, owner, uint32_t);
}

static void read_ipc_ns(struct k_ns *r, uint64_t addr)
{
	enum { IPC_SHM_IDS = 2 };

	READ_SIMPLE(r, addr, struct ipc_namespace);
	r->number = CAST(addr, struct ipc_namespace)->ids[IPC_SHM_IDS].in_use;
}

/* What only its kind has: its owner, and what else the record has a place for. */
static void read_kind(struct k_ns *r, uint32_t kind, uint64_t addr)
{
	switch (kind) {
	case K_MNT:
		READ_SIMPLE(r, addr, struct mnt_namespace);
		if (bpf_core_field_exists(struct mnt_namespace___v40, seq))
			r->id = CAST(addr, struct mnt_namespace___v40)->seq;
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
	r->inum = c->inum;
	r->stashed = AT(c, struct ns_common, stashed, uint64_t);
	if (r->stashed && !st->nsfs)
		st->nsfs = number(st, CAST(r->stashed, struct dentry)->d_sb);
	if (bpf_core_field_exists(struct ns_common, __ns_ref))
		r->refs = AT(c, struct ns_common, __ns_ref, int32_t);
	else
		r->refs = AT(c, struct ns_common___v511, count, int32_t);
	r->id = 0;
	if (bpf_core_field_exists(struct ns_common, ns_id))
		r->id = c->ns_id;
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

static int has_lists(void)
{
	return bpf_core_field_exists(struct ns_common, ns_list_node) ||
	       bpf_core_field_exists(struct ns_common___v619, __ns_ref_active);
}

/*
 * All namespaces of a kind: since 6.18 each is in a ring with a head that is no
 * namespace. The head is known by its "ops", which are not those of the kind.
 */
__noinline int tell_list(uint32_t kind, uint64_t seed)
{
	uint64_t start = seed + list_offset(), node = start;
	const void *ops = CAST(seed, struct ns_common)->ops;
	struct k_state *st = state();
	struct bpf_iter_num it;

	if (!st)
		return 0;
	bpf_iter_num_new(&it, 0, MAX_LIST);
	while (bpf_iter_num_next(&it)) {
		uint64_t addr = node - list_offset();

		if (CAST(addr, struct ns_common)->ops == ops)
			tell_ns(kind, addr);
		node = number(st, CAST(node, struct list_head)->next);
		if (!node || node == start)
			break;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

static void proxy_slots(struct nsproxy *p, uint64_t ns[K_N_SLOTS])
{
	ns[K_MNT] = COMMON(p->mnt_ns, K_MNT);
	ns[K_NET] = COMMON(p->net_ns, K_NET);
	ns[K_PID] = 0;
	ns[K_USER] = 0;
	ns[K_IPC] = COMMON(p->ipc_ns, K_IPC);
	ns[K_UTS] = COMMON(p->uts_ns, K_UTS);
	ns[K_CGROUP] = COMMON(p->cgroup_ns, K_CGROUP);
	ns[K_TIME] = COMMON(p->time_ns, K_TIME);
	ns[K_PID_FOR_CHILDREN] = COMMON(p->pid_ns_for_children, K_PID);
	ns[K_TIME_FOR_CHILDREN] = COMMON(p->time_ns_for_children, K_TIME);
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
	struct bpf_iter_num it;
	struct k_pids *deep = NULL;
	int *i;

	if (!st || !r)
		return 0;
	if (r->n_pids > K_PIDS_INLINE) {
		r->deep = row = st->n_deep++;
		deep = bpf_map_lookup_elem(&k_deep, &row);
	}
	numbers += st->level * sizeof(struct upid);
	bpf_iter_num_new(&it, 0, r->n_pids);
	while ((i = bpf_iter_num_next(&it))) {
		uint32_t at = *i;
		int32_t nr = CAST(numbers + at * sizeof(struct upid), struct upid)->nr;

		if (r->deep < 0 && at < K_PIDS_INLINE)
			r->pids[at] = nr;
		else if (deep && at < K_MAX_LEVELS)
			deep->pids[at] = nr;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

static void read_ids(struct k_state *st, struct k_task *r, struct task_struct *t)
{
	struct task_struct *parent = t->real_parent;

	r->tid = t->pid;
	r->tgid = t->tgid;
	r->ppid = parent->tgid;
	if (st->level) {
		r->tid = nr_here(number(st, t->thread_pid));
		r->tgid = nr_here(number(st, t->signal->pids[1]));
		r->ppid = nr_here(number(st, parent->signal->pids[1]));
	}
}

static void tell_task(struct k_state *st, struct task_struct *t)
{
	struct pid *pid = t->thread_pid;
	const struct cred *cred = t->real_cred;
	uint64_t numbers = number(st, pid) + bpf_core_field_offset(struct pid, numbers);
	struct upid *last;
	struct k_task *r;
	uint32_t row;

	if (!t->pid) /* an idle task */
		st->idle_nsproxy = number(st, t->nsproxy);
	if (!pid || !t->pid) /* without a pid it was released meanwhile */
		return;
	if (st->level && !nr_here(number(st, pid))) {
		st->n_outside++;
		return;
	}
	row = st->n_tasks++;
	r = bpf_map_lookup_elem(&k_tasks, &row);
	if (!r)
		return;
	r->start = t->start_boottime;
	r->euid = AT(cred, struct cred, euid, uint32_t);
	r->css_set = (uint64_t)t->cgroups;
	r->state = t->__state | t->exit_state;
	r->flags = t->flags;
	r->level = pid->level;
	__builtin_memcpy(r->comm, t->comm, sizeof(r->comm));
	read_ids(st, r, t);
	last = CAST(numbers + r->level * sizeof(struct upid), struct upid);
	r->deep = -1;
	r->n_pids = r->level - st->level + 1;
	r->pids[0] = r->tid;
	r->pids[1] = last->nr;
	if (r->n_pids > 2)
		read_pids(row, numbers);
	r->nsproxy = number(st, t->nsproxy);
	r->user_ns = number(st, cred->user_ns) + ns_offset(K_USER);
	r->pid_ns = number(st, last->ns) + ns_offset(K_PID);
	if (st->nsproxies[hash(r->nsproxy)] != r->nsproxy)
		tell_nsproxy(r->nsproxy);
	if (!is_told(st, r->user_ns))
		tell_ns(K_USER, r->user_ns);
	if (!is_told(st, r->pid_ns))
		tell_ns(K_PID, r->pid_ns);
}

/* The namespaces that others name as owner or parent, where the kernel has no lists. */
static void tell_addrs(struct k_state *st)
{
	struct bpf_iter_num it;
	int *i;

	bpf_iter_num_new(&it, 0, st->n_addrs);
	while ((i = bpf_iter_num_next(&it))) {
		uint32_t row = *i;
		struct k_addr *a = bpf_map_lookup_elem(&k_addrs, &row);

		if (a)
			tell_ns(a->kind, a->addr);
	}
	bpf_iter_num_destroy(&it);
}

/* Where namespaces are mounted: their file system knows all its mounts. */
static void tell_binds(struct k_state *st)
{
	struct bpf_iter_num it;
	uint64_t addr;

	enum { NSFS_MAGIC = 0x6e736673 };

	if (!bpf_core_field_exists(struct mount, mnt_next_for_sb) ||
	    CAST(st->nsfs, struct super_block)->s_magic != NSFS_MAGIC)
		return;
	addr = number(st, CAST(st->nsfs, struct super_block)->s_mounts);
	bpf_iter_num_new(&it, 0, MAX_LIST);
	while (bpf_iter_num_next(&it) && addr) {
		struct mount *m = CAST(addr, struct mount);
		uint32_t row = st->n_binds++;
		struct k_bind *r = bpf_map_lookup_elem(&k_binds, &row);

		if (r) {
			r->ns = number(st, m->mnt.mnt_root->d_inode->i_private);
			r->mnt_ns = COMMON(m->mnt_ns, K_MNT);
		}
		addr = number(st, m->mnt_next_for_sb);
	}
	bpf_iter_num_destroy(&it);
	st->has_binds = 1;
}

static void tell_all(struct k_state *st)
{
	struct task_struct *self = CAST(bpf_get_current_task(), struct task_struct), *t;
	struct bpf_iter_task it;

	st->level = self->thread_pid->level;
	st->has_lists = has_lists();
	st->has_static = !bpf_core_field_exists(struct ns_common___v619, __ns_ref_active);
	proxy_slots(self->nsproxy, st->self);
	st->self[K_PID] = active_pid_ns(st, self);
	st->self[K_USER] = COMMON(self->real_cred->user_ns, K_USER);
	/* Lists first: what has gone when its turn comes is at least known to have been there. */
	if (has_lists())
		for (uint32_t kind = 0; kind < K_N_KINDS; kind++)
			tell_list(kind, ((volatile uint64_t *)st->self)[kind]);
	bpf_iter_task_new(&it, NULL, BPF_TASK_ITER_ALL_THREADS);
	while ((t = bpf_iter_task_next(&it)))
		tell_task(st, CAST(t, struct task_struct));
	bpf_iter_task_destroy(&it);
	tell_binds(st);
}

/* One program: what costs is to load it. */
SEC("syscall")
int read_all(void *ctx)
{
	struct k_state *st = state();

	if (!st)
		return -1;
	bpf_rcu_read_lock();
	if (st->n_addrs)
		tell_addrs(st);
	else
		tell_all(st);
	bpf_rcu_read_unlock();
	return 0;
}

char gpl[] SEC("license") = "GPL";
