# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154
# What bats files with a real terminal load after nscope: tmux is the emulator.
setup() {
  need tmux
  SOCKET=$BATS_TEST_TMPDIR/tmux
  WEB=$TOP/tests/fixtures/web.json
  export TERM=xterm-256color
  unset TMUX NO_COLOR
}

teardown() {
  local pid
  while read -r pid; do
    [ ! -e "/proc/$pid" ] || kill -KILL "$pid"
  done < <(cat "$BATS_TEST_TMPDIR/pids" 2>/dev/null)
  tmux -S "$SOCKET" kill-server 2>/dev/null || true
}

tm() { tmux -S "$SOCKET" -f /dev/null "$@"; }
screen() { tm capture-pane -p; }
keys() { tm send-keys "$@"; }
ask() { tm display-message -p "#{$1}"; }
shows() { screen | grep -qF -- "$1"; }
shows_not() { ! shows "$1"; }
wait_for() { wait_until shows "$1" || { screen && return 1; }; }
wait_gone() { wait_until shows_not "$1" || { screen && return 1; }; }
is() { [ "$(ask "$1")" = "$2" ]; }

# open WxH COMMAND...: a terminal in which a shell runs the command
open() {
  local size=$1
  shift
  tm new-session -d -x "${size%x*}" -y "${size#*x}" "export TERM=$TERM PS1='ready> '; exec sh"
  tm set-option -g set-clipboard on
  keys "$*" Enter
}

# The row with the cursor's sign, and the line of the screen that the real cursor is on.
selected() { screen | grep '^>'; }
cursor_row() { screen | sed -n "$(($(ask cursor_y) + 1))p"; }

looks() { tm capture-pane -e -p | grep -qE -- "$1"; } # a regex that knows of colours
looks_not() { ! looks "$1"; }

# is_restored: no other screen, a cursor, no mouse, and the terminal's modes of before
is_restored() {
  is alternate_on 0 && is cursor_flag 1 && is mouse_any_flag 0 &&
    [ "$(modes)" = "$BEFORE" ]
}
modes() { stty -g -F "$(ask pane_tty)"; }
