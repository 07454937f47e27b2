/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls, one a line: those that parse come back the same when printed; then the task
 * that was made last makes them on the model, which must stay sound, and must be what
 * it was when it refuses.
 */
#include "fuzz.h"
#include "lab/act.h"
#include "model/model.h"

static void check_round_trip(const struct call *c)
{
	struct strbuf out = {0};
	struct call again;
	struct err e;

	call_print(&out, c);
	HOLDS(!call_parse(out.s, &again, &e));
	HOLDS(!memcmp(c, &again, sizeof(again)));
	strbuf_free(&out);
}

static char *state_of(const struct model *m)
{
	const struct snap *s = model_snap(m);
	struct strbuf out = {0};

	json_write_snap(&out, s);
	snap_unref(s);
	return out.s;
}

/* The child that it makes goes on; a task that has ended leaves the turn to pid 1. */
static void make_call(struct model *m, const struct call *c, pid_t *who)
{
	bool has_end = c->kind == CALL_EXIT || c->kind == CALL_EXEC;
	char *before = has_end ? NULL : state_of(m), *after;
	struct trace t = {0};
	struct err e = {""};
	int ret;

	if (c->kind == CALL_EXIT && *who == 1)
		goto out; /* the machine would stop */
	ret = model_call(m, *who, c, &t);
	HOLDS(!model_check(m, &e));
	HOLDS(ret >= 0 || trace_refusal(&t) || !t.steps.n);
	if (ret < 0 && before) {
		after = state_of(m);
		HOLDS(!strcmp(before, after));
		free(after);
	}
	if (c->kind == CALL_EXIT)
		*who = 1;
	else if (ret > 0)
		*who = ret;
out:
	trace_free(&t);
	free(before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *rest = text, *line;
	struct model *m = NULL;
	pid_t who = 1;

	while ((line = strsep(&rest, "\n"))) {
		struct err e = {""};
		struct call c;
		struct act a;

		/* What is an act for the laboratory has its call inside. */
		if (!act_parse(line, &a, &e)) {
			HOLDS(*a.who && *a.verb && a.n_args <= ACT_MAX_ARGS);
			line += a.call - line; /* from there on */
		}
		if (call_parse(line, &c, &e)) {
			HOLDS(e.msg[0]);
			continue;
		}
		check_round_trip(&c);
		if (!m)
			m = model_boot(&rules_table[size % n_rules], NULL);
		make_call(m, &c, &who);
	}
	model_free(m);
	free(text);
	return 0;
}
