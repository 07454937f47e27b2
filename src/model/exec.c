/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What execve() changes in the objects of the model, after fs/exec.c and security/commoncap.c. */
#include "kernel.h"

#include <signal.h>

static const char file[] = "fs/exec.c";

/* The other threads end; a caller that does not lead takes the leader's place and number. */
static void de_thread(struct model *m, struct k_task *me)
{
	struct k_task *leader = me->group_leader;
	struct k_pid *its, *mine;

	if (thread_group_empty(me))
		return;
	trace_step(m->trace, file, "de_thread", "every other thread of the process ends");
	for (struct link *l = me->signal->threads.next, *next; l != &me->signal->threads;
	     l = next) {
		struct k_task *t = link_entry(l, struct k_task, thread);

		next = l->next;
		if (t != me && !t->is_zombie)
			do_exit(m, t);
	}
	if (leader == me)
		return;
	its = leader->thread_pid;
	mine = me->thread_pid;
	me->thread_pid = its;
	its->task = me;
	leader->thread_pid = mine;
	mine->task = leader;
	me->group_leader = me;
	link_del(&leader->sibling);
	link_add(&me->real_parent->children, &me->sibling);
	link_for_each (l, &leader->children)
		link_entry(l, struct k_task, sibling)->real_parent = me;
	leader->group_leader = me;
	release_task(m, leader);
}

static int exec_mmap(struct model *m, struct k_task *me)
{
	struct k_mm *mm = obj_alloc(m, OBJ_MM, sizeof(*mm));

	if (!mm)
		return trace_refuse(m->trace, -ENOMEM, file, "bprm_mm_init", "no memory for it");
	trace_step(m->trace, file, "exec_mmap",
		   "new memory, that holds the user namespace of the credentials");
	mm->users = 1;
	note_count(m, mm, "users", 0, 1);
	note_link(m, me, "mm", me->mm, mm);
	if (m->rules->has_mm_user_ns) {
		mm->user_ns = me->cred->user_ns;
		get_ns(m, mm->user_ns);
	}
	mm->exe_file = alloc_file(m, me, FILE_PLAIN); /* do_open_execat(), before new credentials */
	exit_mm(m, me);
	me->mm = mm;
	return 0;
}

/* A root that is mapped keeps its capabilities; everybody else loses them here. */
static int prepare_exec_creds(struct model *m, struct k_task *me)
{
	struct k_cred *new = prepare_creds(m, me);

	if (!new)
		return trace_refuse(m->trace, -ENOMEM, "kernel/cred.c", "prepare_exec_creds",
				    "no memory for it");
	if (is_root_inside(new))
		new->cap_effective = CAP_FULL;
	else
		new->cap_effective = 0;
	if (!new->cap_effective && me->cred->cap_effective)
		trace_step(m->trace, "security/commoncap.c", "cap_bprm_creds_from_file",
			   "the uid is not 0 in its user namespace: the capabilities are lost");
	commit_creds(m, me, new);
	return 0;
}

static int exec_task_namespaces(struct model *m, struct k_task *me)
{
	struct k_nsproxy *new;
	int err;

	if (!m->rules->has_exec_time_entry ||
	    me->nsproxy->ns[SLOT_TIME] == me->nsproxy->ns[SLOT_TIME_FOR_CHILDREN])
		return 0;
	trace_step(m->trace, "kernel/nsproxy.c", "exec_task_namespaces",
		   "time_ns_for_children differs and the memory is new: the task enters it");
	err = create_new_namespaces(m, 0, me, me, me->cred->user_ns, &new);
	if (err)
		return err;
	timens_on_fork(m, new);
	switch_task_namespaces(m, me, new);
	return 0;
}

int do_execve(struct model *m, struct k_task *me)
{
	struct k_sighand *sighand;
	int err;

	trace_step(m->trace, file, "do_execveat_common",
		   "the same task runs another program; its nsproxy stays");
	de_thread(m, me);
	me->exit_signal = SIGCHLD;
	err = exec_mmap(m, me);
	if (!err)
		err = exec_task_namespaces(m, me);
	if (err)
		return err;
	if (me->sighand->count > 1) {
		sighand = obj_alloc(m, OBJ_SIGHAND, sizeof(*sighand));
		if (!sighand)
			return trace_refuse(m->trace, -ENOMEM, file, "unshare_sighand",
					    "no memory for it");
		sighand->count = 1;
		note_count(m, sighand, "count", 0, 1);
		note_link(m, me, "sighand", me->sighand, sighand);
		sighand->ignores_sigchld = me->sighand->ignores_sigchld;
		put_sighand(m, me->sighand);
		me->sighand = sighand;
	}
	if (me->files->count > 1) {
		struct k_files *files = dup_files(m, me->files);

		if (!files)
			return trace_refuse(m->trace, -ENOMEM, "kernel/fork.c", "unshare_files",
					    "no memory for it");
		note_link(m, me, "files", me->files, files);
		exit_files(m, me);
		me->files = files;
	}
	do_close_on_exec(m, me->files);
	end_vfork_wait(m, me);
	return prepare_exec_creds(m, me);
}
