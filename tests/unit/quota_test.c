/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quotas along the chain of user namespaces: who is charged, and who refuses first. */
#include "mem.h"
#include "quota.h"
#include "random_snap.h"
#include "snap_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TOP 0xeffffffdu /* the initial user namespace */
#define MID 1002u	/* made in it by uid 7 */
#define LOW 1003u	/* made in MID by uid 7000 */

static void add_user_ns(struct snap_builder *b, uint32_t inum, int32_t parent, uid_t owner_uid)
{
	struct ns *ns = builder_ns_row(b, builder_ns(b, NS_USER, inum, NULL));

	ns->parent = ns->owner = parent;
	ns->owner_uid = owner_uid;
	ns->has_owner_uid = ns->is_listed = true;
}

static void add_limits(struct snap_builder *b, int32_t ns, int32_t net, bool has_used)
{
	int32_t max[NS_N_KINDS];

	for (int k = 0; k < NS_N_KINDS; k++)
		max[k] = k == NS_NET ? net : QUOTA_UNLIMITED;
	builder_add_quota(b, ns, max, has_used);
}

static void add_used(struct snap_builder *b, int32_t ns, uid_t uid, uint32_t net)
{
	builder_add_quota_user(b, ns, uid, (const uint32_t[NS_N_KINDS]){[NS_NET] = net});
}

/* Rows in the builder, in this order. */
enum { B_TOP, B_MID, B_LOW };

static struct snap_builder *three_levels(void)
{
	struct snap_builder *b = snap_builder_new();

	add_user_ns(b, TOP, IX_NONE, 0);
	add_user_ns(b, MID, B_TOP, 7);
	add_user_ns(b, LOW, B_MID, 7000);
	return b;
}

static const struct snap *freeze(struct snap_builder *b)
{
	const struct snap *s = snap_freeze(b, false);

	snap_builder_free(b);
	return s;
}

static struct quota_chain chain_of(const struct snap *s, uint32_t inum, uid_t uid)
{
	struct quota_chain chain;

	quota_chain(s, snap_find_ns(s, NS_USER, inum), uid, NS_NET, &chain);
	return chain;
}

static void check_level(const struct snap *s, const struct quota_level *l, uint32_t inum, uid_t uid,
			int64_t used, int64_t max)
{
	assert_int_equal(s->nss[l->user_ns].inum, inum);
	assert_int_equal(l->uid, uid);
	assert_int_equal(l->used, used);
	assert_int_equal(l->max, max);
}

static void each_level_has_the_maker_of_the_one_below(void **state)
{
	struct snap_builder *b = three_levels();
	struct quota_chain chain;
	const struct snap *s;

	(void)state;
	/* In any order: the value has them by namespace and uid. */
	add_used(b, B_MID, 7000, 4);
	add_used(b, B_LOW, 9, 2);
	add_used(b, B_LOW, 8, 1);
	add_used(b, B_TOP, 7, 5);
	add_used(b, B_TOP, 0, 100);
	add_limits(b, B_LOW, 10, true);
	add_limits(b, B_TOP, 200, true);
	add_limits(b, B_MID, QUOTA_UNLIMITED, true);
	s = freeze(b);
	assert_int_equal(s->n_quotas, 3);
	assert_int_equal(s->n_quota_users, 5);
	chain = chain_of(s, LOW, 9);
	assert_int_equal(chain.n, 3);
	assert_true(chain.is_whole);
	check_level(s, &chain.levels[0], LOW, 9, 2, 10);
	check_level(s, &chain.levels[1], MID, 7000, 4, QUOTA_UNLIMITED);
	check_level(s, &chain.levels[2], TOP, 7, 5, 200);
	assert_ptr_equal(quota_tightest(&chain), &chain.levels[0]);
	chain = chain_of(s, LOW, 55); /* who is not among the users has used nothing */
	check_level(s, &chain.levels[0], LOW, 55, 0, 10);
	chain = chain_of(s, TOP, 0);
	assert_int_equal(chain.n, 1);
	check_level(s, &chain.levels[0], TOP, 0, 100, 200);
	snap_unref(s);
}

static void the_tightest_level_refuses_the_lowest_of_equals(void **state)
{
	struct snap_builder *b = three_levels();
	const struct quota_level *tightest;
	struct quota_chain chain;
	const struct snap *s;

	(void)state;
	add_limits(b, B_TOP, 3, true);
	add_limits(b, B_MID, 4, true);
	add_limits(b, B_LOW, 50, true);
	add_used(b, B_TOP, 7, 3);
	add_used(b, B_MID, 7000, 5); /* the limit was lowered since */
	s = freeze(b);
	chain = chain_of(s, LOW, 9);
	tightest = quota_tightest(&chain);
	check_level(s, tightest, MID, 7000, 5, 4);
	assert_int_equal(quota_left(tightest), 0);
	assert_int_equal(quota_left(&chain.levels[0]), 50);
	assert_true(quota_is_near(tightest));
	assert_false(quota_is_near(&chain.levels[0]));
	snap_unref(s);
}

static void near_is_a_tenth_left(void **state)
{
	static const struct {
		int64_t used, max;
		bool is_near;
	} cases[] = {
		{0, 0, true},	{0, 1, false},	  {1, 1, true},	   {8, 10, false},
		{9, 10, true},	{89, 100, false}, {90, 100, true}, {-1, 10, false},
		{3, -1, false}, {-1, 0, true},	  {-1, -1, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(quota_is_near(&(struct quota_level){.used = cases[i].used,
								     .max = cases[i].max}),
				 cases[i].is_near);
}

static void what_is_not_known_is_said(void **state)
{
	struct snap_builder *b = three_levels();
	struct quota_chain chain;
	const struct snap *s;

	(void)state;
	add_limits(b, B_LOW, 6, false);
	s = freeze(b);
	chain = chain_of(s, LOW, 9);
	assert_int_equal(chain.n, 3);
	assert_false(chain.is_whole);
	check_level(s, &chain.levels[0], LOW, 9, -1, 6);
	check_level(s, &chain.levels[1], MID, 7000, -1, -1);
	assert_int_equal(quota_left(quota_tightest(&chain)), 6);
	chain = chain_of(s, MID, 7);
	assert_null(quota_tightest(&chain));
	snap_unref(s);

	b = three_levels();
	add_limits(b, B_LOW, 6, true);
	builder_ns_row(b, B_LOW)->has_owner_uid = false;
	s = freeze(b);
	chain = chain_of(s, LOW, 9); /* who made it is not known: nor is whom it was charged to */
	assert_int_equal(chain.n, 1);
	assert_false(chain.is_whole);
	snap_unref(s);
}

/* What a file may hold: any parents, any numbers. */
static void it_ends_on_any_snap(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		const struct snap *s = random_snap(seed, 20);

		for (uint32_t i = 0; i < s->n_nss; i++) {
			struct quota_chain chain;

			if (s->nss[i].kind != NS_USER)
				continue;
			quota_chain(s, i, seed, NS_NET, &chain);
			assert_in_range(chain.n, 1, QUOTA_MAX_LEVELS);
			for (unsigned l = 0; l < chain.n; l++)
				assert_true(quota_left(&chain.levels[l]) >= -1);
		}
		snap_unref(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_level_has_the_maker_of_the_one_below),
		cmocka_unit_test(the_tightest_level_refuses_the_lowest_of_equals),
		cmocka_unit_test(near_is_a_tenth_left),
		cmocka_unit_test(what_is_not_known_is_said),
		cmocka_unit_test(it_ends_on_any_snap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
