/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of nsproxies. */
#include "column_impl.h"

void proxy_id(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->nsproxies[row].id);
	v->word = s->nsproxies[row].is_inferred ? "~" : "#";
}

void proxy_source(const struct snap *s, int32_t row, struct value *v)
{
	set_word(v, s->nsproxies[row].is_inferred ? "inferred" : "kernel");
}

void proxy_count(const struct snap *s, int32_t row, struct value *v)
{
	if (s->nsproxies[row].count >= 0)
		set_int(v, s->nsproxies[row].count);
	else
		set_missing(v, IX_OFF);
}

void proxy_tasks(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->nsproxies[row].n_tasks);
}

/* What a column of its first task says. */
static void of_first(const struct snap *s, int32_t row, struct value *v, column_get *get)
{
	if (s->nsproxies[row].first_task >= 0)
		get(s, s->nsproxies[row].first_task, v);
	else
		set_missing(v, IX_NONE);
}

void proxy_pid(const struct snap *s, int32_t row, struct value *v)
{
	of_first(s, row, v, task_tid);
}

void proxy_comm(const struct snap *s, int32_t row, struct value *v)
{
	of_first(s, row, v, task_comm);
}

void proxy_command(const struct snap *s, int32_t row, struct value *v)
{
	of_first(s, row, v, task_command);
}

void proxy_container(const struct snap *s, int32_t row, struct value *v)
{
	of_first(s, row, v, task_container);
}

#define SLOT_GETTER(name, slot)                                                                    \
	void proxy_##name(const struct snap *s, int32_t row, struct value *v)                      \
	{                                                                                          \
		set_link(s, s->nsproxies[row].ns[slot], v);                                        \
	}

SLOT_GETTER(mnt, SLOT_MNT)
SLOT_GETTER(net, SLOT_NET)
SLOT_GETTER(ipc, SLOT_IPC)
SLOT_GETTER(uts, SLOT_UTS)
SLOT_GETTER(cgroup, SLOT_CGROUP)
SLOT_GETTER(time, SLOT_TIME)
SLOT_GETTER(pid_for_children, SLOT_PID_FOR_CHILDREN)
SLOT_GETTER(time_for_children, SLOT_TIME_FOR_CHILDREN)
