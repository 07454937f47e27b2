/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mount namespaces: copies of trees, what travels between them, and roots. */
#include "scenes.h"

#include <errno.h>

static const struct stage_act net_busy[] = {
	{.text = "a: unshare(CLONE_NEWNS)"},
	{.text = "a: mount(\"tmpfs\", \"/run\")"},
	{.text = "a: create(\"/run/blue\")"},
	{.text = "a: b = clone(CLONE_NEWNET|SIGCHLD)", .see = {"count(b/net) = 1"}},
	{.text = "a: bind(b/net, \"/run/blue\")",
	 .tell = "A named net namespace, as ip netns makes them.",
	 .see = {"count(b/net) = 2"}},
	{.text = "a: kill(b, SIGKILL)",
	 .tell = "Only its name keeps it now.",
	 .see = {"procs(b/net) = 0", "count(b/net) = 1"}},
	{.text = "a: c = clone(CLONE_NEWNS|SIGCHLD)",
	 .ask = "A container starts: c gets a mount namespace of its own. What is in it?",
	 .tell = "A copy of every mount of a, that on /run/blue too: copy_tree() in copy_mnt_ns(). "
		 "The count is as before, since both are mounts of one inode.",
	 .see = {"c/mnt != a/mnt", "count(b/net) = 1", "mounted(c,/run/blue)"}},
	{.text = "a: unlink(\"/run/blue\")",
	 .ask = "a wants to delete the name and forgets to unmount it. What does the kernel say?",
	 .err = EBUSY,
	 .tell = "EBUSY. vfs_unlink() asks is_local_mountpoint(): the file is a mount point in the "
		 "caller's own mount namespace."},
	{.text = "a: umount(\"/run/blue\")",
	 .ask = "So a unmounts it. Is the namespace free now?",
	 .tell = "No. The copy in c's mount namespace is another mount, and keeps the inode. From "
		 "where a is, nothing shows that: findmnt is empty.",
	 .see = {"mounted(a,/run/blue) = 0", "mounted(c,/run/blue)", "count(b/net) = 1",
		 "procs(b/net) = 0"}},
	{.text = "a: unlink(\"/run/blue\")",
	 .ask = "And now a deletes the file, which is still a mount point in c's namespace. EBUSY "
		"again?",
	 .tell = "Before Linux 3.18 it was, and `ip netns delete` failed as long as the container "
		 "ran. Since then the file goes, and vfs_unlink() calls detach_mounts(): it takes "
		 "the mounts on "
		 "it away in every mount namespace.",
	 .see = {"mounted(c,/run/blue) = 0", "gone(b/net)"}},
	{0},
};

const struct scenario scene_net_busy = {
	.name = "net-busy",
	.title = "A name that is busy: the copy in another mount namespace",
	.goal = "Every new mount namespace copies all mounts, and each copy keeps what it shows.",
	.start = START_ADMIN,
	.acts = net_busy,
};

static const struct stage_act chroot_root[] = {
	{.text = "a: unshare(CLONE_NEWNS)"},
	{.text = "a: mount(\"tmpfs\", \"/mnt\")"},
	{.text = "a: mkdir(\"/mnt/jail\")"},
	{.text = "a: create(\"/mnt/jail/inside\")"},
	{.text = "a: chdir(\"/mnt\")",
	 .tell = "The working directory is a second pointer beside the root: fs->pwd and "
		 "fs->root."},
	{.text = "a: b = fork()"},
	{.text = "b: chroot(\"/mnt/jail\")",
	 .ask = "b calls chroot(). Which of its namespaces changes?",
	 .tell = "None. set_fs_root() writes one field of struct fs_struct. Mounts, nsproxy and "
		 "the mount namespace stay those of a.",
	 .see = {"b/mnt == a/mnt", "nsproxy(b) == nsproxy(a)"}},
	{.text = "b: ls(\"/\")", .ask = "What does b see at / now?", .see = {"says \"inside\""}},
	{.text = "b: ls(\".\")",
	 .ask = "And in its working directory, which was /mnt before the call?",
	 .tell = "It still stands there, outside its root: path lookup stops at the root only when "
		 "it "
		 "comes from below. So a chroot is left with a few calls of chdir(\"..\").",
	 .see = {"says \"jail\""}},
	{.text = "b: unshare(CLONE_NEWUSER)",
	 .ask = "b asks for a user namespace, in which it would have all capabilities. Does it get "
		"one?",
	 .err = EPERM,
	 .tell = "EPERM: create_user_ns() asks current_chrooted(). Else anybody could get "
		 "CAP_SYS_CHROOT there, and leave."},
	{.text = "b: setns(a/mnt, CLONE_NEWNS)",
	 .ask = "b enters the mount namespace that it is in already. Does that change anything?",
	 .tell = "It is out: mntns_install() sets root and working directory to the root of the "
		 "namespace. What confines is a mount namespace of one's own, and pivot_root().",
	 .see = {"b/mnt == a/mnt", "nsproxy(b) != nsproxy(a)"}},
	{.text = "b: ls(\"/mnt\")", .see = {"says \"jail\""}},
	{.text = "a: umount(\"/mnt\")",
	 .ask = "No file of it is open. Can the file system be unmounted?",
	 .err = EBUSY,
	 .tell = "EBUSY: fs->pwd is a reference on the mount, and that of a is in it still."},
	{.text = "a: chdir(\"/\")"},
	{.text = "a: umount(\"/mnt\")"},
	{0},
};

const struct scenario scene_chroot = {
	.name = "chroot-root",
	.title = "chroot is not a mount namespace",
	.goal = "A root directory is a field of the process; a mount namespace is a tree of "
		"mounts.",
	.start = START_ADMIN,
	.needs = NEEDS_USERNS,
	.acts = chroot_root,
};

static const struct stage_act propagation[] = {
	{.text = "a: unshare(CLONE_NEWNS)",
	 .tell = "And every mount in it is made private first, so that nothing of what follows "
		 "travels to the machine: `mount --make-rprivate /`."},
	{.text = "a: mount(\"tmpfs\", \"/mnt\")"},
	{.text = "a: propagation(\"/mnt\", MS_SHARED)",
	 .tell = "The mount has a peer group now, with one member: mnt_group_id."},
	{.text = "a: mkdir(\"/mnt/x\")"},
	{.text = "a: b = clone(CLONE_NEWNS|SIGCHLD)",
	 .ask = "b gets a copy of all mounts. In which group is its copy of /mnt?",
	 .tell = "In the same: clone_mnt() adds the copy of a shared mount to the peers. "
		 "/proc/PID/mountinfo shows one number, shared:N, on both sides.",
	 .see = {"b/mnt != a/mnt", "mounted(b,/mnt)"}},
	{.text = "a: mount(\"tmpfs\", \"/mnt/x\")",
	 .ask = "a mounts something below it. Does b see that?",
	 .tell = "Yes: attach_recursive_mnt() calls propagate_mnt(), which mounts a copy on every "
		 "peer.",
	 .see = {"mounted(a,/mnt/x)", "mounted(b,/mnt/x)"}},
	{.text = "b: umount(\"/mnt/x\")",
	 .ask = "b takes its copy away. And a?",
	 .tell = "a loses it, too. Peers do everything to each other, unmounting as well.",
	 .see = {"mounted(b,/mnt/x) = 0", "mounted(a,/mnt/x) = 0"}},
	{.text = "b: propagation(\"/mnt\", MS_SLAVE)",
	 .ask = "b makes its copy a slave. What will reach it from now on, and what will leave it?",
	 .tell = "It receives and does not send: mnt_master points to the group of a."},
	{.text = "a: mount(\"tmpfs\", \"/mnt/x\")",
	 .see = {"mounted(a,/mnt/x)", "mounted(b,/mnt/x)"}},
	{.text = "b: umount(\"/mnt/x\")", .see = {"mounted(b,/mnt/x) = 0", "mounted(a,/mnt/x)"}},
	{.text = "a: propagation(\"/mnt\", MS_UNBINDABLE)",
	 .ask = "a makes /mnt unbindable. What is that good for?",
	 .tell = "It is private, and cannot be copied by a bind mount either. So a directory that "
		 "is bound below itself does not double with each step."},
	{.text = "a: bind(\"/mnt\", \"/mnt/x\")",
	 .err = EINVAL,
	 .tell = "EINVAL, from IS_MNT_UNBINDABLE() in do_loopback()."},
	{0},
};

const struct scenario scene_propagation = {
	.name = "propagation",
	.title = "Shared, slave, private, unbindable",
	.goal = "A new mount namespace is a copy, and copies of shared mounts go on talking.",
	.start = START_ADMIN,
	.acts = propagation,
};

static const struct stage_act persist_mnt[] = {
	{.text = "a: unshare(CLONE_NEWNS)"},
	{.text = "a: mount(\"tmpfs\", \"/mnt\")"},
	{.text = "a: create(\"/mnt/ns\")"},
	{.text = "a: propagation(\"/mnt\", MS_SHARED)",
	 .tell = "On most machines every mount is shared, because systemd makes it so."},
	{.text = "a: b = clone(CLONE_NEWNS|SIGCHLD)",
	 .tell = "b's copy of /mnt is a peer of a's.",
	 .see = {"b/mnt != a/mnt", "count(b/mnt) = 1"}},
	{.text = "a: bind(b/mnt, \"/mnt/ns\")",
	 .ask = "a wants to keep b's mount namespace by a bind mount, as any other namespace can "
		"be "
		"kept. Does it work?",
	 .err = EINVAL,
	 .tell = "EINVAL. /mnt is shared with b, so the mount would appear inside the namespace "
		 "that it keeps, and keep it for ever. copy_tree() refuses to copy such a file: "
		 "this is what "
		 "`unshare --mount=FILE` meets when its directory is shared."},
	{.text = "a: propagation(\"/mnt\", MS_PRIVATE)",
	 .ask = "a makes its /mnt private. Will it work now?"},
	{.text = "a: bind(b/mnt, \"/mnt/ns\")",
	 .tell = "Yes: nothing is copied anywhere.",
	 .see = {"count(b/mnt) = 2", "mounted(a,/mnt/ns)", "mounted(b,/mnt/ns) = 0"}},
	{.text = "b: bind(b/mnt, \"/mnt/ns\")",
	 .ask = "And b, may it mount its own namespace in itself?",
	 .err = EINVAL,
	 .tell = "EINVAL again, from mnt_ns_loop(): a mount namespace may be mounted only in one "
		 "that is older than itself, so there can be no circle."},
	{.text = "a: kill(b, SIGKILL)",
	 .tell = "The mounts of b live on in it.",
	 .see = {"procs(b/mnt) = 0", "count(b/mnt) = 1"}},
	{.text = "a: umount(\"/mnt/ns\")",
	 .ask = "And when the mount goes?",
	 .tell = "put_mnt_ns() unmounts all that was in it.",
	 .see = {"gone(b/mnt)"}},
	{0},
};

const struct scenario scene_persist_mnt = {
	.name = "persist-mnt",
	.title = "Why a mount namespace cannot be kept on a shared mount",
	.goal = "The kernel refuses every mount by which a mount namespace could keep itself.",
	.start = START_ADMIN,
	.acts = persist_mnt,
};
