/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "why.h"

#include "mem.h"

const struct ref_kind_info ref_kinds[] = {
	[REF_NSPROXY] = {"nsproxy", "a pointer of an nsproxy, shared by all its tasks"},
	[REF_NSFS] = {"nsfs", "its file, however many descriptors and bind mounts it has"},
	[REF_SOCKET] = {"socket", "a socket that was made in it"},
	[REF_CHILD] = {"child", "a namespace right below it"},
	[REF_OWNED] = {"owned", "a namespace of another kind that it owns"},
	[REF_CRED] = {"cred", "credentials of tasks and open files"},
	[REF_STRUCT_PID] = {"struct pid", "a process number in it"},
};
_Static_assert(ARRAY_SIZE(ref_kinds) == REF_N_KINDS, "a row for each");

static int ino_order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* A socket that many descriptors share is one reference. */
static int64_t count_sockets(const struct keeper *keepers, uint32_t n)
{
	uint64_t *inos = xcalloc(n, sizeof(*inos));
	int64_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		inos[i] = keepers[i].ino;
	qsort(inos, n, sizeof(*inos), ino_order);
	for (uint32_t i = 0; i < n; i++)
		count += !i || inos[i] != inos[i - 1];
	free(inos);
	return count;
}

/* The keepers of a namespace are sorted by kind: those of nsfs first, sockets last. */
static uint32_t n_nsfs_keepers(const struct snap *s, const struct ns *ns)
{
	uint32_t n = ns->n_keepers;

	while (n && s->keepers[ns->first_keeper + n - 1].kind == KEEPER_SOCKET)
		n--;
	return n;
}

static bool hold_nsproxy(const struct snap *s, const struct ns *ns, struct hold *h)
{
	h->count = ns->n_proxy_refs;
	h->is_inferred = s->n_nsproxies && s->nsproxies[0].is_inferred;
	return ns->n_proxy_refs;
}

static bool hold_nsfs(const struct snap *s, const struct ns *ns, struct hold *h)
{
	h->count = 1;
	h->first_keeper = ns->first_keeper;
	h->n_keepers = n_nsfs_keepers(s, ns);
	return h->n_keepers;
}

static bool hold_socket(const struct snap *s, const struct ns *ns, struct hold *h)
{
	uint32_t n_nsfs = n_nsfs_keepers(s, ns);

	h->first_keeper = ns->first_keeper + n_nsfs;
	h->n_keepers = ns->n_keepers - n_nsfs;
	if (h->n_keepers)
		h->count = count_sockets(&s->keepers[h->first_keeper], h->n_keepers);
	return ns->kind == NS_NET;
}

static bool hold_child(const struct snap *s, const struct ns *ns, struct hold *h)
{
	(void)s;
	h->count = ns->n_children;
	return ns->n_children;
}

static bool hold_owned(const struct snap *s, const struct ns *ns, struct hold *h)
{
	(void)s;
	h->count = ns->n_owned;
	return ns->n_owned;
}

static bool hold_cred(const struct snap *s, const struct ns *ns, struct hold *h)
{
	(void)s;
	(void)h;
	return ns->kind == NS_USER;
}

static bool hold_struct_pid(const struct snap *s, const struct ns *ns, struct hold *h)
{
	(void)s;
	(void)h;
	return ns->kind == NS_PID;
}

unsigned why_holds(const struct snap *s, int32_t ns, struct hold holds[REF_N_KINDS])
{
	/* Each tells whether there is, or may be, such a reference. */
	static bool (*const counters[])(const struct snap *, const struct ns *, struct hold *) = {
		[REF_NSPROXY] = hold_nsproxy,	    [REF_NSFS] = hold_nsfs,
		[REF_SOCKET] = hold_socket,	    [REF_CHILD] = hold_child,
		[REF_OWNED] = hold_owned,	    [REF_CRED] = hold_cred,
		[REF_STRUCT_PID] = hold_struct_pid,
	};
	unsigned n = 0;

	for (int ref = 0; ref < REF_N_KINDS; ref++) {
		holds[n] = (struct hold){.ref = ref, .count = -1};
		n += counters[ref](s, &s->nss[ns], &holds[n]);
	}
	return n;
}

struct hold_sum why_sum(const struct snap *s, int32_t ns, const struct hold *holds, unsigned n)
{
	struct hold_sum sum = {.kernel = s->nss[ns].refs, .is_complete = true};

	for (unsigned i = 0; i < n; i++) {
		if (holds[i].count >= 0)
			sum.explained += holds[i].count;
		else
			sum.is_complete = false;
	}
	/* Not before every holder is looked for: a rest that is none would be believed. */
	sum.has_rest = false;
	if (sum.has_rest)
		sum.unexplained = sum.kernel - sum.explained;
	return sum;
}
