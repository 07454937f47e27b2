/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step of the walk, made by a test process and by the model. */
#include "walk_impl.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Files that every mount namespace of the crowd shows. */
static const char *const places[WALK_N_PLACES] = {"/proc/version", "/proc/uptime", "/proc/loadavg",
						  "/proc/cpuinfo"};

int walk_differs(struct walk *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->report->text, sizeof(w->report->text), fmt, ap);
	va_end(ap);
	return 1;
}

static const char *answer(long ret)
{
	return ret < 0 ? strerrorname_np(-ret) : "ok";
}

/* The answers of both: the same error, or none. */
static int compare_answers(struct walk *w, long model, long kernel)
{
	if (model >= 0 && kernel >= 0)
		return 0;
	if (model == kernel)
		return 0;
	return walk_differs(w, "the kernel says %s, the model %s", answer(kernel), answer(model));
}

static int ask(struct walk *w, unsigned who, const struct lab_call *c, struct lab_result *r)
{
	return lab_call(w->lab, w->ids[who], c, r, w->e);
}

static pid_t model_tid(const struct walk *w, unsigned who)
{
	return w->tasks[who].model_tid;
}

static const struct task *model_task(const struct walk *w, unsigned i)
{
	int32_t ix = snap_find_task(w->model, model_tid(w, i));

	return ix >= 0 ? &w->model->tasks[ix] : NULL;
}

/* ---- children ---- */

/* Its root becomes root of its new user namespace: the model takes the map as given. */
static int map_root(struct walk *w, unsigned who)
{
	static const struct {
		const char *file, *text;
	} writes[] = {{"setgroups", "deny"}, {"uid_map", "0 0 1"}, {"gid_map", "0 0 1"}};
	struct model_extent root = {0, 0, 1};
	const struct model_facts f = {.known = FACT_MAPS,
				      .uid_map = &root,
				      .gid_map = &root,
				      .n_uid_map = 1,
				      .n_gid_map = 1};
	struct lab_result r;

	for (unsigned i = 0; i < ARRAY_SIZE(writes); i++) {
		const struct lab_call c = {.kind = LAB_WRITE,
					   .other = w->ids[who],
					   .path = writes[i].file,
					   .text = writes[i].text};
		int err = ask(w, who, &c, &r);

		if (err)
			return err;
		if (r.ret < 0)
			return walk_differs(w, "%s cannot be written: %s", writes[i].file,
					    answer(r.ret));
	}
	model_tell(w->m, model_tid(w, who), &f);
	return 0;
}

/* set_tid up to the pid namespaces of others, whose numbers are theirs. */
static bool asks_for_host_tid(const struct walk *w, unsigned who, const struct call *c)
{
	const struct task *t = model_task(w, who);

	return c->n_tids && c->n_tids < CALL_MAX_TIDS && (!t || c->n_tids >= t->n_pids);
}

static int do_clone(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct lab_call c = {.kind = LAB_CALL, .call = s->call};
	struct lab_result r;
	int err;

	if (s->child >= WALK_N_MEMBERS || w->tasks[s->child].is_used ||
	    asks_for_host_tid(w, s->who, &s->call))
		return -EAGAIN;
	*ret = model_call(w->m, model_tid(w, s->who), &s->call, NULL);
	err = ask(w, s->who, &c, &r);
	if (!err)
		err = compare_answers(w, *ret, r.ret);
	if (err || *ret < 0)
		return err;
	if (r.child < 0)
		return walk_differs(w, "the child ended at once");
	w->ids[s->child] = r.child;
	w->tasks[s->child] = (struct compare_task){true, *ret, lab_task(w->lab, r.child)->tid};
	return s->call.flags & CLONE_NEWUSER && s->has_map ? map_root(w, s->child) : 0;
}

static int do_unshare(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct lab_call c = {.kind = LAB_CALL, .call = s->call};
	struct lab_result r;
	int err;

	*ret = model_call(w->m, model_tid(w, s->who), &s->call, NULL);
	err = ask(w, s->who, &c, &r);
	if (!err)
		err = compare_answers(w, *ret, r.ret);
	if (!err && !*ret && s->call.flags & CLONE_NEWUSER && s->has_map)
		err = map_root(w, s->who);
	return err;
}

/* ---- setns ---- */

static int both_setns(struct walk *w, const struct walk_step *s, const struct call_fd *model_fd,
		      const struct call_fd *kernel_fd, long *ret)
{
	struct lab_call c = {.kind = LAB_CALL, .call = s->call};
	struct call mc = s->call;
	struct lab_result r;
	int err;

	mc.fd = *model_fd;
	c.call.fd = *kernel_fd;
	*ret = model_call(w->m, model_tid(w, s->who), &mc, NULL);
	err = ask(w, s->who, &c, &r);
	return err ? err : compare_answers(w, *ret, r.ret);
}

static int do_setns_fd(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct task *t = model_task(w, s->target);
	struct call_fd m = {.kind = CALL_FD_NS, .ns_kind = ns_slots[s->slot].kind}, k = m;

	k.inum = lab_task(w->lab, w->ids[s->target])->slots[s->slot];
	if (!k.inum || !t || t->ns[s->slot] < 0)
		return -EAGAIN;
	m.inum = w->model->nss[t->ns[s->slot]].inum;
	return both_setns(w, s, &m, &k, ret);
}

static int do_setns_own(struct walk *w, const struct walk_step *s, long *ret)
{
	enum ns_kind kind;
	struct call_fd fd = {.kind = CALL_FD_NUMBER,
			     .fd = model_fd_at(w->m, model_tid(w, s->who), s->hold, &kind)};

	if (fd.fd < 0)
		fd.fd = 999; /* not open in either */
	return both_setns(w, s, &fd, &fd, ret);
}

static int do_setns_pidfd(struct walk *w, const struct walk_step *s, long *ret)
{
	struct call_fd m = {.kind = CALL_FD_PIDFD, .pid = model_tid(w, s->target)}, k = m;
	const struct lab_task *t = lab_task(w->lab, w->ids[s->target]);

	if (t->tid != t->tgid)
		return -EAGAIN;
	k.pid = t->tid;
	return both_setns(w, s, &m, &k, ret);
}

/* ---- ends ---- */

/* A thread that executes takes the place of its process; the others are gone. */
static void lead(struct walk *w, unsigned who)
{
	const struct lab_task *t = lab_task(w->lab, w->ids[who]);

	for (unsigned i = 0; i < WALK_N_MEMBERS; i++) {
		const struct lab_task *o = lab_task(w->lab, w->ids[i]);

		if (i == who || !w->tasks[i].is_used || o->tgid != t->tgid)
			continue;
		if (w->tasks[i].kernel_tid == t->tgid)
			w->tasks[who].model_tid = w->tasks[i].model_tid;
		w->tasks[i].is_used = false;
	}
	w->tasks[who].kernel_tid = t->tid;
}

static int do_exec(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct lab_call c = {.kind = LAB_CALL, .call = {.kind = CALL_EXEC}};
	struct lab_result r;
	int err;

	*ret = model_call(w->m, model_tid(w, s->who), &c.call, NULL);
	err = ask(w, s->who, &c, &r);
	if (!err)
		err = compare_answers(w, *ret, r.ret);
	if (!err)
		lead(w, s->who);
	return err;
}

/* Any member that is alive in the process of that number. */
static int find_alive(const struct walk *w, pid_t tgid)
{
	for (unsigned i = 0; i < WALK_N_MEMBERS; i++) {
		const struct lab_task *t = lab_task(w->lab, w->ids[i]);

		if (w->tasks[i].is_used && t->tgid == tgid && t->state == LAB_ALIVE)
			return i;
	}
	return -1;
}

static int do_reap(struct walk *w, const struct walk_step *s)
{
	const struct lab_call c = {.kind = LAB_WAIT, .other = w->ids[s->target]};
	int parent = find_alive(w, lab_parent(w->lab, w->ids[s->target]));
	struct lab_result r;
	long model;
	int err;

	if (parent < 0 || lab_task(w->lab, w->ids[s->target])->state != LAB_ZOMBIE)
		return -EAGAIN;
	err = ask(w, parent, &c, &r);
	if (err)
		return err;
	model = model_reap(w->m, model_tid(w, s->target), NULL);
	if (model == -ESRCH) /* other threads of it are alive */
		model = -EAGAIN;
	return compare_answers(w, model, r.ret);
}

/* Is the member in the pid namespace that member `init` is process 1 of? */
static bool is_inside(const struct walk *w, unsigned i, const struct task *init)
{
	const struct task *t = w->tasks[i].is_used ? model_task(w, i) : NULL;
	int32_t ns = t ? t->ns[SLOT_PID] : IX_NONE;

	if (!t || t->tgid == init->tgid || init->pids[init->n_pids - 1] != 1)
		return false;
	while (ns >= 0 && ns != init->ns[SLOT_PID])
		ns = w->model->nss[ns].parent;
	return ns >= 0;
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
		parent = find_alive(w, lab_parent(w->lab, w->ids[i]));
		if (parent >= 0 && !is_inside(w, parent, init) && !ask(w, parent, &c, &r))
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

static int do_kill(struct walk *w, const struct walk_step *s)
{
	const struct lab_call c = {
		.kind = LAB_KILL, .other = w->ids[s->who], .number = SIGKILL, .flags = 1};
	pid_t tgid = lab_task(w->lab, w->ids[s->who])->tgid;
	const struct task *t = model_task(w, s->who);
	const struct task *leader = t && t->leader >= 0 ? &w->model->tasks[t->leader] : NULL;
	bool is_reaped[WALK_N_MEMBERS] = {false};
	struct lab_result r;
	int err;

	if (!leader || tgid == w->init || !can_end(w, leader))
		return -EAGAIN;
	err = ask(w, s->who, &c, &r);
	if (!err)
		err = await_end(w, tgid, leader, is_reaped);
	if (!err)
		err = compare_answers(w, model_kill(w->m, model_tid(w, s->who), NULL), r.ret);
	for (unsigned i = 0; i < WALK_N_MEMBERS && !err; i++)
		if (is_reaped[i])
			err = compare_answers(w, model_reap(w->m, model_tid(w, i), NULL), 0);
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

static int do_exit(struct walk *w, const struct walk_step *s)
{
	const struct lab_call c = {.kind = LAB_CALL, .call = {.kind = CALL_EXIT}};
	struct lab_result r;
	int err;

	if (lab_task(w->lab, w->ids[s->who])->tgid == w->init)
		return -EAGAIN;
	if (is_last(w, s->who))
		return do_kill(w, s);
	err = ask(w, s->who, &c, &r);
	if (err)
		return err;
	return compare_answers(w, model_call(w->m, model_tid(w, s->who), &c.call, NULL), 0);
}

/* ---- descriptors ---- */

static int do_open(struct walk *w, const struct walk_step *s, long *ret)
{
	struct lab_call c = {.kind = LAB_OPEN_NS, .other = w->ids[s->target], .slot = s->slot};
	struct lab_result r;
	int err;

	if (s->op == WALK_SOCKET)
		c = (struct lab_call){.kind = LAB_SOCKET, .number = AF_NETLINK, .flags = SOCK_RAW};
	err = ask(w, s->who, &c, &r);
	if (err)
		return err;
	if (s->op == WALK_SOCKET)
		*ret = model_open_socket(w->m, model_tid(w, s->who), r.ret, NULL);
	else
		*ret = model_open_ns(w->m, model_tid(w, s->who), model_tid(w, s->target), s->slot,
				     r.ret, NULL);
	return compare_answers(w, *ret, r.ret);
}

static int do_hold(struct walk *w, const struct walk_step *s, long *ret)
{
	enum ns_kind kind = NS_MNT;
	pid_t tid = model_tid(w, s->who);
	struct lab_call c = {.fd = model_fd_at(w->m, tid, s->hold, &kind),
			     .path = places[s->place]};
	struct lab_result r;
	int err;

	if (c.fd < 0)
		return -EAGAIN;
	if (s->op == WALK_BIND && (kind == NS_MNT || model_has_mount(w->m, tid, c.path)))
		return -EAGAIN;
	c.kind = s->op == WALK_DUP ? LAB_DUP : s->op == WALK_CLOSE ? LAB_CLOSE : LAB_BIND_FD;
	err = ask(w, s->who, &c, &r);
	if (err)
		return err;
	if (s->op == WALK_DUP)
		*ret = model_dup(w->m, tid, c.fd, r.ret, NULL);
	else if (s->op == WALK_CLOSE)
		*ret = model_close(w->m, tid, c.fd, NULL);
	else
		*ret = model_bind(w->m, tid, c.fd, c.path, NULL);
	return compare_answers(w, *ret, r.ret);
}

static int do_umount(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct lab_call c = {.kind = LAB_UMOUNT, .path = places[s->place]};
	struct lab_result r;
	int err = ask(w, s->who, &c, &r);

	if (err)
		return err;
	*ret = model_umount(w->m, model_tid(w, s->who), c.path, false, NULL);
	return compare_answers(w, *ret, r.ret);
}

static int dispatch(struct walk *w, const struct walk_step *s, long *ret)
{
	switch (s->op) {
	case WALK_CLONE:
		return do_clone(w, s, ret);
	case WALK_UNSHARE:
		return do_unshare(w, s, ret);
	case WALK_SETNS_FD:
		return do_setns_fd(w, s, ret);
	case WALK_SETNS_OWN:
		return do_setns_own(w, s, ret);
	case WALK_SETNS_PIDFD:
		return do_setns_pidfd(w, s, ret);
	case WALK_EXEC:
		return do_exec(w, s, ret);
	case WALK_EXIT:
		return do_exit(w, s);
	case WALK_KILL:
		return do_kill(w, s);
	case WALK_REAP:
		return do_reap(w, s);
	case WALK_OPEN:
	case WALK_SOCKET:
		return do_open(w, s, ret);
	case WALK_UMOUNT:
		return do_umount(w, s, ret);
	default:
		return do_hold(w, s, ret);
	}
}

/* Who is gone in both needs no more looking at. */
static void forget_gone(struct walk *w)
{
	const struct snap *model = model_snap(w->m);

	lab_poll(w->lab);
	for (unsigned i = 0; i < WALK_N_MEMBERS; i++)
		if (w->tasks[i].is_used && lab_task(w->lab, w->ids[i])->state == LAB_GONE &&
		    snap_find_task(model, model_tid(w, i)) < 0)
			w->tasks[i].is_used = false;
	snap_unref(model);
}

int walk_step(struct walk *w, const struct walk_step *s)
{
	long ret = 0;
	int err;

	if (!w->tasks[s->who].is_used || !w->tasks[s->target].is_used ||
	    lab_task(w->lab, w->ids[s->who])->state != LAB_ALIVE)
		err = -EAGAIN;
	else
		err = dispatch(w, s, &ret);
	if (err == -EAGAIN) {
		w->report->n_passed++;
		return 0;
	}
	w->report->n_calls[s->op]++;
	w->report->n_refused[s->op] += ret < 0;
	if (!err)
		forget_gone(w);
	return err;
}
