/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "call.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#define CLONE_ARGS_SIZE 88 /* struct clone_args since 5.7 */

/* One argument: its name, if it has one, and its value; [p, end) of the text. */
struct arg {
	const char *name;
	size_t name_len;
	const char *p, *end;
};
#define MAX_ARGS 16

struct parse {
	const char *text;
	struct call *call;
	struct err *e;
};

static int fail(const struct parse *x, const char *at, const char *expected)
{
	return err_set(x->e, 0, "at character %d, before '%.20s': expected %s",
		       (int)(at - x->text) + 1, at, expected);
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	return p;
}

/* The end of the argument at p: the next comma or closing bracket outside of any. */
static const char *arg_end(const char *p, const char *end)
{
	int depth = 0;

	for (; p < end; p++) {
		if (*p == '"') {
			for (p++; p < end && *p != '"'; p++)
				p += *p == '\\' && p + 1 < end;
			if (p == end)
				return end;
		} else if (strchr("([{", *p)) {
			depth++;
		} else if (strchr(")]}", *p) && !depth--) {
			return p;
		} else if (*p == ',' && !depth) {
			return p;
		}
	}
	return end;
}

static void split_name(struct arg *a)
{
	const char *p = a->p;

	while (p < a->end && (isalnum((unsigned char)*p) || *p == '_'))
		p++;
	if (p == a->end || *p != '=' || p == a->p)
		return;
	a->name = a->p;
	a->name_len = p - a->p;
	a->p = skip_space(p + 1, a->end);
}

/* Arguments up to the closing bracket `close`; *pp then stands behind it. */
static int split_args(const struct parse *x, const char **pp, const char *end, char close,
		      struct arg args[MAX_ARGS], unsigned *n)
{
	const char *p = skip_space(*pp, end);

	for (*n = 0; p < end && *p != close; p = skip_space(p, end)) {
		struct arg *a = &args[*n];

		if (*n == MAX_ARGS)
			return fail(x, p, "fewer arguments");
		*a = (struct arg){.p = p, .end = arg_end(p, end)};
		p = a->end;
		while (a->end > a->p && isspace((unsigned char)a->end[-1]))
			a->end--;
		if (a->end == a->p)
			return fail(x, a->p, "an argument");
		split_name(a);
		(*n)++;
		if (p < end && *p == ',')
			p++;
		else if (p == end || *p != close)
			break;
	}
	if (p == end || *p != close)
		return fail(x, p, close == ')' ? "')'" : close == '}' ? "'}'" : "']'");
	*pp = p + 1;
	return 0;
}

static bool is_named(const struct arg *a, const char *name)
{
	return a->name && a->name_len == strlen(name) && !strncmp(a->name, name, a->name_len);
}

static int parse_number(const struct parse *x, const struct arg *a, uint64_t *v)
{
	char *end;

	if (a->end - a->p == 4 && !strncmp(a->p, "NULL", 4)) {
		*v = 0;
		return 0;
	}
	if (a->p == a->end || (!isdigit((unsigned char)*a->p) && *a->p != '-'))
		return fail(x, a->p, "a number");
	errno = 0;
	*v = strtoull(a->p, &end, 0);
	if (errno || end > a->end)
		return fail(x, a->p, "a number of 64 bits");
	return end == a->end ? 0 : fail(x, end, "the end of the number");
}

/* strace says what it does not know: "0x400 [CLONE_???]" in a comment. */
static const char *skip_comment(const char *p, const char *end)
{
	p = skip_space(p, end);
	if (end - p < 4 || p[0] != '/' || p[1] != '*')
		return p;
	for (p += 2; end - p >= 2; p++)
		if (p[0] == '*' && p[1] == '/')
			return skip_space(p + 2, end);
	return end;
}

static int parse_flags(const struct parse *x, const struct arg *a, uint64_t *v)
{
	const char *p = a->p;

	*v = 0;
	do {
		struct arg word = {.p = skip_space(p, a->end)};
		uint64_t bits = 0;
		int err = 0;

		for (p = word.p; p < a->end && (isalnum((unsigned char)*p) || *p == '_'); p++)
			;
		word.end = p;
		if (word.p < p && isdigit((unsigned char)*word.p))
			err = parse_number(x, &word, &bits);
		else if (!(bits = call_flag_by_name(word.p, p - word.p)))
			err = fail(x, word.p, "a flag (CLONE_NEWNET ...), a signal or a number");
		if (err)
			return err;
		*v |= bits;
		p = skip_comment(p, a->end);
	} while (p < a->end && *p++ == '|');
	return p >= a->end ? 0 : fail(x, p - 1, "'|' or the end of the flags");
}

/* ---- one function a call ---- */

static int parse_none(const struct parse *x, const struct arg *args, unsigned n)
{
	(void)args;
	if (x->call->kind == CALL_FORK || x->call->kind == CALL_VFORK) {
		x->call->exit_signal = SIGCHLD;
		if (n)
			return fail(x, args[0].p, "')'");
	}
	if (x->call->kind == CALL_VFORK)
		x->call->flags = CLONE_VFORK | CLONE_VM;
	return 0;
}

/* Of strace's arguments only the flags matter; the first unnamed ones are (flags) or (stack,
 * flags). */
static int parse_clone(const struct parse *x, const struct arg *args, unsigned n)
{
	const struct arg *flags = NULL;
	uint64_t v;
	int err;

	for (unsigned i = 0; i < n; i++)
		if (is_named(&args[i], "flags"))
			flags = &args[i];
	if (!flags && n && !args[0].name)
		flags = &args[0];
	if (!flags)
		return fail(x, n ? args[0].p : x->text + strlen(x->text), "flags");
	err = parse_flags(x, flags, &v);
	x->call->exit_signal = v & CSIGNAL;
	x->call->flags = v & 0xffffffffull & ~(uint64_t)CSIGNAL;
	return err;
}

static int parse_tids(const struct parse *x, const struct arg *a)
{
	const char *p = a->p;
	struct arg args[MAX_ARGS];
	unsigned n;
	int err;

	if (p == a->end || *p != '[')
		return fail(x, p, "a list: [1, 2]");
	p++;
	err = split_args(x, &p, a->end, ']', args, &n);
	for (unsigned i = 0; !err && i < n; i++) {
		uint64_t v;

		err = parse_number(x, &args[i], &v);
		x->call->tids[i] = (int32_t)v;
	}
	x->call->n_tids = n;
	return err;
}

static int parse_clone3_field(const struct parse *x, const struct arg *a)
{
	struct call *c = x->call;

	if (is_named(a, "flags"))
		return parse_flags(x, a, &c->flags);
	if (is_named(a, "exit_signal"))
		return parse_flags(x, a, &c->exit_signal);
	if (is_named(a, "stack"))
		return parse_number(x, a, &c->stack);
	if (is_named(a, "stack_size"))
		return parse_number(x, a, &c->stack_size);
	if (is_named(a, "set_tid"))
		return parse_tids(x, a);
	return a->name ? 0 : fail(x, a->p, "flags=, exit_signal=, set_tid= ...");
}

static int parse_clone3(const struct parse *x, const struct arg *args, unsigned n)
{
	struct arg fields[MAX_ARGS];
	unsigned n_fields;
	const char *p;
	int err;

	x->call->size = CLONE_ARGS_SIZE;
	if (!n || *args[0].p != '{')
		return fail(x, n ? args[0].p : x->text + strlen(x->text), "{flags=...}");
	p = args[0].p + 1;
	err = split_args(x, &p, args[0].end, '}', fields, &n_fields);
	for (unsigned i = 0; !err && i < n_fields; i++)
		err = parse_clone3_field(x, &fields[i]);
	if (!err && n > 1)
		err = parse_number(x, &args[1], &x->call->size);
	return err;
}

static int parse_unshare(const struct parse *x, const struct arg *args, unsigned n)
{
	if (!n)
		return fail(x, x->text + strlen(x->text), "flags");
	if (n > 1)
		return fail(x, args[1].p, "')'");
	return parse_flags(x, &args[0], &x->call->flags);
}

/* "net:[4026531840]" or "net:4026531840", from p. */
static int parse_ns(const struct parse *x, const char *p, const char *end)
{
	struct call_fd *fd = &x->call->fd;
	const char *colon = memchr(p, ':', end - p);
	char name[16] = "";
	struct arg a;
	uint64_t v;
	int err;

	if (!colon || colon - p >= (ptrdiff_t)sizeof(name))
		return fail(x, p, "a namespace as net:[4026531840]");
	memcpy(name, p, colon - p);
	fd->kind = CALL_FD_NS;
	fd->ns_kind = ns_kind_by_name(name);
	if (fd->ns_kind < 0)
		return fail(x, p, "mnt, net, pid, user, ipc, uts, cgroup or time");
	a = (struct arg){.p = colon + 1, .end = end};
	if (a.p < a.end && *a.p == '[') {
		a.p++;
		if (a.end[-1] != ']')
			return fail(x, a.end, "']'");
		a.end--;
	}
	err = parse_number(x, &a, &v);
	fd->inum = (uint32_t)v;
	return err;
}

static int parse_fd(const struct parse *x, const struct arg *a)
{
	struct call_fd *fd = &x->call->fd;
	const char *angle = memchr(a->p, '<', a->end - a->p);
	struct arg number = {.p = a->p, .end = angle ? angle : a->end};
	uint64_t v;
	int err;

	if (a->end - a->p > 6 && !strncmp(a->p, "pidfd:", 6)) {
		number = (struct arg){.p = a->p + 6, .end = a->end};
		fd->kind = CALL_FD_PIDFD;
		err = parse_number(x, &number, &v);
		fd->pid = (int32_t)v;
		return err;
	}
	if (!isdigit((unsigned char)*a->p) && *a->p != '-')
		return parse_ns(x, a->p, a->end);
	fd->kind = CALL_FD_NUMBER;
	err = parse_number(x, &number, &v);
	if (err || !angle) {
		fd->fd = (int)v;
		return err;
	}
	return parse_ns(x, angle + 1, a->end[-1] == '>' ? a->end - 1 : a->end);
}

static int parse_setns(const struct parse *x, const struct arg *args, unsigned n)
{
	int err;

	if (!n)
		return fail(x, x->text + strlen(x->text), "a descriptor, net:[N] or pidfd:PID");
	err = parse_fd(x, &args[0]);
	if (!err && n > 1)
		err = parse_flags(x, &args[1], &x->call->flags);
	return err;
}

static const struct call_name {
	const char *name;
	enum call_kind kind;
	int (*parse)(const struct parse *x, const struct arg *args, unsigned n);
} call_names[] = {
	{"fork", CALL_FORK, parse_none},	  {"vfork", CALL_VFORK, parse_none},
	{"clone", CALL_CLONE, parse_clone},	  {"clone3", CALL_CLONE3, parse_clone3},
	{"unshare", CALL_UNSHARE, parse_unshare}, {"setns", CALL_SETNS, parse_setns},
	{"execve", CALL_EXEC, parse_none},	  {"exec", CALL_EXEC, parse_none},
	{"exit", CALL_EXIT, parse_none},	  {"exit_group", CALL_EXIT, parse_none},
};

static const struct call_name *find_name(const char *p, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(call_names); i++)
		if (strlen(call_names[i].name) == n && !strncmp(call_names[i].name, p, n))
			return &call_names[i];
	return NULL;
}

int call_parse(const char *text, struct call *c, struct err *e)
{
	struct parse x = {text, c, e};
	const char *end = text + strlen(text), *p = skip_space(text, end), *name = p;
	const struct call_name *row;
	struct arg args[MAX_ARGS] = {0};
	unsigned n = 0;
	int err = 0;

	*c = (struct call){0};
	while (p < end && (isalnum((unsigned char)*p) || *p == '_'))
		p++;
	row = find_name(name, p - name);
	if (!row)
		return fail(&x, name, "fork, vfork, clone, clone3, unshare, setns, execve or exit");
	c->kind = row->kind;
	p = skip_space(p, end);
	if (p < end && *p != '(')
		return fail(&x, p, "'('");
	if (p < end) {
		p++;
		err = split_args(&x, &p, end, ')', args, &n);
	}
	if (!err)
		err = row->parse(&x, args, n);
	p = skip_space(p, end);
	if (!err && p < end && *p != '=') /* the result, as strace prints it, is passed over */
		err = fail(&x, p, "the end of the call");
	return err;
}
