/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stage: the model beside real test processes. Each act is made on both, both
 * are read, and what differs is told; what was done is a lesson (lesson.h).
 */
#ifndef NSCOPE_STAGE_H
#define NSCOPE_STAGE_H

#include "err.h"
#include "lesson.h"
#include "model/rules.h"
#include "model_facts.h"

#define STAGE_MAX_CHECKS 8
#define STAGE_ANY	 (-1) /* whatever they answer, if only they agree */

struct stage;

/* How the first test process, `a`, begins. */
enum stage_start {
	START_PLAIN,	/* as nscope is */
	START_ADMIN,	/* with all capabilities: without root in a user namespace of its own */
	START_ORDINARY, /* without any capability */
};

struct stage_options {
	const struct rules *rules; /* the model's */
	enum stage_start start;
	bool is_model_only;
	/*
	 * The kernel as it is now; NULL with e set. Called after every act, with the n
	 * processes that have to be in it: a host may have thousands of others. only NULL: all.
	 */
	const struct snap *(*read)(void *data, const pid_t *only, uint32_t n, struct err *e);
	bool has_counts; /* it tells counts, and nsproxies as objects */
	/* What the model must know of a test process; may be NULL. */
	int (*facts)(pid_t tid, const struct snap *s, struct model_facts *f);
	void (*facts_free)(struct model_facts *f);
	void *data;
};

/* An act, and what is to be seen of it. */
struct stage_act {
	const char *text;		   /* "b: unshare(CLONE_NEWUTS)" */
	const char *ask, *tell;		   /* NULL: nothing */
	int err;			   /* the errno that both must give, 0, or STAGE_ANY */
	int old_err;			   /* where quotas are not known yet (4.4); 0: the same */
	bool is_optional;		   /* what cannot be done on this host is left out */
	unsigned times;			   /* again and again; 0 is once */
	const char *see[STAGE_MAX_CHECKS]; /* statements that hold after it; NULL ends */
};

/* NULL with e set when it cannot be done here. */
struct stage *stage_open(const struct stage_options *opt, struct err *e);
/* All test processes end. NULL is allowed. */
void stage_close(struct stage *st);

/*
 * Make the act and add a moment to the lesson. 0; -EINVAL with e set when it does not
 * parse or names what is not there, and then nothing was done; another -errno with e
 * set when a test process could not be asked.
 */
int stage_do(struct stage *st, const struct stage_act *a, struct err *e);
/*
 * What the model says of an act, without making it: a moment that the caller frees
 * (lesson_moment_free()). Errors as above.
 */
int stage_predict(struct stage *st, const char *text, struct lesson_moment *m, struct err *e);

/* What was done so far; good until the next act. */
const struct lesson *stage_lesson(const struct stage *st);
/* For who runs a scenario: its name and script. */
void stage_set_script(struct stage *st, const char *name, const char *title,
		      const struct lesson_next *script, uint32_t n);

/* The table of acts: "VERB(ARGS)" and what it does. */
struct stage_verb_help {
	const char *usage, *help;
};
/* The i-th; false after the last. */
bool stage_verb(unsigned i, struct stage_verb_help *h);

#endif
