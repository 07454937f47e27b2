#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# While processes come and go by the thousand, those that stay are all there, right.
load ../lib/nscope
load world
bats_require_minimum_version 1.5.0

setup_file() {
  need_root
  need jq
  world_start marks kind
  grep '^mark ' "$WORLD" | sort >"$BATS_FILE_TMPDIR/marks"
}
teardown_file() { world_stop; }

storm_start() {
  "$NSCOPE_BUILD/bench/load" churn=1500 life=20 <"$WORLD.in" >"$BATS_TEST_TMPDIR/storm" 3>&- &
  STORM=$!
  wait_until grep -qx ready "$BATS_TEST_TMPDIR/storm"
}

storm_stop() {
  kill "$STORM"
  wait "$STORM" || true
}

# check_dump [OPTION...]: every marked task with its name, and nothing half known. A task
# that died while it was read is not there or it is there whole, and each namespace
# that a task is in is on the list.
check_dump() {
  "$NSCOPE" dump "$@" 2>/dev/null | jq -r '
    ([.namespaces[].inum] | INDEX(.)) as $known |
    .tasks[] |
    if .comm == null or .state == null or .start == null or .pids == null
    then "half known: \(.)" else empty end,
    if [.ns | to_entries[].value | select(. and ($known[tostring] | not))] != []
    then "in an unknown namespace: \(.)" else empty end,
    if .comm // "" | startswith("mark-") then "mark pid=\(.tid) name=\(.comm)" else empty end' |
    sort | diff "$BATS_FILE_TMPDIR/marks" -
}

@test "a storm of forks: 200 marked tasks in each of 8 scans through /proc" {
  local i
  storm_start
  for i in {1..8}; do
    check_dump --no-kernel || {
      storm_stop
      return 1
    }
  done
  storm_stop
}

@test "a storm of forks: the same with the kernel probe" {
  local i
  storm_start
  for i in {1..8}; do
    check_dump || {
      storm_stop
      return 1
    }
  done
  storm_stop
}

@test "a storm of forks: ls is never empty and never fails" {
  local i
  storm_start
  for i in {1..8}; do
    "$NSCOPE" ls --no-kernel -rn -o ns,type >"$BATS_TEST_TMPDIR/ls" 2>/dev/null &&
      grep -qx "$(made kind inum type=uts) uts" "$BATS_TEST_TMPDIR/ls" || {
      storm_stop
      return 1
    }
  done
  storm_stop
}

# The number is given to a new process all the time: no row is of two of them, and one that
# has gone before it was read is unknown, not empty.
@test "storm: what is read later is of the same process, not of the next of its number" {
  "$NSCOPE_BUILD/kernel/reuse" >"$BATS_TEST_TMPDIR/number" 3>&- &
  STORM=$!
  wait_until test -s "$BATS_TEST_TMPDIR/number"
  for _ in {1..40}; do
    "$NSCOPE" dump 2>/dev/null | jq -c --argjson n "$(<"$BATS_TEST_TMPDIR/number")" \
      '.tasks[] | select(.tid == $n) | [.comm, .cmdline]' >>"$BATS_TEST_TMPDIR/rows"
  done
  storm_stop
  sort "$BATS_TEST_TMPDIR/rows" | uniq -c
  jq -se 'length > 20 and any(.[1]) and all(.[1] == null or .[0] == .[1])' "$BATS_TEST_TMPDIR/rows"
}
