/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of namespaces. */
#include "column_impl.h"
#include "why.h"

void ns_inum(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->nss[row].inum);
}

void ns_type(const struct snap *s, int32_t row, struct value *v)
{
	set_word(v, ns_kinds[s->nss[row].kind].name);
}

void ns_nprocs(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->nss[row].n_procs);
}

void ns_nthreads(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->nss[row].n_threads);
}

/* What a column of its lead task says. */
static void of_lead(const struct snap *s, int32_t row, struct value *v, column_get *get)
{
	if (s->nss[row].lead >= 0)
		get(s, s->nss[row].lead, v);
	else
		set_missing(v, IX_NONE);
}

void ns_pid(const struct snap *s, int32_t row, struct value *v)
{
	of_lead(s, row, v, task_tid);
}

void ns_ppid(const struct snap *s, int32_t row, struct value *v)
{
	of_lead(s, row, v, task_ppid);
}

void ns_command(const struct snap *s, int32_t row, struct value *v)
{
	if (s->nss[row].lead >= 0)
		task_command(s, s->nss[row].lead, v);
	else
		ns_where(s, row, v);
}

void ns_uid(const struct snap *s, int32_t row, struct value *v)
{
	of_lead(s, row, v, task_uid);
}

void ns_user(const struct snap *s, int32_t row, struct value *v)
{
	of_lead(s, row, v, task_user);
}

void ns_container(const struct snap *s, int32_t row, struct value *v)
{
	of_lead(s, row, v, task_container);
}

/* The first keeper of that kind, or NULL. */
static const struct keeper *keeper_of(const struct snap *s, int32_t row, enum keeper_kind kind)
{
	const struct ns *ns = &s->nss[row];

	for (uint32_t i = 0; i < ns->n_keepers; i++)
		if (s->keepers[ns->first_keeper + i].kind == kind)
			return &s->keepers[ns->first_keeper + i];
	return NULL;
}

void ns_path(const struct snap *s, int32_t row, struct value *v)
{
	const struct ns *ns = &s->nss[row];
	const struct keeper *fd = keeper_of(s, row, KEEPER_FD);

	if (ns->lead >= 0)
		set_text(v, "/proc/%d/ns/%s", s->tasks[ns->lead].tid, ns_kinds[ns->kind].name);
	else if (fd)
		set_text(v, "/proc/%d/fd/%d", fd->pid, fd->fd);
	else
		ns_nsfs(s, row, v);
}

void ns_nsfs(const struct snap *s, int32_t row, struct value *v)
{
	const struct keeper *bind = keeper_of(s, row, KEEPER_BIND);

	if (bind)
		set_raw(v, bind->path);
	else
		set_missing(v, IX_NONE);
}

void ns_pns(const struct snap *s, int32_t row, struct value *v)
{
	set_link(s, s->nss[row].parent, v);
}

void ns_ons(const struct snap *s, int32_t row, struct value *v)
{
	set_link(s, s->nss[row].owner, v);
}

void ns_id(const struct snap *s, int32_t row, struct value *v)
{
	if (!s->nss[row].id) {
		set_missing(v, IX_OFF);
		return;
	}
	v->type = VALUE_ID;
	v->u = s->nss[row].id;
}

void ns_level(const struct snap *s, int32_t row, struct value *v)
{
	const struct ns *ns = &s->nss[row];

	if (ns->level >= 0)
		set_int(v, ns->level);
	else
		set_missing(v, ns_kinds[ns->kind].is_hierarchical ? IX_OFF : IX_NONE);
}

void ns_owner_uid(const struct snap *s, int32_t row, struct value *v)
{
	const struct ns *ns = &s->nss[row];

	if (ns->has_owner_uid)
		set_int(v, ns->owner_uid);
	else
		set_missing(v, ns->kind == NS_USER ? IX_OFF : IX_NONE);
}

void ns_netnsid(const struct snap *s, int32_t row, struct value *v)
{
	const struct ns *ns = &s->nss[row];

	if (ns->kind != NS_NET)
		set_missing(v, IX_NONE);
	else if (!ns->has_nsid)
		set_missing(v, IX_OFF);
	else if (ns->nsid < 0)
		set_word(v, "unassigned");
	else
		set_int(v, ns->nsid);
}

void ns_refs(const struct snap *s, int32_t row, struct value *v)
{
	if (s->nss[row].refs >= 0)
		set_int(v, s->nss[row].refs);
	else
		set_missing(v, IX_OFF);
}

void ns_keepers(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->nss[row].n_keepers);
}

void ns_owns(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->nss[row].n_owned);
}

void ns_children(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->nss[row].n_children);
}

void ns_nsproxies(const struct snap *s, int32_t row, struct value *v)
{
	set_int(v, s->nss[row].n_proxy_refs);
}

void ns_initial(const struct snap *s, int32_t row, struct value *v)
{
	set_bool(v, s->nss[row].is_initial);
}

/* ---- what keeps a namespace that no task is in ---- */

/* A mount point says more than a descriptor does. */
static void where_keeper(const struct snap *s, int32_t row, struct value *v)
{
	const struct ns *ns = &s->nss[row];
	const struct keeper *bind = keeper_of(s, row, KEEPER_BIND);
	const struct keeper *k = bind ? bind : &s->keepers[ns->first_keeper];
	char more[24] = "";

	if (ns->n_keepers > 1)
		snprintf(more, sizeof(more), " and %u more", ns->n_keepers - 1);
	switch (k->kind) {
	case KEEPER_FD:
		set_text(v, "fd %d of %d%s", k->fd, k->pid, more);
		break;
	case KEEPER_BIND:
		set_raw(v, k->path);
		v->word = keeper_kind_names[k->kind];
		snprintf(v->buf, sizeof(v->buf), "%s", more);
		break;
	case KEEPER_TASK:
		set_text(v, "%s of %d%s", ref_kinds[k->ref].name, k->tid, more);
		break;
	case KEEPER_SUPER:
	case KEEPER_CPU:
	case KEEPER_IPC:
		set_text(v, "%s%s", ref_kinds[k->ref].name, more);
		break;
	default:
		set_text(v, "%s fd %d of %d%s", keeper_kind_names[k->kind], k->fd, k->pid, more);
	}
}

void ns_where(const struct snap *s, int32_t row, struct value *v)
{
	const struct ns *ns = &s->nss[row];

	if (ns->n_threads)
		set_missing(v, IX_NONE);
	else if (ns->n_keepers)
		where_keeper(s, row, v);
	else if (ns->n_owned)
		set_text(v, "owns %u namespace%s", ns->n_owned, ns->n_owned == 1 ? "" : "s");
	else if (ns->n_children)
		set_text(v, "parent of %u namespace%s", ns->n_children,
			 ns->n_children == 1 ? "" : "s");
	else if (ns->n_proxy_refs)
		set_word(v, "for children");
	else
		set_missing(v, IX_OFF);
}
