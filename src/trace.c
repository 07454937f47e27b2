/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const obj_kind_names[] = {
	[OBJ_TASK] = "task_struct",	[OBJ_NSPROXY] = "nsproxy",
	[OBJ_NS] = "namespace",		[OBJ_CRED] = "cred",
	[OBJ_UCOUNTS] = "ucounts",	[OBJ_PID] = "pid",
	[OBJ_MM] = "mm_struct",		[OBJ_FS] = "fs_struct",
	[OBJ_FILES] = "files_struct",	[OBJ_SIGHAND] = "sighand_struct",
	[OBJ_SIGNAL] = "signal_struct", [OBJ_FILE] = "file",
	[OBJ_SUPER] = "super_block",	[OBJ_IPC] = "kern_ipc_perm",
};
_Static_assert(ARRAY_SIZE(obj_kind_names) == OBJ_N_KINDS, "a name for each");

void trace_free(struct trace *t)
{
	free(t->steps.items);
	free(t->changes.items);
	free(t->doubts.items);
	arena_free(&t->arena);
	*t = (struct trace){0};
}

const struct step *trace_refusal(const struct trace *t)
{
	for (uint32_t i = 0; i < t->steps.n; i++)
		if (t->steps.items[i].err)
			return &t->steps.items[i];
	return NULL;
}

static const char *format(struct trace *t, const char *fmt, va_list ap)
{
	char buf[512];
	int n = vsnprintf(buf, sizeof(buf), fmt, ap);

	if (n < 0)
		return "";
	return arena_memdup(&t->arena, buf, strlen(buf));
}

static struct step *add_step(struct trace *t, const char *file, const char *func, const char *fmt,
			     va_list ap)
{
	struct step *s = array_add(&t->steps);

	s->file = file;
	s->func = func;
	s->why = format(t, fmt, ap);
	s->first_change = t->changes.n;
	return s;
}

void trace_step(struct trace *t, const char *file, const char *func, const char *fmt, ...)
{
	va_list ap;

	if (!t)
		return;
	va_start(ap, fmt);
	add_step(t, file, func, fmt, ap);
	va_end(ap);
}

int trace_refuse(struct trace *t, int err, const char *file, const char *func, const char *fmt, ...)
{
	va_list ap;

	if (!t)
		return err;
	va_start(ap, fmt);
	add_step(t, file, func, fmt, ap)->err = err;
	va_end(ap);
	return err;
}

void trace_undo(struct trace *t, const char *file, const char *func, const char *fmt, ...)
{
	va_list ap;

	if (!t)
		return;
	va_start(ap, fmt);
	add_step(t, file, func, fmt, ap)->is_undo = true;
	va_end(ap);
}

void trace_advise(struct trace *t, const char *fmt, ...)
{
	va_list ap;

	if (!t)
		return;
	va_start(ap, fmt);
	t->advice = format(t, fmt, ap);
	va_end(ap);
}

void trace_doubt(struct trace *t, uint32_t fact, const char *fmt, ...)
{
	struct doubt *d;
	va_list ap;

	if (!t)
		return;
	for (uint32_t i = 0; i < t->doubts.n; i++)
		if (t->doubts.items[i].fact == fact)
			return;
	d = array_add(&t->doubts);
	d->fact = fact;
	va_start(ap, fmt);
	d->text = format(t, fmt, ap);
	va_end(ap);
}

struct change *trace_change(struct trace *t)
{
	struct change *c = array_add(&t->changes);

	if (t->steps.n)
		t->steps.items[t->steps.n - 1].n_changes++;
	return c;
}

const char *trace_strdup(struct trace *t, const char *s)
{
	return arena_memdup(&t->arena, s, strlen(s));
}
