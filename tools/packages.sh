# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # variables of those who source this
# Sourced by ./dev and lab/prepare: the Debian packages this project needs, installed when they are missing.
# The caller defines root (the checkout), say and die.

# shellcheck disable=SC2034 # used by those who source this
{
    build_packages='g++ cmake ninja-build libfmt-dev nlohmann-json3-dev libspdlog-dev libcli11-dev
        libgtest-dev libgmock-dev libbenchmark-dev acpica-tools ccache'
    unit_packages='qemu-system-x86 chromium' # one unit test runs the guest on QEMU's TCG, one looks at a page
    clang_packages='clang libclang-rt-14-dev lld'
    lint_packages='clang-format clang-tidy shellcheck git'
    lab_test_packages='jq'
    lab_packages='qemu-system-x86 busybox-static binutils kmod cpio xz-utils ovmf'
}

# Those of the packages named that are not installed. One dpkg-query for all of them: it takes 20 ms.
packages_missing() {
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
        awk -v wanted="$*" '
            $2 == "installed" { have[$1] = 1 }
            END {
                n = split(wanted, names)
                for (i = 1; i <= n; i++) if (!(names[i] in have)) printf "%s ", names[i]
            }'
}

# Root, or sudo that asks nothing, or sudo and somebody there to answer.
can_be_root() {
    [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi
}

# stdin is left to sudo, which may ask for a password; apt-get asks nothing.
apt_get() {
    mkdir -p "$root/build" && as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >"$root/build/apt.log" 2>&1
}

apt_update() {
    can_be_root || return 1
    say 'apt-get update: the package lists here are missing or old'
    apt_get update
}

# Installs what is missing of the packages named, and says so.
need_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0 # no Debian: the tools speak up when they are missing
    missing=$(packages_missing "$@")
    [ -n "$missing" ] || return 0
    can_be_root || die 125 "Debian packages are missing, and there is neither root nor sudo here to install them: $missing"
    say "installing Debian packages: $missing"
    # shellcheck disable=SC2086 # a list of package names
    apt_get --no-install-recommends install $missing ||
        { apt_update && apt_get --no-install-recommends install $missing; } || {
        tail -n 5 "$root/build/apt.log" >&2
        die 125 "apt-get failed (all of it: build/apt.log); needed: $missing"
    }
}
