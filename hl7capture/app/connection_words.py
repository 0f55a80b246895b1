"""The facts of a connection in words, for the window and the command line."""

from typing import NamedTuple

from hl7capture.model.connection import ConnectionFacts, End, EndFacts

_NAMES = {End.DEVICE: "the device", End.LIS: "the LIS"}


class Section(NamedTuple):
    """What is said of one thing; facts: each can stand alone."""

    title: str
    facts: list[str]


def connection_words(facts: ConnectionFacts) -> list[Section]:
    """All that is known; what is 0 and should be 0 is not said."""
    return [
        Section("Opening", _opening(facts)),
        Section("End", _end(facts)),
        Section("From the device", _sent(facts.device, "the LIS")),
        Section("From the LIS", _sent(facts.lis, "the device")),
    ]


def _opening(facts: ConnectionFacts) -> list[str]:
    if facts.opened_by is None:
        return ["before the capture began"]
    said = [f"by {_NAMES[facts.opened_by]}"]
    if facts.attempts > 1:
        said.append(f"SYN sent {facts.attempts:,} times")
    if facts.syn_answered is not None:
        said.append(f"SYN answered after {_time(facts.syn_answered)}")
    if facts.handshake is not None:
        said.append(f"handshake done after {_time(facts.handshake)}")
    return said


def _end(facts: ConnectionFacts) -> list[str]:
    said = []
    if facts.closed_by is not None:
        said.append(f"closed by {_NAMES[facts.closed_by]} first (FIN)")
    if facts.half_closed_by is not None:
        still_open = End.LIS if facts.half_closed_by is End.DEVICE else End.DEVICE
        said.append(f"half-open: {_NAMES[still_open]} had not closed its side")
    if facts.reset_by is not None:
        said.append(f"reset by {_NAMES[facts.reset_by]} (RST)")
    if facts.is_replaced:
        said.append("its ports were used again although it was never closed: one end had forgotten it")
    if not said:
        said.append("it was still open when the session ended")
    for end, name in ((facts.device, "the device"), (facts.lis, "the LIS")):
        if end.is_unfinished:
            said.append(f"{name} was in the middle of a message")
    return said


def _sent(end: EndFacts, other: str) -> list[str]:
    hole, window = _longest(end.longest_hole), _longest(end.longest_zero_window)
    troubles = (
        (end.repeated, "{} sent again", "segment"),
        (end.keep_alives, "{} that may be a keep-alive or a window probe", "segment"),
        (end.out_of_order, "{} ahead of others", "segment"),
        (end.filled, "{} late" + hole, "segment"),
        (end.zero_windows, "{} without room for more (window 0)" + window, "time"),
        (end.unacknowledged, f"{{}} that {other} has not acknowledged", "byte"),
        (end.lost, f"{{}} lost by the capture: {other} has acknowledged them", "byte"),
        (end.missing, "{} missing that nobody has acknowledged", "byte"),
        (end.cut, "{} cut off by the snap length of the capture", "byte"),
        (end.copies, "{} of a packet left out, as a mirror port makes them", "second copy"),
    )
    said = [f"{_count(end.packets, 'packet')}, {_count(end.bytes, 'byte')}"]
    return said + [words.format(_count(number, what)) for number, words, what in troubles if number]


def _longest(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f", {_time(milliseconds)} at most"


def _count(number: int, what: str) -> str:
    """`1 packet`, `1,200 packets`, `2 second copies`"""
    if number == 1:
        return f"1 {what}"
    return f"{number:,} {what[:-1]}ies" if what.endswith("y") else f"{number:,} {what}s"


def _time(milliseconds: float) -> str:
    """`0.25 ms`, `1,500 ms`: three digits are enough."""
    return f"{milliseconds:,.0f} ms" if milliseconds >= 100 else f"{milliseconds:.3g} ms"
