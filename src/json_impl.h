/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the reader's files share: typed access to the members of a parsed file,
 * with the place at hand for errors. The first failure stays; after it every
 * getter gives an empty value, so callers need only ask once a row.
 */
#ifndef NSCOPE_JSON_IMPL_H
#define NSCOPE_JSON_IMPL_H

#include "json.h"
#include "snap_build.h"

#include <jansson.h>

struct reader {
	struct snap_builder *b;
	const char *text;
	size_t n;
	struct err *e;
	bool has_failed;
	char path[96]; /* of the object that is read: tasks[3].ns */
};

/* The byte of text (valid JSON) at which the value at path starts, or that of what holds it. */
size_t json_locate(const char *text, size_t n, const char *path);

/* Tell that `key` of the object at hand (or, with NULL, the object) is not as expected. */
void reader_fail(struct reader *r, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Members. An absent one is null; `is_known` (never NULL) tells whether it is there. */
int64_t reader_int(struct reader *r, json_t *o, const char *key, int64_t min, int64_t max,
		   bool *is_known);
bool reader_bool(struct reader *r, json_t *o, const char *key, bool *is_known);
struct raw reader_raw(struct reader *r, json_t *o, const char *key, bool *is_known);
/* A decimal string; 0 when it is null. */
uint64_t reader_id(struct reader *r, json_t *o, const char *key);
json_t *reader_array(struct reader *r, json_t *o, const char *key);
json_t *reader_object(struct reader *r, json_t *o, const char *key);

/* Sets *ts unless it is null. */
void reader_time(struct reader *r, json_t *o, const char *key, struct timespec *ts);

/* Members that must be there. */
int64_t reader_need_int(struct reader *r, json_t *o, const char *key, int64_t min, int64_t max);
struct raw reader_need_raw(struct reader *r, json_t *o, const char *key);
/* Its place in names; 0 when it fails. */
unsigned reader_need_word(struct reader *r, json_t *o, const char *key, const char *const *names,
			  unsigned n);

/* The row of the namespace of that kind that `key` names, or why there is none. */
int32_t reader_ns(struct reader *r, json_t *o, const char *key, enum ns_kind kind, json_t *missing,
		  int32_t plain);
/* The reason that the object "missing" gives for key. */
int32_t reader_reason(struct reader *r, json_t *missing, const char *key, int32_t plain);

/* json_quota.c: one row of the table of quotas. */
void reader_quota(struct reader *r, json_t *o);

#endif
