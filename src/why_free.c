/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would free a namespace. In the order in which it works: first those who
 * use it, then what they left behind, then what depends on it. Every step is a
 * command that the reader can run; nscope itself runs none of them.
 */
#include "why_impl.h"

#include <string.h>

struct steps {
	struct why_out *w;
	unsigned n;
	ARRAY(pid_t) killed; /* processes that an earlier step ends */
};

static void begin_step(struct steps *st)
{
	strbuf_printf(st->w->out, "  %u. ", ++st->n);
}

static bool is_killed(const struct steps *st, pid_t pid)
{
	for (uint32_t i = 0; i < st->killed.n; i++)
		if (st->killed.items[i] == pid)
			return true;
	return false;
}

static void note_killed(struct steps *st, pid_t pid)
{
	if (!is_killed(st, pid))
		*array_add(&st->killed) = pid;
}

/* One "kill" of all that were noted since `first`. */
static void put_kill(struct steps *st, uint32_t first, const char *comment)
{
	uint32_t n = st->killed.n - first;

	if (!n)
		return;
	begin_step(st);
	strbuf_puts(st->w->out, "kill");
	for (uint32_t i = first; i < st->killed.n && i < first + WHY_MAX_LINES; i++)
		strbuf_printf(st->w->out, " %d", st->killed.items[i]);
	strbuf_printf(st->w->out, "%s   # %s\n", n > WHY_MAX_LINES ? " ..." : "", comment);
}

/* In any slot: what waits for a task's children is kept by it too. */
static bool uses(const struct task *t, int32_t ns)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		if (t->ns[slot] == ns)
			return true;
	return false;
}

static void free_tasks(struct steps *st, int32_t ns)
{
	const struct snap *s = st->w->s;
	uint32_t first = st->killed.n;

	for (uint32_t i = 0; i < s->n_tasks; i++)
		if (uses(&s->tasks[i], ns))
			note_killed(st, s->tasks[i].tgid);
	put_kill(st, first, "the processes that use it");
}

static bool has_process(const struct keeper *k)
{
	return k->pid && k->kind != KEEPER_BIND;
}

static void free_openers(struct steps *st, const struct hold *holds, unsigned n)
{
	const struct snap *s = st->w->s;
	uint32_t first = st->killed.n;

	for (unsigned i = 0; i < n; i++)
		for (uint32_t j = 0; j < holds[i].n_keepers; j++) {
			const struct keeper *k = &s->keepers[holds[i].first_keeper + j];

			if (has_process(k))
				note_killed(st, k->pid);
		}
	put_kill(st, first, "or let them close the descriptors above");
}

static void put_command(struct why_out *w, const struct ns *mnt, struct raw where)
{
	if (!mnt->is_initial)
		strbuf_printf(w->out, "nsenter --mount=/proc/%d/ns/mnt ",
			      w->s->tasks[mnt->lead].tid);
	strbuf_puts(w->out, "umount ");
	why_quote(w, where);
}

static void put_umount(struct steps *st, const struct keeper *k)
{
	struct why_out *w = st->w;
	const struct ns *mnt = k->mnt_ns >= 0 ? &w->s->nss[k->mnt_ns] : NULL;

	begin_step(st);
	if (!mnt) {
		strbuf_puts(w->out, "# the mount goes with the descriptor that holds its tree\n");
		return;
	}
	if (!mnt->is_initial && mnt->lead < 0) {
		strbuf_puts(w->out, "nscope why ");
		why_name_ns(w, k->mnt_ns);
		strbuf_puts(w->out,
			    "   # the mount goes with this namespace, which no task uses\n");
		return;
	}
	put_command(w, mnt, k->path);
	if (!mnt->is_initial && !is_killed(st, w->s->tasks[mnt->lead].tgid)) {
		strbuf_puts(w->out, "   # in the mount namespace of ");
		why_name_task(w, mnt->lead);
	}
	strbuf_puts(w->out, "\n");
}

static void free_mounts(struct steps *st, const struct hold *holds, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		for (uint32_t j = 0; j < holds[i].n_keepers && st->n < WHY_MAX_LINES; j++) {
			const struct keeper *k = &st->w->s->keepers[holds[i].first_keeper + j];

			if (k->kind == KEEPER_BIND)
				put_umount(st, k);
		}
}

static void free_kin(struct steps *st, int32_t ns)
{
	const struct snap *s = st->w->s;

	for (uint32_t i = 0; i < s->n_nss && st->n < WHY_MAX_LINES; i++) {
		const struct ns *kin = &s->nss[i];
		bool is_child = kin->parent == ns;

		if (!is_child && kin->owner != ns)
			continue;
		begin_step(st);
		strbuf_puts(st->w->out, "nscope why ");
		why_name_ns(st->w, i);
		strbuf_printf(st->w->out, "   # %s: has to go first\n",
			      is_child ? "right below it" : "owned by it");
	}
}

/* An IPC namespace has a message queue file system inside, which nobody mounted and it takes along.
 */
static bool is_mounted(const struct steps *st, const struct hold *h)
{
	for (uint32_t i = 0; i < h->n_keepers; i++)
		if (strcmp(st->w->s->keepers[h->first_keeper + i].path.s, "mqueue"))
			return true;
	return false;
}

/* What no command reaches. */
static void free_others(struct steps *st, const struct hold *holds, unsigned n)
{
	static const struct {
		enum ref_kind ref;
		const char *words;
	} rows[] = {
		{REF_SUPER,
		 "unmount the file systems that were mounted in it, in every mount namespace"},
		{REF_PROC_SUPER, "unmount the proc file systems that show it"},
		{REF_FUSE, "end the FUSE server"},
	};

	for (unsigned i = 0; i < n; i++)
		for (unsigned r = 0; r < ARRAY_SIZE(rows); r++)
			if (holds[i].ref == rows[r].ref && is_mounted(st, &holds[i])) {
				begin_step(st);
				strbuf_printf(st->w->out, "# %s\n", rows[r].words);
			}
}

void why_steps(struct why_out *w, int32_t ns, const struct hold *holds, unsigned n)
{
	struct steps st = {.w = w};
	size_t before = w->out->n;

	if (w->s->nss[ns].is_initial) {
		strbuf_puts(w->out, "Nothing frees it: it was there when the system was booted.\n");
		return;
	}
	strbuf_puts(w->out, "It goes when all of this is done, in this order:\n");
	free_tasks(&st, ns);
	free_openers(&st, holds, n);
	free_mounts(&st, holds, n);
	free_kin(&st, ns);
	free_others(&st, holds, n);
	if (!st.n) {
		w->out->n = before;
		strbuf_puts(w->out, "Nothing that can be seen keeps it: it goes by itself, or the "
				    "kernel holds it.\n");
	}
	free(st.killed.items);
}

void why_text_mount(struct strbuf *out, const struct snap *s, int32_t mnt_ns, struct raw where,
		    enum charset cs)
{
	struct why_out w = {out, s, cs};

	strbuf_puts(out, "  ");
	text_safe(out, where, cs);
	strbuf_puts(out, " in ");
	why_name_ns(&w, mnt_ns);
	if (s->nss[mnt_ns].is_initial) {
		strbuf_puts(out, " (initial)");
	} else {
		strbuf_puts(out, " of ");
		why_name_task(&w, s->nss[mnt_ns].lead);
	}
	strbuf_puts(out, "\n      ");
	put_command(&w, &s->nss[mnt_ns], where);
	strbuf_puts(out, "\n");
}
