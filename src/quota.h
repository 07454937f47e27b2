/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotas of namespaces, as inc_ucount() of kernel/ucount.c checks them: a new
 * namespace is charged to its maker in the user namespace that will own it, then
 * to the maker of that one in the one above, and so on to the initial one. Each
 * level may refuse with ENOSPC.
 */
#ifndef NSCOPE_QUOTA_H
#define NSCOPE_QUOTA_H

#include "snap.h"

struct quota_level {
	int32_t user_ns;
	uid_t uid;
	int64_t used; /* -1: not known */
	int64_t max;  /* -1: not known; QUOTA_UNLIMITED */
};

#define QUOTA_MAX_LEVELS 34 /* the kernel has the initial one and 33 below it */

struct quota_chain {
	struct quota_level levels[QUOTA_MAX_LEVELS]; /* from the user namespace itself upwards */
	unsigned n;
	bool is_whole; /* it ends at the initial user namespace, and all its numbers are known */
};

/* What making a namespace of that kind would be charged to, by uid in user_ns (a row). */
void quota_chain(const struct snap *s, int32_t user_ns, uid_t uid, enum ns_kind kind,
		 struct quota_chain *chain);

/*
 * The level that allows the fewest more, the lowest of equal ones: it refuses first.
 * Of a limit without its use the limit is what is left at most. NULL: nothing known.
 */
const struct quota_level *quota_tightest(const struct quota_chain *chain);
/* How many more a level allows: 0 is a refusal; -1 when its limit is not known. */
int64_t quota_left(const struct quota_level *level);
/* A tenth of it, or less, is left. */
bool quota_is_near(const struct quota_level *level);

#endif
