#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Sandboxes of bubblewrap as nscope shows them: namespaces without a container runtime.

bats_require_minimum_version 1.5.0
load ../lib/nscope
load ../lib/containers

setup() {
  need_root
  need bwrap jq busybox
  root=$BATS_TEST_TMPDIR/root dump=$BATS_TEST_TMPDIR/dump
  make_root "$root"
}

teardown() {
  [ -z "${outer-}" ] || kill "$outer" 2>/dev/null || true
  [ -z "${outer-}" ] || wait "$outer" || true
}

@test "bwrap: --unshare-all shows seven kinds of its own, pid 1 and 2 inside" {
  start_bwrap --unshare-all --uid 1000 --gid 1000
  host_dump "$dump"
  user=$(inum "$pid" user)
  check_namespaces "$dump" "$pid" 2 "$(ns_of "$dump" net "$(inum "$pid" net)" .owner)" mnt net pid ipc uts cgroup
  [ "$(ns_of "$dump" user "$user" .nprocs)" -ge 1 ]
  [ "$(task_of "$dump" "$pid" '.pids | length')" = 2 ]
  [ "$(task_of "$dump" "$pid" '.pids[1]')" = 2 ]
  [ "$(task_of "$dump" "$pid" .container)" = null ]
}

@test "bwrap: its namespaces belong to a user namespace below ours" {
  start_bwrap --unshare-all --uid 1000 --gid 1000
  host_dump "$dump"
  owner=$(ns_of "$dump" net "$(inum "$pid" net)" .owner)
  [ "$owner" != "$(inum self user)" ]
  [ "$(ns_of "$dump" user "$owner" .parent)" = "$(inum self user)" ]
  [ "$(ns_of "$dump" user "$owner" '"\(.level) \(.owner_uid)"')" = "1 0" ]
  # Changing the uid takes a second user namespace, inside the first: it owns nothing.
  inner=$(inum "$pid" user)
  [ "$inner" = "$owner" ] || [ "$(ns_of "$dump" user "$inner" '"\(.parent) \(.level)"')" = "$owner 2" ]
  run -0 --separate-stderr "$NSCOPE" ls -t user --raw --noheadings -o ns,pns "ns = $owner"
  [ "$output" = "$owner $(inum self user)" ]
}

@test "bwrap: the strip shows just what was unshared" {
  start_bwrap --unshare-net --unshare-uts
  run -0 --separate-stderr "$NSCOPE" tree
  grep -F "sleep $pid " <<<"$output" >"$dump.row" || { echo "$output" && false; }
  # The mount namespace is always its own.
  grep -qF " $(strip_of_kinds mnt net uts) " "$dump.row" || { cat "$dump.row" && false; }
}

@test "bwrap: nothing of it is left when the sandbox has gone" {
  start_bwrap --unshare-all
  host_dump "$dump"
  ids=$(ids_of "$dump" "$pid")
  [ "$(jq length <<<"$ids")" -gt 0 ]
  kill "$outer"
  wait "$outer" || true
  wait_until is_gone "$pid"
  wait_until are_gone "$dump" "$ids"
}
