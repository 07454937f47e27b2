/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include "base.h"
#include "lab.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { UNTRIED, CAN, CANNOT };

struct trial {
	int state;
	struct err why;
};

static bool answer(const struct trial *t, struct err *e)
{
	if (t->state == CANNOT)
		*e = t->why;
	return t->state == CAN;
}

bool trial_is_admin(void)
{
	char line[128];
	unsigned long long caps = 0;
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	if (f)
		fclose(f);
	return caps >> 21 & 1; /* CAP_SYS_ADMIN */
}

/* A first test process makes calls[0]; whom that gave, or itself, makes calls[1]. */
static void try(struct trial *t, const struct lab_call *calls, unsigned n, const char *what)
{
	struct lab *lab = lab_open(&t->why);
	int who = lab ? lab_spawn(lab, &t->why) : -1;
	struct lab_result r = {0};

	t->state = CANNOT;
	for (unsigned i = 0; i < n && who >= 0; i++) {
		struct lab_call c = calls[i];

		c.other = who;
		if (lab_call(lab, who, &c, &r, &t->why))
			break;
		if (r.ret < 0) {
			err_set(&t->why, 0, "%s: %s", what, strerrorname_np(-r.ret));
			break;
		}
		if (i + 1 == n)
			t->state = CAN;
		if (r.child >= 0)
			who = r.child;
	}
	lab_close(lab);
}

bool trial_userns(struct err *e)
{
	static struct trial t;
	const struct lab_call calls[] = {
		{.kind = LAB_CALL, .call = {.kind = CALL_UNSHARE, .flags = CLONE_NEWUSER}}};

	if (t.state == UNTRIED)
		try(&t, calls, 1,
		    "no user namespace can be made here (nscope predict 'unshare(CLONE_NEWUSER)' "
		    "tells why)");
	return answer(&t, e);
}

bool trial_veth(struct err *e)
{
	static struct trial t;
	const struct lab_call calls[] = {
		{.kind = LAB_CALL,
		 .call = {.kind = CALL_UNSHARE,
			  .flags = CLONE_NEWNET | (trial_is_admin() ? 0 : CLONE_NEWUSER)}},
		{.kind = LAB_VETH, .name = "v0", .text = "v1"},
	};

	if (t.state == UNTRIED)
		try(&t, calls, ARRAY_SIZE(calls), "no pair of interfaces (veth) can be made here");
	return answer(&t, e);
}

/* Mounts are locked for who comes from another user namespace, so that nothing is uncovered. */
static void try_proc(struct trial *t, uint64_t userns)
{
	const struct lab_call calls[] = {
		{.kind = LAB_CALL,
		 .call = {.kind = CALL_CLONE,
			  .flags = userns | CLONE_NEWNS | CLONE_NEWPID,
			  .exit_signal = SIGCHLD}},
		{.kind = LAB_MOUNT, .text = "proc", .path = "/proc"},
	};

	if (t->state == UNTRIED)
		try(t, calls, ARRAY_SIZE(calls),
		    "proc cannot be mounted here (something hides parts of /proc, as in most "
		    "containers)");
}

bool trial_proc(struct err *e)
{
	static struct trial t;

	try_proc(&t, trial_is_admin() ? 0 : CLONE_NEWUSER);
	return answer(&t, e);
}

bool trial_inner_proc(struct err *e)
{
	static struct trial t;

	try_proc(&t, CLONE_NEWUSER);
	return answer(&t, e);
}
