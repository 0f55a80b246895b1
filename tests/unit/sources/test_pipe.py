"""The pipe's reader takes bursts into memory, up to its bound, and loses nothing."""

import os
import threading
import time
from collections.abc import Iterator
from typing import IO

import pytest

from hl7capture.sources.pipe import PipeReader, next_due

Pipe = tuple[IO[bytes], IO[bytes]]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as source, os.fdopen(writing, "wb", buffering=0) as target:
        yield source, target


def everything(reader: PipeReader) -> bytes:
    pieces = []
    while (piece := reader.read()) is not None:
        pieces.append(piece)
    return b"".join(pieces)


def test_burst_is_taken_while_nobody_reads(pipe: Pipe) -> None:
    source, target = pipe
    reader = PipeReader(source)
    data = os.urandom(1 << 20) * 24
    target.write(data)  # returns: the pipe itself holds a fraction of it
    target.close()
    assert everything(reader) == data


def test_writer_waits_at_the_bound_and_nothing_is_lost(pipe: Pipe) -> None:
    source, target = pipe
    reader = PipeReader(source, most_waiting=1 << 20)
    data = os.urandom(1 << 20) * 24
    written = threading.Event()

    def write() -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[target.write(rest) :]
        target.close()
        written.set()

    threading.Thread(target=write).start()
    assert not written.wait(0.5)
    assert everything(reader) == data
    assert written.wait(10)


def test_closing_frees_the_writer(pipe: Pipe) -> None:
    source, target = pipe
    reader = PipeReader(source, most_waiting=1)
    written = threading.Event()

    def write() -> None:
        rest = memoryview(bytes(24 << 20))
        while rest:
            rest = rest[target.write(rest) :]
        target.close()
        written.set()

    threading.Thread(target=write).start()
    reader.close()
    assert written.wait(10)


def test_what_comes_in_bits_is_given_together(pipe: Pipe) -> None:
    source, target = pipe
    reader = PipeReader(source)
    data = [number.to_bytes(2, "big") for number in range(2000)]

    def drip() -> None:
        for bit in data:
            target.write(bit)
        target.close()

    dripping = threading.Thread(target=drip)
    dripping.start()
    pieces = []
    while (piece := reader.read()) is not None:
        pieces.append(piece)
    dripping.join(10)
    assert b"".join(pieces) == b"".join(data)
    assert len(list(filter(None, pieces))) < 20


def test_after_a_silence_or_where_there_is_enough_nobody_sleeps(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    source, target = pipe
    reader = PipeReader(source)
    target.write(b"first")
    assert next(iter(reader.read, b"")) == b"first"
    assert not slept
    target.write(b"second")
    assert next(iter(reader.read, b"")) == b"second"
    assert slept
    slept.clear()
    threading.Event().wait(0.11)
    target.write(b"third")
    assert next(iter(reader.read, b"")) == b"third"
    assert not slept
    target.write(bytes(4 << 20))  # returns when the last megabyte is in the pipe
    while reader.waiting < 1 << 20:
        threading.Event().wait(0.01)
    assert len(reader.read() or b"") >= 1 << 20
    assert not slept


def test_silence_and_end(pipe: Pipe) -> None:
    source, target = pipe
    reader = PipeReader(source)
    assert reader.read() == b""
    target.close()
    assert everything(reader) == b""
    assert reader.read() is None


def test_what_comes_in_plenty_is_given_less_often() -> None:
    now = time.monotonic()
    assert next_due(10_000) - now < 0.15 < next_due(1 << 20) - now
