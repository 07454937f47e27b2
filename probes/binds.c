/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bind mounts of namespaces in every mount namespace that was seen: by listmount
 * and statmount where the kernel has them (6.11), which sees whole mount
 * namespaces, those without tasks too; else in the mountinfo of a task. A mount
 * namespace that is found this way is looked into in turn.
 */
#include "probe.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#define IDS_MAX	  512 /* mounts of one listmount call */
#define TRIES_MAX 8   /* tasks of a mount namespace that are tried */

/* Namespace -> one mount namespace where it is mounted and why it cannot be opened there. */
struct closed {
	int32_t ns;
	const char *why;
};

struct binds {
	struct probe_env *env;
	int32_t *task_of; /* of mount namespace rows: the first task in it, or -1 */
	uint32_t n_task_of;
	ARRAY(uint8_t) is_done; /* by namespace row */
	ARRAY(struct closed) closed;
	bool has_no_listmount;
};

/* A task through whose eyes a mount namespace is seen; both -1 when there is none. */
struct viewer {
	int32_t mnt_ns;
	int dirfd;
	int root;
	const char *why; /* no viewer: why */
};

/* ---- tasks in a mount namespace ---- */

static void map_tasks(struct binds *s)
{
	s->n_task_of = builder_n_nss(s->env->b);
	s->task_of = xcalloc(s->n_task_of, sizeof(*s->task_of));
	memset(s->task_of, 0xff, s->n_task_of * sizeof(*s->task_of));
	for (uint32_t i = builder_n_tasks(s->env->b); i-- > 0;) {
		int32_t mnt = builder_task(s->env->b, i)->ns[SLOT_MNT];

		if (mnt >= 0)
			s->task_of[mnt] = i;
	}
}

static int32_t first_task(const struct binds *s, int32_t mnt_ns)
{
	return (uint32_t)mnt_ns < s->n_task_of ? s->task_of[mnt_ns] : -1;
}

/* Opens the task as a viewer if it still is in the mount namespace, at its very root. */
static bool view_as(struct probe_env *env, const struct task *t, struct viewer *v)
{
	_cleanup_fd_ int dirfd = -1;
	char path[16], root[4];

	snprintf(path, sizeof(path), "%d", t->tid);
	dirfd = openat(env->proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0 || !probe_is_in_mnt_ns(env, dirfd, v->mnt_ns))
		return false;
	if (readlinkat(dirfd, "root", root, sizeof(root)) != 1) {
		v->why = "its tasks are all below a root of their own (chroot)";
		return false;
	}
	v->root = openat(dirfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (v->root < 0)
		return false;
	v->dirfd = steal_fd(&dirfd);
	return true;
}

static void find_viewer(const struct binds *s, struct viewer *v)
{
	struct probe_env *env = s->env;
	int32_t row = first_task(s, v->mnt_ns);
	unsigned tries = 0;

	v->why = row < 0 ? "no task uses the mount namespace that it is in"
			 : "no task of that mount namespace could be looked through";
	for (; row >= 0 && (uint32_t)row < builder_n_tasks(env->b) && tries < TRIES_MAX; row++) {
		const struct task *t = builder_task(env->b, row);

		if (t->ns[SLOT_MNT] != v->mnt_ns)
			continue;
		tries++;
		if (view_as(env, t, v))
			return;
	}
}

static void viewer_close(struct viewer *v)
{
	cleanup_fd(&v->dirfd);
	cleanup_fd(&v->root);
}

/* ---- one bind mount ---- */

static const char *open_bind(struct probe_env *env, const struct viewer *v, int32_t ns,
			     const char *path)
{
	_cleanup_fd_ int fd = -1;
	const char *why = v->why;

	if (v->root >= 0)
		fd = nsfs_open_bind(env, v->root, path, builder_ns_row(env->b, ns)->inum, &why);
	if (fd < 0)
		return why;
	nsfs_describe(env, ns, fd);
	return NULL;
}

/* `root` is the text of the mount's root, "net:[4026531833]"; `path` is decoded. */
static void add_bind(struct binds *s, struct viewer *v, const char *root, const char *path)
{
	struct probe_env *env = s->env;
	struct keeper k = {.ref = REF_NSFS, .kind = KEEPER_BIND, .fd = -1, .where_ns = v->mnt_ns};
	enum ns_kind kind;
	uint32_t inum;
	const char *why;

	if (!nsfs_parse(root, &kind, &inum))
		return;
	k.ns = builder_ns(env->b, kind, inum, NULL);
	k.path = snap_strz(env->b, path);
	builder_add_keeper(env->b, &k);
	if (*probe_ns_flags(env, k.ns) & NS_DESCRIBED)
		return;
	if (v->dirfd < 0 && !v->why)
		find_viewer(s, v);
	why = open_bind(env, v, k.ns, path);
	if (why)
		*array_add(&s->closed) = (struct closed){k.ns, why};
}

/* ---- by listmount ---- */

static long stat_mount(uint64_t ns_id, uint64_t mnt, uint64_t mask, struct uapi_statmount *sm,
		       size_t size)
{
	struct uapi_mnt_id_req req = {
		.size = sizeof(req), .mnt_id = mnt, .param = mask, .mnt_ns_id = ns_id};

	return syscall(UAPI_SYS_STATMOUNT, &req, sm, size, 0);
}

static void read_mount(struct binds *s, struct viewer *v, uint64_t ns_id, uint64_t mnt)
{
	union {
		struct uapi_statmount sm;
		char room[sizeof(struct uapi_statmount) + 2 * 4096 + 64]; /* a path and a root */
	} buf;

	if (stat_mount(ns_id, mnt, UAPI_STATMOUNT_SB_BASIC, &buf.sm, sizeof(buf)) < 0 ||
	    buf.sm.sb_magic != UAPI_NSFS_MAGIC)
		return;
	if (stat_mount(ns_id, mnt, UAPI_STATMOUNT_MNT_ROOT | UAPI_STATMOUNT_MNT_POINT, &buf.sm,
		       sizeof(buf)) < 0) {
		probe_gap(s->env, COV_PARTIAL, 1, "statmount failed");
		return;
	}
	add_bind(s, v, buf.sm.str + buf.sm.mnt_root, buf.sm.str + buf.sm.mnt_point);
}

/* Returns 0, or -errno when the kernel does not list this mount namespace for us. */
static int read_by_list(struct binds *s, struct viewer *v, uint64_t ns_id)
{
	struct uapi_mnt_id_req req = {
		.size = sizeof(req), .mnt_id = UAPI_LSMT_ROOT, .mnt_ns_id = ns_id};
	uint64_t ids[IDS_MAX];
	long n;

	do {
		n = syscall(UAPI_SYS_LISTMOUNT, &req, ids, IDS_MAX, 0);
		if (n < 0)
			return -errno;
		for (long i = 0; i < n; i++)
			read_mount(s, v, ns_id, ids[i]);
		if (n)
			req.param = ids[n - 1];
	} while (n == IDS_MAX);
	return 0;
}

/* ---- by mountinfo ---- */

/* Keeps the lines of namespaces only; the rest may be megabytes. Returns their length. */
static size_t keep_nsfs_lines(char *text)
{
	char *out = text, *line, *rest = text;

	while ((line = strsep(&rest, "\n"))) {
		size_t n = strlen(line);

		/* Spaces inside of a field are escaped: this is the type of the filesystem. */
		if (!strstr(line, " - nsfs "))
			continue;
		memmove(out, line, n);
		out[n] = '\n';
		out += n + 1;
	}
	return out - text;
}

static void parse_mountinfo(struct binds *s, struct viewer *v, char *text, size_t n)
{
	FILE *f = n ? fmemopen(text, n, "r") : NULL;
	struct libmnt_table *tb = f ? mnt_new_table() : NULL;
	struct libmnt_iter *it = tb ? mnt_new_iter(MNT_ITER_FORWARD) : NULL;
	struct libmnt_fs *fs;

	if (it && !mnt_table_parse_stream(tb, f, "mountinfo"))
		while (!mnt_table_next_fs(tb, it, &fs))
			add_bind(s, v, mnt_fs_get_root(fs), mnt_fs_get_target(fs));
	mnt_free_iter(it);
	mnt_unref_table(tb);
	if (f)
		fclose(f);
}

static bool read_by_task(struct binds *s, struct viewer *v)
{
	_cleanup_free_ char *text = NULL;

	if (v->dirfd < 0)
		find_viewer(s, v);
	if (v->dirfd < 0)
		return false;
	text = probe_slurp_file(v->dirfd, "mountinfo", NULL);
	if (!text || !probe_is_in_mnt_ns(s->env, v->dirfd, v->mnt_ns))
		return false;
	parse_mountinfo(s, v, text, keep_nsfs_lines(text));
	return true;
}

/* ---- all of them ---- */

static bool read_mnt_ns(struct binds *s, int32_t row)
{
	struct viewer v = {.mnt_ns = row, .dirfd = -1, .root = -1};
	uint64_t id = builder_ns_row(s->env->b, row)->id;
	bool is_read = false;

	if (id && !s->has_no_listmount) {
		int r = read_by_list(s, &v, id);

		is_read = !r;
		s->has_no_listmount = r == -ENOSYS;
	}
	if (!is_read)
		is_read = read_by_task(s, &v);
	viewer_close(&v);
	return is_read;
}

static uint8_t *is_done(struct binds *s, uint32_t row)
{
	while (s->is_done.n <= row)
		array_add(&s->is_done);
	return &s->is_done.items[row];
}

/* One round over what is known; true when a mount namespace was read that was not before. */
static bool read_round(struct binds *s)
{
	bool has_read = false;

	for (uint32_t i = 0; i < builder_n_nss(s->env->b); i++) {
		bool has_none = *probe_ns_flags(s->env, i) & NS_NO_BINDS;

		if (builder_ns_row(s->env->b, i)->kind != NS_MNT || *is_done(s, i))
			continue;
		if (!has_none && !read_mnt_ns(s, i))
			continue;
		*is_done(s, i) = true;
		probe_seen(s->env, 1);
		has_read |= !has_none;
	}
	return has_read;
}

static void tell_gaps(struct binds *s)
{
	struct probe_env *env = s->env;
	uint64_t n_unread = 0;

	for (uint32_t i = 0; i < builder_n_nss(env->b); i++)
		n_unread += builder_ns_row(env->b, i)->kind == NS_MNT && !*is_done(s, i);
	if (n_unread)
		probe_gap(env, COV_DENIED, n_unread,
			  "mount namespaces that only CAP_SYS_ADMIN on a newer kernel, or a task "
			  "in them that we may look through, would show");
	for (uint32_t i = 0; i < s->closed.n; i++) {
		uint8_t *flags = probe_ns_flags(env, s->closed.items[i].ns);
		struct ns *ns = builder_ns_row(env->b, s->closed.items[i].ns);

		/* It may have been mounted at a better place, too. */
		if (*flags & NS_DESCRIBED)
			continue;
		*flags |= NS_DESCRIBED;
		ns->owner = IX_DENIED;
		ns->parent = ns->parent == IX_OFF ? IX_DENIED : ns->parent;
		probe_gap(env, COV_PARTIAL, 1, s->closed.items[i].why);
	}
}

int binds_end(struct probe_env *env)
{
	struct binds s = {.env = env};

	if (env->has_no_nsfs)
		return 0;
	map_tasks(&s);
	while (read_round(&s))
		;
	tell_gaps(&s);
	free(s.task_of);
	free(s.is_done.items);
	free(s.closed.items);
	return 0;
}
