#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# diff of two dumps, by what jq changes in one of them.
# shellcheck disable=SC2016 # $t and $net are of jq
load ../lib/nscope

setup() {
  need jq
  A=$TOP/tests/fixtures/web.json
  B=$BATS_TEST_TMPDIR/b.json
}

# The fixture with a change, written as nscope itself writes it.
changed() {
  jq "$@" "$A" >"$BATS_TEST_TMPDIR/raw.json"
  "$NSCOPE" dump --load "$BATS_TEST_TMPDIR/raw.json" -o "$B"
}

@test "a dump does not differ from itself" {
  run "$NSCOPE" diff "$A" "$A"
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

@test "a task that is gone, one that came, a link that moved" {
  local tid name net
  tid=$(jq '[.tasks[] | select(.tid == .tgid)] | last.tid' "$A")
  name=$(jq -r --argjson t "$tid" '.tasks[] | select(.tid == $t).comm' "$A")
  changed --argjson t "$tid" '.tasks |= map(select(.tid != $t))'
  run "$NSCOPE" diff "$A" "$B"
  [ "$status" -eq 1 ]
  [ "${lines[0]}" = "- task $tid ($name)" ]
  run "$NSCOPE" diff "$B" "$A"
  [ "$status" -eq 1 ]
  [ "${lines[0]}" = "+ task $tid ($name)" ]
  net=$(jq '[.namespaces[] | select(.type == "net").inum] | unique | .[-1]' "$A")
  changed --argjson net "$net" '(.tasks[] | select(.tid == 1).ns.net) = $net'
  run "$NSCOPE" diff "$A" "$B"
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == "~ task 1 ("*"): netns "*" -> $net" ]]
}

@test "what is no two dumps of one system is told" {
  run "$NSCOPE" diff "$A"
  [ "$status" -eq 2 ]
  run "$NSCOPE" diff "$A" /dev/null
  [ "$status" -eq 2 ]
  [[ $output == *"/dev/null: "* ]]
  changed '.meta.boot_id = "another"'
  run "$NSCOPE" diff "$A" "$B"
  [ "$status" -eq 2 ]
  [[ $output == *"different boots"* ]]
}
