# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # variables of ./dev and packages.sh
# Sourced by ./dev: which tests run where. Labels: `lab` needs a KVM with SMM; `labhost` tests the lab from outside;
# everything else runs anywhere.

lab_test_timeout=2700 # seconds for all lab tests of one build together
lab_silence=480       # a lab that prints nothing for so long hangs: more than any TIMEOUT in tests/lab/CMakeLists.txt
lab_watchdog=120      # a lab whose init does not even write its pulse for so long hangs as well
lab_tries=8           # so often the emulated host may be started for them
lab_calm_tries=3      # from this start on its tests run on one of its two CPUs: slower, and no crash is known from that
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
run_lab_tests() { # PRESET LOG TESTS-TO-LEAVE-OUT
    set -- "$root/build/$1" "$2" -L '^lab$' -E "^($3)\$" --output-on-failure --no-tests=error
    tests=$1 log=$2
    shift 2
    if [ -z "$why" ]; then
        ctest --test-dir "$tests" "$@"
    else
        left=$((lab_test_timeout - $(date +%s) + lab_started))
        # The emulator's own faults (lab/README.md) make a guest go astray or end the emulated host, whatever test
        # runs: there a test has three tries, which is told at the end. A guest of 4 GiB is among them.
        [ "$tries" -lt "$lab_calm_tries" ] || calm='taskset -c 1'
        # shellcheck disable=SC2016,SC2086 # for the shell inside; two words or none
        sh -c 'echo $$ >"$0.pid" && exec "$@"' "$log" "$root/lab/run" --memory 6144 \
            --timeout "$((left > 60 ? left : 60))" --watchdog "$lab_watchdog" -- \
            $calm ctest --test-dir "$tests" --repeat until-pass:3 "$@"
    fi
}

tests_left() { # PRESET PASSED: how many lab tests are still to pass
    ctest --test-dir "$root/build/$1" -L '^lab$' -E "^($2)\$" -N | grep -c '^ *Test *#' || :
}

# All lab tests of a build in one boot of the lab, or on this host when its KVM will do.
test_lab() { # PRESET
    build_preset "$1"
    "$root/lab/linux/prepare" || die $? 'the Linux guest of the lab tests could not be made'
    log=$root/build/$1/lab_tests.log
    why=$(why_not_this_host "$root/build/$1/unpark")
    if [ -z "$why" ]; then
        say "lab tests of build/$1, on this host's KVM, which has SMM"
    else
        say "lab tests of build/$1, in the lab: $why"
    fi
    passed='' again='' tries=0 calm='' lab_started=$(date +%s)
    while :; do
        tries=$((tries + 1))
        rm -f "$log".*
        : >"$log"
        : >"$log.pid"
        [ -z "$why" ] || watch_silence "$log" &
        # A pipe would lose the status.
        { run_lab_tests "$1" "$log" "$passed" </dev/null 2>&1 && : >"$log.passed"; } | tee "$log"
        rm -f "$log.pid"
        wait
        names=$(passed_tests "$log" | sed 's/[.]/[.]/g' | paste -s -d '|' -)
        [ -z "$names" ] || passed=${passed:+$passed|}$names
        again=$again$(passed_tests "$log" | while read -r name; do
            ! grep -q "$name .*[*][*][*]" "$log" || printf ' %s' "$name"
        done)
        [ ! -e "$log.passed" ] || break
        if [ -e "$log.hung" ]; then
            crash="hung: nothing for $lab_silence s"
        elif grep -q '^lab: the emulated host ended .* it hung' "$log"; then
            crash=hung
        elif grep -q '^lab: the emulated host ended' "$log"; then
            crash=crashed
        else
            tries=$lab_tries
        fi
        # It may end so after its last test, before it could say that all is well.
        [ "$tries" -lt "$lab_tries" ] && [ "$(tests_left "$1" "$passed")" = 0 ] && break
        if [ "$tries" -ge "$lab_tries" ]; then
            failed="$failed lab/$1"
            break
        fi
        say "the emulated host $crash (lab/README.md, the emulator bugs); starting it again for the tests that are left"
    done
    [ -z "$again" ] || say "passed at a further try only; their first output is above:$again"
    if [ -z "$passed" ]; then
        say 'every lab test was skipped: that is a failure'
        failed="$failed lab/$1"
    fi
    rm -f "$log".*
}

test_labhost() {
    build_preset release
    run_ctest release -L '^labhost$' || failed="$failed labhost"
}

run_tests() { # unit|lab|all
    case $1 in
    unit) packages="$build_packages $clang_packages $unit_packages" ;;
    lab) packages="$build_packages $lab_packages" ;;
    all) packages="$build_packages $clang_packages $unit_packages $lab_packages" ;;
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
