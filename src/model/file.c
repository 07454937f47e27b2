/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keeps namespaces alive beside tasks: open files of nsfs (fs/nsfs.c), sockets and
 * pidfds. A file keeps the credentials of who opened it, too.
 */
#include "kernel.h"

void open_nsfs(struct model *m, struct k_ns *ns)
{
	ns->n_openers++;
	if (ns->has_nsfs)
		return;
	ns->has_nsfs = true; /* path_from_stashed(): one inode, one reference, whoever opens */
	get_ns(m, ns);
}

void close_nsfs(struct model *m, struct k_ns *ns)
{
	if (--ns->n_openers)
		return;
	trace_step(m->trace, "fs/nsfs.c", "nsfs_evict",
		   "nobody has its file open or mounted: the inode goes, and its one reference");
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
	if (old.kind == FILE_NSFS)
		close_nsfs(m, old.ns);
	else
		put_ns(m, old.ns);
	put_pid(m, old.pid);
	put_cred(m, old.f_cred);
}

struct k_file *alloc_file(struct model *m, struct k_task *me, enum k_file_kind kind)
{
	struct k_file *f = obj_alloc(m, OBJ_FILE, sizeof(*f));

	if (!f)
		return NULL;
	f->count = 1;
	f->kind = kind;
	f->f_cred = me->cred;
	get_cred(m, me->cred);
	return f;
}

void put_files(struct model *m, struct k_files *files)
{
	if (!files)
		return;
	note_count(m, files, "count", files->count, files->count - 1);
	if (--files->count)
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
	note_count(m, new, "count", 0, 1);
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

static int no_memory(struct model *m)
{
	return trace_refuse(m->trace, -ENOMEM, "fs/file_table.c", "alloc_empty_file",
			    "no memory for it");
}

static int bad_fd(struct model *m, int nr)
{
	return trace_refuse(m->trace, -EBADF, "fs/file.c", "fget",
			    "descriptor %d is not open, or keeps no namespace", nr);
}

static struct k_ns *ns_of(const struct k_task *t, enum ns_slot slot)
{
	if (slot == SLOT_USER)
		return t->cred->user_ns;
	if (slot == SLOT_PID)
		return task_active_pid_ns(t);
	return t->nsproxy ? t->nsproxy->ns[slot] : NULL;
}

static int open_ns(struct model *m, struct k_task *me, const struct k_task *t, enum ns_slot slot,
		   int nr)
{
	static const char file[] = "fs/proc/namespaces.c", func[] = "proc_ns_get_link";
	struct k_ns *ns = ns_of(t, slot); /* a zombie has its credentials and its pid */
	struct k_file *f;
	char buf[64];

	if (!may_ptrace(m, me, t))
		return trace_refuse(m->trace, -EACCES, file, func,
				    "the caller may not look into that process (ptrace access)");
	/* Before its first process the link pid_for_children leads nowhere. */
	if (!ns || (slot == SLOT_PID_FOR_CHILDREN && !ns->pid.had_reaper))
		return trace_refuse(m->trace, -ENOENT, file, func,
				    ns ? "the pid namespace has had no process yet"
				       : "the process has ended and left its namespaces");
	f = alloc_file(m, me, FILE_NSFS);
	if (!f)
		return no_memory(m);
	trace_step(m->trace, "fs/libfs.c", "path_from_stashed",
		   ns->has_nsfs ? "%s has an inode of nsfs already: another opener counts nothing"
				: "an inode of nsfs for %s, which holds one reference on it",
		   obj_label(m, ns, buf, sizeof(buf)));
	f->ns = ns;
	open_nsfs(m, ns);
	*array_add(&me->files->fds) = (struct k_fd){.nr = nr, .file = f};
	return 0;
}

int model_open_ns(struct model *m, pid_t tid, pid_t of, enum ns_slot slot, int nr, struct trace *t)
{
	const struct k_task *target = find_task(m, of);
	struct k_task *me = begin_call(m, tid, t);

	if (!me)
		return -ESRCH;
	if (target)
		return end_call(m, open_ns(m, me, target, slot, nr));
	return end_call(m, trace_refuse(m->trace, -ENOENT, "fs/proc/base.c", "proc_pid_lookup",
					"there is no such process"));
}

static int open_path(struct model *m, struct k_task *me, const char *path, int nr)
{
	struct k_ns *mnt = me->nsproxy->ns[SLOT_MNT];
	const uint32_t i = find_mount(mnt, path);
	const struct k_mount on = mnt->mnt.mounts.items[i];
	struct k_ns *ns = on.ns;
	struct k_file *f = alloc_file(m, me, ns ? FILE_NSFS : FILE_PLAIN);

	if (!f)
		return no_memory(m);
	trace_step(m->trace, "fs/open.c", "do_sys_open",
		   ns ? "what is mounted there: the file of a namespace" : "a file as any other");
	f->ns = ns;
	f->mnt_id = on.id;
	if (ns)
		open_nsfs(m, ns);
	*array_add(&me->files->fds) = (struct k_fd){.nr = nr, .file = f};
	return 0;
}

int model_open_path(struct model *m, pid_t tid, const char *path, int nr, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, open_path(m, me, path, nr)) : -ESRCH;
}

static int pidfd_open(struct model *m, struct k_task *me, pid_t of, int nr)
{
	static const char file[] = "kernel/pid.c";
	struct k_task *target = find_task(m, of);
	struct k_file *f;

	if (!target || !is_pid_visible(target->thread_pid, task_active_pid_ns(me)))
		return trace_refuse(m->trace, -ESRCH, file, "pidfd_open",
				    "the caller's pid namespace has no such process");
	f = alloc_file(m, me, FILE_PIDFD);
	if (!f)
		return no_memory(m);
	trace_step(m->trace, file, "pidfd_open",
		   "a descriptor of that process, whose struct pid stays as long as it is open: "
		   "after the process was waited for, too");
	f->pid = get_pid(target->thread_pid);
	*array_add(&me->files->fds) = (struct k_fd){.nr = nr, .file = f, .is_cloexec = true};
	return 0;
}

int model_open_pidfd(struct model *m, pid_t tid, pid_t of, int nr, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, pidfd_open(m, me, of, nr)) : -ESRCH;
}

static int open_socket(struct model *m, struct k_task *me, int nr)
{
	struct k_file *f = alloc_file(m, me, FILE_SOCKET);

	if (!f)
		return no_memory(m);
	trace_step(m->trace, "net/core/sock.c", "sk_alloc",
		   "a socket of the net namespace of its maker, on which it counts one");
	f->ns = me->nsproxy->ns[SLOT_NET];
	get_ns(m, f->ns);
	*array_add(&me->files->fds) = (struct k_fd){.nr = nr, .file = f};
	return 0;
}

int model_open_socket(struct model *m, pid_t tid, int nr, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, open_socket(m, me, nr)) : -ESRCH;
}

static int dup_fd(struct model *m, struct k_task *me, int nr, int new_nr)
{
	struct k_fd *fd = find_fd(me->files, nr);
	struct k_file *f;

	if (!fd)
		return bad_fd(m, nr);
	f = fd->file;
	trace_step(m->trace, "fs/file.c", "dup",
		   "the same open file under one more number: no namespace counts that");
	note_count(m, f, "f_ref", f->count, f->count + 1);
	f->count++;
	*array_add(&me->files->fds) = (struct k_fd){.nr = new_nr, .file = f};
	return 0;
}

int model_dup(struct model *m, pid_t tid, int nr, int new_nr, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, dup_fd(m, me, nr, new_nr)) : -ESRCH;
}

int model_fd_at(const struct model *m, pid_t tid, uint32_t i, enum ns_kind *kind)
{
	const struct k_task *p = find_task(m, tid);
	const struct k_fd *fd;

	if (!p || !p->files || i >= p->files->fds.n)
		return -1;
	fd = &p->files->fds.items[i];
	*kind = fd->file->ns ? fd->file->ns->kind : NS_PID;
	return fd->nr;
}

static void drop_fd(struct model *m, struct k_files *files, struct k_fd *fd)
{
	struct k_file *f = fd->file;

	*fd = files->fds.items[--files->fds.n];
	put_file(m, f);
}

void do_close_on_exec(struct model *m, struct k_files *files)
{
	for (uint32_t i = files->fds.n; i-- > 0;)
		if (files->fds.items[i].is_cloexec)
			drop_fd(m, files, &files->fds.items[i]);
}

static int close_fd(struct model *m, struct k_task *me, int nr)
{
	struct k_fd *fd = find_fd(me->files, nr);
	struct k_file *f;

	if (!fd)
		return bad_fd(m, nr);
	f = fd->file;
	trace_step(m->trace, "fs/open.c", "filp_close",
		   f->count > 1 ? "others have the same open file: it stays"
				: "the last descriptor of that open file: what it kept is let go");
	drop_fd(m, me->files, fd);
	return 0;
}

int model_close(struct model *m, pid_t tid, int nr, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, close_fd(m, me, nr)) : -ESRCH;
}
