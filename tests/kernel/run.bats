#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The scenarios on this kernel: all as expected, with all rights and with none, here and in a
# container; and whatever moment nscope is killed at, nothing is left of them.
bats_require_minimum_version 1.5.0
load ../lib/nscope
load ../lib/lab

RUN=(run --all --auto --plain)

setup() {
  remember_state
}

teardown() {
  wait_until is_clean
  wait_until is_as_before
}

# are_fine COMMAND...: it runs all scenarios, and none is otherwise than expected.
are_fine() {
  run --separate-stderr "$@"
  grep -E 'DIFFERENCE|FAILED| NO$|not run here' <<<"$output" || true
  [ "$status" -eq 0 ]
  [[ ${lines[-1]} == *" scenarios as expected, 0 not, "*" cannot run here" ]]
  [[ ${lines[-1]} != "0 scenarios"* ]]
}

@test "run: every scenario is as expected, with every count" {
  need_root
  are_fine "$NSCOPE" "${RUN[@]}"
  [[ ${lines[-1]} == *", 0 cannot run here" ]]
  "$NSCOPE" --version | grep -q '+bpf' || skip "nscope was built without the kernel probe"
  [[ $output =~ count\(a/uts\)\ =\ 1\ +model\ yes\ kernel\ yes ]]
}

@test "run: from /proc alone" {
  need_root
  are_fine "$NSCOPE" "${RUN[@]}" --no-kernel
}

@test "run: without rights" {
  need_root
  need setpriv
  cp "$NSCOPE" "$BATS_TEST_TMPDIR/nscope"
  chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/nscope"
  are_fine setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/nscope" "${RUN[@]}"
}

@test "run: from inside other namespaces, as in a container" {
  need_root
  need unshare
  are_fine unshare --mount --pid --net --uts --ipc --fork --mount-proc "$NSCOPE" "${RUN[@]}"
  [[ $output == *"pid-depth: not run here: needs the initial pid namespace"* ]]
}

@test "run: a scenario that cannot run here is told with the reason, and is the status" {
  need_root
  need unshare
  run -1 unshare --pid --fork --mount-proc "$NSCOPE" run pid-depth --plain
  [[ ${lines[-1]} == "pid-depth: not run here: needs the initial pid namespace"* ]]
}

# Namespaces that no task is in. Those with a task are gone when the test processes are.
taskless() {
  "$NSCOPE" dump 2>/dev/null |
    jq -r '.namespaces[] | select(.nthreads == 0) | "\(.type) \(.inum) \(.id)"' | sort
}

has_no_more_taskless() {
  [ -z "$(taskless | comm -13 "$BATS_TEST_TMPDIR/taskless" -)" ]
}

# strike SECONDS: run all scenarios and kill nscope after that time. One that was quicker is no hit.
strike() {
  local pid
  "$NSCOPE" "${RUN[@]}" >/dev/null 2>&1 3>&- &
  pid=$!
  echo $pid >>"$BATS_TEST_TMPDIR/started"
  read -rt "$1" <> <(:) || true
  kill -KILL $pid 2>/dev/null && echo hit >>"$BATS_TEST_TMPDIR/hits"
  wait $pid || true
}

@test "run: killed at 200 random moments, it leaves no process, mount, interface, cgroup or namespace" {
  local seed=${SEED:-$RANDOM} strikes i started=$EPOCHREALTIME longest
  need_root
  need jq
  echo "seed $seed"
  RANDOM=$seed
  "$NSCOPE" "${RUN[@]}" >/dev/null
  longest=$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
  wait_until is_clean
  taskless >"$BATS_TEST_TMPDIR/taskless"
  : >"$BATS_TEST_TMPDIR/hits"
  while [ "$(wc -l <"$BATS_TEST_TMPDIR/hits")" -lt 200 ]; do
    strikes=()
    for i in {1..8}; do
      strike "$(awk -v t="$longest" -v r="$RANDOM" 'BEGIN { print t * r / 32768 }')" &
      strikes+=($!)
    done
    for i in "${strikes[@]}"; do wait "$i"; done
    wait_until is_clean
  done
  wait_until is_as_before
  wait_until has_no_more_taskless
}
