/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names in an act: for what it makes, and of what there is already. */
#include "player.h"

#include <stdio.h>
#include <string.h>

static const struct lesson_moment *newest(const struct player_ui *lab)
{
	return &lab->lesson->moments.items[lab->lesson->moments.n - 1];
}

static bool is_name_used(const struct player_ui *lab, const char *name)
{
	size_t n = strlen(name);

	for (uint32_t i = 0; i < lab->lesson->moments.n; i++) {
		const struct lesson_moment *m = &lab->lesson->moments.items[i];
		const char *p = strchr(m->act, ':');

		if (p && !strncmp(p, ": ", 2) && !strncmp(p + 2, name, n) &&
		    !strncmp(p + 2 + n, " =", 2))
			return true;
		for (uint32_t a = 0; a < m->actors.n; a++)
			if (!strcmp(m->actors.items[a].name, name))
				return true;
	}
	return false;
}

/* The next letter that is free, and then with numbers. */
void player_put_new_name(const struct player_ui *lab, const char *letters, struct strbuf *out)
{
	char name[16];

	for (unsigned round = 1; round < 100; round++)
		for (const char *p = letters; *p; p++) {
			snprintf(name, sizeof(name), round > 1 ? "%c%u" : "%c", *p, round);
			if (is_name_used(lab, name))
				continue;
			strbuf_puts(out, name);
			return;
		}
}

void player_put_last_fd(const struct player_ui *lab, struct strbuf *out)
{
	for (uint32_t i = lab->lesson->moments.n; i-- > 0;) {
		const char *p = strchr(lab->lesson->moments.items[i].act, ':');
		const char *open = p ? strstr(p, " = open(") : NULL;

		if (open) {
			strbuf_add(out, p + 2, open - p - 2);
			return;
		}
	}
	strbuf_puts(out, "f");
}

/* A child of it that has ended comes first in mind; any other that was made last will do. */
void player_put_other(const struct player_ui *lab, struct strbuf *out)
{
	const struct lesson_moment *m = newest(lab);
	const char *name = "b";

	for (uint32_t i = 0; i < m->actors.n; i++)
		if (i != lab->actor && m->actors.items[i].is_alive)
			name = m->actors.items[i].name;
	strbuf_puts(out, name);
}
