#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/lab/bench_linux_test.sh UNPARK LINUX: `unpark bench linux` has all of its rows. LINUX: the folder that
# lab/linux/prepare has filled. Exit status 77: no KVM with SMM here.
set -u
# shellcheck source=tests/lab/checks.sh
. "$(dirname -- "$0")/checks.sh"
unpark=$1
linux=$2
needs_smm "$unpark"
command -v jq >/dev/null || { echo 'FAILED: jq is not installed' && exit 1; }
if [ -z "${UNPARK_IN_LAB:-}" ] && [ ! -w /sys/kernel/tracing/instances ]; then
    echo 'SKIPPED: no tracefs here, or not for this user: three rows would be missing'
    exit 77
fi

"$unpark" bench linux --kernel "$linux/vmlinuz" --initrd "$linux/initramfs" --rounds 1 --peer none --json \
    >"$work/report" 2>"$work/err" && status=0 || status=$?
check 'it ends well' is "$status" 0
[ "$status" -eq 0 ] || sed 's/^/  /' "$work/err"
of() { # ROW MEMBER: of its summary
    jq ".benches[] | select(.name == \"linux.$1\") | .peers[0].summary.$2" "$work/report"
}
for row in init resident batch8; do check "$row: one sample" is "$(of "$row" n)" 1; done
for row in claimed relocated ost first_os online; do check "$row: three samples" is "$(of "$row" n)" 3; done
check 'no sample is lost' is "$(jq '[.benches[].peers[].rounds[].lost] | add' "$work/report")" 0
# Of the same three hot-adds.
check 'the OS starts a CPU before it says so' is "$(jq -n "$(of first_os min) < $(of online min)")" true
finish
