/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks, nsproxies and namespaces from the kernel itself: the real objects and
 * their counts, and the namespaces that no task uses. What it gives needs no
 * reading of /proc any more; what it cannot see the walk through /proc adds.
 *
 * Objects are told apart by their addresses, which end here: rows go further.
 */
#include "kernel_btf.h"
#include "kernel_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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
	t->start = k->start / NSEC_PER_TICK; /* whatever is wanted of it: it tells tasks apart */
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

/* By tid, which has 22 bits (PID_MAX_LIMIT): two passes of counting, from the lower half on. */
static const struct k_task **order_by_tid(const struct kernel_scan *scan)
{
	enum { HALF = 11 };
	uint32_t n = scan->n_tasks;
	const struct k_task **order = xcalloc(n, sizeof(*order)),
			    **next = xcalloc(n, sizeof(*next));

	for (uint32_t i = 0; i < n; i++)
		order[i] = &scan->tasks[i];
	for (int shift = 0; shift < 2 * HALF; shift += HALF) {
		uint32_t starts[(1 << HALF) + 1] = {0};
		const struct k_task **swap = order;

		for (uint32_t i = 0; i < n; i++)
			starts[(order[i]->tid >> shift & ((1 << HALF) - 1)) + 1]++;
		for (int i = 0; i < 1 << HALF; i++)
			starts[i + 1] += starts[i];
		for (uint32_t i = 0; i < n; i++)
			next[starts[order[i]->tid >> shift & ((1 << HALF) - 1)]++] = order[i];
		order = next;
		next = swap;
	}
	free(next);
	return order;
}

/*
 * Where namespaces are mounted: binds.c finds out the paths, and this spares it all
 * the mount namespaces in which there are none.
 */
static void note_binds(struct merge *m)
{
	for (uint32_t i = 0; i < m->scan.n_nss; i++) {
		int32_t row = addr_find(&m->nss, m->scan.nss[i].addr);

		if (row >= 0 && m->scan.nss[i].kind == K_MNT)
			*probe_ns_flags(m->env, row) |= NS_NO_BINDS;
	}
	for (uint32_t i = 0; i < m->scan.n_binds; i++) {
		int32_t row = addr_find(&m->nss, m->scan.binds[i].ns);
		int32_t mnt = addr_find(&m->nss, m->scan.binds[i].mnt_ns);

		if (row < 0 || mnt < 0)
			continue;
		*probe_ns_flags(m->env, row) |= NS_IS_BOUND;
		*probe_ns_flags(m->env, mnt) &= ~NS_NO_BINDS;
	}
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
	order = order_by_tid(scan);
	builder_expect_tasks(m->env->b, scan->n_tasks + scan->n_tasks / 16 + 64);
	for (uint32_t i = 0; i < scan->n_tasks; i++)
		add_task(m, order[i]);
	free(order);
	if (scan->has_lists && scan->has_binds)
		note_binds(m);
	m->env->n_from_kernel = scan->n_tasks;
	m->env->has_lists = scan->has_lists;
	m->env->n_hidden = scan->n_threads > scan->n_tasks ? scan->n_threads - scan->n_tasks : 0;
	if (!scan->n_threads || scan->level) /* then the number is of others too */
		m->env->n_hidden = UINT32_MAX;
	probe_seen(m->env, scan->n_tasks);
	if (scan->n_outside)
		probe_gap(m->env, COV_PARTIAL, scan->n_outside,
			  "tasks outside of our own pid namespace");
	if (scan->is_called)
		probe_gap(m->env, COV_OK, 0, kernel_called);
	kernel_tell_cut(m->env, scan->n_cut);
}

const char kernel_called[] = "called for each task, as before Linux 6.7: takes more time";

void kernel_tell_cut(struct probe_env *env, uint32_t n)
{
	if (n)
		probe_gap(env, COV_PARTIAL, n,
			  "lists longer than a program may walk before Linux 6.7");
}

/* Twice: what the first grace period lets go may put off the next thing to a second one. */
static void wait_for_rcu(void)
{
	for (int i = 0; i < 2; i++)
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	nanosleep(&(struct timespec){.tv_nsec = LEDGER_GAP_NSEC}, NULL);
}

/* Loaded programs; kept between readings when the caller wants that. */
struct probe_keep {
	struct btf_view types; /* for as long as a reading takes */
	struct kernel_reader *reader;
	struct kernel_pinner *pinner;
	struct kernel_quotas *quotas;
};

void probe_keep_free(struct probe_keep *keep)
{
	if (!keep)
		return;
	kernel_reader_close(keep->reader);
	kernel_pinner_close(keep->pinner);
	kernel_quotas_close(keep->quotas);
	btf_view_free(&keep->types);
	free(keep);
}

/* A namespace that no task shows and that is mounted nowhere: an open file may be what keeps it. */
static bool needs_files(const struct merge *m)
{
	bool *is_used = xcalloc(builder_n_nss(m->env->b), sizeof(*is_used));
	bool needs = false;

	for (uint32_t i = 0; i < m->scan.n_tasks; i++) {
		const struct task *t = builder_task(m->env->b, i);

		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			if (t->ns[slot] >= 0)
				is_used[t->ns[slot]] = true;
	}
	for (uint32_t i = 0; i < m->scan.n_nss && !needs; i++) {
		const struct k_ns *ns = &m->scan.nss[i];
		int32_t row = addr_entry((struct addr_map *)&m->nss, ns->addr)->row;

		needs = row >= 0 && !is_used[row] && (ns->stashed || ns->kind == K_NET) &&
			!(*probe_ns_flags(m->env, row) & NS_IS_BOUND);
	}
	free(is_used);
	return needs;
}

static int read_files(struct merge *m, struct probe_keep *keep, struct err *e)
{
	struct kernel_pins pins;
	int err = kernel_pinner_open(&keep->pinner, &keep->types, PINS_FILES, e);

	if (!err)
		err = kernel_pinner_read(keep->pinner, PINS_FILES, NULL, &pins, e);
	if (!err)
		ledger_merge_files(m->env, &pins, &m->nss);
	return err;
}

static bool has_nsfs(const struct kernel_scan *scan)
{
	for (uint32_t i = 0; i < scan->n_nss; i++)
		if (scan->nss[i].stashed)
			return true;
	return false;
}

static int read_plain(struct merge *m, struct probe_keep *keep, struct err *e)
{
	int err = kernel_reader_scan(keep->reader, &m->scan, e);

	if (err)
		return err;
	merge_scan(m);
	m->env->has_no_nsfs = m->scan.has_lists && !has_nsfs(&m->scan);
	/* Before the kernel lists its namespaces, files are where the unknown ones are. */
	if (!m->scan.has_lists || (m->env->want->skip & BIT(PROBE_FDS)))
		return 0;
	m->env->has_files = !needs_files(m) || !read_files(m, keep, e);
	return 0;
}

/* Where the kernel has no lists: the namespaces that only an open file or a mount leads to. */
static void ask_for_pinned(struct kernel_reader *r, const struct kernel_scan *scan,
			   const struct kernel_pins *pins)
{
	struct addr_map seen = {0};

	for (uint32_t i = 0; i < scan->n_nss; i++)
		addr_entry(&seen, scan->nss[i].addr)->row = 0;
	for (uint32_t i = 0; i < pins->n_holds; i++) {
		struct addr_row *entry = addr_entry(&seen, pins->holds[i].ns);

		if (entry->row == IX_OFF)
			kernel_reader_also(r, entry->addr);
		entry->row = 0;
	}
	addr_map_free(&seen);
}

/* What may count on namespaces and was not seen. */
static void tell_gaps(struct merge *m, const struct kernel_pins *pins)
{
	kernel_tell_cut(m->env, pins->n_cut);
	if (!m->scan.is_explored)
		probe_gap(m->env, COV_PARTIAL, 0,
			  "what else counts on user and pid namespaces before Linux 6.18");
	if (pins->n_opaque)
		probe_gap(m->env, COV_PARTIAL, pins->n_opaque,
			  "file systems of a module (fuse, overlay), which may count on user and "
			  "pid namespaces");
	if (!pins->has_maps)
		probe_gap(m->env, COV_PARTIAL, 0, "mapped files, before Linux 5.12");
}

/*
 * Counts, pins, counts again; until all adds up or it is clear that it will not.
 * What was freed is let go by RCU, so a rest may only be late.
 */
static int read_ledger(struct merge *m, struct probe_keep *keep, struct ledger *l, struct err *e)
{
	struct kernel_pins pins;
	int err = kernel_pinner_open(&keep->pinner, &keep->types, PINS_ALL, e);

	if (err) {
		probe_gap(m->env, COV_PARTIAL, 0, e->msg);
		return read_plain(m, keep, e);
	}
	for (int i = 0; !err && i < LEDGER_TRIES; i++) {
		if (i)
			wait_for_rcu();
		err = kernel_reader_scan(keep->reader, &m->scan, e);
		if (err)
			break;
		ledger_begin(l, &m->scan);
		err = kernel_pinner_read(keep->pinner, PINS_ALL, &m->scan, &pins, e);
		if (!err && !m->scan.has_lists)
			ask_for_pinned(keep->reader, &m->scan, &pins);
		if (!err)
			err = kernel_reader_scan(keep->reader, &m->scan, e);
		if (err)
			break;
		ledger_count(l, m->env->proc, &m->scan, &pins);
		if (!l->n_bad || i + 1 == LEDGER_TRIES) {
			merge_scan(m);
			ledger_merge(l, m->env, &m->nss, &m->nsproxies);
			tell_gaps(m, &pins);
			m->env->has_files = true;
			break;
		}
	}
	return err;
}

static void read_quotas(struct merge *m, struct probe_keep *keep)
{
	const struct probe_want *want = m->env->want;
	struct err e;

	if (!(want->facts & NS_QUOTA) || want->skip & BIT(PROBE_QUOTA))
		return;
	if (kernel_quotas_merge(&keep->quotas, &keep->types, m->env, &m->scan, &m->nss, &e)) {
		m->env->kernel_state = COV_PARTIAL;
		probe_gap(m->env, COV_PARTIAL, 0, e.msg);
	}
}

int kernel_begin(struct probe_env *env)
{
	struct merge m = {.env = env, .facts = env->want->facts | env->want->lead_facts};
	struct probe_keep **kept = env->want->keep, *keep;
	struct ledger l = {0};
	struct err e;
	int err;

	if (env->is_foreign) {
		probe_gap(env, COV_OFF, 0, "/proc is that of another pid namespace than ours");
		return 0;
	}
	keep = env->keep = kept && *kept ? *kept : xcalloc(1, sizeof(*keep));
	err = keep->reader ? 0 : kernel_reader_open(&keep->reader, &keep->types, &e);
	if (!err)
		kernel_reader_also(keep->reader, 0);
	if (!err)
		err = env->want->has_ledger ? read_ledger(&m, keep, &l, &e)
					    : read_plain(&m, keep, &e);
	env->kernel_state = !err ? COV_OK : err == -EPERM ? COV_DENIED : COV_UNSUPPORTED;
	if (err)
		probe_gap(env, env->kernel_state, 0, e.msg);
	else
		read_quotas(&m, keep);
	ledger_free(&l);
	addr_map_free(&m.nss);
	addr_map_free(&m.nsproxies);
	addr_map_free(&m.css_sets);
	btf_view_free(&keep->types);
	if (kept)
		*kept = keep;
	return 0;
}

bool *kernel_same(struct probe_env *env)
{
	bool *same = xcalloc(env->n_from_kernel, sizeof(*same));
	struct kernel_scan scan;
	struct err e;

	if (kernel_reader_scan(env->keep->reader, &scan, &e)) {
		free(same);
		return NULL;
	}
	for (uint32_t i = 0; i < scan.n_tasks; i++) {
		int32_t row = probe_find_from_kernel(env, scan.tasks[i].tid);

		if (row >= 0)
			same[row] = builder_task(env->b, row)->start ==
				    scan.tasks[i].start / NSEC_PER_TICK;
	}
	return same;
}

int kernel_reader_build(struct kernel_reader *r, struct snap_builder *b, struct err *e)
{
	static const struct probe_want want = {.facts = TASK_STAT | TASK_UID | TASK_PIDS};
	/* No /proc: the long names of kernel threads are left as the kernel has them. */
	struct probe_env env = {.b = b, .want = &want, .probe = &probes[PROBE_KERNEL], .proc = -1};
	struct merge m = {.env = &env, .facts = want.facts};
	int err = kernel_reader_scan(r, &m.scan, e);

	if (!err)
		merge_scan(&m);
	addr_map_free(&m.nss);
	addr_map_free(&m.nsproxies);
	addr_map_free(&m.css_sets);
	free(env.ns_flags.items);
	free(env.cgroup_like.items);
	return err;
}
