/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a test process sees with its own eyes: lines of text. Nothing is changed. */
#include "lab_impl.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>

/* What fits: whole lines, or of a single one whole characters. */
static void cut(struct strbuf *out, size_t whole)
{
	out->n = whole ? whole - 1 : LAB_TEXT_MAX;
	while (!whole && (out->s[out->n] & 0xc0) == 0x80)
		out->n--;
	out->s[out->n] = '\0';
}

void lab_say(struct lab_args *a, char *lines)
{
	struct strbuf out = {0};

	for (char *line = lines, *end; *line; line = end) {
		size_t whole = out.n;

		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		text_safe(&out, (struct raw){line}, CHARSET_UTF8);
		strbuf_puts(&out, "\n");
		if (out.n <= LAB_TEXT_MAX + 1)
			continue;
		cut(&out, whole);
		a->r->is_cut = true;
		strbuf_puts(&out, "\n");
		break;
	}
	if (out.n)
		memcpy(a->r->text, out.s, out.n - 1); /* the last line does not end */
	strbuf_free(&out);
}

/* ---- files ---- */

/* Reads or lists until the end, or the answer of the kernel that is none. */
static int drain(struct lab_args *a, long nr, size_t max, struct strbuf *got)
{
	struct lab_request q = {.nr = nr, .args = {0, 0, LAB_DATA}, .ptrs = BIT(1)};
	int fd = q.args[0] = a->r->ret;
	int err;

	q.n_out = LAB_DATA;
	do {
		err = lab_syscall(a, &q, 0, NULL, 0);
		if (!err && a->r->ret > 0)
			strbuf_add(got, q.data, a->r->ret);
	} while (!err && a->r->ret > 0 && got->n < max);
	a->r->is_cut = a->r->ret > 0;
	if (a->r->ret > 0)
		a->r->ret = 0;
	return err ?: lab_close_fd(a, fd);
}

int lab_do_read(struct lab_args *a)
{
	struct strbuf got = {0};
	int err = lab_open_path(a, a->c->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (err || a->r->ret < 0)
		return err;
	err = drain(a, SYS_read, LAB_TEXT_MAX, &got);
	for (size_t i = 0; i < got.n; i++)
		if (got.s[i] == '\0' || got.s[i] == '\t')
			got.s[i] = ' ';
	if (!err && got.n)
		lab_say(a, got.s);
	strbuf_free(&got);
	return err;
}

/* "36 35 0:42 / /mnt rw shared:7 - tmpfs none rw" */
static void say_mount(const char *line, const char *path, struct strbuf *out)
{
	char at[256], tags[128] = "", type[32];
	const char *end = strstr(line, " - ");
	size_t n = strcmp(path, "/") ? strlen(path) : 0;
	int begin = 0;

	if (!end || sscanf(end, " - %31s", type) != 1 ||
	    sscanf(line, "%*s %*s %*s %*s %255s %*s%n", at, &begin) != 1 || strncmp(at, path, n) ||
	    (at[n] && at[n] != '/'))
		return;
	if (begin && line + begin < end)
		snprintf(tags, sizeof(tags), "%.*s", (int)(end - line - begin), line + begin);
	strbuf_printf(out, "%s %s%s\n", at, type, *tags ? tags : " private");
}

int lab_do_mounts(struct lab_args *a)
{
	_cleanup_free_ char *line = NULL;
	struct strbuf out = {0};
	size_t room = 0;
	char path[64];
	FILE *f;
	int fd, err = lab_need_text(a, a->c->path, "a path");

	if (err)
		return err;
	snprintf(path, sizeof(path), "%d/task/%d/mountinfo", a->p->t.tgid, a->p->t.tid);
	fd = openat(a->lab->proc_fd, path, O_RDONLY | O_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	while (f && getline(&line, &room, f) > 0)
		say_mount(line, a->c->path, &out);
	if (f)
		fclose(f);
	if (out.n)
		lab_say(a, out.s);
	strbuf_free(&out);
	return 0;
}

static int by_name(const void *x, const void *y)
{
	return strverscmp(*(char *const *)x, *(char *const *)y);
}

/* The records of getdents64() become names in order; the texts stay in `got`. */
static void list_names(struct strbuf *got, struct strbuf *out)
{
	ARRAY(char *) names = {0};

	for (size_t at = 0; at < got->n;) {
		struct dirent64 *d = (struct dirent64 *)(got->s + at);

		at += d->d_reclen;
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
			*array_add(&names) = d->d_name;
	}
	if (names.n)
		qsort(names.items, names.n, sizeof(char *), by_name);
	for (uint32_t i = 0; i < names.n; i++) {
		for (char *nl = strchr(names.items[i], '\n'); nl; nl = strchr(nl, '\n'))
			*nl = '?'; /* a line is a name */
		strbuf_printf(out, "%s\n", names.items[i]);
	}
	free(names.items);
}

#define MAX_LIST (1u << 20)

int lab_do_list(struct lab_args *a)
{
	struct strbuf got = {0}, out = {0};
	int err = lab_open_path(a, a->c->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (err || a->r->ret < 0)
		return err;
	err = drain(a, SYS_getdents64, MAX_LIST, &got);
	list_names(&got, &out);
	if (!err && out.n)
		lab_say(a, out.s);
	strbuf_free(&got);
	strbuf_free(&out);
	return err;
}

/* ---- what it is ---- */

int lab_do_uname(struct lab_args *a)
{
	struct lab_request q = {.nr = SYS_uname, .ptrs = BIT(0)};
	struct utsname u;
	char text[2 * sizeof(u.nodename) + 32];
	int err;

	q.n_out = sizeof(u);
	err = lab_syscall(a, &q, 0, NULL, 0);
	if (err || a->r->ret)
		return err;
	memcpy(&u, q.data, sizeof(u));
	snprintf(text, sizeof(text), "nodename=%.*s domainname=%.*s", (int)sizeof(u.nodename),
		 u.nodename, (int)sizeof(u.domainname), u.domainname);
	lab_say(a, text);
	return 0;
}

/* A call without arguments whose number cannot be an error. */
static int number(struct lab_args *a, long nr, int64_t *n)
{
	int err = lab_simple(a, nr, 0, 0, 0);

	*n = a->r->ret;
	return err;
}

static int say_groups(struct lab_args *a, struct strbuf *out)
{
	struct lab_request q = {.nr = SYS_getgroups, .args = {LAB_DATA / sizeof(gid_t)}};
	gid_t gid;
	int err;

	q.ptrs = BIT(1);
	q.n_out = LAB_DATA;
	err = lab_syscall(a, &q, 0, NULL, 0);
	strbuf_puts(out, a->r->ret < 0 ? " groups=?" : a->r->ret ? " groups=" : " groups=none");
	for (int64_t i = 0; !err && i < a->r->ret; i++) {
		memcpy(&gid, q.data + i * sizeof(gid), sizeof(gid));
		strbuf_printf(out, "%s%u", i ? "," : "", gid);
	}
	return err;
}

/* A file of nscope's /proc in a few bytes; empty when it cannot be read. */
static void read_proc(const struct lab *lab, const char *path, char text[32])
{
	_cleanup_fd_ int fd = openat(lab->proc_fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, 31);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static int say_caps(struct lab_args *a, struct strbuf *out)
{
	const struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct caps[2] = {0};
	struct lab_request q = {.nr = SYS_capget, .ptrs = BIT(0) | BIT(1)};
	char text[32];
	uint64_t all, have;
	int err;

	q.args[1] = sizeof(head);
	q.n_out = sizeof(head) + sizeof(caps);
	memcpy(q.data, &head, sizeof(head));
	err = lab_syscall(a, &q, sizeof(head), NULL, 0);
	if (err || a->r->ret)
		return err;
	memcpy(caps, q.data + sizeof(head), sizeof(caps));
	have = (uint64_t)caps[1].effective << 32 | caps[0].effective;
	read_proc(a->lab, "sys/kernel/cap_last_cap", text);
	all = (UINT64_C(2) << strtoul(text, NULL, 10)) - 1;
	if (have && have != all)
		strbuf_printf(out, " caps=%#llx", (unsigned long long)have);
	else
		strbuf_puts(out, have ? " caps=all" : " caps=none");
	return 0;
}

int lab_do_ids(struct lab_args *a)
{
	static const struct {
		const char *name;
		long nr;
	} ids[] = {{"uid=", SYS_getuid},
		   {" euid=", SYS_geteuid},
		   {" gid=", SYS_getgid},
		   {" egid=", SYS_getegid}};
	char path[64], setgroups[32];
	struct strbuf out = {0};
	int err = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(ids) && !err; i++) {
		int64_t id;

		err = number(a, ids[i].nr, &id);
		strbuf_printf(&out, "%s%lld", ids[i].name, (long long)id);
	}
	err = err ?: say_groups(a, &out) ?: say_caps(a, &out);
	snprintf(path, sizeof(path), "%d/setgroups", a->p->t.tgid);
	read_proc(a->lab, path, setgroups);
	strbuf_printf(&out, " setgroups=%s", *setgroups ? setgroups : "?");
	a->r->ret = 0;
	if (!err)
		lab_say(a, out.s);
	strbuf_free(&out);
	return err;
}

int lab_do_getpid(struct lab_args *a)
{
	int64_t pid = 0, tid = 0, ppid = 0;
	char text[96];
	int err = number(a, SYS_getpid, &pid) ?: number(a, SYS_gettid, &tid)
						       ?: number(a, SYS_getppid, &ppid);

	if (err)
		return err;
	snprintf(text, sizeof(text), "pid=%lld tid=%lld ppid=%lld", (long long)pid, (long long)tid,
		 (long long)ppid);
	lab_say(a, text);
	a->r->ret = pid;
	return 0;
}

/*
 * /proc has the offsets of the time namespace of nscope's children, which is its own unless
 * somebody unshared it. False: not known. Without time namespaces there is none.
 */
static bool own_offset(clockid_t clock, int64_t *seconds)
{
	_cleanup_free_ char *line = NULL;
	char own[64] = "", children[64] = "", name[16];
	long long n;
	size_t room = 0;
	FILE *f;

	*seconds = 0;
	if (readlink("/proc/self/ns/time", own, sizeof(own) - 1) < 0)
		return errno == ENOENT;
	if (readlink("/proc/self/ns/time_for_children", children, sizeof(children) - 1) < 0)
		return false;
	f = strcmp(own, children) ? NULL : fopen("/proc/self/timens_offsets", "re");
	if (!f)
		return false;
	while (getline(&line, &room, f) > 0)
		if (sscanf(line, "%15s %lld", name, &n) == 2 &&
		    !strcmp(name, clock == CLOCK_BOOTTIME ? "boottime" : "monotonic"))
			*seconds = n;
	fclose(f);
	return true;
}

int64_t lab_machine_clock(clockid_t clock)
{
	struct timespec t;
	int64_t offset;

	if (clock_gettime(clock, &t) || !own_offset(clock, &offset))
		return -1;
	return t.tv_sec - offset;
}

/* How many seconds the clock of the process is ahead of nscope's. */
static int clock_ahead(struct lab_args *a, clockid_t clock, int64_t *seconds)
{
	struct lab_request q = {.nr = SYS_clock_gettime, .args = {clock}, .ptrs = BIT(1)};
	struct timespec its = {0}, own;
	int err;

	q.n_out = sizeof(its);
	err = lab_syscall(a, &q, 0, NULL, 0);
	memcpy(&its, q.data, sizeof(its));
	clock_gettime(clock, &own);
	/* To the nearest: between the two there is less than half a second. */
	*seconds = its.tv_sec - own.tv_sec;
	*seconds += (its.tv_nsec - own.tv_nsec + 1500000000l) / 1000000000l - 1;
	return err;
}

int lab_do_clock(struct lab_args *a)
{
	int64_t monotonic, boottime;
	char text[80];
	int err = clock_ahead(a, CLOCK_MONOTONIC, &monotonic)
			  ?: clock_ahead(a, CLOCK_BOOTTIME, &boottime);

	if (err || a->r->ret)
		return err;
	snprintf(text, sizeof(text), "monotonic%+lld boottime%+lld", (long long)monotonic,
		 (long long)boottime);
	lab_say(a, text);
	return 0;
}
