/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that reads the living kernel again and again and hands the interface
 * a snap each time. The first reading is shown while it goes on.
 */
#ifndef NSCOPE_FEED_H
#define NSCOPE_FEED_H

#include "loop.h"

struct feed;

/* Start reading; `skip` is that of struct probe_want. Ends with feed_stop(). */
struct feed *feed_start(uint32_t skip);
/* Waits for the probe that runs, at most until its next step. NULL is allowed. */
void feed_stop(struct feed *f);
/* What ui_run() wants; lives as long as the feed. */
struct ui_feed *feed_ui(struct feed *f);

#endif
