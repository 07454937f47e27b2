/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenes.h"

#include "lab.h"
#include "nearest.h"
#include "trial.h"

#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The order is that of a course: from the simple to the whole container. */
const struct scenario *const scenarios[] = {
	/* who shares what */
	&scene_uts_child,
	&scene_uts_hostname,
	&scene_same_inode,
	&scene_fork_shares,
	&scene_thread_net,
	/* pid namespaces */
	&scene_pid_old_proc,
	&scene_pidns_container,
	&scene_pid_no_fork,
	&scene_pid_init_dies,
	&scene_pid_orphans,
	&scene_pid_nested,
	/* user namespaces, and who may enter */
	&scene_userns_maps,
	&scene_userns_first,
	&scene_userns_caps,
	&scene_setns_order,
	/* what is refused */
	&scene_setns_refused,
	&scene_clone_refused,
	&scene_limits,
	&scene_pid_depth,
	/* what keeps a namespace */
	&scene_net_named,
	&scene_net_orphan,
	&scene_persist,
	/* mounts and roots */
	&scene_chroot,
	&scene_propagation,
	&scene_persist_mnt,
	&scene_net_busy,
	/* interfaces */
	&scene_net_veth,
	&scene_net_dies,
	/* ipc, time and cgroup */
	&scene_ipc,
	&scene_time,
	&scene_cgroup,
	/* all of it */
	&scene_container,
};
const unsigned n_scenarios = ARRAY_SIZE(scenarios);

const struct scenario *scenario_find(const char *name, struct err *e)
{
	struct nearest near = {.word = name};

	for (unsigned i = 0; i < n_scenarios; i++) {
		if (!strcmp(scenarios[i]->name, name))
			return scenarios[i];
		nearest_try(&near, scenarios[i]->name);
	}
	if (near.best)
		err_set(e, 0, "there is no scenario %s; did you mean %s?", name, near.best);
	else
		err_set(e, 0, "there is no scenario %s; nscope run --list tells all", name);
	return NULL;
}

unsigned scenario_n_acts(const struct scenario *s)
{
	unsigned n = 0;

	while (s->acts[n].text)
		n++;
	return n;
}

/* ---- what the host must have ---- */

static bool has_file(const char *path)
{
	return !access(path, F_OK);
}

static bool has_time(struct err *e)
{
	if (has_file("/proc/self/ns/time"))
		return true;
	err_set(e, 0, "this kernel has no time namespaces");
	return false;
}

#define INIT_PID_INUM 0xEFFFFFFCu /* PROC_PID_INIT_INO */

static bool is_top_pid(struct err *e)
{
	struct stat s;

	if (!stat("/proc/self/ns/pid", &s) && s.st_ino == INIT_PID_INUM)
		return true;
	err_set(e, 0, "needs the initial pid namespace, which this is not");
	return false;
}

static bool has_setgroups(struct err *e)
{
	char text[16] = "";
	FILE *f = fopen("/proc/self/setgroups", "re");
	bool is_denied = f && fgets(text, sizeof(text), f) && !strncmp(text, "deny", 4);

	if (f)
		fclose(f);
	if (is_denied)
		err_set(e, 0,
			"setgroups is denied in this user namespace already, and so in all below "
			"it");
	return !is_denied;
}

static const struct {
	unsigned need;
	bool (*is_met)(struct err *e);
} needs[] = {
	{NEEDS_USERNS, trial_userns},
	{NEEDS_CGROUP, lab_has_cgroups},
	{NEEDS_VETH, trial_veth},
	{NEEDS_TIME, has_time},
	{NEEDS_TOP_PID, is_top_pid},
	{NEEDS_PROC, trial_proc},
	{NEEDS_INNER_PROC, trial_inner_proc},
	{NEEDS_SETGROUPS, has_setgroups},
};

/* What its first test process takes, who may begin as another one than nscope is. */
static unsigned needs_of(const struct scenario *s)
{
	if (s->start == START_ADMIN && !trial_is_admin())
		return s->needs | NEEDS_USERNS;
	return s->needs;
}

/* What acts say that older kernels do not know; those that expect an error may say it. */
static const struct {
	const char *words;
	unsigned since; /* the release, as in struct rules */
	const char *what;
} younger[] = {
	{"CLONE_NEWCGROUP", 4006, "cgroup namespaces"},
	{"CLONE_NEWTIME", 5006, "time namespaces"},
	{"quota(", 4009, "quotas of namespaces"},
	{"setns(pidfd:", 5008, "setns() by pidfd"},
};

static bool has_acts(const struct scenario *s, const struct rules *rules, struct err *e)
{
	for (unsigned i = 0; i < ARRAY_SIZE(younger); i++)
		for (const struct stage_act *a = s->acts; a->text; a++)
			if (!a->err && rules->since < younger[i].since &&
			    strstr(a->text, younger[i].words)) {
				err_set(e, 0, "this kernel has no %s", younger[i].what);
				return false;
			}
	return true;
}

bool scenario_can_run(const struct scenario *s, bool is_model_only, const struct rules *rules,
		      struct err *e)
{
	unsigned set = is_model_only ? 0 : needs_of(s);
	struct utsname u;

	if (!is_model_only && !has_file("/proc/self/ns")) {
		err_set(e, 0, "there is no /proc here that shows nscope");
		return false;
	}
	if (!rules)
		rules = rules_for_release(!uname(&u) ? u.release : "");
	if (!has_acts(s, rules, e))
		return false;
	for (unsigned i = 0; i < ARRAY_SIZE(needs); i++)
		if (set & needs[i].need && !needs[i].is_met(e))
			return false;
	return true;
}
