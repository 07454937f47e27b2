/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "why_text.h"

static void write_target(struct strbuf *out, const struct snap *s, enum row_of of, int32_t ix,
			 enum charset cs)
{
	static void (*const writers[ROW_OF_N])(struct strbuf *, const struct snap *, int32_t,
					       enum charset) = {
		[OF_TASK] = why_text_task,
		[OF_NS] = why_text_ns,
		[OF_NSPROXY] = why_text_nsproxy,
	};

	writers[of](out, s, ix, cs);
}

static int run(struct cmd_ctx *c)
{
	struct probe_want want = {.facts = TASK_STAT | TASK_CGROUP | TASK_PIDS, .has_ledger = true};
	struct strbuf out = {0};
	int status = CMD_YES;
	const struct snap *s;
	struct target target;
	struct err e;

	if (!c->argc)
		return cmd_usage(c, "of what? Give it a TARGET");
	for (int i = 0; i < c->argc; i++)
		if (cmd_target(c->argv[i], &target, &e))
			return cmd_fail(c, &e);
	s = cmd_read(c, &want);
	if (!s)
		return CMD_TROUBLE;
	for (int i = 0; i < c->argc; i++) {
		int32_t ix = -1;

		if (!cmd_target(c->argv[i], &target, &e))
			ix = target_find(&target, s, &e);
		if (ix < 0) {
			status = cmd_fail(c, &e);
			continue;
		}
		if (out.n)
			strbuf_puts(&out, "\n");
		write_target(&out, s, target.of, ix, c->cs);
	}
	if (status == CMD_YES)
		status = cmd_finish(c, s, &out);
	else
		cmd_write(c, &out);
	strbuf_free(&out);
	snap_unref(s);
	return status;
}

static const char *const examples[] = {
	"nscope why /run/netns/blue        # what keeps this namespace, and what would free it",
	"nscope why net:4026532998         # the same, by its inode number",
	"nscope why pid:1911               # all that this process is tied to",
	"nscope why '#5'                   # the tasks that share this nsproxy",
	NULL,
};

const struct cmd cmd_why = {
	.name = "why",
	.args = "TARGET...",
	.words = WORDS_FILE,
	.help = "Tell what keeps a namespace alive, and what would free it",
	.text = "The kernel frees a namespace when its count of references is down to 0. "
		"*why* lists what counts, who has that, and what would free it, as commands "
		"in the order in which they work; it runs none of them. With the kernel probe "
		"the sum is held against the kernel's own count. What is left over is told as "
		"unexplained; where the count moved while it was read, or not all could be "
		"seen, that is said instead.",
	.examples = examples,
	.run = run,
};
