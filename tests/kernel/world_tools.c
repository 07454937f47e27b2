/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the items of the world are made of: processes, namespaces, mounts, lines of output. */
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void must(bool is_good, const char *what)
{
	if (is_good)
		return;
	fprintf(stderr, "world: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- processes ---- */

void die_with(pid_t parent)
{
	must(!prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG");
	if (parent && getppid() != parent)
		_exit(1);
}

void wait_forever(void)
{
	for (;;)
		pause();
}

pid_t start(void (*fn)(void *), void *arg)
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

void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void nothing(void *arg)
{
	(void)arg;
}

/* ---- namespaces and mounts ---- */

void enter_new(int flags)
{
	must(!unshare(flags), "unshare");
}

void enter_new_arg(void *flags)
{
	enter_new(*(int *)flags);
}

unsigned inum(pid_t pid, const char *link)
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

int open_ns(pid_t pid, const char *link)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link);
	fd = open(path, O_RDONLY);
	must(fd >= 0, path);
	return fd;
}

void private_mounts(void)
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

void bind_mount(const char *from, const char *to)
{
	must(!mount(from, to, NULL, MS_BIND, NULL), "bind mount");
}

void bind_ns(pid_t pid, const char *link, const char *to)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link);
	make_file(to);
	bind_mount(path, to);
}

void say(const char *item, const char *fmt, ...)
{
	va_list ap;

	printf("%s ", item);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}
