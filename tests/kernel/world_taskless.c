/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items of the world: namespaces without tasks, and what keeps them. */
#include "world.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pid_t start_in_netns(void)
{
	int flag = CLONE_NEWNET;

	return start(enter_new_arg, &flag);
}

void make_fd(void)
{
	pid_t pid = start_in_netns();
	unsigned net = inum(pid, "net");
	int fd = open_ns(pid, "net");

	end(pid);
	say("fd", "pid=%d fd=%d net=%u", getpid(), fd, net);
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
void make_thread_fd(void)
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

void make_bind(void)
{
	pid_t pid = start_in_netns();
	unsigned net = inum(pid, "net");

	private_mounts();
	bind_ns(pid, "net", PLACE "/odd name\n\033]0;t\a");
	end(pid);
	say("bind", "pid=%d mnt=%u net=%u", getpid(), inum(0, "mnt"), net);
}

/* The way to it ends at a FIFO that lies over it: it must be neither opened nor waited for. */
void make_covered_bind(void)
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

void make_socket(void)
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
void make_mnt_fd(void)
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
void make_mnt_bind(void)
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
void make_bind_in_taskless(void)
{
	pid_t in_net = start_in_netns(), in_mnt = start(bind_netns_inside, &in_net);
	unsigned net = inum(in_net, "net"), mnt = inum(in_mnt, "mnt");
	int fd = open_ns(in_mnt, "mnt");

	end(in_net);
	end(in_mnt);
	say("bind_in_taskless", "pid=%d fd=%d mnt=%u net=%u", getpid(), fd, mnt, net);
}

/* A user namespace that only owns: its maker has died, others are in what it made. */
void make_owner(void)
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
