/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure ROUNDS COMMAND...   CPU time of commands, run in turn
 *
 * Each COMMAND is one argument, split at blanks. After one run each that does not
 * count, ROUNDS times all of them in turn, so that whatever else the machine does
 * falls on all alike. Prints a line a command: median of user + sys in milliseconds,
 * median of its ratio to the first command in the same round, peak memory in KiB,
 * runs that failed (and do not count), and the command. Of a command with a '=' before
 * it, the first number that it prints counts, and not its own CPU time.
 */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define MAX_ROUNDS   101
#define MAX_COMMANDS 16
#define MAX_WORDS    64

struct runs {
	double ms[MAX_ROUNDS]; /* NAN for a run that failed */
	long max_rss;
	int n_failed;
};

/* Its output goes to `out`, or nowhere when that is -1. */
static void exec_words(const char *command, int out)
{
	char *copy = strdup(command), *words[MAX_WORDS + 1], *rest = NULL;
	int null = open("/dev/null", O_RDWR), n = 0;

	for (char *w = strtok_r(copy, " ", &rest); w && n < MAX_WORDS;
	     w = strtok_r(NULL, " ", &rest))
		words[n++] = w;
	words[n] = NULL;
	dup2(null, STDIN_FILENO);
	dup2(out < 0 ? null : out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execvp(words[0], words);
	_exit(127);
}

/* What a program says of itself: the number that its output begins with, or NAN. */
static double read_number(int in)
{
	char text[64];
	ssize_t n = read(in, text, sizeof(text) - 1);

	if (n <= 0)
		return NAN;
	text[n] = '\0';
	return strtod(text, NULL);
}

/* CPU time of one run in milliseconds, or NAN. */
static double run_once(const char *command, struct runs *r)
{
	bool tells = *command == '=';
	int status, fds[2] = {-1, -1};
	double told = NAN;
	struct rusage u;
	pid_t pid;

	if (tells && pipe2(fds, O_CLOEXEC) < 0)
		return NAN;
	pid = fork();
	if (pid == 0)
		exec_words(command + tells, fds[1]);
	if (tells) {
		close(fds[1]);
		told = read_number(fds[0]);
		close(fds[0]);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status)) {
		r->n_failed++;
		return NAN;
	}
	if (u.ru_maxrss > r->max_rss)
		r->max_rss = u.ru_maxrss;
	if (tells)
		return told;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of those that are numbers; NAN when there is none. */
static double median(const double *values, int n)
{
	double sorted[MAX_ROUNDS];
	int kept = 0;

	for (int i = 0; i < n; i++)
		if (!isnan(values[i]))
			sorted[kept++] = values[i];
	if (!kept)
		return NAN;
	qsort(sorted, kept, sizeof(*sorted), by_size);
	return kept % 2 ? sorted[kept / 2] : (sorted[kept / 2 - 1] + sorted[kept / 2]) / 2;
}

int main(int argc, char **argv)
{
	static struct runs runs[MAX_COMMANDS];
	int n_rounds = argc > 2 ? atoi(argv[1]) : 0, n = argc - 2;
	char **commands = argv + 2;

	if (n_rounds < 1 || n_rounds > MAX_ROUNDS || n > MAX_COMMANDS) {
		fputs("usage: measure ROUNDS COMMAND...\n", stderr);
		return 2;
	}
	for (int c = 0; c < n; c++)
		run_once(commands[c], &runs[c]);
	for (int round = 0; round < n_rounds; round++)
		for (int c = 0; c < n; c++)
			runs[c].ms[round] = run_once(commands[c], &runs[c]);
	for (int c = 0; c < n; c++) {
		double ratios[MAX_ROUNDS];

		for (int round = 0; round < n_rounds; round++)
			ratios[round] = runs[c].ms[round] / runs[0].ms[round];
		printf("%.2f %.4f %ld %d %s\n", median(runs[c].ms, n_rounds),
		       median(ratios, n_rounds), runs[c].max_rss, runs[c].n_failed, commands[c]);
	}
	return 0;
}
