/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_impl.h"

#include "mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- where a value is ---- */

static size_t skip_space(const char *t, size_t n, size_t i)
{
	while (i < n && strchr(" \t\r\n,:", t[i]) && t[i])
		i++;
	return i;
}

static size_t skip_string(const char *t, size_t n, size_t i)
{
	for (i++; i < n && t[i] != '"'; i++)
		if (t[i] == '\\')
			i++;
	return i + 1;
}

/* Past the value that starts at i. */
static size_t skip_value(const char *t, size_t n, size_t i)
{
	unsigned depth = 0;

	do {
		i = skip_space(t, n, i);
		if (i >= n)
			return n;
		if (t[i] == '"') {
			i = skip_string(t, n, i);
		} else if (t[i] == '{' || t[i] == '[') {
			depth++;
			i++;
		} else if (t[i] == '}' || t[i] == ']') {
			depth--;
			i++;
		} else {
			while (i < n && !strchr(" \t\r\n,:]}", t[i]))
				i++;
		}
	} while (depth);
	return i;
}

/* The value of a key in the object, or the element of that index in the array, at i; or i. */
static size_t step_into(const char *t, size_t n, size_t i, const char *key, size_t len)
{
	size_t start = i;
	unsigned long index = strtoul(key, NULL, 10);
	bool is_object = i < n && t[i] == '{';

	for (i = skip_space(t, n, i + 1); i < n && t[i] != '}' && t[i] != ']';
	     i = skip_space(t, n, skip_value(t, n, i))) {
		if (is_object) {
			size_t name = i + 1;
			bool is_it;

			i = skip_space(t, n, skip_string(t, n, i));
			is_it = name + len < n && !memcmp(t + name, key, len) &&
				t[name + len] == '"';
			if (is_it)
				return i;
		} else if (!index--) {
			return i;
		}
	}
	return start;
}

size_t json_locate(const char *text, size_t n, const char *path)
{
	size_t at = skip_space(text, n, 0);

	while (*path) {
		size_t len = strcspn(path, ".[]");

		if (len)
			at = step_into(text, n, at, path, len);
		path += len;
		path += strspn(path, ".[]");
	}
	return at;
}

void reader_fail(struct reader *r, const char *key, const char *fmt, ...)
{
	char where[160], what[256];
	va_list ap;

	if (r->has_failed)
		return;
	r->has_failed = true;
	snprintf(where, sizeof(where), "%s%s%s", r->path, *r->path && key ? "." : "",
		 key ? key : "");
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	err_set(r->e, 0, "byte %zu: %s: %s", json_locate(r->text, r->n, where), where, what);
}

/* ---- members ---- */

/* NULL when it is absent, null, or something failed before. */
static json_t *member(struct reader *r, json_t *o, const char *key, bool *is_known)
{
	json_t *v = r->has_failed ? NULL : json_object_get(o, key);

	*is_known = v && !json_is_null(v);
	return *is_known ? v : NULL;
}

static void expected(struct reader *r, const char *key, bool *is_known, const char *what)
{
	*is_known = false;
	reader_fail(r, key, "expected %s", what);
}

int64_t reader_int(struct reader *r, json_t *o, const char *key, int64_t min, int64_t max,
		   bool *is_known)
{
	json_t *v = member(r, o, key, is_known);

	if (!v)
		return 0;
	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max) {
		*is_known = false;
		reader_fail(r, key, "expected a whole number from %" PRId64 " to %" PRId64, min,
			    max);
		return 0;
	}
	return json_integer_value(v);
}

bool reader_bool(struct reader *r, json_t *o, const char *key, bool *is_known)
{
	json_t *v = member(r, o, key, is_known);

	if (v && !json_is_boolean(v))
		expected(r, key, is_known, "true or false");
	return *is_known && json_is_true(v);
}

struct raw reader_raw(struct reader *r, json_t *o, const char *key, bool *is_known)
{
	json_t *v = member(r, o, key, is_known);
	struct strbuf bytes = {0};
	struct raw raw = {""};

	if (!v)
		return raw;
	if (!json_is_string(v))
		expected(r, key, is_known, "a string");
	else if (!text_unescape(&bytes, json_string_value(v)))
		expected(r, key, is_known, "\\xNN after a backslash");
	else
		raw = snap_str(r->b, bytes.s, bytes.n);
	strbuf_free(&bytes);
	return raw;
}

uint64_t reader_id(struct reader *r, json_t *o, const char *key)
{
	bool is_known;
	json_t *v = member(r, o, key, &is_known);
	const char *s = json_string_value(v);
	uint64_t id;

	if (!v)
		return 0;
	if (!s || !*s || s[strspn(s, "0123456789")] || *s == '0') {
		expected(r, key, &is_known, "a string of decimal digits");
		return 0;
	}
	errno = 0;
	id = strtoull(s, NULL, 10);
	if (errno)
		expected(r, key, &is_known, "a number of 64 bits");
	return id;
}

json_t *reader_array(struct reader *r, json_t *o, const char *key)
{
	bool is_known;
	json_t *v = member(r, o, key, &is_known);

	if (v && !json_is_array(v))
		expected(r, key, &is_known, "an array");
	return is_known ? v : NULL;
}

json_t *reader_object(struct reader *r, json_t *o, const char *key)
{
	bool is_known;
	json_t *v = member(r, o, key, &is_known);

	if (v && !json_is_object(v))
		expected(r, key, &is_known, "an object");
	return is_known ? v : NULL;
}

static void need(struct reader *r, const char *key, bool is_known, const char *what)
{
	if (!is_known)
		reader_fail(r, key, "expected %s", what);
}

int64_t reader_need_int(struct reader *r, json_t *o, const char *key, int64_t min, int64_t max)
{
	bool is_known;
	int64_t v = reader_int(r, o, key, min, max, &is_known);

	need(r, key, is_known, "a whole number");
	return v;
}

struct raw reader_need_raw(struct reader *r, json_t *o, const char *key)
{
	bool is_known;
	struct raw v = reader_raw(r, o, key, &is_known);

	need(r, key, is_known, "a string");
	return v;
}

unsigned reader_need_word(struct reader *r, json_t *o, const char *key, const char *const *names,
			  unsigned n)
{
	struct raw word = reader_need_raw(r, o, key);
	struct strbuf list = {0};

	for (unsigned i = 0; i < n && !r->has_failed; i++)
		if (!strcmp(word.s, names[i]))
			return i;
	for (unsigned i = 0; i < n; i++)
		strbuf_printf(&list, "%s%s", i ? ", " : "", names[i]);
	reader_fail(r, key, "expected one of %s", list.s);
	strbuf_free(&list);
	return 0;
}

int32_t reader_reason(struct reader *r, json_t *missing, const char *key, int32_t plain)
{
	const char *name = json_string_value(json_object_get(missing, key));
	int32_t ix;

	if (!name)
		return plain;
	ix = missing_by_name(name);
	if (!ix)
		reader_fail(r, "missing", "expected a reason: none, denied, raced, ...");
	return ix ? ix : plain;
}

int32_t reader_ns(struct reader *r, json_t *o, const char *key, enum ns_kind kind, json_t *missing,
		  int32_t plain)
{
	bool is_known, is_new;
	uint32_t inum = reader_int(r, o, key, 1, UINT32_MAX, &is_known);
	int32_t ix;

	if (!is_known)
		return reader_reason(r, missing, key, plain);
	ix = builder_ns(r->b, kind, inum, &is_new);
	if (is_new)
		reader_fail(r, key, "there is no %s:[%u] among the namespaces", ns_kinds[kind].name,
			    inum);
	return ix;
}

/* Digits of a fixed number of places; -1 when there are not that many. */
static int64_t take_digits(const char **p, unsigned n)
{
	int64_t v = 0;

	for (; n; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v;
}

static bool parse_time(const char *p, struct timespec *ts)
{
	static const char after[] = "--T::";
	int64_t part[6], scale = 1000000000;
	struct tm tm = {0};

	for (int i = 0; i < 6; i++) {
		part[i] = take_digits(&p, i ? 2 : 4);
		if (part[i] < 0 || (i < 5 && *p++ != after[i]))
			return false;
	}
	tm = (struct tm){.tm_year = part[0] - 1900,
			 .tm_mon = part[1] - 1,
			 .tm_mday = part[2],
			 .tm_hour = part[3],
			 .tm_min = part[4],
			 .tm_sec = part[5]};
	ts->tv_sec = timegm(&tm);
	ts->tv_nsec = 0;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9' && scale > 1; p++)
			ts->tv_nsec += (*p - '0') * (scale /= 10);
	return p[0] == 'Z' && !p[1];
}

void reader_time(struct reader *r, json_t *o, const char *key, struct timespec *ts)
{
	bool is_known;
	struct raw text = reader_raw(r, o, key, &is_known);

	if (is_known && !parse_time(text.s, ts))
		reader_fail(r, key, "expected a time like 2026-01-31T12:00:00Z");
}
