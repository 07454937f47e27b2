/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pid namespaces: numbers, the first process, orphans. */
#include "scenes.h"

#include <errno.h>

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
