/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steps tell must add up: each change of a field begins where the last one
 * ended, and after the last one the field of the object is what that says.
 */
#include "model/kernel.h"
#include "model_help.h"

#define ALL_4_4 "CLONE_NEWUSER|CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET"
#define THREAD	"CLONE_THREAD|CLONE_SIGHAND|CLONE_VM|CLONE_FS|CLONE_FILES"

static const char *const calls[] = {
	"fork()",
	"vfork()",
	"clone(" THREAD ")",
	"clone(CLONE_NEWUTS|CLONE_FILES)",
	"clone(" ALL_4_4 ")",
	"clone(CLONE_NEWUSER)",
	"unshare(CLONE_FS|CLONE_FILES)",
	"unshare(CLONE_NEWUTS)",
	"unshare(CLONE_NEWPID)",
	"unshare(CLONE_NEWUSER)",
	"unshare(" ALL_4_4 ")",
	"unshare(" ALL_4_4 "|CLONE_NEWCGROUP|CLONE_NEWTIME)",
	"setns(uts:[4026531838], 0)",
	"execve()",
};

/* The counts that steps tell, by kind: -1: no such count. */
static int32_t count_of(const struct obj *o)
{
	switch (o->kind) {
	case OBJ_NSPROXY:
		return ((const struct k_nsproxy *)o)->count;
	case OBJ_NS:
		return ((const struct k_ns *)o)->count;
	case OBJ_CRED:
		return ((const struct k_cred *)o)->usage;
	case OBJ_UCOUNTS:
		return ((const struct k_ucounts *)o)->count;
	case OBJ_MM:
		return ((const struct k_mm *)o)->users;
	case OBJ_FS:
		return ((const struct k_fs *)o)->users;
	case OBJ_FILES:
		return ((const struct k_files *)o)->count;
	case OBJ_SIGHAND:
		return ((const struct k_sighand *)o)->count;
	default:
		return -1;
	}
}

static bool is_count(const struct change *c)
{
	return !c->is_link && (!strcmp(c->field, "count") || !strcmp(c->field, "usage") ||
			       !strcmp(c->field, "users"));
}

#define MAX_IDS 64
typedef int32_t counts[OBJ_N_KINDS][MAX_IDS];

static void take_counts(const struct model *m, counts out)
{
	memset(out, 0, sizeof(counts));
	for (int kind = 0; kind < OBJ_N_KINDS; kind++)
		for (uint32_t id = 0; id < m->tables[kind].n; id++) {
			const struct obj *o = obj_get(m, kind, id);

			assert_true(id < MAX_IDS);
			if (o && count_of(o) >= 0)
				out[kind][id] = count_of(o);
		}
}

static void check_counts(const struct model *m, const struct trace *t, counts was, const char *text)
{
	counts now;

	for (uint32_t i = 0; i < t->changes.n; i++) {
		const struct change *c = &t->changes.items[i];

		if (!is_count(c))
			continue;
		if (c->was != was[c->kind][c->id])
			fail_msg("%s: %s of %s was %d, not %lld", text, c->field, c->label,
				 was[c->kind][c->id], (long long)c->was);
		was[c->kind][c->id] = c->now;
	}
	take_counts(m, now);
	for (int kind = 0; kind < OBJ_N_KINDS; kind++)
		for (int id = 0; id < MAX_IDS; id++)
			if (was[kind][id] != now[kind][id])
				fail_msg("%s: %s %d has count %d, and the steps say %d", text,
					 obj_kind_names[kind], id, now[kind][id], was[kind][id]);
}

/* The last that was told of a field, or NULL. */
static const char *last_told(const struct trace *t, enum obj_kind kind, uint32_t id,
			     const char *field)
{
	const char *text = NULL;

	for (uint32_t i = 0; i < t->changes.n; i++) {
		const struct change *c = &t->changes.items[i];

		if (!c->is_link || c->kind != kind || c->id != id || strcmp(c->field, field))
			continue;
		if (text && strcmp(text, c->was_text))
			fail_msg("%s: was %s, not %s", field, text, c->was_text);
		text = c->now_text;
	}
	return text;
}

static void check_link(const struct model *m, const struct trace *t, const struct obj *o,
		       const char *field, const void *target, const char *text)
{
	const char *told = last_told(t, o->kind, o->id, field);
	char label[64];

	obj_label(m, target, label, sizeof(label));
	if (!told || strcmp(told, label))
		fail_msg("%s: %s is %s, and the steps say %s", text, field, label,
			 told ? told : "nothing");
}

static void check_task_links(const struct model *m, const struct trace *t, const struct k_task *p,
			     const char *text)
{
	const struct {
		const char *field;
		const void *target;
	} links[] = {
		{"nsproxy", p->nsproxy},
		{"cred", p->cred},
		{"fs", p->fs},
		{"files", p->files},
		{"mm", p->mm},
		{"sighand", p->sighand},
		{"signal", p->signal},
		{"thread_pid", p->thread_pid},
		{"real_parent", p->real_parent},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(links); i++)
		check_link(m, t, &p->obj, links[i].field, links[i].target, text);
}

static void check_nsproxy_links(const struct model *m, const struct trace *t,
				const struct k_nsproxy *p, const char *text)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (p->ns[slot])
			check_link(m, t, &p->obj, ns_slots[slot].field, p->ns[slot], text);
}

static void check_call(const char *rules, const char *text)
{
	struct model *m = boot(rules);
	pid_t a = call(m, 1, "clone(CLONE_FS|CLONE_FILES)", NULL), ret;
	const struct k_task *p = find_task(m, a);
	const struct k_nsproxy *nsproxy = p->nsproxy;
	const struct k_cred *cred = p->cred;
	const struct k_fs *fs = p->fs;
	struct trace t = {0};
	counts was;

	take_counts(m, was);
	ret = call(m, a, text, &t);
	check_counts(m, &t, was, text);
	if (ret > 0) {
		p = find_task(m, ret);
		check_task_links(m, &t, p, text);
	} else if (!ret) {
		if (p->nsproxy != nsproxy)
			check_link(m, &t, &p->obj, "nsproxy", p->nsproxy, text);
		if (p->cred != cred)
			check_link(m, &t, &p->obj, "cred", p->cred, text);
		if (p->fs != fs)
			check_link(m, &t, &p->obj, "fs", p->fs, text);
	}
	if (ret >= 0 && p->nsproxy != nsproxy)
		check_nsproxy_links(m, &t, p->nsproxy, text);
	trace_free(&t);
	model_free(m);
}

static void steps_add_up_to_the_state(void **state)
{
	(void)state;
	for (unsigned r = 0; r < n_rules; r++)
		for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
			check_call(rules_table[r].name, calls[i]);
}

/* A failure is told and taken back, count by count. */
static void what_is_taken_back_adds_up_too(void **state)
{
	(void)state;
	for (unsigned r = 0; r < n_rules; r++)
		for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
			for (unsigned nth = 1;; nth++) {
				struct model *m = boot(rules_table[r].name);
				pid_t a = call(m, 1, "clone(CLONE_FS|CLONE_FILES)", NULL);
				struct trace t = {0};
				bool was_met;
				counts was;

				take_counts(m, was);
				model_inject(m, nth);
				call(m, a, calls[i], &t);
				was_met = model_was_injected(m);
				if (was_met)
					check_counts(m, &t, was, calls[i]);
				trace_free(&t);
				model_free(m);
				if (!was_met)
					break;
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_add_up_to_the_state),
		cmocka_unit_test(what_is_taken_back_adds_up_too),
	};

	return cmocka_run_group_tests_name("model, what changes", tests, NULL, NULL);
}
