/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int write_all(int fd, const struct strbuf *out)
{
	size_t done = 0;

	while (done < out->n) {
		ssize_t n = write(fd, out->s + done, out->n - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += n;
	}
	return fsync(fd) ? -errno : 0;
}

/*
 * The whole file or none, in a new file of ours alone: command lines may hold
 * secrets. What was at path before is replaced, not written into.
 */
static int write_file(const char *path, const struct strbuf *out, struct err *e)
{
	_cleanup_free_ char *temp = xasprintf("%s.XXXXXX", path);
	_cleanup_fd_ int fd = mkostemp(temp, O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_set(e, errno, "%s", path);
	r = write_all(fd, out);
	if (!r && rename(temp, path))
		r = -errno;
	if (!r)
		return 0;
	unlink(temp);
	return err_set(e, -r, "%s", path);
}

/* A device or a pipe is no file to replace. */
static bool is_special(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int write_special(const char *path, const struct strbuf *out, struct err *e)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int r = fd < 0 ? -errno : write_all(fd, out);

	return r && r != -EINVAL && r != -EROFS ? err_set(e, -r, "%s", path) : 0;
}

static int run(struct cmd_ctx *c)
{
	struct probe_want want = {.facts = TASK_ALL_FACTS | NS_NSID | NS_QUOTA,
				  .lead_facts = TASK_ALL_FACTS,
				  .has_ledger = true};
	const char *path = cmd_value(c, "output");
	const struct snap *s = cmd_read(c, &want);
	struct strbuf out = {0}, none = {0};
	struct err e;
	int status;

	if (!s)
		return CMD_TROUBLE;
	json_write_snap(&out, s);
	if (path && (is_special(path) ? write_special : write_file)(path, &out, &e))
		status = cmd_fail(c, &e);
	else
		status = cmd_finish(c, s, path ? &none : &out);
	strbuf_free(&out);
	snap_unref(s);
	return status;
}

static const struct cmd_option options[] = {
	{"output", 'o', "FILE", WORDS_FILE, "into FILE, which only you can read"},
	{0},
};

static const char *const examples[] = {
	"nscope dump -o host.json        # on the host; then, elsewhere:",
	"nscope ls --load host.json      # as if it were here",
	"nscope dump | jq '.tasks[].comm'",
	NULL,
};

const struct cmd cmd_dump = {
	.name = "dump",
	.help = "Write all that can be seen as JSON",
	.text = "One JSON object of format 1, described in *nscope*(5). The same state "
		"gives the same bytes but for the time. *-o* writes a new file of mode 0600 "
		"and puts it in the place of what was there.",
	.options = options,
	.examples = examples,
	.run = run,
};
