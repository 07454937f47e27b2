/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine as it comes up: what is static in the kernel image (init_task,
 * init_cred, init_nsproxy and the initial namespaces), the root mount, and the
 * first two processes.
 */
#include "kernel.h"

#include <limits.h>
#include <string.h>

static const char file[] = "init/main.c";

#define FIRST_INUM 4026532000u /* /proc numbers its files from 0xF0000000 */

struct k_ns *static_ns(struct model *m, enum ns_kind kind)
{
	struct k_ns *ns = obj_alloc(m, OBJ_NS, sizeof(*ns));

	ns->kind = kind;
	ns->inum = ns_kinds[kind].init_inum;
	ns->is_initial = true;
	ns->is_count_known = true;
	if (kind == NS_IPC)
		link_init(&ns->ipc.ids);
	ns->other = m->rules->base[kind];
	ns->count = ns->other;
	m->init_ns[kind] = ns;
	return ns;
}

void map_all(struct id_map *map)
{
	map->extents = xcalloc(1, sizeof(*map->extents));
	map->extents[0].count = UINT32_MAX;
	map->n = 1;
}

static void fill_static(struct model *m)
{
	struct k_ns *user = static_ns(m, NS_USER);

	link_init(&user->user.ucounts);
	map_all(&user->user.uid_map);
	map_all(&user->user.gid_map);
	for (int k = 0; k < NS_N_KINDS; k++)
		user->user.ucount_max[k] = INT_MAX;
	user->user.is_quota_known = true;
	for (int k = 0; k < NS_N_KINDS; k++) {
		struct k_ns *ns;

		if (k == NS_USER || k == NS_MNT || !rules_has(m->rules, k))
			continue;
		ns = static_ns(m, k);
		ns->user_ns = user;
	}
	if (m->init_ns[NS_CGROUP]) /* cgroup_init() takes a reference, the others are static */
		get_ns(m, user);
	m->init_ns[NS_PID]->count = 2; /* and stays */
	m->init_ns[NS_PID]->pid.is_adding = true;
	m->init_ns[NS_NET]->net = (struct net_part){.has_loopback = true};
	strcpy(m->init_ns[NS_UTS]->uts.nodename, "(none)");
	strcpy(m->init_ns[NS_UTS]->uts.domainname, "(none)");
	set_ipc_limits(m->init_ns[NS_IPC]);
	if (m->init_ns[NS_TIME])
		m->init_ns[NS_TIME]->time.frozen_offsets = true;
}

static void fill_init_nsproxy(struct model *m)
{
	struct k_nsproxy *p = obj_alloc(m, OBJ_NSPROXY, sizeof(*p));

	p->count = 1;
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		struct k_ns *ns = m->init_ns[ns_slots[slot].kind];

		if (ns_slots[slot].home != HOME_NSPROXY || !ns)
			continue;
		p->ns[slot] = ns;
		get_ns(m, ns);
	}
	m->init_nsproxy = p;
}

static void fill_init_cred(struct model *m, struct k_task *p)
{
	p->cred = obj_alloc(m, OBJ_CRED, sizeof(*p->cred));
	p->cred->usage = 2;
	p->cred->cap_effective = CAP_FULL;
	p->cred->user_ns = m->init_ns[NS_USER];
	get_ns(m, p->cred->user_ns);
	if (m->rules->has_cred_ucounts)
		p->cred->ucounts = alloc_ucounts(m, p->cred->user_ns, 0);
}

void fill_init_task(struct model *m)
{
	struct k_task *p = obj_alloc(m, OBJ_TASK, sizeof(*p));
	struct k_pid *pid = obj_alloc(m, OBJ_PID, sizeof(*pid) + sizeof(pid->numbers[0]));

	m->init_task = p;
	pid->count = 1;
	pid->numbers[0].ns = m->init_ns[NS_PID];
	pid->numbers[0].pid = pid;
	p->signal = obj_alloc(m, OBJ_SIGNAL, sizeof(*p->signal));
	link_init(&p->signal->threads);
	link_init(&p->children);
	link_init(&p->sibling);
	link_add(&p->signal->threads, &p->thread);
	p->signal->nr_threads = 1;
	for (int type = 0; type < PIDTYPE_N; type++)
		attach_pid(m, p, type, pid);
	p->group_leader = p->real_parent = p;
	p->sighand = obj_alloc(m, OBJ_SIGHAND, sizeof(*p->sighand));
	p->sighand->count = 1;
	p->fs = obj_alloc(m, OBJ_FS, sizeof(*p->fs));
	p->fs->users = 1;
	p->files = obj_alloc(m, OBJ_FILES, sizeof(*p->files));
	p->files->count = 1;
	p->nsproxy = m->init_nsproxy;
	p->is_kthread = true;
	p->known = UINT32_MAX;
	strcpy(p->comm, "swapper");
	fill_init_cred(m, p);
}

struct model *model_new(const struct rules *rules)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->rules = rules;
	m->pid_max = 4194304;
	m->threads_max = UINT32_MAX;
	m->next_inum = FIRST_INUM;
	return m;
}

static void start_kernel(struct model *m)
{
	trace_step(m->trace, file, "start_kernel",
		   "init_task, init_cred, init_nsproxy and the initial namespaces are static: "
		   "nobody made them");
	fill_static(m);
	fill_init_nsproxy(m);
	trace_step(m->trace, file, "start_kernel",
		   "init_nsproxy.mnt_ns is NULL: there is no root mount yet");
	fill_init_task(m);
}

static void init_mount_tree(struct model *m)
{
	struct k_ns *mnt = static_ns(m, NS_MNT);

	trace_step(m->trace, "fs/namespace.c", "init_mount_tree",
		   "rootfs is mounted in the first mount namespace, and init_nsproxy.mnt_ns points "
		   "at it");
	mnt->user_ns = m->init_ns[NS_USER];
	mnt->mnt.n_others = 1;
	get_ns(m, mnt);
	note_link(m, m->init_nsproxy, "mnt_ns", NULL, mnt);
	m->init_nsproxy->ns[SLOT_MNT] = mnt;
}

/* rest_init(): both are copies of init_task. Pid 1 then executes the first program. */
static void rest_init(struct model *m)
{
	static const struct call kernel_init = {.kind = CALL_CLONE, .flags = CLONE_FS};
	static const struct call kthreadd = {.kind = CALL_CLONE, .flags = CLONE_FS | CLONE_FILES};
	struct k_task *p;

	trace_step(m->trace, file, "rest_init",
		   "init_task makes pid 1 and kthreadd, then it is the idle task");
	p = find_task(m, kernel_clone(m, m->init_task, &kernel_init));
	strcpy(p->comm, "init");
	p->is_kthread = false;
	exit_fs(m, p); /* the first program has its own */
	p->fs = obj_alloc(m, OBJ_FS, sizeof(*p->fs));
	p->fs->users = 1;
	do_execve(m, p);
	p = find_task(m, kernel_clone(m, m->init_task, &kthreadd));
	strcpy(p->comm, "kthreadd");
}

struct model *model_boot(const struct rules *rules, struct trace *t)
{
	struct model *m = model_new(rules);

	m->trace = t;
	start_kernel(m);
	init_mount_tree(m);
	rest_init(m);
	m->trace = NULL;
	m->n_calls = 1;
	return m;
}
