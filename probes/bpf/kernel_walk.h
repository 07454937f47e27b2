/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How programs read and walk since Linux 6.7: of type "syscall", they are run once
 * and go through tasks, descriptors and mappings themselves.
 */
#ifndef NSCOPE_KERNEL_WALK_H
#define NSCOPE_KERNEL_WALK_H

#include "kernel_types.h"

/* Since 6.18 the kernel lists its namespaces, and a superblock its mounts in a plain chain. */
#define K_HAS_CHAINS 1

struct bpf_iter_task {
	uint64_t opaque[3];
} __attribute__((aligned(8)));

struct bpf_iter_task_vma {
	uint64_t opaque[1];
} __attribute__((aligned(8)));

struct bpf_iter_num {
	uint64_t opaque[1];
} __attribute__((aligned(8)));

enum { BPF_TASK_ITER_ALL_PROCS, BPF_TASK_ITER_ALL_THREADS };

extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task,
			     unsigned int flags) __ksym __weak;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym __weak;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym __weak;
extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it, struct task_struct *task,
				 uint64_t addr) __ksym __weak;
extern struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __ksym __weak;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __ksym __weak;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;
extern void *bpf_rdonly_cast(void *obj, uint32_t btf_id) __ksym __weak;

/* ---- reading ---- */

/* A struct of the kernel at an address; a load from a wrong one gives 0. */
#define CAST(addr, type) ((type *)bpf_rdonly_cast((void *)(addr), bpf_core_type_id_kernel(type)))

/* The member that pointers lead to: READ(task, real_cred, user_ns). */
#define READ(p, ...) (___arrow((p), ##__VA_ARGS__))

/* The member of *p as a ctype, wherever it lies and whatever it is declared as. */
#define AT(p, type, field, ctype)                                                                  \
	(*(const volatile ctype *)((const char *)(p) + bpf_core_field_offset(type, field)))

/* The characters of a member that is an array. */
#define READ_CHARS(to, p, field) __builtin_memcpy(to, (p)->field, sizeof(to))

#define READ_BITS(p, field) BPF_CORE_READ_BITFIELD(p, field)

/* The verifier allows no arithmetic on a pointer; one that has been in a map is a number. */
static uint64_t number(struct k_state *st, const void *p)
{
	*(volatile uint64_t *)&st->scratch = (uint64_t)p;
	return *(volatile uint64_t *)&st->scratch;
}

/* ---- walking ---- */

/* i from 0 on, below n. `most` is for kernels that count the rounds. */
#define K_FOR(i, n, most)                                                                          \
	for (struct bpf_iter_num it_ __attribute__((cleanup(bpf_iter_num_destroy))),               \
	     *begun_ __attribute__((unused)) = (bpf_iter_num_new(&it_, 0, n), &it_);               \
	     next_number(&it_, &(i));)

static inline int next_number(struct bpf_iter_num *it, uint32_t *i)
{
	int *at = bpf_iter_num_next(it);

	if (!at)
		return 0;
	*i = *at;
	return 1;
}

/* A program that calls begin(st), and, when that is not 0, each(st, task) for all tasks. */
#define K_TASKS(name, begin, each)                                                                 \
	SEC("syscall") int name(void *ctx)                                                         \
	{                                                                                          \
		struct k_state *st = state();                                                      \
		struct bpf_iter_task tasks;                                                        \
		struct task_struct *t;                                                             \
                                                                                                   \
		if (!st)                                                                           \
			return -1;                                                                 \
		bpf_rcu_read_lock();                                                               \
		if (begin(st)) {                                                                   \
			bpf_iter_task_new(&tasks, NULL, BPF_TASK_ITER_ALL_THREADS);                \
			while ((t = bpf_iter_task_next(&tasks)))                                   \
				each(st, CAST(t, struct task_struct));                             \
			bpf_iter_task_destroy(&tasks);                                             \
		}                                                                                  \
		bpf_rcu_read_unlock();                                                             \
		return 0;                                                                          \
	}

/* The same with each(st, file, pids, fd) for all open files. */
#define K_FILES(name, begin, each)                                                                 \
	K_EACH_FILE(name##_of, each)                                                               \
	static void name##_in(struct k_state *st, struct task_struct *t)                           \
	{                                                                                          \
		name##_of(number(st, READ(t, files)), pids_of(st, t));                             \
	}                                                                                          \
	K_TASKS(name, begin, name##_in)

/* The same with each(file, pids) for all mapped files of processes that wants(st, task) is for. */
#define K_MAPS(name, begin, wants, each)                                                           \
	SEC("syscall") int name(void *ctx)                                                         \
	{                                                                                          \
		struct bpf_iter_task_vma vmas;                                                     \
		struct k_state *st = state();                                                      \
		struct bpf_iter_task tasks;                                                        \
		struct vm_area_struct *v;                                                          \
		struct task_struct *t;                                                             \
                                                                                                   \
		if (!st)                                                                           \
			return -1;                                                                 \
		bpf_rcu_read_lock();                                                               \
		begin(st);                                                                         \
		bpf_iter_task_new(&tasks, NULL, BPF_TASK_ITER_ALL_PROCS);                          \
		while ((t = bpf_iter_task_next(&tasks))) {                                         \
			struct task_struct *task = CAST(t, struct task_struct);                    \
			uint64_t pids;                                                             \
                                                                                                   \
			if (!wants(st, task))                                                      \
				continue;                                                          \
			pids = pids_of(st, task);                                                  \
			bpf_iter_task_vma_new(&vmas, t, 0);                                        \
			while ((v = bpf_iter_task_vma_next(&vmas)))                                \
				each(number(st, READ(CAST(v, struct vm_area_struct), vm_file)),    \
				     pids);                                                        \
			bpf_iter_task_vma_destroy(&vmas);                                          \
		}                                                                                  \
		bpf_iter_task_destroy(&tasks);                                                     \
		bpf_rcu_read_unlock();                                                             \
		return 0;                                                                          \
	}

/* One more than the number of the highest bit that is set; without a branch, for the verifier. */
static inline uint32_t n_bits(uint64_t word)
{
	for (uint32_t step = 1; step < 64; step *= 2)
		word |= word >> step;
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return word * 0x0101010101010101 >> 56;
}

/*
 * The open files of a table; tasks that share one are all alike. Each word has 64
 * descriptors. Inlined, since the verifier allows no more than eight functions in
 * each other.
 */
#define K_EACH_FILE(name, each)                                                                    \
	static __always_inline void name(uint64_t table, uint64_t pids)                            \
	{                                                                                          \
		struct fdtable *fdt = READ(CAST(table, struct files_struct), fdt);                 \
		struct k_state *st = state();                                                      \
		uint64_t slots, bits;                                                              \
		uint32_t i, bit;                                                                   \
                                                                                                   \
		if (!st || !table || st->nsproxies[hash(table)] == table)                          \
			return;                                                                    \
		st->nsproxies[hash(table)] = table;                                                \
		slots = number(st, READ(fdt, fd));                                                 \
		bits = number(st, READ(fdt, open_fds));                                            \
		K_FOR (i, READ(fdt, max_fds) / 64, 0) {                                            \
			uint64_t open = WORD(st, bits + i * 8ull);                                 \
                                                                                                   \
			K_FOR (bit, n_bits(open), 0)                                               \
				each(st, WORD(st, slots + i * 512ull + bit * 8ull), pids,          \
				     i * 64 + bit);                                                \
		}                                                                                  \
	}

#endif
