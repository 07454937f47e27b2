/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls that change mounts and roots, after fs/namespace.c. */
#include "kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char file[] = "fs/namespace.c";

static struct k_ns *mnt_of(const struct k_task *p)
{
	return p->nsproxy->ns[SLOT_MNT];
}

bool model_has_mount(const struct model *m, pid_t tid, const char *path)
{
	const struct k_task *p = find_task(m, tid);

	return p && p->nsproxy && find_mount_at(mnt_of(p), path) >= 0;
}

/* ---- who may ---- */

/* may_mount() */
static int check_admin(struct model *m, struct k_task *me, const struct k_ns *owner,
		       const char *func, const char *of)
{
	char buf[64];

	if (ns_capable(m, me, owner, CAP_SYS_ADMIN))
		return 0;
	trace_advise(m->trace, "make a user namespace and a mount namespace in one call first");
	return trace_refuse(m->trace, -EPERM, file, func,
			    "needs CAP_SYS_ADMIN in the owner of %s, %s", of,
			    obj_label(m, owner, buf, sizeof(buf)));
}

static int may_mount(struct model *m, struct k_task *me)
{
	return check_admin(m, me, mnt_of(me)->user_ns, "may_mount", "the mount namespace");
}

static int check_mnt(struct model *m, struct k_task *me)
{
	if (is_root_here(me))
		return 0;
	return trace_refuse(m->trace, -EINVAL, file, "check_mnt",
			    "the caller's root directory is in another mount namespace: the place "
			    "is not in its own");
}

static int attach(struct model *m, struct k_task *me, struct k_mount *new, const char *path)
{
	new->at = xstrdup(path);
	new->root = new->root ?: xstrdup("/");
	return attach_mount(m, mnt_of(me), new);
}

/* ---- bind mounts ---- */

/*
 * mnt_ns_loop(): one that is older could hold, in the end, itself. (In Linux 6.18 the age is
 * the id, and those are in the order of birth on one processor only.)
 */
static int check_loop(struct model *m, struct k_task *me, const struct k_ns *ns)
{
	const struct k_ns *own = mnt_of(me);

	if (ns->kind != NS_MNT || ns->born > own->born)
		return 0;
	return trace_refuse(m->trace, -EINVAL, file, "mnt_ns_loop",
			    "a mount namespace may be mounted only in one that is older: it could "
			    "come to keep itself");
}

static int bind_ns(struct model *m, struct k_task *me, int nr, const char *path)
{
	const struct k_file *f = find_file(me, nr);
	struct k_mount mnt = {0};
	int err = may_mount(m, me);
	char buf[64];

	if (err)
		return err;
	if (!f)
		return trace_refuse(m->trace, -ENOENT, file, "do_loopback",
				    "the caller has no descriptor %d", nr);
	if (f->kind != FILE_NSFS)
		return trace_refuse(m->trace, -EINVAL, file, "do_loopback",
				    "it is no file of a namespace");
	err = check_loop(m, me, f->ns) ?: check_mnt(m, me);
	if (err)
		return err;
	mnt.ns = f->ns;
	trace_step(m->trace, file, "do_loopback",
		   "one more mount of the file of %s, which keeps it alive as an open descriptor "
		   "does",
		   obj_label(m, f->ns, buf, sizeof(buf)));
	return attach(m, me, &mnt, path);
}

int model_bind(struct model *m, pid_t tid, int nr, const char *path, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, bind_ns(m, me, nr, path)) : -ESRCH;
}

static int bind_path(struct model *m, struct k_task *me, const char *from, const char *path)
{
	int err = may_mount(m, me) ?: check_mnt(m, me);
	struct k_mount mnt, *old;
	uint32_t i;

	if (err)
		return err;
	i = find_mount(mnt_of(me), from);
	old = &mnt_of(me)->mnt.mounts.items[i];
	if (old->is_unbindable)
		return trace_refuse(m->trace, -EINVAL, file, "do_loopback",
				    "that mount is unbindable");
	mnt = *old;
	mnt.is_locked = false;
	mnt.root = path_in_mount(old, from);
	trace_step(m->trace, file, "do_loopback",
		   mnt.group ? "another mount of the same directory, and a peer of the first"
			     : "another mount of the same directory");
	return attach(m, me, &mnt, path);
}

int model_bind_path(struct model *m, pid_t tid, const char *from, const char *path, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, bind_path(m, me, from, path)) : -ESRCH;
}

/* ---- file systems ---- */

static bool is_mounted_at(struct k_ns *mnt, const char *path, const struct k_super *sb)
{
	int32_t i = find_mount_at(mnt, path);

	return i >= 0 && mnt->mnt.mounts.items[i].sb == sb;
}

static int new_mount(struct model *m, struct k_task *me, const char *fstype, const char *path)
{
	const struct fs_type *type = find_fs_type(fstype);
	struct k_mount mnt = {0};
	int err = may_mount(m, me);
	const struct k_ns *ns;

	if (err)
		return err;
	if (!type || (type->slot >= 0 && !rules_has(m->rules, ns_slots[type->slot].kind)))
		return trace_refuse(m->trace, -ENODEV, file, "do_new_mount",
				    "there is no such file system here");
	ns = ns_shown(me, type);
	err = check_admin(m, me, ns ? ns->user_ns : me->cred->user_ns, "mount_capable",
			  "what it shows")
		      ?: check_mnt(m, me);
	if (err)
		return err;
	trace_step(m->trace, type->src, "get_tree", "%s", type->why);
	mnt.sb = get_tree(m, me, type);
	if (!mnt.sb)
		return trace_refuse(m->trace, -ENOMEM, "fs/super.c", "alloc_super",
				    "no memory for it");
	if (is_mounted_at(mnt_of(me), path, mnt.sb))
		return trace_refuse(m->trace, -EBUSY, file, "do_add_mount",
				    "the same superblock is mounted at that place already");
	trace_step(m->trace, file, "do_new_mount",
		   "it is mounted, for all in this mount namespace");
	return attach(m, me, &mnt, path);
}

int model_mount(struct model *m, pid_t tid, const char *fstype, const char *path, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, new_mount(m, me, fstype, path)) : -ESRCH;
}

/* ---- what it does to copies ---- */

static int change_type(struct model *m, struct k_task *me, const char *path,
		       enum model_propagation type)
{
	int err = may_mount(m, me) ?: check_mnt(m, me);
	struct k_mount *mnt;
	uint32_t group, i;

	if (err)
		return err;
	i = find_mount(mnt_of(me), path);
	mnt = &mnt_of(me)->mnt.mounts.items[i];
	if (strcmp(mnt->at, path))
		return trace_refuse(m->trace, -EINVAL, file, "do_change_type",
				    "nothing is mounted at that very place");
	mnt->is_unbindable = type == MODEL_UNBINDABLE;
	if (type == MODEL_SHARED) {
		trace_step(m->trace, file, "do_change_type",
			   "what is mounted below it is mounted in its copies, too");
		mnt->group = mnt->group ?: new_peer_group(m);
		return 0;
	}
	trace_step(m->trace, "fs/pnode.c", "change_mnt_propagation",
		   type == MODEL_SLAVE ? "it receives what its peers mount, and sends nothing"
				       : "it neither sends nor receives");
	group = has_peers(m, mnt) ? mnt->group : mnt->master;
	leave_peers(m, mnt);
	mnt->master = type == MODEL_SLAVE ? group : 0;
	return 0;
}

int model_propagation(struct model *m, pid_t tid, const char *path, enum model_propagation type,
		      struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, change_type(m, me, path, type)) : -ESRCH;
}

/* ---- away ---- */

/* Who keeps the mount busy, in words; NULL: nobody that is known. */
static const char *user_of(const struct model *m, uint32_t mnt_id)
{
	obj_for_each (m, OBJ_FILE, struct k_file, f)
		if (f->mnt_id == mnt_id)
			return "a file is open that was opened through it";
	obj_for_each (m, OBJ_FS, struct k_fs, fs)
		if (fs->pwd_mnt == mnt_id)
			return "the working directory of a process is in it";
	return NULL;
}

static int do_umount(struct model *m, struct k_task *me, const char *path, bool is_lazy)
{
	struct k_ns *ns = mnt_of(me);
	int32_t i = find_mount_at(ns, path);
	int err = may_mount(m, me);
	const char *user;

	if (err)
		return err;
	if (i < 0 || !is_root_here(me))
		return trace_refuse(m->trace, -EINVAL, file, "can_umount",
				    "there is no mount of the caller's namespace at that place");
	if (ns->mnt.mounts.items[i].is_locked)
		return trace_refuse(m->trace, -EINVAL, file, "can_umount",
				    "the mount came with a copy for another user namespace, and is "
				    "locked: what it hides must stay hidden");
	if (!is_lazy && has_mounts_below(ns, i))
		return trace_refuse(m->trace, -EBUSY, "fs/pnode.c", "propagate_mount_busy",
				    "something is mounted on it");
	user = is_lazy ? NULL : user_of(m, ns->mnt.mounts.items[i].id);
	if (user)
		return trace_refuse(m->trace, -EBUSY, "fs/pnode.c", "propagate_mount_busy", "%s",
				    user);
	trace_step(m->trace, file, "do_umount",
		   "gone from this mount namespace; copies in others stay, unless it was mounted "
		   "on something shared");
	detach_mount(m, ns, i);
	return 0;
}

int model_umount(struct model *m, pid_t tid, const char *path, bool is_lazy, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, do_umount(m, me, path, is_lazy)) : -ESRCH;
}

/* Does anything of that mount namespace hang on that file? Its row, or -1. */
static int32_t find_mounted_on(struct k_ns *ns, const struct k_mount *of, const char *dentry)
{
	for (uint32_t i = 0; i < ns->mnt.mounts.n; i++) {
		const struct k_mount *on = &ns->mnt.mounts.items[i];
		_cleanup_free_ char *at = NULL;
		int32_t found;

		if (on->sb != of->sb || on->ns != of->ns || !is_path_below(dentry, on->root))
			continue;
		at = move_path(dentry, on->root, on->at);
		found = find_mount_at(ns, at);
		if (found >= 0 && found != (int32_t)i)
			return found;
	}
	return -1;
}

static void detach_mounts(struct model *m, struct k_ns *ns, const struct k_mount *of,
			  const char *dentry)
{
	int32_t i;

	while ((i = find_mounted_on(ns, of, dentry)) >= 0) {
		trace_step(m->trace, file, "detach_mounts",
			   "what was mounted on it elsewhere goes with it");
		detach_mount(m, ns, i);
	}
}

static int unlink_path(struct model *m, struct k_task *me, const char *path)
{
	_cleanup_free_ char *dir = xstrdup(path), *dentry = NULL;
	char *slash = strrchr(dir, '/');
	struct k_mount of;
	uint32_t i;

	if (slash)
		slash[slash == dir] = '\0';
	i = find_mount(mnt_of(me), dir);
	of = mnt_of(me)->mnt.mounts.items[i];
	dentry = path_in_mount(&of, path);
	if (find_mounted_on(mnt_of(me), &of, dentry) >= 0) {
		trace_advise(m->trace, "unmount what is on it first");
		return trace_refuse(m->trace, -EBUSY, "fs/namei.c", "vfs_unlink",
				    "the file is a mount point in the caller's mount namespace: "
				    "is_local_mountpoint()");
	}
	trace_step(m->trace, "fs/namei.c", "vfs_unlink", "the name is gone");
	obj_for_each (m, OBJ_NS, struct k_ns, ns)
		if (ns->kind == NS_MNT)
			detach_mounts(m, ns, &of, dentry);
	return 0;
}

int model_unlink(struct model *m, pid_t tid, const char *path, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, unlink_path(m, me, path)) : -ESRCH;
}
