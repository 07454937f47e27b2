/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User namespaces: who may do what, and where. */
#include "scenes.h"

#include <errno.h>

static const struct stage_act userns_maps[] = {
	{.text = "a: b = clone(CLONE_NEWUSER|SIGCHLD)",
	 .ask = "b is in a new user namespace without maps. Who is it there, and what may it do?",
	 .see = {"b/user != a/user", "above(b/user) == a/user"}},
	{.text = "b: ids()",
	 .tell = "Its id has no number inside, so the overflow id 65534 is shown. It has all "
		 "capabilities all the same: those do not come from uid 0.",
	 .see = {"says \"uid=65534\"", "says \"caps=all\""}},
	{.text = "b: write(gid_map, \"0 $gid 1\")",
	 .ask = "b maps its own group id to 0. Does the kernel let it?",
	 .err = EPERM,
	 .tell = "Not yet. With a map and setgroups() b could drop a group that was there to keep "
		 "it "
		 "away from a file; so new_idmap_permitted() wants setgroups to be denied first."},
	{.text = "b: write(setgroups, \"deny\")"},
	{.text = "b: write(gid_map, \"0 $gid 1\")", .tell = "Now it is allowed."},
	{.text = "b: write(uid_map, \"0 $uid 2\")",
	 .ask = "For the user ids b asks for two: its own and the next one. Well?",
	 .err = EPERM,
	 .tell = "Without CAP_SETUID in the parent only one id is allowed, one's own. newuidmap is "
		 "a "
		 "program that has that capability, and looks into /etc/subuid."},
	{.text = "b: write(uid_map, \"0 $uid 1\")"},
	{.text = "b: ids()",
	 .ask = "Who is b now?",
	 .tell = "root, in its user namespace. To the rest of the machine its id has not changed: "
		 "the kernel keeps the one of the initial namespace in struct cred.",
	 .see = {"says \"uid=0\"", "says \"setgroups=deny\""}},
	{.text = "b: write(uid_map, \"0 $uid 1\")",
	 .ask = "A second time, to correct a mistake?",
	 .err = EPERM,
	 .tell = "No: map_write() takes a map once. Files and processes might already be shown by "
		 "it."},
	{.text = "b: write(setgroups, \"allow\")",
	 .ask = "And setgroups back to \"allow\"?",
	 .err = EPERM,
	 .tell = "No, never: and namespaces inside this one inherit it."},
	{0},
};

const struct scenario scene_userns_maps = {
	.name = "userns-maps",
	.title = "User namespaces: uid_map, gid_map, setgroups",
	.goal = "What may be written into the maps, in which order, and once.",
	.start = START_ORDINARY,
	.needs = NEEDS_USERNS | NEEDS_SETGROUPS,
	.acts = userns_maps,
};

static const struct stage_act userns_first[] = {
	{.text = "a: unshare(CLONE_NEWNET)",
	 .ask = "a has no capabilities. May it have a net namespace of its own?",
	 .err = EPERM,
	 .tell = "No: unshare_nsproxy_namespaces() asks for CAP_SYS_ADMIN in the user namespace "
		 "that will own the new one."},
	{.text = "a: b = clone(CLONE_NEWUSER|CLONE_NEWNET|SIGCHLD)",
	 .ask = "The same with a user namespace in one call?",
	 .tell = "Yes. copy_creds() makes the user namespace first, whatever the order of the "
		 "flags, and who made it has all capabilities in it; so copy_namespaces(), which "
		 "asks whether a may make the rest, is content. The new net namespace is owned by "
		 "the new user namespace.",
	 .see = {"b/user != a/user", "b/net != a/net", "owner(b/net) == b/user",
		 "above(b/user) == a/user"}},
	{.text = "b: unshare(CLONE_NEWUTS|CLONE_NEWIPC)",
	 .ask = "b is inside. Does it need CLONE_NEWUSER for every further one?",
	 .tell = "No: it is capable in its user namespace, and that will be the owner.",
	 .see = {"owner(b/uts) == b/user", "owner(b/ipc) == b/user", "owner(b/mnt) == a/user"}},
	{.text = "b: sethostname(\"inside\")",
	 .ask = "May b set the host name, still as an ordinary user to the rest of the machine?",
	 .tell = "Yes, of a uts namespace whose owner is its own."},
	{.text = "a: c = clone(CLONE_NEWUTS|SIGCHLD)",
	 .ask = "Has a gained anything from having made b?",
	 .err = EPERM,
	 .tell = "Not for calls of its own: it is still in the old user namespace, without "
		 "capabilities there."},
	{.text = "a: unshare(CLONE_NEWUSER)",
	 .ask = "Two calls instead of one: first the user namespace, then the other. Is that "
		"different?",
	 .see = {"a/user != b/user"}},
	{.text = "a: unshare(CLONE_NEWNET)",
	 .tell = "No, it comes to the same: user first.",
	 .see = {"owner(a/net) == a/user", "a/net != b/net"}},
	{0},
};

const struct scenario scene_userns_first = {
	.name = "userns-first",
	.title = "Without root: the user namespace first",
	.goal = "A new user namespace makes its creator capable of all others, owned by it.",
	.start = START_ORDINARY,
	.needs = NEEDS_USERNS,
	.acts = userns_first,
};

static const struct stage_act userns_caps[] = {
	{.text = "a: x = fork()",
	 .tell = "x will stay outside, with the user id that a has, too.",
	 .see = {"x/user == a/user"}},
	{.text = "a: b = clone(CLONE_NEWUSER|CLONE_NEWUTS|SIGCHLD)",
	 .see = {"owner(b/uts) == b/user"}},
	{.text = "b: sethostname(\"mine\")",
	 .ask = "b has all capabilities in a user namespace of its own. May it set this host name?",
	 .tell = "Yes: ns_capable() asks about the user namespace that owns the uts namespace, "
		 "which is b's own."},
	{.text = "b: setns(a/uts, CLONE_NEWUTS)",
	 .ask = "With all those capabilities: may b enter the uts namespace of a?",
	 .err = EPERM,
	 .tell = "No. That one is owned further up, and capabilities reach downwards only: "
		 "cap_capable() walks from the target up to the root and looks for b's namespace."},
	{.text = "a: d = clone(CLONE_NEWUSER|SIGCHLD)", .see = {"above(d/user) == a/user"}},
	{.text = "d: setns(b/user, CLONE_NEWUSER)",
	 .ask = "d is all-powerful in a sister namespace. May it enter that of b?",
	 .err = EPERM,
	 .tell = "No: neither is above the other."},
	{.text = "x: setns(b/user, CLONE_NEWUSER)",
	 .ask = "x has no capability at all. May it enter the namespace that a made?",
	 .tell = "Yes. Who has the user id of the creator and is in the parent namespace has all "
		 "capabilities in the child: that is the rule of the owner in cap_capable().",
	 .see = {"x/user == b/user"}},
	{.text = "x: setns(b/uts, CLONE_NEWUTS)",
	 .tell = "And once inside, everything that is owned there.",
	 .see = {"x/uts == b/uts"}},
	{0},
};

const struct scenario scene_userns_caps = {
	.name = "userns-caps",
	.title = "All capabilities inside, none outside",
	.goal = "A capability holds for a user namespace and all below it, and nowhere else.",
	.start = START_ORDINARY,
	.needs = NEEDS_USERNS,
	.acts = userns_caps,
};

static const struct stage_act setns_order[] = {
	{.text = "a: b = clone(CLONE_NEWUSER|CLONE_NEWNET|CLONE_NEWUTS|SIGCHLD)",
	 .see = {"owner(b/net) == b/user", "owner(b/uts) == b/user"}},
	{.text = "a: c = fork()"},
	{.text = "c: setns(b/net, CLONE_NEWNET)",
	 .ask = "c, outside, has the user id of who made b, and no capability. May it enter the "
		"net namespace of b?",
	 .err = EPERM,
	 .tell = "netns_install() asks twice: CAP_SYS_ADMIN in the owner of the target, which c "
		 "has "
		 "as owner of b's user namespace, and in the user namespace that c is in. The "
		 "second "
		 "fails."},
	{.text = "c: setns(b/user, CLONE_NEWUSER)",
	 .ask = "And into the user namespace?",
	 .tell = "Yes; now c has all capabilities there.",
	 .see = {"c/user == b/user"}},
	{.text = "c: setns(b/net, CLONE_NEWNET)",
	 .ask = "The same call as before. Now?",
	 .tell = "Both questions are about one user namespace now, and c is capable in it. Hence "
		 "the order of nsenter: the user namespace first.",
	 .see = {"c/net == b/net", "c/uts == a/uts"}},
	{.text = "c: setns(a/net, CLONE_NEWNET)",
	 .ask = "Can c go back to where it came from?",
	 .err = EPERM,
	 .tell = "No: that net namespace is owned above, where c can do nothing any more. What is "
		 "needed from outside must be opened, or entered, before."},
	{.text = "a: d = fork()"},
	{.text = "d: setns(pidfd:b, CLONE_NEWNET|CLONE_NEWUTS|CLONE_NEWUSER)",
	 .ask = "d enters all three by a pidfd, the user namespace named last. Does that fail?",
	 .tell = "No: validate_nsset() installs the user namespace first, whatever the order, and "
		 "either all of them or none.",
	 .see = {"d/user == b/user", "d/net == b/net", "d/uts == b/uts"}},
	{0},
};

const struct scenario scene_setns_order = {
	.name = "setns-order",
	.title = "setns: before or after the user namespace",
	.goal = "Entering takes rights over the target and over oneself; the order decides.",
	.start = START_ORDINARY,
	.needs = NEEDS_USERNS,
	.acts = setns_order,
};
