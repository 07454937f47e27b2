/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls that change namespaces, as they read in each world: names of test
 * processes and of descriptors become the numbers there.
 */
#include "stage_verbs.h"

#include <ctype.h>
#include <errno.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>

static size_t word_length(const char *p)
{
	size_t n = 0;

	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	return n;
}

/* "b/net" at p, n bytes of which are "b": writes net:[INUM]. Returns the bytes read, or 0. */
static size_t put_slot(struct stage *st, enum world w, const char *p, size_t n, struct strbuf *out)
{
	char name[ACT_NAME_MAX + ACT_NAME_MAX];
	size_t all = n + 1 + word_length(p + n + 1);
	struct actor *a;
	struct err e;
	int slot;

	if (all >= sizeof(name))
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)all, p);
	if (!stage_slot(st, name, &a, &slot, &e))
		return 0;
	strbuf_printf(out, "%s:[%u]", ns_kinds[ns_slots[slot].kind].name, a->ns[w][slot].inum);
	return all;
}

/* A word of the call; those that name something of ours become numbers. */
static size_t put_word(struct stage_run *r, enum world w, const char *p, const char *start,
		       struct strbuf *out)
{
	size_t n = word_length(p), slot = 0;
	char name[ACT_NAME_MAX] = "";
	const struct stage_fd *fd;
	const struct actor *a;

	if (n < sizeof(name))
		snprintf(name, sizeof(name), "%.*s", (int)n, p);
	a = stage_actor(r->st, name);
	fd = stage_fd(r->st, name);
	if (p[n] == '/')
		slot = put_slot(r->st, w, p, n, out);
	if (slot)
		return slot;
	if (a && p - start >= 6 && !strncmp(p - 6, "pidfd:", 6))
		strbuf_printf(out, "%d", a->tid[w]);
	else if (fd && !a)
		strbuf_printf(out, "%d", fd->nr);
	else
		strbuf_add(out, p, n);
	return n;
}

static int parse_call(struct stage_run *r, enum world w, struct call *c)
{
	struct strbuf text = {0};
	int err;

	strbuf_puts(&text, "");
	for (const char *p = r->act->call; *p;) {
		if (word_length(p)) {
			p += put_word(r, w, p, r->act->call, &text);
			continue;
		}
		strbuf_add(&text, p++, 1);
	}
	err = call_parse(text.s, c, r->e);
	/* What is sent with setns by number is the caller's own descriptor. */
	strbuf_free(&text);
	return err;
}

int stage_prepare_call(struct stage_run *r)
{
	r->c.kind = LAB_CALL;
	return parse_call(r, KERNEL, &r->c.call);
}

long stage_model_call(struct stage_run *r)
{
	struct call c;
	int err = parse_call(r, MODEL, &c);

	return err ? err : model_call(r->st->m, r->who->tid[MODEL], &c, &r->trace);
}

/* A thread that executes takes the place of its process, and of its number. */
long stage_model_exec(struct stage_run *r)
{
	int32_t ix = snap_find_task(r->st->snaps[MODEL], r->who->tid[MODEL]);
	pid_t tgid = ix >= 0 ? r->st->snaps[MODEL]->tasks[ix].tgid : r->who->tid[MODEL];
	long ret = stage_model_call(r);

	for (unsigned i = 0; i < r->st->n_actors && !ret; i++) {
		struct actor *o = &r->st->actors[i];

		if (o != r->who && o->tid[MODEL] == tgid)
			o->tid[MODEL] = 0;
	}
	if (!ret)
		r->who->tid[MODEL] = tgid;
	return ret;
}
