/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ui_help.h"

#include "snap_build.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
	"nginx",
	"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97",  /* four wide characters */
	"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", /* more marks than a cell holds */
	"\x1b[31mred\x1b]0;t\a",
	"\xff\xfe\x80",
	"a\nb\tc\rd",
	"\xe2\x80\xae"
	"drowssap",
	"",
	"\xf0\x9f\x98\x80",
	"%s%n%d",
	"very-long-name-that-no-column-of-this-screen-can-ever-hold-in-full",
};

static unsigned pick(unsigned *seed, unsigned n)
{
	return rand_r(seed) % n;
}

static struct raw any_name(struct snap_builder *b, unsigned *seed)
{
	return snap_strz(b, names[pick(seed, ARRAY_SIZE(names))]);
}

static int32_t any_ns(struct snap_builder *b, unsigned *seed, enum ns_kind kind)
{
	unsigned n = pick(seed, 12);

	if (n == 11)
		return -1 - (int32_t)pick(seed, -IX_LAST);
	return builder_ns(b, kind, 4026531000u + kind * 100 + n, NULL);
}

static void add_task(struct snap_builder *b, unsigned *seed, pid_t tid)
{
	bool is_thread = tid > 1 && !pick(seed, 5);
	pid_t tgid = is_thread ? 1 + (pid_t)pick(seed, tid - 1) : tid;
	int32_t row = builder_add_task(b, tid, tgid);
	pid_t pids[3] = {tid, tid % 7 + 1, 1};
	int32_t ns[NS_N_SLOTS];
	struct task *t;

	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		ns[slot] = any_ns(b, seed, ns_slots[slot].kind);
	t = builder_task(b, row);
	memcpy(t->ns, ns, sizeof(ns));
	t->facts = pick(seed, 32);
	t->ppid = tid > 1 ? (pid_t)pick(seed, tid) : 0;
	t->start = tid;
	t->state = "RSDZ"[pick(seed, 4)];
	t->is_kthread = !pick(seed, 9);
	t->comm = any_name(b, seed);
	t->cmdline = any_name(b, seed);
	t->cgroup = any_name(b, seed);
	t->container = pick(seed, 3) ? IX_NONE
				     : builder_container(b, any_name(b, seed), any_name(b, seed),
							 any_name(b, seed));
	builder_set_pids(b, row, pids, pick(seed, 4));
}

static void add_keepers(struct snap_builder *b, unsigned *seed, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct keeper k = {
			.ns = pick(seed, builder_n_nss(b)),
			.kind = pick(seed, KEEPER_N_KINDS),
			.pid = pick(seed, 50),
			.fd = pick(seed, 20),
			.where_ns = IX_DENIED,
			.path = any_name(b, seed),
		};

		builder_add_keeper(b, &k);
	}
}

const struct snap *ui_random_snap(unsigned seed, unsigned n)
{
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;

	snap_builder_meta(b)->host = any_name(b, &seed);
	for (unsigned i = 1; i <= n; i++)
		if (pick(&seed, 4))
			add_task(b, &seed, i);
	/* Namespaces that no task is in, and links between namespaces, circles included. */
	for (unsigned i = 0; i < 6; i++)
		builder_ns_row(b, builder_ns(b, pick(&seed, NS_N_KINDS), 77 + i, NULL))->is_listed =
			true;
	for (uint32_t i = 0; i < builder_n_nss(b); i++) {
		builder_ns_row(b, i)->owner = pick(&seed, builder_n_nss(b));
		builder_ns_row(b, i)->parent = pick(&seed, builder_n_nss(b));
	}
	add_keepers(b, &seed, 10);
	builder_seen(b, "nslinks", n);
	builder_gap(b, "nslinks", COV_DENIED, 3, names[3]);
	s = snap_freeze(b, !pick(&seed, 8));
	snap_builder_free(b);
	return s;
}

static void small_task(struct snap_builder *b, pid_t tid, pid_t ppid, const char *comm,
		       unsigned base, pid_t inner)
{
	int32_t row = builder_add_task(b, tid, tid);
	pid_t pids[] = {tid, inner};
	int32_t ns[NS_N_SLOTS];
	struct task *t;

	for (int slot = 0; slot < NS_N_SLOTS; slot++)
		ns[slot] = builder_ns(b, ns_slots[slot].kind,
				      (slot == SLOT_NET || slot == SLOT_PID ? base : 1000) + slot,
				      NULL);
	t = builder_task(b, row);
	memcpy(t->ns, ns, sizeof(ns));
	t->ppid = ppid;
	t->start = tid * 10;
	t->comm = snap_strz(b, comm);
	t->state = 'S';
	t->facts = TASK_STAT | TASK_UID | TASK_PIDS | TASK_CGROUP;
	t->container = IX_NONE;
	t->is_kthread = tid == 2 || ppid == 2;
	builder_set_pids(b, row, pids, inner ? 2 : 1);
}

const struct snap *ui_small_snap(pid_t skip, unsigned more)
{
	static const struct {
		pid_t tid, ppid;
		const char *comm;
		unsigned base;
		pid_t inner;
	} tasks[] = {
		{1, 0, "systemd", 1000, 0},	 {2, 0, "kthreadd", 1000, 0},
		{3, 2, "kworker", 1000, 0},	 {1010, 1, "sshd", 1000, 0},
		{1020, 1, "nginx", 2000, 1},	 {1021, 1020, "nginx", 2000, 7},
		{1022, 1020, "worker", 2000, 8},
	};
	struct snap_builder *b = snap_builder_new();
	const struct snap *s;

	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++)
		if (tasks[i].tid != skip)
			small_task(b, tasks[i].tid, tasks[i].ppid, tasks[i].comm, tasks[i].base,
				   tasks[i].inner);
	for (unsigned i = 0; i < more; i++)
		small_task(b, 100 + i, 1, "more", 1000, 0);
	s = snap_freeze(b, false);
	snap_builder_free(b);
	return s;
}

unsigned ui_press(struct ui *ui, const char *keys)
{
	return ui_play(ui, keys, NULL);
}

char *ui_screen(const struct ui *ui)
{
	struct strbuf out = {0};
	struct canvas c = {0};

	ui_draw(ui, &c);
	canvas_dump(&c, &out);
	canvas_free(&c);
	return out.s;
}
