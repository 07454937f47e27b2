/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab_driver TEST   makes calls in the laboratory and compares the answers with what
 *                   the kernel documents; prints what differs and exits 1
 * lab_driver hold   makes a crowd, says "ready", and changes it until it is killed
 * lab_driver list   the names of the tests
 */
#include "lab_test.h"

#include <sys/socket.h>

static void test_births(void)
{
	int a = spawn(), b;

	GIVES(CALL(a, .kind = CALL_FORK) > 0, 1);
	b = last.child;
	CHECK(lab_task(lab, b)->tid == last.ret);
	CHECK(lab_parent(lab, b) == lab_task(lab, a)->tid);
	CHECK(slot(b, SLOT_NET) && slot(b, SLOT_NET) == slot(a, SLOT_NET));
	GIVES(end(b), LAB_ZOMBIE);
	GIVES(DO(a, .kind = LAB_WAIT, .other = b), 0);
	GIVES(lab_task(lab, b)->state, LAB_GONE);
	GIVES(CALL(a, .kind = CALL_CLONE, .exit_signal = SIGCHLD) > 0, 1);
	GIVES(CALL(a, .kind = CALL_CLONE, .exit_signal = SIGCHLD, .flags = CLONE_VM) > 0, 1);
	b = last.child;
	GIVES(CALL(b, .kind = CALL_FORK) > 0, 1);
	GIVES(end(last.child), LAB_ZOMBIE);
	GIVES(end(b), LAB_ZOMBIE);
	b = child(a, CLONE_FILES | CLONE_FS | CLONE_VM | CLONE_SIGHAND);
	GIVES(CALL(b, .kind = CALL_EXEC), 0);
	GIVES(CALL(b, .kind = CALL_FORK) > 0, 1);
	b = child(a, CLONE_PARENT);
	CHECK(lab_parent(lab, b) == lab_task(lab, LAB_SUPERVISOR)->tid);
	GIVES(end(b), LAB_ZOMBIE);
	GIVES(DO(LAB_SUPERVISOR, .kind = LAB_WAIT, .other = b), 0);
	GIVES(CALL(a, .kind = CALL_CLONE3, .flags = CLONE_SIGHAND, .size = 88), -EINVAL);
	GIVES(CALL(a, .kind = CALL_CLONE3, .size = 63), -EINVAL);
	GIVES(CALL(a, .kind = CALL_CLONE3, .size = 5000), -E2BIG);
	GIVES(CALL(a, .kind = CALL_CLONE3, .size = 88, .stack = 1), -EINVAL);
	GIVES(CALL(a, .kind = CALL_CLONE3, .size = 88, .stack = 1, .stack_size = 1) > 0, 1);
	GIVES(CALL(last.child, .kind = CALL_FORK) > 0, 1);
}

static void test_vfork(void)
{
	int a = spawn(), b;

	GIVES(CALL(a, .kind = CALL_VFORK) > 0, 1);
	b = last.child;
	GIVES(lab_task(lab, a)->state, LAB_WAITING);
	GIVES(CALL(a, .kind = CALL_FORK), LAB_SAYS(EBUSY));
	GIVES(CALL(b, .kind = CALL_FORK) > 0, 1);
	GIVES(CALL(b, .kind = CALL_EXEC), 0);
	GIVES(lab_task(lab, a)->state, LAB_ALIVE);
	child(a, CLONE_VFORK);
	b = last.child;
	GIVES(lab_task(lab, a)->state, LAB_WAITING);
	GIVES(end(b), LAB_ZOMBIE);
	GIVES(lab_task(lab, a)->state, LAB_ALIVE);
	GIVES(CALL(a, .kind = CALL_VFORK) > 0, 1);
	b = last.child;
	GIVES(DO(a, .kind = LAB_KILL, .other = b, .number = SIGKILL), 0);
	lab_poll(lab);
	GIVES(lab_task(lab, a)->state, LAB_ALIVE);
}

static void test_threads(void)
{
	const uint64_t thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
	int a = spawn(), t = child(a, thread | CLONE_FILES), u = child(t, thread), v;

	CHECK(lab_task(lab, t)->tgid == lab_task(lab, a)->tid);
	CHECK(lab_task(lab, u)->tid != lab_task(lab, t)->tid);
	GIVES(CALL(t, .kind = CALL_UNSHARE, .flags = CLONE_NEWUSER), -EINVAL);
	GIVES(end(t), LAB_GONE);
	GIVES(CALL(u, .kind = CALL_FORK) > 0, 1);
	v = child(a, thread);
	GIVES(end(a), LAB_ZOMBIE);
	GIVES(CALL(v, .kind = CALL_EXEC), 0);
	CHECK(lab_task(lab, v)->tid == lab_task(lab, v)->tgid);
	GIVES(lab_task(lab, a)->state, LAB_GONE);
	GIVES(lab_task(lab, u)->state, LAB_GONE);
	GIVES(CALL(v, .kind = CALL_FORK) > 0, 1);
	t = child(v, thread);
	GIVES(DO(t, .kind = LAB_EXIT_GROUP, .number = 3), 0);
	GIVES(lab_task(lab, v)->state, LAB_ZOMBIE);
}

static void test_namespaces(void)
{
	int a = boss(), b, c;

	for (int k = 0; k < NS_N_KINDS; k++) {
		b = child(a, CLONE_PARENT);
		GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = ns_kinds[k].clone_flag), 0);
		if (k != NS_PID && k != NS_TIME)
			CHECK(slot(b, k) != slot(a, k));
		c = child(b, 0);
		CHECK(slot(c, k) && slot(c, k) != slot(a, k));
		GIVES(CALL(c, .kind = CALL_UNSHARE, .flags = CLONE_NEWUTS), 0);
	}
	b = child(a, CLONE_NEWPID);
	GIVES(last.ret > 1, 1);
	child(b, 0);
	GIVES(last.ret, 2);
	b = child(last.child, CLONE_NEWPID | CLONE_NEWNET);
	GIVES(last.ret, 3);
	c = child(a, 0);
	GIVES(CALL(c, .kind = CALL_SETNS, .flags = CLONE_NEWNET | CLONE_NEWPID,
		   .fd = {.kind = CALL_FD_PIDFD, .pid = lab_task(lab, b)->tid}),
	      0);
	CHECK(slot(c, SLOT_NET) == slot(b, SLOT_NET));
	CHECK(slot(c, SLOT_PID_FOR_CHILDREN) == slot(b, SLOT_PID));
	GIVES(CALL(c, .kind = CALL_SETNS,
		   .fd = {.kind = CALL_FD_NS, .ns_kind = NS_NET, .inum = slot(a, SLOT_NET)}),
	      -EPERM);
	GIVES(CALL(c, .kind = CALL_SETNS, .fd = {.kind = CALL_FD_NUMBER, .fd = 99}), -EBADF);
	GIVES(CALL(c, .kind = CALL_FORK) > 0, 1);
	GIVES(DO(a, .kind = LAB_KILL, .other = c, .number = SIGKILL), 0);
	GIVES(lab_task(lab, c)->state, LAB_ZOMBIE);
}

static void test_init_death(void)
{
	int a = boss(), init = child(a, CLONE_NEWPID), b = child(init, 0), c = child(b, 0);

	GIVES(DO(b, .kind = LAB_SIGNAL, .other = init, .number = SIGKILL), 0);
	GIVES(lab_task(lab, init)->state, LAB_ALIVE); /* its own cannot kill it */
	GIVES(DO(c, .kind = LAB_SIGNAL, .other = a, .number = SIGKILL), -EINVAL);
	GIVES(DO(a, .kind = LAB_SIGNAL, .other = init, .number = SIGKILL), 0);
	lab_poll(lab);
	GIVES(lab_task(lab, init)->state, LAB_ZOMBIE);
	GIVES(lab_task(lab, b)->state, LAB_GONE);
	GIVES(lab_task(lab, c)->state, LAB_GONE);
	GIVES(DO(a, .kind = LAB_WAIT, .other = init), 0);
	GIVES(lab_task(lab, init)->state, LAB_GONE);
}

/* Descriptors sent over sockets of the task that nobody has received. */
static int unread_fds(int id)
{
	char path[64];
	int sum = 0;

	for (int fd = 0; fd < 64; fd++) {
		char line[128];
		int n;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", lab_task(lab, id)->tid, fd);
		f = fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			sum += sscanf(line, "scm_fds: %d", &n) == 1 ? n : 0;
		if (f)
			fclose(f);
	}
	return sum;
}

/* Its socket lives on in the table that it shares; what it cannot read would stay in it. */
static void test_killed(void)
{
	int a = boss(), b = child(a, CLONE_FILES),
	    t = child(b, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
	const struct call_fd net = {CALL_FD_NS, .ns_kind = NS_NET, .inum = slot(a, SLOT_NET)};

	GIVES(DO(a, .kind = LAB_KILL, .other = b, .number = SIGKILL, .flags = 1), 0);
	GIVES(CALL(b, .kind = CALL_SETNS, .fd = net), LAB_SAYS(ESRCH));
	GIVES(CALL(t, .kind = CALL_SETNS, .fd = net), LAB_SAYS(ESRCH));
	GIVES(unread_fds(a), 0);
}

static void test_descriptors(void)
{
	int a = boss(), b = child(a, CLONE_NEWNET | CLONE_NEWNS), c = child(a, CLONE_NEWPID), fd;
	struct lab_call open = {LAB_OPEN_NS, .other = b, .slot = SLOT_NET};

	fd = ask(a, open);
	CHECK(fd > 0 && fd < 1000);
	GIVES(CALL(a, .kind = CALL_SETNS, .fd = {.kind = CALL_FD_NUMBER, .fd = fd}), 0);
	CHECK(slot(a, SLOT_NET) == slot(b, SLOT_NET));
	GIVES(DO(a, .kind = LAB_DUP, .fd = fd) > 0, 1);
	GIVES(DO(a, .kind = LAB_CLOSE, .fd = last.ret), 0);
	GIVES(DO(a, .kind = LAB_BIND_FD, .fd = fd, .path = "/proc/version"), LAB_SAYS(EPERM));
	fd = ask(b, open);
	GIVES(DO(b, .kind = LAB_BIND_FD, .fd = fd, .path = "/proc/version"), 0);
	GIVES(DO(b, .kind = LAB_BIND_NS, .other = b, .slot = SLOT_USER, .path = "/proc/uptime"), 0);
	/* By a path only where it is mounted, and of the lab's only. */
	GIVES(DO(b, .kind = LAB_OPEN, .path = "/proc/self/ns/net"), LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_OPEN, .path = "/proc/self/ns/uts"), LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_OPEN, .path = "/proc/version") > 0, 1);
	GIVES(CALL(b, .kind = CALL_SETNS, .fd = {.kind = CALL_FD_NUMBER, .fd = last.ret}), 0);
	GIVES(DO(b, .kind = LAB_CLOSE, .fd = last.ret), LAB_SAYS(EBADF));
	GIVES(DO(b, .kind = LAB_UMOUNT, .path = "/proc/uptime"), 0);
	GIVES(DO(b, .kind = LAB_UMOUNT, .path = "/proc/uptime"), -EINVAL);
	/* By the number that it has for the caller: c is 1 for itself, and a has none there. */
	GIVES(DO(c, .kind = LAB_OPEN_PIDFD, .other = a), -ESRCH);
	GIVES(DO(c, .kind = LAB_OPEN_PIDFD, .other = c) > 0, 1);
	GIVES(CALL(c, .kind = CALL_SETNS, .flags = CLONE_NEWPID,
		   .fd = {.kind = CALL_FD_NUMBER, .fd = last.ret}),
	      0);
	GIVES(DO(a, .kind = LAB_OPEN_PIDFD, .other = b) > 0, 1);
	GIVES(CALL(a, .kind = CALL_SETNS, .flags = CLONE_NEWNET,
		   .fd = {.kind = CALL_FD_NUMBER, .fd = last.ret}),
	      0);
}

static void test_sockets(void)
{
	int a = boss();

	GIVES(CALL(a, .kind = CALL_UNSHARE, .flags = CLONE_NEWNET), 0);
	GIVES(DO(a, .kind = LAB_SOCKET, .number = AF_INET, .flags = SOCK_DGRAM) > 0, 1);
	GIVES(DO(a, .kind = LAB_SOCKET, .number = AF_NETLINK, .flags = SOCK_RAW) > 0, 1);
	GIVES(DO(a, .kind = LAB_SOCKET, .number = AF_INET, .flags = SOCK_STREAM) > 0, 1);
	GIVES(DO(a, .kind = LAB_LISTEN, .fd = last.ret), 0);
	GIVES(DO(a, .kind = LAB_SOCKETPAIR, .flags = SOCK_STREAM), 0);
	CHECK(last.fds[0] > 0 && last.fds[1] > 0);
	GIVES(DO(a, .kind = LAB_CLOSE, .fd = last.fds[0]), 0);
	GIVES(DO(a, .kind = LAB_SOCKET, .number = 255, .flags = SOCK_RAW), -EAFNOSUPPORT);
}

static void test_ids(void)
{
	int a = spawn(), b = child(a, CLONE_NEWUSER);
	char map[64];

	GIVES(DO(b, .kind = LAB_SETUID, .number = 0), -EINVAL);
	GIVES(DO(b, .kind = LAB_WRITE, .other = b, .path = "setgroups", .text = "deny"), 4);
	snprintf(map, sizeof(map), "0 %d 1", geteuid());
	GIVES(DO(b, .kind = LAB_WRITE, .other = b, .path = "uid_map", .text = map),
	      (int64_t)strlen(map));
	GIVES(DO(b, .kind = LAB_WRITE, .other = b, .path = "uid_map", .text = map), -EPERM);
	snprintf(map, sizeof(map), "0 %d 1", getegid());
	GIVES(DO(a, .kind = LAB_WRITE, .other = b, .path = "gid_map", .text = map),
	      (int64_t)strlen(map));
	GIVES(DO(b, .kind = LAB_SETGID, .number = 0), 0);
	GIVES(DO(b, .kind = LAB_SETUID, .number = 0), 0);
	GIVES(DO(b, .kind = LAB_SETUID, .number = 7), -EINVAL);
	GIVES(DO(b, .kind = LAB_WRITE, .other = b, .path = "environ", .text = "x"),
	      LAB_SAYS(EINVAL));
	GIVES(DO(b, .kind = LAB_SETHOSTNAME, .text = "lab"), LAB_SAYS(EPERM));
	GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = CLONE_NEWUTS), 0);
	GIVES(DO(b, .kind = LAB_SETHOSTNAME, .text = "lab"), 0);
	GIVES(DO(b, .kind = LAB_QUOTA, .slot = SLOT_NET, .number = 1), 1);
	GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = CLONE_NEWNET), 0);
	GIVES(CALL(b, .kind = CALL_UNSHARE, .flags = CLONE_NEWNET), -ENOSPC);
	GIVES(DO(a, .kind = LAB_QUOTA, .slot = SLOT_NET, .number = 1), LAB_SAYS(EPERM));
}

static void test_mounts(void)
{
	int a = boss(), b = child(a, CLONE_NEWNS | CLONE_NEWPID), c;

	GIVES(DO(a, .kind = LAB_MOUNT, .text = "tmpfs", .path = "/tmp"), LAB_SAYS(EPERM));
	GIVES(DO(a, .kind = LAB_UMOUNT, .path = "/proc"), LAB_SAYS(EPERM));
	GIVES(DO(b, .kind = LAB_MOUNT, .text = "proc", .path = "/proc"), 0);
	GIVES(DO(b, .kind = LAB_MOUNT, .text = "tmpfs", .path = "/tmp"), 0);
	GIVES(DO(b, .kind = LAB_CHDIR, .path = "/tmp"), 0);
	GIVES(DO(b, .kind = LAB_CHROOT, .path = "/tmp"), 0);
	GIVES(DO(b, .kind = LAB_CHDIR, .path = "/proc"), -ENOENT);
	GIVES(CALL(b, .kind = CALL_EXEC), 0); /* from the memfd: there is no file in there */
	c = child(b, 0);
	GIVES(CALL(c, .kind = CALL_UNSHARE, .flags = CLONE_NEWUSER), -EPERM);
	GIVES(DO(b, .kind = LAB_CHROOT, .path = NULL), LAB_SAYS(EINVAL));
}

/* What is made later is the younger one to the kernel, too: it may be mounted in the other. */
static void test_mnt_order(void)
{
	int a = boss(), b = child(a, CLONE_NEWNS), c = child(b, CLONE_NEWNS);
	cpu_set_t cpus;

	GIVES(sched_getaffinity(lab_task(lab, c)->tid, sizeof(cpus), &cpus), 0);
	GIVES(CPU_COUNT(&cpus), 1);
	GIVES(DO(b, .kind = LAB_BIND_NS, .other = c, .slot = SLOT_MNT, .path = "/proc/version"), 0);
	GIVES(DO(c, .kind = LAB_BIND_NS, .other = b, .slot = SLOT_MNT, .path = "/proc/version"),
	      -EINVAL);
}

/* A setuid() loses the parent-death signal and /proc/self; the agent takes both back. */
static void test_orphans(void)
{
	int a = spawn(), b = child(a, 0), c = child(b, 0);

	GIVES(end(b), LAB_ZOMBIE);
	CHECK(lab_parent(lab, c) == lab_task(lab, LAB_SUPERVISOR)->tid);
	GIVES(CALL(c, .kind = CALL_FORK) > 0, 1);
	GIVES(DO(a, .kind = LAB_WAIT, .other = c), -ECHILD);
	GIVES(DO(a, .kind = LAB_WAIT, .other = b), 0);
	GIVES(DO(LAB_SUPERVISOR, .kind = LAB_WAIT, .other = c), -EAGAIN);
	GIVES(end(c), LAB_ZOMBIE);
	GIVES(DO(LAB_SUPERVISOR, .kind = LAB_WAIT, .other = c), 0);
	GIVES(CALL(c, .kind = CALL_FORK), LAB_SAYS(ESRCH));
	GIVES(CALL(4711, .kind = CALL_FORK), LAB_SAYS(ESRCH));
	GIVES(DO(LAB_SUPERVISOR, .kind = LAB_OPEN, .path = "/"), LAB_SAYS(EPERM));
}

static const struct test tests[] = {
	{"births", test_births},	 {"vfork", test_vfork},
	{"threads", test_threads},	 {"namespaces", test_namespaces},
	{"init_death", test_init_death}, {"descriptors", test_descriptors},
	{"sockets", test_sockets},	 {"ids", test_ids},
	{"mounts", test_mounts},	 {"orphans", test_orphans},
	{"killed", test_killed},	 {"mnt_order", test_mnt_order},
};

/* A child, or the caller when it cannot have one. */
static int any_child(int who, uint64_t flags)
{
	int64_t ret = CALL(who, .kind = CALL_CLONE3, .flags = flags, .size = 88,
			   .exit_signal = flags & CLONE_THREAD ? 0 : SIGCHLD);

	return ret > 0 && last.child > 0 ? last.child : who;
}

/* Mounts, a root of its own, a control group, descriptors, and a link to the other. */
static void furnish(int who, int other)
{
	const char *dirs[] = {"/tmp/root/old", "/tmp/root/proc"};

	DO(who, .kind = LAB_CGROUP, .name = "hold");
	DO(who, .kind = LAB_MOUNT, .text = "tmpfs", .path = "/tmp");
	DO(who, .kind = LAB_MKDIR, .path = "/tmp/root");
	DO(who, .kind = LAB_MOUNT, .text = "tmpfs", .path = "/tmp/root");
	for (unsigned i = 0; i < ARRAY_SIZE(dirs); i++)
		DO(who, .kind = LAB_MKDIR, .path = dirs[i]);
	DO(who, .kind = LAB_PIVOT_ROOT, .path = "/tmp/root", .text = "/tmp/root/old");
	DO(who, .kind = LAB_MOUNT, .text = "proc", .path = "/proc");
	DO(who, .kind = LAB_BIND_NS, .other = other, .slot = SLOT_NET, .path = "/proc/version");
	DO(who, .kind = LAB_VETH, .name = "v0", .text = "v1", .other = other);
	DO(who, .kind = LAB_LINK_UP, .name = "v0");
	DO(who, .kind = LAB_SOCKET, .number = AF_INET, .flags = SOCK_DGRAM);
	DO(who, .kind = LAB_OPEN_NS, .other = other, .slot = SLOT_USER);
}

/* A crowd with everything that could be left behind. */
static void crowd(unsigned turn)
{
	const uint64_t flags[] = {
		0,
		CLONE_NEWPID | CLONE_NEWNS,
		CLONE_NEWNET,
		CLONE_VM,
		CLONE_VM | CLONE_SIGHAND | CLONE_THREAD,
		CLONE_VFORK,
		CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP,
	};
	int a = boss(), b = child(a, CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID), c;

	furnish(b, any_child(a, CLONE_NEWNET));
	for (unsigned i = 0; i < ARRAY_SIZE(flags); i++) {
		c = any_child(lab_task(lab, b)->state ? a : b, flags[i]);
		any_child(c, flags[(turn + i) % ARRAY_SIZE(flags)]);
		if (lab_task(lab, a)->state)
			a = boss();
	}
	/* An orphan with children, and an init that does not end before it is killed. */
	DO(a, .kind = LAB_KILL, .other = a, .number = SIGKILL);
}

static void hold(void)
{
	struct err e;

	for (unsigned turn = 0; lab; turn++) {
		crowd(turn);
		if (turn == 1)
			puts("ready");
		fflush(stdout);
		if (turn % 4 == 3) {
			lab_close(lab);
			lab = lab_open(&e);
		}
	}
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "list";
	int status = run_tests(tests, ARRAY_SIZE(tests), name);

	if (!status && !strcmp(name, "hold"))
		hold();
	lab_close(lab);
	return status;
}
