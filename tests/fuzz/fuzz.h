/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share. Each file NAME_fuzz.c is one target; libFuzzer calls
 * LLVMFuzzerTestOneInput() with bytes of its own invention. NAME.dict has the words
 * it may use and seeds/NAME, if there, files to begin with.
 */
#ifndef NSCOPE_FUZZ_H
#define NSCOPE_FUZZ_H

#include "json.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert(), whatever the build: a property that no input may break. */
#define HOLDS(property)                                                                            \
	do {                                                                                       \
		if (!(property)) {                                                                 \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,          \
				#property);                                                        \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The input as a string, which ends at its first NUL; the caller frees it. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	return strndup((const char *)data, size);
}

/* The host of tests/fixtures, loaded once; the working directory is the repository. */
static inline const struct snap *fuzz_snap(void)
{
	static const struct snap *snap;
	static char text[1 << 20];
	struct err e;
	FILE *f;

	if (snap)
		return snap;
	text_init(false);
	f = fopen("tests/fixtures/web.json", "re");
	HOLDS(f);
	snap = json_read_snap(text, fread(text, 1, sizeof(text), f), &e);
	HOLDS(snap);
	fclose(f);
	return snap;
}

#endif
