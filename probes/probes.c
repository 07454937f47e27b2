/* SPDX-License-Identifier: GPL-2.0-or-later */
/* THE probe table, and the driver that walks /proc with it. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const struct probe probes[] = {
	[PROBE_KERNEL] =
		{
			.name = "kernel",
			.doc = "tasks, nsproxies, namespaces and their counts, by BPF",
			.needs = "CAP_BPF and CAP_PERFMON; Linux 5.8 with BTF",
			.begin = kernel_begin,
		},
	[PROBE_NSLINKS] =
		{
			.name = "nslinks",
			.doc = "the ten namespace links of every task and thread (/proc/PID/ns)",
			.needs = "CAP_SYS_PTRACE for the tasks of others",
			.state_size = &nslinks_state_size,
			.begin = nslinks_begin,
			.task = nslinks_task,
			.end = nslinks_end,
			.is_in_kernel = true,
		},
	[PROBE_TASKS] =
		{
			.name = "tasks",
			.doc = "parent, name, state, start and user of tasks (/proc/PID/stat)",
			.needs = "a /proc without hidepid",
			.fills = TASK_STAT | TASK_UID,
			.state_size = &facts_state_size,
			.begin = facts_begin,
			.batch = facts_batch,
			.task = facts_task,
			.end = facts_end,
			.is_in_kernel = true,
		},
	[PROBE_PIDS] =
		{
			.name = "pids",
			.doc = "the process number in each pid namespace (NSpid in "
			       "/proc/PID/status)",
			.needs = "a /proc without hidepid",
			.fills = TASK_PIDS,
			.task = pids_task,
			.is_in_kernel = true,
		},
	[PROBE_CGROUP] =
		{
			.name = "cgroup",
			.doc = "control group, and from it the container (/proc/PID/cgroup)",
			.needs = "a /proc without hidepid",
			.fills = TASK_CGROUP,
			.state_size = &cgroup_state_size,
			.begin = cgroup_begin,
			.task = cgroup_task,
			.end = cgroup_end,
		},
	[PROBE_FDS] =
		{
			.name = "fds",
			.doc = "namespaces that an open descriptor keeps (/proc/PID/fd)",
			.needs = "CAP_SYS_PTRACE for the processes of others",
			.state_size = &fds_state_size,
			.begin = fds_begin,
			.task = fds_task,
			.fd = fds_fd,
			.end = fds_end,
		},
	[PROBE_SOCKETS] =
		{
			.name = "sockets",
			.doc = "the network namespace of every socket (pidfd_getfd, SIOCGSKNS)",
			.needs = "CAP_SYS_PTRACE and CAP_NET_ADMIN",
			.state_size = &sockets_state_size,
			.fd = sockets_fd,
			.end = sockets_end,
		},
	[PROBE_MNTNS] =
		{
			.name = "mntns",
			.doc = "mount namespaces that no task uses (NS_MNT_GET_NEXT, Linux 6.12)",
			.needs = "CAP_SYS_ADMIN in the initial user and pid namespace",
			.end = mntns_end,
		},
	[PROBE_BINDS] =
		{
			.name = "binds",
			.doc = "namespaces that a bind mount keeps, in every mount namespace",
			.needs = "CAP_SYS_ADMIN; CAP_SYS_PTRACE on kernels before 6.11",
			.end = binds_end,
		},
	[PROBE_NSFS] =
		{
			.name = "nsfs",
			.doc = "owner, parent, owner's uid and 64-bit id of namespaces (ioctl_ns)",
			.needs = "to be in the initial user and pid namespace",
			.end = nsfs_end,
		},
	[PROBE_NETNSID] =
		{
			.name = "netnsid",
			.doc = "the numbers of net namespaces in our own (RTM_GETNSID)",
			.needs = "nothing",
			.fills = NS_NSID,
			.end = netnsid_end,
		},
	[PROBE_QUOTA] =
		{
			.name = "quota",
			.doc = "namespaces that users made, and user.max_*_namespaces",
			.needs = "the kernel probe; without it /proc/sys/user tells our own limits",
			.fills = NS_QUOTA,
			.end = quota_end,
		},
	[PROBE_CMDLINE] =
		{
			.name = "cmdline",
			.doc = "command lines, by a helper that may block (/proc/PID/cmdline)",
			.needs = "a /proc without hidepid",
			.fills = TASK_CMDLINE,
			.state_size = &cmdline_state_size,
			.task = cmdline_task,
			.number = cmdline_number,
			.end = cmdline_end,
		},
	[PROBE_USERS] =
		{
			.name = "users",
			.doc = "names of user numbers (/etc/passwd alone: NSS may block)",
			.needs = "nothing",
			.fills = TASK_UID,
			.end = users_end,
		},
};
const unsigned n_probes = PROBE_N_ROWS;
_Static_assert(ARRAY_SIZE(probes) == PROBE_N_ROWS, "a row for each probe");

#define PROGRESS_NSEC 100000000L /* between two calls of progress */

struct driver {
	struct probe_env env;
	bool is_on[PROBE_N_ROWS];
	void *state[PROBE_N_ROWS];
	struct probe_task chunk[PROBE_CHUNK_MAX];
	unsigned n_chunk;
	bool (*progress)(struct snap_builder *b, void *data);
	void *data;
	struct timespec last_progress;
	bool has_given_up;
	int64_t start_shift; /* clock ticks that /proc adds to the kernel's start times */
};

/* ---- calling hooks ---- */

static struct probe_env *env_for(struct driver *d, unsigned row)
{
	d->env.probe = &probes[row];
	d->env.state = d->state[row];
	return &d->env;
}

void probe_each_fd(struct probe_env *env, int32_t row, int dirfd, const struct probe_fd *fd)
{
	struct driver *d = (struct driver *)env;
	const struct probe *caller = env->probe;
	void *state = env->state;

	for (unsigned i = 0; i < n_probes; i++)
		if (d->is_on[i] && probes[i].fd)
			probes[i].fd(env_for(d, i), row, dirfd, fd);
	env->probe = caller;
	env->state = state;
}
_Static_assert(offsetof(struct driver, env) == 0, "probe_each_fd() casts");

/* What probes saw goes to the builder in one sum, and before anybody looks. */
static void tell_seen(struct driver *d)
{
	for (unsigned i = 0; i < n_probes; i++) {
		if (d->is_on[i])
			builder_seen(d->env.b, probes[i].name, d->env.n_seen[i]);
		d->env.n_seen[i] = 0;
	}
}

static void report_progress(struct driver *d, bool is_first)
{
	struct timespec now;
	long nsec;

	if (!d->progress || d->has_given_up)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	nsec = (now.tv_sec - d->last_progress.tv_sec) * 1000000000L + now.tv_nsec -
	       d->last_progress.tv_nsec;
	if (!is_first && nsec < PROGRESS_NSEC)
		return;
	d->last_progress = now;
	tell_seen(d);
	d->has_given_up = !d->progress(d->env.b, d->data);
}

/* Later tasks of the same namespaces are not the first ones any more. */
static void note_member(struct probe_env *env, const struct task *t)
{
	uint8_t flags = NS_HAS_TASK | (task_is_leader(t) ? NS_HAS_PROC : 0);

	for (int k = 0; k < NS_N_KINDS; k++)
		if (t->ns[k] >= 0)
			*probe_ns_flags(env, t->ns[k]) |= flags;
}

static void read_task(struct driver *d, const struct probe_task *t)
{
	struct probe_env *env = &d->env;
	int32_t row = builder_add_task(env->b, t->tid, t->tgid);

	env->is_lead = false;
	for (unsigned i = 0; i < n_probes; i++) {
		uint8_t facts = env->want->facts | (env->is_lead ? env->want->lead_facts : 0);

		if (!d->is_on[i] || !probes[i].task ||
		    (probes[i].fills && !(probes[i].fills & facts)))
			continue;
		if (probes[i].task(env_for(d, i), row, t->dirfd) == -ESRCH) {
			builder_drop_last_task(env->b);
			return;
		}
	}
	note_member(env, builder_task(env->b, row));
}

/* ---- tasks that the kernel probe has added ---- */

/* Those whose hook may have something to add. */
static uint32_t completing_probes(const struct driver *d)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < n_probes; i++)
		if (d->is_on[i] && probes[i].task && !probes[i].is_in_kernel &&
		    !(i == PROBE_FDS && d->env.has_files))
			set |= BIT(i);
	return set;
}

static bool has_hook_for(const struct driver *d, unsigned i, int32_t row)
{
	uint8_t facts = d->env.want->facts | (d->env.is_lead ? d->env.want->lead_facts : 0);

	/* One path is read for all that are in the same groups. */
	if (i == PROBE_CGROUP && d->env.cgroup_like.items[row] != row)
		return false;
	return !probes[i].fills || (probes[i].fills & facts);
}

static void copy_cgroup(struct driver *d, int32_t row)
{
	const struct task *like = builder_task(d->env.b, d->env.cgroup_like.items[row]);
	struct task *t = builder_task(d->env.b, row);

	if (!(like->facts & TASK_CGROUP))
		return;
	t->cgroup = like->cgroup;
	t->container = like->container;
	t->facts |= TASK_CGROUP;
}

/* In another time namespace than the first, /proc counts from another moment on. */
static int64_t read_start_shift(struct driver *d)
{
	_cleanup_fd_ int dirfd = openat(d->env.proc, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int32_t row = probe_find_from_kernel(&d->env, d->env.self);

	return row < 0 || dirfd < 0
		       ? 0
		       : (int64_t)(probe_start_time(dirfd) - builder_task(d->env.b, row)->start);
}

/*
 * Is it the task that the kernel probe saw, and not a later one of its number? Each of
 * the two moments was rounded down to a clock tick.
 */
static bool is_same_task(const struct driver *d, int32_t row, int dirfd)
{
	uint64_t start = builder_task(d->env.b, row)->start + d->start_shift;

	return probe_start_time(dirfd) - start + 1 <= 2;
}

/* What the kernel probe did not tell of it. A task that has gone meanwhile stays as it was. */
static void complete_task(struct driver *d, int32_t row, uint32_t set)
{
	_cleanup_fd_ int dirfd = -1;
	char path[16];

	for (; set; set &= set - 1) {
		unsigned i = __builtin_ctz(set);

		if (!has_hook_for(d, i, row))
			continue;
		/* One more look at all tasks is too much for a few of them. */
		if (probes[i].number && (probes[i].fills & d->env.want->facts)) {
			probes[i].number(env_for(d, i), row);
			continue;
		}
		if (dirfd < 0) {
			snprintf(path, sizeof(path), "%d", builder_task(d->env.b, row)->tid);
			dirfd = openat(d->env.proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
			if (dirfd < 0 || !is_same_task(d, row, dirfd))
				return;
		}
		probes[i].task(env_for(d, i), row, dirfd);
	}
}

/* Where the one is no first task of a namespace, the other behind it is none either. */
static bool is_alike(const struct task *a, const struct task *b)
{
	return !memcmp(a->ns, b->ns, sizeof(a->ns)) && task_is_leader(a) == task_is_leader(b);
}

static void complete_tasks(struct driver *d)
{
	uint32_t set = completing_probes(d);

	d->start_shift = read_start_shift(d);
	for (uint32_t i = 0; i < d->env.n_from_kernel && !d->has_given_up; i++) {
		const struct task *t = builder_task(d->env.b, i);
		bool is_new = !i || !is_alike(t, builder_task(d->env.b, i - 1));

		d->env.is_lead = is_new && probe_is_lead(&d->env, t);
		complete_task(d, i, set);
		if (d->env.cgroup_like.items[i] != (int32_t)i)
			copy_cgroup(d, i);
		if (is_new)
			note_member(&d->env, t);
		if (!(i % PROBE_CHUNK_MAX))
			report_progress(d, !i);
	}
}

static void read_chunk(struct driver *d)
{
	bool is_first = !builder_n_tasks(d->env.b);

	for (unsigned i = 0; i < n_probes; i++)
		if (d->is_on[i] && probes[i].batch && (probes[i].fills & d->env.want->facts))
			probes[i].batch(env_for(d, i), d->chunk, d->n_chunk);
	for (unsigned i = 0; i < d->n_chunk; i++) {
		read_task(d, &d->chunk[i]);
		close(d->chunk[i].dirfd);
	}
	d->n_chunk = 0;
	report_progress(d, is_first);
}

/* ---- the walk ---- */

/* Opens the directory of a task and puts it into the chunk; returns it or -1. */
static int take_task(struct driver *d, int parent, const char *path, pid_t tid, pid_t tgid)
{
	int dirfd = openat(parent, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dirfd < 0) {
		if (errno != ENOENT && errno != ESRCH)
			builder_gap(d->env.b, probes[PROBE_NSLINKS].name, COV_PARTIAL, 1,
				    strerror(errno));
		return -1;
	}
	d->chunk[d->n_chunk++] = (struct probe_task){tid, tgid, dirfd};
	return dirfd;
}

/*
 * The other threads of a process. `leader` stays ours: the chunk may be read,
 * and its descriptors closed, while its threads are still coming.
 */
static void take_threads(struct driver *d, int leader, pid_t tgid)
{
	_cleanup_fd_ int own = fcntl(leader, F_DUPFD_CLOEXEC, 3);
	struct probe_numbers tids = {0};
	char path[32];

	if (own >= 0)
		probe_numbers(own, "task", &tids);
	for (uint32_t i = 0; i < tids.list.n && !d->has_given_up; i++) {
		if (tids.list.items[i] == tgid)
			continue;
		if (d->n_chunk == d->env.fd_room)
			read_chunk(d);
		snprintf(path, sizeof(path), "task/%d", tids.list.items[i]);
		take_task(d, own, path, tids.list.items[i], tgid);
	}
	free(tids.list.items);
}

static void take_process(struct driver *d, pid_t pid)
{
	struct stat st;
	char path[16];
	int dirfd;

	if (d->n_chunk == d->env.fd_room)
		read_chunk(d);
	snprintf(path, sizeof(path), "%d", pid);
	dirfd = take_task(d, d->env.proc, path, pid, pid);
	/* Its links are its own two and one a thread; no need to list one thread. */
	if (dirfd >= 0 && !fstatat(dirfd, "task", &st, 0) && st.st_nlink > 3)
		take_threads(d, dirfd, pid);
}

static int pid_order(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/*
 * The kernel probe may have seen all tasks there are, or all but those of process
 * 1, which some hosts hide: then nobody has to list /proc. Hidden tasks that come
 * and go between the two counts are found the next time.
 */
static bool has_all(struct driver *d)
{
	uint32_t before = builder_n_tasks(d->env.b);

	if (d->env.n_hidden && probe_find_from_kernel(&d->env, 1) < 0) {
		take_process(d, 1);
		if (d->n_chunk)
			read_chunk(d);
	}
	return builder_n_tasks(d->env.b) - before >= d->env.n_hidden;
}

/* All process numbers first: a list that was read at once, and in ascending order. */
static void walk(struct driver *d)
{
	const struct probe_want *want = d->env.want;
	struct probe_numbers pids = {0};

	if (d->env.n_from_kernel && has_all(d))
		return;
	for (uint32_t i = 0; want->only && i < want->n_only; i++)
		*array_add(&pids.list) = want->only[i];
	if (!want->only)
		probe_numbers(d->env.proc, ".", &pids);
	if (pids.list.n)
		qsort(pids.list.items, pids.list.n, sizeof(*pids.list.items), pid_order);
	for (uint32_t i = 0; i < pids.list.n && !d->has_given_up; i++)
		if (probe_find_from_kernel(&d->env, pids.list.items[i]) < 0)
			take_process(d, pids.list.items[i]);
	if (d->n_chunk)
		read_chunk(d);
	free(pids.list.items);
}

/* ---- begin and end ---- */

static void begin_probes(struct driver *d)
{
	uint8_t facts = d->env.want->facts | d->env.want->lead_facts;

	for (unsigned i = 0; i < n_probes; i++) {
		struct probe_env *env;

		d->is_on[i] = !(d->env.want->skip & BIT(i)) &&
			      (!probes[i].fills || (probes[i].fills & facts));
		if (d->is_on[i] && probes[i].state_size)
			d->state[i] = xcalloc(1, *probes[i].state_size);
		env = env_for(d, i);
		if (!d->is_on[i])
			probe_gap(env, COV_OFF, 0, "not asked for");
		else if (probes[i].begin)
			probes[i].begin(env);
	}
}

static void end_probes(struct driver *d)
{
	for (unsigned i = 0; i < n_probes; i++)
		if (d->is_on[i] && probes[i].end && !d->has_given_up)
			probes[i].end(env_for(d, i));
	tell_seen(d);
	for (unsigned i = 0; i < n_probes; i++)
		free(d->state[i]);
	free(d->env.ns_flags.items);
	free(d->env.cgroup_like.items);
	if (!d->env.want->keep)
		probe_keep_free(d->env.keep);
	close(d->env.proc);
}

int probes_read(struct snap_builder *b, const struct probe_want *want,
		bool (*progress)(struct snap_builder *b, void *data), void *data, struct err *e)
{
	struct driver d = {
		.env = {.b = b, .want = want, .kernel_state = COV_OFF},
		.progress = progress,
		.data = data,
	};
	int r = probe_env_open(&d.env, e);

	if (r < 0)
		return r;
	begin_probes(&d);
	complete_tasks(&d);
	walk(&d);
	end_probes(&d);
	return 0;
}
