/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "why.h"

#include "mem.h"

#define ALL  0xff
#define MNT  BIT(NS_MNT)
#define NET  BIT(NS_NET)
#define PID  BIT(NS_PID)
#define USER BIT(NS_USER)
#define IPC  BIT(NS_IPC)
#define CGRP BIT(NS_CGROUP)

const struct ref_kind_info ref_kinds[] = {
	[REF_NSPROXY] = {"nsproxy", "a pointer of an nsproxy, shared by all its tasks", ALL & ~USER,
			 0},
	[REF_NSFS] = {"nsfs", "its file, however many descriptors and bind mounts it has", ALL, 0},
	[REF_SOCKET] = {"socket", "a socket that was made in it", NET, NET},
	[REF_NET_FILE] = {"net file", "an open file of /proc/PID/net", NET, 0},
	[REF_FSCONTEXT] = {"fscontext", "a mount that is being made (fsopen)",
			   NET | USER | PID | IPC | CGRP, 0},
	[REF_SHM] = {"shm", "an attached segment of shared memory", IPC, 0},
	[REF_SYSVIPC] = {"sysvipc file", "an open file of /proc/sysvipc", IPC | PID, 0},
	[REF_MOUNTS] = {"mounts file", "an open list of its mounts (/proc/PID/mounts, mountinfo)",
			MNT, 0},
	[REF_CGROUP_FILE] = {"cgroup file", "an open control file of a cgroup", CGRP, 0},
	[REF_CHILD] = {"child", "a namespace right below it", PID | USER, 0},
	[REF_OWNED] = {"owned", "a namespace of another kind that it owns", USER, 0},
	[REF_DETACHED] = {"detached", "a tree of mounts that is mounted nowhere (open_tree)", USER,
			  0},
	[REF_CRED] = {"cred", "credentials of tasks and open files", USER, USER},
	[REF_UCOUNTS] = {"ucounts", "what a user may use in it, counted", USER, 0},
	[REF_MM] = {"mm", "the memory of a program that was started in it", USER, 0},
	[REF_SUPER] = {"superblock", "a file system that was mounted in it", USER, 0},
	[REF_PROC_SUPER] = {"proc", "a proc file system that shows it", PID, 0},
	[REF_FUSE] = {"fuse", "a connection of a FUSE file system", USER | PID, 0},
	[REF_BINFMT] = {"binfmt_misc", "its own table of binary formats", USER, 0},
	[REF_FANOTIFY] = {"fanotify", "a fanotify group", USER, 0},
	[REF_MQ_NOTIFY] = {"mq_notify", "who wants to be told of a message (mq_notify)", USER, 0},
	[REF_STRUCT_PID] = {"struct pid", "a process number in it", PID, PID},
	[REF_PERF] = {"perf", "a perf event", PID, 0},
	[REF_STATIC] = {"static", "of the kernel itself, since it was booted", ALL, 0},
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

/* Without the kernel's word: what the keepers that were found make up. */
static void count_keepers(const struct snap *s, struct hold *h)
{
	const struct keeper *keepers = &s->keepers[h->first_keeper];

	if (h->ref == REF_NSFS)
		h->count = 1;
	else
		h->count =
			h->ref == REF_SOCKET ? count_sockets(keepers, h->n_keepers) : h->n_keepers;
}

/* Those that the snap itself holds; -1 for the others. */
static int64_t count_links(const struct snap *s, const struct ns *ns, struct hold *h)
{
	switch (h->ref) {
	case REF_NSPROXY:
		h->is_inferred = s->n_nsproxies && s->nsproxies[0].is_inferred;
		return ns->n_proxy_refs;
	case REF_CHILD:
		return ns->n_children;
	case REF_OWNED:
		return ns->n_owned;
	default:
		return -1;
	}
}

static int64_t find_count(const struct snap *s, const struct ns *ns, enum ref_kind ref)
{
	for (uint32_t i = 0; i < ns->n_counts; i++)
		if (s->counts[ns->first_count + i].ref == ref)
			return s->counts[ns->first_count + i].count;
	return -1;
}

/* Whether there is, or may be, such a reference. Its keepers are those from `keeper` on. */
static bool fill_hold(const struct snap *s, const struct ns *ns, struct hold *h, uint32_t keeper)
{
	h->first_keeper = keeper;
	while (keeper + h->n_keepers < ns->first_keeper + ns->n_keepers &&
	       s->keepers[keeper + h->n_keepers].ref == h->ref)
		h->n_keepers++;
	h->count = count_links(s, ns, h);
	if (h->count < 0)
		h->count = find_count(s, ns, h->ref);
	if (h->count < 0 && h->n_keepers)
		count_keepers(s, h);
	if (h->count >= 0)
		return h->count || h->n_keepers;
	return ns->audit == AUDIT_NONE && (ref_kinds[h->ref].unknown_kinds & BIT(ns->kind));
}

unsigned why_holds(const struct snap *s, int32_t row, struct hold holds[REF_N_KINDS])
{
	const struct ns *ns = &s->nss[row];
	uint32_t keeper = ns->first_keeper;
	unsigned n = 0;

	for (int ref = 0; ref < REF_N_KINDS; ref++) {
		holds[n] = (struct hold){.ref = ref};
		if (fill_hold(s, ns, &holds[n], keeper))
			keeper += holds[n++].n_keepers;
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
	sum.has_rest = sum.kernel >= 0 && s->nss[ns].audit == AUDIT_FULL;
	if (sum.has_rest)
		sum.unexplained = sum.kernel - sum.explained;
	return sum;
}

static int64_t count_hidden(const struct snap *s)
{
	int64_t n = 0;

	for (uint32_t i = 0; i < s->n_tasks; i++)
		n += s->tasks[i].nsproxy == IX_DENIED;
	return n;
}

struct proxy_sum why_proxy_sum(const struct snap *s, int32_t nsproxy)
{
	const struct nsproxy *p = &s->nsproxies[nsproxy];
	struct proxy_sum sum = {.kernel = p->count, .tasks = p->n_tasks, .idle = p->n_idle};

	if (p->count < 0 || p->audit != AUDIT_FULL)
		return sum;
	sum.has_rest = true;
	sum.unexplained = sum.kernel - sum.tasks - sum.idle;
	if (sum.unexplained > 0) {
		int64_t hidden = count_hidden(s);

		sum.hidden = hidden < sum.unexplained ? hidden : sum.unexplained;
		sum.unexplained -= sum.hidden;
	}
	/*
	 * Of the initial one a rest is no finding: a task counts before fork() puts it on any
	 * list, in a storm of forks in every reading, and the hidden were counted at another
	 * moment.
	 */
	if (p->n_idle && sum.unexplained) {
		sum.unexplained = 0;
		sum.has_rest = false;
	}
	return sum;
}

/* A namespace of that kind whose count lacks just n. */
static int32_t find_lack(const struct snap *s, enum ns_kind kind, int64_t n)
{
	struct hold holds[REF_N_KINDS];

	for (uint32_t i = 0; i < s->n_nss; i++) {
		struct hold_sum sum;

		if (s->nss[i].kind != kind || s->nss[i].audit != AUDIT_FULL)
			continue;
		sum = why_sum(s, i, holds, why_holds(s, i, holds));
		if (sum.has_rest && sum.unexplained == n)
			return i;
	}
	return IX_NONE;
}

/* Fewer that lack one each may be chance. */
#define UNSEEN_KINDS 3

bool why_unseen_nsproxy(const struct snap *s, int32_t rows[NS_N_SLOTS])
{
	unsigned kinds = 0;

	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		bool is_time = ns_slots[slot].kind == NS_TIME;

		rows[slot] = IX_NONE;
		if (ns_slots[slot].home != HOME_NSPROXY)
			continue;
		rows[slot] = find_lack(s, ns_slots[slot].kind, is_time ? 2 : 1);
		if (rows[slot] >= 0)
			kinds |= BIT(ns_slots[slot].kind);
	}
	return __builtin_popcount(kinds) >= UNSEEN_KINDS;
}
