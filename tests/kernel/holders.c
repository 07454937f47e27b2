/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes namespaces that are held in one way each, for the tests of the ledger:
 *
 *	holders list             the cases, a line each: NAME KIND REF
 *	holders NAME...          set up these
 *	holders random SEED N    set up N of them, in an order that SEED gives
 *
 * Prints "NAME KIND INUM" for each, then "ready", and holds all until stdin ends.
 * Every process it starts dies with it. Needs root.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <mqueue.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

__attribute__((noreturn)) static void die(const char *what, int line)
{
	fprintf(stderr, "holders: %s (line %d): %s\n", what, line, strerror(errno));
	exit(1);
}

static long must(long result, const char *what, int line)
{
	if (result < 0)
		die(what, line);
	return result;
}

#define DIE(what)  die(what, __LINE__)
#define MUST(call) must((call), #call, __LINE__)

static const struct {
	const char *name;
	int flag;
} kinds[] = {
	{"mnt", CLONE_NEWNS},	     {"net", CLONE_NEWNET},   {"pid", CLONE_NEWPID},
	{"user", CLONE_NEWUSER},     {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS},
	{"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME},
};

static int flag_of(const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, kind))
			return kinds[i].flag;
	errno = EINVAL;
	DIE(kind);
}

/* ---- processes that make and hold ---- */

static pid_t fork_bound(void)
{
	pid_t pid = MUST(fork());

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* A process that runs `setup` and then waits for its end; returned when setup is through. */
static pid_t start(void (*setup)(const char *arg), const char *arg)
{
	int ready[2];
	char c;
	pid_t pid;

	MUST(pipe(ready));
	pid = fork_bound();
	if (!pid) {
		close(ready[0]);
		setup(arg);
		MUST(write(ready[1], "r", 1));
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		DIE("setup of a process");
	close(ready[0]);
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void be_root_inside(void)
{
	static const char *const files[] = {"setgroups", "uid_map", "gid_map"};
	static const char *const texts[] = {"deny", "0 0 1", "0 0 1"};

	for (int i = 0; i < 3; i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/proc/self/%s", files[i]);
		fd = open(path, O_WRONLY);
		if (fd >= 0) {
			if (write(fd, texts[i], strlen(texts[i])) < 0 && i)
				DIE(path);
			close(fd);
		}
	}
}

static void nothing(const char *arg)
{
	(void)arg;
}

/* Enter a new namespace; its first process, where that is another one, is started. */
static void enter(const char *kind)
{
	int flag = flag_of(kind);

	MUST(unshare(flag));
	if (flag == CLONE_NEWUSER)
		be_root_inside();
	if (flag == CLONE_NEWNS)
		MUST(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	if (flag == CLONE_NEWPID)
		start(nothing, NULL);
}

static const char *link_of(const char *kind)
{
	if (!strcmp(kind, "pid"))
		return "pid_for_children";
	return strcmp(kind, "time") ? kind : "time_for_children";
}

static int open_ns(pid_t pid, const char *kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link_of(kind));
	return MUST(open(path, O_RDONLY | O_CLOEXEC));
}

static uint32_t inum_of_fd(int fd)
{
	struct stat st;

	MUST(fstat(fd, &st));
	return st.st_ino;
}

static uint32_t inum_of(pid_t pid, const char *kind)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link_of(kind));
	MUST(stat(path, &st));
	return st.st_ino;
}

/* ---- the same ways for every kind ---- */

static uint32_t by_task(const char *kind)
{
	return inum_of(start(enter, kind), kind);
}

static int orphan(const char *kind)
{
	pid_t pid = start(enter, kind);
	int fd = open_ns(pid, kind);

	stop(pid);
	return fd;
}

static uint32_t by_fd(const char *kind)
{
	return inum_of_fd(orphan(kind));
}

static uint32_t by_fds(const char *kind)
{
	int fd = orphan(kind);
	char path[64];

	MUST(dup(fd));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	MUST(open(path, O_RDONLY));
	start(nothing, NULL); /* with copies of all */
	return inum_of_fd(fd);
}

/* In a mount namespace of our own, so that nothing stays behind. */
static void bind_it(int fd, int n)
{
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	MUST(mount("holders", "/mnt", "tmpfs", 0, NULL));
	for (int i = 0; i < n; i++) {
		char from[64], to[64];

		snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
		snprintf(to, sizeof(to), "/mnt/%d", i);
		close(MUST(open(to, O_CREAT | O_WRONLY, 0600)));
		MUST(mount(i ? "/mnt/0" : from, to, NULL, MS_BIND, NULL));
	}
}

static uint32_t by_bind(const char *kind)
{
	int fd = orphan(kind);
	uint32_t inum = inum_of_fd(fd);

	bind_it(fd, 2);
	close(fd);
	return inum;
}

static uint32_t by_detached_bind(const char *kind)
{
	int fd = orphan(kind);
	uint32_t inum = inum_of_fd(fd);

	bind_it(fd, 1);
	close(fd);
	MUST(syscall(SYS_open_tree, AT_FDCWD, "/mnt/0", 1 /* OPEN_TREE_CLONE */));
	MUST(umount2("/mnt/0", MNT_DETACH));
	return inum;
}

/* Below the root of a tree that is mounted nowhere; what is kept has no descriptor. */
static uint32_t in_tree(const char *kind, int *tree)
{
	int fd = orphan(kind);
	uint32_t inum = inum_of_fd(fd);

	bind_it(fd, 2);
	close(fd);
	*tree = MUST(
		syscall(SYS_open_tree, AT_FDCWD, "/mnt", 1 /* OPEN_TREE_CLONE */ | AT_RECURSIVE));
	MUST(umount2("/mnt", MNT_DETACH));
	return inum;
}

static uint32_t by_tree(const char *kind)
{
	int tree;

	return in_tree(kind, &tree);
}

/* The same, while but a working directory keeps the tree. */
static uint32_t by_dir_of_tree(const char *kind)
{
	uint32_t inum;
	int tree;

	inum = in_tree(kind, &tree);
	MUST(fchdir(tree));
	close(tree);
	return inum;
}

/* The same, while but an open directory does. */
static uint32_t by_file_of_tree(const char *kind)
{
	uint32_t inum;
	int tree;

	inum = in_tree(kind, &tree);
	MUST(openat(tree, ".", O_RDONLY | O_DIRECTORY));
	close(tree);
	return inum;
}

static void enter_and_fork(const char *kind)
{
	enter(kind);
	start(nothing, NULL);
	start(nothing, NULL);
}

static uint32_t by_fork(const char *kind)
{
	return inum_of(start(enter_and_fork, kind), kind);
}

static void enter_again(const char *kind)
{
	int fd;

	enter(kind);
	fd = open_ns(getpid(), kind);
	MUST(setns(fd, 0));
	close(fd);
}

/* A new nsproxy of the same namespaces: setns(2) always makes one. */
static uint32_t by_setns(const char *kind)
{
	return inum_of(start(enter_again, kind), kind);
}

/* ---- network ---- */

static void sockets(const char *kind)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int pair[2];

	enter(kind);
	MUST(socket(AF_INET, SOCK_DGRAM, 0));
	MUST(bind(MUST(socket(AF_INET, SOCK_STREAM, 0)), (void *)&in, sizeof(in)));
	MUST(socket(AF_INET6, SOCK_DGRAM, 0));
	MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
	MUST(socket(AF_PACKET, SOCK_RAW, 0));
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	MUST(dup(pair[0]));
}

static void lo_up(void)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));

	MUST(ioctl(fd, SIOCSIFFLAGS, &ifr));
	close(fd);
}

static void accept_queue(const char *kind)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "\0holders"};
	socklen_t len = sizeof(in);
	int fd;

	enter(kind);
	lo_up();
	fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
	MUST(bind(fd, (void *)&in, sizeof(in)));
	MUST(listen(fd, 8));
	MUST(getsockname(fd, (void *)&in, &len));
	for (int i = 0; i < 3; i++)
		MUST(connect(MUST(socket(AF_INET, SOCK_STREAM, 0)), (void *)&in, len));
	fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(bind(fd, (void *)&un, sizeof(un)));
	MUST(listen(fd, 8));
	for (int i = 0; i < 2; i++)
		MUST(connect(MUST(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&un, sizeof(un)));
}

static void tun(const char *kind)
{
	enter(kind);
	MUST(open("/dev/net/tun", O_RDWR));
}

static void net_files(const char *kind)
{
	enter(kind);
	MUST(open("/proc/self/net/tcp", O_RDONLY));
	MUST(open("/proc/self/net/dev", O_RDONLY));
	MUST(open("/proc/self/net/sockstat", O_RDONLY));
	MUST(open("/proc/self/net", O_RDONLY | O_DIRECTORY));
}

static void mount_in_making(const char *kind)
{
	enter(kind);
	if (!strcmp(kind, "user"))
		MUST(unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
			     CLONE_NEWCGROUP));
	MUST(syscall(SYS_fsopen, "tmpfs", 0));
	MUST(syscall(SYS_fsopen, "proc", 0));
	MUST(syscall(SYS_fsopen, "mqueue", 0));
	MUST(syscall(SYS_fsopen, "cgroup2", 0));
}

static void send_fd(int over, int fd)
{
	char byte = 'x', buf[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = buf,
			     .msg_controllen = sizeof(buf)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	MUST(sendmsg(over, &msg, 0));
}

static int flight[2];

static void send_socket(const char *kind)
{
	int fd;

	enter(kind);
	fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
	send_fd(flight[0], fd);
}

/* All that is left is in a message that nobody has received. */
static uint32_t by_flight(const char *kind)
{
	uint32_t inum;
	pid_t pid;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, flight));
	pid = start(send_socket, kind);
	inum = inum_of(pid, kind);
	stop(pid);
	return inum;
}

static uint32_t by_nsfs_flight(const char *kind)
{
	int fd = orphan(kind);
	uint32_t inum = inum_of_fd(fd);

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, flight));
	send_fd(flight[0], fd);
	close(fd);
	return inum;
}

/* ---- System V IPC, mounts, cgroups ---- */

static void attach(const char *kind)
{
	int id;

	enter(kind);
	id = MUST(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));
	if (shmat(id, NULL, 0) == (void *)-1 || shmat(id, NULL, 0) == (void *)-1)
		DIE("shmat");
	MUST(shmctl(id, IPC_RMID, NULL));
	start(nothing, NULL);
}

static void sysvipc_files(const char *kind)
{
	enter(kind);
	MUST(open("/proc/sysvipc/shm", O_RDONLY));
	MUST(open("/proc/sysvipc/msg", O_RDONLY));
}

static void mounts_files(const char *kind)
{
	enter(kind);
	MUST(open("/proc/self/mountinfo", O_RDONLY));
	MUST(open("/proc/self/mounts", O_RDONLY));
	MUST(open("/proc/self/mountstats", O_RDONLY));
}

/* Some control file of any hierarchy that is mounted. */
static int open_control_file(void)
{
	static const char *const names[] = {"/sys/fs/cgroup/cgroup.procs",
					    "/sys/fs/cgroup/unified/cgroup.procs",
					    "/sys/fs/cgroup/cpu/cgroup.procs"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int fd = open(names[i], O_RDONLY);

		if (fd >= 0)
			return fd;
	}
	MUST(mount("holders", "/mnt", "cgroup2", 0, NULL));
	return MUST(open("/mnt/cgroup.procs", O_RDONLY));
}

static void control_files(const char *kind)
{
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	enter(kind);
	open_control_file();
	open_control_file();
}

/* ---- processes ---- */

static void nested(const char *kind)
{
	enter(kind);
	start(enter, kind);
}

/* As the first process of a new pid namespace. */
static void in_pid_ns(void (*first)(const char *arg))
{
	MUST(unshare(CLONE_NEWPID));
	start(first, NULL);
}

static void mount_proc(const char *arg)
{
	(void)arg;
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	MUST(mount("holders", "/mnt", "proc", 0, NULL));
	MUST(mount("holders", "/mnt", "proc", 0, NULL));
}

static void proc_mounts(const char *kind)
{
	(void)kind;
	in_pid_ns(mount_proc);
}

/* Processes that are dead and reaped, and what still knows their number. */
static void pinned_pids(const char *arg)
{
	pid_t dead, leader;
	char path[64];

	(void)arg;
	mount_proc(NULL);
	dead = start(nothing, NULL);
	MUST(syscall(SYS_pidfd_open, dead, 0));
	stop(dead);
	dead = start(nothing, NULL);
	snprintf(path, sizeof(path), "/mnt/%d/status", dead);
	MUST(open(path, O_RDONLY));
	stop(dead);
	leader = fork_bound();
	if (!leader) {
		MUST(setsid());
		start(nothing, NULL);
		_exit(0);
	}
	waitpid(leader, NULL, 0);
}

static void pins(const char *kind)
{
	(void)kind;
	in_pid_ns(pinned_pids);
}

/* The first process has to wait for one that its parent, outside, does not reap. */
static void stuck(const char *kind)
{
	pid_t init, other;

	MUST(unshare(flag_of(kind)));
	init = start(nothing, NULL);
	other = start(nothing, NULL);
	MUST(kill(other, SIGKILL));
	MUST(waitid(P_PID, other, &(siginfo_t){0}, WEXITED | WNOWAIT));
	MUST(kill(init, SIGKILL));
}

/* Many of a kind: that two objects are taken for one shows here. */
static void crowd(const char *kind)
{
	enter(kind);
	for (int i = 0; i < 60; i++)
		start(nothing, NULL);
}

static int peer[2];

static void make_peers(const char *arg)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "\0holders peer"};
	pid_t pid;
	int fd;

	(void)arg;
	MUST(unshare(CLONE_NEWNET)); /* for a name of its own */
	fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(bind(fd, (void *)&un, sizeof(un)));
	MUST(listen(fd, 8));
	pid = fork_bound();
	if (!pid) {
		peer[0] = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
		MUST(connect(peer[0], (void *)&un, sizeof(un)));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	MUST(accept(fd, NULL, NULL));
}

static void peers(const char *kind)
{
	(void)kind;
	in_pid_ns(make_peers);
}

static void make_segments(const char *arg)
{
	pid_t pid;

	(void)arg;
	MUST(unshare(CLONE_NEWIPC));
	for (int i = 0; i < 3; i++) {
		pid = fork_bound();
		if (!pid)
			_exit(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) < 0);
		waitpid(pid, NULL, 0);
	}
}

static void segments(const char *kind)
{
	(void)kind;
	in_pid_ns(make_segments);
}

/* The same, in an IPC namespace that stays, and that a process outside is in. */
static int ipc_elsewhere;

static void make_segments_elsewhere(const char *arg)
{
	struct {
		long type;
		char text[1];
	} message = {.type = 1};
	struct sembuf up = {.sem_op = 1};
	pid_t pid;

	(void)arg;
	for (int i = 0; i < 3; i++) {
		pid = fork_bound();
		if (pid) {
			waitpid(pid, NULL, 0);
			continue;
		}
		MUST(setns(ipc_elsewhere, CLONE_NEWIPC));
		MUST(semop(MUST(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)), &up, 1));
		MUST(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));
		MUST(msgsnd(MUST(msgget(IPC_PRIVATE, IPC_CREAT | 0600)), &message, 1, 0));
		_exit(0);
	}
}

static void pid_ns_of_makers(const char *arg)
{
	(void)arg;
	in_pid_ns(make_segments_elsewhere);
}

static uint32_t by_segments_elsewhere(const char *kind)
{
	pid_t pid = start(enter, "ipc");
	uint32_t inum;

	(void)kind;
	ipc_elsewhere = open_ns(pid, "ipc");
	pid = start(pid_ns_of_makers, NULL);
	inum = inum_of(pid, "pid");
	stop(pid);
	close(ipc_elsewhere);
	return inum;
}

/* ---- user namespaces ---- */

static void own_all(const char *kind)
{
	enter(kind);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].flag != CLONE_NEWUSER)
			start(enter, kinds[i].name);
}

static void child_user_ns(const char *kind)
{
	enter(kind);
	start(enter, kind);
	start(enter, kind);
}

static void file_systems(const char *kind)
{
	enter(kind);
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("holders", "/mnt", "tmpfs", 0, NULL));
	MUST(mount("holders", "/mnt", "tmpfs", 0, NULL));
}

static void old_creds(const char *kind)
{
	MUST(open("/dev/null", O_RDONLY));
	enter(kind);
	MUST(open("/dev/null", O_RDONLY));
	MUST(prctl(PR_SET_KEEPCAPS, 1));
	MUST(open("/dev/null", O_RDONLY));
}

static void run_program(const char *kind)
{
	int ready[2];
	pid_t pid;
	char c;

	enter(kind);
	MUST(pipe(ready));
	pid = fork_bound();
	if (!pid) {
		MUST(dup2(ready[1], 1));
		execl("/bin/sh", "sh", "-c", "echo; exec sleep 1000000", NULL);
		_exit(1);
	}
	close(ready[1]);
	MUST(read(ready[0], &c, 1));
}

static int maps_fd = -1;

/* The memory of a dead program, through a file of /proc that is still open. */
static uint32_t by_maps(const char *kind)
{
	pid_t pid = start(run_program, kind);
	uint32_t inum = inum_of(pid, kind);
	char path[64], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	fd = MUST(open(path, O_RDONLY));
	MUST(read(fd, text, sizeof(text) - 1));
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/maps", atoi(text));
	maps_fd = MUST(open(path, O_RDONLY));
	snprintf(path, sizeof(path), "/proc/%d/mem", atoi(text));
	MUST(open(path, O_RDONLY));
	stop(pid);
	kill(atoi(text), SIGKILL);
	return inum;
}

static void detached_tree(const char *kind)
{
	enter(kind);
	MUST(unshare(CLONE_NEWNS));
	MUST(syscall(SYS_open_tree, AT_FDCWD, "/",
		     1 /* OPEN_TREE_CLONE */ | 0x8000 /* AT_RECURSIVE */));
}

/* ---- what the audit of files and credentials has to know one by one ---- */

/* Another user of the namespace: other credentials and another count of uses. */
static void other_users(const char *kind)
{
	static const char *const files[] = {"uid_map", "gid_map"};
	int go[2], mapped[2];
	pid_t parent = getpid(), pid;
	char c;

	MUST(pipe(go));
	MUST(pipe(mapped));
	pid = fork_bound();
	if (!pid) {
		MUST(read(go[0], &c, 1));
		for (int i = 0; i < 2; i++) {
			char path[64];
			int fd;

			snprintf(path, sizeof(path), "/proc/%d/%s", parent, files[i]);
			fd = MUST(open(path, O_WRONLY));
			MUST(write(fd, "0 0 100", 7));
			close(fd);
		}
		MUST(write(mapped[1], "m", 1));
		_exit(0);
	}
	MUST(unshare(flag_of(kind)));
	MUST(write(go[1], "g", 1));
	MUST(read(mapped[0], &c, 1));
	waitpid(pid, NULL, 0);
	MUST(open("/dev/null", O_RDONLY)); /* keeps what we were */
	MUST(setgid(7));
	MUST(setuid(7));
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* which a change of user forgets */
}

static void notify_groups(const char *kind)
{
	enter(kind);
	MUST(syscall(SYS_inotify_init1, 0));
	MUST(syscall(SYS_fanotify_init, 0x200 /* FAN_REPORT_FID */, 0));
}

static void open_perf_event(const char *arg)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
				       .size = sizeof(attr),
				       .config = PERF_COUNT_SW_DUMMY,
				       .exclude_kernel = 1};

	(void)arg;
	MUST(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static void perf_events(const char *kind)
{
	(void)kind;
	in_pid_ns(open_perf_event);
}

static void mount_fuse(const char *arg)
{
	char options[64];
	int fd;

	(void)arg;
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	fd = MUST(open("/dev/fuse", O_RDWR));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	MUST(mount("holders", "/mnt", "fuse", MS_NOSUID | MS_NODEV, options));
}

static void fuse_server(const char *kind)
{
	if (!strcmp(kind, "pid")) {
		in_pid_ns(mount_fuse);
		return;
	}
	enter(kind);
	mount_fuse(NULL);
}

/* A connection that both ends have closed; only its port is still remembered. */
static void time_wait(const char *kind)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int fd, client, server;
	char c;

	enter(kind);
	lo_up();
	fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
	MUST(bind(fd, (void *)&in, sizeof(in)));
	MUST(listen(fd, 1));
	MUST(getsockname(fd, (void *)&in, &len));
	client = MUST(socket(AF_INET, SOCK_STREAM, 0));
	MUST(connect(client, (void *)&in, len));
	server = MUST(accept(fd, NULL, NULL));
	MUST(shutdown(client, SHUT_WR));
	MUST(read(server, &c, 1));
	close(server);
	MUST(read(client, &c, 1));
	close(client);
}

/* Whom a descriptor of somebody else is to signal, and who sent what waits there. */
static void sign_descriptors(const char *arg)
{
	int pair[2];

	(void)arg;
	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	MUST(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &(int){1}, sizeof(int)));
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork_bound();

		if (!pid) {
			if (!i)
				MUST(send(pair[0], "x", 1, 0));
			MUST(fcntl(pair[i], F_SETOWN, getpid()));
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

static void signed_descriptors(const char *kind)
{
	(void)kind;
	in_pid_ns(sign_descriptors);
}

static void message_notice(const char *kind)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	mqd_t queue;

	enter(kind);
	queue = MUST(mq_open("/holders", O_CREAT | O_RDONLY, 0600, NULL));
	MUST(mq_unlink("/holders"));
	MUST(mq_notify(queue, &event));
}

static int told[2];

static void start_lender(const char *kind)
{
	char over[16];

	enter(kind);
	if (fork_bound())
		return;
	snprintf(over, sizeof(over), "%d", told[1]);
	execl("/proc/self/exe", "holders", "lend", over, NULL);
	_exit(1);
}

/* As a program of its own: its memory is of the namespace it was started in. */
static void lend(int over)
{
	static char params[120];
	int lent[3] = {getpid()};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	lent[1] = MUST(syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */));
	lent[2] = syscall(SYS_io_uring_setup, 4, params); /* a host may forbid it */
	MUST(write(over, lent, sizeof(lent)));
	pause();
}

/* What outlives the program that made it, and keeps its memory. */
static uint32_t by_lent(const char *kind)
{
	uint32_t inum;
	int lent[3], pidfd;
	pid_t pid;

	MUST(pipe(told));
	pid = start(start_lender, kind);
	MUST(read(told[0], lent, sizeof(lent)));
	pidfd = MUST(syscall(SYS_pidfd_open, lent[0], 0));
	MUST(syscall(SYS_pidfd_getfd, pidfd, lent[1], 0));
	if (lent[2] >= 0)
		MUST(syscall(SYS_pidfd_getfd, pidfd, lent[2], 0));
	close(pidfd);
	inum = inum_of(pid, kind);
	stop(pid);
	return inum;
}

/* A socket, of a namespace that we leave, which only a ring still has. */
static uint32_t register_socket(const char *kind, int *ring)
{
	static char params[120];
	int back = open_ns(getpid(), kind), files[3] = {-1, -1, -1};
	uint32_t inum;

	enter(kind);
	inum = inum_of(getpid(), kind);
	files[1] = MUST(socket(AF_INET, SOCK_DGRAM, 0));
	*ring = syscall(SYS_io_uring_setup, 4, params);
	MUST(setns(back, 0));
	close(back);
	if (*ring < 0) /* a host may forbid it */
		return inum;
	MUST(syscall(SYS_io_uring_register, *ring, 2 /* IORING_REGISTER_FILES */, files, 3));
	close(files[1]);
	return inum;
}

static uint32_t by_ring_file(const char *kind)
{
	int ring;

	return register_socket(kind, &ring);
}

/* A ring that is mapped, and open no more: on no list that is read. */
static uint32_t by_mapped_ring(const char *kind)
{
	uint32_t inum;
	int ring;

	inum = register_socket(kind, &ring);
	MUST(ring);
	if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, ring, 0) == MAP_FAILED)
		DIE("mmap of a ring");
	close(ring);
	return inum;
}

static void locked_segment(const char *kind)
{
	enter(kind);
	MUST(unshare(CLONE_NEWIPC));
	MUST(shmctl(MUST(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)), SHM_LOCK, NULL));
}

/* ---- the cases ---- */

#define MADE(setup_) .setup = setup_

static const struct test_case {
	const char *name;
	const char *kind;
	const char *ref; /* that must be among those of the namespace; NULL: one is not found */
	uint32_t (*hold)(const char *kind);
	void (*setup)(const char *kind); /* without hold: of a process in it */
} cases[] = {
#define ALL_WAYS(k, ref_)                                                                          \
	{k "-task", k, ref_, by_task}, {k "-fork", k, ref_, by_fork}, {k "-fd", k, "nsfs", by_fd}, \
		{k "-fds", k, "nsfs", by_fds}, {k "-bind", k, "nsfs", by_bind},                    \
		{k "-flight", k, "nsfs", by_nsfs_flight},                                          \
	{                                                                                          \
		k "-detached", k, "nsfs", by_detached_bind                                         \
	}
	ALL_WAYS("net", "nsproxy"),
	ALL_WAYS("pid", "nsproxy"),
	ALL_WAYS("user", "cred"),
	ALL_WAYS("ipc", "nsproxy"),
	ALL_WAYS("uts", "nsproxy"),
	ALL_WAYS("cgroup", "nsproxy"),
	ALL_WAYS("time", "nsproxy"),
	{"mnt-task", "mnt", "nsproxy", by_task},
	{"mnt-fork", "mnt", "nsproxy", by_fork},
	{"mnt-fd", "mnt", "nsfs", by_fd},
	{"mnt-fds", "mnt", "nsfs", by_fds},
	{"mnt-setns", "mnt", "nsproxy", by_setns},
	{"net-tree", "net", "nsfs", by_tree},
	{"uts-tree", "uts", "nsfs", by_dir_of_tree},
	{"ipc-tree", "ipc", "nsfs", by_file_of_tree},
	{"net-setns", "net", "nsproxy", by_setns},
	{"uts-setns", "uts", "nsproxy", by_setns},
	{"ipc-setns", "ipc", "nsproxy", by_setns},
	{"time-setns", "time", "nsproxy", by_setns},
	{"net-sockets", "net", "socket", MADE(sockets)},
	{"net-accept-queue", "net", "socket", MADE(accept_queue)},
	{"net-tun", "net", "socket", MADE(tun)},
	{"net-files", "net", "net file", MADE(net_files)},
	{"net-socket-flight", "net", "socket", by_flight},
	{"net-fsopen", "net", "fscontext", MADE(mount_in_making)},
	{"ipc-fsopen", "ipc", "fscontext", MADE(mount_in_making)},
	{"cgroup-fsopen", "cgroup", "fscontext", MADE(mount_in_making)},
	{"ipc-shmat", "ipc", "shm", MADE(attach)},
	{"ipc-sysvipc", "ipc", "sysvipc file", MADE(sysvipc_files)},
	{"mnt-mountinfo", "mnt", "mounts file", MADE(mounts_files)},
	{"cgroup-control", "cgroup", "cgroup file", MADE(control_files)},
	{"pid-nested", "pid", "child", MADE(nested)},
	{"pid-proc", "pid", "proc", MADE(proc_mounts)},
	{"pid-crowd", "pid", "struct pid", MADE(crowd)},
	{"pid-stuck", "pid", "struct pid", MADE(stuck)},
	{"user-crowd", "user", "cred", MADE(crowd)},
	{"pid-pinned", "pid", "struct pid", MADE(pins)},
	{"pid-peer", "pid", "struct pid", MADE(peers)},
	{"pid-segments", "pid", "struct pid", MADE(segments)},
	{"pid-segments-elsewhere", "pid", "struct pid", by_segments_elsewhere},
	{"user-owner", "user", "owned", MADE(own_all)},
	{"user-child", "user", "child", MADE(child_user_ns)},
	{"user-tmpfs", "user", "superblock", MADE(file_systems)},
	{"user-files", "user", "cred", MADE(old_creds)},
	{"user-exec", "user", "mm", MADE(run_program)},
	{"user-maps", "user", "mm", by_maps},
	{"user-fsopen", "user", "fscontext", MADE(mount_in_making)},
	{"user-open-tree", "user", "detached", MADE(detached_tree)},
	{"user-others", "user", "ucounts", MADE(other_users)},
	{"user-notify", "user", "fanotify", MADE(notify_groups)},
	{"user-mq-notify", "user", "mq_notify", MADE(message_notice)},
	{"net-ring-file", "net", "socket", by_ring_file},
	{"net-mapped-ring", "net", NULL, by_mapped_ring},
	{"user-lent", "user", "mm", by_lent},
	{"user-locked-shm", "user", "ucounts", MADE(locked_segment)},
	{"pid-signed", "pid", "struct pid", MADE(signed_descriptors)},
	{"user-fuse", "user", "fuse", MADE(fuse_server)},
	{"pid-fuse", "pid", "fuse", MADE(fuse_server)},
	{"pid-perf", "pid", "perf", MADE(perf_events)},
	{"net-time-wait", "net", "socket", MADE(time_wait)},
};
#define N_CASES (sizeof(cases) / sizeof(*cases))

static const struct test_case *now;

static void hold_now(const char *kind)
{
	uint32_t inum;

	if (now->hold)
		inum = now->hold(kind);
	else
		inum = inum_of(start(now->setup, kind), kind);
	printf("%s %s %u\n", now->name, kind, inum);
	fflush(stdout);
}

static void set_up(const struct test_case *c)
{
	now = c;
	start(hold_now, c->kind);
}

static const struct test_case *find_case(const char *name)
{
	for (size_t i = 0; i < N_CASES; i++)
		if (!strcmp(cases[i].name, name))
			return &cases[i];
	errno = ENOENT;
	DIE(name);
}

int main(int argc, char **argv)
{
	char byte;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (size_t i = 0; i < N_CASES; i++)
			if (cases[i].ref)
				printf("%s %s %s\n", cases[i].name, cases[i].kind, cases[i].ref);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "lend"))
		lend(atoi(argv[2]));
	signal(SIGCHLD, SIG_DFL);
	if (argc == 4 && !strcmp(argv[1], "random")) {
		srandom(atoi(argv[2]));
		for (int i = atoi(argv[3]); i > 0;) {
			const struct test_case *c = &cases[random() % N_CASES];

			if (c->ref && i--)
				set_up(c);
		}
	} else {
		for (int i = 1; i < argc; i++)
			set_up(find_case(argv[i]));
	}
	printf("ready\n");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
