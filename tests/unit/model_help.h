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

#endif
