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

/* "b/net" at p, n bytes of which are "b": writes net:[INUM]. Bytes read; 0 with e set. */
static size_t put_slot(struct stage_run *r, enum world w, const char *p, size_t n,
		       struct strbuf *out)
{
	char name[ACT_NAME_MAX + ACT_NAME_MAX];
	size_t all = n + 1 + word_length(p + n + 1);
	struct actor *a;
	int slot;

	snprintf(name, sizeof(name), "%.*s", (int)all, p);
	if (!stage_slot(r->st, name, &a, &slot, r->e))
		return 0;
	strbuf_printf(out, "%s:[%u]", ns_kinds[ns_slots[slot].kind].name, a->ns[w][slot].inum);
	return all;
}

/*
 * A word of the call at p; those that name something of ours become numbers. Bytes
 * read; 0 with e set.
 */
static size_t put_word(struct stage_run *r, enum world w, const char *p, struct strbuf *out)
{
	size_t n = word_length(p);
	bool is_pidfd = out->n >= 6 && !strncmp(out->s + out->n - 6, "pidfd:", 6);
	char name[ACT_NAME_MAX] = "";
	const struct stage_fd *fd;
	const struct actor *a;

	if (p[n] == '/')
		return put_slot(r, w, p, n, out);
	if (n < sizeof(name))
		snprintf(name, sizeof(name), "%.*s", (int)n, p);
	a = is_pidfd ? stage_need_actor(r->st, name, r->e) : NULL;
	fd = stage_fd(r->st, name);
	if (is_pidfd && !a)
		return 0;
	if (a)
		strbuf_printf(out, "%d", a->tid[w]);
	else if (fd)
		strbuf_printf(out, "%d", fd->nr);
	else
		strbuf_add(out, p, n);
	return n;
}

static int parse_call(struct stage_run *r, enum world w, struct call *c)
{
	struct strbuf text = {0};
	int err = 0;

	strbuf_puts(&text, "");
	for (const char *p = r->act->call; *p && !err;) {
		size_t n = word_length(p) ? put_word(r, w, p, &text) : 1;

		if (!word_length(p))
			strbuf_add(&text, p, 1);
		err = n ? 0 : -EINVAL;
		p += n;
	}
	err = err ?: call_parse(text.s, c, r->e);
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
