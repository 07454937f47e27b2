/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What commands do. `arg` is what followed the name on the `:` line, or NULL;
 * `n` is the number of the command's row in the table.
 */
#ifndef NSCOPE_ACTIONS_H
#define NSCOPE_ACTIONS_H

struct ui;

enum move {
	MOVE_DOWN,
	MOVE_UP,
	MOVE_PAGE_DOWN,
	MOVE_PAGE_UP,
	MOVE_HALF_DOWN,
	MOVE_HALF_UP,
	MOVE_TOP,
	MOVE_BOTTOM
};

enum fold { FOLD_CLOSE, FOLD_OPEN, FOLD_THIS, UNFOLD_THIS, FOLD_ALL };

void act_move(struct ui *ui, int move, const char *arg);
void act_fold(struct ui *ui, int fold, const char *arg);
void act_open(struct ui *ui, int n, const char *arg);
void act_choose(struct ui *ui, int is_final, const char *arg);
void act_pane(struct ui *ui, int n, const char *arg);
void act_view(struct ui *ui, int key, const char *arg);
void act_why(struct ui *ui, int key, const char *arg);
void act_search(struct ui *ui, int n, const char *arg);
void act_search_next(struct ui *ui, int by, const char *arg);
void act_filter(struct ui *ui, int n, const char *arg);
void act_order(struct ui *ui, int n, const char *arg);
void act_threads(struct ui *ui, int n, const char *arg);
void act_sort(struct ui *ui, int n, const char *arg);
void act_columns(struct ui *ui, int n, const char *arg);
void act_mark(struct ui *ui, int n, const char *arg);
void act_follow(struct ui *ui, int n, const char *arg);
void act_copy(struct ui *ui, int is_json, const char *arg);
void act_pause(struct ui *ui, int n, const char *arg);
void act_refresh(struct ui *ui, int n, const char *arg);
void act_overlay(struct ui *ui, int overlay, const char *arg);
void act_mouse(struct ui *ui, int n, const char *arg);
void act_goto(struct ui *ui, int n, const char *arg);
void act_effect(struct ui *ui, int effect, const char *arg);
void act_command(struct ui *ui, int n, const char *arg);
void act_back(struct ui *ui, int n, const char *arg);
/* ---- the lab ---- */
void act_step(struct ui *ui, int by, const char *arg);
void act_hide(struct ui *ui, int n, const char *arg);
void act_source(struct ui *ui, int n, const char *arg);
void act_actions(struct ui *ui, int n, const char *arg);
void act_do(struct ui *ui, int n, const char *arg);
void act_run(struct ui *ui, int n, const char *arg);
void act_edit(struct ui *ui, int n, const char *arg);
void act_scenario(struct ui *ui, int n, const char *arg);
void act_scenarios(struct ui *ui, int n, const char *arg);
void act_free_lab(struct ui *ui, int n, const char *arg);
void act_present(struct ui *ui, int n, const char *arg);
void act_quit(struct ui *ui, int n, const char *arg);

#endif
