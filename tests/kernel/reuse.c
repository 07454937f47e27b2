/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reuse   makes one process after the other, all of the same number and each with
 *         another name; says that number, and goes on until it is killed
 *
 * A name is in comm and in the command line at once: who reads one of one process and
 * the other of the next can be told.
 */
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIFE_NSEC 60000000 /* longer than two clock ticks: start times differ */

static pid_t make_child(pid_t wanted)
{
	struct clone_args args = {.exit_signal = SIGCHLD,
				  .set_tid = wanted ? (uintptr_t)&wanted : 0,
				  .set_tid_size = wanted ? 1 : 0};
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const struct timespec life = {.tv_nsec = LIFE_NSEC};
	size_t room = strlen(argv[0]);
	pid_t first = 0;

	for (unsigned i = 0; argc == 1; i++) {
		char name[16];
		pid_t pid;

		snprintf(name, sizeof(name), "reuse-%u", i);
		prctl(PR_SET_NAME, name);
		memset(argv[0], 0, room); /* a child has both from its beginning */
		memcpy(argv[0], name, strlen(name) < room ? strlen(name) : room);
		pid = make_child(first);
		if (pid < 0)
			return 1; /* the number went to somebody else */
		if (!first)
			printf("%d\n", pid);
		fflush(stdout);
		first = pid;
		nanosleep(&life, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return 0;
}
