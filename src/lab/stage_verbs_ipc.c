/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System V objects, which an ipc namespace contains. */
#include "stage_verbs.h"

#include <errno.h>
#include <string.h>
#include <sys/ipc.h>

static const struct ipc_verb {
	const char *name;
	enum lab_kind kind;
	enum model_ipc what;
} verbs[] = {
	{"msgget", LAB_MSGGET, MODEL_MSG}, {"semget", LAB_SEMGET, MODEL_SEM},
	{"shmget", LAB_SHMGET, MODEL_SHM}, {"shmat", LAB_SHMAT, MODEL_SHM},
	{"shmdt", LAB_SHMDT, MODEL_SHM},
};

static const struct ipc_verb *verb_of(const struct stage_run *r)
{
	unsigned i = 0;

	while (strcmp(verbs[i].name, r->act->verb))
		i++;
	return &verbs[i];
}

int stage_prepare_ipc(struct stage_run *r)
{
	static const struct stage_word words[] = {{"IPC_CREAT", IPC_CREAT}};
	int64_t flags = 0;

	r->c.kind = verb_of(r)->kind;
	if (stage_number_arg(r, 0, &r->c.number) ||
	    (r->act->n_args > 1 && stage_word_arg(r, 1, words, ARRAY_SIZE(words), &flags)))
		return -EINVAL;
	r->c.flags = flags ? flags | 0600 : 0;
	return 0;
}

long stage_model_ipc(struct stage_run *r)
{
	return model_ipc_get(r->st->m, r->who->tid[MODEL], r->c.number, verb_of(r)->what,
			     r->c.flags & IPC_CREAT, &r->trace);
}

long stage_model_shm(struct stage_run *r)
{
	pid_t tid = r->who->tid[MODEL];

	if (r->c.kind == LAB_SHMAT)
		return model_shmat(r->st->m, tid, r->c.number,
				   r->ret[KERNEL] > 0 ? r->ret[KERNEL] : 0, &r->trace);
	return model_shmdt(r->st->m, tid, r->c.number, &r->trace);
}
