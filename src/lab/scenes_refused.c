/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel refuses, whoever asks: flags that do not go together, limits. */
#include "scenes.h"

#include <errno.h>

#define THREAD "CLONE_THREAD|CLONE_SIGHAND|CLONE_VM"

static const struct stage_act setns_refused[] = {
	{.text = "a: setns(a/user, CLONE_NEWUSER)",
	 .ask = "May a enter the user namespace that it is in?",
	 .err = EINVAL,
	 .tell = "userns_install() refuses it: it would be a way to get all capabilities there "
		 "back after giving them up."},
	{.text = "a: unshare(CLONE_NEWUTS)"},
	{.text = "a: setns(a/uts, CLONE_NEWUTS)",
	 .ask = "And its own uts namespace?",
	 .tell = "Yes; of the other kinds that is allowed, and changes nothing but the nsproxy, "
		 "which is always a new one.",
	 .see = {"count(nsproxy(a)) = 1", "count(a/uts) = 1"}},
	{.text = "a: b = clone(CLONE_NEWUSER|CLONE_NEWNS|CLONE_NEWPID|SIGCHLD)"},
	{.text = "a: setns(b/mnt, CLONE_NEWNET)",
	 .ask = "The file is of a mount namespace, the flag says net. Which of the two counts?",
	 .err = EINVAL,
	 .tell = "Neither: the second argument is only a check. 0 would take any kind."},
	{.text = "b: setns(a/pid, CLONE_NEWPID)",
	 .ask = "May b put its children into the pid namespace of a, above its own?",
	 .err = EPERM,
	 .tell = "pidns_install() asks for capabilities in the owner first, and b has none there. "
		 "With them it would be EINVAL: only one's own namespace and those below are "
		 "allowed."},
	{.text = "a: t = clone(" THREAD ")"},
	{.text = "a: setns(b/user, CLONE_NEWUSER)",
	 .ask = "a has a thread now. May it enter the user namespace of b?",
	 .err = EINVAL,
	 .tell = "No: thread_group_empty() fails in userns_install(). The threads of a process are "
		 "all in one user namespace."},
	{.text = "t: exit(0)"},
	{.text = "a: s = clone(CLONE_FS|SIGCHLD)",
	 .tell = "A process, not a thread, that shares the root and working directory with a: one "
		 "struct fs_struct."},
	{.text = "a: setns(b/mnt, CLONE_NEWNS)",
	 .ask = "Now the mount namespace of b?",
	 .err = EINVAL,
	 .tell = "No: mntns_install() would have to move the root directory of s as well, who "
		 "asked "
		 "for nothing. It looks at fs->users."},
	{.text = "s: unshare(CLONE_FS)",
	 .ask = "What helps?",
	 .tell = "unshare(CLONE_FS), by either of the two: a copy of the fs_struct."},
	{.text = "a: setns(b/mnt, CLONE_NEWNS)", .see = {"a/mnt == b/mnt", "s/mnt != a/mnt"}},
	{0},
};

const struct scenario scene_setns_refused = {
	.name = "setns-refused",
	.title = "setns: what gives EINVAL",
	.goal = "EINVAL of setns() is about the caller: its threads, its fs_struct, its place.",
	.start = START_ADMIN,
	.needs = NEEDS_USERNS,
	.acts = setns_refused,
};

static const struct stage_act clone_refused[] = {
	{.text = "a: clone(CLONE_NEWNS|CLONE_FS|SIGCHLD)",
	 .ask = "A child with mounts of its own that shares the root directory with a: possible?",
	 .err = EINVAL,
	 .tell = "copy_process() refuses the pair first of all: one root directory cannot be in "
		 "two mount namespaces."},
	{.text = "a: clone(CLONE_NEWUSER|CLONE_FS|SIGCHLD)",
	 .ask = "And a user namespace of its own with a shared root directory?",
	 .err = EINVAL,
	 .tell = "No: with all capabilities inside, the child could chroot() its parent."},
	{.text = "a: clone(CLONE_NEWPID|" THREAD ")",
	 .ask = "A thread in a new pid namespace?",
	 .err = EINVAL,
	 .tell = "No: threads have one process number, and that is of one namespace."},
	{.text = "a: clone(CLONE_NEWUSER|" THREAD ")",
	 .ask = "A thread with a new user namespace?",
	 .err = EINVAL,
	 .tell = "No, by the same check: what a process may do must not depend on which of its "
		 "threads is asked."},
	{.text = "a: clone(CLONE_NEWIPC|CLONE_SYSVSEM|SIGCHLD)",
	 .ask = "A new ipc namespace with the semaphore undo list of the parent?",
	 .err = EINVAL,
	 .tell = "No; the list names semaphores of the old namespace. copy_namespaces() has this "
		 "one, after the credentials were copied."},
	{.text = "a: clone(CLONE_THREAD|SIGCHLD)",
	 .ask = "A thread with handlers of its own?",
	 .err = EINVAL,
	 .tell = "CLONE_THREAD wants CLONE_SIGHAND, and that CLONE_VM."},
	{.text = "a: t = clone(CLONE_NEWNET|" THREAD ")",
	 .ask = "Then a thread with a net namespace is refused as well?",
	 .tell = "No, that one is fine: nothing that threads must share depends on it.",
	 .see = {"t/net != a/net", "t/uts == a/uts"}},
	{.text = "t: exit(0)"},
	{.text = "a: unshare(CLONE_NEWPID)"},
	{.text = "a: clone(" THREAD ")",
	 .ask = "a has unshared its pid namespace, so its children go elsewhere. A thread now?",
	 .err = EINVAL,
	 .tell = "No: it would be of another namespace than its process. The same check as for "
		 "CLONE_NEWPID, made on pid_ns_for_children."},
	{0},
};

const struct scenario scene_clone_refused = {
	.name = "clone-refused",
	.title = "clone: flags that do not go together",
	.goal = "Each refused pair protects something that two tasks would share.",
	.start = START_ADMIN,
	.needs = NEEDS_USERNS,
	.acts = clone_refused,
};

static const struct stage_act limits[] = {
	{.text = "a: b = clone(CLONE_NEWUSER|SIGCHLD)"},
	{.text = "b: quota(net, 1)",
	 .ask = "b allows one net namespace in its user namespace, user.max_net_namespaces. May "
		"it?",
	 .tell = "Yes: it has CAP_SYS_RESOURCE there, and each user namespace has limits of its "
		 "own."},
	{.text = "b: unshare(CLONE_NEWNET)", .tell = "That is the one."},
	{.text = "b: unshare(CLONE_NEWNET)",
	 .ask = "b takes another and would let go of the first. Is that within the limit?",
	 .err = ENOSPC,
	 .tell = "No: the new one is made before the old one is put, and inc_ucount() counts both. "
		 "\"No space left on device\" has nothing to do with a disk here."},
	{.text = "a: write(b, uid_map, \"0 $uid 1\")"},
	{.text = "a: write(b, gid_map, \"0 $gid 1\")"},
	{.text = "b: c = clone(CLONE_NEWUSER|SIGCHLD)",
	 .ask = "c is in a user namespace below, whose own limits are as high as can be. Can it "
		"get "
		"round that of b?"},
	{.text = "c: unshare(CLONE_NEWNET)",
	 .err = ENOSPC,
	 .tell = "No: inc_ucount() charges every user namespace up to the initial one, each to who "
		 "made the one below. One that is full refuses for all below it."},
	{.text = "b: quota(net, 2)"},
	{.text = "c: unshare(CLONE_NEWNET)", .see = {"owner(c/net) == c/user"}},
	{.text = "b: exit(0)",
	 .ask = "b ends, and its net namespace with it. What is c's charged to now?",
	 .tell = "To the same as before: the user namespace of b lives on, as c's has it as its "
		 "parent, and struct ucounts with it.",
	 .see = {"gone(b/net)", "gone(b/user) = 0"}},
	{0},
};

const struct scenario scene_limits = {
	.name = "limits",
	.title = "Limits: user.max_*_namespaces",
	.goal = "ENOSPC is no disk: a user namespace, or one above it, allows no more.",
	.start = START_ADMIN,
	.needs = NEEDS_USERNS,
	.acts = limits,
};

static const struct stage_act pid_depth[] = {
	{.text = "a: b = clone(CLONE_NEWPID|SIGCHLD)", .see = {"pid(b) = 1", "depth(b/pid) = 1"}},
	{.text = "last: clone(CLONE_NEWPID|SIGCHLD)",
	 .times = 31,
	 .ask = "Each new process makes the next pid namespace inside its own, 31 times. How many "
		"numbers has the last process?",
	 .tell = "33: one in each of 32 namespaces, and one in the initial one. struct pid ends in "
		 "an array that is as long as the level is deep.",
	 .see = {"pid(last) = 1", "levels(last) = 33", "depth(last/pid) = 32"}},
	{.text = "last: clone(CLONE_NEWPID|SIGCHLD)",
	 .ask = "And one more?",
	 .err = ENOSPC,
	 .old_err = EINVAL,
	 .tell = "No: MAX_PID_NS_LEVEL is 32. The error is the one of a limit that is reached; "
		 "before "
		 "Linux 4.9 it was EINVAL. User namespaces may be 33 deep."},
	{.text = "last: fork()",
	 .ask = "Is the last one full, or only deep?",
	 .tell = "Only deep: processes can be made in it as in any other.",
	 .see = {"pid(last) = 2"}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "The topmost init is killed. How many processes end?",
	 .tell = "All of them: each has a number in the namespace of b.",
	 .see = {"ended(b)", "ended(last)"}},
	{0},
};

const struct scenario scene_pid_depth = {
	.name = "pid-depth",
	.title = "Limits: how deep pid namespaces nest",
	.goal = "32 levels, each a number more in every struct pid.",
	.start = START_ADMIN,
	.needs = NEEDS_TOP_PID,
	.acts = pid_depth,
};
