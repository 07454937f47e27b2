/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File systems that show a namespace, after fs/super.c: one superblock for a mount and
 * all its copies.
 */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

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

void put_super(struct model *m, struct k_super *sb)
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

const struct fs_type *find_fs_type(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fs_types); i++)
		if (!strcmp(fs_types[i].name, name))
			return &fs_types[i];
	return NULL;
}

struct k_ns *ns_shown(const struct k_task *me, const struct fs_type *type)
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

struct k_super *get_tree(struct model *m, struct k_task *me, const struct fs_type *type)
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

/* Its superblock held one of the ipc namespace's two references on the owner. */
bool orphan_mqueue(struct model *m, struct k_ns *ipc)
{
	struct k_super *sb = find_super(m, find_fs_type("mqueue"), ipc);

	if (!sb)
		return false;
	sb->ns = NULL;
	sb->user_ns = m->rules->has_sb_user_ns ? ipc->user_ns : NULL;
	return sb->user_ns;
}
