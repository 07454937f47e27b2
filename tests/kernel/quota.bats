#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The quotas of namespaces: what nscope says was used is what was made, level by level,
# and whom it names refuses in fact.
load ../lib/nscope
bats_require_minimum_version 1.5.0

setup_file() {
  need_root
  need jq setpriv
}

setup() {
  MADE=$BATS_TEST_TMPDIR/made DUMP=$BATS_TEST_TMPDIR/dump.json
}

teardown() {
  [ -z "${MAKER-}" ] || end_process "$MAKER"
}

# make STEP...: until the test ends, as a user that nobody else is: what a test before has
# left may be a while on its way out.
INIT=$((0xEFFFFFFD)) # PROC_USER_INIT_INO
make() {
  WHO=$((100000 + $$ * 10 + BATS_TEST_NUMBER))
  exec {IN}<> <(:)
  : >"$MADE"
  "$NSCOPE_BUILD/kernel/quotas" "$WHO" "$@" <&"$IN" >"$MADE" 2>"$MADE.err" 3>&- &
  MAKER=$!
  wait_until is_made || { cat "$MADE.err"; return 1; }
  PID=$(awk '$1 == "ready" { print $2 }' "$MADE")
  OUTER=$(awk '$1 == "userns" { print $2; exit }' "$MADE")
  INNER=$(awk '$1 == "userns" { n = $2 } END { print n }' "$MADE")
}
is_made() {
  grep -q ^ready "$MADE" || {
    kill -0 "$MAKER" || exit 1
    return 1
  }
}

need_kernel_probe() {
  "$NSCOPE" dump --skip fds,sockets,binds 2>/dev/null >"$DUMP"
  jq -e '.quotas[0].users' "$DUMP" >/dev/null ||
    skip "no kernel probe here: $(jq -r '.coverage[] | select(.probe == "kernel").why' "$DUMP")"
}

# used USERNS: what the user has used there, by the dump.
used() {
  jq -cS --argjson ns "$1" --argjson uid "$WHO" \
    '[.quotas[] | select(.user == $ns).users[] | select(.uid == $uid).used] | .[0]' "$DUMP"
}

# found USERNS: the namespaces that it, or one below it, owns: by the rows of the dump.
found() {
  jq -cS --argjson ns "$1" '(.namespaces | map(select(.type == "user")) |
      map({key: "\(.inum)", value: .parent}) | from_entries) as $up |
    def chain: [recurse($up["\(.)"]; . != null)];
    [.namespaces[] | (if .type == "user" then .parent else .owner end) as $at |
      select($at != null and ($at | chain | index($ns))) | .type] |
    group_by(.) | map({key: .[0], value: length}) | from_entries' "$DUMP"
}

equal() {
  [ "$1" = "$2" ] || {
    printf 'got    %s\nwanted %s\n' "$1" "$2"
    return 1
  }
}

@test "what is said to be used is what was made, level by level" {
  need_kernel_probe
  make userns max:net:7 make:net:2 make:uts:1 userns max:ipc:9 make:net:3 make:ipc:2 make:mnt:1
  "$NSCOPE" dump 2>/dev/null >"$DUMP"
  equal "$(used "$INNER")" '{"ipc":2,"mnt":1,"net":3}'
  equal "$(used "$OUTER")" '{"ipc":2,"mnt":1,"net":5,"user":1,"uts":1}'
  equal "$(used "$INIT")" '{"ipc":2,"mnt":1,"net":5,"user":2,"uts":1}'
  equal "$(found "$INNER")" "$(used "$INNER")"
  equal "$(found "$OUTER")" "$(used "$OUTER")"
  equal "$(jq -c --argjson ns "$OUTER" '.quotas[] | select(.user == $ns).max' "$DUMP")" '{"net":7}'
  equal "$(jq -c --argjson ns "$INNER" '.quotas[] | select(.user == $ns).max' "$DUMP")" '{"ipc":9}'
  equal "$(jq --argjson ns "$INIT" '.quotas[] | select(.user == $ns).max.net' "$DUMP")" \
    "$(cat /proc/sys/user/max_net_namespaces)"
}

@test "until ENOSPC: who refuses is named, by why, by predict, and from a dump" {
  local full
  need_kernel_probe
  make userns max:net:5 make:net:2 userns max:net:10 fill:net
  grep -qx 'made net 3' "$MADE"
  grep -qx 'refused net ENOSPC' "$MADE"
  full="uid $WHO has 5 of 5 in user:[$OUTER]"
  "$NSCOPE" dump 2>/dev/null >"$DUMP"
  equal "$(used "$INNER")" '{"net":3}'
  run -0 "$NSCOPE" why "user:[$OUTER]"
  [[ $output == *"make in it: net 5, no limit of the other kinds"* ]]
  [[ $output == *"uid $WHO net    [##########] 5 of 5  ! no more (ENOSPC)"* ]]
  for from in live "$DUMP"; do
    [ "$from" = live ] && set -- || set -- --load "$from"
    run -0 "$NSCOPE" why "$@" "user:[$INNER]"
    [[ $output == *"uid $WHO net    [###.......] 3 of 10  ! no more (ENOSPC): $full"* ]]
    run -0 "$NSCOPE" why "$@" "pid:$PID"
    [[ $output == *"net    ! none (ENOSPC): $full"* ]]
    run -1 "$NSCOPE" predict "$@" -p "$PID" 'unshare(CLONE_NEWNET)'
    [ "${lines[0]}" = "ENOSPC: inc_ucount(): uid $WHO has 5 of the 5 net namespaces that user:[$OUTER] allows it" ]
    run -0 "$NSCOPE" predict "$@" -p "$PID" 'unshare(CLONE_NEWUTS)'
    [[ $output != *max_uts_namespaces* ]]
  done
  "$NSCOPE" dump --load "$DUMP" | cmp - "$DUMP"
}

@test "what has gone is not used any more" {
  need_kernel_probe
  make userns make:net:3 make:mnt:1
  "$NSCOPE" dump 2>/dev/null >"$DUMP"
  equal "$(used "$INIT")" '{"mnt":1,"net":3,"user":1}'
  end_process "$MAKER"
  unset MAKER
  is_unused() {
    "$NSCOPE" dump --skip fds,sockets,binds 2>/dev/null >"$DUMP"
    [ "$(used "$INIT")" = null ]
  }
  wait_until is_unused
}

@test "near the limit, and a limit of 0" {
  need_kernel_probe
  make userns max:uts:10 max:time:0 make:uts:9 fill:time
  grep -qx 'refused time ENOSPC' "$MADE"
  run -0 "$NSCOPE" why "user:[$OUTER]"
  [[ $output == *"uts    [#########.] 9 of 10  ! 1 more"* ]]
  [[ $output == *"time   [##########] 0 of 0  ! no more (ENOSPC)"* ]]
  run -0 "$NSCOPE" why "pid:$PID"
  [[ $output == *"uts    ! 1: uid $WHO has 9 of 10 in user:[$OUTER]"* ]]
  [[ $output == *"mnt    "*" in user:[$INIT]"* ]]
}

@test "without the kernel probe: our own limits, and what is used of them is unknown" {
  local nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups) limit
  limit=$(cat /proc/sys/user/max_net_namespaces)
  "${nobody[@]}" "$NSCOPE" dump 2>/dev/null >"$DUMP"
  jq -e --argjson max "$limit" '.quotas | length == 1 and .[0].users == null and .[0].max.net == $max' "$DUMP"
  jq -e '.coverage[] | select(.probe == "quota") | .state == "denied" and .seen == 1' "$DUMP"
  run -0 "${nobody[@]}" "$NSCOPE" why "user:[$(inum self user)]"
  [[ $output == *"what is used of that only the kernel probe can tell"* ]]
  # shellcheck disable=SC2016
  run -0 "${nobody[@]}" sh -c 'exec "$1" why pid:$$' sh "$NSCOPE"
  [[ $output == *"net    at most $limit: uid 65534 has ? of $limit in user:["* ]]
  run -0 "${nobody[@]}" "$NSCOPE" doctor
  [[ $output == *quota*denied*"only the kernel probe can tell"* ]]
  "$NSCOPE" dump --no-kernel 2>/dev/null >"$DUMP"
  jq -e '.quotas[0].users == null' "$DUMP"
  jq -e '.coverage[] | select(.probe == "quota").state == "off"' "$DUMP"
  "$NSCOPE" dump --skip quota 2>/dev/null | jq -e '.quotas == []'
}
