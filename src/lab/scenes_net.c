/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces, and the end of the net namespace that they are in. */
#include "scenes.h"

static const struct stage_act net_veth[] = {
	{.text = "a: unshare(CLONE_NEWNET)",
	 .ask = "a gets a net namespace of its own. Which interfaces are in it?",
	 .see = {"count(a/net) = 1"}},
	{.text = "a: links()",
	 .tell = "Only lo, and it is down: loopback_net_init() makes it with the namespace. "
		 "Not even 127.0.0.1 answers.",
	 .see = {"says \"lo down\""}},
	{.text = "a: b = clone(CLONE_NEWNET|SIGCHLD)", .see = {"b/net != a/net"}},
	{.text = "a: veth(\"v0\", \"v1\", b)",
	 .ask = "a makes a pair of interfaces: v0 here, v1 in b's namespace. Whose counts go up?",
	 .tell = "Nobody's. An interface is in a namespace, it does not keep it: when the "
		 "namespace goes, so must its interfaces.",
	 .see = {"count(a/net) = 1", "count(b/net) = 1"}},
	{.text = "a: address(\"v0\", \"10.9.0.1/24\")"},
	{.text = "a: link_up(\"v0\")"},
	{.text = "b: address(\"v1\", \"10.9.0.2/24\")",
	 .ask = "Could a do that for b, from where it is?",
	 .tell = "No. Interfaces are named within one namespace; the request goes to the one of "
		 "the netlink socket, which is the maker's."},
	{.text = "b: link_up(\"v1\")"},
	{.text = "a: links()",
	 .ask = "What does a see of the other end?",
	 .tell = "A number, nsid: its own namespace's name for the one where the other end is. "
		 "nscope joins both ends by it.",
	 .see = {"says \"v0 up nsid=\"", "says not \"v1\""}},
	{.text = "a: ping(\"10.9.0.2\")",
	 .ask = "a sends an ICMP echo request to b's address. Who answers it? b sleeps.",
	 .tell = "The kernel, in b's namespace: icmp_echo(). No process there takes part."},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "b is killed. What becomes of v0, which is in a's namespace?",
	 .tell = "The namespace of b has no reference any more, and is cleaned up.",
	 .see = {"gone(b/net)"}},
	{.text = "a: links()",
	 .tell = "v0 is gone, too: cleanup_net() deletes v1, and veth_dellink() both ends.",
	 .see = {"says \"lo\"", "says not \"v0\""}},
	{0},
};

const struct scenario scene_net_veth = {
	.name = "net-veth",
	.title = "A pair of interfaces between two net namespaces",
	.goal = "A new net namespace is empty; what joins two of them is a pair, and it dies with "
		"either.",
	.start = START_ADMIN,
	.needs = NEEDS_VETH,
	.acts = net_veth,
};

static const struct stage_act net_dies[] = {
	{.text = "a: unshare(CLONE_NEWNET)"},
	{.text = "a: b = clone(CLONE_NEWNET|SIGCHLD)"},
	{.text = "a: c = clone(CLONE_NEWNET|SIGCHLD)"},
	{.text = "a: veth(\"v0\", \"v1\", b)", .see = {"count(b/net) = 1"}},
	{.text = "a: move(\"v0\", c)",
	 .ask = "a gives its end to c: `ip link set v0 netns PID`. Is the pair still one?",
	 .tell = "Yes. dev_change_net_namespace() takes v0 out of one list and puts it into "
		 "another; the two ends know each other by pointers. a made both and has neither.",
	 .see = {"count(c/net) = 1"}},
	{.text = "c: links()", .see = {"says \"v0 down nsid=\""}},
	{.text = "a: f = open(b/net)", .see = {"count(b/net) = 2"}},
	{.text = "a: kill(b, SIGKILL)",
	 .ask = "b is killed. Does v1 go, and v0 with it?",
	 .tell = "No. The open file keeps the namespace, and the namespace its interfaces.",
	 .see = {"procs(b/net) = 0", "count(b/net) = 1"}},
	{.text = "c: links()", .see = {"says \"v0\""}},
	{.text = "a: close(f)",
	 .ask = "The last reference goes. Is the namespace gone when close() returns?",
	 .tell = "Not yet. __put_net() puts it on a list; a worker, cleanup_net(), takes all that "
		 "are there off the machine, after an RCU grace period. Until then it is dying: no "
		 "count, no "
		 "way in, still in memory.",
	 .see = {"gone(b/net)"}},
	{.text = "c: links()",
	 .ask = "What happens to interfaces of a namespace that dies?",
	 .tell = "What can be deleted is, as v1 here, and v0 with it. What cannot, a physical "
		 "card, "
		 "goes back to the first net namespace, perhaps under a new name: "
		 "default_device_exit_net(). That is only told here: nscope moves no card of "
		 "yours.",
	 .see = {"says not \"v0\""}},
	{0},
};

const struct scenario scene_net_dies = {
	.name = "net-dies",
	.title = "What is in a net namespace when it dies",
	.goal = "A net namespace dies late, in a worker; virtual interfaces die with it.",
	.start = START_ADMIN,
	.needs = NEEDS_VETH,
	.acts = net_dies,
};
