/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounts of test processes. Always in a mount namespace that is not nscope's, cut
 * off from propagation first; never a change of a file system that the lab did not
 * mount itself, for that is seen in all mount namespaces.
 */
#include "lab_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int mount_text(struct lab_args *a, const char *from, const char *at, const char *type,
		      uint64_t flags)
{
	struct lab_request q = {.nr = SYS_mount, .ptrs = BIT(0) | BIT(1) | BIT(2)};
	size_t n = 0;

	q.args[0] = lab_put(&q, &n, from);
	q.args[1] = lab_put(&q, &n, at);
	q.args[2] = lab_put(&q, &n, type);
	q.args[3] = flags;
	return lab_syscall(a, &q, n, NULL, 0);
}

/*
 * Is its root that of its mount namespace? So after setns(); else when it is the one
 * that nscope has. If not, there may be mounts that it reaches and "/" does not cover.
 */
static bool is_at_root(const struct lab_args *a)
{
	const struct lab_task *t = &a->p->t;
	struct stat own, st;
	char path[64];

	snprintf(path, sizeof(path), "%d/task/%d/root", t->tgid, t->tid);
	return a->p->has_entered_mnt || (!fstatat(a->lab->proc_fd, "self/root", &own, 0) &&
					 !fstatat(a->lab->proc_fd, path, &st, 0) &&
					 st.st_dev == own.st_dev && st.st_ino == own.st_ino);
}

/*
 * Before its first mount: cut off what a copy of nscope's mounts would propagate to
 * the machine. All of ours in that namespace are then as private.
 */
static int make_private(struct lab_args *a)
{
	int err;

	if (a->p->has_private_mnt)
		return 0;
	if (!is_at_root(a))
		return err_set(
			a->e, EPERM,
			"its root was changed before it was in a mount namespace of the lab");
	err = mount_text(a, "", "/", "", MS_REC | MS_PRIVATE);
	if (err || a->r->ret)
		return err ?: 1;
	for (uint32_t i = 0; i < a->lab->procs.n; i++) {
		struct lab_proc *p = &a->lab->procs.items[i];

		if (p->t.state < LAB_ZOMBIE && p->t.slots[SLOT_MNT] == a->p->t.slots[SLOT_MNT])
			p->has_private_mnt = true;
	}
	return 0;
}

static int mount_on(struct lab_args *a, const char *from, const char *type, uint64_t flags)
{
	int err = lab_need_text(a, a->c->path, "a path");

	if (!err)
		err = make_private(a);
	if (err)
		return err > 0 ? 0 : err; /* the kernel's answer to that is the answer */
	return mount_text(a, from, a->c->path, type, flags);
}

static int bind_fd(struct lab_args *a, int fd)
{
	char from[64];

	snprintf(from, sizeof(from), "/proc/thread-self/fd/%d", fd);
	return mount_on(a, from, "", MS_BIND);
}

int lab_do_bind_fd(struct lab_args *a)
{
	return lab_own_fd(a) ?: bind_fd(a, a->c->fd);
}

/* By a descriptor, for its /proc may be of another pid namespace than nscope's. */
int lab_do_bind_ns(struct lab_args *a)
{
	int err = lab_do_open_ns(a);
	int fd = a->r->ret;

	if (err || fd < 0)
		return err;
	err = bind_fd(a, fd);
	return lab_close_fd(a, fd) ?: err;
}

int lab_do_bind_path(struct lab_args *a)
{
	int err = lab_need_text(a, a->c->text, "what to mount");

	return err ?: mount_on(a, a->c->text, "", MS_BIND | (a->c->flags & MS_REC));
}

/* ---- file systems ---- */

#define PER_MOUNT                                                                                  \
	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME | \
	 MS_STRICTATIME)
#define PROPAGATION (MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE)

/* Others need a device or options, or are one for the whole machine. */
static const char *const types[] = {"proc", "tmpfs", "ramfs", "mqueue", "sysfs", "cgroup2"};

static int check_mount(struct lab_args *a)
{
	const char *type = a->c->text;
	uint64_t flags = a->c->flags;
	bool is_known = false;

	if (!type || !*type) {
		if ((flags & MS_REMOUNT && flags & MS_BIND &&
		     !(flags & ~(uint64_t)(MS_REMOUNT | MS_BIND | PER_MOUNT))) ||
		    (flags & PROPAGATION && !(flags & ~(uint64_t)(PROPAGATION | MS_REC))))
			return 0;
		return err_set(a->e, EPERM,
			       "of a mount, the lab changes propagation and its own flags only");
	}
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		is_known = is_known || !strcmp(type, types[i]);
	if (!is_known)
		return err_set(a->e, EPERM, "not a type of file system that the lab mounts");
	if (flags & ~(uint64_t)PER_MOUNT)
		return err_set(a->e, EPERM, "not a flag of a new mount");
	/* In the first cgroup namespace its options are set for the whole machine. */
	if (!strcmp(type, "cgroup2"))
		return lab_need_out(a->lab, a->p, SLOT_CGROUP, a->e);
	return 0;
}

int lab_statx(struct lab_args *a, int fd, const char *path, struct statx *x)
{
	struct lab_request q = {.nr = SYS_statx, .args = {fd}, .ptrs = BIT(1) | BIT(4)};
	size_t n = sizeof(*x);
	int err;

	q.args[1] = lab_put(&q, &n, path);
	q.args[2] = *path ? 0 : AT_EMPTY_PATH;
	q.args[3] = STATX_BASIC_STATS | STATX_MNT_ID;
	q.n_out = sizeof(*x);
	err = lab_syscall(a, &q, n, NULL, 0);
	memcpy(x, q.data, sizeof(*x));
	return err;
}

/* Files may be made on it. */
static int note_dev(struct lab_args *a)
{
	struct statx x;
	int err = lab_statx(a, AT_FDCWD, a->c->path, &x);

	if (!err && !a->r->ret)
		*array_add(&a->lab->devs) = (uint64_t)x.stx_dev_major << 32 | x.stx_dev_minor;
	a->r->ret = 0;
	return err;
}

int lab_do_mount(struct lab_args *a)
{
	const char *type = a->c->text ? a->c->text : "";
	int err = lab_need_text(a, a->c->path, "a path") ?: check_mount(a);

	err = err ?: mount_on(a, *type ? LAB_NAME : "", type, a->c->flags);
	if (!err && !a->r->ret && (!strcmp(type, "tmpfs") || !strcmp(type, "ramfs")))
		err = note_dev(a);
	return err;
}

/*
 * To unmount one's root means, to the kernel, to make the file system read-only, and
 * a forced unmount breaks off what others do with a file system of the network.
 */
static int check_umount(struct lab_args *a)
{
	struct statx at, root;
	int err;

	if (a->c->flags & ~(uint64_t)(MNT_DETACH | UMOUNT_NOFOLLOW))
		return err_set(a->e, EPERM, "the lab unmounts with MNT_DETACH or without");
	if (a->c->flags & MNT_DETACH)
		return 0;
	err = lab_statx(a, AT_FDCWD, a->c->path, &at);
	if (err || a->r->ret)
		return err ?: 1;
	err = lab_statx(a, AT_FDCWD, "/", &root);
	if (err || a->r->ret)
		return err ?: 1;
	if (at.stx_mnt_id != root.stx_mnt_id)
		return 0;
	a->r->ret = at.stx_attributes & STATX_ATTR_MOUNT_ROOT ? -EBUSY : -EINVAL;
	return 1;
}

int lab_do_umount(struct lab_args *a)
{
	int err = lab_need_text(a, a->c->path, "a path") ?: make_private(a) ?: check_umount(a);

	if (err)
		return err > 0 ? 0 : err;
	return lab_with_path(a, SYS_umount2, 0, (const uint64_t[6]){0, a->c->flags});
}

/* ---- roots ---- */

int lab_do_chroot(struct lab_args *a)
{
	struct err e;

	/* While "/" covers all; whether it may is for the kernel to say. */
	if (!lab_need_out(a->lab, a->p, SLOT_MNT, &e)) {
		int err = make_private(a);

		if (err < 0 && err != -EPERM)
			return err;
	}
	return lab_with_path(a, SYS_chroot, 0, (const uint64_t[6]){0});
}

int lab_do_chdir(struct lab_args *a)
{
	return lab_with_path(a, SYS_chdir, 0, (const uint64_t[6]){0});
}

int lab_do_pivot_root(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_pivot_root, .ptrs = BIT(0) | BIT(1)};
	size_t n = 0;
	int err = lab_need_text(a, a->c->path, "a new root") ?:
			  lab_need_text(a, a->c->text, "where the old root goes") ?:
			  make_private(a);

	if (err)
		return err > 0 ? 0 : err;
	q.args[0] = lab_put(&q, &n, a->c->path);
	q.args[1] = lab_put(&q, &n, a->c->text);
	return lab_syscall(a, &q, n, NULL, 0);
}
