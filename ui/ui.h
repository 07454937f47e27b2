/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interface as a state machine: keys and snaps go in, effects and screens
 * come out. It knows no terminal and no clock; term.c and loop.c do.
 */
#ifndef NSCOPE_UI_H
#define NSCOPE_UI_H

#include "canvas.h"
#include "lesson.h"
#include "snap.h"

#define UI_MIN_WIDTH  40
#define UI_MIN_HEIGHT 10

struct ui;

struct ui_scenario {
	const char *name, *title;
};

struct ui_options {
	enum charset cs;
	const char *file; /* what was loaded: safe text; NULL: the living kernel */
	bool has_stage;	  /* test processes can be started; else there is no Lab, no action */
	const struct ui_scenario *scenarios; /* that can be played; borrowed */
	unsigned n_scenarios;
};

enum input_type { INPUT_KEY, INPUT_CLICK, INPUT_WHEEL };

struct input {
	enum input_type type;
	char key[16];  /* "j", "Enter", "C-d", "PgDn", "F1", or a character as typed */
	unsigned x, y; /* mouse */
	int by;	       /* wheel: lines, negative is up */
};

/* What the caller must do after ui_handle(). */
enum effect {
	UI_QUIT = BIT(0),
	UI_SUSPEND = BIT(1),
	UI_REPAINT = BIT(2), /* the screen may be garbled: draw all of it */
	UI_COPY = BIT(3),    /* give ui_copy_text() to the terminal's clipboard */
	UI_MOUSE = BIT(4),   /* ui_has_mouse() changed */
	UI_PAUSE = BIT(5),   /* ui_is_paused() changed */
	UI_REFRESH = BIT(6), /* read again now */
	UI_STAGE = BIT(7),   /* do what ui_request() says */
};

/* What whoever has the test processes is asked for. */
enum request_kind {
	REQUEST_OPEN,	  /* start the free lab */
	REQUEST_RUN,	  /* the act `text` */
	REQUEST_PREDICT,  /* what the model says of it, for ui_set_prediction() */
	REQUEST_NEXT,	  /* the next act of the script */
	REQUEST_SCENARIO, /* start the scenario `text` */
};

struct ui_request {
	enum request_kind kind;
	const char *text;
};

/* Who has them: does the request, and gives the lesson, the prediction or ui_say(). */
struct ui_stage {
	void (*run)(struct ui_stage *stage, struct ui *ui, const struct ui_request *r);
	unsigned every_msec; /* press the key for the next step so often; 0: never */
};

/* Never NULL; shows an empty snap until ui_set_snap(). */
struct ui *ui_new(const struct ui_options *opt, unsigned w, unsigned h);
void ui_free(struct ui *ui);

void ui_resize(struct ui *ui, unsigned w, unsigned h);
/* A newer state of the host; takes over the caller's reference. */
void ui_set_snap(struct ui *ui, const struct snap *s);
/*
 * What was done on the stage, after each change of it; borrowed until the next call, or
 * NULL. Shows the newest moment; a lesson that begins is shown from its start.
 */
void ui_set_lesson(struct ui *ui, const struct lesson *l);
/* What the model says of the act that was asked about (borrowed), or why there is no answer. */
void ui_set_prediction(struct ui *ui, const struct lesson_moment *m, const char *error);
/* After UI_STAGE; good until the next ui_handle(). */
const struct ui_request *ui_request(const struct ui *ui);
/* Returns enum effect bits. */
unsigned ui_handle(struct ui *ui, const struct input *in);
/* Show a message on the status line until the next key: safe text. */
void ui_say(struct ui *ui, bool is_error, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Resizes the canvas to the size of the screen and draws all of it. */
void ui_draw(const struct ui *ui, struct canvas *c);

bool ui_is_paused(const struct ui *ui);
bool ui_has_mouse(const struct ui *ui);
const char *ui_copy_text(const struct ui *ui);

/* What the visible columns and the filter need: enum task_fact. */
struct ui_needs {
	uint8_t facts;	    /* of every task */
	uint8_t lead_facts; /* of the first task of each namespace */
	bool has_ledger;    /* and all that counts on namespaces */
};
struct ui_needs ui_needs(const struct ui *ui);

/*
 * Symbolic keys of a script: names of keys separated by blanks; a word that is
 * no key is typed letter by letter. Calls ui_handle() for each and stops after
 * one that quits. The stage does what is asked for; NULL: nothing does. Returns the
 * effects of all.
 */
unsigned ui_play(struct ui *ui, const char *script, struct ui_stage *stage);

#endif
