/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model of a machine that a snap shows. What a snap does not carry is set to
 * what is usual and marked as not known, so that whoever depends on it is told.
 */
#include "kernel.h"
#include "text.h"

#include <limits.h>
#include <string.h>

struct seed {
	struct model *m;
	const struct snap *s;
	struct k_ns **nss; /* by row of the snap */
	struct k_nsproxy **nsproxies;
	struct k_task **tasks;
};

static struct k_ns *unknown_ns(struct model *m, enum ns_kind kind)
{
	struct k_ns *ns = obj_alloc(m, OBJ_NS, sizeof(*ns));

	ns->kind = kind;
	ns->is_unknown = true;
	ns->user_ns = kind == NS_USER ? NULL : m->init_ns[NS_USER];
	if (kind == NS_PID)
		ns->pid.is_adding = true;
	if (kind == NS_IPC)
		link_init(&ns->ipc.ids);
	if (kind == NS_USER) {
		link_init(&ns->user.ucounts);
		map_all(&ns->user.uid_map);
		map_all(&ns->user.gid_map);
		for (int k = 0; k < NS_N_KINDS; k++)
			ns->user.ucount_max[k] = INT_MAX;
	}
	return ns;
}

static void seed_ns(struct seed *x, uint32_t row)
{
	const struct ns *from = &x->s->nss[row];
	struct k_ns *ns = unknown_ns(x->m, from->kind);

	ns->is_unknown = false;
	ns->inum = from->inum;
	ns->ns_id = from->id;
	ns->is_initial = from->is_initial;
	ns->is_count_known = from->refs >= 0;
	ns->has_nsfs = from->n_keepers && x->s->keepers[from->first_keeper].ref == REF_NSFS;
	ns->n_openers = ns->has_nsfs; /* by others, who stay */
	ns->owner_uid = from->owner_uid;
	if (ns->kind == NS_USER) {
		ns->user.owner = from->owner_uid;
		ns->user.could_setfcap = true;
	}
	if (ns->inum >= x->m->next_inum && !ns->is_initial)
		x->m->next_inum = ns->inum + 1;
	x->nss[row] = ns;
	if (ns->is_initial || (!x->m->init_ns[ns->kind] && ns->kind != NS_USER))
		x->m->init_ns[ns->kind] = ns;
}

static void link_nss(struct seed *x)
{
	for (uint32_t i = 0; i < x->s->n_nss; i++) {
		const struct ns *from = &x->s->nss[i];
		struct k_ns *ns = x->nss[i];

		if (!ns)
			continue;
		if (from->parent >= 0 && ns_kinds[from->kind].is_hierarchical)
			ns->parent = x->nss[from->parent];
		else if (ns->kind == NS_USER && !ns->is_initial)
			ns->parent = x->m->init_ns[NS_USER];
		if (ns->kind == NS_USER)
			ns->user_ns = NULL;
		else if (from->owner >= 0)
			ns->user_ns = x->nss[from->owner];
		else
			ns->user_ns = x->m->init_ns[NS_USER];
	}
}

/* Seen from inside a pid namespace the topmost one is not the initial one. */
static void find_top_pid_ns(struct seed *x)
{
	struct k_ns *ns = x->m->init_ns[NS_PID];

	while (ns && ns->parent)
		ns = ns->parent;
	x->m->init_ns[NS_PID] = ns;
}

static int depth_of(const struct k_ns *ns)
{
	int depth = 0;

	for (ns = ns->parent; ns && depth <= MAX_USER_NS_LEVEL + 1; ns = ns->parent)
		depth++;
	return depth;
}

/* A file may hold parents in a circle, or more levels than a kernel has: cut there. */
static void set_levels(struct seed *x)
{
	for (uint32_t i = 0; i < x->s->n_nss; i++) {
		struct k_ns *ns = x->nss[i];

		if (!ns || !ns_kinds[ns->kind].is_hierarchical)
			continue;
		ns->level = depth_of(ns);
		if (ns->level > MAX_PID_NS_LEVEL + (ns->kind == NS_USER)) {
			ns->parent = NULL;
			ns->level = 0;
		}
	}
}

static void seed_quota(struct seed *x, const struct quota *q)
{
	struct k_ns *ns = x->nss[q->ns];

	if (!ns)
		return;
	for (int k = 0; k < NS_N_KINDS; k++)
		if (q->max[k] >= 0)
			ns->user.ucount_max[k] = q->max[k];
	ns->user.is_quota_known = q->has_used;
	for (uint32_t i = 0; i < q->n_users; i++) {
		const struct quota_user *from = &x->s->quota_users[q->first_user + i];
		struct k_ucounts *u = alloc_ucounts(x->m, ns, from->uid);

		u->other = 1; /* the namespaces that were made with it */
		memcpy(u->n, from->used, sizeof(u->n));
	}
}

/* A user namespace is charged to its maker in its parent, and so is what is made in it. */
static void seed_quotas(struct seed *x)
{
	for (uint32_t i = 0; i < x->s->n_quotas; i++)
		seed_quota(x, &x->s->quotas[i]);
	for (uint32_t i = 0; i < x->s->n_nss; i++) {
		struct k_ns *ns = x->nss[i];

		if (ns && ns->kind == NS_USER && ns->parent && ns->parent->user.is_quota_known)
			ns->ucounts = alloc_ucounts(x->m, ns->parent, ns->owner_uid);
	}
}

static void seed_nss(struct seed *x)
{
	for (uint32_t i = 0; i < x->s->n_nss; i++)
		if (rules_has(x->m->rules, x->s->nss[i].kind))
			seed_ns(x, i);
	for (int k = 0; k < NS_N_KINDS; k++)
		if (!x->m->init_ns[k] && rules_has(x->m->rules, k))
			x->m->init_ns[k] = unknown_ns(x->m, k);
	link_nss(x);
	set_levels(x);
	find_top_pid_ns(x);
	if (x->m->rules->has_ucounts)
		seed_quotas(x);
}

static struct k_ns *seed_link(struct seed *x, int32_t ix, enum ns_kind kind)
{
	if (!rules_has(x->m->rules, kind))
		return NULL;
	if (ix >= 0 && x->nss[ix])
		return x->nss[ix];
	return unknown_ns(x->m, kind);
}

static struct k_nsproxy *seed_nsproxy(struct seed *x, const int32_t ns[NS_N_SLOTS], bool is_known)
{
	struct k_nsproxy *p = obj_alloc(x->m, OBJ_NSPROXY, sizeof(*p));

	p->is_inferred = !is_known;
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		enum ns_kind kind = ns_slots[slot].kind;

		if (ns_slots[slot].home != HOME_NSPROXY)
			continue;
		/* Before its first process the link pid_for_children cannot be read. */
		p->ns[slot] = seed_link(x, ns[slot], kind);
		if (slot == SLOT_TIME && p->ns[slot])
			p->ns[slot]->time.frozen_offsets = true; /* somebody has entered */
	}
	return p;
}

/*
 * Its numbers are those of the levels from the reader's own pid namespace on, the last
 * its own. The model names tasks at level 0: there it gets the reader's number, too.
 */
static struct k_pid *seed_pid(struct seed *x, const struct task *t)
{
	struct k_ns *ns = seed_link(x, t->ns[SLOT_PID], NS_PID);
	struct k_pid *pid;
	int level = 0, hidden;

	if (ns->is_unknown)
		ns = x->m->init_ns[NS_PID];
	for (const struct k_ns *i = ns->parent; i; i = i->parent)
		level++;
	pid = obj_alloc(x->m, OBJ_PID, sizeof(*pid) + (level + 1) * sizeof(pid->numbers[0]));
	pid->level = level;
	pid->count = 1;
	hidden = level + 1 - t->n_pids;
	for (int i = level; i >= 0; i--, ns = ns->parent) {
		struct k_upid *u = &pid->numbers[i];

		u->ns = ns;
		u->pid = pid;
		u->nr = i >= hidden && t->n_pids ? t->pids[i - hidden] : 0;
		if (!i)
			u->nr = t->tid;
		ns->level = i;
		if (u->nr > ns->pid.last_pid)
			ns->pid.last_pid = u->nr;
	}
	hash_pid(x->m, pid);
	return pid;
}

static struct k_cred *seed_cred(struct seed *x, const struct task *t)
{
	struct k_cred *c = obj_alloc(x->m, OBJ_CRED, sizeof(*c));
	const struct k_ns *ns;

	c->user_ns = t->ns[SLOT_USER] >= 0 ? x->nss[t->ns[SLOT_USER]] : x->m->init_ns[NS_USER];
	c->uid = c->euid = t->uid;
	c->gid = c->egid = t->uid;
	ns = c->user_ns;
	if (!t->uid || (!ns->is_initial && t->uid == ns->user.owner))
		c->cap_effective = CAP_FULL;
	if (x->m->rules->has_cred_ucounts)
		c->ucounts = alloc_ucounts(x->m, c->user_ns, c->uid);
	return c;
}

static void seed_process(struct seed *x, struct k_task *p, const struct task *t)
{
	struct model *m = x->m;

	p->signal = obj_alloc(m, OBJ_SIGNAL, sizeof(*p->signal));
	link_init(&p->signal->threads);
	p->sighand = obj_alloc(m, OBJ_SIGHAND, sizeof(*p->sighand));
	p->cred = seed_cred(x, t);
	if (p->is_zombie)
		return;
	p->fs = obj_alloc(m, OBJ_FS, sizeof(*p->fs));
	p->files = obj_alloc(m, OBJ_FILES, sizeof(*p->files));
	if (p->is_kthread)
		return;
	p->mm = obj_alloc(m, OBJ_MM, sizeof(*p->mm));
	p->mm->user_ns = m->rules->has_mm_user_ns ? p->cred->user_ns : NULL;
}

static void share_process(struct k_task *p, const struct k_task *leader)
{
	p->signal = leader->signal;
	p->sighand = leader->sighand;
	p->cred = leader->cred;
	p->fs = leader->fs;
	p->files = leader->files;
	p->mm = leader->mm;
}

/* /proc has no name for a pid namespace without an init: it is new, below the task's own. */
static void place_pid_for_children(const struct k_task *p)
{
	struct k_ns *ns = p->nsproxy->ns[SLOT_PID_FOR_CHILDREN];

	if (!ns->is_unknown || ns->parent)
		return;
	ns->parent = task_active_pid_ns(p);
	ns->level = ns->parent->level + 1;
}

/*
 * One that has a name in /proc, but no process 1, has lost its init: it takes no
 * more processes. What the kernel probe saw has a number either way.
 */
static void close_dead_pid_nss(struct model *m)
{
	obj_for_each (m, OBJ_NSPROXY, struct k_nsproxy, p) {
		struct k_ns *ns = p->ns[SLOT_PID_FOR_CHILDREN];

		if (p->is_inferred && !ns->is_unknown && !ns->is_initial && !ns->pid.child_reaper)
			ns->pid.is_adding = false;
	}
}

static void seed_task(struct seed *x, uint32_t row)
{
	const struct task *t = &x->s->tasks[row];
	struct k_task *p = obj_alloc(x->m, OBJ_TASK, sizeof(*p));
	struct k_task *leader = t->leader >= 0 ? x->tasks[t->leader] : NULL;
	bool has_all = true;

	x->tasks[row] = p;
	link_init(&p->children);
	link_init(&p->sibling);
	/* One without an nsproxy is on its way out. */
	p->is_zombie = t->state == 'Z' || t->state == 'X' || t->nsproxy == IX_NONE;
	p->is_kthread = t->is_kthread;
	p->start = t->start;
	p->exit_signal = 17;
	text_safe_buf(p->comm, sizeof(p->comm), t->comm, CHARSET_ASCII);
	if (leader)
		share_process(p, leader);
	else
		seed_process(x, p, t);
	p->group_leader = leader ? leader : p;
	link_add(&p->signal->threads, &p->thread);
	p->signal->nr_threads++;
	p->sighand->count++;
	p->cred->usage += 2;
	if (p->fs && !p->is_zombie) {
		p->fs->users++;
		p->files->count++;
		if (p->mm)
			p->mm->users++;
	}
	attach_pid(x->m, p, PIDTYPE_PID, seed_pid(x, t));
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		has_all &= t->ns[slot] >= 0 || t->ns[slot] == IX_UNSUPPORTED;
	p->known = has_all ? FACT_SLOTS : 0;
	if (p->cred->user_ns->is_initial)
		p->known |= FACT_MAPS;
	x->m->n_threads++;
	if (p->is_zombie)
		return;
	p->nsproxy = t->nsproxy >= 0 ? x->nsproxies[t->nsproxy] : seed_nsproxy(x, t->ns, false);
	place_pid_for_children(p);
}

static void link_task(struct seed *x, uint32_t row)
{
	const struct task *t = &x->s->tasks[row];
	struct k_task *p = x->tasks[row], *parent;
	struct k_pid *pid = p->thread_pid;
	int32_t up = t->parent;

	if (p->group_leader != p)
		up = t->leader >= 0 ? x->s->tasks[t->leader].parent : IX_NONE;
	parent = up >= 0 ? x->tasks[up] : x->m->init_task;
	p->real_parent = parent;
	if (p->group_leader != p)
		return;
	link_add(&parent->children, &p->sibling);
	for (int type = PIDTYPE_TGID; type < PIDTYPE_N; type++)
		attach_pid(x->m, p, type, pid);
	if (!is_child_reaper(pid) || p->is_zombie)
		return;
	pid->numbers[pid->level].ns->pid.child_reaper = p;
	pid->numbers[pid->level].ns->pid.had_reaper = true;
	p->signal->is_unkillable = true;
}

static void seed_tasks(struct seed *x)
{
	/* Leaders first: what threads share hangs off them. */
	for (int threads = 0; threads < 2; threads++)
		for (uint32_t i = 0; i < x->s->n_tasks; i++)
			if (task_is_leader(&x->s->tasks[i]) != threads && !x->tasks[i])
				seed_task(x, i);
	for (uint32_t i = 0; i < x->s->n_tasks; i++)
		link_task(x, i);
	close_dead_pid_nss(x->m);
}

/* References that no object here accounts for make up the difference to the kernel's count. */
static void settle_counts(struct seed *x)
{
	struct recount r;

	recount_new(&r, x->m);
	obj_for_each (x->m, OBJ_NSPROXY, struct k_nsproxy, p)
		p->count = r.nsproxy[p->obj.id];
	for (uint32_t i = 0; i < x->s->n_nsproxies; i++) {
		struct k_nsproxy *p = x->nsproxies[i];

		if (x->s->nsproxies[i].count < 0)
			continue;
		p->other = x->s->nsproxies[i].count - p->count;
		p->count = x->s->nsproxies[i].count;
	}
	obj_for_each (x->m, OBJ_UCOUNTS, struct k_ucounts, u)
		u->count = r.ucounts[u->obj.id];
	obj_for_each (x->m, OBJ_NS, struct k_ns, ns)
		ns->count = r.ns[ns->obj.id];
	for (uint32_t i = 0; i < x->s->n_nss; i++) {
		struct k_ns *ns = x->nss[i];

		if (!ns || x->s->nss[i].refs < 0)
			continue;
		ns->other += x->s->nss[i].refs - ns->count;
		ns->count = x->s->nss[i].refs;
	}
	recount_free(&r);
}

struct model *model_seed(const struct rules *rules, const struct snap *s)
{
	struct seed x = {.m = model_new(rules), .s = s};

	x.nss = xcalloc(s->n_nss, sizeof(struct k_ns *));
	x.nsproxies = xcalloc(s->n_nsproxies, sizeof(struct k_nsproxy *));
	x.tasks = xcalloc(s->n_tasks, sizeof(struct k_task *));
	seed_nss(&x);
	fill_init_task(x.m);
	for (uint32_t i = 0; i < s->n_nsproxies; i++)
		x.nsproxies[i] = seed_nsproxy(&x, s->nsproxies[i].ns, !s->nsproxies[i].is_inferred);
	seed_tasks(&x);
	settle_counts(&x);
	free(x.nss);
	free(x.nsproxies);
	free(x.tasks);
	return x.m;
}

/* ---- facts ---- */

static void set_map(struct id_map *map, const struct model_extent *from, uint32_t n)
{
	free(map->extents);
	map->extents = xcalloc(n, sizeof(*from));
	if (n)
		memcpy(map->extents, from, n * sizeof(*from));
	map->n = n;
}

static void tell_cred(struct k_task *p, const struct model_facts *f)
{
	p->cred->uid = f->uid;
	p->cred->euid = f->euid;
	p->cred->gid = f->gid;
	p->cred->egid = f->egid;
	p->cred->cap_effective = f->caps;
}

static int32_t larger(int32_t a, uint32_t b)
{
	return a > (int32_t)b ? a : (int32_t)b;
}

/* The seed lets threads share all. One that does not gets a root directory of its own. */
static void tell_own_fs(struct model *m, struct k_task *p)
{
	struct k_fs *own = copy_fs_struct(m, p->fs);

	p->fs->users--;
	p->fs = own;
}

/* Never fewer than the model has: each of those will give its own back. */
static void tell_sharing(struct model *m, struct k_task *p, const struct model_facts *f)
{
	if (p->fs && f->known & FACT_SHARING && f->n_fs_users == 1 && p->fs->users > 1)
		tell_own_fs(m, p);
	if (p->fs)
		p->fs->users = larger(p->fs->users, f->n_fs_users);
	if (p->files)
		p->files->count = larger(p->files->count, f->n_files_users);
	if (p->mm)
		p->mm->users = larger(p->mm->users, f->n_mm_users);
	p->sighand->count = larger(p->sighand->count, f->n_sighand_users);
}

static void tell_quota(struct model *m, struct k_task *p, const struct model_facts *f)
{
	struct k_ns *ns = p->cred->user_ns;
	struct k_ucounts *u = alloc_ucounts(m, ns, p->cred->euid);

	ns->user.is_quota_known = true;
	for (int k = 0; k < NS_N_KINDS; k++) {
		ns->user.ucount_max[k] = f->max_ns[k];
		u->n[k] = f->used_ns[k];
	}
	put_ucounts(m, u);
}

static void tell_pidc(struct k_ns *ns, const struct model_facts *f)
{
	if (!ns->is_initial && !ns->pid.child_reaper)
		ns->pid.is_adding = !f->had_pidc_init;
}

int model_tell(struct model *m, pid_t tid, const struct model_facts *f)
{
	struct k_task *p = find_task(m, tid);

	if (!p)
		return -ESRCH;
	p->known |= f->known;
	if (f->known & FACT_CRED)
		tell_cred(p, f);
	tell_sharing(m, p, f); /* if not all are known, these are the least */
	if (f->known & FACT_CHROOT && p->fs)
		p->fs->is_chrooted = f->is_chrooted;
	if (f->known & FACT_QUOTA)
		tell_quota(m, p, f);
	if (f->known & FACT_MAPS && !p->cred->user_ns->is_initial) {
		p->cred->user_ns->user.is_setgroups_denied = f->is_setgroups_denied;
		set_map(&p->cred->user_ns->user.uid_map, f->uid_map, f->n_uid_map);
		set_map(&p->cred->user_ns->user.gid_map, f->gid_map, f->n_gid_map);
	}
	if (f->known & FACT_PIDC && p->nsproxy)
		tell_pidc(p->nsproxy->ns[SLOT_PID_FOR_CHILDREN], f);
	if (f->pid_max)
		m->pid_max = f->pid_max;
	p->has_seccomp = f->has_seccomp;
	p->is_nproc_full = f->is_nproc_full;
	p->is_pids_full = f->is_pids_full;
	p->is_userns_off = f->is_userns_off;
	p->is_userns_confined = f->is_userns_confined;
	if (f->is_system_full)
		m->threads_max = m->n_threads;
	return 0;
}
