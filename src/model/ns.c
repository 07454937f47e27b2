/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the eight kinds have in common: struct ns_common, its count, its owner,
 * its quota. The kernel writes this out once a kind (copy_utsname, copy_ipcs,
 * copy_pid_ns, ...); kinds.c has what is particular to each.
 */
#include "kernel.h"

/* The initial pid namespace is exempt: get_pid_ns() and put_pid_ns() pass over it. */
static bool is_uncounted(const struct k_ns *ns)
{
	return ns->kind == NS_PID && ns->is_initial;
}

void get_ns(struct model *m, struct k_ns *ns)
{
	if (!ns || is_uncounted(ns))
		return;
	note_count(m, ns, "count", ns->count, ns->count + 1);
	ns->count++;
}

/* References that the namespace has on its owner: its mqueue superblock is one more. */
static int n_owner_refs(const struct model *m, const struct k_ns *ns)
{
	return ns->kind == NS_IPC && m->rules->has_sb_user_ns ? 2 : 1;
}

/* What it contains. Returns how many references on its owner pass to others. */
static int free_contents(struct model *m, struct k_ns *ns)
{
	if (ns->kind == NS_USER) {
		free(ns->user.uid_map.extents);
		free(ns->user.gid_map.extents);
	}
	if (ns->kind == NS_MNT)
		drop_mounts(m, ns);
	if (ns->kind != NS_IPC)
		return 0;
	free_ipcs(m, ns);
	return orphan_mqueue(m, ns);
}

static void free_ns(struct model *m, struct k_ns *ns)
{
	struct k_ns *owner = ns->user_ns, *parent = ns->parent;
	struct k_ucounts *ucounts = ns->ucounts;
	enum ns_kind kind = ns->kind;
	int n = n_owner_refs(m, ns) - free_contents(m, ns);
	char buf[64];

	trace_step(m->trace, kind_ops[kind].copy_file, kind_ops[kind].free_func,
		   "the last reference on %s is gone: it is freed, and what it held is let go",
		   obj_label(m, ns, buf, sizeof(buf)));
	obj_free(m, ns);
	if (ucounts)
		dec_ucount(m, ucounts, kind);
	while (owner && n--)
		put_ns(m, owner);
	put_ns(m, parent);
}

void put_ns(struct model *m, struct k_ns *ns)
{
	if (!ns || is_uncounted(ns))
		return;
	note_count(m, ns, "count", ns->count, ns->count - 1);
	if (--ns->count <= 0 && ns->is_count_known && !ns->is_initial)
		free_ns(m, ns);
}

struct k_ns *alloc_ns(struct model *m, enum ns_kind kind, struct k_ns *user_ns)
{
	struct k_ns *ns = obj_alloc(m, OBJ_NS, sizeof(*ns));

	if (!ns)
		return NULL;
	ns->kind = kind;
	ns->count = 1;
	ns->is_count_known = true;
	ns->born = m->n_calls;
	ns->inum = m->next_inum++;
	if (kind == NS_USER)
		link_init(&ns->user.ucounts);
	if (kind == NS_IPC)
		link_init(&ns->ipc.ids);
	note_text(m, ns, "new", "", ns_kinds[kind].name);
	note_count(m, ns, "count", 0, 1);
	if (!user_ns)
		return ns;
	ns->user_ns = user_ns;
	for (int n = n_owner_refs(m, ns); n--;)
		get_ns(m, user_ns);
	return ns;
}

static struct k_ns *clone_ns(struct model *m, struct k_task *me, struct k_ns *user_ns,
			     struct k_ns *old, struct k_ucounts *ucounts)
{
	const struct kind_ops *ops = &kind_ops[old->kind];
	struct k_ns *ns;
	char buf[64];

	trace_step(m->trace, ops->copy_file, ops->copy_func, "a new one, count 1, owned by %s: %s",
		   obj_label(m, user_ns, buf, sizeof(buf)), ops->contents);
	ns = alloc_fails(m) ? NULL : alloc_ns(m, old->kind, user_ns); /* its number, itself */
	if (!ns)
		return NULL;
	ns->ucounts = ucounts;
	if (ns_kinds[old->kind].is_hierarchical) {
		ns->parent = old;
		ns->level = old->level + 1;
		get_ns(m, old);
	}
	ops->fill(m, me, ns, old);
	if (!alloc_fails(m)) /* what it contains */
		return ns;
	ns->ucounts = NULL; /* the caller gives that back */
	put_ns(m, ns);
	return NULL;
}

static int refuse_alloc(struct model *m, const struct kind_ops *ops)
{
	trace_advise(m->trace, "this is the failure that was asked for");
	return trace_refuse(m->trace, -ENOMEM, ops->copy_file, ops->copy_func, "no memory for it");
}

struct k_ns *copy_ns(struct model *m, uint64_t flags, struct k_task *me, struct k_ns *user_ns,
		     struct k_ns *old, int *err)
{
	const struct kind_ops *ops = &kind_ops[old->kind];
	struct k_ucounts *ucounts = NULL;
	struct k_ns *ns;
	char buf[64];

	if (!(flags & ns_kinds[old->kind].clone_flag)) {
		trace_step(m->trace, ops->copy_file, ops->copy_func,
			   "%s is not set, so %s is kept and counted once more",
			   ns_kinds[old->kind].clone_name, obj_label(m, old, buf, sizeof(buf)));
		get_ns(m, old);
		return old;
	}
	*err = ops->check ? ops->check(m, me, user_ns, old) : 0;
	if (*err)
		return NULL;
	if (m->rules->has_ucounts) {
		ucounts = inc_ucount(m, user_ns, me->cred->euid, old->kind);
		*err = -ENOSPC;
		if (!ucounts)
			return NULL;
	}
	ns = clone_ns(m, me, user_ns, old, ucounts);
	if (ns)
		return ns;
	if (ucounts)
		dec_ucount(m, ucounts, old->kind);
	*err = refuse_alloc(m, ops);
	return NULL;
}
