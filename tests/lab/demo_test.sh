#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/lab/demo_test.sh UNPARK: the command line on a KVM with SMM: demo, run, ctl. Exit status 77: there is none here.
# Every check prints one line; the exit status is 1 when one failed.
set -u
# shellcheck source=tests/lab/checks.sh
. "$(dirname -- "$0")/checks.sh"
unpark=$1
needs_smm "$unpark"

echo '# demo'
"$unpark" demo --json >"$work/demo.json" 2>"$work/stderr" </dev/null && status=0 || status=$?
check 'demo --json: exit status 0' is "$status" 0
check 'it has passed' is "$(jq .passed "$work/demo.json")" true
check 'so have both runs' is "$(jq -c '[.runs[] | [.trigger, .passed, .failure]]' "$work/demo.json")" \
    '[["guest",true,null],["vmm",true,null]]'
check 'sixteen steps were observed in each' is "$(jq -c '[.runs[] | [.steps[]
    | select(."since-order-us" != null and (.observed | . != "not observed" and . != "no equivalent"))] | length]' \
    "$work/demo.json")" '[16,16]'
check 'and 02-03 has no equivalent' is "$(jq -c '[.runs[].steps[] | select(.observed == "no equivalent").step]' \
    "$work/demo.json")" '["02-03","02-03"]'
check 'every check of it has passed' is "$(jq '[.runs[].checks[] | select(.passed | not)] | length' "$work/demo.json")" 0
check 'no verdict of the guest is FAIL' is \
    "$(jq '[.runs[]."guest-verdicts"[] | select(.verdict == "FAIL")] | length' "$work/demo.json")" 0
"$unpark" demo 2>&1 </dev/null | cat >"$work/demo.text"
check 'demo: all steps are in its table' is "$(grep -c -E '^ +(0[1-9][ab]?|1[0-5]) +(VMM|host|new)' "$work/demo.text")" 32
check 'and no escape codes where it is piped' is "$(grep -c "$(printf '\033')" "$work/demo.text")" 0

echo '# run and ctl'
start_machine() { # leaves its process in $machine
    # A background job of a shell ignores SIGINT unless told otherwise.
    env --default-signal=INT "$unpark" run --cpus 2,max=4 --control "unix:$work/qmp" --serial "file:$work/serial" \
        >"$work/run.out" 2>&1 </dev/null &
    machine=$!
}
ctl_answers() { ctl query-status >/dev/null; }
ctl() { "$unpark" ctl "$work/qmp" "$@" 2>"$work/stderr"; }
start_machine
check 'the socket comes' wait_for test -S "$work/qmp"
check 'for its user alone' is "$(stat -c %a "$work/qmp")" 600
check 'the guest gets up' wait_for grep -q READY "$work/serial"
check 'ctl status' says_now 'running' ctl status
check 'ctl with the name of a command' says_now '"running": true' ctl query-status
check 'ctl with JSON' says_now '"id": "me"' ctl '{"execute": "query-version", "id": "me"}'
ctl nonsense >"$work/answer" && status=0 || status=$?
check 'ctl: a refused command is exit status 1' is "$status" 1
ctl '{"execute":' >"$work/answer" && status=0 || status=$?
check 'ctl: half a request is exit status 2' is "$status" 2
ctl hotplug 2 >"$work/answer" && status=0 || status=$?
check 'ctl hotplug: exit status 0' is "$status" 0
check 'and all steps' is "$(grep -c -E '(^| )(0[1-9][ab]?|1[0-5]) ' "$work/answer")" 16
ctl hotplug 2 >"$work/answer" && status=0 || status=$?
check 'ctl hotplug: what is there already is exit status 1' is "$status" 1
ctl hotplug >"$work/answer" && status=0 || status=$?
check 'ctl hotplug: the next free one' is "$status" 0
check 'ctl trace' is "$(ctl trace --json | jq -c '[.[] | [.cpu, .complete]]')" '[[2,true],[3,true]]'
check 'ctl status: four CPUs' is "$(ctl status --json | jq '."query-cpus-fast" | length')" 4

echo '# sockets'
timeout 60 "$unpark" run --control "unix:$work/qmp" --serial none >"$work/second" 2>&1 </dev/null && status=0 || status=$?
check 'a live socket is refused: exit status 3' is "$status" 3
check 'in one line' is "$(wc -l <"$work/second")" 1
check 'and still serves' says_now 'running' ctl status
kill -s TERM "$machine"
wait "$machine" && status=0 || status=$?
check 'SIGTERM ends it: exit status 0' is "$status" 0
check 'and its socket' test ! -e "$work/qmp"
ctl status >"$work/answer" && status=0 || status=$?
check 'ctl without a machine: exit status 3' is "$status" 3

start_machine
check 'it starts again' wait_for test -S "$work/qmp"
kill -s KILL "$machine"
wait "$machine" 2>/dev/null
check 'killed, it leaves its socket' test -S "$work/qmp"
: >"$work/serial"
start_machine
check 'which the next one replaces' wait_for ctl_answers
kill -s INT "$machine"
wait "$machine" && status=0 || status=$?
check 'SIGINT ends it: exit status 0' is "$status" 0
check 'and its socket too' test ! -e "$work/qmp"

echo '# a machine whose SMM would not fit'
"$unpark" run --firmware auto --cpus 1,max=512 --memory 128M --serial none >"$work/answer" 2>&1 </dev/null &&
    status=0 || status=$?
check 'it cannot start: exit status 3' is "$status" 3
check 'and says what it would need' says_now '512 possible CPUs need 4[0-9] MiB of SMM memory (TSEG)' cat "$work/answer"

finish
