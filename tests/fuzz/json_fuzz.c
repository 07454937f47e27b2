/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dumps: whatever is accepted is written in a form that reads back as the same bytes. */
#include "fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf first = {0}, second = {0};
	const struct snap *s, *again;
	struct err e = {""};

	text_init(false);
	s = json_read_snap((const char *)data, size, &e);
	if (!s) {
		HOLDS(e.msg[0]);
		return 0;
	}
	json_write_snap(&first, s);
	again = json_read_snap(first.s, first.n, &e);
	HOLDS(again);
	json_write_snap(&second, again);
	HOLDS(first.n == second.n && !memcmp(first.s, second.s, first.n));
	snap_unref(s);
	snap_unref(again);
	strbuf_free(&first);
	strbuf_free(&second);
	return 0;
}
