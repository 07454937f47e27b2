/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only cmd.c knows of the other files: the rows of its table, and the help. */
#ifndef NSCOPE_CMD_IMPL_H
#define NSCOPE_CMD_IMPL_H

#include "cmd.h"

extern const struct cmd cmd_ls;
extern const struct cmd cmd_tree;
extern const struct cmd cmd_dump;

/* Print the help of c->cmd, or of all. Both return an exit status. */
int cmd_help(const struct cmd_ctx *c);
int cmd_version(const struct cmd_ctx *c);

#endif
