/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces of test processes. The messages are written here; the test process sends
 * them on an rtnetlink socket of its own net namespace and brings back the answers, so
 * that nothing is asked or done in nscope's. An end of a pair goes only to net
 * namespaces of other test processes.
 */
#include "lab_impl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

/* ---- rtnetlink, at arm's length ---- */

static int open_socket(struct lab_args *a)
{
	return lab_simple(a, SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static int send_message(struct lab_args *a, int sock, struct nl_msg *msg)
{
	struct lab_request q = {.nr = SYS_sendto, .args = {sock, 0}, .ptrs = BIT(1)};
	size_t n = nlmsg_hdr(msg)->nlmsg_len;

	if (n > LAB_DATA)
		return err_set(a->e, E2BIG, "a message of %zu bytes", n);
	q.args[2] = n;
	memcpy(q.data, nlmsg_hdr(msg), n);
	return lab_syscall(a, &q, n, NULL, 0);
}

typedef void take_fn(const struct nlmsghdr *h, void *arg);

/* The messages of one answer; true at its end, with the kernel's error in *ret. */
static bool take_messages(const char *data, int n, take_fn *take, void *arg, int64_t *ret)
{
	struct nlmsghdr *h = (struct nlmsghdr *)data;

	for (; nlmsg_ok(h, n); h = nlmsg_next(h, &n)) {
		if (h->nlmsg_type == NLMSG_ERROR) {
			*ret = ((struct nlmsgerr *)nlmsg_data(h))->error;
			return true;
		}
		if (h->nlmsg_type == NLMSG_DONE)
			return true;
		if (take)
			take(h, arg);
	}
	return false;
}

static int receive(struct lab_args *a, int sock, take_fn *take, void *arg)
{
	struct lab_request q = {.nr = SYS_recvfrom, .args = {sock, 0, LAB_DATA}, .ptrs = BIT(1)};
	bool is_end = false;
	int64_t ret = 0;

	q.args[3] = MSG_DONTWAIT | MSG_TRUNC; /* the kernel has answered when it was asked */
	q.n_out = LAB_DATA;
	while (!is_end) {
		int err = lab_syscall(a, &q, 0, NULL, 0);

		if (err || a->r->ret < 0)
			return err;
		if (a->r->ret > LAB_DATA)
			return err_set(a->e, E2BIG, "an answer of %lld bytes",
				       (long long)a->r->ret);
		is_end = take_messages(q.data, a->r->ret, take, arg, &ret);
	}
	a->r->ret = ret;
	return 0;
}

/* Ask, and give each message of the answer to `take`. Frees the message. */
static int talk(struct lab_args *a, struct nl_msg *msg, take_fn *take, void *arg)
{
	int err = open_socket(a);
	int sock = a->r->ret;

	if (!err && sock >= 0) {
		err = send_message(a, sock, msg);
		if (!err && a->r->ret > 0)
			err = receive(a, sock, take, arg);
		err = lab_close_fd(a, sock) ?: err;
	}
	nlmsg_free(msg);
	return err;
}

static struct nl_msg *link_message(int type, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_ACK | flags);
	struct ifinfomsg info = {.ifi_family = AF_UNSPEC};

	if (!msg || nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO))
		abort(); /* out of memory, as in mem.c */
	return msg;
}

static int need_name(const struct lab_args *a, const char *name)
{
	if (!name || !*name || strlen(name) >= IFNAMSIZ)
		return err_set(a->e, EINVAL, "an interface has a name of 1 to %d bytes",
			       IFNAMSIZ - 1);
	return 0;
}

/*
 * The number in the caller of a new descriptor of the net namespace of the other
 * process, in r->ret. Never of nscope's own: nothing of the lab goes there.
 */
static int send_netns(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_fcntl, .fds = BIT(0), .keep_fds = 1};
	const struct lab_proc *o = lab_other(a);
	_cleanup_fd_ int fd = -1;
	int err = o ? lab_need_out(a->lab, o, SLOT_NET, a->e) : -ESRCH;

	if (err)
		return err;
	fd = lab_open_slot(a->lab, &o->t, SLOT_NET);
	if (fd < 0)
		return err_set(a->e, -fd, "the net namespace of test process %d", o->t.tid);
	q.args[1] = F_GETFD;
	return lab_syscall(a, &q, 0, &fd, 1);
}

/* ---- links ---- */

static struct nl_msg *veth_message(const struct lab_call *c, int netns)
{
	struct nl_msg *msg = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
	struct nlattr *link, *data, *peer;

	nla_put_string(msg, IFLA_IFNAME, c->name);
	link = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	peer = nla_nest_start(msg, VETH_INFO_PEER);
	nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, c->text);
	nla_put_u32(msg, IFLA_NET_NS_FD, netns);
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	nla_nest_end(msg, link);
	return msg;
}

int lab_do_veth(struct lab_args *a)
{
	int err = need_name(a, a->c->name) ?: need_name(a, a->c->text) ?: send_netns(a);
	int netns = a->r->ret;

	if (err || netns < 0)
		return err;
	err = talk(a, veth_message(a->c, netns), NULL, NULL);
	return lab_close_fd(a, netns) ?: err;
}

int lab_do_link_move(struct lab_args *a)
{
	int err = need_name(a, a->c->name) ?: send_netns(a);
	int netns = a->r->ret;
	struct nl_msg *msg;

	if (err || netns < 0)
		return err;
	msg = link_message(RTM_NEWLINK, 0);
	nla_put_string(msg, IFLA_IFNAME, a->c->name);
	nla_put_u32(msg, IFLA_NET_NS_FD, netns);
	err = talk(a, msg, NULL, NULL);
	return lab_close_fd(a, netns) ?: err;
}

int lab_do_link_del(struct lab_args *a)
{
	struct nl_msg *msg;

	if (need_name(a, a->c->name))
		return -EINVAL;
	msg = link_message(RTM_DELLINK, 0);
	nla_put_string(msg, IFLA_IFNAME, a->c->name);
	return talk(a, msg, NULL, NULL);
}

/* ---- looks ---- */

struct link {
	int index;
	unsigned flags;
	bool has_carrier;
	int nsid; /* of the namespace its other end is in; -1 */
	char name[IFNAMSIZ];
	struct strbuf addresses;
};

struct links {
	ARRAY(struct link) a;
};

static void take_link(const struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg *info = nlmsg_data(h);
	struct links *links = arg;
	struct nlattr *name, *nsid, *carrier;
	struct link *link;

	if (h->nlmsg_type != RTM_NEWLINK)
		return;
	name = nlmsg_find_attr((struct nlmsghdr *)h, sizeof(*info), IFLA_IFNAME);
	nsid = nlmsg_find_attr((struct nlmsghdr *)h, sizeof(*info), IFLA_LINK_NETNSID);
	carrier = nlmsg_find_attr((struct nlmsghdr *)h, sizeof(*info), IFLA_CARRIER);
	link = array_add(&links->a);
	link->has_carrier = carrier && nla_get_u8(carrier);
	link->index = info->ifi_index;
	link->flags = info->ifi_flags;
	link->nsid = nsid ? nla_get_s32(nsid) : -1;
	if (name)
		nla_strlcpy(link->name, name, sizeof(link->name));
}

static void take_address(const struct nlmsghdr *h, void *arg)
{
	const struct ifaddrmsg *info = nlmsg_data(h);
	struct nlattr *local, *address;
	char text[INET6_ADDRSTRLEN];
	struct links *links = arg;

	/* The kernel makes one of those up for each link, from a random number. */
	if (h->nlmsg_type != RTM_NEWADDR || info->ifa_scope == RT_SCOPE_LINK)
		return;
	local = nlmsg_find_attr((struct nlmsghdr *)h, sizeof(*info), IFA_LOCAL);
	address = nlmsg_find_attr((struct nlmsghdr *)h, sizeof(*info), IFA_ADDRESS);
	local = local ?: address;
	if (!local || nla_len(local) < (info->ifa_family == AF_INET ? 4 : 16) ||
	    !inet_ntop(info->ifa_family, nla_data(local), text, sizeof(text)))
		return;
	for (uint32_t i = 0; i < links->a.n; i++)
		if (links->a.items[i].index == (int)info->ifa_index)
			strbuf_printf(&links->a.items[i].addresses, " %s/%u", text,
				      info->ifa_prefixlen);
}

static int by_index(const void *x, const void *y)
{
	return ((const struct link *)x)->index - ((const struct link *)y)->index;
}

static int dump(struct lab_args *a, int type, take_fn *take, struct links *links)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_DUMP);
	const union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
	} any = {0};
	size_t n = type == RTM_GETLINK ? sizeof(any.link) : sizeof(any.address);

	if (!msg || nlmsg_append(msg, (void *)&any, n, NLMSG_ALIGNTO))
		abort();
	return talk(a, msg, take, links);
}

static int read_links(struct lab_args *a, struct links *links)
{
	int err = dump(a, RTM_GETLINK, take_link, links);

	if (!err && !a->r->ret)
		err = dump(a, RTM_GETADDR, take_address, links);
	if (links->a.n)
		qsort(links->a.items, links->a.n, sizeof(struct link), by_index);
	return err;
}

static void free_links(struct links *links)
{
	for (uint32_t i = 0; i < links->a.n; i++)
		strbuf_free(&links->a.items[i].addresses);
	free(links->a.items);
}

int lab_do_links(struct lab_args *a)
{
	struct links links = {0};
	struct strbuf out = {0};
	int err = read_links(a, &links);

	for (uint32_t i = 0; i < links.a.n; i++) {
		const struct link *l = &links.a.items[i];
		bool is_up = l->flags & IFF_UP;

		strbuf_printf(&out, "%s %s%s", l->name, is_up ? "up" : "down",
			      is_up && !l->has_carrier ? " no-carrier" : "");
		if (l->nsid >= 0)
			strbuf_printf(&out, " nsid=%d", l->nsid);
		strbuf_printf(&out, "%s\n", l->addresses.n ? l->addresses.s : "");
	}
	if (!err && out.n)
		lab_say(a, out.s);
	strbuf_free(&out);
	free_links(&links);
	return err;
}

/* ---- up and down ---- */

static const struct link *find_link(const struct links *links, const char *name)
{
	for (uint32_t i = 0; i < links->a.n; i++)
		if (!strcmp(links->a.items[i].name, name))
			return &links->a.items[i];
	return NULL;
}

/*
 * The kernel lets packets through somewhat later than it finds a carrier
 * (linkwatch_event(), at most once a second), on both ends of a pair.
 */
static int await_running(struct lab_args *a)
{
	const struct timespec a_moment = {.tv_nsec = 5000000};
	bool is_ready = false;

	for (int tries = 0; tries < 300 && !is_ready; tries++) {
		struct links links = {0};
		int err = dump(a, RTM_GETLINK, take_link, &links);
		const struct link *l = find_link(&links, a->c->name);

		is_ready = err || !l || !l->has_carrier || l->flags & IFF_RUNNING;
		free_links(&links);
		if (err)
			return err;
		if (!is_ready)
			nanosleep(&a_moment, NULL);
	}
	a->r->ret = 0;
	return 0;
}

int lab_do_link_up(struct lab_args *a)
{
	struct nl_msg *msg;
	struct ifinfomsg *info;
	int err;

	if (need_name(a, a->c->name))
		return -EINVAL;
	msg = link_message(RTM_NEWLINK, 0);
	info = nlmsg_data(nlmsg_hdr(msg));
	info->ifi_flags = a->c->flags ? 0 : IFF_UP;
	info->ifi_change = IFF_UP;
	nla_put_string(msg, IFLA_IFNAME, a->c->name);
	err = talk(a, msg, NULL, NULL);
	return err || a->r->ret || a->c->flags ? err : await_running(a);
}

/* ---- addresses ---- */

struct address {
	int family;
	unsigned prefix;
	unsigned char bytes[16];
};

static int parse_address(const struct lab_args *a, struct address *to)
{
	char text[INET6_ADDRSTRLEN + 4] = "", *slash, *end;
	unsigned max;

	if (a->c->text && strlen(a->c->text) < sizeof(text))
		strcpy(text, a->c->text);
	to->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	max = to->family == AF_INET ? 32 : 128;
	slash = strchr(text, '/');
	to->prefix = slash ? strtoul(slash + 1, &end, 10) : max;
	if (slash)
		*slash = '\0';
	if (inet_pton(to->family, text, to->bytes) == 1 && to->prefix <= max &&
	    (!slash || (slash[1] && !*end)))
		return 0;
	return err_set(a->e, EINVAL, "an address is written like 10.9.0.1/24");
}

int lab_do_address(struct lab_args *a)
{
	struct address to;
	struct ifaddrmsg info = {.ifa_scope = RT_SCOPE_UNIVERSE};
	struct links links = {0};
	const struct link *link;
	struct nl_msg *msg;
	size_t n;
	int err = need_name(a, a->c->name) ?: parse_address(a, &to) ?: read_links(a, &links);

	link = err ? NULL : find_link(&links, a->c->name);
	info.ifa_index = link ? link->index : 0;
	free_links(&links);
	if (err || a->r->ret)
		return err;
	if (!info.ifa_index) {
		a->r->ret = -ENODEV; /* what the kernel says of a number that no link has */
		return 0;
	}
	info.ifa_family = to.family;
	info.ifa_prefixlen = to.prefix;
	info.ifa_flags = to.family == AF_INET6 ? IFA_F_NODAD : 0; /* usable at once */
	n = to.family == AF_INET ? 4 : 16;
	msg = nlmsg_alloc_simple(RTM_NEWADDR,
				 NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	if (!msg || nlmsg_append(msg, &info, sizeof(info), NLMSG_ALIGNTO))
		abort();
	nla_put(msg, IFA_LOCAL, n, to.bytes);
	nla_put(msg, IFA_ADDRESS, n, to.bytes);
	return talk(a, msg, NULL, NULL);
}
