#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# why on files; the screens of tests/golden show the same lines.
load ../lib/nscope
bats_require_minimum_version 1.5.0

FULL=$TOP/tests/golden/full.json

@test "quotas of a user namespace: who has used how much, and who refuses" {
  run -0 "$NSCOPE" why --load "$FULL" user:4026540002
  [[ $output == *"
  user.max_*_namespaces lets each user make in it: as many as it likes
      uid 1000  net                 2  ! no more (ENOSPC): uid 1000 has 3 of 3 in user:[4026540001]
      uid 1000  user                0  ! no more (ENOSPC): uid 1000 has 1 of 1 in user:[4026540001]
      uid 1000  time                0  ! no more (ENOSPC): uid 1000 has 0 of 0 in user:[4026540001]
"* ]]
  run -0 "$NSCOPE" why --load "$FULL" user:4026540001
  [[ $output == *"
  user.max_*_namespaces lets each user make in it: net 3, user 1, time 0, no limit of the other kinds
      uid 1000  net    [##########] 3 of 3  ! no more (ENOSPC)
"* ]]
}

@test "quotas of a task: what it may still make, by the tightest level" {
  run -0 "$NSCOPE" why --load "$FULL" pid:2402
  [[ $output == *"
  quotas let it make so many more namespaces, as uid 1000:
      mnt    15661: uid 1000 has 0 of 15661 in user:[4026531837]
      net    ! none (ENOSPC): uid 1000 has 3 of 3 in user:[4026540001]
"* ]]
  run -0 "$NSCOPE" why --load "$FULL" pid:2311
  [[ $output == *"
      net    15658: uid 1000 has 3 of 15661 in user:[4026531837]
"* ]]
}

@test "a dump's quotas are what predict goes by" {
  run -1 "$NSCOPE" predict --load "$FULL" -p 2401 'unshare(CLONE_NEWNET)'
  [ "${lines[0]}" = "ENOSPC: inc_ucount(): uid 1000 has 3 of the 3 net namespaces that user:[4026540001] allows it" ]
  run -1 "$NSCOPE" predict --load "$FULL" -p 2401 'unshare(CLONE_NEWUSER)'
  [ "${lines[0]}" = "ENOSPC: inc_ucount(): uid 1000 has 1 of the 1 user namespaces that user:[4026540001] allows it" ]
  run -0 "$NSCOPE" predict --load "$FULL" -p 2401 'unshare(CLONE_NEWUTS)'
  [[ $output != *max_uts_namespaces* ]]
}

@test "quotas that are not known are said not to be" {
  run -0 "$NSCOPE" why --load "$TOP/tests/golden/denied.json" user:4026531837
  [[ $output == *"quotas of namespaces in it: not known"* ]]
  run -0 "$NSCOPE" why --load "$TOP/tests/fixtures/web.json" user:4026531837 pid:2400
  [[ $output == *"each user make in it: 15661 of each kind
      what is used of that only the kernel probe can tell"* ]]
  [[ $output == *"net    at most 15661: uid 1000 has ? of 15661 in user:[4026531837]"* ]]
  run -0 "$NSCOPE" predict --load "$TOP/tests/fixtures/web.json" -p 2451 'unshare(CLONE_NEWNET)'
  [[ $output == *"not known: user.max_net_namespaces of user:[4026532710]"* ]]
}

@test "quotas come back from a dump as they are" {
  "$NSCOPE" dump --load "$FULL" | diff - "$FULL" >"$BATS_TEST_TMPDIR/diff" || true
  run ! grep -v 'version' <(grep '^[<>]' "$BATS_TEST_TMPDIR/diff")
}
