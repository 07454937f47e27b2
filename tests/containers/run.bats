#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The scenarios from inside of sandboxes and containers: as expected, or the reason why not.

bats_require_minimum_version 1.5.0
load ../lib/nscope
load ../lib/containers
load ../lib/lab

RUN=(run --all --auto --plain)

setup() {
  need_root
  remember_state
  # Where others than root may come, too.
  place=$(mktemp -d /tmp/nscope-inside.XXXXXX)
  chmod 755 "$place"
  install -m 755 "$NSCOPE" "$place/nscope"
}

teardown() {
  [ -z "${place-}" ] || rm -rf "$place"
  [ -z "${place-}" ] || wait_until is_clean
}

# sandbox OPTION...: bubblewrap with the files of the host, and nscope in it.
sandbox() {
  bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --ro-bind "$place/nscope" /tmp/nscope \
    --die-with-parent "$@" /tmp/nscope "${RUN[@]}"
}

@test "inside: a sandbox of bubblewrap, with few and with all namespaces of its own" {
  need bwrap
  are_fine sandbox
  are_fine sandbox --unshare-all
  [[ $output == *"pid-depth: not run here: needs the initial pid namespace"* ]]
}

@test "inside: the same without rights; and where user namespaces are forbidden" {
  need bwrap setpriv
  user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
  export -f sandbox
  export place
  are_fine user bash -c 'RUN=(run --all --auto --plain); sandbox'
  are_fine user bash -c 'RUN=(run --all --auto --plain); sandbox --unshare-all'
  run -0 user bash -c 'RUN=(run --all --auto --plain); sandbox --unshare-user --disable-userns'
  [[ ${lines[-1]} == "0 scenarios as expected, 0 not, "* ]]
  [[ $output == *"not run here: no user namespace can be made here"*": ENOSPC"* ]]
}

# inside_runc JQ: nscope is the process of a container with all rights, as JQ changes it.
inside_runc() {
  local caps
  mkdir -p "$place"/rootfs/{proc,sys,dev,tmp,usr,etc}
  for name in lib lib64 bin sbin; do ln -sfn "usr/$name" "$place/rootfs/$name"; done
  cp "$place/nscope" "$place/rootfs/nscope"
  rm -f "$place/config.json"
  (cd "$place" && runc spec)
  caps=$(setpriv --dump | sed -n 's/^Capability bounding set: //p' |
    jq -R 'split(",") | map("CAP_" + ascii_upcase)')
  jq --argjson caps "$caps" '.process.terminal = false | .root.readonly = false
    | .process.args = ["/nscope", "run", "--all", "--auto", "--plain"]
    | .process.noNewPrivileges = false
    | .process.capabilities = {bounding: $caps, effective: $caps, permitted: $caps}
    | .mounts += [{destination: "/usr", type: "bind", source: "/usr", options: ["rbind", "ro"]}]
    | '"$1" "$place/config.json" >"$place/new"
  mv "$place/new" "$place/config.json"
  runc run --bundle "$place" "$(unique inside)" </dev/null
}

@test "inside: a container of runc, with all rights and with its own user namespace" {
  need runc jq setpriv
  are_fine inside_runc .
  [[ $output == *"not run here: what it would write to is read-only here: the kernel says EROFS"* ]]
  [[ $output == *"not run here: that path is not there: the kernel says ENOENT, the model ok"* ]]
  mkdir "$place"/rootfs/{mnt,run}
  are_fine inside_runc .
  [[ $output != *"that path is not there"* ]]
  are_fine inside_runc '.linux.maskedPaths = [] | .linux.readonlyPaths = []'
  are_fine inside_runc '.linux.namespaces += [{type: "user"}, {type: "cgroup"}]
    | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}]
    | .linux.gidMappings = [{containerID: 0, hostID: 0, size: 65536}]'
}

@test "inside: a container without rights, and one with a filter: nothing is called a bug" {
  need runc jq setpriv
  run -0 inside_runc '.process.capabilities = {} | .process.noNewPrivileges = true'
  [[ ${lines[-1]} == *" scenarios as expected, 0 not, "* ]]
  are_fine inside_runc '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"],
    syscalls: [{names: ["unshare", "mount", "umount2", "setns", "pivot_root"], action: "SCMP_ACT_ERRNO", errnoRet: 1},
      {names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38}]}'
  [[ $output == *"a seccomp filter may have refused it: the kernel says EPERM"* ]]
}
