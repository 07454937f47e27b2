# SPDX-License-Identifier: GPL-2.0-or-later
# The man pages are made from the tables: nothing is missing, nothing is left over.
bats_require_minimum_version 1.5.0
load ../lib/nscope

setup() {
  need scdoc mandoc
  cd "$BATS_TEST_TMPDIR" || return
  for page in "$TOP"/doc/*.scd; do
    "$NSCOPE" man-page "$page" | scdoc >"$(basename "$page" .scd)"
  done
  export MANWIDTH=78
}

page() {
  mandoc -T utf8 "nscope.$1" | col -bx
}

@test "the pages are whole" {
  for file in nscope.[157]; do
    run -0 mandoc -T lint -W error "$file"
    run ! grep -n '@[a-z-]*@' "$file"
  done
}

@test "every command, its options and examples" {
  page 1 >text
  for cmd in $("$NSCOPE" --help | awk '/^  [a-z]/ && $1 != "nscope" { print $1 }'); do
    grep -q "^   nscope $cmd" text
    "$NSCOPE" "$cmd" --help | grep -oE '^  .{4}--[a-z-]+' | grep -oE -- '--.*' | while read -r option; do
      grep -qF -- "$option" text || { echo "$cmd $option" && exit 1; }
    done
    "$NSCOPE" "$cmd" --help | sed -n 's/^  nscope/nscope/p' | while read -r line; do
      grep -qF -- "$line" text || { echo "$line" && exit 1; }
    done
  done
  "$NSCOPE" --help | grep -oE '^  .{4}--[a-z-]+' | grep -oE -- '--.*' | while read -r option; do
    grep -qF -- "$option" text || { echo "$option" && exit 1; }
  done
}

@test "every column" {
  page 1 | sed -n '/^COLUMNS OF NAMESPACES/,/^COLUMNS OF TASKS/p' >text
  "$NSCOPE" ls --help | sed -n '/^Columns:/,/^Options/s/^  \([a-z_]*\) .*/\1/p' | while read -r column; do
    grep -qE "^ +$column\$" text || { echo "$column" && exit 1; }
  done
}

@test "every probe, and every key of the screen" {
  page 1 >text
  "$NSCOPE" doctor 2>/dev/null | awk '/^PROBE/ { on = 1; next } !NF { on = 0 } on { print $1 }' | sort -u >probes
  [ "$(wc -l <probes)" -gt 5 ]
  while read -r probe; do grep -qE "^ +$probe\$" text; done <probes
  "$NSCOPE" tui --list-keys >keys
  [ "$(wc -l <keys)" -gt 30 ]
  cut -f2 keys | while read -r name; do
    grep -qE -- ":$name( |\$)" text || { echo ":$name" && exit 1; }
  done
}

@test "nscope(5) names every member of the schema" {
  page 5 >text
  for name in $(jq -r '.properties | keys[]' "$TOP/doc/nscope-1.schema.json") \
    $(jq -r '."$defs" | .task, .namespace, .nsproxy, .keeper, .quota | .properties | keys[]' \
      "$TOP/doc/nscope-1.schema.json"); do
    grep -qw -- "$name" text || { echo "$name" && false; }
  done
}

@test "the schema has every member that a dump has" {
  "$NSCOPE" dump --load "$TOP/tests/fixtures/web.json" >dump.json 2>/dev/null
  jq -r 'keys[], (.tasks[] | keys[]), (.namespaces[] | keys[]), (.nsproxies[] | keys[]),
    (.coverage[] | keys[]), (.namespaces[].holders[] | keys[], (.keepers[] | keys[])),
    ((.namespaces[], .nsproxies[]).refs | keys[]), (.quotas[] | keys[]),
    (.quotas[].users // [] | .[] | keys[])' dump.json | sort -u >members
  jq -r '.. | objects | .properties? // empty | keys[]' "$TOP/doc/nscope-1.schema.json" | sort -u >known
  [ -z "$(comm -23 members known)" ]
}
