/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds a mount namespace: files of /proc that list its mounts. */
#include "holders.h"

#include <fcntl.h>

void mounts_files(const char *kind)
{
	enter(kind);
	MUST(open("/proc/self/mountinfo", O_RDONLY));
	MUST(open("/proc/self/mounts", O_RDONLY));
	MUST(open("/proc/self/mountstats", O_RDONLY));
}
