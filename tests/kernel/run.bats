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
  # shellcheck disable=SC2086 # words it is
  [ -z "${OTHERS-}" ] || kill $OTHERS
  wait_until is_clean
  wait_until is_as_before
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

@test "run: what cannot be had here is a reason, not a failure" {
  need_root
  need unshare
  while IFS='|' read -r want script; do
    are_fine unshare --user --map-root-user --mount --pid --fork --mount-proc sh -c "$script; exec \"\$@\"" sh \
      "$NSCOPE" "${RUN[@]}"
    [[ $output == *": not run here: "*"$want"* ]] || { echo "$want"; false; }
  done <<'END'
no user namespace can be made here|echo 0 >/proc/sys/user/max_user_namespaces
setgroups is denied in this user namespace|:
an ordinary user, whose id is mapped|:
needs the initial pid namespace|:
control group|mount -t tmpfs none /sys
END
  # What is mounted over a part of /proc is locked for who comes from another user namespace.
  are_fine unshare --mount --pid --fork --mount-proc sh -c 'mount --bind /dev/null /proc/kmsg; exec "$@"' sh \
    unshare --user --map-root-user --mount "$NSCOPE" "${RUN[@]}"
  [[ $output == *"pidns-container: not run here: proc cannot be mounted here"* ]]
}

@test "run: without /proc nothing can be run, and it says so" {
  need_root
  [[ $NSCOPE_BUILD != */san ]] || skip "the sanitizers themselves need /proc"
  run -0 unshare --mount sh -c 'mount -t tmpfs none /proc; exec "$@"' sh "$NSCOPE" "${RUN[@]}"
  [[ $output == *"uts-child: not run here: there is no /proc here that shows nscope"* ]]
}

@test "run: what a seccomp filter denies is a reason, not a failure" {
  need_root
  [ "$(uname -m)" = x86_64 ] || skip "the numbers of the calls are those of x86_64"
  for call in 272 308 165; do
    are_fine "$NSCOPE_BUILD/kernel/deny" $call -- "$NSCOPE" "${RUN[@]}"
    [[ $output == *"not run here: this host lets no such call through"* ]]
  done
  # With EPERM, as the filters of Docker and Podman do, it could be a rule of the kernel, too.
  for calls in 272=1 308=1 165=1 161=1 "56:0x7e020000=1 272:0x7e020000=1 308=1 165=1 166=1 155=1 435"; do
    # shellcheck disable=SC2086 # several words
    are_fine "$NSCOPE_BUILD/kernel/deny" $calls -- "$NSCOPE" "${RUN[@]}"
    [[ $output == *"not run here: a seccomp filter may have refused it: the kernel says EPERM, the model ok"* ]]
  done
}

@test "run: hundreds of other processes are not looked at after each act" {
  local n
  need_root
  need strace
  for _ in {1..300}; do
    sleep 600 3>&- &
    OTHERS+=" $!"
  done
  export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 # which cannot be when traced
  run -0 strace -f -qq -e trace=openat -o "$BATS_TEST_TMPDIR/opens" "$NSCOPE" run uts-child --plain --no-kernel
  n=$(grep -c "\"${OTHERS##* }\"" "$BATS_TEST_TMPDIR/opens")
  [ "$n" -ge 1 ]
  [ "$n" -le 2 ]
}

# Namespaces that no task is in. Those with a task are gone when the test processes are.
taskless() {
  "$NSCOPE" dump 2>/dev/null |
    jq -r '.namespaces[] | select(.nthreads == 0) | "\(.type) \(.inum) \(.id)"' | sort
}

has_no_more_taskless() {
  [ -z "$(taskless | comm -13 "$BATS_TEST_TMPDIR/taskless" -)" ]
}

# strike N LONGEST SEED: N times run all scenarios and kill nscope after a random part of that time.
# A run that was over before is no hit.
strike() {
  local hits=0 pid
  RANDOM=$3
  while [ $hits -lt "$1" ]; do
    "$NSCOPE" "${RUN[@]}" >/dev/null 2>&1 3>&- &
    pid=$!
    echo $pid >>"$BATS_TEST_TMPDIR/started"
    read -rt "$(awk -v t="$2" -v r="$RANDOM" 'BEGIN { print t * r / 32768 }')" <> <(:) || true
    ! kill -KILL $pid 2>/dev/null || hits=$((hits + 1))
    wait $pid || true
  done
}

@test "run: killed at 200 random moments, it leaves no process, mount, interface, cgroup or namespace" {
  local seed=${SEED:-$RANDOM} strikers=() i started longest
  need_root
  need jq
  echo "seed $seed"
  started=$EPOCHREALTIME
  "$NSCOPE" "${RUN[@]}" >/dev/null
  longest=$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
  wait_until is_clean
  taskless >"$BATS_TEST_TMPDIR/taskless"
  for i in {1..5}; do
    strike 40 "$longest" $((seed + i)) &
    strikers+=($!)
  done
  for i in "${strikers[@]}"; do wait "$i"; done
  wait_until is_clean
  wait_until is_as_before
  wait_until has_no_more_taskless
}
