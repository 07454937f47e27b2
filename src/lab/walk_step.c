/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step of the walk, made by a test process and by the model. */
#include "walk_impl.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

int walk_compare(struct walk *w, long model, long kernel)
{
	if (model >= 0 && kernel >= 0)
		return 0;
	if (model == kernel)
		return 0;
	return walk_differs(w, "the kernel says %s, the model %s", answer(kernel), answer(model));
}

int walk_ask(struct walk *w, unsigned who, const struct lab_call *c, struct lab_result *r)
{
	return lab_call(w->lab, w->ids[who], c, r, w->e);
}

pid_t walk_tid(const struct walk *w, unsigned who)
{
	return w->tasks[who].model_tid;
}

const struct task *walk_task(const struct walk *w, unsigned i)
{
	int32_t ix = snap_find_task(w->model, walk_tid(w, i));

	return ix >= 0 ? &w->model->tasks[ix] : NULL;
}

/* ---- children ---- */

/* Its uid as its user namespace, the parent of the coming one, counts it. */
static uint32_t uid_inside(const struct walk *w, unsigned who)
{
	const struct task *t = walk_task(w, who);

	if (!t || t->ns[SLOT_USER] < 0 || !w->model->nss[t->ns[SLOT_USER]].is_initial)
		return 0;
	return t->uid;
}

/* It becomes root of its new user namespace. uid: in the parent of that. */
static int map_root(struct walk *w, unsigned who, uint32_t uid)
{
	static const char *const files[] = {"setgroups", "uid_map", "gid_map"};
	pid_t tid = walk_tid(w, who);

	for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
		struct model_extent root = {0, i == 1 ? uid : 0, 1};
		char text[32] = "deny";
		const struct lab_call c = {
			.kind = LAB_WRITE, .other = w->ids[who], .path = files[i], .text = text};
		struct lab_result r;
		long model;
		int err;

		if (i)
			snprintf(text, sizeof(text), "0 %u 1", root.lower);
		model = i ? model_write_map(w->m, tid, tid, i == 2, &root, 1, NULL)
			  : model_write_setgroups(w->m, tid, tid, false, NULL);
		err = walk_ask(w, who, &c, &r);
		if (!err)
			err = walk_compare(w, model, r.ret);
		if (err)
			return err;
	}
	return 0;
}

/* set_tid up to the pid namespaces of others, whose numbers are theirs. */
static bool asks_for_host_tid(const struct walk *w, unsigned who, const struct call *c)
{
	const struct task *t = walk_task(w, who);

	return c->n_tids && c->n_tids < CALL_MAX_TIDS &&
	       (!t || c->n_tids + w->compare.n_hidden >= t->n_pids);
}

static int do_clone(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct lab_call c = {.kind = LAB_CALL, .call = s->call};
	uint32_t uid = uid_inside(w, s->who);
	struct lab_result r;
	int err;

	if (s->child >= WALK_N_MEMBERS || w->tasks[s->child].is_used ||
	    asks_for_host_tid(w, s->who, &s->call))
		return WALK_PASSED;
	*ret = model_call(w->m, walk_tid(w, s->who), &s->call, NULL);
	err = walk_ask(w, s->who, &c, &r);
	if (!err)
		err = walk_compare(w, *ret, r.ret);
	if (err || *ret < 0)
		return err;
	if (r.child < 0)
		return walk_differs(w, "the child ended at once");
	w->ids[s->child] = r.child;
	w->tasks[s->child] = (struct compare_task){true, *ret, lab_task(w->lab, r.child)->tid};
	return s->call.flags & CLONE_NEWUSER && s->has_map ? map_root(w, s->child, uid) : 0;
}

static int do_unshare(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct lab_call c = {.kind = LAB_CALL, .call = s->call};
	uint32_t uid = uid_inside(w, s->who);
	struct lab_result r;
	int err;

	*ret = model_call(w->m, walk_tid(w, s->who), &s->call, NULL);
	err = walk_ask(w, s->who, &c, &r);
	if (!err)
		err = walk_compare(w, *ret, r.ret);
	if (!err && !*ret && s->call.flags & CLONE_NEWUSER && s->has_map)
		err = map_root(w, s->who, uid);
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
	*ret = model_call(w->m, walk_tid(w, s->who), &mc, NULL);
	err = walk_ask(w, s->who, &c, &r);
	return err ? err : walk_compare(w, *ret, r.ret);
}

static int do_setns_fd(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct task *t = walk_task(w, s->target);
	struct call_fd m = {.kind = CALL_FD_NS, .ns_kind = ns_slots[s->slot].kind}, k = m;

	k.inum = lab_task(w->lab, w->ids[s->target])->slots[s->slot];
	if (!k.inum || !t || t->ns[s->slot] < 0)
		return WALK_PASSED;
	m.inum = w->model->nss[t->ns[s->slot]].inum;
	return both_setns(w, s, &m, &k, ret);
}

static int do_setns_own(struct walk *w, const struct walk_step *s, long *ret)
{
	enum ns_kind kind;
	struct call_fd fd = {.kind = CALL_FD_NUMBER,
			     .fd = model_fd_at(w->m, walk_tid(w, s->who), s->hold, &kind)};

	if (fd.fd < 0)
		fd.fd = 999; /* not open in either */
	return both_setns(w, s, &fd, &fd, ret);
}

static int do_setns_pidfd(struct walk *w, const struct walk_step *s, long *ret)
{
	struct call_fd m = {.kind = CALL_FD_PIDFD, .pid = walk_tid(w, s->target)}, k = m;
	const struct lab_task *t = lab_task(w->lab, w->ids[s->target]);

	if (t->tid != t->tgid)
		return WALK_PASSED;
	k.pid = t->tid;
	return both_setns(w, s, &m, &k, ret);
}

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

	*ret = model_call(w->m, walk_tid(w, s->who), &c.call, NULL);
	err = walk_ask(w, s->who, &c, &r);
	if (!err)
		err = walk_compare(w, *ret, r.ret);
	if (!err)
		lead(w, s->who);
	return err;
}

/* ---- calls that the model has functions of their own for ---- */

/* What is refused of it while the caller is in nscope's own user namespace is no step. */
static int do_quota(struct walk *w, const struct walk_step *s, long *ret, struct lab_call *c)
{
	const struct task *t = walk_task(w, s->who);
	enum ns_kind kind = ns_slots[s->slot].kind;

	if (!t || t->ns[SLOT_USER] < 0 || w->model->nss[t->ns[SLOT_USER]].is_initial)
		return WALK_PASSED;
	*c = (struct lab_call){.kind = LAB_QUOTA, .slot = kind, .number = s->number};
	*ret = model_set_quota(w->m, walk_tid(w, s->who), kind, s->number, NULL);
	return 0;
}

static int do_other(struct walk *w, const struct walk_step *s, long *ret)
{
	struct lab_call c = {.number = s->number, .path = "/proc"};
	pid_t tid = walk_tid(w, s->who);
	struct lab_result r;
	int err = 0;

	if (s->op == WALK_QUOTA) {
		err = do_quota(w, s, ret, &c);
	} else if (s->op == WALK_SETUID) {
		c.kind = LAB_SETUID;
		*ret = model_setuid(w->m, tid, s->number, NULL);
	} else if (s->op == WALK_SUBREAPER) {
		c.kind = LAB_SUBREAPER;
		*ret = model_set_subreaper(w->m, tid, s->number, NULL);
	} else if (model_is_chrooted(w->m, tid)) {
		err = WALK_PASSED;
	} else {
		c.kind = LAB_CHROOT;
		*ret = model_chroot(w->m, tid, NULL);
	}
	if (!err)
		err = walk_ask(w, s->who, &c, &r);
	return err ? err : walk_compare(w, *ret, r.ret);
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
		return walk_exit(w, s);
	case WALK_KILL:
	case WALK_END:
		return walk_kill(w, s);
	case WALK_REAP:
		return walk_reap(w, s);
	case WALK_OPEN:
	case WALK_PIDFD:
	case WALK_SOCKET:
		return walk_open(w, s, ret);
	case WALK_UMOUNT:
		return walk_umount(w, s, ret);
	case WALK_SIGNAL:
		return walk_signal(w, s, ret);
	case WALK_SETUID:
	case WALK_CHROOT:
	case WALK_SUBREAPER:
	case WALK_QUOTA:
		return do_other(w, s, ret);
	case WALK_SHMGET:
	case WALK_SHMAT:
	case WALK_SHMDT:
		return walk_shm(w, s, ret);
	default:
		return walk_hold(w, s, ret);
	}
}

/* To be killed, and to be waited for by another, it need not be awake. */
static bool is_able(const struct walk *w, const struct walk_step *s)
{
	enum lab_state state = lab_task(w->lab, w->ids[s->who])->state;

	if (s->op == WALK_KILL || s->op == WALK_END)
		return state < LAB_ZOMBIE;
	return s->op == WALK_REAP || state == LAB_ALIVE;
}

int walk_step(struct walk *w, const struct walk_step *s)
{
	long ret = 0;
	int err;

	if (!w->tasks[s->who].is_used || !w->tasks[s->target].is_used || !is_able(w, s))
		return WALK_PASSED;
	err = dispatch(w, s, &ret);
	if (err == WALK_PASSED)
		return err;
	w->report->n_calls[s->op]++;
	w->report->n_refused[s->op] += ret < 0;
	return err;
}
