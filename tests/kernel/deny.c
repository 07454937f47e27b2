/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deny CALL... -- COMMAND...   run a command for which these system calls are refused.
 * CALL is NUMBER[:MASK][=ERRNO]: only with one of those bits in its first argument; with that
 * errno, or ENOSYS, as of an older kernel, as far as the program can tell.
 */
#include "base.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define CALLS_MAX 32
#define PER_CALL  5

static struct sock_filter load(size_t offset)
{
	return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}

/* The number of instructions; the next call is behind them. */
static unsigned add_call(struct sock_filter *code, const char *call)
{
	char *end;
	uint32_t nr = strtoul(call, &end, 0), mask = 0, err = ENOSYS;

	if (*end == ':')
		mask = strtoul(end + 1, &end, 0);
	if (*end == '=')
		err = strtoul(end + 1, &end, 0);
	code[0] = load(offsetof(struct seccomp_data, nr));
	code[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, PER_CALL - 2);
	code[2] = load(offsetof(struct seccomp_data, args[0]));
	code[3] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask, 0, !!mask);
	code[4] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err);
	return PER_CALL;
}

int main(int argc, char **argv)
{
	struct sock_filter code[1 + PER_CALL * CALLS_MAX];
	struct sock_fprog prog = {.filter = code};
	unsigned n = 0;
	int i;

	for (i = 1; i < argc && i <= CALLS_MAX && strcmp(argv[i], "--"); i++)
		n += add_call(&code[n], argv[i]);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	prog.len = n;
	if (i + 1 >= argc || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog)) {
		perror("deny");
		return 126;
	}
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
