/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "table.h"

#include <cap-ng.h>
#include <stdio.h>
#include <string.h>

struct right {
	unsigned cap;
	const char *gives;
};

static const struct right rights[] = {
	{CAP_SYS_PTRACE, "namespaces, descriptors and command lines of other users' tasks"},
	{CAP_SYS_ADMIN, "mount namespaces that no task is in, and what is mounted in each"},
	{CAP_DAC_READ_SEARCH, "directories that only others may read"},
	{CAP_NET_ADMIN, "network namespaces that only a socket keeps"},
	{CAP_BPF, "nsproxies and reference counts as the kernel has them (with CAP_PERFMON)"},
	{CAP_PERFMON, "the same"},
};

static void say_rights(struct strbuf *out, enum charset cs)
{
	struct table *t = table_new(0, 0, cs);
	char name[64];

	capng_get_caps_process();
	table_add_column(t, "RIGHT", false);
	table_add_column(t, "HAVE", false);
	table_add_column(t, "GIVES", false);
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++) {
		const char *cap = capng_capability_to_name(rights[i].cap);
		bool has_it = capng_have_capability(CAPNG_EFFECTIVE, rights[i].cap);

		snprintf(name, sizeof(name), "CAP_");
		for (size_t n = 4; cap && *cap && n + 1 < sizeof(name); cap++, n++) {
			name[n] = *cap >= 'a' && *cap <= 'z' ? *cap - 32 : *cap;
			name[n + 1] = '\0';
		}
		table_add_row(t);
		table_add_cell(t, name);
		table_add_cell(t, has_it ? "yes" : "no");
		table_add_cell(t, rights[i].gives);
	}
	table_write(out, t);
	table_free(t);
}

/* Of a probe of the table what it is for; a dump may name others. */
static const struct probe *find_probe(struct raw name)
{
	for (unsigned i = 0; i < n_probes; i++)
		if (!strcmp(probes[i].name, name.s))
			return &probes[i];
	return NULL;
}

static void say_coverage(struct strbuf *out, const struct snap *s, enum charset cs)
{
	static const char *const titles[] = {"PROBE", "STATE", "SEEN", "MISSED", "WHY", "READS"};
	struct table *t = table_new(0, 0, cs);
	char buf[4096];

	for (size_t i = 0; i < ARRAY_SIZE(titles); i++)
		table_add_column(t, titles[i], i == 2 || i == 3);
	for (uint32_t i = 0; i < s->n_coverage; i++) {
		const struct coverage *c = &s->coverage[i];
		const struct probe *p = find_probe(c->probe);

		table_add_row(t);
		table_add_cell(t, text_safe_buf(buf, sizeof(buf), c->probe, cs));
		table_add_cell(t, coverage_state_names[c->state]);
		snprintf(buf, sizeof(buf), "%llu", (unsigned long long)c->seen);
		table_add_cell(t, buf);
		snprintf(buf, sizeof(buf), "%llu", (unsigned long long)c->missed);
		table_add_cell(t, buf);
		table_add_cell(t, *c->why.s ? text_safe_buf(buf, sizeof(buf), c->why, cs) : "-");
		table_add_cell(t, p ? p->doc : "-");
	}
	table_write(out, t);
	table_free(t);
}

/* What would show more, each said once. */
static void say_advice(struct strbuf *out, const struct snap *s)
{
	const struct probe *told[32];
	unsigned n = 0;

	for (uint32_t i = 0; i < s->n_coverage && n < ARRAY_SIZE(told); i++) {
		const struct coverage *c = &s->coverage[i];
		const struct probe *p = find_probe(c->probe);

		if (!p || !p->needs || (n && told[n - 1] == p) ||
		    (c->state != COV_DENIED && c->state != COV_PARTIAL))
			continue;
		told[n++] = p;
		strbuf_printf(out, "For a full view %s wants %s.\n", p->name, p->needs);
	}
	if (!n)
		strbuf_puts(out, "Nothing was kept from this view.\n");
}

static void say_host(struct strbuf *out, const struct snap *s, enum charset cs)
{
	strbuf_puts(out, "Host ");
	text_safe(out, s->meta.host, cs);
	strbuf_puts(out, ", Linux ");
	text_safe(out, s->meta.kernel, cs);
	strbuf_printf(out, ": %u processes, %u tasks, %u namespaces, %u of them without a task.\n",
		      s->n_procs, s->n_tasks, s->n_nss, snap_n_taskless(s));
	if (s->n_nsproxies && s->nsproxies[0].is_inferred)
		strbuf_puts(out,
			    "Nsproxies are inferred from equal links (~): tasks that share one "
			    "look like tasks that only agree.\n");
	else
		strbuf_puts(out, "Nsproxies are the kernel's own (#).\n");
}

static int run(struct cmd_ctx *c)
{
	struct probe_want want = {.facts = TASK_ALL_FACTS | NS_QUOTA, .lead_facts = TASK_ALL_FACTS};
	const struct snap *s = cmd_read(c, &want);
	struct strbuf out = {0};
	int status;

	if (!s)
		return CMD_TROUBLE;
	say_host(&out, s, c->cs);
	if (!cmd_value(c, "load")) {
		strbuf_puts(&out, "\n");
		say_rights(&out, c->cs);
	}
	strbuf_puts(&out, "\n");
	say_coverage(&out, s, c->cs);
	strbuf_puts(&out, "\n");
	say_advice(&out, s);
	status = cmd_finish(c, s, &out);
	strbuf_free(&out);
	snap_unref(s);
	return status;
}

static const char *const examples[] = {
	"nscope doctor                   # as you are",
	"sudo nscope doctor              # and as root: compare",
	"nscope doctor --load host.json  # what a dump's maker could see",
	NULL,
};

const struct cmd cmd_doctor = {
	.name = "doctor",
	.help = "Tell what can be seen here, and how to see more",
	.text = "The host, the rights of this process and what they give, what each probe "
		"saw and what it missed for which reason, and what a full view would take.",
	.examples = examples,
	.run = run,
};
