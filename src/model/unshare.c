/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unshare(), after ksys_unshare() of kernel/fork.c. */
#include "kernel.h"

static const char file[] = "kernel/fork.c";

static uint64_t imply(struct model *m, uint64_t flags)
{
	uint64_t all = flags;
	struct strbuf text = {0};

	if (all & CLONE_NEWUSER)
		all |= CLONE_THREAD | CLONE_FS;
	if (all & CLONE_VM)
		all |= CLONE_SIGHAND;
	if (all & CLONE_SIGHAND)
		all |= CLONE_THREAD;
	if (all & CLONE_NEWNS)
		all |= CLONE_FS;
	if (m->trace && all != flags) {
		call_print_flags(&text, all & ~flags);
		trace_step(m->trace, file, "ksys_unshare", "these flags imply %s", text.s);
	}
	strbuf_free(&text);
	return all;
}

static int refuse_threads(struct model *m, const char *why)
{
	trace_advise(m->trace, "call it before threads are made, or fork and call it in the child");
	return trace_refuse(m->trace, -EINVAL, file, "check_unshare_flags", "%s", why);
}

static int check_unshare_flags(struct model *m, const struct k_task *me, uint64_t flags)
{
	uint64_t unknown = flags & ~m->rules->unshare_flags;
	struct strbuf text = {0};

	if (unknown) {
		call_print_flags(&text, unknown);
		trace_refuse(m->trace, -EINVAL, file, "check_unshare_flags",
			     "unshare() on this kernel does not take %s", text.s);
		strbuf_free(&text);
		return -EINVAL;
	}
	if (flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM) && !thread_group_empty(me))
		return refuse_threads(m, "the caller has other threads, which would keep what this "
					 "thread leaves");
	if (flags & (CLONE_SIGHAND | CLONE_VM) && me->sighand->count > 1)
		return refuse_threads(m, "another task shares the signal handlers");
	if (flags & CLONE_VM && me->mm && me->mm->users > 1)
		return refuse_threads(m, "another task shares the memory");
	return 0;
}

/* What unshare() has prepared and not yet put in place. */
struct unshared {
	struct k_fs *fs;
	struct k_files *files;
	struct k_cred *cred;
	struct k_nsproxy *nsproxy;
};

static int unshare_fs(struct model *m, struct k_task *me, uint64_t flags, struct unshared *u)
{
	if (!(flags & CLONE_FS) || !me->fs || me->fs->users == 1)
		return 0;
	trace_step(m->trace, file, "unshare_fs",
		   "others share the root and working directory: this task gets its own copy");
	u->fs = copy_fs_struct(m, me->fs);
	if (!u->fs)
		return trace_refuse(m->trace, -ENOMEM, file, "unshare_fs", "no memory for it");
	return 0;
}

static int unshare_fd(struct model *m, struct k_task *me, uint64_t flags, struct unshared *u)
{
	if (!(flags & CLONE_FILES) || !me->files || me->files->count == 1)
		return 0;
	trace_step(m->trace, file, "unshare_fd",
		   "others share the descriptor table: this task gets its own copy");
	u->files = dup_files(m, me->files);
	if (!u->files)
		return trace_refuse(m->trace, -ENOMEM, file, "unshare_fd", "no memory for it");
	return 0;
}

static int unshare_userns(struct model *m, struct k_task *me, uint64_t flags, struct unshared *u)
{
	int err;

	if (!(flags & CLONE_NEWUSER))
		return 0;
	trace_step(m->trace, file, "unshare_userns",
		   "new credentials, that the new user namespace will hang off");
	u->cred = prepare_creds(m, me);
	if (!u->cred)
		return trace_refuse(m->trace, -ENOMEM, file, "prepare_creds", "no memory for it");
	err = create_user_ns(m, me, u->cred);
	if (err) {
		put_cred(m, u->cred);
		u->cred = NULL;
	}
	return err;
}

/* Gives back what was prepared and what commit() put aside, as the labels at the end do. */
static void drop(struct model *m, struct unshared *u)
{
	if (u->cred)
		put_cred(m, u->cred);
	if (u->nsproxy)
		put_nsproxy(m, u->nsproxy);
	put_files(m, u->files);
	if (u->fs)
		put_fs_struct(m, u->fs);
}

static int prepare(struct model *m, struct k_task *me, uint64_t flags, struct unshared *u)
{
	int err = unshare_fs(m, me, flags, u);

	if (!err)
		err = unshare_fd(m, me, flags, u);
	if (!err)
		err = unshare_userns(m, me, flags, u);
	if (!err)
		err = unshare_nsproxy_namespaces(m, flags, me, u->cred, &u->nsproxy);
	if (!err && u->cred)
		err = set_cred_ucounts(m, u->cred);
	return err;
}

static void commit(struct model *m, struct k_task *me, const struct unshared *u)
{
	if (u->nsproxy && me->fs)
		fs_follow(u->fs ? u->fs : me->fs, me->nsproxy->ns[SLOT_MNT],
			  u->nsproxy->ns[SLOT_MNT]);
	if (u->nsproxy)
		switch_task_namespaces(m, me, u->nsproxy);
	if (u->fs) {
		note_link(m, me, "fs", me->fs, u->fs);
		exit_fs(m, me);
		me->fs = u->fs;
	}
	if (u->files) {
		note_link(m, me, "files", me->files, u->files);
		exit_files(m, me);
		me->files = u->files;
	}
	if (u->cred)
		commit_creds(m, me, u->cred);
}

int ksys_unshare(struct model *m, struct k_task *me, uint64_t flags)
{
	struct unshared u = {0};
	int err;

	if (!(me->known & FACT_SHARING) && flags & (CLONE_VM | CLONE_SIGHAND))
		trace_doubt(m->trace, FACT_SHARING,
			    "what the task shares with others (CLONE_VM, CLONE_SIGHAND) is not "
			    "known: EINVAL if it does");
	flags = imply(m, flags);
	err = check_unshare_flags(m, me, flags);
	if (err)
		return err;
	err = prepare(m, me, flags, &u);
	if (err) {
		trace_undo(m->trace, file, "ksys_unshare",
			   "unwinding: what was prepared is dropped, the task keeps all it had");
		drop(m, &u);
		return err;
	}
	commit(m, me, &u);
	return 0;
}
