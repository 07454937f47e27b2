/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resources that copy_process() shares or copies, after kernel/fork.c and its neighbours. */
#include "fork.h"

#include <string.h>

static const char file[] = "kernel/fork.c";

static int no_memory(struct model *m, const char *func)
{
	return trace_refuse(m->trace, -ENOMEM, file, func, "no memory for it");
}

/* What the copy of a task_struct points at before anything of its own is made. */
static const struct {
	const char *field;
	size_t offset;
} task_links[] = {
	{"nsproxy", offsetof(struct k_task, nsproxy)},
	{"cred", offsetof(struct k_task, cred)},
	{"fs", offsetof(struct k_task, fs)},
	{"files", offsetof(struct k_task, files)},
	{"mm", offsetof(struct k_task, mm)},
	{"sighand", offsetof(struct k_task, sighand)},
	{"signal", offsetof(struct k_task, signal)},
};

static void note_links(struct model *m, const struct k_task *p, const struct k_task *from)
{
	for (unsigned i = 0; i < ARRAY_SIZE(task_links); i++)
		note_link(m, p, task_links[i].field, NULL,
			  *(void *const *)((const char *)from + task_links[i].offset));
}

int dup_task_struct(struct model *m, struct copy *c)
{
	struct k_task *p;

	trace_step(m->trace, file, "dup_task_struct",
		   "the child starts as a copy of the parent's task_struct, nsproxy pointer "
		   "included");
	p = obj_alloc(m, OBJ_TASK, sizeof(*p));
	if (!p)
		return no_memory(m, "dup_task_struct");
	c->p = p;
	p->group_leader = p;
	p->known = c->me->known;
	p->is_kthread = c->me->is_kthread && !c->me->mm;
	p->has_seccomp = c->me->has_seccomp;
	p->start = ++m->clock;
	note_links(m, p, c->me);
	memcpy(p->comm, c->me->comm, sizeof(p->comm));
	link_init(&p->children);
	link_init(&p->sibling);
	link_init(&p->thread);
	return 0;
}

void undo_task_struct(struct model *m, struct copy *c)
{
	obj_free(m, c->p);
	c->p = NULL;
}

int copy_files(struct model *m, struct copy *c)
{
	struct k_files *old = c->me->files;

	if (!old)
		return 0;
	if (c->flags & CLONE_FILES) {
		note_count(m, old, "count", old->count, old->count + 1);
		old->count++;
		c->p->files = old;
		return 0;
	}
	c->p->files = dup_files(m, old);
	if (!c->p->files)
		return no_memory(m, "dup_fd");
	note_link(m, c->p, "files", old, c->p->files);
	return 0;
}

void exit_files(struct model *m, struct k_task *p)
{
	put_files(m, p->files);
	p->files = NULL;
}

void undo_files(struct model *m, struct copy *c)
{
	exit_files(m, c->p);
}

int copy_fs(struct model *m, struct copy *c)
{
	struct k_fs *old = c->me->fs;

	if (!old)
		return 0;
	if (c->flags & CLONE_FS) {
		if (old->in_exec)
			return trace_refuse(m->trace, -EAGAIN, file, "copy_fs",
					    "another task that shares fs_struct is in execve()");
		note_count(m, old, "users", old->users, old->users + 1);
		old->users++;
		c->p->fs = old;
		return 0;
	}
	c->p->fs = copy_fs_struct(m, old);
	if (!c->p->fs)
		return no_memory(m, "copy_fs_struct");
	note_link(m, c->p, "fs", old, c->p->fs);
	return 0;
}

void exit_fs(struct model *m, struct k_task *p)
{
	struct k_fs *fs = p->fs;

	p->fs = NULL;
	if (fs)
		put_fs_struct(m, fs);
}

void undo_fs(struct model *m, struct copy *c)
{
	exit_fs(m, c->p);
}

int copy_sighand(struct model *m, struct copy *c)
{
	struct k_sighand *old = c->me->sighand;

	if (c->flags & CLONE_SIGHAND) {
		note_count(m, old, "count", old->count, old->count + 1);
		old->count++;
		c->p->sighand = old;
		return 0;
	}
	c->p->sighand = obj_alloc(m, OBJ_SIGHAND, sizeof(*old));
	if (!c->p->sighand)
		return no_memory(m, "copy_sighand");
	c->p->sighand->count = 1;
	note_count(m, c->p->sighand, "count", 0, 1);
	note_link(m, c->p, "sighand", old, c->p->sighand);
	c->p->sighand->ignores_sigchld = old->ignores_sigchld;
	return 0;
}

void put_sighand(struct model *m, struct k_sighand *s)
{
	if (!s)
		return;
	note_count(m, s, "count", s->count, s->count - 1);
	if (!--s->count)
		obj_free(m, s);
}

void undo_sighand(struct model *m, struct copy *c)
{
	put_sighand(m, c->p->sighand);
	c->p->sighand = NULL;
}

int copy_signal(struct model *m, struct copy *c)
{
	struct k_signal *new;

	if (c->flags & CLONE_THREAD) {
		c->p->signal = c->me->signal;
		return 0;
	}
	new = obj_alloc(m, OBJ_SIGNAL, sizeof(*new));
	if (!new)
		return no_memory(m, "copy_signal");
	link_init(&new->threads);
	c->p->signal = new;
	note_link(m, c->p, "signal", c->me->signal, new);
	return 0;
}

void put_signal(struct model *m, struct k_task *p)
{
	if (p->signal && !p->signal->nr_threads)
		obj_free(m, p->signal);
	p->signal = NULL;
}

void undo_signal(struct model *m, struct copy *c)
{
	put_signal(m, c->p);
}

int copy_mm(struct model *m, struct copy *c)
{
	struct k_mm *old = c->me->mm;

	if (!old)
		return 0; /* a kernel thread has none */
	if (c->flags & CLONE_VM) {
		note_count(m, old, "users", old->users, old->users + 1);
		old->users++;
		c->p->mm = old;
		return 0;
	}
	c->p->mm = obj_alloc(m, OBJ_MM, sizeof(*old));
	if (!c->p->mm)
		return no_memory(m, "dup_mm");
	c->p->mm->users = 1;
	note_count(m, c->p->mm, "users", 0, 1);
	note_link(m, c->p, "mm", old, c->p->mm);
	c->p->mm->exe_file = old->exe_file;
	if (old->exe_file)
		old->exe_file->count++;
	copy_shms(m, c->me, c->p->mm);
	if (m->rules->has_mm_user_ns) {
		c->p->mm->user_ns = old->user_ns;
		get_ns(m, old->user_ns);
	}
	return 0;
}

/* mmput(), by the running task: that of a copy that failed is its parent. */
static void mmput(struct model *m, struct k_task *p, struct k_task *me)
{
	struct k_mm *mm = p->mm;

	p->mm = NULL;
	if (!mm)
		return;
	note_count(m, mm, "users", mm->users, mm->users - 1);
	if (--mm->users)
		return;
	exit_shms(m, me, mm);
	put_file(m, mm->exe_file);
	put_ns(m, mm->user_ns);
	obj_free(m, mm);
}

void exit_mm(struct model *m, struct k_task *p)
{
	mmput(m, p, p);
}

void undo_mm(struct model *m, struct copy *c)
{
	mmput(m, c->p, c->me);
}

int copy_thread(struct model *m, struct copy *c)
{
	(void)c;
	if (alloc_fails(m))
		return no_memory(m, "copy_thread");
	trace_step(m->trace, "arch/x86/kernel/process.c", "copy_thread",
		   "the child's registers: it will return 0 from the same call");
	return 0;
}

bool thread_group_empty(const struct k_task *p)
{
	return p->signal->nr_threads == 1;
}

void free_task(struct model *m, struct k_task *p)
{
	put_sighand(m, p->sighand);
	put_signal(m, p);
	put_cred(m, p->cred);
	put_cred(m, p->cred);
	m->n_threads--;
	obj_free(m, p);
}
