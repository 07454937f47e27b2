/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A system call as strace prints it: "unshare(CLONE_NEWNET|CLONE_NEWUTS)". The
 * calls that change namespaces, and those that the laboratory makes beside them.
 */
#ifndef NSCOPE_CALL_H
#define NSCOPE_CALL_H

#include "err.h"
#include "mem.h"
#include "nskind.h"

#define CALL_MAX_TIDS 33 /* one more than the kernel takes, so that too many can be refused */

enum call_kind {
	CALL_FORK,
	CALL_VFORK,
	CALL_CLONE,
	CALL_CLONE3,
	CALL_UNSHARE,
	CALL_SETNS,
	CALL_EXEC,
	CALL_EXIT,
	CALL_N_KINDS
};

/* What the first argument of setns() refers to. */
enum call_fd_kind {
	CALL_FD_NUMBER, /* not open in the caller, unless somebody resolves it */
	CALL_FD_NS,
	CALL_FD_PIDFD,
	CALL_FD_OTHER, /* open, and neither */
};

struct call_fd {
	enum call_fd_kind kind;
	int fd;	       /* CALL_FD_NUMBER: a descriptor of the caller */
	int ns_kind;   /* CALL_FD_NS; -1: any kind */
	uint32_t inum; /* CALL_FD_NS */
	int32_t pid;   /* CALL_FD_PIDFD */
};

struct call {
	enum call_kind kind;
	uint64_t flags; /* CLONE_*; without the low byte of the old clone; of setns its second
			 * argument
			 */
	uint64_t exit_signal;
	uint64_t stack; /* clone3: 0 when not given */
	uint64_t stack_size;
	uint64_t size; /* clone3: sizeof(struct clone_args) that the caller has */
	uint32_t n_tids;
	int32_t tids[CALL_MAX_TIDS]; /* clone3: set_tid, innermost first */
	struct call_fd fd;
};

/*
 * The call in text. Returns 0, or -EINVAL with e telling the place and what was
 * expected there. Unknown flag names are refused, unknown numbers kept.
 */
int call_parse(const char *text, struct call *c, struct err *e);
/* Append the call as strace prints it; call_parse() reads it back. */
void call_print(struct strbuf *out, const struct call *c);
/* Append flags by name, unknown bits as a number: "CLONE_NEWNET|0x400". 0 is "0". */
void call_print_flags(struct strbuf *out, uint64_t flags);
/* The bits of a flag's or a signal's name of n bytes; 0 when there is none. */
uint64_t call_flag_by_name(const char *name, size_t n);

#endif
