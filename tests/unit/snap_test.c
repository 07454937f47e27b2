/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The builder and the freeze: order, links, keys, what is left out, what stays unknown. */
#include "snap_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define INIT_USER 4026531837u

static int32_t add_task(struct snap_builder *b, pid_t tid, pid_t tgid, pid_t ppid)
{
	int32_t row = builder_add_task(b, tid, tgid);

	builder_task(b, row)->ppid = ppid;
	builder_task(b, row)->facts = TASK_STAT;
	return row;
}

static const struct snap *freeze(struct snap_builder *b)
{
	const struct snap *s = snap_freeze(b, false);

	snap_builder_free(b);
	return s;
}

static void strings_are_kept_once_and_cut_at_nul(void **state)
{
	struct snap_builder *b = snap_builder_new();

	(void)state;
	assert_ptr_equal(snap_str(b, "abc", 3).s, snap_str(b, "abcd", 3).s);
	assert_string_equal(snap_str(b, "a\0b", 3).s, "a");
	assert_string_equal(snap_str(b, "abc", 0).s, "");
	snap_builder_free(b);
}

static void a_snap_outlives_its_builder(void **state)
{
	struct snap_builder *b = snap_builder_new();
	int32_t row = add_task(b, 7, 7, 0);
	const struct snap *s;

	(void)state;
	builder_task(b, row)->comm = snap_strz(b, "seven");
	builder_set_pids(b, row, (pid_t[]){7, 1}, 2);
	s = snap_ref(freeze(b));
	snap_unref(s);
	assert_string_equal(s->tasks[0].comm.s, "seven");
	assert_int_equal(s->tasks[0].n_pids, 2);
	assert_int_equal(s->tasks[0].pids[1], 1);
	assert_true(snap_size(s) > sizeof(*s));
	snap_unref(s);
}

static void tasks_come_sorted_and_linked(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;

	(void)state;
	add_task(b, 30, 30, 10);
	add_task(b, 21, 20, 10); /* a thread of 20 */
	add_task(b, 20, 20, 10);
	add_task(b, 10, 10, 0);
	add_task(b, 40, 40, 99); /* its parent is not there: a root */
	s = freeze(b);
	assert_int_equal(s->n_tasks, 5);
	assert_int_equal(s->n_procs, 4);
	for (uint32_t i = 1; i < s->n_tasks; i++)
		assert_true(s->tasks[i - 1].tid < s->tasks[i].tid);
	assert_int_equal(snap_find_task(s, 21), 2);
	assert_int_equal(snap_find_task(s, 22), IX_NONE);
	assert_int_equal(s->tasks[2].leader, 1);
	assert_int_equal(s->tasks[2].parent, 1);
	assert_int_equal(s->tasks[1].n_threads, 2);
	assert_int_equal(s->first_root, 0);
	assert_int_equal(s->tasks[0].next_sibling, 4);
	assert_int_equal(s->tasks[0].first_child, 1);
	assert_int_equal(s->tasks[1].next_sibling, 3);
	snap_unref(s);
}

static void of_two_tasks_with_one_tid_the_later_stays(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;

	(void)state;
	builder_task(b, add_task(b, 5, 5, 0))->start = 100;
	builder_task(b, add_task(b, 5, 5, 0))->start = 200;
	s = freeze(b);
	assert_int_equal(s->n_tasks, 1);
	assert_int_equal(s->tasks[0].start, 200);
	snap_unref(s);
}

static void a_dropped_task_takes_its_namespaces_with_it(void **state)
{
	struct snap_builder *b = snap_builder_new();
	int32_t net = builder_ns(b, NS_NET, 11, NULL), kept = builder_ns(b, NS_NET, 12, NULL),
		listed = builder_ns(b, NS_MNT, 13, NULL);
	int32_t row = add_task(b, 5, 5, 0);
	const struct snap *s;

	(void)state;
	builder_task(b, row)->ns[SLOT_NET] = net;
	builder_drop_last_task(b);
	builder_add_keeper(b, &(struct keeper){.ns = kept, .kind = KEEPER_FD, .where_ns = IX_NONE});
	builder_ns_row(b, listed)->is_listed = true;
	s = freeze(b);
	assert_int_equal(s->n_tasks, 0);
	assert_int_equal(s->n_nss, 2);
	assert_int_equal(snap_find_ns(s, NS_NET, 11), IX_NONE);
	assert_true(snap_find_ns(s, NS_NET, 12) >= 0);
	assert_true(snap_find_ns(s, NS_MNT, 13) >= 0);
	assert_int_equal(snap_n_taskless(s), 2);
	snap_unref(s);
}

static void owners_and_parents_stay_without_tasks(void **state)
{
	struct snap_builder *b = snap_builder_new();
	int32_t net = builder_ns(b, NS_NET, 1, NULL), user = builder_ns(b, NS_USER, 2, NULL),
		init = builder_ns(b, NS_USER, INIT_USER, NULL), row = add_task(b, 5, 5, 0);
	const struct snap *s;
	bool is_new = true;

	(void)state;
	assert_int_equal(builder_ns(b, NS_USER, 2, &is_new), user);
	assert_false(is_new);
	builder_task(b, row)->ns[SLOT_NET] = net;
	builder_ns_row(b, net)->owner = user;
	builder_ns_row(b, user)->owner = builder_ns_row(b, user)->parent = init;
	builder_ns_row(b, init)->owner = builder_ns_row(b, init)->parent = IX_NONE;
	s = freeze(b);
	assert_int_equal(s->n_nss, 3);
	net = snap_find_ns(s, -1, 1);
	user = snap_find_ns(s, NS_USER, 2);
	init = snap_find_ns(s, NS_USER, INIT_USER);
	assert_int_equal(s->nss[net].owner, user);
	assert_int_equal(s->nss[user].level, 1);
	assert_int_equal(s->nss[init].level, 0);
	assert_true(s->nss[init].is_initial);
	assert_int_equal(s->nss[user].n_threads, 0);
	snap_unref(s);
}

static void members_count_processes_and_threads_apart(void **state)
{
	struct snap_builder *b = snap_builder_new();
	int32_t mine = builder_ns(b, NS_NET, 1, NULL), its = builder_ns(b, NS_NET, 2, NULL);
	const struct snap *s;
	const struct ns *ns;

	(void)state;
	builder_task(b, add_task(b, 8, 8, 0))->ns[SLOT_NET] = mine;
	builder_task(b, add_task(b, 9, 8, 0))->ns[SLOT_NET] = its; /* a thread that unshared */
	builder_task(b, add_task(b, 6, 6, 0))->ns[SLOT_NET] = mine;
	s = freeze(b);
	ns = &s->nss[snap_find_ns(s, NS_NET, 1)];
	assert_int_equal(ns->n_procs, 2);
	assert_int_equal(ns->n_threads, 2);
	assert_int_equal(s->tasks[ns->lead].tid, 6);
	assert_int_equal(s->tasks[s->members[ns->first_member + 1]].tid, 8);
	ns = &s->nss[snap_find_ns(s, NS_NET, 2)];
	assert_int_equal(ns->n_procs, 0);
	assert_int_equal(ns->n_threads, 1);
	assert_int_equal(s->tasks[ns->lead].tid, 9);
	snap_unref(s);
}

static void fill_slots(struct snap_builder *b, int32_t row, uint32_t net)
{
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		builder_task(b, row)->ns[slot] =
			builder_ns(b, ns_slots[slot].kind,
				   slot == SLOT_NET ? net : 100 + ns_slots[slot].kind, NULL);
}

static void nsproxies_are_inferred_from_equal_links(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;

	(void)state;
	fill_slots(b, add_task(b, 1, 1, 0), 10);
	fill_slots(b, add_task(b, 2, 2, 0), 20);
	fill_slots(b, add_task(b, 3, 3, 0), 10);
	builder_task(b, add_task(b, 4, 4, 0))->ns[SLOT_NET] = IX_DENIED;
	/* The user namespace is no part of an nsproxy. */
	fill_slots(b, add_task(b, 5, 5, 0), 10);
	builder_task(b, 4)->ns[SLOT_USER] = builder_ns(b, NS_USER, 55, NULL);
	s = freeze(b);
	assert_int_equal(s->n_nsproxies, 2);
	assert_true(s->nsproxies[0].is_inferred);
	assert_int_equal(s->nsproxies[0].count, -1);
	assert_int_equal(s->nsproxies[0].n_tasks, 3);
	assert_int_equal(s->tasks[0].nsproxy, s->tasks[2].nsproxy);
	assert_int_equal(s->tasks[0].nsproxy, s->tasks[4].nsproxy);
	assert_int_not_equal(s->tasks[0].nsproxy, s->tasks[1].nsproxy);
	assert_true(s->tasks[3].nsproxy < 0);
	snap_unref(s);
}

static void the_kernels_nsproxies_are_taken_as_they_are(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;
	int32_t none[NS_N_SLOTS];

	(void)state;
	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		none[slot] = IX_NONE;
	fill_slots(b, add_task(b, 1, 1, 0), 10);
	fill_slots(b, add_task(b, 2, 2, 0), 10);
	builder_task(b, 0)->nsproxy = builder_add_nsproxy(b, 4, none);
	builder_task(b, 1)->nsproxy = builder_add_nsproxy(b, 1, none);
	s = freeze(b);
	assert_int_equal(s->n_nsproxies, 2);
	assert_false(s->nsproxies[0].is_inferred);
	assert_int_equal(s->nsproxies[0].id, 1);
	assert_int_equal(s->nsproxies[0].count, 4);
	assert_int_not_equal(s->tasks[0].nsproxy, s->tasks[1].nsproxy);
	snap_unref(s);
}

static void unknown_links_keep_their_reason(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;
	int32_t row = add_task(b, 1, 1, 0);

	(void)state;
	for (int32_t ix = IX_NONE; ix >= IX_LAST; ix--) {
		builder_task(b, row)->ns[-ix] = ix;
		assert_int_equal(missing_by_name(missing_name(ix)), ix);
	}
	assert_int_equal(missing_by_name("nonsense"), 0);
	s = freeze(b);
	for (int32_t ix = IX_NONE; ix >= IX_LAST; ix--)
		assert_int_equal(s->tasks[0].ns[-ix], ix);
	snap_unref(s);
}

static void gaps_of_one_reason_add_up(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;

	(void)state;
	builder_seen(b, "fds", 3);
	builder_gap(b, "fds", COV_DENIED, 2, "no");
	builder_gap(b, "fds", COV_DENIED, 5, "no");
	builder_gap(b, "fds", COV_PARTIAL, 1, "other");
	builder_seen(b, "binds", 1);
	s = freeze(b);
	assert_int_equal(s->n_coverage, 3);
	assert_string_equal(s->coverage[0].probe.s, "binds");
	assert_int_equal(s->coverage[0].state, COV_OK);
	assert_int_equal(s->coverage[1].missed, 7);
	assert_int_equal(s->coverage[1].seen, 3);
	assert_int_equal(s->coverage[2].state, COV_PARTIAL);
	snap_unref(s);
}

static void namespaces_in_a_circle_are_cut_open(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;
	bool is_new;

	(void)state;
	for (int i = 0; i < 3; i++) {
		builder_ns_row(b, builder_ns(b, NS_PID, 10 + i, &is_new))->is_listed = true;
		builder_ns_row(b, builder_ns(b, NS_USER, 20 + i, &is_new))->is_listed = true;
	}
	for (int i = 0; i < 3; i++) {
		int32_t next = builder_ns(b, NS_PID, 10 + (i + 1) % 3, &is_new);

		builder_ns_row(b, builder_ns(b, NS_PID, 10 + i, &is_new))->parent = next;
		next = builder_ns(b, NS_USER, 20 + (i + 1) % 3, &is_new);
		builder_ns_row(b, builder_ns(b, NS_USER, 20 + i, &is_new))->owner = next;
	}
	s = freeze(b);
	assert_int_equal(s->n_nss, 6);
	for (uint32_t i = 0; i < s->n_nss; i++) {
		int32_t parent = i, owner = i;

		for (int depth = 0; depth < 3; depth++) {
			parent = parent >= 0 ? s->nss[parent].parent : parent;
			owner = owner >= 0 ? s->nss[owner].owner : owner;
		}
		assert_true(parent < 0 && owner < 0);
	}
	snap_unref(s);
}

static void parents_in_a_circle_are_cut_open(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;
	uint32_t n = 0;

	(void)state;
	add_task(b, 1, 1, 3);
	add_task(b, 2, 2, 1);
	add_task(b, 3, 3, 2);
	s = freeze(b);
	/* Each is reached from a root, once. */
	for (int32_t root = s->first_root; root >= 0; root = s->tasks[root].next_sibling)
		for (int32_t t = root; t >= 0; t = s->tasks[t].first_child)
			n++;
	assert_int_equal(n, 3);
	snap_unref(s);
}

static void keepers_lie_at_their_namespace(void **state)
{
	struct snap_builder *b = snap_builder_new();
	int32_t mnt = builder_ns(b, NS_MNT, 1, NULL), net = builder_ns(b, NS_NET, 2, NULL);
	const struct snap *s;
	const struct ns *ns;

	(void)state;
	builder_add_keeper(b, &(struct keeper){.ns = net,
					       .kind = KEEPER_BIND,
					       .fd = -1,
					       .where_ns = mnt,
					       .path = snap_strz(b, "/run/x")});
	builder_add_keeper(b, &(struct keeper){.ns = net, .kind = KEEPER_FD, .pid = 9, .fd = 4});
	builder_add_keeper(b, &(struct keeper){.ns = net, .kind = KEEPER_FD, .pid = 9, .fd = 3});
	s = freeze(b);
	ns = &s->nss[snap_find_ns(s, NS_NET, 2)];
	assert_int_equal(ns->n_keepers, 3);
	assert_int_equal(s->keepers[ns->first_keeper].fd, 3);
	assert_int_equal(s->keepers[ns->first_keeper + 1].fd, 4);
	assert_string_equal(s->keepers[ns->first_keeper + 2].path.s, "/run/x");
	assert_int_equal(s->keepers[ns->first_keeper + 2].where_ns, snap_find_ns(s, NS_MNT, 1));
	snap_unref(s);
}

/* What cannot have been there at one moment is no finding, whatever the count says. */
static void what_does_not_fit_together_is_unstable(void **state)
{
	static const int32_t none[NS_N_SLOTS] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
	struct snap_builder *b = snap_builder_new();
	int32_t counted = builder_ns(b, NS_NET, 1, NULL), late = builder_ns(b, NS_NET, 2, NULL);
	int32_t twice = builder_add_nsproxy(b, 2, none), once = builder_add_nsproxy(b, 1, none);
	const struct snap *s;

	(void)state;
	for (int32_t ns = counted; ns <= late; ns++) {
		builder_ns_row(b, ns)->audit = AUDIT_FULL;
		builder_add_keeper(b, &(struct keeper){.ns = ns, .ref = REF_NSFS, .where_ns = -1});
	}
	builder_add_count(b, counted, REF_NSFS, 1);
	builder_nsproxy_row(b, twice)->audit = builder_nsproxy_row(b, once)->audit = AUDIT_FULL;
	builder_task(b, add_task(b, 5, 5, 0))->nsproxy = once;
	builder_task(b, add_task(b, 7, 7, 0))->nsproxy = twice;
	builder_task(b, add_task(b, 7, 7, 0))->nsproxy = twice;
	s = freeze(b);
	assert_int_equal(s->nss[snap_find_ns(s, NS_NET, 1)].audit, AUDIT_FULL);
	assert_int_equal(s->nss[snap_find_ns(s, NS_NET, 2)].audit, AUDIT_UNSTABLE);
	assert_int_equal(s->nsproxies[s->tasks[0].nsproxy].audit, AUDIT_FULL);
	assert_int_equal(s->nsproxies[s->tasks[1].nsproxy].audit, AUDIT_UNSTABLE);
	snap_unref(s);
}

static void the_strip_shows_where_a_task_differs(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;
	char strip[NS_STRIP_LEN + 1];

	(void)state;
	fill_slots(b, add_task(b, 1, 1, 0), 10);
	fill_slots(b, add_task(b, 2, 2, 1), 20);
	builder_task(b, 1)->ns[SLOT_PID] = IX_DENIED;
	s = freeze(b);
	snap_strip(s, 1, 0, strip);
	assert_string_equal(strip, ".n?.....");
	snap_strip(s, 0, 0, strip);
	assert_string_equal(strip, "........");
	snap_unref(s);
}

static void a_builder_goes_on_after_a_freeze(void **state)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *first, *second;

	(void)state;
	add_task(b, 1, 1, 0);
	first = snap_freeze(b, true);
	add_task(b, 2, 2, 1);
	second = freeze(b);
	assert_true(first->is_partial);
	assert_int_equal(first->n_tasks, 1);
	assert_false(second->is_partial);
	assert_int_equal(second->n_tasks, 2);
	snap_unref(first);
	snap_unref(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_kept_once_and_cut_at_nul),
		cmocka_unit_test(a_snap_outlives_its_builder),
		cmocka_unit_test(tasks_come_sorted_and_linked),
		cmocka_unit_test(of_two_tasks_with_one_tid_the_later_stays),
		cmocka_unit_test(a_dropped_task_takes_its_namespaces_with_it),
		cmocka_unit_test(owners_and_parents_stay_without_tasks),
		cmocka_unit_test(members_count_processes_and_threads_apart),
		cmocka_unit_test(nsproxies_are_inferred_from_equal_links),
		cmocka_unit_test(the_kernels_nsproxies_are_taken_as_they_are),
		cmocka_unit_test(unknown_links_keep_their_reason),
		cmocka_unit_test(gaps_of_one_reason_add_up),
		cmocka_unit_test(parents_in_a_circle_are_cut_open),
		cmocka_unit_test(namespaces_in_a_circle_are_cut_open),
		cmocka_unit_test(keepers_lie_at_their_namespace),
		cmocka_unit_test(what_does_not_fit_together_is_unstable),
		cmocka_unit_test(the_strip_shows_where_a_task_differs),
		cmocka_unit_test(a_builder_goes_on_after_a_freeze),
	};

	return cmocka_run_group_tests_name("snap", tests, NULL, NULL);
}
