/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal back as it was when a signal ends the program: only write(2) and
 * tcsetattr(3) of what was prepared, then the same signal again, so that the
 * exit status is the one that the signal gives.
 */
#ifndef NSCOPE_CRASH_H
#define NSCOPE_CRASH_H

#include <stddef.h>
#include <termios.h>

/* Catch every signal that would end the program. modes: those to go back to. */
void crash_arm(int fd, const struct termios *modes);
/* The bytes that put the terminal back; copied, may be given again at any time. */
void crash_set_bytes(const char *bytes, size_t n);
/* The signals do again what they did before crash_arm(). */
void crash_disarm(void);

#endif
