/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "column_impl.h"
#include "nearest.h"

#include <string.h>

enum look { RIGHT, LEFT, TEXT };
#define COLUMN(of_, id_, title_, width_, look_, needs_, get_, help_)                               \
	{                                                                                          \
		.id = (id_), .title = (title_), .of = (of_), .width = (width_),                    \
		.is_right = (look_) == RIGHT, .is_text = (look_) == TEXT, .needs = (needs_),       \
		.get = (get_), .help = (help_)                                                     \
	}
#define OF_A_TASK(...)	   COLUMN(OF_TASK, __VA_ARGS__)
#define OF_A_NS(...)	   COLUMN(OF_NS, __VA_ARGS__)
#define OF_AN_NSPROXY(...) COLUMN(OF_NSPROXY, __VA_ARGS__)

/* Of tasks the namespaces are named as in ps(1), for pid, user and cgroup are columns of it too. */
const struct column columns[] = {
	OF_A_TASK("tid", "TID", 7, RIGHT, 0, task_tid, "thread id"),
	OF_A_TASK("pid", "PID", 7, RIGHT, 0, task_pid, "process id (thread group id)"),
	OF_A_TASK("ppid", "PPID", 7, RIGHT, TASK_STAT, task_ppid, "process id of the parent"),
	OF_A_TASK("comm", "COMM", 16, TEXT, TASK_STAT, task_comm,
		  "name of the task, as the kernel keeps it"),
	OF_A_TASK("command", "COMMAND", 40, TEXT, TASK_STAT | TASK_CMDLINE, task_command,
		  "command line, or the name where there is none"),
	OF_A_TASK("uid", "UID", 6, RIGHT, TASK_UID, task_uid, "effective user id"),
	OF_A_TASK("user", "USER", 10, TEXT, TASK_UID, task_user, "name of the effective user"),
	OF_A_TASK("state", "STATE", 1, LEFT, TASK_STAT, task_state,
		  "R, S, D, Z ... as ps prints it"),
	OF_A_TASK("start", "START", 10, RIGHT, TASK_STAT, task_start,
		  "start time, clock ticks after boot"),
	OF_A_TASK("kthread", "KTHREAD", 7, LEFT, TASK_STAT, task_kthread, "is it a kernel thread?"),
	OF_A_TASK("threads", "THREADS", 7, RIGHT, 0, task_threads, "threads of the process"),
	OF_A_TASK(
		"strip", "STRIP", 8, LEFT, 0, task_strip,
		"namespaces against the parent's: . same, a letter where it differs, ? not known"),
	OF_A_TASK("nsproxy", "NSPROXY", 9, LEFT, 0, task_nsproxy,
		  "its nsproxy and how many tasks share it: # one object, ~ equal contents"),
	OF_A_TASK("container", "CONTAINER", 12, TEXT, TASK_CGROUP, task_container,
		  "name or short id of the container"),
	OF_A_TASK("runtime", "RUNTIME", 10, TEXT, TASK_CGROUP, task_runtime,
		  "what runs the container"),
	OF_A_TASK("cgroup", "CGROUP", 30, TEXT, TASK_CGROUP, task_cgroup, "cgroup path"),
	OF_A_TASK("unit", "UNIT", 20, TEXT, TASK_CGROUP, task_unit, "systemd service or scope"),
	OF_A_TASK("slice", "SLICE", 16, TEXT, TASK_CGROUP, task_slice, "systemd slice"),
	OF_A_TASK("pids", "PIDS", 15, LEFT, TASK_PIDS, task_pids,
		  "its number in each pid namespace, from the outermost to its own"),
	OF_A_TASK("inner", "INNER", 7, RIGHT, TASK_PIDS, task_inner,
		  "its number in its own pid namespace"),
	OF_A_TASK("mntns", "MNTNS", 10, RIGHT, 0, task_mnt, "mnt namespace"),
	OF_A_TASK("netns", "NETNS", 10, RIGHT, 0, task_net, "net namespace"),
	OF_A_TASK("pidns", "PIDNS", 10, RIGHT, 0, task_pid_ns, "pid namespace"),
	OF_A_TASK("userns", "USERNS", 10, RIGHT, 0, task_user_ns, "user namespace"),
	OF_A_TASK("ipcns", "IPCNS", 10, RIGHT, 0, task_ipc, "ipc namespace"),
	OF_A_TASK("utsns", "UTSNS", 10, RIGHT, 0, task_uts, "uts namespace"),
	OF_A_TASK("cgroupns", "CGROUPNS", 10, RIGHT, 0, task_cgroup_ns, "cgroup namespace"),
	OF_A_TASK("timens", "TIMENS", 10, RIGHT, 0, task_time, "time namespace"),
	OF_A_TASK("pid_for_children", "PID_FOR_CHILDREN", 16, RIGHT, 0, task_pid_for_children,
		  "pid namespace that its next children will be in"),
	OF_A_TASK("time_for_children", "TIME_FOR_CHILDREN", 17, RIGHT, 0, task_time_for_children,
		  "time namespace that its next children will be in"),
	OF_A_NS("ns", "NS", 10, RIGHT, 0, ns_inum, "inode number of the namespace"),
	OF_A_NS("type", "TYPE", 6, TEXT, 0, ns_type, "kind of the namespace"),
	OF_A_NS("nprocs", "NPROCS", 6, RIGHT, 0, ns_nprocs, "processes in it"),
	OF_A_NS("nthreads", "NTHREADS", 8, RIGHT, 0, ns_nthreads, "threads in it"),
	OF_A_NS("pid", "PID", 7, RIGHT, 0, ns_pid, "lowest process id in it"),
	OF_A_NS("ppid", "PPID", 7, RIGHT, TASK_STAT, ns_ppid, "parent of that process"),
	OF_A_NS("command", "COMMAND", 40, TEXT, TASK_STAT | TASK_CMDLINE, ns_command,
		"command line of that process, or what keeps it when there is none"),
	OF_A_NS("uid", "UID", 6, RIGHT, TASK_UID, ns_uid, "user id of that process"),
	OF_A_NS("user", "USER", 10, TEXT, TASK_UID, ns_user, "user name of that process"),
	OF_A_NS("path", "PATH", 24, LEFT, 0, ns_path, "a path that opens it"),
	OF_A_NS("netnsid", "NETNSID", 10, RIGHT, NS_NSID, ns_netnsid,
		"number of a net namespace in our own, as ip(8) prints it"),
	OF_A_NS("nsfs", "NSFS", 24, TEXT, 0, ns_nsfs, "where it is bind-mounted"),
	OF_A_NS("pns", "PNS", 10, RIGHT, 0, ns_pns,
		"parent of a pid or user namespace (inode number)"),
	OF_A_NS("ons", "ONS", 10, RIGHT, 0, ns_ons, "user namespace that owns it (inode number)"),
	OF_A_NS("id", "ID", 12, RIGHT, 0, ns_id,
		"64-bit id, never used again while the system runs"),
	OF_A_NS("level", "LEVEL", 5, RIGHT, 0, ns_level,
		"depth of a pid or user namespace below the initial one"),
	OF_A_NS("owner_uid", "OWNER_UID", 9, RIGHT, 0, ns_owner_uid,
		"user id that made a user namespace"),
	OF_A_NS("refs", "REFS", 4, RIGHT, 0, ns_refs, "the kernel's count of references"),
	OF_A_NS("keepers", "KEEPERS", 7, RIGHT, 0, ns_keepers,
		"descriptors, bind mounts and sockets that keep it"),
	OF_A_NS("owns", "OWNS", 4, RIGHT, 0, ns_owns,
		"namespaces of the other kinds that a user namespace owns"),
	OF_A_NS("children", "CHILDREN", 8, RIGHT, 0, ns_children,
		"pid or user namespaces right below it"),
	OF_A_NS("nsproxies", "NSPROXIES", 9, RIGHT, 0, ns_nsproxies,
		"pointers that nsproxies hold to it"),
	OF_A_NS("container", "CONTAINER", 12, TEXT, TASK_CGROUP, ns_container,
		"container of its lowest process"),
	OF_A_NS("initial", "INITIAL", 7, LEFT, 0, ns_initial,
		"is it one that the system booted with?"),
	OF_A_NS("where", "WHERE", 30, TEXT, 0, ns_where, "what keeps it when no task is in it"),
	OF_AN_NSPROXY("nsproxy", "NSPROXY", 7, LEFT, 0, proxy_id,
		      "number of the nsproxy: # one object, ~ equal contents"),
	OF_AN_NSPROXY("source", "SOURCE", 8, LEFT, 0, proxy_source,
		      "kernel: read from it; inferred: tasks with equal links"),
	OF_AN_NSPROXY("count", "COUNT", 5, RIGHT, 0, proxy_count,
		      "the kernel's count of references"),
	OF_AN_NSPROXY("tasks", "TASKS", 5, RIGHT, 0, proxy_tasks, "tasks that point at it"),
	OF_AN_NSPROXY("pid", "PID", 7, RIGHT, 0, proxy_pid, "lowest thread id of these"),
	OF_AN_NSPROXY("comm", "COMM", 16, TEXT, TASK_STAT, proxy_comm, "name of its lowest task"),
	OF_AN_NSPROXY("command", "COMMAND", 40, TEXT, TASK_STAT | TASK_CMDLINE, proxy_command,
		      "its command line"),
	OF_AN_NSPROXY("container", "CONTAINER", 12, TEXT, TASK_CGROUP, proxy_container,
		      "its container"),
	OF_AN_NSPROXY("uts", "UTS", 10, RIGHT, 0, proxy_uts, "uts namespace"),
	OF_AN_NSPROXY("ipc", "IPC", 10, RIGHT, 0, proxy_ipc, "ipc namespace"),
	OF_AN_NSPROXY("mnt", "MNT", 10, RIGHT, 0, proxy_mnt, "mnt namespace"),
	OF_AN_NSPROXY("net", "NET", 10, RIGHT, 0, proxy_net, "net namespace"),
	OF_AN_NSPROXY("cgroup", "CGROUP", 10, RIGHT, 0, proxy_cgroup, "cgroup namespace"),
	OF_AN_NSPROXY("pid_for_children", "PID_FOR_CHILDREN", 16, RIGHT, 0, proxy_pid_for_children,
		      "pid for children: namespace of the next children"),
	OF_AN_NSPROXY("time", "TIME", 10, RIGHT, 0, proxy_time, "time namespace"),
	OF_AN_NSPROXY("time_for_children", "TIME_FOR_CHILDREN", 17, RIGHT, 0,
		      proxy_time_for_children, "time for children: namespace of the next children"),
};
const unsigned n_columns = ARRAY_SIZE(columns);

const struct column *column_find(enum row_of of, const char *id)
{
	for (unsigned i = 0; i < n_columns; i++)
		if (columns[i].of == of && !strcasecmp(columns[i].id, id))
			return &columns[i];
	return NULL;
}

const char *column_nearest(enum row_of of, const char *id)
{
	struct nearest n = {.word = id};

	for (unsigned i = 0; i < n_columns; i++)
		if (columns[i].of == of)
			nearest_try(&n, columns[i].id);
	return n.best;
}
