/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the table of scenario.c; each file scenes_*.c has some of a kind. */
#ifndef NSCOPE_SCENES_H
#define NSCOPE_SCENES_H

#include "scenario.h"

/* ---- scenes_share.c: who shares what ---- */
extern const struct scenario scene_uts_hostname;
extern const struct scenario scene_fork_shares;

#endif
