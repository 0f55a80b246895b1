"""The first message of TLS: that it is one, and the name of the server that it asks for.

RFC 8446 §4.1.2 and §5.1 (ClientHello and records; the same in TLS 1.0 to 1.3), RFC 6066 §3 (server_name).
"""

import re

_CLIENT_HELLO = b"\x01"
_RECORD_HEADER = 5
_LARGEST_RECORD = (1 << 14) + 256
_SERVER_NAME, _HOST_NAME = 0, 0
_BEGINNING = re.compile(rb"\x16\x03[\x00-\x04]")
# A host name of RFC 1123 §2.1; what is anything else is not shown.
_NAME = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}")


def is_handshake(text: bytes) -> bool | None:
    """Is this the beginning of a handshake record? None: more is needed to tell."""
    if len(text) < 3:
        return None if text and b"\x16\x03".startswith(text) else False
    return bool(_BEGINNING.match(text))


def is_whole(text: bytes) -> bool:
    """Is the first record here in full?"""
    return len(text) >= _RECORD_HEADER and len(text) >= _RECORD_HEADER + int.from_bytes(text[3:5], "big")


def greeter(said: tuple[bytes, bytes]) -> int | None:
    """The side that began a handshake; None where neither did. said: the first bytes of both sides."""
    sides = [side for side in (0, 1) if is_handshake(said[side])]
    hellos = [side for side in sides if said[side][_RECORD_HEADER : _RECORD_HEADER + 1] == _CLIENT_HELLO]
    return next(iter(hellos + sides), None)


def server_name(record: bytes) -> str | None:
    """The host that a whole ClientHello asks for; None where it names none, is damaged, or came in several records."""
    if not is_whole(record) or record[_RECORD_HEADER : _RECORD_HEADER + 1] != _CLIENT_HELLO:
        return None
    size = int.from_bytes(record[3:5], "big")
    if size > _LARGEST_RECORD:
        return None
    hello = _Vector(record[_RECORD_HEADER : _RECORD_HEADER + size])
    hello.skip(4 + 2 + 32)  # type, length; version; random
    hello.vector(1)  # session
    hello.vector(2)  # cipher suites
    hello.vector(1)  # compression
    extensions = hello.vector(2)
    while extensions:
        kind, content = extensions.number(2), extensions.vector(2)
        if kind == _SERVER_NAME:
            names = content.vector(2)
            is_host = names.number(1) == _HOST_NAME
            found = _NAME.fullmatch(names.vector(2).rest) if is_host else None
            return found[0].decode("ascii") if found else None
    return None


class _Vector:
    """Bytes taken from the front; where there are too few, what is left is taken."""

    def __init__(self, rest: bytes) -> None:
        self.rest = rest

    def __bool__(self) -> bool:
        return bool(self.rest)

    def skip(self, size: int) -> bytes:
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.skip(size), "big")

    def vector(self, size: int) -> "_Vector":
        """What follows a length of `size` bytes."""
        return _Vector(self.skip(self.number(size)))
