/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The set of namespaces that tasks share, after kernel/nsproxy.c. */
#include "kernel.h"

static const char file[] = "kernel/nsproxy.c";

/* free_nsproxy() drops them in this order. */
static const enum ns_slot free_order[] = {
	SLOT_MNT,    SLOT_UTS, SLOT_IPC, SLOT_PID_FOR_CHILDREN, SLOT_TIME, SLOT_TIME_FOR_CHILDREN,
	SLOT_CGROUP, SLOT_NET,
};

static enum ns_slot slot_for_new(enum ns_kind kind)
{
	if (kind == NS_PID)
		return SLOT_PID_FOR_CHILDREN;
	return kind == NS_TIME ? SLOT_TIME_FOR_CHILDREN : (enum ns_slot)kind;
}

void get_nsproxy(struct model *m, struct k_nsproxy *ns)
{
	note_count(m, ns, "count", ns->count, ns->count + 1);
	ns->count++;
}

static void free_nsproxy(struct model *m, struct k_nsproxy *ns)
{
	char buf[64];

	trace_step(m->trace, file, "free_nsproxy",
		   "nobody uses %s any more: its references on namespaces are dropped",
		   obj_label(m, ns, buf, sizeof(buf)));
	for (unsigned i = 0; i < ARRAY_SIZE(free_order); i++)
		put_ns(m, ns->ns[free_order[i]]);
	obj_free(m, ns);
}

void put_nsproxy(struct model *m, struct k_nsproxy *ns)
{
	note_count(m, ns, "count", ns->count, ns->count - 1);
	if (!--ns->count)
		free_nsproxy(m, ns);
}

static struct k_nsproxy *create_nsproxy(struct model *m)
{
	struct k_nsproxy *ns = obj_alloc(m, OBJ_NSPROXY, sizeof(*ns));

	if (!ns)
		return NULL;
	ns->count = 1;
	ns->born = m->n_calls;
	note_count(m, ns, "count", 0, 1);
	return ns;
}

/* The labels out_net, out_cgroup, ... out_ns: back through what was made, last first. */
static void undo_create(struct model *m, struct k_nsproxy *new, unsigned n_made)
{
	while (n_made--) {
		enum ns_kind kind = m->rules->create_order[n_made];

		if (!new->ns[slot_for_new(kind)])
			continue;
		trace_undo(m->trace, file, "create_new_namespaces",
			   "unwinding: drop the reference on the %s namespace",
			   ns_kinds[kind].name);
		put_ns(m, new->ns[slot_for_new(kind)]);
	}
	trace_undo(m->trace, file, "create_new_namespaces", "unwinding: free the new nsproxy");
	note_count(m, new, "count", 1, 0);
	obj_free(m, new);
}

int create_new_namespaces(struct model *m, uint64_t flags, struct k_task *me, struct k_task *tsk,
			  struct k_ns *user_ns, struct k_nsproxy **out)
{
	const struct rules *r = m->rules;
	struct k_nsproxy *new;
	int err = 0;

	trace_step(m->trace, file, "create_new_namespaces",
		   "an nsproxy is never changed while tasks use it: a new one is made");
	new = create_nsproxy(m);
	if (!new)
		return trace_refuse(m->trace, -ENOMEM, file, "create_nsproxy", "no memory for it");
	for (unsigned i = 0; i < r->n_create_order; i++) {
		enum ns_slot slot = slot_for_new(r->create_order[i]);
		struct k_ns *old = tsk->nsproxy->ns[slot];

		if (!old) /* before the root is mounted there is no mount namespace */
			continue;
		new->ns[slot] = copy_ns(m, flags, me, user_ns, old, &err);
		if (!new->ns[slot]) {
			undo_create(m, new, i);
			return err;
		}
		note_link(m, new, ns_slots[slot].field, NULL, new->ns[slot]);
	}
	new->ns[SLOT_TIME] = tsk->nsproxy->ns[SLOT_TIME];
	get_ns(m, new->ns[SLOT_TIME]);
	if (new->ns[SLOT_TIME])
		note_link(m, new, ns_slots[SLOT_TIME].field, NULL, new->ns[SLOT_TIME]);
	*out = new;
	return 0;
}

/* timens_on_fork(): a new address space can enter the time namespace for children. */
void timens_on_fork(struct model *m, struct k_nsproxy *ns)
{
	if (ns->ns[SLOT_TIME] == ns->ns[SLOT_TIME_FOR_CHILDREN])
		return;
	trace_step(m->trace, "kernel/time/namespace.c", "timens_on_fork",
		   "the task enters time_ns_for_children: from here both fields point at it");
	get_ns(m, ns->ns[SLOT_TIME_FOR_CHILDREN]);
	note_link(m, ns, "time_ns", ns->ns[SLOT_TIME], ns->ns[SLOT_TIME_FOR_CHILDREN]);
	put_ns(m, ns->ns[SLOT_TIME]);
	ns->ns[SLOT_TIME] = ns->ns[SLOT_TIME_FOR_CHILDREN];
	ns->ns[SLOT_TIME]->time.frozen_offsets = true;
}

static bool has_nsproxy_flag(const struct model *m, uint64_t flags)
{
	for (int k = 0; k < NS_N_KINDS; k++)
		if (k != NS_USER && rules_has(m->rules, k) && flags & ns_kinds[k].clone_flag)
			return true;
	return false;
}

static int check_admin(struct model *m, struct k_task *me, const struct k_ns *user_ns,
		       const char *func)
{
	char buf[64];

	obj_label(m, user_ns, buf, sizeof(buf));
	if (ns_capable(m, me, user_ns, CAP_SYS_ADMIN)) {
		trace_step(m->trace, file, func, "the caller has CAP_SYS_ADMIN in %s%s", buf,
			   user_ns == me->cred->user_ns ? "" : ", which it makes in this call");
		return 0;
	}
	trace_advise(m->trace, "add CLONE_NEWUSER (a user namespace is made first, and its "
			       "creator may do this inside), or become root");
	return trace_refuse(m->trace, -EPERM, file, func,
			    "needs CAP_SYS_ADMIN in %s, which euid %u has not", buf,
			    me->cred->euid);
}

static int check_new_namespaces(struct model *m, uint64_t flags, struct k_task *me,
				const struct k_ns *user_ns)
{
	int err = check_admin(m, me, user_ns, "copy_namespaces");

	if (err)
		return err;
	if (flags & CLONE_NEWIPC && flags & CLONE_SYSVSEM) {
		trace_advise(m->trace, "drop one of the two flags");
		return trace_refuse(m->trace, -EINVAL, file, "copy_namespaces",
				    "CLONE_SYSVSEM shares undo lists of semaphores that "
				    "CLONE_NEWIPC would put out of reach");
	}
	return 0;
}

int copy_namespaces(struct model *m, uint64_t flags, struct k_task *me, struct k_task *tsk)
{
	struct k_nsproxy *old = me->nsproxy, *new;
	bool is_plain = !has_nsproxy_flag(m, flags);
	bool same_time = old->ns[SLOT_TIME] == old->ns[SLOT_TIME_FOR_CHILDREN];
	int err;

	tsk->nsproxy = NULL;
	if (is_plain && (flags & CLONE_VM || same_time)) {
		trace_step(m->trace, file, "copy_namespaces",
			   "no CLONE_NEW* flag of the nsproxy: the child shares the parent's, "
			   "whose count goes up; those of the namespaces do not");
		get_nsproxy(m, old);
		tsk->nsproxy = old;
		return 0;
	}
	err = is_plain ? 0 : check_new_namespaces(m, flags, me, tsk->cred->user_ns);
	if (err)
		return err;
	err = create_new_namespaces(m, flags, me, me, tsk->cred->user_ns, &new);
	if (err)
		return err;
	if (!(flags & CLONE_VM))
		timens_on_fork(m, new);
	if (tsk->fs)
		fs_follow(tsk->fs, old->ns[SLOT_MNT], new->ns[SLOT_MNT]);
	tsk->nsproxy = new;
	note_link(m, tsk, "nsproxy", old, new);
	return 0;
}

int unshare_nsproxy_namespaces(struct model *m, uint64_t flags, struct k_task *me,
			       struct k_cred *new_cred, struct k_nsproxy **new_nsp)
{
	struct k_ns *user_ns = new_cred ? new_cred->user_ns : me->cred->user_ns;
	int err;

	*new_nsp = NULL;
	if (!has_nsproxy_flag(m, flags))
		return 0;
	err = check_admin(m, me, user_ns, "unshare_nsproxy_namespaces");
	if (err)
		return err;
	return create_new_namespaces(m, flags, me, me, user_ns, new_nsp);
}

static void note_slots(struct model *m, const struct k_task *p, const struct k_nsproxy *was,
		       const struct k_nsproxy *now)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (now && was->ns[slot] != now->ns[slot])
			note_link(m, p, ns_slots[slot].name, was->ns[slot], now->ns[slot]);
}

void switch_task_namespaces(struct model *m, struct k_task *p, struct k_nsproxy *new)
{
	struct k_nsproxy *old = p->nsproxy;

	trace_step(m->trace, file, "switch_task_namespaces",
		   new ? "task->nsproxy is set to the new one; the old one loses this task"
		       : "task->nsproxy becomes NULL; the old one loses this task");
	p->nsproxy = new;
	note_link(m, p, "nsproxy", old, new);
	if (!old)
		return;
	note_slots(m, p, old, new);
	put_nsproxy(m, old);
}

void exit_task_namespaces(struct model *m, struct k_task *p)
{
	switch_task_namespaces(m, p, NULL);
}
