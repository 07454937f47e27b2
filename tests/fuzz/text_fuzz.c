/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of the host: safe text has no control character in it and the width it says,
 * a cut never takes more columns than there are, and escaping loses nothing.
 */
#include "fuzz.h"

#include <wchar.h>

static void check_plain(const char *s, bool is_ascii)
{
	for (; *s; s++) {
		HOLDS((unsigned char)*s >= 0x20 && *s != 0x7f);
		HOLDS(!is_ascii || (unsigned char)*s < 0x80);
	}
}

static void check_safe(struct raw r, enum charset cs)
{
	struct strbuf safe = {0}, cut = {0};

	text_safe(&safe, r, cs);
	strbuf_puts(&safe, "");
	check_plain(safe.s, cs == CHARSET_ASCII);
	HOLDS(mbstowcs(NULL, safe.s, 0) != (size_t)-1);
	for (unsigned width = 0; width < 12; width++) {
		cut.n = 0;
		HOLDS(text_fit(&cut, safe.s, width, cs) <= width);
		strbuf_puts(&cut, "");
		HOLDS(text_width(cut.s) <= width);
	}
	strbuf_free(&safe);
	strbuf_free(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = fuzz_string(data, size);
	const struct raw r = {copy};
	struct strbuf escaped = {0}, back = {0};

	text_init(false);
	check_safe(r, CHARSET_UTF8);
	check_safe(r, CHARSET_ASCII);
	text_escape(&escaped, r);
	strbuf_puts(&escaped, "");
	check_plain(escaped.s, false);
	HOLDS(text_unescape(&back, escaped.s));
	HOLDS(back.n == strlen(copy) && (!back.n || !strcmp(back.s, copy)));
	back.n = 0;
	text_unescape(&back, copy);
	strbuf_free(&escaped);
	strbuf_free(&back);
	free(copy);
	return 0;
}
