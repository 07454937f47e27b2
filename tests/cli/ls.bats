# SPDX-License-Identifier: GPL-2.0-or-later
# nscope ls: columns, filters and forms, on a host from a file.
bats_require_minimum_version 1.5.0
load ../lib/nscope

setup() {
  WEB=$TOP/tests/fixtures/web.json
}

list() {
  "$NSCOPE" ls --load "$WEB" "$@" 2>/dev/null
}

@test "by default the columns that lsns has" {
  run -0 list
  [[ ${lines[0]} =~ ^\ *NS\ TYPE\ +NPROCS\ +PID\ USER\ +COMMAND$ ]]
  [ "${#lines[@]}" = $(($(jq '.namespaces | length' "$WEB") + 1)) ]
}

@test "every namespace of the file, with its numbers" {
  diff <(list -n -r -o ns,type,nprocs,nthreads) \
    <(jq -r '.namespaces[] | "\(.inum) \(.type) \(.nprocs) \(.nthreads)"' "$WEB")
}

@test "namespaces without a process say what keeps them" {
  run -0 list -n -o ns,command nprocs = 0
  [[ $output == *"4026532810 bind /run/netns/blue and 1 more"* ]]
  [[ $output == *"4026532811 socket fd 7 of 901 and 1 more"* ]]
  [[ $output == *"4026532820 owns 3 namespaces"* ]]
  [[ $output == *"4026532821 fd 30 of 2290"* ]]
  [[ $output == *"4026532750 for children"* ]]
  [[ $output == *'4026532830 bind /run/\x1b[1mfar\x1b[0m'* ]]
}

@test "each column by name, all at once" {
  columns=$("$NSCOPE" ls --help | sed -n '/^Columns:/,/^Options/s/^  \([a-z_]*\) .*/\1/p')
  [ "$(wc -l <<<"$columns")" -ge 20 ]
  for column in $columns; do
    run -0 list -o "$column"
    [ "$(tr -d ' ' <<<"${lines[0]}")" = "${column^^}" ]
  done
  run -0 list -J -o "$(paste -sd, <<<"$columns")"
  jq -e ". == (. | map(.)) and length == $(jq '.namespaces | length' "$WEB")" <<<"$output"
  diff <(jq -r '.[0] | keys_unsorted[]' <<<"$output") - <<<"$columns"
}

@test "-o +COLUMNS adds to the default, in any case of letters" {
  run -0 list -o +ons,LEVEL -t user
  [[ ${lines[0]} =~ COMMAND\ +ONS\ +LEVEL$ ]]
  [[ $output == *"4026532720"*" 4026532710     2"* ]]
}

@test "-t takes kinds" {
  run -0 list -n -r -o type -t time,net
  [ "$(sort -u <<<"$output" | paste -sd' ')" = "net time" ]
}

@test "filters choose rows" {
  run -0 list -n -r -o ns type = net and nprocs = 0
  [ "$output" = $'4026532405\n4026532810\n4026532811' ]
  run -0 list -n -r -o ns '(type = user or type = pid) and level > 1'
  [ "$output" = $'4026532729\n4026532730\n4026532720' ]
  run -0 list -n -r -o ns blue
  [ "$output" = 4026532810 ]
  run -0 list -n -r -o type 'container = web'
  [ "$(paste -sd' ' <<<"$output")" = "mnt net pid ipc uts cgroup" ]
  run -0 list nprocs = 12345
  [ -z "$output" ]
}

@test "--raw has one field a column, whatever is in it" {
  run -0 list -r -n -o ns,command,where
  [ -z "$(awk 'NF != 3' <<<"$output")" ]
  run -0 list -r -n -o command 'ns = 4026532514'
  [ "$output" = 'nginx:\x20master\x20process\x20nginx\x20-g\x20daemon\x20off;' ]
}

@test "-J: numbers are numbers, 64-bit ids strings, what is unknown null" {
  run -0 list -J -o ns,type,id,pid,refs,initial
  jq -e 'all(.[]; (.ns | type) == "number" and (.id | type) == "string" and .refs == null
    and (.initial | type) == "boolean") and any(.[]; .pid == null)' <<<"$output"
}

@test "no control byte and no deceiving character in any form" {
  for form in -n -r -J; do
    for cmd in "ls $form -o ns,command,where,nsfs,user" "tree -n" "dump" "graph" "doctor" "nsproxy"; do
      # shellcheck disable=SC2086
      "$NSCOPE" $cmd --load "$WEB" >"$BATS_TEST_TMPDIR/out" 2>&1
      LC_ALL=C run ! grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' \
        "$BATS_TEST_TMPDIR/out"
      iconv -f utf-8 -t utf-8 "$BATS_TEST_TMPDIR/out" >/dev/null
    done
  done
}

@test "--ascii is ASCII" {
  for cmd in ls tree "tree --by user" nsproxy graph; do
    # shellcheck disable=SC2086
    run -0 --separate-stderr "$NSCOPE" $cmd --ascii --load "$WEB"
    ascii=$output
    LC_ALL=C run ! grep -a '[^ -~]' <<<"$ascii"
    # shellcheck disable=SC2086
    LC_ALL=C run -0 --separate-stderr "$NSCOPE" $cmd --load "$WEB"
    [ "$output" = "$ascii" ]
  done
}
