/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an object file of probes/bpf/ to what the kernel takes: each program with the
 * functions that it calls behind it, every instruction made to fit this kernel, and
 * the BTF that tells the verifier which functions there are.
 */
#ifndef NSCOPE_KERNEL_LINK_H
#define NSCOPE_KERNEL_LINK_H

#include "kernel_core.h"
#include "kernel_elf.h"
#include "kernel_object.h"

struct link_func {
	const char *name;
	unsigned section;
	uint32_t first, n; /* instructions of it */
	uint32_t n_params;
	bool is_global;
	char hook[32]; /* what the kernel calls it for: "bpf_iter_task"; "": it is run */
	int32_t at;    /* in the program that is being made; -1: not in it */
};

#define LINK_MAX_NAMES 4096

struct linker {
	struct elf_view elf;
	unsigned btf, ext; /* sections of it: our types, and what depends on the kernel's */
	struct bpf_insn *texts[ELF_MAX_SECTIONS]; /* copies of those with code */
	ARRAY(struct link_func) funcs;
	struct btf_view own;
	struct btf_view *kernel, one; /* that of the object, or this one */
	struct core_names names;
	const struct kernel_object *object; /* its maps have descriptors */
};

/* A program, ready to be loaded. */
struct linked {
	ARRAY(struct bpf_insn) insns;
	ARRAY(struct bpf_func_info) funcs;
	uint32_t hook; /* the type of what calls it; 0: nothing does */
};

/*
 * Read an image of the object, aligned to 8 bytes, and make it fit; link_close() has to follow,
 * also after an error. 0, or -errno with e set: -EINVAL when it is not what clang makes, -ENOSYS
 * when it calls functions of the kernel that this one has not, else as btf_view_kernel().
 */
int link_open(struct linker *l, const struct kernel_image *image, const struct kernel_object *o,
	      struct err *e);
void link_close(struct linker *l);
/*
 * A program by its name; what it had before is dropped. 0, or -errno with e set: -ENOSYS
 * when this kernel has nothing to call it for.
 */
int link_program(struct linker *l, const char *name, struct linked *p, struct err *e);
void linked_free(struct linked *p);
/* BTF that has a type for each function. */
void link_btf(const struct linker *l, struct strbuf *out);

#endif
