/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program of the test processes travels inside nscope and is run from a sealed
 * memfd: no path is looked up, and nobody inside a namespace can change it.
 */
#include "lab_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

__asm__(".section .rodata\n"
	".balign 16\n"
	"lab_image_start:\n"
	".incbin \"" LAB_AGENT "\"\n"
	"lab_image_end:\n"
	".previous\n");
extern const char lab_image_start[], lab_image_end[];

static int open_memfd(void)
{
	unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(LAB_NAME, flags | MFD_EXEC);

	/* Before 6.3 there is no such flag, and no need of it. */
	return fd < 0 && errno == EINVAL ? memfd_create(LAB_NAME, flags) : fd;
}

int lab_image_open(struct err *e)
{
	_cleanup_fd_ int fd = open_memfd();
	size_t n = lab_image_end - lab_image_start;

	if (fd < 0)
		return err_set(e, errno, "the lab's program needs an executable memfd");
	for (size_t at = 0; at < n;) {
		ssize_t got = write(fd, lab_image_start + at, n - at);

		if (got < 0)
			return err_set(e, errno, "write the lab's program");
		at += got;
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return err_set(e, errno, "seal the lab's program");
	return steal_fd(&fd);
}
