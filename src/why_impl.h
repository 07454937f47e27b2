/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What why_text.c, why_keeper.c and why_free.c share: how things are named in lines. */
#ifndef NSCOPE_WHY_IMPL_H
#define NSCOPE_WHY_IMPL_H

#include "why.h"
#include "why_text.h"

#define WHY_MAX_LINES 24 /* of one list; the rest is a number */

struct why_out {
	struct strbuf *out;
	const struct snap *s;
	enum charset cs;
};

/* "net:[4026532998]", or why there is none. */
void why_name_ns(struct why_out *w, int32_t ns);
/* "nginx 1911", with its container. */
void why_name_task(struct why_out *w, int32_t task);
void why_name_pid(struct why_out *w, pid_t pid);
/* "#5", or "~5" when it was inferred. */
void why_name_nsproxy(struct why_out *w, int32_t nsproxy);

/* why_keeper.c: a word for a shell, of safe text; any shell of POSIX gets the same bytes of it. */
void why_quote(struct why_out *w, struct raw path);
/* Lines of who keeps what h counts. */
void why_keepers(struct why_out *w, const struct hold *h);
/* "and 3 more", when fewer were shown than there are. */
void why_more(struct why_out *w, uint32_t shown, uint32_t n);

/* The steps that would free the namespace, numbered, each a command. */
void why_steps(struct why_out *w, int32_t ns);

/* why_quota.c: of a user namespace; a line for each user and kind. Nothing of other kinds. */
void why_quota_ns(struct why_out *w, int32_t ns);
/* What the task may still make, kind by kind. */
void why_quota_task(struct why_out *w, const struct task *t);

#endif
