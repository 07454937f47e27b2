/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop: waits for keys, signals and snaps, and draws only when one came.
 */
#ifndef NSCOPE_LOOP_H
#define NSCOPE_LOOP_H

#include "err.h"
#include "terminal.h"
#include "ui.h"

/* Where live snaps come from; the interface knows no probes. */
struct ui_feed {
	int fd; /* readable when there is something to take */
	/* The newest snap (the caller owns it), or NULL; e->msg is "" or what went wrong. */
	const struct snap *(*take)(struct ui_feed *f, struct err *e);
	void (*set_needs)(struct ui_feed *f, struct ui_needs needs);
	void (*set_paused)(struct ui_feed *f, bool is_paused);
	void (*refresh)(struct ui_feed *f); /* read once now, paused or not */
};

/*
 * Until the user quits: 0, or -errno with e set. feed: NULL when nothing changes; stage:
 * NULL when there are no test processes.
 */
int ui_run(struct ui *ui, struct terminal *term, struct ui_feed *feed, struct ui_stage *stage,
	   struct err *e);

#endif
