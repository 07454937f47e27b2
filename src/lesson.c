/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lesson.h"

bool lesson_is_good(const struct lesson_moment *m)
{
	if (*m->difference)
		return false;
	for (uint32_t i = 0; i < m->checks.n; i++)
		if (m->checks.items[i].model == LESSON_NO || m->checks.items[i].kernel == LESSON_NO)
			return false;
	return true;
}

struct lesson_moment *lesson_add(struct lesson *l)
{
	struct lesson_moment *m = array_add(&l->moments);

	*m = (struct lesson_moment){
		.act = "", .ask = "", .tell = "", .says = "", .difference = "", .refuser = ""};
	return m;
}

void lesson_moment_free(struct lesson_moment *m)
{
	free(m->checks.items);
	free(m->actors.items);
	trace_free(&m->trace);
	snap_unref(m->model_snap);
	snap_unref(m->kernel_snap);
	arena_free(&m->arena);
}

void lesson_free(struct lesson *l)
{
	for (uint32_t i = 0; i < l->moments.n; i++)
		lesson_moment_free(&l->moments.items[i]);
	free(l->moments.items);
	l->moments.items = NULL;
	l->moments.n = 0;
}
