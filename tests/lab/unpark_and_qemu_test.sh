#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/lab/unpark_and_qemu_test.sh UNPARK IMAGE: the same flash image on unpark and on QEMU, both on this host's KVM
# with SMM. A CPU is hot-added to each through its QMP socket; then the guest's reports are compared. Exit status 77:
# there is no such KVM here.
set -u
# shellcheck source=tests/lab/checks.sh
. "$(dirname -- "$0")/checks.sh"
unpark=$1
image=$2
needs_smm "$unpark"

# The verdicts' names, and the steps in their order, as the guest has reported them.
verdicts() { sed -n "s/^unpark-guest: $1 \([a-z0-9-]*\).*/\1/p" "$2" | tr -d '\r' | sort -u; }
steps() { sed -n 's/^unpark-guest: STEP \([0-9ab]*\) cpu=2 .*/\1/p' "$1" | tr -d '\r'; }
hot_add() { # WHO
    check "$1: the socket comes" wait_for test -S "$work/$1.qmp"
    check "$1: the guest gets up" wait_for grep -q 'unpark-guest: READY' "$work/$1.serial"
    "$unpark" ctl "$work/$1.qmp" hotplug 2 >"$work/$1.order" 2>&1 && status=0 || status=$?
    check "$1: takes the order" is "$status" 0
    check "$1: the guest reports on it" wait_for grep -q 'unpark-guest: DONE cpu=2 ' "$work/$1.serial"
    "$unpark" ctl "$work/$1.qmp" '{"execute": "quit"}' >/dev/null
    wait "$machine" && status=0 || status=$?
    machine=''
    check "$1: ends as told" is "$status" 0
    check "$1: no verdict is FAIL" is "$(verdicts FAIL "$work/$1.serial")" ''
    verdicts PASS "$work/$1.serial" >"$work/$1.passed"
    verdicts SKIP "$work/$1.serial" >"$work/$1.skipped"
}

"$unpark" run --firmware "$image" --cpus 2,max=4 --control "unix:$work/unpark.qmp" --serial "file:$work/unpark.serial" \
    >"$work/unpark.out" 2>&1 </dev/null &
machine=$!
hot_add unpark
qemu-system-x86_64 -machine q35,smm=on -accel kvm -cpu host -smp 2,maxcpus=4 -m 256 -bios "$image" -nodefaults \
    -display none -qmp "unix:$work/qemu.qmp,server=on,wait=off" -serial "file:$work/qemu.serial" \
    >"$work/qemu.out" 2>&1 </dev/null &
machine=$!
hot_add qemu

sed 's/^/  qemu says /' "$work/qemu.out"
comm -23 "$work/unpark.passed" "$work/qemu.passed" >"$work/only-unpark"
check 'what passes on unpark alone, QEMU skips' is "$(comm -23 "$work/only-unpark" "$work/qemu.skipped")" ''
check 'what passes on QEMU passes on unpark' is "$(comm -13 "$work/unpark.passed" "$work/qemu.passed")" ''
check 'a hot-add was judged on both' is \
    "$(comm -12 "$work/unpark.passed" "$work/qemu.passed" | grep -c -E '^(claimed-by-smm|steps|smbase-in-tseg|work)$')" 4
# 07a is unpark's own; 09 is missing where the new CPU took the broadcast SMI.
steps "$work/unpark.serial" | grep -v -x -E '07a|09' >"$work/unpark.steps"
steps "$work/qemu.serial" | grep -v -x -E '07a|09' >"$work/qemu.steps"
check 'the steps are the same' diff "$work/unpark.steps" "$work/qemu.steps"
check 'and twelve' is "$(wc -l <"$work/unpark.steps")" 12
finish
