/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the table of cmd.c, and its help. */
#ifndef NSCOPE_CMD_IMPL_H
#define NSCOPE_CMD_IMPL_H

#include "cmd.h"

extern const struct cmd cmd_ls;
extern const struct cmd cmd_why;
extern const struct cmd cmd_tree;
extern const struct cmd cmd_nsproxy;
extern const struct cmd cmd_dump;
extern const struct cmd cmd_graph;
extern const struct cmd cmd_diff;
extern const struct cmd cmd_predict;
extern const struct cmd cmd_conform;
extern const struct cmd cmd_run;
extern const struct cmd cmd_doctor;
extern const struct cmd cmd_completion;
extern const struct cmd cmd_tui;
extern const struct cmd cmd_manpage;

/* Print the help of c->cmd, or of all. Both return an exit status. */
int cmd_help(const struct cmd_ctx *c);
int cmd_version(const struct cmd_ctx *c);

#endif
