/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deny NUMBER... -- COMMAND...   run a command for which these system calls are not
 * there (ENOSYS): an older kernel, as far as the program can tell.
 */
#include "base.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#define CALLS_MAX 32

int main(int argc, char **argv)
{
	struct sock_filter code[2 + 2 * CALLS_MAX];
	struct sock_fprog prog = {.filter = code};
	unsigned n = 0;
	int i;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	for (i = 1; i < argc && i <= CALLS_MAX && strcmp(argv[i], "--"); i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							 (uint32_t)atoi(argv[i]), 0, 1);
		code[n++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	}
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
