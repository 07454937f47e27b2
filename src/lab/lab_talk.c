/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests and replies, with a deadline on every wait. */
#include "lab_impl.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

struct lab_proc *lab_proc(struct lab *lab, int id)
{
	return id >= 0 && id < (int)lab->procs.n ? &lab->procs.items[id] : NULL;
}

int lab_socketpair(int fds[2], struct err *e)
{
	int on = 1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_set(e, errno, "make a control socket");
	/* The kernel then tells who sends, in our pid namespace. */
	if (!setsockopt(fds[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)))
		return 0;
	on = errno;
	close(fds[0]);
	close(fds[1]);
	return err_set(e, on, "ask who sends on a control socket");
}

int lab_send(struct lab_proc *p, struct lab_request *q, size_t n, const int *fds, unsigned n_fds,
	     struct err *e)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(LAB_MAX_FDS * sizeof(int))];
	} c = {0};
	struct iovec iov = {q, offsetof(struct lab_request, data) + n};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	q->seq = ++p->seq;
	if (n_fds) {
		c.h.cmsg_level = SOL_SOCKET;
		c.h.cmsg_type = SCM_RIGHTS;
		c.h.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(&c.h), fds, n_fds * sizeof(int));
		m.msg_control = &c;
		m.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
	}
	if (sendmsg(p->ctl, &m, MSG_NOSIGNAL) >= 0)
		return 0;
	if (errno == EPIPE || errno == ECONNRESET)
		return -EPIPE;
	return err_set(e, errno, "tell test process %d", p->t.tid);
}

static pid_t sender_of(struct msghdr *m)
{
	struct ucred cred;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&cred, CMSG_DATA(h), sizeof(cred));
		return cred.pid;
	}
	return 0;
}

/* 0 when the socket has something, -EPIPE when the process ended, -ETIMEDOUT. */
static int await_message(const struct lab_proc *p, struct err *e)
{
	struct pollfd fds[2] = {{p->ctl, POLLIN, 0}, {p->pidfd, POLLIN, 0}};
	int n;

	do
		n = poll(fds, 2, LAB_DEADLINE_MS);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, errno, "wait for test process %d", p->t.tid);
	if (!n)
		return err_set(e, ETIMEDOUT, "test process %d does not answer", p->t.tid);
	return fds[0].revents & POLLIN ? 0 : -EPIPE;
}

int lab_receive(struct lab_proc *p, struct lab_reply *r, pid_t *sender, struct err *e)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} c;
	struct iovec iov = {r, sizeof(*r)};
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c)};
	int err = await_message(p, e);
	ssize_t n;

	if (err)
		return err;
	n = recvmsg(p->ctl, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < (ssize_t)offsetof(struct lab_reply, data))
		return -EPIPE; /* its end is closed */
	if (sender)
		*sender = sender_of(&m);
	return 0;
}

int lab_ask(struct lab_proc *p, struct lab_request *q, size_t n, const int *fds, unsigned n_fds,
	    struct lab_reply *r, struct err *e)
{
	int err = lab_send(p, q, n, fds, n_fds, e);

	while (!err) {
		err = lab_receive(p, r, NULL, e);
		if (!err && (r->kind == LAB_HELLO || r->seq == q->seq))
			return 0;
	}
	return err;
}
