/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen of other subcommands than tui. */
#ifndef NSCOPE_TUI_H
#define NSCOPE_TUI_H

#include "cmd.h"

#include "lab/scenario.h"

/*
 * Play a scenario in the Lab view, on the terminal or (--screen) as one screen of text;
 * rules NULL: those of this kernel. Returns an exit status.
 */
int tui_run_scenario(struct cmd_ctx *c, const struct scenario *s, const struct rules *rules,
		     bool is_model_only);

#endif
