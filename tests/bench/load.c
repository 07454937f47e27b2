/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load - a host full of idle processes, for benchmarks.
 *
 *   load [procs=N] [sets=K] [threads=T] [binds=B] [fds=F] [users=U] [churn=R] [life=MS]
 *
 * N processes in K sets of namespaces (uts, ipc, mnt, pid and net of their own);
 * T threads in one process, every second one with a uts namespace of its own; B
 * uts namespaces kept by a bind mount alone and F by a descriptor alone; U user
 * namespaces, each inside the one before for up to 24 levels; R forks a second
 * of children that live MS milliseconds. Prints "ready" when all are there and
 * ends, with everything it made, at the end of its input or upon a signal; SIGUSR1
 * renames one process, so that one row of a screen changes.
 *
 * The processes share one memory, so that each costs the kernel little more than
 * its task. pid_max is raised when N needs it and put back.
 */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define PID_MAX	    "/proc/sys/kernel/pid_max"
#define PID_ROOM    8192
#define SMALL_STACK 2048
#define LARGE_STACK 32768
#define USER_LEVELS 24
#define SET_FLAGS   (CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET)

enum option { PROCS, SETS, THREADS, BINDS, FDS, USERS, CHURN, LIFE, N_OPTIONS };
static const char *const names[N_OPTIONS] = {"procs", "sets",  "threads", "binds",
					     "fds",   "users", "churn",	  "life"};
static long options[N_OPTIONS] = {[LIFE] = 200};
static char *stacks; /* of the idle processes, one after the other */
static int *n_ready; /* in memory that every process here shares */
static volatile sig_atomic_t is_over;

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static char *stack_new(size_t size)
{
	char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (stack == MAP_FAILED)
		die("mmap");
	return stack;
}

static void started(void)
{
	__atomic_add_fetch(n_ready, 1, __ATOMIC_SEQ_CST);
}

static void rest(void)
{
	for (;;)
		pause();
}

static int idle_main(void *arg)
{
	(void)arg;
	started();
	rest();
	return 0;
}

struct set {
	long first;
	long n;
	pid_t pid;
};

/* The first process of a set, pid 1 of its pid namespace: the others die with it. */
static int set_main(void *arg)
{
	const struct set *set = arg;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (long i = set->first + 1; i < set->first + set->n; i++)
		if (clone(idle_main, stacks + (i + 1) * SMALL_STACK, CLONE_VM | SIGCHLD, NULL) < 0)
			_exit(1);
	started();
	rest();
	return 0;
}

static struct set *sets_start(long n_procs, long n_sets)
{
	struct set *sets = calloc(n_sets, sizeof(*sets));

	if (!sets)
		die("sets");
	stacks = stack_new((n_procs + 1) * SMALL_STACK);
	for (long k = 0; k < n_sets; k++) {
		sets[k].first = n_procs * k / n_sets;
		sets[k].n = n_procs * (k + 1) / n_sets - sets[k].first;
		sets[k].pid = clone(set_main, stack_new(LARGE_STACK) + LARGE_STACK,
				    CLONE_VM | SET_FLAGS | SIGCHLD, &sets[k]);
		if (sets[k].pid < 0)
			die("clone of a set");
	}
	return sets;
}

/* When its first process has ended, a pid namespace is empty. */
static void sets_end(struct set *sets, long n_sets)
{
	for (long k = 0; k < n_sets; k++)
		kill(sets[k].pid, SIGKILL);
	for (long k = 0; k < n_sets; k++)
		waitpid(sets[k].pid, NULL, 0);
	free(sets);
}

static int thread_main(void *arg)
{
	if (arg && unshare(CLONE_NEWUTS) < 0)
		_exit(1);
	started();
	rest();
	return 0;
}

static void threads_run(long n)
{
	const int flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	char *room = stack_new(n * SMALL_STACK * 2);

	for (long i = 0; i < n; i++)
		if (clone(thread_main, room + (i + 1) * SMALL_STACK * 2, flags,
			  i % 2 ? &options : NULL) < 0)
			_exit(1);
	started();
	rest();
}

/* In a mount namespace of its own, so that the mounts go with the process. */
static void binds_run(long n)
{
	char path[64];

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("load", "/tmp", "tmpfs", 0, NULL) < 0)
		_exit(1);
	for (long i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/tmp/%ld", i);
		if (unshare(CLONE_NEWUTS) < 0 || mknod(path, S_IFREG | 0600, 0) < 0 ||
		    mount("/proc/self/ns/uts", path, NULL, MS_BIND, NULL) < 0)
			_exit(1);
	}
	started();
	rest();
}

static void fds_run(long n)
{
	const struct rlimit limit = {n + 64, n + 64};

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		_exit(1);
	for (long i = 0; i < n; i++)
		if (unshare(CLONE_NEWUTS) < 0 || open("/proc/self/ns/uts", O_RDONLY) < 0)
			_exit(1);
	started();
	rest();
}

static void file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n = (ssize_t)strlen(text);

	if (fd < 0 || write(fd, text, n) != n)
		_exit(1);
	close(fd);
}

/* A user namespace in which we have no ids cannot have another inside. */
static void map_own_ids(void)
{
	file_write("/proc/self/setgroups", "deny");
	file_write("/proc/self/uid_map", "0 0 1");
	file_write("/proc/self/gid_map", "0 0 1");
}

/* Each level waits in its user namespace and has the next level as its child. */
static void users_nest(long n_levels)
{
	for (long level = 0; level < n_levels; level++) {
		if (unshare(CLONE_NEWUSER) < 0)
			_exit(1);
		map_own_ids();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		started();
		if (fork())
			rest();
	}
	_exit(0);
}

static void users_run(long n)
{
	for (long i = 0; i < n; i += USER_LEVELS)
		if (fork() == 0)
			users_nest(n - i < USER_LEVELS ? n - i : USER_LEVELS);
	started();
	rest();
}

static void churn_run(long rate)
{
	const struct timespec step = {.tv_nsec = 1000000000 / rate};
	const struct timespec life = {options[LIFE] / 1000, options[LIFE] % 1000 * 1000000};

	signal(SIGCHLD, SIG_IGN);
	started();
	for (;;) {
		if (fork() == 0) {
			nanosleep(&life, NULL);
			_exit(0);
		}
		nanosleep(&step, NULL);
	}
}

/* A process of its own memory and process group for one of the _run functions. */
static pid_t part_start(void (*run)(long), long n)
{
	pid_t pid;

	if (!n)
		return 0;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(n);
	}
	return pid;
}

static long pid_max_get(void)
{
	FILE *f = fopen(PID_MAX, "re");
	long value = 0;

	if (!f || fscanf(f, "%ld", &value) != 1)
		die(PID_MAX);
	fclose(f);
	return value;
}

static void pid_max_set(long value)
{
	FILE *f = fopen(PID_MAX, "we");

	if (!f || fprintf(f, "%ld", value) < 0 || fclose(f))
		die(PID_MAX);
}

static void options_read(char **argv)
{
	for (; *argv; argv++) {
		unsigned i;
		size_t len = strcspn(*argv, "=");

		for (i = 0; i < N_OPTIONS; i++)
			if (strlen(names[i]) == len && !strncmp(*argv, names[i], len))
				break;
		if (i == N_OPTIONS || (*argv)[len] != '=') {
			errno = EINVAL;
			die(*argv);
		}
		options[i] = strtol(*argv + len + 1, NULL, 10);
	}
	if (!options[SETS] && options[PROCS])
		options[SETS] = 1;
}

static void on_end(int sig)
{
	(void)sig;
	is_over = 1;
}

static void on_rename(int sig)
{
	static int n;
	char name[16] = "load renamed ?";

	(void)sig;
	name[13] = (char)('a' + n++ % 26);
	prctl(PR_SET_NAME, name);
}

/* Until the input ends or a signal says so. */
static void wait_for_end(void)
{
	char c;

	while (!is_over) {
		ssize_t n = read(STDIN_FILENO, &c, 1);

		if (n == 0 || (n < 0 && errno != EINTR))
			return;
	}
}

static void handle(int sig, void (*handler)(int))
{
	/* Without SA_RESTART, so that the read() above comes back. */
	const struct sigaction action = {.sa_handler = handler};

	sigaction(sig, &action, NULL);
}

/* Parts with a process and memory of their own, and how many tell that they are ready. */
static const struct {
	void (*run)(long);
	enum option option;
	bool counts_each;
} parts[] = {
	{threads_run, THREADS, true}, {binds_run, BINDS, false}, {fds_run, FDS, false},
	{users_run, USERS, true},     {churn_run, CHURN, false},
};

/* How many calls of started() there will be. */
static long n_expected(void)
{
	long n = options[PROCS];

	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
		if (options[parts[i].option])
			n += 1 + (parts[i].counts_each ? options[parts[i].option] : 0);
	return n;
}

static void wait_for_start(void)
{
	const struct timespec moment = {.tv_nsec = 5000000};
	long n = n_expected();
	time_t deadline = time(NULL) + 120;

	while (!is_over && __atomic_load_n(n_ready, __ATOMIC_SEQ_CST) < n) {
		int status;

		if (waitpid(-1, &status, WNOHANG) > 0 || time(NULL) > deadline) {
			fputs("load: not all processes started\n", stderr);
			is_over = 1;
		}
		nanosleep(&moment, NULL);
	}
	if (!is_over)
		puts("ready");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	pid_t pids[ARRAY_SIZE(parts)];
	struct set *sets;
	long before;

	(void)argc;
	options_read(argv + 1);
	handle(SIGTERM, on_end);
	handle(SIGINT, on_end);
	handle(SIGHUP, on_end);
	handle(SIGUSR1, on_rename);
	n_ready = mmap(NULL, sizeof(*n_ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (n_ready == MAP_FAILED)
		die("mmap");
	before = pid_max_get();
	if (n_expected() + PID_ROOM > before)
		pid_max_set(n_expected() + PID_ROOM);
	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
		pids[i] = part_start(parts[i].run, options[parts[i].option]);
	sets = sets_start(options[PROCS], options[SETS]);
	wait_for_start();
	wait_for_end();
	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++) {
		if (pids[i]) {
			kill(-pids[i], SIGKILL);
			waitpid(pids[i], NULL, 0);
		}
	}
	sets_end(sets, options[SETS]);
	if (pid_max_get() != before)
		pid_max_set(before);
	return 0;
}
