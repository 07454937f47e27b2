/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps a namespace when nobody is in it: a name, a descriptor, a socket. */
#include "scenes.h"

static const struct stage_act net_named[] = {
	{.text = "a: unshare(CLONE_NEWNS)",
	 .ask = "`ip netns add blue` makes a file in /run/netns and mounts something on it. Why "
		"does a leave the mount namespace of this machine first?",
	 .tell = "A mount is seen by all who are in the same mount namespace. Here the test "
		 "processes have one of their own, and the machine's /run stays as it is."},
	{.text = "a: mount(\"tmpfs\", \"/run\")"},
	{.text = "a: create(\"/run/blue\")",
	 .tell = "The file itself is empty and stays so. It is a place to mount on, nothing more."},
	{.text = "a: b = clone(CLONE_NEWNET|SIGCHLD)",
	 .ask = "b has a net namespace of its own. How many references has it?",
	 .tell = "One, from the nsproxy that b uses.",
	 .see = {"b/net != a/net", "count(b/net) = 1"}},
	{.text = "a: f = open(b/net)",
	 .ask = "a opens /proc/PID/ns/net of b. What does that do to the count?",
	 .tell = "It is 2: the kernel made an inode for the namespace, which holds one reference.",
	 .see = {"count(b/net) = 2"}},
	{.text = "a: bind(f, \"/run/blue\")",
	 .ask = "That file is mounted on /run/blue: this is what `ip netns add` does. And now?",
	 .tell = "Still 2. Descriptors and mounts count on the one inode (in ns_common.stashed), "
		 "and the inode counts on the namespace once.",
	 .see = {"count(b/net) = 2"}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "The only process in it is killed. Does the namespace go?",
	 .tell = "No: the inode is still in use. No process is in it, and there is one reference.",
	 .see = {"ended(b)", "procs(b/net) = 0", "count(b/net) = 1"}},
	{.text = "a: setns(f, CLONE_NEWNET)",
	 .ask = "a enters it, as `ip netns exec blue` would. Which count moves?",
	 .tell = "setns() made a new nsproxy for a, which points there: 2.",
	 .see = {"a/net == b/net", "count(b/net) = 2", "procs(b/net) = 1"}},
	{.text = "a: close(f)",
	 .ask = "a closes the descriptor. What keeps the inode now?",
	 .tell = "The mount alone, so nothing changed for the namespace.",
	 .see = {"count(b/net) = 2"}},
	{.text = "a: umount(\"/run/blue\")",
	 .ask = "`ip netns delete blue` unmounts the name. a still works in there. Does the "
		"namespace go, and a with it?",
	 .tell = "Neither. The inode has gone, its reference too; a has its own. A namespace "
		 "without a name is as good as one with a name, only harder to find.",
	 .see = {"count(b/net) = 1", "procs(b/net) = 1", "a/net == b/net"}},
	{.text = "a: unlink(\"/run/blue\")", .see = {"count(b/net) = 1"}},
	{.text = "a: unshare(CLONE_NEWNET)",
	 .ask = "a leaves. What becomes of the namespace?",
	 .tell = "That was the last reference. __put_net() hands it to a worker, which frees it a "
		 "moment later: cleanup_net().",
	 .see = {"gone(b/net)"}},
	{0},
};

const struct scenario scene_net_named = {
	.name = "net-named",
	.title = "A named net namespace, as ip netns makes it",
	.goal = "A name is a mount. It keeps the namespace; to take it away does not end one "
		"that is in use.",
	.start = START_ADMIN,
	.acts = net_named,
};

static const struct stage_act net_orphan[] = {
	{.text = "a: b = clone(CLONE_NEWNET|SIGCHLD)", .see = {"count(b/net) = 1"}},
	{.text = "a: f = open(b/net)",
	 .ask = "a opens the file of b's net namespace. How many references are there?",
	 .tell = "Two: that of the nsproxy and that of the open inode.",
	 .see = {"count(b/net) = 2"}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "b is killed. Who could still find the namespace?",
	 .tell = "Whoever looks at the descriptors of a. No process is in it, so a list made from "
		 "/proc/PID/ns does not have it.",
	 .see = {"procs(b/net) = 0", "count(b/net) = 1"}},
	{.text = "a: close(f)",
	 .ask = "And when the descriptor is closed?",
	 .tell = "nsfs_evict() drops the inode's reference, the last one.",
	 .see = {"gone(b/net)"}},
	{.text = "a: c = clone(CLONE_NEWNET|SIGCHLD)"},
	{.text = "c: d = fork()",
	 .tell = "d is only here for its number: through it we go on seeing this namespace when c "
		 "has left.",
	 .see = {"nsproxy(d) == nsproxy(c)", "count(d/net) = 1"}},
	{.text = "c: s = socket(AF_INET)",
	 .ask = "c makes a socket, and does not bind or connect it. Does that count?",
	 .tell = "Yes. sk_alloc() takes a reference on the net namespace for every socket that a "
		 "program makes, of any family.",
	 .see = {"count(d/net) = 2"}},
	{.text = "c: unshare(CLONE_NEWNET)",
	 .ask = "c goes to a new net namespace. To which one does the socket belong?",
	 .tell = "To the old one, for ever: sock_net() is set once. The process has left, its "
		 "socket has not.",
	 .see = {"c/net != d/net", "count(d/net) = 2", "count(c/net) = 1"}},
	{.text = "c: kill(d, SIGKILL)",
	 .ask = "d, the last process in the old one, is killed. What is left?",
	 .tell = "A socket without a process in its namespace: /proc/PID/ns shows it nowhere, nor "
		 "does any open namespace file. Since Linux 6.19 it has a second, active count "
		 "that is "
		 "0 now, and listns() leaves it out. nscope why names the socket.",
	 .see = {"procs(d/net) = 0", "count(d/net) = 1"}},
	{.text = "c: close(s)",
	 .ask = "And when the socket is closed?",
	 .tell = "__sk_destruct() puts the reference, and the namespace is cleaned up.",
	 .see = {"gone(d/net)"}},
	{0},
};

const struct scenario scene_net_orphan = {
	.name = "net-orphan",
	.title = "A net namespace that only a descriptor or a socket keeps",
	.goal = "A namespace lives as long as its last reference, and a socket is one.",
	.start = START_ADMIN,
	.acts = net_orphan,
};

static const struct stage_act persist[] = {
	{.text = "a: unshare(CLONE_NEWNS)"},
	{.text = "a: mount(\"tmpfs\", \"/mnt\")"},
	{.text = "a: create(\"/mnt/uts\")"},
	{.text = "a: b = clone(CLONE_NEWUTS|SIGCHLD)", .see = {"count(b/uts) = 1"}},
	{.text = "b: sethostname(\"keep\")"},
	{.text = "a: bind(b/uts, \"/mnt/uts\")",
	 .ask = "a mounts /proc/PID/ns/uts of b on a file, as `unshare --uts=/mnt/uts` does. How "
		"many references now?",
	 .tell = "Two: of b's nsproxy, and of the inode that the mount keeps.",
	 .see = {"count(b/uts) = 2"}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "b ends. The host name was set by it alone. Is it lost?",
	 .tell = "No. The name is in struct uts_namespace, and that is kept by the mount.",
	 .see = {"procs(b/uts) = 0", "count(b/uts) = 1"}},
	{.text = "a: g = open(\"/mnt/uts\")",
	 .ask = "a opens /mnt/uts. It made an empty file there: what does it get?",
	 .tell = "The file that is mounted there: the namespace itself. The count stays, for it is "
		 "the same inode.",
	 .see = {"count(b/uts) = 1"}},
	{.text = "a: setns(g, CLONE_NEWUTS)",
	 .tell = "`nsenter --uts=/mnt/uts` is these two calls.",
	 .see = {"a/uts == b/uts", "count(b/uts) = 2"}},
	{.text = "a: uname()",
	 .ask = "Which host name does a see?",
	 .tell = "The one that b set, though b has long been dead.",
	 .see = {"says \"nodename=keep\""}},
	{.text = "a: umount(\"/mnt/uts\", MNT_DETACH)",
	 .ask = "The mount is taken away. What keeps the namespace now?",
	 .tell = "a does twice over: its nsproxy points there, and g is still open. (Without "
		 "MNT_DETACH the answer is EBUSY: g was opened through that mount.)",
	 .see = {"mounted(a,/mnt/uts) = 0", "count(b/uts) = 2"}},
	{.text = "nscope: kill(a, SIGKILL)",
	 .ask = "And when a ends?",
	 .tell = "exit_files() closes g, exit_task_namespaces() puts the nsproxy: nothing is left.",
	 .see = {"gone(b/uts)"}},
	{0},
};

const struct scenario scene_persist = {
	.name = "persist-bind",
	.title = "Keep a namespace by a bind mount, and enter it again",
	.goal = "A mount of its file keeps any namespace, with all that is in it, without a "
		"process.",
	.start = START_ADMIN,
	.acts = persist,
};
