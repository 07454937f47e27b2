# SPDX-License-Identifier: GPL-2.0-or-later
# Format 1: the schema, the way there and back, and files that are broken.
bats_require_minimum_version 1.5.0
load ../lib/nscope

setup() {
  WEB=$TOP/tests/fixtures/web.json
  cd "$BATS_TEST_TMPDIR" || return
}

valid() {
  python3 - "$TOP/doc/nscope-1.schema.json" "$@" <<'END'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
for name in sys.argv[2:]:
    jsonschema.Draft202012Validator(schema).validate(json.load(open(name)))
END
}

dump() {
  "$NSCOPE" dump --load "$@" 2>/dev/null
}

@test "load and dump again gives the same bytes" {
  dump "$WEB" >one.json
  dump one.json >two.json
  cmp one.json two.json
  # but for the version it is the fixture itself
  diff <(jq 'del(.nscope.version)' "$WEB") <(jq 'del(.nscope.version)' one.json)
}

@test "a live dump is valid, and survives the trip" {
  "$NSCOPE" dump >live.json 2>/dev/null
  valid live.json
  dump live.json | cmp - live.json
  jq -e '.tasks | length > 1' live.json
}

@test "the fixture is valid; a schema that takes anything would not notice" {
  valid "$WEB"
  jq '.tasks[0].ns.net = "no"' "$WEB" >bad.json
  run ! valid bad.json
  jq 'del(.namespaces[3].inum)' "$WEB" >bad.json
  run ! valid bad.json
}

@test "jq may reorder and reformat it" {
  jq . "$WEB" | dump - >pretty.json
  dump "$WEB" | cmp - pretty.json
  jq '.tasks |= reverse | .namespaces |= reverse' "$WEB" | dump - >reversed.json
  dump "$WEB" | cmp - reversed.json
}

@test "one row a line, so that diff shows rows" {
  jq '(.tasks[] | select(.tid == 1911)).comm = "apache"' "$WEB" | dump - >after.json
  dump "$WEB" >before.json
  [ "$(diff before.json after.json | grep -c '^[<>]')" = 2 ]
}

@test "-o writes a new file that only its owner can read" {
  echo old >out.json
  chmod 644 out.json
  ln out.json other-name
  run -0 --separate-stderr "$NSCOPE" dump --load "$WEB" -o out.json
  [ -z "$output" ]
  [ "$(stat -c %a out.json)" = 600 ]
  [ "$(cat other-name)" = old ]
  dump "$WEB" | cmp - out.json
  [ "$(find . -name 'out.json*' | wc -l)" = 1 ]
}

@test "-o does not follow a link, and leaves nothing when it fails" {
  echo precious >precious
  ln -s precious link
  "$NSCOPE" dump --load "$WEB" -o link 2>/dev/null
  [ "$(cat precious)" = precious ]
  [ ! -L link ]
  run -2 --separate-stderr "$NSCOPE" dump --load "$WEB" -o /nonexistent/x
  [[ $stderr == *"/nonexistent/x: No such file or directory" ]]
  mkdir dir
  run -2 --separate-stderr "$NSCOPE" dump --load "$WEB" -o dir
  [ "$(find . -name 'dir.*' | wc -l)" = 0 ]
  run -2 --separate-stderr "$NSCOPE" dump --load "$WEB" -o /dev/full
  [ -c /dev/full ]
}

@test "a truncated file says at which byte it ends, at any byte" {
  size=$(stat -c %s "$WEB")
  for n in 0 1 2 100 1000 20000 $((size - 3)); do
    head -c "$n" "$WEB" >cut.json
    run -2 --separate-stderr "$NSCOPE" ls --load cut.json
    [[ $stderr =~ cut.json:\ byte\ $n(:|\ ) ]] || { echo "$n: $stderr"; false; }
  done
}

@test "a broken file says where and what was expected" {
  while IFS='|' read -r edit want; do
    jq -c "$edit" "$WEB" >bad.json
    run -2 --separate-stderr "$NSCOPE" ls --load bad.json
    [ -z "$output" ]
    [[ $stderr =~ "bad.json: byte "([0-9]+)": $want" ]] || { echo "$edit: $stderr"; false; }
    [ "${BASH_REMATCH[1]}" -gt 0 ] && [ "${BASH_REMATCH[1]}" -lt "$(stat -c %s bad.json)" ]
  done <<'END'
.tasks[3].ns.net = 1|tasks[3].ns.net: there is no net:[1] among the namespaces
.tasks[2].tid = "x"|tasks[2].tid: expected a whole number from 1
.tasks[2].tid = .tasks[1].tid|tasks[2].tid: task 2 is there twice
.namespaces[1].type = "nett"|namespaces[1].type: expected one of mnt, net
.namespaces[1] = 7|namespaces[1]: expected an object
.namespaces = {}|namespaces: expected an array
.coverage[0].state = "great"|coverage[0].state: expected one of ok
.nscope.format = 2|nscope.format: made by a newer nscope (format 2); this one reads format 1
END
  echo '{"a":1,"a":2}' >bad.json
  run -2 --separate-stderr "$NSCOPE" ls --load bad.json
  [[ $stderr == *"duplicate object key"* ]]
  lsns -J >bad.json 2>/dev/null || echo '{"namespaces":[]}' >bad.json
  run -2 --separate-stderr "$NSCOPE" ls --load bad.json
  [[ $stderr == *"this is no dump of nscope"* ]]
}

@test "the byte that is told is the byte that is wrong" {
  jq -c '.tasks[3].ns.net = 1' "$WEB" >bad.json
  run -2 --separate-stderr "$NSCOPE" ls --load bad.json
  [[ $stderr =~ byte\ ([0-9]+) ]]
  [ "$(tail -c +$((BASH_REMATCH[1] + 1)) bad.json | head -c 2)" = "1," ]
}

@test "hostile bytes travel through jq and back" {
  jq . "$WEB" | dump - | jq -r '.tasks[] | select(.tid == 2800) | .comm, .cmdline' >names
  grep -qF '\x1b]0;owned\x07\x1b[2J' names
  grep -qF -- '--name=\xff\xfe' names
}
