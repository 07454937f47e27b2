/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the stage share. */
#ifndef NSCOPE_STAGE_IMPL_H
#define NSCOPE_STAGE_IMPL_H

#include "act.h"
#include "compare.h"
#include "lab.h"
#include "model/model.h"
#include "stage.h"

#define STAGE_N_ACTORS 48

enum world { MODEL, KERNEL, N_WORLDS };

/* A namespace in one of the worlds. */
struct stage_ns {
	uint32_t inum; /* 0: none */
	uint64_t id;
};

struct actor {
	char name[ACT_NAME_MAX];
	int id; /* in the lab, or -1 */
	bool is_alive;
	pid_t tid[N_WORLDS];
	struct stage_ns ns[N_WORLDS][NS_N_SLOTS]; /* the last that were seen */
};

/* A descriptor by its name. */
struct stage_fd {
	char name[ACT_NAME_MAX];
	unsigned who;
	int nr;
};

/* An act that was made, for another model to be told. */
struct stage_done {
	char *text;
	long ret; /* the kernel's */
};

struct stage {
	struct stage_options opt;
	struct lab *lab; /* NULL: the model alone */
	struct model *m;
	const struct snap *seed; /* NULL: the boot */
	struct model_facts facts;
	pid_t first_tid; /* of the first test process, as the model was seeded with it */
	pid_t supervisor;
	uid_t uid; /* of the first test process, in its user namespace */
	gid_t gid;
	bool has_facts;
	struct compare compare;
	struct compare_task tasks[STAGE_N_ACTORS];
	struct actor actors[STAGE_N_ACTORS];
	unsigned n_actors;
	ARRAY(struct stage_fd) fds;
	ARRAY(struct stage_done) done;
	int next_fd; /* of the model alone */
	const struct snap *snaps[N_WORLDS];
	struct strbuf says;
	struct lesson lesson;
};

/* One act on its way through the verb table. */
struct stage_run {
	struct stage *st;
	const struct act *act;
	struct actor *who; /* NULL: nscope itself */
	struct lab_call c;
	struct lab_result r;
	long ret[N_WORLDS];
	struct trace trace; /* the model's steps */
	struct err *e;
	bool is_optional;	/* of the act */
	char text[ACT_ARG_MAX]; /* what c borrows */
	/* Puts r.text into what the stage says; NULL: as it is. */
	void (*say)(struct stage_run *r);
};

#define STAGE_NO_RULE (-100000L) /* of a verb's model function: nothing is known of it */

/* What its result is, to be named. */
enum stage_gives { GIVES_NOTHING, GIVES_TASK, GIVES_FD };

struct stage_verb {
	const char *name;
	const char *args; /* "(NAME, \"PATH\")" */
	unsigned n_min, n_max;
	const char *help;
	/* Make the lab's call; 0 or -EINVAL with e set. NULL: the lab does nothing. */
	int (*prepare)(struct stage_run *r);
	/* The model's answer. r->ret[KERNEL] is what the kernel said. */
	long (*model)(struct stage_run *r);
	enum stage_gives gives;
	bool is_from_outside; /* nscope may do it, too */
};
extern const struct stage_verb stage_verbs[];
extern const unsigned n_stage_verbs;

/* ---- stage.c ---- */
/* The kernel with the processes of the lab; NULL with e set. */
const struct snap *stage_read(struct stage *st, struct err *e);
struct stage *stage_new(const struct stage_options *opt);
/* The model, from the seed or from the boot. */
int stage_open_model(struct stage *st, struct err *e);
/* By its name, or "last": the newest. NULL: there is none. */
struct actor *stage_actor(struct stage *st, const char *name);
/* The same, with e set when there is none. */
struct actor *stage_need_actor(struct stage *st, const char *name, struct err *e);
struct stage_fd *stage_fd(struct stage *st, const char *name);
/* "b/net": whose, and which slot. False, with e set, when it is none. */
bool stage_slot(struct stage *st, const char *text, struct actor **a, int *slot, struct err *e);

/* ---- stage_do.c ---- */
/* Where everybody is now, by the snaps that were read. */
void stage_look(struct stage *st);
/* Both states as they are now, in the lesson. */
struct lesson_moment *stage_add_moment(struct stage *st);

/* ---- stage_check.c ---- */
/* Does the statement hold? -EINVAL with e set: it does not parse. */
int stage_check(struct stage *st, const char *text, enum lesson_answer answers[N_WORLDS],
		struct err *e);

#endif
