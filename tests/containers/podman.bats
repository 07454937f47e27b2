#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Containers of podman as nscope shows them. Storage, state, networks and the parent of
# the cgroups are the test's own, so that nothing of the host's podman is touched.

bats_require_minimum_version 1.5.0
load ../lib/nscope
load ../lib/containers

kinds=(mnt net pid ipc uts)

setup_file() {
  [ "$(id -u)" = 0 ] && hash podman runc jq busybox 2>/dev/null || return 0
  export place=$BATS_FILE_TMPDIR group
  group=$(unique podman)
  # conmon of a container with ids of its own is in a mount namespace of its own. What its
  # clean-up unmounts there goes here only if mounts propagate, as on most hosts they do.
  mount --bind "$place" "$place"
  mount --make-shared "$place"
  make_root "$place/rootfs"
  tar -C "$place/rootfs" -cf "$place/root.tar" .
  pod import --quiet "$place/root.tar" nscope-test >/dev/null
}

teardown_file() {
  [ -n "${group-}" ] || return 0
  wait_until no_cgroups
  wait_until umount --recursive "$place"
}

setup() {
  need_root
  need podman runc jq busybox
  dump=$BATS_TEST_TMPDIR/dump ids=()
}

# The newest first: one that lives in another's namespaces goes before it.
teardown() {
  local i
  for ((i = ${#ids[@]} - 1; i >= 0; i--)); do pod rm --force --time 0 "${ids[i]}" >/dev/null; done
}

no_cgroups() {
  find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} +
  [ -z "$(find /sys/fs/cgroup -type d -name "$group")" ]
}

pod() {
  podman --root "$place/store" --runroot "$place/run" --tmpdir "$place/tmp" \
    --network-config-dir "$place/net" --runtime runc --cgroup-manager cgroupfs \
    --storage-driver vfs --events-backend none "$@" </dev/null 3>&-
}

# start OPTION...: a container that sleeps; sets $id and $pid
start() {
  id=$(pod run --detach --cgroup-parent "/$group" --ulimit nofile=1024:1024 \
    --ulimit nproc=4096:4096 "$@" nscope-test sleep infinity)
  ids+=("$id")
  pid=$(pod inspect --format '{{.State.Pid}}' "$id")
  wait_until grep -qx sleep "/proc/$pid/comm"
}

@test "podman: every namespace of the container, its one process and its owner" {
  start --network none
  host_dump "$dump"
  check_namespaces "$dump" "$pid" 1 "$(inum self user)" "${kinds[@]}"
  [ "$(task_of "$dump" "$pid" '.pids[1]')" = 1 ]
}

@test "podman: the container is named in dump and ls" {
  start --network none
  host_dump "$dump"
  [ "$(task_of "$dump" "$pid" '"\(.container.runtime) \(.container.id)"')" = "podman $id" ]
  run -0 --separate-stderr "$NSCOPE" ls --raw --noheadings -o container,pid "ns = $(inum "$pid" net)"
  [ "$output" = "${id:0:12} $pid" ]
}

@test "podman: two containers on one network namespace" {
  start --network none
  first=$pid
  start --network "container:$id"
  host_dump "$dump"
  [ "$(inum "$first" net)" = "$(inum "$pid" net)" ]
  check_namespaces "$dump" "$pid" 2 "$(inum self user)" net
  check_namespaces "$dump" "$pid" 1 "$(inum self user)" mnt pid
  run -0 --separate-stderr "$NSCOPE" ls --raw --noheadings -o ns,nprocs,nsproxies -t net "ns = $(inum "$pid" net)"
  [[ $output == "$(inum "$pid" net) 2 "* ]]
}

@test "podman: a container with ids of its own owns its namespaces" {
  start --network none --uidmap 0:100000:1000 --gidmap 0:100000:1000
  host_dump "$dump"
  user=$(inum "$pid" user)
  check_namespaces "$dump" "$pid" 1 "$user" mnt pid ipc uts
  [ "$(ns_of "$dump" user "$user" '"\(.parent) \(.level)"')" = "$(inum self user) 1" ]
}

@test "podman: a paused container is still shown whole" {
  start --network none
  pod pause "$id" >/dev/null
  host_dump "$dump"
  pod unpause "$id" >/dev/null
  check_namespaces "$dump" "$pid" 1 "$(inum self user)" "${kinds[@]}"
  [ "$(task_of "$dump" "$pid" .container.id)" = "$id" ]
}
