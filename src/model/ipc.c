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

/* Objects are of mode 0600: to read or write one is for the user that made it. */
static int ipcperms(struct model *m, struct k_task *me, const struct k_ipc *ipc)
{
	if (ipc->cuid == me->cred->euid || ns_capable(m, me, ipc->ns->user_ns, CAP_IPC_OWNER))
		return 0;
	return trace_refuse(m->trace, -EACCES, "ipc/util.c", "ipcperms",
			    "it is for the user that made the %s, or for CAP_IPC_OWNER in the "
			    "owner of the ipc namespace",
			    kinds[ipc->what].name);
}

static int ipc_get(struct model *m, struct k_task *me, int key, enum model_ipc what, bool creates)
{
	struct k_ns *ns = me->nsproxy->ns[SLOT_IPC];
	const struct k_ipc *ipc = find_ipc(ns, what, key);
	char buf[64];

	if (ipc) {
		trace_step(m->trace, kinds[what].file, kinds[what].func, "%s has a %s of key %d",
			   obj_label(m, ns, buf, sizeof(buf)), kinds[what].name, key);
		/* ipc_check_perms(): of the mode that is asked for; a mere look has none. */
		return creates ? ipcperms(m, me, ipc) : 0;
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

/* Below all others, as mmap() goes. */
static uint64_t next_address(const struct k_mm *mm)
{
	uint64_t at = 0x7f0000000000;

	for (uint32_t i = 0; i < mm->shms.n; i++)
		if (mm->shms.items[i]->at < at)
			at = mm->shms.items[i]->at;
	return at - 4096;
}

static int shmat(struct model *m, struct k_task *me, int key, uint64_t at)
{
	static const char file[] = "ipc/shm.c", func[] = "do_shmat";
	struct k_ns *ns = me->nsproxy->ns[SLOT_IPC];
	struct k_ipc *ipc = find_ipc(ns, MODEL_SHM, key);
	struct k_file *f;
	char buf[64];
	int err;

	obj_label(m, ns, buf, sizeof(buf));
	if (!ipc)
		return trace_refuse(m->trace, -ENOENT, "ipc/shm.c", "ksys_shmget",
				    "%s has no segment of key %d", buf, key);
	err = ipcperms(m, me, ipc);
	if (err)
		return err;
	f = alloc_file(m, me, FILE_SHM);
	if (!f)
		return no_memory(m, MODEL_SHM);
	trace_step(m->trace, file, func,
		   "an open file for this attachment, which counts on %s as long as any memory "
		   "has it mapped",
		   buf);
	f->ns = ns;
	f->ipc = ipc;
	f->at = at ?: next_address(me->mm);
	get_ns(m, ns);
	*array_add(&me->mm->shms) = f;
	update_pid(m, &ipc->lprid, me);
	return 0;
}

int model_shmat(struct model *m, pid_t tid, int key, uint64_t at, struct trace *t)
{
	struct k_task *me = begin_call(m, tid, t);

	return me ? end_call(m, shmat(m, me, key, at)) : -ESRCH;
}

/* shm_close(); put_file() may free the namespace, and the segment with it. */
static void detach(struct model *m, const struct k_task *me, struct k_file *f)
{
	update_pid(m, &f->ipc->lprid, me);
	put_file(m, f);
}

/* The attachment of that key at the lowest address; NULL: there is none. */
static struct k_file **find_shm(struct k_mm *mm, int key)
{
	struct k_file **lowest = NULL;

	for (uint32_t i = 0; i < mm->shms.n; i++) {
		struct k_file **f = &mm->shms.items[i];

		if ((*f)->ipc->key == key && (!lowest || (*f)->at < (*lowest)->at))
			lowest = f;
	}
	return lowest;
}

static int shmdt(struct model *m, struct k_task *me, int key)
{
	struct k_file **place = find_shm(me->mm, key), *f = place ? *place : NULL;

	if (!f)
		return trace_refuse(m->trace, -EINVAL, "ipc/shm.c", "ksys_shmdt",
				    "no segment is attached there");
	trace_step(m->trace, "ipc/shm.c", "ksys_shmdt",
		   f->count > 1 ? "unmapped here; the memory of a fork has it still"
				: "unmapped: its open file goes, and what that counted");
	*place = me->mm->shms.items[--me->mm->shms.n];
	detach(m, me, f);
	return 0;
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

bool model_shares_shm(const struct model *m, pid_t a, pid_t b)
{
	const struct k_task *p = find_task(m, a), *q = find_task(m, b);

	for (uint32_t i = 0; p && p->mm && q && q->mm && i < p->mm->shms.n; i++)
		for (uint32_t k = 0; k < q->mm->shms.n; k++)
			if (p->mm->shms.items[i]->ipc == q->mm->shms.items[k]->ipc)
				return true;
	return false;
}
