/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "canvas.h"

#include "style.h"

#include <string.h>
#include <strings.h>

static const struct cell blank = {.s = " ", .width = 1};

void canvas_clear(struct canvas *c)
{
	for (size_t i = 0; i < (size_t)c->w * c->h; i++)
		c->cells[i] = blank;
	c->cursor_x = c->cursor_y = 0;
}

void canvas_resize(struct canvas *c, unsigned w, unsigned h)
{
	if (w != c->w || h != c->h) {
		c->cells = xreallocarray(c->cells, (size_t)w * h, sizeof(*c->cells));
		c->w = w;
		c->h = h;
	}
	canvas_clear(c);
}

void canvas_free(struct canvas *c)
{
	free(c->cells);
	*c = (struct canvas){0};
}

/* Columns [x, x + width) are about to be written: blank the other halves at both ends. */
static void cut_out(struct canvas *c, unsigned x, unsigned y, unsigned width)
{
	struct cell *row = canvas_cell(c, 0, y);

	if (row[x].width == 0) {
		row[x - 1] = blank;
		row[x] = blank;
	}
	if (x + width < c->w && row[x + width].width == 0) {
		row[x + width - 1] = blank;
		row[x + width] = blank;
	}
}

unsigned canvas_put(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t role,
		    const char *safe)
{
	unsigned used = 0;
	struct glyph g;

	if (y >= c->h || x >= c->w)
		return 0;
	if (width > c->w - x)
		width = c->w - x;
	while ((safe = text_glyph(safe, &g)) && used + g.width <= width) {
		struct cell *cell = canvas_cell(c, x + used, y);

		cut_out(c, x + used, y, g.width);
		memcpy(cell->s, g.s, sizeof(cell->s));
		cell->width = g.width;
		cell->role = role;
		if (g.width == 2)
			cell[1] = (struct cell){.role = role};
		used += g.width;
	}
	return used;
}

unsigned canvas_put_fit(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t role,
			const char *safe)
{
	struct strbuf fitted = {0};
	unsigned used;

	if (x >= c->w)
		return 0;
	if (width > c->w - x)
		width = c->w - x;
	text_fit(&fitted, safe, width, c->cs);
	used = canvas_put(c, x, y, width, role, fitted.s);
	strbuf_free(&fitted);
	return used;
}

void canvas_put_right(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t role,
		      const char *safe)
{
	unsigned takes = text_width(safe);

	if (takes < width) {
		x += width - takes;
		width = takes;
	}
	canvas_put_fit(c, x, y, width, role, safe);
}

void canvas_fill(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t role,
		 const char *glyph)
{
	for (unsigned i = 0; i < width; i++)
		canvas_put(c, x + i, y, 1, role, glyph);
}

void canvas_add_role(struct canvas *c, unsigned x, unsigned y, unsigned width, uint8_t bits)
{
	for (unsigned i = 0; i < width && y < c->h && x + i < c->w; i++)
		canvas_cell(c, x + i, y)->role |= bits;
}

void canvas_highlight(struct canvas *c, unsigned x, unsigned y, unsigned width, const char *word,
		      uint8_t role)
{
	size_t n = strlen(word);

	for (unsigned from = x; n && from < x + width && from < c->w; from++) {
		unsigned to = from;
		size_t got = 0;

		while (got < n && to < c->w) {
			const struct cell *cell = canvas_cell(c, to++, y);
			size_t bytes = cell->width ? strlen(cell->s) : 0;

			if (bytes > n - got || strncasecmp(cell->s, word + got, bytes))
				break;
			got += bytes;
		}
		for (; got == n && from < to; from++) {
			uint8_t *r = &canvas_cell(c, from, y)->role;

			*r = role | (*r & ROLE_SELECTED);
		}
	}
}

void canvas_dump(const struct canvas *c, struct strbuf *out)
{
	strbuf_add(out, "", 0);
	for (unsigned y = 0; y < c->h; y++) {
		size_t end = out->n;

		for (unsigned x = 0; x < c->w; x++) {
			const struct cell *cell = canvas_cell(c, x, y);

			if (!cell->width)
				continue;
			strbuf_puts(out, cell->s);
			if (strcmp(cell->s, " "))
				end = out->n;
		}
		out->n = end;
		strbuf_puts(out, "\n");
	}
}

void canvas_dump_roles(const struct canvas *c, struct strbuf *out)
{
	strbuf_add(out, "", 0);
	for (unsigned y = 0; y < c->h; y++) {
		for (unsigned x = 0; x < c->w; x++) {
			uint8_t role = canvas_cell(c, x, y)->role;
			char code = roles[role & ROLE_MASK].code;

			/* A selected cell without a role of its own still shows. */
			if (role & ROLE_SELECTED && (role & ROLE_MASK) == ROLE_PLAIN)
				code = '>';
			strbuf_add(out, &code, 1);
		}
		strbuf_puts(out, "\n");
	}
}

bool canvas_is_sound(const struct canvas *c)
{
	for (unsigned y = 0; y < c->h; y++) {
		unsigned x = 0;

		while (x < c->w) {
			const struct cell *cell = canvas_cell(c, x, y);

			if (cell->width < 1 || cell->width > 2 || x + cell->width > c->w)
				return false;
			if (text_width(cell->s) != cell->width)
				return false;
			if (cell->width == 2 && cell[1].width != 0)
				return false;
			x += cell->width;
		}
	}
	return c->cursor_x < c->w && c->cursor_y < c->h;
}
