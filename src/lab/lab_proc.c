/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc and pidfds tell of our own processes. Links are read, never followed. */
#include "lab_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

#define MAX_LEVELS 33 /* of pid namespaces */

static uint32_t read_slot(int proc_fd, const char *dir, enum ns_slot slot)
{
	char path[96], text[64];
	const char *number;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/ns/%s", dir, ns_slots[slot].name);
	n = readlinkat(proc_fd, path, text, sizeof(text) - 1);
	if (n < 0)
		return 0;
	text[n] = '\0';
	number = strchr(text, '[');
	return number ? strtoul(number + 1, NULL, 10) : 0;
}

static void task_dir(const struct lab_task *t, char dir[64])
{
	snprintf(dir, 64, "%d/task/%d", t->tgid, t->tid);
}

void lab_read_own_slots(struct lab *lab)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		lab->own[slot] = read_slot(lab->proc_fd, "thread-self", slot);
}

bool lab_read_slots(struct lab *lab, int id)
{
	struct lab_proc *p = lab_proc(lab, id);
	char dir[64];

	if (!p || p->t.state > LAB_WAITING)
		return false;
	task_dir(&p->t, dir);
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		p->t.slots[slot] = read_slot(lab->proc_fd, dir, slot);
	return true;
}

/* Its numbers, from that of nscope's pid namespace inwards. How many; 0: it is gone. */
static unsigned read_numbers(const struct lab *lab, const struct lab_task *t,
			     pid_t numbers[MAX_LEVELS])
{
	_cleanup_free_ char *line = NULL;
	char dir[64], path[96];
	size_t room = 0;
	unsigned n = 0;
	FILE *f;
	int fd;

	task_dir(t, dir);
	snprintf(path, sizeof(path), "%s/status", dir);
	fd = openat(lab->proc_fd, path, O_RDONLY | O_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f)
		return 0;
	while (!n && getline(&line, &room, f) > 0) {
		char *at = strncmp(line, "NSpid:", 6) ? NULL : line + 6, *end;

		while (at && n < MAX_LEVELS && (numbers[n] = strtol(at, &end, 10)) > 0) {
			at = end;
			n++;
		}
	}
	fclose(f);
	return n;
}

/* Is the pid namespace so many levels above that of the task the one of that number? */
static bool is_pid_ns_above(const struct lab *lab, const struct lab_task *t, unsigned levels,
			    uint32_t inum)
{
	int fd = lab_open_slot(lab, t, SLOT_PID);
	struct stat st = {0};

	for (; fd >= 0 && levels; levels--) {
		int parent = ioctl(fd, NS_GET_PARENT);

		close(fd);
		fd = parent;
	}
	if (fd < 0)
		return false;
	fstat(fd, &st);
	close(fd);
	return st.st_ino == inum;
}

pid_t lab_number_for(const struct lab *lab, const struct lab_task *t, const struct lab_task *viewer)
{
	pid_t its[MAX_LEVELS], mine[MAX_LEVELS];
	unsigned n_its = read_numbers(lab, t, its), n_mine = read_numbers(lab, viewer, mine);

	if (!n_mine || n_its < n_mine ||
	    !is_pid_ns_above(lab, t, n_its - n_mine, viewer->slots[SLOT_PID]))
		return 0;
	return its[n_mine - 1];
}

int lab_open_slot(const struct lab *lab, const struct lab_task *t, enum ns_slot slot)
{
	char dir[64], path[96];
	int fd;

	task_dir(t, dir);
	snprintf(path, sizeof(path), "%s/ns/%s", dir, ns_slots[slot].name);
	fd = openat(lab->proc_fd, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int lab_open_pidfd(const struct lab_task *t)
{
	bool is_thread = t->tid != t->tgid;
	int fd = syscall(SYS_pidfd_open, t->tid, is_thread ? PIDFD_THREAD : 0);

	return fd < 0 ? -errno : fd;
}

/* The line of stat behind the name, which may hold anything: "S 1 ...". False: it is gone. */
static bool read_stat(const struct lab *lab, const struct lab_task *t, char *state, pid_t *ppid)
{
	char path[96], dir[64], text[512];
	const char *p;
	ssize_t n;
	_cleanup_fd_ int fd = -1;

	task_dir(t, dir);
	snprintf(path, sizeof(path), "%s/stat", dir);
	fd = openat(lab->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	p = strrchr(text, ')');
	return p && sscanf(p + 1, " %c %d", state, ppid) == 2;
}

/*
 * Does it have its namespaces still? They go after its memory. Who reads stat takes a
 * reference on the memory for a moment: of a task that is ending it may be the last, and it is
 * nscope, then, that unmaps, and that the kernel notes as the last to use a segment (shm_lprid).
 */
static bool has_namespaces(const struct lab *lab, const struct lab_task *t)
{
	char dir[64], path[96], text[8];

	task_dir(t, dir);
	snprintf(path, sizeof(path), "%s/ns/mnt", dir);
	return readlinkat(lab->proc_fd, path, text, sizeof(text)) > 0;
}

bool lab_has_ended(const struct lab *lab, const struct lab_task *t)
{
	char state;
	pid_t ppid;

	if (has_namespaces(lab, t))
		return false;
	return !read_stat(lab, t, &state, &ppid) || state == 'Z' || state == 'X';
}

pid_t lab_parent(struct lab *lab, int id)
{
	const struct lab_proc *p = lab_proc(lab, id);
	char state;
	pid_t ppid;

	return p && p->t.state < LAB_GONE && read_stat(lab, &p->t, &state, &ppid) ? ppid : 0;
}

/* The line of a file of nscope's own /proc that begins so, behind that; "": there is none. */
static void read_own(const char *path, const char *begin, char *text, size_t size)
{
	_cleanup_free_ char *line = NULL;
	FILE *f = fopen(path, "re");
	size_t room = 0;

	*text = '\0';
	while (f && !*text && getline(&line, &room, f) > 0)
		if (!strncmp(line, begin, strlen(begin)))
			snprintf(text, size, "%s", line + strlen(begin));
	if (f)
		fclose(f);
}

const char *lab_other_refuser(int err)
{
	char text[64];

	if (err == ENOSYS) /* the kernels that nscope runs on have all calls */
		return "this host lets no such call through (seccomp?)";
	if (err == EROFS)
		return "what it would write to is read-only here";
	read_own("/proc/self/status", "Seccomp:", text, sizeof(text));
	if (atoi(text))
		return "a seccomp filter may have refused it";
	read_own("/proc/self/attr/current", "", text, sizeof(text));
	if ((err == EPERM || err == EACCES) && *text && !strstr(text, "unconfined"))
		return "a security module, which confines nscope, may have refused it";
	return NULL;
}

pid_t lab_new_thread(const struct lab *lab, pid_t tgid)
{
	char path[32];
	pid_t found = 0, tid;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%d/task", tgid);
	fd = openat(lab->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return 0;
	for (struct dirent *d = readdir(dir); d; d = readdir(dir)) {
		tid = atoi(d->d_name);
		if (tid > 0 && lab_find(lab, tid) < 0)
			found = tid;
	}
	closedir(dir);
	return found;
}

bool lab_is_gone(const struct lab *lab, const struct lab_task *t)
{
	char state;
	pid_t ppid;

	return !read_stat(lab, t, &state, &ppid);
}

void lab_note_end(struct lab *lab, struct lab_proc *p)
{
	if (p->t.state < LAB_ZOMBIE) {
		close(p->ctl);
		if (p->pidfd >= 0)
			close(p->pidfd);
		p->ctl = p->pidfd = -1;
		p->t.state = LAB_ZOMBIE;
		lab_wake_maker(lab, p->t.id);
	}
	if (lab_is_gone(lab, &p->t))
		p->t.state = LAB_GONE;
}

bool lab_await_end(struct lab *lab, int id, int ms)
{
	const struct timespec a_moment = {.tv_nsec = 50000};
	struct lab_proc *p = lab_proc(lab, id);

	for (int tries = 0; tries < 20 + ms; tries++) {
		struct pollfd fd = {p->pidfd, POLLIN, 0};

		if (lab_has_ended(lab, &p->t)) {
			lab_note_end(lab, p);
			return true;
		}
		/* Of a leader, the descriptor tells only the end of the whole group. */
		if (tries < 20 || fd.fd < 0)
			nanosleep(&a_moment, NULL);
		else
			poll(&fd, 1, 1);
	}
	return false;
}

void lab_await_group(struct lab *lab, pid_t tgid, int ms)
{
	for (uint32_t i = 0; i < lab->procs.n; i++) {
		const struct lab_task *t = &lab->procs.items[i].t;

		if (t->tgid == tgid && t->state < LAB_ZOMBIE)
			lab_await_end(lab, i, ms);
	}
}

int lab_is_mounted(struct lab *lab, int id, const char *path)
{
	const struct lab_proc *p = lab_proc(lab, id);
	_cleanup_free_ char *line = NULL;
	char name[64], at[256];
	bool is_there = false;
	size_t room = 0;
	FILE *f;
	int fd;

	if (!p || p->t.state >= LAB_ZOMBIE)
		return -1;
	snprintf(name, sizeof(name), "%d/task/%d/mountinfo", p->t.tgid, p->t.tid);
	fd = openat(lab->proc_fd, name, O_RDONLY | O_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f)
		return -1;
	while (!is_there && getline(&line, &room, f) > 0)
		is_there = sscanf(line, "%*s %*s %*s %*s %255s", at) == 1 && !strcmp(at, path);
	fclose(f);
	return is_there;
}
