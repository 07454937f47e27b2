/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs share: how a struct of the kernel is read, and what a run
 * keeps in mind.
 */
#ifndef NSCOPE_KERNEL_COMMON_H
#define NSCOPE_KERNEL_COMMON_H

#include "kernel_types.h"

#define MAX_LIST (1u << 22)

struct bpf_iter_task {
	uint64_t opaque[3];
} __attribute__((aligned(8)));

struct bpf_iter_num {
	uint64_t opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task,
			     unsigned int flags) __ksym __weak;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym __weak;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym __weak;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;

enum { BPF_TASK_ITER_ALL_PROCS, BPF_TASK_ITER_ALL_THREADS };

struct bpf_iter_task_vma {
	uint64_t opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it, struct task_struct *task,
				 uint64_t addr) __ksym __weak;
extern struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __ksym __weak;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __ksym __weak;

/* The member of *p as a ctype, wherever it lies and whatever it is declared as. */
#define AT(p, type, field, ctype)                                                                  \
	(*(const volatile ctype *)((const char *)(p) + bpf_core_field_offset(type, field)))

extern void *bpf_rdonly_cast(void *obj, uint32_t btf_id) __ksym __weak;

/* A struct of the kernel at an address; a load from a wrong one gives 0. */
#define CAST(addr, type) ((type *)bpf_rdonly_cast((void *)(addr), bpf_core_type_id_kernel(type)))

/* An array that the reader has mapped. */
#define K_ARRAY(name, row, rows)                                                                   \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(max_entries, rows);                                                         \
		__type(key, uint32_t);                                                             \
		__type(value, row);                                                                \
	} name SEC(".maps")

/* What the run knows; the reader clears it before each. */
K_ARRAY(k_state, struct k_state, 1);

static struct k_state *state(void)
{
	uint32_t zero = 0;

	return bpf_map_lookup_elem(&k_state, &zero);
}

/* The verifier allows no arithmetic on a pointer; one that has been in a map is a number. */
static uint64_t number(struct k_state *st, const void *p)
{
	*(volatile uint64_t *)&st->scratch = (uint64_t)p;
	return *(volatile uint64_t *)&st->scratch;
}

static uint32_t hash(uint64_t addr)
{
	return (addr * 0x9e3779b97f4a7c15ull >> 40) % K_SEEN;
}

static uint64_t ns_offset(uint32_t kind)
{
	switch (kind) {
	case K_MNT:
		return bpf_core_field_offset(struct mnt_namespace, ns);
	case K_NET:
		return bpf_core_field_offset(struct net, ns);
	case K_PID:
		return bpf_core_field_offset(struct pid_namespace, ns);
	case K_USER:
		return bpf_core_field_offset(struct user_namespace, ns);
	case K_IPC:
		return bpf_core_field_offset(struct ipc_namespace, ns);
	case K_UTS:
		return bpf_core_field_offset(struct uts_namespace, ns);
	case K_CGROUP:
		return bpf_core_field_offset(struct cgroup_namespace, ns);
	default:
		return bpf_core_field_offset(struct time_namespace, ns);
	}
}

/* The address of the ns_common in a namespace; 0 for none. */
#define COMMON(ptr, kind) ((uint64_t)(ptr) ? (uint64_t)(ptr) + ns_offset(kind) : 0)

/* The pid namespace that a task is in. */
static inline uint64_t active_pid_ns(struct k_state *st, struct task_struct *t)
{
	struct pid *pid = t->thread_pid;
	uint64_t numbers = number(st, pid) + bpf_core_field_offset(struct pid, numbers);

	return COMMON(CAST(numbers + pid->level * sizeof(struct upid), struct upid)->ns, K_PID);
}

/* The number of a struct pid in the reader's pid namespace; 0 when it has none there. */
__noinline int nr_here(uint64_t addr)
{
	struct pid *pid = CAST(addr, struct pid);
	uint64_t numbers = addr + bpf_core_field_offset(struct pid, numbers);
	struct k_state *st = state();
	struct upid *here;

	if (!st || !addr || pid->level < st->level)
		return 0;
	here = CAST(numbers + st->level * sizeof(*here), struct upid);
	return COMMON(here->ns, K_PID) == st->self[K_PID] ? here->nr : 0;
}

#endif
