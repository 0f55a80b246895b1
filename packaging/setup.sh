# shellcheck shell=sh disable=SC2034,SC2154  # sourced: $root comes from outside, the lists are used there
# What `start` and `test` share: finding Python, the system's libraries, and the environment in .venv.
# Sourced by them, with $root set to the project's folder. POSIX sh.

# Debian's names; behind a bar, the name on newer releases (64-bit time).
core_libraries="libglib2.0-0|libglib2.0-0t64 libpcap0.8|libpcap0.8t64"
window_libraries="libegl1 libgl1 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4
    libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 fonts-dejavu-core"
test_programs="iproute2 tcpdump util-linux xvfb"

say() { printf '%s\n' "hl7capture: $*" >&2; }

fail() {
    say "$@"
    exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# The first Python that is new enough and can make environments.
find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$name"
            return 0
        fi
    done
    return 1
}

is_installed() {
    case $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) in
    installed) return 0 ;;
    *) return 1 ;;
    esac
}

# Those of the packages that are missing, by the name that this release has for them.
missing_packages() {
    for names in "$@"; do
        old=${names%%|*}
        new=${names##*|}
        if is_installed "$old" || is_installed "$new"; then
            continue
        fi
        if [ "$old" != "$new" ] && apt-cache show "$new" >/dev/null 2>&1; then
            printf '%s ' "$new"
        else
            printf '%s ' "$old"
        fi
    done
}

# install_packages REASON PACKAGE…
install_packages() {
    reason=$1
    shift
    command="apt-get install -y --no-install-recommends $*"
    if is_root; then
        say "installing $reason: $*"
        as_root=""
    elif command -v sudo >/dev/null 2>&1; then
        say "installing $reason, with sudo: $*"
        as_root="sudo"
    else
        fail "$reason is missing, and there is no sudo. As root: $command"
    fi
    # shellcheck disable=SC2086  # one word or none; and a list of packages
    $as_root env DEBIAN_FRONTEND=noninteractive $command >&2 ||
        fail "$reason could not be installed. As root: apt-get update && $command"
}

update_package_lists() {
    say "fetching the lists of packages"
    if is_root; then
        apt-get update >&2
    elif command -v sudo >/dev/null 2>&1; then
        sudo apt-get update >&2
    fi || say "the lists of packages could not be fetched; going on with those that are here"
}

# install_system PACKAGE…: Python and the packages, on Debian and its kin; elsewhere a word about what is needed.
install_system() {
    if ! command -v apt-get >/dev/null 2>&1; then
        find_python >/dev/null || fail "Python 3.11 or newer with its venv module is needed; install it and try again."
        say "no apt-get here: should the program not start, install libpcap and Qt's xcb libraries by hand"
        return 0
    fi
    updated=
    if ! find_python >/dev/null; then
        update_package_lists
        updated=yes
        install_packages "Python" python3 python3-venv
        if ! find_python >/dev/null; then # an older release that has a newer Python beside its own
            for version in 3.13 3.12 3.11; do
                if apt-cache show "python$version-venv" >/dev/null 2>&1; then
                    install_packages "Python $version" "python$version" "python$version-venv"
                    break
                fi
            done
        fi
        find_python >/dev/null || fail "this system has no Python 3.11 or newer; install one and try again."
    fi
    if [ -n "$(missing_packages "$@")" ]; then
        [ -n "$updated" ] || update_package_lists
        # The names are looked up again: a new list may know them by their newer names.
        # shellcheck disable=SC2046
        install_packages "system libraries" $(missing_packages "$@")
    fi
}

# set_up NAME EXTRA PACKAGE…: once; later calls see from the stamp that nothing has changed.
set_up() {
    stamp=$root/.venv/.$1
    extra=$2
    shift 2
    want=$(cksum <"$root/pyproject.toml")
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && [ -x "$root/.venv/bin/python" ]; then
        return 0
    fi
    install_system "$@"
    if ! "$root/.venv/bin/python" -c 'import pip' >/dev/null 2>&1; then
        say "making the environment in .venv"
        python=$(find_python)
        "$python" -m venv --clear "$root/.venv" || fail "the environment could not be made with $python"
    fi
    say "installing the program and what it needs into .venv"
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$root$extra" ||
        fail "the installation failed; the lines above say why. The next start tries again."
    printf '%s\n' "$want" >"$stamp"
}
