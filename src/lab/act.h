/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language of the laboratory: one act of one test process in one line, as
 * somebody would write it in C.
 *
 *	a: b = clone(CLONE_NEWUTS|SIGCHLD)
 *	b: setns(a/net, CLONE_NEWNET)
 *	b: write(uid_map, "0 1000 1")
 *
 * ACTOR/SLOT is a namespace of a test process. stage_verbs.c has the table of all
 * that can be said.
 */
#ifndef NSCOPE_ACT_H
#define NSCOPE_ACT_H

#include "err.h"

#include <stdbool.h>

#define ACT_NAME_MAX 16
#define ACT_ARG_MAX  256
#define ACT_MAX_ARGS 4

struct act {
	char who[ACT_NAME_MAX];
	char result[ACT_NAME_MAX]; /* the name for what it gives; "" */
	char verb[ACT_NAME_MAX];
	unsigned n_args;
	char args[ACT_MAX_ARGS][ACT_ARG_MAX]; /* without quotes */
	const char *call;		      /* "clone(...)": into the text that was parsed */
};

/* 0, or -EINVAL with e telling the place and what was expected there. */
int act_parse(const char *text, struct act *a, struct err *e);

#endif
