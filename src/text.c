/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* ncurses keeps a base character and at most four that combine with it in a cell. */
#define MAX_COMBINING 4

static const struct text_marks marks[] = {
	[CHARSET_ASCII] = {"|- ", "`- ", "|  ", "   ", "-", "|", "~", "+", "*"},
	[CHARSET_UTF8] = {"├─ ", "└─ ", "│  ", "   ", "─", "│", "…", "▸", "•"},
};

const struct text_marks *text_marks(enum charset cs)
{
	return &marks[cs];
}

enum charset text_init(bool force_ascii)
{
	bool utf8;

	setlocale(LC_CTYPE, "");
	utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	/* Widths of characters need some UTF-8 locale; this one is always there. */
	if (!utf8)
		setlocale(LC_CTYPE, "C.UTF-8");
	return utf8 && !force_ascii ? CHARSET_UTF8 : CHARSET_ASCII;
}

/* Bytes of the character at p (1..4) and its code point; 0 when it is not UTF-8 (RFC 3629). */
static unsigned decode(const unsigned char *p, uint32_t *cp)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned n;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 && p[0] < 0xf5	  ? 4
	    : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
	    : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
					  : 0;
	if (!n)
		return 0;
	*cp = p[0] & (0x7f >> n);
	for (unsigned i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (p[i] & 0x3f);
	}
	if (*cp < least[n] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp < 0xe000))
		return 0;
	return n;
}

static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

/* Printable ASCII: most of all text, and one column each. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

static size_t plain_len(const char *s)
{
	size_t n = 0;

	while (is_plain(s[n]))
		n++;
	return n;
}

/* Unicode's Bidi_Control, line and paragraph separators, invisible format characters. */
static bool is_deceptive(uint32_t cp)
{
	return cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || cp == 0xad || cp == 0x34f ||
	       cp == 0x180e || cp == 0x3164 || cp == 0xffa0 || (cp >= 0x115f && cp <= 0x1160) ||
	       (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe0fff) ||
	       (cp >= 0xfe00 && cp <= 0xfe0f);
}

static void put_bytes(struct strbuf *out, const unsigned char *p, unsigned n)
{
	while (n--)
		strbuf_printf(out, "\\x%02x", *p++);
}

void text_safe(struct strbuf *out, struct raw r, enum charset cs)
{
	const unsigned char *p = (const unsigned char *)r.s;
	unsigned combined = MAX_COMBINING; /* nothing yet to combine with */

	strbuf_add(out, "", 0);
	while (*p) {
		size_t n_plain = plain_len((const char *)p);
		uint32_t cp;
		unsigned n;
		int width;

		if (n_plain) {
			strbuf_add(out, (const char *)p, n_plain);
			combined = 0;
			p += n_plain;
			continue;
		}
		n = decode(p, &cp);
		width = n ? wcwidth(cp) : -1;
		if (!n || is_control(cp) || cs == CHARSET_ASCII) {
			put_bytes(out, p, n ? n : 1);
			combined = MAX_COMBINING;
		} else if (is_deceptive(cp) || width < 0 ||
			   (width == 0 && combined == MAX_COMBINING)) {
			strbuf_printf(out, "<U+%04X>", cp);
			combined = MAX_COMBINING;
		} else {
			strbuf_add(out, (const char *)p, n);
			combined = width ? 0 : combined + 1;
		}
		p += n ? n : 1;
	}
}

const char *text_safe_buf(char *buf, size_t size, struct raw r, enum charset cs)
{
	struct strbuf b = {0};
	const char *p, *next;
	struct glyph g;
	size_t n = plain_len(r.s);

	if (n < size && !r.s[n])
		return memcpy(buf, r.s, n + 1);
	n = 0;
	text_safe(&b, r, cs);
	for (p = b.s; (next = text_glyph(p, &g)) && n + g.n < size; p = next) {
		memcpy(buf + n, g.s, g.n);
		n += g.n;
	}
	buf[n] = '\0';
	strbuf_free(&b);
	return buf;
}

const char *text_glyph(const char *safe, struct glyph *g)
{
	const unsigned char *p = (const unsigned char *)safe;
	uint32_t cp;
	unsigned n;
	int width;

	if (!*p)
		return NULL;
	if (is_plain(*p) && p[1] < 0x80) { /* nothing follows that combines with it */
		*g = (struct glyph){{*p}, 1, 1};
		return safe + 1;
	}
	n = decode(p, &cp);
	width = n ? wcwidth(cp) : -1;
	if (width < 1) { /* not safe text: keep the columns straight all the same */
		*g = (struct glyph){"?", 1, 1};
		return safe + (n ? n : 1);
	}
	g->n = 0;
	g->width = width;
	do {
		memcpy(g->s + g->n, p, n);
		g->n += n;
		p += n;
		n = *p ? decode(p, &cp) : 0;
	} while (n && g->n + n < sizeof(g->s) && !is_control(cp) && wcwidth(cp) == 0);
	g->s[g->n] = '\0';
	return (const char *)p;
}

unsigned text_width(const char *safe)
{
	unsigned width = 0;
	struct glyph g;

	while ((safe = text_glyph(safe, &g)))
		width += g.width;
	return width;
}

unsigned text_fit(struct strbuf *out, const char *safe, unsigned width, enum charset cs)
{
	bool is_cut = text_width(safe) > width;
	unsigned room = is_cut && width ? width - 1 : width, used = 0;
	struct glyph g;

	strbuf_add(out, "", 0);
	while ((safe = text_glyph(safe, &g)) && used + g.width <= room) {
		strbuf_add(out, g.s, g.n);
		used += g.width;
	}
	if (is_cut && width) {
		strbuf_puts(out, marks[cs].ellipsis);
		used++;
	}
	return used;
}

void text_escape(struct strbuf *out, struct raw r)
{
	const unsigned char *p = (const unsigned char *)r.s;

	strbuf_add(out, "", 0);
	while (*p) {
		uint32_t cp;
		unsigned n = decode(p, &cp);

		if (!n || cp == '\\' || is_control(cp) || is_deceptive(cp))
			put_bytes(out, p, n ? n : 1);
		else
			strbuf_add(out, (const char *)p, n);
		p += n ? n : 1;
	}
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_unescape(struct strbuf *out, const char *escaped)
{
	strbuf_add(out, "", 0);
	while (*escaped) {
		char c = *escaped;

		if (c == '\\') {
			int hi, lo;

			if (escaped[1] != 'x' || (hi = hex_digit(escaped[2])) < 0 ||
			    (lo = hex_digit(escaped[3])) < 0 || !(hi || lo))
				return false;
			c = hi << 4 | lo;
			escaped += 3;
		}
		strbuf_add(out, &c, 1);
		escaped++;
	}
	return true;
}
