#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every reference explained: what nscope finds is what the kernel counts, for each
# kind of namespace held in each way there is. holders.c makes them.
load ../lib/nscope
bats_require_minimum_version 1.5.0

# A row that others on this host work at is no failure; of ours none may be one.
OURS='def ours: .refs.audit == "full";'

setup_file() {
  need_root
  need jq setpriv unshare
  "$NSCOPE" dump 2>/dev/null >"$BATS_FILE_TMPDIR/now.json"
  jq -e '.nsproxies[0].source == "kernel"' "$BATS_FILE_TMPDIR/now.json" >/dev/null ||
    skip "no kernel probe here: $(jq -r '.coverage[] | select(.probe == "kernel").why' \
      "$BATS_FILE_TMPDIR/now.json")"
}

setup() {
  HELD=$BATS_TEST_TMPDIR/held DUMP=$BATS_TEST_TMPDIR/dump.json
}

# hold ARGS...: run holders until release
hold() {
  exec {IN}<> <(:)
  : >"$HELD"
  HELD=$HELD "$NSCOPE_BUILD/kernel/holders" "$@" <&"$IN" >"$HELD" 2>"$HELD.err" 3>&- &
  HOLDER=$!
  wait_until is_held
}
is_held() {
  grep -qx ready "$HELD" || {
    kill -0 "$HOLDER" || exit 1
    return 1
  }
}
release() { end_process "$HOLDER"; }
teardown() {
  [ -z "${HOLDER-}" ] || release
}

dump() { "$@" "$NSCOPE" dump >"$DUMP" 2>"$DUMP.err"; }

# The namespaces that holders made, as JSON rows of the dump.
held_rows() {
  awk 'NF == 3 { print $2 ":" $3 }' "$HELD" | sort -u | jq -R . | jq -s . >"$HELD.json"
  jq -c --slurpfile held "$HELD.json" \
    '.namespaces[] | select("\(.type):\(.inum)" as $n | $held[0] | index($n))' "$DUMP"
}

# All of them are there, were stable, and add up. An audit may be disturbed by the
# end of what was there before: then it is asked again.
adds_up() {
  local n
  dump
  n=$(awk 'NF == 3 { print $2 ":" $3 }' "$HELD" | sort -u | wc -l)
  held_rows >"$HELD.rows"
  [ "$(wc -l <"$HELD.rows")" = "$n" ] || return 1
  [ "$(jq -s 'map(select(.refs.audit == "full")) | length' "$HELD.rows")" = "$n" ] || return 1
  jq -se 'all(.refs.unexplained == 0 and .refs.kernel == .refs.explained and .refs.kernel > 0)' \
    "$HELD.rows" >/dev/null
}

must_add_up() {
  wait_until adds_up || {
    jq -c 'select(.refs.unexplained != 0) | [.type, .inum, .refs, [.holders[] | [.ref, .count]]]' \
      "$HELD.rows"
    cat "$HELD" "$HELD.err"
    return 1
  }
}

# one_by_one KIND: each way to hold a namespace of that kind is explained by the right reference,
# and ended by what `why` prints.
one_by_one() {
  local name kind ref n=0
  "$NSCOPE_BUILD/kernel/holders" list >"$BATS_TEST_TMPDIR/list"
  while read -r name kind ref; do
    [ "$kind" = "$1" ] || continue
    n=$((n + 1))
    hold "$name"
    must_add_up
    jq -e --arg ref "$ref" '[.holders[] | select(.count > 0).ref] | index($ref)' "$HELD.rows" ||
      { echo "$name: no $ref"; cat "$HELD.rows"; return 1; }
    must_free "$kind:$(awk 'NF == 3 { print $3 }' "$HELD")"
    release
  done <"$BATS_TEST_TMPDIR/list"
  unset HOLDER
  [ $n -ge 5 ]
}
@test "each way to hold a mnt namespace, one by one: explained, and freed as told" {
  one_by_one mnt
}
@test "each way to hold a net namespace, one by one: explained, and freed as told" {
  one_by_one net
}
@test "each way to hold a pid namespace, one by one: explained, and freed as told" {
  one_by_one pid
}
@test "each way to hold a user namespace, one by one: explained, and freed as told" {
  one_by_one user
}
@test "each way to hold a ipc namespace, one by one: explained, and freed as told" {
  one_by_one ipc
}
@test "each way to hold a uts namespace, one by one: explained, and freed as told" {
  one_by_one uts
}
@test "each way to hold a cgroup namespace, one by one: explained, and freed as told" {
  one_by_one cgroup
}
@test "each way to hold a time namespace, one by one: explained, and freed as told" {
  one_by_one time
}

# must_free TARGET: what `why` says, pasted into a shell, ends the namespace. A process that has
# ended holds some of them until its parent waits; those of holders never do, and go next.
must_free() {
  local round
  for round in 1 2 3; do
    wait_until is_ours "$1"
    PATH=${NSCOPE%/*}:$PATH sh "$HELD.steps" >"$HELD.out" 2>&1 || true
    ! wait_briefly gone "$1" || return 0
  done
  # Process 1, who has to wait for orphans, may take its time.
  ! (wait_until gone "$1") || return 0
  cat "$HELD.why" "$HELD.out"
  return 1
}
# Others on this host may just look into a process of ours: no command of ours ends them.
is_ours() {
  local pid
  "$NSCOPE" why "$1" >"$HELD.why" 2>/dev/null || return 0
  sed -n 's/^  [0-9]*\. //p' "$HELD.why" >"$HELD.steps"
  # shellcheck disable=SC2013 # words it is
  for pid in $(sed -n 's/#.*//; s/^kill\( -KILL\)*//p' "$HELD.steps"); do
    [ ! -e "/proc/$pid" ] || tr '\0' '\n' <"/proc/$pid/environ" | grep -qx "HELD=$HELD" ||
      grep -q '^State:.*zombie' "/proc/$pid/status" || return 1
  done
}

@test "all ways together" {
  # shellcheck disable=SC2046
  hold $("$NSCOPE_BUILD/kernel/holders" list | cut -d' ' -f1)
  must_add_up
}

@test "ten random worlds of at least 150 namespaces" {
  local seed
  for seed in 1 2 3 4 5 6 7 8 9 10; do
    hold random "$seed" 160
    [ "$(grep -c ':*[0-9]$' "$HELD")" -ge 150 ]
    must_add_up
    # Not only those that are named: everything that stood still adds up. A network
    # namespace of the world before may wait for sockets that close, and that no file has.
    jq -c "$OURS"' .namespaces[] | select(ours and .refs.unexplained != 0) |
      select((.type == "net" and .nprocs == 0) | not)' "$DUMP" >"$HELD.rest"
    [ ! -s "$HELD.rest" ] || { cat "$HELD.rest"; return 1; }
    jq -e '[.nsproxies[] | select(.refs.audit == "full" and .refs.unexplained != 0)] == []' "$DUMP"
    release
  done
  unset HOLDER
}

@test "tasks that no list has are told as what they are" {
  # Forks of others on this host are not on any list for a moment: then it is asked again.
  wait_until has_all_tasks || { jq -c '.nsproxies[0]' "$DUMP"; return 1; }
  jq -e '[.namespaces[] | select(.initial).refs | .audit == "initial" and .unexplained == null] | all' \
    "$DUMP"
}

has_all_tasks() {
  dump
  jq -e --argjson cpus "$(getconf _NPROCESSORS_CONF)" \
    '.nsproxies[0].refs | .idle == $cpus and .kernel == .explained and .unexplained == 0' "$DUMP" \
    >/dev/null
}

@test "a fork storm: nothing false is printed" {
  local storm i
  hold net-sockets user-owner pid-pinned ipc-shmat
  (while :; do (:) & wait; done) 3>&- &
  storm=$!
  for i in 1 2 3 4 5; do
    dump
    held_rows >"$HELD.rows"
    [ "$(wc -l <"$HELD.rows")" = 4 ]
    # Stable rows add up; the others keep silent.
    jq -e '[.namespaces[], .nsproxies[] | select(.refs.unexplained | . and . != 0)] == []' \
      "$DUMP" >/dev/null || {
      jq -c '.namespaces[], .nsproxies[] | select(.refs.unexplained | . and . != 0) | del(.ns)' "$DUMP"
      kill "$storm"
      return 1
    }
  done
  end_process "$storm"
}

@test "a storm inside: what moves is never told as a rest" {
  local i
  # Forks and sockets that are made and freed all the time: counts are often the same by chance.
  # shellcheck disable=SC2016
  unshare -Urpnmi --mount-proc --fork --kill-child bash -c 'while :; do
    (:) & wait; (exec 3<>/dev/udp/127.0.0.1/9; /bin/true); done' 2>/dev/null 3>&- &
  HOLDER=$!
  for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    dump
    jq -c '.namespaces[], .nsproxies[] | select((.refs.unexplained // 0) != 0) | del(.ns)' \
      "$DUMP" >"$DUMP.rest"
    [ ! -s "$DUMP.rest" ] || { cat "$DUMP.rest"; return 1; }
  done
}

@test "what no list has is told as a rest, once nothing moves" {
  "$NSCOPE_BUILD/kernel/holders" net-mapped-ring </dev/null >/dev/null || skip "no io_uring here"
  hold net-mapped-ring
  wait_until has_rest "net:$(awk '$1 == "net-mapped-ring" { print $3 }' "$HELD")"
}
has_rest() { [[ $("$NSCOPE" why "$1" 2>/dev/null) == *"counts 1, explained 0, unexplained 1"* ]]; }

@test "the same with CAP_BPF and CAP_PERFMON alone, as nobody" {
  local hidden
  hold net-sockets user-owner pid-pinned mnt-mountinfo
  dump setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all,+bpf,+perfmon \
    --ambient-caps=-all,+bpf,+perfmon
  held_rows >"$HELD.rows"
  [ "$(wc -l <"$HELD.rows")" = 4 ]
  jq -se 'all(.refs.unexplained == 0)' "$HELD.rows"
  hidden=$(jq '[.tasks[] | select(.nsproxy == null and .state != "Z")] | length' "$DUMP")
  [ "$hidden" -lt 40 ] # those hidden from BPF at most
}

@test "as nobody and in a user namespace: no count, and the reason" {
  local who
  for who in "setpriv --reuid 65534 --regid 65534 --clear-groups" "unshare -U" \
    "setpriv --reuid 65534 --clear-groups --inh-caps=-all,+bpf --ambient-caps=-all,+bpf"; do
    # shellcheck disable=SC2086
    dump $who
    jq -e '[.namespaces[].refs | .kernel == null and .unexplained == null] | all' "$DUMP"
    jq -e '[.nsproxies[] | .source == "inferred" and .count == null] | all' "$DUMP"
    jq -e '.coverage[] | select(.probe == "kernel") | .state == "denied" and (.why | test("CAP_BPF"))' \
      "$DUMP"
  done
}

@test "two sources, one truth: /proc and the kernel differ only in counts" {
  local f
  hold net-fd uts-task pid-fork user-task mnt-task
  # Processes of the test itself come and go, and zombies of other runs: only what lives of
  # holders is compared.
  for f in kernel proc; do
    dump
    [ "$f" = kernel ] || "$NSCOPE" --no-kernel dump >"$DUMP" 2>/dev/null
    jq -S 'def ours: .tasks[] | select(.cmdline // "" | test("holders net-fd uts-task"));
      [ours | del(.nsproxy, .state, .missing)], ([ours.ns[]] as $used | [.namespaces[] |
        select(.initial == false and (.inum as $i | $used | index($i))) | del(.refs, .holders)])' \
      "$DUMP" >"$BATS_TEST_TMPDIR/$f"
  done
  diff -u "$BATS_TEST_TMPDIR/proc" "$BATS_TEST_TMPDIR/kernel"
  [ "$(jq -s '.[0] | length' "$BATS_TEST_TMPDIR/kernel")" -gt 8 ]
}

@test "why: the sum, the keepers by name, and the steps that free it" {
  local target pid
  hold net-bind
  target=$(awk '$1 == "net-bind" { print $2 ":" $3 }' "$HELD")
  run -0 --separate-stderr "$NSCOPE" why "$target"
  [[ ${lines[0]} == "$(echo "$target" | sed 's/:/:[/')]: the kernel counts 1, explained 1, unexplained 0" ]]
  [[ $output == *"mounted at /mnt/0 in mnt:["* ]]
  # What it says frees it does free it, and ends no process.
  echo "$output" | sed -n 's/^  [0-9]*\. //p' >"$BATS_TEST_TMPDIR/steps"
  [ "$(grep -c '^umount -N /proc/[0-9]*/ns/mnt /mnt/' "$BATS_TEST_TMPDIR/steps")" = 2 ]
  [ "$(wc -l <"$BATS_TEST_TMPDIR/steps")" = 2 ]
  sh -e "$BATS_TEST_TMPDIR/steps"
  wait_until gone "$target"
}
gone() { ! "$NSCOPE" why "$1" >/dev/null; }

@test "an nsproxy that no task points at is known by what its namespaces lack" {
  local pid kind
  # No system call leaves one, so it is made of a dump of a real set of namespaces.
  unshare -mnpiuC -T --fork --kill-child sleep 1000 3>&- &
  HOLDER=$!
  wait_until has_child "$HOLDER"
  read -r pid <"/proc/$HOLDER/task/$HOLDER/children" || [ -n "$pid" ]
  wait_until stands_still "$pid"
  jq --argjson pid "$pid" '[.tasks[] | select(.tid == $pid).ns][0] as $ns |
    (.namespaces[] | select(.inum == $ns[.type]).refs.kernel) |= . + 1 |
    (.namespaces[] | select(.type == "time" and .inum == $ns.time).refs.kernel) |= . + 1' \
    "$DUMP" >"$DUMP.leak"
  run -0 --separate-stderr "$NSCOPE" --load "$DUMP.leak" why "net:$(inum "$pid" net)"
  [[ $output == *"+1 unexplained"*"these all lack what one nsproxy gives"* ]]
  for kind in mnt net pid ipc uts cgroup time; do
    [[ $output == *"at which no task points:"*" $kind:[$(inum "$pid" $kind)]"* ]]
  done
  # One that has initial ones for the rest lacks nothing there that could be told.
  jq '(.namespaces[] | select(.type == "uts" or .type == "ipc").refs) |= (.kernel = .explained)' \
    "$DUMP.leak" >"$DUMP.some"
  run -0 --separate-stderr "$NSCOPE" --load "$DUMP.some" why "net:$(inum "$pid" net)"
  [[ $output == *"these all lack"* && $output != *" uts:["* ]]
  # Nothing of the kind without.
  run -0 --separate-stderr "$NSCOPE" --load "$DUMP" why "net:$(inum "$pid" net)"
  [[ $output == *"unexplained 0"* && $output != *"lack"* ]]
  end_process "$pid"
}
has_child() { [ -n "$(cat "/proc/$1/task/$1/children")" ]; }
stands_still() {
  dump
  [ "$(jq --argjson pid "$1" '[.tasks[] | select(.tid == $pid).ns][0] as $ns |
    [.namespaces[] | select(.inum == $ns[.type] and .refs.audit == "full" and
      .refs.unexplained == 0)] | length' "$DUMP")" = 7 ]
}

@test "why: a copy that is locked in another user namespace goes with that" {
  local pid net
  # In a mount namespace of our own; the namespace is that of a process that has ended.
  # shellcheck disable=SC2016
  unshare -mn --propagation private sh -c '
    mount -t tmpfs none /mnt && touch /mnt/net && mount --bind /proc/self/ns/net /mnt/net
    stat -c %i /mnt/net; exec nsenter --net=/proc/'$$'/ns/net \
      unshare -Urm --propagation private sh -c "for i in $(seq -s " " 20); do sleep 1000 & done
        echo ready; exec sleep 1000"' >"$HELD" 3>&- &
  HOLDER=$!
  wait_until grep -qx ready "$HELD"
  net=$(head -n 1 "$HELD")
  run -0 --separate-stderr "$NSCOPE" why "net:$net"
  # All who are in there, however many: one that is left keeps it.
  [[ $output =~ umount\ -N\ /proc/$HOLDER/ns/mnt\ /mnt/net\ \|\|\ kill\ -KILL((\ [0-9]+)+)\ \ \ # ]]
  [ "$(wc -w <<<"${BASH_REMATCH[1]}")" = 21 ]
  echo "$output" | sed -n 's/^  [0-9]*\. //p' >"$BATS_TEST_TMPDIR/steps"
  sh "$BATS_TEST_TMPDIR/steps"
  wait_until gone "net:$net"
}

@test "why: what is printed ends no nscope, and the first of a pid namespace by SIGKILL" {
  local pid
  unshare -pf --kill-child --mount-proc sleep 1000 3>&- &
  HOLDER=$!
  wait_until has_child "$HOLDER"
  read -r pid <"/proc/$HOLDER/task/$HOLDER/children" || [ -n "$pid" ]
  wait_until [ "$(inum "$pid" pid)" != "$(inum self pid)" ]
  run -0 --separate-stderr nsenter -t "$pid" -p -m "$NSCOPE" why "pid:$(inum "$pid" pid)"
  [[ $output == *"process 1 has to let go"* && $output != *"kill"* ]]
  run -0 --separate-stderr "$NSCOPE" why "pid:$(inum "$pid" pid)"
  [[ $output == *"kill -KILL $pid "* ]]
}

@test "why a pid namespace that cannot end: its first process, and whom it waits for" {
  local target
  hold pid-stuck
  target=$(awk '$1 == "pid-stuck" { print $3 }' "$HELD")
  wait_until is_stuck "$target"
  [[ $output == *"state Z: its parent has to wait for it: holders "* ]]
}
is_stuck() {
  output=$("$NSCOPE" why "pid:[$1]" 2>/dev/null)
  [[ $output == *"its first process holders "*" has ended and waits until these are gone:"* ]]
}

@test "why a task and an nsproxy; without rights the total is not known" {
  local target pid
  hold uts-fork
  target=$(awk '$1 == "uts-fork" { print $3 }' "$HELD")
  dump
  pid=$(jq --argjson n "$target" '[.tasks[] | select(.ns.uts == $n).tid][0]' "$DUMP")
  run -0 --separate-stderr "$NSCOPE" why "pid:$pid"
  [[ $output == *"shared by 3 tasks"* ]]
  [[ $output == *"uts:[$target]"*"refs 1 = 1 nsproxy"* ]]
  wait_until is_whole '#1'
  run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$NSCOPE" why "pid:$$"
  [ "$status" = 0 ]
  run --separate-stderr "$NSCOPE" --no-kernel why "uts:$target"
  [[ ${lines[0]} == *"the kernel's count is not known"* ]]
}

are_asleep() { [ "$(cat "/proc/$1/comm" "/proc/$2/comm" | sort -u)" = sleep ]; }

@test "why a busy path: who is on it, in any mount namespace; the commands free it" {
  local dir=$BATS_TEST_TMPDIR/busy
  mkdir "$dir"
  mount -t tmpfs busy "$dir"
  unshare -m --propagation private sh -c 'cd "$1" && exec sleep 1000' sh "$dir" 3>&- &
  HOLDER=$!
  sh -c 'exec sleep 1000 <"$1"' sh "$(: >"$dir/file" && echo "$dir/file")" 3>&- &
  local other=$!
  wait_until are_asleep "$HOLDER" "$other"
  run ! umount "$dir"
  run -0 --separate-stderr "$NSCOPE" why "$dir"
  [[ $output == *"sleep $HOLDER is on it: its working directory"* ]]
  [[ $output == *"sleep $other is on it: an open file"* ]]
  echo "$output" | sed -n 's/^      //p' >"$BATS_TEST_TMPDIR/steps"
  [[ $output == *"$dir in mnt:[$(inum "$HOLDER" mnt)] of sleep $HOLDER: goes with its processes"* ]]
  sh -e "$BATS_TEST_TMPDIR/steps"
  run ! mountpoint -q "$dir"
}

is_whole() { [[ $("$NSCOPE" why "$1" 2>/dev/null) == *"unexplained 0"* ]]; }

@test "why a busy path: who else has a copy, and the command that takes it away" {
  local dir=$BATS_TEST_TMPDIR/busy other
  mkdir "$dir"
  mount -t tmpfs busy "$dir"
  unshare -m --propagation private sleep 1000 3>&- &
  other=$!
  wait_until [ "$(inum $other mnt)" != "$(inum self mnt)" ]
  run -0 --separate-stderr "$NSCOPE" why "$dir"
  umount "$dir"
  # The own copy is gone; that of the other one is still told.
  [[ $output == *"$dir in mnt:[$(inum $other mnt)] of sleep $other"* ]]
  echo "$output" | grep -F "umount -N /proc/$other/ns/mnt" >"$BATS_TEST_TMPDIR/step"
  sh -e "$BATS_TEST_TMPDIR/step"
  [ "$(grep -c "$dir" "/proc/$other/mountinfo")" = 0 ]
  end_process "$other"
}

@test "why: the objects of System V IPC that remember it, where they are, and what removes them" {
  local target kind pid
  hold pid-segments-elsewhere
  target=$(awk '$1 == "pid-segments-elsewhere" { print $3 }' "$HELD")
  run -0 --separate-stderr "$NSCOPE" why "pid:$target"
  for kind in shm sem msg; do
    [ "$(grep -cE "^      $kind [0-9]+ of System V IPC, which remembers it, in ipc:\[[0-9]+\] of holders [0-9]+$" \
      <<<"$output")" = 3 ]
  done
  [ "$(grep -cE '^  [0-9]+\. nsenter --ipc=/proc/[0-9]+/ns/ipc ipcrm -[msq] [0-9]+$' <<<"$output")" = 9 ]
  pid=$(sed -n 's|.*--ipc=/proc/\([0-9]*\)/.*|\1|p' <<<"$output" | head -n 1)
  must_free "pid:$target"
  # Who is in that IPC namespace goes on.
  [ -e "/proc/$pid/ns/ipc" ]
}

@test "why: a tree of mounts that is mounted nowhere, and who keeps it, by what" {
  local name what
  for name in net-tree:descriptor uts-tree:'the root or working directory' ipc-tree:descriptor; do
    what=${name#*:} name=${name%%:*}
    hold "$name"
    run -0 --separate-stderr "$NSCOPE" why "$(awk 'NF == 3 { print $2 ":" $3 }' "$HELD")"
    [[ $output == *"unexplained 0"*"mounted in a tree that is mounted nowhere, kept by $what"*" of holders "* ]]
    [[ $output != *"Nothing that can be seen"* ]]
    release
  done
  unset HOLDER
}

@test "why: a file system of it that is mounted where processes stay" {
  local pid target
  unshare -m --propagation private sleep 1000 3>&- &
  HOLDER=$!
  wait_until are_asleep "$HOLDER" "$HOLDER"
  # shellcheck disable=SC2016
  target=$(unshare -pf sh -c 'readlink /proc/self/ns/pid; nsenter -m/proc/$1/ns/mnt mount -t proc proc /mnt' \
    sh "$HOLDER")
  [[ $target == pid:* ]]
  wait_until no_struct_pid "$target"
  [[ $output == *"a mounted file system of type proc, in mnt:[$(inum "$HOLDER" mnt)] of sleep $HOLDER
"* ]]
  [[ $output == *"# unmount the proc of it where sleep $HOLDER is: findmnt -N $HOLDER -t proc
"* && $output != *"kill"* ]]
  findmnt -N "$HOLDER" -t proc -no TARGET | grep -qx /mnt
  umount -N "/proc/$HOLDER/ns/mnt" /mnt
  wait_until gone "$target"
}
no_struct_pid() {
  output=$("$NSCOPE" why "$1" 2>/dev/null)
  [[ $output == *proc:* && $output != *"struct pid:"* ]]
}

@test "why: a file of /proc in a message that nobody receives is told as that" {
  need python3
  local pid
  unshare -pf --kill-child --mount-proc sleep 1000 3>&- &
  HOLDER=$!
  wait_until has_child "$HOLDER"
  read -r pid <"/proc/$HOLDER/task/$HOLDER/children" || [ -n "$pid" ]
  wait_until [ "$(inum "$pid" pid)" != "$(inum self pid)" ]
  python3 -c '
import array, os, socket, sys, time
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
fd = os.open(sys.argv[1], os.O_RDONLY)
a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
os.close(fd)
print("ready", flush=True)
time.sleep(1000)' "/proc/$pid/mountinfo" >"$HELD" 3>&- &
  local sender=$!
  wait_until grep -qx ready "$HELD"
  run -0 --separate-stderr "$NSCOPE" why "mnt:[$(inum "$pid" mnt)]"
  end_process "$sender"
  [[ $output == *"mounts file"*"in a message that nobody has received yet, "*" of python3 $sender
"* ]]
}
