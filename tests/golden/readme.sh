#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# readme.sh            the examples in README.md print what they are shown to print
# readme.sh --write    write what they print into it
#
# An example is an indented line "$ nscope ..." and the indented lines below it, up to
# the next that is empty or an example. host.json is the host of tests/fixtures. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
nscope=${NSCOPE:-$PWD/nscope}
export LC_ALL=C.UTF-8
write=${1-} place=$(mktemp -d) || exit 2
trap 'rm -rf "$place"' EXIT
cp tests/fixtures/web.json "$place/host.json"
ln -s "$nscope" "$place/nscope"

is_output=
while IFS= read -r line; do
  case $line in
  '    $ nscope '*)
    printf '%s\n' "$line"
    (cd "$place" && PATH=$place:$PATH bash -c "${line#*\$ }" 2>/dev/null) | sed 's/^/    /'
    is_output=1
    ;;
  '    '*) [ -n "$is_output" ] || printf '%s\n' "$line" ;;
  *) is_output='' && printf '%s\n' "$line" ;;
  esac
done <README.md >"$place/README.md"

if [ "$write" = --write ]; then
  cat "$place/README.md" >README.md
fi
echo 1..1
if difference=$(diff -u README.md "$place/README.md"); then
  echo "ok 1 - the examples of README.md"
else
  echo "not ok 1 - the examples of README.md: make golden writes them again"
  sed 's/^/# /' <<<"$difference"
  exit 1
fi
