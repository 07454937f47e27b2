#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the probes see of a world with a namespace in every hiding place.
load ../lib/nscope
load world
bats_require_minimum_version 1.5.0

setup_file() {
  need_root
  need jq strace prlimit
  world_start
  dump_to "$BATS_FILE_TMPDIR/dump.json"
}
teardown_file() { world_stop; }
setup() { DUMP=$BATS_FILE_TMPDIR/dump.json; }

@test "a task in a namespace of each kind: number, owner, members" {
  local type pid inum owner
  grep '^kind ' "$WORLD" >"$BATS_TEST_TMPDIR/kinds"
  equal "$(wc -l <"$BATS_TEST_TMPDIR/kinds")" 8
  while IFS=' =' read -r _ _ type _ pid _ inum _ owner; do
    equal "$(ns "$type" "$inum" '[.nprocs, .nthreads, .owner, .initial]')" "[1,1,$owner,false]"
    equal "$(task "$pid" ".ns.$type")" "$inum"
  done <"$BATS_TEST_TMPDIR/kinds"
}

@test "64-bit ids are those of the kernel and differ" {
  local distinct all
  all=$(jq '[.namespaces[].id | select(.)] | length' "$DUMP")
  distinct=$(jq '[.namespaces[].id | select(.)] | unique | length' "$DUMP")
  equal "$distinct" "$all"
}

@test "a thread alone in its namespace" {
  local net
  net=$(made thread net)
  equal "$(ns net "$net" '[.nprocs, .nthreads]')" "[0,1]"
  equal "$(task "$(made thread tid)" .tgid)" "$(made thread pid)"
  equal "$(task "$(made thread tid)" .ns.net)" "$net"
  run ! equal "$(task "$(made thread pid)" .ns.net)" "$net"
}

@test "a network namespace kept by a descriptor alone" {
  equal "$(keepers net "$(made fd net)")" "fd $(made fd pid) $(made fd fd) - -"
  equal "$(ns net "$(made fd net)" '[.nprocs, .nthreads, .owner]')" "[0,0,$(inum self user)]"
}

@test "by a descriptor that only a thread has" {
  equal "$(keepers net "$(made thread_fd net)")" \
    "fd $(made thread_fd tid) $(made thread_fd fd) - -"
}

@test "by a bind mount in another mount namespace alone" {
  equal "$(keepers net "$(made bind net)")" \
    "bind - - /mnt/odd name\x0a\x1b]0;t\x07 $(made bind mnt)"
  equal "$(ns net "$(made bind net)" .owner)" "$(inum self user)"
}

@test "by a bind mount below a FIFO: found, not opened, and said so" {
  equal "$(keepers net "$(made covered_bind net)" | cut -d' ' -f1-4)" "bind - - /mnt/covered"
  run ! ns net "$(made covered_bind net)" .owner
  jq -e '.coverage[] | select(.probe == "binds" and (.why // "" | test("covers")))' "$DUMP"
}

@test "by a socket alone" {
  equal "$(keepers net "$(made socket net)")" "socket $(made socket pid) $(made socket fd) - -"
}

@test "mount namespaces without a task: by a descriptor, by a bind mount" {
  equal "$(keepers mnt "$(made mnt_fd mnt)")" "fd $(made mnt_fd pid) $(made mnt_fd fd) - -"
  equal "$(keepers mnt "$(made mnt_bind mnt)")" "bind - - /mnt/mnt $(made mnt_bind in)"
}

@test "a bind mount in a mount namespace without a task" {
  grep -qw listmount /proc/kallsyms || grep -qw __x64_sys_listmount /proc/kallsyms ||
    skip "this kernel has no listmount"
  equal "$(keepers net "$(made bind_in_taskless net)")" \
    "bind - - /mnt/inside $(made bind_in_taskless mnt)"
}

@test "a user namespace in which no task is, but which owns" {
  local user
  user=$(made owner user)
  equal "$(ns user "$user" '[.nprocs, .owner_uid, .level]')" "[0,0,1]"
  equal "$(ns net "$(made owner net)" .owner)" "$user"
}

@test "nested user and pid namespaces: parents, levels, numbers" {
  equal "$(ns user "$(made nested_user inum)" '[.parent, .level]')" "[$(made nested_user outer),2]"
  equal "$(ns pid "$(made nested_pid inum)" '[.parent, .level]')" "[$(made nested_pid middle),2]"
  equal "$(task "$(made nested_pid pid)" .pids)" "[$(made nested_pid pid),2,1]"
  equal "$(task "$(made kind pid type=uts)" .pids)" "[$(made kind pid type=uts)]"
}

@test "pid_for_children without an init is none, not denied" {
  equal "$(task "$(made no_init pid)" '[.ns.pid_for_children, .missing.pid_for_children]')" \
    '[null,"none"]'
  equal "$(task "$(made no_init pid)" .ns.pid)" "$(inum self pid)"
}

@test "a chrooted task in a pid namespace of its own" {
  equal "$(task "$(made chroot pid)" .ns.mnt)" "$(made chroot mnt)"
  equal "$(task "$(made chroot pid)" '.pids[1]')" 1
}

@test "a zombie is there, without the namespaces of its nsproxy" {
  equal "$(task "$(made zombie pid)" '[.state, .ns.uts, .ns.net, .nsproxy]')" \
    '["Z",null,null,null]'
  equal "$(task "$(made zombie pid)" .ns.user)" "$(inum self user)"
}

@test "names are those of the kernel, byte by byte" {
  equal "$(task "$(made evil pid)" .comm)" '"\\x1b[31mx\\x1b]0;t\\x07"'
  equal "$(task "$(made newline pid)" .comm)" '"a\\x0ab"'
  equal "$(task "$(made paren pid)" '[.comm, .state]')" '[") R 1 (x","S"]'
  equal "$(task "$(made question pid)" .comm)" '"what?"'
  equal "$(task "$(made backslash pid)" .comm)" '"a\\x5cnb"'
  equal "$(task "$(made invalid pid)" .comm)" '"\\xff\\xfe\\x80"'
  equal "$(task "$(made end_newline pid)" .comm)" '"x\\x0a"'
}

@test "in every locale" {
  local locale
  for locale in C C.UTF-8 POSIX; do
    LC_ALL=$locale dump_to "$BATS_TEST_TMPDIR/dump.json"
    equal "$(task "$(made evil pid)" .comm)" '"\\x1b[31mx\\x1b]0;t\\x07"'
    equal "$(task "$(made utf8 pid)" .comm | jq -j . | head -c 5 | od -An -tx1)" " 63 61 66 c3 a9"
  done
}

@test "with few descriptors the same is seen" {
  # shellcheck disable=SC2016 # names of jq
  local mine what='(.tasks[] | select(.tid as $t | $mine | index($t)) | [.tid, .ns, .pids]),
    (.namespaces[] | select(.initial | not) | select(.inum as $n | $mine | index($n)) |
      [.type, .inum, .owner, .parent, .holders])'
  mine=$(numbers)
  jq -c --argjson mine "$mine" "$what" "$DUMP" >"$BATS_TEST_TMPDIR/many"
  dump_to "$BATS_TEST_TMPDIR/dump.json" prlimit --nofile=20
  jq -c --argjson mine "$mine" "$what" "$DUMP" | diff "$BATS_TEST_TMPDIR/many" -
}

@test "a scan opens no file of another process and blocks nowhere" {
  dump_to "$BATS_TEST_TMPDIR/dump.json" timeout 60 \
    strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=openat,openat2,open
  # Nothing behind fd/, root or cwd is opened for reading: only looked up by O_PATH.
  grep -E '"(fd/[0-9]+|root|cwd)[^"]*"' "$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/foreign"
  grep -q O_PATH "$BATS_TEST_TMPDIR/foreign"
  run ! grep -v O_PATH "$BATS_TEST_TMPDIR/foreign"
  # The one FIFO in the way is never the object of any open that waits.
  run ! grep -E '"[^"]*(covered|fifo)", O_(RDONLY|RDWR|WRONLY)' "$BATS_TEST_TMPDIR/trace"
}

# A read of cmdline waits for as long as the memory of its task is locked; that the reader is
# held at just that call is the same to the program.
@test "command lines that block: four are given up in time, the rest is there" {
  local i options=() pids=()
  for i in 1 2 3 4 5 6; do
    sleep 60 >/dev/null 2>&1 3>&- &
    pids+=($!) options+=(-P "/proc/$!/cmdline")
  done
  dump_to "$BATS_TEST_TMPDIR/dump.json" strace -f -qq -o "$BATS_TEST_TMPDIR/trace" \
    "${options[@]}" -e trace=read -e inject=read:delay_enter=3000000
  equal "$(jq -c '[.coverage[] | select(.probe == "cmdline" and (.why | test("blocked:"))) |
    .missed]' "$DUMP")" "[4]"
  [ "$(missed cmdline partial)" -ge 6 ]
  for i in "${pids[@]}"; do
    equal "$(task "$i" '[.comm, .state, .cmdline, .ns.net]')" \
      "[\"sleep\",\"S\",null,$(inum "$i" net)]"
    end_process "$i"
  done
}

@test "the kernel probe and /proc tell the same of the world" {
  local filter=$BATS_TEST_TMPDIR/filter.jq
  "$NSCOPE" doctor | grep -qE '^kernel +ok' || skip "the kernel probe does not work here"
  # Only a namespace without an init is seen by the kernel probe alone.
  cat >"$filter" <<'JQ'
[.tasks[] | select(.tid as $t | $mine | index($t)) | select(.tid != $no_init)] as $tasks |
([$tasks[].ns | to_entries[].value] | unique) as $theirs |
($tasks[] | [.tid, .tgid, .ppid, .start, .uid, .state, .kthread, .ns, .pids, .cgroup, .missing]),
(.namespaces[] | select(.inum as $n | $theirs | index($n)) | select(.initial | not) |
  [.type, .inum, .id, .owner, .owner_uid, .parent, .level, .nprocs, .nthreads,
   [.holders[].keepers[] | select(.kind | IN("fd", "bind", "socket"))]])
JQ
  "$NSCOPE" dump >"$BATS_TEST_TMPDIR/kernel.json" 2>/dev/null
  jq -c --argjson mine "$(numbers)" --argjson no_init "$(made no_init pid)" -f "$filter" "$DUMP" >"$BATS_TEST_TMPDIR/proc"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/proc")" -gt 40 ]
  jq -c --argjson mine "$(numbers)" --argjson no_init "$(made no_init pid)" -f "$filter" "$BATS_TEST_TMPDIR/kernel.json" |
    diff "$BATS_TEST_TMPDIR/proc" - >"$BATS_TEST_TMPDIR/diff" || {
    cut -c1-300 "$BATS_TEST_TMPDIR/diff" | head -n 20
    return 1
  }
}

# The world has mounts of namespaces. A walk that goes on behind the end of a list finds rows
# that are none, and asks for room for them.
@test "a reading of the kernel asks for no more room than there are things" {
  need strace
  "$NSCOPE" doctor | grep -qE '^kernel +ok' || skip "the kernel probe does not work here"
  export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
  strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=bpf "$NSCOPE" ls >/dev/null 2>&1
  [ "$(grep -c 'BPF_MAP_CREATE.*k_binds' "$BATS_TEST_TMPDIR/trace")" = 1 ]
}
