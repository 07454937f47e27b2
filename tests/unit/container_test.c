/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control group paths as real runtimes make them, and what must not be taken for one. */
#include "container.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEX  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX2 "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static const struct {
	const char *path;
	const char *runtime; /* NULL: no container */
	const char *id;
	const char *name;
} cases[] = {
	/* docker: cgroupfs, systemd, below a group of its own, in docker */
	{"/docker/" HEX, "docker", HEX, ""},
	{"/system.slice/docker-" HEX ".scope", "docker", HEX, ""},
	{"/docker/" HEX "/init.scope", "docker", HEX, ""},
	{"/docker/" HEX "/docker/" HEX2, "docker", HEX2, ""},
	{"/system.slice/docker.service", NULL},
	{"/system.slice/docker.socket", NULL},
	{"/docker/buildkit/rx1kmj3g5", "buildkit", "rx1kmj3g5", ""},
	{"/actions_job/" HEX, "oci", HEX, ""},
	/* Kubernetes: containerd and CRI-O by systemd, any runtime by cgroupfs */
	{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod6d3f.slice/"
	 "cri-containerd-" HEX ".scope",
	 "containerd", HEX, ""},
	{"/kubepods.slice/kubepods-pod6d3f.slice/docker-" HEX ".scope", "docker", HEX, ""},
	{"/system.slice/containerd.service/kubepods-burstable-pod1.slice:cri-containerd:" HEX,
	 "containerd", HEX, ""},
	{"/kubepods/burstable/pod0d1a-22/" HEX, "cri", HEX, ""},
	{"/kubepods/pod0d1a-22/" HEX, "cri", HEX, ""},
	{"/kubepods/burstable/pod0d1a-22", NULL},
	{"/kubepods.slice/kubepods-pod1.slice/crio-" HEX ".scope", "cri-o", HEX, ""},
	{"/kubepods.slice/kubepods-pod1.slice/crio-conmon-" HEX ".scope", NULL},
	{"/kubepods/besteffort/pod1/crio-" HEX, "cri-o", HEX, ""},
	{"/kubepods/besteffort/pod1/crio-conmon-" HEX, NULL},
	{"/system.slice/nerdctl-" HEX ".scope", "containerd", HEX, ""},
	{"/system.slice/containerd.service", NULL},
	/* podman: systemd, rootless, cgroupfs, and the monitor beside it */
	{"/machine.slice/libpod-" HEX ".scope", "podman", HEX, ""},
	{"/machine.slice/libpod-" HEX ".scope/container", "podman", HEX, ""},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" HEX ".scope/container",
	 "podman", HEX, ""},
	{"/libpod_parent/libpod-" HEX, "podman", HEX, ""},
	{"/machine.slice/libpod-conmon-" HEX ".scope", NULL},
	{"/libpod_parent/conmon", NULL},
	{"/system.slice/web.service/libpod-payload-" HEX, "podman", HEX, ""},
	/* LXC: new, newer with a slash, old; systemd inside; the monitor */
	{"/lxc.payload.web1", "lxc", "web1", "web1"},
	{"/lxc.payload.web1/system.slice/ssh.service", "lxc", "web1", "web1"},
	{"/lxc.payload/web1", "lxc", "web1", "web1"},
	{"/lxc/web1", "lxc", "web1", "web1"},
	{"/lxc.monitor.web1", NULL},
	{"/lxc.monitor/web1", NULL},
	/* machined: nspawn, libvirt's LXC; a virtual machine is none */
	{"/machine.slice/machine-deb12.scope/payload/init.scope", "nspawn", "deb12", "deb12"},
	{"/machine.slice/machine-my\\x2dbox.scope", "nspawn", "my-box", "my-box"},
	{"/machine.slice/systemd-nspawn@my\\x2dbox.service/payload", "nspawn", "my-box", "my-box"},
	{"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator", NULL},
	{"/machine.slice/machine-lxc\\x2d99\\x2dct.scope", "libvirt-lxc", "99-ct", ""},
	/* low level runtimes with systemd's help */
	{"/system.slice/runc-mybox.scope", "runc", "mybox", ""},
	{"/user.slice/user-0.slice/session-1.scope/user.slice:runc:box", NULL},
	{"/system.slice/crun-box.scope", "crun", "box", ""},
	/* plain hosts */
	{"/", NULL},
	{"", NULL},
	{"/init.scope", NULL},
	{"/user.slice/user-1000.slice/session-2.scope", NULL},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice",
	 NULL},
	{"/system.slice/ssh.service", NULL},
	{"/process_api/0123456789abcdef0123456789abcdef", NULL},
	/* not quite: too short, upper case, nothing after the prefix */
	{"/docker/0123456789abcdef", NULL},
	{"/system.slice/docker-0123.scope", NULL},
	{"/docker/0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", NULL},
	{"/lxc.payload.", NULL},
	{"/system.slice/runc-.scope", NULL},
	{"/machine.slice/machine-.scope", NULL},
	{"//docker//" HEX "//", "docker", HEX, ""},
};

static void paths_name_their_container(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct container_name c;
		bool is_in = container_of_cgroup(cases[i].path, &c);

		if (is_in != !!cases[i].runtime)
			fail_msg("%s: %s", cases[i].path, is_in ? c.runtime : "no container");
		if (!is_in)
			continue;
		assert_string_equal(c.runtime, cases[i].runtime);
		assert_string_equal(c.id, cases[i].id);
		assert_string_equal(c.name, cases[i].name);
	}
}

static void a_name_of_any_length_fits(void **state)
{
	char path[2048] = "/lxc/";
	struct container_name c;

	(void)state;
	memset(path + 5, 'x', sizeof(path) - 6);
	path[sizeof(path) - 1] = '\0';
	assert_true(container_of_cgroup(path, &c));
	assert_int_equal(strlen(c.id), CONTAINER_NAME_SIZE - 1);
}

static void escapes_of_units_are_decoded_only_when_whole(void **state)
{
	struct container_name c;

	(void)state;
	assert_true(container_of_cgroup("/machine.slice/machine-a\\x2.scope", &c));
	assert_string_equal(c.id, "a\\x2");
	assert_true(container_of_cgroup("/machine.slice/machine-a\\x1b\\x00b\\xzz.scope", &c));
	assert_string_equal(c.id, "a\033b\\xzz");
}

static void a_part_is_a_whole_directory(void **state)
{
	(void)state;
	assert_true(container_has_part("/user.slice/box", "box"));
	assert_true(container_has_part("/box/sub", "box"));
	assert_false(container_has_part("/boxes/abox", "box"));
	assert_false(container_has_part("/", "box"));
	assert_false(container_has_part("/a//b", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_name_their_container),
		cmocka_unit_test(a_name_of_any_length_fits),
		cmocka_unit_test(escapes_of_units_are_decoded_only_when_whole),
		cmocka_unit_test(a_part_is_a_whole_directory),
	};

	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
