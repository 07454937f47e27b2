/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "prompt.h"

#include "ui_impl.h"

#include <string.h>

#define MAX_TEXT 1000

static const struct prompt_info {
	const char *sign; /* what stands before the text */
	void (*changed)(struct ui *ui);
	bool (*done)(struct ui *ui); /* false: go on typing */
	void (*cancelled)(struct ui *ui);
} prompts[];

void prompt_open(struct ui *ui, enum prompt_kind kind, const char *text)
{
	const struct list *l = ui_list(ui);
	struct prompt *p = &ui->prompt;

	p->kind = kind;
	p->text.n = 0;
	strbuf_puts(&p->text, text);
	p->at = p->text.n;
	ui->search_from.key = l->key;
	ui->search_from.has_key = l->has_key;
	ui->search_from.at = l->at;
	ui->search_from.top = l->top;
	ui->search_from.opened.n = 0;
}

void prompt_free(struct ui *ui)
{
	strbuf_free(&ui->prompt.text);
	free(ui->search_from.opened.items);
}

static void close_prompt(struct ui *ui)
{
	ui->prompt.kind = PROMPT_NONE;
}

/* ---- search ---- */

static void go_back_to_place(struct ui *ui)
{
	struct prompt_place *from = &ui->search_from;
	struct list *l = ui_list(ui);
	int32_t row;

	for (uint32_t i = 0; i < from->opened.n; i++) {
		row = list_find_key(l, &from->opened.items[i]);
		if (row >= 0)
			list_fold(l, row, true);
	}
	from->opened.n = 0;
	row = from->has_key ? list_find_key(l, &from->key) : -1;
	if (row >= 0)
		list_go_row(l, row);
	else
		list_go(l, from->at);
	list_scroll(l, (int64_t)from->top - l->top);
}

/* The folds that hide rows now, so that those a search opens can be closed again. */
static void remember_folds(struct ui *ui, bool *was_folded)
{
	const struct list *l = ui_list(ui);

	for (uint32_t i = 0; i < l->tree.n; i++)
		was_folded[i] = list_is_folded(l, &l->tree.rows[i]);
}

static void search_changed(struct ui *ui)
{
	struct prompt_place *from = &ui->search_from;
	struct list *l = ui_list(ui);
	bool *was_folded = xcalloc(l->tree.n, sizeof(*was_folded));

	go_back_to_place(ui);
	remember_folds(ui, was_folded);
	free(ui->search);
	ui->search = ui->prompt.text.n ? xstrdup(ui->prompt.text.s) : NULL;
	if (ui->search && !ui_find(ui, ui->search, 1, true))
		ui_say(ui, false, "not found");
	for (uint32_t i = 0; i < l->tree.n; i++)
		if (was_folded[i] && !list_is_folded(l, &l->tree.rows[i]))
			*array_add(&from->opened) = row_key_of(l->snap, &l->tree.rows[i]);
	free(was_folded);
}

static bool search_done(struct ui *ui)
{
	if (!ui->search)
		go_back_to_place(ui);
	return true;
}

static void search_cancelled(struct ui *ui)
{
	go_back_to_place(ui);
	free(ui->search);
	ui->search = NULL;
}

/* ---- filter, command ---- */

static bool filter_done(struct ui *ui)
{
	return ui_set_filter(ui, ui->prompt.text.s);
}

static bool command_done(struct ui *ui)
{
	_cleanup_free_ char *line = xstrdup(ui->prompt.text.s);

	close_prompt(ui);
	command_run_line(ui, line);
	return true;
}

static bool act_done(struct ui *ui)
{
	player_acts_typed(ui, ui->prompt.text.s);
	return true;
}

static const struct prompt_info prompts[] = {
	[PROMPT_COMMAND] = {.sign = ":", .done = command_done},
	[PROMPT_SEARCH] = {.sign = "/",
			   .changed = search_changed,
			   .done = search_done,
			   .cancelled = search_cancelled},
	[PROMPT_FILTER] = {.sign = "&", .done = filter_done},
	[PROMPT_ACT] = {.sign = "!", .done = act_done},
};
_Static_assert(ARRAY_SIZE(prompts) == PROMPT_N_KINDS, "a row for each kind");

/* ---- the line ---- */

static size_t glyph_after(const struct prompt *p)
{
	struct glyph g;
	const char *next = text_glyph(p->text.s + p->at, &g);

	return next ? (size_t)(next - p->text.s) : p->at;
}

static size_t glyph_before(const struct prompt *p)
{
	size_t before = 0;
	struct glyph g;

	for (const char *s = p->text.s; s < p->text.s + p->at; s = text_glyph(s, &g))
		before = s - p->text.s;
	return before;
}

static void cut(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text.s + from, p->text.s + to, p->text.n - to + 1);
	p->text.n -= to - from;
	p->at = from;
}

static void insert(struct prompt *p, const char *s)
{
	struct strbuf b = {0};
	size_t n = strlen(s);

	if (p->text.n + n > MAX_TEXT)
		return;
	strbuf_add(&b, p->text.s, p->at);
	strbuf_puts(&b, s);
	strbuf_puts(&b, p->text.s + p->at);
	strbuf_free(&p->text);
	p->text = b;
	p->at += n;
}

static size_t word_before(const struct prompt *p)
{
	size_t at = p->at;

	while (at && p->text.s[at - 1] == ' ')
		at--;
	while (at && p->text.s[at - 1] != ' ')
		at--;
	return at;
}

static void complete(struct ui *ui)
{
	struct strbuf line = {0}, list = {0};
	struct prompt *p = &ui->prompt;

	if (p->kind != PROMPT_COMMAND || p->at != p->text.n)
		return;
	strbuf_add(&list, "", 0);
	if (command_complete(ui, p->text.s, &line, &list) > 1)
		ui_say(ui, false, "%s", list.s);
	cut(p, 0, p->text.n);
	insert(p, line.s);
	strbuf_free(&line);
	strbuf_free(&list);
}

/* Editing keys, as in readline; false when the key is none. */
static bool edit(struct ui *ui, const char *key)
{
	struct prompt *p = &ui->prompt;
	struct glyph g;

	if (!strcmp(key, "Left"))
		p->at = glyph_before(p);
	else if (!strcmp(key, "Right"))
		p->at = glyph_after(p);
	else if (!strcmp(key, "Home") || !strcmp(key, "C-a"))
		p->at = 0;
	else if (!strcmp(key, "End") || !strcmp(key, "C-e"))
		p->at = p->text.n;
	else if (!strcmp(key, "Backspace"))
		cut(p, glyph_before(p), p->at);
	else if (!strcmp(key, "Delete") || !strcmp(key, "C-d"))
		cut(p, p->at, glyph_after(p));
	else if (!strcmp(key, "C-u"))
		cut(p, 0, p->at);
	else if (!strcmp(key, "C-w"))
		cut(p, word_before(p), p->at);
	else if (!strcmp(key, "Tab"))
		complete(ui);
	else if (!strcmp(key, "Space"))
		insert(p, " ");
	else if (text_glyph(key, &g) && g.n == strlen(key) && strcmp(g.s, "?"))
		insert(p, key);
	else if (!strcmp(key, "?"))
		insert(p, key);
	else
		return false;
	return true;
}

void prompt_key(struct ui *ui, const char *key)
{
	const struct prompt_info *info = &prompts[ui->prompt.kind];
	bool is_empty = !ui->prompt.text.n;

	if (!strcmp(key, "Enter")) {
		if (info->done(ui))
			close_prompt(ui);
	} else if (!strcmp(key, "Esc") || (!strcmp(key, "Backspace") && is_empty)) {
		if (info->cancelled)
			info->cancelled(ui);
		close_prompt(ui);
	} else if (edit(ui, key) && info->changed) {
		info->changed(ui);
	}
}

void prompt_draw(const struct ui *ui, struct canvas *c, unsigned y)
{
	const struct prompt *p = &ui->prompt;
	const char *from = p->text.s;
	_cleanup_free_ char *before = strndup(p->text.s, p->at);
	unsigned at = text_width(before);
	struct glyph g;

	/* A long line is scrolled so that the cursor can be seen. */
	while (at + 2 >= c->w && text_glyph(from, &g)) {
		from = text_glyph(from, &g);
		at -= g.width;
	}
	canvas_put(c, 0, y, 1, ROLE_KEY, prompts[p->kind].sign);
	canvas_put(c, 1, y, c->w - 1, ROLE_PLAIN, from);
	c->cursor_x = at + 1;
	c->cursor_y = y;
}
