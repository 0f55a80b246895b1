"""The fuzzer for a minute: inputs that are the same every day, and others every day. And that it does find faults."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from hl7capture.capture.engine import Engine
from tests.fuzz.fuzzing import fuzz, memory
from tests.fuzz.inputs import make
from tests.fuzz.properties import TooSlowError, check, in_time
from tests.fuzz.shrink import shrink
from tests.support.speech import mllp, oru
from tests.support.wire import conversation, pcap

SECONDS = 25.0
INPUTS_AT_LEAST = 50  # fewer were not tried on the slowest machine
LEAK = 250.0  # megabytes that would not go away


@pytest.mark.parametrize("seed", [1, int(f"{datetime.now(UTC):%Y%m%d}")], ids=["always", "of-the-day"])
def test_nothing_fails(seed: int, tmp_path: Path) -> None:
    print(f"seed {seed}")
    before = memory()
    outcome = fuzz(seed, SECONDS, tmp_path, print)
    assert not outcome.failures, "\n".join(map(str, outcome.failures))
    assert outcome.inputs >= INPUTS_AT_LEAST
    assert memory() - before < LEAK


def test_inputs_are_made_again() -> None:
    assert [make(7, number) for number in range(20)] == [make(7, number) for number in range(20)]
    assert make(7, 1) != make(8, 1)


def test_engine_that_depends_on_pieces_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Engine.feed
    monkeypatch.setattr(Engine, "feed", lambda self, data: feed(self, data if len(data) > 500 else bytes(len(data))))
    with pytest.raises(AssertionError, match="when read in pieces"):
        check(pcap(conversation((0, mllp(oru()))).segments), Random(1))


def test_endless_loop_is_found() -> None:
    def turn() -> None:
        with in_time(-200_000):  # allows a second
            while True:
                pass

    with pytest.raises(TooSlowError):
        turn()


def test_small_input_is_found() -> None:
    data = bytes(range(256)) * 4
    assert shrink(data, lambda smaller: b"\x10\x11" in smaller, 10) == b"\x10\x11"
