/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "container.h"

#include <string.h>

#define HEX_ID_LEN 64 /* ids of docker, podman and all that speak CRI */

/* One directory of the path. */
struct part {
	const char *s;
	size_t n;
};

/*
 * A directory called PREFIX id SUFFIX is a container. `parent`, if there, is the
 * name that the directory above must have.
 */
struct form {
	const char *runtime;
	const char *parent;
	const char *prefix;
	const char *suffix;
	bool is_hex;  /* the id is 64 hexadecimal digits */
	bool is_name; /* the id is a name that a person gave */
	bool is_unit; /* the id is escaped as in systemd unit names */
};

static const struct form forms[] = {
	{"docker", NULL, "docker-", ".scope", .is_hex = true},
	{"docker", "docker", "", "", .is_hex = true},
	{"docker", NULL, "system.slice:docker:", "", .is_hex = true},
	{"buildkit", "buildkit", "", ""},
	{"containerd", NULL, "cri-containerd-", ".scope", .is_hex = true},
	{"containerd", NULL, "cri-containerd:", "", .is_hex = true},
	{"containerd", NULL, "nerdctl-", ".scope", .is_hex = true},
	{"cri-o", NULL, "crio-", ".scope", .is_hex = true},
	{"cri-o", NULL, "crio-", "", .is_hex = true},
	{"podman", NULL, "libpod-payload-", "", .is_hex = true},
	{"podman", NULL, "libpod-", ".scope", .is_hex = true},
	{"podman", NULL, "libpod-", "", .is_hex = true},
	{"lxc", NULL, "lxc.payload.", "", .is_name = true},
	{"lxc", "lxc.payload", "", "", .is_name = true},
	{"lxc", "lxc", "", "", .is_name = true},
	{"libvirt-lxc", "machine.slice", "machine-lxc\\x2d", ".scope", .is_unit = true},
	{"nspawn", "machine.slice", "machine-", ".scope", .is_name = true, .is_unit = true},
	{"nspawn", NULL, "systemd-nspawn@", ".service", .is_name = true, .is_unit = true},
	{"runc", NULL, "runc-", ".scope"},
	{"crun", NULL, "crun-", ".scope"},
	{"youki", NULL, "youki-", ".scope"},
	/* A directory called like that is nothing else; who made it is not to be told. */
	{"oci", NULL, "", "", .is_hex = true},
};

/* Look like a form above and are no containers. */
static const struct {
	const char *parent;
	const char *prefix;
} others[] = {
	{NULL, "libpod-conmon-"},
	{NULL, "crio-conmon-"},
	{"lxc", "lxc.monitor"},
	{"machine.slice", "machine-qemu"}, /* a virtual machine */
};

static bool is_text(struct part p, const char *s)
{
	return p.n == strlen(s) && !memcmp(p.s, s, p.n);
}

static bool starts_with(struct part p, const char *prefix)
{
	size_t n = strlen(prefix);

	return p.n >= n && !memcmp(p.s, prefix, n);
}

static bool is_hex_id(struct part p)
{
	if (p.n != HEX_ID_LEN)
		return false;
	for (size_t i = 0; i < p.n; i++)
		if (!((p.s[i] >= '0' && p.s[i] <= '9') || (p.s[i] >= 'a' && p.s[i] <= 'f')))
			return false;
	return true;
}

/* Takes prefix and suffix off; false when they are not there or nothing is left. */
static bool strip(struct part p, const char *prefix, const char *suffix, struct part *id)
{
	size_t before = strlen(prefix), after = strlen(suffix);

	if (p.n <= before + after || !starts_with(p, prefix) ||
	    memcmp(p.s + p.n - after, suffix, after))
		return false;
	*id = (struct part){p.s + before, p.n - before - after};
	return true;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The text of a part; with is_unit, \xNN of systemd unit names is one byte again. */
static void copy_part(char out[CONTAINER_NAME_SIZE], struct part p, bool is_unit)
{
	size_t n = 0;

	for (size_t i = 0; i < p.n && n + 1 < CONTAINER_NAME_SIZE; i++) {
		int c = (unsigned char)p.s[i];

		if (is_unit && i + 3 < p.n && p.s[i] == '\\' && p.s[i + 1] == 'x' &&
		    hex_value(p.s[i + 2]) >= 0 && hex_value(p.s[i + 3]) >= 0) {
			c = hex_value(p.s[i + 2]) << 4 | hex_value(p.s[i + 3]);
			i += 3;
		}
		if (c)
			out[n++] = c;
	}
	out[n] = '\0';
}

/* What follows the last colon: "kubepods-pod1.slice:cri-containerd:ID" is PARENT:PREFIX:ID. */
static struct part without_parent(struct part p)
{
	const char *last = memrchr(p.s, ':', p.n);
	const char *first = last ? memrchr(p.s, ':', last - p.s) : NULL;

	return first ? (struct part){first + 1, p.s + p.n - first - 1} : p;
}

static bool is_other(struct part parent, struct part p)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (starts_with(p, others[i].prefix) &&
		    (!others[i].parent || is_text(parent, others[i].parent)))
			return true;
	return false;
}

static bool match(struct part parent, struct part p, struct container_name *out)
{
	if (is_other(parent, p))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		const struct form *f = &forms[i];
		struct part id;

		if (f->parent && !is_text(parent, f->parent))
			continue;
		if (!strip(p, f->prefix, f->suffix, &id) &&
		    !strip(without_parent(p), f->prefix, f->suffix, &id))
			continue;
		if (f->is_hex && !is_hex_id(id))
			continue;
		out->runtime = f->runtime;
		copy_part(out->id, id, f->is_unit);
		out->name[0] = '\0';
		if (f->is_name)
			copy_part(out->name, id, f->is_unit);
		return true;
	}
	return false;
}

/* The first directory of *path, which moves on behind it; n is 0 at the end. */
static struct part next_part(const char **path)
{
	struct part p;

	while (**path == '/')
		++*path;
	p = (struct part){*path, strcspn(*path, "/")};
	*path += p.n;
	return p;
}

static bool is_pod(struct part p)
{
	return starts_with(p, "pod") && p.n > 3;
}

bool container_of_cgroup(const char *path, struct container_name *out)
{
	struct part parent = {"", 0}, p;
	bool is_kube = false, has_found = false;

	while ((p = next_part(&path)).n) {
		is_kube |= starts_with(p, "kubepods");
		if (match(parent, p, out)) {
			has_found = true;
			/* kubelet's own names do not tell which runtime it asked. */
			if (is_kube && is_pod(parent) && !strcmp(out->runtime, "oci"))
				out->runtime = "cri";
		}
		parent = p;
	}
	return has_found;
}

bool container_has_part(const char *path, const char *part)
{
	struct part p;

	while ((p = next_part(&path)).n)
		if (is_text(p, part))
			return true;
	return false;
}
