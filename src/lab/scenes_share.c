/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who shares what with whom. */
#include "scenes.h"

#include <errno.h>

#define PTHREAD "CLONE_THREAD|CLONE_SIGHAND|CLONE_VM|CLONE_FS|CLONE_FILES"

static const struct stage_act uts_child[] = {
	{.text = "a: b = clone(CLONE_NEWUTS|SIGCHLD)",
	 .ask = "b is cloned with CLONE_NEWUTS. Which of its namespaces differ from those of a?",
	 .tell = "Only uts. create_new_namespaces() made b an nsproxy of its own and copied the "
		 "other pointers, so each of those namespaces has one reference more.",
	 .see = {"b/uts != a/uts", "b/net == a/net", "b/mnt == a/mnt", "b/user == a/user",
		 "nsproxy(b) != nsproxy(a)", "count(nsproxy(b)) = 1", "count(b/uts) = 1"}},
	{.text = "b: uname()",
	 .ask = "What is the host name in the new namespace, before anybody sets one?",
	 .tell = "That of a: clone_uts_ns() copies the strings of the old namespace."},
	{.text = "b: sethostname(\"web\")",
	 .ask = "b sets its host name. Who sees the new one?",
	 .tell = "b alone. The name is a field of struct uts_namespace, and each of the two has "
		 "one. The kernel asked for CAP_SYS_ADMIN in the owner of that namespace."},
	{.text = "b: uname()", .see = {"says \"nodename=web \""}},
	{.text = "a: uname()", .see = {"says not \"nodename=web \""}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "b is killed. What becomes of the uts namespace, with the zombie still there?",
	 .tell = "It is gone. b was the only task of its nsproxy, and that was the only reference "
		 "on the namespace; exit_task_namespaces() takes the nsproxy away before a task is "
		 "a zombie.",
	 .see = {"ended(b)", "gone(b/uts)"}},
	{.text = "a: wait(b)",
	 .ask = "What does wait() change for namespaces, then?",
	 .tell = "Nothing here. Only the struct pid and the exit status were left."},
	{0},
};

const struct scenario scene_uts_child = {
	.name = "uts-child",
	.title = "UTS: a child with a host name of its own",
	.goal = "clone() with one flag makes one new namespace; everything else stays shared.",
	.start = START_ADMIN,
	.acts = uts_child,
};

static const struct stage_act uts_hostname[] = {
	{.text = "a: b = fork()",
	 .ask = "a forks. How many uts namespaces are there for the two?",
	 .tell = "One, and one nsproxy: fork() without flags shares both.",
	 .see = {"b/uts == a/uts", "nsproxy(b) == nsproxy(a)"}},
	{.text = "b: unshare(CLONE_NEWUTS)",
	 .ask = "b calls unshare(). Does that change b, or its future children?",
	 .tell = "b itself, at once: ksys_unshare() makes a new nsproxy and "
		 "switch_task_namespaces() puts it in place. a keeps the old one.",
	 .see = {"b/uts != a/uts", "nsproxy(b) != nsproxy(a)", "b/ipc == a/ipc", "b/net == a/net",
		 "count(b/uts) = 1"}},
	{.text = "b: sethostname(\"inside\")",
	 .ask = "b sets the name and forks. Which name does the child see?"},
	{.text = "b: c = fork()",
	 .tell = "That of b: the child shares the nsproxy, so there is one uts namespace still, "
		 "and its count is 1 with two tasks in it.",
	 .see = {"c/uts == b/uts", "nsproxy(c) == nsproxy(b)", "count(nsproxy(b)) = 2",
		 "count(b/uts) = 1"}},
	{.text = "c: uname()", .see = {"says \"nodename=inside \""}},
	{.text = "a: uname()",
	 .ask = "And a, outside?",
	 .tell = "The old name. unshare() copied it, and from then on each namespace has its own.",
	 .see = {"says not \"nodename=inside \""}},
	{.text = "b: exit(0)",
	 .ask = "b, who made the namespace, ends. Does the namespace?",
	 .tell = "No: c is in it. Who made a namespace does not matter for its life, only who "
		 "uses it.",
	 .see = {"ended(b)", "count(nsproxy(c)) = 1", "count(c/uts) = 1"}},
	{.text = "c: exit(0)", .see = {"ended(c)", "gone(c/uts)"}},
	{0},
};

const struct scenario scene_uts_hostname = {
	.name = "uts-hostname",
	.title = "UTS: unshare, set the host name, compare outside",
	.goal = "unshare() changes the caller; whoever it forks later shares with it.",
	.start = START_ADMIN,
	.acts = uts_hostname,
};

static const struct stage_act same_inode[] = {
	{.text = "a: b = fork()",
	 .ask = "Two processes. How can anybody tell from outside which namespaces they share?",
	 .tell = "By the links in /proc/PID/ns. net:[4026531840] is the kind and the number of an "
		 "inode of nsfs; equal numbers mean the same namespace, and nothing else does.",
	 .see = {"b/net == a/net", "b/mnt == a/mnt", "b/pid == a/pid", "b/user == a/user",
		 "nsproxy(b) == nsproxy(a)"}},
	{.text = "b: unshare(CLONE_NEWNET|CLONE_NEWIPC)",
	 .ask = "How many of the links of b change now?",
	 .tell = "Two; the other namespaces are still the same ones, not copies with equal "
		 "contents.",
	 .see = {"b/net != a/net", "b/ipc != a/ipc", "b/uts == a/uts", "b/mnt == a/mnt"}},
	{.text = "a: f = open(b/net)",
	 .ask = "a opens the link of b. Is a in that namespace now?",
	 .tell = "No. It holds the inode, and that is one reference on the namespace: such a file "
		 "keeps it alive, and setns() takes it.",
	 .see = {"b/net != a/net", "count(b/net) = 2"}},
	{.text = "a: setns(f, CLONE_NEWNET)",
	 .ask = "a enters it. Do the two have the same inode number again? And one nsproxy?",
	 .tell = "The same number, but each has its own nsproxy: setns() always makes a new one, "
		 "and the kernel never puts equal ones together.",
	 .see = {"a/net == b/net", "a/ipc != b/ipc", "nsproxy(a) != nsproxy(b)",
		 "count(b/net) = 3"}},
	{.text = "a: setns(b/ipc, CLONE_NEWIPC)",
	 .ask = "After this all links of the two are equal. Would nscope draw one box or two?",
	 .tell = "Two, with equal contents. Equal links show the same namespaces (~), but not the "
		 "same object of the kernel (==); that takes the kernel probe.",
	 .see = {"a/net == b/net", "a/ipc == b/ipc", "a/uts == b/uts", "nsproxy(a) != nsproxy(b)"}},
	{.text = "a: close(f)", .see = {"count(b/net) = 2"}},
	{0},
};

const struct scenario scene_same_inode = {
	.name = "same-inode",
	.title = "Same inode, same namespace",
	.goal = "Links with equal numbers are one namespace; equal sets are not one nsproxy.",
	.start = START_ADMIN,
	.acts = same_inode,
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
	{.text = "a: t = clone(" PTHREAD ")",
	 .ask = "And for a thread?",
	 .tell = "The same. To the namespaces a thread is a task like any other.",
	 .see = {"nsproxy(t) == nsproxy(a)", "count(nsproxy(a)) = 3", "count(a/uts) = 1"}},
	{.text = "b: unshare(CLONE_NEWIPC)",
	 .ask = "b unshares its ipc namespace. What happens to the uts namespace's count?",
	 .tell = "It is 2 now: b has its own nsproxy, and there are two sets that point at it. The "
		 "old set lost a task, the namespaces in it lost nothing.",
	 .see = {"nsproxy(b) != nsproxy(a)", "count(nsproxy(a)) = 2", "count(nsproxy(b)) = 1",
		 "count(a/uts) = 2", "b/uts == a/uts", "count(b/ipc) = 1"}},
	{.text = "b: c = fork()",
	 .ask = "b forks. Does the uts namespace notice?",
	 .tell = "No. However many tasks there are in a set, the set is one reference.",
	 .see = {"count(nsproxy(b)) = 2", "count(a/uts) = 2", "count(b/ipc) = 1"}},
	{.text = "t: exit(0)",
	 .ask = "The thread ends. What goes down?",
	 .tell = "nsproxy.count alone: exit_task_namespaces() puts the set, not its members.",
	 .see = {"count(nsproxy(a)) = 1", "count(a/uts) = 2"}},
	{.text = "b: exit(0)", .see = {"count(nsproxy(c)) = 1", "count(c/ipc) = 1"}},
	{.text = "c: exit(0)",
	 .ask = "The last task of the second set ends. What is freed, and what loses a reference?",
	 .tell = "The nsproxy and its ipc namespace are freed; the uts namespace is back at 1, as "
		 "one set is left that points at it.",
	 .see = {"gone(c/ipc)", "count(a/uts) = 1", "count(nsproxy(a)) = 1"}},
	{0},
};

const struct scenario scene_fork_shares = {
	.name = "fork-shares",
	.title = "fork and threads share the nsproxy",
	.goal = "Tasks count on nsproxies, nsproxies count on namespaces.",
	.start = START_ADMIN,
	.acts = fork_shares,
};

static const struct stage_act thread_net[] = {
	{.text = "a: t = clone(" PTHREAD ")",
	 .ask = "a starts a thread as pthread_create() does. Do threads have namespaces of their "
		"own?",
	 .tell = "Each task has a pointer to an nsproxy, and a thread is a task. This one points "
		 "at the nsproxy of a.",
	 .see = {"nsproxy(t) == nsproxy(a)", "t/net == a/net"}},
	{.text = "t: unshare(CLONE_NEWNET)",
	 .ask = "The thread unshares its network. Does the rest of the process go with it?",
	 .tell = "No. One process is in two net namespaces now: unshare() is about the task that "
		 "calls it. Runtimes that move work between threads get lost here, unless they "
		 "lock "
		 "it to one.",
	 .see = {"t/net != a/net", "t/uts == a/uts", "nsproxy(t) != nsproxy(a)",
		 "count(nsproxy(t)) = 1", "count(t/net) = 1"}},
	{.text = "a: f = open(t/net)",
	 .ask = "/proc/PID/ns/net shows which of the two?",
	 .tell = "That of the leader. The one of the thread is in /proc/PID/task/TID/ns, where "
		 "hardly anybody looks: no process is counted in it.",
	 .see = {"procs(t/net) = 0", "count(t/net) = 2"}},
	{.text = "a: close(f)", .see = {"count(t/net) = 1"}},
	{.text = "t: s = socket(AF_INET)",
	 .ask = "The thread opens a socket. In which namespace is it, and who may use it?",
	 .tell = "In the thread's, for ever: sk_alloc() took a reference. But the descriptor table "
		 "is the process's, so all its threads can use it.",
	 .see = {"count(t/net) = 2"}},
	{.text = "t: unshare(CLONE_NEWUSER)",
	 .ask = "Could the thread get a user namespace of its own as well?",
	 .err = EINVAL,
	 .tell = "No. CLONE_NEWUSER implies CLONE_THREAD in ksys_unshare(), and "
		 "check_unshare_flags() refuses that for a process of several threads."},
	{.text = "t: exit(0)",
	 .ask = "The thread ends, with no other task in its net namespace. Is it freed?",
	 .tell = "No: the socket is open in the process. A namespace without a task, kept by one "
		 "socket of a process that is elsewhere.",
	 .see = {"ended(t)", "gone(t/net) = 0", "count(t/net) = 1"}},
	{.text = "a: close(s)",
	 .ask = "And now?",
	 .tell = "Now it goes; cleanup_net() takes its devices apart a moment later.",
	 .see = {"gone(t/net)"}},
	{0},
};

const struct scenario scene_thread_net = {
	.name = "thread-net",
	.title = "One process, two net namespaces",
	.goal = "Namespaces belong to tasks; the threads of a process may differ.",
	.start = START_ADMIN,
	.acts = thread_net,
};
