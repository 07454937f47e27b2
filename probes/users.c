/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of the users that the tasks and user namespaces of this scan have, out of
 * /etc/passwd alone: the name service may ask a server that does not answer.
 */
#include "probe.h"

#include <pwd.h>
#include <stdio.h>

struct uids {
	ARRAY(uid_t) list; /* sorted, each once */
};

static int uid_order(const void *a, const void *b)
{
	uid_t x = *(const uid_t *)a, y = *(const uid_t *)b;

	return x < y ? -1 : x > y;
}

static void collect(struct probe_env *env, struct uids *u)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < builder_n_tasks(env->b); i++) {
		const struct task *t = builder_task(env->b, i);

		if ((t->facts & TASK_UID) && (!u->list.n || u->list.items[u->list.n - 1] != t->uid))
			*array_add(&u->list) = t->uid;
	}
	for (uint32_t i = 0; i < builder_n_nss(env->b); i++)
		if (builder_ns_row(env->b, i)->has_owner_uid)
			*array_add(&u->list) = builder_ns_row(env->b, i)->owner_uid;
	if (u->list.n)
		qsort(u->list.items, u->list.n, sizeof(*u->list.items), uid_order);
	for (uint32_t i = 0; i < u->list.n; i++)
		if (!kept || u->list.items[kept - 1] != u->list.items[i])
			u->list.items[kept++] = u->list.items[i];
	u->list.n = kept;
}

int users_end(struct probe_env *env)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct uids u = {0};
	struct passwd *pw;

	if (!f) {
		probe_gap(env, COV_PARTIAL, 1, "/etc/passwd cannot be read");
		return 0;
	}
	collect(env, &u);
	while (u.list.n && (pw = fgetpwent(f))) {
		uid_t *at = bsearch(&pw->pw_uid, u.list.items, u.list.n, sizeof(uid_t), uid_order);

		if (!at)
			continue;
		/* The first line of a number is the one that getpwuid(3) gives. */
		builder_add_user(env->b, pw->pw_uid, snap_strz(env->b, pw->pw_name));
		u.list.n--;
		for (uid_t *end = u.list.items + u.list.n; at < end; at++)
			at[0] = at[1];
		probe_seen(env, 1);
	}
	fclose(f);
	free(u.list.items);
	return 0;
}
