/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the column table share and nobody else sees: the getters,
 * by the kind of row, and how they set a value.
 */
#ifndef NSCOPE_COLUMN_IMPL_H
#define NSCOPE_COLUMN_IMPL_H

#include "column.h"

#include <stdio.h>

static inline void set_missing(struct value *v, int32_t why)
{
	v->type = VALUE_MISSING;
	v->n = why;
}

static inline void set_int(struct value *v, int64_t n)
{
	v->type = VALUE_INT;
	v->n = n;
	v->word = NULL;
	v->buf[0] = '\0';
}

static inline void set_word(struct value *v, const char *word)
{
	v->type = VALUE_WORD;
	v->word = word;
}

static inline void set_bool(struct value *v, bool b)
{
	v->type = VALUE_BOOL;
	v->n = b;
}

/* "" is none. */
static inline void set_raw(struct value *v, struct raw raw)
{
	if (!*raw.s) {
		set_missing(v, IX_NONE);
		return;
	}
	v->type = VALUE_RAW;
	v->raw = raw;
	v->word = NULL;
	v->buf[0] = '\0';
}

#define set_text(v, ...)                                                                           \
	do {                                                                                       \
		(v)->type = VALUE_TEXT;                                                            \
		snprintf((v)->buf, sizeof((v)->buf), __VA_ARGS__);                                 \
	} while (0)

/* The inode number of a namespace row, or why there is none. */
static inline void set_link(const struct snap *s, int32_t ix, struct value *v)
{
	if (ix < 0)
		set_missing(v, ix);
	else
		set_int(v, s->nss[ix].inum);
}

typedef void column_get(const struct snap *s, int32_t row, struct value *v);

column_get task_tid, task_pid, task_ppid, task_comm, task_command, task_uid, task_user, task_state,
	task_start, task_kthread, task_threads, task_strip, task_nsproxy, task_container,
	task_runtime, task_cgroup, task_unit, task_slice, task_pids, task_inner, task_mnt, task_net,
	task_pid_ns, task_user_ns, task_ipc, task_uts, task_cgroup_ns, task_time,
	task_pid_for_children, task_time_for_children;

column_get ns_inum, ns_type, ns_nprocs, ns_nthreads, ns_pid, ns_ppid, ns_command, ns_uid, ns_user,
	ns_path, ns_nsfs, ns_pns, ns_ons, ns_id, ns_level, ns_owner_uid, ns_netnsid, ns_refs,
	ns_keepers, ns_owns, ns_children, ns_nsproxies, ns_container, ns_initial, ns_where;

column_get proxy_id, proxy_source, proxy_count, proxy_tasks, proxy_pid, proxy_comm, proxy_command,
	proxy_container, proxy_mnt, proxy_net, proxy_ipc, proxy_uts, proxy_cgroup, proxy_time,
	proxy_pid_for_children, proxy_time_for_children;

#endif
