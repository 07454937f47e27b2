/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel interfaces younger than the headers of Debian 12 (Linux 6.1), under
 * names of our own so that they never clash with newer headers. The comment
 * says which kernel has it first; an older one answers ENOSYS or ENOTTY.
 */
#ifndef NSCOPE_UAPI_H
#define NSCOPE_UAPI_H

#include <linux/ioctl.h>
#include <stdint.h>

/* ---- nsfs: ioctls on an open namespace (include/uapi/linux/nsfs.h) ---- */
#define NSFS_IOC	   0xb7
#define NSFS_GET_USERNS	   _IO(NSFS_IOC, 0x1)		/* 4.9 */
#define NSFS_GET_PARENT	   _IO(NSFS_IOC, 0x2)		/* 4.9 */
#define NSFS_GET_OWNER_UID _IO(NSFS_IOC, 0x4)		/* 4.11 */
#define NSFS_GET_MNTNS_ID  _IOR(NSFS_IOC, 5, uint64_t)	/* 6.10 */
#define NSFS_GET_ID	   _IOR(NSFS_IOC, 13, uint64_t) /* 6.18 */

struct uapi_mnt_ns_info {
	uint32_t size;
	uint32_t nr_mounts;
	uint64_t mnt_ns_id;
};
#define NSFS_MNT_GET_NEXT _IOR(NSFS_IOC, 11, struct uapi_mnt_ns_info) /* 6.12 */
#define NSFS_MNT_GET_PREV _IOR(NSFS_IOC, 12, struct uapi_mnt_ns_info) /* 6.12 */

#define UAPI_NSFS_MAGIC 0x6e736673
#define UAPI_SIOCGSKNS	0x894c /* 4.10: the network namespace of a socket */

#define UAPI_KCMP_FILES	  2    /* kcmp(2): same table of descriptors? */
#define UAPI_PIDFD_THREAD 0200 /* pidfd_open(2) of a thread: 6.9 */

/* ---- system calls by number: x86_64 ---- */
#define UAPI_SYS_PIDFD_OPEN  434 /* 5.3 */
#define UAPI_SYS_OPENAT2     437 /* 5.6 */
#define UAPI_SYS_PIDFD_GETFD 438 /* 5.6 */
#define UAPI_SYS_STATMOUNT   457 /* 6.8 */
#define UAPI_SYS_LISTMOUNT   458 /* 6.8 */

struct uapi_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};
#define UAPI_RESOLVE_NO_MAGICLINKS 0x02
#define UAPI_RESOLVE_IN_ROOT	   0x10
#define UAPI_RESOLVE_CACHED	   0x20 /* 5.12 */

/* ---- statmount and listmount (include/uapi/linux/mount.h) ---- */
struct uapi_mnt_id_req {
	uint32_t size;
	uint32_t spare;
	uint64_t mnt_id;
	uint64_t param;
	uint64_t mnt_ns_id; /* 6.11 */
};
#define UAPI_LSMT_ROOT UINT64_MAX

#define UAPI_STATMOUNT_SB_BASIC	 0x01
#define UAPI_STATMOUNT_MNT_ROOT	 0x08
#define UAPI_STATMOUNT_MNT_POINT 0x10

struct uapi_statmount {
	uint32_t size;
	uint32_t mnt_opts;
	uint64_t mask;
	uint32_t sb_dev_major;
	uint32_t sb_dev_minor;
	uint64_t sb_magic;
	uint32_t sb_flags;
	uint32_t fs_type;
	uint64_t mnt_id;
	uint64_t mnt_parent_id;
	uint32_t mnt_id_old;
	uint32_t mnt_parent_id_old;
	uint64_t mnt_attr;
	uint64_t mnt_propagation;
	uint64_t mnt_peer_group;
	uint64_t mnt_master;
	uint64_t propagate_from;
	uint32_t mnt_root;  /* offset in str */
	uint32_t mnt_point; /* offset in str */
	uint64_t spare[50];
	char str[];
};
_Static_assert(sizeof(struct uapi_statmount) == 512, "the kernel's size of it");

#endif
