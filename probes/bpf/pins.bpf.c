/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What counts references on namespaces beside nsproxies and other namespaces:
 * credentials, memory, process numbers, open files, sockets, superblocks. One
 * record an object and its keeper; the reader counts distinct objects.
 */
#include "pins_files.h"
#include "pins_supers.h"

/* ---- tasks ---- */

/* The initial user namespace needs no audit, so what its tasks map matters for segments only. */
static int is_worth_maps(struct k_state *st, struct task_struct *t)
{
	struct mm_struct *mm = READ(t, mm);

	if (!mm || st->has_shm)
		return !!mm;
	return !is_initial(NS_AT(st, READ(t, real_cred, user_ns), K_USER)) ||
	       !is_initial(NS_AT(st, READ(mm, user_ns), K_USER));
}

static void tell_tty(struct k_state *st, uint64_t addr, uint64_t pids)
{
	struct tty_struct___v513 *old = CAST(addr, struct tty_struct___v513);
	struct tty_struct *tty = CAST(addr, struct tty_struct);

	if (bpf_core_field_exists(struct tty_struct, ctrl)) {
		tell_pid(number(st, READ(tty, ctrl.pgrp)), K_BY_TASK, pids, -1);
		tell_pid(number(st, READ(tty, ctrl.session)), K_BY_TASK, pids, -1);
	} else {
		tell_pid(number(st, READ(old, pgrp)), K_BY_TASK, pids, -1);
		tell_pid(number(st, READ(old, session)), K_BY_TASK, pids, -1);
	}
}

static void tell_task(struct k_state *st, struct task_struct *t)
{
	uint64_t pids = pids_of(st, t);
	struct signal_struct *sig = READ(t, signal);

	tell_cred(number(st, READ(t, real_cred)), K_BY_TASK, pids, -1);
	tell_cred(number(st, READ(t, cred)), K_BY_TASK, pids, -1);
	tell_cred(number(st, READ(t, ptracer_cred)), K_BY_TASK, pids, -1);
	tell_mm(number(st, READ(t, mm)), K_BY_TASK, pids, -1);
	tell_mm(number(st, READ(t, active_mm)), K_BY_TASK, pids, -1);
	if (is_worth_maps(st, t))
		tell_vma(number(st, READ(t, mm, exe_file)), pids);
	if (READ(t, fs)) {
		tell_tree(number(st, READ(t, fs, root.mnt)), K_BY_TASK, pids, -1);
		tell_tree(number(st, READ(t, fs, pwd.mnt)), K_BY_TASK, pids, -1);
	}
	tell_pid(number(st, READ(t, thread_pid)), K_BY_TASK, pids, -1);
	/* A released task has no thread_pid, and its signal_struct may be gone. */
	if (!READ(t, thread_pid))
		return;
	for (int type = 1; type < 4; type++)
		tell_pid(number(st, READ(sig, pids[type])), K_BY_TASK, pids, -1);
	tell_pid(number(st, READ(sig, tty_old_pgrp)), K_BY_TASK, pids, -1);
	if (READ(sig, tty))
		tell_tty(st, number(st, READ(sig, tty)), pids);
}

/* Whose numbers of processes are told. */
static int know_self(struct k_state *st)
{
	struct task_struct *self = CAST(bpf_get_current_task(), struct task_struct);

	st->level = READ(self, thread_pid, level);
	st->self[K_PID] = active_pid_ns(st, self);
	return 1;
}

__noinline int tell_idle_mm(uint64_t queues, uint32_t cpu)
{
	struct k_state *st = state();
	uint64_t queue;

	if (!st)
		return 0;
	queue = WORD(st, queues + cpu * 8ull);
	if (queue)
		tell_mm(number(st, READ(CAST(queue, struct cfs_rq), rq, idle, active_mm)), K_BY_CPU,
			0, cpu);
	return 0;
}

/*
 * A processor that idles goes on with the memory of the task before, which may be
 * dead. Its idle task is on no list; the run queues lead to it.
 */
static int tell_idle_mms(struct k_state *st)
{
	struct task_struct *self = CAST(bpf_get_current_task(), struct task_struct);
	uint64_t queues;
	uint32_t cpu;

	know_self(st);
	if (!bpf_core_field_exists(struct task_struct, sched_task_group) ||
	    !bpf_core_field_exists(struct task_group, cfs_rq))
		return 1;
	queues = number(st, READ(self, sched_task_group, cfs_rq));
	K_FOR (cpu, st->n_cpus, MAX_CPUS)
		tell_idle_mm(queues, cpu);
	return 1;
}

K_TASKS(read_task_pins, tell_idle_mms, tell_task)

/* ---- files and sockets ---- */

/* Files that a message carries which nobody has received yet (SCM_RIGHTS). */
__noinline int tell_flight(uint64_t fpl, uint64_t pids, int fd)
{
	uint64_t files = fpl + bpf_core_field_offset(struct scm_fp_list, fp);
	struct k_state *st = state();
	uint32_t i;

	if (!st || !fpl)
		return 0;
	K_FOR (i, READ(CAST(fpl, struct scm_fp_list), count), MAX_FLIGHT)
		tell_file(WORD(st, files + i * 8ull), K_BY_FLIGHT, pids, fd);
	return 0;
}

/* Messages that wait in a unix socket. */
__noinline int tell_messages(uint64_t head, uint64_t pids, int fd)
{
	struct k_state *st = state();
	uint64_t skb = head;
	uint32_t i;

	if (!st)
		return 0;
	K_FOR (i, MAX_LIST, MAX_QUEUE) {
		struct unix_skb_parms *parms;

		skb = number(st, READ(CAST(skb, struct sk_buff), next));
		if (!skb || skb == head)
			break;
		parms = CAST(skb + bpf_core_field_offset(struct sk_buff, cb),
			     struct unix_skb_parms);
		tell_pid(number(st, READ(parms, pid)), K_BY_FLIGHT, pids, fd);
		tell_flight(number(st, READ(parms, fp)), pids, fd);
	}
	return 0;
}

/* Connections in one that listens. */
__noinline int tell_connections(uint64_t head, uint64_t pids, int fd)
{
	struct k_state *st = state();
	uint64_t skb = head;
	uint32_t i;

	if (!st)
		return 0;
	K_FOR (i, MAX_LIST, MAX_QUEUE) {
		skb = number(st, READ(CAST(skb, struct sk_buff), next));
		if (!skb || skb == head)
			break;
		tell_sock(number(st, READ(CAST(skb, struct sk_buff), sk)), K_BY_QUEUE, pids, fd, 0);
	}
	return 0;
}

static __always_inline void tell_queues(uint64_t file, uint64_t pids, int fd)
{
	struct k_state *st = state();
	uint64_t addr, head, socket;
	struct sock *sk;
	uint32_t state;

	if (!st)
		return;
	socket = number(st, READ(CAST(file, struct file), private_data));
	addr = number(st, READ(CAST(socket, struct socket), sk));
	sk = CAST(addr, struct sock);
	head = addr + bpf_core_field_offset(struct sock, sk_receive_queue);
	state = READ(sk, __sk_common.skc_state);
	if (READ(sk, __sk_common.skc_family) != AF_UNIX) {
		if (state == TCP_LISTEN)
			tell_accept_queue(addr, pids, fd);
	} else if (state == TCP_LISTEN) {
		tell_connections(head, pids, fd);
	} else {
		tell_messages(head, pids, fd);
	}
}

/*
 * Files that are registered with a ring need no descriptor any more (IORING_REGISTER_FILES).
 * Before 5.19 they lie in another way and are not looked at.
 */
__noinline int tell_ring_files(uint64_t file, uint64_t pids, int fd)
{
	int has_nodes = bpf_core_field_exists(struct io_rsrc_data, nodes);
	struct k_state *st = state();
	uint64_t ring, table, slots;
	uint32_t i, n;

	/* A pointer has flags in its lowest bits. */
	enum { FFS_MASK = 7 };

	if (!st || !(has_nodes || bpf_core_field_exists(struct io_file_table___v12, bitmap)))
		return 0;
	ring = private_data(st, file);
	table = ring + bpf_core_field_offset(struct io_ring_ctx, file_table);
	if (has_nodes) {
		slots = number(st, READ(CAST(table, struct io_file_table), data.nodes));
		n = READ(CAST(table, struct io_file_table), data.nr);
	} else {
		slots = number(st, READ(CAST(table, struct io_file_table___v12), files));
		n = READ(CAST(ring, struct io_ring_ctx___v12), nr_user_files);
	}
	if (!slots)
		return 0;
	K_FOR (i, n & (MAX_FIXED_FILES - 1), MAX_FIXED) {
		uint64_t slot = WORD(st, slots + i * 8ull);

		if (has_nodes)
			slot = READ(CAST(slot, struct io_rsrc_node), file_ptr);
		tell_file(slot & ~(uint64_t)FFS_MASK, K_BY_RING, pids, fd);
	}
	return 0;
}

static __always_inline void tell_fd(struct k_state *st, uint64_t file, uint64_t pids, int fd)
{
	int what;

	if (!file)
		return;
	st->n_files++;
	what = tell_file(file, K_BY_FILE, pids, fd);
	if (what == IS_SOCKET)
		tell_queues(file, pids, fd);
	else if (what == IS_RING)
		tell_ring_files(file, pids, fd);
}

K_FILES(read_file_pins, know_self, tell_fd)

/* ---- superblocks, mounts, System V IPC ---- */

static int tell_supers(struct k_state *st)
{
	struct task_struct *self = CAST(bpf_get_current_task(), struct task_struct);

	walk_supers(number(st, READ(self, fs, root.mnt, mnt_sb)));
	return 0;
}

K_TASKS(read_super_pins, tell_supers, tell_task)

__noinline int tell_ipc(uint32_t row)
{
	struct k_addr *a = bpf_map_lookup_elem(&k_addrs, &row);
	uint64_t ns = a ? a->addr : 0;

	for (uint32_t kind = 0; a && kind < 3; kind++)
		walk_ipc_ids(ns, kind);
	return 0;
}

/* The IPC namespaces of k_addrs. */
static int tell_ipcs(struct k_state *st)
{
	uint32_t i;

	K_FOR (i, st->n_addrs, MAX_IPC)
		tell_ipc(i);
	return 0;
}

K_TASKS(read_ipc_pins, tell_ipcs, tell_task)

/*
 * Mapped files are open files without a descriptor: they keep the credentials of
 * whoever opened them, and a segment of shared memory keeps its namespace.
 */
K_MAPS(read_map_pins, know_self, is_worth_maps, tell_vma)

char gpl[] SEC("license") = "GPL";
