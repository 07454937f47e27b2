/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

struct cursor {
	const char *text, *p;
	struct err *e;
};

static int fail(const struct cursor *c, const char *expected)
{
	return err_set(c->e, 0, "at character %d, before '%.20s': expected %s",
		       (int)(c->p - c->text) + 1, c->p, expected);
}

static void skip_blanks(struct cursor *c)
{
	c->p += strspn(c->p, " \t");
}

static bool is_name(char ch)
{
	return isalnum((unsigned char)ch) || ch == '_';
}

static int take_name(struct cursor *c, char name[ACT_NAME_MAX], const char *expected)
{
	size_t n = 0;

	skip_blanks(c);
	while (is_name(c->p[n]))
		n++;
	if (!n || n >= ACT_NAME_MAX)
		return fail(c, expected);
	memcpy(name, c->p, n);
	name[n] = '\0';
	c->p += n;
	skip_blanks(c);
	return 0;
}

static bool take(struct cursor *c, char ch)
{
	if (*c->p != ch)
		return false;
	c->p++;
	skip_blanks(c);
	return true;
}

static int put(struct cursor *c, char *arg, size_t *n)
{
	if (*n + 1 >= ACT_ARG_MAX)
		return fail(c, "a shorter argument");
	arg[(*n)++] = *c->p++;
	return 0;
}

static int take_string(struct cursor *c, char *arg)
{
	size_t n = 0;

	for (c->p++; *c->p && *c->p != '"';)
		if (put(c, arg, &n))
			return -EINVAL;
	if (*c->p != '"')
		return fail(c, "'\"'");
	c->p++;
	skip_blanks(c);
	return 0;
}

/* Anything up to a comma or the end of the list, brackets within counted. */
static int take_words(struct cursor *c, char *arg)
{
	size_t n = 0;

	for (int depth = 0; *c->p;) {
		if (!depth && (*c->p == ',' || *c->p == ')'))
			break;
		depth += strchr("([{", *c->p) ? 1 : strchr(")]}", *c->p) ? -1 : 0;
		if (put(c, arg, &n))
			return -EINVAL;
	}
	while (n && arg[n - 1] == ' ')
		arg[--n] = '\0';
	return n ? 0 : fail(c, "an argument");
}

static int take_args(struct cursor *c, struct act *a)
{
	if (!take(c, '('))
		return fail(c, "'('");
	if (take(c, ')'))
		return 0;
	do {
		char *arg;
		int err;

		if (a->n_args == ACT_MAX_ARGS)
			return fail(c, "fewer arguments");
		arg = a->args[a->n_args++];
		err = *c->p == '"' ? take_string(c, arg) : take_words(c, arg);
		if (err)
			return err;
	} while (take(c, ','));
	return take(c, ')') ? 0 : fail(c, "',' or ')'");
}

int act_parse(const char *text, struct act *a, struct err *e)
{
	struct cursor c = {text, text, e};

	*a = (struct act){.n_args = 0};
	if (take_name(&c, a->who, "the name of a test process"))
		return -EINVAL;
	if (!take(&c, ':'))
		return fail(&c, "':'");
	a->call = c.p;
	if (take_name(&c, a->verb, "a call"))
		return -EINVAL;
	if (take(&c, '=')) {
		memcpy(a->result, a->verb, sizeof(a->result));
		a->call = c.p;
		if (take_name(&c, a->verb, "a call"))
			return -EINVAL;
	}
	if (take_args(&c, a))
		return -EINVAL;
	return *c.p ? fail(&c, "the end of the line") : 0;
}
