/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Credentials, after kernel/cred.c, and the rule of capabilities, after security/commoncap.c. */
#include "kernel.h"

static const char file[] = "kernel/cred.c";

void get_cred(struct model *m, struct k_cred *c)
{
	note_count(m, c, "usage", c->usage, c->usage + 1);
	c->usage++;
}

void put_cred(struct model *m, struct k_cred *c)
{
	note_count(m, c, "usage", c->usage, c->usage - 1);
	if (--c->usage)
		return;
	put_ucounts(m, c->ucounts);
	put_ns(m, c->user_ns);
	obj_free(m, c);
}

struct k_cred *prepare_creds(struct model *m, const struct k_task *me)
{
	struct k_cred *new = obj_alloc(m, OBJ_CRED, sizeof(*new));
	struct obj obj;

	if (!new)
		return NULL;
	obj = new->obj;
	*new = *me->cred;
	new->obj = obj;
	new->usage = 1;
	note_count(m, new, "usage", 0, 1);
	get_ns(m, new->user_ns);
	get_ucounts(m, new->ucounts);
	return new;
}

int set_cred_ucounts(struct model *m, struct k_cred *new)
{
	struct k_ucounts *old = new->ucounts;

	if (!m->rules->has_cred_ucounts)
		return 0;
	if (old && old->ns == new->user_ns && old->uid == new->uid)
		return 0;
	new->ucounts = alloc_ucounts(m, new->user_ns, new->uid);
	if (!new->ucounts) {
		new->ucounts = old;
		return trace_refuse(m->trace, -EAGAIN, file, "set_cred_ucounts",
				    "no memory for the counters of this uid");
	}
	put_ucounts(m, old);
	return 0;
}

int copy_creds(struct model *m, struct k_task *me, struct k_task *p, uint64_t flags)
{
	struct k_cred *new;
	int err = 0;

	if (flags & CLONE_THREAD) {
		trace_step(m->trace, file, "copy_creds",
			   "CLONE_THREAD: a thread shares its process's credentials, and so its "
			   "user namespace");
		get_cred(m, me->cred);
		get_cred(m, me->cred);
		p->cred = me->cred;
		return 0;
	}
	trace_step(m->trace, file, "copy_creds",
		   "a process has credentials of its own: a new cred, one reference on the user "
		   "namespace");
	new = prepare_creds(m, me);
	if (!new)
		return trace_refuse(m->trace, -ENOMEM, file, "prepare_creds", "no memory for it");
	if (flags & CLONE_NEWUSER) {
		err = create_user_ns(m, me, new);
		if (!err)
			err = set_cred_ucounts(m, new);
	}
	if (err) {
		trace_undo(m->trace, file, "copy_creds", "error_put: drop the new cred");
		put_cred(m, new);
		return err;
	}
	get_cred(m, new);
	p->cred = new;
	note_link(m, p, "cred", me->cred, new);
	return 0;
}

void commit_creds(struct model *m, struct k_task *p, struct k_cred *new)
{
	struct k_cred *old = p->cred;

	trace_step(m->trace, file, "commit_creds", "the new credentials take effect");
	if (old->user_ns != new->user_ns)
		note_link(m, p, "user", old->user_ns, new->user_ns);
	get_cred(m, new);
	p->cred = new;
	note_link(m, p, "cred", old, new);
	put_cred(m, old);
	put_cred(m, old);
}

bool is_root_inside(const struct k_cred *c)
{
	return map_down(&c->user_ns->user.uid_map, 0, 1) == c->euid;
}

/*
 * cap_capable(): the capability itself in the namespace of the cred or in none
 * below; whoever made a namespace, from its parent, has every one in it.
 */
bool ns_capable(struct model *m, struct k_task *me, const struct k_ns *ns, int cap)
{
	const struct k_cred *c = me->cred;

	if (!(me->known & FACT_CRED))
		trace_doubt(m->trace, FACT_CRED,
			    "the capabilities are not known: taken as %s, for euid %u; the other "
			    "way the answer changes at the check for CAP_SYS_ADMIN",
			    c->cap_effective ? "all of them" : "none", c->euid);
	for (; ns; ns = ns->parent) {
		if (ns == c->user_ns)
			return c->cap_effective & (1ull << cap);
		if (ns->level <= c->user_ns->level)
			return false;
		if (ns->parent == c->user_ns && ns->user.owner == c->euid)
			return true;
	}
	return false;
}
