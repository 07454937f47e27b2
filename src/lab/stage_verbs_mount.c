/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts, roots and files. */
#include "stage_verbs.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

static pid_t me(const struct stage_run *r)
{
	return r->who->tid[MODEL];
}

static bool is_path(const char *text)
{
	return *text == '/';
}

/* ---- what has one path ---- */

static const struct {
	const char *verb;
	enum lab_kind kind;
} of_path[] = {
	{"open", LAB_OPEN},   {"chroot", LAB_CHROOT}, {"chdir", LAB_CHDIR},
	{"mkdir", LAB_MKDIR}, {"create", LAB_CREATE}, {"unlink", LAB_UNLINK},
	{"rmdir", LAB_RMDIR}, {"read", LAB_READ},     {"ls", LAB_LIST},
};

int stage_prepare_path(struct stage_run *r)
{
	r->c.path = stage_arg(r, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(of_path); i++)
		if (!strcmp(of_path[i].verb, r->act->verb))
			r->c.kind = of_path[i].kind;
	return 0;
}

/* ---- mounts ---- */

int stage_prepare_bind(struct stage_run *r)
{
	bool has_path = is_path(stage_arg(r, 0));

	r->c.kind = has_path ? LAB_BIND_PATH : LAB_BIND_FD;
	r->c.text = stage_arg(r, 0);
	r->c.path = stage_arg(r, 1);
	return has_path ? 0 : stage_fd_arg(r, 0, &r->c.fd);
}

long stage_model_bind(struct stage_run *r)
{
	if (is_path(stage_arg(r, 0)))
		return STAGE_NO_RULE;
	return model_bind(r->st->m, me(r), r->c.fd, stage_place(r->st, r->c.path), &r->trace);
}

int stage_prepare_mount(struct stage_run *r)
{
	r->c.kind = LAB_MOUNT;
	r->c.text = stage_arg(r, 0);
	r->c.path = stage_arg(r, 1);
	return 0;
}

int stage_prepare_umount(struct stage_run *r)
{
	static const struct stage_word words[] = {{"MNT_DETACH", MNT_DETACH}};
	int64_t flags = 0;

	r->c.kind = LAB_UMOUNT;
	r->c.path = stage_arg(r, 0);
	if (r->act->n_args > 1 && stage_word_arg(r, 1, words, ARRAY_SIZE(words), &flags))
		return -EINVAL;
	r->c.flags = flags;
	return 0;
}

long stage_model_umount(struct stage_run *r)
{
	return model_umount(r->st->m, me(r), stage_place(r->st, r->c.path), &r->trace);
}

int stage_prepare_propagation(struct stage_run *r)
{
	static const struct stage_word words[] = {{"MS_SHARED", MS_SHARED},
						  {"MS_SLAVE", MS_SLAVE},
						  {"MS_PRIVATE", MS_PRIVATE},
						  {"MS_UNBINDABLE", MS_UNBINDABLE}};
	int64_t flags;

	r->c.kind = LAB_MOUNT;
	r->c.path = stage_arg(r, 0);
	if (stage_word_arg(r, 1, words, ARRAY_SIZE(words), &flags))
		return -EINVAL;
	r->c.flags = flags;
	return 0;
}

/* ---- the root of a mount namespace ---- */

int stage_prepare_pivot(struct stage_run *r)
{
	r->c.kind = LAB_PIVOT_ROOT;
	r->c.path = stage_arg(r, 0);
	r->c.text = stage_arg(r, 1);
	return 0;
}
