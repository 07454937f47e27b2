# SPDX-License-Identifier: GPL-2.0-or-later
# Real containers for tests:  load ../lib/nscope  and  load ../lib/containers
#
# All are made of one busybox, have ids that no other run has, and go with their test.

# make_root DIR: a root file system of one static busybox.
make_root() {
  local name
  mkdir -p "$1"/{bin,dev,etc,proc,sys,tmp}
  cp "$(command -v busybox)" "$1/bin/busybox"
  for name in sh sleep cat readlink ls; do ln -sf busybox "$1/bin/$name"; done
  echo 'root:x:0:0:root:/:/bin/sh' >"$1/etc/passwd"
}

# unique NAME: an id for this run.
unique() { echo "nscope-$1-$$-$RANDOM"; }

# host_dump FILE: what nscope sees of the host now.
host_dump() { "$NSCOPE" dump -o "$1" 2>/dev/null; }

# ns_of DUMP KIND INUM FILTER: jq FILTER of that namespace.
ns_of() {
  jq -r --arg kind "$2" --argjson inum "$3" \
    ".namespaces[] | select(.type == \$kind and .inum == \$inum) | $4" "$1"
}

# ids_of DUMP PID: the 64-bit ids of the namespaces of the process that we are not in.
# Numbers of inodes are used again at once, these never.
ids_of() {
  jq -c --argjson pid "$2" --argjson self $$ '
    def inums($tid): [.tasks[] | select(.tid == $tid) | .ns[]];
    (inums($pid) - inums($self)) as $own |
    [.namespaces[] | select(.inum as $n | $own | index($n)) | .id]' "$1"
}

# are_gone DUMP IDS: it is none of these namespaces that nscope sees now. The kernel frees
# some of them a little after their last task.
are_gone() {
  host_dump "$1" && jq -e --argjson ids "$2" '[.namespaces[].id] - $ids == [.namespaces[].id]' "$1"
}

# task_of DUMP PID FILTER: jq FILTER of that task.
task_of() {
  jq -r --argjson pid "$2" ".tasks[] | select(.tid == \$pid) | $3" "$1"
}

# adds_up DUMP PID KIND...: every reference on the process's namespaces of these kinds is
# explained. Without the kernel's counts there is nothing to hold it against.
adds_up() {
  local dump=$1 pid=$2 kind
  shift 2
  host_dump "$dump"
  jq -e '.nsproxies[0].source == "kernel"' "$dump" >/dev/null || return 0
  for kind; do
    [ "$(ns_of "$dump" "$kind" "$(inum "$pid" "$kind")" \
      '.refs | "\(.audit) \(.unexplained) \(.kernel == .explained)"')" = 'full 0 true' ] || return 1
  done
}

# check_namespaces DUMP PID NPROCS OWNER KIND...: the process's namespaces of these kinds
# are its own, hold NPROCS processes and belong to the user namespace OWNER.
check_namespaces() {
  local dump=$1 pid=$2 nprocs=$3 owner=$4 kind inum
  shift 4
  for kind; do
    inum=$(inum "$pid" "$kind")
    [ "$inum" != "$(inum self "$kind")" ] || { echo "$kind is ours" && return 1; }
    [ "$(task_of "$dump" "$pid" ".ns.$kind")" = "$inum" ] ||
      { echo "$kind of the task is not $inum" && return 1; }
    [ "$(ns_of "$dump" "$kind" "$inum" '"\(.nprocs) \(.owner)"')" = "$nprocs $owner" ] ||
      { ns_of "$dump" "$kind" "$inum" . && return 1; }
  done
  wait_until adds_up "$dump.refs" "$pid" "$@"
}

# strip_of_kinds KIND...: the eight letters of a process that differs from its
# parent in these kinds.
strip_of_kinds() {
  local kinds=" $* " strip='' pair
  for pair in m:mnt n:net p:pid u:user i:ipc h:uts c:cgroup t:time; do
    case $kinds in *" ${pair#*:} "*) strip+=${pair%:*} ;; *) strip+=. ;; esac
  done
  echo "$strip"
}
