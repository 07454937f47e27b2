/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs that make calls in the laboratory have in common: a lab, and checks. */
#ifndef NSCOPE_LAB_TEST_H
#define NSCOPE_LAB_TEST_H

#include "base.h"
#include "lab/lab.h"
#include "text.h"

#include <errno.h>

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct lab *lab;
static int failed;

#define CHECK(what)                                                                                \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			printf("line %d: %s\n", __LINE__, #what);                                  \
			failed = 1;                                                                \
		}                                                                                  \
	} while (0)

/* Like CHECK, for an answer: prints what came. */
#define GIVES(call, want)                                                                          \
	do {                                                                                       \
		int64_t got_ = (call), want_ = (want);                                             \
		if (got_ != want_) {                                                               \
			printf("line %d: %s gives %lld, not %lld\n", __LINE__, #call,              \
			       (long long)got_, (long long)want_);                                 \
			failed = 1;                                                                \
		}                                                                                  \
	} while (0)

static struct lab_result last;

/* The answer of the kernel, or that of the lab when it did not ask (as 1000 + errno). */
static inline int64_t ask(int who, struct lab_call c)
{
	struct err e = {""};
	int err;

	last.child = -1;
	err = lab_call(lab, who, &c, &last, &e);
	if (err && !e.msg[0])
		printf("an error without words\n");
	return err ? 1000 - err : last.ret;
}

#define DO(who, ...)	ask(who, (struct lab_call){__VA_ARGS__})
#define CALL(who, ...)	DO(who, .kind = LAB_CALL, .call = {__VA_ARGS__})
#define LAB_SAYS(errno) (1000 + (errno))

static inline int spawn(void)
{
	struct err e;
	int id = lab_spawn(lab, &e);

	if (id > 0)
		return id;
	printf("lab_spawn: %s\n", e.msg);
	exit(1);
}

/* A child by clone3(), which must succeed: its id. */
static inline int child(int who, uint64_t flags)
{
	int64_t ret = CALL(who, .kind = CALL_CLONE3, .flags = flags, .size = 88,
			   .exit_signal = flags & (CLONE_THREAD | CLONE_PARENT) ? 0 : SIGCHLD);

	if (ret > 0 && last.child > 0)
		return last.child;
	printf("clone3(%#llx) by %d gives %lld\n", (unsigned long long)flags, who, (long long)ret);
	exit(1);
}

static inline uint32_t slot(int id, enum ns_slot s)
{
	return lab_task(lab, id)->slots[s];
}

/* A process that may do anything inside its own user namespace. */
static inline int boss(void)
{
	int id = spawn();
	char map[64];

	GIVES(CALL(id, .kind = CALL_UNSHARE, .flags = CLONE_NEWUSER), 0);
	snprintf(map, sizeof(map), "0 %d 1", geteuid());
	DO(id, .kind = LAB_WRITE, .other = id, .path = "setgroups", .text = "deny");
	DO(id, .kind = LAB_WRITE, .other = id, .path = "uid_map", .text = map);
	snprintf(map, sizeof(map), "0 %d 1", getegid());
	DO(id, .kind = LAB_WRITE, .other = id, .path = "gid_map", .text = map);
	return id;
}

static inline int end(int id)
{
	GIVES(CALL(id, .kind = CALL_EXIT), 0);
	return lab_task(lab, id)->state;
}

/* ---- tests ---- */

/* The look gives the number, and says the text. */
#define SAYS(look, want)                                                                           \
	do {                                                                                       \
		GIVES(look, 0);                                                                    \
		if (!strstr(last.text, want)) {                                                    \
			printf("line %d: %s says \"%s\", not \"%s\"\n", __LINE__, #look,           \
			       last.text, want);                                                   \
			failed = 1;                                                                \
		}                                                                                  \
	} while (0)

struct test {
	const char *name;
	void (*run)(void);
};

/* The tests of that name, or all; "list" prints their names. Returns the exit status. */
static inline int run_tests(const struct test *tests, unsigned n, const char *name)
{
	struct err e;

	text_init(false);
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(name, "list"))
			puts(tests[i].name);
	lab = lab_open(&e);
	if (!lab) {
		printf("%s\n", e.msg);
		return 2;
	}
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(name, tests[i].name) || !strcmp(name, "all"))
			tests[i].run();
	return failed;
}

#endif
