/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quota.h"

#include <stddef.h>

static int64_t find_used(const struct snap *s, const struct quota *q, uid_t uid, enum ns_kind kind)
{
	uint32_t lo = q->first_user, hi = lo + q->n_users;

	if (!q->has_used)
		return -1;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (s->quota_users[mid].uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < q->first_user + q->n_users && s->quota_users[lo].uid == uid
		       ? s->quota_users[lo].used[kind]
		       : 0;
}

static struct quota_level level_of(const struct snap *s, int32_t user_ns, uid_t uid,
				   enum ns_kind kind)
{
	struct quota_level level = {.user_ns = user_ns, .uid = uid, .used = -1, .max = -1};
	int32_t row = s->nss[user_ns].quota;

	if (row >= 0) {
		level.max = s->quotas[row].max[kind];
		level.used = find_used(s, &s->quotas[row], uid, kind);
	}
	return level;
}

void quota_chain(const struct snap *s, int32_t user_ns, uid_t uid, enum ns_kind kind,
		 struct quota_chain *chain)
{
	bool is_known = true, is_initial = false;

	chain->n = 0;
	while (user_ns >= 0 && !is_initial && chain->n < QUOTA_MAX_LEVELS) {
		const struct ns *ns = &s->nss[user_ns];
		struct quota_level *level = &chain->levels[chain->n++];

		*level = level_of(s, user_ns, uid, kind);
		is_known = is_known && level->used >= 0 && level->max >= 0;
		is_initial = ns->is_initial;
		user_ns = ns->has_owner_uid ? ns->parent : IX_NONE;
		uid = ns->owner_uid;
	}
	chain->is_whole = is_known && is_initial;
}

int64_t quota_left(const struct quota_level *level)
{
	if (level->max < 0)
		return -1;
	if (level->used < 0)
		return level->max;
	return level->used < level->max ? level->max - level->used : 0;
}

const struct quota_level *quota_tightest(const struct quota_chain *chain)
{
	const struct quota_level *tightest = NULL;

	for (unsigned i = 0; i < chain->n; i++) {
		const struct quota_level *level = &chain->levels[i];

		if (level->max >= 0 && (!tightest || quota_left(level) < quota_left(tightest)))
			tightest = level;
	}
	return tightest;
}

bool quota_is_near(const struct quota_level *level)
{
	return level->max >= 0 && (level->used >= 0 || !level->max) &&
	       quota_left(level) <= level->max / 10;
}
