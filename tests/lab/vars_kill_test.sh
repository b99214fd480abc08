#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/lab/vars_kill_test.sh UNPARK LINUX: what the guest has written through efivarfs outlives a SIGKILL of unpark.
# It is killed several times while its guest writes variables in a loop: each time the file is whole, and the next boot
# finds every variable that the guest had been told was written. Then the guest panics. Exit status 77: no SMM here.
set -u
# shellcheck source=tests/lab/checks.sh
. "$(dirname -- "$0")/checks.sh"
unpark=$1
linux=$2
needs_smm "$unpark"
vars=$work/vars.fd
rounds=2
carriage_return=$(printf '\r')
cp /usr/share/OVMF/OVMF_VARS_4M.fd "$vars" || exit 1
[ -f "$linux/vmlinuz" ] || { echo 'FAILED: run lab/linux/prepare' && exit 1; }

start_machine() { # leaves its process in $machine, its console in $work/serial, and types what is written to 3
    rm -f "$work/typed"
    mkfifo "$work/typed"
    : >"$work/serial"
    "$unpark" run --firmware /usr/share/OVMF/OVMF_CODE_4M.secboot.fd --vars "$vars" --memory 512M \
        --kernel "$linux/vmlinuz" --initrd "$linux/initramfs" --append 'console=ttyS0 quiet' \
        <"$work/typed" >"$work/serial" 2>"$work/stderr" &
    machine=$!
    exec 3>"$work/typed"
}
# A boot may take longer than one wait where the host is busy.
patiently() {
    for _ in 1 2 3 4 5; do
        wait_for "$@" && return
    done
    tail -n 5 "$work/stderr" "$work/serial"
    return 1
}
up() { patiently grep -q GUEST-UP "$work/serial"; }
type_in() { printf '%s\n' "$1" >&3; }
# Whole lines only: the kill may cut the last one short.
acknowledged() { sed -n "s/^ACK-$1-\([0-9]*\)$carriage_return$/\1/p" "$work/serial" | tail -n 1; }
enough() { [ "$(acknowledged "$1")" -ge "$2" ]; }
said() { tr -d '\r' <"$work/serial" | sed -n "s/^$1: //p"; }

# One variable that is written over and over, and one more each time. The first GUID is that of Linux's crash records:
# what has it may be written again. 7: non-volatile, for boot services and the runtime.
again='/sys/firmware/efi/efivars/Again-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0'
new='-12345678-1234-1234-1234-123456789abc'
# shellcheck disable=SC2016 # the guest's shell expands what is printed
writer() { # ROUND
    printf 'i=0; while :; do i=$((i + 1)); printf "\\7\\0\\0\\0round-%s-$i" >%s && ' "$1" "$again"
    printf 'printf "\\7\\0\\0\\0new-$i" >/sys/firmware/efi/efivars/New-%s-$i%s && ' "$1" "$new"
    printf 'echo "ACK-%s-$i" || break; done\n' "$1"
}
# shellcheck disable=SC2016
# Says the newest value of the one, and how many of the others are there without a gap, and hold what they should.
reader() { # ROUND
    printf 'echo "AGAIN: $(tail -c +5 %s)"; ' "$again"
    printf 'i=0; while [ "$(tail -c +5 /sys/firmware/efi/efivars/New-%s-$((i + 1))%s 2>/dev/null)" = new-$((i + 1)) ]; ' \
        "$1" "$new"
    printf 'do i=$((i + 1)); done; echo "NEW: $i"\n'
}

round=0
last=0
while :; do
    start_machine
    check "boot $((round + 1)) comes up" up || break
    if [ "$round" -gt 0 ]; then
        type_in "$(reader "$round")"
        check 'it answers' patiently grep -q '^NEW: [0-9]' "$work/serial"
        found=$(said AGAIN)
        # What was under way when it was killed may have been written as well.
        case $found in
        "round-$round-$last" | "round-$round-$((last + 1))") check "it has the acknowledged value round-$round-$last" true ;;
        *) check "it has the acknowledged value" is "$found" "round-$round-$last" ;;
        esac
        check "and all $last variables that were new" test "$(said NEW)" -ge "$last"
    fi
    [ "$round" -lt "$rounds" ] || break
    round=$((round + 1))
    type_in "$(writer "$round")"
    check 'it writes' patiently enough "$round" $((4 * round + 1))
    kill -s KILL "$machine"
    wait "$machine" 2>/dev/null
    machine=''
    exec 3>&-
    last=$(acknowledged "$round")
    echo "  killed after $last acknowledged writes"
    check 'the file has its size' is "$(stat -c %s "$vars")" 540672
done

echo '# progress on standard error'
check 'every stage is a line' is "$(grep -c -E '^unpark: \[ *[0-9]+\.[0-9] s\] (firmware: (SEC|PEI|DXE|SMM|BDS)|OS ) ' \
    "$work/stderr")" 10
check 'without colours' is "$(grep -c "$(printf '\033')" "$work/stderr")" 0

echo '# panic without a control socket'
type_in 'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger'
wait "$machine" && status=0 || status=$?
machine=''
check 'it ends: exit status 1' is "$status" 1
check 'and says why' grep -q 'the guest says that it panicked' "$work/stderr"
finish
