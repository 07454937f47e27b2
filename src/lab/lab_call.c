/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One call of one test process: who may make it, and those that the model knows. */
#include "lab_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static int call_birth(struct lab_args *a)
{
	return lab_birth(a->lab, a->p->t.id, &a->c->call, a->r, a->e);
}

static int call_unshare(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_unshare, .args = {a->c->call.flags}, .alters_cred = 1};

	return lab_syscall(a, &q, 0, NULL, 0);
}

/* A descriptor of the namespace that one of ours is in, or -ENOENT. */
static int open_ns(const struct lab *lab, const struct call_fd *fd)
{
	for (uint32_t i = 0; i < lab->procs.n; i++) {
		const struct lab_task *t = &lab->procs.items[i].t;

		for (int slot = 0; slot < NS_N_SLOTS && t->state < LAB_ZOMBIE; slot++)
			if (t->slots[slot] == fd->inum &&
			    (fd->ns_kind < 0 || (int)ns_slots[slot].kind == fd->ns_kind))
				return lab_open_slot(lab, t, slot);
	}
	return -ENOENT;
}

static int call_setns(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_setns, .args = {0, a->c->call.flags}, .alters_cred = 1};
	const struct call_fd *from = &a->c->call.fd;
	_cleanup_fd_ int fd = -1;
	char text[32];

	if (from->kind == CALL_FD_NUMBER || from->kind == CALL_FD_OTHER) {
		q.args[0] = from->fd;
		return lab_syscall(a, &q, 0, NULL, 0);
	}
	if (from->kind == CALL_FD_PIDFD) {
		fd = syscall(SYS_pidfd_open, from->pid, 0);
		if (fd < 0)
			return err_set(a->e, errno, "pidfd_open(%d)", from->pid);
	} else {
		fd = open_ns(a->lab, from);
		snprintf(text, sizeof(text), "[%u]", from->inum);
		if (fd < 0)
			return err_set(a->e, -fd, "no test process shows the namespace %s", text);
	}
	q.fds = BIT(0);
	return lab_syscall(a, &q, 0, &fd, 1);
}

/* Its other threads end, and it takes the number of the process. */
static void lead(struct lab *lab, struct lab_proc *p)
{
	for (uint32_t i = 0; i < lab->procs.n; i++) {
		struct lab_proc *o = &lab->procs.items[i];

		if (o == p || o->t.tgid != p->t.tgid || o->t.state == LAB_GONE)
			continue;
		lab_note_end(lab, o);
		o->t.state = LAB_GONE;
	}
	p->t.tid = p->t.tgid;
}

static int call_exec(struct lab_args *a)
{
	struct lab_request q = {.op = LAB_OP_EXEC};
	struct lab_reply reply;
	int err;

	/* A thread takes the number of the process: to whom looks at it, it ends. */
	if (a->p->t.tid != a->p->t.tgid)
		close(steal_fd(&a->p->pidfd));
	err = lab_ask(a->p, &q, 0, NULL, 0, &reply, a->e);
	if (!err)
		a->r->ret = reply.kind == LAB_HELLO ? 0 : reply.ret;
	if (!err && !a->r->ret)
		lead(a->lab, a->p);
	if (a->p->pidfd < 0)
		a->p->pidfd = lab_open_pidfd(&a->p->t);
	if (err || a->r->ret)
		return err;
	lab_wake_maker(a->lab, a->p->t.id);
	return 0;
}

static int end(struct lab_args *a, long nr, int status)
{
	struct lab_request q = {.op = LAB_OP_EXIT, .nr = nr, .args = {status}};
	int id = a->p->t.id;
	int err = lab_send(a->p, &q, 0, NULL, 0, a->e);

	if (err)
		return err;
	if (!lab_await_end(a->lab, id, LAB_DEADLINE_MS))
		return err_set(a->e, ETIMEDOUT, "test process %d does not end", a->p->t.tid);
	if (nr == SYS_exit_group)
		lab_await_group(a->lab, a->p->t.tgid, LAB_DEADLINE_MS);
	return 0;
}

static int call_exit(struct lab_args *a)
{
	return end(a, SYS_exit, 0);
}

static int exit_group(struct lab_args *a)
{
	return end(a, SYS_exit_group, a->c->number);
}

static int (*const calls[CALL_N_KINDS])(struct lab_args *a) = {
	[CALL_FORK] = call_birth,   [CALL_VFORK] = call_birth,	   [CALL_CLONE] = call_birth,
	[CALL_CLONE3] = call_birth, [CALL_UNSHARE] = call_unshare, [CALL_SETNS] = call_setns,
	[CALL_EXEC] = call_exec,    [CALL_EXIT] = call_exit,
};

/* ---- who may ---- */

static int check_supervisor(const struct lab_call *c, struct err *e)
{
	const uint64_t refused = CLONE_PARENT | CLONE_VM | CLONE_THREAD | CLONE_FILES | CLONE_FS;
	bool is_birth =
		c->kind == LAB_CALL && c->call.kind <= CALL_CLONE3 && c->call.kind != CALL_VFORK;

	if (c->kind == LAB_WAIT || (is_birth && !(c->call.flags & refused)))
		return 0;
	return err_set(e, EPERM, "the lab's supervisor only makes separate children and waits");
}

static int check(struct lab *lab, const struct lab_proc *p, const struct lab_call *c, struct err *e)
{
	int guard = lab_more[c->kind].guard;

	if (!p || p->t.state >= LAB_ZOMBIE)
		return err_set(e, ESRCH, "no such test process");
	/*
	 * What is sent to it is not read. When others share its file table its socket stays
	 * open, and what lies in it keeps what it refers to: for good, and seen by nobody.
	 */
	if (p->is_killed && c->kind != LAB_KILL)
		return err_set(e, ESRCH, "test process %d has been killed", p->t.tid);
	if (p->t.state == LAB_WAITING && c->kind != LAB_KILL)
		return err_set(e, EBUSY, "test process %d sleeps until its child ends or executes",
			       p->t.tid);
	if (p->t.id == LAB_SUPERVISOR)
		return check_supervisor(c, e);
	return guard < 0 ? 0 : lab_need_out(lab, p, guard, e);
}

/* Who enters another mount namespace mounts there as privately as those in it. */
static void note_mounts(struct lab *lab, struct lab_proc *p, uint32_t before)
{
	bool is_private = false;

	if (p->t.slots[SLOT_MNT] == before)
		return;
	p->has_entered_mnt = true;
	for (uint32_t i = 0; i < lab->procs.n; i++) {
		const struct lab_proc *o = &lab->procs.items[i];

		if (o != p && o->t.state < LAB_ZOMBIE && o->has_private_mnt &&
		    o->t.slots[SLOT_MNT] == p->t.slots[SLOT_MNT])
			is_private = true;
	}
	p->has_private_mnt = is_private;
}

static void after(struct lab *lab, int who, const struct lab_call *c, const struct lab_result *r)
{
	struct lab_proc *p = lab_proc(lab, who);
	uint32_t before[NS_N_SLOTS];

	memcpy(before, p->t.slots, sizeof(before));
	if (lab_read_slots(lab, who))
		lab_note_change(lab, p, before, c->kind == LAB_CALL && c->call.kind == CALL_SETNS);
	if (c->kind == LAB_CALL && c->call.kind == CALL_SETNS && !r->ret)
		note_mounts(lab, p, before[SLOT_MNT]);
}

static int trouble(struct lab *lab, int who, int err, struct err *e)
{
	struct lab_proc *p = lab_proc(lab, who);

	if (err == -ETIMEDOUT && p->pidfd >= 0 && who != LAB_SUPERVISOR)
		syscall(SYS_pidfd_send_signal, p->pidfd, SIGKILL, NULL, 0);
	if (err == -EPIPE) {
		lab_await_end(lab, who, LAB_DEADLINE_MS);
		return err_set(e, ESRCH, "test process %d has ended", p->t.tid);
	}
	return err;
}

int lab_call(struct lab *lab, int who, const struct lab_call *c, struct lab_result *r,
	     struct err *e)
{
	struct lab_args a = {lab, lab_proc(lab, who), c, r, e};
	int err = check(lab, a.p, c, e);

	if (err)
		return err;
	*r = (struct lab_result){.child = -1, .fds = {-1, -1}};
	if (c->kind == LAB_CALL)
		err = calls[c->call.kind](&a);
	else if (c->kind == LAB_EXIT_GROUP)
		err = exit_group(&a);
	else
		err = lab_more[c->kind].run(&a);
	if (err)
		return trouble(lab, who, err, e);
	after(lab, who, c, r);
	return 0;
}
