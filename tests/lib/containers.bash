# SPDX-License-Identifier: GPL-2.0-or-later
# Real containers for tests:  load ../lib/nscope  and  load ../lib/containers
#
# All are made of one busybox, have ids that no other run has, and go with their test.
# shellcheck disable=SC2034,SC2154 # $id, $bundle and $root are the test's, $runner and $outer for it

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

# ---- runc ----

is_sleeping() { grep -q sleep "/proc/$(cat "$1")/comm"; }

# start_runc JQ: a container $id in the folder $bundle, with the specification of runc as JQ
# changes it; sets $pid, which sleeps, and $runner, which waits for it.
start_runc() {
  rm -f "$bundle/config.json"
  (cd "$bundle" && runc spec)
  jq ".process.terminal = false | .process.args = [\"sleep\", \"infinity\"] | .root.readonly = false
    | .linux.namespaces |= (map(select(.type != \"cgroup\")) + [{type: \"cgroup\"}])
    | .hostname = \"inside\" | $1" "$bundle/config.json" >"$bundle/new"
  mv "$bundle/new" "$bundle/config.json"
  # In the foreground of its own process, so that its parent is runc on every host.
  runc run --bundle "$bundle" --pid-file "$bundle/pid" "$id" </dev/null >/dev/null 2>&1 3>&- &
  runner=$!
  wait_until is_sleeping "$bundle/pid"
  pid=$(cat "$bundle/pid")
}

# ---- bubblewrap ----

# start_bwrap OPTION...: a sandbox on $root; sets $outer, which is bwrap, and $pid, which sleeps.
start_bwrap() {
  bwrap --bind "$root" / --proc /proc --dev /dev --die-with-parent --info-fd 4 "$@" \
    sleep infinity 4>"$BATS_TEST_TMPDIR/info" </dev/null >/dev/null 2>&1 3>&- &
  outer=$!
  wait_until find_sleeper
}

# With a pid namespace bwrap leaves a process of its own as pid 1 and sleep is its child.
find_sleeper() {
  local first
  first=$(jq -e '."child-pid"' "$BATS_TEST_TMPDIR/info") || return 1
  for pid in "$first" $(cat "/proc/$first/task/$first/children"); do
    ! grep -qx sleep "/proc/$pid/comm" || return 0
  done
  return 1
}

# ---- podman ----
# Storage, state, networks and the parent of the cgroups are the test's own, so that nothing of
# the host's podman is touched.

# In setup_file and teardown_file.
podman_begin() {
  [ "$(id -u)" = 0 ] && hash podman runc jq busybox 2>/dev/null || return 0
  export place=$BATS_FILE_TMPDIR group
  group=$(unique podman)
  # conmon of a container with ids of its own is in a mount namespace of its own. What its
  # clean-up unmounts there goes here only if mounts propagate, as on most hosts they do.
  mount --bind "$place" "$place"
  mount --make-shared "$place"
  make_root "$place/rootfs"
  tar -C "$place/rootfs" -cf "$place/root.tar" .
  pod import --quiet "$place/root.tar" nscope-test >/dev/null
}
podman_end() {
  [ -n "${group-}" ] || return 0
  wait_until no_cgroups
  wait_until umount --recursive "$place"
}

no_cgroups() {
  find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} +
  [ -z "$(find /sys/fs/cgroup -type d -name "$group")" ]
}

pod() {
  podman --root "$place/store" --runroot "$place/run" --tmpdir "$place/tmp" \
    --network-config-dir "$place/net" --runtime runc --cgroup-manager cgroupfs \
    --storage-driver vfs --events-backend none "$@" </dev/null 3>&-
}

# start_podman OPTION...: a container that sleeps; sets $id and $pid.
start_podman() {
  id=$(pod run --detach --cgroup-parent "/$group" --ulimit nofile=1024:1024 \
    --ulimit nproc=4096:4096 "$@" nscope-test sleep infinity)
  ids+=("$id")
  pid=$(pod inspect --format '{{.State.Pid}}' "$id")
  wait_until grep -qx sleep "/proc/$pid/comm"
}
