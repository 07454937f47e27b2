/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds a namespace of every kind, or of several: tasks, descriptors, mounts. */
#include "holders.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- who is in it ---- */

uint32_t by_task(const char *kind)
{
	return inum_of(start(enter, kind), kind);
}

static void enter_and_fork(const char *kind)
{
	enter(kind);
	start(nothing, NULL);
	start(nothing, NULL);
}

uint32_t by_fork(const char *kind)
{
	return inum_of(start(enter_and_fork, kind), kind);
}

static void enter_again(const char *kind)
{
	int fd;

	enter(kind);
	fd = open_ns(getpid(), kind);
	MUST(setns(fd, 0));
	close(fd);
}

/* A new nsproxy of the same namespaces: setns(2) always makes one. */
uint32_t by_setns(const char *kind)
{
	return inum_of(start(enter_again, kind), kind);
}

/* Many of a kind: that two objects are taken for one shows here. */
void crowd(const char *kind)
{
	enter(kind);
	for (int i = 0; i < 60; i++)
		start(nothing, NULL);
}

/* ---- its file: open, mounted, in a message ---- */

static int orphan(const char *kind)
{
	pid_t pid = start(enter, kind);
	int fd = open_ns(pid, kind);

	stop(pid);
	return fd;
}

uint32_t by_fd(const char *kind)
{
	return inum_of_fd(orphan(kind));
}

uint32_t by_fds(const char *kind)
{
	int fd = orphan(kind);
	char path[64];

	MUST(dup(fd));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	MUST(open(path, O_RDONLY));
	start(nothing, NULL); /* with copies of all */
	return inum_of_fd(fd);
}

static int flight[2];

uint32_t by_nsfs_flight(const char *kind)
{
	int fd = orphan(kind);
	uint32_t inum = inum_of_fd(fd);

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, flight));
	send_fd(flight[0], fd);
	close(fd);
	return inum;
}

/* In a mount namespace of our own, so that nothing stays behind. */
static void bind_it(int fd, int n)
{
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	MUST(mount("holders", "/mnt", "tmpfs", 0, NULL));
	for (int i = 0; i < n; i++) {
		char from[64], to[64];

		snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
		snprintf(to, sizeof(to), "/mnt/%d", i);
		close(MUST(open(to, O_CREAT | O_WRONLY, 0600)));
		MUST(mount(i ? "/mnt/0" : from, to, NULL, MS_BIND, NULL));
	}
}

uint32_t by_bind(const char *kind)
{
	int fd = orphan(kind);
	uint32_t inum = inum_of_fd(fd);

	bind_it(fd, 2);
	close(fd);
	return inum;
}

uint32_t by_detached_bind(const char *kind)
{
	int fd = orphan(kind);
	uint32_t inum = inum_of_fd(fd);

	bind_it(fd, 1);
	close(fd);
	MUST(syscall(SYS_open_tree, AT_FDCWD, "/mnt/0", 1 /* OPEN_TREE_CLONE */));
	MUST(umount2("/mnt/0", MNT_DETACH));
	return inum;
}

/* Below the root of a tree that is mounted nowhere; what is kept has no descriptor. */
static uint32_t in_tree(const char *kind, int *tree)
{
	int fd = orphan(kind);
	uint32_t inum = inum_of_fd(fd);

	bind_it(fd, 2);
	close(fd);
	*tree = MUST(
		syscall(SYS_open_tree, AT_FDCWD, "/mnt", 1 /* OPEN_TREE_CLONE */ | AT_RECURSIVE));
	MUST(umount2("/mnt", MNT_DETACH));
	return inum;
}

uint32_t by_tree(const char *kind)
{
	int tree;

	return in_tree(kind, &tree);
}

/* The same, while but a working directory keeps the tree. */
uint32_t by_dir_of_tree(const char *kind)
{
	uint32_t inum;
	int tree;

	inum = in_tree(kind, &tree);
	MUST(fchdir(tree));
	close(tree);
	return inum;
}

/* The same, while but an open directory does. */
uint32_t by_file_of_tree(const char *kind)
{
	uint32_t inum;
	int tree;

	inum = in_tree(kind, &tree);
	MUST(openat(tree, ".", O_RDONLY | O_DIRECTORY));
	close(tree);
	return inum;
}

/* ---- file systems that count on it ---- */

void mount_in_making(const char *kind)
{
	enter(kind);
	if (!strcmp(kind, "user"))
		MUST(unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
			     CLONE_NEWCGROUP));
	MUST(syscall(SYS_fsopen, "tmpfs", 0));
	MUST(syscall(SYS_fsopen, "proc", 0));
	MUST(syscall(SYS_fsopen, "mqueue", 0));
	MUST(syscall(SYS_fsopen, "cgroup2", 0));
}

static void mount_fuse(const char *arg)
{
	char options[64];
	int fd;

	(void)arg;
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	fd = MUST(open("/dev/fuse", O_RDWR));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	MUST(mount("holders", "/mnt", "fuse", MS_NOSUID | MS_NODEV, options));
}

void fuse_server(const char *kind)
{
	if (!strcmp(kind, "pid")) {
		in_pid_ns(mount_fuse);
		return;
	}
	enter(kind);
	mount_fuse(NULL);
}
