/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds a pid namespace: its mounts of proc, and whatever knows a number in it. */
#include "holders.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

void nested(const char *kind)
{
	enter(kind);
	start(enter, kind);
}

static void mount_proc(const char *arg)
{
	(void)arg;
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	MUST(mount("holders", "/mnt", "proc", 0, NULL));
	MUST(mount("holders", "/mnt", "proc", 0, NULL));
}

void proc_mounts(const char *kind)
{
	(void)kind;
	in_pid_ns(mount_proc);
}

/* ---- numbers of the dead ---- */

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

void pins(const char *kind)
{
	(void)kind;
	in_pid_ns(pinned_pids);
}

/* The first process has to wait for one that its parent, outside, does not reap. */
void stuck(const char *kind)
{
	pid_t init, other;

	MUST(unshare(flag_of(kind)));
	init = start(nothing, NULL);
	other = start(nothing, NULL);
	MUST(kill(other, SIGKILL));
	MUST(waitid(P_PID, other, &(siginfo_t){0}, WEXITED | WNOWAIT));
	MUST(kill(init, SIGKILL));
}

/* ---- who sent, made, or is to be told ---- */

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

void peers(const char *kind)
{
	(void)kind;
	in_pid_ns(make_peers);
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

void signed_descriptors(const char *kind)
{
	(void)kind;
	in_pid_ns(sign_descriptors);
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

void segments(const char *kind)
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

uint32_t by_segments_elsewhere(const char *kind)
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

static void open_perf_event(const char *arg)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
				       .size = sizeof(attr),
				       .config = PERF_COUNT_SW_DUMMY,
				       .exclude_kernel = 1};

	(void)arg;
	MUST(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

void perf_events(const char *kind)
{
	(void)kind;
	in_pid_ns(open_perf_event);
}
