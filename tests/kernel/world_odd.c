/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items of the world: a zombie, hostile names, and a crowd to look for one among many. */
#include "world.h"

#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void make_zombie(void)
{
	pid_t parent = getpid(), pid = fork();

	must(pid >= 0, "fork");
	if (!pid) {
		die_with(parent);
		enter_new(CLONE_NEWUTS);
		_exit(0);
	}
	must(!waitid(P_PID, pid, &(siginfo_t){0}, WEXITED | WNOWAIT), "waitid");
	say("zombie", "pid=%d", pid);
}

static void set_name(void *name)
{
	must(!prctl(PR_SET_NAME, name), "PR_SET_NAME");
}

/* Names that would write on a terminal, end a line, or pretend to be fields of stat. */
void make_evil(void)
{
	static const struct {
		const char *item;
		const char *comm;
	} names[] = {
		{"evil", "\033[31mx\033]0;t\a"}, {"newline", "a\nb"},
		{"paren", ") R 1 (x"},		 {"question", "what?"},
		{"backslash", "a\\nb"},		 {"utf8", "caf\xc3\xa9 \xe2\x80\xae"},
		{"invalid", "\xff\xfe\x80"},	 {"end_newline", "x\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		say(names[i].item, "pid=%d", start(set_name, (void *)(uintptr_t)names[i].comm));
}

#define N_MARKS 200

void make_marks(void)
{
	char name[16];

	for (int i = 0; i < N_MARKS; i++) {
		snprintf(name, sizeof(name), "mark-%d", i);
		say("mark", "pid=%d name=%s", start(set_name, name), name);
	}
}
