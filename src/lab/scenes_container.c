/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All namespaces together. */
#include "scenes.h"

#include <errno.h>

static const struct stage_act container[] = {
	{.text = "a: unshare(CLONE_NEWNET|CLONE_NEWNS)",
	 .tell = "a is the host here: with a net namespace and mounts of its own, so that yours "
		 "stay as they are."},
	{.text = "a: b = clone(CLONE_NEWUSER|CLONE_NEWNS|CLONE_NEWPID|CLONE_NEWNET|CLONE_NEWUTS|"
		 "CLONE_NEWIPC|SIGCHLD)",
	 .ask = "One call makes six namespaces. Which of them is made first, and who owns the "
		"others?",
	 .tell = "The user namespace: copy_creds() comes before copy_namespaces(). It owns the "
		 "other five, so b has all capabilities over them and none over the host.",
	 .see = {"b/user != a/user", "owner(b/net) == b/user", "owner(b/mnt) == b/user",
		 "above(b/user) == a/user", "count(b/net) = 1", "count(nsproxy(b)) = 1"}},
	{.text = "b: getpid()",
	 .ask = "Which number has b, for itself?",
	 .see = {"pid(b) = 1", "says \"pid=1\""}},
	{.text = "a: write(b, uid_map, \"0 0 1\")",
	 .ask = "Who is b, before anybody has written its map?",
	 .tell = "65534, the overflow uid. Now root inside is root of a's user namespace: without "
		 "root on the host that is you."},
	{.text = "a: write(b, gid_map, \"0 0 1\")"},
	{.text = "b: ids()", .see = {"says \"uid=0 \"", "says \"caps=all\""}},
	{.text = "b: sethostname(\"box\")"},
	{.text = "b: mount(\"tmpfs\", \"/mnt\")",
	 .tell = "The root of the container: here it is empty, elsewhere it is an image."},
	{.text = "b: mkdir(\"/mnt/old\")"},
	{.text = "b: mkdir(\"/mnt/proc\")"},
	{.text = "b: mount(\"proc\", \"/mnt/proc\")",
	 .ask = "b mounts proc. Which processes will be in it?",
	 .tell = "Those of b's pid namespace: the superblock takes a reference on the active pid "
		 "namespace of who mounts it. That has to be done before the host's own /proc is "
		 "let go: "
		 "mount_too_revealing() wants to see one that hides nothing.",
	 .see = {"count(b/pid) = 3"}},
	{.text = "b: pivot_root(\"/mnt\", \"/mnt/old\")",
	 .ask = "The root of the mount namespace becomes /mnt. Where are the host's files now?",
	 .tell = "Below /old, all of them, until that is unmounted.",
	 .see = {"mounted(b,/old)", "mounted(b,/proc)"}},
	{.text = "b: umount(\"/old\", MNT_DETACH)", .see = {"mounted(b,/old) = 0"}},
	{.text = "b: ls(\"/\")",
	 .ask = "What can b name by a path now?",
	 .tell = "What is below its own root. No path leads to the files of the host.",
	 .see = {"says \"proc\"", "says not \"etc\""}},
	{.text = "b: read(\"/proc/1/comm\")",
	 .ask = "And who is process 1, for b?",
	 .tell = "b itself. On the host that is somebody else.",
	 .see = {"says \"nscope-lab\"", "procs(b/pid) = 1"}},
	{.text = "b: cgroup(\"box\")",
	 .is_optional = true,
	 .ask = "What is still missing that a container runtime does?",
	 .tell = "Limits: a control group. Without the right to make one this step is left out."},
	{.text = "b: unshare(CLONE_NEWCGROUP)",
	 .tell = "Made inside, so that the group is the root of what b sees.",
	 .see = {"b/cgroup != a/cgroup", "owner(b/cgroup) == b/user"}},
	{.text = "a: veth(\"v0\", \"v1\", b)", .see = {"count(b/net) = 1"}},
	{.text = "a: address(\"v0\", \"10.9.0.1/24\")"},
	{.text = "a: link_up(\"v0\")"},
	{.text = "b: address(\"v1\", \"10.9.0.2/24\")"},
	{.text = "b: link_up(\"v1\")"},
	{.text = "b: ping(\"10.9.0.1\")", .tell = "The container is on the net."},
	{.text = "b: c = fork()",
	 .ask = "A program is started in it. Which number has it, and what does it cost?",
	 .tell = "2, and no namespace: one reference more on the nsproxy, one struct pid.",
	 .see = {"pid(c) = 2", "nsproxy(c) == nsproxy(b)", "count(nsproxy(b)) = 2",
		 "count(b/net) = 1", "count(b/pid) = 4"}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "Pid 1 of the container is killed. What is left of it all?",
	 .tell = "zap_pid_ns_processes() kills c and waits for it; both let go of the nsproxy, and "
		 "at 0 free_nsproxy() puts uts, ipc, net, cgroup and mnt. The mounts go with the "
		 "mount "
		 "namespace, the interfaces with the net namespace.",
	 .see = {"ended(b)", "ended(c)", "gone(b/uts)", "gone(b/ipc)", "gone(b/net)",
		 "gone(b/cgroup)", "gone(b/mnt)"}},
	{.text = "a: wait(b)",
	 .ask = "The pid and the user namespace are still there. Who keeps them?",
	 .tell = "The zombie did: its struct pid and its credentials. When a has waited for it, "
		 "they go, after an RCU grace period each.",
	 .see = {"gone(b/pid)", "gone(b/user)"}},
	{.text = "a: links()", .see = {"says not \"v0\""}},
	{0},
};

const struct scenario scene_container = {
	.name = "container-from-scratch",
	.title = "A whole container, built and taken down",
	.goal = "A container is no object of the kernel: it is a process with namespaces, mounts, "
		"a map and a control group.",
	.start = START_ADMIN,
	.needs = NEEDS_USERNS | NEEDS_VETH | NEEDS_INNER_PROC,
	.acts = container,
};
