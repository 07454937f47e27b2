/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who keeps a reference, a line each, and how paths are put for a shell.
 */
#include "why_impl.h"

#include <string.h>

/* ---- for a shell ---- */

static bool is_printed_as_is(struct why_out *w, struct raw path)
{
	struct strbuf text = {0};
	bool is_same;

	text_safe(&text, path, w->cs);
	is_same = text.s && !strcmp(text.s, path.s);
	strbuf_free(&text);
	return is_same;
}

static void put_octal(struct why_out *w, const char *p)
{
	/* A substitution loses the line breaks at its end. */
	size_t n = strlen(p), tail = 0;

	while (tail < n && p[n - 1 - tail] == '\n')
		tail++;
	strbuf_puts(w->out, "\"$(printf '");
	for (size_t i = 0; i < n - tail; i++) {
		unsigned char c = p[i];

		if (c == '%')
			strbuf_puts(w->out, "%%");
		else if (c < ' ' || c >= 0x7f || c == '\'' || c == '\\')
			strbuf_printf(w->out, "\\%03o", c);
		else
			strbuf_add(w->out, p + i, 1);
	}
	strbuf_puts(w->out, "')\"");
	while (tail--)
		strbuf_puts(w->out, "$'\\n'");
}

void why_quote(struct why_out *w, struct raw path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._-+:@%,=";

	if (*path.s && strspn(path.s, plain) == strlen(path.s)) {
		text_safe(w->out, path, w->cs);
		return;
	}
	if (!is_printed_as_is(w, path)) {
		put_octal(w, path.s);
		return;
	}
	strbuf_puts(w->out, "'");
	for (const char *p = path.s; *p; p++) {
		if (*p == '\'')
			strbuf_puts(w->out, "'\\''");
		else
			strbuf_add(w->out, p, 1);
	}
	strbuf_puts(w->out, "'");
}

/* ---- keepers ---- */

/* In which namespace, and who is there. */
static void put_where(struct why_out *w, int32_t ns)
{
	why_name_ns(w, ns);
	if (w->s->nss[ns].is_initial) {
		strbuf_puts(w->out, " (initial)");
	} else if (w->s->nss[ns].lead >= 0) {
		strbuf_puts(w->out, " of ");
		why_name_task(w, w->s->nss[ns].lead);
	} else {
		strbuf_puts(w->out, ", which no task uses");
	}
}

static void put_bind(struct why_out *w, const struct keeper *k)
{
	if (k->where_ns < 0) {
		strbuf_puts(w->out, "mounted in a tree that is mounted nowhere");
		return;
	}
	strbuf_puts(w->out, "mounted at ");
	text_safe(w->out, k->path, w->cs);
	strbuf_puts(w->out, " in ");
	put_where(w, k->where_ns);
}

static void put_fd(struct why_out *w, const struct keeper *k)
{
	strbuf_printf(w->out, "descriptor %d of ", k->fd);
	why_name_pid(w, k->pid);
}

static void put_named(struct why_out *w, const struct keeper *k)
{
	put_fd(w, k);
	if (*k->path.s) {
		strbuf_puts(w->out, ": ");
		text_safe(w->out, k->path, w->cs);
	}
}

static void put_task(struct why_out *w, const struct keeper *k)
{
	why_name_pid(w, k->tid ? k->tid : k->pid);
	if (*k->path.s) {
		strbuf_puts(w->out, ": ");
		text_safe(w->out, k->path, w->cs);
	}
}

static void put_flight(struct why_out *w, const struct keeper *k)
{
	strbuf_puts(w->out, "in a message that nobody has received yet, in the socket that is ");
	put_fd(w, k);
}

static void put_queue(struct why_out *w, const struct keeper *k)
{
	strbuf_puts(w->out, "a connection that waits to be accepted by ");
	put_fd(w, k);
}

static void put_super(struct why_out *w, const struct keeper *k)
{
	strbuf_puts(w->out, "a mounted file system");
	if (*k->path.s) {
		strbuf_puts(w->out, " of type ");
		text_safe(w->out, k->path, w->cs);
	}
	if (k->where_ns >= 0) {
		strbuf_puts(w->out, ", in ");
		put_where(w, k->where_ns);
	}
}

static void put_tree(struct why_out *w, const struct keeper *k)
{
	strbuf_puts(w->out, "mounted in a tree that is mounted nowhere, kept by ");
	if (k->fd >= 0) {
		put_fd(w, k);
		return;
	}
	strbuf_puts(w->out, "the root or working directory of ");
	why_name_pid(w, k->pid);
}

static void put_ring(struct why_out *w, const struct keeper *k)
{
	strbuf_puts(w->out, "a file that is registered with the io_uring that is ");
	put_fd(w, k);
}

static void put_cpu(struct why_out *w, const struct keeper *k)
{
	strbuf_printf(w->out, "processor %d, which idles and lets go with its next task", k->fd);
}

static void put_ipc(struct why_out *w, const struct keeper *k)
{
	if (k->where_ns < 0) {
		strbuf_puts(w->out, "an object of System V IPC that remembers it (ipcs -p)");
		return;
	}
	text_safe(w->out, k->path, w->cs);
	strbuf_printf(w->out, " %d of System V IPC, which remembers it, in ", k->fd);
	put_where(w, k->where_ns);
}

static void (*const put_keeper[KEEPER_N_KINDS])(struct why_out *w, const struct keeper *k) = {
	[KEEPER_FD] = put_fd,	    [KEEPER_BIND] = put_bind,	[KEEPER_SOCKET] = put_named,
	[KEEPER_TASK] = put_task,   [KEEPER_FILE] = put_named,	[KEEPER_FLIGHT] = put_flight,
	[KEEPER_QUEUE] = put_queue, [KEEPER_SUPER] = put_super, [KEEPER_CPU] = put_cpu,
	[KEEPER_IPC] = put_ipc,	    [KEEPER_TREE] = put_tree,	[KEEPER_RING] = put_ring,
};

void why_more(struct why_out *w, uint32_t shown, uint32_t n)
{
	if (n > shown)
		strbuf_printf(w->out, "      and %u more\n", n - shown);
}

/* How many descriptors of one process follow each other from here on. */
static uint32_t count_fds(const struct keeper *k, uint32_t n)
{
	uint32_t i = 1;

	while (i < n && k->kind == KEEPER_FD && k[i].kind == KEEPER_FD && k[i].pid == k->pid)
		i++;
	return i;
}

#define MANY_FDS 4 /* as many of one process are one line */

static void put_fds(struct why_out *w, const struct keeper *k, uint32_t n)
{
	strbuf_printf(w->out, "%u descriptors of ", n);
	why_name_pid(w, k->pid);
	for (uint32_t i = 0; i < MANY_FDS; i++)
		strbuf_printf(w->out, "%s %d", i ? "," : ":", k[i].fd);
	strbuf_puts(w->out, n > MANY_FDS ? ", ...\n" : "\n");
}

void why_keepers(struct why_out *w, const struct hold *h)
{
	const struct keeper *k = &w->s->keepers[h->first_keeper];
	uint32_t i = 0, lines = 0;

	while (i < h->n_keepers && lines++ < WHY_MAX_LINES) {
		uint32_t n = count_fds(&k[i], h->n_keepers - i);

		strbuf_puts(w->out, "      ");
		if (n >= MANY_FDS) {
			put_fds(w, &k[i], n);
			i += n;
			continue;
		}
		put_keeper[k[i].kind](w, &k[i]);
		strbuf_puts(w->out, "\n");
		i++;
	}
	why_more(w, i, h->n_keepers);
}

void why_text_keeper(struct strbuf *out, const struct snap *s, const struct keeper *k,
		     enum charset cs)
{
	struct why_out w = {out, s, cs};

	put_keeper[k->kind](&w, k);
}
