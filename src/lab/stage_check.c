/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements about both worlds: "b/net != a/net", "count(nsproxy(a)) = 2",
 * "gone(b/net)", "pid(b) = 1". A test process that has ended is known by the
 * namespaces that it was in.
 */
#include "stage_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a term is in one world. */
struct term {
	enum { TERM_UNKNOWN, TERM_NUMBER, TERM_NS, TERM_NSPROXY, TERM_TASK } type;
	int64_t n; /* a number; a row; a tid */
};

static const struct term unknown = {TERM_UNKNOWN, 0};

static struct term number(int64_t n)
{
	return (struct term){TERM_NUMBER, n};
}

/* The row of what the slot shows or showed last; IX_NONE: that one is gone. */
static int32_t row_of_slot(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	const struct stage_ns *ns = &a->ns[w][slot];
	int32_t ix = snap_find_ns(st->snaps[w], ns_slots[slot].kind, ns->inum);

	if (ix >= 0 && ns->id && st->snaps[w]->nss[ix].id && st->snaps[w]->nss[ix].id != ns->id)
		return IX_NONE;
	return ix;
}

static const struct task *task_of(const struct stage *st, enum world w, const struct actor *a)
{
	int32_t ix = a->tid[w] ? snap_find_task(st->snaps[w], a->tid[w]) : IX_NONE;

	return ix >= 0 ? &st->snaps[w]->tasks[ix] : NULL;
}

static bool knows_taskless(const struct stage *st, enum world w)
{
	return w == MODEL || st->opt.has_counts;
}

/* ---- functions of one argument ---- */

static struct term do_nsproxy(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	const struct task *t = task_of(st, w, a);

	(void)slot;
	if (!knows_taskless(st, w) || !t || t->nsproxy < 0)
		return unknown;
	return (struct term){TERM_NSPROXY, t->nsproxy};
}

static struct term do_pid(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	const struct task *t = task_of(st, w, a);

	(void)slot;
	return t && t->n_pids ? number(t->pids[t->n_pids - 1]) : unknown;
}

static struct term do_levels(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	const struct task *t = task_of(st, w, a);

	(void)slot;
	return t && t->n_pids ? number(t->n_pids) : unknown;
}

static struct term do_count(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	int32_t ix = row_of_slot(st, w, a, slot);
	int32_t refs = ix >= 0 ? st->snaps[w]->nss[ix].refs : 0;

	return knows_taskless(st, w) && refs >= 0 ? number(refs) : unknown;
}

static struct term do_procs(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	int32_t ix = row_of_slot(st, w, a, slot);

	return number(ix >= 0 ? st->snaps[w]->nss[ix].n_procs : 0);
}

static struct term do_depth(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	int32_t ix = row_of_slot(st, w, a, slot);

	return ix >= 0 && st->snaps[w]->nss[ix].level >= 0 ? number(st->snaps[w]->nss[ix].level)
							   : unknown;
}

static struct term do_gone(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	if (row_of_slot(st, w, a, slot) >= 0)
		return number(0);
	return knows_taskless(st, w) ? number(1) : unknown;
}

static struct term do_owner(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	int32_t ix = row_of_slot(st, w, a, slot);

	ix = ix >= 0 ? st->snaps[w]->nss[ix].owner : IX_NONE;
	return ix >= 0 ? (struct term){TERM_NS, ix} : unknown;
}

static struct term do_above(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	int32_t ix = row_of_slot(st, w, a, slot);

	ix = ix >= 0 ? st->snaps[w]->nss[ix].parent : IX_NONE;
	return ix >= 0 ? (struct term){TERM_NS, ix} : unknown;
}

static struct term do_parent(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	const struct task *t = task_of(st, w, a);

	(void)slot;
	return t ? (struct term){TERM_TASK, t->ppid} : unknown;
}

static struct term do_ended(const struct stage *st, enum world w, const struct actor *a, int slot)
{
	const struct task *t = task_of(st, w, a);

	(void)slot;
	return number(!t || t->state == 'Z' || t->state == 'X');
}

static const struct {
	const char *name;
	bool takes_slot;
	struct term (*of)(const struct stage *st, enum world w, const struct actor *a, int slot);
} functions[] = {
	{"nsproxy", false, do_nsproxy}, {"pid", false, do_pid},	    {"levels", false, do_levels},
	{"parent", false, do_parent},	{"ended", false, do_ended}, {"count", true, do_count},
	{"procs", true, do_procs},	{"depth", true, do_depth},  {"gone", true, do_gone},
	{"owner", true, do_owner},	{"above", true, do_above},
};

/* ---- terms ---- */

static int term_of_ns(struct stage *st, enum world w, const char *text, struct term *t,
		      struct err *e)
{
	struct actor *a;
	int slot;

	if (!stage_slot(st, text, &a, &slot, e))
		return -EINVAL;
	*t = (struct term){TERM_NS, row_of_slot(st, w, a, slot)};
	return 0;
}

/* "count(nsproxy(a))" */
static int count_of_nsproxy(struct stage *st, enum world w, const char *name, struct term *t,
			    struct err *e)
{
	const struct actor *a = stage_need_actor(st, name, e);

	if (!a)
		return -EINVAL;
	*t = do_nsproxy(st, w, a, 0);
	if (t->type == TERM_NSPROXY)
		*t = number(st->snaps[w]->nsproxies[t->n].count);
	if (t->n < 0)
		*t = unknown;
	return 0;
}

static int apply(struct stage *st, enum world w, unsigned f, const char *name, struct term *t,
		 struct err *e)
{
	struct actor *a;
	int slot = 0;

	if (functions[f].takes_slot && !stage_slot(st, name, &a, &slot, e))
		return -EINVAL;
	if (!functions[f].takes_slot && !(a = stage_need_actor(st, name, e)))
		return -EINVAL;
	*t = functions[f].of(st, w, a, slot);
	return 0;
}

/* "mounted(c,/run/blue)" */
static int mounted(struct stage *st, enum world w, const char *name, const char *path,
		   struct term *t, struct err *e)
{
	const struct actor *a = stage_need_actor(st, name, e);
	int is_there;

	if (!a)
		return -EINVAL;
	*t = unknown;
	if (!a->is_alive)
		return 0;
	is_there = w == MODEL ? model_has_mount(st->m, a->tid[w], path)
			      : lab_is_mounted(st->lab, a->id, path);
	if (is_there >= 0)
		*t = number(is_there);
	return 0;
}

static int parse_term(struct stage *st, enum world w, const char *text, struct term *t,
		      struct err *e)
{
	char name[32], inner[64];
	long long n;
	char end;

	if (sscanf(text, "%lld%c", &n, &end) == 1) {
		*t = number(n);
		return 0;
	}
	if (sscanf(text, "count(nsproxy(%31[a-z0-9_]))%c", name, &end) == 1)
		return count_of_nsproxy(st, w, name, t, e);
	if (sscanf(text, "mounted(%31[a-z0-9_],%63[^)])%c", name, inner, &end) == 2)
		return mounted(st, w, name, inner, t, e);
	if (sscanf(text, "%31[a-z](%63[a-z0-9_/])%c", name, inner, &end) == 2)
		for (unsigned i = 0; i < ARRAY_SIZE(functions); i++)
			if (!strcmp(functions[i].name, name))
				return apply(st, w, i, inner, t, e);
	if (strchr(text, '/'))
		return term_of_ns(st, w, text, t, e);
	if (!stage_actor(st, text))
		return err_set(e, 0, "'%s' is no test process and no statement", text);
	*t = (struct term){TERM_TASK, stage_actor(st, text)->tid[w]};
	return 0;
}

/* ---- statements ---- */

static enum lesson_answer compare_terms(const struct term *a, const struct term *b, bool is_negated)
{
	if (a->type == TERM_UNKNOWN || b->type == TERM_UNKNOWN || a->type != b->type)
		return LESSON_UNKNOWN;
	return (a->n == b->n) != is_negated ? LESSON_YES : LESSON_NO;
}

static int check_one(struct stage *st, enum world w, const char *text, enum lesson_answer *answer,
		     struct err *e)
{
	char left[96], op[4], right[96];
	struct term a, b = number(1);
	int n = sscanf(text, "%95s %3[=!] %95s", left, op, right);

	if (n != 1 && n != 3)
		return err_set(e, 0, "'%s' is no statement", text);
	if (parse_term(st, w, left, &a, e) || (n == 3 && parse_term(st, w, right, &b, e)))
		return -EINVAL;
	*answer = compare_terms(&a, &b, n == 3 && *op == '!');
	return 0;
}

/* says "TEXT" and says not "TEXT": of what the act printed; the model prints nothing. */
static bool check_says(const struct stage *st, const char *text, enum lesson_answer *answer)
{
	bool is_negated = !strncmp(text, "says not \"", 10);
	const char *from = text + (is_negated ? 10 : 6);
	size_t n = strlen(text);
	_cleanup_free_ char *what = NULL;

	if (strncmp(text, "says ", 5) || n < 8 || text[n - 1] != '"')
		return false;
	what = xstrdup(from);
	what[strlen(what) - 1] = '\0';
	*answer = LESSON_UNKNOWN;
	if (st->lab)
		*answer = (strstr(st->says.s, what) != NULL) != is_negated ? LESSON_YES : LESSON_NO;
	return true;
}

int stage_check(struct stage *st, const char *text, enum lesson_answer answers[N_WORLDS],
		struct err *e)
{
	answers[MODEL] = answers[KERNEL] = LESSON_UNKNOWN;
	if (check_says(st, text, &answers[KERNEL]))
		return 0;
	for (int w = 0; w < N_WORLDS; w++) {
		int err = st->snaps[w] ? check_one(st, w, text, &answers[w], e) : 0;

		if (err)
			return err;
	}
	return 0;
}
