/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of the verb table that have a file of their own, and what all of them use. */
#ifndef NSCOPE_STAGE_VERBS_H
#define NSCOPE_STAGE_VERBS_H

#include "stage_impl.h"

/* ---- stage_verbs.c: arguments; those that return an int say in r->e what is wrong ---- */
/* The i-th; "" when there are fewer. */
const char *stage_arg(const struct stage_run *r, unsigned i);
/* The test process of that name; NULL: there is none. */
struct actor *stage_other(struct stage_run *r, unsigned i);
int stage_number_arg(struct stage_run *r, unsigned i, int64_t *n);
/* A descriptor by name or number. */
int stage_fd_arg(struct stage_run *r, unsigned i, int *nr);
struct stage_word {
	const char *name;
	int64_t value;
};
int stage_word_arg(struct stage_run *r, unsigned i, const struct stage_word *words, unsigned n,
		   int64_t *value);

/* The number of a new descriptor that the kernel gave, or the model's own. */
int stage_new_fd(struct stage_run *r);
/* What the model answers: the number itself. */
long stage_fd_or_error(long ret, int nr);
/* The model knows nothing of such things. */
long stage_no_rule(struct stage_run *r);

/* ---- stage_call.c ---- */
int stage_prepare_call(struct stage_run *r);
long stage_model_call(struct stage_run *r);
long stage_model_exec(struct stage_run *r);

/* ---- stage_verbs_cred.c ---- */
int stage_prepare_kill(struct stage_run *r);
long stage_model_kill(struct stage_run *r);
int stage_prepare_subreaper(struct stage_run *r);
long stage_model_subreaper(struct stage_run *r);
int stage_prepare_write(struct stage_run *r);
long stage_model_write(struct stage_run *r);
int stage_prepare_id(struct stage_run *r);
long stage_model_id(struct stage_run *r);
int stage_prepare_quota(struct stage_run *r);
long stage_model_quota(struct stage_run *r);
int stage_prepare_hostname(struct stage_run *r);
long stage_model_hostname(struct stage_run *r);
int stage_prepare_ps(struct stage_run *r);

/* ---- stage_verbs_mount.c ---- */
int stage_prepare_bind(struct stage_run *r);
long stage_model_bind(struct stage_run *r);
int stage_prepare_mount(struct stage_run *r);
long stage_model_mount(struct stage_run *r);
int stage_prepare_umount(struct stage_run *r);
long stage_model_umount(struct stage_run *r);
int stage_prepare_propagation(struct stage_run *r);
long stage_model_propagation(struct stage_run *r);
int stage_prepare_pivot(struct stage_run *r);
long stage_model_pivot(struct stage_run *r);
/* All that take a path and nothing else. */
int stage_prepare_path(struct stage_run *r);
long stage_model_chroot(struct stage_run *r);
long stage_model_chdir(struct stage_run *r);
long stage_model_unlink(struct stage_run *r);
long stage_model_open_path(struct stage_run *r);

/* ---- stage_verbs_look.c ---- */
int stage_prepare_look(struct stage_run *r);
int stage_prepare_offset(struct stage_run *r);
long stage_model_offset(struct stage_run *r);

/* ---- stage_verbs_ipc.c ---- */
int stage_prepare_ipc(struct stage_run *r);
long stage_model_ipc(struct stage_run *r);
long stage_model_shm(struct stage_run *r);

/* ---- stage_verbs_net.c ---- */
int stage_prepare_net(struct stage_run *r);

#endif
