#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Containers of podman as nscope shows them.

bats_require_minimum_version 1.5.0
load ../lib/nscope
load ../lib/containers

kinds=(mnt net pid ipc uts)

setup_file() { podman_begin; }
teardown_file() { podman_end; }

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

@test "podman: every namespace of the container, its one process and its owner" {
  start_podman --network none
  host_dump "$dump"
  check_namespaces "$dump" "$pid" 1 "$(inum self user)" "${kinds[@]}"
  [ "$(task_of "$dump" "$pid" '.pids[1]')" = 1 ]
}

@test "podman: the container is named in dump and ls" {
  start_podman --network none
  host_dump "$dump"
  [ "$(task_of "$dump" "$pid" '"\(.container.runtime) \(.container.id)"')" = "podman $id" ]
  run -0 --separate-stderr "$NSCOPE" ls --raw --noheadings -o container,pid "ns = $(inum "$pid" net)"
  [ "$output" = "${id:0:12} $pid" ]
}

@test "podman: two containers on one network namespace" {
  start_podman --network none
  first=$pid
  start_podman --network "container:$id"
  host_dump "$dump"
  [ "$(inum "$first" net)" = "$(inum "$pid" net)" ]
  check_namespaces "$dump" "$pid" 2 "$(inum self user)" net
  check_namespaces "$dump" "$pid" 1 "$(inum self user)" mnt pid
  run -0 --separate-stderr "$NSCOPE" ls --raw --noheadings -o ns,nprocs,nsproxies -t net "ns = $(inum "$pid" net)"
  [[ $output == "$(inum "$pid" net) 2 "* ]]
}

@test "podman: a container with ids of its own owns its namespaces" {
  start_podman --network none --uidmap 0:100000:1000 --gidmap 0:100000:1000
  host_dump "$dump"
  user=$(inum "$pid" user)
  check_namespaces "$dump" "$pid" 1 "$user" mnt pid ipc uts
  [ "$(ns_of "$dump" user "$user" '"\(.parent) \(.level)"')" = "$(inum self user) 1" ]
}

@test "podman: a paused container is still shown whole" {
  start_podman --network none
  pod pause "$id" >/dev/null
  host_dump "$dump"
  pod unpause "$id" >/dev/null
  check_namespaces "$dump" "$pid" 1 "$(inum self user)" "${kinds[@]}"
  [ "$(task_of "$dump" "$pid" .container.id)" = "$id" ]
}
