/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void page_free(struct page *p)
{
	for (uint32_t i = 0; i < p->lines.n; i++) {
		free(p->lines.items[i].key);
		free(p->lines.items[i].text);
	}
	free(p->lines.items);
	p->lines.items = NULL;
	p->lines.n = p->lines.room = 0;
}

static struct page_line *add_line(struct page *p, uint8_t role, const char *text, size_t n)
{
	struct page_line *l = array_add(&p->lines);

	l->role = role;
	l->text = strndup(text, n);
	if (!l->text)
		abort();
	return l;
}

/* Bytes of text for one line of so many columns, broken at a blank or behind a | if there is one.
 */
static size_t line_bytes(const char *text, unsigned width)
{
	const char *p = text, *next, *blank = NULL;
	unsigned used = 0;
	struct glyph g;

	while ((next = text_glyph(p, &g)) && used + g.width <= width) {
		if (g.s[0] == ' ' && p > text)
			blank = p;
		used += g.width;
		p = next;
		if (g.s[0] == '|')
			blank = p;
	}
	if (!next)
		return p - text;
	if (*p == ' ')
		blank = p;
	if (blank)
		return blank - text;
	return p > text ? (size_t)(p - text) : strlen(text);
}

static void add_broken(struct page *p, uint8_t role, const char *key, unsigned hang,
		       const char *text)
{
	unsigned indent = key ? hang : 0;
	bool is_first = true;

	do {
		unsigned room = p->width > indent + 8 ? p->width - indent : 8;
		size_t n = p->is_brief ? strlen(text) : line_bytes(text, room);
		struct page_line *l = add_line(p, role, text, n);

		if (is_first && key)
			l->key = xstrdup(key);
		l->indent = indent;
		indent = hang;
		is_first = false;
		text += n;
		while (*text == ' ')
			text++;
	} while (*text);
}

static char *format(const char *fmt, va_list args)
{
	char *s;

	if (vasprintf(&s, fmt, args) < 0)
		abort();
	return s;
}

void page_add(struct page *p, uint8_t role, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = format(fmt, args);
	va_end(args);
	add_broken(p, role, NULL, p->is_flush ? 0 : 2, text);
	free(text);
}

void page_add_key(struct page *p, const char *key, const char *fmt, ...)
{
	unsigned hang = text_width(key) + 1;
	va_list args;
	char *text;

	if (hang < p->key_width)
		hang = p->key_width;
	va_start(args, fmt);
	text = format(fmt, args);
	va_end(args);
	add_broken(p, ROLE_PLAIN, key, hang, text);
	free(text);
}

void page_add_title(struct page *p, const char *title)
{
	if (p->is_brief)
		return;
	if (p->lines.n)
		add_line(p, ROLE_PLAIN, "", 0);
	add_line(p, ROLE_TITLE, title, strlen(title));
}

void page_draw(const struct page *p, struct canvas *c, unsigned x, unsigned y, unsigned w,
	       unsigned h, unsigned top)
{
	for (unsigned i = 0; i < h && top + i < p->lines.n; i++) {
		const struct page_line *l = &p->lines.items[top + i];

		if (l->key)
			canvas_put(c, x, y + i, w, ROLE_KEY, l->key);
		if (l->indent < w)
			canvas_put_fit(c, x + l->indent, y + i, w - l->indent, l->role, l->text);
	}
}
