/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is particular to each kind of namespace: its checks, its contents, its entry. */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

static int check_pid(struct model *m, struct k_task *me, struct k_ns *user_ns, struct k_ns *old)
{
	static const char func[] = "copy_pid_ns", file[] = "kernel/pid_namespace.c";
	char buf[64];

	if (task_active_pid_ns(me) != old) {
		trace_advise(m->trace, "fork first: the child is in the new pid namespace");
		return trace_refuse(m->trace, -EINVAL, file, func,
				    "pid_ns_for_children is not the pid namespace that the caller "
				    "is in: it made or entered one and has not forked since");
	}
	if (m->rules->has_pid_owner_check && !in_userns(old->user_ns, user_ns))
		return trace_refuse(m->trace, -EINVAL, file, "create_pid_namespace",
				    "the owner of the parent namespace is not %s or above it",
				    obj_label(m, user_ns, buf, sizeof(buf)));
	if (old->level + 1 <= MAX_PID_NS_LEVEL)
		return 0;
	trace_advise(m->trace, "pid namespaces nest %d deep", MAX_PID_NS_LEVEL);
	return trace_refuse(m->trace, -m->rules->err_pid_depth, file, "create_pid_namespace",
			    "it would be level %d, and %d is the deepest allowed", old->level + 1,
			    MAX_PID_NS_LEVEL);
}

static int check_cgroup(struct model *m, struct k_task *me, struct k_ns *user_ns, struct k_ns *old)
{
	char buf[64];

	(void)old;
	if (ns_capable(m, me, user_ns, CAP_SYS_ADMIN))
		return 0;
	return trace_refuse(m->trace, -EPERM, "kernel/cgroup/namespace.c", "copy_cgroup_ns",
			    "needs CAP_SYS_ADMIN in %s", obj_label(m, user_ns, buf, sizeof(buf)));
}

static void fill_mnt(struct model *m, struct k_task *me, struct k_ns *ns, const struct k_ns *old)
{
	(void)me;
	ns->mnt.n_others = old->mnt.n_others;
	copy_mounts(m, ns, (struct k_ns *)old);
}

static void fill_uts(struct model *m, struct k_task *me, struct k_ns *ns, const struct k_ns *old)
{
	(void)m, (void)me;
	ns->uts = old->uts;
}

void set_ipc_limits(struct k_ns *ns)
{
	ns->ipc.msg_ctlmni = 32000;
	ns->ipc.msg_ctlmax = 8192;
	ns->ipc.msg_ctlmnb = 16384;
	ns->ipc.shm_ctlmni = 4096;
}

static void fill_ipc(struct model *m, struct k_task *me, struct k_ns *ns, const struct k_ns *old)
{
	(void)m, (void)me, (void)old;
	set_ipc_limits(ns);
}

static void fill_pid(struct model *m, struct k_task *me, struct k_ns *ns, const struct k_ns *old)
{
	(void)m, (void)me, (void)old;
	ns->pid.is_adding = true;
}

static void fill_net(struct model *m, struct k_task *me, struct k_ns *ns, const struct k_ns *old)
{
	(void)m, (void)me, (void)old;
	ns->net.has_loopback = true;
}

static void fill_time(struct model *m, struct k_task *me, struct k_ns *ns, const struct k_ns *old)
{
	(void)m, (void)me;
	ns->time = old->time;
	ns->time.frozen_offsets = false;
}

static void fill_cgroup(struct model *m, struct k_task *me, struct k_ns *ns, const struct k_ns *old)
{
	(void)m, (void)me, (void)ns, (void)old;
}

/* ---- entering: the install hooks of setns() ---- */

/* The slots of the set's nsproxy change hands; the old one loses its reference. */
static void replace(struct model *m, struct nsset *set, enum ns_slot slot, struct k_ns *ns)
{
	struct k_ns *old = set->nsproxy->ns[slot];

	trace_step(m->trace, kind_ops[ns->kind].install_file, kind_ops[ns->kind].install_func,
		   "allowed: the new nsproxy's %s is set to it", ns_slots[slot].field);
	get_ns(m, ns);
	set->nsproxy->ns[slot] = ns;
	note_link(m, set->nsproxy, ns_slots[slot].field, old, ns);
	put_ns(m, old);
}

static int refuse(struct model *m, const struct k_ns *ns, int err, const char *why)
{
	return trace_refuse(m->trace, err, kind_ops[ns->kind].install_file,
			    kind_ops[ns->kind].install_func, "%s", why);
}

static struct k_ns *owner_of(struct k_ns *ns)
{
	return ns->kind == NS_USER ? ns : ns->user_ns;
}

static int check_caps(struct model *m, struct nsset *set, struct k_ns *ns, int own_cap)
{
	struct k_ns *own = set->cred->user_ns;
	char buf[64], why[160];

	if (!ns_capable(m, set->me, owner_of(ns), CAP_SYS_ADMIN)) {
		snprintf(why, sizeof(why), "needs CAP_SYS_ADMIN in its owner, %s",
			 obj_label(m, owner_of(ns), buf, sizeof(buf)));
		trace_advise(m->trace, "enter %s first, by setns(), or become root there", buf);
		return refuse(m, ns, -EPERM, why);
	}
	if (ns_capable(m, set->me, own, CAP_SYS_ADMIN) && ns_capable(m, set->me, own, own_cap))
		return 0;
	snprintf(why, sizeof(why), "needs %s in the user namespace of the caller, %s",
		 own_cap == CAP_SYS_CHROOT ? "CAP_SYS_ADMIN and CAP_SYS_CHROOT" : "CAP_SYS_ADMIN",
		 obj_label(m, own, buf, sizeof(buf)));
	return refuse(m, ns, -EPERM, why);
}

static int install_plain(struct model *m, struct nsset *set, struct k_ns *ns)
{
	int err = check_caps(m, set, ns, CAP_SYS_ADMIN);

	if (!err)
		replace(m, set, (enum ns_slot)ns->kind, ns);
	return err;
}

static int install_cgroup(struct model *m, struct nsset *set, struct k_ns *ns)
{
	int err = check_caps(m, set, ns, CAP_SYS_ADMIN);

	if (!err && set->nsproxy->ns[SLOT_CGROUP] != ns)
		replace(m, set, SLOT_CGROUP, ns);
	return err;
}

static bool is_fs_shared(struct model *m, const struct nsset *set)
{
	if (!(set->me->known & FACT_SHARING))
		trace_doubt(m->trace, FACT_SHARING,
			    "whether other tasks share its fs_struct (CLONE_FS) or its memory is "
			    "not known: EINVAL if they do");
	return set->me->fs && set->me->fs->users != 1;
}

static int install_mnt(struct model *m, struct nsset *set, struct k_ns *ns)
{
	int err = check_caps(m, set, ns, CAP_SYS_CHROOT);

	if (err)
		return err;
	/* A copy that prepare_nsset() made is changed in its place. */
	if (is_fs_shared(m, set) && !set->has_own_fs) {
		trace_advise(m->trace, "unshare(CLONE_FS) first");
		return refuse(m, ns, -EINVAL,
			      "another task shares the caller's root and working directory "
			      "(CLONE_FS; threads do)");
	}
	replace(m, set, SLOT_MNT, ns);
	return 0;
}

static bool is_descendant(const struct k_ns *ns, const struct k_ns *of)
{
	while (ns && ns->level > of->level)
		ns = ns->parent;
	return ns == of;
}

static int install_pid(struct model *m, struct nsset *set, struct k_ns *ns)
{
	int err = check_caps(m, set, ns, CAP_SYS_ADMIN);

	if (err)
		return err;
	if (!is_descendant(ns, task_active_pid_ns(set->me))) {
		trace_advise(m->trace, "only the caller's own pid namespace and those below it can "
				       "be entered");
		return refuse(m, ns, -EINVAL,
			      "it is not the caller's pid namespace and not below that");
	}
	replace(m, set, SLOT_PID_FOR_CHILDREN, ns);
	return 0;
}

/* signal->live: a leader that has exited counts no more, though it stays in the group. */
static int n_alive(const struct k_signal *signal)
{
	int n = 0;

	link_for_each (l, &signal->threads)
		n += !link_entry(l, struct k_task, thread)->is_zombie;
	return n;
}

/* current_is_single_threaded() */
static bool is_single_threaded(struct model *m, const struct nsset *set)
{
	if (!(set->me->known & FACT_SHARING))
		is_fs_shared(m, set); /* the same doubt */
	return n_alive(set->me->signal) == 1 && (!set->me->mm || set->me->mm->users <= 1);
}

static int install_time(struct model *m, struct nsset *set, struct k_ns *ns)
{
	int err;

	if (!is_single_threaded(m, set)) {
		trace_advise(m->trace, "call it before threads are made, or fork");
		return refuse(m, ns, -EUSERS, "the caller shares its memory with other tasks");
	}
	err = check_caps(m, set, ns, CAP_SYS_ADMIN);
	if (err)
		return err;
	ns->time.frozen_offsets = true;
	replace(m, set, SLOT_TIME, ns);
	replace(m, set, SLOT_TIME_FOR_CHILDREN, ns);
	return 0;
}

static int check_install_user(struct model *m, struct nsset *set, struct k_ns *ns)
{
	if (ns == set->me->cred->user_ns) {
		trace_advise(m->trace, "it is there already: leave this call out");
		return refuse(m, ns, -EINVAL,
			      "it is the caller's own: entering it again would give back dropped "
			      "capabilities");
	}
	if (!thread_group_empty(set->me)) {
		trace_advise(m->trace, "call it before threads are made, or fork");
		return refuse(m, ns, -EINVAL,
			      "the caller has other threads, and a thread group must share one "
			      "user namespace");
	}
	/* The caller's own fs_struct, even when nsset has a copy for the mount namespace. */
	if (is_fs_shared(m, set)) {
		trace_advise(m->trace, "unshare(CLONE_FS) first");
		return refuse(m, ns, -EINVAL,
			      "another task shares the caller's root and working directory "
			      "(CLONE_FS)");
	}
	if (ns_capable(m, set->me, ns, CAP_SYS_ADMIN))
		return 0;
	trace_advise(m->trace, "only its creator, from the parent namespace, or who has the "
			       "capability there may enter");
	return refuse(m, ns, -EPERM, "needs CAP_SYS_ADMIN in it");
}

static int install_user(struct model *m, struct nsset *set, struct k_ns *ns)
{
	int err = check_install_user(m, set, ns);

	if (err)
		return err;
	if (!set->has_own_cred) { /* 4.4: it has no nsset, the hook commits by itself */
		set->cred = prepare_creds(m, set->me);
		if (!set->cred)
			return refuse(m, ns, -ENOMEM, "no memory for new credentials");
	}
	trace_step(m->trace, kind_ops[NS_USER].install_file, kind_ops[NS_USER].install_func,
		   "allowed: the new credentials belong to it, with every capability inside");
	get_ns(m, ns);
	note_link(m, set->cred, "user_ns", set->cred->user_ns, ns);
	put_ns(m, set->cred->user_ns);
	set->cred->user_ns = ns;
	set->cred->cap_effective = CAP_FULL;
	if (set_cred_ucounts(m, set->cred))
		return refuse(m, ns, -EINVAL, "no memory for the counters of this uid");
	if (!set->has_own_cred)
		commit_creds(m, set->me, set->cred);
	return 0;
}

int install_ns(struct model *m, struct nsset *set, struct k_ns *ns)
{
	if (!(set->me->known & FACT_SLOTS) && ns->is_unknown)
		trace_doubt(m->trace, FACT_SLOTS, "a namespace of the task is not known");
	return kind_ops[ns->kind].install(m, set, ns);
}

const struct kind_ops kind_ops[] = {
	[NS_MNT] = {.copy_file = "fs/namespace.c",
		    .copy_func = "copy_mnt_ns",
		    .install_file = "fs/namespace.c",
		    .install_func = "mntns_install",
		    .free_func = "put_mnt_ns",
		    .fill = fill_mnt,
		    .contents = "a copy of the whole mount tree; root and cwd move to the copies",
		    .install = install_mnt},
	[NS_NET] = {.copy_file = "net/core/net_namespace.c",
		    .copy_func = "copy_net_ns",
		    .install_file = "net/core/net_namespace.c",
		    .install_func = "netns_install",
		    .free_func = "cleanup_net",
		    .fill = fill_net,
		    .contents = "a loopback device that is down, no addresses, no sockets",
		    .install = install_plain},
	[NS_PID] = {.copy_file = "kernel/pid_namespace.c",
		    .copy_func = "copy_pid_ns",
		    .install_file = "kernel/pid_namespace.c",
		    .install_func = "pidns_install",
		    .free_func = "destroy_pid_namespace",
		    .check = check_pid,
		    .fill = fill_pid,
		    .contents = "empty, one level deeper; its first process will be 1",
		    .install = install_pid},
	[NS_USER] = {.copy_file = "kernel/user_namespace.c",
		     .copy_func = "create_user_ns",
		     .install_file = "kernel/user_namespace.c",
		     .install_func = "userns_install",
		     .free_func = "free_user_ns",
		     .install = install_user},
	[NS_IPC] = {.copy_file = "ipc/namespace.c",
		    .copy_func = "copy_ipcs",
		    .install_file = "ipc/namespace.c",
		    .install_func = "ipcns_install",
		    .free_func = "free_ipc_ns",
		    .fill = fill_ipc,
		    .contents = "no System V objects, default limits, a message queue "
				"filesystem of its own",
		    .install = install_plain},
	[NS_UTS] = {.copy_file = "kernel/utsname.c",
		    .copy_func = "copy_utsname",
		    .install_file = "kernel/utsname.c",
		    .install_func = "utsns_install",
		    .free_func = "free_uts_ns",
		    .fill = fill_uts,
		    .contents = "a copy of the names, which change apart from now on",
		    .install = install_plain},
	[NS_CGROUP] = {.copy_file = "kernel/cgroup/namespace.c",
		       .copy_func = "copy_cgroup_ns",
		       .install_file = "kernel/cgroup/namespace.c",
		       .install_func = "cgroupns_install",
		       .free_func = "free_cgroup_ns",
		       .check = check_cgroup,
		       .fill = fill_cgroup,
		       .contents = "its root is the cgroup that the creator is in now",
		       .install = install_cgroup},
	[NS_TIME] = {.copy_file = "kernel/time/namespace.c",
		     .copy_func = "copy_time_ns",
		     .install_file = "kernel/time/namespace.c",
		     .install_func = "timens_install",
		     .free_func = "free_time_ns",
		     .fill = fill_time,
		     .contents = "the clock offsets of the old one, open to change until the "
				 "first task enters",
		     .install = install_time},
};
_Static_assert(ARRAY_SIZE(kind_ops) == NS_N_KINDS, "a row for each kind");
