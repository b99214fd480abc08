#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/lab/bench_test.sh UNPARK: `unpark bench` measures beside QEMU, loses nothing, says why when it cannot, and ends
# with a partial report when interrupted. Exit status 77: no KVM with SMM here.
set -u
# shellcheck source=tests/lab/checks.sh
. "$(dirname -- "$0")/checks.sh"
unpark=$1
needs_smm "$unpark"

"$unpark" bench smi --cpus 1 --parked 3 --samples 50 --rounds 1 --peer qemu --json --output "$work/out" >"$work/report" 2>"$work/err" &&
    status=0 || status=$?
check 'smi: ends well' is "$status" 0
[ "$status" -eq 0 ] || sed 's/^/  /' "$work/err"
check 'smi: standard output and the file are the same report' cmp "$work/report" "$work/out/report.json"
check 'smi: there is a page' test -s "$work/out/report.html"
# What `bench report` reads has the schema.
check 'smi: the report is one' says_now 'smi.single' "$unpark" bench report "$work/report"
check 'smi: it is complete' grep -q '"complete": *true' "$work/report"
check 'smi: the host is told to be emulated or not' grep -q -E '"emulated": *(true|false)' "$work/report"
# One CPU: unpark, qemu, bare. unpark again beside three parked CPUs; SMIs that the host orders, with and without them;
# unpark with a handler that asks; six rows of parts, by KVM's tracepoints, of all three.
check 'smi: nothing was lost, in any of 25 series' is "$(grep -o -E '"lost": *0' "$work/report" | wc -l)" 25
check 'smi: nothing else is there' is "$(grep -o -E '"lost":' "$work/report" | wc -l)" 25
check 'smi: every series has 50 samples' is "$(grep -o -E '"n": *50[,}]' "$work/report" | wc -l)" 25
check 'smi: its parts' grep -q 'smi.part.handler' "$work/report"
check 'smi: SMIs by the host' grep -q 'smi.host' "$work/report"
check 'smi: parked CPUs were there' grep -q -E '"parked": *3' "$work/report"

"$unpark" bench hotplug --samples 2 --rounds 1 --peer none --json >"$work/hotplug" 2>"$work/err" && status=0 || status=$?
check 'hotplug: ends well' is "$status" 0
check 'hotplug: eight at once' grep -q 'hotplug.batch8' "$work/hotplug"
check "hotplug: the OS's _OST" grep -q 'hotplug.ost' "$work/hotplug"
check 'hotplug: no sample is lost' is "$(grep -c -E '"lost": *[1-9]' "$work/hotplug")" 0
check 'hotplug: there and back' grep -q 'hotplug.cycle' "$work/hotplug"

"$unpark" bench boot --cpus 1 --parked 8 --rounds 1 --peer none --json >"$work/boot" 2>"$work/err" && status=0 || status=$?
check 'boot: ends well' is "$status" 0
check 'boot: memory of parked CPUs' grep -q 'boot.resident_per_parked' "$work/boot"

"$unpark" bench smi --cpus 1 --parked none --samples 100 --rounds 1000 --peer none --output "$work/cut" >"$work/cut.out" 2>"$work/cut.err" &
machine=$!
check 'interrupted: it had begun' wait_for grep -q 'smi: run 2 of' "$work/cut.err"
kill -s INT "$machine"
wait "$machine" && status=0 || status=$?
machine=''
check 'interrupted: status 1' is "$status" 1
check 'interrupted: the report says so' grep -q '"incomplete": *"interrupted' "$work/cut/report.json"

mkdir "$work/empty"
PATH="$work/empty" "$unpark" bench smi --peer qemu >"$work/none" 2>&1 && status=0 || status=$?
check 'no QEMU: status 3' is "$status" 3
check 'no QEMU: says what to do' grep -q -e '--peer none' "$work/none"
printf '#!/bin/sh\necho "this build has no KVM" >&2\nexit 1\n' >"$work/empty/qemu-system-x86_64"
chmod +x "$work/empty/qemu-system-x86_64"
PATH="$work/empty:$PATH" "$unpark" bench boot --cpus 1 --rounds 1 --peer qemu >"$work/bad" 2>&1 && status=0 || status=$?
check 'a QEMU that cannot: status 1, after unpark was measured' is "$status" 1
check 'a QEMU that cannot: its own words' grep -q 'this build has no KVM' "$work/bad"
"$unpark" bench smi --output /proc/none >"$work/none" 2>&1 && status=0 || status=$?
check 'no such folder: status 3' is "$status" 3
finish
