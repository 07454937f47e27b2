/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What holds a user namespace: what it owns, credentials of whatever kept some, the memory
 * of programs, and users whose quotas are counted.
 */
#include "holders.h"

#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- what it owns ---- */

void own_all(const char *kind)
{
	enter(kind);
	for (size_t i = 0; i < N_KINDS; i++)
		if (kinds[i].flag != CLONE_NEWUSER)
			start(enter, kinds[i].name);
}

void child_user_ns(const char *kind)
{
	enter(kind);
	start(enter, kind);
	start(enter, kind);
}

void file_systems(const char *kind)
{
	enter(kind);
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("holders", "/mnt", "tmpfs", 0, NULL));
	MUST(mount("holders", "/mnt", "tmpfs", 0, NULL));
}

void detached_tree(const char *kind)
{
	enter(kind);
	MUST(unshare(CLONE_NEWNS));
	MUST(syscall(SYS_open_tree, AT_FDCWD, "/",
		     1 /* OPEN_TREE_CLONE */ | 0x8000 /* AT_RECURSIVE */));
}

/* ---- credentials and quotas ---- */

void old_creds(const char *kind)
{
	MUST(open("/dev/null", O_RDONLY));
	enter(kind);
	MUST(open("/dev/null", O_RDONLY));
	MUST(prctl(PR_SET_KEEPCAPS, 1));
	MUST(open("/dev/null", O_RDONLY));
}

/* Another user of the namespace: other credentials and another count of uses. */
void other_users(const char *kind)
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

void notify_groups(const char *kind)
{
	enter(kind);
	MUST(syscall(SYS_inotify_init1, 0));
	MUST(syscall(SYS_fanotify_init, 0x200 /* FAN_REPORT_FID */, 0));
}

void message_notice(const char *kind)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	mqd_t queue;

	enter(kind);
	queue = MUST(mq_open("/holders", O_CREAT | O_RDONLY, 0600, NULL));
	MUST(mq_unlink("/holders"));
	MUST(mq_notify(queue, &event));
}

void locked_segment(const char *kind)
{
	enter(kind);
	MUST(unshare(CLONE_NEWIPC));
	MUST(shmctl(MUST(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)), SHM_LOCK, NULL));
}

/* ---- the memory of programs ---- */

void run_program(const char *kind)
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

/* The memory of a dead program, through a file of /proc that is still open. */
uint32_t by_maps(const char *kind)
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
	MUST(open(path, O_RDONLY));
	snprintf(path, sizeof(path), "/proc/%d/mem", atoi(text));
	MUST(open(path, O_RDONLY));
	stop(pid);
	kill(atoi(text), SIGKILL);
	return inum;
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
void lend(int over)
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
uint32_t by_lent(const char *kind)
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
