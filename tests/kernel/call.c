/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * call [SETUP...] CALL   predict a call and make it, in a process of its own
 *
 * A subject brings itself into the state that the SETUPs name, one after the
 * other; $NSCOPE predicts what CALL would do in it; then it makes the call.
 * Prints "PREDICTED KERNEL", each "ok" or the name of an errno. NAME:N repeats.
 */
#include "model/call.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FD 77 /* where setups open what setns() is to take */

static char stack[1 << 16] __attribute__((aligned(16)));

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "call: %s: %s\n", what, strerror(errno));
	_exit(2);
}

/* ---- setups ---- */

static void at_fd(int fd)
{
	check(fd >= 0 && dup2(fd, FD) == FD, "open");
	close(fd);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(fd);
}

static void do_nobody(const char *arg)
{
	(void)arg;
	check(!setgroups(0, NULL) && !setresgid(65534, 65534, 65534) &&
		      !setresuid(65534, 65534, 65534) && !prctl(PR_SET_DUMPABLE, 1),
	      "nobody");
}

static void do_userns(const char *arg)
{
	(void)arg;
	check(!unshare(CLONE_NEWUSER), "unshare");
}

static void do_usermap(const char *arg)
{
	char text[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	(void)arg;
	check(!unshare(CLONE_NEWUSER), "unshare");
	write_file("/proc/self/setgroups", "deny");
	snprintf(text, sizeof(text), "0 %u 1", uid);
	write_file("/proc/self/uid_map", text);
	snprintf(text, sizeof(text), "0 %u 1", gid);
	write_file("/proc/self/gid_map", text);
}

static void *wait_forever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void do_thread(const char *arg)
{
	pthread_t t;

	(void)arg;
	check(!pthread_create(&t, NULL, wait_forever, NULL), "thread");
}

static int sleeper(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	wait_forever(arg);
	return 0;
}

static void do_share(const char *arg)
{
	int flags = !strcmp(arg, "fs")	 ? CLONE_FS
		    : !strcmp(arg, "vm") ? CLONE_VM
					 : CLONE_VM | CLONE_SIGHAND;

	check(clone(sleeper, stack + sizeof(stack) / 2, flags | SIGCHLD, NULL) > 0, "clone");
}

static void do_chroot(const char *arg)
{
	(void)arg;
	check(!chroot("/usr") && !chdir("/"), "chroot");
}

static void do_unshare(const char *arg)
{
	int kind = ns_kind_by_name(arg);

	check(kind >= 0 && !unshare((int)ns_kinds[kind].clone_flag), "unshare");
}

/* The child goes on as the subject; this one stays, as its parent. */
static void do_fork(const char *arg)
{
	pid_t pid = fork();

	(void)arg;
	check(pid >= 0, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return;
	}
	waitpid(pid, NULL, 0);
	_exit(0);
}

static void do_inpid(const char *arg)
{
	do_unshare("pid");
	do_fork(arg);
}

/* Into a pid namespace whose owner is below our user namespace, and a child of it goes on. */
static void do_foreignpid(const char *arg)
{
	pid_t pid = clone(sleeper, stack + sizeof(stack) / 2,
			  CLONE_NEWUSER | CLONE_NEWPID | SIGCHLD, NULL);
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	check(pid > 0 && fd >= 0 && !setns(fd, CLONE_NEWPID), "foreignpid");
	close(fd);
	do_fork(arg);
}

/* The init of the namespace for children comes and goes. */
static void do_deadpid(const char *arg)
{
	pid_t pid;

	(void)arg;
	do_unshare("pid");
	pid = fork();
	if (!pid)
		_exit(0);
	check(pid > 0 && waitpid(pid, NULL, 0) == pid, "init");
}

static void do_open(const char *arg)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", arg);
	at_fd(open(*arg == '/' ? arg : path, O_RDONLY));
}

static void do_pidfd(const char *arg)
{
	pid_t pid = getppid();
	bool is_child = *arg;

	if (is_child && !(pid = fork()))
		_exit(0);
	at_fd((int)syscall(SYS_pidfd_open, pid, 0));
	if (is_child) /* "dead" is a zombie, "gone" was waited for */
		waitid(P_PID, pid, &(siginfo_t){0}, WEXITED | (*arg == 'd' ? WNOWAIT : 0));
}

static void do_quota(const char *arg)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces", arg);
	write_file(path, "0");
}

/* As many tasks of this uid as there are, if arg is 0; n more otherwise. */
static void do_nproc(const char *arg)
{
	struct rlimit l = {atoi(arg), atoi(arg)};

	check(!setrlimit(RLIMIT_NPROC, &l), "setrlimit");
}

/* Into a control group whose directory the caller made. */
static void do_cgroup(const char *arg)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/cgroup.procs", arg);
	write_file(path, "0");
}

static const struct setup {
	const char *name;
	void (*run)(const char *arg);
} setups[] = {
	{"nobody", do_nobody},
	{"userns", do_userns},
	{"usermap", do_usermap},
	{"thread", do_thread},
	{"share", do_share},
	{"chroot", do_chroot},
	{"fork", do_fork},
	{"unshare", do_unshare},
	{"inpid", do_inpid},
	{"open", do_open},
	{"deadpid", do_deadpid},
	{"pidfd", do_pidfd},
	{"foreignpid", do_foreignpid},
	{"quota", do_quota},
	{"nproc", do_nproc},
	{"cgroup", do_cgroup},
};

static void set_up(const char *text)
{
	const char *colon = strchr(text, ':'), *arg = colon ? colon + 1 : "";
	size_t n = colon ? (size_t)(colon - text) : strlen(text);
	int times = atoi(arg);

	for (size_t i = 0; i < ARRAY_SIZE(setups); i++) {
		if (strlen(setups[i].name) != n || strncmp(setups[i].name, text, n))
			continue;
		for (int t = 0; t < (times ? times : 1); t++)
			setups[i].run(arg);
		return;
	}
	errno = EINVAL;
	check(false, text);
}

/* ---- the call ---- */

static int end_child(void *arg)
{
	(void)arg;
	return 0;
}

static int make_clone3(const struct call *c)
{
	static char bytes[8192] __attribute__((aligned(8)));
	struct clone_args *args = (struct clone_args *)bytes;
	long pid;

	args->flags = c->flags;
	args->exit_signal = c->exit_signal;
	args->stack = c->stack;
	args->stack_size = c->stack_size;
	args->set_tid = c->n_tids ? (uintptr_t)c->tids : 0;
	args->set_tid_size = c->n_tids;
	pid = syscall(SYS_clone3, bytes, c->size);
	if (!pid)
		_exit(0);
	return pid < 0 ? -1 : 0;
}

static int make_call(const struct call *c)
{
	int ids[2];

	switch (c->kind) {
	case CALL_UNSHARE:
		return (int)syscall(SYS_unshare, c->flags);
	case CALL_SETNS:
		return (int)syscall(SYS_setns, c->fd.fd, c->flags);
	case CALL_CLONE3:
		return make_clone3(c);
	case CALL_FORK:
	case CALL_VFORK:
	case CALL_CLONE:
		return clone(end_child, stack + sizeof(stack), (int)(c->flags | c->exit_signal),
			     NULL, &ids[0], NULL, &ids[1]) < 0
			       ? -1
			       : 0;
	default:
		errno = ENOSYS;
		return -1;
	}
}

/* ---- the subject and its master ---- */

static void be_subject(int sock, int n, char **words, const struct call *c)
{
	int result;
	char go;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < n; i++)
		set_up(words[i]);
	check(write(sock, "r", 1) == 1 && read(sock, &go, 1) == 1, "ready");
	result = make_call(c) < 0 ? errno : 0;
	check(write(sock, &result, sizeof(result)) == sizeof(result), "result");
	_exit(0);
}

/* The subject's number as seen from here, whatever namespace it is in. */
static pid_t wait_ready(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(struct ucred))];
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct ucred cred;

	if (recvmsg(sock, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		return -1;
	memcpy(&cred, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(cred));
	return cred.pid;
}

static void predict(pid_t pid, const char *call)
{
	const char *nscope = getenv("NSCOPE");
	char number[16], line[256] = "";
	int fds[2];
	FILE *in;
	pid_t child;

	check(nscope && !pipe2(fds, O_CLOEXEC), "NSCOPE");
	snprintf(number, sizeof(number), "%d", pid);
	child = fork();
	if (!child) {
		dup2(fds[1], STDOUT_FILENO);
		execl(nscope, nscope, "predict", "--pid", number, call, NULL);
		_exit(127);
	}
	close(fds[1]);
	in = fdopen(fds[0], "r");
	check(in && fgets(line, sizeof(line), in), "predict");
	while (getc(in) != EOF)
		;
	fclose(in);
	waitpid(child, NULL, 0);
	printf("%.*s ", (int)strcspn(line, ":"), line);
}

int main(int argc, char **argv)
{
	const char *text = argv[argc - 1];
	int sock[2], result, on = 1;
	struct call c;
	struct err e;
	pid_t child, subject;

	if (argc < 2 || call_parse(text, &c, &e)) {
		fprintf(stderr, "call: %s\n", argc < 2 ? "call [SETUP...] CALL" : e.msg);
		return 2;
	}
	check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) &&
		      !setsockopt(sock[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)),
	      "socketpair");
	fflush(stdout);
	child = fork();
	if (!child) {
		close(sock[0]);
		be_subject(sock[1], argc - 2, argv + 1, &c);
	}
	close(sock[1]);
	subject = wait_ready(sock[0]);
	check(subject > 0, "subject");
	predict(subject, text);
	check(write(sock[0], "g", 1) == 1 &&
		      read(sock[0], &result, sizeof(result)) == sizeof(result),
	      "call");
	puts(result ? strerrorname_np(result) : "ok");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}
