/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ui_impl.h"

#include "snap_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct snap *empty_snap(void)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s = snap_freeze(b, true);

	snap_builder_free(b);
	return s;
}

/* The columns that a view shows at first, from its words. */
static void choose_columns(struct list *l, enum row_of of, const char *ids)
{
	_cleanup_free_ char *copy = xstrdup(ids);
	char *save = NULL;

	l->n_cols = 0;
	for (char *id = strtok_r(copy, " ", &save); id; id = strtok_r(NULL, " ", &save)) {
		const struct column *col = column_find(of, id);

		if (col && l->n_cols < LIST_MAX_COLUMNS)
			l->cols[l->n_cols++] = col;
	}
}

struct ui *ui_new(const struct ui_options *opt, unsigned w, unsigned h)
{
	struct ui *ui = xcalloc(1, sizeof(*ui));

	ui->opt = *opt;
	ui->w = w;
	ui->h = h;
	ui->snap = empty_snap();
	strbuf_add(&ui->copy, "", 0);
	for (unsigned v = 0; v < n_views; v++) {
		ui->lists[v].is_folded_first = views[v]->is_folded_first;
		choose_columns(&ui->lists[v], views[v]->of(ui), views[v]->cols);
	}
	ui_reload(ui);
	ui_fit(ui);
	return ui;
}

void ui_free(struct ui *ui)
{
	if (!ui)
		return;
	for (unsigned v = 0; v < n_views; v++)
		list_free(&ui->lists[v]);
	prompt_free(ui);
	player_free(&ui->lab);
	matrix_free(&ui->matrix);
	snap_unref(ui->snap);
	strbuf_free(&ui->copy);
	free(ui->search);
	free(ui->msg);
	free(ui);
}

void ui_say(struct ui *ui, bool is_error, const char *fmt, ...)
{
	va_list args;

	free(ui->msg);
	va_start(args, fmt);
	if (vasprintf(&ui->msg, fmt, args) < 0)
		abort();
	va_end(args);
	ui->is_error = is_error;
}

unsigned ui_where(const struct ui *ui)
{
	static const unsigned overlays[] = {
		[OVERLAY_HELP] = IN_PAGE,	[OVERLAY_COVERAGE] = IN_PAGE,
		[OVERLAY_COLUMNS] = IN_PICK,	[OVERLAY_SORT] = IN_PICK,
		[OVERLAY_STEPS] = IN_STEPS,	[OVERLAY_ACTIONS] = IN_PICK,
		[OVERLAY_FLAGS] = IN_PICK,	[OVERLAY_SCENARIOS] = IN_PICK,
		[OVERLAY_CONFIRM] = IN_CONFIRM,
	};

	if (ui->overlay)
		return overlays[ui->overlay];
	/* A lesson goes on while its text is read. */
	if (ui->is_detail_open)
		return views[ui->view] == &view_lab ? IN_DETAIL | IN_LAB : IN_DETAIL;
	return BIT(ui->view);
}

void ui_reload(struct ui *ui)
{
	struct tree t = {0};

	views[ui->view]->rows(ui, &t);
	list_load(ui_list(ui), ui->snap, &t);
}

void ui_set_snap(struct ui *ui, const struct snap *s)
{
	const struct snap *old = ui->snap;
	struct list *l = ui_list(ui);
	bool was_lost = l->is_lost;

	ui->snap = s;
	matrix_free(&ui->matrix);
	matrix_build(&ui->matrix, s);
	ui_reload(ui);
	if (l->is_following && l->is_lost && !was_lost)
		ui_say(ui, false, "what you follow is gone; F stops following");
	ui_clamp(ui);
	/* The other lists hold rows of the old snap: ui_show_view() makes them again. */
	snap_unref(old);
}

void ui_show_view(struct ui *ui, unsigned view)
{
	const struct list *from = ui_list(ui);
	struct list *to = &ui->lists[view];

	if (from != to && from->is_following) {
		to->key = from->key;
		to->has_key = true;
	}
	ui->view = view;
	ui->is_detail_open = false;
	ui_fit(ui);
	ui_reload(ui);
}

bool ui_set_filter(struct ui *ui, const char *text)
{
	struct list *l = ui_list(ui);
	struct filter *f = NULL;
	struct err e;

	if (text && *text) {
		f = filter_parse(views[ui->view]->of(ui), text, &e);
		if (!f) {
			ui_say(ui, true, "error: %s", e.msg);
			return false;
		}
	}
	filter_free(l->filter);
	free(l->filter_text);
	l->filter = f;
	l->filter_of = views[ui->view]->of(ui);
	l->filter_text = f ? xstrdup(text) : NULL;
	keyset_clear(&l->folds);
	ui_reload(ui);
	list_reveal(l);
	return true;
}

void ui_row_text(const struct ui *ui, const struct tree_row *r, struct strbuf *out)
{
	const struct list *l = ui_list_const(ui);
	char buf[256];

	views[ui->view]->text(ui, r, out);
	for (unsigned i = 0; i < l->n_cols; i++) {
		struct value v;

		if (l->cols[i]->of != r->of)
			continue;
		l->cols[i]->get(ui->snap, r->ix, &v);
		strbuf_puts(out, " ");
		strbuf_puts(out, value_text(&v, buf, sizeof(buf), ui->opt.cs));
	}
}

bool ui_find(struct ui *ui, const char *text, int by, bool from_here)
{
	struct list *l = ui_list(ui);
	uint32_t n = l->tree.n, row = l->shown.n ? l->shown.items[l->at] : 0;
	struct strbuf line = {0};
	bool is_found = false;

	for (uint32_t i = from_here ? 0 : 1; i <= n && n && !is_found; i++) {
		uint32_t at = (row + (by > 0 ? i : n - i % n)) % n;

		line.n = 0;
		ui_row_text(ui, &l->tree.rows[at], &line);
		is_found = strcasestr(line.s, text) != NULL;
		if (!is_found)
			continue;
		if (!from_here && (by > 0 ? at <= row : at >= row))
			ui_say(ui, false, "search went round the end");
		list_go_row(l, at);
	}
	strbuf_free(&line);
	return is_found;
}

bool ui_is_paused(const struct ui *ui)
{
	return ui->is_paused;
}

bool ui_has_mouse(const struct ui *ui)
{
	return ui->has_mouse;
}

const char *ui_copy_text(const struct ui *ui)
{
	return ui->copy.s;
}

struct ui_needs ui_needs(const struct ui *ui)
{
	const struct list *l = ui_list_const(ui);
	/* Names of tasks, and what the detail of a task shows, are always wanted. */
	uint8_t facts = TASK_STAT | TASK_PIDS | TASK_UID | TASK_CGROUP, lead = 0;
	uint8_t *of_view = views[ui->view]->of(ui) == OF_TASK ? &facts : &lead;

	for (unsigned i = 0; i < l->n_cols; i++)
		*of_view |= l->cols[i]->needs;
	if (l->sort)
		*of_view |= l->sort->needs;
	if (l->filter)
		*of_view |= filter_needs(l->filter);
	return (struct ui_needs){facts, lead | facts, views[ui->view]->needs_ledger};
}

void ui_resize(struct ui *ui, unsigned w, unsigned h)
{
	ui->w = w;
	ui->h = h;
	ui_fit(ui);
	ui_clamp(ui);
}

/* ---- input ---- */

static void handle_key(struct ui *ui, const char *key)
{
	const struct command *cmd;

	if (ui->prompt.kind) {
		prompt_key(ui, key);
		return;
	}
	cmd = command_by_key(key, ui_where(ui));
	if (cmd && command_is_on(ui, cmd, ui_where(ui)))
		cmd->run(ui, cmd->n, NULL);
	else
		ui_say(ui, false, "%s does nothing here; ? shows the keys", key);
}

static void handle_click(struct ui *ui, unsigned x, unsigned y)
{
	struct layout lay = ui_layout(ui);
	struct list *l = ui_list(ui);
	uint32_t at;

	if (ui->overlay || ui->prompt.kind || lay.is_too_small || x < lay.list.x ||
	    x >= lay.list.x + lay.list.w || y < lay.list.y || y >= lay.list.y + lay.list.h)
		return;
	at = l->top + (y - lay.list.y) / lay.row_lines;
	if (at >= l->shown.n)
		return;
	if (at == l->at)
		handle_key(ui, "Enter");
	else
		list_go(l, at);
}

static void handle_wheel(struct ui *ui, int by)
{
	if (ui->overlay || ui->is_detail_open)
		handle_key(ui, by < 0 ? "Up" : "Down");
	else
		list_scroll(ui_list(ui), by);
}

unsigned ui_handle(struct ui *ui, const struct input *in)
{
	ui->effects = 0;
	ui->lab.is_waiting = false;
	free(ui->msg);
	ui->msg = NULL;
	if (in->type == INPUT_KEY)
		handle_key(ui, in->key);
	else if (in->type == INPUT_CLICK)
		handle_click(ui, in->x, in->y);
	else
		handle_wheel(ui, in->by);
	return ui->effects;
}

/* Words of a script that are keys though longer than a character. */
static bool is_key_name(const char *word, size_t n)
{
	static const char *const names[] = {
		"Up",  "Down",	"Left",	     "Right",  "Home",	"End",	 "PgUp", "PgDn",
		"Tab", "S-Tab", "Backspace", "Delete", "Space", "Enter", "Esc",	 "Insert",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == n && !strncmp(names[i], word, n))
			return true;
	if (n == 3 && word[0] == 'C' && word[1] == '-')
		return true;
	return (n == 2 || n == 3) && word[0] == 'F' && word[1] >= '1' && word[1] <= '9' &&
	       (n == 2 || (word[2] >= '0' && word[2] <= '9'));
}

static unsigned play_key(struct ui *ui, const char *p, size_t n, struct ui_stage *stage)
{
	struct input in = {.type = INPUT_KEY};
	unsigned effects;

	if (n >= sizeof(in.key))
		return 0;
	memcpy(in.key, p, n);
	effects = ui_handle(ui, &in);
	if (effects & UI_STAGE && stage)
		stage->run(stage, ui, ui_request(ui));
	return effects;
}

unsigned ui_play(struct ui *ui, const char *script, struct ui_stage *stage)
{
	unsigned effects = 0;

	while (*script && !(effects & UI_QUIT)) {
		size_t n = strcspn(script, " \t\n");
		const char *p = script, *end = script + n;
		struct glyph g;

		if (is_key_name(p, n)) {
			effects |= play_key(ui, p, n, stage);
			p = end;
		}
		while (p < end && !(effects & UI_QUIT)) {
			const char *next = text_glyph(p, &g);

			effects |= play_key(ui, p, next - p, stage);
			p = next;
		}
		script = end + strspn(end, " \t\n");
	}
	return effects;
}
