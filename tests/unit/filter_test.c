/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filter language on a small snap, what it refuses, and noise. */
#include "filter.h"
#include "random_snap.h"
#include "snap_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Tasks 1 systemd (root), 20 nginx (www-data, container web), 30 "two words" (cgroup unknown). */
static const struct snap *make_snap(void)
{
	struct snap_builder *b = snap_builder_new();
	static const char *const names[] = {"systemd", "nginx", "two words"};
	static const pid_t tids[] = {1, 20, 30};
	const struct snap *s;

	for (int i = 0; i < 3; i++) {
		int32_t row = builder_add_task(b, tids[i], tids[i]);
		struct task *t = builder_task(b, row);

		t->facts = TASK_STAT | TASK_UID | (i < 2 ? TASK_CGROUP : 0);
		t->comm = snap_strz(b, names[i]);
		t->uid = i == 1 ? 33 : 0;
		t->state = 'S';
		t->container = i == 1	? builder_container(b, snap_strz(b, "docker"),
							    snap_strz(b, "abc"), snap_strz(b, "web"))
			       : i == 0 ? IX_NONE
					: IX_DENIED;
		for (int slot = 0; slot < NS_N_SLOTS; slot++)
			t->ns[slot] =
				builder_ns(b, ns_slots[slot].kind, 1000 + 10 * slot + i, NULL);
	}
	builder_add_user(b, 0, snap_strz(b, "root"));
	builder_add_user(b, 33, snap_strz(b, "www-data"));
	s = snap_freeze(b, false);
	snap_builder_free(b);
	return s;
}

/* Which of the three tasks match, as digits. */
static const struct {
	const char *text;
	const char *rows;
} matches[] = {
	{"nginx", "1"},
	{"NGI", "1"},
	{"comm = nginx", "1"},
	{"comm == Nginx", "1"},
	{"comm != nginx", "02"},
	{"comm ~ yst", "0"},
	{"comm !~ yst", "12"},
	{"'two words'", "2"},
	{"comm = \"two words\"", "2"},
	{"two words", "2"},
	{"two and words", "2"},
	{"two or nginx", "12"},
	{"not nginx", "02"},
	{"not not nginx", "1"},
	{"(nginx or systemd) and not root", "1"},
	{"nginx or systemd and www-data", "1"},
	{"user = root", "02"},
	{"uid = 33", "1"},
	{"uid >= 33", "1"},
	{"uid < 33", "02"},
	{"tid > 1 tid <= 30", "12"},
	{"20", "1"},
	{"container = web", "1"},
	{"container != web", "0"}, /* what is not known is neither */
	{"container = -", "0"},
	{"container = ?", "2"},
	{"cgroup = ?", "2"},
	{"mntns = mnt:[1001]", "1"},
	{"netns = 1012", "2"},
	{"kthread = no", "012"},
	{"kthread = yes", ""},
	{"nsproxy = 2", "1"},
	{"nsproxy = #2", "1"},
	{"strip = mnpuihct", "012"},
	{"state = s", "012"},
	{"  nginx  ", "1"},
};

static void test_matches(void **state)
{
	const struct snap *s = make_snap();

	(void)state;
	assert_int_equal(s->n_tasks, 3);
	for (size_t i = 0; i < ARRAY_SIZE(matches); i++) {
		struct err e = {""};
		struct filter *f = filter_parse(OF_TASK, matches[i].text, &e);
		char rows[4] = "", *p = rows;

		if (!f)
			fail_msg("%s: %s", matches[i].text, e.msg);
		for (int row = 0; row < 3; row++)
			if (filter_match(f, s, row))
				*p++ = '0' + row;
		*p = '\0';
		if (strcmp(rows, matches[i].rows))
			fail_msg("%s: matches %s, not %s", matches[i].text, rows, matches[i].rows);
		filter_free(f);
	}
	assert_true(filter_match(NULL, s, 0));
	snap_unref(s);
}

static const struct {
	const char *text;
	const char *says;
} refusals[] = {
	{"", "expected a word"},
	{"nproc = 0", "at character 1, \"nproc = 0\": no such column; did you mean nprocs?"},
	{"type = net and nproc = 0", "at character 16"},
	{"zzzz = 0", "no such column"},
	{"type = nte", "did you mean net?"},
	{"type = zzzz", "no such kind"},
	{"(net", "expected )"},
	{"net)", "expected and, or, or the end"},
	{"not", "expected a word"},
	{"net and", "expected a word"},
	{"= 3", "expected a word"},
	{"nprocs =", "expected a value for nprocs"},
	{"nprocs = )", "expected a value"},
	{"nprocs < many", "for numbers, not for many"},
	{"type < 3", "for numbers, not for type"},
	{"'open", "not closed"},
	{"!", "expected a word"},
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct err e = {""};
		struct filter *f = filter_parse(OF_NS, refusals[i].text, &e);

		if (f || !strstr(e.msg, refusals[i].says))
			fail_msg("%s: said %s", refusals[i].text, e.msg);
	}
}

static void test_bombs(void **state)
{
	char text[8192];
	struct err e;

	(void)state;
	memset(text, '(', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_null(filter_parse(OF_NS, text, &e));
	assert_non_null(strstr(e.msg, "longer"));
	text[4000] = '\0';
	assert_null(filter_parse(OF_NS, text, &e));
	assert_non_null(strstr(e.msg, "too deep"));
	for (int i = 0; i < 1000; i++)
		memcpy(text + 4 * i, "not ", 4);
	assert_null(filter_parse(OF_NS, text, &e));
	assert_non_null(strstr(e.msg, "too deep"));
}

static void test_needs(void **state)
{
	struct err e;
	struct filter *f = filter_parse(OF_NS, "type = net and nprocs = 0", &e);

	(void)state;
	assert_int_equal(filter_needs(f), 0);
	filter_free(f);
	f = filter_parse(OF_NS, "user = root", &e);
	assert_int_equal(filter_needs(f), TASK_UID);
	filter_free(f);
	f = filter_parse(OF_NS, "nginx", &e);
	assert_int_equal(filter_needs(f), TASK_STAT | TASK_UID | TASK_CGROUP | TASK_CMDLINE);
	filter_free(f);
	assert_int_equal(filter_needs(NULL), 0);
}

/* Whatever the text is: refused with a sentence, or it matches something or nothing. */
static void test_noise(void **state)
{
	static const char *const words[] = {
		"and",	 "or", "not",	 "(", ")",  "=",    "!=", "<", "type", "net", "'x",
		"\"y\"", "~",  "nprocs", "5", "!~", "\xff", "#5", "-", ">=",   "[3]"};
	const struct snap *s = random_snap(1, 20);
	struct rng rng = {42};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[256] = "";
		struct err e = {""};
		struct filter *f;

		for (uint32_t n = rng_below(&rng, 12); n; n--) {
			strcat(text, words[rng_below(&rng, ARRAY_SIZE(words))]);
			strcat(text, rng_below(&rng, 3) ? " " : "");
		}
		f = filter_parse(OF_NS, text, &e);
		for (uint32_t row = 0; f && row < s->n_nss; row++)
			filter_match(f, s, row);
		assert_true(f || *e.msg);
		filter_free(f);
	}
	snap_unref(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_bombs),	cmocka_unit_test(test_needs),
		cmocka_unit_test(test_noise),
	};

	text_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
