/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds an IPC namespace: memory that is attached, and files of /proc/sysvipc. */
#include "holders.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>

void attach(const char *kind)
{
	int id;

	enter(kind);
	id = MUST(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));
	if (shmat(id, NULL, 0) == (void *)-1 || shmat(id, NULL, 0) == (void *)-1)
		DIE("shmat");
	MUST(shmctl(id, IPC_RMID, NULL));
	start(nothing, NULL);
}

void sysvipc_files(const char *kind)
{
	enter(kind);
	MUST(open("/proc/sysvipc/shm", O_RDONLY));
	MUST(open("/proc/sysvipc/msg", O_RDONLY));
}
