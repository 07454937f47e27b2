/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds a cgroup namespace: control files, which remember who opened them. */
#include "holders.h"

#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

/* Some control file of any hierarchy that is mounted. */
static int open_control_file(void)
{
	static const char *const names[] = {"/sys/fs/cgroup/cgroup.procs",
					    "/sys/fs/cgroup/unified/cgroup.procs",
					    "/sys/fs/cgroup/cpu/cgroup.procs"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int fd = open(names[i], O_RDONLY);

		if (fd >= 0)
			return fd;
	}
	MUST(mount("holders", "/mnt", "cgroup2", 0, NULL));
	return MUST(open("/mnt/cgroup.procs", O_RDONLY));
}

void control_files(const char *kind)
{
	MUST(unshare(CLONE_NEWNS));
	MUST(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	enter(kind);
	open_control_file();
	open_control_file();
}
