/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs share: how a struct of the kernel is read, how lists are walked,
 * and what a run keeps in mind.
 *
 * Each file is compiled twice. Since Linux 6.7 a program walks the tasks itself and
 * loads from any address (K_ITER is not defined). Before, the kernel calls the program
 * for each task, each open file and each mapping (types "iter/...", since 5.8), every
 * member is read by a call, and the verifier counts the rounds of each loop.
 */
#ifndef NSCOPE_KERNEL_COMMON_H
#define NSCOPE_KERNEL_COMMON_H

#include "kernel_types.h"

#define MAX_LIST (1u << 22)

/*
 * A long list is walked in two loops, the inner one in a function of its own: where the
 * verifier goes through each round, it does so for twice K_SOME and not for its square.
 */
#define K_SOME 128

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

#ifdef K_ITER
#include "kernel_called.h"
#else
#include "kernel_walk.h"
#endif

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
#define COMMON(ptr, kind)                                                                          \
	({                                                                                         \
		uint64_t at_ = (uint64_t)(ptr);                                                    \
		at_ ? at_ + ns_offset(kind) : 0;                                                   \
	})

/* The pid namespace that a task is in. */
static inline uint64_t active_pid_ns(struct k_state *st, struct task_struct *t)
{
	struct pid *pid = READ(t, thread_pid);
	uint64_t numbers = number(st, pid) + bpf_core_field_offset(struct pid, numbers);
	uint64_t last = numbers + READ(pid, level) * sizeof(struct upid);

	return COMMON(READ(CAST(last, struct upid), ns), K_PID);
}

/* The number of a struct pid in the reader's pid namespace; 0 when it has none there. */
__noinline int nr_here(uint64_t addr)
{
	struct pid *pid = CAST(addr, struct pid);
	uint64_t numbers = addr + bpf_core_field_offset(struct pid, numbers);
	struct k_state *st = state();
	struct upid *here;

	if (!st || !addr || READ(pid, level) < st->level)
		return 0;
	here = CAST(numbers + st->level * sizeof(*here), struct upid);
	return COMMON(READ(here, ns), K_PID) == st->self[K_PID] ? READ(here, nr) : 0;
}

#endif
