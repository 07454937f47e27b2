/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel_object.h"

#ifdef NSCOPE_BPF

#include "kernel_link.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define IMAGE(name, file)                                                                          \
	__asm__(".section .rodata\n"                                                               \
		".balign 16\n" #name "_start:\n"                                                   \
		".incbin \"" KERNEL_OBJECTS "/" file "\"\n" #name "_end:\n"                        \
		".previous\n");                                                                    \
	extern const char name##_start[], name##_end[]

#define CODE(name)                                                                                 \
	IMAGE(walk_##name, #name ".bpf.o");                                                        \
	IMAGE(called_##name, #name ".iter.o");                                                     \
	const struct kernel_code kernel_code_##name = {                                            \
		.walk = {walk_##name##_start, walk_##name##_end},                                  \
		.called = {called_##name##_start, called_##name##_end},                            \
	}

CODE(core);
CODE(pins);
CODE(quotas);

static void set_name(char *to, const char *name)
{
	memcpy(to, name, strnlen(name, BPF_OBJ_NAME_LEN - 1));
}

/* Without CAP_PERFMON the errors are of many kinds, none of which says so. */
static bool has_rights(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	uint64_t caps;

	if (syscall(SYS_capget, &head, data) < 0)
		return true;
	caps = data[0].effective | (uint64_t)data[1].effective << 32;
	return caps & 1ull << CAP_SYS_ADMIN ||
	       (caps & 1ull << CAP_BPF && caps & 1ull << CAP_PERFMON);
}

/* Before 5.11 what is loaded counts as locked memory, of which little is allowed as a rule. */
static int bpf(int cmd, union bpf_attr *attr)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	int r = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	if (r < 0 && errno == EPERM && has_rights() && !setrlimit(RLIMIT_MEMLOCK, &all))
		r = syscall(SYS_bpf, cmd, attr, sizeof(*attr));
	return r;
}

/* Why loading failed, in words. */
static int refuse(int errnum, struct err *e)
{
	if (errnum == EPERM || errnum == EACCES || !has_rights())
		return err_set(e, EPERM,
			       "needs CAP_BPF and CAP_PERFMON in the initial user namespace");
	return err_set(e, errnum, "this kernel does not take the programs (Linux 5.8 would)");
}

static int create_map(struct kernel_rows *rows, struct err *e)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(uint32_t),
		.value_size = rows->size,
		.max_entries = rows->room,
		.map_flags = BPF_F_MMAPABLE,
	};
	void *p;

	set_name(attr.map_name, rows->map);
	rows->fd = bpf(BPF_MAP_CREATE, &attr);
	if (rows->fd < 0)
		return refuse(errno, e);
	p = mmap(NULL, rows->room * rows->size, PROT_READ | PROT_WRITE, MAP_SHARED, rows->fd, 0);
	if (p == MAP_FAILED)
		return err_set(e, errno, "cannot map the records");
	/* The helper for command lines has no use for them, and copying costs. */
	madvise(p, rows->room * rows->size, MADV_DONTFORK);
	rows->items = p;
	return 0;
}

static int load_btf(const struct linker *l, struct err *e)
{
	struct strbuf btf = {0};
	union bpf_attr attr = {0};
	int fd;

	link_btf(l, &btf);
	attr.btf = (uintptr_t)btf.s;
	attr.btf_size = btf.n;
	fd = bpf(BPF_BTF_LOAD, &attr);
	if (fd < 0)
		fd = refuse(errno, e);
	strbuf_free(&btf);
	return fd;
}

/* It is called by nothing but the readings of a file that this makes. */
static int create_link(struct kernel_prog *prog, struct err *e)
{
	union bpf_attr attr = {
		.link_create.prog_fd = prog->fd,
		.link_create.attach_type = BPF_TRACE_ITER,
	};

	prog->link = bpf(BPF_LINK_CREATE, &attr);
	return prog->link < 0 ? refuse(errno, e) : 0;
}

static int load_prog(struct linker *l, struct linked *p, struct kernel_prog *prog, int btf,
		     struct err *e)
{
	union bpf_attr attr = {
		.license = (uintptr_t) "GPL",
		.prog_btf_fd = btf,
		.func_info_rec_size = sizeof(struct bpf_func_info),
	};
	int err = link_program(l, prog->name, p, e);

	prog->fd = prog->link = -1;
	if (err)
		return err == -ENOSYS && prog->is_optional ? 0 : err;
	if (p->hook) {
		attr.prog_type = BPF_PROG_TYPE_TRACING;
		attr.expected_attach_type = BPF_TRACE_ITER;
		attr.attach_btf_id = p->hook;
	} else {
		attr.prog_type = BPF_PROG_TYPE_SYSCALL;
		attr.prog_flags = BPF_F_SLEEPABLE;
	}
	attr.insns = (uintptr_t)p->insns.items;
	attr.insn_cnt = p->insns.n;
	attr.func_info = (uintptr_t)p->funcs.items;
	attr.func_info_cnt = p->funcs.n;
	set_name(attr.prog_name, prog->name);
	prog->fd = bpf(BPF_PROG_LOAD, &attr);
	if (prog->fd < 0)
		return refuse(errno, e);
	return p->hook ? create_link(prog, e) : 0;
}

static void unload_prog(struct kernel_prog *prog)
{
	if (prog->link >= 0)
		close(prog->link);
	if (prog->fd >= 0)
		close(prog->fd);
}

/* The programs of the first kind, or of the second where the kernel lacks what these call. */
static int open_fitting(struct linker *l, struct kernel_object *o, struct err *e)
{
	const char *wanted = getenv("NSCOPE_KERNEL");
	int err = -ENOSYS;

	o->is_called = wanted && !strcmp(wanted, "iter");
	if (!o->is_called)
		err = link_open(l, &o->code->walk, o, e);
	if (err != -ENOSYS)
		return err;
	if (!o->is_called)
		link_close(l);
	o->is_called = true;
	return link_open(l, &o->code->called, o, e);
}

static int load_progs(struct kernel_object *o, struct err *e)
{
	struct linked p = {0};
	struct linker l;
	int err = open_fitting(&l, o, e);
	_cleanup_fd_ int btf = err ? -1 : load_btf(&l, e);

	if (!err && btf < 0)
		err = btf;
	while (o->n_loaded < o->n_progs && !err) {
		err = load_prog(&l, &p, &o->progs[o->n_loaded], btf, e);
		if (err)
			unload_prog(&o->progs[o->n_loaded]);
		o->n_loaded += !err;
	}
	linked_free(&p);
	link_close(&l);
	return err;
}

static int create_maps(struct kernel_object *o, struct err *e)
{
	int err = 0;

	for (unsigned i = 0; i < o->n_rows; i++)
		o->rows[i].fd = -1;
	o->is_loaded = true;
	for (unsigned i = 0; i < o->n_rows && !err; i++)
		err = create_map(&o->rows[i], e);
	return err;
}

int kernel_object_load(struct kernel_object *o, struct err *e)
{
	int err = o->is_loaded ? 0 : create_maps(o, e);

	if (!err && o->n_loaded < o->n_progs)
		err = load_progs(o, e);
	if (err)
		kernel_object_unload(o);
	return err;
}

void kernel_object_unload(struct kernel_object *o)
{
	if (!o->is_loaded)
		return;
	for (unsigned i = 0; i < o->n_rows; i++) {
		if (o->rows[i].items)
			munmap(o->rows[i].items, o->rows[i].room * o->rows[i].size);
		if (o->rows[i].fd >= 0)
			close(o->rows[i].fd);
		o->rows[i].items = NULL;
	}
	while (o->n_loaded)
		unload_prog(&o->progs[--o->n_loaded]);
	o->is_loaded = false;
}

/* Read a file that has nothing in it: that calls the program for each thing there is. */
static int read_through(int fd)
{
	char byte;
	ssize_t n;

	/* After a million of things in vain it takes a breath. */
	do
		n = read(fd, &byte, 1);
	while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	return n < 0 ? -errno : 0;
}

int kernel_object_run(const struct kernel_prog *prog, struct err *e)
{
	union bpf_attr run = {.test.prog_fd = prog->fd}, iter = {.iter_create.link_fd = prog->link};
	_cleanup_fd_ int fd = -1;

	if (prog->fd < 0)
		return 0;
	if (prog->link < 0)
		return bpf(BPF_PROG_TEST_RUN, &run) < 0
			       ? err_set(e, errno, "cannot run the programs")
			       : 0;
	fd = bpf(BPF_ITER_CREATE, &iter);
	if (fd < 0 || read_through(fd) < 0)
		return err_set(e, errno, "cannot run the programs");
	return 0;
}

#else

#include <errno.h>

int kernel_object_load(struct kernel_object *o, struct err *e)
{
	(void)o;
	return err_set(e, ENOTSUP, "this nscope was built without clang");
}

void kernel_object_unload(struct kernel_object *o)
{
	(void)o;
}

int kernel_object_run(const struct kernel_prog *prog, struct err *e)
{
	(void)prog;
	return err_set(e, ENOTSUP, "no kernel probe");
}

const struct kernel_code kernel_code_core, kernel_code_pins, kernel_code_quotas;

#endif
