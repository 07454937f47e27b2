/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static enum compare_result tell(struct compare *c, enum compare_result r, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* The first difference is kept, unless it may only be late and this one is not. */
static enum compare_result tell(struct compare *c, enum compare_result r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
	return r;
}

static struct compare_ns *add_pair(struct compare *c, const struct ns *model,
				   const struct ns *kernel, bool is_old)
{
	struct compare_ns *p = array_add(&c->nss);

	*p = (struct compare_ns){.kind = model->kind,
				 .is_old = is_old,
				 .model_inum = model->inum,
				 .kernel_inum = kernel->inum,
				 .kernel_id = kernel->id};
	return p;
}

void compare_begin(struct compare *c, const struct snap *model, const struct snap *kernel)
{
	for (uint32_t i = 0; i < model->n_nss; i++) {
		int32_t k = snap_find_ns(kernel, model->nss[i].kind, model->nss[i].inum);

		if (k >= 0)
			add_pair(c, &model->nss[i], &kernel->nss[k], true);
	}
	if (kernel->n_tasks) {
		int32_t m = snap_find_task(model, kernel->tasks[0].tid);

		c->n_hidden = m >= 0 ? model->tasks[m].n_pids - kernel->tasks[0].n_pids : 0;
	}
}

void compare_own(struct compare *c, enum ns_kind kind, uint32_t kernel_inum)
{
	for (uint32_t i = 0; i < c->nss.n; i++)
		if (c->nss.items[i].kind == kind && c->nss.items[i].kernel_inum == kernel_inum)
			c->nss.items[i].is_old = false;
}

void compare_end(struct compare *c)
{
	free(c->nss.items);
	*c = (struct compare){0};
}

static bool is_kernel_ns(const struct compare_ns *p, const struct ns *ns)
{
	return p->kind == ns->kind && p->kernel_inum == ns->inum &&
	       (!ns->id || p->kernel_id == ns->id);
}

/* Numbers of the model are never used again; those of the kernel are, with another id. */
static bool is_pair(struct compare *c, const struct ns *model, const struct ns *kernel)
{
	for (uint32_t i = c->nss.n; i-- > 0;) {
		struct compare_ns *p = &c->nss.items[i];
		bool is_model = p->kind == model->kind && p->model_inum == model->inum;

		if (is_model || is_kernel_ns(p, kernel))
			return is_model && is_kernel_ns(p, kernel);
	}
	add_pair(c, model, kernel, false);
	return true;
}

static enum compare_result compare_slots(struct compare *c, const struct snap *model,
					 const struct snap *kernel, const struct task *m,
					 const struct task *k)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++) {
		int32_t a = m->ns[slot], b = k->ns[slot];

		if (a < 0 && b < 0)
			continue;
		/* The file system has no link for it before the first process. */
		if (c->is_sharing_only && slot == SLOT_PID_FOR_CHILDREN && b == IX_NONE)
			continue;
		if (a < 0 || b < 0) /* who was killed has them until it notices */
			return tell(c, a < 0 ? COMPARE_LATE : COMPARE_DIFFERS,
				    "%s of task %d: %s in the model only", ns_slots[slot].name,
				    k->tid, a < 0 ? "none" : "some");
		if (!is_pair(c, &model->nss[a], &kernel->nss[b]))
			return tell(
				c, COMPARE_DIFFERS,
				"%s of task %d: %u in the kernel is not what %u is in the model",
				ns_slots[slot].name, k->tid, kernel->nss[b].inum,
				model->nss[a].inum);
	}
	return COMPARE_SAME;
}

/* Numbers of processes agree from the laboratory's own pid namespace on. */
static enum compare_result compare_pids(struct compare *c, const struct task *m,
					const struct task *k)
{
	if (m->n_pids != k->n_pids + c->n_hidden)
		return tell(c, COMPARE_DIFFERS, "task %d: %u levels of pids, %u in the model",
			    k->tid, k->n_pids, m->n_pids - c->n_hidden);
	for (unsigned i = 1; i < k->n_pids; i++)
		if (m->pids[i + c->n_hidden] != k->pids[i])
			return tell(c, COMPARE_DIFFERS,
				    "task %d: pid %d at level %u, %d in the model", k->tid,
				    k->pids[i], i, m->pids[i + c->n_hidden]);
	return COMPARE_SAME;
}

/* The same tasks share an nsproxy in both. */
static enum compare_result compare_proxy(struct compare *c, const struct snap *kernel,
					 const struct task *m, const struct task *k)
{
	struct compare_proxy *p;

	if (m->nsproxy < 0 && k->nsproxy < 0)
		return COMPARE_SAME;
	if (m->nsproxy < 0 || k->nsproxy < 0)
		return tell(c, COMPARE_DIFFERS, "task %d has an nsproxy in one of the two", k->tid);
	p = &c->proxies[m->nsproxy];
	if (!p->row) {
		for (uint32_t i = 0; i < kernel->n_nsproxies; i++)
			if (c->proxies[i].row == (uint32_t)k->nsproxy + 1)
				return tell(c, COMPARE_DIFFERS,
					    "task %d shares its nsproxy in the kernel only",
					    k->tid);
		p->row = k->nsproxy + 1;
	}
	p->n_members++;
	if (p->row != (uint32_t)k->nsproxy + 1)
		return tell(c, COMPARE_DIFFERS, "task %d shares its nsproxy in the model only",
			    k->tid);
	return COMPARE_SAME;
}

static enum compare_result compare_task(struct compare *c, const struct snap *model,
					const struct snap *kernel, const struct compare_task *t,
					unsigned number)
{
	int32_t m = snap_find_task(model, t->model_tid), k = snap_find_task(kernel, t->kernel_tid);
	enum compare_result r;

	if (m < 0 && k < 0)
		return COMPARE_SAME;
	if (m < 0 || k < 0)
		return tell(c, m < 0 ? COMPARE_LATE : COMPARE_DIFFERS,
			    "task %d, member %u, lives in the %s only", t->kernel_tid, number,
			    m < 0 ? "kernel" : "model");
	if (model->tasks[m].state == 'Z' && kernel->tasks[k].facts & TASK_STAT &&
	    !strchr("ZX", kernel->tasks[k].state))
		return tell(c, COMPARE_LATE, "task %d has not ended yet", t->kernel_tid);
	r = compare_slots(c, model, kernel, &model->tasks[m], &kernel->tasks[k]);
	if (!r)
		r = compare_pids(c, &model->tasks[m], &kernel->tasks[k]);
	if (!r && !c->is_sharing_only)
		r = compare_proxy(c, kernel, &model->tasks[m], &kernel->tasks[k]);
	return r;
}

/* nsproxy.count, of those that only members use. */
static enum compare_result compare_proxy_counts(struct compare *c, const struct snap *model,
						const struct snap *kernel)
{
	for (uint32_t i = 0; i < model->n_nsproxies; i++) {
		const struct nsproxy *m = &model->nsproxies[i], *k;

		if (!c->proxies[i].row)
			continue;
		k = &kernel->nsproxies[c->proxies[i].row - 1];
		if (m->n_tasks != c->proxies[i].n_members || k->n_tasks != m->n_tasks)
			continue; /* others use it */
		if (m->count != k->count)
			return tell(c, m->count < k->count ? COMPARE_LATE : COMPARE_DIFFERS,
				    "nsproxy of task %d: count %d, %d in the model",
				    kernel->tasks[k->first_task].tid, k->count, m->count);
	}
	return COMPARE_SAME;
}

static enum compare_result compare_ns_count(struct compare *c, const struct snap *model,
					    const struct snap *kernel, const struct compare_ns *p)
{
	int32_t m = snap_find_ns(model, p->kind, p->model_inum);
	int32_t k = snap_find_ns(kernel, p->kind, p->kernel_inum);
	int refs_m = m >= 0 ? model->nss[m].refs : 0, refs_k;

	if (k >= 0 && !is_kernel_ns(p, &kernel->nss[k]))
		k = -1;
	refs_k = k >= 0 ? kernel->nss[k].refs : 0;
	if (refs_m == refs_k)
		return COMPARE_SAME;
	return tell(
		c, refs_k > refs_m ? COMPARE_LATE : COMPARE_DIFFERS,
		"%s:[%u]: count %d, %d in the model; of tasks %u and %u, of nsproxies %u and %u",
		ns_kinds[p->kind].name, p->kernel_inum, refs_k, refs_m,
		k >= 0 ? kernel->nss[k].n_threads : 0, m >= 0 ? model->nss[m].n_threads : 0,
		k >= 0 ? kernel->nss[k].n_proxy_refs : 0, m >= 0 ? model->nss[m].n_proxy_refs : 0);
}

static enum compare_result compare_counts(struct compare *c, const struct snap *model,
					  const struct snap *kernel)
{
	enum compare_result worst = compare_proxy_counts(c, model, kernel);

	for (uint32_t i = 0; i < c->nss.n && worst != COMPARE_DIFFERS; i++) {
		enum compare_result r;

		if (c->nss.items[i].is_old)
			continue;
		r = compare_ns_count(c, model, kernel, &c->nss.items[i]);
		worst = r > worst ? r : worst;
	}
	return worst;
}

/* What is gone in both needs no more looking at: the list stays as long as what lives. */
static void forget_dead(struct compare *c, const struct snap *model)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->nss.n; i++) {
		const struct compare_ns *p = &c->nss.items[i];

		if (p->is_old || snap_find_ns(model, p->kind, p->model_inum) >= 0)
			c->nss.items[n++] = *p;
	}
	c->nss.n = n;
}

enum compare_result compare_snaps(struct compare *c, const struct snap *model,
				  const struct snap *kernel, const struct compare_task *tasks,
				  unsigned n_tasks)
{
	uint32_t n =
		model->n_nsproxies > kernel->n_nsproxies ? model->n_nsproxies : kernel->n_nsproxies;
	enum compare_result r = COMPARE_SAME;

	c->proxies = xcalloc(n + 1, sizeof(*c->proxies));
	for (unsigned i = 0; i < n_tasks && !r; i++)
		if (tasks[i].is_used)
			r = compare_task(c, model, kernel, &tasks[i], i);
	if (!r && !c->is_sharing_only)
		r = compare_counts(c, model, kernel);
	if (!r)
		forget_dead(c, model);
	free(c->proxies);
	c->proxies = NULL;
	return r;
}

int64_t now_nsec(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* Credentials and struct pids are freed after an RCU grace period, some after two. */
void wait_a_moment(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

int compare_settled(struct compare *c, const struct snap *model, const struct compare_task *tasks,
		    unsigned n_tasks, int64_t patience, const struct snap *(*read)(void *data),
		    void *data)
{
	int64_t until = now_nsec() + patience;

	for (c->was_late = false;; c->was_late = true) {
		const struct snap *kernel = read(data);
		enum compare_result r;

		if (!kernel)
			return -EIO;
		r = compare_snaps(c, model, kernel, tasks, n_tasks);
		if (r == COMPARE_SAME)
			*c->text = '\0';
		if (r != COMPARE_LATE || now_nsec() > until)
			return r;
		wait_a_moment();
	}
}
