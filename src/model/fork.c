/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a task is made, after kernel/fork.c. copy_process() is a list of stages in
 * the order that the rules give; when one fails, those before it are undone, last
 * first, as the kernel's bad_fork_* labels do.
 */
#include "fork.h"

#include <string.h>

static const char file[] = "kernel/fork.c";

struct stage {
	int (*copy)(struct model *m, struct copy *c);
	void (*undo)(struct model *m, struct copy *c);
	const char *label; /* the kernel's, where undoing begins */
	/* What a flag shares and is copied without it. */
	uint64_t flag;
	const char *func, *shared, *copied;
};

static bool is_met(const struct flag_check *check, const struct copy *c)
{
	const struct k_task *me = c->me;

	if ((c->flags & check->all) != check->all || c->flags & check->none)
		return false;
	if (check->any && !(c->flags & check->any))
		return false;
	switch (check->when) {
	case WHEN_INIT_OF_NS:
		return me->signal->is_unkillable;
	case WHEN_PIDC_DIFFERS:
		return task_active_pid_ns(me) != me->nsproxy->ns[SLOT_PID_FOR_CHILDREN];
	case WHEN_TIMEC_DIFFERS:
		return me->nsproxy->ns[SLOT_TIME] != me->nsproxy->ns[SLOT_TIME_FOR_CHILDREN];
	case WHEN_ALWAYS:
		break;
	}
	return true;
}

static int check_flags(struct model *m, struct copy *c)
{
	for (uint32_t i = 0; i < m->rules->n_fork_checks; i++) {
		const struct flag_check *check = m->rules->fork_checks[i];

		if (!is_met(check, c))
			continue;
		trace_advise(m->trace, "%s", check->advice);
		return trace_refuse(m->trace, -EINVAL, file, "copy_process", "%s", check->why);
	}
	trace_step(m->trace, file, "copy_process", "no two flags contradict each other");
	return 0;
}

static int check_signals(struct model *m, struct copy *c)
{
	if (!c->me->is_signalled)
		return 0;
	return trace_refuse(m->trace, -EINTR, file, "copy_process",
			    "a signal came first: the call starts again after its handler");
}

static int check_nproc(struct model *m, struct copy *c)
{
	const struct k_cred *cred = c->me->cred;
	const struct k_ns *init = m->init_ns[NS_USER];

	if (!(c->me->known & FACT_LIMITS))
		trace_doubt(
			m->trace, FACT_LIMITS,
			"RLIMIT_NPROC, pids.max and threads-max are not known: EAGAIN if one of "
			"them is used up");
	if (!c->me->is_nproc_full || !cred->uid || ns_capable(m, c->me, init, CAP_SYS_RESOURCE) ||
	    ns_capable(m, c->me, init, CAP_SYS_ADMIN))
		return 0;
	trace_advise(m->trace, "raise the limit (ulimit -u), or end some of its processes");
	return trace_refuse(
		m->trace, -EAGAIN, file, "copy_process",
		"uid %u has as many tasks as its RLIMIT_NPROC allows, and no capability "
		"to pass it",
		cred->uid);
}

static int check_max_threads(struct model *m, struct copy *c)
{
	(void)c;
	if (m->n_threads < m->threads_max)
		return 0;
	trace_advise(m->trace, "raise /proc/sys/kernel/threads-max");
	return trace_refuse(m->trace, -EAGAIN, file, "copy_process",
			    "there are kernel.threads-max tasks already");
}

static int cgroup_can_fork(struct model *m, struct copy *c)
{
	if (alloc_fails(m))
		return trace_refuse(m->trace, -ENOMEM, "kernel/cgroup/cgroup.c", "cgroup_can_fork",
				    "no memory");
	if (!c->me->is_pids_full)
		return 0;
	trace_advise(m->trace, "raise pids.max of its control group or of one above");
	return trace_refuse(m->trace, -EAGAIN, "kernel/cgroup/pids.c", "pids_can_fork",
			    "pids.max of its control group, or of one above, is reached");
}

static int do_copy_creds(struct model *m, struct copy *c)
{
	return copy_creds(m, c->me, c->p, c->flags);
}

static void undo_creds(struct model *m, struct copy *c)
{
	put_cred(m, c->p->cred);
	put_cred(m, c->p->cred);
	c->p->cred = NULL;
}

static int do_copy_namespaces(struct model *m, struct copy *c)
{
	return copy_namespaces(m, c->flags, c->me, c->p);
}

static void undo_namespaces(struct model *m, struct copy *c)
{
	exit_task_namespaces(m, c->p);
}

static int do_alloc_pid(struct model *m, struct copy *c)
{
	int err = 0;

	c->pid = alloc_pid(m, c->p->nsproxy->ns[SLOT_PID_FOR_CHILDREN], c->call->tids,
			   c->call->kind == CALL_CLONE3 ? c->call->n_tids : 0, c->me, &err);
	return err;
}

static void undo_pid(struct model *m, struct copy *c)
{
	free_pid(m, c->pid);
	c->pid = NULL;
}

static int check_pid_ns_alive(struct model *m, struct copy *c)
{
	const struct k_ns *ns = c->pid->numbers[c->pid->level].ns;
	char buf[64];

	if (ns->pid.is_adding)
		return 0;
	trace_advise(m->trace, "a pid namespace whose init has died takes no more processes");
	return trace_refuse(m->trace, -ENOMEM, file, "copy_process", "the init of %s has died",
			    obj_label(m, ns, buf, sizeof(buf)));
}

/* Allocations inside that no object of the model stands for. */
static int plain_allocation(struct model *m, struct copy *c)
{
	(void)c;
	if (!alloc_fails(m))
		return 0;
	return trace_refuse(m->trace, -ENOMEM, file, "copy_process", "no memory");
}

static const struct stage stages[] = {
	[COPY_FLAGS] = {.copy = check_flags},
	[COPY_SECURITY_EARLY] = {.copy = plain_allocation, .label = "fork_out"},
	[COPY_SIGNALS_EARLY] = {.copy = check_signals, .label = "fork_out"},
	[COPY_TASK_STRUCT] = {.copy = dup_task_struct,
			      .undo = undo_task_struct,
			      .label = "fork_out"},
	[COPY_NPROC] = {.copy = check_nproc, .label = "bad_fork_free"},
	[COPY_CREDS] = {.copy = do_copy_creds, .undo = undo_creds, .label = "bad_fork_free"},
	[COPY_MAX_THREADS] = {.copy = check_max_threads, .label = "bad_fork_cleanup_count"},
	[COPY_SCHED] = {.copy = plain_allocation, .label = "bad_fork_cleanup_policy"},
	[COPY_SEMUNDO] = {.copy = plain_allocation,
			  .label = "bad_fork_cleanup_security",
			  .flag = CLONE_SYSVSEM,
			  .func = "copy_semundo",
			  .shared = "CLONE_SYSVSEM: one list of semaphores to undo at exit",
			  .copied = "the child starts with no semaphores to undo"},
	[COPY_FILES] = {.copy = copy_files,
			.undo = undo_files,
			.label = "bad_fork_cleanup_semundo",
			.flag = CLONE_FILES,
			.func = "copy_files",
			.shared = "CLONE_FILES: one table of descriptors, counted once more",
			.copied = "a table of its own, with the same open files"},
	[COPY_FS] = {.copy = copy_fs,
		     .undo = undo_fs,
		     .label = "bad_fork_cleanup_files",
		     .flag = CLONE_FS,
		     .func = "copy_fs",
		     .shared = "CLONE_FS: one root, working directory and umask, counted once more",
		     .copied = "a root, working directory and umask of its own"},
	[COPY_SIGHAND] = {.copy = copy_sighand,
			  .undo = undo_sighand,
			  .label = "bad_fork_cleanup_fs",
			  .flag = CLONE_SIGHAND,
			  .func = "copy_sighand",
			  .shared = "CLONE_SIGHAND: one set of signal handlers",
			  .copied = "signal handlers of its own, set alike"},
	[COPY_SIGNAL] = {.copy = copy_signal,
			 .undo = undo_signal,
			 .label = "bad_fork_cleanup_sighand",
			 .flag = CLONE_THREAD,
			 .func = "copy_signal",
			 .shared = "CLONE_THREAD: a thread of the same process",
			 .copied = "a process of its own, with its own limits and timers"},
	[COPY_MM] =
		{.copy = copy_mm,
		 .undo = undo_mm,
		 .label = "bad_fork_cleanup_signal",
		 .flag = CLONE_VM,
		 .func = "copy_mm",
		 .shared = "CLONE_VM: one address space, counted once more",
		 .copied = "a copy of the address space, page by page when one of the two writes"},
	[COPY_NAMESPACES] = {.copy = do_copy_namespaces,
			     .undo = undo_namespaces,
			     .label = "bad_fork_cleanup_mm"},
	[COPY_IO] = {.copy = plain_allocation, .label = "bad_fork_cleanup_namespaces"},
	[COPY_THREAD] = {.copy = copy_thread, .label = "bad_fork_cleanup_io"},
	[COPY_PID] = {.copy = do_alloc_pid, .undo = undo_pid, .label = "bad_fork_cleanup_thread"},
	[COPY_CGROUP] = {.copy = cgroup_can_fork, .label = "bad_fork_put_pidfd"},
	[COPY_SIGNALS_LATE] = {.copy = check_signals, .label = "bad_fork_core_free"},
	[COPY_PID_NS_ALIVE] = {.copy = check_pid_ns_alive, .label = "bad_fork_core_free"},
};
_Static_assert(ARRAY_SIZE(stages) == COPY_N_STAGES, "a row for each");

static void unwind(struct model *m, struct copy *c, uint32_t failed)
{
	const enum copy_stage *order = m->rules->copy_order;

	trace_undo(m->trace, file, "copy_process", "unwinding from the label %s",
		   stages[order[failed]].label ? stages[order[failed]].label : "fork_out");
	while (failed--)
		if (stages[order[failed]].undo)
			stages[order[failed]].undo(m, c);
}

/* Under tasklist_lock: the child is seen by everybody from here. */
static void link_child(struct model *m, struct copy *c)
{
	struct k_task *me = c->me, *p = c->p;

	trace_step(
		m->trace, file, "copy_process",
		"under tasklist_lock it gets its parent and its thread group: from here everybody "
		"sees it");
	attach_pid(m, p, PIDTYPE_PID, c->pid);
	note_link(m, p, "thread_pid", NULL, c->pid);
	p->exit_signal = c->exit_signal;
	p->real_parent = me;
	if (c->flags & CLONE_THREAD) {
		p->group_leader = me->group_leader;
		p->real_parent = me->real_parent;
	} else if (c->flags & CLONE_PARENT) {
		p->real_parent = me->real_parent;
		p->exit_signal = me->group_leader->exit_signal;
	}
	note_link(m, p, "real_parent", NULL, p->real_parent);
	link_add(&p->signal->threads, &p->thread);
	note_count(m, p->signal, "nr_threads", p->signal->nr_threads, p->signal->nr_threads + 1);
	p->signal->nr_threads++;
	m->n_threads++;
	if (c->flags & CLONE_THREAD)
		return;
	link_add(&p->real_parent->children, &p->sibling);
	attach_pid(m, p, PIDTYPE_TGID, c->pid);
	for (int type = PIDTYPE_PGID; type < PIDTYPE_N; type++)
		attach_pid(m, p, type, me->signal->pids[type] ? me->signal->pids[type] : c->pid);
	if (!is_child_reaper(c->pid))
		return;
	trace_step(m->trace, file, "copy_process",
		   "it is 1 in its pid namespace: its init, which reaps orphans and takes no "
		   "signal from inside that it does not handle");
	c->pid->numbers[c->pid->level].ns->pid.child_reaper = p;
	c->pid->numbers[c->pid->level].ns->pid.had_reaper = true;
	note_link(m, c->pid->numbers[c->pid->level].ns, "child_reaper", NULL, p);
	p->signal->is_unkillable = true;
}

static int copy_process(struct model *m, struct copy *c)
{
	for (uint32_t i = 0; i < m->rules->n_copy_order; i++) {
		const struct stage *s = &stages[m->rules->copy_order[i]];
		int err;

		if (s->flag)
			trace_step(m->trace, file, s->func, "%s",
				   c->flags & s->flag ? s->shared : s->copied);
		err = s->copy(m, c);
		if (err) {
			unwind(m, c, i);
			return err;
		}
	}
	link_child(m, c);
	return 0;
}

static int refuse_clone3(struct model *m, const char *why)
{
	return trace_refuse(m->trace, -EINVAL, file, "clone3_args_valid", "%s", why);
}

/* copy_clone_args_from_user() and clone3_args_valid(), in their order. */
static int check_clone3(struct model *m, const struct call *c)
{
	uint64_t known = 0xffffffffull | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP;
	uint64_t refused = CLONE_DETACHED | CSIGNAL;

	if (m->rules->has_clone3_newtime)
		refused &= ~(uint64_t)CLONE_NEWTIME;
	if (c->size > 4096)
		return trace_refuse(m->trace, -E2BIG, file, "copy_clone_args_from_user",
				    "size is larger than a page");
	if (c->size < 64)
		return refuse_clone3(m, "size is smaller than the first struct clone_args, 64");
	if (c->n_tids > MAX_PID_NS_LEVEL)
		return refuse_clone3(m, "set_tid has more numbers than pid namespaces can nest");
	if (c->n_tids && c->size > 64 && c->size <= 72)
		return refuse_clone3(m, "set_tid, whose set_tid_size is cut off by size");
	if (c->exit_signal & ~(uint64_t)CSIGNAL || c->exit_signal > 64)
		return refuse_clone3(m, "exit_signal is no signal");
	if (c->flags & CLONE_INTO_CGROUP && c->size < 88)
		return refuse_clone3(m, "CLONE_INTO_CGROUP needs the member cgroup: size 88");
	if (c->flags & ~known)
		return refuse_clone3(m, "flags that this kernel does not know");
	if (c->flags & refused)
		return refuse_clone3(m, "CLONE_DETACHED, or bits of the exit signal in flags");
	if ((c->flags & CLONE_SIGHAND) && (c->flags & CLONE_CLEAR_SIGHAND))
		return refuse_clone3(m, "CLONE_SIGHAND and CLONE_CLEAR_SIGHAND contradict");
	if (c->flags & (CLONE_THREAD | CLONE_PARENT) && c->exit_signal)
		return refuse_clone3(m, "an exit_signal with CLONE_THREAD or CLONE_PARENT");
	if (!c->stack != !c->stack_size)
		return refuse_clone3(m, "stack and stack_size go together");
	return 0;
}

static int check_entry(struct model *m, const struct call *c)
{
	if (c->kind == CALL_CLONE3 && !m->rules->has_clone3)
		return trace_refuse(m->trace, -ENOSYS, file, "sys_clone3",
				    "this kernel has no clone3()");
	if (c->kind == CALL_CLONE3)
		return check_clone3(m, c);
	if (c->kind == CALL_CLONE && m->rules->has_clone3 && c->flags & CLONE_PIDFD &&
	    c->flags & CLONE_PARENT_SETTID)
		return trace_refuse(m->trace, -EINVAL, file, m->rules->kernel_clone,
				    "clone() has one argument for the pidfd and the parent's tid");
	return 0;
}

static void wait_for_vfork_done(struct model *m, struct k_task *me, struct k_task *p)
{
	trace_step(m->trace, file, "wait_for_vfork_done",
		   "CLONE_VFORK: the parent sleeps until the child calls execve() or exits");
	me->has_vfork_wait = true;
	note_count(m, me, "vfork_done", 0, 1);
	(void)p;
}

int kernel_clone(struct model *m, struct k_task *me, const struct call *call)
{
	struct copy c = {.me = me, .call = call, .flags = call->flags};
	int err = check_entry(m, call);

	if (err)
		return err;
	c.exit_signal = call->exit_signal;
	trace_step(m->trace, file, m->rules->kernel_clone,
		   "fork, vfork, clone and clone3 all come here, with flags that differ");
	for (int k = 0; k < NS_N_KINDS; k++)
		if (c.flags & ns_kinds[k].clone_flag && !rules_has(m->rules, k))
			trace_step(m->trace, file, m->rules->kernel_clone,
				   "this kernel has no %s namespaces: %s means nothing to it",
				   ns_kinds[k].name, ns_kinds[k].clone_name);
	err = copy_process(m, &c);
	if (err)
		return err;
	trace_step(m->trace, file, "wake_up_new_task",
		   "the child runs: %d as the outermost "
		   "namespace counts, %d as it sees itself",
		   task_pid_nr(c.p), c.pid->numbers[c.pid->level].nr);
	if (c.flags & CLONE_VFORK)
		wait_for_vfork_done(m, me, c.p);
	return task_pid_nr(c.p);
}
