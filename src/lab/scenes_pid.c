/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pid namespaces: numbers, the first process, orphans. */
#include "scenes.h"

#include <errno.h>

static const struct stage_act pid_old_proc[] = {
	{.text = "a: b = clone(CLONE_NEWPID|SIGCHLD)",
	 .ask = "b is in a new pid namespace. What does getpid() tell it?",
	 .see = {"pid(b) = 1", "b/pid != a/pid", "b/mnt == a/mnt"}},
	{.text = "b: getpid()",
	 .tell = "1, and no parent: a has no number in that namespace, and 0 stands for that.",
	 .see = {"says \"pid=1 tid=1 ppid=0\""}},
	{.text = "b: ps()",
	 .ask = "b runs ps. How many processes does that list?",
	 .tell = "All of a's namespace. ps reads /proc, which is a mount: its superblock remembers "
		 "the pid namespace of who mounted it, and b has the mounts of a. Nor could b use "
		 "the numbers that it sees there: kill() looks them up in its own namespace.",
	 .see = {"says not \"1 process: 1\""}},
	{.text = "a: d = clone(CLONE_NEWPID|CLONE_NEWNS|SIGCHLD)",
	 .see = {"pid(d) = 1", "d/mnt != a/mnt", "count(d/pid) = 2"}},
	{.text = "d: ps()",
	 .ask = "d has a mount namespace of its own, too. Does ps list d alone?",
	 .tell = "Still not: copy_mnt_ns() copies the mounts, and the copy of /proc refers to the "
		 "same superblock.",
	 .see = {"says not \"1 process: 1\""}},
	{.text = "d: mount(\"proc\", \"/proc\")",
	 .ask = "What has to be done?",
	 .tell = "A new mount of proc, by somebody in the new pid namespace: that has a superblock "
		 "of its own, which is one more reference on that namespace.",
	 .see = {"count(d/pid) = 3"}},
	{.text = "d: ps()", .see = {"says \"1 process: 1\""}},
	{.text = "b: ps()",
	 .ask = "And what does b see now?",
	 .tell = "What it saw before: the mount is in the mount namespace of d only.",
	 .see = {"says not \"1 process: 1\""}},
	{0},
};

const struct scenario scene_pid_old_proc = {
	.name = "pid-old-proc",
	.title = "A new pid namespace with the old /proc",
	.goal = "What ps lists depends on who mounted /proc, not on who runs ps.",
	.start = START_ADMIN,
	.needs = NEEDS_PROC,
	.acts = pid_old_proc,
};

static const struct stage_act pidns_container[] = {
	{.text = "a: c = clone(CLONE_NEWPID|CLONE_NEWNS|SIGCHLD)",
	 .ask = "The container: one call, two flags. What number has c, and what does it share?",
	 .tell = "It is 1 inside, and shares all but the two namespaces with a. To a it is an "
		 "ordinary child with an ordinary number.",
	 .see = {"pid(c) = 1", "c/pid != a/pid", "c/mnt != a/mnt", "c/net == a/net",
		 "parent(c) == a"}},
	{.text = "c: mount(\"proc\", \"/proc\")",
	 .ask = "The container mounts its own /proc. What is it for, and who sees it?",
	 .tell = "It lists the new pid namespace. Only c sees it: the mount namespace is new, and "
		 "the mounts in it were made private first, or they would appear outside.",
	 .see = {"count(c/pid) = 3"}},
	{.text = "c: fork()",
	 .times = 4,
	 .ask = "Four children that sleep. Which numbers do they have inside?",
	 .tell = "2 to 5: each pid namespace counts for itself.",
	 .see = {"pid(b) = 2", "pid(d) = 3", "pid(e) = 4", "pid(f) = 5", "procs(c/pid) = 5",
		 "count(nsproxy(c)) = 5", "count(c/mnt) = 1"}},
	{.text = "c: ps()",
	 .ask = "The container lists its processes. Which?",
	 .tell = "1 to 5, and nothing else of the machine.",
	 .see = {"says \"5 processes: 1 2 3 4 5\""}},
	{.text = "a: ps()",
	 .ask = "And outside: are the five hidden?",
	 .tell = "No. Each has a number in every namespace from its own up to the initial one; "
		 "NSpid in /proc/PID/status lists them. Looking down is possible, looking up is "
		 "not.",
	 .see = {"says not \"5 processes: 1 2 3 4 5\""}},
	{.text = "c: exit(0)",
	 .ask = "The container's first process ends. What becomes of the four, and of the mount?",
	 .tell = "The kernel kills them: a pid namespace does not outlive its init. The mount "
		 "namespace goes with its last task, and /proc with that.",
	 .see = {"ended(b)", "ended(d)", "ended(e)", "ended(f)", "gone(c/mnt)"}},
	{.text = "a: wait(c)", .see = {"gone(c/pid)"}},
	{0},
};

const struct scenario scene_pidns_container = {
	.name = "pidns-container",
	.title = "A container with its own processes and /proc",
	.goal = "CLONE_NEWPID and CLONE_NEWNS together, and a mount: ps shows 1 to N+1.",
	.start = START_ADMIN,
	.needs = NEEDS_PROC,
	.acts = pidns_container,
};

static const struct stage_act pid_no_fork[] = {
	{.text = "a: s = clone(CLONE_NEWPID|SIGCHLD)",
	 .tell = "s stands for a shell, in a pid namespace of its own so that the numbers are "
		 "small.",
	 .see = {"pid(s) = 1"}},
	{.text = "s: unshare(CLONE_NEWPID)",
	 .ask = "The shell calls unshare(CLONE_NEWPID). Which number has it in the new namespace?",
	 .tell = "None: it never enters. A pid is for life, so unshare() changes only where the "
		 "children will be, the field pid_ns_for_children of the nsproxy.",
	 .see = {"s/pid != a/pid", "above(s/pid) == a/pid", "pid(s) = 1",
		 "nsproxy(s) != nsproxy(a)"}},
	{.text = "s: unshare(CLONE_NEWPID)",
	 .ask = "And a second time, before any child?",
	 .err = EINVAL,
	 .tell = "copy_pid_ns() wants the caller to be in the namespace that it would nest the "
		 "new one into; s is not in its pid_ns_for_children."},
	{.text = "s: b = fork()",
	 .ask = "The shell starts its first command. What number has that in the new namespace?",
	 .tell = "1, as the first one there: it is its init, child_reaper in struct "
		 "pid_namespace. With unshare --fork that would be the shell itself.",
	 .see = {"pid(b) = 1", "b/pid == s/pid_for_children", "above(b/pid) == s/pid"}},
	{.text = "b: exit(0)",
	 .ask = "The command ends. Can the namespace have another init?",
	 .tell = "No: zap_pid_ns_processes() has closed it for good, by clearing PIDNS_ADDING in "
		 "pid_allocated. The namespace itself is still there, as s refers to it.",
	 .see = {"ended(b)", "gone(b/pid) = 0"}},
	{.text = "s: wait(b)", .see = {"gone(b/pid) = 0"}},
	{.text = "s: c = fork()",
	 .ask = "The shell starts another command. \"Cannot allocate memory\", it says. Which "
		"memory?",
	 .err = ENOMEM,
	 .tell = "None is lacking: alloc_pid() has no other word for a pid namespace that takes "
		 "no more processes."},
	{.text = "s: setns(s/pid, CLONE_NEWPID)",
	 .ask = "Is s lost now?",
	 .tell = "No. It may point pid_ns_for_children back at the namespace that it is in; with "
		 "that goes the last reference on the dead one.",
	 .see = {"s/pid_for_children == s/pid", "gone(b/pid)"}},
	{.text = "s: c = fork()",
	 .tell = "The child is a neighbour of s again.",
	 .see = {"c/pid == s/pid", "pid(c) != 1"}},
	{0},
};

const struct scenario scene_pid_no_fork = {
	.name = "pid-no-fork",
	.title = "unshare --pid without --fork",
	.goal = "CLONE_NEWPID of unshare() is for children, and the first of them is the init.",
	.start = START_ADMIN,
	.acts = pid_no_fork,
};

static const struct stage_act pid_init_dies[] = {
	{.text = "a: b = clone(CLONE_NEWPID|SIGCHLD)", .see = {"pid(b) = 1"}},
	{.text = "b: c = fork()", .see = {"pid(c) = 2", "c/pid == b/pid"}},
	{.text = "b: d = clone(CLONE_NEWPID|SIGCHLD)",
	 .ask = "b makes a namespace inside its own. How many numbers has d?",
	 .tell = "One in each: its own, that of b, that of a and so on upwards. It is an init, and "
		 "an ordinary process to b.",
	 .see = {"pid(d) = 1", "above(d/pid) == b/pid"}},
	{.text = "c: kill(b, SIGKILL)",
	 .ask = "c, inside, sends SIGKILL to its init. What happens?",
	 .tell = "Nothing, and no error: sig_task_ignored() drops signals to an init from its own "
		 "namespace that it has no handler for, and none can handle SIGKILL.",
	 .see = {"ended(b) = 0", "ended(c) = 0"}},
	{.text = "a: kill(b, SIGTERM)",
	 .ask = "a is outside, in the parent namespace. Does its SIGTERM end b?",
	 .tell = "No. SIGNAL_UNKILLABLE protects from the default action; only SIGKILL and SIGSTOP "
		 "from an ancestor are forced.",
	 .see = {"ended(b) = 0"}},
	{.text = "c: kill(d, SIGTERM)",
	 .ask = "And c to d, the init of the namespace below?",
	 .tell = "No: to c it is an ordinary process by number, but it is unkillable all the same.",
	 .see = {"ended(d) = 0"}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "Now SIGKILL from a. Who dies?",
	 .tell = "Everybody: zap_pid_ns_processes() sends SIGKILL to all that have a number in "
		 "the namespace of b, and those in namespaces below it have one.",
	 .see = {"ended(b)", "ended(c)", "ended(d)"}},
	{.text = "a: wait(b)",
	 .ask = "a reaps the zombie. What was it that still kept the pid namespace?",
	 .tell = "The struct pid of b, which is in it; put_pid() gives that reference back. Then "
		 "the parent's follows.",
	 .see = {"gone(b/pid)", "gone(d/pid)"}},
	{0},
};

const struct scenario scene_pid_init_dies = {
	.name = "pid-init-dies",
	.title = "Kill the init of a pid namespace",
	.goal = "An init is shielded from inside, and takes all others along when it goes.",
	.start = START_ADMIN,
	.acts = pid_init_dies,
};

static const struct stage_act pid_orphans[] = {
	{.text = "a: subreaper(1)",
	 .tell = "a will adopt what is orphaned below it in its own pid namespace, as a service "
		 "manager does: prctl(PR_SET_CHILD_SUBREAPER)."},
	{.text = "a: b = clone(CLONE_NEWPID|SIGCHLD)", .see = {"pid(b) = 1", "parent(b) == a"}},
	{.text = "b: c = fork()"},
	{.text = "c: d = fork()", .see = {"parent(d) == c", "pid(d) = 3"}},
	{.text = "c: exit(0)",
	 .ask = "c ends before its child d. Who is the parent of d now: b, who is the init there, "
		"or "
		"a, the subreaper?",
	 .tell = "b. find_new_reaper() looks for a subreaper only inside the pid namespace of the "
		 "one that ends; a is outside, so the init takes over.",
	 .see = {"parent(d) == b"}},
	{.text = "b: wait(c)",
	 .ask = "An init must reap, then. And if it never does?",
	 .tell = "Zombies pile up, each with a struct pid, until pid_max or pids.max is reached. "
		 "That "
		 "is why containers are given an init."},
	{.text = "a: x = fork()"},
	{.text = "x: setns(b/pid, CLONE_NEWPID)",
	 .ask = "x stays outside, and its children will be inside, as with nsenter. Who is the "
		"parent of such a child?"},
	{.text = "x: y = fork()",
	 .tell = "x, who is outside. Inside, getppid() says 0: there is no number for it.",
	 .see = {"y/pid == b/pid", "parent(y) == x"}},
	{.text = "y: getpid()", .see = {"says \"ppid=0\""}},
	{.text = "x: exit(0)",
	 .ask = "x ends. Does y come to b, the init of the namespace that y is in?",
	 .tell = "No: to a. It is the namespace of x, who ended, that counts, and there is a "
		 "subreaper. b will never hear of y, and must not wait for it.",
	 .see = {"parent(y) == a"}},
	{0},
};

const struct scenario scene_pid_orphans = {
	.name = "pid-orphans",
	.title = "Orphans: the init, the subreaper, nsenter",
	.goal = "An orphan goes to a subreaper or the init of its dead parent's pid namespace.",
	.start = START_ADMIN,
	.acts = pid_orphans,
};

static const struct stage_act pid_nested[] = {
	{.text = "a: b = clone(CLONE_NEWPID|CLONE_NEWNS|SIGCHLD)", .see = {"pid(b) = 1"}},
	{.text = "b: mount(\"proc\", \"/proc\")"},
	{.text = "b: c = clone(CLONE_NEWPID|CLONE_NEWNS|SIGCHLD)",
	 .ask = "A container in the container. Is c 1 or 2?",
	 .tell = "Both: 1 in its own pid namespace and 2 in that of b. alloc_pid() takes a number "
		 "in "
		 "each level from the new one up to the initial one.",
	 .see = {"pid(c) = 1", "above(c/pid) == b/pid", "above(b/pid) == a/pid"}},
	{.text = "c: mount(\"proc\", \"/proc\")"},
	{.text = "c: d = fork()", .see = {"pid(d) = 2", "d/pid == c/pid"}},
	{.text = "c: ps()",
	 .ask = "Three levels, three mounts of /proc. What does the innermost list?",
	 .see = {"says \"2 processes: 1 2\""}},
	{.text = "b: ps()",
	 .tell = "The same two processes have other numbers one level up, and b itself is there.",
	 .see = {"says \"3 processes: 1 2 3\""}},
	{.text = "c: kill(b, SIGTERM)",
	 .ask = "c was handed a pidfd of b, who is above it. May it send a signal?",
	 .err = EINVAL,
	 .tell = "No: pidfd_send_signal() wants the target in one's own pid namespace or below. By "
		 "number it is not even possible to say whom one means."},
	{.text = "b: kill(d, SIGKILL)",
	 .ask = "And from above to below?",
	 .tell = "Yes; d is a process of b's namespace as well.",
	 .see = {"ended(d)"}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "The outer container is killed. What becomes of the inner one?",
	 .tell = "It dies with it, as it is in it. Its pid namespace kept that of b by its parent "
		 "pointer, until it was freed itself.",
	 .see = {"ended(b)", "ended(c)"}},
	{.text = "a: wait(b)", .see = {"gone(b/pid)", "gone(c/pid)", "gone(c/mnt)"}},
	{0},
};

const struct scenario scene_pid_nested = {
	.name = "pid-nested",
	.title = "Pid namespaces in pid namespaces",
	.goal = "A process has a number in its own pid namespace and in each above it.",
	.start = START_ADMIN,
	.needs = NEEDS_PROC,
	.acts = pid_nested,
};
