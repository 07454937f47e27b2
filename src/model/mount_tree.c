/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees of mounts and what travels between them, after fs/namespace.c and fs/pnode.c.
 * What a mount is mounted on is told by its path: the last one before it that the path
 * leads through.
 */
#include "kernel.h"

#include <errno.h>
#include <string.h>

static const char file[] = "fs/pnode.c";

/* ---- paths ---- */

static size_t dir_length(const char *dir)
{
	return strcmp(dir, "/") ? strlen(dir) : 0;
}

bool is_path_below(const char *path, const char *dir)
{
	size_t n = dir_length(dir);

	return !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

char *move_path(const char *path, const char *from, const char *to)
{
	struct strbuf out = {0};

	strbuf_add(&out, to, dir_length(to));
	path += dir_length(from);
	strbuf_puts(&out, strcmp(path, "/") ? path : "");
	if (!out.n)
		strbuf_puts(&out, "/");
	return out.s;
}

char *path_in_mount(const struct k_mount *mnt, const char *path)
{
	return move_path(path, mnt->at, mnt->root);
}

/* ---- which mount ---- */

/* The machine's own mounts have no rows but one. */
static void need_root(struct k_ns *mnt)
{
	if (!mnt->mnt.mounts.n)
		*array_add(&mnt->mnt.mounts) =
			(struct k_mount){.at = xstrdup("/"), .root = xstrdup("/")};
}

/* What was mounted later on it, or on a directory above it, hides it. */
static bool is_hidden(const struct k_ns *mnt, uint32_t i, uint32_t n)
{
	const struct k_mount *all = mnt->mnt.mounts.items;

	for (uint32_t k = i + 1; k < n; k++)
		if (is_path_below(all[i].at, all[k].at))
			return true;
	return false;
}

/* Among the first n rows. */
static uint32_t find_among(const struct k_ns *mnt, const char *path, uint32_t n)
{
	const struct k_mount *all = mnt->mnt.mounts.items;
	uint32_t best = 0;

	for (uint32_t i = 1; i < n; i++)
		if (is_path_below(path, all[i].at) && !is_hidden(mnt, i, n) &&
		    strlen(all[i].at) >= strlen(all[best].at))
			best = i;
	return best;
}

uint32_t find_mount(struct k_ns *mnt, const char *path)
{
	need_root(mnt);
	return find_among(mnt, path, mnt->mnt.mounts.n);
}

int32_t find_mount_at(struct k_ns *mnt, const char *path)
{
	uint32_t i = find_mount(mnt, path);

	return i && !strcmp(mnt->mnt.mounts.items[i].at, path) ? (int32_t)i : -1;
}

/* On which one is it mounted? */
static uint32_t parent_of(const struct k_ns *mnt, uint32_t i)
{
	return find_among(mnt, mnt->mnt.mounts.items[i].at, i);
}

bool has_mounts_below(const struct k_ns *mnt, uint32_t i)
{
	for (uint32_t k = i + 1; k < mnt->mnt.mounts.n; k++)
		if (parent_of(mnt, k) == i)
			return true;
	return false;
}

/* ---- what it keeps ---- */

static void get_mounted(struct model *m, const struct k_mount *mnt)
{
	if (mnt->ns)
		open_nsfs(m, mnt->ns);
	if (!mnt->sb)
		return;
	note_count(m, mnt->sb, "s_active", mnt->sb->count, mnt->sb->count + 1);
	mnt->sb->count++;
}

static void put_mounted(struct model *m, struct k_mount *mnt)
{
	free(mnt->at);
	free(mnt->root);
	if (mnt->ns)
		close_nsfs(m, mnt->ns);
	if (mnt->sb)
		put_super(m, mnt->sb);
}

void free_mounts(struct k_ns *mnt)
{
	for (uint32_t i = 0; i < mnt->mnt.mounts.n; i++) {
		free(mnt->mnt.mounts.items[i].at);
		free(mnt->mnt.mounts.items[i].root);
	}
	free(mnt->mnt.mounts.items);
}

static void add_mount(struct model *m, struct k_ns *ns, struct k_mount mnt)
{
	mnt.id = ++m->n_mounts;
	get_mounted(m, &mnt);
	*array_add(&ns->mnt.mounts) = mnt;
}

/* copy_tree() and clone_mnt(): peers stay peers, unless somebody else owns the new one. */
void copy_mounts(struct model *m, struct k_ns *new, struct k_ns *old)
{
	bool is_foreign = new->user_ns != old->user_ns;

	for (uint32_t i = 0; i < old->mnt.mounts.n; i++) {
		struct k_mount mnt = old->mnt.mounts.items[i];

		if (mnt.ns && mnt.ns->kind == NS_MNT) /* those are left out */
			continue;
		mnt.at = xstrdup(mnt.at);
		mnt.root = xstrdup(mnt.root);
		mnt.copy_of = mnt.id;
		mnt.is_locked |= is_foreign;
		if (is_foreign && mnt.group) {
			mnt.master = mnt.group;
			mnt.group = 0;
		}
		add_mount(m, new, mnt);
	}
}

/* ---- peers ---- */

uint32_t new_peer_group(struct model *m)
{
	return ++m->n_peer_groups;
}

#define for_each_mount(m, ns_, mnt_)                                                               \
	obj_for_each (m, OBJ_NS, struct k_ns, ns_)                                                 \
		if (ns_->kind == NS_MNT)                                                           \
			for (struct k_mount *mnt_ = ns_->mnt.mounts.items;                         \
			     mnt_ < ns_->mnt.mounts.items + ns_->mnt.mounts.n; mnt_++)

bool has_peers(const struct model *m, const struct k_mount *mnt)
{
	unsigned n = 0;

	for_each_mount(m, ns, o) n += mnt->group && o->group == mnt->group;
	return n > 1;
}

void leave_peers(struct model *m, struct k_mount *mnt)
{
	uint32_t group = mnt->group;
	bool is_last = group && !has_peers(m, mnt);

	mnt->group = 0;
	if (is_last)
		for_each_mount(m, ns, o) if (o->master == group) o->master = mnt->master;
}

void drop_mounts(struct model *m, struct k_ns *ns)
{
	struct mnt_part mnt;

	for (uint32_t i = 0; i < ns->mnt.mounts.n; i++)
		leave_peers(m, &ns->mnt.mounts.items[i]);
	mnt = ns->mnt;
	ns->mnt = (struct mnt_part){0};
	for (uint32_t i = mnt.mounts.n; i-- > 0;)
		put_mounted(m, &mnt.mounts.items[i]);
	free(mnt.mounts.items);
}

/* A place that a mount is copied to, or removed from. */
struct target {
	struct k_ns *ns;
	char *at;
	uint32_t group, master;
};

struct spread {
	struct model *m;
	const struct k_mount *from; /* what it is mounted on */
	char *dentry;		    /* where in that file system */
	ARRAY(struct target) to;
	ARRAY(uint32_t) groups; /* that were done */
};

static void add_target(struct spread *s, struct k_ns *ns, const struct k_mount *on, uint32_t group,
		       uint32_t master)
{
	if (on == s->from || on->sb != s->from->sb || on->ns != s->from->ns ||
	    !is_path_below(s->dentry, on->root))
		return;
	*array_add(&s->to) =
		(struct target){ns, move_path(s->dentry, on->root, on->at), group, master};
}

static bool is_done(const struct spread *s, uint32_t group)
{
	for (uint32_t i = 0; i < s->groups.n; i++)
		if (s->groups.items[i] == group)
			return true;
	return false;
}

/* propagation_next(): the peers, their slaves, and the peers of those. */
static void spread_group(struct spread *s, uint32_t group, uint32_t new_group, uint32_t new_master)
{
	*array_add(&s->groups) = group;
	for_each_mount(s->m, ns, on) if (on->group == group)
		add_target(s, ns, on, new_group, new_master);
	for_each_mount(s->m, ns, on)
	{
		if (on->master != group)
			continue;
		if (!on->group)
			add_target(s, ns, on, 0, new_group);
		else if (!is_done(s, on->group))
			spread_group(s, on->group, new_peer_group(s->m), new_group);
	}
}

static struct spread spread_begin(struct model *m, const struct k_mount *on, const char *path)
{
	return (struct spread){.m = m, .from = on, .dentry = path_in_mount(on, path)};
}

static void spread_end(struct spread *s)
{
	for (uint32_t i = 0; i < s->to.n; i++)
		free(s->to.items[i].at);
	free(s->to.items);
	free(s->groups.items);
	free(s->dentry);
}

/* ---- more and fewer ---- */

static void copy_to(struct model *m, const struct k_mount *new, const struct target *to)
{
	struct k_mount copy = *new;

	copy.at = xstrdup(to->at);
	copy.root = xstrdup(new->root);
	copy.group = to->group;
	copy.master = to->master;
	add_mount(m, to->ns, copy);
}

static int check_copies(struct model *m, const struct spread *s, const struct k_mount *new)
{
	if (!s->to.n || !new->ns || new->ns->kind != NS_MNT)
		return 0;
	trace_advise(m->trace, "make what it is mounted on private first");
	return trace_refuse(m->trace, -EINVAL, "fs/namespace.c", "copy_tree",
			    "what it is mounted on is shared, and the file of a mount namespace "
			    "is not copied to other mount namespaces: it could come to keep "
			    "itself");
}

static void propagate_mnt(struct model *m, struct spread *s, const struct k_mount *new)
{
	if (s->to.n)
		trace_step(m->trace, file, "propagate_mnt",
			   "what it is mounted on is shared: %u more mount%s, where its peers and "
			   "slaves are",
			   s->to.n, s->to.n == 1 ? "" : "s");
	for (uint32_t i = 0; i < s->to.n; i++)
		copy_to(m, new, &s->to.items[i]);
}

int attach_mount(struct model *m, struct k_ns *mnt, struct k_mount *new)
{
	uint32_t i = find_mount(mnt, new->at);
	const struct k_mount *on = &mnt->mnt.mounts.items[i];
	struct spread s = spread_begin(m, on, new->at);
	int err;

	if (on->group) {
		new->group = new->group ?: new_peer_group(m);
		spread_group(&s, on->group, new->group, new->master);
	}
	err = check_copies(m, &s, new);
	if (err) {
		get_mounted(m, new);
		put_mounted(m, new);
	} else {
		add_mount(m, mnt, *new);
		propagate_mnt(m, &s, new);
	}
	spread_end(&s);
	return err;
}

static void remove_row(struct model *m, struct k_ns *mnt, uint32_t i)
{
	struct k_mount old = mnt->mnt.mounts.items[i];

	leave_peers(m, &mnt->mnt.mounts.items[i]);
	for (uint32_t k = i; k + 1 < mnt->mnt.mounts.n; k++)
		mnt->mnt.mounts.items[k] = mnt->mnt.mounts.items[k + 1];
	mnt->mnt.mounts.n--;
	put_mounted(m, &old);
}

/* propagate_umount(): also where its copies are, unless they are in use. */
static void remove_mount(struct model *m, struct k_ns *mnt, uint32_t i)
{
	const struct k_mount *on = &mnt->mnt.mounts.items[parent_of(mnt, i)];
	struct spread s = spread_begin(m, on, mnt->mnt.mounts.items[i].at);

	if (on->group)
		spread_group(&s, on->group, 0, 0);
	remove_row(m, mnt, i);
	for (uint32_t k = 0; k < s.to.n; k++) {
		struct k_ns *ns = s.to.items[k].ns;
		int32_t copy = find_mount_at(ns, s.to.items[k].at);

		if (copy >= 0 && !has_mounts_below(ns, copy))
			remove_row(m, ns, copy);
	}
	spread_end(&s);
}

void detach_mount(struct model *m, struct k_ns *mnt, uint32_t i)
{
	for (uint32_t k = mnt->mnt.mounts.n; k-- > i + 1;)
		if (k < mnt->mnt.mounts.n && parent_of(mnt, k) == i)
			detach_mount(m, mnt, k);
	remove_mount(m, mnt, i);
}
