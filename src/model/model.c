/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entries of the model: the calls that are values, wait, and writes of id maps. */
#include "kernel.h"

#include <string.h>

void begin_outside(struct model *m, struct trace *t)
{
	m->trace = t;
	m->n_calls++;
	m->n_allocs = 0;
	m->was_injected = false;
}

struct k_task *begin_call(struct model *m, pid_t tid, struct trace *t)
{
	struct k_task *me = find_task(m, tid);

	if (!me || me->is_zombie)
		return NULL;
	begin_outside(m, t);
	return me;
}

int end_call(struct model *m, int ret)
{
	m->trace = NULL;
	m->fail_at = 0;
	return ret;
}

static int call_clone(struct model *m, struct k_task *me, const struct call *c)
{
	return kernel_clone(m, me, c);
}

static int call_unshare(struct model *m, struct k_task *me, const struct call *c)
{
	return ksys_unshare(m, me, c->flags);
}

static int call_exec(struct model *m, struct k_task *me, const struct call *c)
{
	(void)c;
	return do_execve(m, me);
}

/* exit() of a thread ends that thread, as the system call does; exit_group() is kill. */
static int call_exit(struct model *m, struct k_task *me, const struct call *c)
{
	(void)c;
	if (me->signal->is_unkillable && !me->thread_pid->level && thread_group_empty(me)) {
		trace_step(
			m->trace, "kernel/exit.c", "do_exit",
			"the init of the machine ends: the kernel panics, and nothing comes after");
		return 0;
	}
	do_exit(m, me);
	return 0;
}

static int (*const calls[])(struct model *m, struct k_task *me, const struct call *c) = {
	[CALL_FORK] = call_clone,   [CALL_VFORK] = call_clone,	   [CALL_CLONE] = call_clone,
	[CALL_CLONE3] = call_clone, [CALL_UNSHARE] = call_unshare, [CALL_SETNS] = sys_setns,
	[CALL_EXEC] = call_exec,    [CALL_EXIT] = call_exit,
};
_Static_assert(ARRAY_SIZE(calls) == CALL_N_KINDS, "a function for each");

static void doubt_seccomp(struct model *m, const struct k_task *me)
{
	if (me->has_seccomp)
		trace_doubt(m->trace, FACT_LSM,
			    "the task runs under a seccomp filter, which may refuse the call "
			    "before any check");
}

int model_call(struct model *m, pid_t tid, const struct call *c, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	if (!me)
		return -ESRCH;
	doubt_seccomp(m, me);
	return end_call(m, calls[c->kind](m, me, c));
}

int model_reap(struct model *m, pid_t tid, struct trace *t)
{
	struct k_task *p = find_task(m, tid);

	if (!p || !p->is_zombie || p->signal->nr_threads > 1)
		return -ESRCH;
	begin_outside(m, t);
	release_task(m, p);
	return end_call(m, 0);
}

int model_write_map(struct model *m, pid_t tid, pid_t of, bool is_gid,
		    const struct model_extent *extents, uint32_t n, struct trace *t)
{
	const struct k_task *target = find_task(m, of);
	struct k_task *me = target ? begin_call(m, tid, t) : NULL;

	if (!me)
		return -ESRCH;
	return end_call(m, map_write(m, me, target->cred->user_ns, is_gid, extents, n));
}

int model_write_setgroups(struct model *m, pid_t tid, pid_t of, bool is_allowed, struct trace *t)
{
	const struct k_task *target = find_task(m, of);
	struct k_task *me = target ? begin_call(m, tid, t) : NULL;

	if (!me)
		return -ESRCH;
	return end_call(m, proc_setgroups_write(m, me, target->cred->user_ns, is_allowed));
}

void model_inject(struct model *m, uint32_t nth)
{
	m->fail_at = nth;
}

bool model_was_injected(const struct model *m)
{
	return m->was_injected;
}

/* What hangs off an object beside itself. */
static void free_parts(struct obj *o)
{
	struct k_ns *ns = (struct k_ns *)o;

	if (!o)
		return;
	if (o->kind == OBJ_FILES)
		free(((struct k_files *)o)->fds.items);
	if (o->kind == OBJ_MM)
		free(((struct k_mm *)o)->shms.items);
	if (o->kind == OBJ_NS && ns->kind == NS_MNT)
		free_mounts(ns);
	if (o->kind == OBJ_NS && ns->kind == NS_USER) {
		free(ns->user.uid_map.extents);
		free(ns->user.gid_map.extents);
	}
}

void model_free(struct model *m)
{
	if (!m)
		return;
	for (int kind = 0; kind < OBJ_N_KINDS; kind++) {
		struct obj_table *t = &m->tables[kind];

		for (uint32_t i = 0; i < t->n; i++) {
			free_parts(t->items[i]);
			free(t->items[i]);
		}
		free(t->items);
		free(t->free_ids);
	}
	free(m->pid_hash);
	free(m);
}
