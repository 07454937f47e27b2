# SPDX-License-Identifier: GPL-2.0-or-later
# A world for the tests of a file (tests/kernel/world.c), and what a dump says of it.
#   load ../lib/nscope; load world
#   setup_file() { world_start; }    teardown_file() { world_stop; }

# world_start [ITEM...]: returns when all is built; what was made is in $WORLD.
world_start() {
  export WORLD=$BATS_FILE_TMPDIR/world
  mkfifo "$WORLD.in"
  "$NSCOPE_BUILD/kernel/world" "$@" <"$WORLD.in" >"$WORLD" 3>&- &
  WORLD_PID=$!
  exec {WORLD_IN}>"$WORLD.in"
  wait_until grep -qx ready "$WORLD"
}

world_stop() {
  exec {WORLD_IN}>&-
  wait "$WORLD_PID"
}

# made ITEM KEY [OTHER=VALUE]: a value of the first line of that item (that has OTHER=VALUE).
made() {
  awk -v item="$1" -v key="$2=" -v other="${3-}" '
    $1 == item && (other == "" || index(" " $0 " ", " " other " ")) {
      for (i = 2; i <= NF; i++)
        if (index($i, key) == 1) { print substr($i, length(key) + 1); found = 1; exit }
    }
    END { exit !found }' "$WORLD"
}

# The numbers of all tasks and namespaces that were made, as a JSON array: another world may
# run on the same host.
numbers() { grep -oE '(pid|tid|inum|net|mnt|user|middle|outer)=[0-9]+' "$WORLD" | cut -d= -f2 | jq -cs .; }

# dump_to FILE COMMAND...: a dump through /proc alone, by nscope below that command.
dump_to() {
  DUMP=$1
  shift
  # Below strace the sanitizers cannot look for leaks.
  case " $* " in *" strace "*) local -x ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 ;; esac
  "$@" "$NSCOPE" dump --no-kernel >"$DUMP" 2>"$DUMP.err"
}

# ns TYPE INUM FILTER: jq's answer about one namespace of $DUMP; fails when it is not there.
ns() {
  jq -ce --arg type "$1" --argjson inum "$2" \
    '.namespaces[] | select(.type == $type and .inum == $inum) | '"$3" "$DUMP"
}

# task TID FILTER: jq's answer about one task of $DUMP.
task() {
  jq -ce --argjson tid "$1" '.tasks[] | select(.tid == $tid) | '"$2" "$DUMP"
}

# keepers TYPE INUM: what keeps it, a line each: kind pid fd path mnt_ns.
keepers() {
  ns "$1" "$2" '.holders[].keepers[] | [.kind, .pid // "-", .fd // "-", .path // "-",
    .mnt_ns // "-"] | map(tostring) | join(" ")' | jq -r .
}

# missed PROBE STATE: how many things it missed in that state.
missed() {
  jq -e --arg probe "$1" --arg state "$2" '[.coverage[] |
    select(.probe == $probe and .state == $state) | .missed] | add // 0' "$DUMP"
}

# equal GOT WANTED
equal() {
  [ "$1" = "$2" ] || {
    printf 'got    %s\nwanted %s\n' "$1" "$2"
    return 1
  }
}
