# SPDX-License-Identifier: GPL-2.0-or-later
# Runs what the pages for teachers show:  load ../lib/lessons, after lib/nscope

# split PAGE DIR: the K-th command of block B goes to DIR/B.K.command, what is below it to
# DIR/B.K.expected, and DIR/B.script runs all of block B in one shell.
split() {
  mkdir -p "$2"
  awk -v dir="$2" '
    /^```console/ { block++; k = 0; in_block = 1; next }
    /^```/ { in_block = 0 }
    !in_block { next }
    /^[$] / {
      at = dir "/" block "." ++k
      command = substr($0, 3)
      print command >(at ".command")
      printf "" >(at ".expected")
      script = dir "/" block ".script"
      printf "{ %s\n} </dev/null >%s.out 2>&1\necho $? >%s.status\n", command, at, at >script
      next
    }
    { print >(at ".expected") }
  ' "$1"
}

# occurs EXPECTED OUT: each line of the one is part of a line of the other, in the same order.
occurs() {
  awk '
    function pattern(line) {
      gsub(/^[ \t]+|[ \t]+$/, "", line)
      gsub(/[][\\.^$*+?(){}|\/]/, "\\\\&", line)
      gsub(/\\\.\\\.\\\./, ".*", line)
      gsub(/[ \t]+/, "[ \t]+", line)
      return line
    }
    FILENAME == ARGV[1] { if ($0 != "...") { want[++n] = pattern($0); said[n] = $0 } next }
    at < n && $0 ~ want[at + 1] { at++ }
    END { if (at < n) { print "not printed: " said[at + 1]; exit 1 } }
  ' "$1" "$2"
}

# run_page PAGE DIR: the first thing that is not as the page says is told, and fails.
run_page() {
  local script at
  split "$1" "$2"
  for script in "$2"/*.script; do
    PATH=$(dirname "$NSCOPE"):$PATH timeout 120 \
      unshare --mount --pid --net --fork --kill-child --mount-proc bash "$script" 3>&-
    for at in "${script%.script}".*.command; do
      at=${at%.command}
      if grep -h 'not run here: ' "$at.out" >"$at.why"; then
        echo "# $(cat "$at.why")" >&3
        continue
      fi
      if [ "$(cat "$at.status")" != 0 ] || ! occurs "$at.expected" "$at.out"; then
        echo "$1: $(cat "$at.command"): status $(cat "$at.status"), and printed:"
        cat "$at.out"
        return 1
      fi
    done
  done
}
