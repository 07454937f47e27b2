/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the model share: a booted machine and calls from text. */
#ifndef NSCOPE_TESTS_MODEL_HELP_H
#define NSCOPE_TESTS_MODEL_HELP_H

#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct model *boot(const char *rules);
/* The task makes the call in text; t may be NULL. The model must be sound afterwards. */
int call(struct model *m, pid_t tid, const char *text, struct trace *t);
void check_sound(const struct model *m);
/* The whole state as bytes, owned by the caller. */
char *state_of(const struct model *m);
/* A namespace of a task, as inode number; 0 when there is none. */
uint32_t slot(const struct model *m, pid_t tid, enum ns_slot slot);
int32_t refs(const struct model *m, enum ns_kind kind, uint32_t inum);
/* nsproxy.count of a task, and how many nsproxies there are. */
int32_t nsproxy_count(const struct model *m, pid_t tid);
bool same_nsproxy(const struct model *m, pid_t a, pid_t b);

/* The function refuses: a step tells why, and the state is what it was. `t` is the trace. */
#define must_refuse(m, errno_, func_, expression)                                                  \
	do {                                                                                       \
		struct trace t = {0};                                                              \
		char *before = state_of(m), *after;                                                \
                                                                                                   \
		assert_int_equal(expression, -(errno_));                                           \
		assert_non_null(trace_refusal(&t));                                                \
		assert_int_equal(trace_refusal(&t)->err, -(errno_));                               \
		assert_string_equal(trace_refusal(&t)->func, func_);                               \
		after = state_of(m);                                                               \
		assert_string_equal(after, before);                                                \
		check_sound(m);                                                                    \
		free(before);                                                                      \
		free(after);                                                                       \
		trace_free(&t);                                                                    \
	} while (0)

/* Give a task the uid and gid `uid`, and no capability. */
void drop(struct model *m, pid_t tid, uid_t uid);
/* Whether what is printed of that namespace has `text` in it. */
bool shows(const struct model *m, enum ns_kind kind, uint32_t inum, const char *text);

/* A call that comes through, and tells at least one step. */
#define must_do(m, expression)                                                                     \
	do {                                                                                       \
		struct trace t = {0};                                                              \
                                                                                                   \
		assert_int_equal(expression, 0);                                                   \
		assert_true(t.steps.n > 0);                                                        \
		assert_null(trace_refusal(&t));                                                    \
		check_sound(m);                                                                    \
		trace_free(&t);                                                                    \
	} while (0)

#endif
