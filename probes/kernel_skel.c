/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_skel.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>

int skel_map_rows(struct skel_rows *rows, const int *fds, unsigned n, struct err *e)
{
	for (unsigned i = 0; i < n; i++) {
		void *p = mmap(NULL, rows[i].room * rows[i].size, PROT_READ | PROT_WRITE,
			       MAP_SHARED, fds[i], 0);

		if (p == MAP_FAILED)
			return err_set(e, errno, "cannot map the records");
		/* The helper for command lines has no use for them, and copying costs. */
		madvise(p, rows[i].room * rows[i].size, MADV_DONTFORK);
		rows[i].items = p;
	}
	return 0;
}

void skel_unmap_rows(struct skel_rows *rows, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (rows[i].items)
			munmap(rows[i].items, rows[i].room * rows[i].size);
		rows[i].items = NULL;
	}
}

int skel_run(int prog_fd, struct err *e)
{
	union bpf_attr attr = {.test.prog_fd = prog_fd};

	if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)) < 0)
		return err_set(e, errno, "cannot run the programs");
	return 0;
}

/* Without CAP_PERFMON the errors are of many kinds, none of which says so. */
static bool has_rights(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	uint64_t caps;

	if (syscall(SYS_capget, &head, data) < 0)
		return true;
	caps = data[0].effective | (uint64_t)data[1].effective << 32;
	return caps & 1ull << CAP_SYS_ADMIN ||
	       (caps & 1ull << CAP_BPF && caps & 1ull << CAP_PERFMON);
}

int skel_refuse(int errnum, struct err *e)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		return err_set(e, ENOENT, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	if (errnum == EPERM || errnum == EACCES || !has_rights())
		return err_set(e, EPERM, "needs CAP_BPF and CAP_PERFMON");
	return err_set(e, errnum, "this kernel does not take the programs (Linux 6.7 would)");
}

uint32_t skel_count_threads(void)
{
	FILE *f = fopen("/proc/loadavg", "re");
	unsigned n = 0;

	if (f) {
		if (fscanf(f, "%*s %*s %*s %*u/%u", &n) != 1)
			n = 0;
		fclose(f);
	}
	return n;
}
