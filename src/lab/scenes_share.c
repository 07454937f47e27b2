/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who shares what with whom. */
#include "scenes.h"

static const struct stage_act uts_hostname[] = {
	{.text = "a: b = clone(CLONE_NEWUTS|SIGCHLD)",
	 .ask = "b is cloned with CLONE_NEWUTS. Which of its namespaces differ from those of a?",
	 .tell = "Only uts. The kernel made b an nsproxy of its own, copied the other seven "
		 "pointers, and each of those namespaces got one reference more.",
	 .see = {"b/uts != a/uts", "b/net == a/net", "b/mnt == a/mnt", "nsproxy(b) != nsproxy(a)",
		 "count(b/uts) = 1", "count(nsproxy(b)) = 1"}},
	{.text = "b: sethostname(\"web\")",
	 .ask = "b sets its host name. Who sees the new one?",
	 .tell = "b alone: the name is a field of struct uts_namespace, and a has another one."},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "b is killed. What becomes of the uts namespace?",
	 .tell = "b was the last task of its nsproxy; that was the last reference on the "
		 "namespace. A zombie has no nsproxy.",
	 .see = {"ended(b)", "gone(b/uts)"}},
	{.text = "a: wait(b)",
	 .ask = "And what does wait() change for namespaces?",
	 .tell = "Nothing: only the struct pid was still there."},
	{0},
};

const struct scenario scene_uts_hostname = {
	.name = "uts-hostname",
	.title = "UTS: a host name of its own",
	.goal = "clone() with one flag makes one new namespace; everything else stays shared.",
	.start = START_ADMIN,
	.acts = uts_hostname,
};

static const struct stage_act fork_shares[] = {
	{.text = "a: unshare(CLONE_NEWUTS)",
	 .ask = "a gets an nsproxy of its own, to have small numbers. What is its count?",
	 .tell = "1: nobody else uses it.",
	 .see = {"count(nsproxy(a)) = 1", "count(a/uts) = 1"}},
	{.text = "a: b = fork()",
	 .ask = "a forks. Which counts go up: that of the nsproxy, or those of the namespaces?",
	 .tell = "Only the nsproxy's: copy_namespaces() found no CLONE_NEW flag and took one "
		 "reference more on the whole set.",
	 .see = {"nsproxy(b) == nsproxy(a)", "count(nsproxy(a)) = 2", "count(a/uts) = 1"}},
	{.text = "a: t = clone(CLONE_THREAD|CLONE_SIGHAND|CLONE_VM)",
	 .ask = "And for a thread?",
	 .tell = "The same. To the namespaces a thread is a task like any other.",
	 .see = {"nsproxy(t) == nsproxy(a)", "count(nsproxy(a)) = 3", "count(a/uts) = 1"}},
	{.text = "b: unshare(CLONE_NEWIPC)",
	 .ask = "b unshares its ipc namespace. What happens to the uts namespace's count?",
	 .tell = "It is 2 now: b has its own nsproxy, and there are two sets that point at it.",
	 .see = {"nsproxy(b) != nsproxy(a)", "count(nsproxy(a)) = 2", "count(a/uts) = 2",
		 "b/uts == a/uts"}},
	{0},
};

const struct scenario scene_fork_shares = {
	.name = "fork-shares",
	.title = "fork and threads share the nsproxy",
	.goal = "Tasks count on nsproxies, nsproxies count on namespaces.",
	.start = START_ADMIN,
	.acts = fork_shares,
};
