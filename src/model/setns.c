/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entering namespaces that exist, after setns() in kernel/nsproxy.c. */
#include "kernel.h"

static const char file[] = "kernel/nsproxy.c";

/* The order in which a pidfd's namespaces are entered (validate_nsset). */
static const enum ns_slot pidfd_order[] = {
	SLOT_USER, SLOT_MNT, SLOT_UTS, SLOT_IPC, SLOT_PID, SLOT_CGROUP, SLOT_NET, SLOT_TIME,
};

static uint64_t all_flags(const struct model *m)
{
	uint64_t flags = 0;

	for (int k = 0; k < NS_N_KINDS; k++)
		if (rules_has(m->rules, k))
			flags |= ns_kinds[k].clone_flag;
	return flags;
}

static int prepare_nsset(struct model *m, struct nsset *set)
{
	struct k_task *me = set->me;
	int err;

	trace_step(m->trace, file, "prepare_nsset",
		   "a new nsproxy with the same namespaces, even if nothing will differ: it is "
		   "changed first and put in place after");
	err = create_new_namespaces(m, 0, me, me, me->cred->user_ns, &set->nsproxy);
	if (err)
		return err;
	set->cred = me->cred;
	if (!m->rules->has_nsset)
		return 0;
	set->has_own_fs = set->flags & CLONE_NEWNS && set->flags != CLONE_NEWNS;
	if (!(set->flags & CLONE_NEWUSER))
		return 0;
	set->cred = prepare_creds(m, me);
	if (set->cred) {
		set->has_own_cred = true;
		return 0;
	}
	return trace_refuse(m->trace, -ENOMEM, file, "prepare_nsset",
			    "no memory for new credentials");
}

static void put_nsset(struct model *m, struct nsset *set)
{
	if (set->has_own_cred)
		put_cred(m, set->cred);
	if (set->nsproxy)
		put_nsproxy(m, set->nsproxy);
}

static void commit_nsset(struct model *m, struct nsset *set)
{
	trace_step(m->trace, file, "commit_nsset", "every check passed: all of it takes effect");
	if (set->has_own_cred)
		commit_creds(m, set->me, set->cred);
	if (set->flags & CLONE_NEWNS && set->me->fs)
		fs_enter(m, set->me->fs, set->nsproxy->ns[SLOT_MNT]);
	switch_task_namespaces(m, set->me, set->nsproxy);
}

static struct k_ns *ns_of_slot(const struct k_task *t, enum ns_slot slot)
{
	if (slot == SLOT_USER)
		return t->cred->user_ns;
	return slot == SLOT_PID ? task_active_pid_ns(t) : t->nsproxy->ns[slot];
}

static int install_all(struct model *m, struct nsset *set, const struct k_task *target)
{
	for (unsigned i = 0; i < ARRAY_SIZE(pidfd_order); i++) {
		enum ns_slot slot = pidfd_order[i];
		struct k_ns *ns = ns_of_slot(target, slot);
		int err;

		if (!ns || !(set->flags & ns_kinds[ns_slots[slot].kind].clone_flag))
			continue;
		err = install_ns(m, set, ns);
		if (err)
			return err;
	}
	return 0;
}

static int finish(struct model *m, struct nsset *set, int err)
{
	if (!err) {
		commit_nsset(m, set);
		return 0;
	}
	if (set->nsproxy)
		trace_undo(m->trace, file, "put_nsset",
			   "the new nsproxy and credentials are dropped: nothing has changed");
	put_nsset(m, set);
	return err;
}

/* __ptrace_may_access() with the real ids, and what commoncap adds: no capability more than mine.
 */
bool may_ptrace(struct model *m, struct k_task *me, const struct k_task *target)
{
	const struct k_cred *mine = me->cred, *its = target->cred;
	bool has_ids = mine->uid == its->euid && mine->uid == its->uid && mine->gid == its->egid &&
		       mine->gid == its->gid;
	bool has_caps =
		mine->user_ns == its->user_ns && !(its->cap_effective & ~mine->cap_effective);

	if (me->signal == target->signal || (has_ids && has_caps))
		return true;
	return ns_capable(m, me, its->user_ns, CAP_SYS_PTRACE);
}

static int check_pidfd(struct model *m, struct k_task *me, const struct call *c,
		       const struct k_task *target)
{
	if (!m->rules->has_setns_pidfd)
		return trace_refuse(m->trace, -EINVAL, file, "sys_setns",
				    "on this kernel setns() takes no pidfd, only a file of "
				    "/proc/PID/ns");
	if (!c->flags || c->flags & ~all_flags(m))
		return trace_refuse(m->trace, -EINVAL, file, "check_setns_flags",
				    "with a pidfd the flags must name one or more namespaces, and "
				    "nothing else");
	if (!target)
		return trace_refuse(m->trace, -ESRCH, file, "validate_nsset",
				    "the process of the pidfd has been waited for");
	if (!may_ptrace(m, me, target)) { /* asked of a zombie, too */
		trace_advise(m->trace, "the caller needs the same ids, or CAP_SYS_PTRACE over "
				       "the target");
		return trace_refuse(m->trace, -EPERM, file, "validate_nsset",
				    "the caller may not look into that process (ptrace access)");
	}
	if (!target->is_zombie && target->nsproxy)
		return 0;
	return trace_refuse(m->trace, -ESRCH, file, "validate_nsset",
			    "the process of the pidfd has exited");
}

static int setns_pidfd(struct model *m, struct k_task *me, const struct call *c,
		       const struct k_task *target)
{
	struct nsset set = {.me = me, .flags = c->flags};
	int err = check_pidfd(m, me, c, target);

	if (err)
		return err;
	err = prepare_nsset(m, &set);
	if (!err)
		err = install_all(m, &set, target);
	return finish(m, &set, err);
}

static bool is_socket(const struct k_file *f)
{
	return f && f->kind == FILE_SOCKET;
}

static struct k_ns *find_ns(const struct model *m, const struct call_fd *fd)
{
	obj_for_each (m, OBJ_NS, struct k_ns, ns)
		if (ns->inum == fd->inum && (fd->ns_kind < 0 || fd->ns_kind == (int)ns->kind) &&
		    !ns->is_unknown)
			return ns;
	return NULL;
}

int sys_setns(struct model *m, struct k_task *me, const struct call *c)
{
	const struct k_file *f = c->fd.kind == CALL_FD_NUMBER ? find_file(me, c->fd.fd) : NULL;
	struct nsset set = {.me = me};
	struct k_ns *ns;
	int err;

	if (c->fd.kind == CALL_FD_PIDFD)
		return setns_pidfd(m, me, c, find_task(m, c->fd.pid));
	if (f && f->kind == FILE_PIDFD)
		return setns_pidfd(m, me, c, f->pid->task);
	if (c->fd.kind == CALL_FD_OTHER || is_socket(f)) {
		trace_advise(m->trace, "open a file of /proc/PID/ns, or a pidfd");
		return trace_refuse(m->trace, -EINVAL, file, "sys_setns",
				    "that descriptor is neither of a namespace nor of a process");
	}
	ns = c->fd.kind == CALL_FD_NS ? find_ns(m, &c->fd) : f ? f->ns : NULL;
	if (!ns) {
		trace_advise(m->trace,
			     "name what it refers to: setns(net:[4026531840]) or setns(pidfd:PID)");
		return trace_refuse(m->trace, -EBADF, file, "sys_setns",
				    "that descriptor is not open in the caller");
	}
	set.flags = ns_kinds[ns->kind].clone_flag;
	if (c->flags && c->flags != set.flags) {
		trace_advise(m->trace, "give %s, or 0 for any kind", ns_kinds[ns->kind].clone_name);
		return trace_refuse(m->trace, -EINVAL, file, "sys_setns",
				    "the descriptor is of a %s namespace, and the flag asks for "
				    "another kind",
				    ns_kinds[ns->kind].name);
	}
	err = prepare_nsset(m, &set);
	if (!err)
		err = install_ns(m, &set, ns);
	return finish(m, &set, err);
}
