#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What keeps a namespace of a real container, and that the commands which `why` prints, run as
# they are, free it. They end processes: whom they name is looked at before, and has to be ours.

bats_require_minimum_version 1.5.0
load ../lib/nscope
load ../lib/containers

setup_file() {
  need_root
  need jq busybox
  "$NSCOPE" dump 2>/dev/null >"$BATS_FILE_TMPDIR/now"
  jq -e '.nsproxies[0].source == "kernel"' "$BATS_FILE_TMPDIR/now" >/dev/null ||
    skip "no kernel probe here: $(jq -r '.coverage[] | select(.probe == "kernel").why' \
      "$BATS_FILE_TMPDIR/now")"
  podman_begin
}
teardown_file() { podman_end; }

setup() {
  bundle=$BATS_TEST_TMPDIR/bundle root=$BATS_TEST_TMPDIR/root dump=$BATS_TEST_TMPDIR/dump
  steps=$BATS_TEST_TMPDIR/steps ids=() holders=() links=
  had_state=$(ls -d /run/runc 2>/dev/null || true)
}

# The newest first: one that lives in another's namespaces goes before it.
teardown() {
  local i
  stop_runc
  stop_bwrap
  for ((i = ${#ids[@]} - 1; i >= 0; i--)); do
    pod rm --force --time 0 "${ids[i]}" >/dev/null
  done
  [ ${#holders[@]} -eq 0 ] || end_process "${holders[@]}"
  [ -n "$had_state" ] || rmdir /run/runc 2>/dev/null || true
}

stop_runc() {
  [ -n "${runner-}" ] || return 0
  runc delete --force "$id" 2>/dev/null || true
  wait "$runner" || true
  runner=
}
stop_bwrap() {
  [ -n "${outer-}" ] || return 0
  kill "$outer" 2>/dev/null || true
  wait "$outer" || true
  outer=
}

# begin ENGINE ARG...: a container; its namespaces are ours from now on.
begin() {
  local engine=$1
  shift
  need "$([ "$engine" = bwrap ] && echo bwrap || echo runc)"
  case $engine in
  runc)
    [ -d "$bundle" ] || make_root "$bundle/rootfs"
    id=$(unique why)
    start_runc "${1-.}"
    ;;
  bwrap)
    [ -d "$root" ] || make_root "$root"
    start_bwrap "$@"
    ;;
  podman)
    need podman
    start_podman --network none "$@"
    ;;
  esac
  know_links "$pid"
}
end() {
  case $1 in
  runc) stop_runc ;;
  bwrap) stop_bwrap ;;
  podman) pod rm --force --time 0 "$id" >/dev/null && unset 'ids[-1]' ;;
  esac
}

# know_links PID: its namespaces that we are not in are ours.
know_links() {
  local kind
  for kind in mnt net pid user ipc uts cgroup time; do
    [ "$(inum "$1" "$kind")" = "$(inum self "$kind")" ] ||
      links+=" $(readlink "/proc/$1/ns/$kind") "
  done
}

# hold COMMAND...: a process of this test outside of the container; it prints ready.
hold() {
  : >"$BATS_TEST_TMPDIR/held"
  "$@" >"$BATS_TEST_TMPDIR/held" 2>&1 </dev/null 3>&- &
  holders+=($!)
  wait_until grep -qx ready "$BATS_TEST_TMPDIR/held"
}

# is_mine PID: it has gone, is a child (or theirs) of this test, or is in a namespace of ours.
is_mine() {
  local pid=$1 link
  [ -e "/proc/$pid" ] || return 0
  for link in $(readlink "/proc/$pid/ns/"* 2>/dev/null); do
    [[ $links != *" $link "* ]] || return 0
  done
  while [ "${pid:-0}" -gt 1 ]; do
    [ "$pid" != $$ ] || return 0
    pid=$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status" 2>/dev/null)
  done
  return 1
}

# plan TARGET: its steps, one a line, when all whom they name are ours; none when it has gone.
# Others on this host may look into a process of ours just now: then it is asked again.
plan() {
  local named
  "$NSCOPE" why "$1" >"$steps.why" 2>/dev/null || : >"$steps.why"
  sed -n 's/^  [0-9]*\. //p' "$steps.why" >"$steps"
  # Every number before the comment, but those of what is to be asked again.
  for named in $(sed 's/ # .*//; /^nscope /d; s/@[0-9]*//' "$steps" | grep -E '^(# )?kill|/proc/' |
    grep -oE '/proc/[0-9]+|-KILL [0-9 ]+|kill [0-9 ]+' | tr -dc '0-9 \n'); do
    is_mine "$named" || return 1
  done
}

# must_free KIND INUM: what `why` says, pasted into a shell, ends the namespace; what it says is
# to be asked once more is asked once more.
must_free() {
  local kind=$1 inum=$2 id target round
  host_dump "$dump"
  id=$(ns_of "$dump" "$kind" "$inum" .id)
  target=$kind:$inum
  [ "$id" = null ] || target+=@$id
  for round in 1 2 3; do
    wait_until plan "$target" || { cat "$steps.why" && return 1; }
    PATH=${NSCOPE%/*}:$PATH sh "$steps" >"$steps.out" 2>&1 || true
    ! wait_briefly is_freed "$target" || return 0
    grep -q '^nscope why ' "$steps" || break
  done
  # Process 1, who has to wait for orphans, may take its time.
  wait_until is_freed "$target" || { cat "$steps.why" "$steps.out" && return 1; }
}
is_freed() { ! "$NSCOPE" why "$1" >/dev/null; }

# one_by_one ENGINE ARGS KIND...: a container for each kind of its namespaces.
one_by_one() {
  local engine=$1 kind args=()
  [ "$2" = - ] || read -ra args <<<"$2"
  shift 2
  for kind; do
    begin "$engine" "${args[@]}"
    must_free "$kind" "$(inum "$pid" "$kind")"
    end "$engine"
  done
}

@test "runc: each of its namespaces, freed as told" {
  one_by_one runc - mnt net pid ipc uts cgroup
}

@test "bwrap: each of its namespaces, freed as told" {
  one_by_one bwrap "--unshare-all --uid 1000 --gid 1000" mnt net pid ipc uts cgroup user
}

@test "bwrap: without a pid namespace there is no first process to end" {
  begin bwrap --unshare-net --unshare-uts
  must_free net "$(inum "$pid" net)"
}

@test "podman: each of its namespaces, freed as told" {
  one_by_one podman - mnt net pid ipc uts
}

@test "podman: the user namespace of a container with ids of its own, and a net namespace in it" {
  begin podman --uidmap 0:100000:1000 --gidmap 0:100000:1000
  must_free user "$(inum "$pid" user)"
  end podman
  begin podman --uidmap 0:100000:1000 --gidmap 0:100000:1000
  must_free net "$(inum "$pid" net)"
}

@test "podman: a net namespace that two containers share, and that of the second alone" {
  begin podman
  local first=$pid net
  net=$(inum "$pid" net)
  start_podman --network "container:$id"
  know_links "$pid"
  must_free ipc "$(inum "$pid" ipc)"
  [ -e "/proc/$first/ns/net" ]
  start_podman --network "container:${ids[0]}"
  know_links "$pid"
  must_free net "$net"
  is_gone "$first" && is_gone "$pid"
}

@test "runc: killed, while its net namespace is mounted under an odd name elsewhere" {
  local net
  begin runc
  net=$(inum "$pid" net)
  # shellcheck disable=SC2016
  hold unshare -m --propagation private sh -c 'mount -t tmpfs none /mnt
    for name in "a b" "it'\''s" "two
lines" "$(printf "\\377")"; do touch "/mnt/$name"; mount --bind "$1" "/mnt/$name"; done
    echo ready; exec sleep 1000' sh "/proc/$pid/ns/net"
  know_links "${holders[0]}"
  end runc
  "$NSCOPE" why "net:$net" >"$steps.why"
  grep -c '^      mounted at /mnt/' "$steps.why" | grep -qx 4
  must_free net "$net"
  # No process had to end for it.
  [ -e "/proc/${holders[0]}/ns" ]
}

@test "runc: killed, while a process outside has a descriptor of each" {
  local kind
  for kind in mnt net pid ipc uts cgroup; do
    begin runc
    # shellcheck disable=SC2016
    hold sh -c 'exec 9<"$1"; echo ready; exec sleep 1000' sh "/proc/$pid/ns/$kind"
    inum=$(inum "$pid" "$kind")
    end runc
    "$NSCOPE" why "$kind:[$inum]" | grep -qE "^      descriptor 9 of (sh|sleep) ${holders[-1]}$"
    must_free "$kind" "$inum"
  done
}

@test "runc: its pid namespace, while a process outside looks at a file of its first process" {
  begin runc
  # shellcheck disable=SC2016
  hold sh -c 'exec 9<"$1"; echo ready; exec sleep 1000' sh "/proc/$pid/status"
  must_free pid "$(inum "$pid" pid)"
}

@test "runc: a user namespace of its own, while a process outside is in a file system of it" {
  chmod 755 "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR" || true
  make_root "$bundle/rootfs"
  chown -R 100000:100000 "$bundle/rootfs"
  begin runc '.linux.namespaces += [{type: "user"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}]
    | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 1000}]'
  # shellcheck disable=SC2016
  hold sh -c 'exec 9<"$1/1/status"; echo ready; exec sleep 1000' sh "/proc/$pid/root/proc"
  must_free user "$(inum "$pid" user)"
}

@test "runc: others have joined, one of them with namespaces below" {
  begin runc
  # shellcheck disable=SC2016
  hold nsenter -t "$pid" -n -u -i -p unshare -pfnm --mount-proc sh -c 'echo ready; exec sleep 1000'
  # shellcheck disable=SC2016
  hold nsenter -t "$pid" -n -u -i sh -c 'echo ready; exec sleep 1000'
  must_free pid "$(inum "$pid" pid)"
  [ -e "/proc/${holders[1]}/ns" ]
}

@test "bwrap within runc: the outer and the inner namespaces" {
  begin runc
  # The tools of the host, in the pid, net and ipc namespaces of the container.
  hold nsenter -t "$pid" -n -i -p bwrap --unshare-all --bind / / --proc /proc --dev /dev \
    sh -c 'echo ready; exec sleep 1000'
  must_free net "$(inum "$pid" net)"
  end runc
  begin runc
  hold nsenter -t "$pid" -n -i -p bwrap --unshare-all --bind / / --proc /proc --dev /dev \
    sh -c 'echo ready; exec sleep 1000'
  must_free pid "$(inum "$pid" pid)"
}

@test "a first process that is a zombie: who has to wait for it" {
  # shellcheck disable=SC2016
  hold unshare -p sh -c 'sh -c "until grep -qx sleep /proc/$$/comm; do :; done" & echo $! >"$1"
    echo ready; exec sleep 1000' sh "$steps.pid"
  pid=$(cat "$steps.pid")
  wait_until grep -q '^State:.*zombie' "/proc/$pid/status"
  host_dump "$dump"
  must_free pid "$(task_of "$dump" "$pid" .ns.pid)"
}

@test "runc: killed, while a socket of it is in a message that nobody receives" {
  need python3
  begin runc
  hold python3 -c '
import array, ctypes, os, socket, sys, time
home, there = os.open("/proc/self/ns/net", 0), os.open(sys.argv[1], 0)
setns = ctypes.CDLL(None).setns
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
assert setns(there, 0) == 0
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
assert setns(home, 0) == 0
a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [s.fileno()]))])
s.close()
os.close(there)
print("ready", flush=True)
time.sleep(1000)' "/proc/$pid/ns/net"
  net=$(inum "$pid" net)
  end runc
  "$NSCOPE" why "net:$net" | grep -q "in a message that nobody has received yet, .* of python3 ${holders[0]}$"
  must_free net "$net"
}
