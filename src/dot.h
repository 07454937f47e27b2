/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snap as a graph for Graphviz: tasks point at their nsproxy, that at its
 * namespaces; user and active pid namespaces hang off the tasks; every namespace
 * points at its owner and parent, and what keeps it points at it.
 */
#ifndef NSCOPE_DOT_H
#define NSCOPE_DOT_H

#include "column.h"
#include "mem.h"

/*
 * Append the graph of all of s (ix -1), or of what one row of the table `of` is
 * tied to. Tasks that agree in nsproxy, user and pid namespace are one node.
 */
void dot_write(struct strbuf *out, const struct snap *s, enum row_of of, int32_t ix,
	       enum charset cs);

#endif
