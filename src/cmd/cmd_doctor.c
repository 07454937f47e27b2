/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd.h"

#include "table.h"

#include <cap-ng.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* "CAP_BPF"; returns name. */
static const char *cap_name(unsigned number, char *name, size_t size)
{
	const char *cap = capng_capability_to_name(number);

	snprintf(name, size, "CAP_");
	for (size_t n = 4; cap && *cap && n + 1 < size; cap++, n++) {
		name[n] = *cap >= 'a' && *cap <= 'z' ? *cap - 32 : *cap;
		name[n + 1] = '\0';
	}
	return name;
}

/* Rights in a user namespace of one's own are none over what is outside of it. */
static bool is_in_initial_user_ns(void)
{
	char link[64], initial[64];
	ssize_t n = readlink("/proc/self/ns/user", link, sizeof(link) - 1);

	if (n < 0)
		return false;
	link[n] = '\0';
	snprintf(initial, sizeof(initial), "user:[%u]", ns_kinds[NS_USER].init_inum);
	return !strcmp(link, initial);
}

static void say_rights(struct strbuf *out, enum charset cs)
{
	bool is_initial = is_in_initial_user_ns();
	struct table *t = table_new(0, 0, cs);
	char name[64];

	capng_get_caps_process();
	table_add_column(t, "RIGHT", false);
	table_add_column(t, "HAVE", false);
	table_add_column(t, "GIVES", false);
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++) {
		bool has_it = capng_have_capability(CAPNG_EFFECTIVE, rights[i].cap);

		table_add_row(t);
		table_add_cell(t, cap_name(rights[i].cap, name, sizeof(name)));
		table_add_cell(t, !has_it ? "no" : is_initial ? "yes" : "here");
		table_add_cell(t, rights[i].gives);
	}
	table_write(out, t);
	table_free(t);
	if (!is_initial)
		strbuf_puts(out,
			    "here: in a user namespace below the initial one, over what belongs "
			    "to it; the kernel probe asks for both in the initial one.\n");
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

/* What a probe needs is a right that we have: what it was refused, others keep from it. */
static bool has_what_it_needs(const struct probe *p)
{
	char name[64];

	capng_get_caps_process();
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++) {
		size_t n = strlen(cap_name(rights[i].cap, name, sizeof(name)));

		if (!strncmp(p->needs, name, n) && !strncmp(p->needs + n, " for ", 5))
			return is_in_initial_user_ns() &&
			       capng_have_capability(CAPNG_EFFECTIVE, rights[i].cap);
	}
	return false;
}

/* What would show more, each said once; of a file what its maker would have needed. */
static void say_advice(struct strbuf *out, const struct snap *s, bool is_live)
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
		if (is_live && has_what_it_needs(p))
			strbuf_printf(out,
				      "%s has what it wants; what was refused even so, no "
				      "right gives.\n",
				      p->name);
		else
			strbuf_printf(out, "For a full view %s wants %s.\n", p->name, p->needs);
	}
	if (!n)
		strbuf_puts(out, "Nothing was kept from this view.\n");
}

/* The kernel called the programs, for it has no way for them to walk. */
static bool is_called(const struct snap *s)
{
	for (uint32_t i = 0; i < s->n_coverage; i++)
		if (!strcmp(s->coverage[i].why.s, kernel_called))
			return true;
	return false;
}

static void say_host(struct strbuf *out, const struct snap *s, enum charset cs)
{
	strbuf_puts(out, "Host ");
	text_safe(out, s->meta.host, cs);
	strbuf_puts(out, ", Linux ");
	text_safe(out, s->meta.kernel, cs);
	strbuf_printf(out,
		      ": %u process%s, %u task%s, %u namespace%s, %u of them without a task.\n",
		      s->n_procs, s->n_procs == 1 ? "" : "es", s->n_tasks,
		      s->n_tasks == 1 ? "" : "s", s->n_nss, s->n_nss == 1 ? "" : "s",
		      snap_n_taskless(s));
	if (s->n_nsproxies && s->nsproxies[0].is_inferred)
		strbuf_puts(out,
			    "Nsproxies are inferred from equal links (~): tasks that share one "
			    "look like tasks that only agree.\n");
	else
		strbuf_printf(out,
			      "Nsproxies are the kernel's own (#), read by programs that %s.\n",
			      is_called(s) ? "it calls for each task, file and mapping: before "
					     "Linux 6.7 they cannot walk its lists, which takes "
					     "a fraction of the time"
					   : "walk its lists");
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
	say_advice(&out, s, !cmd_value(c, "load"));
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
