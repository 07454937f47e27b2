#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh            compare every screen with its file in screens.d/
# run.sh --write    write the files again: look at the difference before you commit it
#
# TAP. The list is the file `screens`, and every view at every size in both
# character sets. A difference is shown as diff(1) shows it.
set -u
cd "$(dirname "$0")" || exit 2
top=$(cd ../.. && pwd)
nscope=${NSCOPE:-$top/nscope}
export LC_ALL=C.UTF-8
write=${1-}

all_screens() {
  local view size charset
  for view in tree:1 spaces:2 why:3 nsproxy:4; do
    for size in 80x24 200x60 40x10; do
      for charset in utf8:- ascii:--ascii; do
        echo "${view%:*}-$size-${charset%:*} web.json $size ${charset#*:} | ${view#*:}"
      done
    done
  done
  grep -v '^#' screens
}

screen() { # FIXTURE SIZE OPTIONS KEYS; run:SCENARIO is a fixture, too: the model plays it
  local file=$1 options=()
  case $1 in run:*)
    [ "$3" = - ] || read -ra options <<<"$3"
    "$nscope" run "${1#run:}" --model --rules "${RULES:-current}" --screen --size "$2" "${options[@]}" --keys "$4"
    return
    ;;
  esac
  [ -e "$file" ] || file=../fixtures/$1
  [ "$3" = - ] || read -ra options <<<"$3"
  "$nscope" tui --load "$file" --screen --size "$2" "${options[@]}" --keys "$4"
}

mapfile -t list < <(all_screens)
mkdir -p screens.d
[ -n "$write" ] && rm -f screens.d/*
echo "1..$((${#list[@]} + 1))"
n=0 failed=0
for line in "${list[@]}"; do
  n=$((n + 1))
  read -r name fixture size options <<<"${line%%|*}"
  keys=${line#*|}
  [ -z "$write" ] || screen "$fixture" "$size" "$options" "$keys" >"screens.d/$name"
  if out=$(diff -u "screens.d/$name" <(screen "$fixture" "$size" "$options" "$keys" 2>&1) 2>&1); then
    echo "ok $n - $name"
  else
    failed=1
    echo "not ok $n - $name"
    echo "# ${out//$'\n'/$'\n'# }"
  fi
done

if grep -lP '[\x00-\x08\x0b-\x1f\x7f]' screens.d/*; then
  failed=1
  echo "not ok $((n + 1)) - no screen holds a control byte"
else
  echo "ok $((n + 1)) - no screen holds a control byte"
fi
exit $failed
