/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

struct loop {
	struct ui *ui;
	struct terminal *term;
	struct ui_feed *feed;
	struct ui_stage *stage;
	struct canvas canvas;
};

static void draw(struct loop *l)
{
	ui_draw(l->ui, &l->canvas);
	term_blit(l->term, &l->canvas);
}

static void fit(struct loop *l)
{
	ui_resize(l->ui, term_width(l->term), term_height(l->term));
}

static void act(struct loop *l, unsigned effects)
{
	if (effects & UI_COPY)
		term_copy(l->term, ui_copy_text(l->ui));
	if (effects & UI_MOUSE)
		term_set_mouse(l->term, ui_has_mouse(l->ui));
	if (effects & UI_PAUSE && l->feed)
		l->feed->set_paused(l->feed, ui_is_paused(l->ui));
	if (effects & UI_REFRESH && l->feed)
		l->feed->refresh(l->feed);
	if (effects & UI_STAGE && l->stage) {
		draw(l); /* that it runs: a call may take its time */
		l->stage->run(l->stage, l->ui, ui_request(l->ui));
		if (l->feed && ui_request(l->ui)->kind != REQUEST_PREDICT)
			l->feed->refresh(l->feed);
	}
	if (effects & UI_REPAINT)
		term_repaint(l->term);
	if (effects & UI_SUSPEND) {
		term_suspend(l->term);
		fit(l);
	}
}

/* False when the user quits or the terminal has gone. */
static bool handle_input(struct loop *l)
{
	struct input in;
	int got;

	while ((got = term_read(l->term, &in)) > 0) {
		unsigned effects = ui_handle(l->ui, &in);

		if (effects & UI_QUIT)
			return false;
		act(l, effects);
	}
	if (l->feed)
		l->feed->set_needs(l->feed, ui_needs(l->ui));
	return got == 0;
}

static void handle_signals(struct loop *l)
{
	enum term_event event;

	while ((event = term_next_signal(l->term)) != TERM_NOTHING) {
		if (event == TERM_STOP)
			term_suspend(l->term);
		fit(l);
	}
}

static void handle_feed(struct loop *l)
{
	struct err e;
	const struct snap *s = l->feed->take(l->feed, &e);

	if (s)
		ui_set_snap(l->ui, s);
	if (e.msg[0])
		ui_say(l->ui, true, "error: %s", e.msg);
}

static int64_t now_msec(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* As poll() takes it; 0 is never. */
static int time_until(int64_t when)
{
	int64_t left = when - now_msec();

	return !when ? -1 : left < 0 ? 0 : (int)left;
}

/* Nobody touches a key: the next step of the lesson. */
static void go_on(struct loop *l)
{
	const struct input in = {.type = INPUT_KEY, .key = "]"};

	act(l, ui_handle(l->ui, &in));
}

int ui_run(struct ui *ui, struct terminal *term, struct ui_feed *feed, struct ui_stage *stage,
	   struct err *e)
{
	struct loop l = {.ui = ui, .term = term, .feed = feed, .stage = stage};
	int64_t next = l.stage && stage->every_msec ? now_msec() + stage->every_msec : 0;
	struct pollfd fds[] = {
		{term_input_fd(term), POLLIN, 0},
		{term_signal_fd(term), POLLIN, 0},
		{feed ? feed->fd : -1, POLLIN, 0},
	};
	int res = 0;

	if (feed)
		feed->set_needs(feed, ui_needs(ui));
	fit(&l);
	for (;;) {
		draw(&l);
		if (next && now_msec() >= next) {
			go_on(&l);
			next = now_msec() + stage->every_msec;
			continue;
		}
		if (poll(fds, ARRAY_SIZE(fds), time_until(next)) < 0) {
			if (errno == EINTR)
				continue;
			res = err_set(e, errno, "poll");
			break;
		}
		if (fds[1].revents)
			handle_signals(&l);
		if (fds[2].revents)
			handle_feed(&l);
		/* Gone with its SIGHUP ignored (nohup, a closed pty): it reads as empty for ever.
		 */
		if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			break;
		if (fds[0].revents && !handle_input(&l))
			break;
	}
	canvas_free(&l.canvas);
	return res;
}
