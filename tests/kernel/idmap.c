/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * idmap   writes of uid_map, gid_map and setgroups, on this kernel and on the model
 *
 * Each case makes a user namespace as some user and writes, from inside or, as
 * root, from the parent. Both must give the errno that stands here. TAP.
 */
#include "model/model.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define USER 1000

struct write_step {
	const char *name; /* of the file */
	const char *text; /* a line each "first lower count" */
	bool is_outside;  /* root writes it, from the parent namespace */
	int expected;	  /* errno */
};

static const struct idmap_case {
	const char *what;
	uid_t uid;
	struct write_step steps[4];
} cases[] = {
	{"a user maps its own uid", USER, {{"uid_map", "0 1000 1", false, 0}}},
	{"a user maps another uid", USER, {{"uid_map", "0 1001 1", false, EPERM}}},
	{"a user maps two uids", USER, {{"uid_map", "0 1000 2", false, EPERM}}},
	{"a user maps root", USER, {{"uid_map", "0 0 1", false, EPERM}}},
	{"gid_map before setgroups", USER, {{"gid_map", "0 1000 1", false, EPERM}}},
	{"gid_map after setgroups is denied",
	 USER,
	 {{"setgroups", "deny", false, 0}, {"gid_map", "0 1000 1", false, 0}}},
	{"another gid",
	 USER,
	 {{"setgroups", "deny", false, 0}, {"gid_map", "0 5 1", false, EPERM}}},
	{"a map is written once",
	 USER,
	 {{"uid_map", "0 1000 1", false, 0}, {"uid_map", "0 1000 1", false, EPERM}}},
	{"setgroups stays denied",
	 USER,
	 {{"setgroups", "deny", false, 0}, {"setgroups", "allow", false, EPERM}}},
	{"setgroups allowed, which it is", USER, {{"setgroups", "allow", false, 0}}},
	{"setgroups after gid_map",
	 0,
	 {{"gid_map", "0 0 1", true, 0}, {"setgroups", "deny", false, EPERM}}},
	{"gid_map of root inside, before setgroups", 0, {{"gid_map", "0 0 1", false, EPERM}}},
	{"setgroups twice denied, with a map",
	 USER,
	 {{"setgroups", "deny", false, 0},
	  {"gid_map", "0 1000 1", false, 0},
	  {"setgroups", "deny", false, EPERM}}},
	{"root outside maps anything", USER, {{"uid_map", "0 5000 1000", true, 0}}},
	{"root outside maps root", USER, {{"uid_map", "0 0 1", true, 0}}},
	{"root outside, gid_map", USER, {{"gid_map", "0 5000 1000", true, 0}}},
	{"root outside, then the user",
	 USER,
	 {{"uid_map", "0 5000 1000", true, 0}, {"uid_map", "0 1000 1", false, EPERM}}},
	{"root inside maps a range", 0, {{"uid_map", "0 5000 10", false, EPERM}}},
	{"root inside maps itself", 0, {{"uid_map", "0 0 1", false, 0}}},
	{"no ids", USER, {{"uid_map", "0 1000 0", true, EINVAL}}},
	{"overlap inside", USER, {{"uid_map", "0 1000 2\n1 5000 1", true, EINVAL}}},
	{"overlap outside", USER, {{"uid_map", "0 1000 2\n5 1001 1", true, EINVAL}}},
	{"beyond the last", USER, {{"uid_map", "4294967295 0 2", true, EINVAL}}},
	{"two lines", USER, {{"uid_map", "0 1000 1\n1 5000 10", true, 0}}},
};

/* ---- the kernel's side ---- */

static int write_file(pid_t pid, const struct write_step *s)
{
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, s->name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, s->text, strlen(s->text)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* Makes the namespace, then writes what it is told to by its number. */
static int subject(const struct idmap_case *c, int in, int out)
{
	char i = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (c->uid && (setgroups(0, NULL) || setresgid(c->uid, c->uid, c->uid) ||
		       setresuid(c->uid, c->uid, c->uid)))
		return 1;
	prctl(PR_SET_DUMPABLE, 1);
	if (unshare(CLONE_NEWUSER) || write(out, &i, 1) != 1)
		return 1;
	while (read(in, &i, 1) == 1) {
		char err = (char)write_file(getpid(), &c->steps[(int)i]);

		if (write(out, &err, 1) != 1)
			return 1;
	}
	return 0;
}

static bool run_kernel(const struct idmap_case *c, int *errs)
{
	int to[2], from[2];
	bool is_ready;
	pid_t pid;
	char i;

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return false;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		close(to[1]);
		_exit(subject(c, to[0], from[1]));
	}
	close(from[1]);
	is_ready = read(from[0], &i, 1) == 1;
	for (i = 0; is_ready && i < 4 && c->steps[(int)i].name; i++) {
		char err = 0;

		if (c->steps[(int)i].is_outside)
			errs[(int)i] = write_file(pid, &c->steps[(int)i]);
		else if (write(to[1], &i, 1) == 1 && read(from[0], &err, 1) == 1)
			errs[(int)i] = err;
		else
			is_ready = false;
	}
	close(to[1]);
	close(to[0]);
	close(from[0]);
	waitpid(pid, NULL, 0);
	return is_ready;
}

/* ---- the model's ---- */

static int write_model(struct model *m, pid_t pid, const struct write_step *s)
{
	pid_t writer = s->is_outside ? 1 : pid;
	struct model_extent e[4];
	const char *p = s->text;
	uint32_t n = 0;

	if (!strcmp(s->name, "setgroups"))
		return model_write_setgroups(m, writer, pid, !strcmp(p, "allow"), NULL);
	while (p && sscanf(p, "%u %u %u", &e[n].first, &e[n].lower, &e[n].count) == 3) {
		n++;
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return model_write_map(m, writer, pid, *s->name == 'g', e, n, NULL);
}

static bool run_model(const struct idmap_case *c, int *errs)
{
	static const struct call fork_call = {.kind = CALL_FORK, .exit_signal = SIGCHLD};
	static const struct call unshare_call = {.kind = CALL_UNSHARE, .flags = CLONE_NEWUSER};
	struct model *m = model_boot(rules_find("current"), NULL);
	struct model_facts f = {
		.known = FACT_CRED, .uid = c->uid, .euid = c->uid, .gid = c->uid, .egid = c->uid};
	pid_t pid = model_call(m, 1, &fork_call, NULL);

	if (c->uid)
		model_tell(m, pid, &f);
	if (model_call(m, pid, &unshare_call, NULL))
		return false;
	for (int i = 0; i < 4 && c->steps[i].name; i++)
		errs[i] = -write_model(m, pid, &c->steps[i]);
	model_free(m);
	return true;
}

int main(void)
{
	int failed = 0;

	printf("1..%zu\n", ARRAY_SIZE(cases));
	for (size_t n = 0; n < ARRAY_SIZE(cases); n++) {
		const struct idmap_case *c = &cases[n];
		int kernel[4] = {0}, model[4] = {0};
		bool is_good = run_kernel(c, kernel) && run_model(c, model);

		for (int i = 0; i < 4 && c->steps[i].name; i++)
			is_good &= kernel[i] == c->steps[i].expected &&
				   model[i] == c->steps[i].expected;
		printf("%sok %zu - %s\n", is_good ? "" : "not ", n + 1, c->what);
		for (int i = 0; !is_good && i < 4 && c->steps[i].name; i++)
			printf("# %s %s: expected %d, kernel %d, model %d\n", c->steps[i].name,
			       c->steps[i].text, c->steps[i].expected, kernel[i], model[i]);
		failed |= !is_good;
	}
	return failed;
}
