"""Rotated captures, and those of two taps, read as one."""

import gzip
from pathlib import Path

import pytest

from tests.support.command import documents, run
from tests.support.formats import enhanced, interface, section, statistics
from tests.support.speech import answer, mllp, oru
from tests.support.wire import MILLISECOND, START, conversation, packet, pcap_header, record

LONG = mllp(oru() + b"NTE|1||" + b"x" * 5000 + b"\r")
SEGMENTS = conversation((0, LONG), (1, mllp(answer())), (0, mllp(oru("2"))), (1, mllp(answer("2")))).segments
TIMES = [START + number * MILLISECOND for number in range(len(SEGMENTS))]
ALL = range(len(SEGMENTS))


def as_pcap(rows: "range | list[int]") -> bytes:
    return pcap_header() + b"".join(record(packet(SEGMENTS[row]), TIMES[row]) for row in rows)


def as_pcapng(rows: "range | list[int]") -> bytes:
    """Raw IP, big-endian, nanoseconds."""
    data = section(">") + interface(101, ">", resolution=9)
    for row in rows:
        data += enhanced(packet(SEGMENTS[row], link=b"", with_type=False), TIMES[row], ">")
    return data + statistics(">", interface_drops=2)


def elements(done: "object") -> list[list[str]]:
    return [[element["hexData"] for element in document["elements"]] for document in documents(done.stdout)]  # type: ignore[attr-defined]


EXPECTED = [[data.hex() for data in (LONG, mllp(answer()), mllp(oru("2")), mllp(answer("2")))]]


def test_message_across_rotated_files_of_different_formats_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(as_pcapng(ALL[5:7]))  # the names do not tell the order
    (tmp_path / "b.pcap.gz").write_bytes(gzip.compress(as_pcap(ALL[7:])))
    (tmp_path / "c.pcap").write_bytes(as_pcap(ALL[:5]))
    (tmp_path / "empty.pcap").write_bytes(pcap_header())
    done = run("read", "--merge", "--json", str(tmp_path))
    assert (done.returncode, elements(done)) == (0, EXPECTED)
    assert documents(done.stdout)[0]["source"] == "a.pcap +3"
    assert done.stderr.decode() == "a.pcap +3: 2 packets were dropped where this was captured.\n"
    one_by_one = run("read", "--json", str(tmp_path))
    assert elements(one_by_one) != EXPECTED


def test_taps_of_the_two_directions(tmp_path: Path) -> None:
    for side in (0, 1):
        rows = [row for row in ALL if SEGMENTS[row].side == side]
        (tmp_path / f"tap{side}.pcap").write_bytes(as_pcap(rows) if side else as_pcapng(rows))
    done = run("read", "--merge", "--json", str(tmp_path / "tap1.pcap"), str(tmp_path / "tap0.pcap"))
    assert (done.returncode, elements(done)) == (0, EXPECTED)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no capture at all", "wrong.pcap: This is not a capture"),
        (as_pcap(ALL[4:6])[:-3], "wrong.pcap: The capture is cut in the middle of a packet"),
        (as_pcap(ALL[4:6]) + b"\xff" * 50, "wrong.pcap: The capture is damaged at byte"),
        (gzip.compress(as_pcap(ALL[4:6]))[:-9], "wrong.pcap: The packed data is cut"),
        (None, "wrong.pcap cannot be read: No such file"),
    ],
)
def test_wrong_file_is_named_and_the_others_are_read(content: bytes | None, said: str, tmp_path: Path) -> None:
    good, wrong = tmp_path / "good.pcap", tmp_path / "wrong.pcap"
    good.write_bytes(as_pcap(ALL))
    if content is not None:
        wrong.write_bytes(content)
    done = run("read", "--merge", "--json", str(good), str(wrong))
    assert (done.returncode, elements(done)) == (1, EXPECTED)
    assert done.stderr.decode().count("wrong.pcap") == 1
    assert said in done.stderr.decode()


def test_nothing_to_merge_and_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "empty.pcap").write_bytes(pcap_header())
    done = run("read", "--merge", str(tmp_path / "empty.pcap"), str(tmp_path / "nowhere"))
    assert (done.returncode, b"None of the files can be read" in done.stderr) == (1, True)
    for arguments in (["-"], ["--follow", str(tmp_path / "empty.pcap")]):
        assert run("read", "--merge", *arguments).returncode == 2
