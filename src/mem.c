/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mem.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void *or_die(void *p)
{
	if (!p) {
		fputs("nscope: out of memory\n", stderr);
		_exit(2);
	}
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return or_die(calloc(n ? n : 1, size));
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	return or_die(reallocarray(p, n ? n : 1, size));
}

char *xstrdup(const char *s)
{
	return or_die(strdup(s));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return or_die(s);
}

void mem_keep(void)
{
#ifdef M_TRIM_THRESHOLD
	enum { KEPT = 256 << 20, MAPPED = 32 << 20 }; /* glibc takes no larger one for mmap() */

	mallopt(M_TRIM_THRESHOLD, KEPT);
	mallopt(M_MMAP_THRESHOLD, MAPPED);
	mallopt(M_TOP_PAD, 1 << 20);
#endif
}

#define ARENA_CHUNK (64 * 1024 - 32)

struct arena_chunk {
	struct arena_chunk *prev;
	size_t used;
	size_t room;
	_Alignas(16) char data[];
};

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->last;
	size_t want = (size + 15) & ~(size_t)15;
	void *p;

	if (!c || c->room - c->used < want) {
		size_t room = want > ARENA_CHUNK ? want : ARENA_CHUNK;

		c = or_die(calloc(1, sizeof(*c) + room));
		c->room = room;
		c->prev = a->last;
		a->last = c;
	}
	p = c->data + c->used;
	c->used += want;
	return p;
}

char *arena_memdup(struct arena *a, const char *p, size_t n)
{
	char *s = arena_alloc(a, n + 1);

	memcpy(s, p, n);
	return s;
}

size_t arena_size(const struct arena *a)
{
	size_t sum = 0;

	for (const struct arena_chunk *c = a->last; c; c = c->prev)
		sum += sizeof(*c) + c->room;
	return sum;
}

void arena_free(struct arena *a)
{
	while (a->last) {
		struct arena_chunk *c = a->last;

		a->last = c->prev;
		free(c);
	}
}

void *array_grow(void *items, uint32_t *n, uint32_t *room, size_t size)
{
	if (*n == *room) {
		*room = *room ? *room * 2 : 16;
		items = xreallocarray(items, *room, size);
	}
	memset((char *)items + *n * size, 0, size);
	(*n)++;
	return items;
}

static void strbuf_reserve(struct strbuf *b, size_t more)
{
	if (b->n + more + 1 <= b->room)
		return;
	b->room = (b->n + more + 1) * 2;
	b->s = xreallocarray(b->s, b->room, 1);
}

void strbuf_add(struct strbuf *b, const char *p, size_t n)
{
	strbuf_reserve(b, n);
	memcpy(b->s + b->n, p, n);
	b->n += n;
	b->s[b->n] = '\0';
}

void strbuf_puts(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

void strbuf_printf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0) {
		strbuf_reserve(b, n);
		vsnprintf(b->s + b->n, n + 1, fmt, again);
		b->n += n;
	}
	va_end(again);
}

void strbuf_free(struct strbuf *b)
{
	free(b->s);
	*b = (struct strbuf){0};
}
