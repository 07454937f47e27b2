/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "why_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void write_target(struct strbuf *out, const struct snap *s, enum row_of of, int32_t ix,
			 enum charset cs)
{
	static void (*const writers[ROW_OF_N])(struct strbuf *, const struct snap *, int32_t,
					       enum charset) = {
		[OF_TASK] = why_text_task,
		[OF_NS] = why_text_ns,
		[OF_NSPROXY] = why_text_nsproxy,
	};

	writers[of](out, s, ix, cs);
}

/* A path that is no namespace: what keeps the file system there from being unmounted. */
static bool is_busy_path(const struct cmd_ctx *c, const char *text, dev_t *dev)
{
	struct target target;
	struct statx st;
	struct err e;

	if (cmd_value(c, "load") || !target_is_path(text) || !cmd_target(text, &target, &e))
		return false;
	if (statx(AT_FDCWD, text, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, 0, &st))
		return false;
	*dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	return true;
}

struct busy {
	const struct cmd_ctx *c;
	const struct snap *s;
	struct strbuf lines;
	bool *is_ended; /* by row: told to be ended */
};

static void add_mount(int32_t mnt_ns, struct raw where, void *data)
{
	struct busy *b = data;

	why_text_mount(&b->lines, b->s, mnt_ns, where, b->is_ended, b->c->cs);
}

static void add_user(int32_t task, const char *what, void *data)
{
	struct busy *b = data;

	b->is_ended[task] = b->s->tasks[task].tid > 1;
	why_text_user(&b->lines, b->s, task, what, b->c->cs);
}

static void write_busy(struct strbuf *out, const struct cmd_ctx *c, const struct snap *s,
		       const char *path, dev_t dev)
{
	struct busy b = {.c = c, .s = s};
	unsigned n;

	/* They come first: as long as they are on it, no umount works. */
	b.is_ended = xcalloc(s->n_tasks, sizeof(*b.is_ended));
	if (probes_find_users(s, dev, add_user, &b))
		strbuf_puts(&b.lines, "      sleep 1   # until they are gone\n");
	n = probes_find_mounts(s, dev, add_mount, &b);
	text_safe(out, (struct raw){path}, c->cs);
	strbuf_printf(out, ": the file system %u:%u is mounted %u time%s\n", major(dev), minor(dev),
		      n, n == 1 ? "" : "s");
	if (b.lines.n)
		strbuf_add(out, b.lines.s, b.lines.n);
	strbuf_free(&b.lines);
	free(b.is_ended);
}

/* What a file says of processes was so, and commands may meet others. */
static void write_moment(struct strbuf *out, const struct snap *s, enum charset cs)
{
	struct tm tm;
	char when[64];

	if (!gmtime_r(&s->meta.taken.tv_sec, &tm))
		return;
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	strbuf_puts(out, "As it was on ");
	text_safe(out, s->meta.host, cs);
	strbuf_printf(out, " at %s; its numbers may be those of others by now.\n", when);
}

static int run(struct cmd_ctx *c)
{
	struct probe_want want = {.facts =
					  TASK_STAT | TASK_UID | TASK_CGROUP | TASK_PIDS | NS_QUOTA,
				  .has_ledger = true};
	struct strbuf out = {0};
	size_t n_before;
	int status = CMD_YES;
	const struct snap *s;
	struct target target;
	struct err e;
	dev_t dev;

	if (!c->argc)
		return cmd_usage(c, "of what? Give it a TARGET");
	for (int i = 0; i < c->argc; i++)
		if (!is_busy_path(c, c->argv[i], &dev) && cmd_target(c->argv[i], &target, &e))
			return cmd_fail(c, &e);
	s = cmd_read(c, &want);
	if (!s)
		return CMD_TROUBLE;
	if (cmd_value(c, "load"))
		write_moment(&out, s, c->cs);
	n_before = out.n;
	for (int i = 0; i < c->argc; i++) {
		int32_t ix = -1;

		if (is_busy_path(c, c->argv[i], &dev)) {
			if (out.n > n_before)
				strbuf_puts(&out, "\n");
			write_busy(&out, c, s, c->argv[i], dev);
			continue;
		}
		if (!cmd_target(c->argv[i], &target, &e))
			ix = target_find(&target, s, &e);
		if (ix < 0) {
			status = cmd_fail(c, &e);
			continue;
		}
		if (out.n > n_before)
			strbuf_puts(&out, "\n");
		write_target(&out, s, target.of, ix, c->cs);
	}
	if (status == CMD_YES)
		status = cmd_finish(c, s, &out);
	else
		cmd_write(c, &out);
	strbuf_free(&out);
	snap_unref(s);
	return status;
}

static const char *const examples[] = {
	"nscope why /run/netns/blue        # what keeps this namespace, and what would free it",
	"nscope why net:4026532998         # the same, by its inode number",
	"nscope why pid:1911               # all that this process is tied to",
	"nscope why /mnt/usb               # who still has this mounted, when umount says busy",
	"nscope why '#5'                   # the tasks that share this nsproxy",
	"nscope why user:4026531837        # who has used how much of its quotas",
	NULL,
};

const struct cmd cmd_why = {
	.name = "why",
	.args = "TARGET...",
	.words = WORDS_FILE,
	.help = "Tell what keeps a namespace alive, and what would free it",
	.text = "The kernel frees a namespace when its count of references is down to 0. "
		"*why* lists what counts, who has that, and what would free it, as commands "
		"in the order in which they work; it runs none of them. With the kernel probe "
		"the sum is held against the kernel's own count. What is left over is told as "
		"unexplained; where the count moved while it was read, or not all could be "
		"seen, that is said instead.\n\n"
		"Of a user namespace it also lists how many namespaces each user has made in it "
		"of what *user.max_\\*_namespaces* allows, and of a task how many more it may "
		"make; _!_ marks what is used up or nearly so, with the user namespace above that "
		"would refuse.",
	.examples = examples,
	.run = run,
};
