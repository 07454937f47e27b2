/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writes of uid_map, gid_map and setgroups, after map_write() and its kin in
 * kernel/user_namespace.c: each is allowed once, and by whom is a matter of its own.
 */
#include "kernel.h"

#include <string.h>

static const char file[] = "kernel/user_namespace.c";

#define MAX_EXTENTS 340 /* UID_GID_MAP_MAX_EXTENTS */

struct map_write {
	struct model *m;
	struct k_task *writer;
	struct k_ns *ns;
	struct id_map *map, *parent_map;
	const struct model_extent *extents;
	uint32_t n;
	bool is_gid;
};

static int refuse(const struct map_write *w, int err, const char *func, const char *why)
{
	return trace_refuse(w->m->trace, err, file, func, "%s", why);
}

static int check_writer(const struct map_write *w)
{
	const struct k_ns *from = w->writer->cred->user_ns;

	if (!w->ns->parent)
		return refuse(w, -EPERM, "proc_uid_map_write",
			      "the map of the initial user namespace is fixed");
	if (from != w->ns && from != w->ns->parent)
		return refuse(w, -EPERM, "proc_uid_map_write",
			      "the writer must be in that namespace or in its parent");
	if (w->map->n) {
		trace_advise(w->m->trace, "a map is written once; make another user namespace");
		return refuse(w, -EPERM, "map_write", "the map has been written already");
	}
	if (!ns_capable(w->m, w->writer, w->ns, CAP_SYS_ADMIN))
		return refuse(w, -EPERM, "map_write", "the writer needs CAP_SYS_ADMIN in it");
	return 0;
}

static bool overlap(uint32_t a, uint32_t b, uint32_t n_a, uint32_t n_b)
{
	return a < (uint64_t)b + n_b && b < (uint64_t)a + n_a;
}

static int check_extents(const struct map_write *w)
{
	if (!w->n || w->n > MAX_EXTENTS)
		return refuse(w, -EINVAL, "map_write", "a map has 1 to 340 lines");
	for (uint32_t i = 0; i < w->n; i++) {
		const struct model_extent *e = &w->extents[i];

		if (!e->count || (uint64_t)e->first + e->count > UINT32_MAX ||
		    (uint64_t)e->lower + e->count > UINT32_MAX)
			return refuse(w, -EINVAL, "map_write",
				      "a line has no ids, or goes beyond the last one");
		for (uint32_t j = 0; j < i; j++) {
			const struct model_extent *o = &w->extents[j];

			if (overlap(e->first, o->first, e->count, o->count) ||
			    overlap(e->lower, o->lower, e->count, o->count))
				return refuse(w, -EINVAL, "mappings_overlap", "two lines overlap");
		}
	}
	return 0;
}

int64_t map_down(const struct id_map *map, uint32_t id, uint32_t count)
{
	for (uint32_t i = 0; i < map->n; i++) {
		const struct model_extent *e = &map->extents[i];

		if (id >= e->first && (uint64_t)id + count <= (uint64_t)e->first + e->count)
			return (int64_t)e->lower + (id - e->first);
	}
	return -1;
}

/* verify_root_map(): who maps the parent's root needs CAP_SETFCAP there (5.12). */
static bool may_map_root(const struct map_write *w)
{
	bool has_root = false;

	for (uint32_t i = 0; i < w->n; i++)
		has_root |= !w->extents[i].lower;
	if (w->is_gid || !has_root || !w->m->rules->has_setfcap_check)
		return true;
	if (w->writer->cred->user_ns == w->ns)
		return w->ns->user.could_setfcap;
	return ns_capable(w->m, w->writer, w->ns->parent, CAP_SETFCAP);
}

/* One line of one id, the writer's own: allowed without any capability in the parent. */
static bool is_own_id(const struct map_write *w)
{
	const struct k_cred *cred = w->writer->cred;
	int64_t id = map_down(w->parent_map, w->extents[0].lower, 1);

	if (w->n != 1 || w->extents[0].count != 1 || w->ns->user.owner != cred->euid)
		return false;
	if (w->is_gid)
		return w->ns->user.is_setgroups_denied && id == cred->egid;
	return id == cred->euid;
}

/* new_idmap_permitted() */
static int check_permitted(const struct map_write *w)
{
	if (!may_map_root(w)) {
		trace_advise(w->m->trace,
			     "keep CAP_SETFCAP in the parent when the namespace is made");
		return refuse(w, -EPERM, "verify_root_map",
			      "mapping the parent's root needs CAP_SETFCAP there");
	}
	if (is_own_id(w) ||
	    ns_capable(w->m, w->writer, w->ns->parent, w->is_gid ? CAP_SETGID : CAP_SETUID))
		return 0;
	trace_advise(w->m->trace, w->is_gid ? "write deny to setgroups first and map your own gid "
					      "alone, or use newgidmap"
					    : "map your own uid alone, or use newuidmap");
	return refuse(w, -EPERM, "new_idmap_permitted",
		      w->is_gid
			      ? "without CAP_SETGID in the parent only the own gid may be mapped, "
				"and only after setgroups was denied"
			      : "without CAP_SETUID in the parent only the own uid may be mapped");
}

static int put_map(const struct map_write *w)
{
	struct model_extent *out = xcalloc(w->n, sizeof(*out));

	for (uint32_t i = 0; i < w->n; i++) {
		int64_t lower = map_down(w->parent_map, w->extents[i].lower, w->extents[i].count);

		if (lower < 0) {
			free(out);
			return refuse(w, -EPERM, "map_write",
				      "an id is not mapped in the parent namespace");
		}
		out[i] = w->extents[i];
		out[i].lower = (uint32_t)lower;
	}
	trace_step(w->m->trace, file, "map_write", "the map is in place, for good");
	free(w->map->extents);
	w->map->extents = out;
	w->map->n = w->n;
	note_count(w->m, w->ns, w->is_gid ? "gid_map" : "uid_map", 0, w->n);
	return 0;
}

int map_write(struct model *m, struct k_task *writer, struct k_ns *ns, bool is_gid,
	      const struct model_extent *extents, uint32_t n)
{
	struct map_write w = {.m = m,
			      .writer = writer,
			      .ns = ns,
			      .map = is_gid ? &ns->user.gid_map : &ns->user.uid_map,
			      .extents = extents,
			      .n = n,
			      .is_gid = is_gid};
	int err;

	if (ns->parent)
		w.parent_map = is_gid ? &ns->parent->user.gid_map : &ns->parent->user.uid_map;
	err = check_writer(&w);
	if (!err)
		err = check_extents(&w);
	if (!err)
		err = check_permitted(&w);
	return err ? err : put_map(&w);
}

int proc_setgroups_write(struct model *m, struct k_task *writer, struct k_ns *ns, bool is_allowed)
{
	struct user_part *user = &ns->user;

	if (!ns_capable(m, writer, ns, CAP_SYS_ADMIN))
		return trace_refuse(m->trace, -EACCES, file, "proc_setgroups_open",
				    "the writer needs CAP_SYS_ADMIN in it");
	if (is_allowed && user->is_setgroups_denied)
		return trace_refuse(m->trace, -EPERM, file, "proc_setgroups_write",
				    "once denied, setgroups stays denied");
	if (!is_allowed && user->gid_map.n) {
		trace_advise(m->trace, "write it before gid_map");
		return trace_refuse(m->trace, -EPERM, file, "proc_setgroups_write",
				    "gid_map is written: setgroups can no longer be denied");
	}
	trace_step(m->trace, file, "proc_setgroups_write",
		   is_allowed ? "nothing changes" : "setgroups() is denied from now on");
	user->is_setgroups_denied |= !is_allowed;
	return 0;
}
