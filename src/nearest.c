/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nearest.h"

#include <ctype.h>
#include <string.h>

#define MAX_WORD 40 /* longer words are not names of ours */

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to add, drop, change or swap (optimal string alignment), whatever their case. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned rows[3][MAX_WORD + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *spare = before;
		int x = tolower((unsigned char)a[i - 1]);

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			int y = tolower((unsigned char)b[j - 1]);

			row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]) && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[m];
}

void nearest_try(struct nearest *n, const char *candidate)
{
	size_t len = strlen(n->word), m = strlen(candidate);
	unsigned cost;

	if (!len || len > MAX_WORD || m > MAX_WORD)
		return;
	/* The start of a name is near to it, but less so than a slip of the finger. */
	cost = !strncasecmp(n->word, candidate, len) ? 2 : distance(n->word, len, candidate, m);
	if (cost > 2 && cost > len / 3)
		return;
	if (cost >= len && m != len + 1)
		return;
	if (!n->best || cost < n->cost) {
		n->best = candidate;
		n->cost = cost;
	}
}
