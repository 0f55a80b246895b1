"""Framing takes time in proportion to what was said, whoever cut it into whatever pieces.

So do differences of messages, and their validation.

Four times as much may take four times as long; sixteen times would be the square. The bound lies between, because
other programs run here too, and machines become slow and fast again within a second: both are run in turn, and the best
of each counts.
"""

import gc
import time
from collections.abc import Callable, Iterator

import pytest

from hl7capture.capture.assembly import Assembly
from hl7capture.capture.delivery import Exchange, Run
from hl7capture.capture.framing.control import Markers
from hl7capture.capture.framing.dialogue import Dialogue
from hl7capture.hl7.difference.comparison import difference_of
from hl7capture.hl7.validation.validation import validated
from tests.support.engine import sessions_of
from tests.support.speech import ACK, ENQ, mllp, oru
from tests.support.wire import conversation, pcap
from tests.unit.hl7.test_any_text import HOSTILE

MOST = 9
ROUNDS = 3, 15  # at least, and at most
Said = list[tuple[int, bytes]]


def exchanges(said: Said, together: int) -> list[Exchange]:
    """Chunks in wire order, so many of them in each exchange."""
    found = []
    for begin in range(0, len(said), together):
        runs: list[Run | None] = [None, None]
        for side in (0, 1):
            mine = [(begin + n, data) for n, (one, data) in enumerate(said[begin : begin + together]) if one == side]
            if mine:
                ends, size = [], 0
                for _, data in mine:
                    size += len(data)
                    ends.append(size)
                orders = [order for order, _ in mine]
                runs[side] = Run(b"".join(data for _, data in mine), ends, orders, orders)
        found.append(Exchange((runs[0], runs[1])))
    return found


def bytes_of(side: int, data: bytes) -> Said:
    return [(side, data[at : at + 1]) for at in range(len(data))]


def block(size: int) -> Said:
    return bytes_of(0, mllp(oru() + b"x" * size))


def lone_ends(size: int) -> Said:
    return bytes_of(0, mllp(oru() + b"\x1cx\x1c" * (size // 3)))


def blocks_cut_by_turns(size: int) -> Said:
    return [(0, mllp(oru())), (1, b"\x06")] + [(0, b"\x0b"), (1, b"\x06")] * (size // 2)


def garbage_by_turns(size: int) -> Said:
    return [(0, mllp(oru())), (1, b"\x06")] + [(0, b"x"), (1, b"y")] * (size // 2)


def bare(size: int) -> Said:
    return bytes_of(0, oru() + b"NTE|1||" + b"\rMSH|x" * (size // 6))


def frames_cut_by_turns(size: int) -> Said:
    return [(0, ENQ), (1, ACK)] + [(0, b"\x02"), (1, b"\x15")] * (size // 2)


def frame_without_end(size: int) -> Said:
    return [(0, ENQ), (1, ACK), *bytes_of(0, b"\x021" + b"x\r" * (size // 2))]


def undecided(size: int) -> Said:
    return [(0, b"\x06"), (1, b"\x06")] * (size // 2)


def middle(size: int) -> Said:
    return bytes_of(0, b"\x021x" * (size // 3))


def middle_by_turns(size: int) -> Said:
    return [(0, b"\x021"), (1, b"\x0bMSH")] * (size // 2)


@pytest.fixture(autouse=True)
def without_garbage_collection() -> Iterator[None]:
    """It goes over what all tests before have left behind, too."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def is_linear(make: Callable[[int], Callable[[], object]], size: int) -> bool:
    """Does four times as much take less than MOST times as long?"""
    small, large = make(size), make(4 * size)
    best = [float("inf")] * 2
    for number in range(1, ROUNDS[1] + 1):
        best = [min(before, seconds(work)) for before, work in zip(best, (small, large), strict=True)]
        if number >= ROUNDS[0] and best[1] / best[0] < MOST:
            return True
    return False


@pytest.mark.parametrize("together", [1, 1_000_000], ids=["one by one", "at once"])
@pytest.mark.parametrize(
    "said",
    [
        block,
        lone_ends,
        blocks_cut_by_turns,
        garbage_by_turns,
        bare,
        frames_cut_by_turns,
        frame_without_end,
        undecided,
        middle,
        middle_by_turns,
    ],
)
def test_framing_is_linear(said: Callable[[int], Said], together: int) -> None:
    def make(size: int) -> Callable[[], None]:
        pieces = exchanges(said(size), together)

        def work() -> None:
            dialogue = Dialogue(Markers(), from_start=not said.__name__.startswith("middle"))
            for piece in pieces:
                dialogue.feed(piece)
            dialogue.finish()

        return work

    assert is_linear(make, 8_000)


@pytest.mark.parametrize("ends_text", [True, False], ids=["a text a frame", "one text"])
def test_assembly_is_linear(ends_text: bool) -> None:
    def make(count: int) -> Callable[[], None]:
        def work() -> None:
            assembly = Assembly()
            for number in range(count):
                body = b"H|\\^&|" if number == 0 else b"R|1|%d\r" % number
                assembly.begins_message(0, body)
                assembly.is_unfinished(0)
                assembly.add(number, 0, (number + 1) % 8, body, ends_text=ends_text)
            assert assembly.begins_message(0, b"R|1|\r") is False
            assembly.finish()

        return work

    assert is_linear(make, 10_000)


@pytest.mark.parametrize("cut", [1460, 64_000])
def test_message_of_50_megabytes(cut: int) -> None:
    message = oru() + b"OBX|2|ED|PDF||^AP^^Base64^" + b"JVBERi0x" * (50_000_000 // 8) + b"|||||F\r"
    for turns in ([(0, mllp(message))], [(0, message)]):
        (session,) = sessions_of(pcap(conversation(*turns, cut=cut).segments), step=1 << 20)
        assert [len(text) for text in session.messages] == [len(message)]


Text = Callable[[int], str]
PAIRS: dict[str, tuple[Text, Text]] = {
    **{kind: (make, make) for kind, make in HOSTILE.items()},
    "reversed": (
        lambda size: "MSH|^~\\&\r" + "".join(f"OBX|{n}\r" for n in range(size // 8)),
        lambda size: "MSH|^~\\&\r" + "".join(f"OBX|{n}\r" for n in reversed(range(size // 8))),
    ),
    "repetitions": (
        lambda size: "MSH|^~\\&\rPID|||" + "~".join(map(str, range(size // 5))),
        lambda size: "MSH|^~\\&\rPID|||" + "~".join(map(str, range(size // 5, 0, -1))),
    ),
    "nothing in common": (
        lambda size: "MSH|^~\\&\r" + "".join(f"A{n % 10}A|{n}\r" for n in range(size // 8)),
        lambda size: "MSH|^~\\&\r" + "".join(f"B{n % 10}B|{n}\r" for n in range(size // 8)),
    ),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_difference_is_linear(kind: str) -> None:
    first, second = PAIRS[kind]

    def make(size: int) -> Callable[[], object]:
        before, after = first(size), second(size) + "|x"
        return lambda: difference_of(before, after)

    assert is_linear(make, 6_000)


@pytest.mark.parametrize("body", ["PID|1\r", "NTE|1||x\r", "XYZ|1\r", "OBX|1|ID|a~b^c&d|||||||q\r", "OBR|1\rOBX|1\r"])
@pytest.mark.parametrize("structure", ["ORU_R01", "OML_O33"])
def test_validation_is_linear(structure: str, body: str) -> None:
    header = f"MSH|^~\\&|A||||2026||{structure.replace('_', '^')}^{structure}|1|P|2.5.1\r"

    def make(size: int) -> Callable[[], object]:
        text = header + body * (size // len(body))
        return lambda: validated(text)

    assert is_linear(make, 3_000)
