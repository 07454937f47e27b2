/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System V objects and attached segments, after ipc/util.c and ipc/shm.c: an object is
 * in one ipc namespace and does not keep it; an attachment does. Who made a segment,
 * and who attached or detached last, stay as struct pids after they are gone.
 */
#include "kernel.h"

static const struct {
	const char *file, *func, *name;
} kinds[] = {
	[MODEL_SEM] = {"ipc/sem.c", "ksys_semget", "semaphore set"},
	[MODEL_MSG] = {"ipc/msg.c", "ksys_msgget", "message queue"},
	[MODEL_SHM] = {"ipc/shm.c", "ksys_shmget", "segment"},
};
_Static_assert(ARRAY_SIZE(kinds) == MODEL_N_IPC, "a row for each");

static struct k_ipc *find_ipc(struct k_ns *ns, enum model_ipc what, int key)
{
	link_for_each (l, &ns->ipc.ids) {
		struct k_ipc *ipc = link_entry(l, struct k_ipc, of_ns);

		if (ipc->what == what && ipc->key == key)
			return ipc;
	}
	return NULL;
}

uint32_t n_ipcs(const struct k_ns *ns, enum model_ipc what)
{
	uint32_t n = 0;

	link_for_each (l, &ns->ipc.ids)
		n += link_entry(l, struct k_ipc, of_ns)->what == what;
	return n;
}

/* ipc_update_pid() */
static void update_pid(struct model *m, struct k_pid **field, const struct k_task *me)
{
	struct k_pid *old = *field, *new = me->signal->pids[PIDTYPE_TGID];

	if (!m->rules->has_ipc_pids || new == old)
		return;
	*field = get_pid(new);
	put_pid(m, old);
}

static void free_ipc(struct model *m, struct k_ipc *ipc)
{
	struct k_ipc old = *ipc;

	link_del(&ipc->of_ns);
	obj_free(m, ipc);
	put_file(m, old.shm_file);
	put_pid(m, old.cprid);
	put_pid(m, old.lprid);
}

void free_ipcs(struct model *m, struct k_ns *ns)
{
	while (ns->ipc.ids.next != &ns->ipc.ids)
		free_ipc(m, link_entry(ns->ipc.ids.next, struct k_ipc, of_ns));
}

static int no_memory(struct model *m, enum model_ipc what)
{
	return trace_refuse(m->trace, -ENOMEM, kinds[what].file, kinds[what].func,
			    "no memory for it");
}

static int new_ipc(struct model *m, struct k_task *me, int key, enum model_ipc what)
{
	struct k_ns *ns = me->nsproxy->ns[SLOT_IPC];
	struct k_ipc *ipc = obj_alloc(m, OBJ_IPC, sizeof(*ipc));
	uint32_t n = n_ipcs(ns, what);
	char buf[64];

	if (!ipc)
		return no_memory(m, what);
	link_init(&ipc->of_ns);
	ipc->ns = ns;
	ipc->what = what;
	ipc->key = key;
	ipc->cuid = me->cred->euid;
	if (what == MODEL_SHM) {
		ipc->shm_file = alloc_file(m, me, FILE_PLAIN);
		if (!ipc->shm_file) {
			obj_free(m, ipc);
			return no_memory(m, what);
		}
		update_pid(m, &ipc->cprid, me);
	}
	trace_step(m->trace, kinds[what].file, kinds[what].func,
		   "a %s of key %d in %s: seen there and nowhere else, and not counted on it",
		   kinds[what].name, key, obj_label(m, ns, buf, sizeof(buf)));
	link_add(&ns->ipc.ids, &ipc->of_ns);
	note_count(m, ns, "ids", n, n + 1);
	return 0;
}

static int ipc_get(struct model *m, struct k_task *me, int key, enum model_ipc what, bool creates)
{
	struct k_ns *ns = me->nsproxy->ns[SLOT_IPC];
	char buf[64];

	if (find_ipc(ns, what, key)) {
		trace_step(m->trace, kinds[what].file, kinds[what].func, "%s has a %s of key %d",
			   obj_label(m, ns, buf, sizeof(buf)), kinds[what].name, key);
		return 0;
	}
	if (creates)
		return new_ipc(m, me, key, what);
	return trace_refuse(m->trace, -ENOENT, kinds[what].file, kinds[what].func,
			    "%s has no %s of key %d", obj_label(m, ns, buf, sizeof(buf)),
			    kinds[what].name, key);
}

int model_ipc_get(struct model *m, pid_t tid, int key, enum model_ipc what, bool creates,
		  struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, ipc_get(m, me, key, what, creates)) : -ESRCH;
}

/* ---- attached segments ---- */

static int shmat(struct model *m, struct k_task *me, int key)
{
	static const char file[] = "ipc/shm.c", func[] = "do_shmat";
	struct k_ns *ns = me->nsproxy->ns[SLOT_IPC];
	struct k_ipc *ipc = find_ipc(ns, MODEL_SHM, key);
	struct k_file *f;
	char buf[64];

	obj_label(m, ns, buf, sizeof(buf));
	if (!ipc)
		return trace_refuse(m->trace, -ENOENT, "ipc/shm.c", "ksys_shmget",
				    "%s has no segment of key %d", buf, key);
	if (ipc->cuid != me->cred->euid && !ns_capable(m, me, ns->user_ns, CAP_IPC_OWNER))
		return trace_refuse(m->trace, -EACCES, "ipc/util.c", "ipcperms",
				    "only its owner may attach it, or CAP_IPC_OWNER in the owner "
				    "of the ipc namespace");
	f = alloc_file(m, me, FILE_SHM);
	if (!f)
		return no_memory(m, MODEL_SHM);
	trace_step(m->trace, file, func,
		   "an open file for this attachment, which counts on %s as long as any memory "
		   "has it mapped",
		   buf);
	f->ns = ns;
	f->ipc = ipc;
	get_ns(m, ns);
	*array_add(&me->mm->shms) = f;
	update_pid(m, &ipc->lprid, me);
	return 0;
}

int model_shmat(struct model *m, pid_t tid, int key, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, shmat(m, me, key)) : -ESRCH;
}

/* shm_close(); put_file() may free the namespace, and the segment with it. */
static void detach(struct model *m, const struct k_task *me, struct k_file *f)
{
	update_pid(m, &f->ipc->lprid, me);
	put_file(m, f);
}

static int shmdt(struct model *m, struct k_task *me, int key)
{
	struct k_mm *mm = me->mm;

	for (uint32_t i = mm->shms.n; i-- > 0;) {
		struct k_file *f = mm->shms.items[i];

		if (f->ipc->key != key)
			continue;
		trace_step(m->trace, "ipc/shm.c", "ksys_shmdt",
			   f->count > 1 ? "unmapped here; the memory of a fork has it still"
					: "unmapped: its open file goes, and what that counted");
		mm->shms.items[i] = mm->shms.items[--mm->shms.n];
		detach(m, me, f);
		return 0;
	}
	return trace_refuse(m->trace, -EINVAL, "ipc/shm.c", "ksys_shmdt",
			    "no segment is attached there");
}

int model_shmdt(struct model *m, pid_t tid, int key, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, shmdt(m, me, key)) : -ESRCH;
}

void copy_shms(struct model *m, struct k_task *me, struct k_mm *new)
{
	for (uint32_t i = 0; i < me->mm->shms.n; i++) {
		struct k_file *f = me->mm->shms.items[i];

		f->count++;
		*array_add(&new->shms) = f;
		update_pid(m, &f->ipc->lprid, me); /* shm_open() */
	}
}

void exit_shms(struct model *m, struct k_task *me, struct k_mm *mm)
{
	for (uint32_t i = 0; i < mm->shms.n; i++)
		detach(m, me, mm->shms.items[i]);
	free(mm->shms.items);
}
