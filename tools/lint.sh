# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # variables of ./dev and packages.sh
# Sourced by ./dev: what `./dev lint` checks. Every finding is an error.

max_lines=500
lint_failed=''

project_files() { # PATTERN...: what git tracks or would track, and what still exists
    git -C "$root" ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
        [ ! -f "$root/$file" ] || printf '%s\n' "$file"
    done
}

check() { # NAME COMMAND...
    name=$1
    shift
    say "lint: $name"
    (cd "$root" && "$@") || lint_failed="$lint_failed, $name"
}

check_format() {
    bad=$(project_files '*.cpp' '*.h' '*.c' | xargs clang-format --dry-run -Werror 2>&1 | sed -n 's/:[0-9]*:[0-9]*: error:.*//p' | sort -u)
    [ -z "$bad" ] || {
        printf '%s\n' "$bad" | sed 's/$/: not formatted; clang-format -i mends it/'
        return 1
    }
}

# Lines "SOURCE HEADER..." of what the clang build compiled, from the dependencies that Ninja noted; the project's own
# files only.
compiled_sources() {
    ninja -C build/clang -t deps | awk -v root="$root/" '
        function flush() { if (line != "") print line; line = "" }
        /^[^ ]/ { flush() }
        /^ / && index($1, root) == 1 && index($1, root "build/") != 1 {
            line = line (line == "" ? "" : " ") substr($1, length(root) + 1)
        }
        END { flush() }' | sort -u -k 1,1
}

# clang-tidy takes seconds a file, so a file that was clean is left out until it or a header of it changes.
check_tidy() {
    mkdir -p build/tidy
    project_files '*.cpp' '*.c' | sort >build/tidy/sources
    compiled_sources | join -j 1 build/tidy/sources - >build/tidy/compiled
    [ -s build/tidy/compiled ] || {
        echo 'build/clang has compiled nothing'
        return 1
    }
    while read -r source headers; do
        stamp=build/tidy/$(printf '%s' "$source" | tr / _).clean
        # shellcheck disable=SC2086 # a list
        [ -f "$stamp" ] && [ -z "$(find .clang-tidy "$source" $headers -newer "$stamp" 2>&1)" ] || printf '%s %s\n' "$source" "$stamp"
    done <build/tidy/compiled >build/tidy/stale
    # shellcheck disable=SC2016 # for the shell inside
    xargs -r -P "$(nproc)" -n 2 sh -c '
        checks=
        case $0 in tests/*) checks=--checks=-clang-analyzer-* ;; esac # minutes, for the macros of gtest
        touch "$1.new"
        if found=$(clang-tidy --quiet -p build/clang --warnings-as-errors="*" $checks "$0" 2>&1); then
            mv "$1.new" "$1"
        else
            printf "%s\n" "$found" | grep -v "warnings\? \(and [0-9]* errors\? \)\?generated"
            exit 1
        fi' <build/tidy/stale
}

shell_scripts() { # by name, or by the first line of files without an extension
    project_files '*.sh'
    project_files | grep -v '\.[A-Za-z0-9]*$' | while read -r file; do
        ! head -n 1 "$root/$file" | grep -q '^#!.*sh$' || printf '%s\n' "$file"
    done
}

check_shell() {
    shell_scripts | xargs shellcheck -x
}

check_length() {
    project_files '*.cpp' '*.h' '*.c' '*.S' '*.cmake' '*CMakeLists.txt' '*.sh' dev lab |
        xargs awk -v max="$max_lines" '
            FNR == max + 1 { print FILENAME ": more than " max " lines"; bad = 1 }
            END { exit bad }'
}

check_licence() { # among the first three lines: a script begins with its #!
    bad=0
    for file in $(project_files '*.cpp' '*.h' '*.c' '*.S' '*.ld' '*.cmake' '*CMakeLists.txt' '*.sh' dev lab/ .ci/ |
        grep -v '\.md$'); do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || {
            echo "$file: no SPDX-License-Identifier: Apache-2.0 at the top"
            bad=1
        }
    done
    return "$bad"
}

lint() {
    # shellcheck disable=SC2086 # lists
    need_packages $build_packages $clang_packages $lint_packages
    check 'shellcheck' check_shell
    check "at most $max_lines lines a file" check_length
    check 'licence lines' check_licence
    check 'clang-format' check_format
    build_preset clang # for the generated headers
    check 'clang-tidy' check_tidy
    [ -z "$lint_failed" ] || die 1 "lint found faults:${lint_failed#,}"
    say 'lint: clean'
}
