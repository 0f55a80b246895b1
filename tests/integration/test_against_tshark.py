"""The same captures, read by us and by tshark: the same messages, byte for byte.

Where the two differ, the case says why; ASTM, which tshark does not know, is compared with what the programs that
spoke wrote down themselves.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hl7capture.model.elements import Framing
from hl7capture.simulator.conversation import conversation as simulated
from tests.support.command import documents, run
from tests.support.foreign_talk import PORTS
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.tshark import Blocks, blocks_by_tshark, blocks_in
from tests.support.wire import MILLISECOND, START, Segment, Talk, conversation, packet, pcap_header, record
from tests.unit.capture.test_streams import NEAR_WRAP, disturbed

CORPUS = Path(__file__).parents[1] / "corpus"
PORT = 2575
Turns = list[tuple[int, bytes]]

TURNS: Turns = [
    (0 if turn.side == "device" else 1, turn.data)
    for turn in simulated(Framing.MLLP, 4, seed=3, start=datetime(2026, 11, 21, 10, tzinfo=UTC), rate=10)
]
SHORT: Turns = [(0, mllp(oru("1"))), (1, mllp(answer("1"))), (0, mllp(oru("2"))), (1, mllp(answer("2")))]


# -- our own captures ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """segments: of one connection. only_we: why we find messages that tshark does not, and how many."""

    segments: list[Segment]
    only_we: str = ""
    more: int = 0
    is_v6: bool = False
    wrap: Callable[..., list[bytes]] | None = None


def swapped(segments: list[Segment]) -> list[Segment]:
    """One data segment in three after the one that should follow it."""
    chance, made = Random(1), list(segments)
    for at in range(3, len(made) - 1):
        here, there = made[at], made[at + 1]
        if here.data and there.data and here.side == there.side and chance.random() < 0.3:
            made[at], made[at + 1] = there, here
    return made


def again(segments: list[Segment]) -> list[Segment]:
    """Every third one twice, the second copy one place late."""
    made = list(segments)
    for at in range(len(segments) - 2, 2, -3):
        made.insert(at + 2, segments[at])
    return made


def longer(segments: list[Segment]) -> list[Segment]:
    """Now and then a segment is sent again together with the next one, as after a time-out."""
    made = []
    for at, segment in enumerate(segments):
        made.append(segment)
        if at % 4 == 3 and segment.data and at + 1 < len(segments) and segments[at + 1].side == segment.side:
            joined = segment.data + segments[at + 1].data
            made.append(Segment(segment.side, segment.seq, segment.ack, segment.flags, joined))
    return made


def talk_of(turns: Turns, initial: tuple[int, int], cut: int) -> list[Segment]:
    talk = Talk(initial).open()
    for side, data in turns:
        talk.say(side, data, cut)
    return talk.close().segments


def once_tagged_and_once_not(segment: Segment, **how: Any) -> list[bytes]:
    return [packet(segment, vlan=(7,), **how), packet(segment, **how)]


CUT = conversation(*TURNS, cut=100).segments
WITHOUT_CR: Turns = [(side, data[:-1]) for side, data in SHORT]
FILE_HEADER, BOM = b"FHS|^~\\&|A\rBHS|^~\\&|A\r", b"\xef\xbb\xbf"

CASES = {
    "clean": Case(conversation(*TURNS).segments),
    "small segments": Case(CUT),
    "one-byte segments": Case(conversation(*SHORT, cut=1).segments),
    "IPv6": Case(CUT, is_v6=True),
    "reordered": Case(swapped(CUT)),
    "duplicated": Case(again(CUT)),
    "repeated together with the next": Case(longer(CUT)),
    **{f"reordered, repeated, overlapping {n}": Case(disturbed(TURNS, n, (1000, 9000))) for n in range(5)},
    "numbers wrap": Case(talk_of(TURNS, NEAR_WRAP, 100)),
    "numbers wrap, reordered": Case(swapped(talk_of(TURNS, NEAR_WRAP, 100))),
    "VLAN": Case(CUT, wrap=lambda segment, **how: [packet(segment, vlan=(5,), **how)]),
    "two VLAN tags": Case(CUT, wrap=lambda segment, **how: [packet(segment, vlan=(5, 7), **how)]),
    "mirrored tagged and untagged": Case(CUT, wrap=once_tagged_and_once_not),
    "Ethernet padding": Case(CUT, wrap=lambda segment, **how: [packet(segment, trailer=bytes(6), **how)]),
    "many messages in a segment": Case(
        conversation(
            (0, b"".join(mllp(oru(str(n))) for n in range(5))), (1, b"".join(mllp(answer(str(n))) for n in range(5)))
        ).segments
    ),
    "seen from the middle": Case(CUT[6:]),
    "1C in the text": Case(conversation((0, SHORT[0][1].replace(b"Glu", b"G\x1cu")), *SHORT[1:]).segments),
    "0B in the text": Case(conversation((0, SHORT[0][1].replace(b"Glu", b"G\x0bu")), *SHORT[1:]).segments),
    "other delimiters": Case(conversation((0, SHORT[0][1].replace(b"|", b"#")), *SHORT[1:]).segments),
    "CR after the answer": Case(
        conversation((0, SHORT[0][1][:-1]), SHORT[1], (0, b"\r"), *SHORT[2:]).segments,
    ),
    "answered by a reset": Case(
        Talk().open().say(0, SHORT[0][1]).say(1, SHORT[1][1]).say(0, SHORT[2][1]).reset(1).segments
    ),
    "commit acknowledgements": Case(conversation(SHORT[0], (1, mllp(b"\x06")), SHORT[1], (0, mllp(b"\x06"))).segments),
    "a segment was not captured": Case(
        CUT[:6] + CUT[7:],
        only_we="tshark waits for the missing bytes for ever; we go on with the next block",
        more=3,
    ),
    "blocks end without CR": Case(
        conversation(*WITHOUT_CR).segments, only_we="tshark wants 1C 0D; we see that the other side answers", more=4
    ),
    "LF between blocks": Case(
        conversation((0, SHORT[0][1] + b"\n" + SHORT[2][1]), SHORT[1]).segments,
        only_we="tshark takes the LF for the beginning of a block",
        more=1,
    ),
    "batch": Case(
        conversation((0, mllp(FILE_HEADER + oru("1") + b"BTS|1\rFTS|1\r")), SHORT[1]).segments,
        only_we="tshark wants MSH at the beginning of a block, FHS and BHS it does not know",
        more=1,
    ),
    "byte order mark": Case(
        conversation((0, mllp(BOM + oru("1"))), SHORT[1]).segments,
        only_we="tshark wants MSH at the beginning of a block",
        more=1,
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Blocks, Blocks]:
    """All cases as one capture, each on a device port of its own: what we find, and what tshark finds."""
    file = tmp_path_factory.mktemp("made") / "cases.pcap"
    packets = [one for number, case in enumerate(CASES.values()) for one in _packets(case, number)]
    records = (record(data, START + number * MILLISECOND // 10) for number, data in enumerate(packets))
    file.write_bytes(pcap_header() + b"".join(records))
    return blocks_in(documents(run("read", str(file), "--json").stdout)), blocks_by_tshark(file)


def _packets(case: Case, number: int) -> Iterator[bytes]:
    addresses = ("fd00::5", "fd00::1") if case.is_v6 else ("10.0.0.5", "10.1.0.1")
    ends = ((addresses[0], 40_000 + number), (addresses[1], PORT))
    wrap = case.wrap or (lambda segment, **how: [packet(segment, **how)])
    for segment in case.segments:
        yield from wrap(segment, ends=ends)


@pytest.mark.parametrize("name", CASES)
def test_we_and_tshark_find_the_same(name: str, made: tuple[Blocks, Blocks]) -> None:
    case, number = CASES[name], list(CASES).index(name)
    ours, theirs = (
        {ends: b for ends, b in found.items() if 40_000 + number in (ends[0][1], ends[1][1])} for found in made
    )
    assert ours, "nothing was found"
    if not case.only_we:
        assert ours == theirs
        return
    missing = 0
    for ends, blocks in ours.items():
        known = theirs.get(ends, [])
        assert [block for block in blocks if block in known] == known, "tshark finds what we do not"
        missing += len(blocks) - len(known)
    assert missing == case.more, case.only_we
    assert theirs.keys() <= ours.keys()


def _on_port(port: int, found: Blocks) -> Blocks:
    return {ends: blocks for ends, blocks in found.items() if port in (ends[0][1], ends[1][1])}


# -- captures of software that is not ours ---------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "port"), [("mllp-http", 2575), ("simple-hl7", 7777), ("node-hl7", 3000)])
def test_mllp_of_others(name: str, port: int) -> None:
    file = CORPUS / f"{name}.pcap"
    ours = blocks_in(documents(run("read", str(file), "--json").stdout))
    assert sum(map(len, ours.values())) >= 8
    assert ours == blocks_by_tshark(file, [port])


@pytest.mark.parametrize(
    ("name", "port"),
    [
        ("python-astm", "15200"),
        ("python-astm", "15201"),
        ("python-astm", "15202"),
        ("labmcp-astm-lis", "5000"),
    ],
)
def test_astm_of_others(name: str, port: str) -> None:
    said: list[str] = json.loads((CORPUS / f"{name}.json").read_text())[port]
    found = documents(run("read", str(CORPUS / f"{name}.pcap"), "--json").stdout)
    assert [text for one in found if one["lisPort"] == int(port) for text in one["messages"]] == said


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recording of clients and servers that are installed here."""
    folder = tmp_path_factory.mktemp("talk")
    command = ["unshare", "--net", sys.executable, "-m", "tests.support.foreign_talk", str(folder)]
    subprocess.run(command, check=True, timeout=60)
    return folder


@needs_capture_rights
def test_live_talk_of_others(talk: Path) -> None:
    """What we find is what tshark finds, and what the programs say that they said."""
    file = talk / "talk.pcap"
    ours = blocks_in(documents(run("read", str(file), "--json").stdout))
    assert ours == blocks_by_tshark(file, PORTS)
    found: dict[tuple[int, str], list[bytes]] = defaultdict(list)
    for (sender, receiver), blocks in ours.items():
        is_lis = sender[1] in PORTS
        found[sender[1] if is_lis else receiver[1], "lis" if is_lis else "device"] += blocks
    said: dict[tuple[int, str], list[bytes]] = defaultdict(list)
    for one in json.loads((talk / "talk.json").read_text()):
        said[one["port"], one["side"]].append(bytes.fromhex(one["hex"]))
    assert found == said
