/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would free a namespace, as commands in the order in which they work: mounts
 * while there still is a process to reach them by, then who uses it, then who has
 * something of it open. nscope itself runs none of them.
 */
#include "why_impl.h"
#include "why_plan.h"

#include <inttypes.h>
#include <string.h>

#define KILL_LINE 16   /* processes in one command */
#define MAX_NAMES 3    /* of them in its comment */
#define MAX_STEPS 1000 /* of one plan: what is more is asked for again */

struct steps {
	struct why_out *w;
	const struct why_plan *p;
	unsigned n;
};

static bool begin_step(struct steps *st)
{
	if (st->n >= MAX_STEPS)
		return false;
	strbuf_printf(st->w->out, "  %u. ", ++st->n);
	return true;
}

/* Whom a command ends: a few names, for a number says nothing of what stops with it. */
static void put_names(struct steps *st, const pid_t *pids, uint32_t n)
{
	const char *names[MAX_NAMES];
	uint32_t n_names = 0;

	for (uint32_t i = 0; i < n; i++) {
		int32_t row = snap_find_task(st->w->s, pids[i]);
		uint32_t j = 0;

		if (row < 0 || !*st->w->s->tasks[row].comm.s)
			continue;
		while (j < n_names && strcmp(names[j], st->w->s->tasks[row].comm.s))
			j++;
		if (j == MAX_NAMES) {
			strbuf_puts(st->w->out, ", ...");
			break;
		}
		if (j < n_names)
			continue;
		names[n_names++] = st->w->s->tasks[row].comm.s;
		strbuf_puts(st->w->out, j ? ", " : "");
		text_safe(st->w->out, st->w->s->tasks[row].comm, st->w->cs);
	}
	strbuf_puts(st->w->out, n_names ? ": " : "");
}

/* Commands that end these, as many as it takes. */
static void put_kill(struct steps *st, const char *command, const pid_t *pids, uint32_t n,
		     const char *comment)
{
	for (uint32_t i = 0; i < n; i += KILL_LINE) {
		uint32_t len = n - i < KILL_LINE ? n - i : KILL_LINE;

		if (!begin_step(st))
			return;
		strbuf_puts(st->w->out, command);
		for (uint32_t j = 0; j < len; j++)
			strbuf_printf(st->w->out, " %d", pids[i + j]);
		strbuf_puts(st->w->out, "   # ");
		put_names(st, &pids[i], len);
		strbuf_printf(st->w->out, "%s\n", comment);
	}
}

/* Only SIGKILL ends what is stopped, or traced. */
static bool is_stopped(const struct task *t)
{
	return t->state == 'T' || t->state == 't';
}

static void kill_by(struct steps *st, bool is_user, enum fate fate, bool has_to,
		    const char *comment)
{
	const char *command = has_to ? "kill -KILL" : "kill";
	const struct snap *s = st->w->s;
	ARRAY(pid_t) pids = {0};

	for (uint32_t i = 0; i < s->n_tasks; i++) {
		bool must = fate == FATE_INIT || is_stopped(&s->tasks[i]);

		/* The first process of all, as we see them, no signal of ours ends. */
		if (st->p->fates[i] == fate && st->p->is_user[i] == is_user && must == has_to &&
		    s->tasks[i].tid > 1)
			*array_add(&pids) = s->tasks[i].tid;
	}
	/* They may be gone by then, and are not ended as long as there is something else to do. */
	if (fate == FATE_WATCH && st->n) {
		command = has_to ? "# kill -KILL" : "# kill";
		comment = "just looks at a process of it; later, when it is still there";
	}
	put_kill(st, command, pids.items, pids.n, comment);
	free(pids.items);
}

static void kill_all(struct steps *st)
{
	bool is_alone = st->p->nss.n == 1;
	const char *open = is_alone ? "or have the descriptors above closed"
				    : "or have what it has open of it, or of what counts on it, "
				      "closed";

	kill_by(st, true, FATE_INIT, true,
		"the first process of a pid namespace, and with it all that are inside");
	kill_by(st, true, FATE_KILL, false,
		is_alone ? "the processes that use it"
			 : "the processes that use it, or what counts on it");
	kill_by(st, true, FATE_KILL, true, "stopped processes that use it");
	kill_by(st, false, FATE_INIT, true, open);
	kill_by(st, false, FATE_KILL, false, open);
	kill_by(st, false, FATE_KILL, true, open);
	put_kill(st, "kill", st->p->others.items, st->p->others.n, open);
	kill_by(st, false, FATE_PARENT, false, "or have it wait for its children that have ended");
	kill_by(st, false, FATE_PARENT, true, "or have it wait for its children that have ended");
	kill_by(st, false, FATE_WATCH, false, open);
	kill_by(st, false, FATE_WATCH, true, open);
}

/* What no command ends from here. */
static void put_first(struct steps *st)
{
	int32_t row = snap_find_task(st->w->s, 1);

	if (row < 0 || st->p->fates[row] == FATE_STAYS || st->p->fates[row] == FATE_PARENT)
		return;
	if (begin_step(st))
		strbuf_puts(st->w->out,
			    "# process 1 has to let go of it; no signal from here ends it\n");
}

static void put_waiting(struct steps *st)
{
	const struct snap *s = st->w->s;

	for (uint32_t i = 0; i < s->n_tasks; i++) {
		if (s->tasks[i].state != 'D' || st->p->fates[i] == FATE_STAYS || !begin_step(st))
			continue;
		strbuf_puts(st->w->out, "# ");
		why_name_task(st->w, i);
		strbuf_puts(st->w->out, " is in state D: it ends when what it waits for is done\n");
	}
}

/* Not by nsenter: a container may have no umount inside. */
static void put_command(struct why_out *w, int32_t mnt, struct raw where)
{
	char path[64];

	strbuf_puts(w->out, "umount ");
	if (!w->s->nss[mnt].is_initial && why_ns_path(w->s, mnt, path, sizeof(path)))
		strbuf_printf(w->out, "-N %s ", path);
	why_quote(w, where);
}

/* The processes of a mount namespace, for a kill: all, or it stays. */
static void put_members(struct why_out *w, const struct ns *mnt)
{
	int32_t last = IX_NONE;

	for (uint32_t i = 0; i < mnt->n_threads; i++) {
		int32_t row = w->s->members[mnt->first_member + i];
		int32_t leader = w->s->tasks[row].leader >= 0 ? w->s->tasks[row].leader : row;

		/* Sorted as tasks are; a thread may be in it without its leader. */
		if (leader != last && w->s->tasks[leader].tid > 1)
			strbuf_printf(w->out, " %d", w->s->tasks[leader].tid);
		last = leader;
	}
}

/* Mounts that come from a more privileged namespace are locked: they go with this one alone. */
static bool may_be_locked(const struct snap *s, int32_t mnt)
{
	int32_t owner = s->nss[mnt].owner;

	return owner >= 0 && !s->nss[owner].is_initial;
}

static void put_umount(struct steps *st, const struct keeper *k)
{
	const struct ns *mnt = &st->w->s->nss[k->where_ns];

	if (!begin_step(st))
		return;
	put_command(st->w, k->where_ns, k->path);
	if (!mnt->is_initial && mnt->lead >= 0) {
		bool is_locked = may_be_locked(st->w->s, k->where_ns);

		if (is_locked) {
			/* With an init inside, nothing less would do. */
			strbuf_puts(st->w->out, " || kill -KILL");
			put_members(st->w, mnt);
		}
		strbuf_puts(st->w->out, "   # in the mount namespace of ");
		why_name_task(st->w, mnt->lead);
		if (is_locked)
			strbuf_puts(st->w->out, ", where it may be locked");
	}
	strbuf_puts(st->w->out, "\n");
}

/* An object of a namespace that stays; the same is often kept twice, as maker and as user. */
static void put_ipcrm(struct steps *st, const struct keeper *k)
{
	const struct keeper *before = k > st->w->s->keepers ? k - 1 : k;
	char path[64];

	if (before != k && before->kind == KEEPER_IPC && before->ns == k->ns &&
	    before->where_ns == k->where_ns && before->fd == k->fd &&
	    !strcmp(before->path.s, k->path.s))
		return;
	if (!begin_step(st))
		return;
	if (!st->w->s->nss[k->where_ns].is_initial &&
	    why_ns_path(st->w->s, k->where_ns, path, sizeof(path)))
		strbuf_printf(st->w->out, "nsenter --ipc=%s ", path);
	strbuf_printf(st->w->out, "ipcrm -%c %d\n",
		      !strcmp(k->path.s, "sem")	  ? 's'
		      : !strcmp(k->path.s, "msg") ? 'q'
						  : 'm',
		      k->fd);
}

/* Its kind is known, but not its place. */
static void put_find(struct steps *st, const struct keeper *k)
{
	const struct ns *mnt = &st->w->s->nss[k->where_ns];

	if (!begin_step(st))
		return;
	strbuf_puts(st->w->out, "# unmount the ");
	text_safe(st->w->out, k->path, st->w->cs);
	strbuf_puts(st->w->out, " of it");
	if (mnt->lead >= 0) {
		strbuf_puts(st->w->out, " where ");
		why_name_task(st->w, mnt->lead);
		strbuf_printf(st->w->out, " is: findmnt -N %d -t ", st->w->s->tasks[mnt->lead].tid);
		text_safe(st->w->out, k->path, st->w->cs);
	} else {
		strbuf_puts(st->w->out, " in ");
		why_name_ns(st->w, k->where_ns);
	}
	strbuf_puts(st->w->out, "\n");
}

/*
 * What is inside may be mounted, or remembered, elsewhere. And a process that has ended holds
 * these two kinds until its parent has waited for it.
 */
static bool is_unsure(const struct why_plan *p, int32_t ns)
{
	return p->has_inner || p->s->nss[ns].kind == NS_PID || p->s->nss[ns].kind == NS_USER;
}

static void put_again(struct why_out *w, const struct ns *ns)
{
	/* No brackets: to a shell they are a pattern. */
	strbuf_printf(w->out, "nscope why %s:%u", ns_kinds[ns->kind].name, ns->inum);
	/* The number of one that has gone is another's at once. */
	if (ns->id)
		strbuf_printf(w->out, "@%" PRIu64, ns->id);
	strbuf_puts(w->out, "   # once more, when it is still there\n");
}

/* All that counts on what has to go was found. */
static bool is_whole(const struct why_plan *p)
{
	struct hold holds[REF_N_KINDS];

	for (uint32_t i = 0; i < p->nss.n; i++) {
		unsigned n = why_holds(p->s, p->nss.items[i], holds);
		struct hold_sum sum = why_sum(p->s, p->nss.items[i], holds, n);

		if (!sum.has_rest || sum.unexplained)
			return false;
	}
	return true;
}

void why_steps(struct why_out *w, int32_t ns)
{
	struct why_plan p;
	struct steps st = {.w = w, .p = &p};
	size_t before = w->out->n;

	if (w->s->nss[ns].is_initial) {
		strbuf_puts(w->out, "Nothing frees it: it was there when the system was booted.\n");
		return;
	}
	why_plan_make(&p, w->s, ns);
	strbuf_puts(w->out, is_whole(&p) ? "It goes when all of this is done, in this order:\n"
					 : "More may keep it than can be seen; of what is seen, "
					   "this has to be done, in this order:\n");
	for (uint32_t i = 0; i < p.umounts.n; i++)
		put_umount(&st, p.umounts.items[i]);
	for (uint32_t i = 0; i < p.objects.n; i++)
		put_ipcrm(&st, p.objects.items[i]);
	for (uint32_t i = 0; i < p.supers.n; i++)
		put_find(&st, p.supers.items[i]);
	kill_all(&st);
	put_first(&st);
	put_waiting(&st);
	if (!st.n && !p.has_inner) {
		w->out->n = before;
		strbuf_puts(w->out, "Nothing that can be seen keeps it: it goes by itself, or the "
				    "kernel holds it.\n");
	} else if (is_unsure(&p, ns)) {
		begin_step(&st);
		put_again(w, &w->s->nss[ns]);
	}
	why_plan_free(&p);
}

/* A task of the mount namespace that is still there then, or IX_NONE. */
static int32_t find_survivor(const struct snap *s, int32_t mnt_ns, const bool *is_ended)
{
	for (uint32_t i = 0; i < s->nss[mnt_ns].n_threads; i++) {
		int32_t row = s->members[s->nss[mnt_ns].first_member + i];

		if (!is_ended[s->tasks[row].leader >= 0 ? s->tasks[row].leader : row])
			return row;
	}
	return IX_NONE;
}

void why_text_mount(struct strbuf *out, const struct snap *s, int32_t mnt_ns, struct raw where,
		    const bool *is_ended, enum charset cs)
{
	struct why_out w = {out, s, cs};
	int32_t task = find_survivor(s, mnt_ns, is_ended);
	bool is_initial = s->nss[mnt_ns].is_initial;

	strbuf_puts(out, "  ");
	text_safe(out, where, cs);
	strbuf_puts(out, " in ");
	why_name_ns(&w, mnt_ns);
	if (is_initial) {
		strbuf_puts(out, " (initial)");
	} else {
		strbuf_puts(out, " of ");
		why_name_task(&w, task >= 0 ? task : s->nss[mnt_ns].lead);
	}
	if (!is_initial && task < 0) {
		strbuf_puts(out, ": goes with its processes\n");
		return;
	}
	strbuf_puts(out, "\n      umount ");
	if (!is_initial)
		strbuf_printf(out, "-N /proc/%d/ns/mnt ", s->tasks[task].tid);
	why_quote(&w, where);
	strbuf_puts(out, "\n");
}

void why_text_user(struct strbuf *out, const struct snap *s, int32_t task, const char *what,
		   enum charset cs)
{
	struct why_out w = {out, s, cs};
	const struct task *t = &s->tasks[task];
	bool is_init = t->n_pids > 1 && t->pids[t->n_pids - 1] == 1;

	strbuf_puts(out, "  ");
	why_name_task(&w, task);
	strbuf_printf(out, " is on it: %s\n", what);
	if (t->tid > 1)
		strbuf_printf(out, "      kill%s %d   # or let it leave\n",
			      is_init || is_stopped(t) ? " -KILL" : "", t->tid);
}
