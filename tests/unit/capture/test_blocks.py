"""Blocks as columns are the same as blocks one by one."""

import random
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from hl7capture.capture.delivery import Run
from hl7capture.capture.framing.blocks import find_blocks
from hl7capture.model.settings import Settings
from tests.support.engine import everything, sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import conversation, pcap

ONE_BY_ONE = "hl7capture.capture.framing.framer.find_blocks"


def blocks_capture(chance: random.Random) -> bytes:
    """Messages and answers, mostly plain; now and then something is odd about one of them."""
    turns = []
    for number in range(chance.randint(1, 40)):
        messages = [
            mllp(oru(f"M{number}.{n}") + chance.choice((b"", b"NTE|1||\xc3\xa4\r", b"NTE|1||\xe4\r")))
            for n in range(chance.randint(1, 4))
        ]
        if chance.random() < 0.1:
            odd = chance.choice((b"\n", b"\x0b", b"\x1c", b"\x0b\x06\x1c\r", b"\x05", b"\x0bMSH|^~\\&|"))
            messages.insert(chance.randint(0, len(messages)), odd)
        turns.append((0, b"".join(messages)))
        turns.append((1, mllp(answer(f"M{number}"))))
    return pcap(conversation(*turns, cut=chance.choice((7, 100, 1448))).segments)


@given(st.integers(0, 2**32), st.sampled_from((0, 5000)), st.sampled_from((1, 7, 1000)))
@settings(max_examples=120, deadline=None)
def test_columns_find_what_the_framer_finds(seed: int, step: int, most_messages: int) -> None:
    data = blocks_capture(random.Random(seed))
    rolling = Settings(session_max_messages=most_messages)
    with patch(ONE_BY_ONE, return_value=None):
        expected = list(map(everything, sessions_of(data, step, rolling)))
    assert list(map(everything, sessions_of(data, step, rolling))) == expected


def run_of(*chunks: bytes) -> Run:
    ends = [sum(map(len, chunks[: n + 1])) for n in range(len(chunks))]
    return Run(b"".join(chunks), ends, [1000 * n for n in range(len(chunks))], list(range(len(chunks))))


def test_blocks_and_what_is_left_of_the_run() -> None:
    run = run_of(b"\x0bfirst\x1c\r\x0bsec", b"ond\x1c\r\x0bthi")
    found = find_blocks(1, run.data, run, 7)
    assert found is not None
    blocks, stop = found
    assert blocks.texts == ["first", "second"]
    assert blocks.data == [b"\x0bfirst\x1c\r", b"\x0bsecond\x1c\r"]
    assert blocks.sides.tolist() == [1, 1]
    assert (blocks.orders.tolist(), blocks.times.tolist(), blocks.starts.tolist()) == ([0, 1], [0, 1000], [7, 0])
    assert run.data[stop:] == b"\x0bthi"


def test_what_is_in_doubt_is_left_to_the_framer() -> None:
    for chunks in (
        (b"\x0btext\x1c", b"\r"),  # the other side may have answered in between
        (b"\x0bte\x0bxt\x1c\r",),
        (b"\x0bte\x1cxt\x1c\r",),
        (b"\x0btext\x1c\r\n\x0btext\x1c\r",),
        (b"\x0b\x06\x1c\r",),
        (b"text\x1c\r",),
        (b"\x0btext\x1c\r\x05",),
        (b"\x0bte",),
    ):
        run = run_of(*chunks)
        assert find_blocks(0, run.data, run, 0) is None, chunks
