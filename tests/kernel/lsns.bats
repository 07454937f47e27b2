#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Against lsns: every namespace that it shows is there with the same owner and the
# same number of processes; then those that it cannot show.
load ../lib/nscope
load world
bats_require_minimum_version 1.5.0

# What lsns of Debian 12 can see, and not a name that makes it print nothing at all.
ITEMS="kind no_init nested_user nested_pid chroot owner zombie thread fd bind socket mnt_fd"

setup() {
  need_root
  need lsns unshare
}

# rows COMMAND...: its rows, sorted. Both programs see themselves: one process each.
rows() { "$@" 2>/dev/null | LC_ALL=C sort; }

# In a pid namespace of our own nothing else starts or ends.
quiet() {
  # shellcheck disable=SC2016
  unshare -p -f -m --mount-proc bash -c "$(declare -f quiet_main rows wait_until)"'; quiet_main "$@"' \
    bash "$@" 3>&-
}

quiet_main() { # WORLD DIR ITEM...
  local dir=$2
  mkfifo "$dir/in"
  "$1" "${@:3}" <"$dir/in" >"$dir/world" &
  exec {in}>"$dir/in"
  wait_until grep -qx ready "$dir/world"
  rows lsns -rn -o NS,TYPE,NPROCS,ONS >"$dir/lsns"
  sed -i 's/ 0$/ -/' "$dir/lsns" # nobody owns it
  rows "$NSCOPE" ls --no-kernel -rn -o ns,type,nprocs,ons >"$dir/nscope"
  rows "$NSCOPE" ls -rn -o ns,type,nprocs,ons >"$dir/nscope.kernel"
  exec {in}>&-
  wait
}

# The rows of the first file that the second lacks.
lacking() { LC_ALL=C comm -23 "$1" "$2"; }

@test "kind, number, owner and processes are those of lsns, row by row" {
  local dir=$BATS_TEST_TMPDIR
  # shellcheck disable=SC2086
  quiet "$NSCOPE_BUILD/kernel/world" "$dir" $ITEMS
  [ "$(wc -l <"$dir/lsns")" -gt 20 ]
  lacking "$dir/lsns" "$dir/nscope" | tee "$dir/lack"
  [ ! -s "$dir/lack" ]
  lacking "$dir/lsns" "$dir/nscope.kernel" | tee "$dir/lack"
  [ ! -s "$dir/lack" ]
}

@test "and there is more: what lsns cannot show" {
  local dir=$BATS_TEST_TMPDIR item key inum
  # shellcheck disable=SC2086
  quiet "$NSCOPE_BUILD/kernel/world" "$dir" $ITEMS
  for item in thread/net fd/net bind/net socket/net mnt_fd/mnt owner/user; do
    key=${item#*/} item=${item%/*}
    inum=$(WORLD=$dir/world made "$item" "$key")
    grep -q "^$inum $key 0 " "$dir/nscope"
    run ! grep -q "^$inum $key" "$dir/lsns"
  done
}

@test "a name with a newline blinds lsns of Debian 12, not us" {
  local dir=$BATS_TEST_TMPDIR
  quiet "$NSCOPE_BUILD/kernel/world" "$dir" kind evil
  grep -q "^$(WORLD=$dir/world made kind inum type=net) net 1 " "$dir/nscope"
}
