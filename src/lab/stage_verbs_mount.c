/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts, roots and files. */
#include "stage_verbs.h"

#include <errno.h>
#include <stdio.h>
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
	{"open", LAB_OPEN},	{"chroot", LAB_CHROOT}, {"chdir", LAB_CHDIR}, {"mkdir", LAB_MKDIR},
	{"create", LAB_CREATE}, {"unlink", LAB_UNLINK}, {"rmdir", LAB_RMDIR}, {"read", LAB_READ},
	{"ls", LAB_LIST},	{"mounts", LAB_MOUNTS},
};

/* "{b}" in a path is the number of b, as nscope's /proc has it. */
static int put_numbers(struct stage_run *r, const char *path)
{
	const char *open = strchr(path, '{'), *close = open ? strchr(open, '}') : NULL;
	const struct actor *o;
	char name[ACT_NAME_MAX];

	r->c.path = path;
	if (!close || close - open > ACT_NAME_MAX)
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)(close - open - 1), open + 1);
	o = stage_need_actor(r->st, name, r->e);
	if (!o)
		return -EINVAL;
	snprintf(r->text, sizeof(r->text), "%.*s%d%s", (int)(open - path), path, o->tid[KERNEL],
		 close + 1);
	r->c.path = r->text;
	return 0;
}

int stage_prepare_path(struct stage_run *r)
{
	for (unsigned i = 0; i < ARRAY_SIZE(of_path); i++)
		if (!strcmp(of_path[i].verb, r->act->verb))
			r->c.kind = of_path[i].kind;
	return put_numbers(r, stage_arg(r, 0));
}

long stage_model_chroot(struct stage_run *r)
{
	return model_chroot(r->st->m, me(r), &r->trace);
}

/* ---- mounts ---- */

/* "/PATH", "ACTOR/SLOT" or the name of a descriptor. */
int stage_prepare_bind(struct stage_run *r)
{
	const char *from = stage_arg(r, 0);
	struct actor *o;

	r->c.text = from;
	r->c.path = stage_arg(r, 1);
	r->c.kind = is_path(from) ? LAB_BIND_PATH : strchr(from, '/') ? LAB_BIND_NS : LAB_BIND_FD;
	if (r->c.kind == LAB_BIND_PATH)
		return 0;
	if (r->c.kind == LAB_BIND_FD)
		return stage_fd_arg(r, 0, &r->c.fd);
	if (!stage_slot(r->st, from, &o, &r->c.slot, r->e))
		return -EINVAL;
	r->c.other = o->id;
	return 0;
}

#define NR_WALK 1000000 /* of a file that is open during the call only */

static long bind_ns(struct stage_run *r)
{
	struct model *m = r->st->m;
	struct actor *o;
	long ret;
	int slot;

	stage_slot(r->st, stage_arg(r, 0), &o, &slot, r->e);
	ret = model_open_ns(m, me(r), o->tid[MODEL], slot, NR_WALK, NULL);
	if (ret < 0)
		return ret;
	ret = model_bind(m, me(r), NR_WALK, r->c.path, &r->trace);
	model_close(m, me(r), NR_WALK, NULL);
	return ret;
}

long stage_model_bind(struct stage_run *r)
{
	if (r->c.kind == LAB_BIND_PATH)
		return model_bind_path(r->st->m, me(r), r->c.text, r->c.path, &r->trace);
	if (r->c.kind == LAB_BIND_NS)
		return bind_ns(r);
	return model_bind(r->st->m, me(r), r->c.fd, r->c.path, &r->trace);
}

int stage_prepare_mount(struct stage_run *r)
{
	r->c.kind = LAB_MOUNT;
	r->c.text = stage_arg(r, 0);
	r->c.path = stage_arg(r, 1);
	return 0;
}

long stage_model_mount(struct stage_run *r)
{
	return model_mount(r->st->m, me(r), r->c.text, r->c.path, &r->trace);
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
	return model_umount(r->st->m, me(r), r->c.path, r->c.flags, &r->trace);
}

static const struct {
	const char *name;
	int64_t flag;
	enum model_propagation model;
} types[] = {
	{"MS_SHARED", MS_SHARED, MODEL_SHARED},
	{"MS_SLAVE", MS_SLAVE, MODEL_SLAVE},
	{"MS_PRIVATE", MS_PRIVATE, MODEL_PRIVATE},
	{"MS_UNBINDABLE", MS_UNBINDABLE, MODEL_UNBINDABLE},
};

int stage_prepare_propagation(struct stage_run *r)
{
	struct stage_word words[ARRAY_SIZE(types)];
	int64_t flags;

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		words[i] = (struct stage_word){types[i].name, types[i].flag};
	r->c.kind = LAB_MOUNT;
	r->c.path = stage_arg(r, 0);
	if (stage_word_arg(r, 1, words, ARRAY_SIZE(words), &flags))
		return -EINVAL;
	r->c.flags = flags;
	return 0;
}

long stage_model_propagation(struct stage_run *r)
{
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		if ((uint64_t)types[i].flag == r->c.flags)
			return model_propagation(r->st->m, me(r), r->c.path, types[i].model,
						 &r->trace);
	return STAGE_NO_RULE;
}

/* Of files it knows the mounts on them, and nothing else. */
long stage_model_unlink(struct stage_run *r)
{
	if (r->ret[KERNEL] < 0 && r->ret[KERNEL] != -EBUSY)
		return STAGE_NO_RULE;
	return model_unlink(r->st->m, me(r), r->c.path, &r->trace);
}

/* Whether it is there, only the kernel knows. */
long stage_model_open_path(struct stage_run *r)
{
	int nr = stage_new_fd(r);

	if (r->ret[KERNEL] < 0 && !model_has_mount(r->st->m, me(r), r->c.path))
		return STAGE_NO_RULE;
	return stage_fd_or_error(model_open_path(r->st->m, me(r), r->c.path, nr, &r->trace), nr);
}

/* ---- the root of a mount namespace ---- */

int stage_prepare_pivot(struct stage_run *r)
{
	r->c.kind = LAB_PIVOT_ROOT;
	r->c.path = stage_arg(r, 0);
	r->c.text = stage_arg(r, 1);
	return 0;
}

long stage_model_pivot(struct stage_run *r)
{
	return model_pivot_root(r->st->m, me(r), r->c.path, r->c.text, &r->trace);
}

/* What directories there are is for the kernel to say. */
long stage_model_chdir(struct stage_run *r)
{
	if (r->ret[KERNEL] < 0)
		return STAGE_NO_RULE;
	return model_chdir(r->st->m, r->who->tid[MODEL], stage_arg(r, 0), &r->trace);
}
