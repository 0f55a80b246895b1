"""Captures in every format, written block by block."""

import struct

SECTION, INTERFACE, OLD_PACKET, SIMPLE_PACKET, NAMES, STATISTICS, ENHANCED_PACKET, CUSTOM = (
    0x0A0D0D0A,
    1,
    2,
    3,
    4,
    5,
    6,
    0x0BAD,
)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str = "<", options: bytes = b"") -> bytes:
    return block(SECTION, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + options, order)


def interface(
    link: int = 1, order: str = "<", snap: int = 0, resolution: int | None = None, offset: int | None = None
) -> bytes:
    """resolution: if_tsresol's byte."""
    options = option(2, b"eth0", order)
    if resolution is not None:
        options += option(9, bytes((resolution,)), order)
    if offset is not None:
        options += option(14, struct.pack(order + "q", offset), order)
    return block(INTERFACE, struct.pack(order + "HHI", link, 0, snap) + options + option(0, b"", order), order)


def enhanced(
    data: bytes, units: int, order: str = "<", number: int = 0, wire: int | None = None, options: bytes = b""
) -> bytes:
    head = struct.pack(order + "IIIII", number, units >> 32, units & 0xFFFFFFFF, len(data), wire or len(data))
    return block(ENHANCED_PACKET, head + data + bytes(-len(data) % 4) + options, order)


def old(data: bytes, units: int, order: str = "<", number: int = 0, drops: int = 0xFFFF) -> bytes:
    head = struct.pack(order + "HHIIII", number, drops, units >> 32, units & 0xFFFFFFFF, len(data), len(data))
    return block(OLD_PACKET, head + data, order)


def simple(data: bytes, order: str = "<", wire: int | None = None) -> bytes:
    return block(SIMPLE_PACKET, struct.pack(order + "I", wire or len(data)) + data, order)


def statistics(order: str = "<", number: int = 0, interface_drops: int = 0, system_drops: int = 0) -> bytes:
    options = option(5, struct.pack(order + "Q", interface_drops), order)
    options += option(7, struct.pack(order + "Q", system_drops), order)
    return block(STATISTICS, struct.pack(order + "III", number, 0, 0) + options + option(0, b"", order), order)
