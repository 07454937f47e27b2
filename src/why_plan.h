/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has to end before a namespace does: it, the namespaces that count on it, and
 * theirs; the processes that hold any of them, and the mounts of their files.
 * Worked out on the snap; nothing is ended.
 */
#ifndef NSCOPE_WHY_PLAN_H
#define NSCOPE_WHY_PLAN_H

#include "mem.h"
#include "snap.h"

/* What is to be done about a process. */
enum fate {
	FATE_STAYS,
	FATE_WATCH,  /* has but a file of a process in it open, as all have that read /proc */
	FATE_KILL,   /* it uses, or holds, one of the namespaces */
	FATE_INIT,   /* the same, of the first process of a pid namespace: SIGKILL alone ends it */
	FATE_TAKEN,  /* ends with the first process of its pid namespace */
	FATE_DEAD,   /* has ended, and holds until its parent waits for it */
	FATE_PARENT, /* of such a one, and would have stayed */
};

struct why_plan {
	const struct snap *s;
	ARRAY(int32_t) nss; /* namespaces that have to go, the asked one first */
	bool *has_ns;	    /* by row */
	uint8_t *fates;	    /* enum fate, by the row of the process's leader */
	bool *is_user;	    /* by the same: uses one of them, and not just has something open */
	ARRAY(const struct keeper *) umounts; /* before the processes end */
	ARRAY(const struct keeper *) supers;  /* mounted where processes stay */
	ARRAY(const struct keeper *) objects; /* of System V IPC, in namespaces that stay */
	ARRAY(pid_t) others;		      /* holders that are in no list of tasks */
	bool has_inner;			      /* something inside may be mounted elsewhere, too */
};

void why_plan_make(struct why_plan *p, const struct snap *s, int32_t ns);
void why_plan_free(struct why_plan *p);

/* How a command gets at a namespace: a path of its file; false when there is none. */
bool why_ns_path(const struct snap *s, int32_t ns, char *path, size_t size);

#endif
