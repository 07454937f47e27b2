#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The numbers of net namespaces in our own, in a net namespace of the test's.
load ../lib/nscope
bats_require_minimum_version 1.5.0

setup() {
  need_root
  need ip unshare
}

# In net and mount namespaces of our own: "named" is kept by its mount alone and has number 7.
setup_named() {
  mount -t tmpfs tmpfs /run
  ip netns add named
  ip netns set named 7
  named=$(stat -Lc %i /run/netns/named)
  own=$(stat -Lc %i /proc/self/ns/net)
}

apart() {
  unshare -n -m bash -euc "$(declare -f setup_named "$1"); setup_named; $1" 3>&-
}

numbers() {
  local option
  for option in "" --no-kernel; do
    # shellcheck disable=SC2086
    "$NSCOPE" ls $option -rn -o ns,netnsid -t net 2>/dev/null >/run/rows
    grep -qx "$named 7" /run/rows
    grep -qx "$own unassigned" /run/rows
  done
}

@test "a named net namespace has the number that ip gave it, our own has none" {
  apart numbers
}

by_task() {
  ip netns exec named sleep infinity &
  task=$!
  trap 'kill $task' EXIT
  until [ "$(stat -Lc %i /proc/$task/ns/net)" = "$named" ]; do :; done
  umount /run/netns/named
  "$NSCOPE" ls -rn -o netnsid,nprocs -t net "ns = $named" 2>/dev/null | grep -qx "7 1"
}

@test "one that only a task uses is asked by the task" {
  apart by_task
}

round_trip() {
  "$NSCOPE" dump 2>/dev/null >/run/dump
  "$NSCOPE" dump --load /run/dump | cmp - /run/dump
  "$NSCOPE" ls --load /run/dump -rn -o ns,netnsid -t net | grep -qx "$named 7"
}

@test "a dump carries them" {
  apart round_trip
}

@test "what no column shows is not asked" {
  run --separate-stderr "$NSCOPE" ls
  [ "$status" -eq 0 ]
  need strace
  run strace -f -e trace=socket "$NSCOPE" ls
  [[ $output != *AF_NETLINK* ]]
  run strace -f -e trace=socket "$NSCOPE" ls -o netnsid
  [[ $output == *AF_NETLINK* ]]
}
