# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # variables of ./dev and packages.sh
# Sourced by ./dev: which tests run where. Labels: `lab` needs a KVM with SMM; `labhost` tests the lab from outside;
# everything else runs anywhere.

lab_test_timeout=3000 # seconds for all lab tests of one build together
lab_tries=4           # so often the emulated host may be started for them
failed=''

run_ctest() { # PRESET CTEST-ARGS...
    preset=$1
    shift
    say "ctest, build/$preset"
    ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error "$@" </dev/null
}

test_unit() {
    build_preset release
    for preset in asan tsan; do
        build_preset "$preset" unit_tests
    done
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

# All lab tests of a build in one boot of the lab, or on this host when its KVM will do.
test_lab() { # PRESET
    build_preset "$1"
    "$root/lab/linux/prepare" || die $? 'the Linux guest of the lab tests could not be made'
    log=$root/build/$1/lab_tests.log
    why=$(why_not_this_host "$root/build/$1/unpark")
    if [ -z "$why" ]; then
        say "lab tests of build/$1, on this host's KVM, which has SMM"
        set -- "$1" env
    else
        say "lab tests of build/$1, in the lab: $why"
        # A guest of 4 GiB is among them.
        set -- "$1" "$root/lab/run" --memory 6144 --timeout "$lab_test_timeout" --
    fi
    preset=$1
    shift
    passed='' tries=0
    while :; do
        tries=$((tries + 1))
        # A pipe would lose the status.
        { "$@" ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error -L '^lab$' \
            -E "^($passed)\$" </dev/null 2>&1 && : >"$log.passed"; } | tee "$log"
        ! grep -q '[*][*][*]\(Failed\|Timeout\|Exception\|Not Run\)' "$log" || failed="$failed lab/$preset"
        names=$(sed -n 's|^ *[0-9]*/[0-9]* Test *#[0-9]*: \(Lab[.][^ ]*\) .*[ .]Passed  .*|\1|p' "$log" | sed 's/[.]/[.]/g' |
            paste -s -d '|' -)
        [ -z "$names" ] || passed=${passed:+$passed|}$names
        [ ! -e "$log.passed" ] || break
        # The emulator's own faults (lab/README.md) end the emulated host, whatever test runs. A test that fails is not
        # run again.
        if ! grep -q '^lab: the emulated host ended' "$log" || [ "$tries" -ge "$lab_tries" ]; then
            failed="$failed lab/$preset"
            break
        fi
        say "the emulated host crashed (lab/README.md, the emulator bugs): starting it again for the tests that are left"
    done
    if [ -z "$passed" ]; then
        say 'every lab test was skipped: that is a failure'
        failed="$failed lab/$preset"
    fi
    rm -f "$log.passed"
}

# Each fuzz target for a fixed number of inputs: that they still build and find nothing at once.
test_fuzz() {
    build_preset fuzz cfi_flash_fuzz fw_cfg_fuzz mch_fuzz qmp_fuzz uart_fuzz
    run_ctest fuzz -R '^fuzz[.]' || failed="$failed fuzz"
}

test_labhost() {
    build_preset release
    run_ctest release -L '^labhost$' || failed="$failed labhost"
}

run_tests() { # unit|lab|all
    case $1 in
    unit) packages="$build_packages $unit_packages" ;;
    lab) packages="$build_packages $lab_packages" ;;
    all) packages="$build_packages $unit_packages $lab_packages $clang_packages" ;;
    *) die 2 "test $1: unit, lab or all" ;;
    esac
    # shellcheck disable=SC2086 # a list
    need_packages $packages
    [ "$1" != all ] || build_preset clang
    case $1 in unit | all) test_unit ;; esac
    [ "$1" != all ] || test_fuzz
    case $1 in
    lab | all)
        test_labhost
        [ -z "${UNPARK_ASAN_LAB:-}" ] || test_lab asan
        test_lab release
        ;;
    esac
    [ -z "$failed" ] || die 1 "failed:$failed"
}
