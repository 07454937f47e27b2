#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The Lab in a real terminal, on the model and on real test processes.
load ../lib/nscope
load ../lib/terminal

# The nscope of this terminal, and how many test processes it has.
nscope_pid() { pgrep -t "$(ask pane_tty | cut -c6-)" -x nscope | head -n 1; }
below() { # PID: it and all below it
  local child
  echo "$1"
  for child in $(pgrep -P "$1"); do below "$child"; done
}
has_ended() {
  local pid
  for pid; do [ ! -e "/proc/$pid/stat" ] || return 1; done
}

# leaves_nothing: q ends it, and every process that it started with it
leaves_nothing() {
  local pids
  pids=$(below "$(nscope_pid)")
  [ "$(wc -w <<<"$pids")" -gt 2 ]
  keys Q
  wait_for 'status 0'
  # shellcheck disable=SC2086
  wait_until has_ended $pids
  wait_until is_restored
}

open_shell() {
  tm new-session -d -x "${1%x*}" -y "${1#*x}" "PS1='ready> ' exec sh"
  wait_for 'ready>'
  BEFORE=$(modes)
}

@test "a scenario is played on the screen: question, answer, back, source" {
  need_root
  open_shell 80x24
  keys "$NSCOPE run uts-child; echo status \$?" Enter
  wait_for 'What do you expect?'
  shows 'Step 1 of'
  shows 'CLONE_NEWUTS'
  shows_not 'ok, returns'
  keys n
  wait_for 'as the model said'
  screen | grep -qE 'MODEL.*│ +KERNEL'
  screen | grep -qE '^ \+└ b .*h\.\..*\+└ b .*h\.\.'
  screen | grep -qE '\+uts:\[[0-9]+\] .*\+uts:\[[0-9]+\]'
  keys h
  wait_for 'What do you expect?'
  shows_not 'as the model said'
  keys h
  wait_for 'as the model said'
  keys s
  wait_for 'In the source, step 1 of'
  keys G
  wait_for 'wake_up_new_task()'
  keys Escape
  wait_for 'as the model said'
  keys n p p
  wait_for 'Step 1 of'
  leaves_nothing
}

@test "a scenario goes on by itself with --auto" {
  open_shell 80x24
  keys "$NSCOPE run fork-shares --model --auto; echo status \$?" Enter
  wait_for 'What do you expect?'
  wait_for 'ok, returns'
  keys q
  wait_for 'status 0'
}

@test "an act from the Tree: flags are chosen, predicted and run" {
  need_root
  open_shell 120x40
  keys "$NSCOPE tui; echo status \$?" Enter
  wait_for 'Enter details'
  keys a
  wait_for 'make a child, with the flags'
  keys Enter
  wait_for 'clone(SIGCHLD)'
  keys j Space
  wait_for 'clone(CLONE_NEWNET|SIGCHLD)'
  shows 'ok, returns'
  keys Enter
  wait_for 'b = clone(CLONE_NEWNET|SIGCHLD) ='
  keys 6
  wait_for 'as the model said'
  screen | grep -qE '\+net:\[[0-9]+\] +1 b'
  keys j w # why its namespace is there
  wait_for '[3 Why]'
  selected | grep -q 'net:\['
  keys 6
  wait_for 'as the model said'
  keys ':' 'do b: unshare(CLONE_NEWIPC|CLONE_NEWUTS)' Enter
  wait_for 'b: unshare(CLONE_NEWIPC|CLONE_NEWUTS)'
  wait_for 'Act 2 of 2'
  keys a
  wait_for 'What a test process can do'
  keys G Enter
  wait_for '!b:'
  keys 'nonsense()' Enter
  wait_for 'error:'
  keys Escape
  leaves_nothing
}

@test "what a filter refuses is no bug, and the model goes on from what is so" {
  need_root
  [ "$(uname -m)" = x86_64 ] || skip "the numbers of the calls are those of x86_64"
  open_shell 120x40
  keys "$NSCOPE_BUILD/kernel/deny 272=1 -- $NSCOPE tui; echo status \$?" Enter
  wait_for 'Enter details'
  keys 6 a
  wait_for 'What a test process can do'
  keys Escape
  keys ':' 'do a: unshare(CLONE_NEWNET)' Enter
  wait_for 'not done: a seccomp filter may have refused it'
  keys ':' 'do a: b = fork()' Enter
  wait_for 'Act 2 of 2'
  wait_for 'as the model said'
  shows_not 'bug in nscope'
  leaves_nothing
}

@test "what is not a test process of nscope cannot act" {
  need_root
  open_shell 80x24
  keys "$NSCOPE tui; echo status \$?" Enter
  wait_for 'Enter details'
  wait_until eval 'selected | grep -q .' # the first reading has begun
  keys a
  wait_for 'is not a test process of nscope: only those can act'
  keys Escape
  leaves_nothing
}

@test "--readonly and a file have no Lab and no actions" {
  open_shell 80x24
  keys "$NSCOPE tui --readonly; echo status \$?" Enter
  wait_for 'Enter details'
  shows_not '6 Lab'
  shows_not 'a act'
  keys a
  wait_for 'a does nothing here'
  keys ':' 'do a: fork()' Enter
  wait_for 'error: "do" is off: nscope was started with --readonly'
  [ -z "$(pgrep -P "$(nscope_pid)")" ]
  keys q
  wait_for 'status 0'
  keys "clear; $NSCOPE --load $WEB tui; echo status \$?" Enter
  wait_for 'Enter details'
  shows_not '6 Lab'
  keys 6
  wait_for '6 does nothing here'
  keys q
  wait_for 'status 0'
}

@test "for the back row: big letters, and back" {
  open_shell 80x24
  keys "$NSCOPE --load $WEB tui" Enter
  wait_for 'Enter details'
  keys P
  wait_for '▀█▀ █▀▄ █▀▀ █▀▀'
  keys P
  wait_gone '▀█▀'
  wait_for '[1 Tree]'
}
