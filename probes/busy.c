/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a file system is mounted, in the eyes of every mount namespace that has a
 * task: a copy of a mount in another namespace keeps it busy, and is in no list
 * of the namespace that one looks from.
 */
#include "probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static unsigned look_into(const struct snap *s, int32_t mnt_ns, dev_t dev,
			  void (*found)(int32_t mnt_ns, struct raw where, void *data), void *data)
{
	struct libmnt_iter *it = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_table *table;
	struct libmnt_fs *fs;
	char path[40];
	unsigned n = 0;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", s->tasks[s->nss[mnt_ns].lead].tid);
	table = mnt_new_table_from_file(path);
	while (table && !mnt_table_next_fs(table, it, &fs)) {
		if (mnt_fs_get_devno(fs) != dev)
			continue;
		found(mnt_ns, (struct raw){mnt_fs_get_target(fs)}, data);
		n++;
	}
	mnt_unref_table(table);
	mnt_free_iter(it);
	return n;
}

unsigned probes_find_mounts(const struct snap *s, dev_t dev,
			    void (*found)(int32_t mnt_ns, struct raw where, void *data), void *data)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < s->n_nss; i++)
		if (s->nss[i].kind == NS_MNT && s->nss[i].lead >= 0)
			n += look_into(s, i, dev, found, data);
	return n;
}

/* ---- who is on it ---- */

/* Nothing is opened, and no server of a file system is asked. */
static bool is_on(int dir, const char *name, dev_t dev)
{
	struct statx st;

	return !statx(dir, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, 0, &st) &&
	       makedev(st.stx_dev_major, st.stx_dev_minor) == dev;
}

static const char *find_fd(int dir, dev_t dev)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *d;
	bool is_found = false;

	while (list && !is_found && (d = readdir(list)))
		is_found = d->d_name[0] != '.' && is_on(fd, d->d_name, dev);
	if (list)
		closedir(list);
	else if (fd >= 0)
		close(fd);
	return is_found ? "an open file" : NULL;
}

static const char *find_map(int dir, dev_t dev)
{
	int fd = openat(dir, "maps", O_RDONLY | O_CLOEXEC);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	unsigned major, minor;
	bool is_found = false;
	char *line = NULL;
	size_t room = 0;

	while (f && !is_found && getline(&line, &room, f) > 0)
		is_found = sscanf(line, "%*s %*s %*s %x:%x", &major, &minor) == 2 &&
			   makedev(major, minor) == dev;
	free(line);
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
	return is_found ? "a mapped file" : NULL;
}

static const char *find_use(int dir, dev_t dev)
{
	const char *what;

	if (is_on(dir, "cwd", dev))
		return "its working directory";
	if (is_on(dir, "root", dev))
		return "its root directory";
	what = find_fd(dir, dev);
	return what ? what : find_map(dir, dev);
}

unsigned probes_find_users(const struct snap *s, dev_t dev,
			   void (*found)(int32_t task, const char *what, void *data), void *data)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < s->n_tasks; i++) {
		const char *what = NULL;
		char path[32];
		int dir;

		if (!task_is_leader(&s->tasks[i]) || s->tasks[i].is_kthread ||
		    s->tasks[i].tid == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%d", s->tasks[i].tid);
		dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		what = find_use(dir, dev);
		close(dir);
		if (what) {
			found(i, what, data);
			n++;
		}
	}
	return n;
}
