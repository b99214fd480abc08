#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/lab/demo_ovmf_test.sh UNPARK LINUX: `unpark demo ovmf` on a KVM with SMM. LINUX: the folder that lab/linux/prepare
# has filled. Exit status 77: there is no such KVM here.
set -u
# shellcheck source=tests/lab/checks.sh
. "$(dirname -- "$0")/checks.sh"
unpark=$1
linux=$2
needs_smm "$unpark"

"$unpark" demo ovmf --json --kernel "$linux/vmlinuz" --initrd "$linux/initramfs" >"$work/demo.json" 2>"$work/stderr" \
    </dev/null && status=0 || status=$?
check 'demo ovmf --json: exit status 0' is "$status" 0
check 'it has passed' is "$(jq .passed "$work/demo.json")" true
check 'every check of it has passed' is "$(jq '[.checks[] | select(.passed | not)] | length' "$work/demo.json")" 0
check 'eight checks' is "$(jq '.checks | length' "$work/demo.json")" 8
check 'both orders were taken' is "$(jq -c '[.exchanges[] | [.order.execute, .answer.return]]' "$work/demo.json")" \
    '[["device_add",{}],["device_del",{}]]'
check 'the steps of the VMM were seen' is "$(jq -c '[.steps[] | select(.observed == "vmm").step
    | select(. == "01a" or . == "01b" or . == "07a")]' "$work/demo.json")" '["01a","01b","07a"]'
check 'the removal went from Linux to the firmware' is "$(jq -c '[.removal[].observed]' "$work/demo.json")" \
    '["_OST","vmm","_OST"]'
[ "$failures" -eq 0 ] || cat "$work/stderr" "$work/demo.json"
finish
