/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open files that keep namespaces alive: those of nsfs (fs/nsfs.c) and sockets. */
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

static void put_file(struct model *m, struct k_file *f)
{
	struct k_ns *ns = f->ns;
	struct k_cred *cred = f->f_cred;
	bool is_socket = f->is_socket;

	if (--f->count)
		return;
	obj_free(m, f);
	if (is_socket)
		put_ns(m, ns);
	else
		close_nsfs(m, ns);
	put_cred(m, cred);
}

void put_files(struct model *m, struct k_files *files)
{
	if (!files || --files->count)
		return;
	for (unsigned i = 0; i < MODEL_N_HOLDS; i++)
		if (files->fd[i])
			put_file(m, files->fd[i]);
	obj_free(m, files);
}

void dup_holds(struct k_files *new, const struct k_files *old)
{
	for (unsigned i = 0; i < MODEL_N_HOLDS; i++) {
		new->fd[i] = old->fd[i];
		if (new->fd[i])
			new->fd[i]->count++;
	}
}

static int open_file(struct model *m, struct k_task *p, struct k_ns *ns, unsigned nr,
		     bool is_socket)
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
	p->files->fd[nr] = f;
	return 0;
}

int model_hold_ns(struct model *m, pid_t tid, enum ns_slot slot, unsigned nr)
{
	struct k_task *p = find_task(m, tid);
	struct k_ns *ns;

	if (!p || !p->files)
		return -ESRCH;
	ns = slot == SLOT_USER ? p->cred->user_ns : p->nsproxy->ns[slot];
	if (slot == SLOT_PID)
		ns = task_active_pid_ns(p);
	return open_file(m, p, ns, nr, false);
}

int model_hold_socket(struct model *m, pid_t tid, unsigned nr)
{
	struct k_task *p = find_task(m, tid);

	if (!p || !p->files)
		return -ESRCH;
	return open_file(m, p, p->nsproxy->ns[SLOT_NET], nr, true);
}

int model_drop(struct model *m, pid_t tid, unsigned nr)
{
	struct k_task *p = find_task(m, tid);

	if (!p || !p->files)
		return -ESRCH;
	if (!p->files->fd[nr])
		return -EBADF;
	put_file(m, p->files->fd[nr]);
	p->files->fd[nr] = NULL;
	return 0;
}
