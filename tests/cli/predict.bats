#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# predict on a dump and on the boot state: answers, doubts, and what is no call.
load ../lib/nscope

setup() {
  WEB=$TOP/tests/fixtures/web.json
}

predict() {
  run "$NSCOPE" predict "$@"
  echo "$output"
}

@test "the answer is on the first line, and in the status" {
  predict --rules 4.4 'unshare(CLONE_NEWUTS)'
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = "ok: unshare(CLONE_NEWUTS)" ]
  predict --rules 4.4 'unshare(CLONE_NEWUTS|CLONE_VFORK)'
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == "EINVAL: check_unshare_flags(): "*"CLONE_VFORK"* ]]
}

# The functions of the steps, one after the other.
functions() {
  sed -n 's/^ *[0-9]* [ !<] \([a-z_0-9]*\)() in .*/\1/p' <<<"$output" | uniq | tr '\n' ' '
}

@test "the steps come in the order of each kernel" {
  predict --rules 4.4 'clone(CLONE_NEWUTS|SIGCHLD)'
  [ "$(functions)" = "_do_fork copy_process dup_task_struct copy_creds copy_semundo copy_files \
copy_fs copy_sighand copy_signal copy_mm copy_namespaces \
create_new_namespaces copy_mnt_ns copy_utsname copy_ipcs copy_pid_ns copy_net_ns copy_thread \
alloc_pid copy_process wake_up_new_task " ]
  predict --load "$WEB" 'clone(CLONE_NEWUTS|SIGCHLD)'
  [ "$(functions)" = "kernel_clone copy_process dup_task_struct copy_creds copy_semundo copy_files \
copy_fs copy_sighand copy_signal copy_mm copy_namespaces \
create_new_namespaces copy_mnt_ns copy_utsname copy_ipcs copy_pid_ns copy_cgroup_ns copy_net_ns \
copy_time_ns copy_thread alloc_pid copy_process wake_up_new_task " ]
}

@test "the changes are those of the call, and no others" {
  predict --rules 4.4 'unshare(CLONE_NEWNET)'
  [ "$(sed '1,/^changes:/d; /^new:/,$d' <<<"$output" | sort)" = "    ipc:[4026531839]: count 1 -> 2
    mnt:[4026531832]: count 2 -> 3
    net:[new]: new net
    nsproxy #1: count 3 -> 2
    nsproxy #2: count 0 -> 1
    task 1 (init): net net:[4026531833] -> net:[new]
    task 1 (init): nsproxy nsproxy #1 -> nsproxy #2
    user:[4026531837]: count 6 -> 7
    uts:[4026531838]: count 2 -> 3" ]
  [ "${lines[-2]} ${lines[-1]}" = "new:     net:[new]: loopback_dev lo is down, 0 nsids" ]
  predict --rules 4.4 'fork()'
  [[ $output == *"nsproxy #1: count 3 -> 4"* ]]
  [[ $output != *"net:[4026531833]: count"* ]]
}

@test "the init of the machine does not end" {
  predict --rules 4.4 'exit(0)'
  [ "$status" -eq 0 ]
  [[ $output == *"do_exit() in kernel/exit.c: "*"the kernel panics"* ]]
}

@test "what a dump does not carry is said, with what it would change" {
  predict --load "$WEB" 'unshare(CLONE_NEWNET)'
  [[ $output == *"not known: the capabilities are not known: "* ]]
  [[ $output == *"not known: user.max_net_namespaces "* ]]
  predict --rules 4.4 'unshare(CLONE_NEWNET)'
  [[ $output != *"not known"* ]]
}

@test "a call that does not parse: where, and what was expected there" {
  predict 'unshare(CLONE_NEWNET|CLONE_NEWUTZ)'
  [ "$status" -eq 2 ]
  [[ $output == *"at character 22, before 'CLONE_NEWUTZ)': expected a flag"* ]]
  predict 'unshare(CLONE_NEWNET'
  [ "$status" -eq 2 ]
  [[ $output == *"expected ')'"* ]]
  predict $'unshare(\e[2J)'
  [ "$status" -eq 2 ]
  [[ $output != *$'\e'* ]]
  predict
  [ "$status" -eq 2 ]
  predict 'fork()' 'fork()'
  [ "$status" -eq 2 ]
}

@test "what is not there: a task, a namespace, a kind, a descriptor, rules" {
  predict --load "$WEB" --pid 99999 'fork()'
  [ "$status" -eq 2 ]
  [[ $output == *"there is no task 99999"* ]]
  predict --load "$WEB" --pid x 'fork()'
  [ "$status" -eq 2 ]
  predict --load "$WEB" 'setns(net:[5], 0)'
  [ "$status" -eq 2 ]
  [[ $output == *"there is no net:[5]"* ]]
  predict --load "$WEB" 'setns(77, 0)'
  [ "$status" -eq 2 ]
  [[ $output == *"descriptor 77 of task 1"* ]]
  predict --rules 4.4 'setns(time:[4026531834], 0)'
  [ "$status" -eq 2 ]
  [[ $output == *"4.4 have no time namespaces"* ]]
  predict --rules 5.5 'fork()'
  [ "$status" -eq 2 ]
  [[ $output == *"there are no rules 5.5"* ]]
}

@test "flags that no kernel knows are kept and shown" {
  predict --load "$WEB" 'unshare(CLONE_NEWNET|0x3)'
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == "EINVAL: "*" 0x3" ]]
  [[ ${lines[1]} == "call: unshare(CLONE_NEWNET|0x3) by task 1 (systemd), rules 6.1" ]] # of the dump
}

@test "any task of a dump can be asked" {
  local tid call
  need jq
  for tid in $(jq '.tasks[].tid' "$WEB"); do
    for call in 'execve()' 'exit()' 'unshare(CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNS)'; do
      run "$NSCOPE" predict --load "$WEB" --pid "$tid" "$call"
      [ "$status" -le 1 ] || [[ $output == *"it has ended"* ]] || {
        echo "$tid $call: $output"
        return 1
      }
    done
  done
}
