/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors: their sentence, their number, and nothing in them that a terminal would obey. */
#include "err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_sentence(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(err_set(&e, ENOENT, "open %s", "x"), -ENOENT);
	assert_string_equal(e.msg, "open x: No such file or directory");
	assert_int_equal(err_set(&e, 0, "bad %d", 7), -EINVAL);
	assert_string_equal(e.msg, "bad 7");
	err_prefix(&e, "byte %d", 3);
	assert_string_equal(e.msg, "byte 3: bad 7");
}

static void test_no_control_byte(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, 0, "there is no %s", "\x1b[2J\n\x7f");
	for (const char *p = e.msg; *p; p++)
		assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
	err_prefix(&e, "%s", "\x07");
	assert_null(strchr(e.msg, '\x07'));
}

static void test_long(void **state)
{
	char word[2000];
	struct err e;

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	err_set(&e, EPERM, "%s", word);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
	err_prefix(&e, "%s", word);
	assert_int_equal(strlen(e.msg), sizeof(e.msg) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentence),
		cmocka_unit_test(test_no_control_byte),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
