/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of predict_facts(). */
#ifndef NSCOPE_PREDICT_IMPL_H
#define NSCOPE_PREDICT_IMPL_H

#include "predict.h"

/* Whether the task may make one more: RLIMIT_NPROC, pids.max, threads-max. */
void predict_limits(int dirfd, int32_t row, const struct snap *s, struct model_facts *f);

#endif
