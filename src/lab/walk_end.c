/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that end members: exit, kill, wait, and what goes along with them. */
#include "walk_impl.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static bool is_in_process(const struct walk *w, unsigned i, const struct task *leader)
{
	const struct task *t = walk_task(w, i);

	return t && t->tgid == leader->tgid;
}

/* Is the member in the pid namespace that member `init` is process 1 of? */
static bool is_inside(const struct walk *w, unsigned i, const struct task *init)
{
	const struct task *t = w->tasks[i].is_used ? walk_task(w, i) : NULL;
	int32_t ns = t ? t->ns[SLOT_PID] : IX_NONE;

	if (!t || t->tgid == init->tgid || init->pids[init->n_pids - 1] != 1)
		return false;
	while (ns >= 0 && ns != init->ns[SLOT_PID])
		ns = w->model->nss[ns].parent;
	return ns >= 0;
}

/*
 * The lab's number of who can wait for the member: its parent, or a thread of that; -1 when
 * that sleeps, or ends with the init that is being killed (may be NULL).
 */
static int find_waiter(const struct walk *w, unsigned child, const struct task *init)
{
	pid_t tgid = lab_parent(w->lab, w->ids[child]);

	if (tgid == lab_task(w->lab, LAB_SUPERVISOR)->tid)
		return LAB_SUPERVISOR;
	for (unsigned i = 0; i < WALK_N_MEMBERS; i++) {
		const struct lab_task *t = lab_task(w->lab, w->ids[i]);

		if (w->tasks[i].is_used && t->tgid == tgid && t->state == LAB_ALIVE &&
		    !(init && (is_in_process(w, i, init) || is_inside(w, i, init))))
			return w->ids[i];
	}
	return -1;
}

int walk_reap(struct walk *w, const struct walk_step *s)
{
	const struct lab_call c = {.kind = LAB_WAIT, .other = w->ids[s->target]};
	int parent = find_waiter(w, s->target, NULL);
	struct lab_result r;
	long model;
	int err;

	if (parent < 0 || lab_task(w->lab, w->ids[s->target])->state != LAB_ZOMBIE)
		return WALK_PASSED;
	err = lab_call(w->lab, parent, &c, &r, w->e);
	if (err)
		return err;
	model = model_reap(w->m, walk_tid(w, s->target), NULL);
	if (model == -ESRCH) /* other threads of it are alive */
		model = -EAGAIN;
	return walk_compare(w, model, r.ret);
}

/*
 * An init ends when nobody else is in its namespace: those whose parents are outside
 * must be reaped by them. False when one of those parents is asleep.
 */
static bool can_end(const struct walk *w, const struct task *init)
{
	for (unsigned i = 0; i < WALK_N_MEMBERS; i++) {
		pid_t parent;

		if (!is_inside(w, i, init))
			continue;
		parent = lab_parent(w->lab, w->ids[i]);
		for (unsigned k = 0; k < WALK_N_MEMBERS; k++)
			if (w->tasks[k].is_used && !is_inside(w, k, init) &&
			    lab_task(w->lab, w->ids[k])->tgid == parent &&
			    lab_task(w->lab, w->ids[k])->state == LAB_WAITING)
				return false;
	}
	return true;
}

/*
 * Whoever is in the namespace of an init that dies ends at the same time as all others. When
 * two of them have the same segment, who detaches last is for the scheduler to say: no rule.
 */
static bool is_order_open(const struct walk *w, const struct task *init)
{
	for (unsigned i = 0; i < WALK_N_MEMBERS; i++)
		for (unsigned k = 0; k < i; k++)
			if (is_inside(w, i, init) && is_inside(w, k, init) &&
			    walk_task(w, i)->tgid != walk_task(w, k)->tgid &&
			    model_shares_shm(w->m, walk_tid(w, i), walk_tid(w, k)))
				return true;
	return false;
}

static bool has_ended(const struct walk *w, pid_t tgid)
{
	for (unsigned i = 0; i < WALK_N_MEMBERS; i++) {
		const struct lab_task *t = lab_task(w->lab, w->ids[i]);

		if (w->tasks[i].is_used && t->tgid == tgid && t->state < LAB_ZOMBIE)
			return false;
	}
	return true;
}

static void reap_outsiders(struct walk *w, const struct task *init, bool is_reaped[])
{
	for (unsigned i = 0; i < WALK_N_MEMBERS; i++) {
		struct lab_call c = {.kind = LAB_WAIT, .other = w->ids[i]};
		struct lab_result r;
		int parent;

		if (!is_inside(w, i, init) || lab_task(w->lab, w->ids[i])->state != LAB_ZOMBIE)
			continue;
		parent = find_waiter(w, i, init);
		if (parent >= 0 && !lab_call(w->lab, parent, &c, &r, w->e))
			is_reaped[i] |= !r.ret;
	}
}

static int await_end(struct walk *w, pid_t tgid, const struct task *leader, bool is_reaped[])
{
	const struct timespec a_moment = {.tv_nsec = 200000};

	for (int tries = 0; tries < 10000; tries++) {
		lab_poll(w->lab);
		if (has_ended(w, tgid))
			return 0;
		reap_outsiders(w, leader, is_reaped);
		nanosleep(&a_moment, NULL);
	}
	return walk_differs(w, "a process that was killed does not end");
}

int walk_kill(struct walk *w, const struct walk_step *s)
{
	const struct lab_call c = {
		.kind = LAB_KILL, .other = w->ids[s->who], .number = SIGKILL, .flags = 1};
	pid_t tgid = lab_task(w->lab, w->ids[s->who])->tgid;
	const struct task *t = walk_task(w, s->who);
	const struct task *leader = t && t->leader >= 0 ? &w->model->tasks[t->leader] : NULL;
	bool is_reaped[WALK_N_MEMBERS] = {false};
	struct lab_result r;
	int err;

	if (!leader || (tgid == w->init) != (s->op == WALK_END) || !can_end(w, leader))
		return WALK_PASSED;
	if (s->op != WALK_END && is_order_open(w, leader)) /* with the crowd all of it goes */
		return WALK_PASSED;
	err = walk_ask(w, s->who, &c, &r);
	if (!err)
		err = await_end(w, tgid, leader, is_reaped);
	if (!err)
		err = walk_compare(w, model_kill(w->m, walk_tid(w, s->who), NULL), r.ret);
	for (unsigned i = 0; i < WALK_N_MEMBERS && !err; i++)
		if (is_reaped[i])
			err = walk_compare(w, model_reap(w->m, walk_tid(w, i), NULL), 0);
	return err;
}

/* Has the model ended the process? */
static bool has_ended_in_model(const struct walk *w, pid_t tgid)
{
	const struct snap *s = model_snap(w->m);
	int32_t ix = snap_find_task(s, tgid);
	bool is_over = ix < 0;

	/* A leader may be a zombie while others of its threads run. */
	for (uint32_t i = 0; !is_over && i < s->n_tasks; i++)
		if (s->tasks[i].tgid == tgid && s->tasks[i].state != 'Z')
			ix = IX_NONE;
	is_over = is_over || ix >= 0;
	snap_unref(s);
	return is_over;
}

int walk_signal(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct lab_call c = {
		.kind = LAB_SIGNAL, .other = w->ids[s->target], .number = s->number};
	pid_t tgid = lab_task(w->lab, w->ids[s->target])->tgid;
	const struct task *t = walk_task(w, s->target);
	const struct task *leader = t && t->leader >= 0 ? &w->model->tasks[t->leader] : NULL;
	bool is_reaped[WALK_N_MEMBERS] = {false};
	struct lab_result r;
	int err;

	/* Who ends itself cannot say how it went. */
	if (!leader || is_in_process(w, s->who, leader) || !can_end(w, leader) ||
	    is_order_open(w, leader))
		return WALK_PASSED;
	*ret = model_signal(w->m, walk_tid(w, s->who), t->tid, s->number, NULL);
	err = walk_ask(w, s->who, &c, &r);
	if (!err)
		err = walk_compare(w, *ret, r.ret);
	if (!err && has_ended_in_model(w, leader->tid))
		err = await_end(w, tgid, leader, is_reaped);
	for (unsigned i = 0; i < WALK_N_MEMBERS && !err; i++)
		if (is_reaped[i])
			err = walk_compare(w, model_reap(w->m, walk_tid(w, i), NULL), 0);
	return err;
}

/* The last thread of a process takes more along than itself. */
static bool is_last(const struct walk *w, unsigned who)
{
	const struct lab_task *t = lab_task(w->lab, w->ids[who]);

	for (unsigned i = 0; i < WALK_N_MEMBERS; i++) {
		const struct lab_task *o = lab_task(w->lab, w->ids[i]);

		if (i != who && w->tasks[i].is_used && o->tgid == t->tgid && o->state < LAB_ZOMBIE)
			return false;
	}
	return true;
}

int walk_exit(struct walk *w, const struct walk_step *s)
{
	const struct lab_call c = {.kind = LAB_CALL, .call = {.kind = CALL_EXIT}};
	struct lab_result r;
	int err;

	if (lab_task(w->lab, w->ids[s->who])->tgid == w->init)
		return WALK_PASSED;
	if (is_last(w, s->who))
		return walk_kill(w, s);
	err = walk_ask(w, s->who, &c, &r);
	if (err)
		return err;
	return walk_compare(w, model_call(w->m, walk_tid(w, s->who), &c.call, NULL), 0);
}
