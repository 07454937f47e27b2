/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of copy_process(), one a resource of a task: what it copies or shares. */
#ifndef NSCOPE_FORK_H
#define NSCOPE_FORK_H

#include "kernel.h"

/* What one copy_process() works on. */
struct copy {
	struct k_task *me; /* current */
	struct k_task *p;  /* the child */
	const struct call *call;
	uint64_t flags, exit_signal;
	struct k_pid *pid;
};

/* Each shares or copies one thing: 0, or -errno with the refusal told. */
int dup_task_struct(struct model *m, struct copy *c);
int copy_files(struct model *m, struct copy *c);
int copy_fs(struct model *m, struct copy *c);
int copy_sighand(struct model *m, struct copy *c);
int copy_signal(struct model *m, struct copy *c);
int copy_mm(struct model *m, struct copy *c);
int copy_thread(struct model *m, struct copy *c);
void undo_task_struct(struct model *m, struct copy *c);
void undo_files(struct model *m, struct copy *c);
void undo_fs(struct model *m, struct copy *c);
void undo_sighand(struct model *m, struct copy *c);
void undo_signal(struct model *m, struct copy *c);
void undo_mm(struct model *m, struct copy *c);

#endif
