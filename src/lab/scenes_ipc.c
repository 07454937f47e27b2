/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The namespaces that are seldom shown: ipc, time and cgroup. */
#include "scenes.h"

#include <errno.h>

static const struct stage_act ipc_objects[] = {
	{.text = "a: unshare(CLONE_NEWIPC|CLONE_NEWNS)", .see = {"count(a/ipc) = 1"}},
	{.text = "a: msgget(7, IPC_CREAT)", .tell = "A System V queue with the key 7."},
	{.text = "a: b = clone(CLONE_NEWIPC|SIGCHLD)", .see = {"b/ipc != a/ipc"}},
	{.text = "b: msgget(7)",
	 .ask = "b asks for the queue with that key. Does it get it?",
	 .err = ENOENT,
	 .tell = "ENOENT. ipcget() looks in ipc_namespace.ids of the caller: each namespace has "
		 "its "
		 "own keys, and they start empty."},
	{.text = "b: shmget(8, IPC_CREAT)",
	 .ask = "b makes a segment of shared memory. Does that keep its ipc namespace alive?",
	 .tell = "No. The namespace owns its objects; when it goes, they go: free_ipcs().",
	 .see = {"count(b/ipc) = 1"}},
	{.text = "b: shmat(8)",
	 .ask = "b attaches it. And that?",
	 .tell = "Yes: do_shmat() makes an open file for the mapping, with get_ipc_ns() in it.",
	 .see = {"count(b/ipc) = 2"}},
	{.text = "b: mount(\"mqueue\", \"/mnt\")",
	 .ask = "The manual says that a mounted mqueue file system keeps the ipc namespace. Does "
		"it?",
	 .tell = "No. The superblock was made with the namespace, and is told when it goes "
		 "(mq_clear_sbinfo()); it holds no reference.",
	 .see = {"count(b/ipc) = 2"}},
	{.text = "b: c = fork()",
	 .ask = "b forks. The child has the segment attached, too. Is the count 3?",
	 .tell = "Still 2: one nsproxy for both, and dup_mmap() shares the file of the mapping.",
	 .see = {"nsproxy(c) == nsproxy(b)", "count(c/ipc) = 2"}},
	{.text = "b: unshare(CLONE_NEWIPC)",
	 .ask = "b goes to a new ipc namespace, with the segment still in its memory. What does "
		"the old one count?",
	 .tell = "2: the nsproxy that c has now for itself, and the mapping.",
	 .see = {"b/ipc != c/ipc", "count(c/ipc) = 2", "count(b/ipc) = 1"}},
	{.text = "b: kill(c, SIGKILL)",
	 .ask = "c, the last process in the old one, is killed. Is it gone?",
	 .tell = "No. Memory of b keeps a namespace that b is not in, and that no process is in.",
	 .see = {"procs(c/ipc) = 0", "count(c/ipc) = 1"}},
	{.text = "b: shmdt(8)",
	 .ask = "b detaches the segment. mqueue is still mounted. And now?",
	 .tell = "shm_release() puts the last reference. The mount stays, of a file system whose "
		 "namespace is dead.",
	 .see = {"gone(c/ipc)", "mounted(b,/mnt)"}},
	{0},
};

const struct scenario scene_ipc = {
	.name = "ipc-objects",
	.title = "IPC: keys of one's own, and what keeps them",
	.goal = "System V keys are per namespace; an attached segment keeps one, a mount does not.",
	.start = START_ADMIN,
	.acts = ipc_objects,
};

static const struct stage_act time_offsets[] = {
	{.text = "a: unshare(CLONE_NEWTIME)",
	 .ask = "a unshares its time namespace. In which time does it live now?",
	 .tell = "In the old one. Only nsproxy.time_ns_for_children is new: the clocks of a "
		 "running "
		 "process must not jump.",
	 .see = {"a/time != a/time_for_children", "count(a/time_for_children) = 1"}},
	{.text = "a: offset(boottime, 86400)",
	 .ask = "a writes to /proc/self/timens_offsets: one day more since boot. Which namespace "
		"is that of?",
	 .tell = "Of the one for children: proc_timens_set_offset() changes only that, and only "
		 "as long as nobody has entered it."},
	{.text = "a: offset(monotonic, -4000000000)",
	 .ask = "And the other clock back, by more than a hundred years?",
	 .err = ERANGE,
	 .tell = "ERANGE: the clock began with the machine, and must not show less than 0. A "
		 "container that was moved here from a machine that is up for longer needs a "
		 "positive offset, the other way round a negative one."},
	{.text = "a: clock()",
	 .ask = "How long is the machine up, for a?",
	 .tell = "As long as for everybody outside.",
	 .see = {"says \"boottime+0\""}},
	{.text = "a: b = fork()",
	 .ask = "a forks. Does the child share the nsproxy of a?",
	 .tell = "No, though no CLONE_NEW flag was given: time and time_for_children differ, so "
		 "copy_namespaces() makes an nsproxy for the child and lets it enter: "
		 "timens_on_fork(). Both its pointers count: 3 with that of a.",
	 .see = {"b/time == a/time_for_children", "nsproxy(b) != nsproxy(a)", "count(b/time) = 3"}},
	{.text = "b: clock()",
	 .ask = "And for b?",
	 .tell = "A day longer. Who reads the clock by the vDSO, as most programs do, finds the "
		 "offset in a page of the namespace; a system call adds it too.",
	 .see = {"says \"boottime+86400\""}},
	{.text = "a: offset(boottime, 7)",
	 .ask = "a thinks better of it, and writes again.",
	 .err = EACCES,
	 .tell = "EACCES: time_namespace.frozen_offsets was set when b entered."},
	{.text = "b: c = fork()",
	 .ask = "Does c, child of b, share with its parent?",
	 .tell = "Yes: for b both are the same namespace, so there is nothing to enter.",
	 .see = {"nsproxy(c) == nsproxy(b)", "count(b/time) = 3"}},
	{.text = "a: kill(b, SIGKILL)", .see = {"count(c/time) = 3"}},
	{.text = "nscope: kill(c, SIGKILL)",
	 .ask = "b and c are gone. Does the time namespace go?",
	 .tell = "Not yet: a still has it for children to come.",
	 .see = {"count(c/time) = 1", "procs(c/time) = 0"}},
	{.text = "nscope: kill(a, SIGKILL)", .see = {"gone(c/time)"}},
	{0},
};

const struct scenario scene_time = {
	.name = "time-offsets",
	.title = "Time: a day more since boot, for children only",
	.goal = "A time namespace is for children; its offsets are fixed when the first one "
		"enters.",
	.start = START_ADMIN,
	.needs = NEEDS_TIME,
	.acts = time_offsets,
};

static const struct stage_act cgroup_root[] = {
	{.text = "a: cgroup(\"box\")",
	 .tell = "nscope made a control group below its own and moved a into it. A control group "
		 "is no namespace: it limits and accounts."},
	{.text = "a: read(\"/proc/self/cgroup\")",
	 .ask = "Where does a see itself?",
	 .see = {"says \"-box\""}},
	{.text = "a: b = fork()", .tell = "A child begins in the group of its parent."},
	{.text = "b: unshare(CLONE_NEWCGROUP)",
	 .ask = "b makes a cgroup namespace. Does that move b to another group?",
	 .tell = "No. copy_cgroup_ns() remembers the group in which its maker is, as the root of "
		 "all paths that are shown to it: root_cset.",
	 .see = {"b/cgroup != a/cgroup", "count(b/cgroup) = 1"}},
	{.text = "b: read(\"/proc/self/cgroup\")",
	 .ask = "And where does b see itself now?",
	 .tell = "At /. The name of the group is not to be seen from inside.",
	 .see = {"says \"0::/\"", "says not \"-box\""}},
	{.text = "a: read(\"/proc/{b}/cgroup\")",
	 .ask = "a reads the same file of b. What is in it?",
	 .tell = "The whole path: it is written as the reader's namespace sees it.",
	 .see = {"says \"-box\""}},
	{.text = "a: c = fork()"},
	{.text = "c: cgroup(\"other\")"},
	{.text = "b: read(\"/proc/{c}/cgroup\")",
	 .ask = "c is in a group beside b's root. How is that shown to b?",
	 .tell = "As /../..: a path that leads out. cgroup_path_ns() writes what is above or "
		 "beside "
		 "the root with dots. Such a line means: a process from outside.",
	 .see = {"says \"0::/../\""}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "b ends. What becomes of the namespace, and of the group?",
	 .tell = "The namespace goes with b. The group stays, and has a in it.",
	 .see = {"gone(b/cgroup)"}},
	{0},
};

const struct scenario scene_cgroup = {
	.name = "cgroup-root",
	.title = "Cgroup namespaces: where the root is",
	.goal = "A cgroup namespace changes what paths look like, not who is in which group.",
	.start = START_ADMIN,
	.needs = NEEDS_CGROUP,
	.acts = cgroup_root,
};
