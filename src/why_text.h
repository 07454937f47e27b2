/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger in words: what keeps a namespace, an nsproxy or what a task is tied
 * to, who that is, and what would free it, in order, as commands to run. The
 * same lines for the command line and for the screen.
 */
#ifndef NSCOPE_WHY_TEXT_H
#define NSCOPE_WHY_TEXT_H

#include "mem.h"
#include "snap.h"
#include "text.h"

/*
 * Each appends lines of safe text. Tasks should have TASK_STAT, TASK_UID, TASK_CGROUP and
 * TASK_PIDS, user namespaces NS_QUOTA.
 */
void why_text_ns(struct strbuf *out, const struct snap *s, int32_t ns, enum charset cs);
void why_text_nsproxy(struct strbuf *out, const struct snap *s, int32_t nsproxy, enum charset cs);
void why_text_task(struct strbuf *out, const struct snap *s, int32_t task, enum charset cs);

/*
 * The count of a namespace and what was found of it, in one line without its end:
 * "4 = 1 nsproxy + 3 socket", with >= or <= where both need not agree.
 */
void why_text_sum(struct strbuf *out, const struct snap *s, int32_t ns);

/* Who keeps a reference, as in "descriptor 5 of dockerd 702", without the end of its line. */
void why_text_keeper(struct strbuf *out, const struct snap *s, const struct keeper *k,
		     enum charset cs);

/* One process that keeps a file system busy, by what, and the command that ends it. */
void why_text_user(struct strbuf *out, const struct snap *s, int32_t task, const char *what,
		   enum charset cs);

/*
 * One mount that keeps a file system busy: where it is, and the command that takes it away
 * when the processes of is_ended (by row of their leader) have ended.
 */
void why_text_mount(struct strbuf *out, const struct snap *s, int32_t mnt_ns, struct raw where,
		    const bool *is_ended, enum charset cs);

#endif
