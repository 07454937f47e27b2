#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# nscope in a real terminal: tmux is the emulator, driven from outside.
load ../lib/nscope
load ../lib/terminal

@test "it opens, and the real cursor is on the selected row" {
  open 80x24 "$NSCOPE --load $WEB tui"
  wait_for 'Enter details'
  shows 'nscope file web.json  web1'
  [ "$(selected)" = "$(cursor_row)" ]
  keys j j j
  wait_until eval 'selected | grep -q systemd-timesyn'
  [ "$(selected)" = "$(cursor_row)" ]
  is alternate_on 1
}

@test "q gives back the terminal as it was" {
  tm new-session -d -x 80 -y 24 "PS1='ready> ' exec sh"
  wait_for 'ready>'
  BEFORE=$(modes)
  keys "echo before; $NSCOPE --load $WEB tui; echo status \$?" Enter
  wait_for 'Enter details'
  keys q
  wait_for 'status 0'
  shows before
  wait_until is_restored
}

@test "it follows the size of the terminal, and says when that is too small" {
  open 80x24 "$NSCOPE --load $WEB tui"
  wait_for 'Enter details'
  keys / nginx Enter
  tm resize-window -x 200 -y 60
  wait_for '│ nginx 1911 (1), pid 1 inside.'
  selected | grep -q nginx
  tm resize-window -x 39 -y 24
  wait_for 'terminal too small: need 40x10'
  tm resize-window -x 80 -y 9
  wait_for 'terminal too small: need 40x10'
  tm resize-window -x 40 -y 10
  wait_for 'Enter details'
  selected | grep -q nginx
  tm resize-window -x 80 -y 24
  wait_for 'CONTAINER'
}

@test "Ctrl-Z goes to the shell, fg comes back to the same row" {
  open 80x24 "$NSCOPE --load $WEB tui; echo status \$?"
  wait_for 'Enter details'
  keys j j
  wait_until eval 'selected | grep -q systemd-udevd' # C-z throws away what was not read
  keys C-z
  wait_for 'Stopped'
  is alternate_on 0
  stty -F "$(ask pane_tty)" -a | tr -s ' ' '\n' | grep -qx icanon
  stty -F "$(ask pane_tty)" -a | tr -s ' ' '\n' | grep -qx echo
  keys 'echo in the shell; fg' Enter
  wait_until eval 'selected | grep -q systemd-udevd'
  keys k
  wait_until eval 'selected | grep -q systemd-journal'
  keys q
  wait_until is alternate_on 0
}

@test "stopped from outside and continued, it draws its screen again" {
  # bash, for it gives the terminal back its modes when a job stops like that.
  open 80x24 "exec bash --norc"
  keys "$NSCOPE --load $WEB tui" Enter
  wait_for 'Enter details'
  pid=$(pgrep -t "$(ask pane_tty | cut -c6-)" -x nscope)
  kill -STOP "$pid"
  wait_until eval 'grep -q "^State:.T" /proc/$pid/status'
  kill -CONT "$pid"
  keys fg Enter
  wait_for 'Enter details'
  keys j
  wait_until eval 'selected | grep -q systemd-journal'
}

# dies_by SIGNAL: the terminal is as before and the status is that of the signal
dies_by() {
  local number pid
  number=$(kill -l "$1")
  keys "clear; $NSCOPE --load $WEB tui; echo status \$?" Enter
  wait_for 'Enter details'
  keys M
  wait_until is mouse_any_flag 1
  pid=$(pgrep -t "$(ask pane_tty | cut -c6-)" -x nscope)
  kill -"$1" "$pid"
  wait_for "status $((128 + number))"
  wait_until is_restored || {
    echo "after $1: $(modes) was $BEFORE"
    return 1
  }
}

@test "every signal that ends it gives back the terminal, and keeps its status" {
  # The shell waits for what it runs and outlives an interrupt.
  tm new-session -d -x 80 -y 24 "ulimit -c 0; PS1='ready> ' exec sh"
  keys 'trap : INT QUIT' Enter
  wait_for 'ready>'
  BEFORE=$(modes)
  for signal in SEGV BUS ABRT FPE ILL TERM HUP INT QUIT USR1 USR2 ALRM XCPU; do
    dies_by $signal
  done
}

@test "vt100: no colours, and all the same on the screen" {
  TERM=vt100 open 80x24 "$NSCOPE --load $WEB tui"
  wait_for 'Enter details'
  looks_not $'\e\\[([0-9]+;)*3[0-7]m'
  keys 2
  wait_for '[2 Spaces]'
}

@test "a terminal that cannot move its cursor, or is not known, is refused in words" {
  open 80x24 "TERM=dumb $NSCOPE --load $WEB tui; echo status \$?"
  wait_for 'TERM=dumb cannot move its cursor'
  wait_for 'status 2'
  keys "TERM=no-such $NSCOPE --load $WEB tui; echo status: \$?" Enter
  wait_for 'TERM=no-such is not known here'
  wait_for 'status: 2'
}

@test "LANG=C: ASCII alone" {
  open 80x24 "LC_ALL=C $NSCOPE --load $WEB tui"
  wait_for 'Enter details'
  wait_for '|- sshd 412'
  screen >"$BATS_TEST_TMPDIR/screen"
  [ "$(LC_ALL=C tr -d '\000-\177' <"$BATS_TEST_TMPDIR/screen" | wc -c)" -eq 0 ]
}

@test "colours: 256, 16, and none with NO_COLOR" {
  open 80x24 "$NSCOPE --load $WEB tui"
  wait_for 'Enter details'
  looks $'\e\\[.*38;5;136m'
  keys q
  keys "TERM=xterm $NSCOPE --load $WEB tui" Enter
  wait_for 'Enter details'
  looks $'\e\\[[0-9;]*33m'
  looks_not '38;5'
  looks_not $'\e\\[[0-9;]*34m'
  keys q
  keys "NO_COLOR=1 $NSCOPE --load $WEB tui" Enter
  wait_for 'Enter details'
  looks_not $'\e\\[([0-9]+;)*3[0-8][;m]'
  looks $'\e\\[[0-9;]*7m' # the selected row
}

@test "the mouse is off until M; then a click selects, again opens, the wheel scrolls" {
  open 80x24 "$NSCOPE --load $WEB tui"
  wait_for 'Enter details'
  is mouse_any_flag 0
  keys M
  wait_until is mouse_any_flag 1
  keys -l $'\e[<0;10;8M\e[<0;10;8m'
  wait_until eval 'selected | grep -q "sshd 412"'
  keys -l $'\e[<0;10;8M\e[<0;10;8m'
  wait_for 'pid_for_children'
  keys Escape
  wait_gone 'pid_for_children'
  keys -l $'\e[<65;10;8M'
  wait_gone 'systemd-journal'
  keys M
  wait_until is mouse_any_flag 0
}

@test "without a terminal the tree is printed, and the screen refused" {
  run bash -c "$NSCOPE --load $WEB </dev/null | head -n 2"
  [[ $output == *TASK*systemd\ 1* ]]
  run "$NSCOPE" --load "$WEB" tui </dev/null
  [ "$status" -eq 2 ]
  [[ $output == *'needs a terminal'* ]]
}

@test "y and Y reach the clipboard of the terminal (OSC 52)" {
  open 80x24 "$NSCOPE --load $WEB tui"
  wait_for 'Enter details'
  keys j y
  wait_for 'sent pid:312 to the terminal'
  [ "$(tm show-buffer)" = pid:312 ]
  keys Y
  wait_for 'as JSON'
  tm show-buffer | grep -q '"systemd-journal"'
}

# join NAME: a process of that name beside nscope in its pid namespace, in $joined
join() {
  cp "$(command -v sleep)" "$BATS_TEST_TMPDIR/$1"
  nsenter -t "$viewer" -p -m "$BATS_TEST_TMPDIR/$1" 600 3>&- &
  entered=$!
  echo "$entered" >>"$BATS_TEST_TMPDIR/pids"
  wait_until eval 'joined=$(pgrep -P $entered)'
}
leave() {
  kill -KILL "$1"
  wait_until is_gone "$1"
}

@test "live: what comes and goes leaves the selection and its line alone" {
  need_root
  # A world of its own: what else this host does must not move the rows.
  open 80x24 "exec unshare --pid --fork --mount-proc $NSCOPE"
  wait_for 'Enter details'
  viewer=$(pgrep -t "$(ask pane_tty | cut -c6-)" -x nscope | head -n 1)
  join early
  early=$joined
  wait_for 'early '
  join anchor
  wait_for 'anchor '
  keys G
  wait_until eval 'selected | grep -q anchor'
  line=$(ask cursor_y)
  join other
  wait_for 'other '
  selected | grep -q anchor
  [ "$(ask cursor_y)" = "$line" ]
  leave "$joined"
  wait_gone 'other '
  selected | grep -q anchor
  leave "$early" # a row above it: the list is short and has to move up
  wait_gone 'early '
  selected | grep -q anchor
  # Paused, nothing comes; R reads once.
  keys p
  wait_for 'nscope paused'
  join late
  keys R
  wait_for 'late '
  leave "$joined"
  keys p
  wait_for 'nscope live'
  wait_gone 'late '
  selected | grep -q anchor
}

# Bytes that nscope wrote to the terminal, by the trace of it.
bytes_written() {
  awk -F' = ' '/ write\(1,/ { n += $NF } END { print n + 0 }' "$BATS_TEST_TMPDIR/trace"
}
refreshes() { grep -cE ' write\([0-9]+, "\\1\\0' "$BATS_TEST_TMPDIR/trace"; }

# settle N: after N more refreshes
settle() {
  local until=$(($(refreshes) + $1))
  wait_until eval '[ "$(refreshes)" -ge '$until' ]'
}

@test "a refresh with nothing changed writes no byte, a moved cursor two rows" {
  need_root
  need strace
  # A world of its own, in which nothing happens; what is not below /proc/PID is of the whole host.
  open 80x24 "unshare --pid --fork --mount-proc $NSCOPE --skip mntns,binds,nsfs,sockets,fds,kernel tui"
  wait_for 'Enter details'
  wait_for 'nscope 1'
  pid=$(pgrep -t "$(ask pane_tty | cut -c6-)" -x nscope | head -n 1)
  strace -f -qq -s 200 -e trace=write -o "$BATS_TEST_TMPDIR/trace" -p "$pid" 3>&- &
  tracer=$!
  echo "$tracer" >>"$BATS_TEST_TMPDIR/pids"
  settle 2 # the reading that goes on now may still bring something new
  before=$(bytes_written)
  settle 3
  grep -a ' write(1,' "$BATS_TEST_TMPDIR/trace" || true
  [ "$(bytes_written)" = "$before" ]
  keys 2
  wait_for '[2 Spaces]'
  settle 2
  before=$(bytes_written)
  keys j
  wait_for ' 2/'
  settle 2
  moved=$(($(bytes_written) - before))
  echo "bytes for a moved cursor: $moved"
  [ "$moved" -gt 0 ]
  [ "$moved" -lt 1500 ] # of five rows; the whole screen takes 4000 and more
  kill "$tracer"
  wait "$tracer" || true
}
