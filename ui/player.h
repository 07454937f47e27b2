/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Lab: a lesson (src/lesson.h) on the screen. Where one is in it, what stands
 * in its state at that moment, and the acts that test processes can be told.
 */
#ifndef NSCOPE_PLAYER_H
#define NSCOPE_PLAYER_H

#include "canvas.h"
#include "lesson.h"
#include "page.h"
#include "tree.h"
#include "ui.h"

/* ---- player_state.c: the state at one moment, as rows for both worlds ---- */
enum player_world { WORLD_MODEL, WORLD_KERNEL, N_WORLDS };

/* A namespace as each world numbers it. */
struct player_ns {
	enum ns_kind kind;
	bool is_old; /* of before the lab */
	struct player_ns_id {
		uint32_t inum; /* 0: not there */
		uint64_t id;
	} in[N_WORLDS];
};

/* What the last act did to a row. */
enum player_mark { MARK_SAME, MARK_CHANGED, MARK_NEW, MARK_GONE };

struct player_row {
	bool is_title; /* of the namespaces, which come below it */
	bool is_ns;
	uint32_t ix; /* of the lesson's actors, or of the state's namespaces */
	unsigned depth;
};

struct player_state {
	const struct lesson *l;
	uint32_t at;
	bool has_marks;
	ARRAY(struct player_ns) nss; /* in the order in which they came; never fewer later */
	ARRAY(struct player_row) rows;
	uint16_t *proxies[N_WORLDS]; /* by moment and actor: the lab's own number, 0: none */
	uint32_t n_actors;
};

/*
 * The rows of moment `at` of l, which lives as long; free with player_state_free(). has_old:
 * with namespaces of before the lab whose count the act changed.
 */
void player_state_make(struct player_state *s, const struct lesson *l, uint32_t at, bool has_marks,
		       bool has_old);
void player_state_free(struct player_state *s);
/* The snap of a world at a moment, or NULL. */
const struct snap *player_snap(const struct lesson *l, uint32_t at, enum player_world w);
/* The row of a test process's task in that snap, or IX_NONE. */
int32_t player_task_row(const struct lesson *l, uint32_t at, enum player_world w, uint32_t actor);
/* The row of a namespace there, or IX_NONE. */
int32_t player_ns_row(const struct player_state *s, uint32_t at, enum player_world w, uint32_t ns);
/* Its nsproxy is also that of tasks outside of the lab: its count is theirs. */
bool player_is_shared(const struct player_state *s, uint32_t at, enum player_world w,
		      uint32_t actor);
enum player_mark player_row_mark(const struct player_state *s, enum player_world w,
				 const struct player_row *r);
/* Number of its nsproxy in this lab, from 1 on: the same numbers in both worlds. 0: none. */
unsigned player_proxy(const struct player_state *s, uint32_t at, enum player_world w,
		      uint32_t actor);
/* The test process that was last in that namespace, and where in the task that is said; or -1. */
int player_ns_actor(const struct lesson *l, enum player_world w, const struct ns *ns,
		    enum ns_slot *slot);

/* ---- player.c: where one is ---- */
struct player_ui {
	const struct lesson *lesson; /* borrowed */
	uint32_t n_seen;	     /* moments it had */
	uint32_t at;		     /* the moment whose state is shown */
	bool is_asking;		     /* the act after it is shown, and its question */
	bool has_cursor_ns;	     /* the cursor: on a namespace of the state, or on an actor */
	uint32_t cursor;	     /* the row of that */
	uint32_t actor;		     /* who acts */
	uint32_t scenario;	     /* the line of the list of scenarios */
	struct ui_request request;
	struct strbuf text; /* of the request */
	bool is_waiting;
	bool wants_actions; /* the list of acts, when the lab is there */
	/* player_acts.c */
	struct strbuf act;
	unsigned flags_of;    /* the act whose flags are chosen */
	uint64_t flags;	      /* rows of its list */
	struct strbuf note;   /* about the row under the cursor */
	struct strbuf target; /* "b/net", or "" */
	int target_kind;
	const struct lesson_moment *prediction; /* borrowed */
	char *prediction_error;
};

void player_free(struct player_ui *lab);
/* The moment that is shown, or NULL. */
const struct lesson_moment *player_moment(const struct player_ui *lab);
/* The act that is asked about, or NULL. */
const struct lesson_next *player_question(const struct player_ui *lab);
bool player_is_scenario(const struct player_ui *lab);
/* The act of the moment that is shown is told: not at the start, not at a question. */
bool player_has_answer(const struct player_ui *lab);
/* Why there is none. */
const char *player_why_off(const struct ui *ui);
void player_ask(struct ui *ui, int kind, const char *text);
void player_move(struct ui *ui, int move);
/* The state that is shown, and the row of the cursor in it. */
void player_state_now(const struct ui *ui, struct player_state *s, uint32_t *at);

/*
 * The task or namespace under the cursor as a row of the host's snap; false: it is not in
 * there, or not yet.
 */
bool player_cursor_row(const struct ui *ui, struct tree_row *r);

/* ---- player_panes.c ---- */
void player_draw_state(const struct ui *ui, struct canvas *c, struct area a);

/* ---- player_text.c: words ---- */
/* "EPERM", "0", "4711". */
void player_result_text(struct strbuf *out, const struct lesson_result *r);
/* All that is to be read about what is shown, those lines first that matter most. */
void player_page(const struct ui *ui, struct page *p);
/* The model's answer and why. */
void player_add_answer(struct page *p, const struct lesson_moment *m, bool is_model_only);
void player_add_steps(struct page *p, const struct lesson_moment *m);

/* ---- player_acts.c: what test processes can be told ---- */
void player_acts_page(const struct ui *ui, struct page *p);
/* The lines above the list: the act as it is now, and its prediction. */
void player_acts_head(const struct ui *ui, struct page *p);
void player_acts_choose(struct ui *ui, bool is_final);
/* An act was typed. */
void player_acts_typed(struct ui *ui, const char *text);
void player_acts_open(struct ui *ui);

/* ---- player_names.c: appended ---- */
/* The next of the letters that names nothing yet, and then with numbers. */
void player_put_new_name(const struct player_ui *lab, const char *letters, struct strbuf *out);
/* Of the descriptor of a namespace that was opened last; "f" when none was. */
void player_put_last_fd(const struct player_ui *lab, struct strbuf *out);
/* Of another test process. */
void player_put_other(const struct player_ui *lab, struct strbuf *out);

/* ---- steps.c: the walk through the source ---- */
uint32_t steps_size(const struct ui *ui);
void steps_draw(const struct ui *ui, struct canvas *c, struct area a);

#endif
