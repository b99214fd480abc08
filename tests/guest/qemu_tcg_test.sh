#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# qemu_tcg_test.sh IMAGE [hostile-smi]: the guest's flash image on a plainly emulated QEMU q35 with SMM.
# Boots two CPUs, orders a third over QMP, and expects the guest's own report: no FAIL line, every
# step, SMBASE in TSEG. With hostile-smi the OS first keeps a CPU out of SMM, then spoils what SMM might
# use, and the hot-add must come out the same. Exit status 0, or 1 with what was missing and all that
# the guest said.
set -eu
image=$1
words=${2:-}
folder=$(mktemp -d)
serial=$folder/serial
trap 'rm -rf "$folder"' EXIT
command -v qemu-system-x86_64 >"$folder/which" || {
    echo 'guest_on_qemu_tcg: qemu-system-x86_64 is missing (Debian package qemu-system-x86)' >&2
    exit 1
}

# Waits until the guest has said a line; gives up with QEMU's own time limit.
said() { # PATTERN
    while ! grep -q "^unpark-guest: $1" "$serial" 2>/dev/null; do
        [ -e "$folder/running" ] || return 0
        sleep 0.05
    done
}
orders() {
    echo '{"execute": "qmp_capabilities"}'
    said READY
    echo '{"execute": "device_add", "arguments": {"driver": "qemu64-x86_64-cpu", "id": "cpu2",
           "socket-id": 0, "core-id": 2, "thread-id": 0}}'
    said DONE
    echo '{"execute": "quit"}'
}

: >"$folder/running"
status=0
orders | {
    timeout 45 qemu-system-x86_64 -machine q35,smm=on -accel tcg -cpu qemu64 -smp 2,maxcpus=4 -m 64 \
        -bios "$image" -fw_cfg "name=opt/org.unpark/guest,string=work=4 $words" -nodefaults -display none -no-reboot -serial "file:$serial" \
        -chardev stdio,id=qmp -mon chardev=qmp,mode=control || echo "QEMU ended with status $?"
    rm "$folder/running"
} >"$folder/qmp"
tr -d '\r' <"$serial" >"$folder/report"

expect() { # PATTERN
    grep -Eqx "unpark-guest: $1" "$folder/report" && return
    echo "guest_on_qemu_tcg: the guest did not say: $1" >&2
    status=1
}
expect 'READY cpus=2 possible=4 machine=qemu failed=0'
# 09 is left out when the broadcast SMI has rebased the new CPU already.
for step in 04 05 06 07a 07b 08a 08b 10 11 12 13 14 15; do
    expect "STEP $step cpu=2 by=[02] tsc=\+[0-9]+"
done
expect 'PASS smbase-in-tseg cpu=2 was=0x30000 now=0x[0-9a-f]+ tseg=0x[0-9a-f]+-0x[0-9a-f]+ entered-there=1'
expect 'PASS work cpu=2 bytes=262144 sum=(0x[0-9a-f]+) want=\1'
expect 'PASS joins-rendezvous cpu=2 cpus=3'
expect 'DONE cpu=2 failed=0'
if [ "$words" = hostile-smi ]; then
    expect 'PASS hotplug-waits-for-everybody it=runs missing-cpu=1 incomplete=1 postponed=1 done=0 back=1'
    expect 'PASS smm-spoils-no-register pm-timer=0xffffffff acpi-cntl=0x0 config-address=0x80000060 apic-id=0xfe000000 icr-high=0x5a000000'
    expect 'NOTE smi-rendezvous incomplete=1 last-missing-cpu=1 postponed=1'
fi
if grep '^unpark-guest: FAIL' "$folder/report" >&2; then status=1; fi
if [ "$status" -ne 0 ]; then cat "$folder/qmp" "$folder/report" >&2; fi
exit "$status"
