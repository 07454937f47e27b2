/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handful of things every file needs: array sizes, cleanup attributes and
 * the transfer of ownership out of them.
 */
#ifndef NSCOPE_BASE_H
#define NSCOPE_BASE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#if !defined(__x86_64__) || !defined(__linux__)
#error "nscope is for Linux on x86_64 only"
#endif

#define ARRAY_SIZE(a)	       (sizeof(a) / sizeof((a)[0]))
#define BIT(n)		       (1u << (n))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

/* Locals that close or free themselves; an fd that owns nothing is -1. */
#define _cleanup_fd_   __attribute__((cleanup(cleanup_fd)))
#define _cleanup_free_ __attribute__((cleanup(cleanup_free)))

static inline int steal_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define steal_ptr(pp)                                                                              \
	({                                                                                         \
		__auto_type taken_ = *(pp);                                                        \
		*(pp) = NULL;                                                                      \
		taken_;                                                                            \
	})

#endif
