/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lesson with two worlds, both of them the model, and a stage that plays it on. */
#ifndef NSCOPE_TESTS_UI_LESSON_H
#define NSCOPE_TESTS_UI_LESSON_H

#include "lab/scenario.h"
#include "lab/stage.h"
#include "ui.h"

struct ui_lesson {
	struct ui_stage stage; /* first: it is its lesson */
	struct stage *stages[2];
	const struct scenario *scenario;
	struct lesson_next script[64];
	struct lesson lesson; /* may be changed */
	enum request_kind last;
	char *text; /* of the last request */
	unsigned n_requests;
};

/* Four acts about who shares what, at their start. */
void ui_lesson_open(struct ui_lesson *u);
void ui_lesson_close(struct ui_lesson *u);

#endif
