/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets: each holds its network namespace, and what its peer was.
 */
#ifndef NSCOPE_PINS_SOCKETS_H
#define NSCOPE_PINS_SOCKETS_H

#include "pins_tell.h"

static void describe_sock(struct k_hold *r, struct sock_common *c, struct sock *sk, uint64_t ino)
{
	r->ino = ino;
	r->family = READ(c, skc_family);
	r->type = READ(sk, sk_type);
	r->state = READ(c, skc_state);
	r->port = READ(c, skc_num);
	if (r->family == AF_INET)
		r->addr[0] = READ(c, skc_rcv_saddr);
	if (r->family == AF_INET6)
		bpf_probe_read_kernel(r->addr, sizeof(r->addr), &c->skc_v6_rcv_saddr);
}

__noinline int tell_sock(uint64_t addr, uint32_t by, uint64_t pids, int fd, uint64_t ino)
{
	struct sock *sk = CAST(addr, struct sock);
	struct sock_common *c = &sk->__sk_common;
	struct k_state *st = state();
	struct k_hold *r;
	uint32_t row;

	if (!st || !addr)
		return 0;
	tell_pid(number(st, READ(sk, sk_peer_pid)), by, pids, fd);
	tell_cred(number(st, READ(sk, sk_peer_cred)), by, pids, fd);
	/* Sockets of the kernel itself do not hold their namespace. */
	if (!READ_BITS(c, skc_net_refcnt))
		return 0;
	row = tell(REF(K_REF_SOCKET, by), addr,
		   number(st, (void *)COMMON(READ(c, skc_net.net), K_NET)), pids, fd);
	if (!row--)
		return 0;
	r = bpf_map_lookup_elem(&k_holds, &row);
	if (r)
		describe_sock(r, c, sk, ino);
	return 0;
}

/* Connections that wait to be accepted: each is a socket without a file. */
__noinline int tell_accept_queue(uint64_t addr, uint64_t pids, int fd)
{
	struct inet_connection_sock *icsk = CAST(addr, struct inet_connection_sock);
	struct k_state *st = state();
	uint64_t req;
	uint32_t i;

	if (!st)
		return 0;
	req = number(st, READ(icsk, icsk_accept_queue.rskq_accept_head));
	K_FOR (i, MAX_LIST, MAX_QUEUE) {
		if (!req)
			break;
		tell_sock(number(st, READ(CAST(req, struct request_sock), sk)), K_BY_QUEUE, pids,
			  fd, 0);
		req = number(st, READ(CAST(req, struct request_sock), dl_next));
	}
	return 0;
}

#endif
