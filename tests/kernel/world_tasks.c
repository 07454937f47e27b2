/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items of the world: tasks in namespaces of their own. */
#include "world.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

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

void make_each_kind(void)
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
void make_no_init(void)
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

void make_thread(void)
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

void make_nested_user(void)
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
void make_nested_pid(void)
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
void make_chroot(void)
{
	pid_t pid = only_child(start(enter_pid_ns_and_chroot, NULL));

	say("chroot", "pid=%d mnt=%u", pid, inum(pid, "mnt"));
}
