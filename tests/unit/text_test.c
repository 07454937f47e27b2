/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No byte of the host reaches a terminal as it is, and none is lost on the way to a file. */
#include "random_snap.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *safe(const char *s, enum charset cs)
{
	static char buf[512];

	return text_safe_buf(buf, sizeof(buf), (struct raw){s}, cs);
}

/* Unicode's property Bidi_Control, all twelve. */
static void test_bidi_controls(void **state)
{
	static const struct {
		const char *utf8;
		const char *shown;
	} controls[] = {
		{"\xd8\x9c", "<U+061C>"},     {"\xe2\x80\x8e", "<U+200E>"},
		{"\xe2\x80\x8f", "<U+200F>"}, {"\xe2\x80\xaa", "<U+202A>"},
		{"\xe2\x80\xab", "<U+202B>"}, {"\xe2\x80\xac", "<U+202C>"},
		{"\xe2\x80\xad", "<U+202D>"}, {"\xe2\x80\xae", "<U+202E>"},
		{"\xe2\x81\xa6", "<U+2066>"}, {"\xe2\x81\xa7", "<U+2067>"},
		{"\xe2\x81\xa8", "<U+2068>"}, {"\xe2\x81\xa9", "<U+2069>"},
	};

	(void)state;
	assert_int_equal(ARRAY_SIZE(controls), 12);
	for (size_t i = 0; i < ARRAY_SIZE(controls); i++) {
		char text[32], shown[64];

		snprintf(text, sizeof(text), "a%sb", controls[i].utf8);
		snprintf(shown, sizeof(shown), "a%sb", controls[i].shown);
		assert_string_equal(safe(text, CHARSET_UTF8), shown);
	}
}

static void test_controls(void **state)
{
	char text[4] = "", shown[32];

	(void)state;
	for (int c = 1; c < 0x20; c++) {
		text[0] = c;
		text[1] = '\0';
		snprintf(shown, sizeof(shown), "\\x%02x", c);
		assert_string_equal(safe(text, CHARSET_UTF8), shown);
	}
	assert_string_equal(safe("\x7f", CHARSET_UTF8), "\\x7f");
	for (int c = 0x80; c < 0xa0; c++) { /* C1, as UTF-8: some terminals obey them */
		snprintf(text, sizeof(text), "\xc2%c", c);
		snprintf(shown, sizeof(shown), "\\xc2\\x%02x", c);
		assert_string_equal(safe(text, CHARSET_UTF8), shown);
	}
}

static void test_invalid(void **state)
{
	static const struct {
		const char *bytes;
		const char *shown;
	} cases[] = {
		{"\xff", "\\xff"},
		{"\xc3", "\\xc3"},	    /* cut off */
		{"\xc3(", "\\xc3("},	    /* no continuation */
		{"\xc0\xaf", "\\xc0\\xaf"}, /* overlong */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},	      /* half of a surrogate pair */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond U+10FFFF */
		{"\x80", "\\x80"},
		{"\xe6\x97", "\\xe6\\x97"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(safe(cases[i].bytes, CHARSET_UTF8), cases[i].shown);
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(text_width("nginx"), 5);
	assert_int_equal(text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);
	assert_int_equal(text_width("e\xcc\x81tude"), 5);
	assert_string_equal(safe("e\xcc\x81", CHARSET_UTF8), "e\xcc\x81");
	/* A mark with nothing to stand on is spelled out. */
	assert_string_equal(safe("\xcc\x81", CHARSET_UTF8), "<U+0301>");
	/* As are those beyond what a cell of a terminal holds. */
	assert_non_null(strstr(safe("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", CHARSET_UTF8),
			       "<U+0301>"));
}

static void test_fit(void **state)
{
	struct strbuf out = {0};

	(void)state;
	assert_int_equal(text_fit(&out, "nginx", 5, CHARSET_ASCII), 5);
	assert_string_equal(out.s, "nginx");
	out.n = 0;
	assert_int_equal(text_fit(&out, "nginx: worker", 6, CHARSET_ASCII), 6);
	assert_string_equal(out.s, "nginx~");
	out.n = 0; /* a wide character is shown whole or not at all */
	assert_int_equal(text_fit(&out, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 4, CHARSET_ASCII),
			 3);
	assert_string_equal(out.s, "\xe6\x97\xa5~");
	out.n = 0;
	assert_int_equal(text_fit(&out, "nginx", 0, CHARSET_ASCII), 0);
	strbuf_free(&out);
}

static void test_ascii(void **state)
{
	(void)state;
	assert_string_equal(safe("\xe6\x97\xa5 a\xc3\xa9", CHARSET_ASCII),
			    "\\xe6\\x97\\xa5 a\\xc3\\xa9");
}

/* 10^5 strings: safe text has only printable cells; escaped text gives back every byte. */
static void test_random(void **state)
{
	struct strbuf shown = {0}, escaped = {0}, again = {0};
	struct rng rng = {1};

	(void)state;
	for (int i = 0; i < 100000; i++) {
		char bytes[64];
		struct glyph g;
		const char *p;

		random_bytes(&rng, bytes, sizeof(bytes));
		shown.n = escaped.n = again.n = 0;
		text_safe(&shown, (struct raw){bytes}, CHARSET_UTF8);
		for (p = shown.s; (p = text_glyph(p, &g));)
			assert_true(g.width > 0 && (unsigned char)g.s[0] >= ' ' &&
				    (unsigned char)g.s[0] != 0x7f);
		text_escape(&escaped, (struct raw){bytes});
		assert_true(text_unescape(&again, escaped.s));
		assert_string_equal(again.s, bytes);
		shown.n = 0;
		text_safe(&shown, (struct raw){bytes}, CHARSET_ASCII);
		for (p = shown.s; *p; p++)
			assert_true(*p >= ' ' && *p < 0x7f);
	}
	strbuf_free(&shown);
	strbuf_free(&escaped);
	strbuf_free(&again);
}

static void test_unescape_refuses(void **state)
{
	static const char *const bad[] = {"\\", "\\x", "\\x4", "\\xzz", "\\n", "\\x00", "a\\x0"};
	struct strbuf out = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(text_unescape(&out, bad[i]));
	strbuf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bidi_controls), cmocka_unit_test(test_controls),
		cmocka_unit_test(test_invalid),	      cmocka_unit_test(test_width),
		cmocka_unit_test(test_fit),	      cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_random),	      cmocka_unit_test(test_unescape_refuses),
	};

	text_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
