#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the documents say is there: commands, options, columns, files and targets.

bats_require_minimum_version 1.5.0
load lib/nscope

documents() { ls "$TOP"/README.md "$TOP"/doc/*.md "$TOP"/doc/*.scd; }

commands() { "$NSCOPE" --help | awk '/^  [a-z]/ && $1 != "nscope" { print $1 }'; }

# examples FILE...: the commands of ours that they show, a line each
examples() {
  grep -hoE '(^|[`|(;$] ?|sudo |\./)nscope( [^`|;)#]*)?' "$@" | sed -E 's/^.*nscope/nscope/'
}

@test "docs: every subcommand in an example exists" {
  examples "$TOP/README.md" "$TOP"/doc/*.md | while read -r _ first rest; do
    case $first in '' | -* | [A-Z]* | '[A-Z'* | live | in | through) continue ;; esac
    commands | grep -qx "$first" || { echo "nscope $first $rest" && exit 1; }
  done
}

@test "docs: every long option in an example exists" {
  known=$("$NSCOPE" --help; for c in $(commands); do "$NSCOPE" "$c" --help; done)
  examples "$TOP/README.md" "$TOP"/doc/*.md | grep -oE -- '--[a-z][a-z-]*' | sort -u | while read -r option; do
    grep -qF -- "$option" <<<"$known" || { echo "$option" && exit 1; }
  done
}

@test "docs: every make target that is named exists" {
  for file in $(documents); do
    grep -oE '`?make [a-z]+' "$file" | awk '{ print $2 }' | sort -u | while read -r target; do
      case $target in a | it | sure | the | that) continue ;; esac
      make -C "$TOP" -n "$target" >/dev/null 2>&1 || { echo "$file: make $target" && exit 1; }
    done
  done
}

@test "docs: every file that is named exists" {
  for file in $(documents); do
    grep -oE '\b(src|probes|ui|tests|doc|\.ci)/[A-Za-z0-9_./*-]*[A-Za-z0-9_/*]' "$file" | sort -u | while read -r path; do
      case $path in *NAME*) continue ;; esac
      compgen -G "$TOP/$path" >/dev/null || { echo "$file: $path" && exit 1; }
    done
  done
}

@test "docs: links between documents lead somewhere" {
  for file in "$TOP"/README.md "$TOP"/doc/*.md; do
    grep -oE '\]\([^)#: ]+' "$file" | cut -c3- | while read -r path; do
      [ -e "$(dirname "$file")/$path" ] || { echo "$file: $path" && exit 1; }
    done
  done
}

@test "docs: TESTING.md names every folder of tests" {
  for file in "$TOP"/tests/*/; do
    grep -qF "tests/$(basename "$file")" "$TOP/doc/TESTING.md" || { echo "$file" && false; }
  done
}

@test "deps: other systems are told their packages, and nothing is installed" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  for tool in sh sed awk cat tr id uname; do ln -s "$(command -v $tool)" "$BATS_TEST_TMPDIR/bin/"; done
  deps() { # ID, as in os-release
    echo "ID=$1" >"$BATS_TEST_TMPDIR/os-release"
    PATH=$BATS_TEST_TMPDIR/bin PATH_MORE='' OS_RELEASE=$BATS_TEST_TMPDIR/os-release \
      run -1 "$TOP/.ci/deps" build
  }
  deps fedora
  [[ $output == *'dnf install '*'ncurses-devel '*'procps-ng-devel'* ]]
  deps arch
  [[ $output == *'pacman -S --needed '*'ncurses '*'procps-ng'* ]]
  deps alpine
  [[ $output == *'apk add '*'ncurses-dev '*'procps-ng-dev'* ]]
  deps elsewhere
  [[ $output == *'fedora: '*'arch: '*'alpine: '* ]]
}

@test "deps: --check on Debian names the packages and installs nothing" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  for tool in sh sed awk cat tr id uname; do ln -s "$(command -v $tool)" "$BATS_TEST_TMPDIR/bin/"; done
  echo ID=debian >"$BATS_TEST_TMPDIR/os-release"
  PATH=$BATS_TEST_TMPDIR/bin PATH_MORE='' OS_RELEASE=$BATS_TEST_TMPDIR/os-release \
    run -1 "$TOP/.ci/deps" --check build
  [[ $output == *'make deps'*'apt-get install '*'libncurses-dev '* ]]
}

@test "deps: another machine than x86_64 is refused" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  printf '#!/bin/sh\necho Linux aarch64\n' >"$BATS_TEST_TMPDIR/bin/uname"
  chmod +x "$BATS_TEST_TMPDIR/bin/uname"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 "$TOP/.ci/deps" --check build
  [[ $output == *'x86_64 only'*aarch64* ]]
}

@test "install: into a folder, and away again" {
  make -C "$TOP" -s install DESTDIR="$BATS_TEST_TMPDIR/root" prefix=/usr SAN= FUZZ=
  "$BATS_TEST_TMPDIR/root/usr/bin/nscope" --version
  ls "$BATS_TEST_TMPDIR"/root/usr/share/man/man1/nscope.1
  make -C "$TOP" -s uninstall DESTDIR="$BATS_TEST_TMPDIR/root" prefix=/usr SAN= FUZZ=
  [ -z "$(find "$BATS_TEST_TMPDIR/root" -type f)" ]
}

@test "deb: a package with the program, its pages and what it depends on" {
  need dpkg-deb
  make -C "$TOP" -s deb SAN= FUZZ=
  package=$(ls "$TOP"/build/nscope_*_amd64.deb)
  contents=$(dpkg-deb --contents "$package")
  [[ $contents == *./usr/bin/nscope$'\n'*./usr/share/man/man1/nscope.1* ]]
  dpkg-deb --field "$package" Depends | grep -q libncursesw6
}
