/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>

#define NEW_4_4                                                                                    \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define UNSHARE_4_4                                                                                \
	(CLONE_THREAD | CLONE_FS | CLONE_SIGHAND | CLONE_VM | CLONE_FILES | CLONE_SYSVSEM | NEW_4_4)

static const enum ns_kind create_4_4[] = {NS_MNT, NS_UTS, NS_IPC, NS_PID, NS_NET};
static const enum ns_kind create_now[] = {NS_MNT,    NS_UTS, NS_IPC, NS_PID,
					  NS_CGROUP, NS_NET, NS_TIME};

static const struct flag_check newns_fs = {
	.all = CLONE_NEWNS | CLONE_FS,
	.why = "CLONE_NEWNS with CLONE_FS: the root and working directory cannot be shared with a "
	       "process in another mount namespace",
	.advice = "drop CLONE_FS"};
static const struct flag_check newuser_fs = {
	.all = CLONE_NEWUSER | CLONE_FS,
	.why = "CLONE_NEWUSER with CLONE_FS: the new namespace could change a root directory that "
	       "others share",
	.advice = "drop CLONE_FS"};
static const struct flag_check thread_sighand = {
	.all = CLONE_THREAD,
	.none = CLONE_SIGHAND,
	.why = "CLONE_THREAD without CLONE_SIGHAND: threads share signal handlers",
	.advice = "add CLONE_SIGHAND and CLONE_VM"};
static const struct flag_check sighand_vm = {
	.all = CLONE_SIGHAND,
	.none = CLONE_VM,
	.why = "CLONE_SIGHAND without CLONE_VM: shared handlers are addresses in shared memory",
	.advice = "add CLONE_VM"};
static const struct flag_check parent_of_init = {
	.all = CLONE_PARENT,
	.when = WHEN_INIT_OF_NS,
	.why = "CLONE_PARENT by the init of a pid namespace: it would have a sibling outside",
	.advice = "drop CLONE_PARENT"};
static const struct flag_check thread_new = {
	.all = CLONE_THREAD,
	.any = CLONE_NEWUSER | CLONE_NEWPID,
	.why = "CLONE_THREAD with CLONE_NEWUSER or CLONE_NEWPID: the threads of a process share "
	       "both namespaces",
	.advice = "make a process, without CLONE_THREAD"};
static const struct flag_check thread_pidc = {
	.all = CLONE_THREAD,
	.when = WHEN_PIDC_DIFFERS,
	.why = "CLONE_THREAD while pid_for_children is not the caller's own pid namespace: the "
	       "thread would be in another one than its process",
	.advice = "fork a process first"};
static const struct flag_check vm_timec = {
	.any = CLONE_THREAD | CLONE_VM,
	.when = WHEN_TIMEC_DIFFERS,
	.why = "CLONE_THREAD or CLONE_VM while time_for_children is not the caller's own time "
	       "namespace: one address space has the clocks of one",
	.advice = "fork a process first, or make the thread before the namespace"};
static const struct flag_check pidfd_detached = {
	.all = CLONE_PIDFD | CLONE_DETACHED,
	.why = "CLONE_PIDFD with CLONE_DETACHED: kept free for later use",
	.advice = "drop CLONE_DETACHED"};
static const struct flag_check pidfd_thread = {
	.all = CLONE_PIDFD | CLONE_THREAD,
	.why = "CLONE_PIDFD with CLONE_THREAD: before 6.9 a pidfd is of a process",
	.advice = "drop CLONE_PIDFD"};

static const struct flag_check *const checks_4_4[] = {
	&newns_fs,	 &newuser_fs, &thread_sighand, &sighand_vm,
	&parent_of_init, &thread_new, &thread_pidc,
};
static const struct flag_check *const checks_6_1[] = {
	&newns_fs,   &newuser_fs,  &thread_sighand, &sighand_vm,     &parent_of_init,
	&thread_new, &thread_pidc, &vm_timec,	    &pidfd_detached, &pidfd_thread,
};
static const struct flag_check *const checks_now[] = {
	&newns_fs,	 &newuser_fs, &thread_sighand, &sighand_vm,
	&parent_of_init, &thread_new, &thread_pidc,    &pidfd_detached,
};

/* In 4.4 the limit of processes came before the credentials, and signals at the end. */
static const enum copy_stage copy_4_4[] = {
	COPY_FLAGS,	   COPY_SECURITY_EARLY,
	COPY_TASK_STRUCT,  COPY_NPROC,
	COPY_CREDS,	   COPY_MAX_THREADS,
	COPY_SCHED,	   COPY_SEMUNDO,
	COPY_FILES,	   COPY_FS,
	COPY_SIGHAND,	   COPY_SIGNAL,
	COPY_MM,	   COPY_NAMESPACES,
	COPY_IO,	   COPY_THREAD,
	COPY_PID,	   COPY_CGROUP,
	COPY_SIGNALS_LATE, COPY_PID_NS_ALIVE,
};
static const enum copy_stage copy_now[] = {
	COPY_FLAGS,	   COPY_SIGNALS_EARLY, COPY_TASK_STRUCT,
	COPY_CREDS,	   COPY_NPROC,	       COPY_MAX_THREADS,
	COPY_SCHED,	   COPY_SEMUNDO,       COPY_FILES,
	COPY_FS,	   COPY_SIGHAND,       COPY_SIGNAL,
	COPY_MM,	   COPY_NAMESPACES,    COPY_IO,
	COPY_THREAD,	   COPY_PID,	       COPY_CGROUP,
	COPY_PID_NS_ALIVE, COPY_SIGNALS_LATE,
};

const struct rules rules_table[] = {
	{
		.name = "current",
		.since = 6006,
		.doc = "6.18: eight kinds, clone3(), setns() by pidfd, quotas",
		.kinds = BIT(NS_N_KINDS) - 1,
		.create_order = create_now,
		.n_create_order = ARRAY_SIZE(create_now),
		.fork_checks = checks_now,
		.n_fork_checks = ARRAY_SIZE(checks_now),
		.copy_order = copy_now,
		.n_copy_order = ARRAY_SIZE(copy_now),
		.unshare_flags = UNSHARE_4_4 | CLONE_NEWCGROUP | CLONE_NEWTIME,
		.kernel_clone = "kernel_clone",
		.has_clone3 = true,
		.has_setns_pidfd = true,
		.has_nsset = true,
		.has_ucounts = true,
		.has_cred_ucounts = true,
		.has_sb_user_ns = true,
		.has_mm_user_ns = true,
		.has_proc_per_mount = true,
		.has_ipc_pids = true,
		.has_pid_owner_check = true,
		.has_exec_time_entry = true,
		.has_clone3_newtime = true,
		.has_setfcap_check = true,
		.err_pid_depth = ENOSPC,
		.err_user_depth = ENOSPC,
		/* init_user_ns starts at 3: init_cred and init_ucounts are two of those */
		.base = {[NS_MNT] = 1, [NS_UTS] = 1, [NS_CGROUP] = 1, [NS_TIME] = 1, [NS_USER] = 1},
	},
	{
		.name = "6.1",
		.since = 5014,
		.doc = "5.14 to 6.1: execve() enters no time namespace, which clone3() cannot make",
		.kinds = BIT(NS_N_KINDS) - 1,
		.create_order = create_now,
		.n_create_order = ARRAY_SIZE(create_now),
		.fork_checks = checks_6_1,
		.n_fork_checks = ARRAY_SIZE(checks_6_1),
		.copy_order = copy_now,
		.n_copy_order = ARRAY_SIZE(copy_now),
		.unshare_flags = UNSHARE_4_4 | CLONE_NEWCGROUP | CLONE_NEWTIME,
		.kernel_clone = "kernel_clone",
		.has_clone3 = true,
		.has_setns_pidfd = true,
		.has_nsset = true,
		.has_ucounts = true,
		.has_cred_ucounts = true,
		.has_sb_user_ns = true,
		.has_mm_user_ns = true,
		.has_proc_per_mount = true,
		.has_ipc_pids = true,
		.has_pid_owner_check = true,
		.has_setfcap_check = true,
		.err_pid_depth = ENOSPC,
		.err_user_depth = ENOSPC,
		/* init_user_ns starts at 3: init_cred and init_ucounts are two of those */
		.base = {[NS_MNT] = 1, [NS_UTS] = 1, [NS_CGROUP] = 1, [NS_TIME] = 1, [NS_USER] = 1},
	},
	{
		.name = "4.4",
		.doc = "4.4: an nsproxy of five pointers, no cgroup or time namespaces",
		.kinds = BIT(NS_MNT) | BIT(NS_UTS) | BIT(NS_IPC) | BIT(NS_PID) | BIT(NS_NET) |
			 BIT(NS_USER),
		.create_order = create_4_4,
		.n_create_order = ARRAY_SIZE(create_4_4),
		.fork_checks = checks_4_4,
		.n_fork_checks = ARRAY_SIZE(checks_4_4),
		.copy_order = copy_4_4,
		.n_copy_order = ARRAY_SIZE(copy_4_4),
		.unshare_flags = UNSHARE_4_4,
		.kernel_clone = "_do_fork",
		.err_pid_depth = EINVAL,
		.err_user_depth = EUSERS,
		.base = {[NS_MNT] = 1, [NS_UTS] = 1, [NS_USER] = 2},
	},
};
const unsigned n_rules = ARRAY_SIZE(rules_table);

/* The table goes from new to old. */
const struct rules *rules_for_release(const char *release)
{
	unsigned major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return &rules_table[0];
	for (unsigned i = 0; i < n_rules; i++)
		if (major * 1000 + minor >= rules_table[i].since)
			return &rules_table[i];
	return &rules_table[n_rules - 1];
}

void rules_print_names(struct strbuf *out)
{
	for (unsigned i = 0; i < n_rules; i++)
		strbuf_printf(out, "%s%s",
			      !i		? ""
			      : i + 1 < n_rules ? ", "
						: " and ",
			      rules_table[i].name);
}

const struct rules *rules_find(const char *name)
{
	for (unsigned i = 0; i < n_rules; i++)
		if (!strcmp(rules_table[i].name, name))
			return &rules_table[i];
	return NULL;
}
