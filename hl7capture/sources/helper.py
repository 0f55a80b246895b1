"""The capture process: all that needs the right to capture, and nothing else, runs here.

It is started with its arguments, writes a pcap stream to standard output and one JSON object a line to standard error
(`started`, `counts`, `error`), and stops at the end of its standard input. It takes no other input. As soon as the
handle is open it gives up every right that it was started with (`_give_up_rights`).

It is run by its path (`python -P helper.py`), so that nothing in the folder where it was started counts as a module;
it imports the standard library and scapy's bindings, and all of that before the rights are gone.

libpcap (Npcap on Windows) is reached through scapy's bindings; packets go from libpcap's buffer to the pipe in
libpcap's own C function pcap_dump, never through Python.
"""

import argparse
import ctypes
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any

_BUFFER = 64 << 20
_OUTPUT, _FULLY_BUFFERED = ctypes.create_string_buffer(256 << 10), 0  # _IOFBF
_SNAP_LENGTH = 262_144
_READ_TIMEOUT_MS = 50
_COUNTS_INTERVAL = 0.5  # seconds
# The kernel keeps packets back until a block of them is full or its time is up: once or twice _READ_TIMEOUT_MS.
_LAST_SECONDS = 0.15
_LOOK_SECONDS = 0.01
_ETHERNET = 1  # LINKTYPE_ETHERNET

_UP, _LOOPBACK = 0x2, 0x1  # PCAP_IF_UP, PCAP_IF_LOOPBACK
_NO_SUCH_DEVICE, _NO_PERMISSION, _NOT_UP, _NO_PROMISCUOUS_PERMISSION = -5, -8, -9, -11

# linux/prctl.h, linux/capability.h
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_CAPABILITY_VERSION_3 = 0x20080522


class _HelperError(Exception):
    """`kind` is one of: library, permission, interface, down, filter, gone, capture."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


def main() -> int:
    """`interfaces`, `check EXPRESSION`, or `capture NAME` with `--filter EXPRESSION`, `--snap-length`, `--buffer`."""
    parser = argparse.ArgumentParser(prog="hl7capture-helper")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("interfaces")
    commands.add_parser("check").add_argument("filter")
    capture = commands.add_parser("capture")
    capture.add_argument("interface")
    capture.add_argument("--filter", default="")
    capture.add_argument("--snap-length", type=int, default=_SNAP_LENGTH)
    capture.add_argument("--buffer", type=int, default=_BUFFER)
    arguments = parser.parse_args()
    # Ctrl+C reaches the whole terminal group; the end of standard input is what stops this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if arguments.command == "interfaces":
            json.dump(_interfaces(_libpcap()), sys.stdout)
        elif arguments.command == "check":
            _check(_libpcap(), arguments.filter)
        else:
            _capture(_libpcap(), arguments)
    except _HelperError as failure:
        _say("error", kind=failure.kind, detail=str(failure))
        return 1
    return 0


def _libpcap() -> Any:
    try:
        import scapy.libs.winpcapy as libpcap
    except (ImportError, OSError) as error:
        raise _HelperError("library", str(error)) from error
    return libpcap


def _interfaces(pcap: Any) -> list[dict[str, Any]]:
    found = ctypes.POINTER(pcap.pcap_if_t)()
    error = ctypes.create_string_buffer(256)
    if pcap.pcap_findalldevs(ctypes.byref(found), error) != 0:
        raise _HelperError("capture", _text(error.value))
    interfaces = []
    entry = found
    while entry:
        interface = entry.contents
        interfaces.append(
            {
                "name": _text(interface.name),
                "description": _text(interface.description),
                "addresses": _addresses(pcap, interface),
                "isUp": bool(interface.flags & _UP),
                "isLoopback": bool(interface.flags & _LOOPBACK),
            }
        )
        entry = interface.next
    pcap.pcap_freealldevs(found)
    return interfaces


def _addresses(pcap: Any, interface: Any) -> list[str]:
    addresses = []
    entry = interface.addresses
    while entry:
        pointer = entry.contents.addr
        if pointer:
            family = pointer.contents.sa_family
            if family == socket.AF_INET:
                raw = ctypes.cast(pointer, ctypes.POINTER(pcap.sockaddr_in)).contents.sin_addr
                addresses.append(socket.inet_ntop(socket.AF_INET, bytes(raw)))
            elif family == socket.AF_INET6:
                raw = ctypes.cast(pointer, ctypes.POINTER(pcap.sockaddr_in6)).contents.sin6_addr
                addresses.append(socket.inet_ntop(socket.AF_INET6, bytes(raw)))
        entry = entry.contents.next
    return addresses


def _check(pcap: Any, expression: str) -> None:
    """A filter on an interface that is not there: it needs no right, and libpcap says what is wrong with it."""
    handle = pcap.pcap_open_dead(_ETHERNET, _SNAP_LENGTH)
    if not handle:
        raise _HelperError("capture", "libpcap gave no handle")
    _free(pcap, _compile(pcap, handle, expression))
    pcap.pcap_close(handle)


def _capture(pcap: Any, wanted: argparse.Namespace) -> None:
    handle = _open(pcap, wanted.interface, wanted.snap_length, wanted.buffer)
    try:
        _set_filter(pcap, handle, wanted.filter)
        error = ctypes.create_string_buffer(256)
        if os.name != "nt" and pcap.pcap_setnonblock(handle, 1, error) != 0:
            raise _HelperError("capture", _text(error.value))
        _buffer_output()
        dumper = pcap.pcap_dump_open(handle, b"-")
        if not dumper:
            raise _HelperError("capture", _text(pcap.pcap_geterr(handle)))
        pcap.pcap_dump_flush(dumper)
        _give_up_rights()
        _say("started", pid=os.getpid())
        wait = _wait_windows(threading.Event()) if os.name == "nt" else _wait_posix(pcap.pcap_get_selectable_fd(handle))
        _copy(pcap, handle, dumper, wait)
    finally:
        pcap.pcap_close(handle)


def _open(pcap: Any, interface: str, snap_length: int, kernel_bytes: int) -> Any:
    error = ctypes.create_string_buffer(256)
    promiscuous = 1
    while True:
        handle = pcap.pcap_create(interface.encode(), error)
        if not handle:
            raise _HelperError("interface", _text(error.value))
        pcap.pcap_set_snaplen(handle, snap_length)
        pcap.pcap_set_promisc(handle, promiscuous)
        pcap.pcap_set_timeout(handle, _READ_TIMEOUT_MS)
        pcap.pcap_set_buffer_size(handle, kernel_bytes)
        status = pcap.pcap_activate(handle)
        if status >= 0:
            return handle
        detail = _text(pcap.pcap_geterr(handle)) or _text(pcap.pcap_statustostr(status))
        pcap.pcap_close(handle)
        if status == _NO_PROMISCUOUS_PERMISSION and promiscuous:
            promiscuous = 0  # what is addressed to this machine can still be seen
            continue
        kinds = {_NO_SUCH_DEVICE: "interface", _NO_PERMISSION: "permission", _NOT_UP: "down"}
        raise _HelperError(kinds.get(status, "capture"), detail)


def _set_filter(pcap: Any, handle: Any, expression: str) -> None:
    if not expression:
        return
    program = _compile(pcap, handle, expression)
    status = pcap.pcap_setfilter(handle, ctypes.byref(program))
    _free(pcap, program)
    if status != 0:
        raise _HelperError("filter", _text(pcap.pcap_geterr(handle)))


def _compile(pcap: Any, handle: Any, expression: str) -> Any:
    program = pcap.bpf_program()
    # 0xFFFFFFFF: the netmask is not known (PCAP_NETMASK_UNKNOWN)
    if pcap.pcap_compile(handle, ctypes.byref(program), expression.encode(), 1, 0xFFFFFFFF) != 0:
        raise _HelperError("filter", _text(pcap.pcap_geterr(handle)))
    return program


def _free(pcap: Any, program: Any) -> None:
    pcap.pcap_freecode(ctypes.byref(program))


# --- Giving up rights -------------------------------------------------------------------------------------------------


def _give_up_rights() -> None:
    """The open handle is all that is needed from here on. Root becomes the user who asked for it; capabilities go."""
    if os.name == "nt":
        return
    if os.geteuid() == 0:
        # Where the system has no such user here (a container may not), root stays, but without any capability.
        with suppress(OSError):
            _become(*_user())
    if sys.platform == "linux":
        _give_up_capabilities()


def _user() -> tuple[int, int]:
    """Who called sudo or pkexec: their user and group; else nobody."""
    import pwd

    for name in ("PKEXEC_UID", "SUDO_UID"):
        if os.environ.get(name, "").isdigit() and int(os.environ[name]) > 0:
            with suppress(KeyError):
                entry = pwd.getpwuid(int(os.environ[name]))
                return entry.pw_uid, entry.pw_gid
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid


def _become(user: int, group: int) -> None:
    os.setgroups([])
    if hasattr(os, "setresuid"):
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    else:  # macOS: for root these set the saved ids too
        os.setgid(group)
        os.setuid(user)


def _give_up_capabilities() -> None:
    """capabilities(7): none permitted, effective, inheritable or ambient, and none to be had again by an exec."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if libc.capset(header, nothing) != 0 or libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise _HelperError("capture", f"rights could not be given up: {os.strerror(ctypes.get_errno())}")


# --- Copying ----------------------------------------------------------------------------------------------------------


def _copy(pcap: Any, handle: Any, dumper: Any, wait: Any) -> None:
    """Packets to standard output until `wait` says that it is enough, then what the kernel still keeps back."""
    dump = ctypes.cast(pcap.pcap_dump, pcap.pcap_handler)
    into = ctypes.cast(dumper, ctypes.POINTER(ctypes.c_ubyte))

    def take() -> int:
        taken = int(pcap.pcap_dispatch(handle, -1, dump, into))
        if taken > 0:
            pcap.pcap_dump_flush(dumper)
        if taken < 0:
            _say_counts(pcap, handle)
            raise _HelperError("gone", _text(pcap.pcap_geterr(handle)))
        return taken

    due = time.monotonic()
    while wait():
        take()
        if time.monotonic() >= due:
            due = time.monotonic() + _COUNTS_INTERVAL
            _say_counts(pcap, handle)
    end = time.monotonic() + _LAST_SECONDS
    while time.monotonic() < end:
        if take() == 0:
            time.sleep(_LOOK_SECONDS)
    _say_counts(pcap, handle)


def _buffer_output() -> None:
    """For setvbuf(3), so before anything is written.

    libpcap writes through C's standard output. That gives a pipe 4 kB at a time, and with PYTHONUNBUFFERED each packet
    in two pieces; each is a call, and wakes whoever reads. On Windows libpcap may have a C library of its own.
    """
    with suppress(OSError, AttributeError, ValueError, TypeError):
        library = ctypes.CDLL(None)
        output = ctypes.c_void_p.in_dll(library, "__stdoutp" if sys.platform == "darwin" else "stdout")
        library.setvbuf(output, _OUTPUT, _FULLY_BUFFERED, ctypes.c_size_t(len(_OUTPUT)))


def _say_counts(pcap: Any, handle: Any) -> None:
    statistics = pcap.pcap_stat()
    if pcap.pcap_stats(handle, ctypes.byref(statistics)) == 0:
        _say(
            "counts",
            received=statistics.ps_recv,
            dropped=statistics.ps_drop,
            droppedByInterface=statistics.ps_ifdrop,
        )


def _wait_posix(descriptor: int) -> Any:
    stdin = sys.stdin.fileno()

    def wait() -> bool:
        ready, _, _ = select.select([descriptor, stdin], [], [], _COUNTS_INTERVAL)
        return stdin not in ready or bool(os.read(stdin, 4096))

    return wait


def _wait_windows(ended: threading.Event) -> Any:
    """A pipe cannot be waited for together with Npcap's handle there: a thread watches standard input."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    return lambda: not ended.is_set()


def _say(event: str, **details: object) -> None:
    sys.stderr.write(json.dumps({"event": event, **details}) + "\n")
    sys.stderr.flush()


def _text(value: Any) -> str:
    if value is None:
        return ""
    raw = value if isinstance(value, bytes) else ctypes.cast(value, ctypes.c_char_p).value or b""
    return raw.decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main())
