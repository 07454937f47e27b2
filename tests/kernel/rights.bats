#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# With fewer rights, or another /proc, the probes tell less and say so.
# shellcheck disable=SC2030,SC2031 # each test has a dump of its own
load ../lib/nscope
load world
bats_require_minimum_version 1.5.0

setup_file() {
  need_root
  need jq setpriv unshare
  world_start kind nested_pid fd bind mnt_fd socket evil
}
teardown_file() { world_stop; }

nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }

dump_as() { dump_to "$BATS_TEST_TMPDIR/dump.json" "$@"; }

@test "nobody sees all tasks and facts, but the links of its own only" {
  local pid
  pid=$(made kind pid type=net)
  dump_as nobody
  equal "$(task "$pid" '[.ns.net, .ns.user, .nsproxy, .comm, .state, .uid]')" \
    '[null,null,null,"world","S",0]'
  equal "$(task "$pid" '.missing.ns')" '"denied"'
  equal "$(task "$(made nested_pid pid)" '.pids | length')" 3
  [ "$(missed nslinks denied)" -gt 10 ]
  [ "$(missed fds denied)" -gt 10 ]
  [ "$(missed mntns denied)" = 1 ]
  # Its own: nscope itself.
  jq -e --argjson net "$(inum self net)" 'any(.tasks[]; .comm == "nscope" and .uid == 65534 and .ns.net == $net)' "$DUMP"
  # No namespace is made up, and none shows a number of members it cannot know to be all.
  jq -e '[.namespaces[] | select(.nprocs == 0)] | length == 0' "$DUMP"
}

@test "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH alone give every link" {
  local pid
  pid=$(made kind pid type=net)
  dump_as setpriv --reuid 65534 --regid 65534 --clear-groups \
    --inh-caps=-all,+sys_ptrace,+dac_read_search --ambient-caps=-all,+sys_ptrace,+dac_read_search
  equal "$(task "$pid" .ns.net)" "$(made kind inum type=net)"
  equal "$(keepers net "$(made fd net)")" "fd $(made fd pid) $(made fd fd) - -"
}

@test "in a user namespace of its own the owners above are denied, not none" {
  local mine
  DUMP=$BATS_TEST_TMPDIR/dump.json
  # shellcheck disable=SC2016
  nobody unshare -Ur sh -c 'readlink /proc/self/ns/user
    exec "$NSCOPE" dump --no-kernel' >"$DUMP.all" 2>/dev/null
  mine=$(head -n1 "$DUMP.all" | tr -dc 0-9)
  tail -n +2 "$DUMP.all" >"$DUMP"
  equal "$(ns user "$mine" '[.owner, .missing.owner, .nprocs]')" '[null,"denied",1]'
  equal "$(ns user "$mine" .missing.parent)" '"denied"'
  [ "$(missed nsfs denied)" -gt 0 ]
}

@test "doctor: what is had in a user namespace of its own is not had here" {
  nobody unshare -Ur "$NSCOPE" doctor >"$BATS_TEST_TMPDIR/out" 2>/dev/null
  grep -q '^CAP_BPF *here ' "$BATS_TEST_TMPDIR/out"
  grep -q 'in the initial user namespace' "$BATS_TEST_TMPDIR/out"
  run ! grep -q '^CAP_[A-Z_]* *yes ' "$BATS_TEST_TMPDIR/out"
}

@test "doctor: nobody is told to get what it has" {
  "$NSCOPE" doctor >"$BATS_TEST_TMPDIR/out" 2>/dev/null
  grep -q '^CAP_SYS_PTRACE *yes ' "$BATS_TEST_TMPDIR/out" || skip "root has no CAP_SYS_PTRACE here"
  run ! grep 'wants CAP_SYS_PTRACE for' "$BATS_TEST_TMPDIR/out"
  nobody "$NSCOPE" doctor >"$BATS_TEST_TMPDIR/out" 2>/dev/null
  grep -q 'nslinks wants CAP_SYS_PTRACE for' "$BATS_TEST_TMPDIR/out"
}

@test "a /proc of another pid namespace: its numbers, and no socket is looked at by them" {
  dump_as unshare -pf
  equal "$(task "$(made kind pid type=uts)" .ns.uts)" "$(made kind inum type=uts)"
  equal "$(keepers net "$(made fd net)")" "fd $(made fd pid) $(made fd fd) - -"
  [ "$(missed sockets partial)" -gt 0 ]
  run ! ns net "$(made socket net)" .inum
  # The reader itself has two numbers.
  jq -e 'any(.tasks[]; .comm == "nscope" and (.pids | length) == 2 and .pids[1] == 1)' "$DUMP"
}

@test "a /proc of its own pid namespace shows that alone, from number 1 on" {
  dump_as unshare -pf --mount-proc
  equal "$(jq -c '[.tasks[] | [.tid, .comm, .pids]]' "$DUMP")" '[[1,"nscope",[1]]]'
}

@test "in a time namespace the start of a task, which is its key, is the same" {
  local here there
  for here in dump "dump --no-kernel"; do
    # shellcheck disable=SC2086
    there=$(unshare -T --boottime 100000 --fork "$NSCOPE" $here 2>/dev/null |
      jq -c '[.tasks[] | select(.comm == "world") | [.tid, .start]]')
    # shellcheck disable=SC2086
    equal "$there" "$("$NSCOPE" $here 2>/dev/null |
      jq -c '[.tasks[] | select(.comm == "world") | [.tid, .start]]')"
    [ "${#there}" -gt 40 ]
  done
}

@test "hidepid: what /proc hides is a gap" {
  # shellcheck disable=SC2016
  dump_as unshare -m --propagation private sh -c '
    mount -t proc -o hidepid=2 proc /proc &&
    exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' sh
  equal "$(jq '[.tasks[].comm] | map(select(. == "world")) | length' "$DUMP")" 0
  jq -e '.coverage[] | select(.why // "" | test("hidepid"))' "$DUMP"
}

@test "hidepid=1: tasks whose insides are hidden are there with nothing known" {
  local pid
  pid=$(made kind pid type=uts)
  # shellcheck disable=SC2016
  dump_as unshare -m --propagation private sh -c '
    mount -t proc -o hidepid=1 proc /proc &&
    exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' sh
  equal "$(task "$pid" '[.ns.uts, .missing.ns, .comm, .state]')" '[null,"denied",null,null]'
  jq -e '.coverage[] | select(.why // "" | test("hidepid"))' "$DUMP"
}

@test "without a proc filesystem it says so and exits with 2" {
  [[ $NSCOPE_BUILD != */san ]] || skip "the sanitizers themselves need /proc"
  # shellcheck disable=SC2016
  run -2 unshare -m --propagation private sh -c 'mount -t tmpfs none /proc && exec "$NSCOPE" ls'
  [[ $output == *"not a proc filesystem"* ]]
  # shellcheck disable=SC2016
  run -2 unshare -m --propagation private sh -c 'umount -R -l /proc && exec "$NSCOPE" ls'
  [[ $output == *"/proc"* ]]
}

# Numbers of x86_64: they have not all got names in the tools of Debian 12.
PIDFD_OPEN=434 PIDFD_GETFD=438 OPENAT2=437 STATMOUNT=457 LISTMOUNT=458 KCMP=312

@test "an older kernel without listmount: bind mounts are read from mountinfo" {
  dump_as "$NSCOPE_BUILD/kernel/deny" $STATMOUNT $LISTMOUNT --
  equal "$(keepers net "$(made bind net)")" \
    "bind - - /mnt/odd name\x0a\x1b]0;t\x07 $(made bind mnt)"
  equal "$(ns net "$(made bind net)" .owner)" "$(inum self user)"
  # A mount namespace without tasks cannot be looked into this way.
  [ "$(missed binds denied)" -gt 0 ]
}

@test "an older kernel without pidfds, openat2 or kcmp: a gap each, and the rest" {
  dump_as "$NSCOPE_BUILD/kernel/deny" $PIDFD_OPEN $PIDFD_GETFD $OPENAT2 $KCMP --
  equal "$(task "$(made kind pid type=uts)" '[.ns.uts, .comm]')" \
    "[$(made kind inum type=uts),\"world\"]"
  [ "$(missed sockets unsupported)" -gt 0 ]
  run ! ns net "$(made socket net)" .inum
  equal "$(ns net "$(made bind net)" '[.owner, .missing.owner]')" '[null,"denied"]'
  [ "$(missed binds partial)" -gt 0 ]
}

@test "without the ioctls of nsfs: owners are unsupported, not none" {
  need strace
  dump_as strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=ioctl -e inject=ioctl:error=ENOTTY
  equal "$(ns net "$(made kind inum type=net)" '[.owner, .missing.owner, .id]')" \
    '[null,"unsupported",null]'
  [ "$(missed nsfs unsupported)" -gt 0 ]
  [ "$(missed mntns unsupported)" -gt 0 ]
}
