/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Snaps for the tests of the interface. */
#ifndef NSCOPE_UI_HELP_H
#define NSCOPE_UI_HELP_H

#include "snap.h"
#include "ui.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* A host of about n tasks, with names that try everything; the same seed gives the same one. */
const struct snap *ui_random_snap(unsigned seed, unsigned n);

/*
 * A small host: systemd 1, sshd 1010 and nginx 1020 (1) below it, nginx 1021 and
 * worker 1022 below that; kthreadd 2 with kworker 3. `skip` leaves a tid out,
 * `more` adds so many tasks below systemd that come before sshd.
 */
const struct snap *ui_small_snap(pid_t skip, unsigned more);

/* Press keys, as `nscope tui --keys` does. */
unsigned ui_press(struct ui *ui, const char *keys);
/* The screen as text; free() it. */
char *ui_screen(const struct ui *ui);

#endif
