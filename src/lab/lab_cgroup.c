/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control groups of test processes: below the one that nscope is in, named
 * nscope-lab-PID-NAME. The supervisor is told of each before it is made and removes it
 * when all test processes are gone, however nscope ended. If the supervisor was killed,
 * too, the next lab removes what is left.
 */
#include "lab_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* The reason why there can be none here. */
static int cannot(struct err *e, const char *what, int errnum)
{
	err_set(e, errnum, "%s", what);
	return -ENOTSUP;
}

static FILE *open_text(const struct lab *lab, const char *path)
{
	int fd = openat(lab->proc_fd, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? NULL : fdopen(fd, "r");
}

/* The group that nscope is in, as its cgroup namespace calls it; NULL: no cgroup v2. */
static char *own_path(const struct lab *lab)
{
	FILE *f = open_text(lab, "self/cgroup");
	_cleanup_free_ char *line = NULL;
	char *found = NULL;
	size_t room = 0;

	while (f && !found && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "0::/", 4))
			found = xstrdup(line + 3);
	}
	if (f)
		fclose(f);
	return found;
}

/* "36 35 0:42 /root /mount ... - cgroup2 ...": where on that mount the group is, or NULL. */
static char *place_on(char *line, const char *path)
{
	char *root = line, *at, *end;
	size_t n;

	for (int i = 0; i < 3 && root; i++)
		root = strchr(root + 1, ' ');
	at = root ? strchr(root + 1, ' ') : NULL;
	end = at ? strchr(at + 1, ' ') : NULL;
	if (!end || !strstr(end, " - cgroup2 "))
		return NULL;
	*at = *end = '\0';
	n = strcmp(root + 1, "/") ? strlen(root + 1) : 0;
	if (strchr(at + 1, '\\') || strncmp(path, root + 1, n) || (path[n] && path[n] != '/'))
		return NULL;
	return xasprintf("%s%s", at + 1, path + n);
}

static int open_group(struct lab *lab, struct err *e)
{
	_cleanup_free_ char *path = own_path(lab), *line = NULL, *place = NULL;
	FILE *f = path ? open_text(lab, "self/mountinfo") : NULL;
	struct statfs fs;
	size_t room = 0;

	while (f && !place && getline(&line, &room, f) > 0)
		place = place_on(line, path);
	if (f)
		fclose(f);
	if (!place)
		return cannot(e, "there is no cgroup v2: no mount shows nscope's control group", 0);
	lab->cgroup = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lab->cgroup >= 0 && !fstatfs(lab->cgroup, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		return 0;
	if (lab->cgroup >= 0)
		close(steal_fd(&lab->cgroup));
	return cannot(e, "nscope's control group cannot be opened", 0);
}

bool lab_has_cgroups(struct err *e)
{
	struct lab any = {.proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC), .cgroup = -1};
	bool can = !open_group(&any, e);

	if (can && faccessat(any.cgroup, "cgroup.procs", W_OK, AT_EACCESS))
		can = cannot(e, "nscope may not change its control group", errno) == 0;
	if (any.cgroup >= 0)
		close(any.cgroup);
	if (any.proc_fd >= 0)
		close(any.proc_fd);
	return can;
}

/* Empty groups of labs whose nscope and supervisor were both killed. */
static void sweep(struct lab *lab)
{
	int fd = openat(lab->cgroup, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int pid;

	if (!dir)
		return;
	for (struct dirent *d = readdir(dir); d; d = readdir(dir))
		if (sscanf(d->d_name, LAB_NAME "-%d-", &pid) == 1 && pid > 0 && kill(pid, 0) &&
		    errno == ESRCH)
			unlinkat(lab->cgroup, d->d_name, AT_REMOVEDIR);
	closedir(dir);
}

static int need_group(struct lab *lab, struct err *e)
{
	int err;

	if (lab->cgroup >= 0)
		return 0;
	err = open_group(lab, e);
	if (!err)
		sweep(lab);
	return err;
}

/* The supervisor removes it from now on. */
static int tell(struct lab *lab, const char *name, struct err *e)
{
	struct lab_request q = {.op = LAB_OP_CGROUP, .keep_fds = 1};
	struct lab_reply reply;
	size_t n = 0;
	int err;

	lab_put(&q, &n, name);
	err = lab_ask(&lab->procs.items[LAB_SUPERVISOR], &q, n, &lab->cgroup, 1, &reply, e);
	if (err)
		return err;
	return reply.ret ? err_set(e, -reply.ret, "more than %d control groups", LAB_MAX_CGROUPS)
			 : 0;
}

static int make_group(struct lab_args *a, const char *name)
{
	int err = tell(a->lab, name, a->e);

	if (err || !mkdirat(a->lab->cgroup, name, 0755) || errno == EEXIST)
		return err;
	return cannot(a->e, "no control group can be made below nscope's", errno);
}

static int move_in(struct lab_args *a, const char *name)
{
	_cleanup_fd_ int fd = -1;
	char text[128];
	int n;

	snprintf(text, sizeof(text), "%s/cgroup.procs", name);
	fd = openat(a->lab->cgroup, text, O_WRONLY | O_CLOEXEC);
	n = snprintf(text, sizeof(text), "%d", a->p->t.tgid);
	if (fd >= 0 && write(fd, text, n) == n)
		return 0;
	return cannot(a->e, "nscope may not move processes between control groups", errno);
}

int lab_do_cgroup(struct lab_args *a)
{
	const char *given = a->c->name;
	char name[LAB_CGROUP_NAME];
	int err;

	if (given && (!*given || strlen(given) > 32 ||
		      given[strspn(given, "abcdefghijklmnopqrstuvwxyz0123456789_-")]))
		return err_set(a->e, EINVAL,
			       "a control group is named with a-z, 0-9, _ and -, up to 32 of them");
	err = need_group(a->lab, a->e);
	if (err || !given)
		return err ?: move_in(a, ".");
	snprintf(name, sizeof(name), LAB_NAME "-%d-%s", getpid(), given);
	return make_group(a, name) ?: move_in(a, name);
}
