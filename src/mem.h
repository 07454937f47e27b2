/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory: allocation that dies instead of failing, an arena that is freed at
 * once, and a growing array and string. Out of memory ends the program: no
 * caller could do better.
 */
#ifndef NSCOPE_MEM_H
#define NSCOPE_MEM_H

#include "base.h"

void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2);

/*
 * Keep what is freed instead of giving it back to the kernel, up to 256 MiB: for a program
 * that makes as much again the next moment, and would have each page cleared anew. For
 * what is freed from now on. Without effect where the C library has no such setting.
 */
void mem_keep(void);

/* ---- arena: many small allocations, one free ---- */
struct arena_chunk;
struct arena {
	struct arena_chunk *last;
};

/* Zeroed, aligned for any type; never NULL. Lives until arena_free(). */
void *arena_alloc(struct arena *a, size_t size);
/* A NUL-terminated copy of n bytes. */
char *arena_memdup(struct arena *a, const char *p, size_t n);
/* All memory of the arena, in bytes: for the memory figures of `make bench`. */
size_t arena_size(const struct arena *a);
void arena_free(struct arena *a);

/*
 * ---- array: grow `items` so that one more fits; returns a zeroed new item.
 * struct { T *items; uint32_t n, room; } is what it works on. ----
 */
#define ARRAY(T)                                                                                   \
	struct {                                                                                   \
		T *items;                                                                          \
		uint32_t n;                                                                        \
		uint32_t room;                                                                     \
	}
void *array_grow(void *items, uint32_t *n, uint32_t *room, size_t size);
#define array_add(a)                                                                               \
	({                                                                                         \
		(a)->items = array_grow((a)->items, &(a)->n, &(a)->room, sizeof(*(a)->items));     \
		&(a)->items[(a)->n - 1];                                                           \
	})

/* ---- strbuf: a growing string, always NUL-terminated once something was added ---- */
struct strbuf {
	char *s;
	size_t n;
	size_t room;
};
void strbuf_add(struct strbuf *b, const char *p, size_t n);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_printf(struct strbuf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_free(struct strbuf *b);

#endif
