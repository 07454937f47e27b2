#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# run without rights and without test processes: the list, the model, what is misspelled, pipes.
bats_require_minimum_version 1.5.0
load ../lib/nscope

@test "run: --list has a line for each scenario, with the programs that courses begin with" {
  run -0 --separate-stderr "$NSCOPE" run --list
  [ "${#lines[@]}" -ge 30 ]
  [ -z "$stderr" ]
  [ -z "$(awk '{ print $1 }' <<<"$output" | sort | uniq -d)" ]
  while read -r name title; do [[ $name =~ ^[a-z][a-z-]*$ && -n $title ]]; done <<<"$output"
  for name in uts-child pidns-container; do grep -q "^$name  *[A-Z]" <<<"$output"; done
}

@test "run: every scenario is as expected on the model alone" {
  run -0 --separate-stderr "$NSCOPE" run --all --auto --plain --model
  [[ ${lines[-1]} == "$("$NSCOPE" run --list | wc -l) scenarios as expected, 0 not, 0 cannot run here" ]]
  [ "$(grep -c ': as expected$' <<<"$output")" = "$("$NSCOPE" run --list | wc -l)" ]
  [[ $output != *DIFFERENCE* ]]
  [ -z "$stderr" ]
}

@test "run: the model alone makes no process" {
  need strace
  # Who is traced cannot look for leaks.
  export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
  run -0 strace -f -qq -e trace=process,unshare,setns -o "$BATS_TEST_TMPDIR/calls" \
    "$NSCOPE" run uts-child --plain --model
  run ! grep -E 'clone3?\(|v?fork\(|unshare\(|setns\(' "$BATS_TEST_TMPDIR/calls"
}

@test "run: the question comes before the act, the answer and the refusal after it" {
  run -0 "$NSCOPE" run userns-first --plain --model
  [[ ${lines[0]} == "userns-first: "* ]]
  [[ $output == *"? a has no capabilities."*" 1/"*"a: unshare(CLONE_NEWNET)"*"model: EPERM"*"refused by "*"=> No:"* ]]
  [[ ${lines[-1]} == "userns-first: as expected" ]]
}

@test "run: --source tells each step with its function and what it changes" {
  run -0 "$NSCOPE" run fork-shares --plain --model --source
  [[ $output == *"- copy_namespaces(), kernel/nsproxy.c: "*"nsproxy #"*": count 1 -> 2"* ]]
}

@test "run: --rules is another kernel's, and what that does not know is not run" {
  for rules in 4.4 6.1 current; do
    run -0 "$NSCOPE" run --all --plain --model --rules $rules
    [[ $output != *DIFFERENCE* ]]
    [[ ${lines[-1]} == *" as expected, 0 not, "* ]]
  done
  run -0 "$NSCOPE" run pid-depth --plain --model --rules 4.4
  [[ $output == *"model: EINVAL"* ]]
  run -1 "$NSCOPE" run setns-order --plain --model --rules 4.4
  [[ ${lines[-1]} == "setns-order: not run here: this kernel has no setns() by pidfd" ]]
}

@test "run: what is misspelled is told with the nearest" {
  while IFS='|' read -r args want; do
    # shellcheck disable=SC2086
    run -2 --separate-stderr "$NSCOPE" run $args
    [ -z "$output" ]
    [[ $stderr == *"$want"* ]] || { echo "$args: $stderr"; false; }
  done <<'END'
uts-chlid --plain|there is no scenario uts-chlid; did you mean uts-child?
zzzzzzzzz --plain|nscope run --list tells all
--plain|takes the name of a scenario
uts-child fork-shares --plain|takes the name of a scenario
--all uts-child --plain|takes the name of a scenario
uts-child --plain --model --rules 1.0|there are no rules 1.0
uts-child --plain --rules 4.4|--rules is for --model
--lsit|did you mean --list?
END
  run -2 --separate-stderr "$NSCOPE" run --load "$TOP/tests/fixtures/web.json" uts-child
  [[ $stderr == *"acts on this host, not on a dump"* ]]
}

@test "run: a reader that goes away, or a full disk, is no crash" {
  set -o pipefail
  run "$NSCOPE" run --all --auto --plain --model
  "$NSCOPE" run --all --auto --plain --model | head -n 1 || [[ $? == @(2|141) ]]
  [ -e /dev/full ] || skip "no /dev/full"
  run -2 bash -c '"$NSCOPE" run uts-child --plain --model >/dev/full'
}
