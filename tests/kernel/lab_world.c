/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_world TEST   what test processes see, and what they make beside namespaces:
 *                  files, mounts, queues, offsets; prints what differs and exits 1
 * lab_world list   the names of the tests
 */
#include "lab_test.h"

#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

#define MKDIR(who, at)	     DO(who, .kind = LAB_MKDIR, .path = at)
#define MOUNT(who, type, at) DO(who, .kind = LAB_MOUNT, .text = type, .path = at)
#define READ(who, at)	     DO(who, .kind = LAB_READ, .path = at)
#define LIST(who, at)	     DO(who, .kind = LAB_LIST, .path = at)

static void test_looks(void)
{
	int a = boss(), b = child(a, CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNS);
	char text[64];

	GIVES(DO(b, .kind = LAB_GETPID), 1);
	CHECK(!strcmp(last.text, "pid=1 tid=1 ppid=0"));
	snprintf(text, sizeof(text), "ppid=%d", lab_task(lab, LAB_SUPERVISOR)->tid);
	GIVES(DO(a, .kind = LAB_GETPID), lab_task(lab, a)->tid);
	CHECK(strstr(last.text, text));
	SAYS(DO(b, .kind = LAB_IDS), "uid=0 euid=0 gid=0 egid=0 groups=");
	SAYS(DO(b, .kind = LAB_IDS), "caps=all setgroups=deny");
	GIVES(DO(b, .kind = LAB_SETHOSTNAME, .text = "web"), 0);
	SAYS(DO(b, .kind = LAB_UNAME), "nodename=web domainname=");
	SAYS(READ(b, "/proc/sys/kernel/hostname"), "web");
	SAYS(READ(a, "/proc/self/comm"), "nscope-lab");
	GIVES(READ(a, "/proc/self/nothing"), -ENOENT);
	GIVES(READ(a, "/proc"), -EISDIR);
	GIVES(READ(a, "/dev/null"), LAB_SAYS(EPERM));
	GIVES(READ(a, "/proc/kallsyms"), 0);
	CHECK(last.is_cut && strlen(last.text) <= LAB_TEXT_MAX && strlen(last.text) > 3000);
	GIVES(LIST(a, "/proc/version"), -ENOTDIR);
	GIVES(MOUNT(b, "proc", "/proc"), 0);
	SAYS(LIST(b, "/proc"), "1\nacpi");
	CHECK(!strncmp(last.text, "1\n", 2));
	SAYS(LIST(b, "/proc/self/task/"), "1");
	CHECK(!strcmp(last.text, "1"));
}

static void test_no_map(void)
{
	int a = spawn(), b = child(a, CLONE_NEWUSER), c;

	SAYS(DO(b, .kind = LAB_IDS), "uid=65534 euid=65534 gid=65534 egid=65534 groups=");
	SAYS(DO(b, .kind = LAB_IDS), "caps=all setgroups=allow");
	SAYS(READ(b, "/proc/self/status"), "Uid: 65534");
	c = child(b, CLONE_NEWNS | CLONE_NEWIPC);
	GIVES(DO(c, .kind = LAB_MSGGET, .number = 7, .flags = IPC_CREAT | 0600) >= 0, 1);
	GIVES(MOUNT(c, "tmpfs", "/tmp"), 0);
	GIVES(MKDIR(c, "/tmp/x"), -EOVERFLOW); /* a file system whose owner has no number */
	GIVES(CALL(c, .kind = CALL_EXEC), 0);
	SAYS(DO(c, .kind = LAB_IDS), "caps=none");
}

static void test_dead_init(void)
{
	int a = boss(), b = child(a, 0), init;

	GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = CLONE_NEWPID), 0);
	init = child(b, 0);
	GIVES(last.ret > 1, 1);
	SAYS(READ(init, "/proc/version"), "Linux");
	GIVES(DO(a, .kind = LAB_KILL, .other = init, .number = SIGKILL), 0);
	GIVES(DO(b, .kind = LAB_WAIT, .other = init), 0);
	GIVES(CALL(b, .kind = CALL_FORK), -ENOMEM);
	GIVES(DO(b, .kind = LAB_GETPID) > 0, 1);
	GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = CLONE_NEWUTS), 0);
	GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = CLONE_NEWPID), -EINVAL);
}

static void test_files(void)
{
	int a = boss(), b = child(a, CLONE_NEWNS), c;

	GIVES(MKDIR(a, "/tmp/nscope-x"), LAB_SAYS(EPERM)); /* nscope's own mounts */
	GIVES(MKDIR(b, "/tmp/nscope-x"), LAB_SAYS(EPERM)); /* the machine's directory */
	GIVES(DO(b, .kind = LAB_CREATE, .path = "/tmp/nscope-x"), LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_UNLINK, .path = "/etc/hostname"), LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_RMDIR, .path = "/tmp"), LAB_SAYS(EPERM));
	GIVES(MOUNT(b, "tmpfs", "/tmp"), 0);
	GIVES(MKDIR(b, "/tmp/x/"), 0);
	GIVES(MKDIR(b, "/tmp/x"), -EEXIST);
	GIVES(MKDIR(b, "/tmp/y/z"), -ENOENT);
	GIVES(DO(b, .kind = LAB_CREATE, .path = "/tmp/x/file"), 0);
	SAYS(LIST(b, "/tmp/x"), "file");
	GIVES(DO(b, .kind = LAB_RMDIR, .path = "/tmp/x"), -ENOTEMPTY);
	c = child(b, CLONE_NEWNS); /* a copy of the mount, with a number of its own */
	GIVES(DO(c, .kind = LAB_UNLINK, .path = "/tmp/x/file"), 0);
	SAYS(LIST(b, "/tmp/x"), "");
	GIVES(DO(c, .kind = LAB_RMDIR, .path = "/tmp/x"), 0);
	GIVES(MKDIR(c, "/tmp/e"), 0);
	GIVES(DO(c, .kind = LAB_BIND_PATH, .text = "/etc", .path = "/tmp/e"), 0);
	GIVES(MKDIR(c, "/tmp/e/x"), LAB_SAYS(EPERM)); /* what is mounted there is not ours */
	GIVES(MKDIR(b, "/tmp/e/x"), 0);
	GIVES(MKDIR(b, "x"), LAB_SAYS(EPERM)); /* its directory is "/" */
	GIVES(DO(b, .kind = LAB_CHDIR, .path = "/tmp"), 0);
	GIVES(MKDIR(b, "x"), 0);
	GIVES(MKDIR(b, NULL), LAB_SAYS(EINVAL));
}

static void test_mount_types(void)
{
	int a = boss(), b = child(a, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC), c;
	const char *at[] = {"/tmp/proc", "/tmp/tmpfs", "/tmp/mqueue", "/tmp/sysfs", "/tmp/cgroup2"};

	GIVES(MOUNT(b, "tmpfs", "/tmp"), 0);
	GIVES(MOUNT(b, "cgroup2", "/tmp"), LAB_SAYS(EPERM));
	GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = CLONE_NEWCGROUP), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
		GIVES(MKDIR(b, at[i]), 0);
		GIVES(MOUNT(b, strrchr(at[i], '/') + 1, at[i]), 0);
	}
	SAYS(LIST(b, "/tmp/sysfs/class/net"), "lo");
	GIVES(DO(b, .kind = LAB_MQ_OPEN, .text = "/queue", .flags = O_CREAT) > 0, 1);
	GIVES(DO(b, .kind = LAB_CLOSE, .fd = last.ret), 0);
	SAYS(LIST(b, "/tmp/mqueue"), "queue");
	SAYS(LIST(b, "/tmp/cgroup2"), "cgroup.procs");
	GIVES(MKDIR(b, "/tmp/cgroup2/nscope-lab-x"), LAB_SAYS(EPERM));
	GIVES(MOUNT(b, "ext4", "/tmp"), LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_MOUNT, .path = "/", .flags = MS_REMOUNT | MS_RDONLY),
	      LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_MOUNT, .path = "/tmp", .flags = MS_SHARED), 0);
	c = child(b, CLONE_NEWNS);
	GIVES(MOUNT(c, "tmpfs", "/tmp/tmpfs"), 0); /* goes to b, for it is below a shared one */
	GIVES(MKDIR(c, "/tmp/tmpfs/seen"), 0);
	GIVES(DO(c, .kind = LAB_MOUNT, .path = "/tmp", .flags = MS_SLAVE), 0);
	SAYS(READ(c, "/proc/self/mountinfo"), "master:");
	GIVES(DO(c, .kind = LAB_MOUNT, .path = "/tmp", .flags = MS_PRIVATE | MS_REC), 0);
	GIVES(DO(c, .kind = LAB_MOUNT, .path = "/tmp", .flags = MS_UNBINDABLE), 0);
	GIVES(DO(c, .kind = LAB_BIND_PATH, .text = "/tmp", .path = "/mnt"), -EINVAL);
	GIVES(DO(c, .kind = LAB_MOUNT, .path = "/tmp", .flags = MS_REMOUNT | MS_BIND | MS_RDONLY),
	      0);
	GIVES(MKDIR(c, "/tmp/ro"), -EROFS);
	GIVES(DO(c, .kind = LAB_UMOUNT, .path = "/"), -EBUSY);
	GIVES(DO(c, .kind = LAB_UMOUNT, .path = "/tmp", .flags = MNT_FORCE), LAB_SAYS(EPERM));
}

static void test_pivot_root(void)
{
	int a = boss(), b = child(a, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC), c;

	GIVES(DO(a, .kind = LAB_PIVOT_ROOT, .path = "/tmp", .text = "/tmp"), LAB_SAYS(EPERM));
	GIVES(MOUNT(b, "tmpfs", "/tmp"), 0);
	GIVES(MKDIR(b, "/tmp/root"), 0);
	GIVES(DO(b, .kind = LAB_PIVOT_ROOT, .path = "/tmp/root", .text = "/tmp/root/old"), -ENOENT);
	GIVES(MOUNT(b, "tmpfs", "/tmp/root"), 0);
	GIVES(MKDIR(b, "/tmp/root/old"), 0);
	GIVES(MKDIR(b, "/tmp/root/proc"), 0);
	GIVES(DO(b, .kind = LAB_PIVOT_ROOT, .path = "/tmp/root", .text = "/tmp/root/old"), 0);
	GIVES(DO(b, .kind = LAB_CHDIR, .path = "/"), 0);
	SAYS(LIST(b, "/"), "old\nproc");
	GIVES(READ(b, "/proc/version"), -ENOENT);
	GIVES(DO(b, .kind = LAB_OPEN_NS, .other = b, .slot = SLOT_UTS) > 0, 1);
	GIVES(MOUNT(b, "proc", "/proc"), 0); /* while the old one is seen, so that it may */
	GIVES(DO(b, .kind = LAB_UMOUNT, .path = "/old", .flags = MNT_DETACH), 0);
	GIVES(DO(b, .kind = LAB_RMDIR, .path = "/old"), 0);
	SAYS(LIST(b, "/"), "proc");
	SAYS(READ(b, "/proc/self/mountinfo"), "nscope-lab");
	GIVES(DO(b, .kind = LAB_UMOUNT, .path = "/"), -EBUSY);
	c = child(b, CLONE_NEWUSER | CLONE_NEWNS);
	GIVES(last.ret, 2);
	SAYS(READ(c, "/proc/self/comm"), "nscope-lab");
	GIVES(DO(b, .kind = LAB_WRITE, .other = c, .path = "uid_map", .text = "0 0 1"), 5);
	GIVES(CALL(c, .kind = CALL_EXEC), 0);
	GIVES(DO(b, .kind = LAB_CREATE, .path = "/file"), 0);
	GIVES(DO(b, .kind = LAB_BIND_NS, .other = c, .slot = SLOT_NET, .path = "/file"), 0);
}

/* What was reached from another root would not be cut off from the machine. */
static void test_roots(void)
{
	int a = boss(), b, c;

	b = child(a, CLONE_NEWNS);
	GIVES(DO(b, .kind = LAB_CHROOT, .path = "/proc"), 0);
	GIVES(MOUNT(b, "tmpfs", "/"), 0); /* the mounts were made private before */
	GIVES(DO(a, .kind = LAB_CHROOT, .path = "/proc"), 0);
	c = child(a, CLONE_NEWNS);
	GIVES(MOUNT(c, "tmpfs", "/sys"), LAB_SAYS(EPERM));
	GIVES(DO(c, .kind = LAB_UMOUNT, .path = "../proc"), LAB_SAYS(EPERM));
	GIVES(DO(c, .kind = LAB_PIVOT_ROOT, .path = "/", .text = "/"), LAB_SAYS(EPERM));
	GIVES(DO(c, .kind = LAB_CHROOT, .path = "/sys"), 0);
	GIVES(MOUNT(c, "tmpfs", "/"), LAB_SAYS(EPERM));
	GIVES(CALL(c, .kind = CALL_SETNS, .flags = CLONE_NEWNS,
		   .fd = {.kind = CALL_FD_PIDFD, .pid = lab_task(lab, b)->tid}),
	      0);
	GIVES(MOUNT(c, "tmpfs", "/tmp"), 0);
}

/* A thread has descriptors, a root and credentials of its own, and looks with them. */
static void test_threads(void)
{
	int a = boss(), t = child(a, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);

	GIVES(CALL(t, .kind = CALL_UNSHARE, .flags = CLONE_NEWNS | CLONE_NEWNET), 0);
	GIVES(MOUNT(t, "tmpfs", "/tmp"), 0);
	GIVES(MKDIR(t, "/tmp/nscope-x"), 0);
	SAYS(LIST(t, "/tmp"), "nscope-x");
	GIVES(LIST(a, "/tmp/nscope-x"), -ENOENT);
	SAYS(DO(t, .kind = LAB_LINKS), "lo down");
	GIVES(DO(t, .kind = LAB_SETUID, .number = 0), 0);
	SAYS(READ(t, "/proc/thread-self/comm"), "nscope-lab");
	GIVES(DO(t, .kind = LAB_GETPID), lab_task(lab, a)->tid);
	GIVES(DO(t, .kind = LAB_BIND_NS, .other = t, .slot = SLOT_NET, .path = "/proc/version"), 0);
}

static void test_sysv(void)
{
	const uint64_t creat = IPC_CREAT | IPC_EXCL | 0600;
	int a = boss(), b = child(a, CLONE_NEWIPC), c;

	GIVES(DO(a, .kind = LAB_MSGGET, .number = 4711, .flags = creat), LAB_SAYS(EPERM));
	GIVES(DO(a, .kind = LAB_MSGGET, .number = IPC_PRIVATE), LAB_SAYS(EPERM));
	GIVES(DO(a, .kind = LAB_SHMAT, .number = 4711), LAB_SAYS(EPERM));
	GIVES(DO(a, .kind = LAB_MQ_OPEN, .text = "/x", .flags = O_CREAT), LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_MSGGET, .number = 4711, .flags = creat) >= 0, 1);
	GIVES(DO(b, .kind = LAB_MSGGET, .number = 4711, .flags = creat), -EEXIST);
	GIVES(DO(b, .kind = LAB_MSGGET, .number = 4711) >= 0, 1);
	GIVES(DO(a, .kind = LAB_MSGGET, .number = 4711), -ENOENT);
	GIVES(DO(b, .kind = LAB_SEMGET, .number = 4712, .flags = creat) >= 0, 1);
	GIVES(DO(b, .kind = LAB_SEMGET, .number = 4712) >= 0, 1);
	GIVES(DO(b, .kind = LAB_SHMAT, .number = 4713), -ENOENT);
	GIVES(DO(b, .kind = LAB_SHMGET, .number = 4713, .flags = creat) >= 0, 1);
	GIVES(DO(b, .kind = LAB_SHMDT, .number = 4713), -EINVAL);
	GIVES(DO(b, .kind = LAB_SHMAT, .number = 4713) > 0, 1);
	c = child(b, 0);
	GIVES(DO(c, .kind = LAB_SHMDT, .number = 4713), 0);
	GIVES(DO(b, .kind = LAB_SHMDT, .number = 4713), 0);
	GIVES(DO(b, .kind = LAB_SHMDT, .number = 4713), -EINVAL);
	GIVES(DO(b, .kind = LAB_MQ_OPEN, .text = "/x"), -ENOENT);
	GIVES(DO(b, .kind = LAB_MQ_OPEN, .text = "/x", .flags = O_CREAT) > 0, 1);
	GIVES(DO(b, .kind = LAB_MQ_OPEN, .text = "x"), LAB_SAYS(EINVAL));
}

static void test_subreaper(void)
{
	int a = spawn(), b = child(a, 0), c = child(b, 0), d = child(c, 0);

	GIVES(DO(a, .kind = LAB_SUBREAPER, .number = 1), 0);
	GIVES(end(c), LAB_ZOMBIE);
	CHECK(lab_parent(lab, d) == lab_task(lab, a)->tid);
	GIVES(DO(d, .kind = LAB_GETPID), lab_task(lab, d)->tid);
	GIVES(end(d), LAB_ZOMBIE);
	GIVES(DO(a, .kind = LAB_WAIT, .other = d), 0);
	GIVES(DO(a, .kind = LAB_SUBREAPER, .number = 0), 0);
}

static void test_time(void)
{
	int a = boss(), b;
	int64_t up;

	GIVES(DO(a, .kind = LAB_OFFSET, .slot = CLOCK_BOOTTIME, .number = 1), -EPERM);
	GIVES(DO(a, .kind = LAB_OFFSET, .slot = CLOCK_REALTIME, .number = 1), LAB_SAYS(EINVAL));
	GIVES(CALL(a, .kind = CALL_UNSHARE, .flags = CLONE_NEWTIME), 0);
	GIVES(DO(a, .kind = LAB_OFFSET, .slot = CLOCK_BOOTTIME, .number = 86400) > 0, 1);
	up = lab_machine_clock(CLOCK_MONOTONIC);
	GIVES(DO(a, .kind = LAB_OFFSET, .slot = CLOCK_MONOTONIC, .number = -up - 60), -ERANGE);
	GIVES(DO(a, .kind = LAB_OFFSET, .slot = CLOCK_MONOTONIC, .number = -up) > 0, 1);
	GIVES(DO(a, .kind = LAB_OFFSET, .slot = CLOCK_MONOTONIC, .number = 1000) > 0, 1);
	SAYS(DO(a, .kind = LAB_CLOCK), "monotonic+0 boottime+0");
	b = child(a, 0);
	SAYS(DO(b, .kind = LAB_CLOCK), "monotonic+1000 boottime+86400");
	GIVES(DO(a, .kind = LAB_OFFSET, .slot = CLOCK_BOOTTIME, .number = 1), -EACCES);
	SAYS(READ(b, "/proc/self/timens_offsets"), "86400");
}

/* Every kind of namespace has a limit of its own, in each user namespace and those above. */
static void test_quotas(void)
{
	int a = boss(), b, c;
	char map[] = "0 0 1";

	for (int k = 0; k < NS_N_KINDS; k++) {
		b = child(a, CLONE_NEWUSER);
		GIVES(DO(a, .kind = LAB_WRITE, .other = b, .path = "uid_map", .text = map), 5);
		GIVES(DO(a, .kind = LAB_WRITE, .other = b, .path = "gid_map", .text = map), 5);
		GIVES(DO(b, .kind = LAB_QUOTA, .slot = k, .number = 1), 1);
		c = child(b, ns_kinds[k].clone_flag & ~(uint64_t)CLONE_NEWTIME);
		if (k == NS_TIME)
			GIVES(CALL(c, .kind = CALL_UNSHARE, .flags = CLONE_NEWTIME), 0);
		GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = ns_kinds[k].clone_flag), -ENOSPC);
		GIVES(DO(b, .kind = LAB_QUOTA, .slot = k, .number = 2), 1);
		GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = ns_kinds[k].clone_flag), 0);
	}
	b = child(a, CLONE_NEWUSER);
	GIVES(DO(a, .kind = LAB_QUOTA, .slot = NS_UTS, .number = 0), 1);
	GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = CLONE_NEWUTS), -ENOSPC); /* the one above */
}

#define LINKS(who) DO(who, .kind = LAB_LINKS)

static void test_veth(void)
{
	int a = boss(), b = child(a, CLONE_NEWNET), c = child(a, CLONE_NEWNET);
	struct lab_call veth = {LAB_VETH, .name = "v0", .text = "v1", .other = c};

	GIVES(ask(a, veth), LAB_SAYS(EPERM)); /* nscope's own */
	GIVES(DO(b, .kind = LAB_VETH, .name = "v0", .text = "v1", .other = a), LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_VETH, .name = "a name too long.", .text = "v1", .other = c),
	      LAB_SAYS(EINVAL));
	GIVES(DO(b, .kind = LAB_LINK_UP, .name = "v0"), -ENODEV);
	GIVES(DO(b, .kind = LAB_ADDRESS, .name = "v0", .text = "10.9.0.1/24"), -ENODEV);
	GIVES(ask(b, veth), 0);
	GIVES(ask(b, veth), -EEXIST);
	SAYS(LINKS(b), "lo down\nv0 down nsid=0");
	SAYS(LINKS(c), "lo down\nv1 down nsid=0");
	GIVES(DO(b, .kind = LAB_ADDRESS, .name = "v0", .text = "10.9.0.1/33"), LAB_SAYS(EINVAL));
	GIVES(DO(b, .kind = LAB_ADDRESS, .name = "v0", .text = "10.9.0.1/24"), 0);
	GIVES(DO(b, .kind = LAB_ADDRESS, .name = "v0", .text = "10.9.0.1/24"), -EEXIST);
	GIVES(DO(b, .kind = LAB_ADDRESS, .name = "v0", .text = "fd09::1/64"), 0);
	GIVES(DO(c, .kind = LAB_ADDRESS, .name = "v1", .text = "10.9.0.2/24"), 0);
	GIVES(DO(b, .kind = LAB_PING, .text = "10.9.0.2"), -ENETUNREACH);
	GIVES(DO(b, .kind = LAB_LINK_UP, .name = "v0"), 0);
	SAYS(LINKS(b), "v0 up no-carrier nsid=0 10.9.0.1/24 fd09::1/64");
	GIVES(DO(b, .kind = LAB_PING, .text = "10.9.0.2", .number = 50), -ETIMEDOUT);
	GIVES(DO(c, .kind = LAB_LINK_UP, .name = "v1"), 0);
	SAYS(LINKS(b), "v0 up nsid=0 10.9.0.1/24 fd09::1/64");
	GIVES(DO(b, .kind = LAB_PING, .text = "10.9.0.2"), 0);
	GIVES(DO(c, .kind = LAB_PING, .text = "10.9.0.1"), 0);
	GIVES(DO(c, .kind = LAB_PING, .text = "10.9.0.9", .number = 50), -ETIMEDOUT);
	GIVES(DO(c, .kind = LAB_PING, .text = "10.9.0.300"), LAB_SAYS(EINVAL));
	GIVES(DO(c, .kind = LAB_PING, .text = "10.9.0.2", .number = 50),
	      -ETIMEDOUT); /* over lo, which is down */
	GIVES(DO(c, .kind = LAB_LINK_UP, .name = "lo"), 0);
	GIVES(DO(c, .kind = LAB_PING, .text = "10.9.0.2"), 0);
	SAYS(LINKS(c), "lo up 127.0.0.1/8 ::1/128\nv1 up nsid=0 10.9.0.2/24");
	GIVES(DO(c, .kind = LAB_LINK_UP, .name = "lo", .flags = 1), 0);
	SAYS(LINKS(c), "lo down 127.0.0.1/8\n");
}

static void test_links(void)
{
	int a = boss(), b = child(a, CLONE_NEWNET), c = child(a, CLONE_NEWNET), d = child(b, 0);

	GIVES(DO(b, .kind = LAB_VETH, .name = "v0", .text = "v1", .other = d), 0);
	SAYS(LINKS(d), "v1 down\nv0 down"); /* both ends here: no number */
	GIVES(DO(d, .kind = LAB_LINK_MOVE, .name = "v1", .other = a), LAB_SAYS(EPERM));
	GIVES(DO(d, .kind = LAB_LINK_MOVE, .name = "lo", .other = c), -EINVAL);
	GIVES(DO(d, .kind = LAB_LINK_MOVE, .name = "v1", .other = c), 0);
	SAYS(LINKS(c), "v1 down nsid=0");
	GIVES(DO(c, .kind = LAB_LINK_DEL, .name = "v1"), 0);
	CHECK(LINKS(b) == 0 && !strstr(last.text, "v0")); /* they go together */
	GIVES(DO(c, .kind = LAB_LINK_DEL, .name = "lo"), -EOPNOTSUPP);
	GIVES(DO(b, .kind = LAB_VETH, .name = "v0", .text = "v1", .other = c), 0);
	GIVES(DO(a, .kind = LAB_KILL, .other = c, .number = SIGKILL), 0);
	GIVES(DO(b, .kind = LAB_VETH, .name = "v2", .text = "v3", .other = c), LAB_SAYS(ENOENT));
	for (int i = 0; i < 5000 && !LINKS(b) && strstr(last.text, "v0"); i++)
		usleep(1000); /* the kernel takes a namespace down later: cleanup_net() */
	CHECK(!strstr(last.text, "v0"));
}

static void test_cgroup(void)
{
	int a = boss(), b = child(a, 0), c;
	char name[64], line[80];
	int64_t ret = DO(b, .kind = LAB_CGROUP, .name = "box");

	GIVES(DO(b, .kind = LAB_CGROUP, .name = "../box"), LAB_SAYS(EINVAL));
	if (ret == LAB_SAYS(ENOTSUP)) /* no rights, or no cgroup v2: the words say so */
		return;
	GIVES(ret, 0);
	snprintf(name, sizeof(name), "nscope-lab-%d-box", getpid());
	SAYS(READ(b, "/proc/self/cgroup"), name);
	CHECK(READ(a, "/proc/self/cgroup") == 0 && !strstr(last.text, name));
	GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = CLONE_NEWCGROUP), 0);
	SAYS(READ(b, "/proc/self/cgroup"), "0::/");
	CHECK(!strcmp(strstr(last.text, "0::/"), "0::/"));
	c = child(b, 0);
	GIVES(DO(a, .kind = LAB_CGROUP, .name = "box"), 0);
	GIVES(DO(c, .kind = LAB_CGROUP, .name = "other"), 0);
	snprintf(line, sizeof(line), "0::/../nscope-lab-%d-other", getpid());
	SAYS(READ(c, "/proc/self/cgroup"), line); /* outside its root */
	GIVES(DO(c, .kind = LAB_CGROUP), 0);
	SAYS(READ(c, "/proc/self/cgroup"), "0::/..");
	GIVES(DO(a, .kind = LAB_SIGNAL, .other = b, .number = SIGSTOP), 0); /* ends all the same */
}

/* Namespaces of somebody else may be entered, not changed; what the lab made, again. */
static void test_foreign(void)
{
	const uint64_t flags = CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS;
	int a = spawn(), b, pipe_fds[2], fd;
	char word;
	pid_t pid;

	CHECK(!pipe(pipe_fds));
	pid = fork();
	if (!pid) {
		if (unshare(flags) || write(pipe_fds[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	GIVES(read(pipe_fds[0], &word, 1), 1);
	GIVES(CALL(a, .kind = CALL_SETNS, .flags = flags,
		   .fd = {.kind = CALL_FD_PIDFD, .pid = pid}),
	      0);
	b = child(a, CLONE_NEWIPC);
	for (int i = 0; i < 2; i++) {
		GIVES(DO(i ? a : b, .kind = LAB_SETHOSTNAME, .text = "x"), LAB_SAYS(EPERM));
		GIVES(MOUNT(i ? a : b, "tmpfs", "/tmp"), LAB_SAYS(EPERM));
		GIVES(DO(i ? a : b, .kind = LAB_QUOTA, .slot = 1, .number = 1), LAB_SAYS(EPERM));
		GIVES(DO(a, .kind = LAB_WRITE, .other = i ? a : b, .path = "uid_map",
			 .text = "0 0 1"),
		      LAB_SAYS(EPERM));
	}
	GIVES(DO(a, .kind = LAB_MSGGET, .number = IPC_PRIVATE), LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_MSGGET, .number = IPC_PRIVATE) >= 0, 1);
	fd = DO(a, .kind = LAB_OPEN_NS, .other = b, .slot = SLOT_IPC);
	GIVES(DO(a, .kind = LAB_KILL, .other = b, .number = SIGKILL), 0);
	GIVES(CALL(a, .kind = CALL_SETNS, .fd = {.kind = CALL_FD_NUMBER, .fd = fd}), 0);
	GIVES(DO(a, .kind = LAB_MSGGET, .number = IPC_PRIVATE) >= 0, 1);
	GIVES(CALL(a, .kind = CALL_UNSHARE, .flags = CLONE_NEWUTS), 0);
	GIVES(DO(a, .kind = LAB_SETHOSTNAME, .text = "x"), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static const struct test tests[] = {
	{"looks", test_looks},
	{"no_map", test_no_map},
	{"dead_init", test_dead_init},
	{"files", test_files},
	{"mount_types", test_mount_types},
	{"pivot_root", test_pivot_root},
	{"roots", test_roots},
	{"threads", test_threads},
	{"sysv", test_sysv},
	{"subreaper", test_subreaper},
	{"time", test_time},
	{"quotas", test_quotas},
	{"veth", test_veth},
	{"links", test_links},
	{"cgroup", test_cgroup},
	{"foreign", test_foreign},
};

int main(int argc, char **argv)
{
	int status = run_tests(tests, ARRAY_SIZE(tests), argc > 1 ? argv[1] : "list");

	lab_close(lab);
	return status;
}
