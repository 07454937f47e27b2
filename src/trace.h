/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a call did, step by step: the kernel function, one sentence why, and the
 * fields that changed. A trace owns its strings and outlives the model's objects.
 */
#ifndef NSCOPE_TRACE_H
#define NSCOPE_TRACE_H

#include "mem.h"

#include <stdbool.h>

enum obj_kind {
	OBJ_TASK,
	OBJ_NSPROXY,
	OBJ_NS,
	OBJ_CRED,
	OBJ_UCOUNTS,
	OBJ_PID,
	OBJ_MM,
	OBJ_FS,
	OBJ_FILES,
	OBJ_SIGHAND,
	OBJ_SIGNAL,
	OBJ_FILE,
	OBJ_SUPER,
	OBJ_IPC,
	OBJ_N_KINDS
};
extern const char *const obj_kind_names[OBJ_N_KINDS]; /* the structs' names */

/* One field of one object, before and after. Counts are in the numbers, links in the texts. */
struct change {
	enum obj_kind kind;
	uint32_t id;	   /* of the object; used again after it was freed */
	const char *label; /* "net:[4026532998]", "#5", "task 1911" */
	const char *field;
	bool is_link;
	bool is_relative; /* the kernel's own count is not known: only the difference holds */
	int64_t was;
	int64_t now;
	const char *was_text;
	const char *now_text;
};

struct step {
	const char *file; /* "kernel/fork.c" */
	const char *func;
	const char *why;
	int err;      /* -errno when this check refuses, else 0 */
	bool is_undo; /* what was done before is taken back here */
	uint32_t first_change;
	uint32_t n_changes;
};

/* A fact that the model was not given, and what it would change. */
struct doubt {
	uint32_t fact; /* enum model_fact */
	const char *text;
};

struct trace {
	ARRAY(struct step) steps;
	ARRAY(struct change) changes;
	ARRAY(struct doubt) doubts;
	const char *advice; /* what to do about a refusal, or NULL */
	struct arena arena;
};

void trace_free(struct trace *t);
/* The check that refused, or NULL: the step whose err is set. */
const struct step *trace_refusal(const struct trace *t);

/* ---- for the model; a NULL trace takes nothing and costs nothing ---- */
void trace_step(struct trace *t, const char *file, const char *func, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/* The step that refuses; gives back err. */
int trace_refuse(struct trace *t, int err, const char *file, const char *func, const char *fmt, ...)
	PRINTF_LIKE(5, 6);
void trace_undo(struct trace *t, const char *file, const char *func, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
void trace_advise(struct trace *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Once per fact. */
void trace_doubt(struct trace *t, uint32_t fact, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The next change, part of the last step; strings are the caller's to copy. */
struct change *trace_change(struct trace *t);
const char *trace_strdup(struct trace *t, const char *s);

#endif
