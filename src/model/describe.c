/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a namespace contains, in the words of the kernel's structs. */
#include "kernel.h"

#include <inttypes.h>

static void describe_uts(const struct model *m, const struct k_ns *ns, struct strbuf *out)
{
	(void)m;
	if (*ns->uts.nodename)
		strbuf_printf(out, "nodename %s%s%s", ns->uts.nodename,
			      *ns->uts.domainname ? ", domainname " : "", ns->uts.domainname);
	else
		strbuf_puts(out, "the names of the one it was copied from");
}

static void describe_ipc(const struct model *m, const struct k_ns *ns, struct strbuf *out)
{
	(void)m;
	strbuf_printf(out,
		      "ids: %u sem, %u msg, %u shm; msg_ctlmni %u, msg_ctlmax %u, msg_ctlmnb %u, "
		      "shm_ctlmni %u",
		      n_ipcs(ns, MODEL_SEM), n_ipcs(ns, MODEL_MSG), n_ipcs(ns, MODEL_SHM),
		      ns->ipc.msg_ctlmni, ns->ipc.msg_ctlmax, ns->ipc.msg_ctlmnb,
		      ns->ipc.shm_ctlmni);
}

static void describe_mnt(const struct model *m, const struct k_ns *ns, struct strbuf *out)
{
	uint32_t n = ns->mnt.n_others;
	char buf[128];

	for (uint32_t i = 0; i < ns->mnt.mounts.n; i++)
		n += ns->mnt.mounts.items[i].ns || ns->mnt.mounts.items[i].sb;
	if (ns->mnt.n_others)
		strbuf_printf(out, "list: %u mount%s", n, n == 1 ? "" : "s");
	else
		strbuf_puts(out, "list: the mounts of the one it was copied from");
	for (uint32_t i = 0; i < ns->mnt.mounts.n; i++) {
		const struct k_mount *mnt = &ns->mnt.mounts.items[i];

		if (!mnt->ns && !mnt->sb)
			continue;
		strbuf_printf(out, ", %s",
			      mnt->ns ? obj_label(m, mnt->ns, buf, sizeof(buf))
				      : super_label(m, mnt->sb, buf, sizeof(buf)));
	}
}

static void describe_pid(const struct model *m, const struct k_ns *ns, struct strbuf *out)
{
	char buf[64];

	strbuf_printf(out, "level %d, parent %s, last_pid %d, ", ns->level,
		      obj_label(m, ns->parent, buf, sizeof(buf)), ns->pid.last_pid);
	strbuf_printf(out, "child_reaper %s, %u pid%s%s",
		      obj_label(m, ns->pid.child_reaper, buf, sizeof(buf)), ns->pid.n_hashed,
		      ns->pid.n_hashed == 1 ? "" : "s",
		      ns->pid.is_adding ? "" : ", takes no more processes");
}

static void describe_net(const struct model *m, const struct k_ns *ns, struct strbuf *out)
{
	(void)m;
	strbuf_printf(out, "loopback_dev lo is %s, %u nsids", ns->net.is_lo_up ? "up" : "down",
		      ns->net.n_nsids);
}

static void describe_time(const struct model *m, const struct k_ns *ns, struct strbuf *out)
{
	(void)m;
	strbuf_printf(out, "offsets: monotonic %" PRId64 ", boottime %" PRId64 "%s",
		      ns->time.monotonic, ns->time.boottime,
		      ns->time.frozen_offsets ? ", frozen" : "");
}

static void describe_user(const struct model *m, const struct k_ns *ns, struct strbuf *out)
{
	char buf[64];

	strbuf_printf(out,
		      "level %d, parent %s, owner %u, group %u, uid_map: %u, gid_map: %u lines",
		      ns->level, obj_label(m, ns->parent, buf, sizeof(buf)), ns->user.owner,
		      ns->user.group, ns->user.uid_map.n, ns->user.gid_map.n);
}

static void describe_cgroup(const struct model *m, const struct k_ns *ns, struct strbuf *out)
{
	(void)m, (void)ns;
	strbuf_puts(out, "root_cset: the control groups that its creator was in");
}

static void (*const describers[NS_N_KINDS])(const struct model *m, const struct k_ns *ns,
					    struct strbuf *out) = {
	[NS_MNT] = describe_mnt,       [NS_NET] = describe_net,	  [NS_PID] = describe_pid,
	[NS_USER] = describe_user,     [NS_IPC] = describe_ipc,	  [NS_UTS] = describe_uts,
	[NS_CGROUP] = describe_cgroup, [NS_TIME] = describe_time,
};

static void print_ns(const struct model *m, const struct k_ns *ns, struct strbuf *out)
{
	char buf[64];

	strbuf_printf(out, "%s: ", obj_label(m, ns, buf, sizeof(buf)));
	describers[ns->kind](m, ns, out);
	strbuf_puts(out, "\n");
}

bool model_print_ns(const struct model *m, enum ns_kind kind, uint32_t inum, struct strbuf *out)
{
	obj_for_each (m, OBJ_NS, struct k_ns, ns) {
		if (ns->kind != kind || ns->inum != inum || ns->is_unknown)
			continue;
		print_ns(m, ns, out);
		return true;
	}
	return false;
}

void model_print_new(const struct model *m, struct strbuf *out)
{
	obj_for_each (m, OBJ_NS, struct k_ns, ns)
		if (ns->born && ns->born == m->n_calls)
			print_ns(m, ns, out);
}
