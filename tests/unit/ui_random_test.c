/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random keys, clicks, sizes and snaps: whatever comes, the cursor is on a row,
 * no wide cell is split, and `q` gets out. The command table must hold together.
 */
#include "ui_help.h"
#include "ui_impl.h"
#include "ui_lesson.h"

#include <ctype.h>
#include <string.h>

#define STEPS 100000
#define SNAPS 12

static const struct snap *snaps[SNAPS];
static char keys[512][16];
static unsigned n_keys;

static int setup(void **state)
{
	static const char *const typed[] = {"\xe6\xbc\xa2", "\xc3\xa9", "a", "=", "net", "0",
					    "\"",	    "(",	"~", "t", "r",	 "e"};

	(void)state;
	text_init(false);
	for (unsigned i = 0; i < SNAPS; i++)
		snaps[i] = ui_random_snap(i + 1, i * i * 3);
	for (unsigned i = 0; i < n_commands; i++)
		for (const char *p = commands[i].keys; *p; p += strspn(p, " ")) {
			size_t n = strcspn(p, " ");

			memcpy(keys[n_keys++], p, n);
			p += n;
		}
	for (size_t i = 0; i < ARRAY_SIZE(typed); i++)
		strcpy(keys[n_keys++], typed[i]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SNAPS; i++)
		snap_unref(snaps[i]);
	return 0;
}

static void check(const struct ui *ui, struct canvas *canvas, bool draws)
{
	const struct list *l = ui_list_const(ui);
	bool has_cursor;

	if (l->shown.n)
		assert_true(l->at < l->shown.n);
	else
		assert_int_equal(l->at, 0);
	assert_true(l->top <= l->at);
	assert_true(!l->height || l->at < l->top + l->height);
	for (uint32_t i = 0; i < l->shown.n; i++)
		assert_true(l->shown.items[i] < l->tree.n);
	if (ui->overlay)
		assert_true(ui->overlay_at < overlay_size(ui, &has_cursor));
	if (!draws)
		return;
	ui_draw(ui, canvas);
	assert_int_equal(canvas->w, ui->w);
	assert_true(canvas_is_sound(canvas));
}

static void gets_out(struct ui *ui)
{
	unsigned effects = 0;

	ui_press(ui, "Esc");
	for (int i = 0; i < 5 && !(effects & UI_QUIT); i++)
		effects = ui_press(ui, "q");
	assert_true(effects & UI_QUIT);
}

static void handle(struct ui *ui, struct ui_lesson *u, const struct input *in)
{
	if (ui_handle(ui, in) & UI_STAGE)
		u->stage.run(&u->stage, ui, ui_request(ui));
}

static void step(struct ui *ui, struct ui_lesson *u, unsigned *seed)
{
	struct input in = {.type = INPUT_KEY};
	unsigned what = rand_r(seed) % 100;

	if (what < 2) {
		ui_resize(ui, 1 + rand_r(seed) % 200, 1 + rand_r(seed) % 60);
	} else if (what < 4) {
		ui_set_snap(ui, snap_ref(snaps[rand_r(seed) % SNAPS]));
	} else if (what < 8) {
		in.type = what & 1 ? INPUT_CLICK : INPUT_WHEEL;
		in.x = rand_r(seed) % 220;
		in.y = rand_r(seed) % 70;
		in.by = (int)(rand_r(seed) % 9) - 4;
		handle(ui, u, &in);
	} else {
		strcpy(in.key, keys[rand_r(seed) % n_keys]);
		handle(ui, u, &in);
	}
}

static void run(enum charset cs, unsigned seed)
{
	struct ui_options opt = {.cs = cs, .has_stage = true};
	struct ui *ui = ui_new(&opt, 80, 24);
	struct canvas canvas = {0};
	struct ui_lesson u;

	ui_lesson_open(&u);
	for (unsigned i = 0; i < STEPS / 2; i++) {
		step(ui, &u, &seed);
		check(ui, &canvas, i % 16 == 0);
		if (i % 500 == 499)
			gets_out(ui);
	}
	ui_free(ui);
	ui_lesson_close(&u);
	canvas_free(&canvas);
}

static void random_input_utf8(void **state)
{
	(void)state;
	run(CHARSET_UTF8, 1);
}

static void random_input_ascii(void **state)
{
	(void)state;
	run(CHARSET_ASCII, 2);
}

/* ---- the tables ---- */

static void every_command_is_whole(void **state)
{
	(void)state;
	for (unsigned i = 0; i < n_commands; i++) {
		const struct command *cmd = &commands[i];

		assert_true(cmd->name && *cmd->name && cmd->keys && cmd->run && cmd->where);
		assert_true(cmd->help && *cmd->help && cmd->help[strlen(cmd->help) - 1] != '.');
		for (const char *p = cmd->name; *p; p++)
			assert_true(islower((unsigned char)*p) || *p == '-');
		assert_ptr_equal(command_by_name(cmd->name), cmd);
	}
}

/* In one place a key means one thing. */
static void no_key_means_two_things(void **state)
{
	(void)state;
	for (unsigned k = 0; k < n_keys; k++)
		for (unsigned where = 1; where <= IN_CONFIRM; where <<= 1) {
			const struct command *first = command_by_key(keys[k], where);

			for (unsigned i = 0; first && i < n_commands; i++) {
				char spaced[64], key[20];

				snprintf(spaced, sizeof(spaced), " %s ", commands[i].keys);
				snprintf(key, sizeof(key), " %s ", keys[k]);
				if (strstr(spaced, key) && commands[i].where & where)
					assert_ptr_equal(&commands[i], first);
			}
		}
}

static void every_view_is_whole(void **state)
{
	struct ui_options opt = {.cs = CHARSET_ASCII, .has_stage = true};
	struct ui *ui = ui_new(&opt, 80, 24);

	(void)state;
	for (unsigned v = 0; v < n_views; v++) {
		char key[2] = {views[v]->key};
		char *screen;

		assert_non_null(command_by_key(key, IN_VIEWS));
		assert_non_null(views[v]->help[0]);
		ui_press(ui, key);
		assert_int_equal(ui->view, v);
		ui_press(ui, "?");
		screen = ui_screen(ui);
		assert_non_null(strstr(screen, views[v]->name));
		free(screen);
		ui_press(ui, "Esc");
	}
	ui_free(ui);
}

static void completes(void **state)
{
	struct ui_options opt = {.cs = CHARSET_ASCII};
	struct ui *ui = ui_new(&opt, 80, 24);

	(void)state;
	ui_press(ui, ": ord Tab ns Tab");
	assert_string_equal(ui->prompt.text.s, "order nsproxy ");
	ui_press(ui, "C-u co Tab");
	assert_string_equal(ui->prompt.text.s, "co");
	assert_non_null(strstr(ui->msg, "columns"));
	assert_non_null(strstr(ui->msg, "copy-json"));
	ui_press(ui, "C-u order Space user Enter");
	assert_int_equal(ui->order, TREE_BY_USER);
	ui_press(ui, ": nosuch Enter");
	assert_true(ui->is_error);
	ui_free(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_is_whole), cmocka_unit_test(no_key_means_two_things),
		cmocka_unit_test(every_view_is_whole),	  cmocka_unit_test(completes),
		cmocka_unit_test(random_input_utf8),	  cmocka_unit_test(random_input_ascii),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
