/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status line, which says what could not be seen and what was done to the list; the key bar. */
#include "ui_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define POSITION_WIDTH 12 /* of "5/214" at the end of the status line */

/* What a probe could not see, in words that need no knowledge of the probes. */
static const struct gap_words {
	const char *probe;
	const char *of;
	const char *one, *many;
} gap_words[] = {
	{"nslinks", "namespaces of ", "task", "tasks"},
	{"fds", "open files of ", "process", "processes"},
	{"sockets", "", "socket", "sockets"},
	{"binds", "bind mounts of ", "mount namespace", "mount namespaces"},
	{"mntns", "", "mount namespace", "mount namespaces"},
	{"nsfs", "owners of ", "namespace", "namespaces"},
	{"cmdline", "command lines of ", "task", "tasks"},
	{"cgroup", "cgroups of ", "task", "tasks"},
	{"pids", "inner pids of ", "task", "tasks"},
	{"tasks", "", "process", "processes"},
};

/* The row of gap_words, or one past them: the first tell most. */
static size_t gap_row(const struct coverage *cov)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(gap_words) && strcmp(gap_words[i].probe, cov->probe.s))
		i++;
	return i;
}

static void add_gap(const struct coverage *cov, struct strbuf *out, enum charset cs)
{
	const size_t row = gap_row(cov);
	const struct gap_words *words = row < ARRAY_SIZE(gap_words) ? &gap_words[row] : NULL;
	char probe[64], why[160];
	const char *advice;

	text_safe_buf(probe, sizeof(probe), cov->probe, cs);
	text_safe_buf(why, sizeof(why), cov->why, cs);
	/* "what is wrong: what to do" is too long for a line; the page has all of it. */
	advice = strstr(why, ": ");
	strbuf_printf(out, "partial: %s%" PRIu64 " %s hidden", words ? words->of : "", cov->missed,
		      !words		 ? probe
		      : cov->missed == 1 ? words->one
					 : words->many);
	if (*why)
		strbuf_printf(out, " (%s)", advice ? advice + 2 : why);
}

static bool is_worse(const struct coverage *a, const struct coverage *b)
{
	if (a->missed != b->missed)
		return a->missed > b->missed;
	return gap_row(a) < gap_row(b);
}

/* What hides most; the coverage page has the rest. */
static void add_gaps(const struct ui *ui, struct strbuf *out)
{
	const struct snap *s = ui->snap;
	const struct coverage *worst = NULL;
	unsigned n = 0;

	for (uint32_t i = 0; i < s->n_coverage; i++) {
		const struct coverage *cov = &s->coverage[i];

		if ((cov->state != COV_PARTIAL && cov->state != COV_DENIED) || !cov->missed)
			continue;
		n++;
		if (!worst || is_worse(cov, worst))
			worst = cov;
	}
	if (!worst)
		return;
	add_gap(worst, out, ui->opt.cs);
	if (n > 1)
		strbuf_printf(out, ", and %u more (key i)", n - 1);
}

static void draw_position(const struct ui *ui, struct canvas *c, struct area a)
{
	const struct list *l = ui_list_const(ui);
	char at[48];

	if (views[ui->view]->draw_all)
		return;
	snprintf(at, sizeof(at), "%u/%u", l->shown.n ? l->at + 1 : 0, l->shown.n);
	canvas_put_right(c, a.x + a.w - POSITION_WIDTH, a.y, POSITION_WIDTH, ROLE_PLAIN, at);
}

/* What was done to the list: what is as usual is not said. */
static void add_list_state(const struct ui *ui, struct strbuf *out)
{
	const struct list *l = ui_list_const(ui);

	strbuf_add(out, "", 0);
	if (l->filter)
		strbuf_printf(out, "filter %s (%u)  ", l->filter_text, l->n_wanted);
	if (l->is_following)
		strbuf_printf(out, "follow %s  ", l->is_lost ? "lost" : "on");
	if (views[ui->view] == &view_tree && ui->order != TREE_BY_TASK)
		strbuf_printf(out, "order %s  ", tree_orders[ui->order].name);
	if (views[ui->view] == &view_tree && ui->all_threads)
		strbuf_puts(out, "all threads  ");
	if (l->sort)
		strbuf_printf(out, "sort %s%s  ", l->sort->id, l->is_reversed ? " reversed" : "");
	if (l->marks.n_on)
		strbuf_printf(out, "%u marked  ", l->marks.n_on);
}

/* A long one goes on in the line of the key bar. */
static void draw_message(const struct ui *ui, struct canvas *c, struct area a)
{
	uint8_t role = ui->is_error ? ROLE_ERROR : ROLE_TITLE;
	struct page p = {.cs = ui->opt.cs, .width = a.w, .is_flush = true};

	if (status_lines(ui) == 1)
		canvas_put_fit(c, a.x, a.y, a.w, role, ui->msg);
	else
		page_add(&p, role, "%s", ui->msg);
	page_draw(&p, c, a.x, a.y, a.w, 2, 0);
	page_free(&p);
}

unsigned status_lines(const struct ui *ui)
{
	return ui->msg && !ui->prompt.kind && text_width(ui->msg) > ui->w ? 2 : 1;
}

void status_draw(const struct ui *ui, struct canvas *c, struct area a)
{
	struct strbuf gaps = {0}, state = {0};
	unsigned x = a.x, room = a.w - POSITION_WIDTH, state_w;

	if (ui->msg) {
		draw_message(ui, c, a);
		return;
	}
	strbuf_add(&gaps, "", 0);
	if (ui->lab.is_waiting)
		strbuf_puts(&gaps, "running ...");
	else if (views[ui->view]->draw_all)
		; /* it does not show the host */
	else if (ui->snap->is_partial && !ui->opt.file)
		strbuf_puts(&gaps, "reading ...");
	else
		add_gaps(ui, &gaps);
	add_list_state(ui, &state);
	/* Both must be seen: the reason is cut first. */
	state_w = text_width(state.s);
	if (state_w > room * 2 / 3)
		state_w = room * 2 / 3;
	if (gaps.n)
		x += canvas_put_fit(c, x, a.y, room - state_w, ROLE_WARN, gaps.s) + 2;
	if (x < a.x + room)
		canvas_put_fit(c, x, a.y, a.x + room - x, ROLE_PLAIN, state.s);
	draw_position(ui, c, a);
	strbuf_free(&gaps);
	strbuf_free(&state);
}

void bar_draw(const struct ui *ui, struct canvas *c, struct area a)
{
	unsigned x = a.x, where = ui_where(ui);

	for (unsigned i = 0; i < n_commands; i++) {
		const struct command *cmd = &commands[i];
		size_t n = strcspn(cmd->keys, " ");
		char key[16];
		unsigned takes;

		if (!cmd->bar || !command_is_on(ui, cmd, where) || n >= sizeof(key))
			continue;
		memcpy(key, cmd->keys, n);
		key[n] = '\0';
		if (command_by_key(key, where) != cmd)
			continue;
		takes = n + 1 + text_width(cmd->bar);
		if (x + takes > a.w)
			continue;
		x += canvas_put(c, x, a.y, a.w - x, ROLE_KEY, key) + 1;
		x += canvas_put(c, x, a.y, a.w - x, ROLE_PLAIN, cmd->bar) + 2;
	}
}
