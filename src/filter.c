/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lexer, a recursive descent and a walk over the tree that it leaves. Depth
 * and length are bounded: a filter may come from anywhere.
 */
#include "filter.h"

#include "mem.h"
#include "nearest.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAX_TEXT  4096
#define MAX_DEPTH 64 /* of parentheses and nots */

enum op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_HAS, OP_HAS_NOT, OP_N };

/* Longer spellings before those that they start with. */
static const struct {
	const char *text;
	enum op op;
} ops[] = {
	{"==", OP_EQ}, {"=", OP_EQ},  {"!=", OP_NE}, {"!~", OP_HAS_NOT}, {"<=", OP_LE},
	{"<", OP_LT},  {">=", OP_GE}, {">", OP_GT},  {"~", OP_HAS},
};

enum node_type { NODE_TERM, NODE_WORD, NODE_AND, NODE_OR, NODE_NOT };

struct node {
	enum node_type type;
	int32_t left, right; /* rows of filter->nodes */
	const struct column *column;
	enum op op;
	char *text;	/* what it is compared with */
	bool is_number; /* and its number */
	int64_t number;
	uint64_t id;
};

struct filter {
	enum row_of of;
	int32_t root;
	ARRAY(struct node) nodes;
};

/* ---- tokens ---- */

enum token_type { TOKEN_END, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_OP, TOKEN_WORD, TOKEN_QUOTED };

struct parser {
	struct filter *f;
	const char *text;
	const char *p;	   /* after the token at hand */
	const char *start; /* of the token at hand */
	enum token_type type;
	enum op op;
	char word[MAX_TEXT];
	unsigned depth;
	struct err *e;
};

/* Marks the place: what stands there, and at which character of the filter. */
static int fail(struct parser *ps, const char *start, const char *fmt, const char *arg)
{
	char what[256];

	snprintf(what, sizeof(what), fmt, arg);
	err_set(ps->e, 0, "filter: at character %d, \"%.20s\": %s", (int)(start - ps->text) + 1,
		*start ? start : "(end)", what);
	return -1;
}

static bool is_word_char(char c)
{
	return c && !isspace((unsigned char)c) && !strchr("()=<>~\"'!", c);
}

static int take_quoted(struct parser *ps, char quote)
{
	const char *end = strchr(++ps->p, quote);

	if (!end)
		return fail(ps, ps->start, "the quote is not closed%s", "");
	memcpy(ps->word, ps->p, end - ps->p);
	ps->word[end - ps->p] = '\0';
	ps->p = end + 1;
	ps->type = TOKEN_QUOTED;
	return 0;
}

static int next_token(struct parser *ps)
{
	size_t n = 0;

	while (isspace((unsigned char)*ps->p))
		ps->p++;
	ps->start = ps->p;
	ps->type = TOKEN_END;
	if (!*ps->p)
		return 0;
	if (*ps->p == '"' || *ps->p == '\'')
		return take_quoted(ps, *ps->p);
	if (*ps->p == '(' || *ps->p == ')') {
		ps->type = *ps->p++ == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		if (strncmp(ps->p, ops[i].text, strlen(ops[i].text)))
			continue;
		ps->p += strlen(ops[i].text);
		ps->type = TOKEN_OP;
		ps->op = ops[i].op;
		return 0;
	}
	while (is_word_char(ps->p[n]))
		n++;
	if (!n)
		return fail(ps, ps->start, "expected a word or a column%s", "");
	memcpy(ps->word, ps->p, n);
	ps->word[n] = '\0';
	ps->p += n;
	ps->type = TOKEN_WORD;
	return 0;
}

static bool is_keyword(const struct parser *ps, const char *word)
{
	return ps->type == TOKEN_WORD && !strcasecmp(ps->word, word);
}

/* ---- grammar: each returns a row of nodes, or -1 ---- */

static int32_t parse_or(struct parser *ps);

static int32_t add_node(struct parser *ps, enum node_type type, int32_t left, int32_t right)
{
	struct node *n = array_add(&ps->f->nodes);

	n->type = type;
	n->left = left;
	n->right = right;
	return ps->f->nodes.n - 1;
}

/* A number, also as `#5` or `net:[4026531840]`. */
static void set_literal(struct node *n, const char *text)
{
	const char *digits = strchr(text, '[');
	char *end;

	n->text = xstrdup(text);
	digits = digits ? digits + 1 : text + (*text == '#');
	if (!isdigit((unsigned char)digits[*digits == '-']))
		return;
	errno = 0;
	n->number = strtoll(digits, &end, 10);
	n->id = strtoull(digits, NULL, 10);
	n->is_number = !*end || (*end == ']' && !end[1]);
}

static int check_literal(struct parser *ps, const struct node *n)
{
	struct nearest near = {.word = n->text};

	if (n->op >= OP_LT && n->op <= OP_GE && !(n->is_number && n->column->is_right))
		return fail(ps, ps->start, "smaller and greater are for numbers, not for %s",
			    n->column->is_right ? n->text : n->column->id);
	if (strcmp(n->column->id, "type") || n->op > OP_NE || ns_kind_by_name(n->text) >= 0)
		return 0;
	for (int k = 0; k < NS_N_KINDS; k++)
		nearest_try(&near, ns_kinds[k].name);
	if (near.best)
		return fail(ps, ps->start, "no such kind; did you mean %s?", near.best);
	return fail(ps, ps->start, "no such kind of namespace%s", "");
}

static int32_t parse_term(struct parser *ps, const char *name, const char *start)
{
	const struct column *c = column_find(ps->f->of, name);
	const char *near = column_nearest(ps->f->of, name);
	struct node *n;
	int32_t row;

	if (!c && near)
		return fail(ps, start, "no such column; did you mean %s?", near);
	if (!c)
		return fail(ps, start, "no such column%s", "");
	row = add_node(ps, NODE_TERM, -1, -1);
	n = &ps->f->nodes.items[row];
	n->column = c;
	n->op = ps->op;
	if (next_token(ps))
		return -1;
	if (ps->type != TOKEN_WORD && ps->type != TOKEN_QUOTED)
		return fail(ps, ps->start, "expected a value for %s", c->id);
	set_literal(n, ps->word);
	return check_literal(ps, n) || next_token(ps) ? -1 : row;
}

static int32_t parse_word(struct parser *ps)
{
	const char *start = ps->start;
	_cleanup_free_ char *word = xstrdup(ps->word);
	bool is_quoted = ps->type == TOKEN_QUOTED;
	int32_t row;

	if (next_token(ps))
		return -1;
	if (ps->type == TOKEN_OP && !is_quoted)
		return parse_term(ps, word, start);
	row = add_node(ps, NODE_WORD, -1, -1);
	set_literal(&ps->f->nodes.items[row], word);
	return row;
}

static int32_t parse_primary(struct parser *ps)
{
	int32_t row;

	if (ps->type == TOKEN_WORD || ps->type == TOKEN_QUOTED)
		return parse_word(ps);
	if (ps->type != TOKEN_OPEN)
		return fail(ps, ps->start, "expected a word, a column or (%s", "");
	if (next_token(ps))
		return -1;
	row = parse_or(ps);
	if (row < 0)
		return -1;
	if (ps->type != TOKEN_CLOSE)
		return fail(ps, ps->start, "expected )%s", "");
	return next_token(ps) ? -1 : row;
}

static int32_t parse_not(struct parser *ps)
{
	bool is_negated = is_keyword(ps, "not");
	int32_t row;

	if (ps->depth > MAX_DEPTH)
		return fail(ps, ps->start, "too deep%s", "");
	if (is_negated && next_token(ps))
		return -1;
	ps->depth++;
	row = is_negated ? parse_not(ps) : parse_primary(ps);
	ps->depth--;
	return row >= 0 && is_negated ? add_node(ps, NODE_NOT, row, -1) : row;
}

/* Terms beside each other are joined by and, whether it is written or not. */
static int32_t parse_and(struct parser *ps)
{
	int32_t left = parse_not(ps), right;

	while (left >= 0 && ps->type != TOKEN_END && ps->type != TOKEN_CLOSE &&
	       !is_keyword(ps, "or")) {
		if (is_keyword(ps, "and") && next_token(ps))
			return -1;
		right = parse_not(ps);
		left = right >= 0 ? add_node(ps, NODE_AND, left, right) : -1;
	}
	return left;
}

static int32_t parse_or(struct parser *ps)
{
	int32_t left = parse_and(ps), right;

	while (left >= 0 && is_keyword(ps, "or")) {
		if (next_token(ps))
			return -1;
		right = parse_and(ps);
		left = right >= 0 ? add_node(ps, NODE_OR, left, right) : -1;
	}
	return left;
}

struct filter *filter_parse(enum row_of of, const char *text, struct err *e)
{
	struct filter *f = xcalloc(1, sizeof(*f));
	struct parser ps = {.f = f, .text = text, .p = text, .e = e};
	bool is_good = false;

	f->of = of;
	if (strlen(text) >= MAX_TEXT)
		err_set(e, 0, "filter: longer than %d bytes", MAX_TEXT - 1);
	else if (!next_token(&ps))
		f->root = parse_or(&ps);
	else
		f->root = -1;
	is_good = strlen(text) < MAX_TEXT && f->root >= 0;
	if (is_good && ps.type != TOKEN_END) {
		fail(&ps, ps.start, "expected and, or, or the end%s", "");
		is_good = false;
	}
	if (is_good)
		return f;
	filter_free(f);
	return NULL;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; i < f->nodes.n; i++)
		free(f->nodes.items[i].text);
	free(f->nodes.items);
	free(f);
}

uint8_t filter_needs(const struct filter *f)
{
	uint8_t needs = 0;

	for (uint32_t i = 0; f && i < f->nodes.n; i++) {
		const struct node *n = &f->nodes.items[i];

		if (n->type == NODE_TERM)
			needs |= n->column->needs;
		for (unsigned c = 0; n->type == NODE_WORD && c < n_columns; c++)
			if (columns[c].of == f->of && columns[c].is_text)
				needs |= columns[c].needs;
	}
	return needs;
}

/* ---- matching ---- */

/* What a person sees of the value, without a copy where it is harmless as it is. */
static const char *shown(const struct value *v, char *buf, size_t size)
{
	const char *s = v->raw.s;

	if (v->type != VALUE_RAW || v->word || *v->buf)
		return value_text(v, buf, size, CHARSET_UTF8);
	while (*s >= ' ' && *s < 0x7f)
		s++;
	return *s ? value_text(v, buf, size, CHARSET_UTF8) : v->raw.s;
}

static bool match_missing(const struct node *n, const struct value *v)
{
	bool is_same = !strcmp(n->text, v->n == IX_NONE ? "-" : "?");

	if (n->op == OP_EQ || n->op == OP_HAS)
		return is_same;
	/* Nothing can be said of what is not known. */
	return (n->op == OP_NE || n->op == OP_HAS_NOT) && v->n == IX_NONE && !is_same;
}

static bool is_equal(const struct node *n, const struct value *v, const char *text)
{
	static const char *const yes[] = {"yes", "true", "1"};

	if (v->type == VALUE_INT && n->is_number)
		return v->n == n->number;
	if (v->type == VALUE_ID && n->is_number)
		return v->u == n->id;
	if (v->type != VALUE_BOOL)
		return !strcasecmp(text, n->text);
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		if (!strcasecmp(yes[i], n->text))
			return v->n;
	return !v->n;
}

static bool match_term(const struct node *n, const struct snap *s, int32_t row)
{
	char buf[4096];
	struct value v;
	const char *text;
	int by;

	n->column->get(s, row, &v);
	if (v.type == VALUE_MISSING)
		return match_missing(n, &v);
	by = v.type == VALUE_ID	   ? (v.u > n->id) - (v.u < n->id)
	     : v.type == VALUE_INT ? (v.n > n->number) - (v.n < n->number)
				   : 0;
	text = shown(&v, buf, sizeof(buf));
	switch (n->op) {
	case OP_EQ:
		return is_equal(n, &v, text);
	case OP_NE:
		return !is_equal(n, &v, text);
	case OP_LT:
		return by < 0;
	case OP_LE:
		return by <= 0;
	case OP_GT:
		return by > 0;
	case OP_GE:
		return by >= 0;
	case OP_HAS:
		return strcasestr(text, n->text);
	default:
		return !strcasestr(text, n->text);
	}
}

/* A word is part of some text of the row; a number may also be one of its numbers. */
static bool match_word(const struct filter *f, const struct node *n, const struct snap *s,
		       int32_t row)
{
	char buf[4096];
	struct value v;

	for (unsigned i = 0; i < n_columns; i++) {
		if (columns[i].of != f->of ||
		    !(columns[i].is_text || (columns[i].is_right && n->is_number)))
			continue;
		columns[i].get(s, row, &v);
		if (v.type == VALUE_MISSING)
			continue;
		if (columns[i].is_right ? is_equal(n, &v, "")
					: !!strcasestr(shown(&v, buf, sizeof(buf)), n->text))
			return true;
	}
	return false;
}

static bool match(const struct filter *f, int32_t node, const struct snap *s, int32_t row)
{
	const struct node *n = &f->nodes.items[node];

	switch (n->type) {
	case NODE_TERM:
		return match_term(n, s, row);
	case NODE_WORD:
		return match_word(f, n, s, row);
	case NODE_AND:
		return match(f, n->left, s, row) && match(f, n->right, s, row);
	case NODE_OR:
		return match(f, n->left, s, row) || match(f, n->right, s, row);
	default:
		return !match(f, n->left, s, row);
	}
}

bool filter_match(const struct filter *f, const struct snap *s, int32_t row)
{
	return !f || match(f, f->root, s, row);
}
