/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the table of scenario.c; each file scenes_*.c has some of a kind. */
#ifndef NSCOPE_SCENES_H
#define NSCOPE_SCENES_H

#include "scenario.h"

/* ---- scenes_share.c: who shares what ---- */
extern const struct scenario scene_uts_child;
extern const struct scenario scene_uts_hostname;
extern const struct scenario scene_same_inode;
extern const struct scenario scene_fork_shares;
extern const struct scenario scene_thread_net;

/* ---- scenes_pid.c: numbers, inits, orphans ---- */
extern const struct scenario scene_pid_old_proc;
extern const struct scenario scene_pidns_container;
extern const struct scenario scene_pid_no_fork;
extern const struct scenario scene_pid_init_dies;
extern const struct scenario scene_pid_orphans;
extern const struct scenario scene_pid_nested;

/* ---- scenes_user.c: who may do what ---- */
extern const struct scenario scene_userns_maps;
extern const struct scenario scene_userns_first;
extern const struct scenario scene_userns_caps;
extern const struct scenario scene_setns_order;

/* ---- scenes_refused.c: what the kernel refuses ---- */
extern const struct scenario scene_setns_refused;
extern const struct scenario scene_clone_refused;
extern const struct scenario scene_limits;
extern const struct scenario scene_pid_depth;

/* ---- scenes_keep.c: what keeps a namespace ---- */
extern const struct scenario scene_net_named;
extern const struct scenario scene_net_orphan;
extern const struct scenario scene_persist;

/* ---- scenes_mount.c: mounts and roots ---- */
extern const struct scenario scene_net_busy;
extern const struct scenario scene_chroot;
extern const struct scenario scene_propagation;
extern const struct scenario scene_persist_mnt;

/* ---- scenes_ipc.c: ipc, time, cgroup ---- */
extern const struct scenario scene_ipc;
extern const struct scenario scene_time;
extern const struct scenario scene_cgroup;

/* ---- scenes_net.c: interfaces ---- */
extern const struct scenario scene_net_veth;
extern const struct scenario scene_net_dies;

/* ---- scenes_container.c: all together ---- */
extern const struct scenario scene_container;

#endif
