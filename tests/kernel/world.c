/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world [ITEM...]   a small world of namespaces for the tests to look at
 *
 * Builds the items named, or all, and prints one line for each thing it made:
 *     ITEM key=value ...
 * then "ready". When its standard input ends it takes everything down: each item is
 * a process that dies with this one, and what it mounts is in a mount namespace of
 * its own.
 *
 * Here are the items; world_tasks.c, world_taskless.c and world_odd.c make them, and
 * world.h declares the functions that do.
 */
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct item {
	const char *name;
	const char *doc;
	bool is_on_request; /* not among "all" */
	make_fn *make;
} items[] = {
	{"kind", "a task in a namespace of its own, for each kind", false, make_each_kind},
	{"no_init", "a task whose pid_for_children has no init", false, make_no_init},
	{"thread", "a thread alone in its network namespace", false, make_thread},
	{"thread_fd", "a netns kept by a descriptor of a single thread", false, make_thread_fd},
	{"nested_user", "a user namespace in a user namespace", false, make_nested_user},
	{"nested_pid", "a pid namespace in a pid namespace", false, make_nested_pid},
	{"chroot", "a chrooted task in its own pid namespace", false, make_chroot},
	{"fd", "a netns kept by a descriptor", false, make_fd},
	{"bind", "a netns kept by a bind mount in another mount namespace", false, make_bind},
	{"covered_bind", "the same, with a FIFO mounted over it", false, make_covered_bind},
	{"socket", "a netns kept by a socket", false, make_socket},
	{"mnt_fd", "a mount namespace kept by a descriptor", false, make_mnt_fd},
	{"mnt_bind", "a mount namespace kept by a bind mount", false, make_mnt_bind},
	{"bind_in_taskless", "a netns bind-mounted in a mount namespace without tasks", false,
	 make_bind_in_taskless},
	{"owner", "a user namespace that only owns a netns", false, make_owner},
	{"zombie", "a zombie", false, make_zombie},
	{"evil", "tasks with hostile names", false, make_evil},
	{"marks", "200 tasks named mark-0 and so on", true, make_marks},
};

static void run_item(void *arg)
{
	((const struct item *)arg)->make();
}

static const struct item *find_item(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		if (!strcmp(items[i].name, name))
			return &items[i];
	fprintf(stderr, "world: no item %s; there are:\n", name);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		fprintf(stderr, "  %-18s %s\n", items[i].name, items[i].doc);
	exit(2);
}

int main(int argc, char **argv)
{
	pid_t made[ARRAY_SIZE(items)];
	size_t n = 0;
	char byte;

	/* Orphans of the items come here, so that none is left when this ends. */
	must(!prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
	for (int i = 1; i < argc; i++)
		made[n++] = start(run_item, (void *)(uintptr_t)find_item(argv[i]));
	for (size_t i = 0; argc < 2 && i < ARRAY_SIZE(items); i++)
		if (!items[i].is_on_request)
			made[n++] = start(run_item, (void *)(uintptr_t)&items[i]);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	while (n-- > 0)
		kill(made[n], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	return 0;
}
