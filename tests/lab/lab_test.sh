#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/lab/lab_test.sh KVM_HAS_SMM: tests the lab from outside. KVM_HAS_SMM is the program built from kvm_has_smm.cpp.
# Needs no KVM. Every check prints one line; the exit status is 1 when one failed.
set -u
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
kvm_has_smm=$1
lab=$root/lab/run
# shellcheck source=tests/lab/checks.sh
. "$root/tests/lab/checks.sh"
says() { grep -q -- "$2" "$1" || { sed 's/^/  got      /' "$1" && echo "  expected $2" && false; }; }
run_folders() { find "$root/build/lab" -maxdepth 1 -name 'run.*' 2>/dev/null | sort; }
# Each run's folder shows in QEMU's command line; other runs of other people may go on beside us.
# The brackets keep grep from finding itself.
machines_of() { grep -l -a -s -e "$(printf '%s' "$1" | sed 's/run\./[r]un./')/initramfs" /proc/[0-9]*/cmdline || :; }

# On its first use the lab says on stderr what it fetches.
"$root/lab/prepare" >/dev/null || exit 1
echo '# arguments, streams, status, environment, folders'
printf 'built just before\n' >"$work/fresh"
mkdir "$work/out, 1" "$work/cwd"
# shellcheck disable=SC2016 # for the shell inside
status=0 && (
    cd "$work/cwd" && UNPARK_WORDS="it's
two lines" NO_COLOR=1 "$lab" --timeout 120 --out "$work/out, 1" -- sh -c '
        printf "[%s]\n" "$@"
        echo "to stderr" >&2
        pwd
        echo "$UNPARK_IN_LAB $NO_COLOR $UNPARK_WORDS"
        cat ../fresh
        cat
        echo back >"$LAB_OUT/file"
        echo gone >../fresh
        "$0" || exit 99
        exit 7' "$kvm_has_smm" 'a b' "it's \"\$HOME\"" '' '*' "-- \\" "line
line" <<'INPUT' >"$work/stdout" 2>"$work/stderr"
from stdin
INPUT
) || status=$?
check 'the exit status is kept, and KVM has SMM' is "$status" 7
{
    printf '[%s]\n' 'a b' "it's \"\$HOME\"" '' '*' "-- \\" "line
line"
    printf '%s\n' "$work/cwd" "1 1 it's
two lines" 'built just before' 'from stdin'
} >"$work/expected"
grep -v '^KVM_CAP' "$work/stdout" >"$work/stdout.rest"
check 'arguments, folder, environment, fresh files and stdin arrive' diff "$work/expected" "$work/stdout.rest"
check 'stderr is apart, with nothing else in it' is "$(cat "$work/stderr")" 'to stderr'
check '--out comes back' is "$(cat "$work/out, 1/file")" back
check 'other writes do not' is "$(cat "$work/fresh")" 'built just before'

# Starts `lab -- COMMAND` in the background and returns when COMMAND's first line has arrived: only
# possible when output streams. Leaves the process id in $pid and the run's folder in $folder.
start() { # LAB-OPTIONS -- COMMAND...
    before=$(run_folders)
    rm -f "$work/stream" && mkfifo "$work/stream"
    # A background job of a shell ignores SIGINT unless told otherwise.
    env --default-signal=INT "$lab" --timeout 120 "$@" >"$work/stream" 2>"$work/stderr" </dev/null &
    pid=$!
    exec 4<"$work/stream"
    read -r first <&4 || first='nothing: it ended'
    folder=$(run_folders | grep -v -x -F -e "$before" | while read -r it; do
        is "$(cat "$it/pid" 2>/dev/null)" "$pid" >/dev/null && echo "$it"
    done)
}

echo '# streaming'
# shellcheck disable=SC2016
start --out "$work/out, 1" -- sh -c 'echo ready; until [ -e "$LAB_OUT/go" ]; do sleep 0.1; done; exit 3'
check 'output arrives while the command runs' is "$first" ready
: >"$work/out, 1/go"
wait "$pid" && status=0 || status=$?
exec 4<&-
check 'and it runs on to its end' is "$status" 3

echo '# ending it'
for signal in INT:130 TERM:143 KILL:137; do
    start -- sh -c 'echo ready; exec sleep 1000'
    check "the machine runs before SIG${signal%:*}" test -n "$(machines_of "$folder")"
    kill -s "${signal%:*}" "$pid"
    wait "$pid" 2>/dev/null && status=0 || status=$?
    check "SIG${signal%:*} ends it" is "$status" "${signal#*:}"
    # The end of file on its output says that nobody who had it open is left; QEMU dies of its parent's death.
    read -r rest <&4 || rest=''
    exec 4<&-
    tries=0
    while [ -n "$(machines_of "$folder")" ] && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1)) && sleep 0.1
    done
    check 'no process is left behind' is "$(machines_of "$folder")" ''
    [ "${signal%:*}" = KILL ] || check 'no file is left behind' test ! -e "$folder"
done

echo '# time limit; two at once'
"$lab" --timeout 8 -- sleep 1000 2>"$work/stderr" &
slow=$!
"$lab" --timeout 120 -- sh -c 'exit 5' &
quick=$!
wait "$quick" && status=0 || status=$?
check 'a run beside another keeps its own status' is "$status" 5
wait "$slow" && status=0 || status=$?
check 'out of time: 124' is "$status" 124
check 'and one line that says so' is "$(cat "$work/stderr")" 'lab: not done after 8 s (--timeout): stopped'
check 'what SIGKILL left is swept up by a later run' test ! -e "$folder"

echo '# what cannot start'
refused() { # STATUS WORDS LAB-ARGS...
    expected=$1 words=$2
    shift 2
    "$lab" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null && status=0 || status=$?
    is "$status" "$expected" && says "$work/stderr" "$words" && is "$(wc -l <"$work/stderr")" 1
}
check 'no command' refused 2 'no command'
check 'unknown option' refused 2 'unknown option --nonsense' --nonsense -- true
check 'no number' refused 2 '--cpus two: not a whole number' --cpus two -- true
check 'a number out of range' refused 2 '--memory 1: must be 512' --memory 1 -- true
check 'a missing value' refused 2 '--timeout needs a value' --timeout
check 'a folder that is none' refused 2 'cannot be made' --out /dev/null/x -- true
check 'a command that is none' refused 127 'nosuch: command not found' -- nosuch
mkdir "$work/bin" && ln -s "$(command -v dirname)" "$work/bin/"
real_path=$PATH
PATH=$work/bin
"$lab" -- true 2>"$work/stderr"
status=$?
PATH=$real_path
check 'a missing package: 125' is "$status" 125
check 'and its name' says "$work/stderr" 'Debian package qemu-system-x86 is missing'

finish
