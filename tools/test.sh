# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # variables of ./dev and packages.sh
# Sourced by ./dev: which tests run where. Labels: `lab` needs a KVM with SMM; `labhost` tests the lab from outside;
# everything else runs anywhere.

lab_test_timeout=2700 # seconds for the lab tests of one part together
lab_silence=480       # a lab that prints nothing for so long hangs: more than any TIMEOUT in tests/lab/CMakeLists.txt
lab_watchdog=120      # a lab whose init does not even write its pulse for so long hangs as well
lab_tries=4           # so often the emulated host may be started for a part
failed=''

run_ctest() { # PRESET CTEST-ARGS...
    preset=$1
    shift
    say "ctest, build/$preset"
    ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error "$@" </dev/null
}

# g++ builds everything, and so does clang for asan, with the fuzz targets; each of them has a run for a fixed number of
# inputs among the tests. For tsan only the tests with several threads are built.
test_unit() {
    build_preset release
    build_preset asan
    build_preset tsan unit_tests
    for preset in release asan tsan; do
        # TSan's fixed memory layout does not fit a kernel that randomises much; setarch -R turns that off.
        if [ "$preset" = tsan ] && setarch -R true 2>/dev/null; then
            say "ctest, build/$preset"
            setarch -R ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error -LE lab \
                -j "$(nproc)" </dev/null || failed="$failed unit/$preset"
        else
            run_ctest "$preset" -LE lab -j "$(nproc)" || failed="$failed unit/$preset"
        fi
    done
}

# Ends the process in LOG.pid once LOG has not grown for too long, and leaves LOG.hung. It counts its looks: a clock that
# jumps, because the machine was paused, is no silence.
watch_silence() { # LOG
    looks=0 size=''
    while sleep 5 && [ -e "$1.pid" ]; do
        looks=$((looks + 1))
        [ "$(stat -c %s "$1")" = "$size" ] || looks=0 size=$(stat -c %s "$1")
        [ $((looks * 5)) -ge "$lab_silence" ] || continue
        : >"$1.hung"
        read -r hung <"$1.pid" && kill "$hung"
        return
    done
}

passed_tests() { # LOG: their names, one a line
    sed -n 's|^ *\([0-9]*/[0-9]* \)\{0,1\}Test *#[0-9]*: \(Lab[.][^ ]*\) .*[ .]Passed  .*|\2|p' "$1"
}

# Some of the lab tests, as one boot of the lab or on this host: the status is the end of it.
run_lab_tests() { # LOG TESTS|host TESTS-TO-LEAVE-OUT
    part_log=$1 which=$2 leave=$3
    set -- ctest --test-dir "$tests" -L '^lab$' -E "^($leave)\$" --output-on-failure --no-tests=error
    if [ "$which" = host ]; then
        "$@"
        return
    fi
    left=$((lab_test_timeout - $(date +%s) + lab_started))
    # An emulator may have faults of its own (lab/README.md): there a test has a second try, which is told at the end. A
    # guest of 4 GiB is among them.
    # shellcheck disable=SC2016 # for the shell inside
    sh -c 'echo $$ >"$0.pid" && exec "$@"' "$part_log" "$root/lab/run" --memory 6144 \
        --timeout "$((left > 60 ? left : 60))" --watchdog "$lab_watchdog" -- "$@" -R "^($which)\$" --repeat until-pass:2
}

# One part of the lab tests: on this host, or in a lab that is started again when it crashes or hangs. Leaves
# LOG.passed when all of them passed, in LOG.all the names of those, and in LOG.again of those that needed a further try.
test_lab_part() { # LOG TESTS|host
    part_log=$1 which=$2
    passed='' tries=0 lab_started=$(date +%s)
    rm -f "$part_log" "$part_log".*
    : >"$part_log.again"
    while :; do
        tries=$((tries + 1))
        : >"$part_log"
        rm -f "$part_log.hung"
        : >"$part_log.pid"
        [ "$which" = host ] || watch_silence "$part_log" &
        watcher=$!
        # A pipe would lose the status.
        { run_lab_tests "$part_log" "$which" "$passed" </dev/null 2>&1 && : >"$part_log.passed"; } | tee "$part_log"
        rm -f "$part_log.pid"
        wait "$watcher" || :
        passed_tests "$part_log" >>"$part_log.all"
        passed=$(sed 's/[.]/[.]/g' "$part_log.all" | paste -s -d '|' -)
        passed_tests "$part_log" | while read -r name; do
            ! grep -q "$name .*[*][*][*]" "$part_log" || printf ' %s' "$name"
        done >>"$part_log.again"
        [ ! -e "$part_log.passed" ] || return 0
        if [ -e "$part_log.hung" ]; then
            crash="hung: nothing for $lab_silence s"
        elif grep -q '^lab: the emulated host ended .* it hung' "$part_log"; then
            crash=hung
        elif grep -q '^lab: the emulated host ended' "$part_log"; then
            crash=crashed
        else
            return 0
        fi
        # It may end so after its last test, before it could say that all is well.
        if [ "$(ctest --test-dir "$tests" -L '^lab$' -R "^($which)\$" -E "^($passed)\$" -N | grep -c '^ *Test *#')" = 0 ]; then
            : >"$part_log.passed"
            return 0
        fi
        [ "$tries" -lt "$lab_tries" ] || return 0
        say "the emulated host $crash (lab/README.md, the emulator bugs); starting it again for the tests that are left"
    done
}

# shellcheck disable=SC2317 # it is reached, through the trap
stop_lab_parts() {
    # shellcheck disable=SC2086 # a list
    kill $both 2>/dev/null || :
    for file in "$log".[12].pid; do
        [ ! -s "$file" ] || { read -r pid <"$file" && kill "$pid"; } 2>/dev/null || :
    done
}

# Every second of the lab tests, as a regular expression of their names.
half_of_lab_tests() { # 0|1
    ctest --test-dir "$tests" -N -L '^lab$' | sed -n 's/^ *Test *#[0-9]*: //p' |
        awk -v half="$1" 'NR % 2 == half' | sed 's/[.]/[.]/g' | paste -s -d '|' -
}

# All lab tests of a build, on this host when its KVM will do; else in the lab, which uses one CPU of this host: two at a
# time.
test_lab() { # PRESET
    build_preset "$1"
    "$root/lab/linux/prepare" || die $? 'the Linux guest of the lab tests could not be made'
    tests=$root/build/$1
    log=$tests/lab_tests
    why=$(why_not_this_host "$tests/unpark")
    if [ -z "$why" ]; then
        say "lab tests of build/$1, on this host's KVM, which has SMM"
        test_lab_part "$log.0" host
        parts=0
    else
        say "lab tests of build/$1, in the lab, two at a time: $why"
        first=$(half_of_lab_tests 1) second=$(half_of_lab_tests 0)
        [ -n "$second" ] || die 1 "ctest of build/$1 names no lab tests"
        "$root/lab/prepare" >/dev/null || die $? 'the lab could not be made'
        # A shell's background jobs do not see Ctrl-C.
        trap 'stop_lab_parts; exit 130' INT
        trap 'stop_lab_parts; exit 143' TERM
        test_lab_part "$log.1" "$first" &
        both=$!
        test_lab_part "$log.2" "$second" &
        both="$both $!"
        # shellcheck disable=SC2086 # a list
        wait $both || :
        trap - INT TERM
        parts='1 2'
    fi
    again=''
    for part in $parts; do
        again=$again$(cat "$log.$part.again")
        if [ ! -s "$log.$part.all" ]; then
            say "part $part: no lab test has passed or every one was skipped: that is a failure"
            failed="$failed lab/$1"
        elif [ ! -e "$log.$part.passed" ]; then
            failed="$failed lab/$1"
        fi
        rm -f "$log.$part".*
    done
    [ -z "$again" ] || say "passed at a further try only; their first output is above:$again"
}

test_labhost() {
    build_preset release
    run_ctest release -L '^labhost$' || failed="$failed labhost"
}

run_tests() { # unit|lab|all
    case $1 in
    unit) packages="$build_packages $clang_packages $unit_packages" ;;
    lab) packages="$build_packages $lab_packages $lab_test_packages" ;;
    all) packages="$build_packages $clang_packages $unit_packages $lab_packages $lab_test_packages" ;;
    *) die 2 "test $1: unit, lab or all" ;;
    esac
    # shellcheck disable=SC2086 # a list
    need_packages $packages
    case $1 in unit | all) test_unit ;; esac
    case $1 in
    lab | all)
        test_labhost
        [ -z "${UNPARK_ASAN_LAB:-}" ] || test_lab asan
        test_lab release
        ;;
    esac
    [ -z "$failed" ] || die 1 "failed:$failed"
}
