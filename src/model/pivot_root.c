/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pivot_root(), after fs/namespace.c: another mount becomes the root of the tree. */
#include "kernel.h"

#include <errno.h>
#include <string.h>

static const char file[] = "fs/namespace.c";

static int refuse(struct model *m, int err, const char *why)
{
	return trace_refuse(m->trace, -err, file, "pivot_root", "%s", why);
}

static int check(struct model *m, struct k_task *me, struct k_ns *ns, const char *new,
		 const char *old)
{
	const struct k_mount *all;
	uint32_t n, o;
	char buf[64];

	if (!ns_capable(m, me, ns->user_ns, CAP_SYS_ADMIN))
		return trace_refuse(m->trace, -EPERM, file, "may_mount",
				    "needs CAP_SYS_ADMIN in the owner of the mount namespace, %s",
				    obj_label(m, ns->user_ns, buf, sizeof(buf)));
	n = find_mount(ns, new);
	o = find_mount(ns, old);
	all = ns->mnt.mounts.items;
	if (all[o].group || all[0].group)
		return refuse(m, EINVAL, "the old or the new root is shared with other mounts");
	if (!is_root_here(me))
		return refuse(m, EINVAL, "the caller's root is in another mount namespace");
	if (all[n].is_locked)
		return refuse(m, EINVAL, "the new root is locked");
	if (!n || !o)
		return refuse(m, EBUSY,
			      "the new root, or where the old one goes, is on the old "
			      "root");
	if (current_chrooted(me)) {
		trace_advise(m->trace, "call it in place of chroot, not after it");
		return refuse(m, EINVAL,
			      "the caller's root directory is not where its mount namespace has "
			      "its root");
	}
	if (strcmp(all[n].at, new))
		return refuse(m, EINVAL, "the new root is no mount");
	if (!is_path_below(old, new))
		return refuse(m, EINVAL, "where the old root goes is not below the new one");
	return 0;
}

static void move(struct k_ns *ns, struct k_mount *mnt, const char *from, const char *to)
{
	char *at = move_path(mnt->at, from, to);

	free(mnt->at);
	mnt->at = at;
	*array_add(&ns->mnt.mounts) = *mnt;
	mnt->at = NULL;
}

/* What is below the new root comes first, so that each is after what it is mounted on. */
static void turn(struct k_ns *ns, const char *new, const char *old)
{
	_cleanup_free_ char *below = move_path(old, new, "/");
	struct mnt_part was = ns->mnt;

	memset(&ns->mnt.mounts, 0, sizeof(ns->mnt.mounts));
	for (uint32_t i = 0; i < was.mounts.n; i++)
		if (is_path_below(was.mounts.items[i].at, new))
			move(ns, &was.mounts.items[i], new, "/");
	for (uint32_t i = 0; i < was.mounts.n; i++)
		if (was.mounts.items[i].at)
			move(ns, &was.mounts.items[i], "/", below);
	free(was.mounts.items);
}

static int pivot_root(struct model *m, struct k_task *me, const char *new, const char *old)
{
	struct k_ns *ns = me->nsproxy->ns[SLOT_MNT];
	int err = check(m, me, ns, new, old);

	if (err)
		return err;
	turn(ns, new, old);
	trace_step(m->trace, file, "pivot_root",
		   "another mount is the root of the mount namespace, and the old one is below it");
	note_text(m, ns, "root", "the old root", "the new root");
	trace_step(m->trace, file, "chroot_fs_refs",
		   "every task whose root was the old one has the new one: nobody is in a chroot");
	return 0;
}

int model_pivot_root(struct model *m, pid_t tid, const char *new, const char *old, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, pivot_root(m, me, new, old)) : -ESRCH;
}
