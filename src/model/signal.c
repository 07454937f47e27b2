/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals as far as they end processes, after kernel/signal.c: by whom, and which an init takes. */
#include "kernel.h"

#include <signal.h>

static const char file[] = "kernel/signal.c";

static bool is_inside(const struct k_task *p, const struct k_ns *ns)
{
	return is_pid_visible(p->thread_pid, ns);
}

/* kill_ok_by_cred(); the saved uid is the real one here. */
static bool may_kill(struct model *m, struct k_task *from, const struct k_task *to)
{
	const struct k_cred *mine = from->cred, *its = to->cred;

	return from->signal == to->signal || mine->euid == its->uid || mine->uid == its->uid ||
	       ns_capable(m, from, its->user_ns, CAP_KILL);
}

static int check_sender(struct model *m, struct k_task *from, const struct k_task *to, int sig)
{
	char buf[64];

	if (!is_inside(to, task_active_pid_ns(from)))
		return trace_refuse(m->trace, -EINVAL, file, "pidfd_send_signal",
				    "the receiver is not in the pid namespace of the sender, nor "
				    "below it: the sender has no number for it");
	if (may_kill(m, from, to)) {
		trace_step(m->trace, file, "check_kill_permission",
			   "the sender has the same uid, or CAP_KILL in the receiver's user "
			   "namespace");
		return 0;
	}
	if (sig == SIGCONT && from->signal->pids[PIDTYPE_SID] == to->signal->pids[PIDTYPE_SID]) {
		trace_step(m->trace, file, "check_kill_permission",
			   "SIGCONT goes to everybody of the same session");
		return 0;
	}
	return trace_refuse(m->trace, -EPERM, file, "check_kill_permission",
			    "another uid, and no CAP_KILL in the receiver's user namespace, %s",
			    obj_label(m, to->cred->user_ns, buf, sizeof(buf)));
}

/* By default. */
static bool ends_process(int sig)
{
	switch (sig) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return false;
	}
	return true;
}

/* sig_task_ignored(): an init takes two signals, and from above its namespace only. */
static bool is_dropped(struct model *m, const struct k_task *from, const struct k_task *to, int sig)
{
	const struct k_ns *ns = task_active_pid_ns(to);
	bool is_from_above = from ? !is_inside(from, ns) : ns->level > 0;

	if (!to->signal->is_unkillable)
		return false;
	if (is_from_above && (sig == SIGKILL || sig == SIGSTOP))
		return false;
	trace_step(m->trace, file, "sig_task_ignored",
		   is_from_above ? "the receiver is the init of a pid namespace and has no handler "
				   "for it: from outside only SIGKILL and SIGSTOP act"
				 : "the receiver is the init of the sender's pid namespace and has "
				   "no handler for it: it is dropped, SIGKILL, too");
	return true;
}

static int send_signal(struct model *m, struct k_task *from, struct k_task *to, int sig)
{
	int err;

	if (sig < 0 || sig > 64)
		return trace_refuse(m->trace, -EINVAL, file, "check_kill_permission",
				    "there is no such signal");
	err = from ? check_sender(m, from, to, sig) : 0;
	if (err || !sig || is_dropped(m, from, to, sig))
		return err;
	if (!ends_process(sig)) {
		trace_step(m->trace, file, "get_signal",
			   "by default it ends no process: no namespace changes by it");
		return 0;
	}
	trace_step(m->trace, file, "complete_signal",
		   "it is fatal: every thread of the process gets SIGKILL");
	kill_task(m, to);
	return 0;
}

int model_signal(struct model *m, pid_t from, pid_t to, int sig, struct trace *t)
{
	struct k_task *target = find_task(m, to), *me = NULL;

	if (!target)
		return -ESRCH;
	if (from)
		me = begin_call(m, from, t);
	else
		begin_outside(m, t);
	if (from && !me)
		return -ESRCH;
	return end_call(m, send_signal(m, me, target, sig));
}

int model_kill(struct model *m, pid_t tid, struct trace *t)
{
	return model_signal(m, 0, tid, SIGKILL, t);
}
