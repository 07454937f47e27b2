/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about one living task for a prediction, beyond what a snap carries. */
#ifndef NSCOPE_PREDICT_H
#define NSCOPE_PREDICT_H

#include "model_facts.h"
#include "snap.h"

/*
 * Fill in what can be read of the task and set its bits in f->known; s tells the
 * other tasks and namespaces. The maps are the caller's: predict_facts_free().
 * Returns 0, or -ESRCH when the task has gone.
 */
int predict_facts(pid_t tid, const struct snap *s, struct model_facts *f);
void predict_facts_free(struct model_facts *f);

enum predict_fd { PREDICT_FD_CLOSED, PREDICT_FD_NS, PREDICT_FD_PIDFD, PREDICT_FD_OTHER };
struct predict_fd_info {
	enum predict_fd is;
	enum ns_kind kind;
	uint32_t inum;
	pid_t pid;
};
/* What a descriptor of the task is. 0, or -errno when that cannot be read. */
int predict_fd(pid_t tid, int fd, struct predict_fd_info *info);

#endif
