/* SPDX-License-Identifier: GPL-2.0-or-later */
/* THE table of what can be done on the stage, and what each does in both worlds. */
#include "stage_verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>

/* ---- arguments ---- */

struct actor *stage_other(struct stage_run *r, unsigned i)
{
	return stage_need_actor(r->st, stage_arg(r, i), r->e);
}

const char *stage_arg(const struct stage_run *r, unsigned i)
{
	return i < r->act->n_args ? r->act->args[i] : "";
}

int stage_number_arg(struct stage_run *r, unsigned i, int64_t *n)
{
	const char *text = stage_arg(r, i);
	char *end;

	errno = 0;
	*n = strtoll(text, &end, 0);
	if (errno || *end || end == text)
		return err_set(r->e, 0, "%s: expected a number, not '%s'", r->act->verb, text);
	return 0;
}

int stage_fd_arg(struct stage_run *r, unsigned i, int *nr)
{
	const struct stage_fd *fd = stage_fd(r->st, stage_arg(r, i));
	const char *text = stage_arg(r, i);
	char *end;

	*nr = fd ? fd->nr : (int)strtol(text, &end, 10);
	if (!fd && (*end || end == text))
		return err_set(r->e, 0, "there is no descriptor '%s'", text);
	return 0;
}

int stage_word_arg(struct stage_run *r, unsigned i, const struct stage_word *words, unsigned n,
		   int64_t *value)
{
	struct strbuf all = {0};

	for (unsigned k = 0; k < n; k++) {
		if (!strcmp(stage_arg(r, i), words[k].name)) {
			strbuf_free(&all);
			*value = words[k].value;
			return 0;
		}
		strbuf_printf(&all, "%s%s", k ? k + 1 == n ? " or " : ", " : "", words[k].name);
	}
	err_set(r->e, 0, "%s: expected %s, not '%s'", r->act->verb, all.s, stage_arg(r, i));
	strbuf_free(&all);
	return -EINVAL;
}

int stage_new_fd(struct stage_run *r)
{
	return r->ret[KERNEL] > 0 ? (int)r->ret[KERNEL] : r->st->next_fd++;
}

long stage_fd_or_error(long ret, int nr)
{
	return ret < 0 ? ret : nr;
}

long stage_no_rule(struct stage_run *r)
{
	(void)r;
	return STAGE_NO_RULE;
}

/* ---- ends ---- */

static int prepare_other(struct stage_run *r)
{
	struct actor *o = stage_other(r, 0);

	if (!o)
		return -EINVAL;
	r->c.kind = LAB_WAIT;
	r->c.other = o->id;
	return 0;
}

static long model_wait_act(struct stage_run *r)
{
	long ret = model_reap(r->st->m, stage_actor(r->st, stage_arg(r, 0))->tid[MODEL], &r->trace);

	return ret == -ESRCH ? -EAGAIN : ret; /* it lives */
}

/* ---- descriptors ---- */

static int prepare_open(struct stage_run *r)
{
	struct actor *o;
	int slot;

	if (*stage_arg(r, 0) == '/')
		return stage_prepare_path(r);
	if (!stage_slot(r->st, stage_arg(r, 0), &o, &slot, r->e))
		return -EINVAL;
	r->c.kind = LAB_OPEN_NS;
	r->c.other = o->id;
	r->c.slot = slot;
	return 0;
}

static long model_open_act(struct stage_run *r)
{
	struct actor *o;
	int slot, nr;

	if (r->c.kind == LAB_OPEN)
		return stage_model_open_path(r);
	nr = stage_new_fd(r);
	if (!stage_slot(r->st, stage_arg(r, 0), &o, &slot, r->e))
		return -EINVAL;
	return stage_fd_or_error(model_open_ns(r->st->m, r->who->tid[MODEL], o->tid[MODEL], slot,
					       nr, &r->trace),
				 nr);
}

static const struct {
	const char *name;
	int family, type;
} families[] = {
	{"AF_NETLINK", AF_NETLINK, SOCK_RAW},
	{"AF_INET", AF_INET, SOCK_STREAM},
	{"AF_UNIX", AF_UNIX, SOCK_STREAM},
};

static int prepare_socket(struct stage_run *r)
{
	for (unsigned i = 0; i < ARRAY_SIZE(families); i++) {
		if (strcmp(stage_arg(r, 0), families[i].name))
			continue;
		r->c.kind = LAB_SOCKET;
		r->c.number = families[i].family;
		r->c.flags = families[i].type;
		return 0;
	}
	return err_set(r->e, 0, "socket: expected AF_INET, AF_UNIX or AF_NETLINK, not '%s'",
		       stage_arg(r, 0));
}

static long model_socket_act(struct stage_run *r)
{
	int nr = stage_new_fd(r);

	return stage_fd_or_error(model_open_socket(r->st->m, r->who->tid[MODEL], nr, &r->trace),
				 nr);
}

static int prepare_pidfd(struct stage_run *r)
{
	int err = prepare_other(r);

	r->c.kind = LAB_OPEN_PIDFD;
	return err;
}

static long model_pidfd_act(struct stage_run *r)
{
	const struct actor *o = stage_actor(r->st, stage_arg(r, 0));
	int nr = stage_new_fd(r);

	return stage_fd_or_error(
		model_open_pidfd(r->st->m, r->who->tid[MODEL], o->tid[MODEL], nr, &r->trace), nr);
}

static int prepare_dup(struct stage_run *r)
{
	r->c.kind = LAB_DUP;
	return stage_fd_arg(r, 0, &r->c.fd);
}

static long model_dup_act(struct stage_run *r)
{
	int nr = stage_new_fd(r), old = -1;

	stage_fd_arg(r, 0, &old);
	return stage_fd_or_error(model_dup(r->st->m, r->who->tid[MODEL], old, nr, &r->trace), nr);
}

static int prepare_close(struct stage_run *r)
{
	r->c.kind = LAB_CLOSE;
	return stage_fd_arg(r, 0, &r->c.fd);
}

static long model_close_act(struct stage_run *r)
{
	int nr = -1;

	stage_fd_arg(r, 0, &nr);
	return model_close(r->st->m, r->who->tid[MODEL], nr, &r->trace);
}

#define CALL(name, args, n_min, n_max, help, gives)                                                \
	{                                                                                          \
		name, args, n_min, n_max, help, stage_prepare_call, stage_model_call, gives, false \
	}

const struct stage_verb stage_verbs[] = {
	CALL("fork", "()", 0, 0, "a child that shares everything it may", GIVES_TASK),
	CALL("vfork", "()", 0, 0, "the same; sleeps until the child ends or executes", GIVES_TASK),
	CALL("clone", "(FLAGS)", 1, 4, "a child with what the flags say", GIVES_TASK),
	CALL("clone3", "({flags=FLAGS, ...})", 1, 2, "the same, newer", GIVES_TASK),
	CALL("unshare", "(FLAGS)", 1, 1, "namespaces of its own from now on", GIVES_NOTHING),
	CALL("setns", "(ACTOR/SLOT or pidfd:ACTOR or NAME, FLAGS)", 2, 2, "into other namespaces",
	     GIVES_NOTHING),
	{"exec", "()", 0, 0, "the same program anew", stage_prepare_call, stage_model_exec,
	 GIVES_NOTHING, false},
	{"exit", "()", 0, 1, "this thread ends", stage_prepare_call, stage_model_call,
	 GIVES_NOTHING, false},
	{"kill", "(ACTOR, SIGKILL)", 2, 2, "a signal; by nscope: from outside", stage_prepare_kill,
	 stage_model_kill, GIVES_NOTHING, true},
	{"wait", "(ACTOR)", 1, 1, "reap a child that has ended", prepare_other, model_wait_act,
	 GIVES_NOTHING, false},
	{"open", "(ACTOR/SLOT or \"PATH\")", 1, 1, "the file of a namespace", prepare_open,
	 model_open_act, GIVES_FD, false},
	{"socket", "(AF_INET)", 1, 1, "a socket of its net namespace", prepare_socket,
	 model_socket_act, GIVES_FD, false},
	{"pidfd_open", "(ACTOR)", 1, 1, "a descriptor of that process", prepare_pidfd,
	 model_pidfd_act, GIVES_FD, false},
	{"dup", "(NAME)", 1, 1, "the descriptor again", prepare_dup, model_dup_act, GIVES_FD,
	 false},
	{"close", "(NAME)", 1, 1, "the descriptor", prepare_close, model_close_act, GIVES_NOTHING,
	 false},
	{"bind", "(NAME or ACTOR/SLOT or \"PATH\", \"PATH\")", 2, 2,
	 "mount what is there in another place", stage_prepare_bind, stage_model_bind,
	 GIVES_NOTHING, false},
	{"mount", "(\"TYPE\", \"PATH\")", 2, 2, "a file system of that type", stage_prepare_mount,
	 stage_model_mount, GIVES_NOTHING, false},
	{"umount", "(\"PATH\"[, MNT_DETACH])", 1, 2, "take a mount away", stage_prepare_umount,
	 stage_model_umount, GIVES_NOTHING, false},
	{"propagation", "(\"PATH\", MS_SHARED)", 2, 2, "what mounts there do to copies",
	 stage_prepare_propagation, stage_model_propagation, GIVES_NOTHING, false},
	{"pivot_root", "(\"NEW\", \"OLD\")", 2, 2, "another root for its mount namespace",
	 stage_prepare_pivot, stage_model_pivot, GIVES_NOTHING, false},
	{"chroot", "(\"PATH\")", 1, 1, "another root directory", stage_prepare_path,
	 stage_model_chroot, GIVES_NOTHING, false},
	{"chdir", "(\"PATH\")", 1, 1, "another working directory", stage_prepare_path,
	 stage_model_chdir, GIVES_NOTHING, false},
	{"mkdir", "(\"PATH\")", 1, 1, "a directory, on a tmpfs of its own", stage_prepare_path,
	 stage_no_rule, GIVES_NOTHING, false},
	{"create", "(\"PATH\")", 1, 1, "an empty file, on a tmpfs of its own", stage_prepare_path,
	 stage_no_rule, GIVES_NOTHING, false},
	{"unlink", "(\"PATH\")", 1, 1, "a file, on a tmpfs of its own", stage_prepare_path,
	 stage_model_unlink, GIVES_NOTHING, false},
	{"rmdir", "(\"PATH\")", 1, 1, "a directory, on a tmpfs of its own", stage_prepare_path,
	 stage_no_rule, GIVES_NOTHING, false},
	{"read", "(\"PATH\")", 1, 1, "a file, as it sees it; {b} in the path is the pid of b",
	 stage_prepare_path, stage_no_rule, GIVES_NOTHING, false},
	{"ps", "()", 0, 0, "the processes that its /proc lists", stage_prepare_ps, stage_no_rule,
	 GIVES_NOTHING, false},
	{"ls", "(\"PATH\")", 1, 1, "a directory, as it sees it", stage_prepare_path, stage_no_rule,
	 GIVES_NOTHING, false},
	{"mounts", "(\"PATH\")", 1, 1, "what is mounted there, and where it travels",
	 stage_prepare_path, stage_no_rule, GIVES_NOTHING, false},
	{"uname", "()", 0, 0, "its host name", stage_prepare_look, stage_no_rule, GIVES_NOTHING,
	 false},
	{"ids", "()", 0, 0, "its user, groups and capabilities", stage_prepare_look, stage_no_rule,
	 GIVES_NOTHING, false},
	{"getpid", "()", 0, 0, "its numbers, as it sees them", stage_prepare_look, stage_no_rule,
	 GIVES_NOTHING, false},
	{"clock", "()", 0, 0, "how its clocks differ from those of nscope", stage_prepare_look,
	 stage_no_rule, GIVES_NOTHING, false},
	{"offset", "(boottime, SECONDS)", 2, 2, "of its time_for_children", stage_prepare_offset,
	 stage_model_offset, GIVES_NOTHING, false},
	{"cgroup", "(\"NAME\")", 1, 1, "nscope moves it to a control group of that name",
	 stage_prepare_net, stage_no_rule, GIVES_NOTHING, false},
	{"links", "()", 0, 0, "the interfaces of its net namespace", stage_prepare_net,
	 stage_no_rule, GIVES_NOTHING, false},
	{"veth", "(\"HERE\", \"THERE\", ACTOR)", 3, 3, "a pair, the other end there",
	 stage_prepare_net, stage_no_rule, GIVES_NOTHING, false},
	{"move", "(\"NAME\", ACTOR)", 2, 2, "an interface to another net namespace",
	 stage_prepare_net, stage_no_rule, GIVES_NOTHING, false},
	{"link_up", "(\"NAME\")", 1, 1, "an interface is switched on", stage_prepare_net,
	 stage_no_rule, GIVES_NOTHING, false},
	{"link_del", "(\"NAME\")", 1, 1, "an interface is removed", stage_prepare_net,
	 stage_no_rule, GIVES_NOTHING, false},
	{"address", "(\"NAME\", \"10.9.0.1/24\")", 2, 2, "an interface gets an address",
	 stage_prepare_net, stage_no_rule, GIVES_NOTHING, false},
	{"ping", "(\"10.9.0.2\")", 1, 1, "an ICMP echo, and the answer to it", stage_prepare_net,
	 stage_no_rule, GIVES_NOTHING, false},
	{"msgget", "(KEY[, IPC_CREAT])", 1, 2, "a System V queue", stage_prepare_ipc,
	 stage_model_ipc, GIVES_NOTHING, false},
	{"semget", "(KEY[, IPC_CREAT])", 1, 2, "a System V semaphore", stage_prepare_ipc,
	 stage_model_ipc, GIVES_NOTHING, false},
	{"shmget", "(KEY[, IPC_CREAT])", 1, 2, "a System V segment of memory", stage_prepare_ipc,
	 stage_model_ipc, GIVES_NOTHING, false},
	{"shmat", "(KEY)", 1, 1, "attach that segment", stage_prepare_ipc, stage_model_shm,
	 GIVES_NOTHING, false},
	{"shmdt", "(KEY)", 1, 1, "detach it", stage_prepare_ipc, stage_model_shm, GIVES_NOTHING,
	 false},
	{"write", "([ACTOR,] uid_map, \"0 1000 1\")", 2, 3, "to a file of its /proc directory",
	 stage_prepare_write, stage_model_write, GIVES_NOTHING, false},
	{"sethostname", "(\"NAME\")", 1, 1, "of its uts namespace", stage_prepare_hostname,
	 stage_model_hostname, GIVES_NOTHING, false},
	{"setuid", "(UID)", 1, 1, "all its user ids", stage_prepare_id, stage_model_id,
	 GIVES_NOTHING, false},
	{"setgid", "(GID)", 1, 1, "all its group ids", stage_prepare_id, stage_model_id,
	 GIVES_NOTHING, false},
	{"quota", "(KIND, N)", 2, 2, "user.max_KIND_namespaces of its user namespace",
	 stage_prepare_quota, stage_model_quota, GIVES_NOTHING, false},
	{"subreaper", "(1)", 1, 1, "it adopts the orphans below it", stage_prepare_subreaper,
	 stage_model_subreaper, GIVES_NOTHING, false},
};
const unsigned n_stage_verbs = ARRAY_SIZE(stage_verbs);

bool stage_verb(unsigned i, struct stage_verb_help *h)
{
	static char usage[96];

	if (i >= n_stage_verbs)
		return false;
	snprintf(usage, sizeof(usage), "%s%s", stage_verbs[i].name, stage_verbs[i].args);
	*h = (struct stage_verb_help){usage, stage_verbs[i].help};
	return true;
}
