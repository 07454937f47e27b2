/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal: shows canvases, reads keys, and puts everything back as it was,
 * however the program ends. term.c is the only includer of ncurses; this header is
 * not called after it, for ncurses has a term.h too.
 */
#ifndef NSCOPE_TERMINAL_H
#define NSCOPE_TERMINAL_H

#include "err.h"
#include "ui.h"

enum term_colour { TERM_NO_COLOUR, TERM_COLOUR };
enum term_event { TERM_NOTHING, TERM_RESIZED, TERM_STOP };

struct terminal;

/*
 * Take the terminal over: alternate screen, keys one by one, signals. There is
 * one at a time. NULL with e set when it cannot show a screen.
 */
struct terminal *term_open(enum term_colour colour, struct err *e);
/* As it was before. */
void term_close(struct terminal *t);

unsigned term_width(const struct terminal *t);
unsigned term_height(const struct terminal *t);

/* Show the canvas: writes what differs from what is shown, and nothing when nothing does. */
void term_blit(struct terminal *t, const struct canvas *c);
/* Forget what is shown: the next blit writes all. */
void term_repaint(struct terminal *t);

/* Readable when term_read() has something. */
int term_input_fd(const struct terminal *t);
/* The next key or click: 1, 0 when there is none now, -1 when the terminal has gone. */
int term_read(struct terminal *t, struct input *in);

/* SIGWINCH, SIGTSTP and SIGCONT come through this. */
int term_signal_fd(const struct terminal *t);
/* The next of them; TERM_RESIZED says that the size may be another (it is taken over). */
enum term_event term_next_signal(struct terminal *t);
/* Give the terminal back and stop, as Ctrl-Z does; returns when the shell continues us. */
void term_suspend(struct terminal *t);

/* Text for the terminal's clipboard: OSC 52, which works through ssh where it is allowed. */
void term_copy(struct terminal *t, const char *text);
void term_set_mouse(struct terminal *t, bool is_on);

#endif
