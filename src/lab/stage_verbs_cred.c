/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who a test process is and what it may: signals, ids, maps, limits, names. */
#include "stage_verbs.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static pid_t me(const struct stage_run *r)
{
	return r->who ? r->who->tid[MODEL] : 0;
}

/* ---- signals and orphans ---- */

static const struct stage_word signals[] = {
	{"SIGKILL", SIGKILL}, {"SIGTERM", SIGTERM}, {"SIGINT", SIGINT},	  {"SIGHUP", SIGHUP},
	{"SIGSTOP", SIGSTOP}, {"SIGCONT", SIGCONT}, {"SIGUSR1", SIGUSR1},
};

int stage_prepare_kill(struct stage_run *r)
{
	struct actor *o = stage_other(r, 0);

	if (!o || stage_word_arg(r, 1, signals, ARRAY_SIZE(signals), &r->c.number))
		return -EINVAL;
	r->c.kind = r->who ? LAB_SIGNAL : LAB_KILL;
	r->c.other = o->id;
	return 0;
}

long stage_model_kill(struct stage_run *r)
{
	struct actor *o = stage_actor(r->st, stage_arg(r, 0));

	return model_signal(r->st->m, me(r), o->tid[MODEL], (int)r->c.number, &r->trace);
}

int stage_prepare_subreaper(struct stage_run *r)
{
	r->c.kind = LAB_SUBREAPER;
	return stage_number_arg(r, 0, &r->c.number);
}

long stage_model_subreaper(struct stage_run *r)
{
	return model_set_subreaper(r->st->m, me(r), r->c.number, &r->trace);
}

/* ---- ids and their maps ---- */

/* $uid and $gid are those that the first test process began with. */
static void put_ids(const struct stage *st, const char *text, char out[ACT_ARG_MAX])
{
	size_t n = 0;

	while (*text && n + 1 < ACT_ARG_MAX) {
		bool is_uid = !strncmp(text, "$uid", 4);

		if (!is_uid && strncmp(text, "$gid", 4)) {
			out[n++] = *text++;
			continue;
		}
		snprintf(out + n, ACT_ARG_MAX - n, "%u", is_uid ? st->uid : st->gid);
		n += strlen(out + n);
		text += 4;
	}
	out[n] = '\0';
}

int stage_prepare_write(struct stage_run *r)
{
	bool has_other = r->act->n_args == 3;
	struct actor *o = has_other ? stage_other(r, 0) : r->who;

	if (!o)
		return -EINVAL;
	put_ids(r->st, stage_arg(r, has_other + 1), r->text);
	r->c.kind = LAB_WRITE;
	r->c.other = o->id;
	r->c.path = stage_arg(r, has_other);
	r->c.text = r->text;
	return 0;
}

/* Lines "FIRST LOWER COUNT", as the kernel takes them. */
static unsigned parse_extents(const char *text, struct model_extent out[8])
{
	unsigned n = 0;

	while (n < 8 &&
	       sscanf(text, "%u %u %u", &out[n].first, &out[n].lower, &out[n].count) == 3) {
		n++;
		text = strpbrk(text, ";\n");
		if (!text)
			break;
		text++;
	}
	return n;
}

long stage_model_write(struct stage_run *r)
{
	bool has_other = r->act->n_args == 3, is_gid = !strcmp(r->c.path, "gid_map");
	pid_t of = has_other ? stage_actor(r->st, stage_arg(r, 0))->tid[MODEL] : me(r);
	struct model_extent extents[8];

	if (!strcmp(r->c.path, "setgroups"))
		return model_write_setgroups(r->st->m, me(r), of, !strcmp(r->c.text, "allow"),
					     &r->trace);
	if (!is_gid && strcmp(r->c.path, "uid_map"))
		return STAGE_NO_RULE;
	return model_write_map(r->st->m, me(r), of, is_gid, extents,
			       parse_extents(r->c.text, extents), &r->trace);
}

int stage_prepare_id(struct stage_run *r)
{
	r->c.kind = !strcmp(r->act->verb, "setgid") ? LAB_SETGID : LAB_SETUID;
	return stage_number_arg(r, 0, &r->c.number);
}

long stage_model_id(struct stage_run *r)
{
	if (r->c.kind == LAB_SETGID)
		return model_setgid(r->st->m, me(r), r->c.number, &r->trace);
	return model_setuid(r->st->m, me(r), r->c.number, &r->trace);
}

/* ---- limits ---- */

int stage_prepare_quota(struct stage_run *r)
{
	r->c.kind = LAB_QUOTA;
	for (r->c.slot = 0; r->c.slot < NS_N_KINDS; r->c.slot++)
		if (!strcmp(ns_kinds[r->c.slot].name, stage_arg(r, 0)))
			return stage_number_arg(r, 1, &r->c.number);
	return err_set(r->e, 0, "quota: expected a kind of namespace, not '%s'", stage_arg(r, 0));
}

long stage_model_quota(struct stage_run *r)
{
	return model_set_quota(r->st->m, me(r), r->c.slot, r->c.number, &r->trace);
}

/* ---- names ---- */

int stage_prepare_hostname(struct stage_run *r)
{
	r->c.kind = LAB_SETHOSTNAME;
	r->c.text = stage_arg(r, 0);
	return 0;
}

long stage_model_hostname(struct stage_run *r)
{
	return model_sethostname(r->st->m, me(r), r->c.text, &r->trace);
}

/* ---- processes ---- */

#define MAX_PS 12 /* of more the first are told */

/* The names in /proc that are numbers, on one line. */
static void say_ps(struct stage_run *r)
{
	struct strbuf some = {0};
	char *save = NULL;
	unsigned n = 0;

	for (char *p = strtok_r(r->r.text, "\n", &save); p; p = strtok_r(NULL, "\n", &save))
		if (isdigit((unsigned char)*p) && ++n <= MAX_PS)
			strbuf_printf(&some, " %s", p);
	strbuf_printf(&r->st->says, "%u%s process%s:%s%s\n", n, r->r.is_cut ? " or more" : "",
		      n == 1 ? "" : "es", some.n ? some.s : " none", n > MAX_PS ? " ..." : "");
	strbuf_free(&some);
}

int stage_prepare_ps(struct stage_run *r)
{
	r->c.kind = LAB_LIST;
	r->c.path = "/proc";
	r->say = say_ps;
	return 0;
}
