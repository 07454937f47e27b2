/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How programs read and walk from Linux 5.8 on: of types "iter/...", they are called
 * by the kernel for each task, each open file or each mapping, once with a reading of
 * their file. Members are read by a call, since no address can be made a pointer.
 */
#ifndef NSCOPE_KERNEL_CALLED_H
#define NSCOPE_KERNEL_CALLED_H

#include "kernel_types.h"

/* Kernels that need this have none. */
#define K_HAS_CHAINS 0

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct bpf_iter_meta {
	uint64_t seq_num; /* calls before this one */
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task; /* NULL: that was the last */
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	uint32_t fd;
	struct file *file;
};

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

#pragma clang attribute pop

/* ---- reading ---- */

/*
 * Two branches that read members of two kernels must not become one that chooses between
 * two offsets: one of these is not there, and the verifier would come to it.
 */
#define OF_ITS_OWN __asm__ volatile("" : : "i"(__COUNTER__))

/* As those of kernel_walk.h. */
#define CAST(addr, type) ((type *)(uint64_t)(addr))

#define READ(p, ...)                                                                               \
	({                                                                                         \
		__auto_type from_ = (p); /* whatever is in p is no member of the kernel's */       \
		__auto_type read_ = BPF_CORE_READ(from_, ##__VA_ARGS__);                           \
		OF_ITS_OWN;                                                                        \
		read_;                                                                             \
	})

#define AT(p, type, field, ctype)                                                                  \
	({                                                                                         \
		ctype got_ = 0;                                                                    \
		bpf_probe_read_kernel(&got_, sizeof(got_),                                         \
				      (const char *)(p) + bpf_core_field_offset(type, field));     \
		OF_ITS_OWN;                                                                        \
		got_;                                                                              \
	})

#define READ_CHARS(to, p, field) bpf_core_read(to, sizeof(to), &(p)->field)

#define READ_BITS(p, field) BPF_CORE_READ_BITFIELD_PROBED(p, field)

/* Whatever has been read is a number. */
static uint64_t number(struct k_state *st, const void *p)
{
	(void)st;
	return (uint64_t)p;
}

/* What the kernel calls with is not: it becomes one in a map. */
static uint64_t given(struct k_state *st, const void *p)
{
	*(volatile uint64_t *)&st->scratch = (uint64_t)p;
	return *(volatile uint64_t *)&st->scratch;
}

/* ---- walking ---- */

/* i from 0 on, below n, and below `most`: the verifier goes through each round. */
#define K_FOR(i, n, most) for (i = 0; is_below(i, n, most); i++)

/* What is left out is told: a list that is cut must not look like all there is. */
__noinline int note_cut(void)
{
	struct k_state *st = state();

	if (st)
		st->n_cut++;
	return 0;
}

static inline int is_below(uint32_t i, uint32_t n, uint32_t most)
{
	if (i >= n)
		return 0;
	if (i < most)
		return 1;
	note_cut();
	return 0;
}

/* The first call begins; the others follow when begin(st) was not 0. */
#define K_CALLED(st, ctx, begin)                                                                   \
	do {                                                                                       \
		if (!(st))                                                                         \
			return 0;                                                                  \
		if (!READ(CAST(given(st, (ctx)->meta), struct bpf_iter_meta), seq_num))            \
			(st)->is_done = !begin(st);                                                \
		if ((st)->is_done || !(ctx)->task)                                                 \
			return 0;                                                                  \
	} while (0)

#define K_TASKS(name, begin, each)                                                                 \
	SEC("iter/task") int name(struct bpf_iter__task *ctx)                                      \
	{                                                                                          \
		struct k_state *st = state();                                                      \
                                                                                                   \
		K_CALLED(st, ctx, begin);                                                          \
		each(st, CAST(given(st, ctx->task), struct task_struct));                          \
		return 0;                                                                          \
	}

#define K_FILES(name, begin, each)                                                                 \
	SEC("iter/task_file") int name(struct bpf_iter__task_file *ctx)                            \
	{                                                                                          \
		struct k_state *st = state();                                                      \
		uint64_t pids;                                                                     \
                                                                                                   \
		K_CALLED(st, ctx, begin);                                                          \
		pids = pids_of(st, CAST(given(st, ctx->task), struct task_struct));                \
		each(st, given(st, ctx->file), pids, ctx->fd);                                     \
		return 0;                                                                          \
	}

#define K_MAPS(name, begin, wants, each)                                                           \
	SEC("iter/task_vma") int name(struct bpf_iter__task_vma *ctx)                              \
	{                                                                                          \
		struct k_state *st = state();                                                      \
		struct task_struct *t;                                                             \
		uint64_t vma;                                                                      \
                                                                                                   \
		K_CALLED(st, ctx, begin);                                                          \
		t = CAST(given(st, ctx->task), struct task_struct);                                \
		vma = given(st, ctx->vma);                                                         \
		if (vma && wants(st, t))                                                           \
			each(number(st, READ(CAST(vma, struct vm_area_struct), vm_file)),          \
			     pids_of(st, t));                                                      \
		return 0;                                                                          \
	}

#endif
