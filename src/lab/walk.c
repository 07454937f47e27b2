/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk_impl.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>

#define SETTLE_NSEC 5000000000ll /* network namespaces are freed by a queue that may be long */
#define CROWD_STEPS 500		 /* then a new crowd: the old one may have lost all its rights */
#define MAX_PASSED  10000	 /* random steps: then the crowd can do nothing any more */
#define SHRINK_NSEC 60000000000ll

static const struct snap *read_kernel(void *data)
{
	struct walk *w = data;

	snap_unref(w->kernel);
	w->kernel = w->read(w->data, w->e);
	return w->kernel;
}

/* Who is gone in both needs no more looking at. What the lab knows is up to date after it. */
static void forget_gone(struct walk *w)
{
	lab_poll(w->lab);
	for (unsigned i = 0; i < WALK_N_MEMBERS; i++)
		if (w->tasks[i].is_used && !walk_task(w, i))
			w->tasks[i].is_used = false;
}

/* 0: the same; 1: not, the report tells; -errno. What the kernel frees late is waited for. */
static int compare_both(struct walk *w)
{
	int r;

	snap_unref(w->model);
	w->model = model_snap(w->m);
	r = compare_settled(&w->compare, w->model, w->tasks, WALK_N_MEMBERS, w->patience,
			    read_kernel, w);
	if (r < 0)
		return r;
	if (r != COMPARE_SAME)
		return walk_differs(w, "%s", w->compare.text);
	w->report->n_late += w->compare.was_late;
	forget_gone(w);
	return 0;
}

/* ---- whole walks ---- */

/* The init of the crowd, with namespaces of its own of every kind but user. */
static int make_init(struct walk *w, struct err *e)
{
	const struct lab_call c = {
		.kind = LAB_CALL,
		.call = {.kind = CALL_CLONE3, .size = 88, .exit_signal = SIGCHLD}};
	struct lab_call first = c;
	const struct lab_call umount = {.kind = LAB_UMOUNT, .path = "/proc/version"};
	struct lab_result r;
	int err;

	for (int k = 0; k < NS_N_KINDS; k++)
		if (k != NS_USER)
			first.call.flags |= ns_kinds[k].clone_flag;
	err = lab_call(w->lab, LAB_SUPERVISOR, &first, &r, e);
	if (err)
		return err;
	if (r.ret < 0)
		return err_set(e, -r.ret, "make namespaces for the test processes");
	w->ids[0] = r.child;
	/* Nothing is mounted there; but before its first change the lab cuts off the host. */
	return lab_call(w->lab, w->ids[0], &umount, &r, e);
}

/* References on what the init of the crowd has, and nobody else, when all is quiet. */
static const int quiet_refs[NS_N_KINDS] = {
	[NS_MNT] = 1, [NS_NET] = 1,    [NS_PID] = 2,  [NS_IPC] = 1,
	[NS_UTS] = 1, [NS_CGROUP] = 1, [NS_TIME] = 2,
};

static bool is_quiet(const struct snap *s, const struct task *t)
{
	for (int k = 0; k < NS_N_KINDS; k++)
		if (t->ns[k] >= 0 && quiet_refs[k] && s->nss[t->ns[k]].refs != quiet_refs[k])
			return false;
	return true;
}

/* What the making of the namespaces left to be freed must not be taken for theirs. */
static int read_quiet(struct walk *w, pid_t init)
{
	int64_t until = now_nsec() + SETTLE_NSEC;
	int32_t t;

	for (;;) {
		wait_a_moment();
		if (!read_kernel(w))
			return -EIO;
		t = snap_find_task(w->kernel, init);
		if (t < 0)
			return err_set(w->e, 0, "the kernel probe does not see the test processes");
		if (is_quiet(w->kernel, &w->kernel->tasks[t]) || now_nsec() > until)
			return 0;
	}
}

static int begin(struct walk *w)
{
	pid_t tid;
	int err;

	w->lab = lab_open(w->e);
	err = w->lab ? make_init(w, w->e) : -EIO;
	if (err)
		return err;
	tid = lab_task(w->lab, w->ids[0])->tid;
	err = read_quiet(w, tid);
	if (err)
		return err;
	w->m = model_seed(rules_find("current"), w->kernel);
	w->model = model_snap(w->m);
	w->init = tid;
	w->tasks[0] = (struct compare_task){true, tid, tid};
	compare_begin(&w->compare, w->model, w->kernel);
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (slot != SLOT_USER)
			compare_own(&w->compare, ns_slots[slot].kind,
				    lab_task(w->lab, w->ids[0])->slots[slot]);
	return 0;
}

static void finish(struct walk *w)
{
	lab_close(w->lab);
	model_free(w->m);
	snap_unref(w->model);
	snap_unref(w->kernel);
	compare_end(&w->compare);
	*w = (struct walk){.read = w->read,
			   .data = w->data,
			   .report = w->report,
			   .e = w->e,
			   .patience = w->patience};
}

static int step_and_compare(struct walk *w, const struct walk_step *s)
{
	int err = walk_step(w, s);

	return err ? err : compare_both(w);
}

/* The last two steps of a crowd: its init dies, and all go with it; it is waited for. */
static struct walk_step last_step(const struct walk *w, enum walk_op op)
{
	unsigned i = 0;

	while (i + 1 < WALK_N_MEMBERS &&
	       (!w->tasks[i].is_used || lab_task(w->lab, w->ids[i])->tgid != w->init))
		i++;
	return (struct walk_step){.op = op, .who = i, .target = i};
}

static struct walk_step choose(struct walk *w, uint64_t *rng)
{
	uint32_t n_left = CROWD_STEPS - w->report->steps.n;

	if (n_left > 2)
		return walk_random(rng, w);
	return last_step(w, n_left == 2 ? WALK_END : WALK_REAP);
}

/* A step that somebody can make, added to the report. */
static int next_step(struct walk *w, uint64_t *rng)
{
	int err = WALK_PASSED;

	for (int i = 0; err == WALK_PASSED && i < MAX_PASSED; i++) {
		struct walk_step s = choose(w, rng);

		err = walk_step(w, &s);
		if (err != WALK_PASSED)
			*array_add(&w->report->steps) = s;
	}
	return err ? err : compare_both(w);
}

/* 0: no difference; 1: there is one, after *n steps; -errno. */
static int replay(struct walk *w, const struct walk_step *steps, uint32_t *n)
{
	int err = begin(w);
	uint32_t i;

	for (i = 0; !err && i < *n; i++) {
		err = step_and_compare(w, &steps[i]);
		err = err == WALK_PASSED ? 0 : err;
	}
	*n = i;
	finish(w);
	return err;
}

/* The same difference, whatever the numbers in it are this time. */
static bool is_alike(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	for (;; a++, b++) {
		a += strspn(a, digits);
		b += strspn(b, digits);
		if (*a != *b || !*a)
			return *a == *b;
	}
}

/* Leave out ever smaller pieces as long as a difference stays. */
static void shrink(struct walk *w, struct walk_report *r)
{
	int64_t until = now_nsec() + SHRINK_NSEC;
	uint32_t n = r->steps.n, piece = n / 2;
	struct walk_step *try = xcalloc(n, sizeof(*try));
	struct walk_report scratch = {0};

	r->n_shrunk_from = n;
	w->report = &scratch;
	w->patience = SETTLE_NSEC / 5;
	for (; piece; piece /= 2) {
		for (uint32_t at = 0; at + piece <= n && now_nsec() < until;) {
			uint32_t left = n - piece;

			memcpy(try, r->steps.items, at * sizeof(*try));
			memcpy(try + at, r->steps.items + at + piece, (left - at) * sizeof(*try));
			if (replay(w, try, &left) == 1 && is_alike(r->text, scratch.text)) {
				memcpy(r->steps.items, try, left * sizeof(*try));
				n = left;
			} else {
				at += piece;
			}
		}
	}
	r->steps.n = n;
	w->report = r;
	free(try);
}

int walk_run(uint64_t seed, uint32_t n_steps, walk_read *read, void *data, struct walk_report *r,
	     struct err *e)
{
	struct walk w = {.read = read, .data = data, .report = r, .e = e, .patience = SETTLE_NSEC};
	uint64_t rng = seed;
	int err = begin(&w);

	while (!err && r->n_done < n_steps) {
		err = next_step(&w, &rng);
		if (err == 0 || err == 1)
			r->n_done++;
		if (err == WALK_PASSED || (!err && r->steps.n == CROWD_STEPS)) {
			finish(&w);
			r->steps.n = 0;
			err = begin(&w);
		}
	}
	finish(&w);
	if (err == 1)
		shrink(&w, r);
	else
		r->steps.n = 0;
	return err < 0 ? err : 0;
}

void walk_report_free(struct walk_report *r)
{
	free(r->steps.items);
	*r = (struct walk_report){0};
}

const char *const walk_op_names[WALK_N_OPS] = {
	[WALK_CLONE] = "clone",
	[WALK_UNSHARE] = "unshare",
	[WALK_SETNS_FD] = "setns",
	[WALK_SETNS_OWN] = "setns (own descriptor)",
	[WALK_SETNS_PIDFD] = "setns (pidfd)",
	[WALK_EXEC] = "exec",
	[WALK_EXIT] = "exit",
	[WALK_KILL] = "kill",
	[WALK_REAP] = "wait",
	[WALK_OPEN] = "open",
	[WALK_PIDFD] = "pidfd_open",
	[WALK_SOCKET] = "socket",
	[WALK_DUP] = "dup",
	[WALK_CLOSE] = "close",
	[WALK_BIND] = "bind",
	[WALK_UMOUNT] = "umount",
	[WALK_SIGNAL] = "signal",
	[WALK_SETUID] = "setuid",
	[WALK_CHROOT] = "chroot",
	[WALK_SUBREAPER] = "subreaper",
	[WALK_QUOTA] = "quota",
	[WALK_SHMGET] = "shmget",
	[WALK_SHMAT] = "shmat",
	[WALK_SHMDT] = "shmdt",
	[WALK_END] = "the init of the crowd is killed",
};

void walk_print_step(struct strbuf *out, const struct walk_step *s)
{
	strbuf_printf(out, "member %u: ", s->who);
	if (s->op == WALK_CLONE || s->op == WALK_UNSHARE)
		call_print(out, &s->call);
	else
		strbuf_puts(out, walk_op_names[s->op]);
	if (s->op == WALK_CLONE)
		strbuf_printf(out, " makes member %u", s->child);
	if (s->op == WALK_SETNS_FD || s->op == WALK_OPEN)
		strbuf_printf(out, " %s of member %u", ns_slots[s->slot].name, s->target);
	if (s->op == WALK_SETNS_PIDFD || s->op == WALK_REAP || s->op == WALK_PIDFD ||
	    s->op == WALK_SIGNAL)
		strbuf_printf(out, " member %u", s->target);
	if (s->op == WALK_SETNS_OWN || (s->op >= WALK_DUP && s->op <= WALK_BIND))
		strbuf_printf(out, " descriptor %u", s->hold);
	if (s->op == WALK_BIND || s->op == WALK_UMOUNT)
		strbuf_printf(out, " at place %u", s->place);
	if (s->op == WALK_QUOTA)
		strbuf_printf(out, " of %s", ns_kinds[ns_slots[s->slot].kind].name);
	if (s->op >= WALK_SIGNAL && s->op <= WALK_SHMDT && s->op != WALK_CHROOT)
		strbuf_printf(out, " %u", s->number);
	if (s->op == WALK_SHMGET && s->hold)
		strbuf_puts(out, ", IPC_CREAT");
	if (s->op >= WALK_SETNS_FD && s->op <= WALK_SETNS_PIDFD && s->call.flags) {
		strbuf_puts(out, ", ");
		call_print_flags(out, s->call.flags);
	}
	if (s->call.flags & CLONE_NEWUSER && s->has_map)
		strbuf_puts(out, ", root mapped");
	strbuf_puts(out, "\n");
}
