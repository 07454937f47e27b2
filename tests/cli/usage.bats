# SPDX-License-Identifier: GPL-2.0-or-later
# Help, errors of usage and the exit statuses that nscope(1) promises.
bats_require_minimum_version 1.5.0
load ../lib/nscope

setup() {
  WEB=$TOP/tests/fixtures/web.json
}

@test "--help is on stdout, at most 25 lines of 100 columns, with three examples" {
  run -0 --separate-stderr "$NSCOPE" --help
  [ "${#lines[@]}" -le 25 ]
  [ -z "$stderr" ]
  [ "$(grep -c '^  nscope ' <<<"$output")" = 3 ]
  while IFS= read -r line; do [ ${#line} -le 100 ]; done <<<"$output"
}

@test "every command has its help, and every option is in it" {
  for cmd in ls tree nsproxy dump graph doctor completion; do
    run -0 "$NSCOPE" $cmd --help
    [[ ${lines[0]} == "Usage: nscope $cmd"* ]]
    [ "$(grep -c "^  .*nscope $cmd" <<<"$output")" -ge 1 ]
    "$NSCOPE" --help | grep -q "^  $cmd "
  done
}

@test "the examples of --help run" {
  run -0 --separate-stderr "$NSCOPE" ls --load "$WEB" type = net and nprocs = 0
  [ "${#lines[@]}" = 4 ]
  run -0 --separate-stderr "$NSCOPE" tree --by nsproxy --load "$WEB"
}

@test "--version names version and features" {
  run -0 "$NSCOPE" --version
  [[ $output =~ ^nscope\ [0-9]+\.[0-9]+\.[0-9]+\ [+-]bpf ]]
}

@test "what is misspelled is told with the nearest, on stderr, exit 2" {
  while IFS='|' read -r args want; do
    # shellcheck disable=SC2086
    run -2 --separate-stderr "$NSCOPE" $args
    [ -z "$output" ]
    [[ $stderr == *"$want"* ]] || { echo "$args: $stderr"; false; }
  done <<'END'
lss|there is no command lss; did you mean ls?
treee|did you mean tree?
--lod x|there is no option --lod; did you mean --load?
ls --jsno|did you mean --json?
ls -x|there is no option -x
ls -o nss|there is no column nss; did you mean ns?
ls -o ns,tpye|did you mean type?
ls -t nte|there is no kind nte; did you mean net?
ls -t mnt,usr|did you mean user?
ls nproc = 0|no such column; did you mean nprocs?
ls type = nte|no such kind; did you mean net?
tree --by ownr|there is no order ownr; did you mean owner?
tree commm = x|did you mean comm?
--skip fdz ls|there is no probe fdz; did you mean fds?
ls --color=sometimes|--color is auto, always or never
dump extra|takes no argument: extra
completion tcsh|bash, zsh or fish
graph nte:[5]|there is no kind nte; did you mean net?
graph net:[x]|is no TARGET; it looks like
graph a b|one TARGET at a time
ls --load|needs an argument
END
}

@test "options may stand before and behind the command" {
  run -0 --separate-stderr "$NSCOPE" --load "$WEB" ls -n
  before=$output
  run -0 --separate-stderr "$NSCOPE" ls --noheadings --load="$WEB"
  [ "$output" = "$before" ]
}

@test "without a command and a terminal: the tree" {
  run -0 --separate-stderr "$NSCOPE" --load "$WEB"
  bare=$output
  run -0 --separate-stderr "$NSCOPE" tree --load "$WEB"
  [ "$output" = "$bare" ]
}

@test "an incomplete view is told on stderr, and is exit 3 under --strict" {
  run -0 --separate-stderr "$NSCOPE" ls --load "$WEB"
  [[ $stderr == "nscope: incomplete: "*"nslinks missed 2 (ptrace access refused even to root)"* ]]
  run -3 --separate-stderr "$NSCOPE" ls --strict --load "$WEB"
  [ -n "$output" ]
  jq -c '.coverage[] |= (.state = "ok")' "$WEB" >"$BATS_TEST_TMPDIR/whole.json"
  run -0 --separate-stderr "$NSCOPE" ls --strict --load "$BATS_TEST_TMPDIR/whole.json"
  [ -z "$stderr" ]
}

@test "a full disk and a closed stdout are exit 2 with a message" {
  for cmd in ls tree nsproxy dump graph doctor; do
    run -2 --separate-stderr sh -c "'$NSCOPE' $cmd --load '$WEB' >/dev/full"
    [[ $stderr == "nscope $cmd: cannot write to stdout: No space left on device" ]]
    run -2 --separate-stderr sh -c "'$NSCOPE' $cmd --load '$WEB' >&-"
    [[ $stderr == "nscope $cmd: cannot write to stdout: Bad file descriptor" ]]
  done
  run -2 --separate-stderr sh -c "'$NSCOPE' --help >/dev/full"
}

@test "a reader that goes away ends it quietly, with 2 and not by a signal" {
  for cmd in ls dump tree; do
    run -0 python3 - "$NSCOPE" $cmd --load "$WEB" <<'END'
import os, subprocess, sys
r, w = os.pipe()
os.close(r)
done = subprocess.run(sys.argv[1:], stdout=w, stderr=subprocess.PIPE)
assert (done.returncode, done.stderr) == (2, b""), done
END
  done
}

@test "closed standard descriptors are no trouble" {
  run -0 sh -c "'$NSCOPE' ls --load '$WEB' <&- 2>&- | wc -l"
  [ "$output" -gt 30 ]
}

@test "--load reads stdin for -, and needs no rights" {
  run -0 --separate-stderr sh -c "'$NSCOPE' ls --load - <'$WEB'"
  [ "${#lines[@]}" -gt 30 ]
  run -2 --separate-stderr "$NSCOPE" ls --load /nonexistent/file
  [[ $stderr == *"/nonexistent/file: No such file or directory" ]]
  run -2 --separate-stderr "$NSCOPE" ls --load "$BATS_TEST_TMPDIR"
  [[ $stderr == *"Is a directory" ]]
  chmod 755 "$BATS_TEST_TMPDIR"
  need setpriv
  [ "$(id -u)" = 0 ] || skip "root drops its rights here"
  run -0 --separate-stderr setpriv --reuid 65534 --clear-groups "$NSCOPE" ls --load - <"$WEB"
}
