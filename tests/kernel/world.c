/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world [ITEM...]   a small world of namespaces for the tests to look at
 *
 * Builds the items named, or all, and prints one line for each thing it made:
 *     ITEM key=value ...
 * then "ready". When its standard input ends it takes everything down: each item is
 * a process that dies with this one, and what it mounts is in a mount namespace of
 * its own.
 */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PLACE "/mnt" /* covered by a tmpfs in the mount namespaces made here */

/* ---- processes and namespaces ---- */

static void must(bool is_good, const char *what)
{
	if (is_good)
		return;
	fprintf(stderr, "world: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Die with the parent; it may have died before this was asked for. */
static void die_with(pid_t parent)
{
	must(!prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG");
	if (parent && getppid() != parent)
		_exit(1);
}

static void wait_forever(void)
{
	for (;;)
		pause();
}

/*
 * A child that runs fn(arg) and then waits for its end. Returns when fn has; the
 * pid is the child's number here.
 */
static pid_t start(void (*fn)(void *), void *arg)
{
	pid_t parent = getpid(), pid;
	int ready[2];
	char byte;

	must(!pipe2(ready, O_CLOEXEC), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		close(ready[0]);
		/* In a new pid namespace the parent has no number. */
		die_with(getppid() ? parent : 0);
		fn(arg);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		must(write(ready[1], "", 1) == 1, "write");
		close(ready[1]);
		wait_forever();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		exit(1);
	close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void enter_new(int flags)
{
	must(!unshare(flags), "unshare");
}

static void enter_new_arg(void *flags)
{
	enter_new(*(int *)flags);
}

static void nothing(void *arg)
{
	(void)arg;
}

/* The number of a namespace of a process (0: our own). */
static unsigned inum(pid_t pid, const char *link)
{
	char path[64], text[64];
	const char *number;
	ssize_t n;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link);
	else
		snprintf(path, sizeof(path), "/proc/thread-self/ns/%s", link);
	n = readlink(path, text, sizeof(text) - 1);
	must(n > 0, path);
	text[n] = '\0';
	number = strchr(text, '[');
	return number ? strtoul(number + 1, NULL, 10) : 0;
}

static int open_ns(pid_t pid, const char *link)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link);
	fd = open(path, O_RDONLY);
	must(fd >= 0, path);
	return fd;
}

/* A mount namespace of our own with an empty PLACE. */
static void private_mounts(void)
{
	enter_new(CLONE_NEWNS);
	must(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make mounts private");
	must(!mount("world", PLACE, "tmpfs", 0, "size=1m"), "mount tmpfs");
}

static void make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	must(fd >= 0, path);
	close(fd);
}

static void bind_mount(const char *from, const char *to)
{
	must(!mount(from, to, NULL, MS_BIND, NULL), "bind mount");
}

static void bind_ns(pid_t pid, const char *link, const char *to)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link);
	make_file(to);
	bind_mount(path, to);
}

static void say(const char *item, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(const char *item, const char *fmt, ...)
{
	va_list ap;

	printf("%s ", item);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

/* ---- tasks in namespaces of their own ---- */

static const struct {
	const char *kind;
	const char *link;
	int flag;
	bool is_for_children; /* only a child of who unshares is in it */
} kinds[] = {
	{"mnt", "mnt", CLONE_NEWNS, false},	      {"net", "net", CLONE_NEWNET, false},
	{"ipc", "ipc", CLONE_NEWIPC, false},	      {"uts", "uts", CLONE_NEWUTS, false},
	{"cgroup", "cgroup", CLONE_NEWCGROUP, false}, {"user", "user", CLONE_NEWUSER, false},
	{"pid", "pid", CLONE_NEWPID, true},	      {"time", "time", CLONE_NEWTIME, true},
};

static void enter_and_start_child(void *flags)
{
	enter_new(*(int *)flags);
	start(nothing, NULL);
}

static pid_t only_child(pid_t pid)
{
	char path[64], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, path);
	close(fd);
	return atoi(text);
}

static void make_each_kind(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int flag = kinds[i].flag;
		pid_t pid = start(kinds[i].is_for_children ? enter_and_start_child : enter_new_arg,
				  &flag);

		if (kinds[i].is_for_children)
			pid = only_child(pid);
		say("kind", "type=%s pid=%d inum=%u owner=%u", kinds[i].kind, pid,
		    inum(pid, kinds[i].link),
		    /* Of a user namespace that is its parent. */
		    kinds[i].flag == CLONE_NEWUSER ? inum(0, "user") : inum(pid, "user"));
	}
}

/* pid_for_children of a task that unshared but made no child: there is no init yet. */
static void make_no_init(void)
{
	int flag = CLONE_NEWPID;

	say("no_init", "pid=%d", start(enter_new_arg, &flag));
}

static void *thread_main(void *arg)
{
	int *out = arg;

	enter_new(CLONE_NEWNET);
	must(dprintf(*out, "%ld %u\n", (long)syscall(SYS_gettid), inum(0, "net")) > 0, "write");
	wait_forever();
	return NULL;
}

static void make_thread(void)
{
	char text[64] = "";
	unsigned net;
	pthread_t thread;
	int fds[2], tid;

	must(!pipe(fds), "pipe");
	must(!pthread_create(&thread, NULL, thread_main, &fds[1]), "thread");
	must(read(fds[0], text, sizeof(text) - 1) > 0, "read");
	must(sscanf(text, "%d %u", &tid, &net) == 2, "sscanf");
	say("thread", "pid=%d tid=%d net=%u", getpid(), tid, net);
}

static void *files_thread_main(void *arg)
{
	int *out = arg;
	pid_t pid;
	int flag = CLONE_NEWNET, fd;
	unsigned net;

	enter_new(CLONE_FILES);
	pid = start(enter_new_arg, &flag);
	net = inum(pid, "net");
	fd = open_ns(pid, "net");
	end(pid);
	must(dprintf(*out, "%ld %d %u\n", (long)syscall(SYS_gettid), fd, net) > 0, "write");
	wait_forever();
	return NULL;
}

/* A thread with a table of descriptors of its own, one of which alone keeps a namespace. */
static void make_thread_fd(void)
{
	char text[64] = "";
	unsigned net;
	pthread_t thread;
	int fds[2], tid, fd;

	must(!pipe(fds), "pipe");
	must(!pthread_create(&thread, NULL, files_thread_main, &fds[1]), "thread");
	must(read(fds[0], text, sizeof(text) - 1) > 0, "read");
	must(sscanf(text, "%d %d %u", &tid, &fd, &net) == 3, "sscanf");
	say("thread_fd", "pid=%d tid=%d fd=%d net=%u", getpid(), tid, fd, net);
}

static void nested_user_inner(void *outer)
{
	*(unsigned *)outer = inum(0, "user");
	enter_new(CLONE_NEWUSER);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(fd);
}

/* Without a map of its user and group nobody may make a further one. */
static void enter_mapped_user_ns(void)
{
	char uids[32], gids[32];

	snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getegid());
	enter_new(CLONE_NEWUSER);
	write_file("/proc/self/uid_map", uids);
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/gid_map", gids);
}

/* Two user namespaces, one in the other; the outer one has a task, too. */
static void nested_user_outer(void *arg)
{
	(void)arg;
	enter_mapped_user_ns();
	start(nested_user_inner, &(unsigned){0});
}

static void make_nested_user(void)
{
	pid_t outer = start(nested_user_outer, NULL), inner = only_child(outer);

	say("nested_user", "outer_pid=%d outer=%u pid=%d inum=%u", outer, inum(outer, "user"),
	    inner, inum(inner, "user"));
}

static void nested_pid_middle(void *arg)
{
	enter_and_start_child(arg);
}

static void nested_pid_outer(void *arg)
{
	enter_new(CLONE_NEWPID);
	start(nested_pid_middle, arg);
}

/* A task two pid namespaces down: it has three numbers. */
static void make_nested_pid(void)
{
	int flag = CLONE_NEWPID;
	pid_t outer = start(nested_pid_outer, &flag), middle = only_child(outer),
	      inner = only_child(middle);

	say("nested_pid", "middle_pid=%d middle=%u pid=%d inum=%u", middle, inum(middle, "pid"),
	    inner, inum(inner, "pid"));
}

static void enter_chroot(void *arg)
{
	(void)arg;
	private_mounts();
	must(!mkdir(PLACE "/root", 0755), "mkdir");
	must(!chroot(PLACE "/root") && !chdir("/"), "chroot");
}

static void enter_pid_ns_and_chroot(void *arg)
{
	(void)arg;
	enter_new(CLONE_NEWPID);
	start(enter_chroot, NULL);
}

/* In a pid namespace of its own, below a root of its own that is no mount point. */
static void make_chroot(void)
{
	pid_t pid = only_child(start(enter_pid_ns_and_chroot, NULL));

	say("chroot", "pid=%d mnt=%u", pid, inum(pid, "mnt"));
}

/* ---- namespaces without tasks ---- */

static pid_t start_in_netns(void)
{
	int flag = CLONE_NEWNET;

	return start(enter_new_arg, &flag);
}

static void make_fd(void)
{
	pid_t pid = start_in_netns();
	unsigned net = inum(pid, "net");
	int fd = open_ns(pid, "net");

	end(pid);
	say("fd", "pid=%d fd=%d net=%u", getpid(), fd, net);
}

static void make_bind(void)
{
	pid_t pid = start_in_netns();
	unsigned net = inum(pid, "net");

	private_mounts();
	bind_ns(pid, "net", PLACE "/odd name\n\033]0;t\a");
	end(pid);
	say("bind", "pid=%d mnt=%u net=%u", getpid(), inum(0, "mnt"), net);
}

/* The way to it ends at a FIFO that lies over it: it must be neither opened nor waited for. */
static void make_covered_bind(void)
{
	pid_t pid = start_in_netns();
	unsigned net = inum(pid, "net");

	private_mounts();
	bind_ns(pid, "net", PLACE "/covered");
	end(pid);
	must(!mkfifo(PLACE "/fifo", 0600), "mkfifo");
	bind_mount(PLACE "/fifo", PLACE "/covered");
	say("covered_bind", "pid=%d net=%u", getpid(), net);
}

static void make_socket(void)
{
	int home = open_ns(getpid(), "net"), sock;
	unsigned net;

	enter_new(CLONE_NEWNET);
	net = inum(0, "net");
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	must(sock >= 0, "socket");
	must(!setns(home, CLONE_NEWNET), "setns");
	close(home);
	say("socket", "pid=%d fd=%d net=%u", getpid(), sock, net);
}

/* A mount namespace that a descriptor alone keeps. */
static void make_mnt_fd(void)
{
	int flag = CLONE_NEWNS;
	pid_t pid = start(enter_new_arg, &flag);
	unsigned mnt = inum(pid, "mnt");
	int fd = open_ns(pid, "mnt");

	end(pid);
	say("mnt_fd", "pid=%d fd=%d mnt=%u", getpid(), fd, mnt);
}

/*
 * The kernel lets a mount namespace be mounted only in one with a lower number, and
 * hands out numbers by CPU (Linux 6.18).
 */
static void stay_on_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	must(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
}

/* One that a bind mount alone keeps; such a mount is not copied to new mount namespaces. */
static void make_mnt_bind(void)
{
	int flag = CLONE_NEWNS;
	pid_t pid;
	unsigned mnt;

	stay_on_cpu();
	private_mounts();
	pid = start(enter_new_arg, &flag);
	mnt = inum(pid, "mnt");
	bind_ns(pid, "mnt", PLACE "/mnt");
	end(pid);
	say("mnt_bind", "pid=%d in=%u mnt=%u", getpid(), inum(0, "mnt"), mnt);
}

static void bind_netns_inside(void *pid)
{
	private_mounts();
	bind_ns(*(pid_t *)pid, "net", PLACE "/inside");
}

/* A network namespace whose only bind mount is in a mount namespace without tasks. */
static void make_bind_in_taskless(void)
{
	pid_t in_net = start_in_netns(), in_mnt = start(bind_netns_inside, &in_net);
	unsigned net = inum(in_net, "net"), mnt = inum(in_mnt, "mnt");
	int fd = open_ns(in_mnt, "mnt");

	end(in_net);
	end(in_mnt);
	say("bind_in_taskless", "pid=%d fd=%d mnt=%u net=%u", getpid(), fd, mnt, net);
}

/* A user namespace that only owns: its maker has died, others are in what it made. */
static void make_owner(void)
{
	int flags = CLONE_NEWUSER | CLONE_NEWNET, fd;
	pid_t pid = start(enter_new_arg, &flags);
	unsigned user = inum(pid, "user");

	fd = open_ns(pid, "net");
	must(!setns(fd, CLONE_NEWNET), "setns");
	close(fd);
	end(pid);
	say("owner", "pid=%d user=%u net=%u", getpid(), user, inum(0, "net"));
}

/* ---- odd tasks ---- */

static void make_zombie(void)
{
	pid_t parent = getpid(), pid = fork();

	must(pid >= 0, "fork");
	if (!pid) {
		die_with(parent);
		enter_new(CLONE_NEWUTS);
		_exit(0);
	}
	must(!waitid(P_PID, pid, &(siginfo_t){0}, WEXITED | WNOWAIT), "waitid");
	say("zombie", "pid=%d", pid);
}

static void set_name(void *name)
{
	must(!prctl(PR_SET_NAME, name), "PR_SET_NAME");
}

/* Names that would write on a terminal, end a line, or pretend to be fields of stat. */
static void make_evil(void)
{
	static const struct {
		const char *item;
		const char *comm;
	} names[] = {
		{"evil", "\033[31mx\033]0;t\a"}, {"newline", "a\nb"},
		{"paren", ") R 1 (x"},		 {"question", "what?"},
		{"backslash", "a\\nb"},		 {"utf8", "caf\xc3\xa9 \xe2\x80\xae"},
		{"invalid", "\xff\xfe\x80"},	 {"end_newline", "x\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		say(names[i].item, "pid=%d", start(set_name, (void *)(uintptr_t)names[i].comm));
}

#define N_MARKS 200

static void make_marks(void)
{
	char name[16];

	for (int i = 0; i < N_MARKS; i++) {
		snprintf(name, sizeof(name), "mark-%d", i);
		say("mark", "pid=%d name=%s", start(set_name, name), name);
	}
}

static const struct item {
	const char *name;
	const char *doc;
	bool is_on_request; /* not among "all" */
	void (*make)(void);
} items[] = {
	{"kind", "a task in a namespace of its own, for each kind", false, make_each_kind},
	{"no_init", "a task whose pid_for_children has no init", false, make_no_init},
	{"thread", "a thread alone in its network namespace", false, make_thread},
	{"thread_fd", "a netns kept by a descriptor of a single thread", false, make_thread_fd},
	{"nested_user", "a user namespace in a user namespace", false, make_nested_user},
	{"nested_pid", "a pid namespace in a pid namespace", false, make_nested_pid},
	{"chroot", "a chrooted task in its own pid namespace", false, make_chroot},
	{"fd", "a netns kept by a descriptor", false, make_fd},
	{"bind", "a netns kept by a bind mount in another mount namespace", false, make_bind},
	{"covered_bind", "the same, with a FIFO mounted over it", false, make_covered_bind},
	{"socket", "a netns kept by a socket", false, make_socket},
	{"mnt_fd", "a mount namespace kept by a descriptor", false, make_mnt_fd},
	{"mnt_bind", "a mount namespace kept by a bind mount", false, make_mnt_bind},
	{"bind_in_taskless", "a netns bind-mounted in a mount namespace without tasks", false,
	 make_bind_in_taskless},
	{"owner", "a user namespace that only owns a netns", false, make_owner},
	{"zombie", "a zombie", false, make_zombie},
	{"evil", "tasks with hostile names", false, make_evil},
	{"marks", "200 tasks named mark-0 and so on", true, make_marks},
};

static void run_item(void *arg)
{
	((const struct item *)arg)->make();
}

static const struct item *find_item(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		if (!strcmp(items[i].name, name))
			return &items[i];
	fprintf(stderr, "world: no item %s; there are:\n", name);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		fprintf(stderr, "  %-18s %s\n", items[i].name, items[i].doc);
	exit(2);
}

int main(int argc, char **argv)
{
	pid_t made[ARRAY_SIZE(items)];
	size_t n = 0;
	char byte;

	/* Orphans of the items come here, so that none is left when this ends. */
	must(!prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
	for (int i = 1; i < argc; i++)
		made[n++] = start(run_item, (void *)(uintptr_t)find_item(argv[i]));
	for (size_t i = 0; argc < 2 && i < ARRAY_SIZE(items); i++)
		if (!items[i].is_on_request)
			made[n++] = start(run_item, (void *)(uintptr_t)&items[i]);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	while (n-- > 0)
		kill(made[n], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	return 0;
}
