/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "diff.h"

#include <string.h>

/* A dump, or this kernel; NULL: it was told. */
static const struct snap *read_one(const struct cmd_ctx *c, const char *name)
{
	struct probe_want want = {.facts = TASK_STAT | TASK_UID | TASK_CGROUP | TASK_PIDS};
	const struct snap *s;
	struct err e;

	if (!strcmp(name, "live"))
		return cmd_read(c, &want);
	s = cmd_load(name, &e);
	if (!s)
		cmd_fail(c, &e);
	return s;
}

/* Inode numbers and pids of two boots, or hosts, have nothing to do with each other. */
static bool is_one_system(const struct snap *a, const struct snap *b)
{
	const char *x = a->meta.boot_id.s, *y = b->meta.boot_id.s;

	return !*x || !*y || !strcmp(x, y);
}

static int show(struct cmd_ctx *c, const struct snap *a, const struct snap *b)
{
	struct strbuf out = {0};
	struct diff d;
	int status;

	if (!is_one_system(a, b))
		return cmd_usage(c, "they are of different boots: nothing in them is the same");
	diff_snaps(&d, a, b);
	strbuf_puts(&out, "");
	for (uint32_t i = 0; i < d.rows.n; i++)
		diff_print_row(&out, &d.rows.items[i], a, b, c->cs);
	status = cmd_write(c, &out);
	if (status == CMD_YES && d.rows.n)
		status = CMD_NO;
	strbuf_free(&out);
	diff_free(&d);
	return status;
}

static int run(struct cmd_ctx *c)
{
	const struct snap *a, *b = NULL;
	int status = CMD_TROUBLE;

	if (c->argc != 2)
		return cmd_usage(c, "takes two dumps, or a dump and the word live");
	if (cmd_value(c, "load"))
		return cmd_usage(c, "takes its dumps as arguments, not with --load");
	a = read_one(c, c->argv[0]);
	if (a)
		b = read_one(c, c->argv[1]);
	if (b)
		status = show(c, a, b);
	snap_unref(a);
	snap_unref(b);
	return status;
}

static const char *const examples[] = {
	"nscope diff before.json live        # what has changed since",
	"nscope diff before.json after.json  # what changed between",
	NULL,
};

const struct cmd cmd_diff = {
	.name = "diff",
	.args = "A B",
	.words = WORDS_FILE,
	.help = "Tell what differs between two dumps, or a dump and this host",
	.text = "A line a difference: *+* is only in _B_, *-* only in _A_, *~* has changed. A task "
		"is the same by number and start time, a namespace by kind, inode number and "
		"64-bit id, an nsproxy by the tasks that use it. What one of the two could not see "
		"is no difference. The status is 1 when there is any.",
	.examples = examples,
	.run = run,
};
