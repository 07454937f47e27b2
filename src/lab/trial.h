/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can it be made on this host? A test process tries; nothing is left of it. */
#ifndef NSCOPE_TRIAL_H
#define NSCOPE_TRIAL_H

#include "err.h"

#include <stdbool.h>

/* All: true, or false with e telling why not, in words. They ask once and remember it. */

bool trial_userns(struct err *e);     /* a user namespace */
bool trial_veth(struct err *e);	      /* a pair of interfaces, in a net namespace of its own */
bool trial_proc(struct err *e);	      /* a mount of proc, in a pid and mount namespace of its own */
bool trial_inner_proc(struct err *e); /* the same from a new user namespace */
/* Have we CAP_SYS_ADMIN in our own user namespace? */
bool trial_is_admin(void);

#endif
