/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes namespaces that are held in one way each, for the tests of the ledger:
 *
 *	holders list             the cases, a line each: NAME KIND REF
 *	holders NAME...          set up these
 *	holders random SEED N    set up N of them, in an order that SEED gives
 *
 * Prints "NAME KIND INUM" for each, then "ready", and holds all until stdin ends.
 * Every process it starts dies with it. Needs root.
 *
 * Here are the cases. A way to hold KIND is a function in holders_KIND.c, or in
 * holders_any.c where several kinds can be held so; holders.h declares it.
 */
#include "holders.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MADE(setup_) .setup = setup_

static const struct test_case {
	const char *name;
	const char *kind;
	const char *ref; /* that must be among those of the namespace; NULL: one is not found */
	hold_fn *hold;
	setup_fn *setup; /* without hold: of a process in it */
} cases[] = {
#define ALL_WAYS(k, ref_)                                                                          \
	{k "-task", k, ref_, by_task}, {k "-fork", k, ref_, by_fork}, {k "-fd", k, "nsfs", by_fd}, \
		{k "-fds", k, "nsfs", by_fds}, {k "-bind", k, "nsfs", by_bind},                    \
		{k "-flight", k, "nsfs", by_nsfs_flight},                                          \
	{                                                                                          \
		k "-detached", k, "nsfs", by_detached_bind                                         \
	}
	ALL_WAYS("net", "nsproxy"),
	ALL_WAYS("pid", "nsproxy"),
	ALL_WAYS("user", "cred"),
	ALL_WAYS("ipc", "nsproxy"),
	ALL_WAYS("uts", "nsproxy"),
	ALL_WAYS("cgroup", "nsproxy"),
	ALL_WAYS("time", "nsproxy"),
	{"mnt-task", "mnt", "nsproxy", by_task},
	{"mnt-fork", "mnt", "nsproxy", by_fork},
	{"mnt-fd", "mnt", "nsfs", by_fd},
	{"mnt-fds", "mnt", "nsfs", by_fds},
	{"mnt-setns", "mnt", "nsproxy", by_setns},
	{"net-tree", "net", "nsfs", by_tree},
	{"uts-tree", "uts", "nsfs", by_dir_of_tree},
	{"ipc-tree", "ipc", "nsfs", by_file_of_tree},
	{"net-setns", "net", "nsproxy", by_setns},
	{"uts-setns", "uts", "nsproxy", by_setns},
	{"ipc-setns", "ipc", "nsproxy", by_setns},
	{"time-setns", "time", "nsproxy", by_setns},
	{"net-sockets", "net", "socket", MADE(sockets)},
	{"net-accept-queue", "net", "socket", MADE(accept_queue)},
	{"net-tun", "net", "socket", MADE(tun)},
	{"net-files", "net", "net file", MADE(net_files)},
	{"net-socket-flight", "net", "socket", by_flight},
	{"net-fsopen", "net", "fscontext", MADE(mount_in_making)},
	{"ipc-fsopen", "ipc", "fscontext", MADE(mount_in_making)},
	{"cgroup-fsopen", "cgroup", "fscontext", MADE(mount_in_making)},
	{"ipc-shmat", "ipc", "shm", MADE(attach)},
	{"ipc-sysvipc", "ipc", "sysvipc file", MADE(sysvipc_files)},
	{"mnt-mountinfo", "mnt", "mounts file", MADE(mounts_files)},
	{"cgroup-control", "cgroup", "cgroup file", MADE(control_files)},
	{"pid-nested", "pid", "child", MADE(nested)},
	{"pid-proc", "pid", "proc", MADE(proc_mounts)},
	{"pid-crowd", "pid", "struct pid", MADE(crowd)},
	{"pid-stuck", "pid", "struct pid", MADE(stuck)},
	{"user-crowd", "user", "cred", MADE(crowd)},
	{"pid-pinned", "pid", "struct pid", MADE(pins)},
	{"pid-peer", "pid", "struct pid", MADE(peers)},
	{"pid-segments", "pid", "struct pid", MADE(segments)},
	{"pid-segments-elsewhere", "pid", "struct pid", by_segments_elsewhere},
	{"user-owner", "user", "owned", MADE(own_all)},
	{"user-child", "user", "child", MADE(child_user_ns)},
	{"user-tmpfs", "user", "superblock", MADE(file_systems)},
	{"user-files", "user", "cred", MADE(old_creds)},
	{"user-exec", "user", "mm", MADE(run_program)},
	{"user-maps", "user", "mm", by_maps},
	{"user-fsopen", "user", "fscontext", MADE(mount_in_making)},
	{"user-open-tree", "user", "detached", MADE(detached_tree)},
	{"user-others", "user", "ucounts", MADE(other_users)},
	{"user-notify", "user", "fanotify", MADE(notify_groups)},
	{"user-mq-notify", "user", "mq_notify", MADE(message_notice)},
	{"net-ring-file", "net", "socket", by_ring_file},
	{"net-mapped-ring", "net", NULL, by_mapped_ring},
	{"user-lent", "user", "mm", by_lent},
	{"user-locked-shm", "user", "ucounts", MADE(locked_segment)},
	{"pid-signed", "pid", "struct pid", MADE(signed_descriptors)},
	{"user-fuse", "user", "fuse", MADE(fuse_server)},
	{"pid-fuse", "pid", "fuse", MADE(fuse_server)},
	{"pid-perf", "pid", "perf", MADE(perf_events)},
	{"net-time-wait", "net", "socket", MADE(time_wait)},
};
#define N_CASES (sizeof(cases) / sizeof(*cases))

static const struct test_case *now;

static void hold_now(const char *kind)
{
	uint32_t inum;

	if (now->hold)
		inum = now->hold(kind);
	else
		inum = inum_of(start(now->setup, kind), kind);
	printf("%s %s %u\n", now->name, kind, inum);
	fflush(stdout);
}

static void set_up(const struct test_case *c)
{
	now = c;
	start(hold_now, c->kind);
}

static const struct test_case *find_case(const char *name)
{
	for (size_t i = 0; i < N_CASES; i++)
		if (!strcmp(cases[i].name, name))
			return &cases[i];
	errno = ENOENT;
	DIE(name);
}

int main(int argc, char **argv)
{
	char byte;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		for (size_t i = 0; i < N_CASES; i++)
			if (cases[i].ref)
				printf("%s %s %s\n", cases[i].name, cases[i].kind, cases[i].ref);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "lend"))
		lend(atoi(argv[2]));
	signal(SIGCHLD, SIG_DFL);
	if (argc == 4 && !strcmp(argv[1], "random")) {
		srandom(atoi(argv[2]));
		for (int i = atoi(argv[3]); i > 0;) {
			const struct test_case *c = &cases[random() % N_CASES];

			if (c->ref && i--)
				set_up(c);
		}
	} else {
		for (int i = 1; i < argc; i++)
			set_up(find_case(argv[i]));
	}
	printf("ready\n");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
