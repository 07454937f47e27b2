#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The pages for teachers: each command of a block ```console ends with status 0, and what stands
# below it is printed, in that order; "..." is anything. They run as root in mount, pid and net
# namespaces that end with each block.
load ../lib/nscope
load ../lib/lessons

pages() { echo "$TOP"/doc/lessons/*.md; }

@test "lessons: every scenario has a page, and every page is of a scenario" {
  diff <("$NSCOPE" run --list | awk '{ print $1 }' | sort) \
    <(for page in $(pages); do basename "$page" .md; done | sort)
}

@test "lessons: every page runs its scenario, and says what to ask and what goes wrong" {
  for page in $(pages); do
    name=$(basename "$page" .md)
    for words in "^# $name: " "^Goal: " '^## Ask first' "^[$] nscope run $name --plain" '^## What is seen' \
      '^## What goes wrong, and why'; do
      grep -q "$words" "$page" || { echo "$page: no line '$words'" && false; }
    done
  done
}

@test "lessons: every command of every page does what the page says" {
  need_root
  need unshare nsenter setpriv taskset hostname ip ps
  for page in $(pages); do
    run_page "$page" "$BATS_TEST_TMPDIR/$(basename "$page" .md)"
  done
}
