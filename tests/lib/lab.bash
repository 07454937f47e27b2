# SPDX-License-Identifier: GPL-2.0-or-later
# What the laboratory may not leave behind:  load ../lib/lab, after lib/nscope
# shellcheck disable=SC2154 # $status, $output and $lines are of bats
# The pid of each program with a lab is written to $BATS_TEST_TMPDIR/started.

remember_state() {
  : >"$BATS_TEST_TMPDIR/started"
  state >"$BATS_TEST_TMPDIR/before"
}

# What the laboratory could leave beside processes: of control groups those of the programs that
# this test started, for other runs have theirs.
state() {
  awk '/nsfs|nscope/ { print $5 }' /proc/self/mountinfo
  basename -a /sys/class/net/*
  [ ! -d /run/netns ] || find /run/netns -mindepth 1
  hostname
  find /sys/fs/cgroup -type d -name 'nscope-lab-*' -printf '%f\n' 2>/dev/null |
    awk -F- 'FILENAME != "-" { started[$1]; next } $3 in started' "$BATS_TEST_TMPDIR/started" -
}

# The test processes that nobody owns: the kernel gave them to one of our own ancestors. Those of
# other labs, of whatever program, do not count.
ours() {
  ps -eo pid=,ppid=,comm= | awk -v self=$$ '
    { parent[$1] = $2; name[$1] = $3 }
    END {
      for (at = self; at > 0; at = parent[at]) reaper[at] = 1
      for (pid in name) {
        for (at = pid; name[at] == "nscope-lab"; at = parent[at]) ;
        if (at != pid && at in reaper) print pid
      }
    }'
}

is_clean() {
  [ -z "$(ours)" ]
}

is_as_before() {
  state | diff "$BATS_TEST_TMPDIR/before" -
}

# are_fine COMMAND...: it runs all scenarios, and none is otherwise than expected.
are_fine() {
  run --separate-stderr "$@"
  grep -E 'DIFFERENCE|FAILED| NO$|not run here' <<<"$output" || true
  [ "$status" -eq 0 ]
  [[ ${lines[-1]} == *" scenarios as expected, 0 not, "*" cannot run here" ]]
  [[ ${lines[-1]} != "0 scenarios"* ]]
}
