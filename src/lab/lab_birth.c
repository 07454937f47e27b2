/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a test process comes to be: its maker is sent the socket that the child will
 * listen on, makes the call, and the child says hello on it.
 */
#include "lab_impl.h"

#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>

static const long numbers[CALL_N_KINDS] = {
	[CALL_FORK] = SYS_fork,
	[CALL_VFORK] = SYS_vfork,
	[CALL_CLONE] = SYS_clone,
	[CALL_CLONE3] = SYS_clone3,
};

static enum lab_stack stack_of(const struct call *c)
{
	if (c->kind == CALL_CLONE)
		return c->stack ? LAB_STACK_GOOD : LAB_STACK_NONE;
	if (c->stack)
		return c->stack_size ? LAB_STACK_GOOD : LAB_STACK_NO_SIZE;
	return c->stack_size ? LAB_STACK_ONLY_SIZE : LAB_STACK_NONE;
}

static size_t encode(const struct call *c, struct lab_request *q)
{
	uint32_t n = c->n_tids < CALL_MAX_TIDS ? c->n_tids : CALL_MAX_TIDS;

	q->op = LAB_OP_CLONE;
	q->nr = numbers[c->kind];
	q->args[0] = c->flags;
	q->args[1] = stack_of(c);
	q->args[2] = c->exit_signal;
	q->args[3] = c->size;
	q->args[4] = n;
	if (c->kind == CALL_CLONE) /* its low byte is the signal */
		q->args[0] = (c->flags & ~(uint64_t)CSIGNAL) | (c->exit_signal & CSIGNAL);
	memcpy(q->data, c->tids, n * sizeof(c->tids[0]));
	return n * sizeof(c->tids[0]);
}

static bool is_vfork(const struct call *c)
{
	return c->kind == CALL_VFORK || (c->kind != CALL_FORK && c->flags & CLONE_VFORK);
}

int lab_adopt(struct lab *lab, int ctl, int maker, bool is_thread, struct err *e)
{
	struct lab_proc p = {.ctl = ctl, .pidfd = -1, .t = {.maker = maker, .tid = -1}};
	struct lab_reply r;
	pid_t sender = 0;
	int err = lab_receive(&p, &r, &sender, e);

	if (!err && !sender)
		err = err_set(e, EPROTO, "a test process did not say who it is");
	p.t.tgid = sender;
	p.t.tid = is_thread && !err ? lab_new_thread(lab, sender) : sender;
	if (!err && !p.t.tid)
		err = -EPIPE;
	if (err) {
		close(ctl);
		return err;
	}
	p.t.id = lab->procs.n;
	p.ctl_number = r.fds[0];
	p.pidfd = lab_open_pidfd(&p.t);
	if (maker < p.t.id) {
		p.has_private_mnt = lab->procs.items[maker].has_private_mnt;
		p.has_entered_mnt = lab->procs.items[maker].has_entered_mnt;
	}
	*array_add(&lab->procs) = p;
	lab_read_slots(lab, p.t.id);
	if (maker < p.t.id)
		lab_note_child(lab, lab_proc(lab, p.t.id), lab_proc(lab, maker));
	return p.t.id;
}

/* Both ends of a birth: the maker's answer and the child's hello. */
struct birth {
	struct lab *lab;
	int who;
	int child_ctl; /* ours until it is adopted; then -1 */
	bool is_thread, is_vfork, has_answer;
	struct lab_result *r;
};

static int take_answer(struct birth *b, struct err *e)
{
	struct lab_proc *p = lab_proc(b->lab, b->who);
	struct lab_reply reply;
	int err = lab_receive(p, &reply, NULL, e);

	if (err || reply.seq != p->seq)
		return err;
	b->has_answer = true;
	b->r->ret = reply.ret;
	return 0;
}

static int take_hello(struct birth *b, struct err *e)
{
	int id = lab_adopt(b->lab, steal_fd(&b->child_ctl), b->who, b->is_thread, e);

	if (id == -EPIPE) /* it was killed before it could speak */
		return 0;
	if (id < 0)
		return id;
	b->r->child = id;
	return 0;
}

static int await_birth(struct birth *b, struct err *e)
{
	int err = 0;

	while (!err) {
		struct lab_proc *p = lab_proc(b->lab, b->who);
		struct pollfd fds[3] = {{b->has_answer ? -1 : p->ctl, POLLIN, 0},
					{b->child_ctl, POLLIN, 0},
					{p->pidfd, POLLIN, 0}};
		int n;

		if (b->has_answer && (b->r->ret < 0 || b->child_ctl < 0))
			return 0;
		if (b->is_vfork && b->r->child >= 0)
			return 0;
		n = poll(fds, 3, LAB_DEADLINE_MS);
		if (n < 0 && errno != EINTR)
			return err_set(e, errno, "wait for a child");
		if (!n)
			return err_set(e, ETIMEDOUT, "test process %d does not answer", p->t.tid);
		if (n < 0)
			continue;
		if (fds[0].revents)
			err = take_answer(b, e);
		else if (fds[1].revents)
			err = take_hello(b, e);
		else
			err = -EPIPE;
	}
	return err;
}

int lab_birth(struct lab *lab, int who, const struct call *c, struct lab_result *r, struct err *e)
{
	struct birth b = {.lab = lab, .who = who, .r = r, .is_vfork = is_vfork(c)};
	struct lab_request q = {0};
	size_t n = encode(c, &q);
	int pair[2];
	int err = lab_socketpair(pair, e);

	if (err)
		return err;
	b.child_ctl = pair[0];
	b.is_thread = c->kind >= CALL_CLONE && c->flags & CLONE_THREAD;
	err = lab_send(lab_proc(lab, who), &q, n, &pair[1], 1, e);
	close(pair[1]);
	if (!err)
		err = await_birth(&b, e);
	if (b.child_ctl >= 0)
		close(b.child_ctl);
	if (err || b.has_answer)
		return err;
	/* The maker sleeps, and will tell later. */
	lab_proc(lab, who)->t.state = LAB_WAITING;
	lab_proc(lab, who)->sleeps_for = r->child;
	r->ret = lab_task(lab, r->child)->tid;
	return 0;
}

void lab_wake_maker(struct lab *lab, int child)
{
	struct lab_proc *p = lab_proc(lab, lab_proc(lab, child)->t.maker);
	struct lab_reply r;
	struct err e;

	if (p->t.state == LAB_WAITING && p->sleeps_for == child && !lab_receive(p, &r, NULL, &e))
		p->t.state = LAB_ALIVE;
}
