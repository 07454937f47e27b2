/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotas where the kernel probe gave none: the limits of our own user namespace,
 * which anybody may read. What is used of them no file tells.
 */
#include "probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool read_limits(struct probe_env *env, int32_t max[NS_N_KINDS])
{
	bool is_any = false;

	for (int k = 0; k < NS_N_KINDS; k++) {
		char path[64], text[32];
		ssize_t n;

		snprintf(path, sizeof(path), "sys/user/max_%s_namespaces", ns_kinds[k].name);
		n = probe_read_file(env->proc, path, text, sizeof(text));
		max[k] = n > 0 ? (int32_t)strtol(text, NULL, 10) : -1;
		is_any |= n > 0;
	}
	return is_any;
}

/* /proc/sys/user shows the limits of whoever reads it, whichever /proc that is. */
static int32_t own_user_ns(struct probe_env *env)
{
	char link[64];
	ssize_t n = readlinkat(env->proc, "thread-self/ns/user", link, sizeof(link) - 1);
	enum ns_kind kind;
	uint32_t inum;

	if (n < 0)
		return IX_DENIED;
	link[n] = '\0';
	return nsfs_parse(link, &kind, &inum) && kind == NS_USER
		       ? builder_ns(env->b, NS_USER, inum, NULL)
		       : IX_DENIED;
}

int quota_end(struct probe_env *env)
{
	int32_t max[NS_N_KINDS], ns;

	probe_seen(env, env->n_quotas);
	if (env->n_quotas)
		return 0;
	ns = own_user_ns(env);
	if (ns >= 0 && read_limits(env, max)) {
		builder_add_quota(env->b, ns, max, false);
		probe_seen(env, 1);
	}
	probe_gap(env, env->kernel_state, 0,
		  "what is used of quotas, and the limits of other user namespaces, only the "
		  "kernel probe can tell");
	return 0;
}
