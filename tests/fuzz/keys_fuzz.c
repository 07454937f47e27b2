/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys, sizes and the mouse, in any order: after each step the screen is whole and the
 * cursor inside. A byte above 0x7f begins a step: a size, a click, a turn of the wheel,
 * or another state of the host; the bytes up to the next are typed.
 */
#include "fuzz.h"
#include "snap_build.h"
#include "ui.h"

static void draw(const struct ui *ui)
{
	static struct canvas c;

	ui_draw(ui, &c);
	HOLDS(canvas_is_sound(&c));
	HOLDS(c.cursor_x < c.w && c.cursor_y < c.h);
}

static const struct snap *empty_snap(void)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s = snap_freeze(b, false);

	snap_builder_free(b);
	return s;
}

static void mouse(struct ui *ui, enum input_type type, uint8_t a, uint8_t b)
{
	const struct input in = {.type = type, .x = a, .y = b, .by = (int8_t)a};

	ui_handle(ui, &in);
}

/* A step that is no key; returns how many bytes it took. */
static size_t step(struct ui *ui, const uint8_t *data, size_t size)
{
	uint8_t a = size > 1 ? data[1] : 0, b = size > 2 ? data[2] : 0;

	switch (data[0] & 3) {
	case 0:
		ui_resize(ui, 1 + a, 1 + b % 100);
		break;
	case 1:
		mouse(ui, INPUT_CLICK, a, b);
		break;
	case 2:
		mouse(ui, INPUT_WHEEL, a, b);
		break;
	default:
		ui_set_snap(ui, a & 1 ? snap_ref(fuzz_snap()) : empty_snap());
		break;
	}
	return size < 3 ? size : 3;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ui_options options = {.cs = size & 1 ? CHARSET_UTF8 : CHARSET_ASCII,
					   .has_stage = size & 2};
	struct ui *ui;

	fuzz_snap();
	ui = ui_new(&options, 80, 24);
	ui_set_snap(ui, snap_ref(fuzz_snap()));
	while (size) {
		size_t n = 0;

		if (*data & 0x80) {
			n = step(ui, data, size);
		} else {
			char *keys;

			while (n < size && !(data[n] & 0x80))
				n++;
			keys = fuzz_string(data, n);
			ui_play(ui, keys, NULL);
			free(keys);
		}
		draw(ui);
		data += n;
		size -= n;
	}
	ui_free(ui);
	return 0;
}
