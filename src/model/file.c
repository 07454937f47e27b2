/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keeps namespaces alive beside tasks: open files of nsfs and their bind mounts
 * (fs/nsfs.c), and sockets. A file keeps the credentials of who opened it, too.
 */
#include "kernel.h"

static void open_nsfs(struct model *m, struct k_ns *ns)
{
	ns->n_openers++;
	if (ns->has_nsfs)
		return;
	ns->has_nsfs = true; /* path_from_stashed(): one inode, one reference, whoever opens */
	get_ns(m, ns);
}

static void close_nsfs(struct model *m, struct k_ns *ns)
{
	if (--ns->n_openers)
		return;
	ns->has_nsfs = false;
	put_ns(m, ns);
}

void put_file(struct model *m, struct k_file *f)
{
	struct k_file old;

	if (!f || --f->count)
		return;
	old = *f;
	obj_free(m, f);
	if (old.is_socket)
		put_ns(m, old.ns);
	else if (old.ns)
		close_nsfs(m, old.ns);
	put_cred(m, old.f_cred);
}

/* do_open_execat(): before the new credentials are made, and kept as mm->exe_file. */
struct k_file *open_exe(struct model *m, struct k_task *me)
{
	struct k_file *f = obj_alloc(m, OBJ_FILE, sizeof(*f));

	if (!f)
		return NULL;
	f->count = 1;
	f->f_cred = me->cred;
	get_cred(m, me->cred);
	return f;
}

void put_files(struct model *m, struct k_files *files)
{
	if (!files || --files->count)
		return;
	for (uint32_t i = 0; i < files->fds.n; i++)
		put_file(m, files->fds.items[i].file);
	free(files->fds.items);
	obj_free(m, files);
}

struct k_files *dup_files(struct model *m, const struct k_files *old)
{
	struct k_files *new = obj_alloc(m, OBJ_FILES, sizeof(*new));

	if (!new)
		return NULL;
	new->count = 1;
	for (uint32_t i = 0; i < old->fds.n; i++) {
		*array_add(&new->fds) = old->fds.items[i];
		old->fds.items[i].file->count++;
	}
	return new;
}

static struct k_fd *find_fd(const struct k_files *files, int nr)
{
	for (uint32_t i = 0; files && i < files->fds.n; i++)
		if (files->fds.items[i].nr == nr)
			return &files->fds.items[i];
	return NULL;
}

const struct k_file *find_file(const struct k_task *p, int nr)
{
	const struct k_fd *fd = find_fd(p->files, nr);

	return fd ? fd->file : NULL;
}

static int open_file(struct model *m, struct k_task *p, struct k_ns *ns, int nr, bool is_socket)
{
	struct k_file *f = obj_alloc(m, OBJ_FILE, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->count = 1;
	f->is_socket = is_socket;
	f->ns = ns;
	f->f_cred = p->cred;
	get_cred(m, p->cred);
	if (is_socket)
		get_ns(m, ns);
	else
		open_nsfs(m, ns);
	*array_add(&p->files->fds) = (struct k_fd){nr, f};
	return 0;
}

static struct k_ns *ns_of(const struct k_task *t, enum ns_slot slot)
{
	if (slot == SLOT_USER)
		return t->cred->user_ns;
	if (slot == SLOT_PID)
		return task_active_pid_ns(t);
	return t->nsproxy ? t->nsproxy->ns[slot] : NULL;
}

int model_open_ns(struct model *m, pid_t tid, pid_t of, enum ns_slot slot, int nr)
{
	struct k_task *p = find_task(m, tid), *t = find_task(m, of);
	struct k_ns *ns;

	if (!p || !p->files)
		return -ESRCH;
	if (!t)
		return -ENOENT;
	if (!may_ptrace(m, p, t))
		return -EACCES;
	ns = ns_of(t, slot); /* a zombie has its credentials and its pid */
	if (!ns)
		return -ENOENT;
	/* Before its first process this link leads nowhere. */
	if (slot == SLOT_PID_FOR_CHILDREN && !ns->pid.had_reaper)
		return -ENOENT;
	return open_file(m, p, ns, nr, false);
}

int model_open_socket(struct model *m, pid_t tid, int nr)
{
	struct k_task *p = find_task(m, tid);

	return p && p->files ? open_file(m, p, p->nsproxy->ns[SLOT_NET], nr, true) : -ESRCH;
}

int model_dup(struct model *m, pid_t tid, int nr, int new_nr)
{
	struct k_task *p = find_task(m, tid);
	struct k_fd *fd = p ? find_fd(p->files, nr) : NULL;
	struct k_file *f;

	if (!fd)
		return -EBADF;
	f = fd->file;
	f->count++;
	*array_add(&p->files->fds) = (struct k_fd){new_nr, f};
	return 0;
}

int model_fd_at(const struct model *m, pid_t tid, uint32_t i, enum ns_kind *kind)
{
	const struct k_task *p = find_task(m, tid);

	if (!p || !p->files || i >= p->files->fds.n)
		return -1;
	*kind = p->files->fds.items[i].file->ns->kind;
	return p->files->fds.items[i].nr;
}

int model_close(struct model *m, pid_t tid, int nr)
{
	struct k_task *p = find_task(m, tid);
	struct k_fd *fd = p ? find_fd(p->files, nr) : NULL;
	struct k_file *f;

	if (!fd)
		return -EBADF;
	f = fd->file;
	*fd = p->files->fds.items[--p->files->fds.n];
	put_file(m, f);
	return 0;
}

/* ---- bind mounts of namespace files ---- */

void copy_binds(struct model *m, struct k_ns *new, const struct k_ns *old)
{
	for (uint32_t i = 0; i < old->mnt.binds.n; i++) {
		struct k_bind b = old->mnt.binds.items[i];

		if (b.ns->kind == NS_MNT) /* those are left out */
			continue;
		b.is_locked |= new->user_ns != old->user_ns;
		open_nsfs(m, b.ns);
		*array_add(&new->mnt.binds) = b;
	}
}

void drop_binds(struct model *m, struct k_ns *ns)
{
	struct mnt_part mnt = ns->mnt;

	ns->mnt = (struct mnt_part){0};
	for (uint32_t i = 0; i < mnt.binds.n; i++)
		close_nsfs(m, mnt.binds.items[i].ns);
	free(mnt.binds.items);
}

/* The mount at that place that was made last. */
static struct k_bind *find_bind(const struct k_ns *mnt, uint32_t place)
{
	for (uint32_t i = mnt->mnt.binds.n; i-- > 0;)
		if (mnt->mnt.binds.items[i].place == place)
			return &mnt->mnt.binds.items[i];
	return NULL;
}

bool model_has_bind(const struct model *m, pid_t tid, uint32_t place)
{
	const struct k_task *p = find_task(m, tid);

	return p && p->nsproxy && find_bind(p->nsproxy->ns[SLOT_MNT], place);
}

int model_bind(struct model *m, pid_t tid, int nr, uint32_t place)
{
	struct k_task *p = find_task(m, tid);
	const struct k_file *f = p ? find_file(p, nr) : NULL;
	struct k_ns *mnt;

	if (!p || !p->nsproxy)
		return -ESRCH;
	mnt = p->nsproxy->ns[SLOT_MNT];
	if (!ns_capable(m, p, mnt->user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	if (!f)
		return -ENOENT;
	/* check_mnt(): with a root in another mount namespace the place is not in one's own. */
	if (f->is_socket || current_chrooted(p))
		return -EINVAL;
	open_nsfs(m, f->ns);
	*array_add(&mnt->mnt.binds) = (struct k_bind){f->ns, place, false};
	return 0;
}

int model_umount(struct model *m, pid_t tid, uint32_t place)
{
	struct k_task *p = find_task(m, tid);
	struct k_ns *mnt, *ns;
	struct k_bind *b;

	if (!p || !p->nsproxy)
		return -ESRCH;
	mnt = p->nsproxy->ns[SLOT_MNT];
	if (!ns_capable(m, p, mnt->user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	b = find_bind(mnt, place);
	if (!b || b->is_locked || current_chrooted(p))
		return -EINVAL;
	ns = b->ns;
	*b = mnt->mnt.binds.items[--mnt->mnt.binds.n];
	close_nsfs(m, ns);
	return 0;
}
