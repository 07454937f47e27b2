/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Process numbers, after kernel/pid.c: a struct pid has one number in its own
 * namespace and one in every ancestor, and one reference on the deepest only.
 */
#include "kernel.h"

static const char file[] = "kernel/pid.c";

static uint32_t hash_nr(const struct model *m, int nr, const struct k_ns *ns)
{
	uint64_t key = (uint64_t)ns->obj.id << 32 | (uint32_t)nr;

	return (key * 0x9e3779b97f4a7c15ull >> 32) & (m->pid_hash_size - 1);
}

static void grow_hash(struct model *m)
{
	struct k_upid **old = m->pid_hash, *u, *next;
	uint32_t n = m->pid_hash_size;

	m->pid_hash_size = n ? n * 2 : 64;
	m->pid_hash = xcalloc(m->pid_hash_size, sizeof(*m->pid_hash));
	for (uint32_t i = 0; i < n; i++) {
		for (u = old[i]; u; u = next) {
			uint32_t h = hash_nr(m, u->nr, u->ns);

			next = u->next;
			u->next = m->pid_hash[h];
			m->pid_hash[h] = u;
		}
	}
	free(old);
}

static void hash_upid(struct model *m, struct k_upid *u)
{
	uint32_t h;

	if (m->n_upids >= m->pid_hash_size)
		grow_hash(m);
	h = hash_nr(m, u->nr, u->ns);
	u->next = m->pid_hash[h];
	m->pid_hash[h] = u;
	m->n_upids++;
}

static void unhash_upid(struct model *m, struct k_upid *u)
{
	struct k_upid **p = &m->pid_hash[hash_nr(m, u->nr, u->ns)];

	while (*p != u)
		p = &(*p)->next;
	*p = u->next;
	m->n_upids--;
}

struct k_pid *find_pid_ns(const struct model *m, int nr, const struct k_ns *ns)
{
	if (!m->pid_hash_size)
		return NULL;
	for (struct k_upid *u = m->pid_hash[hash_nr(m, nr, ns)]; u; u = u->next)
		if (u->nr == nr && u->ns == ns)
			return u->pid;
	return NULL;
}

struct k_task *find_task(const struct model *m, pid_t tid)
{
	struct k_pid *pid = find_pid_ns(m, tid, m->init_ns[NS_PID]);

	return pid ? pid->task : NULL;
}

struct k_ns *task_active_pid_ns(const struct k_task *p)
{
	return p->thread_pid ? p->thread_pid->numbers[p->thread_pid->level].ns : NULL;
}

pid_t task_pid_nr(const struct k_task *p)
{
	return p->thread_pid ? p->thread_pid->numbers[0].nr : 0;
}

bool is_child_reaper(const struct k_pid *pid)
{
	return pid->numbers[pid->level].nr == 1;
}

bool is_pid_visible(const struct k_pid *pid, const struct k_ns *ns)
{
	return pid->level >= ns->level && pid->numbers[ns->level].ns == ns;
}

/* Cyclic: from the last one on; after the end from RESERVED_PIDS. 0: none is free. */
static int next_nr(const struct model *m, struct k_ns *ns)
{
	int nr = ns->pid.last_pid;

	for (int tries = 0; tries < m->pid_max; tries++) {
		nr = nr + 1 >= m->pid_max ? RESERVED_PIDS : nr + 1;
		if (!find_pid_ns(m, nr, ns))
			return nr;
	}
	return 0;
}

/* A number that clone3() asks for: 0 or -errno. */
static int check_set_tid(struct model *m, struct k_task *me, const struct k_ns *ns, int nr)
{
	char buf[64];

	if (nr < 1 || nr >= m->pid_max)
		return trace_refuse(m->trace, -EINVAL, file, "alloc_pid",
				    "set_tid %d is not between 1 and pid_max", nr);
	if (nr != 1 && !ns->pid.had_reaper && !ns->is_initial) {
		trace_advise(m->trace, "the first process of a pid namespace must be 1");
		return trace_refuse(m->trace, -EINVAL, file, "alloc_pid",
				    "set_tid %d in %s, which has no init yet", nr,
				    obj_label(m, ns, buf, sizeof(buf)));
	}
	if (!ns_capable(m, me, ns->user_ns, CAP_SYS_ADMIN) &&
	    !ns_capable(m, me, ns->user_ns, CAP_CHECKPOINT_RESTORE))
		return trace_refuse(m->trace, -EPERM, file, "alloc_pid",
				    "set_tid needs CAP_CHECKPOINT_RESTORE in the owner of %s",
				    obj_label(m, ns, buf, sizeof(buf)));
	if (find_pid_ns(m, nr, ns))
		return trace_refuse(m->trace, -EEXIST, file, "alloc_pid", "%d is taken in %s", nr,
				    obj_label(m, ns, buf, sizeof(buf)));
	return 0;
}

static int choose_numbers(struct model *m, struct k_pid *pid, struct k_ns *ns,
			  const int32_t *set_tid, uint32_t n_tids, struct k_task *me)
{
	for (int i = ns->level; i >= 0; i--, ns = ns->parent) {
		struct k_upid *u = &pid->numbers[i];
		int err = 0;

		u->ns = ns;
		u->pid = pid;
		if (n_tids) {
			err = check_set_tid(m, me, ns, *set_tid);
			u->nr = *set_tid++;
			n_tids--;
		} else {
			u->nr = next_nr(m, ns);
			ns->pid.last_pid = u->nr ? u->nr : ns->pid.last_pid;
			if (!u->nr)
				err = trace_refuse(m->trace, -EAGAIN, file, "alloc_pid",
						   "every number up to pid_max is taken");
		}
		if (err)
			return err;
	}
	return 0;
}

void hash_pid(struct model *m, struct k_pid *pid)
{
	for (int i = pid->level; i >= 0; i--) {
		if (!pid->numbers[i].nr) /* seeded, and not visible there */
			continue;
		hash_upid(m, &pid->numbers[i]);
		pid->numbers[i].ns->pid.n_hashed++;
	}
	pid->is_hashed = true;
}

static int refuse_dead_ns(struct model *m, const struct k_ns *ns, const char *func)
{
	char buf[64];

	trace_advise(m->trace, "a pid namespace whose init has died takes no more processes: make "
			       "another one, and keep its init alive");
	return trace_refuse(m->trace, -ENOMEM, file, func, "the init of %s has died",
			    obj_label(m, ns, buf, sizeof(buf)));
}

struct k_pid *alloc_pid(struct model *m, struct k_ns *ns, const int32_t *set_tid, uint32_t n_tids,
			struct k_task *me, int *err)
{
	struct k_pid *pid;

	if (n_tids > (uint32_t)ns->level + 1) {
		*err = trace_refuse(m->trace, -EINVAL, file, "alloc_pid",
				    "set_tid has %u numbers for %d levels", n_tids, ns->level + 1);
		return NULL;
	}
	if (!(me->known & FACT_PIDC) && !ns->is_initial && !ns->pid.child_reaper)
		trace_doubt(
			m->trace, FACT_PIDC,
			"whether the init of its pid_for_children has died is not known: ENOMEM "
			"if it has");
	trace_step(
		m->trace, file, "alloc_pid",
		"a number in each of %d pid namespaces, for pid_ns_for_children and all above it",
		ns->level + 1);
	pid = obj_alloc(m, OBJ_PID, sizeof(*pid) + (ns->level + 1) * sizeof(pid->numbers[0]));
	if (!pid) {
		*err = trace_refuse(m->trace, -ENOMEM, file, "alloc_pid", "no memory for it");
		return NULL;
	}
	pid->level = ns->level;
	pid->count = 1;
	*err = choose_numbers(m, pid, ns, set_tid, n_tids, me);
	if (!*err && !ns->pid.is_adding)
		*err = refuse_dead_ns(m, ns, "alloc_pid");
	if (*err) {
		if (!ns->pid.n_hashed && ns->pid.is_adding) /* its first one may try again */
			ns->pid.last_pid = 0;
		obj_free(m, pid);
		return NULL;
	}
	get_ns(m, ns);
	hash_pid(m, pid);
	for (int i = 0; i <= pid->level; i++)
		note_count(m, pid, "number", 0, pid->numbers[i].nr);
	return pid;
}

struct k_pid *get_pid(struct k_pid *pid)
{
	pid->count++;
	return pid;
}

void put_pid(struct model *m, struct k_pid *pid)
{
	struct k_ns *ns = pid ? pid->numbers[pid->level].ns : NULL;

	if (!pid || --pid->count)
		return;
	obj_free(m, pid);
	put_ns(m, ns);
}

void free_pid(struct model *m, struct k_pid *pid)
{
	for (int i = 0; i <= pid->level; i++) {
		struct k_ns *ns = pid->numbers[i].ns;

		if (!pid->numbers[i].nr)
			continue;
		unhash_upid(m, &pid->numbers[i]);
		/* The first process failed late: the namespace dies before it had an init. */
		if (!--ns->pid.n_hashed && ns->pid.is_adding && !ns->pid.child_reaper)
			ns->pid.is_adding = false;
	}
	pid->is_hashed = false;
	put_pid(m, pid);
}

void attach_pid(struct model *m, struct k_task *p, enum pid_type type, struct k_pid *pid)
{
	(void)m;
	pid->n_tasks[type]++;
	if (type == PIDTYPE_PID) {
		pid->task = p;
		p->thread_pid = pid;
	} else {
		p->signal->pids[type] = pid;
	}
}

void detach_pid(struct model *m, struct k_task *p, enum pid_type type)
{
	struct k_pid **field = type == PIDTYPE_PID ? &p->thread_pid : &p->signal->pids[type];
	struct k_pid *pid = *field;

	if (!pid)
		return;
	*field = NULL;
	pid->n_tasks[type]--;
	if (type == PIDTYPE_PID)
		pid->task = NULL;
	for (int t = 0; t < PIDTYPE_N; t++)
		if (pid->n_tasks[t])
			return;
	if (pid->is_hashed)
		free_pid(m, pid);
}

void disable_pid_allocation(struct model *m, struct k_ns *ns)
{
	trace_step(m->trace, file, "disable_pid_allocation",
		   "the init has died: from now on forks into this namespace give ENOMEM");
	ns->pid.is_adding = false;
	note_count(m, ns, "PIDNS_ADDING", 1, 0);
}
