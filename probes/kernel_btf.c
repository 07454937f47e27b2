/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_btf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* Bytes that follow a struct btf_type; -1 for a kind that is not known. */
static int n_more(const struct btf_type *t)
{
	uint32_t vlen = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return vlen * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	default:
		return -1;
	}
}

/* Types are of words; the last name ends, so that all do. */
static bool is_btf(const struct btf_header *h, size_t size)
{
	uint64_t types, strs;

	if (size < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len < sizeof(*h))
		return false;
	types = (uint64_t)h->hdr_len + h->type_off;
	strs = (uint64_t)h->hdr_len + h->str_off;
	return types + h->type_len <= size && strs + h->str_len <= size && !(types % 4) &&
	       h->str_len && !((const char *)h)[strs + h->str_len - 1];
}

int btf_view_init(struct btf_view *v, const void *data, size_t size, struct err *e)
{
	const struct btf_header *h = data;
	uint32_t at = 0, room;

	*v = (struct btf_view){0};
	if (!is_btf(h, size))
		return err_set(e, EINVAL, "this is no BTF");
	v->types = (const char *)data + h->hdr_len + h->type_off;
	v->strs = (const char *)data + h->hdr_len + h->str_off;
	v->strs_size = h->str_len;
	room = h->type_len / sizeof(struct btf_type) + 1;
	v->at = xreallocarray(NULL, room, sizeof(*v->at));
	v->at[0] = 0;
	for (v->n = 1; at + sizeof(struct btf_type) <= h->type_len; v->n++) {
		const struct btf_type *t = (const struct btf_type *)(v->types + at);
		int more = n_more(t);

		if (more < 0 || t->name_off >= h->str_len || at + sizeof(*t) + more > h->type_len) {
			btf_view_free(v);
			return err_set(e, EINVAL, "BTF of a kind that is not known yet");
		}
		v->at[v->n] = at;
		at += sizeof(*t) + more;
	}
	return 0;
}

/* Since 6.16 it can be mapped; before, it is a copy. */
static int read_kernel(struct btf_view *v, int fd, struct err *e)
{
	size_t n = 0;

	v->map = mmap(NULL, v->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (v->map != MAP_FAILED)
		return 0;
	v->map = xreallocarray(NULL, v->size, 1);
	v->is_heap = true;
	while (n < v->size) {
		ssize_t got = read(fd, (char *)v->map + n, v->size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_set(e, got ? errno : EINVAL, "cannot read " KERNEL_BTF);
		n += got;
	}
	return 0;
}

int btf_view_kernel(struct btf_view *v, struct err *e)
{
	_cleanup_fd_ int fd = open(KERNEL_BTF, O_RDONLY | O_CLOEXEC);
	struct btf_view types = {0};
	struct stat st;
	int err;

	*v = (struct btf_view){0};
	if (fd < 0)
		return err_set(e, ENOENT, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "cannot read " KERNEL_BTF);
	v->size = st.st_size;
	err = read_kernel(v, fd, e);
	if (!err)
		err = btf_view_init(&types, v->map, v->size, e);
	if (err) {
		btf_view_free(v);
		return err;
	}
	types.map = v->map;
	types.size = v->size;
	types.is_heap = v->is_heap;
	*v = types;
	return 0;
}

void btf_view_free(struct btf_view *v)
{
	if (v->is_heap)
		free(v->map);
	else if (v->map)
		munmap(v->map, v->size);
	free(v->at);
	*v = (struct btf_view){0};
}

const struct btf_type *btf_type_at(const struct btf_view *v, uint32_t id)
{
	static const struct btf_type none;

	return id && id < v->n ? (const struct btf_type *)(v->types + v->at[id]) : &none;
}

const char *btf_name(const struct btf_view *v, uint32_t offset)
{
	return offset < v->strs_size ? v->strs + offset : "";
}

uint32_t btf_plain(const struct btf_view *v, uint32_t id)
{
	for (int depth = 0; depth < BTF_DEPTH_MAX; depth++) {
		const struct btf_type *t = btf_type_at(v, id);

		switch (BTF_INFO_KIND(t->info)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = t->type;
			break;
		default:
			return id;
		}
	}
	return 0;
}

static const struct btf_array *array_of(const struct btf_type *t)
{
	return BTF_INFO_KIND(t->info) == BTF_KIND_ARRAY ? (const struct btf_array *)(t + 1) : NULL;
}

static uint32_t size_of(const struct btf_type *t)
{
	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_PTR:
		return sizeof(uint64_t);
	case BTF_KIND_INT:
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FLOAT:
		return t->size;
	default:
		return 0;
	}
}

uint32_t btf_size(const struct btf_view *v, uint32_t id)
{
	uint64_t n = 1;

	for (int depth = 0; depth < BTF_DEPTH_MAX; depth++) {
		const struct btf_type *t = btf_type_at(v, btf_plain(v, id));
		const struct btf_array *a = array_of(t);

		n *= a ? a->nelems : size_of(t);
		if (n > UINT32_MAX)
			return 0;
		if (!a)
			return n;
		id = a->type;
	}
	return 0;
}

bool btf_is_signed(const struct btf_view *v, uint32_t id)
{
	const struct btf_type *t = btf_type_at(v, btf_plain(v, id));

	return BTF_INFO_KIND(t->info) == BTF_KIND_INT &&
	       BTF_INT_ENCODING(*(const uint32_t *)(t + 1)) & BTF_INT_SIGNED;
}

/* ---- looking up ---- */

/* Two characters tell most names apart from the wanted ones. 0: it has none. */
static uint32_t pair(const char *name)
{
	return *name ? (uint8_t)name[0] | (uint8_t)name[1] << 8 : 0;
}

static void note_type(struct btf_wanted *w, const char *name, uint32_t kind, uint32_t id)
{
	if (w->kind == kind && w->n < BTF_SAME_MAX && !strncmp(name, w->name, w->len) &&
	    !name[w->len])
		w->ids[w->n++] = id;
}

void btf_find(const struct btf_view *v, struct btf_wanted *wanted, uint32_t n)
{
	static const uint32_t kinds =
		BIT(BTF_KIND_STRUCT) | BIT(BTF_KIND_ENUM) | BIT(BTF_KIND_FUNC);
	uint16_t first[1 << 16] = {0}, *next = xcalloc(n + 1, sizeof(*next)); /* 0: none */

	for (uint32_t i = 0; i < n; i++) {
		next[i + 1] = first[pair(wanted[i].name)];
		first[pair(wanted[i].name)] = i + 1;
	}
	for (uint32_t id = 1; id < v->n; id++) {
		const struct btf_type *t = btf_type_at(v, id);
		uint32_t kind = BTF_INFO_KIND(t->info);
		const char *name = v->strs + t->name_off;

		if (t->name_off && kinds & BIT(kind))
			for (uint16_t i = first[pair(name)]; i; i = next[i])
				note_type(&wanted[i - 1], name, kind, id);
	}
	free(next);
}

bool btf_member(const struct btf_view *v, uint32_t id, uint32_t i, struct btf_field *f,
		const char **name)
{
	const struct btf_type *t = btf_type_at(v, btf_plain(v, id));
	const struct btf_member *m = (const struct btf_member *)(t + 1) + i;
	uint32_t kind = BTF_INFO_KIND(t->info);

	if ((kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION) || i >= BTF_INFO_VLEN(t->info))
		return false;
	*f = (struct btf_field){m->type, m->offset, 0};
	if (BTF_INFO_KFLAG(t->info)) {
		f->bit_offset = BTF_MEMBER_BIT_OFFSET(m->offset);
		f->bit_size = BTF_MEMBER_BITFIELD_SIZE(m->offset);
	}
	*name = btf_name(v, m->name_off);
	return true;
}

/* No struct has so many members, those in it included; a circle would have more. */
#define MEMBERS_MAX 65536

static bool find_member(const struct btf_view *v, uint32_t id, const char *name,
			struct btf_field *f, int depth, uint32_t *n)
{
	const char *own;

	if (depth == BTF_DEPTH_MAX)
		return false;
	for (uint32_t i = 0; btf_member(v, id, i, f, &own) && ++*n < MEMBERS_MAX; i++) {
		uint32_t offset = f->bit_offset;

		if (!strcmp(own, name))
			return true;
		if (!*own && find_member(v, f->type, name, f, depth + 1, n)) {
			f->bit_offset += offset;
			return true;
		}
	}
	return false;
}

bool btf_member_named(const struct btf_view *v, uint32_t id, const char *name, struct btf_field *f)
{
	uint32_t n = 0;

	return find_member(v, id, name, f, 0, &n);
}

const char *btf_enum_word(const struct btf_view *v, uint32_t id, uint32_t i, uint32_t *value)
{
	const struct btf_type *t = btf_type_at(v, btf_plain(v, id));
	const struct btf_enum *word = (const struct btf_enum *)(t + 1) + i;

	if (BTF_INFO_KIND(t->info) != BTF_KIND_ENUM || i >= BTF_INFO_VLEN(t->info))
		return NULL;
	*value = word->val;
	return btf_name(v, word->name_off);
}

bool btf_element(const struct btf_view *v, struct btf_field *f, uint32_t i)
{
	const struct btf_array *a = array_of(btf_type_at(v, btf_plain(v, f->type)));

	if (!a)
		return false;
	f->type = a->type;
	f->bit_offset += i * 8 * btf_size(v, a->type);
	return true;
}
