/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a test process can be told: the list, the flags of clone() and unshare(), and
 * the act with its prediction before it runs. An act is a line of text; a key only
 * helps to write it.
 */
#include "player.h"

#include "actions.h"
#include "ui_impl.h"

#include <stdio.h>
#include <string.h>

enum act_way {
	WAY_CONFIRM, /* shown with its prediction */
	WAY_FLAGS,   /* flags are chosen first */
	WAY_TYPE,    /* something in it is for the user to say */
};

/* %a who acts, %n a new name, %f a new name of a descriptor, %d the last descriptor,
 * %t the namespace under the cursor, %F its flag, %o another test process */
static const struct player_act {
	const char *name;
	const char *line;
	const char *help;
	enum act_way way;
} acts[] = {
	{"clone", "%a: %n = clone(%s)", "make a child, with the flags that you choose", WAY_FLAGS},
	{"unshare", "%a: unshare(%s)", "get namespaces of its own", WAY_FLAGS},
	{"setns", "%a: setns(%t, %F)", "enter the namespace under the cursor", WAY_CONFIRM},
	{"fork", "%a: %n = fork()", "make a child that shares all it may", WAY_CONFIRM},
	{"thread",
	 "%a: %n = clone(CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_SYSVSEM|CLONE_THREAD)",
	 "make a thread", WAY_CONFIRM},
	{"exec", "%a: exec()", "start its program anew", WAY_CONFIRM},
	{"open", "%a: %f = open(%t)", "open the file of the namespace under the cursor",
	 WAY_CONFIRM},
	{"bind", "%a: bind(%d, \"/tmp/ns\")", "mount an open namespace file on a path", WAY_TYPE},
	{"socket", "%a: %f = socket(AF_INET)", "make a socket of its net namespace", WAY_CONFIRM},
	{"sethostname", "%a: sethostname(\"lab\")", "set the host name of its uts namespace",
	 WAY_TYPE},
	{"id map", "%a: write(uid_map, \"0 0 1\")", "map user ids of its user namespace", WAY_TYPE},
	{"wait", "%a: wait(%o)", "reap a child that has ended", WAY_TYPE},
	{"exit", "%a: exit(0)", "let it end", WAY_CONFIRM},
	{"kill", "nscope: kill(%a, SIGKILL)", "end it from outside", WAY_CONFIRM},
	{"other", "%a: ", "type any act, as in the scenarios", WAY_TYPE},
};

#define ACT_CLONE 0

static const struct flag_row {
	const char *name;
	bool is_of_unshare;
	const char *help;
} other_flags[] = {
	{"CLONE_FS", true, "share root and working directory"},
	{"CLONE_FILES", true, "share the table of open files"},
	{"CLONE_SYSVSEM", true, "share what semaphores have to undo"},
	{"CLONE_VM", false, "share the memory"},
	{"CLONE_SIGHAND", false, "share the signal handlers"},
	{"CLONE_THREAD", false, "be a thread of the same process"},
	{"CLONE_PARENT", false, "be a child of the caller's parent"},
};

/* The n-th flag of the list; NULL after the last. */
static const char *flag_at(const struct ui *ui, unsigned n, const char **help)
{
	if (n < NS_N_KINDS) {
		*help = ns_kinds[n].isolates;
		return ns_kinds[n].clone_name;
	}
	for (size_t i = 0; i < ARRAY_SIZE(other_flags); i++) {
		if (ui->lab.flags_of != ACT_CLONE && !other_flags[i].is_of_unshare)
			continue;
		if (n-- != NS_N_KINDS)
			continue;
		*help = other_flags[i].help;
		return other_flags[i].name;
	}
	return NULL;
}

/* ---- who acts, and on what ---- */

static const struct lesson_moment *now(const struct player_ui *lab)
{
	return &lab->lesson->moments.items[lab->lesson->moments.n - 1];
}

static const char *actor_name(const struct player_ui *lab)
{
	return now(lab)->actors.items[lab->actor].name;
}

static bool is_alive(const struct player_ui *lab, uint32_t actor)
{
	return actor < now(lab)->actors.n && now(lab)->actors.items[actor].is_alive;
}

static void take_ns(struct ui *ui, enum player_world w, const struct ns *ns)
{
	struct player_ui *lab = &ui->lab;
	enum ns_slot slot;
	int actor = player_ns_actor(lab->lesson, w, ns, &slot);

	if (actor < 0) {
		strbuf_printf(&lab->note,
			      "No test process is in %s:[%u]: only namespaces of the lab can be "
			      "entered or opened.",
			      ns_kinds[ns->kind].name, ns->inum);
		return;
	}
	strbuf_printf(&lab->target, "%s/%s", now(lab)->actors.items[actor].name,
		      ns_slots[slot].name);
	lab->target_kind = ns->kind;
}

static void take_task(struct ui *ui, int32_t task)
{
	const struct lesson_moment *m = now(&ui->lab);
	struct strbuf name = {0};

	for (uint32_t i = 0; i < m->actors.n; i++)
		if (m->actors.items[i].is_alive &&
		    m->actors.items[i].kernel_tid == ui->snap->tasks[task].tid) {
			ui->lab.actor = i;
			return;
		}
	name_task(ui->snap, task, &name, ui->opt.cs);
	strbuf_printf(&ui->lab.note, "%s is not a test process of nscope: only those can act.",
		      name.s);
	strbuf_free(&name);
}

static void take_lab_row(struct ui *ui)
{
	struct player_state s;
	uint32_t at;

	player_state_now(ui, &s, &at);
	if (at < s.rows.n && s.rows.items[at].is_ns) {
		enum player_world w =
			player_snap(s.l, s.at, WORLD_KERNEL) ? WORLD_KERNEL : WORLD_MODEL;
		int32_t row = player_ns_row(&s, s.at, w, s.rows.items[at].ix);

		if (row >= 0)
			take_ns(ui, w, &player_snap(s.l, s.at, w)->nss[row]);
	} else if (at < s.rows.n) {
		ui->lab.actor = s.rows.items[at].ix;
	}
	player_state_free(&s);
}

/* The test process under the cursor acts; on another row the one of before does. */
static void look_at_cursor(struct ui *ui)
{
	const struct tree_row *r = list_row(ui_list(ui));
	struct player_ui *lab = &ui->lab;

	lab->note.n = lab->target.n = 0;
	strbuf_add(&lab->note, "", 0);
	strbuf_add(&lab->target, "", 0);
	if (views[ui->view] == &view_lab)
		take_lab_row(ui);
	else if (r && r->of == OF_NS)
		take_ns(ui, WORLD_KERNEL, &ui->snap->nss[r->ix]);
	else if (r && r->of == OF_TASK)
		take_task(ui, r->ix);
	for (uint32_t i = 0; !is_alive(lab, lab->actor) && i < now(lab)->actors.n; i++)
		if (is_alive(lab, i))
			lab->actor = i;
}

/* ---- the line of an act ---- */

static void put_flags(const struct ui *ui, struct strbuf *out)
{
	const char *flag, *help, *bar = "";
	bool is_thread = false;

	for (unsigned i = 0; (flag = flag_at(ui, i, &help)); i++) {
		if (!(ui->lab.flags & 1ull << i))
			continue;
		is_thread = is_thread || !strcmp(flag, "CLONE_THREAD");
		strbuf_printf(out, "%s%s", bar, flag);
		bar = "|";
	}
	if (ui->lab.flags_of == ACT_CLONE && !is_thread)
		strbuf_printf(out, "%sSIGCHLD", bar);
	else if (!*bar)
		strbuf_puts(out, "0");
}

static void write_line(struct ui *ui, const struct player_act *act)
{
	struct player_ui *lab = &ui->lab;
	struct strbuf *out = &lab->act;

	out->n = 0;
	strbuf_add(out, "", 0);
	for (const char *p = act->line; *p; p++) {
		if (*p != '%') {
			strbuf_add(out, p, 1);
			continue;
		}
		switch (*++p) {
		case 'a':
			strbuf_puts(out, actor_name(lab));
			break;
		case 'n':
			player_put_new_name(lab, "bcdehijklmnopqrtuvwxyz", out);
			break;
		case 'f':
			player_put_new_name(lab, "fgs", out);
			break;
		case 'd':
			player_put_last_fd(lab, out);
			break;
		case 't':
			strbuf_puts(out, lab->target.s);
			break;
		case 'F':
			strbuf_puts(out, ns_kinds[lab->target_kind].clone_name);
			break;
		case 'o':
			player_put_other(lab, out);
			break;
		case 's':
			put_flags(ui, out);
			break;
		}
	}
}

static void predict(struct ui *ui)
{
	ui->lab.prediction = NULL;
	player_ask(ui, REQUEST_PREDICT, ui->lab.act.s);
}

static void confirm(struct ui *ui)
{
	act_overlay(ui, OVERLAY_CONFIRM, NULL);
	predict(ui);
}

/* ---- pages ---- */

static bool needs_target(const struct player_act *act)
{
	return strstr(act->line, "%t") != NULL;
}

static void list_page(const struct ui *ui, struct page *p)
{
	p->key_width = 14;
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
		page_add_key(p, acts[i].name, "%s",
			     needs_target(&acts[i]) && !ui->lab.target.n
				     ? "(needs the cursor on a namespace of the lab)"
				     : acts[i].help);
}

static void scenarios_page(const struct ui *ui, struct page *p)
{
	p->key_width = 24;
	for (unsigned i = 0; i < ui->opt.n_scenarios; i++)
		page_add_key(p, ui->opt.scenarios[i].name, "%s", ui->opt.scenarios[i].title);
}

static void flags_page(const struct ui *ui, struct page *p)
{
	const char *flag, *help;

	p->key_width = 22;
	for (unsigned i = 0; (flag = flag_at(ui, i, &help)); i++) {
		char key[40];

		snprintf(key, sizeof(key), "[%c] %s", ui->lab.flags & 1ull << i ? 'x' : ' ', flag);
		page_add_key(p, key, "%s", help);
	}
}

static void confirm_page(const struct ui *ui, struct page *p)
{
	page_add(p, ROLE_PLAIN, "Enter runs it, e changes it, Esc leaves it.");
	if (ui->lab.prediction && ui->lab.prediction->trace.steps.n) {
		page_add_title(p, "What the model went through");
		player_add_steps(p, ui->lab.prediction);
	}
}

void player_acts_page(const struct ui *ui, struct page *p)
{
	if (ui->overlay == OVERLAY_SCENARIOS)
		scenarios_page(ui, p);
	else if (ui->overlay == OVERLAY_ACTIONS)
		list_page(ui, p);
	else if (ui->overlay == OVERLAY_FLAGS)
		flags_page(ui, p);
	else
		confirm_page(ui, p);
}

void player_acts_head(const struct ui *ui, struct page *p)
{
	const struct player_ui *lab = &ui->lab;

	if (!lab->lesson || !lab->lesson->moments.n || ui->overlay == OVERLAY_SCENARIOS)
		return;
	p->key_width = 8;
	if (ui->overlay == OVERLAY_ACTIONS) {
		if (lab->note.n)
			page_add(p, ROLE_TITLE, "%s", lab->note.s);
		page_add_key(p, "actor", "%s  (Space: another one)", actor_name(lab));
		if (lab->target.n)
			page_add_key(p, "on", "%s, the namespace under the cursor", lab->target.s);
		return;
	}
	page_add_key(p, "call", "%s", lab->act.s);
	if (lab->prediction_error)
		page_add(p, ROLE_ERROR, "error: %s", lab->prediction_error);
	else if (lab->prediction)
		player_add_answer(p, lab->prediction, true);
	else
		page_add_key(p, "model", "is not there to be asked");
	if (ui->overlay == OVERLAY_FLAGS)
		page_add(p, ROLE_DIM, "Space chooses a flag, Enter runs the call, Esc leaves.");
}

/* ---- doing ---- */

/* Between the steps of a scenario nothing else happens: its checks would not hold. */
static bool may_act(struct ui *ui)
{
	const struct player_ui *lab = &ui->lab;

	if (!player_moment(lab))
		ui_say(ui, false, "the lab is not running: a starts it");
	else if (lab->lesson->moments.n <= lab->lesson->n_script)
		ui_say(ui, false, "a scenario is running: n goes on with it, :free-lab leaves it");
	else
		return true;
	return false;
}

void player_acts_open(struct ui *ui)
{
	if (!may_act(ui))
		return;
	look_at_cursor(ui);
	if (!is_alive(&ui->lab, ui->lab.actor))
		ui_say(ui, false, "all test processes have ended: :free-lab starts anew");
	else
		act_overlay(ui, OVERLAY_ACTIONS, NULL);
}

void act_actions(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	if (ui->lab.lesson && ui->lab.lesson->moments.n) {
		player_acts_open(ui);
		return;
	}
	ui->lab.wants_actions = true;
	player_ask(ui, REQUEST_OPEN, "");
}

static void choose_act(struct ui *ui)
{
	const struct player_act *act = &acts[ui->overlay_at];
	struct player_ui *lab = &ui->lab;

	if (needs_target(act) && !lab->target.n) {
		ui_say(ui, false,
		       "put the cursor on a namespace of the lab first (here, or in 2 Spaces)");
		return;
	}
	lab->flags = 0;
	lab->flags_of = ui->overlay_at;
	write_line(ui, act);
	if (act->way == WAY_FLAGS) {
		act_overlay(ui, OVERLAY_FLAGS, NULL);
		predict(ui);
	} else if (act->way == WAY_TYPE) {
		ui->overlay = OVERLAY_NONE;
		prompt_open(ui, PROMPT_ACT, lab->act.s);
	} else {
		confirm(ui);
	}
}

static void next_actor(struct player_ui *lab)
{
	uint32_t n = now(lab)->actors.n;

	for (uint32_t i = 1; i < n; i++)
		if (is_alive(lab, (lab->actor + i) % n)) {
			lab->actor = (lab->actor + i) % n;
			return;
		}
}

static void run_line(struct ui *ui, const char *line)
{
	ui->overlay = OVERLAY_NONE;
	if (may_act(ui))
		player_ask(ui, REQUEST_RUN, line);
}

void player_acts_choose(struct ui *ui, bool is_final)
{
	if (!player_moment(&ui->lab) && ui->overlay != OVERLAY_SCENARIOS) {
		ui->overlay = OVERLAY_NONE;
	} else if (ui->overlay == OVERLAY_SCENARIOS) {
		uint32_t at = ui->overlay_at;

		ui->overlay = OVERLAY_NONE;
		player_ask(ui, REQUEST_SCENARIO, ui->opt.scenarios[at].name);
	} else if (ui->overlay == OVERLAY_ACTIONS && is_final) {
		choose_act(ui);
	} else if (ui->overlay == OVERLAY_ACTIONS) {
		next_actor(&ui->lab);
	} else if (is_final) {
		run_line(ui, ui->lab.act.s);
	} else {
		ui->lab.flags ^= 1ull << ui->overlay_at;
		write_line(ui, &acts[ui->lab.flags_of]);
		predict(ui);
	}
}

void player_acts_typed(struct ui *ui, const char *text)
{
	if (!may_act(ui))
		return;
	ui->lab.act.n = 0;
	strbuf_puts(&ui->lab.act, text);
	confirm(ui);
}

void act_do(struct ui *ui, int n, const char *arg)
{
	(void)n;
	if (!arg)
		ui_say(ui, true, "error: \"do\" wants an act, like: do a: unshare(CLONE_NEWUTS)");
	else
		run_line(ui, arg);
}

void act_run(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	run_line(ui, ui->lab.act.s);
}

void act_edit(struct ui *ui, int n, const char *arg)
{
	(void)n;
	(void)arg;
	ui->overlay = OVERLAY_NONE;
	prompt_open(ui, PROMPT_ACT, ui->lab.act.s);
}
