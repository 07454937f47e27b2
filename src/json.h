/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON format 1 (doc/nscope-1.schema.json): a snap to bytes and back. Canonical:
 * the same state gives the same bytes, and what is loaded and written again is
 * equal to what was read. Only src/json*.c includes the JSON library.
 */
#ifndef NSCOPE_JSON_H
#define NSCOPE_JSON_H

#include "column.h"
#include "err.h"
#include "snap.h"

#define JSON_FORMAT 1

/* Append the dump of s. */
void json_write_snap(struct strbuf *out, const struct snap *s);

/*
 * The snap in n bytes of text; the caller owns one reference. NULL with e set:
 * the byte at which it is wrong and what was expected there, or that its format
 * is newer than this program.
 */
const struct snap *json_read_snap(const char *text, size_t n, struct err *e);

/* Rows as a JSON array of objects {column id: value}: `ls -J` and its like. */
void json_write_rows(struct strbuf *out, const struct snap *s, const struct column *const *cols,
		     unsigned n_cols, const int32_t *rows, unsigned n_rows);

#endif
