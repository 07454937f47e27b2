/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of flags and signals, and calls as strace prints them. */
#include "call.h"

#include <inttypes.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>

static const struct flag_name {
	uint64_t bit;
	const char *name;
} flag_names[] = {
	{CLONE_NEWTIME, "CLONE_NEWTIME"},
	{CLONE_VM, "CLONE_VM"},
	{CLONE_FS, "CLONE_FS"},
	{CLONE_FILES, "CLONE_FILES"},
	{CLONE_SIGHAND, "CLONE_SIGHAND"},
	{CLONE_PIDFD, "CLONE_PIDFD"},
	{CLONE_PTRACE, "CLONE_PTRACE"},
	{CLONE_VFORK, "CLONE_VFORK"},
	{CLONE_PARENT, "CLONE_PARENT"},
	{CLONE_THREAD, "CLONE_THREAD"},
	{CLONE_NEWNS, "CLONE_NEWNS"},
	{CLONE_SYSVSEM, "CLONE_SYSVSEM"},
	{CLONE_SETTLS, "CLONE_SETTLS"},
	{CLONE_PARENT_SETTID, "CLONE_PARENT_SETTID"},
	{CLONE_CHILD_CLEARTID, "CLONE_CHILD_CLEARTID"},
	{CLONE_DETACHED, "CLONE_DETACHED"},
	{CLONE_UNTRACED, "CLONE_UNTRACED"},
	{CLONE_CHILD_SETTID, "CLONE_CHILD_SETTID"},
	{CLONE_NEWCGROUP, "CLONE_NEWCGROUP"},
	{CLONE_NEWUTS, "CLONE_NEWUTS"},
	{CLONE_NEWIPC, "CLONE_NEWIPC"},
	{CLONE_NEWUSER, "CLONE_NEWUSER"},
	{CLONE_NEWPID, "CLONE_NEWPID"},
	{CLONE_NEWNET, "CLONE_NEWNET"},
	{CLONE_IO, "CLONE_IO"},
	{CLONE_CLEAR_SIGHAND, "CLONE_CLEAR_SIGHAND"},
	{CLONE_INTO_CGROUP, "CLONE_INTO_CGROUP"},
};

static int signal_by_name(const char *p, size_t n)
{
	if (n < 4 || strncmp(p, "SIG", 3))
		return 0;
	for (int sig = 1; sig < NSIG; sig++) {
		const char *name = sigabbrev_np(sig);

		if (name && strlen(name) == n - 3 && !strncmp(name, p + 3, n - 3))
			return sig;
	}
	return 0;
}

uint64_t call_flag_by_name(const char *p, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (strlen(flag_names[i].name) == n && !strncmp(flag_names[i].name, p, n))
			return flag_names[i].bit;
	return signal_by_name(p, n);
}

void call_print_flags(struct strbuf *out, uint64_t flags)
{
	const char *bar = "";

	if (!flags)
		strbuf_puts(out, "0");
	for (size_t i = 0; i < ARRAY_SIZE(flag_names); i++) {
		if (!(flags & flag_names[i].bit))
			continue;
		strbuf_printf(out, "%s%s", bar, flag_names[i].name);
		flags &= ~flag_names[i].bit;
		bar = "|";
	}
	if (flags)
		strbuf_printf(out, "%s%#" PRIx64, bar, flags);
}

static void print_signal(struct strbuf *out, uint64_t sig)
{
	const char *name = sig && sig < NSIG ? sigabbrev_np((int)sig) : NULL;

	if (name)
		strbuf_printf(out, "SIG%s", name);
	else
		strbuf_printf(out, "%" PRIu64, sig);
}

static void print_clone3(struct strbuf *out, const struct call *c)
{
	strbuf_puts(out, "clone3({flags=");
	call_print_flags(out, c->flags);
	strbuf_puts(out, ", exit_signal=");
	print_signal(out, c->exit_signal);
	strbuf_printf(out, ", stack=%#" PRIx64 ", stack_size=%#" PRIx64, c->stack, c->stack_size);
	for (uint32_t i = 0; i < c->n_tids; i++)
		strbuf_printf(out, "%s%d", i ? ", " : ", set_tid=[", c->tids[i]);
	strbuf_printf(out, "%s}, %" PRIu64 ")", c->n_tids ? "]" : "", c->size);
}

static void print_setns(struct strbuf *out, const struct call *c)
{
	const struct call_fd *fd = &c->fd;

	strbuf_puts(out, "setns(");
	if (fd->kind == CALL_FD_PIDFD)
		strbuf_printf(out, "pidfd:%d", fd->pid);
	else if (fd->kind == CALL_FD_NS)
		strbuf_printf(out, "%s:[%u]", ns_kinds[fd->ns_kind].name, fd->inum);
	else
		strbuf_printf(out, "%d", fd->fd);
	strbuf_puts(out, ", ");
	call_print_flags(out, c->flags);
	strbuf_puts(out, ")");
}

static void print_clone(struct strbuf *out, const struct call *c)
{
	strbuf_puts(out, "clone(flags=");
	if (c->flags)
		call_print_flags(out, c->flags);
	if (c->exit_signal || !c->flags) {
		strbuf_puts(out, c->flags ? "|" : "");
		print_signal(out, c->exit_signal);
	}
	strbuf_puts(out, ")");
}

static const char *const plain_names[CALL_N_KINDS] = {
	[CALL_FORK] = "fork",
	[CALL_VFORK] = "vfork",
	[CALL_EXEC] = "execve",
	[CALL_EXIT] = "exit",
};

void call_print(struct strbuf *out, const struct call *c)
{
	switch (c->kind) {
	case CALL_CLONE:
		print_clone(out, c);
		return;
	case CALL_CLONE3:
		print_clone3(out, c);
		return;
	case CALL_SETNS:
		print_setns(out, c);
		return;
	case CALL_UNSHARE:
		strbuf_puts(out, "unshare(");
		call_print_flags(out, c->flags);
		strbuf_puts(out, ")");
		return;
	default:
		break;
	}
	strbuf_printf(out, "%s()", plain_names[c->kind]);
}
