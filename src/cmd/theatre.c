/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "theatre.h"

#include "kernel_reader.h"
#include "predict.h"
#include "probe.h"

#include <errno.h>
#include <sys/utsname.h>

static const struct snap *read_probe(struct kernel_reader *reader, struct err *e)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s = NULL;
	int err = -EAGAIN;

	/* In a storm of forks one reading may not fit where the next does. */
	for (int i = 0; err == -EAGAIN && i < 8; i++)
		err = kernel_reader_build(reader, b, e);
	if (!err)
		s = snap_freeze(b, false);
	snap_builder_free(b);
	return s;
}

/* The first reading is what the model begins with: with the quotas. */
static const struct snap *read_proc(bool has_probe, const pid_t *only, uint32_t n, struct err *e)
{
	const uint32_t rows = BIT(PROBE_NSLINKS) | BIT(PROBE_TASKS) | BIT(PROBE_PIDS) |
			      BIT(PROBE_NSFS) | (only ? 0 : BIT(PROBE_QUOTA)) |
			      (has_probe ? BIT(PROBE_KERNEL) : 0);
	const struct probe_want want = {.facts = TASK_STAT | TASK_PIDS | (only ? 0 : NS_QUOTA),
					.only = only,
					.n_only = n,
					.skip = ~rows};
	struct snap_builder *b = snap_builder_new();
	const struct snap *s = NULL;

	if (!probes_read(b, &want, NULL, NULL, e))
		s = snap_freeze(b, false);
	snap_builder_free(b);
	return s;
}

static const struct snap *read_kernel(void *data, const pid_t *only, uint32_t n, struct err *e)
{
	return data && only ? read_probe(data, e) : read_proc(data, only, n, e);
}

int theatre_open(struct theatre *t, const struct rules *rules, enum stage_start start,
		 bool is_model_only, bool has_probe, struct err *e)
{
	struct stage_options opt = {.rules = rules,
				    .start = start,
				    .is_model_only = is_model_only,
				    .read = read_kernel,
				    .facts = predict_facts,
				    .facts_free = predict_facts_free};
	struct utsname u;
	struct err why;

	*t = (struct theatre){0};
	if (!is_model_only && has_probe && kernel_reader_open(&t->reader, NULL, &why))
		t->reader = NULL;
	if (!rules)
		opt.rules = rules_for_release(!uname(&u) ? u.release : "");
	opt.has_counts = t->reader;
	opt.data = t->reader;
	t->st = stage_open(&opt, e);
	if (t->st)
		return 0;
	theatre_close(t);
	return -EIO;
}

void theatre_close(struct theatre *t)
{
	stage_close(t->st);
	kernel_reader_close(t->reader);
	*t = (struct theatre){0};
}
