/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of tasks. */
#include "column_impl.h"

#include <string.h>

static bool has_fact(const struct task *t, enum task_fact fact, struct value *v)
{
	if (t->facts & fact)
		return true;
	set_missing(v, IX_OFF);
	return false;
}

void task_tid(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->tasks[row].tid);
}

void task_pid(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->tasks[row].tgid);
}

void task_ppid(const struct snap *s, int32_t row, struct value *v)
{
	if (has_fact(&s->tasks[row], TASK_STAT, v))
		set_int(v, s->tasks[row].ppid);
}

void task_comm(const struct snap *s, int32_t row, struct value *v)
{
	if (has_fact(&s->tasks[row], TASK_STAT, v))
		set_raw(v, s->tasks[row].comm);
}

void task_command(const struct snap *s, int32_t row, struct value *v)
{
	const struct task *t = &s->tasks[row];

	if (t->facts & TASK_CMDLINE && *t->cmdline.s)
		set_raw(v, t->cmdline);
	else
		task_comm(s, row, v);
}

void task_uid(const struct snap *s, int32_t row, struct value *v)
{
	if (has_fact(&s->tasks[row], TASK_UID, v))
		set_int(v, s->tasks[row].uid);
}

void task_user(const struct snap *s, int32_t row, struct value *v)
{
	struct raw name;

	if (!has_fact(&s->tasks[row], TASK_UID, v))
		return;
	name = snap_user_name(s, s->tasks[row].uid);
	if (*name.s)
		set_raw(v, name);
	else
		set_int(v, s->tasks[row].uid);
}

void task_state(const struct snap *s, int32_t row, struct value *v)
{
	if (has_fact(&s->tasks[row], TASK_STAT, v))
		set_text(v, "%c", s->tasks[row].state);
}

void task_start(const struct snap *s, int32_t row, struct value *v)
{
	if (has_fact(&s->tasks[row], TASK_STAT, v))
		set_int(v, s->tasks[row].start);
}

void task_kthread(const struct snap *s, int32_t row, struct value *v)
{
	if (has_fact(&s->tasks[row], TASK_STAT, v))
		set_bool(v, s->tasks[row].is_kthread);
}

void task_threads(const struct snap *s, int32_t row, struct value *v)
{
	if (task_is_leader(&s->tasks[row]))
		set_int(v, s->tasks[row].n_threads);
	else
		set_missing(v, IX_NONE);
}

void task_strip(const struct snap *s, int32_t row, struct value *v)
{
	v->type = VALUE_TEXT;
	snap_strip(s, row, s->tasks[row].parent, v->buf);
}

/* The sign tells what kind of sameness it is: # one object, ~ equal contents. */
void task_nsproxy(const struct snap *s, int32_t row, struct value *v)
{
	const struct nsproxy *p;

	if (s->tasks[row].nsproxy < 0) {
		set_missing(v, s->tasks[row].nsproxy);
		return;
	}
	proxy_id(s, s->tasks[row].nsproxy, v);
	p = &s->nsproxies[s->tasks[row].nsproxy];
	snprintf(v->buf, sizeof(v->buf), " x%lld",
		 p->count >= 0 ? (long long)p->count : (long long)p->n_tasks);
}

static bool is_hex(const char *s)
{
	return !s[strspn(s, "0123456789abcdef")];
}

void task_container(const struct snap *s, int32_t row, struct value *v)
{
	const struct task *t = &s->tasks[row];
	const struct container *c;

	if (t->container < 0) {
		set_missing(v, t->container);
		return;
	}
	c = &s->containers[t->container];
	if (*c->name.s)
		set_raw(v, c->name);
	else if (*c->id.s && is_hex(c->id.s)) /* twelve digits, as every runtime prints it */
		set_text(v, "%.12s", c->id.s);
	else
		set_raw(v, c->id);
}

void task_runtime(const struct snap *s, int32_t row, struct value *v)
{
	const struct task *t = &s->tasks[row];

	if (t->container < 0)
		set_missing(v, t->container);
	else
		set_raw(v, s->containers[t->container].runtime);
}

void task_cgroup(const struct snap *s, int32_t row, struct value *v)
{
	if (has_fact(&s->tasks[row], TASK_CGROUP, v))
		set_raw(v, s->tasks[row].cgroup);
}

/* All that systemd allows in the name of a unit (systemd.unit(5)). */
static const char unit_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789:-_.\\@";

static bool has_suffix(const char *p, size_t n, const char *suffix)
{
	size_t len = strlen(suffix);

	return n > len && !memcmp(p + n - len, suffix, len);
}

/* The last component of the cgroup path that ends in one of the suffixes. */
static void set_unit(struct value *v, const char *path, const char *const suffixes[], size_t n)
{
	const char *found = NULL;
	size_t found_len = 0;

	while (*path) {
		size_t len = strcspn(path, "/");

		for (size_t i = 0; i < n; i++)
			if (has_suffix(path, len, suffixes[i]) && strspn(path, unit_chars) >= len) {
				found = path;
				found_len = len;
			}
		path += len + (path[len] == '/');
	}
	if (found)
		set_text(v, "%.*s", (int)found_len, found);
	else
		set_missing(v, IX_NONE);
}

void task_unit(const struct snap *s, int32_t row, struct value *v)
{
	static const char *const suffixes[] = {".service", ".scope"};

	if (has_fact(&s->tasks[row], TASK_CGROUP, v))
		set_unit(v, s->tasks[row].cgroup.s, suffixes, ARRAY_SIZE(suffixes));
}

void task_slice(const struct snap *s, int32_t row, struct value *v)
{
	static const char *const suffixes[] = {".slice"};

	if (has_fact(&s->tasks[row], TASK_CGROUP, v))
		set_unit(v, s->tasks[row].cgroup.s, suffixes, ARRAY_SIZE(suffixes));
}

void task_pids(const struct snap *s, int32_t row, struct value *v)
{
	const struct task *t = &s->tasks[row];
	size_t n = 0;

	if (!has_fact(t, TASK_PIDS, v))
		return;
	set_missing(v, IX_NONE);
	if (t->n_pids)
		set_text(v, "%s", "");
	for (unsigned i = 0; i < t->n_pids && n < sizeof(v->buf); i++)
		n += snprintf(v->buf + n, sizeof(v->buf) - n, i ? " %d" : "%d", t->pids[i]);
}

void task_inner(const struct snap *s, int32_t row, struct value *v)
{
	const struct task *t = &s->tasks[row];

	if (!has_fact(t, TASK_PIDS, v))
		return;
	if (t->n_pids)
		set_int(v, t->pids[t->n_pids - 1]);
	else
		set_missing(v, IX_NONE);
}

#define SLOT_GETTER(name, slot)                                                                    \
	void task_##name(const struct snap *s, int32_t row, struct value *v)                       \
	{                                                                                          \
		set_link(s, s->tasks[row].ns[slot], v);                                            \
	}

SLOT_GETTER(mnt, SLOT_MNT)
SLOT_GETTER(net, SLOT_NET)
SLOT_GETTER(pid_ns, SLOT_PID)
SLOT_GETTER(user_ns, SLOT_USER)
SLOT_GETTER(ipc, SLOT_IPC)
SLOT_GETTER(uts, SLOT_UTS)
SLOT_GETTER(cgroup_ns, SLOT_CGROUP)
SLOT_GETTER(time, SLOT_TIME)
SLOT_GETTER(pid_for_children, SLOT_PID_FOR_CHILDREN)
SLOT_GETTER(time_for_children, SLOT_TIME_FOR_CHILDREN)
