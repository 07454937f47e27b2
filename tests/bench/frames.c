/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frames PID COMMAND...   what the screen of a TUI costs: bytes and time
 *
 * Runs COMMAND on a pseudo-terminal of 200x60, with a filter that leaves what
 * `load` (process PID) started. Measures the time to the first frame; the bytes of a
 * refresh when nothing changed; and those when one row did: SIGUSR1 makes load rename
 * one process. The least of several refreshes counts, since elsewhere on the host
 * something may change at any time. Exit status 1: a floor was missed.
 */
#include "base.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define N_WINDOWS     6
#define WINDOW_MS     1500 /* a refresh a second: one or two of them in each */
#define FIRST_FLOOR   100  /* ms */
#define CHANGED_FLOOR 800  /* bytes: one row of 200 columns, and what stands beside it */

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * Read from the terminal for ms milliseconds, or, with `marker`, until that was
 * read. Returns the number of bytes, or -1 when the program has ended or the
 * marker did not come.
 */
static long read_for(int tty, long ms, const char *marker)
{
	static char buf[1 << 20];
	long end = now_ms() + ms, n = 0;

	for (long left; (left = end - now_ms()) > 0;) {
		struct pollfd p = {.fd = tty, .events = POLLIN};
		ssize_t got;

		if (poll(&p, 1, (int)left) <= 0)
			continue;
		if (n > (long)sizeof(buf) / 2)
			n = 0; /* the marker is short and comes early */
		got = read(tty, buf + n, sizeof(buf) - n - 1);
		if (got <= 0)
			return -1;
		n += got;
		buf[n] = '\0';
		if (marker && memmem(buf, n, marker, strlen(marker)))
			return n;
	}
	return marker ? -1 : n;
}

static void type(int tty, const char *keys)
{
	if (write(tty, keys, strlen(keys)) < 0)
		perror("frames: keys");
	read_for(tty, WINDOW_MS, NULL);
}

/* The least number of bytes in a window; `change`, if any, gets SIGUSR1 in each. */
static long least(int tty, pid_t change)
{
	long min = -1;

	for (int i = 0; i < N_WINDOWS; i++) {
		long n;

		if (change)
			kill(change, SIGUSR1);
		n = read_for(tty, WINDOW_MS, NULL);
		/* A window in which the change did not come yet says nothing. */
		if (n >= 0 && (min < 0 || n < min) && (!change || n > 0))
			min = n;
	}
	return min;
}

static int report(const char *what, long value, const char *unit, long floor)
{
	int missed = value < 0 || value > floor;

	printf("  %-58s %5ld %s   floor %ld: %s\n", what, value, unit, floor,
	       missed ? "MISSED" : "held");
	return missed;
}

int main(int argc, char **argv)
{
	const struct winsize size = {.ws_row = 60, .ws_col = 200};
	pid_t load = argc > 2 ? (pid_t)strtol(argv[1], NULL, 10) : 0, pid;
	struct rusage u;
	long start = now_ms(), first;
	int tty, status, missed = 0;

	if (load <= 0) {
		fputs("usage: frames PID COMMAND...\n", stderr);
		return 2;
	}
	pid = forkpty(&tty, NULL, NULL, &size);
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	first = read_for(tty, 10000, "TASK") < 0 ? -1 : now_ms() - start;
	missed |= report("time to the first frame", first, "ms   ", FIRST_FLOOR);
	read_for(tty, 2L * WINDOW_MS, NULL);
	type(tty, "&load\r");
	missed |= report("bytes of a refresh in which nothing changed", least(tty, 0), "bytes", 0);
	missed |= report("bytes of a refresh in which one row changed", least(tty, load), "bytes",
			 CHANGED_FLOOR);
	type(tty, "\033");
	type(tty, "Q");
	kill(pid, SIGTERM);
	wait4(pid, &status, 0, &u);
	printf("  %-58s %5ld KiB\n", "peak memory of the TUI", u.ru_maxrss);
	return missed;
}
