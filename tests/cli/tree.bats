# SPDX-License-Identifier: GPL-2.0-or-later
# tree, nsproxy, graph, doctor and completion on a host from a file.
bats_require_minimum_version 1.5.0
load ../lib/nscope

setup() {
  WEB=$TOP/tests/fixtures/web.json
}

nscope() {
  "$NSCOPE" "$@" --load "$WEB" 2>/dev/null
}

@test "tree: the strip tells what a task does not share with its parent" {
  run -0 nscope tree --ascii
  [[ ${lines[0]} =~ ^TASK\ +mnpuihct\ NSPROXY\ USER\ +CONTAINER$ ]]
  grep -qE '^\|  `- nginx 1911 \(1\) +mnp\.ihc\. ~6 x3 +root +web$' <<<"$output"
  grep -qE 'nginx 1940 \(21\) +\.{8} ~6 +www-data +web$' <<<"$output"
  grep -qE 'netd/blue 1503 thread +\.n\.{6} ~5 x1' <<<"$output"
  grep -qE 'guard 2700 +\?{8} \? ' <<<"$output"
  grep -qE 'defunct 2600 +-{8} - ' <<<"$output"
}

@test "tree: threads that differ are shown, all of them with --threads" {
  few=$(nscope tree -n | wc -l)
  all=$(nscope tree -n --threads | wc -l)
  [ "$few" -lt "$all" ]
  [ "$all" = "$(jq '.tasks | length' "$WEB")" ]
}

@test "tree: columns stay straight beside wide names" {
  run -0 nscope tree
  column=$(sed -n '1s/mnpuihct.*//p' <<<"$output" | wc -L)
  [ "$column" -gt 20 ]
  # Columns of the screen before the strip, of every row
  widths=$(tail -n +2 <<<"$output" | sed -E 's/[.?mnpuihct-]{8} ([~-]|\?).*//' |
    while IFS= read -r line; do wc -L <<<"$line"; done | sort -u)
  [ "$widths" = "$column" ]
  [[ $output == *日本語サーバ* ]]
}

@test "tree, ls: on a terminal rows are cut to its width and marked" {
  need script
  for cmd in "tree" "tree --ascii" "ls" "tree --by nsproxy"; do
    script -qec "stty cols 70 && '$NSCOPE' $cmd --load '$WEB'" /dev/null 2>&1 | tr -d '\r' |
      grep -v '^nscope: incomplete' >"$BATS_TEST_TMPDIR/out"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -gt 30 ]
    [ "$(wc -L <"$BATS_TEST_TMPDIR/out")" -le 70 ]
  done
  script -qec "stty cols 70 && '$NSCOPE' tree --ascii --load '$WEB'" /dev/null >"$BATS_TEST_TMPDIR/out"
  # Numbers are whole or the row is marked, and the strip is on the screen in every row.
  grep -qE 'unshare 2500 ' "$BATS_TEST_TMPDIR/out"
  grep -qE '^`- .*~ +\.{8}|\\xe6.*~' "$BATS_TEST_TMPDIR/out"
  [ "$(grep -cE '[.?mnpuihct-]{8} ' "$BATS_TEST_TMPDIR/out")" -gt 30 ]
}

@test "tree: every order has every task or namespace once" {
  for by in task user pid nsproxy; do
    nscope tree -n --ascii --by $by | grep -oE '[^ ]+ [0-9]+( \([0-9]+\)| thread)* +[.?mnpuihct-]{8} ' |
      grep -oE ' [0-9]+( |$)' | sort | uniq -d >"$BATS_TEST_TMPDIR/twice"
    [ ! -s "$BATS_TEST_TMPDIR/twice" ]
    for tid in $(jq '.tasks[] | select(.tid == .tgid) | .tid' "$WEB"); do
      nscope tree -n --by $by | grep -qE " $tid( |\$)"
    done
  done
  diff <(nscope tree -n --by owner | grep -oE '[a-z]+:\[[0-9]+\]' | sort) \
    <(jq -r '.namespaces[] | "\(.type):[\(.inum)]"' "$WEB" | sort)
}

@test "tree: a filter keeps what leads to its rows" {
  run -0 nscope tree -n --ascii container = web
  [ "$(sed -E 's/ +[.?mnpuihct]{8} .*//' <<<"$output")" = 'systemd 1
`- containerd-shim 1890
   `- nginx 1911 (1)
      |- nginx 1940 (21)
      `- nginx 1941 (22)' ]
  run -0 nscope tree -n --by owner type = time
  [ "${#lines[@]}" = 3 ]
}

@test "nsproxy: the same letter is the same namespace" {
  run -0 nscope nsproxy
  [[ ${lines[0]} =~ NSPROXY\ COUNT\ TASKS\ \|\ uts\ ipc\ mnt\ pid_ch ]]
  [[ ${lines[6]} =~ ^~6\ +\?\ +3\ \|\ D\ +A?B?\ +E\ +B\ +C\ +A\ +A\ +B\ +\|\|\ A\ +B\ +\|\ nginx$ ]]
  [[ ${lines[11]} =~ ^~11\ .*\|\|\ A\ +\*\ +\|\ unshare\ sleep$ ]]
  run -0 nscope nsproxy -J
  jq -e 'length == 12 and .[5].tasks == 3 and .[5].net == 4026532514 and .[0].source == "inferred"' \
    <<<"$output"
}

@test "nsproxy: count and source of the kernel are shown as such" {
  jq -c '.nsproxies |= map(.source = "kernel" | .count = .tasks + 1)' "$WEB" |
    "$NSCOPE" nsproxy --load - 2>/dev/null >"$BATS_TEST_TMPDIR/out"
  grep -qE '^#6 +4 +3 ' "$BATS_TEST_TMPDIR/out"
}

@test "graph: Graphviz reads it" {
  run -0 nscope graph
  [ "$(grep -c 'shape=box' <<<"$output")" = "$(jq '.namespaces | length' "$WEB")" ]
  [ "$(grep -c 'shape=ellipse' <<<"$output")" = 12 ]
  need dot
  dot -Tcanon >/dev/null <<<"$output"
}

@test "graph TARGET: each form, and only what it is tied to" {
  for target in 'net:[4026532514]' net:4026532514 4026532514; do
    run -0 nscope graph "$target"
    [ "$(grep -c 'shape=ellipse' <<<"$output")" = 1 ]
    [[ $output == *'/run/docker/netns/3f2a9c41d8e0'* ]]
    [[ $output != *postgres* ]]
  done
  run -0 nscope graph pid:1911
  [[ $output == *'nginx 1911'* ]]
  run -0 nscope graph '#7'
  [[ $output == *postgres* && $output != *nginx* ]]
  run -0 nscope graph 'pid:[4026532513]'
  [[ $output == *'nginx 1911\nand 2 more'* ]]
}

@test "graph TARGET: what is not there is said, and nothing else is offered" {
  run -2 --separate-stderr "$NSCOPE" graph net:4026532515 --load "$WEB"
  [[ $stderr == *"4026532515 is of another kind: cgroup"* ]]
  run -2 --separate-stderr "$NSCOPE" graph net:4026532519 --load "$WEB"
  [[ $stderr == *"there is no net:[4026532519]: it has gone, or cannot be seen from here"* ]]
  run -2 --separate-stderr "$NSCOPE" graph '#99' --load "$WEB"
  [[ $stderr == *"the last is #12"* ]]
  run -2 --separate-stderr "$NSCOPE" graph pid:99 --load "$WEB"
  [[ $stderr == *"there is no task 99"* ]]
  run -2 --separate-stderr "$NSCOPE" graph /etc/passwd --load "$WEB"
  [[ $stderr == *"/etc/passwd is no namespace"* ]]
  run -2 --separate-stderr "$NSCOPE" graph ./nothing --load "$WEB"
  [[ $stderr == *"./nothing: No such file"* ]]
}

@test "graph TARGET: a path to a namespace of this host" {
  run -0 --separate-stderr "$NSCOPE" graph /proc/self/ns/net
  [[ $output == *"net:[$(inum self net)]"* ]]
}

@test "doctor says what was seen and what more would take" {
  run -0 nscope doctor
  n=$(jq '[.namespaces[] | select(.nthreads == 0)] | length' "$WEB")
  [[ ${lines[0]} == "Host web1, Linux 6.1.0-28-amd64: "*", $n of them without a task." ]]
  [[ $output == *"nslinks denied "*"ptrace access refused even to root"* ]]
  [[ $output == *"For a full view nslinks wants "* ]]
  run -0 --separate-stderr "$NSCOPE" doctor
  [[ $output == *"CAP_SYS_PTRACE"* ]]
}

@test "completion: bash completes commands, options, values" {
  "$NSCOPE" completion bash >"$BATS_TEST_TMPDIR/c.bash"
  complete_words() {
    bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nscope
      printf "%s\n" "${COMPREPLY[@]}"' - "$BATS_TEST_TMPDIR/c.bash" "$@"
  }
  [ "$(complete_words nscope nsp)" = nsproxy ]
  [ "$(complete_words nscope tree --by ow)" = owner ]
  [ "$(complete_words nscope ls -t ne)" = net ]
  [ "$(complete_words nscope ls --noh)" = --noheadings ]
  [ "$(complete_words nscope --color=auto ls --str)" = --strict ]
  [ "$(complete_words nscope completion z)" = zsh ]
}

@test "completion: each shell's has every command and option" {
  options=$(for cmd in '' ls tree nsproxy dump; do "$NSCOPE" $cmd --help; done |
    grep -oE '^  .{4}--[a-z-]+' | grep -oE '[a-z][a-z-]{3,}' | sort -u)
  for shell in bash zsh fish; do
    text=$("$NSCOPE" completion $shell)
    for word in $options ls tree nsproxy dump graph doctor completion; do
      grep -qF -- "$word" <<<"$text"
    done
  done
}
