/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that keep namespaces and let them go: descriptors, mounts, segments of memory. */
#include "walk_impl.h"

#include <sys/ipc.h>
#include <sys/socket.h>

/* Files that every mount namespace of the crowd shows. */
static const char *const places[WALK_N_PLACES] = {"/proc/version", "/proc/uptime", "/proc/loadavg",
						  "/proc/cpuinfo"};

/* ---- descriptors ---- */

int walk_open(struct walk *w, const struct walk_step *s, long *ret)
{
	struct lab_call c = {.kind = LAB_OPEN_NS, .other = w->ids[s->target], .slot = s->slot};
	struct lab_result r;
	int err;

	if (s->op == WALK_PIDFD &&
	    lab_task(w->lab, c.other)->tid != lab_task(w->lab, c.other)->tgid)
		return WALK_PASSED;
	if (s->op == WALK_SOCKET)
		c = (struct lab_call){.kind = LAB_SOCKET, .number = AF_NETLINK, .flags = SOCK_RAW};
	if (s->op == WALK_PIDFD)
		c.kind = LAB_OPEN_PIDFD;
	err = walk_ask(w, s->who, &c, &r);
	if (err)
		return err;
	if (s->op == WALK_SOCKET)
		*ret = model_open_socket(w->m, walk_tid(w, s->who), r.ret, NULL);
	else if (s->op == WALK_PIDFD)
		*ret = model_open_pidfd(w->m, walk_tid(w, s->who), walk_tid(w, s->target), r.ret,
					NULL);
	else
		*ret = model_open_ns(w->m, walk_tid(w, s->who), walk_tid(w, s->target), s->slot,
				     r.ret, NULL);
	return walk_compare(w, *ret, r.ret);
}

int walk_hold(struct walk *w, const struct walk_step *s, long *ret)
{
	enum ns_kind kind = NS_MNT;
	pid_t tid = walk_tid(w, s->who);
	struct lab_call c = {.fd = model_fd_at(w->m, tid, s->hold, &kind),
			     .path = places[s->place]};
	struct lab_result r;
	int err;

	if (c.fd < 0)
		return WALK_PASSED;
	if (s->op == WALK_BIND && model_is_chrooted(w->m, tid))
		return WALK_PASSED; /* the path leads nowhere */
	c.kind = s->op == WALK_DUP ? LAB_DUP : s->op == WALK_CLOSE ? LAB_CLOSE : LAB_BIND_FD;
	err = walk_ask(w, s->who, &c, &r);
	if (err)
		return err;
	if (s->op == WALK_DUP)
		*ret = model_dup(w->m, tid, c.fd, r.ret, NULL);
	else if (s->op == WALK_CLOSE)
		*ret = model_close(w->m, tid, c.fd, NULL);
	else
		*ret = model_bind(w->m, tid, c.fd, c.path, NULL);
	return walk_compare(w, *ret, r.ret);
}

int walk_umount(struct walk *w, const struct walk_step *s, long *ret)
{
	const struct lab_call c = {.kind = LAB_UMOUNT, .path = places[s->place]};
	struct lab_result r;
	int err;

	if (model_is_chrooted(w->m, walk_tid(w, s->who)))
		return WALK_PASSED;
	err = walk_ask(w, s->who, &c, &r);
	if (err)
		return err;
	*ret = model_umount(w->m, walk_tid(w, s->who), c.path, false, NULL);
	return walk_compare(w, *ret, r.ret);
}

/* ---- segments of memory ---- */

int walk_shm(struct walk *w, const struct walk_step *s, long *ret)
{
	static const enum lab_kind kinds[] = {LAB_SHMGET, LAB_SHMAT, LAB_SHMDT};
	struct lab_call c = {.kind = kinds[s->op - WALK_SHMGET], .number = s->number};
	pid_t tid = walk_tid(w, s->who);
	struct lab_result r;
	int err;

	if (s->op == WALK_SHMGET && s->hold)
		c.flags = IPC_CREAT | 0600;
	err = walk_ask(w, s->who, &c, &r);
	if (err)
		return err;
	if (s->op == WALK_SHMGET)
		*ret = model_ipc_get(w->m, tid, s->number, MODEL_SHM, s->hold, NULL);
	else if (s->op == WALK_SHMAT)
		*ret = model_shmat(w->m, tid, s->number, r.ret > 0 ? r.ret : 0, NULL);
	else
		*ret = model_shmdt(w->m, tid, s->number, NULL);
	return walk_compare(w, *ret, r.ret);
}
