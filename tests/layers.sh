#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The architecture as a test: who may include whom, one place for each library, and
# the limits of files and functions. doc/HACKING.md says why. TAP; a failure names
# the file and the line.
set -u
cd "$(dirname "$0")/.." || exit 2
shopt -s nullglob lastpipe

n=0 failed=0
rule() { # NAME: the lines on stdin break it
  local lines
  lines=$(cat)
  n=$((n + 1))
  if [ -z "$lines" ]; then
    echo "ok $n - $1"
    return
  fi
  failed=1
  echo "not ok $n - $1"
  head -n 30 <<<"$lines" | sed 's/^/# /'
}

core=(src/*.[ch])
model=(src/model/*.[ch])
lab=(src/lab/*.[ch])
cmd=(src/cmd/*.[ch])
probes=(probes/*.[ch])
ui=(ui/*.[ch])
all=("${core[@]}" "${model[@]}" "${lab[@]}" "${cmd[@]}" "${probes[@]}" "${ui[@]}")

# includes FILE...: FILE:LINE HEADER of each #include "..." of ours
includes() {
  [ $# -eq 0 ] || grep -nHE '^#[[:space:]]*include "' "$@" |
    sed -E 's/^([^:]*:[0-9]+):#[[:space:]]*include "([^"]*)".*/\1 \2/'
}

# only_from FILES... -- FOLDER...: includes of ours that lie in none of the folders.
# An include is found beside its file, or in one of the -I folders of the Makefile.
only_from() {
  local files=() where header at folder
  while [ "$1" != -- ]; do files+=("$1") && shift; done
  shift
  includes "${files[@]}" | while read -r where header; do
    at=
    for folder in "$(dirname "${where%%:*}")" src probes ui; do
      [ ! -e "$folder/$header" ] || { at=$(realpath -m --relative-to=. "$folder/$header") && break; }
    done
    case $header in *.skel.h) at=probes/$header ;; esac
    for folder; do
      [ "$(dirname "${at:-none/x}")" != "$folder" ] || continue 2
    done
    echo "$where includes $header"
  done
}

# only_in REGEX FILE...: lines of sources that match, outside the files named
only_in() {
  local regex=$1 file allowed
  shift
  grep -nHE "$regex" "${all[@]}" | while IFS= read -r line; do
    file=${line%%:*}
    for allowed; do
      # shellcheck disable=SC2053
      [[ $file != $allowed ]] || continue 2
    done
    echo "$line"
  done
}

echo 1..20
only_from "${core[@]}" -- src | rule 'src/ includes src/ only'
only_from "${model[@]}" -- src src/model | rule 'src/model/ includes src/ and itself only'
only_from "${lab[@]}" -- src src/model src/lab | rule 'src/lab/ includes src/, src/model/ and itself only'
only_from "${ui[@]}" -- src ui | rule 'ui/ includes src/ and itself only'
only_from "${probes[@]}" -- src probes | rule 'probes/ includes src/ and itself only'
# A probe may use what probe.h declares, the kernel's numbers in uapi.h, and headers of its own
# name; probes.c drives them all.
includes "${probes[@]}" | while read -r where header; do
  own=$(basename "${where%%:*}")
  case $header in
  probe.h | uapi.h | *.skel.h | "${own%.*}"*.h | "${own%%_*}.h" | "${own%%_*}_"*.h) continue ;;
  esac
  [ ! -e "probes/$header" ] || [ "$own" = probes.c ] || echo "$where includes $header"
done | rule 'no probe includes another'

only_in '#[[:space:]]*include <jansson' 'src/json*' | rule 'jansson only in src/json*'
only_in '#[[:space:]]*include <libsmartcols' src/table.c | rule 'libsmartcols only in src/table.c'
only_in '#[[:space:]]*include <(ncurses|curses|term\.h)' ui/term.c | rule 'ncurses only in ui/term.c'
only_in '#[[:space:]]*include <(libmount|libproc2|netlink|linux/(netlink|rtnetlink|sock_diag|nsfs)|bpf)' \
  'probes/*' | grep -vE '^src/lab/(lab_net\.c:[0-9]+:.*<(netlink|linux/rtnetlink)|lab_proc\.c:[0-9]+:.*<linux/nsfs)' |
  rule 'libmount, libproc2, netlink, nsfs and BPF only in probes/; netlink in src/lab/lab_net.c, nsfs in lab_proc.c too'
only_in '#[[:space:]]*include <(sys/(socket|mount|ioctl|epoll|syscall)|dirent|net/|arpa/)|open[a-z0-9_]* ?\("/proc' \
  'probes/*' 'ui/*' 'src/cmd/*' 'src/lab/*' | rule 'no input or output in the core and the model'
only_in '(^|[^a-z_0-9"])(clone|unshare|setns|clone3)[[:space:]]*\(|SYS_(clone|unshare|setns)|__NR_(clone|unshare|setns)' \
  'src/lab/*' | grep -vE '^[^:]*:[0-9]+:[[:space:]]*(\*|/\*|//)|"[^"]*(clone|unshare|setns)[^"]*"' |
  rule 'clone, unshare and setns only in src/lab/'

# Bytes of the host are struct raw; only text.c makes them printable. A raw's bytes never
# stand among the arguments of a printf, and %.*s is for our own strings.
grep -nHE '(printf|puts|err_set|err_prefix|mvaddn?str|waddn?str)[a-z_]* ?\(.*(comm|cmdline|cgroup|path|host|runtime|name|why|id)\.s\b' \
  "${all[@]}" | grep -v '^src/text' | rule 'bytes of the host are printed through src/text only'

printf '%s\n' "${all[@]}" | grep '\.h$' | xargs -P 2 -I{} sh -c 'echo "#include \"{}\"" |
  gcc -std=gnu11 -D_GNU_SOURCE -DNSCOPE_VERSION=\"\" -I. -Isrc -Iprobes -Iui -fsyntax-only -Wall -Wextra -xc - 2>&1 |
  head -n 2' | rule 'every header compiles alone'

wc -l "${all[@]}" probes/bpf/*.[ch] | awk '$2 != "total" && $1 > 550 { print $2 ": " $1 " lines" }' |
  rule 'no file has more than 550 lines'
# A function starts and ends with a brace in the first column.
awk '/^\{/ { start = FNR } /^\}/ && start { if (FNR - start - 1 > 80) print FILENAME ":" start ": " FNR - start - 1 " lines"; start = 0 }' \
  "${all[@]}" | rule 'no function has more than 80 lines'
grep -LE 'SPDX-License-Identifier: GPL-2.0-or-later' "${all[@]}" probes/bpf/*.[ch] tests/*/*.[ch] \
  tests/*.sh tests/*/*.{sh,bats,bash} Makefile .ci/* | rule 'every file names its licence'
grep -rnIE '\b(TO''DO|FIX''ME|X''XX|not imple''mented|unimple''mented|st''ub)\b' src probes ui tests \
  Makefile .ci --include='*' | rule 'nothing is left for later'
for file in "${all[@]}"; do
  case $file in *.h) ;; *) continue ;; esac
  guard=NSCOPE_$(basename "$file" .h | tr 'a-z.-' 'A-Z__')_H
  grep -qxF "#ifndef $guard" "$file" || echo "$file: expected $guard"
done | rule 'every header has the guard of its name'
for file in src/*/ probes/ ui/; do
  [ ! -d "$file" ] || grep -qF "\`$file\`" doc/HACKING.md || echo "$file"
done | rule 'doc/HACKING.md speaks of every folder'
exit $failed
