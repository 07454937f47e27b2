/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounts that matter to namespaces, after fs/namespace.c: of namespace files, and of
 * file systems that show a namespace. A superblock is shared by the copies of its mount.
 */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

static const char file[] = "fs/namespace.c";

struct fs_type {
	const char *name;
	int slot;	   /* of the namespace that it shows; -1: none */
	bool is_per_mount; /* a superblock for each mount() */
	bool is_single;	   /* one superblock for the machine */
	bool keeps_ns;	   /* it counts on the namespace that it shows */
	bool is_global;	   /* its s_user_ns is the initial one, whoever mounts it */
	const char *src, *why;
};
static const struct fs_type fs_types[] = {
	{.name = "proc",
	 .slot = SLOT_PID,
	 .is_per_mount = true,
	 .keeps_ns = true,
	 .src = "fs/proc/root.c",
	 .why = "a superblock that shows the caller's own pid namespace and counts on it"},
	{.name = "tmpfs",
	 .slot = -1,
	 .is_per_mount = true,
	 .src = "mm/shmem.c",
	 .why = "a superblock of its own, that shows no namespace"},
	{.name = "mqueue",
	 .slot = SLOT_IPC,
	 .src = "ipc/mqueue.c",
	 .why = "the superblock that was made with the ipc namespace: it does not count on it"},
	{.name = "sysfs",
	 .slot = SLOT_NET,
	 .is_global = true,
	 .src = "fs/sysfs/mount.c",
	 .why = "the superblock of the net namespace, which it keeps in memory, but not alive"},
	{.name = "cgroup2",
	 .slot = SLOT_CGROUP,
	 .is_single = true,
	 .is_global = true,
	 .src = "kernel/cgroup/cgroup.c",
	 .why = "the one superblock of the machine, shown from the root of the cgroup namespace"},
};

const char *super_label(const struct model *m, const struct k_super *sb, char *buf, size_t size)
{
	char ns[64];

	if (sb->ns)
		snprintf(buf, size, "%s of %s", sb->type->name,
			 obj_label(m, sb->ns, ns, sizeof(ns)));
	else
		snprintf(buf, size, "%s", sb->type->name);
	return buf;
}

static void put_super(struct model *m, struct k_super *sb)
{
	struct k_super old = *sb;

	note_count(m, sb, "s_active", sb->count, sb->count - 1);
	if (--sb->count)
		return;
	trace_step(m->trace, "fs/super.c", "deactivate_super",
		   "the last mount of that %s is gone: its superblock goes, and what it kept",
		   old.type->name);
	obj_free(m, sb);
	if (old.type->keeps_ns)
		put_ns(m, old.ns);
	put_ns(m, old.user_ns);
}

static void get_mounted(struct model *m, const struct k_mount *mnt)
{
	if (mnt->ns) {
		open_nsfs(m, mnt->ns);
		return;
	}
	note_count(m, mnt->sb, "s_active", mnt->sb->count, mnt->sb->count + 1);
	mnt->sb->count++;
}

static void put_mounted(struct model *m, const struct k_mount *mnt)
{
	if (mnt->ns)
		close_nsfs(m, mnt->ns);
	else
		put_super(m, mnt->sb);
}

void copy_mounts(struct model *m, struct k_ns *new, const struct k_ns *old)
{
	for (uint32_t i = 0; i < old->mnt.mounts.n; i++) {
		struct k_mount mnt = old->mnt.mounts.items[i];

		if (mnt.ns && mnt.ns->kind == NS_MNT) /* those are left out */
			continue;
		mnt.is_locked |= new->user_ns != old->user_ns;
		get_mounted(m, &mnt);
		*array_add(&new->mnt.mounts) = mnt;
	}
}

void drop_mounts(struct model *m, struct k_ns *ns)
{
	struct mnt_part mnt = ns->mnt;

	ns->mnt = (struct mnt_part){0};
	for (uint32_t i = 0; i < mnt.mounts.n; i++)
		put_mounted(m, &mnt.mounts.items[i]);
	free(mnt.mounts.items);
}

/* The mount at that place that was made last. */
static struct k_mount *find_mount(const struct k_ns *mnt, uint32_t place)
{
	for (uint32_t i = mnt->mnt.mounts.n; i-- > 0;)
		if (mnt->mnt.mounts.items[i].place == place)
			return &mnt->mnt.mounts.items[i];
	return NULL;
}

bool model_has_bind(const struct model *m, pid_t tid, uint32_t place)
{
	const struct k_task *p = find_task(m, tid);

	return p && p->nsproxy && find_mount(p->nsproxy->ns[SLOT_MNT], place);
}

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
	return check_admin(m, me, me->nsproxy->ns[SLOT_MNT]->user_ns, "may_mount",
			   "the mount namespace");
}

static int refuse_elsewhere(struct model *m)
{
	return trace_refuse(m->trace, -EINVAL, file, "check_mnt",
			    "the caller's root directory is in another mount namespace: the place "
			    "is not in its own");
}

static int bind_ns(struct model *m, struct k_task *me, int nr, uint32_t place)
{
	const struct k_file *f = find_file(me, nr);
	struct k_mount mnt = {.place = place};
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
	if (!is_root_here(me))
		return refuse_elsewhere(m);
	mnt.ns = f->ns;
	trace_step(m->trace, file, "do_loopback",
		   "one more mount of the file of %s, which keeps it alive as an open descriptor "
		   "does",
		   obj_label(m, f->ns, buf, sizeof(buf)));
	get_mounted(m, &mnt);
	*array_add(&me->nsproxy->ns[SLOT_MNT]->mnt.mounts) = mnt;
	return 0;
}

int model_bind(struct model *m, pid_t tid, int nr, uint32_t place, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, bind_ns(m, me, nr, place)) : -ESRCH;
}

/* ---- file systems ---- */

static const struct fs_type *find_type(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fs_types); i++)
		if (!strcmp(fs_types[i].name, name))
			return &fs_types[i];
	return NULL;
}

static struct k_ns *ns_shown(const struct k_task *me, const struct fs_type *type)
{
	if (type->slot < 0)
		return NULL;
	return type->slot == SLOT_PID ? task_active_pid_ns(me) : me->nsproxy->ns[type->slot];
}

/* sget_fc(): one that exists, when they are shared. */
static struct k_super *find_super(const struct model *m, const struct fs_type *type,
				  const struct k_ns *ns)
{
	if (type->is_per_mount && (type->slot != SLOT_PID || m->rules->has_proc_per_mount))
		return NULL;
	obj_for_each (m, OBJ_SUPER, struct k_super, sb)
		if (sb->type == type && sb->ns == ns)
			return sb;
	return NULL;
}

/* s_user_ns of a new one; NULL: it came with the machine or the namespace, which count it. */
static struct k_ns *super_user_ns(const struct model *m, const struct k_task *me,
				  const struct fs_type *type, const struct k_ns *ns)
{
	if (!m->rules->has_sb_user_ns || type->slot == SLOT_IPC)
		return NULL;
	if (type->is_global)
		return ns && !ns->is_initial ? m->init_ns[NS_USER] : NULL;
	return ns ? ns->user_ns : me->cred->user_ns;
}

static struct k_super *get_tree(struct model *m, struct k_task *me, const struct fs_type *type)
{
	struct k_ns *ns = type->is_single ? NULL : ns_shown(me, type);
	struct k_super *sb = find_super(m, type, ns);

	if (sb)
		return sb;
	sb = obj_alloc(m, OBJ_SUPER, sizeof(*sb));
	if (!sb)
		return NULL;
	sb->type = type;
	sb->ns = ns;
	sb->user_ns = super_user_ns(m, me, type, ns);
	if (type->keeps_ns)
		get_ns(m, ns);
	get_ns(m, sb->user_ns);
	return sb;
}

static bool is_mounted_at(const struct k_ns *mnt, uint32_t place, const struct k_super *sb)
{
	const struct k_mount *at = find_mount(mnt, place);

	return at && at->sb == sb;
}

static int new_mount(struct model *m, struct k_task *me, const char *fstype, uint32_t place)
{
	const struct fs_type *type = find_type(fstype);
	struct k_mount mnt = {.place = place};
	int err = may_mount(m, me);
	const struct k_ns *ns;

	if (err)
		return err;
	if (!type || (type->slot >= 0 && !rules_has(m->rules, ns_slots[type->slot].kind)))
		return trace_refuse(m->trace, -ENODEV, file, "do_new_mount",
				    "there is no such file system here");
	ns = ns_shown(me, type);
	err = check_admin(m, me, ns ? ns->user_ns : me->cred->user_ns, "mount_capable",
			  "what it shows");
	if (err)
		return err;
	if (!is_root_here(me))
		return refuse_elsewhere(m);
	trace_step(m->trace, type->src, "get_tree", "%s", type->why);
	mnt.sb = get_tree(m, me, type);
	if (!mnt.sb)
		return trace_refuse(m->trace, -ENOMEM, "fs/super.c", "alloc_super",
				    "no memory for it");
	if (is_mounted_at(me->nsproxy->ns[SLOT_MNT], place, mnt.sb))
		return trace_refuse(m->trace, -EBUSY, file, "do_add_mount",
				    "the same superblock is mounted at that place already");
	trace_step(m->trace, file, "do_new_mount",
		   "it is mounted, for all in this mount namespace");
	get_mounted(m, &mnt);
	*array_add(&me->nsproxy->ns[SLOT_MNT]->mnt.mounts) = mnt;
	return 0;
}

int model_mount(struct model *m, pid_t tid, const char *fstype, uint32_t place, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, new_mount(m, me, fstype, place)) : -ESRCH;
}

/* Its superblock held one of the ipc namespace's two references on the owner. */
bool orphan_mqueue(struct model *m, struct k_ns *ipc)
{
	struct k_super *sb = find_super(m, find_type("mqueue"), ipc);

	if (!sb)
		return false;
	sb->ns = NULL;
	sb->user_ns = m->rules->has_sb_user_ns ? ipc->user_ns : NULL;
	return sb->user_ns;
}

static int do_umount(struct model *m, struct k_task *me, uint32_t place)
{
	struct k_ns *ns = me->nsproxy->ns[SLOT_MNT];
	struct k_mount *at = find_mount(ns, place), old;
	int err = may_mount(m, me);

	if (err)
		return err;
	if (!at || !is_root_here(me))
		return trace_refuse(m->trace, -EINVAL, file, "can_umount",
				    "there is no mount of the caller's namespace at that place");
	if (at->is_locked)
		return trace_refuse(m->trace, -EINVAL, file, "can_umount",
				    "the mount came with a copy for another user namespace, and is "
				    "locked: what it hides must stay hidden");
	trace_step(m->trace, file, "do_umount",
		   "gone from this mount namespace; copies in others stay");
	old = *at;
	memmove(at, at + 1, (char *)(ns->mnt.mounts.items + ns->mnt.mounts.n) - (char *)(at + 1));
	ns->mnt.mounts.n--;
	put_mounted(m, &old);
	return 0;
}

int model_umount(struct model *m, pid_t tid, uint32_t place, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, do_umount(m, me, place)) : -ESRCH;
}

static int pivot_root(struct model *m, struct k_task *me)
{
	int err = may_mount(m, me);

	if (err)
		return err;
	if (current_chrooted(me)) {
		trace_advise(m->trace, "call it in place of chroot, not after it");
		return trace_refuse(m->trace, -EINVAL, file, "pivot_root",
				    "the caller's root directory is not where its mount namespace "
				    "has its root");
	}
	trace_step(m->trace, file, "pivot_root",
		   "another mount is the root of the mount namespace, and the old one is below it");
	note_text(m, me->nsproxy->ns[SLOT_MNT], "root", "the old root", "the new root");
	trace_step(m->trace, file, "chroot_fs_refs",
		   "every task whose root was the old one has the new one: nobody is in a chroot");
	return 0;
}

int model_pivot_root(struct model *m, pid_t tid, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, pivot_root(m, me)) : -ESRCH;
}
