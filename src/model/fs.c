/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Root and working directory of tasks, as far as namespaces depend on them. They live in
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
	note_count(m, new, "users", 0, 1);
	new->is_chrooted = old->is_chrooted;
	new->root_inum = old->root_inum;
	new->root_born = old->root_born;
	new->pwd_mnt = old->pwd_mnt;
	return new;
}

void put_fs_struct(struct model *m, struct k_fs *fs)
{
	note_count(m, fs, "users", fs->users, fs->users - 1);
	if (!--fs->users)
		obj_free(m, fs);
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
	fs->pwd_mnt = 0;
}

static void pwd_follow(struct k_fs *fs, const struct k_ns *to)
{
	for (uint32_t i = 0; i < to->mnt.mounts.n; i++)
		if (to->mnt.mounts.items[i].copy_of == fs->pwd_mnt) {
			fs->pwd_mnt = to->mnt.mounts.items[i].id;
			return;
		}
}

void fs_follow(struct k_fs *fs, const struct k_ns *from, const struct k_ns *to)
{
	if (!from || from == to)
		return;
	if (fs->pwd_mnt)
		pwd_follow(fs, to);
	if (!is_root_in(fs, from))
		return;
	fs->root_inum = to->inum;
	fs->root_born = to->born;
}

bool is_root_here(const struct k_task *me)
{
	const struct k_ns *mnt = me->nsproxy ? me->nsproxy->ns[SLOT_MNT] : NULL;

	return !me->fs || !mnt || is_root_in(me->fs, mnt);
}

bool current_chrooted(const struct k_task *me)
{
	return me->fs && (me->fs->is_chrooted || !is_root_here(me));
}

static int sys_chroot(struct model *m, struct k_task *me)
{
	char buf[64];

	if (!ns_capable(m, me, me->cred->user_ns, CAP_SYS_CHROOT))
		return trace_refuse(m->trace, -EPERM, "fs/open.c", "sys_chroot",
				    "needs CAP_SYS_CHROOT in the caller's user namespace, %s",
				    obj_label(m, me->cred->user_ns, buf, sizeof(buf)));
	trace_step(m->trace, "fs/open.c", "sys_chroot",
		   me->fs->users > 1
			   ? "another root directory, for all who share fs_struct; no namespace "
			     "changes"
			   : "another root directory; no namespace changes");
	note_text(m, me->fs, "root", "the root of the mount namespace", "a directory below it");
	me->fs->is_chrooted = true;
	return 0;
}

/* Of a mount namespace that has gone the root is left, and nothing that was mounted on it. */
static bool has_lost_mounts(const struct model *m, const struct k_fs *fs)
{
	if (!fs->root_inum)
		return false;
	obj_for_each (m, OBJ_NS, struct k_ns, ns)
		if (ns->kind == NS_MNT && is_root_in(fs, ns))
			return false;
	return true;
}

bool model_is_chrooted(const struct model *m, pid_t tid)
{
	const struct k_task *p = find_task(m, tid);

	return p && p->fs && (p->fs->is_chrooted || has_lost_mounts(m, p->fs));
}

int model_chroot(struct model *m, pid_t tid, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, sys_chroot(m, me)) : -ESRCH;
}

static int sys_chdir(struct model *m, struct k_task *me, const char *path)
{
	struct k_ns *mnt = me->nsproxy->ns[SLOT_MNT];
	bool is_known = *path == '/' && path[1] && !current_chrooted(me);

	me->fs->pwd_mnt = is_known ? mnt->mnt.mounts.items[find_mount(mnt, path)].id : 0;
	trace_step(m->trace, "fs/open.c", "ksys_chdir",
		   me->fs->users > 1
			   ? "another working directory, for all who share fs_struct: its mount is "
			     "busy as long"
			   : "another working directory, whose mount is busy as long");
	return 0;
}

int model_chdir(struct model *m, pid_t tid, const char *path, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, sys_chdir(m, me, path)) : -ESRCH;
}
