/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

#include "nearest.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PID_LIMIT 4194304 /* PID_MAX_LIMIT of 64-bit kernels; inode numbers are far above */

bool target_is_path(const char *text)
{
	return strchr(text, '/');
}

/* Digits up to the end, in brackets or not. */
static bool parse_number(const char *p, bool *has_brackets, uint32_t *n)
{
	char *end;
	unsigned long long v;

	*has_brackets = *p == '[';
	p += *has_brackets;
	if (!isdigit((unsigned char)*p))
		return false;
	errno = 0;
	v = strtoull(p, &end, 10);
	if (errno || v > UINT32_MAX || (*has_brackets && *end++ != ']') || *end)
		return false;
	*n = v;
	return true;
}

static int fail_kind(const char *name, struct err *e)
{
	struct nearest near = {.word = name};

	for (int k = 0; k < NS_N_KINDS; k++)
		nearest_try(&near, ns_kinds[k].name);
	if (near.best)
		return err_set(e, 0, "there is no kind %s; did you mean %s?", name, near.best);
	return err_set(e, 0, "there is no kind %s of namespace", name);
}

int target_parse(const char *text, struct target *t, struct err *e)
{
	const char *colon = strchr(text, ':'), *number = colon ? colon + 1 : text;
	char kind[16] = "";
	bool has_brackets;

	*t = (struct target){.of = OF_NS, .kind = -1};
	if (*text == '#' || *text == '~') {
		t->of = OF_NSPROXY;
		number = text + 1;
	} else if (colon) {
		snprintf(kind, sizeof(kind), "%.*s", (int)(colon - text), text);
		t->kind = ns_kind_by_name(kind);
		if (t->kind < 0)
			return fail_kind(kind, e);
	}
	if (!parse_number(number, &has_brackets, &t->n))
		return err_set(e, 0,
			       "%s is no TARGET; it looks like net:[4026532998], 4026532998, "
			       "pid:1911, #5, or is a path like /run/netns/blue",
			       text);
	if (t->of == OF_NS && t->kind == NS_PID && !has_brackets && t->n <= PID_LIMIT)
		t->of = OF_TASK;
	return 0;
}

static int32_t find_row(const struct target *t, const struct snap *s)
{
	if (t->of == OF_TASK)
		return snap_find_task(s, t->n);
	if (t->of == OF_NS)
		return snap_find_ns(s, t->kind, t->n);
	return t->n && t->n <= s->n_nsproxies ? (int32_t)t->n - 1 : IX_NONE;
}

static int fail_ns(const struct target *t, const struct snap *s, struct err *e)
{
	char word[16], candidate[16];
	struct nearest near = {.word = word};
	const struct ns *best = NULL;
	int32_t other = snap_find_ns(s, -1, t->n);

	if (other >= 0) {
		err_set(e, 0, "there is no %s:[%u]; %u is of another kind: %s",
			ns_kinds[t->kind].name, t->n, t->n, ns_kinds[s->nss[other].kind].name);
		return -ENOENT;
	}
	snprintf(word, sizeof(word), "%u", t->n);
	for (uint32_t i = 0; i < s->n_nss; i++) {
		if (t->kind >= 0 && s->nss[i].kind != (enum ns_kind)t->kind)
			continue;
		snprintf(candidate, sizeof(candidate), "%u", s->nss[i].inum);
		near.best = best ? word : NULL;
		nearest_try(&near, candidate);
		if (near.best == candidate)
			best = &s->nss[i];
	}
	if (best)
		err_set(e, 0, "there is no %s:[%u]; did you mean %s:[%u]?",
			t->kind >= 0 ? ns_kinds[t->kind].name : "namespace", t->n,
			ns_kinds[best->kind].name, best->inum);
	else
		err_set(e, 0, "there is no %s:[%u]",
			t->kind >= 0 ? ns_kinds[t->kind].name : "namespace", t->n);
	return -ENOENT;
}

int32_t target_find(const struct target *t, const struct snap *s, struct err *e)
{
	int32_t row = find_row(t, s);

	if (row >= 0)
		return row;
	if (t->of == OF_NS)
		return fail_ns(t, s, e);
	if (t->of == OF_TASK)
		err_set(e, 0, "there is no task %u", t->n);
	else
		err_set(e, 0, "there is no nsproxy #%u; the last is #%u", t->n, s->n_nsproxies);
	return -ENOENT;
}
