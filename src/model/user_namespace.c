/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User namespaces, after kernel/user_namespace.c. */
#include "kernel.h"

#include <limits.h>

static const char file[] = "kernel/user_namespace.c";

bool in_userns(const struct k_ns *ancestor, const struct k_ns *child)
{
	const struct k_ns *ns = child;

	while (ns && ns->level > ancestor->level)
		ns = ns->parent;
	return ns == ancestor;
}

bool has_mapping(const struct id_map *map, uint32_t id)
{
	for (uint32_t i = 0; i < map->n; i++)
		if (id - map->extents[i].lower < map->extents[i].count)
			return true;
	return false;
}

static int check_depth(struct model *m, const struct k_ns *parent)
{
	int err = m->rules->err_user_depth;

	if (parent->level <= MAX_USER_NS_LEVEL)
		return 0;
	trace_advise(m->trace, "start from a user namespace nearer to the initial one");
	return trace_refuse(m->trace, -err, file, "create_user_ns",
			    "the parent is %d levels deep already, and %d is the deepest allowed",
			    parent->level, MAX_USER_NS_LEVEL + 1);
}

static int check_creator(struct model *m, struct k_task *me, const struct k_ns *parent,
			 const struct k_cred *new)
{
	char buf[64];

	if (!(me->known & FACT_CHROOT))
		trace_doubt(m->trace, FACT_CHROOT,
			    "whether the task is in a chroot is not known: EPERM if it is");
	if (current_chrooted(me)) {
		trace_advise(m->trace, "use pivot_root in a mount namespace in place of chroot");
		return trace_refuse(m->trace, -EPERM, file, "create_user_ns",
				    "the caller is in a chroot, which a user namespace would let "
				    "it break out of");
	}
	if (!(me->known & FACT_MAPS))
		trace_doubt(m->trace, FACT_MAPS,
			    "the id maps of its user namespace are not known: EPERM if euid or "
			    "egid are not mapped there");
	if (has_mapping(&parent->user.uid_map, new->euid) &&
	    has_mapping(&parent->user.gid_map, new->egid))
		return 0;
	trace_advise(m->trace, "write uid_map and gid_map of that namespace first");
	return trace_refuse(m->trace, -EPERM, file, "create_user_ns",
			    "euid %u or egid %u of the caller is not mapped in %s", new->euid,
			    new->egid, obj_label(m, parent, buf, sizeof(buf)));
}

/* What distributions add to keep unprivileged tasks out of user namespaces. */
static int check_policy(struct model *m, struct k_task *me)
{
	if (ns_capable(m, me, m->init_ns[NS_USER], CAP_SYS_ADMIN))
		return 0;
	if (me->is_userns_confined)
		trace_doubt(m->trace, FACT_LSM,
			    "AppArmor restricts user namespaces of unprivileged tasks here "
			    "(kernel.apparmor_restrict_unprivileged_userns): unless the program's "
			    "profile allows userns, it is refused or comes without capabilities");
	if (!me->is_userns_off)
		return 0;
	trace_advise(m->trace, "set kernel.unprivileged_userns_clone to 1, or become root");
	return trace_refuse(m->trace, -EPERM, "kernel/fork.c", "unprivileged_userns_clone",
			    "this distribution's kernel wants CAP_SYS_ADMIN for a user namespace "
			    "(kernel.unprivileged_userns_clone is 0)");
}

static void fill_user_ns(struct k_ns *ns, struct k_ns *parent, const struct k_cred *new)
{
	ns->parent = parent;
	ns->level = parent->level + 1;
	ns->user.owner = ns->owner_uid = new->euid;
	ns->user.group = new->egid;
	ns->user.is_setgroups_denied = parent->user.is_setgroups_denied;
	for (int k = 0; k < NS_N_KINDS; k++)
		ns->user.ucount_max[k] = INT_MAX;
	ns->user.is_quota_known = true;
}

/* The new one takes over the cred's reference on the parent, and the cred the first on it. */
int create_user_ns(struct model *m, struct k_task *me, struct k_cred *new)
{
	struct k_ns *parent = new->user_ns, *ns;
	struct k_ucounts *ucounts = NULL;
	int err = check_policy(m, me);

	if (!err)
		err = check_depth(m, parent);
	if (err)
		return err;
	if (m->rules->has_ucounts) {
		ucounts = inc_ucount(m, parent, new->euid, NS_USER);
		if (!ucounts)
			return -ENOSPC;
	}
	err = check_creator(m, me, parent, new);
	if (err)
		goto fail;
	trace_step(m->trace, file, "create_user_ns",
		   "made before any other namespace, which it will own: empty id maps, and inside "
		   "it the creator has every capability");
	ns = alloc_fails(m) ? NULL : alloc_ns(m, NS_USER, NULL);
	if (!ns) {
		err = trace_refuse(m->trace, -ENOMEM, file, "create_user_ns", "no memory for it");
		goto fail;
	}
	fill_user_ns(ns, parent, new);
	ns->user.could_setfcap = new->cap_effective &(1ull << CAP_SETFCAP);
	ns->ucounts = ucounts;
	new->user_ns = ns;
	new->cap_effective = CAP_FULL;
	note_link(m, new, "user_ns", parent, ns);
	return 0;
fail:
	if (ucounts)
		dec_ucount(m, ucounts, NS_USER);
	return err;
}
