/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks, nsproxies and namespaces from the kernel itself: the real objects and
 * their counts, and the namespaces that no task uses. What it gives needs no
 * reading of /proc any more; what it cannot see the walk through /proc adds.
 *
 * Objects are told apart by their addresses, which end here: rows go further.
 */
#include "kernel_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

_Static_assert((int)K_MNT == NS_MNT && (int)K_NET == NS_NET && (int)K_PID == NS_PID &&
		       (int)K_USER == NS_USER && (int)K_IPC == NS_IPC && (int)K_UTS == NS_UTS &&
		       (int)K_CGROUP == NS_CGROUP && (int)K_TIME == NS_TIME &&
		       (int)K_N_SLOTS == NS_N_SLOTS &&
		       (int)K_PID_FOR_CHILDREN == SLOT_PID_FOR_CHILDREN,
	       "the records number kinds and slots as nskind.h does");

#define PF_KTHREAD    0x00200000
#define NSEC_PER_TICK 10000000 /* USER_HZ is 100 on x86_64 */

struct merge {
	struct probe_env *env;
	struct kernel_scan scan;
	struct addr_map nss;
	struct addr_map nsproxies;
	struct addr_map css_sets;
	uint8_t facts;
};

/* The row of a namespace by its address: none for 0; what was not told is gone. */
static int32_t ns_row(struct merge *m, uint64_t addr)
{
	int32_t row = addr ? addr_entry(&m->nss, addr)->row : IX_NONE;

	return row == IX_OFF ? IX_RACED : row;
}

static void add_ns(struct merge *m, const struct k_ns *k)
{
	struct addr_row *entry = addr_entry(&m->nss, k->addr);
	struct ns *ns;

	/* On its way out of the list, or not yet in it. */
	if (entry->row != IX_OFF || k->refs <= 0 || !k->inum || k->kind >= NS_N_KINDS)
		return;
	entry->row = builder_ns(m->env->b, k->kind, k->inum, NULL);
	*probe_ns_flags(m->env, entry->row) |= NS_DESCRIBED;
	ns = builder_ns_row(m->env->b, entry->row);
	ns->id = k->id;
	ns->refs = k->refs;
	ns->is_listed = m->scan.has_lists;
	if (k->kind == NS_USER) {
		ns->owner_uid = k->owner_uid;
		ns->has_owner_uid = true;
	}
}

static void link_ns(struct merge *m, const struct k_ns *k)
{
	int32_t row = ns_row(m, k->addr);
	struct ns *ns;

	if (row < 0)
		return;
	ns = builder_ns_row(m->env->b, row);
	ns->owner = ns_row(m, k->owner);
	ns->parent = ns_row(m, k->parent);
}

static void add_nsproxy(struct merge *m, const struct k_nsproxy *k)
{
	struct addr_row *entry = addr_entry(&m->nsproxies, k->addr);
	int32_t ns[NS_N_SLOTS];

	if (entry->row != IX_OFF)
		return;
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		ns[slot] = ns_slots[slot].home == HOME_NSPROXY ? ns_row(m, k->ns[slot]) : IX_NONE;
	entry->row = builder_add_nsproxy(m->env->b, k->count, ns);
}

/* Of __state and exit_state. */
enum {
	TASK_UNINTERRUPTIBLE = 0x2,
	EXIT_DEAD = 0x10,
	EXIT_ZOMBIE = 0x20,
	TASK_REPORT = 0x7f,
	TASK_NOLOAD = 0x400
};

/* The letter that ps prints, from the bits of __state and exit_state. */
static char state_letter(uint32_t state)
{
	static const char letters[] = "RSDTtXZP";
	uint32_t shown = state & TASK_REPORT;

	if ((state & (TASK_NOLOAD | TASK_REPORT)) == (TASK_NOLOAD | TASK_UNINTERRUPTIBLE))
		return 'I';
	return letters[shown ? 32 - __builtin_clz(shown) : 0];
}

/* Kernel threads may have longer names than fit into comm; workers have none of their own. */
static struct raw kthread_name(struct merge *m, const struct k_task *k)
{
	char path[32], name[128];
	size_t n = strnlen(k->comm, sizeof(k->comm));

	if (n == sizeof(k->comm) - 1 || !strncmp(k->comm, "kworker/", 8)) {
		snprintf(path, sizeof(path), "%d/comm", k->tid);
		if (probe_read_file(m->env->proc, path, name, sizeof(name)) > 0)
			return snap_str(m->env->b, name, strcspn(name, "\n"));
	}
	return snap_str(m->env->b, k->comm, n);
}

static void set_stat(struct merge *m, struct task *t, const struct k_task *k)
{
	t->ppid = k->ppid;
	t->start = k->start / NSEC_PER_TICK;
	t->state = state_letter(k->state);
	t->is_kthread = k->flags & PF_KTHREAD;
	t->comm = t->is_kthread ? kthread_name(m, k)
				: snap_str(m->env->b, k->comm, strnlen(k->comm, sizeof(k->comm)));
	t->facts |= TASK_STAT;
}

static void set_links(struct merge *m, struct task *t, const struct k_task *k)
{
	int32_t proxy = k->nsproxy ? addr_entry(&m->nsproxies, k->nsproxy)->row : IX_NONE;

	t->nsproxy = proxy == IX_OFF ? IX_RACED : proxy;
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		t->ns[slot] = t->nsproxy;
	if (t->nsproxy >= 0)
		memcpy(t->ns, builder_nsproxy_row(m->env->b, t->nsproxy)->ns, sizeof(t->ns));
	t->ns[SLOT_USER] = ns_row(m, k->user_ns);
	t->ns[SLOT_PID] = ns_row(m, k->pid_ns);
}

static void add_task(struct merge *m, const struct k_task *k)
{
	struct snap_builder *b = m->env->b;
	int32_t row = builder_add_task(b, k->tid, k->tgid);
	struct task *t = builder_task(b, row);
	/* /proc tells another path of a task that has exited than of its living neighbours. */
	bool has_exited = k->state & (EXIT_DEAD | EXIT_ZOMBIE);
	struct addr_row *css = addr_entry(&m->css_sets, k->css_set | has_exited);

	set_links(m, t, k);
	if (m->facts & TASK_STAT)
		set_stat(m, t, k);
	if (m->facts & TASK_UID) {
		t->uid = k->euid;
		t->facts |= TASK_UID;
	}
	if (m->facts & TASK_PIDS)
		builder_set_pids(b, row, k->deep < 0 ? k->pids : m->scan.deep[k->deep].pids,
				 k->n_pids);
	if (css->row == IX_OFF)
		css->row = row;
	*array_add(&m->env->cgroup_like) = css->row;
}

static int tid_order(const void *a, const void *b)
{
	const struct k_task *x = *(const struct k_task *const *)a,
			    *y = *(const struct k_task *const *)b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void merge_scan(struct merge *m)
{
	const struct kernel_scan *scan = &m->scan;
	const struct k_task **order;

	for (uint32_t i = 0; i < scan->n_nss; i++)
		add_ns(m, &scan->nss[i]);
	for (uint32_t i = 0; i < scan->n_nss; i++)
		link_ns(m, &scan->nss[i]);
	for (uint32_t i = 0; i < scan->n_nsproxies; i++)
		add_nsproxy(m, &scan->nsproxies[i]);
	order = xcalloc(scan->n_tasks, sizeof(*order));
	for (uint32_t i = 0; i < scan->n_tasks; i++)
		order[i] = &scan->tasks[i];
	qsort(order, scan->n_tasks, sizeof(*order), tid_order);
	for (uint32_t i = 0; i < scan->n_tasks; i++)
		add_task(m, order[i]);
	free(order);
	m->env->n_from_kernel = scan->n_tasks;
	m->env->has_lists = scan->has_lists;
	probe_seen(m->env, scan->n_tasks);
	if (scan->n_outside)
		probe_gap(m->env, COV_PARTIAL, scan->n_outside,
			  "tasks outside of our own pid namespace");
}

static void wait_for_rcu(void)
{
	nanosleep(&(struct timespec){.tv_nsec = LEDGER_GAP_NSEC}, NULL);
}

static int read_plain(struct merge *m, struct kernel_reader *reader, struct err *e)
{
	int err = kernel_reader_scan(reader, &m->scan, e);

	if (!err)
		merge_scan(m);
	return err;
}

/*
 * Counts, pins, counts again; until all adds up or it is clear that it will not.
 * What was freed is let go by RCU, so a rest may only be late.
 */
static int read_ledger(struct merge *m, struct kernel_reader *reader, struct ledger *l,
		       struct err *e)
{
	struct kernel_pinner *pinner = NULL;
	struct kernel_pins pins;
	int err = kernel_pinner_open(&pinner, e);

	if (err) {
		probe_gap(m->env, COV_PARTIAL, 0, e->msg);
		return read_plain(m, reader, e);
	}
	for (int i = 0; !err && i < LEDGER_TRIES; i++) {
		if (i)
			wait_for_rcu();
		err = kernel_reader_scan(reader, &m->scan, e);
		if (err)
			break;
		ledger_begin(l, &m->scan);
		err = kernel_pinner_read(pinner, &m->scan, &pins, e);
		if (!err)
			err = kernel_reader_scan(reader, &m->scan, e);
		if (err)
			break;
		ledger_count(l, m->env->proc, &m->scan, &pins);
		if (!l->n_bad || i + 1 == LEDGER_TRIES) {
			merge_scan(m);
			ledger_merge(l, m->env, &m->nss, &m->nsproxies);
			break;
		}
	}
	kernel_pinner_close(pinner);
	return err;
}

int kernel_begin(struct probe_env *env)
{
	struct merge m = {.env = env, .facts = env->want->facts | env->want->lead_facts};
	struct kernel_reader *reader = NULL;
	struct ledger l = {0};
	struct err e;
	int err;

	if (env->is_foreign) {
		probe_gap(env, COV_OFF, 0, "/proc is that of another pid namespace than ours");
		return 0;
	}
	err = kernel_reader_open(&reader, &e);
	if (!err)
		err = env->want->has_ledger ? read_ledger(&m, reader, &l, &e)
					    : read_plain(&m, reader, &e);
	if (err)
		probe_gap(env, err == -EPERM ? COV_DENIED : COV_UNSUPPORTED, 0, e.msg);
	ledger_free(&l);
	addr_map_free(&m.nss);
	addr_map_free(&m.nsproxies);
	addr_map_free(&m.css_sets);
	kernel_reader_close(reader);
	return 0;
}
