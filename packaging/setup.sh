# shellcheck shell=sh
# What `start` and `test` share: Python, the system's libraries, and the environment in .venv.
# Sourced by them, with $root set to the project's folder. POSIX sh. Standard output belongs to the program.
: "${root:?}"

# Debian's names; behind a bar, the name on newer releases (64-bit time).
command_packages="libglib2.0-0|libglib2.0-0t64 libpcap0.8|libpcap0.8t64"
window_packages="libegl1 libgl1 libdbus-1-3 libfontconfig1 libwayland-cursor0 libwayland-egl1 libxkbcommon-x11-0
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
    libxcb-xkb1 fonts-dejavu-core"
test_packages="iproute2 libcap2-bin openssh-client openssh-server openssl postgresql strace tcpdump tcpflow tcpreplay tshark util-linux
    wireshark-common xdotool xvfb"

say() { printf '%s\n' "hl7capture: $*" >&2; }

fail() {
    say "$@"
    exit 1
}

# set_up LEVEL: all that the level needs, once. Levels: commands, window, tests; each holds the ones before it.
set_up() {
    is_ready "$1" && return
    # Of two first starts at once, one waits for the other.
    exec 9<"$root/packaging/setup.sh"
    if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
        say "waiting for another start to finish its installation"
        flock 9
    fi
    if ! is_ready "$1"; then
        # Where the tests were set up already, it stays so.
        [ "$(level_number "$done_level")" -lt "$(level_number "$1")" ] || set -- "$done_level"
        install_packages "$1"
        make_environment "$1"
        report_missing_libraries "$1"
    fi
    exec 9<&-
}

# --- What was done already: the stamp ---------------------------------------------------------------------------------
# Three lines: the level, where it was made and for which Python, and what was asked for. In place of the level stands
# `unfinished` while work goes on: found at a start, the work was interrupted, and the environment is made anew; and
# `failed` where pip gave up (without a network, say): it is asked again, and what was there stays.

level_number() {
    case $1 in
    commands) echo 1 ;;
    window) echo 2 ;;
    tests) echo 3 ;;
    *) echo 0 ;;
    esac
}

# An environment works in its own folder and with its own Python only.
environment_identity() {
    version=$("$root/.venv/bin/python" -V 2>/dev/null) || version="no Python"
    printf '%s\n' "$root ${version%.*}"
}

# This file counts too: it holds the lists of packages.
requirements_checksum() { cat "$root/pyproject.toml" "$root/packaging/setup.sh" | cksum; }

read_stamp() {
    done_level='' done_identity='' done_checksum=''
    [ -f "$root/.venv/.stamp" ] || return 0
    {
        IFS= read -r done_level
        IFS= read -r done_identity
        IFS= read -r done_checksum
    } <"$root/.venv/.stamp" || :
}

write_stamp() {
    {
        printf '%s\n' "$1" "$(environment_identity)" "$(requirements_checksum)" >"$root/.venv/.stamp.new" &&
            mv "$root/.venv/.stamp.new" "$root/.venv/.stamp"
    } 2>/dev/null || fail "$root/.venv cannot be written; does it belong to somebody else?"
}

is_ready() {
    read_stamp
    [ "$(level_number "$done_level")" -ge "$(level_number "$1")" ] &&
        [ "$done_identity" = "$(environment_identity)" ] && [ "$done_checksum" = "$(requirements_checksum)" ]
}

# --- The system's packages --------------------------------------------------------------------------------------------

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

# What brings such a Python here: the system's own, or, where that is too old (Ubuntu 22.04), a newer one beside it.
python_packages() {
    minor=$(apt-cache show python3 2>/dev/null | sed -n 's/^Version: 3\.\([0-9]*\).*/\1/p' | head -n 1)
    if [ "${minor:-99}" -ge 11 ]; then
        echo "python3 python3-venv"
        return 0
    fi
    for version in 3.14 3.13 3.12 3.11; do
        if apt-cache show "python$version-venv" >/dev/null 2>&1; then
            echo "python$version python$version-venv"
            return 0
        fi
    done
    echo "python3.11 python3.11-venv"
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Those of the packages that are missing, by the name that this release has for them.
missing_packages() {
    for names in "$@"; do
        old=${names%%|*}
        new=${names##*|}
        if is_installed "$old" || is_installed "$new"; then
            continue
        elif [ "$old" != "$new" ] && apt-cache show "$new" >/dev/null 2>&1; then
            printf '%s ' "$new"
        else
            printf '%s ' "$old"
        fi
    done
}

# Into $needed what is missing for a level, into $reasons a line for each purpose.
plan_packages() {
    needed='' reasons=''
    find_python >/dev/null || plan "Python 3.11 or newer, to run the program" "$(python_packages)"
    # shellcheck disable=SC2086  # lists
    {
        plan "GLib for Qt, libpcap for capturing" "$(missing_packages $command_packages)"
        [ "$(level_number "$1")" -lt 2 ] || plan "Qt's windows, and a font" "$(missing_packages $window_packages)"
        [ "$(level_number "$1")" -lt 3 ] || plan "programs that the tests use" "$(missing_packages $test_packages)"
    }
}

plan() {
    [ -n "$2" ] || return 0
    needed="$needed ${2% }"
    reasons="$reasons
  $1: ${2% }"
}

install_packages() {
    command -v apt-get >/dev/null 2>&1 || return 0
    plan_packages "$1"
    [ -n "$needed" ] || return 0
    # Waits while the system's own updates hold the lock, as they do on a machine just installed.
    install="apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
    if [ "$(id -u)" -eq 0 ]; then
        sudo='' how="apt-get"
    elif command -v sudo >/dev/null 2>&1; then
        sudo=sudo how="sudo and apt-get"
    else
        say "packages are missing:$reasons"
        say "only root can install them, and there is no sudo here. As root:"
        printf '%s\n' "apt-get update && apt-get install -y --no-install-recommends$needed" >&2
        exit 1
    fi
    say "packages are missing; fetching the list of what there is ($how)"
    $sudo apt-get update -q >&2 || say "the list could not be fetched; going on with the one that is here"
    plan_packages "$1" # again: the new list may know newer names
    say "installing with $how:$reasons"
    if [ -n "$(dpkg --audit)" ]; then # an installation was interrupted
        $sudo env DEBIAN_FRONTEND=noninteractive dpkg --configure -a >&2 || :
    fi
    # shellcheck disable=SC2086  # lists
    $sudo env DEBIAN_FRONTEND=noninteractive $install $needed >&2 ||
        fail "that failed; the lines above say why. By hand, as root: apt-get update && apt-get install$needed"
}

# --- The environment --------------------------------------------------------------------------------------------------

# Somebody's own environment in .venv, without a stamp, is taken as it is if it has a pip.
make_environment() {
    extra=
    [ "$1" != tests ] || extra="[test]"
    read_stamp
    if [ "$done_level" = unfinished ] || { [ -n "$done_level" ] && [ "$done_identity" != "$(environment_identity)" ]; } ||
        ! "$root/.venv/bin/python" -m pip --version >/dev/null 2>&1; then
        python=$(find_python) || fail "Python 3.11 or newer with its venv module is needed; install it and try again"
        say "making an environment in .venv with $("$python" -V)"
        mkdir -p "$root/.venv" && write_stamp unfinished
        find "$root/.venv/" -mindepth 1 -maxdepth 1 ! -name .stamp -exec rm -rf {} +
        "$python" -m venv "$root/.venv" >&2 || fail "the environment could not be made; the next start tries again"
    fi
    write_stamp unfinished
    say "installing the program and the Python packages it needs into .venv"
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$root$extra" >&2 || {
        write_stamp failed
        fail "that failed; the lines above say why. The next start tries again"
    }
    write_stamp "$1"
}

# On systems other than Debian, names what somebody has to install by hand.
report_missing_libraries() {
    command -v ldd >/dev/null 2>&1 || return 0
    for qt in "$root"/.venv/lib/python3*/site-packages/PySide6/Qt; do :; done
    if [ "$1" = commands ]; then
        set -- "$qt/lib/libQt6Core.so.6"
    else
        set -- "$qt/lib/libQt6Core.so.6" "$qt/plugins/platforms/libqxcb.so"
    fi
    missing=$(ldd "$@" 2>/dev/null | sed -n 's/^[[:space:]]*\(.*\) => not found$/\1/p' | sort -u | tr '\n' ' ')
    "$root/.venv/bin/python" -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library("pcap"))' ||
        missing="${missing}libpcap"
    [ -z "$missing" ] || say "libraries are missing; install the packages that have them: $missing"
}
