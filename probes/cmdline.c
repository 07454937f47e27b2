/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines. Reading one takes the memory lock of its process and blocks for
 * as long as another holds it, so it is done by a child that takes no signal but
 * the SIGKILL that frees it from that wait. A number that is used again must not put
 * words into another's mouth: either the directories of the tasks stay open until then,
 * or the kernel probe looks in the end who is still the same, which is much less work.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "uapi.h"

#define PENDING_MAX 1024 /* tasks that are read by one child */
#define OPEN_MAX    256	 /* the same, of those with an open directory, if there may be as many */
#define TEXT_MAX    4096 /* bytes that are kept of a command line */
#define CUT_MARK    " ..."
#define DEADLINE_MS 50 /* without a further line the child is stuck */
#define WAITS_MAX   20 /* deadlines that one may miss while it runs */
#define STUCK_MAX   4  /* then no more are tried */

struct pending {
	int32_t row;
	int dirfd;     /* of the task, ours; or that of /proc, when it is of the kernel's */
	char path[24]; /* below it */
};

struct cmdline_state {
	struct pending pending[PENDING_MAX];
	unsigned n;
	bool has_numbers; /* some were read by their numbers */
	unsigned n_stuck;
	pid_t to_reap[STUCK_MAX];
};
const size_t cmdline_state_size = sizeof(struct cmdline_state);

/* Memory that the child shares with us: no wake-up a line, as a pipe would cost. */
struct answers {
	unsigned n;		    /* tasks that are answered: atomic */
	int32_t sizes[PENDING_MAX]; /* of the texts, one after the other; or -errno */
	char text[PENDING_MAX]
		 [TEXT_MAX + 1]; /* room for all: one byte more tells that there was more */
};

/* ---- the child: only calls that are safe after fork() in a program with threads ---- */

static void child(struct answers *a, const struct pending *p, unsigned n)
{
	char *at = a->text[0];

	for (unsigned i = 0; i < n; i++) {
		int fd = openat(p[i].dirfd, p[i].path, O_RDONLY | O_CLOEXEC);
		ssize_t got = fd < 0 ? -1 : read(fd, at, TEXT_MAX + 1);

		a->sizes[i] = got < 0 ? -errno : got;
		at += got < 0 ? 0 : got;
		if (fd >= 0)
			close(fd);
		__atomic_store_n(&a->n, i + 1, __ATOMIC_RELEASE);
	}
	_exit(0);
}

/* ---- the parent ---- */

/* A child that waits for a processor is not stuck; one in a read that blocks sleeps. */
static bool is_running(const struct probe_env *env, pid_t pid)
{
	char path[24], stat[512];
	const char *end;

	snprintf(path, sizeof(path), "%d/stat", pid);
	if (probe_read_file(env->proc, path, stat, sizeof(stat)) <= 0)
		return false;
	end = strrchr(stat, ')');
	return end && end[1] == ' ' && end[2] == 'R';
}

/* Until the child has ended, which closes the pipe `in`, or is stuck: how many it answered. */
static unsigned wait_for_answers(const struct probe_env *env, const struct answers *a, pid_t pid,
				 int in)
{
	unsigned n_waits = 0, n = 0, now;

	for (;;) {
		struct pollfd p = {.fd = in, .events = POLLIN};
		int n_ready = poll(&p, 1, DEADLINE_MS);

		if (n_ready < 0 && errno == EINTR)
			continue;
		now = __atomic_load_n(&a->n, __ATOMIC_ACQUIRE);
		if (n_ready || (now == n && (++n_waits == WAITS_MAX || !is_running(env, pid))))
			return now;
		if (now != n)
			n_waits = 0;
		n = now;
	}
}

static void set_cmdline(struct probe_env *env, int32_t row, const char *text, size_t n)
{
	struct task *t = builder_task(env->b, row);
	bool is_cut = n > TEXT_MAX;
	char buf[TEXT_MAX + sizeof(CUT_MARK)];

	/* execve() leaves a NUL at least: there is no memory any more to read it from. */
	if (!n && t->facts & TASK_STAT && !t->is_kthread)
		return;
	n = is_cut ? TEXT_MAX : n;
	while (n && !text[n - 1])
		n--;
	for (size_t i = 0; i < n; i++)
		buf[i] = text[i] ? text[i] : ' ';
	memcpy(buf + n, CUT_MARK, sizeof(CUT_MARK));
	t->cmdline = snap_str(env->b, buf, is_cut ? n + strlen(CUT_MARK) : n);
	t->facts |= TASK_CMDLINE;
	probe_seen(env, 1);
}

static void take_answers(struct probe_env *env, const struct answers *a, const struct pending *p,
			 unsigned n)
{
	const char *at = a->text[0];

	for (unsigned i = 0; i < n; i++) {
		if (a->sizes[i] >= 0) {
			set_cmdline(env, p[i].row, at, a->sizes[i]);
			at += a->sizes[i];
		} else if (a->sizes[i] == -EACCES || a->sizes[i] == -EPERM) {
			probe_gap(env, COV_DENIED, 1, "refused");
		}
		/* Else it died: the row keeps what was read while it lived. */
	}
}

/* Never waits for a child that may be stuck: one that is not gone in time is left for later. */
static void reap(struct cmdline_state *st, pid_t pid)
{
	int pidfd = syscall(UAPI_SYS_PIDFD_OPEN, pid, 0);
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	if (pidfd >= 0) {
		poll(&p, 1, DEADLINE_MS);
		close(pidfd);
	}
	if (waitpid(pid, NULL, WNOHANG) == pid)
		return;
	for (unsigned i = 0; i < STUCK_MAX; i++) {
		if (!st->to_reap[i]) {
			st->to_reap[i] = pid;
			return;
		}
	}
}

/* fork() with all signals held back in the child. */
static pid_t fork_silent(void)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid)
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}

/* One child for the tasks from `from` on; returns the first that was not answered. */
static unsigned run_child(struct probe_env *env, struct answers *a, unsigned from)
{
	struct cmdline_state *st = env->state;
	const struct pending *p = st->pending + from;
	_cleanup_fd_ int in = -1, out = -1;
	int fds[2];
	unsigned n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return from;
	in = fds[0];
	out = fds[1];
	pid = fork_silent();
	if (!pid)
		child(a, p, st->n - from);
	close(steal_fd(&out));
	if (pid < 0)
		return from;
	n = wait_for_answers(env, a, pid, in);
	take_answers(env, a, p, n);
	if (from + n < st->n)
		kill(pid, SIGKILL);
	reap(st, pid);
	return from + n;
}

static void read_pending(struct probe_env *env)
{
	struct cmdline_state *st = env->state;
	unsigned i = 0;

	while (i < st->n && st->n_stuck < STUCK_MAX) {
		/* New for each child: one that was stuck may write until it dies of its SIGKILL. */
		struct answers *a = mmap(NULL, sizeof(*a), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (a == MAP_FAILED)
			break;
		i = run_child(env, a, i);
		munmap(a, sizeof(*a));
		if (i == st->n)
			break;
		probe_gap(env, COV_PARTIAL, 1,
			  "blocked: it did not come in time; the memory of the task may be locked");
		st->n_stuck++;
		i++;
	}
	if (i < st->n)
		probe_gap(env, COV_PARTIAL, st->n - i, "not tried: too many were blocked");
	for (i = 0; i < st->n; i++)
		if (st->pending[i].dirfd != env->proc)
			close(st->pending[i].dirfd);
	st->n = 0;
}

/* A kernel thread has none; its empty text is what there is to know. */
static bool is_known(struct probe_env *env, int32_t row)
{
	struct task *t = builder_task(env->b, row);

	if (t->is_kthread)
		t->facts |= TASK_CMDLINE;
	return t->is_kthread;
}

int cmdline_task(struct probe_env *env, int32_t row, int dirfd)
{
	struct cmdline_state *st = env->state;
	int own;

	if (is_known(env, row))
		return 0;
	own = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	if (own < 0) {
		read_pending(env);
		own = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	}
	if (own < 0) {
		probe_gap(env, COV_PARTIAL, 1, strerror(errno));
		return 0;
	}
	st->pending[st->n++] = (struct pending){row, own, "cmdline"};
	if (st->n >= (env->fd_room == PROBE_CHUNK_MAX ? OPEN_MAX : env->fd_room))
		read_pending(env);
	return 0;
}

void cmdline_number(struct probe_env *env, int32_t row)
{
	struct cmdline_state *st = env->state;
	struct pending *p = &st->pending[st->n];

	if (is_known(env, row))
		return;
	*p = (struct pending){row, env->proc, ""};
	snprintf(p->path, sizeof(p->path), "%d/cmdline", builder_task(env->b, row)->tid);
	st->has_numbers = true;
	if (++st->n == PENDING_MAX)
		read_pending(env);
}

/* Of who has gone meanwhile it may be another's. */
static void drop_others(struct probe_env *env)
{
	_cleanup_free_ bool *same = kernel_same(env);

	for (uint32_t i = 0; i < env->n_from_kernel; i++) {
		struct task *t = builder_task(env->b, i);

		if ((same && same[i]) || t->is_kthread)
			continue;
		t->cmdline = (struct raw){""};
		t->facts &= ~TASK_CMDLINE;
	}
}

int cmdline_end(struct probe_env *env)
{
	struct cmdline_state *st = env->state;

	read_pending(env);
	if (st->has_numbers)
		drop_others(env);
	for (unsigned i = 0; i < STUCK_MAX; i++)
		if (st->to_reap[i])
			waitpid(st->to_reap[i], NULL, WNOHANG);
	return 0;
}
