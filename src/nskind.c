/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nskind.h"

#include <linux/sched.h>
#include <string.h>

/* Inode numbers: include/linux/proc_ns.h and, since 6.18, uapi/linux/nsfs.h. */
const struct ns_kind_info ns_kinds[] = {
	[NS_MNT] =
		{
			.name = "mnt",
			.letter = 'm',
			.clone_flag = CLONE_NEWNS,
			.clone_name = "CLONE_NEWNS",
			.init_inum = 0xEFFFFFF8u,
			.isolates = "mount points",
		},
	[NS_NET] =
		{
			.name = "net",
			.letter = 'n',
			.clone_flag = CLONE_NEWNET,
			.clone_name = "CLONE_NEWNET",
			.init_inum = 0xEFFFFFF9u,
			.isolates = "interfaces, addresses, routes, ports, sockets",
		},
	[NS_PID] =
		{
			.name = "pid",
			.letter = 'p',
			.clone_flag = CLONE_NEWPID,
			.clone_name = "CLONE_NEWPID",
			.init_inum = 0xEFFFFFFCu,
			.init_inum_is_old = true,
			.is_hierarchical = true,
			.isolates = "process numbers",
		},
	[NS_USER] =
		{
			.name = "user",
			.letter = 'u',
			.clone_flag = CLONE_NEWUSER,
			.clone_name = "CLONE_NEWUSER",
			.init_inum = 0xEFFFFFFDu,
			.init_inum_is_old = true,
			.is_hierarchical = true,
			.isolates = "user and group numbers, capabilities",
		},
	[NS_IPC] =
		{
			.name = "ipc",
			.letter = 'i',
			.clone_flag = CLONE_NEWIPC,
			.clone_name = "CLONE_NEWIPC",
			.init_inum = 0xEFFFFFFFu,
			.init_inum_is_old = true,
			.isolates = "System V IPC, POSIX message queues",
		},
	[NS_UTS] =
		{
			.name = "uts",
			.letter = 'h',
			.clone_flag = CLONE_NEWUTS,
			.clone_name = "CLONE_NEWUTS",
			.init_inum = 0xEFFFFFFEu,
			.init_inum_is_old = true,
			.isolates = "host name and NIS domain name",
		},
	[NS_CGROUP] =
		{
			.name = "cgroup",
			.letter = 'c',
			.clone_flag = CLONE_NEWCGROUP,
			.clone_name = "CLONE_NEWCGROUP",
			.init_inum = 0xEFFFFFFBu,
			.init_inum_is_old = true,
			.isolates = "the root of the cgroup tree",
		},
	[NS_TIME] =
		{
			.name = "time",
			.letter = 't',
			.clone_flag = CLONE_NEWTIME,
			.clone_name = "CLONE_NEWTIME",
			.init_inum = 0xEFFFFFFAu,
			.init_inum_is_old = true,
			.isolates = "the monotonic and boot-time clocks",
		},
};
_Static_assert(ARRAY_SIZE(ns_kinds) == NS_N_KINDS, "a row for each kind");

const struct ns_slot_info ns_slots[] = {
	[SLOT_MNT] = {"mnt", NS_MNT, HOME_NSPROXY, "mnt_ns"},
	[SLOT_NET] = {"net", NS_NET, HOME_NSPROXY, "net_ns"},
	[SLOT_PID] = {"pid", NS_PID, HOME_STRUCT_PID, NULL},
	[SLOT_USER] = {"user", NS_USER, HOME_CRED, NULL},
	[SLOT_IPC] = {"ipc", NS_IPC, HOME_NSPROXY, "ipc_ns"},
	[SLOT_UTS] = {"uts", NS_UTS, HOME_NSPROXY, "uts_ns"},
	[SLOT_CGROUP] = {"cgroup", NS_CGROUP, HOME_NSPROXY, "cgroup_ns"},
	[SLOT_TIME] = {"time", NS_TIME, HOME_NSPROXY, "time_ns"},
	[SLOT_PID_FOR_CHILDREN] = {"pid_for_children", NS_PID, HOME_NSPROXY, "pid_ns_for_children"},
	[SLOT_TIME_FOR_CHILDREN] = {"time_for_children", NS_TIME, HOME_NSPROXY,
				    "time_ns_for_children"},
};
_Static_assert(ARRAY_SIZE(ns_slots) == NS_N_SLOTS, "a row for each slot");

int ns_kind_by_name(const char *name)
{
	for (int k = 0; k < NS_N_KINDS; k++)
		if (!strcmp(ns_kinds[k].name, name))
			return k;
	return -1;
}

int ns_kind_by_letter(char letter)
{
	for (int k = 0; k < NS_N_KINDS; k++)
		if (ns_kinds[k].letter == letter)
			return k;
	return -1;
}
