/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of the verb table that have a file of their own. */
#ifndef NSCOPE_STAGE_VERBS_H
#define NSCOPE_STAGE_VERBS_H

#include "stage_impl.h"

/* ---- stage_call.c ---- */
int stage_prepare_call(struct stage_run *r);
long stage_model_call(struct stage_run *r);
long stage_model_exec(struct stage_run *r);

#endif
