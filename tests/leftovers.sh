#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The last test of a run: the host is as it was before the first one. TAP.
set -u
cd "$(dirname "$0")/.." || exit 2
before=${NSCOPE_CHECK_DIR-/nonexistent}/before
if [ ! -e "$before" ]; then
  echo '1..0 # SKIP only at the end of tests/run'
  exit 0
fi
echo 1..1
# A cgroup or a mount may take a moment to go after its last process.
for _ in {1..10}; do
  changed=$(tests/lib/host-state | diff "$before" - | grep '^[<>]')
  [ -n "$changed" ] || break
  read -rt 0.2 <> <(:)
done
if [ -z "$changed" ]; then
  echo 'ok 1 - mounts, namespaces, interfaces, cgroups and processes are those from before'
else
  echo 'not ok 1 - the tests left something behind'
  echo "$changed" | head -n 40 | sed 's/^/# /'
fi
