/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the laboratory and its test processes say to each other: one request, one
 * reply, over a SOCK_SEQPACKET socket of that process alone. The test process has
 * no C library and knows nothing of namespaces; it makes the system calls that it
 * is sent.
 */
#ifndef NSCOPE_LAB_PROTO_H
#define NSCOPE_LAB_PROTO_H

#include <stdint.h>

#define LAB_NAME "nscope-lab"

/* Descriptors that every test process has, beside 0 to 2, which are /dev/null. */
enum lab_fd {
	LAB_FD_IMAGE = 3,  /* the sealed program, for exec */
	LAB_FD_PROC = 4,   /* /proc of the host, O_PATH */
	LAB_FD_CTL = 5,	   /* the supervisor's socket */
	LAB_FD_OWNER = 6,  /* the supervisor only: pidfd of nscope */
	LAB_FD_CGROUP = 8, /* the supervisor only, later: where the control groups are;
			    * 7 is the socket that a child of it is sent */
};

enum lab_op {
	LAB_OP_SYSCALL,
	LAB_OP_CLONE, /* nr, flags, enum lab_stack, exit_signal, size, n set_tid (in data) */
	LAB_OP_EXEC,
	LAB_OP_EXIT,   /* nr: exit or exit_group; args[0]: status */
	LAB_OP_CGROUP, /* supervisor: remove at the end what data names, in the directory sent */
};

/* What stack the caller of clone() or clone3() names; memory is always its own. */
enum lab_stack { LAB_STACK_NONE, LAB_STACK_GOOD, LAB_STACK_NO_SIZE, LAB_STACK_ONLY_SIZE };

#define LAB_DATA	8192
#define LAB_ARGS_AT	4096 /* where in data the agent puts struct clone_args */
#define LAB_MAX_FDS	2
#define LAB_MAX_TIDS	64
#define LAB_MAX_CGROUPS 64
#define LAB_CGROUP_NAME 64

struct lab_request {
	uint32_t seq;
	uint16_t op;
	uint8_t ptrs;	     /* bits of args that are offsets into data */
	uint8_t fds;	     /* bits of args that are numbers of descriptors sent along */
	uint8_t keep_fds;    /* they stay open in the caller */
	uint8_t alters_cred; /* the kernel may clear dumpable and the parent-death signal */
	uint16_t n_out;	     /* bytes of data to send back */
	int64_t nr;
	uint64_t args[6];
	char data[LAB_DATA]; /* only what is used is sent */
};

enum lab_reply_kind { LAB_ANSWER, LAB_HELLO };

struct lab_reply {
	uint32_t seq;
	uint16_t kind;
	uint16_t n_fds; /* how many came along */
	int64_t ret;
	int32_t fds[LAB_MAX_FDS]; /* their numbers in the caller */
	char data[LAB_DATA];
};

#endif
