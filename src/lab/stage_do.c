/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One act, made in both worlds, and what came of it. */
#include "stage_impl.h"

#include "nearest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATIENCE_NSEC 5000000000ll /* for what the kernel frees late */

/* ---- looking ---- */

static void look_at_slots(struct actor *a, enum world w, const struct snap *s)
{
	int32_t ix = a->tid[w] ? snap_find_task(s, a->tid[w]) : IX_NONE;

	for (int slot = 0; ix >= 0 && slot < NS_N_SLOTS; slot++) {
		int32_t ns = s->tasks[ix].ns[slot];

		if (ns >= 0)
			a->ns[w][slot] = (struct stage_ns){s->nss[ns].inum, s->nss[ns].id};
	}
}

static bool lives_in_model(const struct stage *st, const struct actor *a)
{
	int32_t ix = a->tid[MODEL] ? snap_find_task(st->snaps[MODEL], a->tid[MODEL]) : IX_NONE;

	return ix >= 0 && st->snaps[MODEL]->tasks[ix].state != 'Z';
}

void stage_look(struct stage *st)
{
	for (unsigned i = 0; i < st->n_actors; i++) {
		struct actor *a = &st->actors[i];
		const struct lab_task *t = st->lab ? lab_task(st->lab, a->id) : NULL;

		if (t && t->state != LAB_GONE)
			a->tid[KERNEL] = t->tid;
		a->is_alive = t ? t->state < LAB_ZOMBIE : lives_in_model(st, a);
		look_at_slots(a, MODEL, st->snaps[MODEL]);
		if (st->snaps[KERNEL])
			look_at_slots(a, KERNEL, st->snaps[KERNEL]);
		/* In the comparison as long as one of the two worlds has it. */
		st->tasks[i] = (struct compare_task){
			.is_used = t && a->tid[MODEL] &&
				   (t->state != LAB_GONE ||
				    snap_find_task(st->snaps[MODEL], a->tid[MODEL]) >= 0),
			.model_tid = a->tid[MODEL],
			.kernel_tid = a->tid[KERNEL]};
	}
}

static void replace(const struct snap **s, const struct snap *now)
{
	snap_unref(*s);
	*s = now;
}

/* How the kernel is read, and why it could not be. */
struct reading {
	struct stage *st;
	struct err *e;
};

static const struct snap *read_kernel(void *data)
{
	const struct reading *r = data;
	const struct snap *s = stage_read(r->st, r->e);

	if (!s)
		return NULL;
	replace(&r->st->snaps[KERNEL], s);
	lab_poll(r->st->lab);
	stage_look(r->st);
	return s;
}

/* Read both until they agree, or for as long as the kernel may take to free. */
static int settle(struct stage *st, struct err *e)
{
	struct reading r = {st, e};
	int ret;

	replace(&st->snaps[MODEL], model_snap(st->m));
	if (!st->lab) {
		stage_look(st);
		return 0;
	}
	ret = compare_settled(&st->compare, st->snaps[MODEL], st->tasks, STAGE_N_ACTORS,
			      PATIENCE_NSEC, read_kernel, &r);
	return ret < 0 ? ret : 0;
}

/* ---- names of what it gave ---- */

static void free_name(struct stage *st, char name[ACT_NAME_MAX])
{
	for (unsigned i = 0;; i++) {
		if (i < 26)
			snprintf(name, ACT_NAME_MAX, "%c", 'a' + i);
		else
			snprintf(name, ACT_NAME_MAX, "t%u", i);
		if (!stage_actor(st, name))
			return;
	}
}

static int add_actor(struct stage_run *r)
{
	struct actor *a = stage_actor(r->st, r->act->result);
	char name[ACT_NAME_MAX];

	memcpy(name, r->act->result, sizeof(name));
	if (!*name)
		free_name(r->st, name);
	if (!a && r->st->n_actors == STAGE_N_ACTORS)
		return err_set(r->e, E2BIG, "more than %d test processes", STAGE_N_ACTORS);
	if (!a)
		a = &r->st->actors[r->st->n_actors++];
	*a = (struct actor){.id = r->st->lab ? r->r.child : -1, .is_alive = true};
	a->tid[MODEL] = r->ret[MODEL] > 0 ? r->ret[MODEL] : 0;
	memcpy(a->name, name, sizeof(a->name));
	return 0;
}

static int bind_result(struct stage_run *r, const struct stage_verb *v)
{
	long ret = r->st->lab ? r->ret[KERNEL] : r->ret[MODEL];
	struct stage_fd *fd;

	if (ret < 0 || v->gives == GIVES_NOTHING)
		return 0;
	if (v->gives == GIVES_TASK)
		return ret ? add_actor(r) : 0;
	if (!*r->act->result)
		return 0;
	fd = stage_fd(r->st, r->act->result) ?: array_add(&r->st->fds);
	memcpy(fd->name, r->act->result, sizeof(fd->name));
	fd->nr = ret;
	return 0;
}

/* ---- the act ---- */

static const struct stage_verb *find_verb(const char *name, struct err *e)
{
	struct nearest near = {.word = name};

	for (unsigned i = 0; i < n_stage_verbs; i++) {
		if (!strcmp(stage_verbs[i].name, name))
			return &stage_verbs[i];
		nearest_try(&near, stage_verbs[i].name);
	}
	if (near.best)
		err_set(e, 0, "there is no act '%s'; did you mean %s?", name, near.best);
	else
		err_set(e, 0, "there is no act '%s'", name);
	return NULL;
}

/* Who and what; nothing is done yet. */
static const struct stage_verb *resolve(struct stage_run *r, struct act *act, const char *text)
{
	const struct stage_verb *v = NULL;

	if (!act_parse(text, act, r->e))
		v = find_verb(act->verb, r->e);
	if (!v)
		return NULL;
	r->act = act;
	if (!strcmp(act->result, "last") || !strcmp(act->result, "nscope")) {
		err_set(r->e, 0, "'%s' is no name to give", act->result);
		return NULL;
	}
	if (act->n_args < v->n_min || act->n_args > v->n_max) {
		err_set(r->e, 0, "it is %s%s", v->name, v->args);
		return NULL;
	}
	if (strcmp(act->who, "nscope") || !v->is_from_outside)
		r->who = stage_need_actor(r->st, act->who, r->e);
	if (!r->who && !v->is_from_outside)
		return NULL;
	if (!r->who && strcmp(act->who, "nscope"))
		return NULL;
	return v->prepare(r) ? NULL : v;
}

static int on_kernel(struct stage_run *r)
{
	int err = lab_call(r->st->lab, r->who ? r->who->id : r->c.other, &r->c, &r->r, r->e);

	r->ret[KERNEL] = r->r.ret;
	if (err == -ENOTSUP && r->is_optional) {
		strbuf_printf(&r->st->says, "left out: %s\n", r->e->msg);
		r->ret[KERNEL] = err;
		return 0;
	}
	if (!err && r->say)
		r->say(r);
	else if (!err && *r->r.text)
		strbuf_printf(&r->st->says, "%s\n%s", r->r.text, r->r.is_cut ? "...\n" : "");
	return err;
}

/* Once, in both worlds. */
static int make(struct stage_run *r, const struct stage_verb *v)
{
	int err = r->st->lab ? on_kernel(r) : 0;

	if (err)
		return err;
	r->ret[MODEL] = v->model(r);
	return bind_result(r, v);
}

/* The act, as often as it is asked for; the last is the one that is told. */
static int run_act(struct stage_run *r, struct act *act, const struct stage_act *a)
{
	const char *text = a->text;

	for (unsigned i = 0; i < (a->times ?: 1); i++) {
		const struct stage_verb *v;
		int err;

		trace_free(&r->trace);
		*r = (struct stage_run){.st = r->st, .e = r->e, .is_optional = a->is_optional};
		v = resolve(r, act, text);
		err = v ? make(r, v) : -EINVAL;
		if (err)
			return err;
		*array_add(&r->st->done) = (struct stage_done){xstrdup(text), r->ret[KERNEL]};
		if (r->ret[MODEL] < 0 || (r->st->lab && r->ret[KERNEL] < 0))
			break;
	}
	return 0;
}

/* Is all that is said of what it printed true? */
static bool says_all(struct stage *st, const struct stage_act *a)
{
	for (unsigned i = 0; i < STAGE_MAX_CHECKS && a->see[i]; i++) {
		enum lesson_answer answers[N_WORLDS];
		struct err e;

		if (!strncmp(a->see[i], "says ", 5) &&
		    (stage_check(st, a->see[i], answers, &e) || answers[KERNEL] == LESSON_NO))
			return false;
	}
	return true;
}

/* What a look is to show may come late: interfaces go when a worker has gone over them. */
static int look_again(struct stage_run *r, const struct stage_act *a)
{
	int64_t until = now_nsec() + PATIENCE_NSEC;

	while (r->st->lab && r->c.kind >= LAB_READ && !says_all(r->st, a) && now_nsec() < until) {
		int err;

		wait_a_moment();
		r->st->says.n = 0;
		strbuf_puts(&r->st->says, "");
		err = on_kernel(r);
		if (err)
			return err;
	}
	return 0;
}

/* ---- the moment ---- */

static const char *keep(struct lesson_moment *m, const char *text)
{
	return text ? arena_memdup(&m->arena, text, strlen(text)) : "";
}

static void add_actors(const struct stage *st, struct lesson_moment *m)
{
	for (unsigned i = 0; i < st->n_actors; i++) {
		const struct actor *a = &st->actors[i];

		*array_add(&m->actors) =
			(struct lesson_actor){.name = keep(m, a->name),
					      .model_tid = a->tid[MODEL],
					      .kernel_tid = st->lab ? a->tid[KERNEL] : 0,
					      .is_alive = a->is_alive};
	}
}

struct lesson_moment *stage_add_moment(struct stage *st)
{
	struct lesson_moment *m = lesson_add(&st->lesson);

	add_actors(st, m);
	m->model_snap = snap_ref(st->snaps[MODEL]);
	m->kernel_snap = snap_ref(st->snaps[KERNEL]);
	return m;
}

static const char *answer(long ret)
{
	return ret < 0 ? strerrorname_np(-ret) : "ok";
}

static bool is_alike(long a, long b)
{
	return a == b || (a >= 0 && b >= 0);
}

/* The model has no files: it takes every path to be there. */
static const char *other_refuser(const struct stage_run *r)
{
	if (r->ret[KERNEL] == -ENOENT && r->c.path && *r->c.path == '/')
		return "that path is not there";
	return lab_other_refuser(-r->ret[KERNEL]);
}

/* What is wrong, if anything is. */
static void tell_difference(const struct stage_run *r, const struct stage_act *a,
			    struct lesson_moment *m)
{
	long model = r->ret[MODEL], kernel = r->st->lab ? r->ret[KERNEL] : model;
	int expected = a->old_err && !r->st->opt.rules->has_ucounts ? a->old_err : a->err;
	bool has_rule = model != STAGE_NO_RULE;
	char text[160] = "";

	if (a->is_optional && kernel == -ENOTSUP)
		return;
	if (has_rule && !is_alike(model, kernel))
		snprintf(text, sizeof(text), "the kernel says %s, the model %s", answer(kernel),
			 answer(model));
	else if (expected != STAGE_ANY && (r->st->lab || has_rule) &&
		 !is_alike(r->st->lab ? kernel : model, -expected))
		snprintf(text, sizeof(text), "the scenario expects %s, and both say %s",
			 answer(-expected), answer(r->st->lab ? kernel : model));
	m->difference = keep(m, *text ? text : r->st->lab ? r->st->compare.text : "");
	if (*text && r->st->lab && kernel < 0)
		m->refuser = other_refuser(r) ?: "";
}

static struct lesson_result result_of(const struct stage_run *r, enum world w)
{
	if (w == KERNEL && !r->st->lab)
		return (struct lesson_result){SIDE_OFF, 0};
	if (r->ret[w] == STAGE_NO_RULE)
		return (struct lesson_result){SIDE_NO_RULE, 0};
	return (struct lesson_result){SIDE_DONE, r->ret[w]};
}

static int add_checks(struct stage *st, const struct stage_act *a, struct lesson_moment *m,
		      struct err *e)
{
	for (unsigned i = 0; i < STAGE_MAX_CHECKS && a->see[i]; i++) {
		enum lesson_answer answers[N_WORLDS];
		int err = stage_check(st, a->see[i], answers, e);

		if (err)
			return err;
		*array_add(&m->checks) =
			(struct lesson_check){keep(m, a->see[i]), answers[MODEL], answers[KERNEL]};
	}
	return 0;
}

static void fill(struct stage_run *r, const struct stage_act *a, struct lesson_moment *m)
{
	m->act = keep(m, a->text);
	m->ask = keep(m, a->ask);
	m->tell = keep(m, a->tell);
	m->says = keep(m, r->st->says.s);
	m->model = result_of(r, MODEL);
	m->kernel = result_of(r, KERNEL);
	m->trace = r->trace;
	r->trace = (struct trace){0};
}

/* ---- another model, of the same ---- */

/* A model that was told all that was done so far. */
static struct stage *make_ghost(struct stage *st, struct err *e)
{
	struct stage *g = stage_new(&st->opt);

	g->seed = snap_ref(st->seed);
	g->facts = st->facts;
	g->has_facts = st->has_facts;
	g->opt.facts_free = NULL;
	g->supervisor = st->supervisor;
	g->uid = st->uid;
	g->gid = st->gid;
	g->first_tid = g->actors[0].tid[MODEL] = st->first_tid;
	if (stage_open_model(g, e)) {
		stage_close(g);
		return NULL;
	}
	stage_look(g);
	for (uint32_t i = 0; i < st->done.n; i++) {
		struct stage_run r = {.st = g, .e = e};
		struct act act;
		const struct stage_verb *v = resolve(&r, &act, st->done.items[i].text);

		r.ret[KERNEL] = st->done.items[i].ret;
		if (v)
			r.ret[MODEL] = v->model(&r);
		if (v)
			bind_result(&r, v);
		trace_free(&r.trace);
		replace(&g->snaps[MODEL], model_snap(g->m));
		stage_look(g);
	}
	return g;
}

/* Did the kernel refuse what the model did, or refuse it otherwise? */
static bool is_refused(const struct stage_run *r)
{
	return r->st->lab && r->ret[KERNEL] < 0 && r->ret[MODEL] != STAGE_NO_RULE &&
	       r->ret[MODEL] != r->ret[KERNEL];
}

/* What a filter refused has not been: the model is told all before it, once more. */
static int follow_kernel(struct stage_run *r)
{
	struct stage *st = r->st, *g;
	struct model *m = st->m;

	if (!is_refused(r) || !other_refuser(r))
		return 0;
	free(st->done.items[--st->done.n].text);
	g = make_ghost(st, r->e);
	if (!g)
		return -EIO;
	st->m = g->m;
	g->m = m;
	stage_close(g);
	return 0;
}

int stage_do(struct stage *st, const struct stage_act *a, struct err *e)
{
	struct stage_run r = {.st = st, .e = e};
	struct lesson_moment *m;
	struct act act;
	int err;

	st->says.n = 0;
	strbuf_puts(&st->says, "");
	err = run_act(&r, &act, a) ?: follow_kernel(&r) ?: settle(st, e);
	if (!err)
		err = look_again(&r, a);
	if (err) {
		trace_free(&r.trace);
		return err;
	}
	m = stage_add_moment(st);
	fill(&r, a, m);
	tell_difference(&r, a, m);
	/* Of what was not done nothing can be said, not even who is there. */
	return *m->refuser ? 0 : add_checks(st, a, m, e);
}

/* ---- what would be ---- */

int stage_predict(struct stage *st, const char *text, struct lesson_moment *m, struct err *e)
{
	const struct stage_act a = {.text = text};
	struct stage *g = make_ghost(st, e);
	struct stage_run r = {.st = g, .e = e};
	const struct stage_verb *v;
	struct act act;

	if (!g)
		return -EIO;
	v = resolve(&r, &act, text);
	if (v) {
		r.ret[MODEL] = v->model(&r);
		bind_result(&r, v);
		settle(g, e);
		*m = (struct lesson_moment){.difference = "", .refuser = ""};
		add_actors(g, m);
		m->model_snap = snap_ref(g->snaps[MODEL]);
		fill(&r, &a, m);
	}
	stage_close(g);
	return v ? 0 : -EINVAL;
}
