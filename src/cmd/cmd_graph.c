/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "dot.h"

static int run(struct cmd_ctx *c)
{
	struct probe_want want = {.facts = TASK_STAT};
	struct target target;
	const struct snap *s;
	struct strbuf out = {0};
	struct err e;
	int32_t ix = -1;
	int status;

	if (c->argc > 1)
		return cmd_usage(c, "one TARGET at a time: %s is the second", c->argv[1]);
	if (c->argc && cmd_target(c->argv[0], &target, &e))
		return cmd_fail(c, &e);
	s = cmd_read(c, &want);
	if (!s)
		return CMD_TROUBLE;
	if (c->argc)
		ix = target_find(&target, s, &e);
	if (c->argc && ix < 0) {
		status = cmd_fail(c, &e);
	} else {
		dot_write(&out, s, c->argc ? target.of : OF_NS, ix, c->cs);
		status = cmd_finish(c, s, &out);
	}
	strbuf_free(&out);
	snap_unref(s);
	return status;
}

static const char *const examples[] = {
	"nscope graph | dot -Tsvg -o host.svg  # all of it",
	"nscope graph pid:1911                 # what one process is tied to",
	"nscope graph /run/netns/blue          # what holds this namespace",
	NULL,
};

const struct cmd cmd_graph = {
	.name = "graph",
	.args = "[TARGET]",
	.words = WORDS_FILE,
	.help = "Write a graph for Graphviz",
	.text = "In the language of *dot*(1). Tasks point at their nsproxy and that at its "
		"namespaces; dotted edges are the user and pid namespaces of tasks, dashed "
		"ones owners. With TARGET only what that is tied to.",
	.examples = examples,
	.run = run,
};
