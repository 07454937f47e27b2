/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts from scratch: who refers to what, over all objects alive. What get and
 * put moved one by one must come out the same.
 */
#include "kernel.h"

static int32_t *counters(const struct model *m, enum obj_kind kind)
{
	return xcalloc(m->tables[kind].n + 1, sizeof(int32_t));
}

static void add(int32_t *counts, const void *object, int32_t n)
{
	if (object)
		counts[((const struct obj *)object)->id] += n;
}

static void count_from_tasks(struct recount *r, const struct model *m)
{
	obj_for_each (m, OBJ_TASK, struct k_task, p)
		add(r->nsproxy, p->nsproxy, 1);
	obj_for_each (m, OBJ_NSPROXY, struct k_nsproxy, p) {
		add(r->nsproxy, p, p->other);
		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			add(r->ns, p->ns[slot], 1);
	}
	obj_for_each (m, OBJ_CRED, struct k_cred, c) {
		add(r->ns, c->user_ns, 1);
		add(r->ucounts, c->ucounts, 1);
	}
	obj_for_each (m, OBJ_MM, struct k_mm, mm)
		add(r->ns, mm->user_ns, 1);
	obj_for_each (m, OBJ_PID, struct k_pid, pid)
		add(r->ns, pid->numbers[pid->level].ns, 1);
	obj_for_each (m, OBJ_FILE, struct k_file, f) {
		add(r->ns, f->kind == FILE_NSFS ? NULL : f->ns, 1);
		add(r->pid, f->pid, 1);
	}
	obj_for_each (m, OBJ_UCOUNTS, struct k_ucounts, u) {
		add(r->ns, m->rules->has_cred_ucounts ? u->ns : NULL, 1);
		add(r->ucounts, u, u->other);
	}
}

static void count_from_mounts(struct recount *r, const struct model *m)
{
	obj_for_each (m, OBJ_SUPER, struct k_super, sb) {
		add(r->ns, sb->ns && sb->ns->kind == NS_PID ? sb->ns : NULL, 1); /* proc */
		add(r->ns, sb->user_ns, 1);
	}
	obj_for_each (m, OBJ_IPC, struct k_ipc, ipc) {
		add(r->pid, ipc->cprid, 1);
		add(r->pid, ipc->lprid, 1);
	}
}

static void count_from_ns(struct recount *r, const struct model *m, const struct k_ns *ns)
{
	/* Owners of the initial ones are static, but for the cgroup namespace's. */
	bool is_counted = !ns->is_initial || ns->kind == NS_CGROUP;
	int n = ns->kind == NS_IPC && m->rules->has_sb_user_ns ? 2 : 1;

	if (is_counted)
		add(r->ns, ns->user_ns, n);
	add(r->ns, ns->parent, 1);
	add(r->ucounts, ns->ucounts, 1);
	r->ns[ns->obj.id] += ns->has_nsfs + ns->other;
}

void recount_new(struct recount *r, const struct model *m)
{
	r->ns = counters(m, OBJ_NS);
	r->nsproxy = counters(m, OBJ_NSPROXY);
	r->ucounts = counters(m, OBJ_UCOUNTS);
	r->pid = counters(m, OBJ_PID);
	count_from_tasks(r, m);
	count_from_mounts(r, m);
	obj_for_each (m, OBJ_NS, struct k_ns, ns)
		count_from_ns(r, m, ns);
	if (m->init_ns[NS_PID] && m->init_ns[NS_PID]->is_initial) /* frozen */
		r->ns[m->init_ns[NS_PID]->obj.id] = m->init_ns[NS_PID]->count;
}

void recount_free(struct recount *r)
{
	free(r->ns);
	free(r->nsproxy);
	free(r->ucounts);
	free(r->pid);
}

static int differs(const struct model *m, const void *object, int32_t kept, int32_t found,
		   struct err *e)
{
	char buf[64];

	if (kept == found)
		return 0;
	return err_set(e, 0, "%s: count %d, but %d references", obj_label(m, object, buf, 64), kept,
		       found);
}

static int check_pid(const struct model *m, const struct k_pid *pid, int32_t pins, struct err *e)
{
	uint32_t n = 0;

	for (int type = 0; type < PIDTYPE_N; type++)
		n += pid->n_tasks[type];
	if (!n && pid->is_hashed)
		return err_set(e, 0, "pid %u: kept by nobody", pid->obj.id);
	return differs(m, pid, pid->count, (n > 0) + pins, e);
}

int model_check(const struct model *m, struct err *e)
{
	struct recount r;
	int ret = 0;

	recount_new(&r, m);
	obj_for_each (m, OBJ_PID, struct k_pid, pid)
		if (!ret)
			ret = check_pid(m, pid, r.pid[pid->obj.id], e);
	obj_for_each (m, OBJ_NS, struct k_ns, ns)
		if (!ret)
			ret = differs(m, ns, ns->count, r.ns[ns->obj.id], e);
	obj_for_each (m, OBJ_NSPROXY, struct k_nsproxy, p)
		if (!ret)
			ret = differs(m, p, p->count, r.nsproxy[p->obj.id], e);
	obj_for_each (m, OBJ_UCOUNTS, struct k_ucounts, u)
		if (!ret)
			ret = differs(m, u, u->count, r.ucounts[u->obj.id], e);
	recount_free(&r);
	return ret;
}

/* ---- the model as a snap ---- */

struct export
{
	const struct model *m;
	struct snap_builder *b;
	struct recount counts;
	int32_t *ns;	  /* id -> builder row */
	int32_t *nsproxy; /* id -> builder row */
};

static int32_t row_of(const int32_t *rows, const void *object, int32_t missing)
{
	return object ? rows[((const struct obj *)object)->id] : missing;
}

static void export_nss(struct export *x)
{
	obj_for_each (x->m, OBJ_NS, struct k_ns, ns)
		x->ns[ns->obj.id] =
			ns->is_unknown ? IX_DENIED : builder_ns(x->b, ns->kind, ns->inum, NULL);
	obj_for_each (x->m, OBJ_NS, struct k_ns, ns) {
		struct ns *row;

		if (ns->is_unknown)
			continue;
		row = builder_ns_row(x->b, x->ns[ns->obj.id]);
		row->id = ns->ns_id;
		row->is_initial = ns->is_initial;
		row->is_listed = true;
		row->owner = row_of(x->ns, ns->user_ns, IX_NONE);
		row->parent = row_of(x->ns, ns->parent, IX_NONE);
		row->refs = ns->is_count_known ? x->counts.ns[ns->obj.id] : -1;
		row->has_owner_uid = ns->kind == NS_USER;
		row->owner_uid = ns->kind == NS_USER ? ns->owner_uid : 0;
	}
}

static void export_slots(const struct export *x, const struct k_nsproxy *p, int32_t ns[NS_N_SLOTS])
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		int32_t missing =
			rules_has(x->m->rules, ns_slots[slot].kind) ? IX_NONE : IX_UNSUPPORTED;

		if (ns_slots[slot].home == HOME_NSPROXY)
			ns[slot] = p ? row_of(x->ns, p->ns[slot], missing) : IX_NONE;
	}
}

/* Those that the seed had to infer stay that; what the model made since is known. */
static void export_nsproxies(struct export *x)
{
	int32_t ns[NS_N_SLOTS];

	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		ns[slot] = IX_NONE;
	obj_for_each (x->m, OBJ_NSPROXY, struct k_nsproxy, p) {
		int32_t count = p->is_inferred ? -1 : x->counts.nsproxy[p->obj.id], row;

		export_slots(x, p, ns);
		x->nsproxy[p->obj.id] = row = builder_add_nsproxy(x->b, count, ns);
		builder_nsproxy_row(x->b, row)->is_inferred = p->is_inferred;
	}
}

static void export_task(struct export *x, const struct k_task *p)
{
	int32_t row = builder_add_task(x->b, task_pid_nr(p), task_pid_nr(p->group_leader));
	struct task *t = builder_task(x->b, row);
	pid_t pids[MAX_PID_NS_LEVEL + 1];
	int n = p->thread_pid->level + 1;

	t->ppid = p->real_parent == x->m->init_task ? 0 : task_pid_nr(p->real_parent->group_leader);
	t->uid = p->cred->euid;
	t->start = p->start;
	t->state = p->is_zombie ? 'Z' : 'S';
	t->is_kthread = p->is_kthread;
	t->comm = snap_strz(x->b, p->comm);
	t->facts = TASK_STAT | TASK_UID;
	export_slots(x, p->nsproxy, t->ns);
	t->ns[SLOT_USER] = row_of(x->ns, p->cred->user_ns, IX_NONE);
	t->ns[SLOT_PID] = row_of(x->ns, task_active_pid_ns(p), IX_NONE);
	t->nsproxy = row_of(x->nsproxy, p->nsproxy, IX_NONE);
	for (int i = 0; i < n; i++)
		pids[i] = p->thread_pid->numbers[i].nr;
	builder_set_pids(x->b, row, pids, n);
}

const struct snap *model_snap(const struct model *m)
{
	struct export x = {.m = m, .b = snap_builder_new()};
	const struct snap *s;

	recount_new(&x.counts, m);
	x.ns = counters(m, OBJ_NS);
	x.nsproxy = counters(m, OBJ_NSPROXY);
	snap_builder_meta(x.b)->kernel = snap_strz(x.b, m->rules->name);
	snap_builder_meta(x.b)->host = snap_strz(x.b, "model");
	export_nss(&x);
	export_nsproxies(&x);
	obj_for_each (m, OBJ_TASK, struct k_task, p)
		if (p != m->init_task && task_pid_nr(p))
			export_task(&x, p);
	s = snap_freeze(x.b, false);
	snap_builder_free(x.b);
	free(x.ns);
	free(x.nsproxy);
	recount_free(&x.counts);
	return s;
}
