/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quotas of namespaces, after kernel/ucount.c: charged to (user namespace, uid) up to the root. */
#include "kernel.h"

static const char file[] = "kernel/ucount.c";

static struct k_ucounts *find_ucounts(struct k_ns *ns, uid_t uid)
{
	link_for_each (l, &ns->user.ucounts) {
		struct k_ucounts *u = link_entry(l, struct k_ucounts, of_ns);

		if (u->uid == uid)
			return u;
	}
	return NULL;
}

void get_ucounts(struct model *m, struct k_ucounts *u)
{
	if (!u)
		return;
	note_count(m, u, "count", u->count, u->count + 1);
	u->count++;
}

struct k_ucounts *alloc_ucounts(struct model *m, struct k_ns *ns, uid_t uid)
{
	struct k_ucounts *u = find_ucounts(ns, uid);

	if (!u) {
		u = obj_alloc(m, OBJ_UCOUNTS, sizeof(*u));
		if (!u)
			return NULL;
		u->ns = ns;
		u->uid = uid;
		link_add(&ns->user.ucounts, &u->of_ns);
		if (m->rules->has_cred_ucounts)
			get_ns(m, ns);
	}
	get_ucounts(m, u);
	return u;
}

void put_ucounts(struct model *m, struct k_ucounts *u)
{
	struct k_ns *ns;

	if (!u)
		return;
	note_count(m, u, "count", u->count, u->count - 1);
	if (--u->count)
		return;
	ns = u->ns;
	link_del(&u->of_ns);
	obj_free(m, u);
	if (m->rules->has_cred_ucounts)
		put_ns(m, ns);
}

/* The ucounts one level up: what the user namespace itself was charged to. */
static struct k_ucounts *next_ucounts(const struct k_ucounts *u)
{
	return u->ns->ucounts;
}

static struct k_ucounts *find_full(struct k_ucounts *first, enum ns_kind kind)
{
	for (struct k_ucounts *u = first; u; u = next_ucounts(u))
		if (u->n[kind] >= u->ns->user.ucount_max[kind])
			return u;
	return NULL;
}

/* Each level may refuse; the first of which too little is known is named. */
static void doubt_unknown(struct model *m, const struct k_ucounts *first, const char *kind)
{
	char buf[64];

	for (const struct k_ucounts *u = first; u; u = next_ucounts(u)) {
		if (!u->ns->user.is_quota_known) {
			trace_doubt(m->trace, FACT_QUOTA,
				    "user.max_%s_namespaces of %s, or what is used of it, is not "
				    "known here: ENOSPC if it is used up",
				    kind, obj_label(m, u->ns, buf, sizeof(buf)));
			return;
		}
		if (next_ucounts(u) || u->ns->is_initial)
			continue;
		trace_doubt(m->trace, FACT_QUOTA,
			    "user.max_%s_namespaces of the user namespaces above %s is not known "
			    "here: ENOSPC if it is used up in one of them",
			    kind, obj_label(m, u->ns, buf, sizeof(buf)));
	}
}

struct k_ucounts *inc_ucount(struct model *m, struct k_ns *ns, uid_t uid, enum ns_kind kind)
{
	struct k_ucounts *u = alloc_ucounts(m, ns, uid), *full;
	const char *name = ns_kinds[kind].name;
	char buf[64];

	if (!u) {
		trace_refuse(m->trace, -ENOSPC, file, "inc_ucount",
			     "no memory for the counters, which the caller cannot tell from a full "
			     "quota");
		return NULL;
	}
	full = find_full(u, kind);
	if (!full)
		doubt_unknown(m, u, name);
	if (full) {
		trace_refuse(m->trace, -ENOSPC, file, "inc_ucount",
			     "uid %u has %u of the %u %s namespaces that %s allows it", full->uid,
			     full->n[kind], full->ns->user.ucount_max[kind], name,
			     obj_label(m, full->ns, buf, sizeof(buf)));
		trace_advise(m->trace, "raise /proc/sys/user/max_%s_namespaces in %s, or free some",
			     name, buf);
		put_ucounts(m, u);
		return NULL;
	}
	for (struct k_ucounts *i = u; i; i = next_ucounts(i)) {
		note_count(m, i, name, i->n[kind], i->n[kind] + 1);
		i->n[kind]++;
	}
	return u;
}

/* /proc/sys/user, which shows each its own user namespace: set_permissions() and the write. */
static int write_max(struct model *m, struct k_task *me, enum ns_kind kind, uint32_t max)
{
	struct k_ns *ns = me->cred->user_ns;
	char buf[64];

	obj_label(m, ns, buf, sizeof(buf));
	if (!m->rules->has_ucounts)
		return trace_refuse(m->trace, -ENOENT, "fs/proc/proc_sysctl.c", "proc_sys_lookup",
				    "this kernel has no quotas of namespaces");
	if (!ns_capable(m, me, ns, CAP_SYS_RESOURCE))
		return trace_refuse(m->trace, -EACCES, file, "set_permissions",
				    "only CAP_SYS_RESOURCE in %s may write its limits", buf);
	if (max > INT32_MAX)
		return trace_refuse(m->trace, -EINVAL, "kernel/sysctl.c", "proc_dointvec_minmax",
				    "the limit is larger than %d", INT32_MAX);
	trace_step(m->trace, file, "setup_userns_sysctls",
		   "user.max_%s_namespaces of %s, for each uid in it and all below it; those that "
		   "there are stay",
		   ns_kinds[kind].name, buf);
	note_count(m, ns, "ucount_max", ns->user.ucount_max[kind], max);
	ns->user.ucount_max[kind] = max;
	return 0;
}

int model_set_quota(struct model *m, pid_t tid, enum ns_kind kind, uint32_t max, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, write_max(m, me, kind, max)) : -ESRCH;
}

void dec_ucount(struct model *m, struct k_ucounts *u, enum ns_kind kind)
{
	for (struct k_ucounts *i = u; i; i = next_ucounts(i))
		if (i->n[kind]) { /* those of before the seed were not charged */
			note_count(m, i, ns_kinds[kind].name, i->n[kind], i->n[kind] - 1);
			i->n[kind]--;
		}
	put_ucounts(m, u);
}
