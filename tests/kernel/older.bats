#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels before Linux 6.7 call the programs of the kernel probe for each task, file and
# mapping, and have no lists of namespaces. NSCOPE_KERNEL=iter reads this one in that way: it
# has to tell the same. ledger.bats runs like that, too: NSCOPE_KERNEL=iter bats ledger.bats;
# only what no task, file or mount leads to is not seen then.
load ../lib/nscope
load world
bats_require_minimum_version 1.5.0

setup_file() {
  need_root
  need jq unshare
  NSCOPE_KERNEL=iter "$NSCOPE" dump 2>/dev/null >"$BATS_FILE_TMPDIR/now.json"
  jq -e '.nsproxies[0].source == "kernel"' "$BATS_FILE_TMPDIR/now.json" >/dev/null ||
    skip "no kernel probe here: $(jq -r '.coverage[] | select(.probe == "kernel").why' \
      "$BATS_FILE_TMPDIR/now.json")"
}
teardown() {
  [ -z "${HOLDER-}" ] || end_process "$HOLDER"
  [ -z "${WORLD_PID-}" ] || world_stop
}

# both NAME: two dumps, NAME.walk and NAME.iter; fails when they were not read in two ways.
both() {
  "$NSCOPE" dump >"$1.walk" 2>/dev/null
  NSCOPE_KERNEL=iter "$NSCOPE" dump >"$1.iter" 2>/dev/null
  jq -e '[.coverage[] | select(.probe == "kernel").why] == [null]' "$1.walk" >/dev/null &&
    jq -e '[.coverage[] | select(.probe == "kernel") | .state == "ok" and
      (.why | test("before Linux 6.7"))] == [true]' "$1.iter" >/dev/null
}

# alike NAME FILTER ARGS...: what jq finds in both is the same, and there are at least 20 lines.
# What others on this host did in between is asked again.
alike() {
  local name=$1 filter=$2
  shift 2
  both "$name" || return 1
  jq -c "$@" "$filter" "$name.walk" >"$name.walk.rows"
  jq -c "$@" "$filter" "$name.iter" >"$name.iter.rows"
  [ "$(wc -l <"$name.walk.rows")" -ge 20 ] && diff "$name.walk.rows" "$name.iter.rows" >"$name.diff"
}
must_be_alike() {
  wait_until alike "$@" || {
    cut -c1-300 "$1.diff" | head -n 20
    return 1
  }
}

@test "the same tasks, nsproxies and namespaces of a world in which all is strange" {
  world_start
  # The nsproxy of a task by what it holds: numbers of nsproxies are of one dump.
  # shellcheck disable=SC2016
  must_be_alike "$BATS_TEST_TMPDIR/world" '
    [.tasks[] | select(.tid as $t | $mine | index($t))] as $tasks |
    ([$tasks[].ns | to_entries[].value | select(.)] | unique) as $theirs |
    ([$tasks[].nsproxy | select(.)] | unique) as $proxies |
    (.nsproxies | map({key: "\(.id)", value: [.count, .tasks, .refs, .ns, .source]}) | from_entries)
      as $proxy |
    ($tasks[] | [.tid, .tgid, .ppid, .start, .uid, .comm, .state, .kthread, .ns, .pids, .cgroup,
      .missing, (select(.ns.mnt != $mnt) | $proxy["\(.nsproxy)"])]),
    (.namespaces[] | select(.inum as $n | $theirs | index($n)) | select(.initial | not) |
      [.type, .inum, .id, .owner, .owner_uid, .parent, .level, .nprocs, .nthreads, .refs, .holders])' \
    --argjson mine "$(numbers)" --argjson mnt "$(inum self mnt)"
}

@test "the same counts of 160 namespaces that are held in all ways, with and without tasks" {
  local in
  exec {in}<> <(:)
  "$NSCOPE_BUILD/kernel/holders" random 7 160 <&"$in" >"$BATS_TEST_TMPDIR/held" 3>&- &
  HOLDER=$!
  wait_until grep -qx ready "$BATS_TEST_TMPDIR/held"
  awk 'NF == 3 { print $2 ":" $3 }' "$BATS_TEST_TMPDIR/held" | sort -u | jq -R . | jq -s . \
    >"$BATS_TEST_TMPDIR/held.json"
  # shellcheck disable=SC2016
  must_be_alike "$BATS_TEST_TMPDIR/dump" '.namespaces[] |
    select("\(.type):\(.inum)" as $n | $held[0] | index($n)) |
    [.type, .inum, .id, .owner, .parent, .level, .nprocs, .nthreads, .refs,
     ([.holders[] | [.ref, .count]] | sort)]' \
    --slurpfile held "$BATS_TEST_TMPDIR/held.json"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/dump.iter.rows")" = "$(jq length "$BATS_TEST_TMPDIR/held.json")" ]
  jq -se 'all(.[8].unexplained == 0)' "$BATS_TEST_TMPDIR/dump.iter.rows"
}

@test "idle and hidden tasks are told as what they are; a task in many pid namespaces has all numbers" {
  local deep=() i
  for i in 1 2 3 4 5 6; do deep+=(unshare --pid --fork --kill-child); done
  "${deep[@]}" sleep 1000 3>&- &
  HOLDER=$!
  wait_until has_all_numbers
}
has_all_numbers() {
  local dump=$BATS_TEST_TMPDIR/dump
  both "$dump" || return 1
  # shellcheck disable=SC2016
  jq -e --argjson cpus "$(getconf _NPROCESSORS_CONF)" \
    '.nsproxies[0].refs | .idle == $cpus and .kernel == .explained and .unexplained == 0' \
    "$dump.iter" >/dev/null || return 1
  jq -c '.tasks[] | select(.comm == "sleep" and (.pids | length) == 7) | [.tid, .pids]' \
    "$dump.walk" >"$dump.deep"
  [ -s "$dump.deep" ] || return 1
  jq -c '.tasks[] | select(.comm == "sleep" and (.pids | length) == 7) | [.tid, .pids]' \
    "$dump.iter" | diff "$dump.deep" -
}

@test "in a pid namespace of its own those outside are missed, and nothing is called a rest" {
  # shellcheck disable=SC2016
  NSCOPE_KERNEL=iter unshare --pid --fork --mount-proc "$NSCOPE" dump \
    >"$BATS_TEST_TMPDIR/dump" 2>/dev/null
  jq -e '[.coverage[] | select(.probe == "kernel" and .state == "partial") |
    .missed > 0 and (.why | test("outside"))] == [true]' "$BATS_TEST_TMPDIR/dump"
  jq -e '[.namespaces[].refs | .unexplained == null] | all' "$BATS_TEST_TMPDIR/dump"
}

@test "quotas of a user namespace, and what is used of them" {
  unshare -Ur --fork --kill-child unshare -n -u -i --fork --kill-child sleep 1000 3>&- &
  HOLDER=$!
  wait_until same_quotas
}
same_quotas() {
  local dump=$BATS_TEST_TMPDIR/dump way
  both "$dump" || return 1
  for way in walk iter; do
    jq -c --argjson user "$(inum "$HOLDER" user)" '.quotas[] | select(.user == $user)' \
      "$dump.$way" >"$dump.$way.quota"
  done
  jq -e '[.users[].used | .net, .uts, .ipc] == [1, 1, 1]' "$dump.walk.quota" >/dev/null &&
    diff "$dump.walk.quota" "$dump.iter.quota"
}

@test "doctor says how the kernel was read, and so does it of a dump" {
  "$NSCOPE" doctor 2>/dev/null | grep -q 'by programs that walk its lists'
  NSCOPE_KERNEL=iter "$NSCOPE" doctor 2>/dev/null >"$BATS_TEST_TMPDIR/doctor"
  grep -q 'by programs that it calls for each task.*Linux 6.7' "$BATS_TEST_TMPDIR/doctor"
  grep -qE '^kernel +ok .*before Linux 6.7' "$BATS_TEST_TMPDIR/doctor"
  both "$BATS_TEST_TMPDIR/dump"
  "$NSCOPE" doctor --load "$BATS_TEST_TMPDIR/dump.iter" 2>/dev/null |
    grep -qE '^kernel +ok .*before Linux 6.7'
}
