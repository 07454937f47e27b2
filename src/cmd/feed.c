/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed.h"

#include "probe.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#define MSEC	    1000000ll
#define PERIOD	    (1000 * MSEC)
#define REST_FACTOR 9		 /* rest that much longer than a reading took: 10 % of a core */
#define FIRST_PART  (30 * MSEC)	 /* the first part of the first reading is shown then */
#define PART_PERIOD (150 * MSEC) /* and the next ones */

struct feed {
	struct ui_feed ui; /* first: struct ui_feed is its feed */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* Below: under the lock. */
	struct ui_needs needs;
	const struct snap *ready; /* the newest that was not taken, or NULL */
	struct err err;
	bool has_err;
	bool is_paused;
	bool is_wanted; /* read once more, now */
	bool is_ending;
	/* Below: of the thread alone. */
	uint32_t skip;
	struct probe_keep *keep;
	bool has_read; /* one reading is complete */
	int64_t last_part;
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 * MSEC + t.tv_nsec;
}

static void post(struct feed *f, const struct snap *s)
{
	const struct snap *old;

	pthread_mutex_lock(&f->lock);
	old = f->ready;
	f->ready = s;
	pthread_mutex_unlock(&f->lock);
	snap_unref(old);
	eventfd_write(f->ui.fd, 1);
}

static bool is_ending(struct feed *f)
{
	bool ending;

	pthread_mutex_lock(&f->lock);
	ending = f->is_ending;
	pthread_mutex_unlock(&f->lock);
	return ending;
}

/* Later readings are not shown in part: rows would go and come back. */
static bool progress(struct snap_builder *b, void *data)
{
	struct feed *f = data;

	if (!f->has_read && now() >= f->last_part + PART_PERIOD) {
		post(f, snap_freeze(b, true));
		f->last_part = now();
	}
	return !is_ending(f);
}

static void read_once(struct feed *f)
{
	struct snap_builder *b = snap_builder_new();
	struct probe_want want = {.skip = f->skip, .keep = &f->keep};
	struct err e;
	int res;

	pthread_mutex_lock(&f->lock);
	want.facts = f->needs.facts | (f->needs.has_ledger ? NS_QUOTA : 0);
	want.lead_facts = f->needs.lead_facts;
	want.has_ledger = f->needs.has_ledger;
	f->is_wanted = false;
	pthread_mutex_unlock(&f->lock);
	f->last_part = now() - PART_PERIOD + FIRST_PART;
	res = probes_read(b, &want, progress, f, &e);
	pthread_mutex_lock(&f->lock);
	f->has_err = res < 0;
	if (res < 0)
		f->err = e;
	pthread_mutex_unlock(&f->lock);
	if (res >= 0) {
		f->has_read = true;
		post(f, snap_freeze(b, false));
	} else {
		eventfd_write(f->ui.fd, 1);
	}
	snap_builder_free(b);
}

/* Until it is time, or somebody wants a reading; false when the feed ends. */
static bool rest(struct feed *f, int64_t cost)
{
	int64_t pause = REST_FACTOR * cost > PERIOD - cost ? REST_FACTOR * cost : PERIOD - cost;
	int64_t until = now() + pause;
	struct timespec t = {until / (1000 * MSEC), until % (1000 * MSEC)};
	bool goes_on;

	pthread_mutex_lock(&f->lock);
	while (!f->is_ending && !f->is_wanted && (f->is_paused || now() < until)) {
		if (f->is_paused)
			pthread_cond_wait(&f->wake, &f->lock);
		else
			pthread_cond_timedwait(&f->wake, &f->lock, &t);
	}
	goes_on = !f->is_ending;
	pthread_mutex_unlock(&f->lock);
	return goes_on;
}

static void *run(void *data)
{
	struct feed *f = data;
	int64_t begun;

	do {
		begun = now();
		read_once(f);
	} while (rest(f, now() - begun));
	return NULL;
}

/* ---- the interface's side ---- */

static const struct snap *take(struct ui_feed *ui, struct err *e)
{
	struct feed *f = (struct feed *)ui;
	const struct snap *s;
	eventfd_t n;

	eventfd_read(f->ui.fd, &n);
	pthread_mutex_lock(&f->lock);
	s = f->ready;
	f->ready = NULL;
	e->msg[0] = '\0';
	if (f->has_err)
		*e = f->err;
	f->has_err = false;
	pthread_mutex_unlock(&f->lock);
	return s;
}

static void set_needs(struct ui_feed *ui, struct ui_needs needs)
{
	struct feed *f = (struct feed *)ui;

	pthread_mutex_lock(&f->lock);
	/* What is asked for anew is read at once, what is no longer needed next time. */
	if ((needs.facts & ~f->needs.facts) || (needs.lead_facts & ~f->needs.lead_facts) ||
	    needs.has_ledger > f->needs.has_ledger) {
		f->is_wanted = true;
		pthread_cond_signal(&f->wake);
	}
	f->needs = needs;
	pthread_mutex_unlock(&f->lock);
}

static void set_paused(struct ui_feed *ui, bool is_paused)
{
	struct feed *f = (struct feed *)ui;

	pthread_mutex_lock(&f->lock);
	f->is_paused = is_paused;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
}

static void refresh(struct ui_feed *ui)
{
	struct feed *f = (struct feed *)ui;

	pthread_mutex_lock(&f->lock);
	f->is_wanted = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
}

struct feed *feed_start(uint32_t skip)
{
	struct feed *f = xcalloc(1, sizeof(*f));
	pthread_condattr_t attr;
	sigset_t all, old;

	f->ui = (struct ui_feed){
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.take = take,
		.set_needs = set_needs,
		.set_paused = set_paused,
		.refresh = refresh,
	};
	f->skip = skip;
	/* Each reading makes what the one before it made, and frees. */
	mem_keep();
	/* Until the interface tells: what its first view shows. */
	f->needs.facts = TASK_STAT | TASK_PIDS | TASK_UID | TASK_CGROUP;
	f->needs.lead_facts = f->needs.facts;
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&f->wake, &attr);
	pthread_condattr_destroy(&attr);
	/* Signals are for the thread that owns the terminal. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&f->thread, NULL, run, f))
		abort();
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return f;
}

void feed_stop(struct feed *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->lock);
	f->is_ending = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	snap_unref(f->ready);
	probe_keep_free(f->keep);
	close(f->ui.fd);
	pthread_cond_destroy(&f->wake);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

struct ui_feed *feed_ui(struct feed *f)
{
	return &f->ui;
}
