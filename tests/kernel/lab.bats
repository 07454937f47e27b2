#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The laboratory: each call that a test process can be told, and that nothing is left of it.
load ../lib/nscope
load ../lib/lab

DRIVER=$NSCOPE_BUILD/kernel/lab_driver
PROGRAMS=(lab_driver lab_world)

# start COMMAND...: a program with a lab; $owner is its pid, and its output in out.
start() {
  "$@" >"$BATS_TEST_TMPDIR/out" 3>&- &
  owner=$!
  echo $owner >>"$BATS_TEST_TMPDIR/started"
}

setup() {
  remember_state
}

teardown() {
  [ -z "${owner-}" ] || kill -KILL "$owner" 2>/dev/null || true
  wait_until is_clean
  wait_until is_as_before
}

# each_test FOLDER COMMAND...: every test of the programs in the folder
each_test() {
  local test program folder=$1
  shift
  for program in "${PROGRAMS[@]}"; do
    for test in $("$folder/$program" list); do
      start "$@" "$folder/$program" "$test"
      wait $owner || {
        echo "failed: $program $test"
        cat "$BATS_TEST_TMPDIR/out"
        return 1
      }
      owner=
    done
  done
}

@test "lab: every call answers as documented" {
  each_test "$NSCOPE_BUILD/kernel" env
}

@test "lab: the same without any rights, in user namespaces of its own" {
  need_root
  need setpriv
  # The build may lie where nobody may look.
  cp "${PROGRAMS[@]/#/$NSCOPE_BUILD/kernel/}" "$BATS_TEST_TMPDIR"
  chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR"/lab_*
  each_test "$BATS_TEST_TMPDIR" setpriv --reuid 65534 --regid 65534 --clear-groups
}

# The owner is held at a moment at which it has a test process that is neither being made nor
# ending: it goes from one lab to the next.
find_named() {
  kill -STOP "$owner"
  pid=$(pgrep -r S -P "$(pgrep -P "$owner")" | head -n 1) &&
    [ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = "nscope-lab " ] && return
  kill -CONT "$owner"
  return 1
}

@test "lab: a test process is named nscope-lab, and holds nothing of its owner" {
  start "$DRIVER" hold
  wait_until grep -q ready "$BATS_TEST_TMPDIR/out"
  wait_until find_named
  [ "$(cat "/proc/$pid/comm")" = nscope-lab ]
  [ "$(readlink "/proc/$pid/cwd")" = / ]
  [ -z "$(find "/proc/$pid/fd" -lname "$BATS_TEST_TMPDIR*")" ]
  end_process $owner
}

@test "lab: killed at 50 moments, nothing is left" {
  for i in {1..50}; do
    start "$DRIVER" hold
    if [ $((i % 10)) = 0 ]; then
      wait_until grep -q ready "$BATS_TEST_TMPDIR/out"
    else
      read -rt "0.$(printf '%03d' $((RANDOM % 200)))" <> <(:) || true
    fi
    kill -KILL $owner
    wait $owner || true
    owner=
  done
  wait_until is_clean
}

# Nobody is left then to remove control groups; the next lab that makes one does.
@test "lab: killed together with its supervisor, nothing is left but what the next lab removes" {
  for _ in {1..5}; do
    start "$DRIVER" hold
    wait_until grep -q ready "$BATS_TEST_TMPDIR/out"
    kill -STOP $owner
    pgrep -P $owner | xargs -r kill -KILL # none while it changes from one lab to the next
    kill -KILL $owner
    wait $owner || true
    owner=
  done
  wait_until is_clean
  "$NSCOPE_BUILD/kernel/lab_world" cgroup
}
