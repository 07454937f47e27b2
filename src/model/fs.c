/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The root directory of tasks, as far as namespaces depend on it. It lives in
 * fs_struct, which tasks may share while their nsproxies differ: setns() with a
 * pidfd moves the root of all who share it, but the mount namespace of one.
 */
#include "kernel.h"

struct k_fs *copy_fs_struct(struct model *m, const struct k_fs *old)
{
	struct k_fs *new = obj_alloc(m, OBJ_FS, sizeof(*new));

	if (!new)
		return NULL;
	new->users = 1;
	new->is_chrooted = old->is_chrooted;
	new->root_inum = old->root_inum;
	new->root_born = old->root_born;
	return new;
}

static bool is_root_in(const struct k_fs *fs, const struct k_ns *mnt)
{
	return !fs->root_inum || (fs->root_inum == mnt->inum && fs->root_born == mnt->born);
}

void fs_enter(struct model *m, struct k_fs *fs, const struct k_ns *mnt)
{
	trace_step(m->trace, "fs/fs_struct.c", "set_fs_root",
		   fs->users > 1
			   ? "the root directory is that of the namespace now, also for those "
			     "who share fs_struct and stay in another: they count as chrooted"
			   : "the root directory is that of the namespace now");
	fs->is_chrooted = false;
	fs->root_inum = mnt->inum;
	fs->root_born = mnt->born;
}

void fs_follow(struct k_fs *fs, const struct k_ns *from, const struct k_ns *to)
{
	if (!from || from == to || !is_root_in(fs, from))
		return;
	fs->root_inum = to->inum;
	fs->root_born = to->born;
}

bool current_chrooted(const struct k_task *me)
{
	const struct k_ns *mnt = me->nsproxy ? me->nsproxy->ns[SLOT_MNT] : NULL;

	return me->fs && (me->fs->is_chrooted || (mnt && !is_root_in(me->fs, mnt)));
}
