/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads BTF, the kernel's description of its types (linux/btf.h): that of the
 * running kernel and that of our own programs. Only what relocating them needs.
 *
 * Whatever the bytes are, nothing outside of them is read and every call returns: types
 * that are not there are void, names "", and what nests too deep is not found.
 */
#ifndef NSCOPE_KERNEL_BTF_H
#define NSCOPE_KERNEL_BTF_H

#include "err.h"
#include "mem.h"

#include <linux/btf.h>
#include <stdbool.h>
#include <stdint.h>

struct btf_view {
	const char *types, *strs;
	uint32_t *at; /* where the type of a number begins, from `types` on; 0 is void */
	uint32_t n;   /* types, void included */
	uint32_t strs_size;
	void *map; /* of the running kernel's; else NULL */
	size_t size;
	bool is_heap; /* map is from malloc() */
};

/*
 * View `size` bytes of BTF, aligned as a struct btf_header is, which stay the caller's. 0, or
 * -EINVAL with e set when they are none or hold a kind of type that is not known; then *v
 * is empty.
 */
int btf_view_init(struct btf_view *v, const void *data, size_t size, struct err *e);
/* View the running kernel's. 0, or -errno with e set: -ENOENT when it has none. */
int btf_view_kernel(struct btf_view *v, struct err *e);
void btf_view_free(struct btf_view *v);

const struct btf_type *btf_type_at(const struct btf_view *v, uint32_t id);
const char *btf_name(const struct btf_view *v, uint32_t offset);
/* The type itself, behind typedefs and qualifiers; 0 when there are more than BTF_DEPTH_MAX. */
#define BTF_DEPTH_MAX 32
uint32_t btf_plain(const struct btf_view *v, uint32_t id);
/* Bytes of a type; 0 when it has no size, or one that no uint32_t has. */
uint32_t btf_size(const struct btf_view *v, uint32_t id);
bool btf_is_signed(const struct btf_view *v, uint32_t id);

/* A name that is looked for, and the types of that name and kind. */
#define BTF_SAME_MAX 4
struct btf_wanted {
	const char *name;
	uint32_t len;
	uint32_t kind; /* BTF_KIND_STRUCT, BTF_KIND_ENUM, BTF_KIND_FUNC */
	uint32_t ids[BTF_SAME_MAX];
	uint32_t n;
};
/* Look for all of them in one pass. */
void btf_find(const struct btf_view *v, struct btf_wanted *wanted, uint32_t n);

/* A member, or an element of one. */
struct btf_field {
	uint32_t type;
	uint32_t bit_offset; /* from the beginning of the outermost struct */
	uint32_t bit_size;   /* 0: no bit field */
};
/* The i-th member of a struct and its name; false when there is none. */
bool btf_member(const struct btf_view *v, uint32_t id, uint32_t i, struct btf_field *f,
		const char **name);
/* The member of that name, also one of a struct or union without a name inside; else false. */
bool btf_member_named(const struct btf_view *v, uint32_t id, const char *name, struct btf_field *f);
/* The i-th word of an enum and its value; NULL when there is none. */
const char *btf_enum_word(const struct btf_view *v, uint32_t id, uint32_t i, uint32_t *value);
/* Step from an array to its i-th element; false when it is no array. */
bool btf_element(const struct btf_view *v, struct btf_field *f, uint32_t i);

#endif
