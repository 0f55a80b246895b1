"""Packed bytes in any pieces, and those that unpack to very much."""

import gzip
import random
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.model.source import SourceCutError, SourceError
from hl7capture.sources.unpacking import Unpacker, zstd

PACKERS: list[Callable[[bytes], bytes]] = [gzip.compress, zstd.compress]


def unpacked(data: bytes, step: int) -> bytes:
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    unpacker = Unpacker(lambda _size: pieces.pop(0) if pieces else None, "it")
    out = []
    while (piece := unpacker.read()) is not None:
        out.append(piece)
    return b"".join(out)


@given(st.lists(st.tuples(st.sampled_from(PACKERS), st.binary(max_size=300)), min_size=1), st.integers(1, 200))
def test_members_in_any_pieces(members: list[tuple[Callable[[bytes], bytes], bytes]], step: int) -> None:
    packed = b"".join(pack(data) for pack, data in members)
    assert unpacked(packed, step) == b"".join(data for _, data in members)


@given(st.binary(max_size=50).filter(lambda data: data[:1] not in b"\x1f\x28PQRSTUVWXYZ[\\]^_"), st.integers(1, 9))
def test_what_is_not_packed_passes(data: bytes, step: int) -> None:
    assert unpacked(data, step) == data


@given(st.sampled_from(PACKERS), st.binary(), st.data(), st.integers(1, 200))
def test_cut_anywhere_or_damaged_it_is_said(
    pack: Callable[[bytes], bytes], data: bytes, draw: st.DataObject, step: int
) -> None:
    packed = pack(data)
    with pytest.raises(SourceCutError):
        unpacked(packed[: draw.draw(st.integers(4, len(packed) - 1))], step)
    spoilt = bytearray(packed)
    spoilt[draw.draw(st.integers(4, len(spoilt) - 1))] ^= 0xFF
    with suppress(SourceError):
        unpacked(bytes(spoilt), step)


@pytest.mark.parametrize("level", [1, 9])
def test_much_from_little_comes_in_pieces(level: int) -> None:
    pack = zlib.compressobj(level, wbits=31)
    packed = b"".join(pack.compress(bytes(1 << 20)) for _ in range(200)) + pack.flush()
    assert len(packed) < 2_000_000
    pieces = [packed]
    unpacker = Unpacker(lambda _size: pieces.pop() if pieces else None, "it")
    size = 0
    while (piece := unpacker.read()) is not None:
        assert len(piece) <= 5 << 20
        size += len(piece)
    assert size == 200 << 20


def test_very_many_tiny_members() -> None:
    chance = random.Random(1)
    data = [chance.randbytes(3) for _ in range(20_000)]
    assert unpacked(b"".join(map(gzip.compress, data)), 4 << 20) == b"".join(data)
