#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The random walk: the model and this kernel do the same, count by count.
load ../lib/nscope

has_kernel_probe() {
  "$NSCOPE" --version | grep -q '+bpf'
}

setup() {
  need_root
  has_kernel_probe || skip "nscope was built without the kernel probe"
}

@test "conform: 600 steps, no difference" {
  run "$NSCOPE" conform --steps 600 --seed 7
  echo "$output"
  [ "$status" -eq 0 ]
  [[ $output == "600 steps, seed 7: 0 differences "* ]]
  # Every step was made: the kinds add up to all of them.
  made=$(sed -n 's/^made: //p' <<<"$output" | sed 's/([^)]*)//g' | tr , '\n' | awk '{ n += $NF } END { print n }')
  [ "$made" = 600 ]
}

@test "conform: the same from inside a pid namespace, which sees fewer numbers" {
  need unshare
  run unshare --pid --fork --mount-proc --kill-child "$NSCOPE" conform --steps 100 --seed 7
  echo "$output"
  [ "$status" -eq 0 ]
  [[ $output == "100 steps, seed 7: 0 differences "* ]]
}

@test "conform: numbers that are none" {
  run "$NSCOPE" conform --steps many
  [ "$status" -eq 2 ]
  [[ $output == *"--steps takes a number"* ]]
}

@test "conform: without rights it says what it lacks" {
  need setpriv
  cp "$NSCOPE" "$BATS_TEST_TMPDIR/nscope"
  chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/nscope"
  run setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/nscope" conform
  [ "$status" -eq 2 ]
  [[ $output == *"CAP_BPF"* ]]
}
