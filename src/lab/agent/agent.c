/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test process. Linked without any library, so that it can share its memory
 * with children, and so that nothing from a namespace that it enters is ever run:
 * there is no loader, no locale and no name service in it.
 *
 * It ends when its control socket does. The supervisor is the same program: the
 * parent of all, a child subreaper, and the one that takes the rest along.
 */
#include "../lab_proto.h"

#include <errno.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/time_types.h>
#include <linux/wait.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define STACK_SIZE 65536
#define SIGKILL	   9
#define SIGCONT	   18
#define N_SIGNALS  64

struct agent {
	int ctl;
	int owner;		/* supervisor: pidfd of nscope; else -1 */
	long supervisor;	/* pid of the parent that it must not outlive, or 0 */
	char *stack;		/* its own, when it began on one; else NULL */
	int old_ctl, old_owner; /* of the parent, to be closed; -1 */
};

/* The compiler may ask for these two. */
void *memset(void *p, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);

void *memset(void *p, int c, size_t n)
{
	for (char *s = p; n--;)
		*s++ = c;
	return p;
}

void *memcpy(void *to, const void *from, size_t n)
{
	char *t = to;

	for (const char *f = from; n--;)
		*t++ = *f++;
	return to;
}

static long call6(long nr, const uint64_t a[6])
{
	register uint64_t r10 __asm__("r10") = a[3];
	register uint64_t r8 __asm__("r8") = a[4];
	register uint64_t r9 __asm__("r9") = a[5];
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}
#define SYS(nr, ...) call6(nr, (const uint64_t[6]){__VA_ARGS__})
#define PTR(p)	     ((uint64_t)(p))

/*
 * spawn(nr, args, stack): the system call that makes a child. When a stack is
 * given the child goes on with agent_child(stack) on it, whatever memory it shares.
 */
long spawn(long nr, const uint64_t args[5], struct agent *stack);
__asm__(".text\n"
	"spawn:\n"
	"	push %rbx\n"
	"	mov %rdx, %rbx\n"
	"	mov %rdi, %rax\n"
	"	mov %rsi, %r11\n"
	"	mov (%r11), %rdi\n"
	"	mov 8(%r11), %rsi\n"
	"	mov 16(%r11), %rdx\n"
	"	mov 24(%r11), %r10\n"
	"	mov 32(%r11), %r8\n"
	"	syscall\n"
	"	test %rax, %rax\n"
	"	jnz 1f\n"
	"	test %rbx, %rbx\n"
	"	jz 1f\n"
	"	mov %rbx, %rsp\n"
	"	mov %rbx, %rdi\n"
	"	xor %ebp, %ebp\n"
	"	call agent_child\n"
	"1:	pop %rbx\n"
	"	ret\n");

/* Gives back the stack it runs on, and ends. */
static __attribute__((noreturn)) void leave(long nr, long status, char *stack)
{
	if (stack)
		__asm__ volatile("syscall\n"
				 "mov %0, %%rax\n"
				 "mov %1, %%rdi\n"
				 "syscall\n"
				 :
				 : "r"(nr), "r"(status), "a"((long)SYS_munmap), "D"(stack),
				   "S"((long)STACK_SIZE)
				 : "rcx", "r11", "memory");
	for (;;)
		SYS(nr, status);
}

/* Names of control groups that the supervisor removes. */
static char cgroups[LAB_MAX_CGROUPS][LAB_CGROUP_NAME];
static int n_cgroups;

static int is_same(const char *x, const char *y)
{
	while (*x && *x == *y)
		x++, y++;
	return *x == *y;
}

static long add_cgroup(const char *name, int dir)
{
	SYS(SYS_dup3, dir, LAB_FD_CGROUP, O_CLOEXEC);
	SYS(SYS_close, dir);
	for (int i = 0; i < n_cgroups; i++)
		if (is_same(cgroups[i], name))
			return 0;
	if (n_cgroups == LAB_MAX_CGROUPS)
		return -ENOSPC;
	memcpy(cgroups[n_cgroups++], name, LAB_CGROUP_NAME - 1);
	return 0;
}

/* All that were in them are gone. */
static void remove_cgroups(void)
{
	for (int i = 0; i < n_cgroups; i++)
		SYS(SYS_unlinkat, LAB_FD_CGROUP, PTR(cgroups[i]), AT_REMOVEDIR);
}

/*
 * nscope is gone, or done. The children see the end of their sockets too, if they are
 * not stopped: give them time to go, then take what is left of the group along.
 */
static __attribute__((noreturn)) void finish(const struct agent *a)
{
	struct __kernel_timespec ms = {.tv_nsec = 1000000};
	long pid;

	if (a->owner < 0)
		leave(SYS_exit_group, 0, NULL);
	if (SYS(SYS_getpgrp) == SYS(SYS_getpid))
		SYS(SYS_kill, 0, SIGCONT);
	for (int tries = 0; tries < 1000; tries++) {
		while ((pid = SYS(SYS_wait4, -1, 0, WNOHANG | __WALL)) > 0)
			;
		if (pid == -ECHILD) {
			remove_cgroups();
			leave(SYS_exit_group, 0, NULL);
		}
		SYS(SYS_nanosleep, PTR(&ms));
	}
	if (SYS(SYS_getpgrp) == SYS(SYS_getpid))
		SYS(SYS_kill, 0, SIGKILL);
	leave(SYS_exit_group, 1, NULL);
}

static void wait_for_request(const struct agent *a)
{
	struct pollfd p[2] = {{a->ctl, POLLIN, 0}, {a->owner, POLLIN, 0}};

	if (a->owner < 0)
		return;
	while (SYS(SYS_ppoll, PTR(p), 2, 0, 0, 8) < 0)
		;
	if (!p[0].revents && p[1].revents)
		finish(a);
}

/* Receives a request and its descriptors; returns how many came. */
static int receive(const struct agent *a, struct lab_request *q, int fds[LAB_MAX_FDS])
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(LAB_MAX_FDS * sizeof(int))];
	} c;
	struct iovec iov = {q, sizeof(*q)};
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c)};
	long n;
	int n_fds;

	wait_for_request(a);
	do
		n = SYS(SYS_recvmsg, a->ctl, PTR(&m), 0);
	while (n == -EINTR);
	if (n < (long)offsetof(struct lab_request, data))
		finish(a);
	if (m.msg_controllen < sizeof(c.h))
		return 0;
	n_fds = (c.h.cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (int i = 0; i < n_fds; i++)
		fds[i] = ((int *)CMSG_DATA(&c.h))[i];
	return n_fds;
}

static void reply(const struct agent *a, const struct lab_request *q, struct lab_reply *r)
{
	size_t n = offsetof(struct lab_reply, data) + q->n_out;

	r->seq = q->seq;
	if (q->n_out)
		memcpy(r->data, q->data, q->n_out);
	if (SYS(SYS_sendto, a->ctl, PTR(r), n, MSG_NOSIGNAL) < 0)
		finish(a);
}

static void hello(const struct agent *a)
{
	struct lab_request q = {0};
	struct lab_reply r;

	memset(&r, 0, offsetof(struct lab_reply, data));
	r.kind = LAB_HELLO;
	r.ret = SYS(SYS_gettid);
	r.fds[0] = a->ctl;
	reply(a, &q, &r);
}

/* The parent-death signal and /proc/self stay what they were across new credentials. */
static void keep_leash(const struct agent *a)
{
	SYS(SYS_prctl, PR_SET_DUMPABLE, 1);
	if (!a->supervisor)
		return;
	SYS(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
	long parent = SYS(SYS_getppid);
	if (parent && parent != a->supervisor)
		finish(a);
}

static long do_syscall(struct lab_request *q, const int *fds, int n_fds)
{
	uint64_t args[6];

	for (int i = 0; i < 6; i++) {
		args[i] = q->args[i];
		if (q->ptrs & 1 << i)
			args[i] = PTR(q->data + q->args[i]);
		if (q->fds & 1 << i && q->args[i] < (uint64_t)n_fds)
			args[i] = fds[q->args[i]];
	}
	return call6(q->nr, args);
}

/* ---- children ---- */

static __attribute__((noreturn)) void serve(struct agent *a);

static void start(struct agent *a)
{
	if (a->old_ctl >= 0)
		SYS(SYS_close, a->old_ctl);
	if (a->old_owner >= 0) {
		SYS(SYS_close, a->old_owner);
		if (n_cgroups)
			SYS(SYS_close, LAB_FD_CGROUP);
	}
	if (a->supervisor)
		keep_leash(a);
	hello(a);
}

__attribute__((used, noreturn)) void agent_child(struct agent *a);
void agent_child(struct agent *a)
{
	start(a);
	serve(a);
}

static struct clone_args *clone3_args(struct lab_request *q, const char *stack)
{
	struct clone_args *c = (struct clone_args *)(q->data + LAB_ARGS_AT);

	memset(c, 0, LAB_DATA - LAB_ARGS_AT);
	c->flags = q->args[0];
	c->exit_signal = q->args[2];
	c->set_tid = q->args[4] ? PTR(q->data) : 0;
	c->set_tid_size = q->args[4];
	if (q->args[0] & CLONE_PIDFD)
		c->pidfd = PTR(q->data + LAB_ARGS_AT - 64);
	if (q->args[1] == LAB_STACK_GOOD || q->args[1] == LAB_STACK_NO_SIZE)
		c->stack = PTR(stack);
	if (q->args[1] == LAB_STACK_GOOD || q->args[1] == LAB_STACK_ONLY_SIZE)
		c->stack_size = STACK_SIZE;
	return c;
}

static long make_child(struct lab_request *q, char *stack, struct agent *on)
{
	uint64_t args[5] = {0};

	if (q->nr == SYS_clone3) {
		args[0] = PTR(clone3_args(q, stack));
		args[1] = q->args[3];
	} else if (q->nr == SYS_clone) {
		args[0] = q->args[0];
		args[1] = q->args[1] ? PTR(on) : 0;
		args[2] = PTR(q->data + LAB_ARGS_AT); /* for a pidfd or a tid */
	}
	return spawn(q->nr, args, on);
}

static int shares(const struct lab_request *q, uint64_t flag)
{
	return q->nr == SYS_vfork ? flag == CLONE_VM : q->nr != SYS_fork && q->args[0] & flag;
}

/* Memory for a child that cannot go on with the caller's stack; NULL: there is none. */
static struct agent *new_stack(const struct agent *child)
{
	char *stack = (char *)SYS(SYS_mmap, 0, STACK_SIZE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct agent *on = (struct agent *)(stack + STACK_SIZE - 64);

	if ((unsigned long)stack >= -4095ul)
		return NULL;
	*on = *child;
	on->stack = stack;
	return on;
}

/*
 * Returns in the caller with what the system call returned, and with 0 in a child
 * that goes on here, on its copy of the caller's stack.
 */
static long do_clone(struct agent *a, struct lab_request *q, int ctl)
{
	struct agent child = {.ctl = ctl, .owner = -1, .old_ctl = -1, .old_owner = -1};
	struct agent *on = NULL;
	long ret;

	if (!shares(q, CLONE_FILES)) {
		child.old_ctl = a->ctl;
		child.old_owner = a->owner;
	}
	if (a->owner >= 0)
		child.supervisor = SYS(SYS_getpid);
	else if (shares(q, CLONE_PARENT))
		child.supervisor = a->supervisor;
	if (shares(q, CLONE_VM) || q->args[1]) {
		on = new_stack(&child);
		if (!on)
			return -ENOMEM;
	}
	ret = make_child(q, on ? on->stack : NULL, on);
	if (!ret) {
		*a = child;
		start(a);
		return 0;
	}
	if (on && (ret < 0 || !shares(q, CLONE_VM)))
		SYS(SYS_munmap, PTR(on) + 64 - STACK_SIZE, STACK_SIZE);
	if (ret < 0 || !shares(q, CLONE_FILES))
		SYS(SYS_close, ctl);
	return ret;
}

/* ---- the loop ---- */

static long do_exec(const struct agent *a)
{
	char env[] = "000?", name[] = LAB_NAME, *const argv[] = {name, NULL};
	char *const envp[] = {env, NULL};

	env[3] = a->supervisor ? 'L' : '\0';
	for (int i = 2, fd = a->ctl; i >= 0; i--, fd /= 10)
		env[i] = '0' + fd % 10;
	return SYS(SYS_execveat, LAB_FD_IMAGE, PTR(""), PTR(argv), PTR(envp), AT_EMPTY_PATH);
}

static void close_sent(const struct lab_request *q, const int *fds, int n)
{
	for (int i = 0; i < n && !q->keep_fds; i++)
		SYS(SYS_close, fds[i]);
}

/* One request. A child that goes on here has answered with its hello. */
static void serve_one(struct agent *a, struct lab_request *q, struct lab_reply *r)
{
	int fds[LAB_MAX_FDS] = {-1, -1};
	int n = receive(a, q, fds);

	memset(r, 0, offsetof(struct lab_reply, data));
	r->n_fds = n;
	memcpy(r->fds, fds, sizeof(fds));
	switch (q->op) {
	case LAB_OP_SYSCALL:
		r->ret = do_syscall(q, fds, n);
		close_sent(q, fds, n);
		if (q->alters_cred)
			keep_leash(a);
		break;
	case LAB_OP_CLONE:
		r->ret = do_clone(a, q, fds[0]);
		if (!r->ret)
			return;
		break;
	case LAB_OP_CGROUP:
		r->ret = add_cgroup(q->data, fds[0]);
		break;
	case LAB_OP_EXEC:
		r->ret = do_exec(a);
		break;
	case LAB_OP_EXIT:
		SYS(SYS_close, a->ctl);
		leave(q->nr, q->args[0], q->nr == SYS_exit ? a->stack : NULL);
	}
	reply(a, q, r);
}

static __attribute__((noreturn)) void serve(struct agent *a)
{
	struct lab_request q;
	struct lab_reply r;

	for (;;)
		serve_one(a, &q, &r);
}

/* The image was started: the environment is the number of the control socket. */
__attribute__((used, noreturn)) void agent_main(const uint64_t *stack);
void agent_main(const uint64_t *stack)
{
	const char *env = (const char *)stack[stack[0] + 2];
	struct agent a = {.owner = -1, .old_ctl = -1, .old_owner = -1};
	char role;
	uint64_t none[4] = {0};

	while (*env >= '0' && *env <= '9')
		a.ctl = a.ctl * 10 + *env++ - '0';
	SYS(SYS_prctl, PR_SET_NAME, PTR(LAB_NAME));
	role = *env;
	if (role == 'L')
		a.supervisor = SYS(SYS_getppid);
	if (role == 'S') {
		/* What nscope ignores or blocks is not theirs. */
		for (int sig = 1; sig <= N_SIGNALS; sig++)
			SYS(SYS_rt_sigaction, sig, PTR(none), 0, 8);
		SYS(SYS_rt_sigprocmask, 2, PTR(none), 0, 8);
		a.owner = LAB_FD_OWNER;
		SYS(SYS_setpgid, 0, 0);
		SYS(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1);
	}
	hello(&a);
	serve(&a);
}

__asm__(".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call agent_main\n"
	"	hlt\n");
