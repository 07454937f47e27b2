/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of format 1: the table of quotas. */
#include "json_impl.h"

#include <stdio.h>
#include <string.h>

/* A kind that is not there has no limit; null: not known. */
static void read_max(struct reader *r, json_t *o, int32_t max[NS_N_KINDS])
{
	json_t *limits = reader_object(r, o, "max");
	size_t end = strlen(r->path);

	if (!limits)
		reader_fail(r, "max", "expected an object");
	snprintf(r->path + end, sizeof(r->path) - end, ".max");
	for (int k = 0; k < NS_N_KINDS; k++) {
		const char *name = ns_kinds[k].name;
		bool is_known;
		int64_t n = reader_int(r, limits, name, 0, QUOTA_UNLIMITED, &is_known);

		max[k] = is_known			 ? (int32_t)n
			 : json_object_get(limits, name) ? -1
							 : QUOTA_UNLIMITED;
	}
	r->path[end] = '\0';
}

static void read_user(struct reader *r, json_t *o, int32_t ns, int64_t *last)
{
	uid_t uid = reader_need_int(r, o, "uid", 0, UINT32_MAX);
	json_t *used = reader_object(r, o, "used");
	uint32_t n[NS_N_KINDS];
	bool is_known;

	for (int k = 0; k < NS_N_KINDS; k++)
		n[k] = reader_int(r, used, ns_kinds[k].name, 0, INT32_MAX, &is_known);
	if ((int64_t)uid <= *last)
		reader_fail(r, "uid", "expected one above that of the user before");
	*last = uid;
	if (!r->has_failed)
		builder_add_quota_user(r->b, ns, uid, n);
}

void reader_quota(struct reader *r, json_t *o)
{
	int32_t ns = reader_ns(r, o, "user", NS_USER, NULL, IX_NONE), max[NS_N_KINDS];
	json_t *users = reader_array(r, o, "users"), *user;
	size_t n = strlen(r->path), i;
	int64_t last = -1;

	if (ns < 0)
		reader_fail(r, "user", "expected the number of a user namespace");
	read_max(r, o, max);
	if (r->has_failed)
		return;
	if (builder_ns_row(r->b, ns)->quota >= 0) {
		reader_fail(r, "user", "this one is there twice");
		return;
	}
	builder_add_quota(r->b, ns, max, users);
	json_array_foreach(users, i, user)
	{
		snprintf(r->path + n, sizeof(r->path) - n, ".users[%zu]", i);
		read_user(r, user, ns, &last);
		if (r->has_failed)
			return;
	}
	r->path[n] = '\0';
}
