/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model_help.h"

#include "json.h"

struct model *boot(const char *rules)
{
	return model_boot(rules_find(rules), NULL);
}

void check_sound(const struct model *m)
{
	struct err e = {""};

	if (model_check(m, &e))
		fail_msg("%s", e.msg);
}

int call(struct model *m, pid_t tid, const char *text, struct trace *t)
{
	struct err e = {""};
	struct call c;
	int ret;

	if (call_parse(text, &c, &e))
		fail_msg("%s", e.msg);
	ret = model_call(m, tid, &c, t);
	check_sound(m);
	return ret;
}

char *state_of(const struct model *m)
{
	const struct snap *s = model_snap(m);
	struct strbuf out = {0};

	json_write_snap(&out, s);
	snap_unref(s);
	return out.s;
}

static const struct task *task_of(const struct snap *s, pid_t tid)
{
	int32_t ix = snap_find_task(s, tid);

	if (ix < 0)
		fail_msg("no task %d", tid);
	return &s->tasks[ix];
}

uint32_t slot(const struct model *m, pid_t tid, enum ns_slot which)
{
	const struct snap *s = model_snap(m);
	int32_t ix = task_of(s, tid)->ns[which];
	uint32_t inum = ix >= 0 ? s->nss[ix].inum : 0;

	snap_unref(s);
	return inum;
}

int32_t refs(const struct model *m, enum ns_kind kind, uint32_t inum)
{
	const struct snap *s = model_snap(m);
	int32_t ix = snap_find_ns(s, kind, inum);
	int32_t n = ix >= 0 ? s->nss[ix].refs : 0;

	snap_unref(s);
	return n;
}

int32_t nsproxy_count(const struct model *m, pid_t tid)
{
	const struct snap *s = model_snap(m);
	int32_t n = s->nsproxies[task_of(s, tid)->nsproxy].count;

	snap_unref(s);
	return n;
}

bool same_nsproxy(const struct model *m, pid_t a, pid_t b)
{
	const struct snap *s = model_snap(m);
	bool same = task_of(s, a)->nsproxy == task_of(s, b)->nsproxy;

	snap_unref(s);
	return same;
}

void drop(struct model *m, pid_t tid, uid_t uid)
{
	struct model_facts f = {
		.known = FACT_CRED, .uid = uid, .euid = uid, .gid = uid, .egid = uid};

	assert_int_equal(model_tell(m, tid, &f), 0);
}

bool shows(const struct model *m, enum ns_kind kind, uint32_t inum, const char *text)
{
	struct strbuf out = {0};
	bool has = model_print_ns(m, kind, inum, &out) && strstr(out.s, text);

	strbuf_free(&out);
	return has;
}
