/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the ways to hold a namespace are made of: processes that run a function and wait,
 * new namespaces, and their numbers.
 */
#include "holders.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void die(const char *what, const char *file, int line)
{
	fprintf(stderr, "holders: %s (%s:%d): %s\n", what, file, line, strerror(errno));
	exit(1);
}

long must(long result, const char *what, const char *file, int line)
{
	if (result < 0)
		die(what, file, line);
	return result;
}

const struct kind kinds[N_KINDS] = {
	{"mnt", CLONE_NEWNS},	     {"net", CLONE_NEWNET},   {"pid", CLONE_NEWPID},
	{"user", CLONE_NEWUSER},     {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS},
	{"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME},
};

int flag_of(const char *kind)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (!strcmp(kinds[i].name, kind))
			return kinds[i].flag;
	errno = EINVAL;
	DIE(kind);
}

/* ---- processes that make and hold ---- */

pid_t fork_bound(void)
{
	pid_t pid = MUST(fork());

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

pid_t start(void (*setup)(const char *arg), const char *arg)
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

void stop(pid_t pid)
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

void nothing(const char *arg)
{
	(void)arg;
}

void enter(const char *kind)
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

void in_pid_ns(void (*first)(const char *arg))
{
	MUST(unshare(CLONE_NEWPID));
	start(first, NULL);
}

/* ---- descriptors and numbers ---- */

static const char *link_of(const char *kind)
{
	if (!strcmp(kind, "pid"))
		return "pid_for_children";
	return strcmp(kind, "time") ? kind : "time_for_children";
}

int open_ns(pid_t pid, const char *kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link_of(kind));
	return MUST(open(path, O_RDONLY | O_CLOEXEC));
}

uint32_t inum_of_fd(int fd)
{
	struct stat st;

	MUST(fstat(fd, &st));
	return st.st_ino;
}

uint32_t inum_of(pid_t pid, const char *kind)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link_of(kind));
	MUST(stat(path, &st));
	return st.st_ino;
}

void send_fd(int over, int fd)
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
