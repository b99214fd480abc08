# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # variables of ./dev and packages.sh
# Sourced by ./dev: configuring and building the CMake presets.

# The compiler cache, where installed, stays in the build folder; it must know that tests use precompiled headers.
# Asked for as late as this: `dev` may just have installed it. Not in a CI: in a fresh clone it is empty, and only costs.
use_compiler_cache() {
    [ -z "${CI:-}" ] || return 0
    command -v ccache >/dev/null 2>&1 || return 0
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_C_COMPILER_LAUNCHER=ccache
    export CCACHE_DIR="${CCACHE_DIR:-$root/build/ccache}" CCACHE_SLOPPINESS=pch_defines,time_macros
}

# build_preset PRESET [TARGET...]: builds into build/PRESET. Silent and quick when there is nothing to do.
# Output goes to stderr: stdout belongs to what runs afterwards (`./dev demo --json | jq`).
build_preset() {
    preset=$1
    shift
    use_compiler_cache
    # Ninja runs CMake again by itself when a CMakeLists.txt changes, but not for a change of the presets.
    if [ ! -f "$root/build/$preset/build.ninja" ] ||
        [ -n "$(find "$root/CMakePresets.json" -newer "$root/build/$preset/build.ninja")" ]; then
        say "configuring build/$preset"
        mkdir -p "$root/build"
        (cd "$root" && cmake --preset "$preset") >"$root/build/configure.log" 2>&1 || {
            cat "$root/build/configure.log" >&2
            die 1 "configuring the preset $preset failed"
        }
        touch "$root/build/$preset/build.ninja"
    fi
    # -n: only says what it would do.
    case $(ninja -C "$root/build/$preset" -n "$@" 2>&1) in
    *'ninja: no work to do.'*) return 0 ;;
    esac
    say "building ${*:-everything} in build/$preset"
    ninja -C "$root/build/$preset" "$@" >&2 || die 1 "the build in build/$preset failed"
}

build() { # PRESET
    case $1 in
    release | dev) packages=$build_packages ;;
    asan | tsan | clang | fuzz) packages="$build_packages $clang_packages" ;;
    *) die 2 "no such preset: $1 (release, dev, asan, tsan, clang, fuzz)" ;;
    esac
    # shellcheck disable=SC2086 # a list
    need_packages $packages
    build_preset "$1"
}
