/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees of mounts: what travels between copies, what hides what, and other roots. */
#include "model_help.h"

#include <errno.h>

#define done(expression)                                                                           \
	do {                                                                                       \
		assert_int_equal(expression, 0);                                                   \
		check_sound(m);                                                                    \
	} while (0)

#define has(who, path) model_has_mount(m, who, path)

struct pair {
	struct model *m;
	pid_t a, b;
};

/* a with a tmpfs on /mnt of that type, and b with a copy of it. */
static struct pair two(enum model_propagation type)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWNS)", NULL), b;

	done(model_mount(m, a, "tmpfs", "/mnt", NULL));
	done(model_propagation(m, a, "/mnt", type, NULL));
	b = call(m, a, "clone(CLONE_NEWNS)", NULL);
	assert_true(has(b, "/mnt"));
	return (struct pair){m, a, b};
}

static void peers_share_all(void **state)
{
	struct pair p = two(MODEL_SHARED);
	struct model *m = p.m;

	(void)state;
	done(model_mount(m, p.a, "proc", "/mnt/x", NULL));
	assert_true(has(p.a, "/mnt/x") && has(p.b, "/mnt/x"));
	/* What was mounted by propagation is shared as well. */
	done(model_mount(m, p.b, "tmpfs", "/mnt/x/y", NULL));
	assert_true(has(p.a, "/mnt/x/y"));
	must_refuse(m, EBUSY, "propagate_mount_busy", model_umount(m, p.a, "/mnt/x", false, &t));
	done(model_umount(m, p.a, "/mnt/x", true, NULL));
	assert_false(has(p.a, "/mnt/x") || has(p.b, "/mnt/x") || has(p.b, "/mnt/x/y"));
	/* The rest of the tree is private. */
	done(model_mount(m, p.a, "tmpfs", "/srv", NULL));
	assert_false(has(p.b, "/srv"));
	model_free(m);
}

static void slaves_receive(void **state)
{
	struct pair p = two(MODEL_SHARED);
	struct model *m = p.m;
	pid_t c;

	(void)state;
	done(model_propagation(m, p.b, "/mnt", MODEL_SLAVE, NULL));
	done(model_mount(m, p.b, "tmpfs", "/mnt/own", NULL));
	assert_false(has(p.a, "/mnt/own"));
	/* A slave may have peers and slaves in turn. */
	done(model_propagation(m, p.b, "/mnt", MODEL_SHARED, NULL));
	c = call(m, p.b, "clone(CLONE_NEWNS)", NULL);
	done(model_propagation(m, c, "/mnt", MODEL_SLAVE, NULL));
	done(model_mount(m, p.a, "tmpfs", "/mnt/x", NULL));
	assert_true(has(p.b, "/mnt/x") && has(c, "/mnt/x"));
	done(model_umount(m, c, "/mnt/x", false, NULL));
	assert_true(has(p.b, "/mnt/x"));
	/* When b goes, c receives from a itself. */
	model_kill(m, p.b, NULL);
	model_reap(m, p.b, NULL);
	done(model_mount(m, p.a, "tmpfs", "/mnt/y", NULL));
	assert_true(has(c, "/mnt/y"));
	done(model_propagation(m, p.a, "/mnt", MODEL_PRIVATE, NULL));
	done(model_mount(m, p.a, "tmpfs", "/mnt/z", NULL));
	assert_false(has(c, "/mnt/z"));
	must_refuse(m, EINVAL, "do_change_type",
		    model_propagation(m, p.a, "/mnt/nothing", MODEL_SHARED, &t));
	model_free(m);
}

static void copies_for_other_owners_are_slaves(void **state)
{
	struct pair p = two(MODEL_SHARED);
	struct model *m = p.m;
	pid_t c = call(m, p.a, "clone(CLONE_NEWUSER|CLONE_NEWNS)", NULL);

	(void)state;
	done(model_mount(m, p.a, "tmpfs", "/mnt/x", NULL));
	assert_true(has(c, "/mnt/x"));
	must_refuse(m, EINVAL, "can_umount", model_umount(m, c, "/mnt", false, &t));
	done(model_umount(m, c, "/mnt/x", false, NULL));
	assert_true(has(p.a, "/mnt/x"));
	model_free(m);
}

static void bind_mounts_are_peers(void **state)
{
	struct pair p = two(MODEL_SHARED);
	struct model *m = p.m;

	(void)state;
	done(model_bind_path(m, p.a, "/mnt/dir", "/srv", NULL));
	done(model_mount(m, p.a, "tmpfs", "/srv/x", NULL));
	assert_true(has(p.a, "/mnt/dir/x") && has(p.b, "/mnt/dir/x"));
	done(model_mount(m, p.b, "tmpfs", "/mnt/beside", NULL));
	assert_true(has(p.a, "/mnt/beside"));
	assert_false(has(p.a, "/srv/beside"));
	done(model_propagation(m, p.a, "/mnt", MODEL_UNBINDABLE, NULL));
	must_refuse(m, EINVAL, "do_loopback", model_bind_path(m, p.a, "/mnt", "/opt", &t));
	model_free(m);
}

static void what_is_mounted_later_hides(void **state)
{
	struct pair p = two(MODEL_PRIVATE);
	struct model *m = p.m;

	(void)state;
	done(model_mount(m, p.a, "tmpfs", "/mnt/x", NULL));
	done(model_mount(m, p.a, "tmpfs", "/mnt", NULL));
	assert_false(has(p.a, "/mnt/x"));
	must_refuse(m, EINVAL, "can_umount", model_umount(m, p.a, "/mnt/x", false, &t));
	done(model_umount(m, p.a, "/mnt", false, NULL));
	assert_true(has(p.a, "/mnt/x") && has(p.a, "/mnt"));
	model_free(m);
}

static void mount_namespaces_make_no_circle(void **state)
{
	struct pair p = two(MODEL_SHARED);
	struct model *m = p.m;
	uint32_t mnt = slot(m, p.b, SLOT_MNT);

	(void)state;
	done(model_open_ns(m, p.a, p.b, SLOT_MNT, 5, NULL));
	done(model_open_ns(m, p.b, p.b, SLOT_MNT, 5, NULL));
	must_refuse(m, EINVAL, "copy_tree", model_bind(m, p.a, 5, "/mnt/ns", &t));
	must_refuse(m, EINVAL, "mnt_ns_loop", model_bind(m, p.b, 5, "/mnt/ns", &t));
	done(model_propagation(m, p.a, "/mnt", MODEL_PRIVATE, NULL));
	done(model_bind(m, p.a, 5, "/mnt/ns", NULL));
	done(model_close(m, p.a, 5, NULL));
	model_kill(m, p.b, NULL);
	assert_int_equal(refs(m, NS_MNT, mnt), 1);
	done(model_umount(m, p.a, "/mnt/ns", false, NULL));
	assert_int_equal(refs(m, NS_MNT, mnt), 0);
	model_free(m);
}

static void a_name_is_removed_everywhere(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWNS)", NULL),
	      b = call(m, a, "clone(CLONE_NEWNET)", NULL), c;
	uint32_t net = slot(m, b, SLOT_NET);

	(void)state;
	done(model_mount(m, a, "tmpfs", "/run", NULL));
	done(model_open_ns(m, a, b, SLOT_NET, 5, NULL));
	done(model_bind(m, a, 5, "/run/blue", NULL));
	done(model_close(m, a, 5, NULL));
	model_kill(m, b, NULL);
	c = call(m, a, "clone(CLONE_NEWNS)", NULL);
	must_refuse(m, EBUSY, "vfs_unlink", model_unlink(m, a, "/run/blue", &t));
	/* A file that was opened through the mount keeps it. */
	done(model_open_path(m, a, "/run/blue", 6, NULL));
	must_refuse(m, EBUSY, "propagate_mount_busy", model_umount(m, a, "/run/blue", false, &t));
	done(model_close(m, a, 6, NULL));
	done(model_umount(m, a, "/run/blue", false, NULL));
	assert_int_equal(refs(m, NS_NET, net), 1);
	done(model_unlink(m, a, "/run/blue", NULL));
	assert_false(has(c, "/run/blue"));
	assert_int_equal(refs(m, NS_NET, net), 0);
	model_free(m);
}

static void another_root(void **state)
{
	struct pair p = two(MODEL_PRIVATE);
	struct model *m = p.m;

	(void)state;
	done(model_mount(m, p.a, "proc", "/mnt/proc", NULL));
	done(model_mount(m, p.a, "tmpfs", "/srv", NULL));
	must_refuse(m, EBUSY, "pivot_root", model_pivot_root(m, p.a, "/", "/mnt", &t));
	must_refuse(m, EINVAL, "pivot_root",
		    model_pivot_root(m, p.a, "/mnt/dir", "/mnt/dir/old", &t));
	must_refuse(m, EINVAL, "pivot_root", model_pivot_root(m, p.a, "/mnt", "/srv/old", &t));
	done(model_propagation(m, p.a, "/mnt", MODEL_SHARED, NULL));
	must_refuse(m, EINVAL, "pivot_root", model_pivot_root(m, p.a, "/mnt", "/mnt/old", &t));
	done(model_propagation(m, p.a, "/mnt", MODEL_PRIVATE, NULL));
	done(model_pivot_root(m, p.a, "/mnt", "/mnt/old", NULL));
	assert_true(has(p.a, "/proc") && has(p.a, "/old") && has(p.a, "/old/srv"));
	assert_false(has(p.a, "/mnt") || has(p.a, "/srv"));
	assert_true(has(p.b, "/mnt"));
	done(model_umount(m, p.a, "/old", true, NULL));
	assert_false(has(p.a, "/old") || has(p.a, "/old/srv"));
	assert_true(has(p.a, "/proc"));
	model_free(m);
}

/* Who is in it keeps it busy: in the copy of a namespace, who came along with the copy. */
static void a_working_directory_keeps_a_mount_busy(void **state)
{
	struct model *m = boot("current");
	pid_t a = call(m, 1, "clone(CLONE_NEWNS)", NULL), b, c;

	(void)state;
	done(model_mount(m, a, "tmpfs", "/mnt", NULL));
	done(model_chdir(m, a, "/mnt/x", NULL));
	must_refuse(m, EBUSY, "propagate_mount_busy", model_umount(m, a, "/mnt", false, &t));
	b = call(m, a, "clone(CLONE_NEWNS)", NULL);
	must_refuse(m, EBUSY, "propagate_mount_busy", model_umount(m, b, "/mnt", false, &t));
	c = call(m, a, "fork()", NULL);
	done(model_chdir(m, a, "/", NULL));
	must_refuse(m, EBUSY, "propagate_mount_busy", model_umount(m, a, "/mnt", false, &t));
	assert_int_equal(call(m, c, "unshare(CLONE_NEWNS)", NULL), 0);
	done(model_umount(m, a, "/mnt", false, NULL)); /* that of c is in the copy now */
	must_refuse(m, EBUSY, "propagate_mount_busy", model_umount(m, c, "/mnt", false, &t));
	model_kill(m, b, NULL);
	done(model_umount(m, c, "/mnt", true, NULL));
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers_share_all),
		cmocka_unit_test(slaves_receive),
		cmocka_unit_test(copies_for_other_owners_are_slaves),
		cmocka_unit_test(bind_mounts_are_peers),
		cmocka_unit_test(what_is_mounted_later_hides),
		cmocka_unit_test(mount_namespaces_make_no_circle),
		cmocka_unit_test(a_name_is_removed_everywhere),
		cmocka_unit_test(another_root),
		cmocka_unit_test(a_working_directory_keeps_a_mount_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
