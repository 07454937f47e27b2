/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small calls that change one thing, after kernel/sys.c and kernel/time/namespace.c. */
#include "kernel.h"

#include <string.h>

static const char file[] = "kernel/sys.c";

#define KTIME_SEC_MAX (INT64_MAX / 1000000000)

static int set_nodename(struct model *m, struct k_task *me, const char *name)
{
	static const char func[] = "sys_sethostname";
	struct k_ns *ns = me->nsproxy->ns[SLOT_UTS];
	char buf[64];

	if (!ns_capable(m, me, ns->user_ns, CAP_SYS_ADMIN)) {
		trace_advise(m->trace, "make a user namespace and a uts namespace in one call "
				       "first");
		return trace_refuse(m->trace, -EPERM, file, func,
				    "needs CAP_SYS_ADMIN in the owner of the uts namespace, %s",
				    obj_label(m, ns->user_ns, buf, sizeof(buf)));
	}
	if (strlen(name) >= sizeof(ns->uts.nodename))
		return trace_refuse(m->trace, -EINVAL, file, func,
				    "a host name has 64 characters at most");
	trace_step(m->trace, file, func, "the name of %s, for all tasks in it and for no other",
		   obj_label(m, ns, buf, sizeof(buf)));
	note_text(m, ns, "nodename", ns->uts.nodename, name);
	memset(ns->uts.nodename, 0, sizeof(ns->uts.nodename));
	memcpy(ns->uts.nodename, name, strlen(name));
	return 0;
}

int model_sethostname(struct model *m, pid_t tid, const char *name, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, set_nodename(m, me, name)) : -ESRCH;
}

/* ---- ids ---- */

static int64_t make_kid(struct model *m, const struct k_task *me, uint32_t id, bool is_gid)
{
	const struct user_part *user = &me->cred->user_ns->user;

	if (!(me->known & FACT_MAPS) && !me->cred->user_ns->is_initial && !user->uid_map.n)
		trace_doubt(m->trace, FACT_MAPS,
			    "the id maps are not known: EINVAL if the id is not mapped");
	return map_down(is_gid ? &user->gid_map : &user->uid_map, id, 1);
}

/* cap_emulate_setxuid(): who stops being root inside loses the capabilities. */
static void emulate_setxuid(struct model *m, const struct k_cred *old, struct k_cred *new)
{
	if (!is_root_inside(old) || is_root_inside(new))
		return;
	trace_step(m->trace, "security/commoncap.c", "cap_task_fix_setuid",
		   "the uid is no longer 0 in its user namespace: the capabilities are lost");
	new->cap_effective = 0;
}

static int refuse_ids(struct model *m, int err, const char *func, const char *why)
{
	return trace_refuse(m->trace, err, file, func, "%s", why);
}

static int check_ids(struct model *m, struct k_task *me, int64_t kid, bool is_gid)
{
	const char *func = is_gid ? "__sys_setresgid" : "__sys_setresuid";
	const struct k_cred *c = me->cred;
	bool is_own = is_gid ? kid == c->gid || kid == c->egid : kid == c->uid || kid == c->euid;

	if (kid < 0) {
		trace_advise(m->trace, "write the maps of the user namespace first");
		return refuse_ids(m, -EINVAL, func, "the id is not mapped in its user namespace");
	}
	if (is_own || ns_capable(m, me, c->user_ns, is_gid ? CAP_SETGID : CAP_SETUID))
		return 0;
	return refuse_ids(m, -EPERM, func,
			  is_gid ? "another id needs CAP_SETGID in the caller's user namespace"
				 : "another id needs CAP_SETUID in the caller's user namespace");
}

static int setresid(struct model *m, struct k_task *me, uint32_t id, bool is_gid)
{
	const char *func = is_gid ? "__sys_setresgid" : "__sys_setresuid";
	int64_t kid = make_kid(m, me, id, is_gid);
	const struct k_cred *old = me->cred;
	struct k_cred *new;
	int err = check_ids(m, me, kid, is_gid);

	if (err)
		return err;
	if (is_gid ? kid == old->gid && kid == old->egid : kid == old->uid && kid == old->euid) {
		trace_step(m->trace, file, func, "the ids are these already");
		return 0;
	}
	trace_step(m->trace, file, func,
		   "new credentials, for this thread alone: others of the process keep theirs");
	new = prepare_creds(m, me);
	if (!new)
		return trace_refuse(m->trace, -ENOMEM, "kernel/cred.c", "prepare_creds",
				    "no memory for it");
	note_count(m, new, is_gid ? "egid" : "euid", is_gid ? old->egid : old->euid, kid);
	if (is_gid) {
		new->gid = new->egid = kid;
	} else {
		new->uid = new->euid = kid;
		emulate_setxuid(m, old, new);
	}
	err = set_cred_ucounts(m, new);
	if (err)
		put_cred(m, new);
	else
		commit_creds(m, me, new);
	return err;
}

int model_setuid(struct model *m, pid_t tid, uid_t uid, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, setresid(m, me, uid, false)) : -ESRCH;
}

int model_setgid(struct model *m, pid_t tid, gid_t gid, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, setresid(m, me, gid, true)) : -ESRCH;
}

/* ---- prctl ---- */

int model_set_subreaper(struct model *m, pid_t tid, bool is_on, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	if (!me)
		return -ESRCH;
	trace_step(m->trace, file, "sys_prctl",
		   is_on ? "orphans below this process, in its pid namespace, become its children"
			 : "orphans below this process go past it");
	note_count(m, me->signal, "is_child_subreaper", me->signal->is_child_subreaper, is_on);
	me->signal->is_child_subreaper = is_on;
	return end_call(m, 0);
}

/* ---- /proc/self/timens_offsets ---- */

/* now: what the clock shows without any offset; -1: not known. */
static int check_range(struct model *m, int64_t seconds, int64_t now, const char *src,
		       const char *func)
{
	int64_t sum = (now < 0 ? 0 : now) + seconds;

	if (seconds > KTIME_SEC_MAX || seconds < -KTIME_SEC_MAX || sum > KTIME_SEC_MAX / 2)
		return trace_refuse(m->trace, -ERANGE, src, func,
				    "the clock would be further ahead than it can count");
	if (now < 0 && seconds < 0)
		trace_doubt(m->trace, FACT_UPTIME,
			    "how long the machine is up is not known: ERANGE if it is less than "
			    "what the clock is to be set back");
	if (now < 0 || sum >= 0)
		return 0;
	return trace_refuse(m->trace, -ERANGE, src, func,
			    "the clock shows %lld seconds, and would show less than 0",
			    (long long)now);
}

static int set_offset(struct model *m, struct k_task *me, clockid_t clock, int64_t seconds,
		      int64_t now)
{
	static const char src[] = "kernel/time/namespace.c", func[] = "proc_timens_set_offset";
	struct k_ns *ns = me->nsproxy->ns[SLOT_TIME_FOR_CHILDREN];
	bool is_boottime = clock == CLOCK_BOOTTIME;
	int64_t *offset;
	char buf[64];
	int err;

	if (!ns)
		return trace_refuse(m->trace, -ENOENT, "fs/proc/base.c", "proc_pident_lookup",
				    "this kernel has no time namespaces");
	obj_label(m, ns, buf, sizeof(buf));
	if (!ns_capable(m, me, ns->user_ns, CAP_SYS_TIME))
		return trace_refuse(m->trace, -EPERM, src, func,
				    "needs CAP_SYS_TIME in the owner of %s", buf);
	if (clock != CLOCK_MONOTONIC && !is_boottime)
		return trace_refuse(m->trace, -EINVAL, src, func,
				    "only the monotonic and the boottime clock have offsets");
	err = check_range(m, seconds, now, src, func);
	if (err)
		return err;
	if (ns->time.frozen_offsets) {
		trace_advise(m->trace, "write it after unshare(CLONE_NEWTIME), before the first "
				       "fork");
		return trace_refuse(m->trace, -EACCES, src, func,
				    "a task has entered %s: its offsets are fixed from then on",
				    buf);
	}
	trace_step(m->trace, src, func, "tasks that enter %s will see this; the caller does not",
		   buf);
	offset = is_boottime ? &ns->time.boottime : &ns->time.monotonic;
	note_count(m, ns, is_boottime ? "offsets.boottime" : "offsets.monotonic", *offset, seconds);
	*offset = seconds;
	return 0;
}

int model_write_offset(struct model *m, pid_t tid, clockid_t clock, int64_t seconds, int64_t now,
		       struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, set_offset(m, me, clock, seconds, now)) : -ESRCH;
}
