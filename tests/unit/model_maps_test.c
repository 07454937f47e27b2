/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may write an id map, and what into it: each refusal of map_write() and its kin. */
#include "model_help.h"

#include <errno.h>
#include <linux/capability.h>

#define CAP(c) (1ull << (c))

/*
 * A writer of uid 1000 with the capabilities `caps` makes a user namespace: by clone(),
 * so that it stays in the parent, or by unshare(), so that it is inside.
 */
struct world {
	struct model *m;
	pid_t writer, of;
};

static struct world make(bool is_inside, uint64_t caps, uid_t uid)
{
	struct model_facts f = {
		.known = FACT_CRED, .uid = uid, .euid = uid, .gid = uid, .egid = uid, .caps = caps};
	struct world w = {.m = boot("current")};

	w.writer = call(w.m, 1, "fork()", NULL);
	assert_int_equal(model_tell(w.m, w.writer, &f), 0);
	if (is_inside) {
		assert_int_equal(call(w.m, w.writer, "unshare(CLONE_NEWUSER)", NULL), 0);
		w.of = w.writer;
	} else {
		w.of = call(w.m, w.writer, "clone(CLONE_NEWUSER)", NULL);
	}
	return w;
}

static const struct row {
	bool is_inside;
	uint64_t caps; /* of the writer, in the parent */
	uid_t uid;
	bool is_gid, is_denied; /* setgroups was denied first */
	struct model_extent map[2];
	unsigned n;
	int err;
	const char *func;
} rows[] = {
	/* One line of one id, the writer's own. */
	{true, 0, 1000, false, false, {{0, 1000, 1}}, 1, 0, NULL},
	{false, 0, 1000, false, false, {{0, 1000, 1}}, 1, 0, NULL},
	{true, 0, 1000, false, false, {{0, 1001, 1}}, 1, EPERM, "new_idmap_permitted"},
	{true, 0, 1000, false, false, {{0, 1000, 2}}, 1, EPERM, "new_idmap_permitted"},
	{true,
	 0,
	 1000,
	 false,
	 false,
	 {{0, 1000, 1}, {1, 1001, 1}},
	 2,
	 EPERM,
	 "new_idmap_permitted"},
	/* A gid needs more: setgroups denied. */
	{true, 0, 1000, true, false, {{0, 1000, 1}}, 1, EPERM, "new_idmap_permitted"},
	{true, 0, 1000, true, true, {{0, 1000, 1}}, 1, 0, NULL},
	{false, 0, 1000, true, false, {{0, 1000, 1}}, 1, EPERM, "new_idmap_permitted"},
	{true, 0, 1000, true, true, {{0, 1001, 1}}, 1, EPERM, "new_idmap_permitted"},
	/* Other ids need the capability in the parent: from inside nobody has it. */
	{false, CAP(CAP_SETUID), 1000, false, false, {{0, 5, 9}}, 1, 0, NULL},
	{false, CAP(CAP_SETGID), 1000, true, false, {{0, 5, 9}}, 1, 0, NULL},
	{false, CAP(CAP_SETGID), 1000, false, false, {{0, 5, 9}}, 1, EPERM, "new_idmap_permitted"},
	{true, CAP(CAP_SETUID), 1000, false, false, {{0, 5, 9}}, 1, EPERM, "new_idmap_permitted"},
	/* The parent's root needs CAP_SETFCAP there, now or when the namespace was made. */
	{false, CAP(CAP_SETUID), 1000, false, false, {{0, 0, 9}}, 1, EPERM, "verify_root_map"},
	{false, CAP(CAP_SETUID) | CAP(CAP_SETFCAP), 1000, false, false, {{0, 0, 9}}, 1, 0, NULL},
	{true, 0, 0, false, false, {{0, 0, 1}}, 1, EPERM, "verify_root_map"},
	{true, CAP(CAP_SETFCAP), 0, false, false, {{0, 0, 1}}, 1, 0, NULL},
	/* What is no map. */
	{true, 0, 1000, false, false, {{0, 1000, 0}}, 1, EINVAL, "map_write"},
	{true, 0, 1000, false, false, {{0, 1000, 1}}, 0, EINVAL, "map_write"},
	{true, 0, 1000, false, false, {{0, UINT32_MAX, 1}}, 1, EINVAL, "map_write"},
	{true, 0, 1000, false, false, {{0, 1000, 5}, {4, 2000, 1}}, 2, EINVAL, "mappings_overlap"},
	{true, 0, 1000, false, false, {{0, 1000, 5}, {9, 1004, 1}}, 2, EINVAL, "mappings_overlap"},
};

static void a_map_is_written_by_whom_the_kernel_lets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct world w = make(r->is_inside, r->caps, r->uid);
		struct trace t = {0};
		int ret;

		if (r->is_denied)
			assert_int_equal(model_write_setgroups(w.m, w.writer, w.of, false, NULL),
					 0);
		ret = model_write_map(w.m, w.writer, w.of, r->is_gid, r->map, r->n, &t);
		if (ret != -r->err)
			fail_msg("row %zu: %d, not %d", i, ret, -r->err);
		if (r->err)
			assert_string_equal(trace_refusal(&t)->func, r->func);
		check_sound(w.m);
		trace_free(&t);
		model_free(w.m);
	}
}

static void refused(const struct world *w, pid_t writer, int err, const char *func)
{
	const struct model_extent own = {0, 1000, 1};
	struct trace t = {0};

	assert_int_equal(model_write_map(w->m, writer, w->of, false, &own, 1, &t), err);
	if (err)
		assert_string_equal(trace_refusal(&t)->func, func);
	trace_free(&t);
}

static void a_map_is_written_once_and_from_near(void **state)
{
	const struct model_extent root = {0, 0, 1}, beyond = {0, 2000, 1};
	struct world w = make(false, 0, 1000);
	pid_t below;

	(void)state;
	assert_int_equal(model_write_map(w.m, 1, 1, false, &root, 1, NULL), -EPERM);
	/* From a namespace that is neither it nor its parent. */
	below = call(w.m, 1, "clone(CLONE_NEWUSER)", NULL);
	refused(&w, below, -EPERM, "proc_uid_map_write");
	refused(&w, w.of, 0, NULL);
	refused(&w, w.of, -EPERM, "map_write");
	refused(&w, w.writer, -EPERM, "map_write");
	/* An id that the parent has not. */
	below = call(w.m, w.of, "clone(CLONE_NEWUSER)", NULL);
	assert_int_equal(below, -EPERM); /* its gid is not mapped yet */
	assert_int_equal(model_write_setgroups(w.m, w.of, w.of, false, NULL), 0);
	assert_int_equal(model_write_map(w.m, w.of, w.of, true, &(struct model_extent){0, 1000, 1},
					 1, NULL),
			 0);
	below = call(w.m, w.of, "clone(CLONE_NEWUSER)", NULL);
	assert_true(below > 0);
	assert_int_equal(model_write_map(w.m, w.of, below, false, &beyond, 1, NULL), -EPERM);
	assert_int_equal(model_write_map(w.m, w.of, below, false, &root, 1, NULL), 0);
	check_sound(w.m);
	model_free(w.m);
}

static void setgroups_is_denied_once_and_before_the_gids(void **state)
{
	const struct model_extent gids = {0, 1000, 1};
	struct world w = make(false, CAP(CAP_SETGID), 1000);
	struct trace t = {0};
	pid_t other;

	(void)state;
	assert_int_equal(model_write_setgroups(w.m, w.of, w.of, true, NULL), 0);
	assert_int_equal(model_write_map(w.m, w.writer, w.of, true, &gids, 1, NULL), 0);
	assert_int_equal(model_write_setgroups(w.m, w.of, w.of, false, &t), -EPERM);
	assert_string_equal(trace_refusal(&t)->func, "proc_setgroups_write");
	trace_free(&t);
	model_free(w.m);

	w = make(true, 0, 1000);
	assert_int_equal(model_write_setgroups(w.m, w.of, w.of, false, NULL), 0);
	assert_int_equal(model_write_setgroups(w.m, w.of, w.of, false, NULL), 0);
	assert_int_equal(model_write_setgroups(w.m, w.of, w.of, true, &t), -EPERM);
	trace_free(&t);
	other = call(w.m, 1, "clone(CLONE_NEWUSER)", NULL);
	assert_int_equal(model_write_setgroups(w.m, other, w.of, false, &t), -EACCES);
	assert_string_equal(trace_refusal(&t)->func, "proc_setgroups_open");
	trace_free(&t);
	model_free(w.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_is_written_by_whom_the_kernel_lets),
		cmocka_unit_test(a_map_is_written_once_and_from_near),
		cmocka_unit_test(setgroups_is_denied_once_and_before_the_gids),
	};

	return cmocka_run_group_tests_name("model, id maps", tests, NULL, NULL);
}
