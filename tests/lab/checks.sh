# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Sourced by the scripts of tests/lab: a folder $work of their own, and checks that print one line each.
work=$(mktemp -d)
failures=0
machine=''
trap 'rm -rf "$work"; [ -z "$machine" ] || kill -s KILL "$machine" 2>/dev/null' EXIT

# Exits with 77 where KVM has no SMM, which a lab must have.
needs_smm() { # UNPARK
    "$1" check-host >"$work/host" 2>&1 && return
    if [ -n "${UNPARK_IN_LAB:-}" ]; then
        cat "$work/host" && echo 'FAILED: the lab has no SMM' && exit 1
    fi
    echo "SKIPPED: this host's KVM does not suit (unpark check-host says why); run it in the lab: ./dev test lab"
    exit 77
}
check() { # WHAT COMMAND...
    what=$1
    shift
    if "$@"; then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        failures=$((failures + 1))
    fi
}
is() { [ "$1" = "$2" ] || { printf '  got      %s\n  expected %s\n' "$1" "$2" && false; }; }
says_now() { # WORDS COMMAND...
    words=$1
    shift
    "$@" >"$work/said" 2>&1
    grep -q -- "$words" "$work/said" || { sed 's/^/  got      /' "$work/said" && echo "  expected $words" && false; }
}
wait_for() { # COMMAND..., for a minute
    tries=0
    until "$@" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || return 1
        sleep 0.2
    done
}
finish() {
    [ "$failures" -eq 0 ] || { echo "$failures checks failed" && exit 1; }
    echo 'all checks passed'
}
