/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where snaps come from and where output goes. */
#include "cmd.h"

#include "json.h"
#include "nearest.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define MAX_FILE (1ul << 30)

int cmd_read_file(const char *path, struct strbuf *out, struct err *e)
{
	bool is_stdin = !strcmp(path, "-");
	_cleanup_fd_ int fd = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char buf[65536];
	ssize_t n;

	if (!is_stdin && fd < 0)
		return err_set(e, errno, "%s", path);
	while ((n = read(is_stdin ? STDIN_FILENO : fd, buf, sizeof(buf)))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, errno, "%s", is_stdin ? "stdin" : path);
		if (out->n + n > MAX_FILE)
			return err_set(e, EFBIG, "%s", path);
		strbuf_add(out, buf, n);
	}
	strbuf_add(out, "", 0);
	return 0;
}

const struct snap *cmd_load(const char *path, struct err *e)
{
	struct strbuf text = {0};
	const struct snap *s = NULL;

	if (!cmd_read_file(path, &text, e)) {
		s = json_read_snap(text.s, text.n, e);
		if (!s)
			err_prefix(e, "%s", strcmp(path, "-") ? path : "stdin");
	}
	strbuf_free(&text);
	return s;
}

/* Adds the probe of that name to *skip; 0, or -EINVAL. */
static int skip_probe(uint32_t *skip, const char *name, struct err *e)
{
	struct nearest near = {.word = name};

	for (unsigned i = 0; i < n_probes; i++) {
		if (!strcmp(probes[i].name, name)) {
			*skip |= BIT(i);
			return 0;
		}
		nearest_try(&near, probes[i].name);
	}
	if (near.best)
		return err_set(e, 0, "--skip: there is no probe %s; did you mean %s?", name,
			       near.best);
	return err_set(e, 0, "--skip: there is no probe %s; nscope doctor lists them", name);
}

static int parse_skip(const struct cmd_ctx *c, uint32_t *skip, struct err *e)
{
	const char *arg = cmd_value(c, "skip");
	_cleanup_free_ char *names = xstrdup(arg ? arg : "");
	char *rest = names;

	if (cmd_value(c, "no-kernel"))
		*skip |= BIT(PROBE_KERNEL);
	for (char *name; (name = strsep(&rest, ","));)
		if (*name && skip_probe(skip, name, e))
			return -EINVAL;
	return 0;
}

static const struct snap *read_live(const struct probe_want *want, struct err *e)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s = NULL;

	if (!probes_read(b, want, NULL, NULL, e))
		s = snap_freeze(b, false);
	snap_builder_free(b);
	return s;
}

bool cmd_skip(const struct cmd_ctx *c, uint32_t *skip)
{
	struct err e;

	*skip = 0;
	if (!parse_skip(c, skip, &e))
		return true;
	cmd_fail(c, &e);
	return false;
}

const struct snap *cmd_read(const struct cmd_ctx *c, struct probe_want *want)
{
	const char *path = cmd_value(c, "load");
	const struct snap *s = NULL;
	struct err e;

	if (!parse_skip(c, &want->skip, &e))
		s = path ? cmd_load(path, &e) : read_live(want, &e);
	if (!s)
		cmd_fail(c, &e);
	return s;
}

int cmd_write(const struct cmd_ctx *c, const struct strbuf *out)
{
	struct err e;
	size_t done = 0;
	ssize_t n = 0;

	while (done < out->n) {
		n = write(STDOUT_FILENO, out->s + done, out->n - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		done += n;
	}
	if (n >= 0)
		return CMD_YES;
	/* `nscope ls | head` has what it wants: no word about it, but no success either. */
	if (errno == EPIPE)
		return CMD_TROUBLE;
	err_set(&e, errno, "cannot write to stdout");
	return cmd_fail(c, &e);
}

/* Not all of it was seen, though this kernel has it and it was asked for. */
static bool is_gap(const struct coverage *c)
{
	return c->state == COV_PARTIAL || c->state == COV_DENIED;
}

int cmd_finish(const struct cmd_ctx *c, const struct snap *s, const struct strbuf *out)
{
	int status = cmd_write(c, out);
	struct strbuf text = {0};
	const char *before = "";

	for (uint32_t i = 0; i < s->n_coverage && status == CMD_YES; i++) {
		const struct coverage *row = &s->coverage[i];

		if (!is_gap(row))
			continue;
		strbuf_puts(&text, before);
		text_safe(&text, row->probe, c->cs);
		strbuf_puts(&text, " ");
		if (row->missed)
			strbuf_printf(&text, "missed %llu ", (unsigned long long)row->missed);
		strbuf_puts(&text, "(");
		text_safe(&text,
			  *row->why.s ? row->why : (struct raw){coverage_state_names[row->state]},
			  c->cs);
		strbuf_puts(&text, ")");
		before = ", ";
	}
	if (!text.n)
		return status;
	fprintf(stderr, "nscope: incomplete: %s\n", text.s);
	strbuf_free(&text);
	return status == CMD_YES && cmd_value(c, "strict") ? CMD_INCOMPLETE : status;
}

int cmd_target(const char *text, struct target *t, struct err *e)
{
	struct statfs fs;
	struct stat st;

	if (!target_is_path(text))
		return target_parse(text, t, e);
	if (stat(text, &st) || statfs(text, &fs))
		return err_set(e, errno, "%s", text);
	if (fs.f_type != NSFS_MAGIC)
		return err_set(e, 0, "%s is no namespace: it is not a file of nsfs", text);
	*t = (struct target){.of = OF_NS, .kind = -1, .n = st.st_ino};
	return 0;
}

unsigned cmd_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return 0;
	return size.ws_col;
}

static const char *nth_ns_column(unsigned i)
{
	for (unsigned c = 0; c < n_columns; c++)
		if (columns[c].of == OF_NS && !i--)
			return columns[c].id;
	return NULL;
}

const char *cmd_word(enum cmd_words words, unsigned i)
{
	static const char *const when[] = {"auto", "always", "never"};
	static const char *const shells[] = {"bash", "zsh", "fish"};

	switch (words) {
	case WORDS_KINDS:
		return i < NS_N_KINDS ? ns_kinds[i].name : NULL;
	case WORDS_NS_COLUMNS:
		return nth_ns_column(i);
	case WORDS_ORDERS:
		return i < TREE_N_ORDERS ? tree_orders[i].name : NULL;
	case WORDS_PROBES:
		return i < n_probes ? probes[i].name : NULL;
	case WORDS_WHEN:
		return i < ARRAY_SIZE(when) ? when[i] : NULL;
	case WORDS_SHELLS:
		return i < ARRAY_SIZE(shells) ? shells[i] : NULL;
	default:
		return NULL;
	}
}
