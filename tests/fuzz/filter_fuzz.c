/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters: parsed, and matched against every row of a host; or refused with a reason. */
#include "filter.h"
#include "fuzz.h"

static uint32_t n_rows(const struct snap *s, enum row_of of)
{
	const uint32_t n[ROW_OF_N] = {
		[OF_TASK] = s->n_tasks, [OF_NS] = s->n_nss, [OF_NSPROXY] = s->n_nsproxies};

	return n[of];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct snap *s = fuzz_snap();
	char *text = fuzz_string(data, size);

	for (int of = 0; of < ROW_OF_N; of++) {
		struct err e = {""};
		struct filter *f = filter_parse(of, text, &e);

		HOLDS(f || e.msg[0]);
		if (!f)
			continue;
		filter_needs(f);
		for (uint32_t row = 0; row < n_rows(s, of); row++)
			filter_match(f, s, (int32_t)row);
		filter_free(f);
	}
	free(text);
	return 0;
}
