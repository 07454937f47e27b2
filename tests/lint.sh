#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Form: clang-format for C, shellcheck for shell and bats. TAP.
set -u
cd "$(dirname "$0")/.." || exit 2

check() { # NAME COMMAND...: its output is the reason when it fails
  local name=$1 output
  shift
  n=$((n + 1))
  if output=$("$@" 2>&1); then
    echo "ok $n - $name"
  else
    echo "not ok $n - $name"
    head -n 30 <<<"$output" | sed 's/^/# /'
    failed=1
  fi
}

n=0 failed=0
mapfile -t c < <(find src probes ui tests -name '*.[ch]')
mapfile -t sh < <(grep -rlE '^#!.*sh$' .ci tests)
mapfile -t bash < <(find tests -name '*.bash')
mapfile -t bats < <(find tests -name '*.bats')
echo 1..4
# Other versions of clang-format see the same style differently.
case $(clang-format --version) in
*' 14.'*) check 'clang-format has nothing to change' clang-format --dry-run -Werror "${c[@]}" ;;
*) n=1 && echo 'ok 1 - clang-format # skip only with clang-format 14' ;;
esac
check 'shellcheck: scripts' shellcheck "${sh[@]}"
check 'shellcheck: helpers of bats files' shellcheck -s bash "${bash[@]}"
# Single tests call functions in ways that shellcheck takes for unreachable or unused.
check 'shellcheck: bats files' shellcheck -s bats -e SC2016,SC2030,SC2031,SC2034,SC2094,SC2153,SC2154,SC2317,SC1091 "${bats[@]}"
exit $failed
