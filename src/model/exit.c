/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How tasks end, after kernel/exit.c, and the end of a pid namespace with its init. */
#include "kernel.h"

#include <signal.h>

static const char file[] = "kernel/exit.c";

static void reap_if_dead(struct model *m, struct k_task *p)
{
	if (p->is_zombie && p->signal->nr_threads == 1)
		release_task(m, p);
}

/* Another thread of the dying task's group, that lives. */
static struct k_task *find_alive_thread(struct k_task *p)
{
	link_for_each (l, &p->signal->threads) {
		struct k_task *t = link_entry(l, struct k_task, thread);

		if (t != p && !t->is_zombie)
			return t;
	}
	return NULL;
}

/* find_new_reaper(): a thread of its own group, a subreaper above it, or its namespace's init. */
static struct k_task *find_new_reaper(struct model *m, struct k_task *father)
{
	struct k_task *t = find_alive_thread(father);
	struct k_task *reaper = task_active_pid_ns(father)->pid.child_reaper;

	if (t)
		return t;
	for (t = father->real_parent; t && t != t->real_parent; t = t->real_parent) {
		if (task_active_pid_ns(t) != task_active_pid_ns(father) || t == reaper)
			break;
		if (t->signal->is_child_subreaper && !t->is_zombie)
			return t;
		if (t->signal->is_child_subreaper && find_alive_thread(t))
			return find_alive_thread(t);
	}
	return reaper && reaper != father ? reaper : m->init_task;
}

/* do_notify_parent(): who ignores SIGCHLD leaves no zombies. */
static void notify_parent(struct model *m, struct k_task *leader)
{
	const struct k_sighand *sighand = leader->real_parent->sighand;

	if (leader->exit_signal == SIGCHLD && sighand && sighand->ignores_sigchld)
		reap_if_dead(m, leader);
}

static void forget_original_parent(struct model *m, struct k_task *father)
{
	struct k_task *reaper;

	if (father->children.next == &father->children)
		return;
	reaper = find_new_reaper(m, father);
	trace_step(m->trace, file, "forget_original_parent",
		   "its children get a new parent: a thread of the same group, a subreaper, or the "
		   "init of their pid namespace");
	while (father->children.next != &father->children) {
		bool is_machine = !reaper->thread_pid->level && is_child_reaper(reaper->thread_pid);
		struct k_task *p = link_entry(father->children.next, struct k_task, sibling);

		link_del(&p->sibling);
		link_add(&reaper->children, &p->sibling);
		note_link(m, p, "real_parent", father, reaper);
		link_for_each (l, &p->signal->threads)
			link_entry(l, struct k_task, thread)->real_parent = reaper;
		if (reaper->signal != father->signal)
			p->exit_signal = SIGCHLD;
		/* The init of the machine waits for all that it inherits. */
		if (is_machine)
			reap_if_dead(m, p);
		else if (reaper->signal != father->signal)
			notify_parent(m, p);
	}
}

static bool is_inside(const struct k_task *p, const struct k_ns *ns)
{
	const struct k_ns *active = task_active_pid_ns(p);

	while (active && active->level > ns->level)
		active = active->parent;
	return active == ns;
}

/* SIGKILL to everything in the namespace and below it; the init waits for all of it. */
static void zap_pid_ns_processes(struct model *m, struct k_task *init)
{
	struct k_ns *ns = task_active_pid_ns(init);

	disable_pid_allocation(m, ns);
	/* So that they need not be waited for; whoever shares its handlers ignores it, too. */
	init->sighand->ignores_sigchld = true;
	trace_step(m->trace, "kernel/pid_namespace.c", "zap_pid_ns_processes",
		   "its init has died: every other process in it is killed, nested pid namespaces "
		   "included");
	obj_for_each (m, OBJ_TASK, struct k_task, p) {
		if (p->signal != init->signal && p->thread_pid && !p->is_zombie && is_inside(p, ns))
			do_exit(m, p);
	}
	/* Those whose parent is outside are that parent's to wait for. */
	obj_for_each (m, OBJ_TASK, struct k_task, p) {
		if (p->signal != init->signal && p->is_zombie && is_inside(p, ns) &&
		    is_inside(p->real_parent, ns))
			reap_if_dead(m, p);
	}
}

void end_vfork_wait(struct model *m, struct k_task *p)
{
	if (!p->real_parent || !p->real_parent->has_vfork_wait)
		return;
	p->real_parent->has_vfork_wait = false;
	note_count(m, p->real_parent, "vfork_done", 1, 0);
}

static void exit_notify(struct model *m, struct k_task *p)
{
	bool is_last = !find_alive_thread(p);
	struct k_task *leader = p->group_leader;

	p->is_zombie = true;
	/* find_child_reaper(): an init lives as long as one of its threads. */
	if (!is_last && task_active_pid_ns(p)->pid.child_reaper == p)
		task_active_pid_ns(p)->pid.child_reaper = find_alive_thread(p);
	if (is_last && p->signal->is_unkillable)
		zap_pid_ns_processes(m, p);
	forget_original_parent(m, p);
	if (p != leader) {
		release_task(m, p); /* a thread that nobody waits for */
		notify_parent(m, leader);
		return;
	}
	trace_step(m->trace, file, "exit_notify",
		   "a zombie until its parent waits for it: only "
		   "the pid and the credentials are left");
	notify_parent(m, p);
}

void do_exit(struct model *m, struct k_task *p)
{
	char buf[64];

	trace_step(m->trace, file, "do_exit",
		   "%s gives back its memory, files and working directory",
		   obj_label(m, p, buf, sizeof(buf)));
	exit_mm(m, p);
	end_vfork_wait(m, p);
	exit_files(m, p);
	exit_fs(m, p);
	exit_task_namespaces(m, p);
	exit_notify(m, p);
}

void release_task(struct model *m, struct k_task *p)
{
	char buf[64];

	trace_step(m->trace, file, "release_task",
		   "%s is reaped: its number is free again, its credentials go after the next "
		   "RCU grace period",
		   obj_label(m, p, buf, sizeof(buf)));
	if (task_active_pid_ns(p)->pid.child_reaper == p)
		task_active_pid_ns(p)->pid.child_reaper = NULL;
	link_del(&p->thread);
	link_del(&p->sibling);
	p->signal->nr_threads--;
	if (p == p->group_leader)
		for (int type = PIDTYPE_TGID; type < PIDTYPE_N; type++)
			detach_pid(m, p, type);
	detach_pid(m, p, PIDTYPE_PID);
	free_task(m, p);
}

/* SIGKILL takes the whole thread group. */
void kill_task(struct model *m, struct k_task *p)
{
	struct k_task *leader = p->group_leader;
	bool is_alive = !leader->is_zombie;
	int n = 0;

	link_for_each (l, &leader->signal->threads) {
		const struct k_task *t = link_entry(l, struct k_task, thread);

		n += t != leader && !t->is_zombie;
	}
	while (n--) /* with the last of them a dead leader may go, too */
		do_exit(m, find_alive_thread(leader));
	if (is_alive)
		do_exit(m, leader);
}
