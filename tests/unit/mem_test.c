/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arena, the array and the string. */
#include "mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_arena(void **state)
{
	struct arena a = {0};
	unsigned char *last = NULL;

	(void)state;
	for (size_t size = 1; size < 3000; size += 7) {
		unsigned char *p = arena_alloc(&a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		assert_true(p != last);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
		last = p;
	}
	assert_non_null(arena_alloc(&a, 10 << 20)); /* more than any chunk */
	assert_true(arena_size(&a) > 10 << 20);
	assert_string_equal(arena_memdup(&a, "nginx", 3), "ngi");
	arena_free(&a);
	assert_int_equal(arena_size(&a), 0);
}

static void test_array(void **state)
{
	ARRAY(int) a = {0};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int *item = array_add(&a);

		assert_int_equal(*item, 0);
		*item = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(a.items[i], i);
	free(a.items);
}

static void test_strbuf(void **state)
{
	struct strbuf b = {0}, want = {0};

	(void)state;
	strbuf_add(&b, "", 0);
	assert_string_equal(b.s, "");
	for (int i = 0; i < 500; i++) {
		char word[16];

		strbuf_printf(&b, "%d,", i);
		snprintf(word, sizeof(word), "%d,", i);
		strbuf_puts(&want, word);
	}
	assert_string_equal(b.s, want.s);
	assert_int_equal(b.n, strlen(b.s));
	strbuf_free(&b);
	strbuf_free(&want);
	assert_null(b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_array),
		cmocka_unit_test(test_strbuf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
