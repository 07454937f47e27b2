/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was done so far on the model and on the test processes beside it, as a value
 * that a screen or a page is drawn from: one moment an act, each with both states
 * after it. src/lab makes it; going back in time is looking at an earlier moment.
 *
 * All texts are safe to print.
 */
#ifndef NSCOPE_LESSON_H
#define NSCOPE_LESSON_H

#include "mem.h"
#include "snap.h"
#include "trace.h"

/* Whether something holds in one of the worlds. */
enum lesson_answer {
	LESSON_UNKNOWN, /* that world does not run, or its counts cannot be read */
	LESSON_YES,
	LESSON_NO,
};

/* A statement like "count(b/net) = 2". */
struct lesson_check {
	const char *text;
	enum lesson_answer model, kernel;
};

/* A test process, or thread, by its name. */
struct lesson_actor {
	const char *name;
	pid_t model_tid, kernel_tid; /* 0: it is not in that world */
	bool is_alive;		     /* not even a zombie */
};

enum lesson_side {
	SIDE_OFF,     /* that world does not run */
	SIDE_NO_RULE, /* the model: it has no rule for such an act, and changes nothing */
	SIDE_DONE,    /* ret is its answer */
};

struct lesson_result {
	enum lesson_side side;
	long ret; /* as the system call: 0 or more, or -errno */
};

struct lesson_moment {
	const char *act;  /* "b: unshare(CLONE_NEWUTS)"; "" before the first */
	const char *ask;  /* the question before it; "" */
	const char *tell; /* the answer after it; "" */
	const char *says; /* what it printed, lines; "" */
	struct lesson_result model, kernel;
	const char *difference; /* between the worlds, "": none; else a bug or a late free ... */
	const char *refuser;	/* ... or this: what beside the kernel's rules may have refused */
	ARRAY(struct lesson_check) checks;
	ARRAY(struct lesson_actor) actors; /* all there ever were, in order */
	struct trace trace;		   /* the model's steps */
	const struct snap *model_snap;	   /* NULL: that world does not run */
	const struct snap *kernel_snap;
	struct arena arena; /* of the texts */
};

/* An act of the script that is still to come. */
struct lesson_next {
	const char *act, *ask;
};

struct lesson {
	const char *name;		     /* of the scenario; "" in the free lab */
	const char *title;		     /* "" */
	const char *rules;		     /* the model's: "current" */
	const char *refusal;		     /* why it cannot run here; NULL */
	ARRAY(struct lesson_moment) moments; /* at least one when it runs: the start */
	const struct lesson_next *script;    /* all acts of the scenario, made ones too */
	uint32_t n_script;
	bool has_kernel; /* test processes take part */
	bool has_counts; /* and the kernel's counts can be read */
};

/* The worlds agree at that moment, and all that is stated holds. */
bool lesson_is_good(const struct lesson_moment *m);

/* ---- for who makes it ---- */
/* A new moment at the end, with all of it empty. */
struct lesson_moment *lesson_add(struct lesson *l);
void lesson_moment_free(struct lesson_moment *m);
void lesson_free(struct lesson *l);

#endif
