# SPDX-License-Identifier: GPL-2.0-or-later
# What every bats file starts with:  load ../lib/nscope
#
# Never a bare `wait`: bats counts its timeout in a child of the test.
# $TOP is the root of the repository, $NSCOPE the program under test and
# $NSCOPE_BUILD the folder of the test programs; a file can be run alone by bats.
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export TOP
export NSCOPE=${NSCOPE:-$TOP/nscope} NSCOPE_BUILD=${NSCOPE_BUILD:-$TOP/build/plain}
export LC_ALL=${LC_ALL:-C.UTF-8}

# Skip the test unless it runs as root.
need_root() {
  [ "$(id -u)" = 0 ] || skip "needs root"
}

# Skip the test unless every command is there.
need() {
  local name
  for name; do
    command -v "$name" >/dev/null || skip "$name is not installed"
  done
}

# wait_until COMMAND...: until it succeeds; fails after 20 seconds.
wait_until() {
  local deadline=$((SECONDS + 20))
  until "$@" 2>/dev/null; do
    [ $SECONDS -lt $deadline ] || {
      echo "waited in vain for: $*"
      return 1
    }
    sleep 0.05
  done
}

# wait_briefly COMMAND...: for half a second, where it may well fail.
wait_briefly() {
  local _
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    ! "$@" 2>/dev/null || return 0
    sleep 0.05
  done
  return 1
}

# inum PID KIND: the inode number of a namespace of a process.
inum() {
  local link
  link=$(readlink "/proc/$1/ns/$2") || return 1
  link=${link#*\[}
  echo "${link%]}"
}

# The process ends, and has ended when this returns.
end_process() {
  local pid
  for pid; do
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    wait_until is_gone "$pid"
  done
}

is_gone() { [ ! -e "/proc/$1/stat" ]; }
