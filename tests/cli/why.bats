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

# what_umount_gets SHELL PATH: the argument that the command printed for this mount point has
# there, its bytes in hexadecimal.
what_umount_gets() {
  local dir=$BATS_TEST_TMPDIR
  jq --arg path "$2" '(.namespaces[] | select(.inum == 4026532810).holders[].keepers[]? |
    select(.kind == "bind").path) = $path' "$TOP/tests/fixtures/web.json" >"$dir/dump"
  # shellcheck disable=SC2016
  printf '%s\n' 'umount() { printf %s "$1" | od -An -v -tx1 | tr -d " \n"; }' >"$dir/steps"
  "$NSCOPE" why --load "$dir/dump" net:4026532810 2>/dev/null |
    sed -n 's/^  1\. //p' >>"$dir/steps"
  "$1" "$dir/steps"
}

@test "what is to be pasted names the same mount point in every shell" {
  local shell path
  for shell in sh dash bash ash; do
    hash $shell 2>/dev/null || { echo "# no $shell here" >&3 && continue; }
    # shellcheck disable=SC2016
    for path in '/a b' "/it's" '/$(touch x)`y`' '/é ü' '/"' '/100%d' '/;&|<>*?#!~' '/-x'; do
      [ "$(what_umount_gets "$shell" "$path")" = \
        "$(printf %s "$path" | od -An -v -tx1 | tr -d ' \n')" ] ||
        { cat "$BATS_TEST_TMPDIR/steps" && return 1; }
    done
    # As a dump has bytes that are no text: a line break in the middle, a byte that is no UTF-8.
    [ "$(what_umount_gets "$shell" '/n\x0ax \xff\x27\x5c%s')" = 2f6e0a7820ff275c2573 ]
  done
  # One at the end is lost to a substitution, and is put behind it.
  [ "$(what_umount_gets bash '/n\x0a\x0a')" = 2f6e0a0a ]
  [ "$(wc -l <"$BATS_TEST_TMPDIR/steps")" = 2 ]
}

@test "a namespace and its 64-bit id: another with its number is not the one" {
  local web=$TOP/tests/fixtures/web.json id target
  id=$(jq -r '.namespaces[] | select(.type == "pid" and .inum == 4026532513).id' "$web")
  run -0 --separate-stderr "$NSCOPE" why --load "$web" 'pid:[4026532513]'
  [[ $output == *". nscope why pid:4026532513@$id "* ]]
  run -0 --separate-stderr "$NSCOPE" why --load "$web" "pid:4026532513@$id"
  run -2 --separate-stderr "$NSCOPE" why --load "$web" pid:4026532513@99
  [[ $stderr == *"it has gone: pid:[4026532513] is another by now"* ]]
  for target in net:4026532810@ net:4026532810@x net:4026532810@-1 net:4026532810@0 \
    net:4026532810@99999999999999999999 '#1@5'; do
    run -2 --separate-stderr "$NSCOPE" why --load "$web" "$target"
    [[ $stderr == *"is no TARGET"* ]]
  done
}

@test "what is not known to be all is not said to be all" {
  # Its count is known and all of it is found, or the count is not known, or one is left over.
  jq '(.namespaces[] | select(.type == "net" and .inum == 4026532810)) |=
    (.refs = {kernel: 1, explained: 1, unexplained: 0, audit: "full"})' \
    "$TOP/tests/fixtures/web.json" >"$BATS_TEST_TMPDIR/whole"
  run -0 --separate-stderr "$NSCOPE" why --load "$BATS_TEST_TMPDIR/whole" net:4026532810
  [[ $output == *"It goes when all of this is done"* ]]
  run -0 --separate-stderr "$NSCOPE" why --load "$TOP/tests/fixtures/web.json" net:4026532810
  [[ $output == *"More may keep it than can be seen"* && $output != *"It goes when all"* ]]
  sed 's/"kernel": 1,/"kernel": 2,/' "$BATS_TEST_TMPDIR/whole" >"$BATS_TEST_TMPDIR/rest"
  run -0 --separate-stderr "$NSCOPE" why --load "$BATS_TEST_TMPDIR/rest" net:4026532810
  [[ $output == *"More may keep it than can be seen"* ]]
}

@test "the names of whom a command ends, and when the file was made" {
  run -0 --separate-stderr "$NSCOPE" why --load "$TOP/tests/fixtures/web.json" net:4026532810
  [ "${lines[0]}" = "As it was on web1 at 2026-01-31 12:00:00 UTC; its numbers may be those of others by now." ]
  [[ $output == *"kill 1500   # netd: or have the descriptors above closed"* ]]
}

@test "many descriptors of one process are one line" {
  jq '(.namespaces[] | select(.inum == 4026532810).holders[] | select(.ref == "nsfs").keepers) |=
    . + [range(100; 140) | {kind: "fd", pid: 2290, fd: ., path: ""}]' \
    "$TOP/tests/fixtures/web.json" >"$BATS_TEST_TMPDIR/many"
  run -0 --separate-stderr "$NSCOPE" why --load "$BATS_TEST_TMPDIR/many" net:4026532810
  [[ $output == *"      40 descriptors of systemd 2290: 100, 101, 102, 103, ..."* ]]
  [[ $output == *"descriptor 7 of netd 1500"*"mounted at /run/netns/blue"* && $output != *" more
"* ]]
}

@test "what does not add up is not written as if it did" {
  local dump=$BATS_TEST_TMPDIR/sum pair
  # The kernel's count against what is found, which is 7.
  for pair in '7 initial =' '9 initial >=' '2 initial <=' '9 unstable >=' '9 full ='; do
    read -r count audit sign <<<"$pair"
    jq --argjson count "$count" --arg audit "$audit" '(.namespaces[] | select(.type == "mnt" and
      .initial).refs) |= (.kernel = $count | .audit = $audit)' "$TOP/tests/fixtures/web.json" >"$dump"
    run -0 --separate-stderr "$NSCOPE" why --load "$dump" pid:1
    [[ $output == *"mnt:[4026531841]  initial; refs $count $sign 7 nsproxy"* ]]
    [ "$pair" != '9 full =' ] || [[ $output == *"= 7 nsproxy + 2 unexplained"* ]]
  done
}

@test "the first process is not ended, whether it is on the list or not" {
  local dump=$BATS_TEST_TMPDIR/first only='(.namespaces[] | select(.inum == 4026532810).holders[] |
    select(.ref == "nsfs").keepers) |= [{kind: "fd", pid: 1, fd: 9}]'
  jq "$only" "$TOP/tests/fixtures/web.json" >"$dump"
  run -0 --separate-stderr "$NSCOPE" why --load "$dump" net:4026532810
  [[ $output == *"1. # process 1 has to let go of it"* && $output != *" kill "* ]]
  jq "$only"' | del(.tasks[] | select(.tid == 1))' "$TOP/tests/fixtures/web.json" >"$dump"
  run -0 --separate-stderr "$NSCOPE" why --load "$dump" net:4026532810
  [[ $output == *"descriptor 9 of pid 1"* && $output != *" kill "* ]]
}
