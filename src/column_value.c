/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "column.h"

#include <stdio.h>
#include <string.h>

/* Bytes of the host between words of ours. */
static void raw_text(const struct value *v, char *buf, size_t size, enum charset cs)
{
	size_t n = 0;

	buf[0] = '\0';
	if (v->word)
		n = snprintf(buf, size, "%s ", v->word);
	if (n < size)
		text_safe_buf(buf + n, size - n, v->raw, cs);
	n = strlen(buf);
	snprintf(buf + n, size - n, "%s", v->buf);
}

const char *value_text(const struct value *v, char *buf, size_t size, enum charset cs)
{
	switch (v->type) {
	case VALUE_MISSING:
		snprintf(buf, size, "%s", v->n == IX_NONE ? "-" : "?");
		break;
	case VALUE_INT:
		snprintf(buf, size, "%s%lld%s", v->word ? v->word : "", (long long)v->n, v->buf);
		break;
	case VALUE_ID:
		snprintf(buf, size, "%llu", (unsigned long long)v->u);
		break;
	case VALUE_BOOL:
		snprintf(buf, size, "%s", v->n ? "yes" : "no");
		break;
	case VALUE_WORD:
		snprintf(buf, size, "%s", v->word);
		break;
	case VALUE_TEXT:
		snprintf(buf, size, "%s", v->buf);
		break;
	case VALUE_RAW:
		raw_text(v, buf, size, cs);
		break;
	}
	return buf;
}

/* Missing, then numbers, then strings. */
static int value_rank(const struct value *v)
{
	static const int ranks[] = {
		[VALUE_MISSING] = 0, [VALUE_INT] = 1,  [VALUE_ID] = 1,	[VALUE_BOOL] = 1,
		[VALUE_WORD] = 2,    [VALUE_TEXT] = 2, [VALUE_RAW] = 2,
	};

	return ranks[v->type];
}

static const char *value_bytes(const struct value *v)
{
	return v->type == VALUE_WORD ? v->word : v->type == VALUE_TEXT ? v->buf : v->raw.s;
}

int value_compare(const struct value *a, const struct value *b)
{
	int rank = value_rank(a), by = rank - value_rank(b);

	if (by)
		return by;
	if (rank == 2)
		return strcmp(value_bytes(a), value_bytes(b));
	if (a->type == VALUE_ID && b->type == VALUE_ID)
		return a->u < b->u ? -1 : a->u > b->u;
	return a->n < b->n ? -1 : a->n > b->n;
}
