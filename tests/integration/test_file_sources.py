"""Packed files, named pipes, files that grow, folders and patterns: through the command, with real files and pipes."""

import gzip
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hl7capture.sources.unpacking import zstd
from tests.support.command import COMMAND, documents, run
from tests.support.formats import interface, section, statistics
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.talk import talk
from tests.support.wire import START, Talk, conversation, packet, pcap, pcap_header, record

TURNS = [(0, mllp(oru())), (1, mllp(answer()))]
CAPTURE = pcap(conversation(*TURNS).segments)

posix_only = pytest.mark.skipif(os.name == "nt", reason="named pipes of POSIX")


def in_members(data: bytes, pack: Callable[[bytes], bytes]) -> bytes:
    return pack(data[:100]) + pack(b"") + pack(data[100:])


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(CAPTURE),
        in_members(CAPTURE, gzip.compress),
        gzip.compress(CAPTURE) + bytes(700),
        zstd.compress(CAPTURE),
        in_members(CAPTURE, zstd.compress),
        b"\x50\x2a\x4d\x18\x04\0\0\0skip" + zstd.compress(CAPTURE),
        gzip.compress(CAPTURE[:100]) + zstd.compress(CAPTURE[100:]),
    ],
)
def test_packed_captures_are_read_from_files_and_standard_input(packed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "packed"  # the name does not matter
    path.write_bytes(packed)
    done = run("read", str(path), "-", "--json", stdin=packed)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [d["elements"][0]["hexData"] for d in documents(done.stdout)] == [TURNS[0][1].hex()] * 2


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_packed_capture_that_is_cut_or_damaged_gives_what_there_was(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    whole = pack(CAPTURE[:-70]) + pack(CAPTURE[-70:])
    (tmp_path / "cut.pcap.gz").write_bytes(whole[:-5])
    (tmp_path / "damaged.pcap.gz").write_bytes(whole[:-30] + bytes(30))
    (tmp_path / "strange.pcap.gz").write_bytes(pack(CAPTURE) + b"something else")
    done = run("read", str(tmp_path), "--json")
    assert done.returncode == 1
    assert len(documents(done.stdout)) == 3
    cut, damaged, strange = done.stderr.decode().splitlines()
    assert f"cut.pcap.gz: The packed data is cut behind byte {len(whole) - 5:,}" in cut
    assert "damaged.pcap.gz is damaged near byte" in damaged
    assert f"strange.pcap.gz is damaged: what stands at byte {len(pack(CAPTURE)):,} is not packed" in strange


class Reading:
    """`hl7capture read` as a process of its own, its documents one by one."""

    def __init__(self, *arguments: str, stdin: int | None = None) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "read", "--json", *arguments], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return documents(self.process.stdout.readline())[0]

    def end(self, how: int | None = None, timeout: float = 20) -> tuple[int, list[dict[str, Any]], str]:
        if how is not None:
            self.process.send_signal(how)
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, documents(out), err.decode()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_file_that_grows_is_followed_until_a_signal(how: int, tmp_path: Path) -> None:
    path = tmp_path / "growing.pcap"
    first = pcap(Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).close().segments)
    with path.open("wb", buffering=0) as file:
        file.write(first[:-30])
        reading = Reading("--follow", str(path))
        time.sleep(1)
        file.write(first[-30:])
        assert reading.line()["endReason"] == "closed"
        second = Talk().open().say(0, mllp(oru("2"))).say(1, mllp(answer("2")))
        for number, segment in enumerate(second.segments):
            ends = (("10.0.0.5", 40002), ("10.1.0.1", 2575))
            file.write(record(packet(segment, ends), START + number))
        file.write(first[24:60])  # the writer is in the middle of a packet
        time.sleep(1)
        code, printed, said = reading.end(how)
    assert [document["endReason"] for document in printed] == ["stopped"]
    assert (code, said) == (0, "")


def test_session_in_a_followed_file_ends_by_silence(tmp_path: Path) -> None:
    assert run("settings", "set", "sessionIdleSeconds", "1").returncode == 0
    path = tmp_path / "growing.pcap"
    path.write_bytes(pcap(Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).segments))
    reading = Reading("--follow", str(path))
    assert reading.line()["endReason"] == "idle"
    assert reading.end(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize("how", ["replaced", "deleted", "shorter"])
def test_followed_file_that_is_rotated_away_is_said_and_ends(how: str, tmp_path: Path) -> None:
    path, other = tmp_path / "growing.pcap", tmp_path / "other"
    path.write_bytes(CAPTURE)
    other.write_bytes(CAPTURE)
    reading = Reading("--follow", str(path))
    assert reading.line()["source"] == "growing.pcap"
    if how == "replaced":
        other.replace(path)
    elif how == "deleted":
        path.unlink()
    else:
        path.write_bytes(CAPTURE[:50])
    code, printed, said = reading.end()
    assert (code, printed) == (1, [])
    assert ("has become shorter" if how == "shorter" else "was replaced, renamed or deleted") in said


def test_only_one_file_can_be_followed(tmp_path: Path) -> None:
    for name in ("1.pcap", "2.pcap"):
        (tmp_path / name).write_bytes(CAPTURE)
    for files in ([str(tmp_path)], [str(tmp_path / "1.pcap"), str(tmp_path / "2.pcap")]):
        done = run("read", "--follow", *files)
        assert (done.returncode, b"--follow takes one FILE" in done.stderr) == (2, True)


def test_interrupted_reading_completes_what_is_open() -> None:
    reading = Reading("-", stdin=subprocess.PIPE)
    assert reading.process.stdin is not None
    reading.process.stdin.write(pcap(Talk().open().say(0, mllp(oru())).say(1, mllp(answer())).segments))
    reading.process.stdin.flush()
    time.sleep(2)
    reading.process.send_signal(signal.SIGINT)
    assert reading.line()["endReason"] == "stopped"
    code, _, said = reading.end()
    assert (code, "stdin: stopped before its end" in said) == (1, True)


@posix_only
def test_named_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = Reading(str(pipe))
    time.sleep(1)  # it waits for a writer
    with pipe.open("wb", buffering=0) as writer:
        for at in range(0, len(CAPTURE), 100):
            writer.write(CAPTURE[at : at + 100])
            time.sleep(0.02)
    code, (document,), said = reading.end()
    assert (code, said, document["source"]) == (0, "", "pipe")


@posix_only
def test_named_pipe_without_a_writer_can_be_left(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = Reading(str(pipe))
    time.sleep(2)
    assert reading.process.poll() is None
    code, printed, _ = reading.end(signal.SIGINT)
    assert (code, printed) == (1, [])


@needs_capture_rights
@posix_only
def test_tcpdump_into_a_named_pipe_is_seen_as_it_happens(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = Reading("--follow", str(pipe))
    tcpdump = subprocess.Popen(["tcpdump", "-i", "lo", "-U", "-w", str(pipe), "tcp"], stderr=subprocess.PIPE)
    assert tcpdump.stderr is not None
    assert b"listening" in tcpdump.stderr.readline()
    port, _ = talk(TURNS)
    assert reading.line()["lisPort"] == port
    tcpdump.terminate()
    tcpdump.communicate(timeout=10)
    assert reading.end()[0] == 0


def test_folders_and_patterns_are_expanded(tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    folder.mkdir()
    for name in ("x.pcap", "x.pcap2", "x.pcap10", "y.PCAPNG"):
        (folder / name).write_bytes(CAPTURE)
    (folder / "z.cap.gz").write_bytes(gzip.compress(CAPTURE))
    (folder / "notes.txt").write_text("not a capture")
    (folder / "inner.pcap").mkdir()
    names = ["x.pcap", "x.pcap2", "x.pcap10", "y.PCAPNG", "z.cap.gz"]
    assert [d["source"] for d in documents(run("read", "--json", str(folder)).stdout)] == names
    assert [d["source"] for d in documents(run("read", "--json", str(folder / "x.*")).stdout)] == names[:3]
    done = run("read", str(folder / "*.nothing"), str(folder / "inner.pcap"))
    assert done.returncode == 1
    assert b"No file matches" in done.stderr
    assert b"holds no capture" in done.stderr


def test_file_whose_name_looks_like_a_pattern_is_read(tmp_path: Path) -> None:
    path = tmp_path / "line[1].pcap"
    path.write_bytes(CAPTURE)
    assert run("read", str(path)).returncode == 0


def test_packets_that_were_dropped_are_told(tmp_path: Path) -> None:
    path = tmp_path / "dropped.pcapng"
    path.write_bytes(section() + interface() + statistics(interface_drops=1234))
    done = run("read", str(path))
    assert (done.returncode, b"dropped.pcapng: 1,234 packets were dropped" in done.stderr) == (0, True)


def test_snap_length_of_the_file_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "small.pcap"
    path.write_bytes(pcap_header(snap=40) + CAPTURE[24:])
    assert len(documents(run("read", "--json", str(path)).stdout)) == 1
