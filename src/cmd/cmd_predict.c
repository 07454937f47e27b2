/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "model/model.h"
#include "predict.h"

#include <errno.h>
#include <string.h>

struct predict {
	const struct cmd_ctx *c;
	const struct rules *rules;
	struct call call;
	pid_t tid;
	bool is_live;
	const struct snap *snap; /* NULL: the boot state */
	struct model *m;
	struct trace t;
	struct strbuf out;
};

/* ---- who calls, and what its descriptors are ---- */

static int parse_pid(const struct cmd_ctx *c, const char *text, pid_t *tid)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || *end || end == text || n < 1 || n > INT32_MAX)
		return cmd_usage(c, "--pid takes the number of a task, not %s", text);
	*tid = (pid_t)n;
	return CMD_YES;
}

static int fail_rules(const struct cmd_ctx *c, const char *name)
{
	struct strbuf names = {0};
	int status;

	rules_print_names(&names);
	status = cmd_usage(c, "there are no rules %s; they are %s", name, names.s);
	strbuf_free(&names);
	return status;
}

static int parse(struct predict *p)
{
	const struct cmd_ctx *c = p->c;
	const char *rules = cmd_value(c, "rules"), *pid = cmd_value(c, "pid");
	struct err e;

	if (c->argc != 1)
		return cmd_usage(c, "takes one call, quoted: 'unshare(CLONE_NEWNET)'");
	p->rules = rules ? rules_find(rules) : NULL;
	if (rules && !p->rules)
		return fail_rules(c, rules);
	if (call_parse(c->argv[0], &p->call, &e)) {
		err_prefix(&e, "%s", c->argv[0]);
		return cmd_fail(c, &e);
	}
	p->is_live = !cmd_value(c, "load") && (pid || !p->rules || p->rules == &rules_table[0]);
	/* Without --pid: whoever runs this, or the first process of a dump or of the boot. */
	p->tid = p->is_live ? getpid() : 1;
	return pid ? parse_pid(c, pid, &p->tid) : CMD_YES;
}

static int resolve_live_fd(const struct predict *p, struct call_fd *fd)
{
	static const enum call_fd_kind kinds[] = {
		[PREDICT_FD_CLOSED] = CALL_FD_NUMBER,
		[PREDICT_FD_NS] = CALL_FD_NS,
		[PREDICT_FD_PIDFD] = CALL_FD_PIDFD,
		[PREDICT_FD_OTHER] = CALL_FD_OTHER,
	};
	struct predict_fd_info info;
	struct err e;
	int err = predict_fd(p->tid, fd->fd, &info);

	if (err) {
		err_set(&e, -err, "descriptor %d of task %d", fd->fd, p->tid);
		return cmd_fail(p->c, &e);
	}
	if (info.is == PREDICT_FD_CLOSED || info.is == PREDICT_FD_OTHER) {
		fd->kind = kinds[info.is];
		return CMD_YES;
	}
	fd->kind = kinds[info.is];
	fd->ns_kind = info.kind;
	fd->inum = info.inum;
	fd->pid = info.pid;
	return CMD_YES;
}

static int resolve_fd_of_dump(const struct predict *p, struct call_fd *fd)
{
	for (uint32_t i = 0; p->snap && i < p->snap->n_keepers; i++) {
		const struct keeper *k = &p->snap->keepers[i];

		if (k->kind != KEEPER_FD || k->pid != p->tid || k->fd != fd->fd)
			continue;
		fd->kind = CALL_FD_NS;
		fd->ns_kind = p->snap->nss[k->ns].kind;
		fd->inum = p->snap->nss[k->ns].inum;
		return CMD_YES;
	}
	return cmd_usage(p->c,
			 "what descriptor %d of task %d is cannot be told from here; name it: "
			 "net:[N] or pidfd:PID",
			 fd->fd, p->tid);
}

static bool has_ns(const struct snap *s, const struct call_fd *fd)
{
	return !s || snap_find_ns(s, fd->ns_kind, fd->inum) >= 0;
}

static int resolve_fd(struct predict *p)
{
	struct call_fd *fd = &p->call.fd;
	int status = CMD_YES;

	if (p->call.kind != CALL_SETNS)
		return CMD_YES;
	if (fd->kind == CALL_FD_NUMBER)
		status = p->is_live ? resolve_live_fd(p, fd) : resolve_fd_of_dump(p, fd);
	if (status != CMD_YES || fd->kind != CALL_FD_NS)
		return status;
	if (!rules_has(p->rules, fd->ns_kind))
		return cmd_usage(p->c, "the rules %s have no %s namespaces", p->rules->name,
				 ns_kinds[fd->ns_kind].name);
	if (!has_ns(p->snap, fd))
		return cmd_usage(p->c, "there is no %s:[%u]", ns_kinds[fd->ns_kind].name, fd->inum);
	return CMD_YES;
}

static void tell_facts(struct predict *p, pid_t tid)
{
	struct model_facts f;

	if (predict_facts(tid, p->snap, &f))
		return;
	model_tell(p->m, tid, &f);
	predict_facts_free(&f);
}

static int make_model(struct predict *p)
{
	struct probe_want want = {.facts = TASK_STAT | TASK_UID | TASK_PIDS | NS_QUOTA};
	int status;

	if (!p->is_live && !cmd_value(p->c, "load")) {
		p->m = model_boot(p->rules, NULL);
		return resolve_fd(p);
	}
	p->snap = cmd_read(p->c, &want);
	if (!p->snap)
		return CMD_TROUBLE;
	if (!p->rules)
		p->rules = rules_for_release(p->snap->meta.kernel.s);
	if (snap_find_task(p->snap, p->tid) < 0)
		return cmd_usage(p->c, "there is no task %d", p->tid);
	status = resolve_fd(p);
	if (status != CMD_YES)
		return status;
	p->m = model_seed(p->rules, p->snap);
	if (!p->is_live)
		return CMD_YES;
	tell_facts(p, p->tid);
	if (p->call.kind == CALL_SETNS && p->call.fd.kind == CALL_FD_PIDFD)
		tell_facts(p, p->call.fd.pid);
	return CMD_YES;
}

/* ---- the answer ---- */

static void write_steps(struct predict *p)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < p->t.steps.n; i++) {
		const struct step *s = &p->t.steps.items[i];

		strbuf_printf(&p->out, "%3u %s %s() in %s: %s\n", ++n,
			      s->err	   ? "!"
			      : s->is_undo ? "<"
					   : " ",
			      s->func, s->file, s->why);
	}
}

static bool is_same_field(const struct change *a, const struct change *b)
{
	return a->kind == b->kind && a->id == b->id && !strcmp(a->field, b->field) &&
	       !strcmp(a->label, b->label);
}

/* The change from the first to the last of one field; NULL when it came out as it was. */
static bool merge(const struct trace *t, uint32_t first, struct change *sum)
{
	*sum = t->changes.items[first];
	for (uint32_t i = 0; i < t->changes.n; i++) {
		const struct change *c = &t->changes.items[i];

		if (!is_same_field(c, sum))
			continue;
		if (i < first)
			return false;
		sum->now = c->now;
		sum->now_text = c->now_text;
	}
	return sum->is_link ? strcmp(sum->was_text, sum->now_text) != 0 : sum->was != sum->now;
}

static void write_change(struct predict *p, const struct change *c)
{
	strbuf_printf(&p->out, "    %s: %s ", c->label, c->field);
	if (c->is_link && !*c->was_text)
		strbuf_printf(&p->out, "%s\n", c->now_text);
	else if (c->is_link)
		strbuf_printf(&p->out, "%s -> %s\n", c->was_text, c->now_text);
	else if (c->is_relative)
		strbuf_printf(&p->out, "%+lld\n", (long long)(c->now - c->was));
	else
		strbuf_printf(&p->out, "%lld -> %lld\n", (long long)c->was, (long long)c->now);
}

/* What a snap shows: tasks, nsproxies and namespaces, and how they point at each other. */
static bool is_shown(const struct change *c)
{
	static const char *const hidden[] = {"cred",   "files", "fs",	      "sighand",
					     "signal", "mm",	"thread_pid", "real_parent"};

	for (unsigned i = 0; i < ARRAY_SIZE(hidden); i++)
		if (c->kind == OBJ_TASK && !strcmp(c->field, hidden[i]))
			return false;
	return c->kind == OBJ_TASK || c->kind == OBJ_NSPROXY || c->kind == OBJ_NS;
}

/* What a new one starts with is told by the steps, and by the slots of the task. */
static bool is_plain_start(const struct change *c)
{
	if (c->kind == OBJ_NS)
		return !c->is_link && !strcmp(c->field, "count") && !c->was && c->now == 1;
	return c->kind == OBJ_NSPROXY && c->is_link && !strcmp(c->was_text, "NULL");
}

static void write_changes(struct predict *p)
{
	struct change sum;

	strbuf_puts(&p->out, "changes:\n");
	for (uint32_t i = 0; i < p->t.changes.n; i++)
		if (is_shown(&p->t.changes.items[i]) && merge(&p->t, i, &sum) &&
		    !is_plain_start(&sum))
			write_change(p, &sum);
}

static void write_new(struct predict *p)
{
	struct strbuf lines = {0};
	char *rest, *line;

	model_print_new(p->m, &lines);
	rest = lines.s;
	if (rest)
		strbuf_puts(&p->out, "new:\n");
	while (rest && (line = strsep(&rest, "\n")) && *line)
		strbuf_printf(&p->out, "    %s\n", line);
	strbuf_free(&lines);
}

static void write_first_line(struct predict *p, int ret)
{
	const struct step *refusal = trace_refusal(&p->t);
	const char *name = ret < 0 ? strerrorname_np(-ret) : "ok";

	strbuf_printf(&p->out, "%s: ", name ? name : "refused");
	if (ret < 0 && refusal)
		strbuf_printf(&p->out, "%s(): %s", refusal->func, refusal->why);
	else
		call_print(&p->out, &p->call);
	strbuf_puts(&p->out, "\n");
}

static void write_caller(struct predict *p)
{
	strbuf_puts(&p->out, "call: ");
	call_print(&p->out, &p->call);
	if (p->snap) {
		const struct task *t = &p->snap->tasks[snap_find_task(p->snap, p->tid)];

		strbuf_printf(&p->out, " by task %d (", p->tid);
		text_safe(&p->out, t->comm, p->c->cs);
		strbuf_puts(&p->out, ")");
	} else {
		strbuf_printf(&p->out, " by pid %d after the boot", p->tid);
	}
	strbuf_printf(&p->out, ", rules %s\n", p->rules->name);
}

static int write_answer(struct predict *p, int ret)
{
	int status;

	write_first_line(p, ret);
	write_caller(p);
	if (ret < 0 && p->t.advice)
		strbuf_printf(&p->out, "to do: %s\n", p->t.advice);
	for (uint32_t i = 0; i < p->t.doubts.n; i++)
		strbuf_printf(&p->out, "not known: %s\n", p->t.doubts.items[i].text);
	strbuf_puts(&p->out, "steps:\n");
	write_steps(p);
	if (ret >= 0) {
		write_changes(p);
		write_new(p);
	}
	status = cmd_write(p->c, &p->out);
	return status != CMD_YES ? status : ret < 0 ? CMD_NO : CMD_YES;
}

static int predict(struct predict *p)
{
	int status = make_model(p), ret;

	if (status != CMD_YES)
		return status;
	ret = model_call(p->m, p->tid, &p->call, &p->t);
	if (ret == -ESRCH && !p->t.steps.n)
		return cmd_usage(p->c, "task %d cannot call anything: it has ended", p->tid);
	return write_answer(p, ret);
}

static int run(struct cmd_ctx *c)
{
	struct predict p = {.c = c};
	int status = parse(&p);

	if (status == CMD_YES)
		status = predict(&p);
	model_free(p.m);
	trace_free(&p.t);
	snap_unref(p.snap);
	strbuf_free(&p.out);
	return status;
}

static const struct cmd_option options[] = {
	{"pid", 'p', "PID", WORDS_NONE, "this task makes the call; without it, nscope itself"},
	{"rules", 0, "RULES", WORDS_NONE,
	 "current; 6.1; or 4.4, which the textbooks read; without it, this kernel's"},
	{0},
};

static const char *const examples[] = {
	"nscope predict 'unshare(CLONE_NEWNET)'            # may I, and what would change",
	"nscope predict -p 1911 'setns(net:[4026531840])'  # which check refuses it",
	"nscope predict --rules 4.4 'clone(CLONE_NEWPID)'  # on a machine that just booted",
	NULL,
};

const struct cmd cmd_predict = {
	.name = "predict",
	.args = "CALL",
	.help = "Tell what a call would do, or which check would refuse it",
	.text = "*CALL* is clone, clone3, unshare, setns, fork, vfork, execve or exit as "
		"*strace*(1) prints them; flags by name or number. The first line is the answer: "
		"_ok:_ or the errno and the check that gives it. Then come what to do about it, "
		"what could not be known and would matter, each step with the kernel's function "
		"(*!* refuses, *<* takes back), and what changes.\n\n"
		"Nothing is called: the model of the kernel answers. With other rules than those "
		"of today, and neither *--pid* nor *--load*, pid 1 of a machine that just booted "
		"calls.",
	.options = options,
	.examples = examples,
	.run = run,
};
