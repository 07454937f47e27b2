/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What counts references on namespaces beside nsproxies and other namespaces:
 * credentials, memory, process numbers, open files, sockets, superblocks. One
 * record an object and its keeper; the reader counts distinct objects.
 */
#include "pins_files.h"
#include "pins_supers.h"

/* ---- tasks ---- */

static void tell_task(struct k_state *st, struct task_struct *t)
{
	uint64_t pids = pids_of(st, t);
	struct signal_struct *sig = t->signal;

	tell_cred(number(st, t->real_cred), K_BY_TASK, pids, -1);
	tell_cred(number(st, t->cred), K_BY_TASK, pids, -1);
	tell_cred(number(st, t->ptracer_cred), K_BY_TASK, pids, -1);
	tell_mm(number(st, t->mm), K_BY_TASK, pids, -1);
	tell_mm(number(st, t->active_mm), K_BY_TASK, pids, -1);
	tell_pid(number(st, t->thread_pid), K_BY_TASK, pids, -1);
	/* A released task has no thread_pid, and its signal_struct may be gone. */
	if (!t->thread_pid)
		return;
	for (int type = 1; type < 4; type++)
		tell_pid(number(st, sig->pids[type]), K_BY_TASK, pids, -1);
	tell_pid(number(st, sig->tty_old_pgrp), K_BY_TASK, pids, -1);
	if (sig->tty) {
		tell_pid(number(st, sig->tty->ctrl.pgrp), K_BY_TASK, pids, -1);
		tell_pid(number(st, sig->tty->ctrl.session), K_BY_TASK, pids, -1);
	}
}

/* Whose numbers of processes are told. */
static void know_self(struct k_state *st)
{
	struct task_struct *self = CAST(bpf_get_current_task(), struct task_struct);

	st->level = self->thread_pid->level;
	st->self[K_PID] = active_pid_ns(st, self);
}

/*
 * A processor that idles goes on with the memory of the task before, which may be
 * dead. Its idle task is on no list; the run queues lead to it.
 */
static void tell_idle_mms(struct k_state *st, struct task_struct *self)
{
	struct bpf_iter_num it;
	uint64_t queues;
	int *i;

	if (!bpf_core_field_exists(struct task_struct, sched_task_group) ||
	    !bpf_core_field_exists(struct task_group, cfs_rq))
		return;
	queues = number(st, self->sched_task_group->cfs_rq);
	bpf_iter_num_new(&it, 0, st->n_cpus);
	while ((i = bpf_iter_num_next(&it))) {
		uint64_t queue = WORD(st, queues + *i * 8ull);

		if (queue)
			tell_mm(number(st, CAST(queue, struct cfs_rq)->rq->idle->active_mm),
				K_BY_CPU, 0, *i);
	}
	bpf_iter_num_destroy(&it);
}

SEC("syscall")
int read_task_pins(void *ctx)
{
	struct task_struct *self = CAST(bpf_get_current_task(), struct task_struct);
	struct k_state *st = state();
	struct bpf_iter_task it;
	struct task_struct *t;

	if (!st)
		return -1;
	bpf_rcu_read_lock();
	know_self(st);
	tell_idle_mms(st, self);
	bpf_iter_task_new(&it, NULL, BPF_TASK_ITER_ALL_THREADS);
	while ((t = bpf_iter_task_next(&it)))
		tell_task(st, CAST(t, struct task_struct));
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

/* ---- files and sockets ---- */

/* Files that a message carries which nobody has received yet (SCM_RIGHTS). */
__noinline int tell_flight(uint64_t fpl, uint64_t pids, int fd)
{
	struct k_state *st = state();
	struct bpf_iter_num it;
	int *i;

	if (!st || !fpl)
		return 0;
	bpf_iter_num_new(&it, 0, CAST(fpl, struct scm_fp_list)->count);
	while ((i = bpf_iter_num_next(&it))) {
		uint64_t at = fpl + bpf_core_field_offset(struct scm_fp_list, fp) + *i * 8ull;

		tell_file(WORD(st, at), K_BY_FLIGHT, pids, fd);
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

/* Messages that wait in a unix socket, or connections in one that listens. */
__noinline int tell_unix_queue(uint64_t addr, uint64_t pids, int fd)
{
	uint64_t head = addr + bpf_core_field_offset(struct sock, sk_receive_queue), skb;
	struct sock *sk = CAST(addr, struct sock);
	struct k_state *st = state();
	struct bpf_iter_num it;

	if (!st)
		return 0;
	skb = number(st, sk->sk_receive_queue.next);
	bpf_iter_num_new(&it, 0, MAX_QUEUE);
	while (bpf_iter_num_next(&it) && skb && skb != head) {
		uint64_t cb = skb + bpf_core_field_offset(struct sk_buff, cb);
		struct unix_skb_parms *parms = CAST(cb, struct unix_skb_parms);

		if (sk->__sk_common.skc_state == TCP_LISTEN) {
			tell_sock(number(st, CAST(skb, struct sk_buff)->sk), K_BY_QUEUE, pids, fd,
				  0);
		} else {
			tell_pid(number(st, parms->pid), K_BY_FLIGHT, pids, fd);
			tell_flight(number(st, parms->fp), pids, fd);
		}
		skb = number(st, CAST(skb, struct sk_buff)->next);
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

static __always_inline int tell_queues(uint64_t file, uint64_t pids, int fd)
{
	struct k_state *st = state();
	struct sock *sk;
	uint64_t addr;

	if (!st)
		return 0;
	addr = number(st,
		      CAST(number(st, CAST(file, struct file)->private_data), struct socket)->sk);
	sk = CAST(addr, struct sock);
	if (sk->__sk_common.skc_family == AF_UNIX)
		tell_unix_queue(addr, pids, fd);
	else if (sk->__sk_common.skc_state == TCP_LISTEN)
		tell_accept_queue(addr, pids, fd);
	return 0;
}

/* Files that are registered with a ring need no descriptor any more (IORING_REGISTER_FILES). */
__noinline int tell_ring_files(uint64_t file, uint64_t pids, int fd)
{
	int has_nodes = bpf_core_field_exists(struct io_rsrc_data, nodes);
	struct k_state *st = state();
	uint64_t ring, table, slots;
	struct bpf_iter_num it;
	uint32_t n;
	int *i;

	/* A pointer has flags in its lowest bits. */
	enum { FFS_MASK = 7 };

	if (!st)
		return 0;
	ring = number(st, CAST(file, struct file)->private_data);
	table = ring + bpf_core_field_offset(struct io_ring_ctx, file_table);
	slots = has_nodes ? number(st, CAST(table, struct io_file_table)->data.nodes)
			  : number(st, CAST(table, struct io_file_table___v12)->files);
	n = has_nodes ? CAST(table, struct io_file_table)->data.nr
		      : CAST(ring, struct io_ring_ctx___v12)->nr_user_files;
	if (!slots)
		return 0;
	bpf_iter_num_new(&it, 0, n & (MAX_FIXED_FILES - 1));
	while ((i = bpf_iter_num_next(&it))) {
		uint64_t slot = WORD(st, slots + *i * 8ull);

		if (slot && has_nodes)
			slot = CAST(slot, struct io_rsrc_node)->file_ptr;
		tell_file(slot & ~(uint64_t)FFS_MASK, K_BY_RING, pids, fd);
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

static __always_inline void tell_inside(uint64_t file, int what, uint64_t pids, int fd)
{
	if (what == IS_SOCKET)
		tell_queues(file, pids, fd);
	else if (what == IS_RING)
		tell_ring_files(file, pids, fd);
}

/* One more than the number of the highest bit that is set; without a branch, for the verifier. */
static uint32_t n_bits(uint64_t word)
{
	for (uint32_t step = 1; step < 64; step *= 2)
		word |= word >> step;
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return word * 0x0101010101010101 >> 56;
}

/*
 * The open files among 64 descriptors from `first` on, whose pointers are at `slots`.
 * Inlined, since the verifier allows no more than eight functions in each other.
 */
static __always_inline void tell_64_files(struct k_state *st, uint64_t open, uint64_t slots,
					  uint32_t first, uint64_t pids)
{
	struct bpf_iter_num it;
	int *i;

	bpf_iter_num_new(&it, 0, n_bits(open));
	while ((i = bpf_iter_num_next(&it))) {
		uint32_t fd = first + *i;
		uint64_t file = WORD(st, slots + *i * 8ull);

		if (!file)
			continue;
		st->n_files++;
		tell_inside(file, tell_file(file, K_BY_FILE, pids, fd), pids, fd);
	}
	bpf_iter_num_destroy(&it);
}

/* The open files of a table; tasks that share one are all alike. */
static __always_inline int tell_files(uint64_t table, uint64_t pids)
{
	struct fdtable *fdt = CAST(table, struct files_struct)->fdt;
	struct k_state *st = state();
	struct bpf_iter_num it;
	uint64_t slots, bits;
	int *i;

	if (!st || !table || st->nsproxies[hash(table)] == table)
		return 0;
	st->nsproxies[hash(table)] = table;
	slots = number(st, fdt->fd);
	bits = number(st, fdt->open_fds);
	bpf_iter_num_new(&it, 0, fdt->max_fds / 64);
	while ((i = bpf_iter_num_next(&it))) {
		uint64_t open = WORD(st, bits + *i * 8ull);

		if (open)
			tell_64_files(st, open, slots + *i * 512ull, *i * 64, pids);
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("syscall")
int read_file_pins(void *ctx)
{
	struct k_state *st = state();
	struct bpf_iter_task it;
	struct task_struct *t;

	if (!st)
		return -1;
	bpf_rcu_read_lock();
	know_self(st);
	bpf_iter_task_new(&it, NULL, BPF_TASK_ITER_ALL_THREADS);
	while ((t = bpf_iter_task_next(&it))) {
		struct task_struct *task = CAST(t, struct task_struct);

		tell_files(number(st, task->files), pids_of(st, task));
	}
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

/* ---- superblocks, mounts, System V IPC ---- */

SEC("syscall")
int read_super_pins(void *ctx)
{
	struct task_struct *self = CAST(bpf_get_current_task(), struct task_struct);
	struct k_state *st = state();

	if (!st)
		return -1;
	bpf_rcu_read_lock();
	walk_supers(number(st, self->fs->root.mnt->mnt_sb));
	bpf_rcu_read_unlock();
	return 0;
}

/* The IPC namespaces of k_addrs. */
SEC("syscall")
int read_ipc_pins(void *ctx)
{
	struct k_state *st = state();
	struct bpf_iter_num it;
	int *i;

	if (!st)
		return -1;
	bpf_rcu_read_lock();
	bpf_iter_num_new(&it, 0, st->n_addrs);
	while ((i = bpf_iter_num_next(&it))) {
		uint32_t row = *i;
		struct k_addr *a = bpf_map_lookup_elem(&k_addrs, &row);

		if (a)
			for (uint32_t kind = 0; kind < 3; kind++)
				walk_ipc_ids(a->addr, kind);
	}
	bpf_iter_num_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

/* The initial user namespace needs no audit, so what its tasks map matters for segments only. */
static int is_worth_maps(struct k_state *st, struct task_struct *t)
{
	if (st->has_shm)
		return 1;
	return !is_initial(NS_AT(st, t->real_cred->user_ns, K_USER)) ||
	       !is_initial(NS_AT(st, t->mm->user_ns, K_USER));
}

/*
 * Mapped files are open files without a descriptor: they keep the credentials of
 * whoever opened them, and a segment of shared memory keeps its namespace.
 */
SEC("syscall")
int read_map_pins(void *ctx)
{
	struct k_state *st = state();
	struct bpf_iter_task it;
	struct task_struct *t;

	if (!st)
		return -1;
	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, BPF_TASK_ITER_ALL_PROCS);
	while ((t = bpf_iter_task_next(&it))) {
		struct task_struct *task = CAST(t, struct task_struct);
		struct bpf_iter_task_vma vmas;
		struct vm_area_struct *vma;
		uint64_t pids;

		if (!task->mm || !is_worth_maps(st, task))
			continue;
		pids = pids_of(st, task);
		tell_vma(number(st, task->mm->exe_file), pids);
		bpf_iter_task_vma_new(&vmas, t, 0);
		while ((vma = bpf_iter_task_vma_next(&vmas)))
			tell_vma(number(st, CAST(vma, struct vm_area_struct)->vm_file), pids);
		bpf_iter_task_vma_destroy(&vmas);
	}
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

char gpl[] SEC("license") = "GPL";
