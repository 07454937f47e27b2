/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

#include "nearest.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PID_LIMIT 4194304 /* PID_MAX_LIMIT of 64-bit kernels; inode numbers are far above */

bool target_is_path(const char *text)
{
	return strchr(text, '/');
}

/* "@5123" up to the end, or nothing. */
static bool parse_id(const char *p, uint64_t *id)
{
	char *end;

	if (!*p)
		return true;
	if (*p != '@' || !isdigit((unsigned char)p[1]))
		return false;
	errno = 0;
	*id = strtoull(p + 1, &end, 10);
	return !errno && *id && !*end;
}

/* Digits, in brackets or not; *rest is what follows. */
static bool parse_number(const char *p, bool *has_brackets, uint32_t *n, const char **rest)
{
	char *end;
	unsigned long long v;

	*has_brackets = *p == '[';
	p += *has_brackets;
	if (!isdigit((unsigned char)*p))
		return false;
	errno = 0;
	v = strtoull(p, &end, 10);
	if (errno || v > UINT32_MAX || (*has_brackets && *end++ != ']'))
		return false;
	*n = v;
	*rest = end;
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
	const char *colon = strchr(text, ':'), *number = colon ? colon + 1 : text, *rest;
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
	if (!parse_number(number, &has_brackets, &t->n, &rest) || !parse_id(rest, &t->id) ||
	    (t->id && t->of != OF_NS))
		return err_set(e, 0,
			       "%s is no TARGET; it looks like net:[4026532998], 4026532998, "
			       "pid:1911, #5, or is a path like /run/netns/blue",
			       text);
	if (t->of == OF_NS && t->kind == NS_PID && !has_brackets && !t->id && t->n <= PID_LIMIT)
		t->of = OF_TASK;
	return 0;
}

static int32_t find_ns(const struct target *t, const struct snap *s)
{
	int32_t row = snap_find_ns(s, t->kind, t->n);

	/* An id that nobody could read does not exclude it. */
	return row >= 0 && t->id && s->nss[row].id && s->nss[row].id != t->id ? IX_NONE : row;
}

static int32_t find_row(const struct target *t, const struct snap *s)
{
	if (t->of == OF_TASK)
		return snap_find_task(s, t->n);
	if (t->of == OF_NS)
		return find_ns(t, s);
	return t->n && t->n <= s->n_nsproxies ? (int32_t)t->n - 1 : IX_NONE;
}

/* No near number is offered: it would be that of something else. */
static int fail_ns(const struct target *t, const struct snap *s, struct err *e)
{
	const char *kind = t->kind >= 0 ? ns_kinds[t->kind].name : "namespace";
	int32_t other = snap_find_ns(s, -1, t->n);

	if (other >= 0 && t->kind >= 0 && s->nss[other].kind != (enum ns_kind)t->kind)
		err_set(e, 0, "there is no %s:[%u]; %u is of another kind: %s", kind, t->n, t->n,
			ns_kinds[s->nss[other].kind].name);
	else if (other >= 0)
		err_set(e, 0, "it has gone: %s:[%u] is another by now, @%" PRIu64, kind, t->n,
			s->nss[other].id);
	else
		err_set(e, 0, "there is no %s:[%u]: it has gone, or cannot be seen from here", kind,
			t->n);
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
