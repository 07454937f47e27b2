/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the stage opens and closes, and who and what is on it. */
#include "stage_impl.h"

#include "trial.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ORDINARY 12345 /* an id of a user that no host has; not the one for "unmapped" */

struct actor *stage_actor(struct stage *st, const char *name)
{
	if (!strcmp(name, "last"))
		return &st->actors[st->n_actors - 1];
	for (unsigned i = 0; i < st->n_actors; i++)
		if (*name && !strcmp(st->actors[i].name, name))
			return &st->actors[i];
	return NULL;
}

struct actor *stage_need_actor(struct stage *st, const char *name, struct err *e)
{
	struct actor *a = stage_actor(st, name);

	if (!a)
		err_set(e, 0, "there is no test process '%s'", name);
	return a;
}

struct stage_fd *stage_fd(struct stage *st, const char *name)
{
	for (uint32_t i = st->fds.n; i-- > 0;)
		if (*name && !strcmp(st->fds.items[i].name, name))
			return &st->fds.items[i];
	return NULL;
}

bool stage_slot(struct stage *st, const char *text, struct actor **a, int *slot, struct err *e)
{
	const char *slash = strchr(text, '/');
	char name[ACT_NAME_MAX];

	if (!slash || slash - text >= (long)sizeof(name)) {
		err_set(e, 0, "expected a namespace like a/net, not '%s'", text);
		return false;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(slash - text), text);
	*a = stage_need_actor(st, name, e);
	if (!*a)
		return false;
	for (*slot = 0; *slot < NS_N_SLOTS; (*slot)++)
		if (!strcmp(ns_slots[*slot].name, slash + 1))
			return true;
	err_set(e, 0, "'%s' is no kind of namespace", slash + 1);
	return false;
}

/* ---- the first test process ---- */

/* A call that must succeed before anything can be shown. */
static int must(struct stage *st, int who, const struct lab_call *c, const char *what,
		struct err *e)
{
	struct lab_result r;
	int err = lab_call(st->lab, who, c, &r, e);

	if (!err && r.ret < 0)
		err = err_set(e, -r.ret, "%s", what);
	return err;
}

static int become_admin(struct stage *st, int id, struct err *e)
{
	char uid[32], gid[32];
	const struct lab_call calls[] = {
		{.kind = LAB_CALL, .call = {.kind = CALL_UNSHARE, .flags = CLONE_NEWUSER}},
		{.kind = LAB_WRITE, .other = id, .path = "setgroups", .text = "deny"},
		{.kind = LAB_WRITE, .other = id, .path = "uid_map", .text = uid},
		{.kind = LAB_WRITE, .other = id, .path = "gid_map", .text = gid},
	};
	int err = 0;

	snprintf(uid, sizeof(uid), "0 %u 1", geteuid());
	snprintf(gid, sizeof(gid), "0 %u 1", getegid());
	for (unsigned i = 0; i < ARRAY_SIZE(calls) && !err; i++)
		err = must(st, id, &calls[i], "a user namespace for the test processes", e);
	return err;
}

static int become_ordinary(struct stage *st, int id, struct err *e)
{
	const struct lab_call gid = {.kind = LAB_SETGID, .number = ORDINARY};
	const struct lab_call uid = {.kind = LAB_SETUID, .number = ORDINARY};
	const char *what = "an ordinary user, whose id is mapped in this user namespace";

	return must(st, id, &gid, what, e) ?: must(st, id, &uid, what, e);
}

static int prepare_first(struct stage *st, int id, struct err *e)
{
	bool is_admin = trial_is_admin();

	st->uid = geteuid();
	st->gid = getegid();
	if (st->opt.start == START_ADMIN && !is_admin) {
		st->uid = st->gid = 0;
		return become_admin(st, id, e);
	}
	if (st->opt.start == START_ORDINARY && (is_admin || !geteuid())) {
		st->uid = st->gid = ORDINARY;
		return become_ordinary(st, id, e);
	}
	return 0;
}

const struct snap *stage_read(struct stage *st, struct err *e)
{
	ARRAY(pid_t) pids = {0};
	const struct snap *s;

	*array_add(&pids) = getpid();
	for (int id = 0; id < lab_n_tasks(st->lab); id++) {
		const struct lab_task *t = lab_task(st->lab, id);
		bool is_new = t->state != LAB_GONE;

		for (uint32_t i = 0; i < pids.n; i++)
			is_new &= pids.items[i] != t->tgid;
		if (is_new)
			*array_add(&pids) = t->tgid;
	}
	s = st->opt.read(st->opt.data, pids.items, pids.n, e);
	free(pids.items);
	return s;
}

/* The model begins with the whole machine, once; after that the lab alone is looked at. */
static int open_kernel(struct stage *st, struct actor *a, struct err *e)
{
	st->lab = lab_open(e);
	a->id = st->lab ? lab_spawn(st->lab, e) : -EIO;
	if (a->id < 0 || prepare_first(st, a->id, e))
		return -EIO;
	a->tid[KERNEL] = a->tid[MODEL] = lab_task(st->lab, a->id)->tid;
	st->seed = st->opt.read(st->opt.data, NULL, 0, e);
	st->snaps[KERNEL] = st->seed ? stage_read(st, e) : NULL;
	if (!st->snaps[KERNEL])
		return -EIO;
	if (snap_find_task(st->snaps[KERNEL], a->tid[KERNEL]) < 0)
		return err_set(e, 0, "the test processes cannot be seen");
	st->first_tid = a->tid[MODEL];
	st->supervisor = lab_task(st->lab, LAB_SUPERVISOR)->tid;
	if (st->opt.facts && !st->opt.facts(a->tid[KERNEL], st->seed, &st->facts))
		st->has_facts = true;
	return 0;
}

/* ---- the model ---- */

/* The first test process of the model alone: a child of the first process. */
static int fork_first(struct stage *st, struct actor *a, struct err *e)
{
	const struct call c = {.kind = CALL_FORK, .exit_signal = 17};
	const struct model_facts ordinary = {.known = FACT_CRED,
					     .uid = ORDINARY,
					     .euid = ORDINARY,
					     .gid = ORDINARY,
					     .egid = ORDINARY};
	long tid = model_call(st->m, 1, &c, NULL);

	if (tid < 0)
		return err_set(e, -tid, "fork in the model");
	a->tid[MODEL] = tid;
	if (st->opt.start == START_ORDINARY) {
		st->uid = st->gid = ORDINARY;
		model_tell(st->m, a->tid[MODEL], &ordinary);
	}
	return 0;
}

/* What the snap did not tell: the facts, and that the lab's supervisor adopts orphans. */
static void tell_seed(struct stage *st, pid_t tid)
{
	int32_t ix = snap_find_task(st->seed, tid);

	if (st->has_facts)
		model_tell(st->m, tid, &st->facts);
	if (ix >= 0)
		model_set_subreaper(st->m, st->seed->tasks[ix].ppid, true, NULL);
}

int stage_open_model(struct stage *st, struct err *e)
{
	struct actor *a = &st->actors[0];

	st->m = st->seed ? model_seed(st->opt.rules, st->seed) : model_boot(st->opt.rules, NULL);
	if (!st->seed) {
		int err = fork_first(st, a, e);

		if (err)
			return err;
	} else {
		tell_seed(st, a->tid[MODEL]);
	}
	if (st->supervisor) /* no snap tells who is a subreaper */
		model_set_subreaper(st->m, st->supervisor, true, NULL);
	st->snaps[MODEL] = model_snap(st->m);
	return 0;
}

struct stage *stage_new(const struct stage_options *opt)
{
	struct stage *st = xcalloc(1, sizeof(*st));

	st->opt = *opt;
	st->next_fd = 10;
	st->n_actors = 1;
	st->actors[0] = (struct actor){.name = "a", .id = -1, .is_alive = true};
	st->lesson.rules = opt->rules->name;
	st->lesson.name = st->lesson.title = "";
	return st;
}

struct stage *stage_open(const struct stage_options *opt, struct err *e)
{
	struct stage *st = stage_new(opt);
	int err = 0;

	if (!opt->is_model_only)
		err = open_kernel(st, &st->actors[0], e);
	if (!err)
		err = stage_open_model(st, e);
	if (err) {
		stage_close(st);
		return NULL;
	}
	st->lesson.has_kernel = st->lab != NULL;
	st->lesson.has_counts = st->lab && opt->has_counts;
	st->compare.is_sharing_only = !opt->has_counts;
	if (st->lab)
		compare_begin(&st->compare, st->snaps[MODEL], st->seed);
	stage_look(st);
	stage_add_moment(st);
	return st;
}

void stage_close(struct stage *st)
{
	if (!st)
		return;
	lab_close(st->lab);
	model_free(st->m);
	snap_unref(st->seed);
	for (int w = 0; w < N_WORLDS; w++)
		snap_unref(st->snaps[w]);
	if (st->has_facts && st->opt.facts_free)
		st->opt.facts_free(&st->facts);
	compare_end(&st->compare);
	for (uint32_t i = 0; i < st->done.n; i++)
		free(st->done.items[i].text);
	free(st->done.items);
	free(st->fds.items);
	strbuf_free(&st->says);
	lesson_free(&st->lesson);
	free(st);
}

const struct lesson *stage_lesson(const struct stage *st)
{
	return &st->lesson;
}

void stage_set_script(struct stage *st, const char *name, const char *title,
		      const struct lesson_next *script, uint32_t n)
{
	st->lesson.name = name;
	st->lesson.title = title;
	st->lesson.script = script;
	st->lesson.n_script = n;
}
