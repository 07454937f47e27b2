/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines. Reading one takes the memory lock of its process and blocks for
 * as long as another holds it, so it is done by a child without signal handlers
 * that a SIGKILL frees from that wait. The directories of the tasks stay open
 * until then: a number that is used again cannot put words into another's mouth.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "uapi.h"

#define PENDING_MAX 96	 /* tasks that are read by one child */
#define TEXT_MAX    4096 /* bytes that are kept of a command line */
#define CUT_MARK    " ..."
#define DEADLINE_MS 50 /* without a further line the child is stuck */
#define WAITS_MAX   20 /* deadlines that one may miss while it runs */
#define STUCK_MAX   4  /* then no more are tried */

struct pending {
	int32_t row;
	int dirfd;
};

struct cmdline_state {
	struct pending pending[PENDING_MAX];
	unsigned n;
	unsigned n_stuck;
	pid_t to_reap[STUCK_MAX];
};
const size_t cmdline_state_size = sizeof(struct cmdline_state);

/* What the child writes for each task, followed by `n` bytes. */
struct answer {
	int32_t n; /* or -errno */
};

/* ---- the child: only calls that are safe after fork() in a program with threads ---- */

static void write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n) {
		ssize_t w = write(fd, at, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			_exit(1);
		at += w;
		n -= w;
	}
}

static void answer_one(int out, int dirfd)
{
	struct {
		struct answer a;
		char text[TEXT_MAX + 1]; /* one more tells that there was more */
	} msg;
	ssize_t n = -1;
	int fd = openat(dirfd, "cmdline", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		n = read(fd, msg.text, sizeof(msg.text));
	msg.a.n = n < 0 ? -errno : n;
	if (fd >= 0)
		close(fd);
	write_all(out, &msg, sizeof(msg.a) + (n > 0 ? n : 0));
}

static void child(int out, const struct pending *p, unsigned n)
{
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	for (unsigned i = 0; i < n; i++)
		answer_one(out, p[i].dirfd);
	_exit(0);
}

/* ---- the parent ---- */

struct reader {
	const struct probe_env *env;
	pid_t pid; /* the child */
	int in;	   /* where its answers come from */
};

/* A child that waits for a processor is not stuck; one in a read that blocks sleeps. */
static bool is_running(const struct reader *r)
{
	char path[24], stat[512];
	const char *end;

	snprintf(path, sizeof(path), "%d/stat", r->pid);
	if (probe_read_file(r->env->proc, path, stat, sizeof(stat)) <= 0)
		return false;
	end = strrchr(stat, ')');
	return end && end[1] == ' ' && end[2] == 'R';
}

/* Reads n bytes, waiting for each further piece until the child is stuck. */
static int read_timed(const struct reader *r, void *buf, size_t n)
{
	unsigned n_waits = 0;
	char *at = buf;

	while (n) {
		struct pollfd p = {.fd = r->in, .events = POLLIN};
		int n_ready = poll(&p, 1, DEADLINE_MS);
		ssize_t got;

		if (n_ready < 0 && errno == EINTR)
			continue;
		if (!n_ready && ++n_waits < WAITS_MAX && is_running(r))
			continue;
		if (n_ready <= 0)
			return n_ready ? -errno : -ETIMEDOUT;
		got = read(r->in, at, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EPIPE;
		at += got;
		n -= got;
	}
	return 0;
}

static void set_cmdline(struct probe_env *env, int32_t row, char *text, size_t n)
{
	struct task *t = builder_task(env->b, row);
	bool is_cut = n > TEXT_MAX;
	char buf[TEXT_MAX + sizeof(CUT_MARK)];

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

/* Takes the answers as they come; returns how many tasks were answered. */
static unsigned take_answers(struct probe_env *env, const struct reader *r, const struct pending *p,
			     unsigned n)
{
	char text[TEXT_MAX + 1];
	struct answer a;

	for (unsigned i = 0; i < n; i++) {
		if (read_timed(r, &a, sizeof(a)) < 0)
			return i;
		if (a.n > (int32_t)sizeof(text) || (a.n > 0 && read_timed(r, text, a.n) < 0))
			return i;
		if (a.n >= 0)
			set_cmdline(env, p[i].row, text, a.n);
		else if (a.n == -EACCES || a.n == -EPERM)
			probe_gap(env, COV_DENIED, 1, "refused");
		/* Else it died: the row keeps what was read while it lived. */
	}
	return n;
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

/* One child for the tasks from `from` on; returns the first that was not answered. */
static unsigned run_child(struct probe_env *env, unsigned from)
{
	struct cmdline_state *st = env->state;
	_cleanup_fd_ int in = -1, out = -1;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return from;
	in = fds[0];
	out = fds[1];
	pid = fork();
	if (!pid)
		child(out, st->pending + from, st->n - from);
	close(steal_fd(&out));
	if (pid < 0)
		return from;
	from += take_answers(env, &(struct reader){env, pid, in}, st->pending + from, st->n - from);
	if (from < st->n)
		kill(pid, SIGKILL);
	reap(st, pid);
	return from;
}

static void read_pending(struct probe_env *env)
{
	struct cmdline_state *st = env->state;
	unsigned i = 0;

	while (i < st->n && st->n_stuck < STUCK_MAX) {
		i = run_child(env, i);
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
		close(st->pending[i].dirfd);
	st->n = 0;
}

int cmdline_task(struct probe_env *env, int32_t row, int dirfd)
{
	struct cmdline_state *st = env->state;
	struct task *t = builder_task(env->b, row);
	int own;

	/* A kernel thread has none; its empty text is what there is to know. */
	if (t->is_kthread) {
		t->facts |= TASK_CMDLINE;
		return 0;
	}
	own = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	if (own < 0) {
		read_pending(env);
		own = fcntl(dirfd, F_DUPFD_CLOEXEC, 3);
	}
	if (own < 0) {
		probe_gap(env, COV_PARTIAL, 1, strerror(errno));
		return 0;
	}
	st->pending[st->n++] = (struct pending){row, own};
	if (st->n == PENDING_MAX || st->n >= env->fd_room)
		read_pending(env);
	return 0;
}

int cmdline_end(struct probe_env *env)
{
	struct cmdline_state *st = env->state;

	read_pending(env);
	for (unsigned i = 0; i < STUCK_MAX; i++)
		if (st->to_reap[i])
			waitpid(st->to_reap[i], NULL, WNOHANG);
	return 0;
}
