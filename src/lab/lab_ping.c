/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An echo request, ICMP over IPv4, from the net namespace of a test process. It is sent
 * again until it is answered: a link that was set up a moment ago may drop the first.
 */
#include "lab_impl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#define MAX_MS	 (LAB_DEADLINE_MS - 1000) /* carrier may be noticed a second late, and more */
#define AGAIN_MS 200

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

/* A raw socket, for which there must be CAP_NET_RAW; else one that sysctl may allow. */
static int open_socket(struct lab_args *a, bool *is_raw)
{
	int err = lab_simple(a, SYS_socket, AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	*is_raw = !err && a->r->ret >= 0;
	if (err || a->r->ret != -EPERM)
		return err;
	return lab_simple(a, SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
}

static uint16_t checksum(const struct icmphdr *icmp)
{
	uint16_t words[sizeof(*icmp) / 2];
	uint32_t sum = 0;

	memcpy(words, icmp, sizeof(words));
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		sum += words[i];
	return ~(sum + (sum >> 16));
}

static struct icmphdr request(const struct lab_args *a)
{
	struct icmphdr icmp = {.type = ICMP_ECHO};

	icmp.un.echo.id = htons(a->p->t.tid);
	icmp.un.echo.sequence = htons(a->p->seq);
	icmp.checksum = checksum(&icmp);
	return icmp;
}

static int send_to(struct lab_args *a, int sock, const struct icmphdr *icmp, struct in_addr to)
{
	struct lab_request q = {.nr = SYS_sendto, .args = {sock, 0, sizeof(*icmp)}};
	const struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = to};

	q.ptrs = BIT(1) | BIT(4);
	q.args[4] = sizeof(*icmp);
	q.args[5] = sizeof(at);
	memcpy(q.data, icmp, sizeof(*icmp));
	memcpy(q.data + sizeof(*icmp), &at, sizeof(at));
	return lab_syscall(a, &q, sizeof(*icmp) + sizeof(at), NULL, 0);
}

static int set_timeout(struct lab_args *a, int sock, int64_t ms)
{
	struct lab_request q = {.nr = SYS_setsockopt, .args = {sock, SOL_SOCKET, SO_RCVTIMEO}};
	const struct timeval t = {ms / 1000, ms % 1000 * 1000};

	q.ptrs = BIT(3);
	q.args[4] = sizeof(t);
	memcpy(q.data, &t, sizeof(t));
	return lab_syscall(a, &q, sizeof(t), NULL, 0);
}

/* A raw socket is given all that arrives, the request too when it is to oneself. */
static bool is_reply(const char *data, int64_t n, bool is_raw, const struct icmphdr *sent)
{
	size_t skip = is_raw && n > 0 ? 4 * (data[0] & 15) : 0;
	struct icmphdr got;

	if (n < (int64_t)(skip + sizeof(got)))
		return false;
	memcpy(&got, data + skip, sizeof(got));
	return got.type == ICMP_ECHOREPLY && got.un.echo.sequence == sent->un.echo.sequence &&
	       (!is_raw || got.un.echo.id == sent->un.echo.id);
}

/* Until the moment `end` of now_ms(); then the call says -ETIMEDOUT. */
static int await_reply(struct lab_args *a, int sock, bool is_raw, const struct icmphdr *sent,
		       int64_t end)
{
	struct lab_request q = {.nr = SYS_recvfrom, .args = {sock, 0, LAB_DATA}, .ptrs = BIT(1)};
	int64_t left;

	q.n_out = 128;
	while ((left = end - now_ms()) > 0) {
		int err = set_timeout(a, sock, left);

		if (!err && !a->r->ret)
			err = lab_syscall(a, &q, 0, NULL, 0);
		if (err || (a->r->ret < 0 && a->r->ret != -EAGAIN))
			return err;
		if (!is_reply(q.data, a->r->ret, is_raw, sent))
			continue;
		a->r->ret = 0;
		return 0;
	}
	a->r->ret = -ETIMEDOUT;
	return 0;
}

static int ask_until_answered(struct lab_args *a, int sock, bool is_raw, struct in_addr to)
{
	int64_t ms = a->c->number > 0 && a->c->number < MAX_MS ? a->c->number : MAX_MS;
	int64_t now = now_ms(), end = now + ms;
	struct icmphdr icmp = request(a);
	int err;

	do {
		err = send_to(a, sock, &icmp, to);
		if (!err && a->r->ret > 0)
			err = await_reply(a, sock, is_raw, &icmp,
					  end < now + AGAIN_MS ? end : now + AGAIN_MS);
		now = now_ms();
	} while (!err && a->r->ret == -ETIMEDOUT && now < end);
	return err;
}

int lab_do_ping(struct lab_args *a)
{
	struct in_addr to;
	bool is_raw;
	int sock, err;

	if (!a->c->text || inet_pton(AF_INET, a->c->text, &to) != 1)
		return err_set(a->e, EINVAL, "an address to ask is written like 10.9.0.2");
	err = open_socket(a, &is_raw);
	sock = a->r->ret;
	if (err || sock < 0)
		return err;
	err = ask_until_answered(a, sock, is_raw, to);
	return lab_close_fd(a, sock) ?: err;
}
