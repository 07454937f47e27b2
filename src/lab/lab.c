/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The laboratory as a whole: how it opens and closes, and who is in it. */
#include "lab_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/*
 * All test processes run on one processor, the one that is at hand. Linux 6.18 gives each a batch
 * of ids for its namespaces, and mnt_ns_loop() takes the id for the age.
 */
static void stay_on_one_cpu(void)
{
	unsigned long mask[128] = {0};
	const unsigned n_bits = 8 * sizeof(mask[0]);
	unsigned cpu;

	if (syscall(SYS_getcpu, &cpu, NULL, NULL) || cpu >= ARRAY_SIZE(mask) * n_bits)
		return;
	mask[cpu / n_bits] = 1ul << cpu % n_bits;
	syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask);
}

/* Between the clone and the program: system calls only, for the caller may have threads. */
static _Noreturn void become_supervisor(int image, int proc_fd, int ctl, int owner)
{
	char *argv[] = {(char[]){LAB_NAME}, NULL}, *envp[] = {(char[]){"005S"}, NULL};
	const int from[] = {image, proc_fd, ctl, owner};
	int high[ARRAY_SIZE(from)], null;

	for (unsigned i = 0; i < ARRAY_SIZE(from); i++)
		high[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 10);
	for (unsigned i = 0; i < ARRAY_SIZE(from); i++)
		dup2(high[i], LAB_FD_IMAGE + i);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			close(fd);
	syscall(SYS_close_range, LAB_FD_OWNER + 1, ~0u, 0);
	stay_on_one_cpu();
	if (!chdir("/"))
		syscall(SYS_execveat, LAB_FD_IMAGE, "", argv, envp, AT_EMPTY_PATH);
	_exit(127);
}

static int start_supervisor(struct lab *lab, struct err *e)
{
	_cleanup_fd_ int owner = syscall(SYS_pidfd_open, getpid(), 0);
	int pair[2], err;
	pid_t pid;

	if (owner < 0)
		return err_set(e, errno, "pidfd_open of nscope");
	err = lab_socketpair(pair, e);
	if (err)
		return err;
	/* No signal at its end: a caller's own wait() never meets it. */
	pid = syscall(SYS_clone, CLONE_PIDFD, NULL, &lab->supervisor, NULL, 0);
	if (!pid)
		become_supervisor(lab->image, lab->proc_fd, pair[1], owner);
	if (pid < 0)
		err = err_set(e, errno, "clone");
	else
		fcntl(lab->supervisor, F_SETFD, FD_CLOEXEC);
	close(pair[1]);
	if (err) {
		close(pair[0]);
		return err;
	}
	err = lab_adopt(lab, pair[0], LAB_SUPERVISOR, false, e);
	if (err == -EPIPE)
		return err_set(e, ENOEXEC, "the lab's program could not be run");
	return err < 0 ? err : 0;
}

static int open_proc(struct lab *lab, struct err *e)
{
	char text[16] = "";

	lab->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (lab->proc_fd < 0)
		return err_set(e, errno, "open /proc");
	if (readlinkat(lab->proc_fd, "self", text, sizeof(text) - 1) < 0 || atoi(text) != getpid())
		return err_set(e, ENOTSUP, "/proc is not that of nscope's pid namespace");
	return 0;
}

struct lab *lab_open(struct err *e)
{
	struct lab *lab = xcalloc(1, sizeof(*lab));
	int err;

	lab->image = lab->supervisor = lab->cgroup = -1;
	err = open_proc(lab, e);
	if (!err) {
		lab_read_own_slots(lab);
		lab->image = err = lab_image_open(e);
	}
	if (err >= 0)
		err = start_supervisor(lab, e);
	if (err >= 0)
		return lab;
	err_prefix(e, "the lab");
	lab_close(lab);
	return NULL;
}

static void kill_all(struct lab *lab)
{
	for (int id = lab->procs.n - 1; id > LAB_SUPERVISOR; id--)
		if (lab->procs.items[id].pidfd >= 0)
			syscall(SYS_pidfd_send_signal, lab->procs.items[id].pidfd, SIGKILL, NULL,
				0);
}

static void end_supervisor(struct lab *lab)
{
	struct pollfd fd = {lab->supervisor, POLLIN, 0};
	siginfo_t info;

	if (poll(&fd, 1, LAB_DEADLINE_MS) <= 0)
		syscall(SYS_pidfd_send_signal, lab->supervisor, SIGKILL, NULL, 0);
	while (waitid(P_PIDFD, lab->supervisor, &info, WEXITED | __WALL) < 0 && errno == EINTR)
		;
	close(lab->supervisor);
}

void lab_close(struct lab *lab)
{
	if (!lab)
		return;
	kill_all(lab);
	for (uint32_t i = 0; i < lab->procs.n; i++) {
		if (lab->procs.items[i].ctl >= 0)
			close(lab->procs.items[i].ctl);
		if (lab->procs.items[i].pidfd >= 0)
			close(lab->procs.items[i].pidfd);
	}
	if (lab->supervisor >= 0)
		end_supervisor(lab);
	if (lab->image >= 0)
		close(lab->image);
	if (lab->proc_fd >= 0)
		close(lab->proc_fd);
	if (lab->cgroup >= 0)
		close(lab->cgroup);
	free(lab->procs.items);
	free(lab->devs.items);
	free(lab->made.items);
	free(lab);
}

int lab_spawn(struct lab *lab, struct err *e)
{
	const struct lab_call c = {.kind = LAB_CALL, .call.kind = CALL_FORK};
	struct lab_result r;
	int err = lab_call(lab, LAB_SUPERVISOR, &c, &r, e);

	if (!err && r.ret < 0)
		err = err_set(e, -r.ret, "fork of the lab's supervisor");
	if (!err && r.child < 0)
		err = err_set(e, ECHILD, "a new test process ended at once");
	return err ? err : r.child;
}

void lab_poll(struct lab *lab)
{
	struct pollfd *fds = xcalloc(lab->procs.n, sizeof(*fds));

	for (uint32_t i = 0; i < lab->procs.n; i++)
		fds[i] = (struct pollfd){lab->procs.items[i].pidfd, POLLIN, 0};
	poll(fds, lab->procs.n, 0);
	for (uint32_t i = 0; i < lab->procs.n; i++) {
		struct lab_proc *p = &lab->procs.items[i];
		bool is_dead = fds[i].revents || (p->t.state < LAB_ZOMBIE && p->pidfd < 0 &&
						  lab_has_ended(lab, &p->t));

		if (is_dead || p->t.state == LAB_ZOMBIE)
			lab_note_end(lab, p);
	}
	free(fds);
}

int lab_n_tasks(const struct lab *lab)
{
	return lab->procs.n;
}

const struct lab_task *lab_task(const struct lab *lab, int id)
{
	return id >= 0 && id < (int)lab->procs.n ? &lab->procs.items[id].t : NULL;
}

int lab_find(const struct lab *lab, pid_t tid)
{
	for (int id = lab->procs.n - 1; id >= 0; id--)
		if (lab->procs.items[id].t.tid == tid && lab->procs.items[id].t.state < LAB_GONE)
			return id;
	return -1;
}
