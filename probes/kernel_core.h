/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CO-RE: an instruction of our programs that depends on where a member lies in a
 * struct, on the number of a type or on the value of a word of an enum, is changed to
 * what the running kernel has.
 * Follows bpf_core_calc_relo_insn() and bpf_core_patch_insn() of the kernel, but
 * in one pass over its types instead of one for each.
 */
#ifndef NSCOPE_KERNEL_CORE_H
#define NSCOPE_KERNEL_CORE_H

#include "kernel_btf.h"

#include <linux/bpf.h>

/* The names that relocations start from, each once; the caller finds them all. */
struct core_names {
	ARRAY(struct btf_wanted) list;
};
/* The entry of a name; `kind` as in struct btf_wanted. Good until the next call. */
struct btf_wanted *core_name(struct core_names *names, const char *name, uint32_t kind);
/* What a relocation starts from: its struct or enum, without the ___suffix of a variant. */
struct btf_wanted *core_root(struct core_names *names, const struct btf_view *own,
			     const struct bpf_core_relo *r);

/* Change the instruction of a relocation. */
void core_apply(struct core_names *names, const struct btf_view *own, const struct btf_view *kernel,
		const struct bpf_core_relo *r, struct bpf_insn *insn);

/* An instruction that the verifier refuses, unless no run ever comes to it. */
struct bpf_insn core_poison(void);

#endif
