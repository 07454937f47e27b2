/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The number that our own net namespace knows another one by (RTM_GETNSID,
 * rtnetlink(7)): what `ip netns list-id` and "link-netnsid" of ip-link(8) print.
 * It is asked once a net namespace, by a task in it or by a descriptor of it.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/net_namespace.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>

/* The kernel's answer to one question. */
struct answer {
	bool has_nsid;
	int32_t nsid;
};

static int take_answer(struct nl_msg *msg, void *arg)
{
	struct nlattr *attr = nlmsg_find_attr(nlmsg_hdr(msg), sizeof(struct rtgenmsg), NETNSA_NSID);
	struct answer *answer = arg;

	if (attr) {
		answer->has_nsid = true;
		answer->nsid = nla_get_s32(attr);
	}
	return NL_OK;
}

/* `by` is NETNSA_PID or NETNSA_FD. False when the kernel did not tell. */
static bool ask(struct nl_sock *sock, int by, uint32_t value, int32_t *nsid)
{
	struct rtgenmsg head = {.rtgen_family = AF_UNSPEC};
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETNSID, 0);
	struct answer answer = {0};
	bool ok;

	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, take_answer, &answer);
	ok = msg && !nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) &&
	     !nla_put_u32(msg, by, value) && nl_send_auto(sock, msg) >= 0 &&
	     !nl_recvmsgs_default(sock) && !nl_wait_for_ack(sock) && answer.has_nsid;
	nlmsg_free(msg);
	*nsid = answer.nsid;
	return ok;
}

/* Of a namespace that no task is in: by the descriptor or the mount that keeps it. */
static int open_keeper(struct probe_env *env, const struct keeper *k, uint32_t inum)
{
	_cleanup_fd_ int at = -1, root = -1;
	char path[48];
	const char *why;

	if (k->kind == KEEPER_FD) {
		snprintf(path, sizeof(path), "%d/fd/%d", k->pid, k->fd);
		at = openat(env->proc, path, O_PATH | O_CLOEXEC);
		return at < 0 ? -errno : nsfs_open(env, at, inum);
	}
	if (k->kind != KEEPER_BIND || k->where_ns < 0) /* a mount may be in no namespace */
		return -ENOENT;
	at = openat(env->proc, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0 || !probe_is_in_mnt_ns(env, at, k->where_ns))
		return -ENOENT;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? -errno : nsfs_open_bind(env, root, k->path.s, inum, &why);
}

static bool ask_by_keeper(struct probe_env *env, struct nl_sock *sock, const struct keeper *k,
			  struct ns *ns)
{
	_cleanup_fd_ int fd = open_keeper(env, k, ns->inum);

	return fd >= 0 && ask(sock, NETNSA_FD, fd, &ns->nsid);
}

static void ask_all(struct probe_env *env, struct nl_sock *sock)
{
	uint32_t n_missed = 0;

	for (uint32_t row = 0; row < builder_n_tasks(env->b); row++) {
		const struct task *t = builder_task(env->b, row);
		struct ns *ns =
			t->ns[SLOT_NET] >= 0 ? builder_ns_row(env->b, t->ns[SLOT_NET]) : NULL;

		if (ns && !ns->has_nsid)
			ns->has_nsid = ask(sock, NETNSA_PID, t->tid, &ns->nsid);
	}
	for (uint32_t i = 0; i < builder_n_keepers(env->b); i++) {
		const struct keeper *k = builder_keeper(env->b, i);
		struct ns *ns = builder_ns_row(env->b, k->ns);

		if (ns->kind == NS_NET && !ns->has_nsid)
			ns->has_nsid = ask_by_keeper(env, sock, k, ns);
	}
	for (uint32_t row = 0; row < builder_n_nss(env->b); row++) {
		const struct ns *ns = builder_ns_row(env->b, row);

		probe_seen(env, ns->kind == NS_NET && ns->has_nsid);
		n_missed += ns->kind == NS_NET && !ns->has_nsid;
	}
	if (n_missed)
		probe_gap(env, COV_PARTIAL, n_missed,
			  "no task is in the net namespace and no descriptor we may open is of it");
}

int netnsid_end(struct probe_env *env)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (sock && !nl_connect(sock, NETLINK_ROUTE))
		ask_all(env, sock);
	else
		probe_gap(env, COV_UNSUPPORTED, 1, "no rtnetlink socket");
	nl_socket_free(sock);
	return 0;
}
