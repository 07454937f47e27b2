/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a control group path tells about who made it: container runtimes and
 * systemd name the groups of what they run by rules of their own. Pure text; the
 * path is the host's and may be anything.
 */
#ifndef NSCOPE_CONTAINER_H
#define NSCOPE_CONTAINER_H

#include "base.h"

#include <stdbool.h>

#define CONTAINER_NAME_SIZE 256 /* NAME_MAX + 1 */

struct container_name {
	const char *runtime; /* static */
	char id[CONTAINER_NAME_SIZE];
	char name[CONTAINER_NAME_SIZE]; /* "" when the path does not tell */
};

/*
 * The innermost container that the path is in. False when it is in none: what
 * only watches a container (conmon, lxc.monitor) and virtual machines are not.
 */
bool container_of_cgroup(const char *path, struct container_name *out);

/* Is one of the path's directories called exactly that? */
bool container_has_part(const char *path, const char *part);

#endif
