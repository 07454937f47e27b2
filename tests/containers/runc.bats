#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Containers of runc as nscope shows them.

bats_require_minimum_version 1.5.0
load ../lib/nscope
load ../lib/containers

kinds=(mnt net pid ipc uts cgroup)

setup() {
  need_root
  need runc jq busybox
  id=$(unique runc)
  bundle=$BATS_TEST_TMPDIR/bundle dump=$BATS_TEST_TMPDIR/dump
  make_root "$bundle/rootfs"
  had_state=$(ls -d /run/runc 2>/dev/null || true)
}

teardown() {
  [ -n "${id-}" ] || return 0
  runc delete --force "$id" 2>/dev/null || true
  [ -z "${runner-}" ] || wait "$runner" || true
  [ -n "$had_state" ] || rmdir /run/runc 2>/dev/null || true
}

@test "runc: every namespace of the container, its one process and its owner" {
  start_runc .
  host_dump "$dump"
  check_namespaces "$dump" "$pid" 1 "$(inum self user)" "${kinds[@]}"
}

@test "runc: the container is named in dump, ls and tree" {
  start_runc .
  host_dump "$dump"
  [ "$(task_of "$dump" "$pid" '"\(.container.runtime) \(.container.id)"')" = "runc $id" ]
  run -0 --separate-stderr "$NSCOPE" ls --raw --noheadings -o ns,type,nprocs "container = $id"
  for kind in "${kinds[@]}"; do
    grep -qx "$(inum "$pid" "$kind") $kind 1" <<<"$output"
  done
  [ "${#lines[@]}" -eq "${#kinds[@]}" ]
  run -0 --separate-stderr "$NSCOPE" tree
  grep -F "sleep $pid (1)" <<<"$output" >"$dump.row" || { echo "$output"; false; }
  grep -F " $(strip_of_kinds "${kinds[@]}") " "$dump.row" | grep -qF "$id" || { cat "$dump.row"; false; }
}

@test "runc: the first process is 1 inside, and a second that joins shares all" {
  start_runc .
  runc exec --detach --pid-file "$bundle/pid2" "$id" sleep infinity </dev/null >/dev/null 2>&1 3>&-
  wait_until is_sleeping "$bundle/pid2"
  second=$(cat "$bundle/pid2")
  host_dump "$dump"
  [ "$(task_of "$dump" "$pid" '.pids | map(tostring) | join(" ")')" = "$pid 1" ]
  check_namespaces "$dump" "$second" 2 "$(inum self user)" "${kinds[@]}"
  [ "$(task_of "$dump" "$pid" .ns)" = "$(task_of "$dump" "$second" .ns)" ]
}

@test "runc: a container with ids of its own owns its namespaces" {
  chown -R 100000:100000 "$bundle/rootfs"
  chmod 755 "$bundle/.." "$bundle" "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$(dirname "$BATS_RUN_TMPDIR")" || true
  start_runc '.linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}]
    | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 1000}]'
  host_dump "$dump"
  user=$(inum "$pid" user)
  check_namespaces "$dump" "$pid" 1 "$user" "${kinds[@]}"
  [ "$(ns_of "$dump" user "$user" '"\(.parent) \(.level) \(.nprocs)"')" = "$(inum self user) 1 1" ]
  [ "$(task_of "$dump" "$pid" .uid)" = 100000 ]
}

@test "runc: nothing of it is left when the container has gone" {
  start_runc .
  host_dump "$dump"
  ids=$(ids_of "$dump" "$pid")
  [ "$(jq length <<<"$ids")" = "${#kinds[@]}" ]
  runc delete --force "$id"
  wait_until is_gone "$pid"
  wait_until are_gone "$dump" "$ids"
  [ "$(jq --arg id "$id" '[.tasks[] | select(.container.id == $id)] | length' "$dump")" = 0 ]
}
