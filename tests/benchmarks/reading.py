"""`read --json` of large capture files, beside tshark and tcpflow, beside itself on more and on disturbed packets."""

import hashlib
import itertools
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import captures
from tests.benchmarks.figures import Findings, Setup
from tests.benchmarks.measure import OURS, Program, Spent, in_turn

MEGABYTES = 100

# What tshark knows of a message that a person would look for: when, from whom, to whom, and every field.
_TSHARK_FIELDS = (
    *("-e", "frame.time_epoch", "-e", "ip.src", "-e", "tcp.srcport", "-e", "ip.dst", "-e", "tcp.dstport"),
    *("-e", "hl7.message.type", "-e", "hl7.segment", "-e", "hl7.field"),
)


def peers(setup: Setup) -> Findings:
    """A clean capture: beside tshark with its HL7 dissector, and beside tcpflow, which only writes streams."""
    file, messages = _clean(setup)
    _must_find(2 * messages, file)
    spent = in_turn(
        {
            "tshark -Y hl7 -T fields, all fields": _tshark(file, *_TSHARK_FIELDS),
            "tshark -Y hl7 -T fields, message type": _tshark(file, "-e", "hl7.message.type"),
            "tcpflow": Program(
                ("tcpflow", "-q", "-r", file, "-o", setup.folder / "flows"), folder=setup.folder / "flows"
            ),
            "hl7capture read --json": _read(file),
            "hl7capture read --json, empty capture": _read(_empty(setup)),
            "python -c pass": Program((sys.executable, "-c", "pass")),
        },
        setup.times,
        setup.say,
    )
    ours, empty = spent["hl7capture read --json"], spent["hl7capture read --json, empty capture"]
    found = Findings(runs=spent)
    found.add("faster than tshark, all fields", spent["tshark -Y hl7 -T fields, all fields"].wall / ours.wall, low=30)
    found.add("faster than tshark, message type", spent["tshark -Y hl7 -T fields, message type"].wall / ours.wall)
    found.add("faster than tcpflow", spent["tcpflow"].wall / ours.wall, low=1.0)
    found.add("start-up's share of reading", 100 * empty.wall / ours.wall, unit="%")
    found.add("Python's share of start-up", 100 * spent["python -c pass"].wall / empty.wall, unit="%")
    return found


def disorder(setup: Setup) -> Findings:
    """One packet in a hundred out of order, or twice."""
    clean, messages = _clean(setup)
    megabytes = MEGABYTES * setup.size
    reordered = made(setup, f"--megabytes {megabytes} --reordered 0.01")
    duplicated = made(setup, f"--megabytes {megabytes} --duplicated 0.01")
    _must_find(2 * messages, reordered, duplicated)
    names = ("clean", "1 % reordered", "1 % duplicated")
    spent = in_turn(
        {name: _read(file) for name, file in zip(names, (clean, reordered, duplicated), strict=True)},
        setup.times,
        setup.say,
    )
    found = Findings(runs=spent)
    for name in names[1:]:
        found.add(f"time with {name} packets, of the clean time", spent[name].wall / spent["clean"].wall, high=1.3)
    return found


def growth(setup: Setup) -> Findings:
    """Ten times the capture: ten times the time, and the same memory."""
    small, messages = _clean(setup)
    large = made(setup, f"--messages {messages * 10}")
    names = ("one size", "ten times the size", "empty capture")
    spent = in_turn(
        {name: _read(file) for name, file in zip(names, (small, large, _empty(setup)), strict=True)},
        setup.times,
        setup.say,
    )
    one, ten, nothing = (spent[name] for name in names)
    found = Findings(runs=spent)
    found.add("time for ten times the capture, start-up left out", _beyond(ten, one, nothing), low=8.5, high=11.5)
    allowed = max(one.memory * 1.2, one.memory + 50)
    found.add("peak memory for it", ten.memory, unit="MB", high=round(allowed))
    return found


def large_messages(setup: Setup) -> Findings:
    """Enormous messages, and messages in segments of one byte: twice the size, twice the time."""
    files: dict[str, Path] = {}
    doublings: list[tuple[str, str]] = []
    for count, segment, size, unit in ((4, captures.SEGMENT, 12_500_000, "MB"), (1, 1, 250_000, "kB")):
        divisor = 1_000_000 if unit == "MB" else 1_000
        sizes = [max(2_000, round(size * setup.size)) * factor for factor in (1, 2, 4)]
        names = [f"{count} × {size / divisor:g} {unit} in {segment}-byte segments" for size in sizes]
        files |= {
            name: made(setup, f"--size {size} --messages {count} --segment {segment}")
            for name, size in zip(names, sizes, strict=True)
        }
        _must_find(2 * count, *(files[name] for name in names))
        doublings += itertools.pairwise(names)
    empty = "no message"
    programs = {name: _read(file) for name, file in files.items()} | {empty: _read(_empty(setup))}
    spent = in_turn(programs, setup.times, setup.say)
    found = Findings(runs=spent)
    for half, whole in doublings:
        found.add(f"time for {whole}, of half of it", _beyond(spent[whole], spent[half], spent[empty]), high=2.3)
    return found


def shares(setup: Setup) -> Findings:
    """Where the time goes: start-up, the engine, and documents with their output."""
    file, _ = _clean(setup)
    alone = Program((sys.executable, "-m", "tests.benchmarks.engine_alone", file))
    bare = Program((sys.executable, "-m", "tests.benchmarks.engine_alone", _empty(setup)))
    names = ("whole command", "empty capture, for shares", "engine alone", "engine alone, empty capture")
    programs = (_read(file), _read(_empty(setup)), alone, bare)
    spent = in_turn(dict(zip(names, programs, strict=True)), setup.times, setup.say)
    whole, start, engine, engine_start = (spent[name].wall for name in names)
    found = Findings(runs=spent)
    found.add("share of start-up", 100 * start / whole, unit="%")
    found.add("share of the engine", 100 * (engine - engine_start) / whole, unit="%")
    found.add("share of documents and output", 100 * (whole - start - engine + engine_start) / whole, unit="%")
    return found


def made(setup: Setup, arguments: str) -> Path:
    """The capture of these arguments of `tests.benchmarks.captures`, made once and kept."""
    made_by = hashlib.sha256(Path(captures.__file__).read_bytes() + arguments.encode()).hexdigest()[:16]
    file = setup.folder / f"{made_by}.pcap"
    if not file.exists():
        setup.say(f"making a capture: {arguments}")
        unfinished = file.with_suffix(".tmp")
        command = (sys.executable, "-m", "tests.benchmarks.captures", unfinished, *arguments.split())
        subprocess.run(command, check=True)
        unfinished.rename(file)
    return file


def _clean(setup: Setup) -> tuple[Path, int]:
    """A capture without faults, and how many messages are in it, answers not counted."""
    megabytes = MEGABYTES * setup.size
    return made(setup, f"--megabytes {megabytes}"), captures.Plan(captures.messages_in(megabytes)).made


def clean_capture(setup: Setup) -> Path:
    """The capture that most benchmarks read."""
    return _clean(setup)[0]


def _empty(setup: Setup) -> Path:
    file = setup.folder / "empty.pcap"
    file.write_bytes(captures.pcap_header())
    return file


def _read(file: Path) -> Program:
    return Program((*OURS, "read", file, "--json"))


def _tshark(file: Path, *fields: str) -> Program:
    return Program(("tshark", "-r", file, "-Y", "hl7", "-T", "fields", *fields))


def _beyond(longer: Spent, shorter: Spent, nothing: Spent) -> float:
    """How many times longer, start-up left out."""
    return (longer.wall - nothing.wall) / max(shorter.wall - nothing.wall, 0.001)


def _must_find(messages: int, *files: Path) -> None:
    """Raises ProgramFailedError where `read` does not find them all."""
    Program((sys.executable, "-m", "tests.benchmarks.finding", str(messages), *files)).run()
