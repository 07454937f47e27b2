/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "kernel_reader.h"
#include "lab/walk.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

static const struct snap *read_kernel(void *data, struct err *e)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s = NULL;

	int err = -EAGAIN;

	/* In a storm of forks one reading may not fit where the next does. */
	for (int i = 0; err == -EAGAIN && i < 8; i++)
		err = kernel_reader_build(data, b, e);
	if (!err)
		s = snap_freeze(b, false);
	snap_builder_free(b);
	return s;
}

static int parse_number(const struct cmd_ctx *c, const char *name, uint64_t fallback, uint64_t *n)
{
	const char *text = cmd_value(c, name);
	char *end;

	*n = fallback;
	if (!text)
		return CMD_YES;
	errno = 0;
	*n = strtoull(text, &end, 0);
	if (errno || *end || end == text || *text == '-')
		return cmd_usage(c, "--%s takes a number, not %s", name, text);
	return CMD_YES;
}

/* How often each kind of step was made, and refused by both. */
static void write_calls(struct strbuf *out, const struct walk_report *r)
{
	for (int i = 0; i < WALK_N_OPS; i++) {
		strbuf_printf(out, "%s %s %u", i ? "," : "made:", walk_op_names[i], r->n_calls[i]);
		if (r->n_refused[i])
			strbuf_printf(out, " (%u refused)", r->n_refused[i]);
	}
	strbuf_puts(out, "\n");
}

static void write_report(struct strbuf *out, const struct walk_report *r, uint64_t seed)
{
	uint32_t n_refused = 0;

	for (int i = 0; i < WALK_N_OPS; i++)
		n_refused += r->n_refused[i];
	strbuf_printf(out,
		      "%u steps, seed %" PRIu64 ": %u difference%s (%u calls were refused, alike; "
		      "%u times the kernel freed late)\n",
		      r->n_done, seed, r->steps.n ? 1 : 0, r->steps.n ? "" : "s", n_refused,
		      r->n_late);
	write_calls(out, r);
	if (!r->steps.n)
		return;
	strbuf_printf(out, "%s\nafter these %u steps, of the %u before it:\n", r->text, r->steps.n,
		      r->n_shrunk_from);
	for (uint32_t i = 0; i < r->steps.n; i++) {
		strbuf_puts(out, "  ");
		walk_print_step(out, &r->steps.items[i]);
	}
}

static int run(struct cmd_ctx *c)
{
	struct kernel_reader *reader = NULL;
	struct walk_report r = {0};
	struct strbuf out = {0};
	uint64_t seed, steps;
	struct err e;
	int status = parse_number(c, "steps", 1000, &steps), err;

	if (status == CMD_YES)
		status = parse_number(c, "seed", (uint64_t)time(NULL), &seed);
	if (status != CMD_YES)
		return status;
	err = kernel_reader_open(&reader, NULL, &e);
	if (err)
		err_prefix(&e, "the kernel probe, whose counts are compared");
	else
		err = walk_run(seed, (uint32_t)steps, read_kernel, reader, &r, &e);
	kernel_reader_close(reader);
	if (err) {
		walk_report_free(&r);
		return cmd_fail(c, &e);
	}
	write_report(&out, &r, seed);
	status = cmd_write(c, &out);
	if (status == CMD_YES && r.steps.n)
		status = CMD_NO;
	walk_report_free(&r);
	strbuf_free(&out);
	return status;
}

static const struct cmd_option options[] = {
	{"steps", 'n', "N", WORDS_NONE, "how many steps; 1000 without it"},
	{"seed", 's', "S", WORDS_NONE, "the same walk again; without it, another every time"},
	{0},
};

static const char *const examples[] = {
	"nscope conform --steps 3000 --seed 7  # 3000 calls on the model and on this kernel",
	NULL,
};

const struct cmd cmd_conform = {
	.name = "conform",
	.help = "Walk at random over test processes, the model against this kernel",
	.text = "Test processes named _nscope-lab_, in a pid namespace of their own, make random "
		"calls: clone3, unshare, setns by descriptor and by pidfd, exit, signals, "
		"namespace "
		"files, pidfds and sockets opened, closed and mounted, segments of memory "
		"attached, maps of user namespaces, setuid, chroot, quotas. The model makes the "
		"same. "
		"After every step the errno, every slot, who shares an nsproxy and every count are "
		"compared. At the first difference it stops (status 1), and prints the shortest "
		"sequence of steps that it finds to show it. The processes end with nscope, "
		"whatever happens.",
	.options = options,
	.examples = examples,
	.run = run,
};
