/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stage with this host's kernel under it; for `nscope run` and the Lab view. */
#ifndef NSCOPE_THEATRE_H
#define NSCOPE_THEATRE_H

#include "lab/stage.h"

struct theatre {
	struct stage *st;
	struct kernel_reader *reader; /* NULL: read /proc alone */
};

/*
 * Open the stage. `rules` NULL: those of this kernel. has_probe false: without the
 * kernel probe, as --no-kernel asks. 0, or -errno with e set.
 */
int theatre_open(struct theatre *t, const struct rules *rules, enum stage_start start,
		 bool is_model_only, bool has_probe, struct err *e);
void theatre_close(struct theatre *t);

#endif
