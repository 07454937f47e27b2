/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crash.h"

#include "mem.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#define MAX_BYTES  512
#define STACK_SIZE 16384
#define N_SIGNALS  65

/* A signal handler is given nothing: what it needs has to be here. */
static struct {
	struct termios modes;
	/* Two, so that the handler never sees one that is half written. */
	char bytes[2][MAX_BYTES];
	size_t n[2];
	volatile sig_atomic_t which;
	volatile sig_atomic_t is_armed;
	int fd;
	struct sigaction old[N_SIGNALS];
	char *stack;
} crash;

/* Signals that do not end a program by default, or that cannot be caught. */
static int is_harmless(int sig)
{
	static const int harmless[] = {SIGKILL, SIGSTOP, SIGCHLD, SIGCONT, SIGTSTP,
				       SIGTTIN, SIGTTOU, SIGURG,  SIGWINCH};

	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (harmless[i] == sig)
			return 1;
	return 0;
}

static void restore_and_die(int sig)
{
	if (crash.is_armed) {
		const char *p = crash.bytes[crash.which];
		size_t n = crash.n[crash.which];
		ssize_t got;

		crash.is_armed = 0;
		while (n && ((got = write(crash.fd, p, n)) > 0 || errno == EINTR)) {
			if (got < 0)
				continue;
			p += got;
			n -= got;
		}
		tcsetattr(crash.fd, TCSANOW, &crash.modes);
	}
	/* SA_RESETHAND put the default action back, SA_NODEFER lets it in. */
	raise(sig);
	/* The first process of a pid namespace survives that. */
	_exit(128 + sig);
}

void crash_set_bytes(const char *bytes, size_t n)
{
	int other = !crash.which;

	if (n > MAX_BYTES)
		n = MAX_BYTES;
	memcpy(crash.bytes[other], bytes, n);
	crash.n[other] = n;
	crash.which = other;
}

/* A signal that was ignored (nohup) stays so. */
static void catch (int sig)
{
	struct sigaction sa = {.sa_handler = restore_and_die,
			       .sa_flags = (int)(SA_RESETHAND | SA_NODEFER | SA_ONSTACK)};

	if (sigaction(sig, NULL, &crash.old[sig]) || crash.old[sig].sa_handler == SIG_IGN)
		return;
	sigaction(sig, &sa, NULL);
}

void crash_arm(int fd, const struct termios *modes)
{
	stack_t stack = {.ss_size = STACK_SIZE};

	crash.fd = fd;
	crash.modes = *modes;
	/* A stack that overflowed is no place for a handler. */
	crash.stack = xcalloc(1, STACK_SIZE);
	stack.ss_sp = crash.stack;
	sigaltstack(&stack, NULL);
	crash.is_armed = 1;
	for (int sig = 1; sig < N_SIGNALS; sig++)
		if (!is_harmless(sig))
			catch (sig);
}

void crash_disarm(void)
{
	stack_t stack = {.ss_flags = SS_DISABLE};

	crash.is_armed = 0;
	for (int sig = 1; sig < N_SIGNALS; sig++)
		if (!is_harmless(sig))
			sigaction(sig, &crash.old[sig], NULL);
	sigaltstack(&stack, NULL);
	free(crash.stack);
	crash.stack = NULL;
}
