/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control group of a process (cgroups(7)) and the container that its path names.
 * runc by itself calls the directory just as the container, which no pattern can
 * know; so the containers that runc keeps a state of are looked up by name.
 * Threads are given the group of their leader.
 */
#include "container.h"
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define CGROUP_SIZE 16384 /* a path of up to 4 KiB for each of a dozen hierarchies */

/* A container of which a runtime keeps a state. */
struct known {
	const char *runtime;
	char *id;
};

struct cgroup_state {
	char text[CGROUP_SIZE]; /* of the process before */
	pid_t tgid;
	struct raw cgroup;
	int32_t container;
	ARRAY(struct known) known;
};
const size_t cgroup_state_size = sizeof(struct cgroup_state);

/* Both keep a directory for each container, below /run or the user's part of it. */
static const char *const runtimes[] = {"runc", "crun"};

static void list_ids(struct cgroup_state *st, const char *base, const char *runtime)
{
	char path[64];
	DIR *dir;
	struct dirent *entry;

	snprintf(path, sizeof(path), "%s/%s", base, runtime);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (*entry->d_name != '.')
			*array_add(&st->known) = (struct known){runtime, xstrdup(entry->d_name)};
	if (dir)
		closedir(dir);
}

int cgroup_begin(struct probe_env *env)
{
	struct cgroup_state *st = env->state;
	char base[32];

	st->container = IX_NONE;
	snprintf(base, sizeof(base), "/run/user/%u", geteuid());
	for (unsigned i = 0; i < ARRAY_SIZE(runtimes); i++) {
		list_ids(st, "/run", runtimes[i]);
		list_ids(st, base, runtimes[i]);
	}
	return 0;
}

int cgroup_end(struct probe_env *env)
{
	struct cgroup_state *st = env->state;

	for (uint32_t i = 0; i < st->known.n; i++)
		free(st->known.items[i].id);
	free(st->known.items);
	return 0;
}

/*
 * How much a line "ID:CONTROLLERS:PATH" tells, 0 for nothing: the unified
 * hierarchy, then systemd's own, then those every runtime uses. The root group
 * tells nothing anywhere.
 */
static int rank(const char *controllers, size_t n, const char *path)
{
	static const char *const order[] = {"memory", "pids", "name=systemd"};
	int best = 1;

	if (!strcmp(path, "/"))
		return 0;
	if (!n)
		return ARRAY_SIZE(order) + 2;
	for (unsigned i = 0; i < ARRAY_SIZE(order); i++)
		if (n == strlen(order[i]) && !memcmp(controllers, order[i], n))
			best = i + 2;
	return best;
}

/* The path that tells most; cuts the text into lines. NULL when there is no line. */
static const char *best_path(char *text)
{
	const char *best = NULL;
	int best_rank = -1;
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;
		int r;

		if (!path)
			continue;
		r = rank(controllers + 1, path - controllers - 1, path + 1);
		if (r > best_rank) {
			best_rank = r;
			best = path + 1;
		}
	}
	return best;
}

static int32_t container_row(struct probe_env *env, const char *path)
{
	struct cgroup_state *st = env->state;
	struct container_name c;

	if (container_of_cgroup(path, &c))
		return builder_container(env->b, snap_strz(env->b, c.runtime),
					 snap_strz(env->b, c.id), snap_strz(env->b, c.name));
	for (uint32_t i = 0; i < st->known.n; i++) {
		struct raw id;

		if (!container_has_part(path, st->known.items[i].id))
			continue;
		id = snap_strz(env->b, st->known.items[i].id);
		return builder_container(env->b, snap_strz(env->b, st->known.items[i].runtime), id,
					 id);
	}
	return IX_NONE;
}

/* Reads the file of a process into the state, unless it says what the last one said. */
static int read_group(struct probe_env *env, int dirfd)
{
	struct cgroup_state *st = env->state;
	char text[CGROUP_SIZE];
	ssize_t n = probe_read_file(dirfd, "cgroup", text, sizeof(text));
	const char *path;

	if (n < 0)
		return n;
	if (st->cgroup.s && !strcmp(st->text, text))
		return 0;
	memcpy(st->text, text, n + 1);
	path = best_path(text);
	st->cgroup = snap_strz(env->b, path ? path : "");
	st->container = container_row(env, st->cgroup.s);
	return 0;
}

int cgroup_task(struct probe_env *env, int32_t row, int dirfd)
{
	struct cgroup_state *st = env->state;
	struct task *t = builder_task(env->b, row);

	if (st->tgid != t->tgid) {
		int r = read_group(env, dirfd);

		if (r == -ENOENT || r == -ESRCH)
			return -ESRCH;
		if (r < 0) {
			probe_gap(env, COV_DENIED, 1, strerror(-r));
			return 0;
		}
		st->tgid = t->tgid;
	}
	t->cgroup = st->cgroup;
	t->container = st->container;
	t->facts |= TASK_CGROUP;
	probe_seen(env, 1);
	return 0;
}
