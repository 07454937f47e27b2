#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# predict against this kernel: the state is brought about, the call predicted, then made.
load ../lib/nscope

setup() {
  need_root
}

# both EXPECTED [SETUP...] CALL: nscope and the kernel say the same, and it is EXPECTED.
both() {
  local expected=$1 said
  shift
  said=$("$NSCOPE_BUILD/kernel/call" "$@" 2>&1)
  [ "$said" = "$expected $expected" ] || {
    echo "call $*: expected $expected, predicted and seen: $said"
    return 1
  }
}

# A number that no task has, and none will get soon: behind the last one that was given.
free_pid() {
  local n last
  read -r _ _ _ _ last </proc/loadavg
  for ((n = last - 50; n > 400; n--)); do
    [ -e "/proc/$n" ] || break
  done
  echo "$n"
}

THREAD='CLONE_THREAD|CLONE_SIGHAND|CLONE_VM'

@test "flags that contradict each other" {
  both EINVAL 'clone(CLONE_NEWNS|CLONE_FS)'
  both EINVAL 'clone(CLONE_NEWUSER|CLONE_FS)'
  both EINVAL 'clone(CLONE_THREAD)'
  both EINVAL 'clone(CLONE_SIGHAND)'
  both EINVAL "clone($THREAD|CLONE_NEWUSER)"
  both EINVAL "clone($THREAD|CLONE_NEWPID)"
  both EINVAL unshare:pid "clone($THREAD)"
  both EINVAL inpid 'clone(CLONE_PARENT)'
  both ok fork 'clone(CLONE_PARENT)'
  both EINVAL 'clone(CLONE_PIDFD|CLONE_DETACHED)'
  both EINVAL 'clone(CLONE_PIDFD|CLONE_PARENT_SETTID)'
  both EINVAL 'clone(CLONE_NEWIPC|CLONE_SYSVSEM)'
  both ok 'clone(CLONE_NEWTIME)' # read as the exit signal
}

@test "clone3 and its arguments" {
  both E2BIG 'clone3({flags=0, exit_signal=SIGCHLD}, 4097)'
  both EINVAL 'clone3({flags=0, exit_signal=SIGCHLD}, 63)'
  both ok 'clone3({flags=0, exit_signal=SIGCHLD}, 64)'
  both EINVAL 'clone3({flags=0, exit_signal=65}, 88)'
  both EINVAL 'clone3({flags=0, exit_signal=0x100}, 88)'
  both EINVAL 'clone3({flags=CLONE_INTO_CGROUP}, 80)'
  both EINVAL 'clone3({flags=0x8000000000}, 88)'
  both EINVAL 'clone3({flags=CLONE_DETACHED}, 88)'
  both EINVAL 'clone3({flags=0x11}, 88)'
  both ok 'clone3({flags=CLONE_NEWTIME}, 88)'
  both EINVAL 'clone3({flags=CLONE_VM|CLONE_SIGHAND|CLONE_CLEAR_SIGHAND}, 88)'
  both EINVAL "clone3({flags=$THREAD, exit_signal=SIGCHLD}, 88)"
  both EINVAL 'clone3({flags=0, stack=0x1000}, 88)'
  both EINVAL 'clone3({flags=0, stack_size=0x1000}, 88)'
}

@test "numbers that clone3 asks for" {
  both EEXIST 'clone3({flags=0, set_tid=[1]}, 88)'
  both EINVAL 'clone3({flags=0, set_tid=[0]}, 88)'
  both EINVAL 'clone3({flags=0, set_tid=[5000000]}, 88)'
  both EINVAL 'clone3({flags=0, set_tid=[7, 8]}, 88)'
  both EINVAL 'clone3({flags=CLONE_NEWPID, set_tid=[5]}, 88)'
  both EINVAL unshare:pid 'clone3({flags=0, set_tid=[1, 77, 9]}, 88)'
  both ok "clone3({flags=CLONE_NEWPID, set_tid=[1, $(free_pid)]}, 88)"
  both EPERM nobody "clone3({flags=0, set_tid=[$(free_pid)]}, 88)"
}

@test "capabilities: who may make namespaces" {
  local flag
  for flag in CLONE_NEWNS CLONE_NEWUTS CLONE_NEWIPC CLONE_NEWPID CLONE_NEWNET CLONE_NEWCGROUP \
    CLONE_NEWTIME; do
    both ok "unshare($flag)"
    both EPERM nobody "unshare($flag)"
    both ok nobody "unshare($flag|CLONE_NEWUSER)"
    both ok nobody usermap "unshare($flag)"
    both ok userns "unshare($flag)"
  done
  both EPERM nobody 'clone(CLONE_NEWNET|SIGCHLD)'
  both ok nobody 'clone(CLONE_NEWNET|CLONE_NEWUSER|SIGCHLD)'
  both ok nobody 'fork()'
}

@test "user namespaces: maps, chroot, nesting, threads" {
  both ok 'unshare(CLONE_NEWUSER)'
  both EPERM userns 'unshare(CLONE_NEWUSER)'
  both ok usermap 'unshare(CLONE_NEWUSER)'
  both EPERM chroot 'unshare(CLONE_NEWUSER)'
  both ok usermap:32 'unshare(CLONE_NEWUSER)'
  both ENOSPC usermap:33 'unshare(CLONE_NEWUSER)'
  both EINVAL thread 'unshare(CLONE_NEWUSER)'
  both ok thread 'unshare(CLONE_NEWNET)'
}

@test "pid namespaces: one ahead of the children, nesting, a dead init" {
  both EINVAL unshare:pid 'unshare(CLONE_NEWPID)'
  both EINVAL unshare:pid 'clone(CLONE_NEWPID|SIGCHLD)'
  both ok unshare:pid 'fork()'
  both ok inpid 'unshare(CLONE_NEWPID)'
  both ok inpid:31 'clone(CLONE_NEWPID|SIGCHLD)'
  both ENOSPC inpid:32 'clone(CLONE_NEWPID|SIGCHLD)'
  both ENOMEM deadpid 'fork()'
  both EINVAL foreignpid 'unshare(CLONE_NEWPID)' # of an owner that is not above the caller's
  both ok foreignpid 'unshare(CLONE_NEWUTS)'
}

@test "unshare: flags it takes, and what must not be shared" {
  both ok 'unshare(0)'
  both EINVAL 'unshare(0x1)'
  both EINVAL 'unshare(CLONE_VFORK)'
  both EINVAL thread 'unshare(CLONE_THREAD)'
  both EINVAL share:sighand 'unshare(CLONE_SIGHAND)'
  both EINVAL share:vm 'unshare(CLONE_VM)'
  both ok share:fs 'unshare(CLONE_NEWNS)'
  both ok 'unshare(CLONE_THREAD)'
}

@test "setns with a file of a namespace" {
  local kind
  both EBADF 'setns(77)'
  both EINVAL open:/dev/null 'setns(77)'
  both EINVAL open:net 'setns(77, CLONE_NEWUTS)'
  both EINVAL open:net 'setns(77, CLONE_VM)'
  for kind in mnt uts ipc net cgroup pid time; do
    both ok "open:$kind" 'setns(77)'
    both EPERM "open:$kind" nobody 'setns(77)'
    both EPERM "open:$kind" usermap 'setns(77)'
  done
  both ok open:uts unshare:uts 'setns(77)'
  both EINVAL open:user 'setns(77)'
  both EPERM open:user usermap 'setns(77)'
  both EINVAL open:user thread 'setns(77)'
  both EINVAL open:pid inpid 'setns(77)'
  both ok open:pid unshare:pid 'setns(77)'
  both EINVAL open:mnt share:fs 'setns(77)'
  both EINVAL open:mnt thread 'setns(77)'
  both EUSERS open:time thread 'setns(77)'
  both EUSERS open:time share:vm 'setns(77)'
  both ok open:net thread 'setns(77)'
}

@test "setns with a pidfd" {
  both EINVAL pidfd 'setns(77, 0)'
  both EINVAL pidfd 'setns(77, CLONE_VM)'
  both ok pidfd 'setns(77, CLONE_NEWNET)'
  both ok pidfd unshare:mnt 'setns(77, CLONE_NEWNS|CLONE_NEWNET|CLONE_NEWTIME)'
  both EINVAL pidfd 'setns(77, CLONE_NEWUSER|CLONE_NEWNET)'
  both EPERM pidfd nobody 'setns(77, CLONE_NEWNET)'
  both EPERM pidfd usermap 'setns(77, CLONE_NEWNET)'
  both ESRCH pidfd:dead 'setns(77, CLONE_NEWNET)'
  both ESRCH pidfd:gone 'setns(77, CLONE_NEWNET)'
}

@test "a quota that is used up" {
  both ENOSPC usermap quota:net 'unshare(CLONE_NEWNET)'
  both ok usermap quota:net 'unshare(CLONE_NEWUTS)'
  both ENOSPC usermap quota:net usermap 'unshare(CLONE_NEWNET)' # of an ancestor
  both ENOSPC usermap quota:user 'unshare(CLONE_NEWUSER)'
  both ENOSPC nobody usermap quota:mnt usermap:3 'clone(CLONE_NEWNS|SIGCHLD)'
  # shellcheck disable=SC2016
  run unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_net_namespaces &&
    exec "$1" predict "unshare(CLONE_NEWNET)"' sh "$NSCOPE"
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == "ENOSPC: inc_ucount():"* ]]
}

@test "limits of tasks: of the uid, of the control group" {
  local pids=/sys/fs/cgroup/pids group bad=
  both EAGAIN nproc:0 nobody 'fork()'
  both ok nproc:0 'fork()' # root passes it
  both ok nproc:4000 nobody 'fork()'
  both EAGAIN nproc:0 nobody usermap 'fork()'
  [ -e $pids/cgroup.procs ] || pids=/sys/fs/cgroup
  group=$pids/nscope-predict-$$
  mkdir "$group"
  [ -e "$group/pids.max" ] || { rmdir "$group" && skip "no control group with pids.max"; }
  echo 1 >"$group/pids.max"
  both EAGAIN "cgroup:$group" 'fork()' || bad=1
  echo 2 >"$group/pids.max"
  both ok "cgroup:$group" 'fork()' || bad=1
  wait_until rmdir "$group"
  [ -z "$bad" ]
}

@test "id maps: the model and the kernel, rule by rule" {
  run "$NSCOPE_BUILD/kernel/idmap"
  echo "$output"
  [ "$status" -eq 0 ]
}
