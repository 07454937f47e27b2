/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "present.h"

#include "player.h"
#include "ui_impl.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ROWS 5

/* Five rows of dots each, from top to bottom. */
static const struct letter {
	char c;
	const char *rows[ROWS];
} letters[] = {
	{'A', {" # ", "# #", "###", "# #", "# #"}},
	{'B', {"## ", "# #", "## ", "# #", "## "}},
	{'C', {" ##", "#  ", "#  ", "#  ", " ##"}},
	{'D', {"## ", "# #", "# #", "# #", "## "}},
	{'E', {"###", "#  ", "## ", "#  ", "###"}},
	{'F', {"###", "#  ", "## ", "#  ", "#  "}},
	{'G', {" ##", "#  ", "# #", "# #", " ##"}},
	{'H', {"# #", "# #", "###", "# #", "# #"}},
	{'I', {"#", "#", "#", "#", "#"}},
	{'J', {"  #", "  #", "  #", "# #", " # "}},
	{'K', {"# #", "# #", "## ", "# #", "# #"}},
	{'L', {"#  ", "#  ", "#  ", "#  ", "###"}},
	{'M', {"#   #", "## ##", "# # #", "#   #", "#   #"}},
	{'N', {"#  #", "## #", "# ##", "#  #", "#  #"}},
	{'O', {" # ", "# #", "# #", "# #", " # "}},
	{'P', {"## ", "# #", "## ", "#  ", "#  "}},
	{'Q', {" # ", "# #", "# #", "###", " ##"}},
	{'R', {"## ", "# #", "## ", "# #", "# #"}},
	{'S', {" ##", "#  ", " # ", "  #", "## "}},
	{'T', {"###", " # ", " # ", " # ", " # "}},
	{'U', {"# #", "# #", "# #", "# #", "###"}},
	{'V', {"# #", "# #", "# #", "# #", " # "}},
	{'W', {"#   #", "#   #", "# # #", "## ##", "#   #"}},
	{'X', {"# #", "# #", " # ", "# #", "# #"}},
	{'Y', {"# #", "# #", " # ", " # ", " # "}},
	{'Z', {"###", "  #", " # ", "#  ", "###"}},
	{'0', {"###", "# #", "# #", "# #", "###"}},
	{'1', {" # ", "## ", " # ", " # ", "###"}},
	{'2', {"## ", "  #", " # ", "#  ", "###"}},
	{'3', {"## ", "  #", " # ", "  #", "## "}},
	{'4', {"# #", "# #", "###", "  #", "  #"}},
	{'5', {"###", "#  ", "## ", "  #", "## "}},
	{'6', {" ##", "#  ", "###", "# #", "###"}},
	{'7', {"###", "  #", " # ", " # ", " # "}},
	{'8', {"###", "# #", "###", "# #", "###"}},
	{'9', {"###", "# #", "###", "  #", "## "}},
	{'?', {"## ", "  #", " # ", "   ", " # "}},
	{'!', {"#", "#", "#", " ", "#"}},
	{'/', {"  #", "  #", " # ", "#  ", "#  "}},
	{':', {" ", "#", " ", "#", " "}},
	{'-', {"   ", "   ", "###", "   ", "   "}},
	{'(', {" #", "# ", "# ", "# ", " #"}},
	{')', {"# ", " #", " #", " #", "# "}},
	{'|', {"#", "#", "#", "#", "#"}},
	{'=', {"   ", "###", "   ", "###", "   "}},
	{'"', {"# #", "# #", "   ", "   ", "   "}},
	{',', {" ", " ", " ", "#", "#"}},
	{'.', {" ", " ", " ", " ", "#"}},
	{'_', {"   ", "   ", "   ", "   ", "###"}},
	{' ', {"  ", "  ", "  ", "  ", "  "}},
};

static const struct letter *letter_of(char c)
{
	for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
		if (letters[i].c == toupper((unsigned char)c))
			return &letters[i];
	return &letters[ARRAY_SIZE(letters) - 1];
}

unsigned present_big_lines(enum charset cs)
{
	return cs == CHARSET_UTF8 ? (ROWS + 1) / 2 : ROWS;
}

static unsigned big_width(const char *word)
{
	unsigned w = 0;

	for (; *word; word++)
		w += strlen(letter_of(*word)->rows[0]) + 1;
	return w;
}

static bool is_dot(const struct letter *l, unsigned x, unsigned y)
{
	return y < ROWS && l->rows[y][x] == '#';
}

/* Two dots above each other share a cell where there are half blocks. */
static void put_dots(struct canvas *c, const struct letter *l, unsigned x, unsigned y, unsigned i,
		     uint8_t role)
{
	static const char *const halves[] = {" ", "▀", "▄", "█"};

	for (unsigned row = 0; row < present_big_lines(c->cs); row++) {
		unsigned both = is_dot(l, i, row * 2) + 2 * is_dot(l, i, row * 2 + 1);

		canvas_put(c, x, y + row, 1, role,
			   c->cs == CHARSET_UTF8 ? halves[both]
			   : is_dot(l, i, row)	 ? "#"
						 : " ");
	}
}

unsigned present_big(struct canvas *c, unsigned x, unsigned y, unsigned w, uint8_t role,
		     const char *word)
{
	unsigned from = x;

	if (big_width(word) > w)
		return canvas_put_fit(c, x, y + 1, w, role, word);
	for (; *word; word++) {
		const struct letter *l = letter_of(*word);

		for (unsigned i = 0; l->rows[0][i]; i++)
			put_dots(c, l, x++, y, i, role);
		x++;
	}
	return x - from;
}

unsigned present_head_lines(const struct ui *ui)
{
	return ui->h >= PRESENT_TALL ? present_big_lines(ui->opt.cs) + 1 : 2;
}

static void head_word(const struct ui *ui, char *buf, size_t size)
{
	const struct player_ui *lab = &ui->lab;
	const struct lesson_moment *m = player_moment(lab);
	struct strbuf result = {0};

	snprintf(buf, size, "%s", views[ui->view]->name);
	if (views[ui->view] != &view_lab || !m)
		return;
	if (lab->is_asking) {
		snprintf(buf, size, "%u/%u ?", lab->at + 1, lab->lesson->n_script);
	} else if (lab->at) {
		const struct lesson_result *r =
			m->kernel.side == SIDE_DONE ? &m->kernel : &m->model;

		player_result_text(&result, r);
		if (lab->lesson->n_script)
			snprintf(buf, size, "%u/%u  ", lab->at, lab->lesson->n_script);
		else
			*buf = '\0';
		snprintf(buf + strlen(buf), size - strlen(buf), "%s",
			 !lesson_is_good(m)	? "BUG!"
			 : r->side != SIDE_DONE ? "DONE"
			 : r->ret < 0		? result.s
						: "OK");
		strbuf_free(&result);
	}
}

void present_head(const struct ui *ui, struct canvas *c)
{
	char word[64];

	head_word(ui, word, sizeof(word));
	if (ui->h >= PRESENT_TALL)
		present_big(c, PRESENT_MARGIN, 0, c->w - 2 * PRESENT_MARGIN, ROLE_HEADER, word);
	else
		canvas_put_fit(c, PRESENT_MARGIN, 0, c->w - PRESENT_MARGIN, ROLE_HEADER, word);
}

void present_embolden(struct canvas *c)
{
	for (size_t i = 0; i < (size_t)c->w * c->h; i++) {
		uint8_t selected = c->cells[i].role & ROLE_SELECTED;
		uint8_t role = c->cells[i].role & ROLE_MASK;

		if (role == ROLE_PLAIN)
			role = ROLE_TITLE;
		else if (role == ROLE_DIM)
			role = ROLE_PLAIN;
		c->cells[i].role = role | selected;
	}
}
