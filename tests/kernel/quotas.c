/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quotas UID STEP...   namespaces against user.max_*_namespaces, as that user
 *
 *     userns        go on in a new user namespace, as its root
 *     max:KIND:N    set the limit of the user namespace it is in
 *     make:KIND:N   N processes, each in a new namespace of that kind
 *     fill:KIND     such processes until the kernel refuses one
 *
 * Prints "userns INUM", "made KIND N" and "refused KIND ERRNO", then "ready PID".
 * When its standard input ends it and all that it made end.
 */
#include "nskind.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 1000 /* more than any limit set here */

static void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "quotas: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(fd);
}

static void become(uid_t uid)
{
	must(!setgroups(0, NULL) && !setresgid(uid, uid, uid) && !setresuid(uid, uid, uid),
	     "become");
	must(!prctl(PR_SET_DUMPABLE, 1) && !prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
}

static void do_userns(void)
{
	char text[64];
	uid_t uid = geteuid();
	ssize_t n;

	must(!unshare(CLONE_NEWUSER), "unshare");
	write_file("/proc/self/setgroups", "deny");
	snprintf(text, sizeof(text), "0 %u 1", uid);
	write_file("/proc/self/uid_map", text);
	write_file("/proc/self/gid_map", text);
	n = readlink("/proc/self/ns/user", text, sizeof(text) - 1);
	must(n > 6, "readlink");
	printf("userns %lu\n", strtoul(text + strlen("user:["), NULL, 10));
}

static void do_max(const char *kind, const char *n)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces", kind);
	write_file(path, n);
}

/* A child that unshares and stays; 0 or the errno of that. */
static int make_one(int flag)
{
	pid_t parent = getpid();
	int pipe_fds[2], err = 0;
	pid_t pid;

	must(!pipe2(pipe_fds, O_CLOEXEC), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		err = unshare(flag) ? errno : 0;
		if (write(pipe_fds[1], &err, sizeof(err)) != sizeof(err) || err)
			_exit(1);
		for (;;)
			pause();
	}
	close(pipe_fds[1]);
	must(read(pipe_fds[0], &err, sizeof(err)) == sizeof(err), "a child");
	close(pipe_fds[0]);
	if (err)
		waitpid(pid, NULL, 0);
	return err;
}

static void do_make(const char *name, int n)
{
	int kind = ns_kind_by_name(name), made = 0, err = 0;

	errno = EINVAL;
	must(kind >= 0, name);
	while (made < n && !(err = make_one((int)ns_kinds[kind].clone_flag)))
		made++;
	printf("made %s %d\n", name, made);
	if (err)
		printf("refused %s %s\n", name, strerrorname_np(err));
}

static void step(char *text)
{
	char *what = strtok(text, ":"), *kind = strtok(NULL, ":"), *n = strtok(NULL, ":");

	if (!strcmp(what, "userns"))
		do_userns();
	else if (!strcmp(what, "max"))
		do_max(kind, n);
	else if (!strcmp(what, "make"))
		do_make(kind, atoi(n));
	else
		do_make(kind, MANY);
}

int main(int argc, char **argv)
{
	char byte;

	setvbuf(stdout, NULL, _IOLBF, 0);
	must(argc > 1, "quotas UID STEP...");
	become((uid_t)atoi(argv[1]));
	for (int i = 2; i < argc; i++)
		step(argv[i]);
	printf("ready %d\n", getpid());
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
