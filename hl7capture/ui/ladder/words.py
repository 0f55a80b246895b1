"""What the ladder says: arrows, times, silences, findings."""

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from hl7capture.hl7.acknowledgements.words import is_negative
from hl7capture.model.elements import CONTROL, Direction, Element, ElementType, Flag
from hl7capture.ui.ladder.frames import Frames
from hl7capture.ui.ladder.layout import Layout, Row
from hl7capture.ui.ladder.marks import Mark, Marks
from hl7capture.ui.ladder.scale import is_silence
from hl7capture.ui.locale_words import duration_text, number_text, size_text
from hl7capture.ui.plain import visible
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.severity import severity_word

translate = QCoreApplication.translate
_AGES = 10**10  # seconds: no time is longer
_LONGEST = 200  # characters of a label
_COLOURS = {
    ElementType.START: "muted",
    ElementType.END: "muted",
    ElementType.ACK: "good",
    ElementType.NAK: "bad",
    ElementType.MESSAGE: "accent",
    ElementType.FRAME: "accent",
    ElementType.OTHER: "warning",
}


def label_of(row: SessionRow, element: Element, time: str = "") -> str:
    """What an arrow says: `ORU^R01 · MSG00001 · 1.2 kB`, `ACK^R01 AA · 12 ms · A1 · 96 B`, `ENQ`, `Frame 3 · 240 B`.

    time: how long an answer took, in words.
    """
    if element.type in CONTROL:
        return _joined(CONTROL[element.type], time)
    size = size_text(len(element.data))
    if element.type is ElementType.OTHER:
        return _joined(translate("Ladder", "{0} that fit nothing").format(size), time)
    if element.type is ElementType.FRAME:
        number = chr(element.data[1]) if element.data[1:2].isdigit() else "?"
        return translate("Ladder", "Frame {0} · {1}").format(number, size)
    brief = row.brief(element.message)
    if brief is None:
        return _joined(translate("Ladder", "Message"), size)
    kind = f"{brief.kind or translate('Ladder', 'Message')} {brief.ack_code}".rstrip()
    refused = translate("Ladder", "refused") if is_negative(brief.ack_code.upper()) else ""
    return _joined(kind, refused, time, brief.control_id, size)


def label_of_frames(row: SessionRow, frames: Frames) -> str:
    """`Result · 17 · 7 frames · 1.2 kB`"""
    brief = row.brief(frames.message)
    kind = (brief.kind if brief else "") or translate("Ladder", "Message")
    count = (
        translate("Ladder", "1 frame")
        if frames.frames == 1
        else translate("Ladder", "{0} frames").format(number_text(frames.frames))
    )
    continued = translate("Ladder", "continued") if frames.is_continued else ""
    return _joined(kind, continued, brief.control_id if brief else "", count, size_text(frames.octets))


def answers_to(frames: Frames) -> str:
    """`ACK · 12 ms`, `7 ACK · ≤ 12 ms`, `6 ACK, 1 NAK`; nothing where nothing came."""
    counts = [(frames.acks, "ACK"), (frames.naks, "NAK")]
    total = frames.acks + frames.naks
    said = ", ".join(name if total == 1 else f"{number_text(count)} {name}" for count, name in counts if count)
    if frames.slowest is None:
        return said
    took = time_text(frames.slowest)
    return _joined(said, took if total == 1 else f"≤ {took}")


def time_text(milliseconds: float) -> str:
    """`12 ms`, `3.4 s`; `?` for what is no time, for a document may name any."""
    return duration_text(milliseconds) if 0 <= milliseconds < _AGES * 1000 else "?"


def silence_text(milliseconds: float) -> str:
    """`12 s of silence`, `3 min 20 s of silence`, `2 h 05 min of silence`, `4 days of silence`"""
    seconds = min(int(milliseconds / 1000), _AGES) if milliseconds < _AGES * 1000 else _AGES
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if minutes == 0:
        text = f"{seconds} s"
    elif hours == 0:
        text = f"{minutes} min {seconds % 60:02d} s"
    elif days == 0:
        text = f"{hours} h {minutes % 60:02d} min"
    else:
        text = translate("Ladder", "1 day") if days == 1 else translate("Ladder", "{0} days").format(number_text(days))
    return translate("Ladder", "{0} of silence").format(text)


def flags_text(flags: Iterable[str]) -> str:
    """What is odd about an element: `bad checksum, gap`"""
    return visible(", ".join(flag.replace("-", " ") for flag in flags), _LONGEST)


def mark_text(mark: Mark) -> str:
    """`Error: ack-negative, bytes-missing`"""
    return f"{severity_word(mark.severity)}: {', '.join(mark.codes)}"


def direction_text(direction: Direction) -> str:
    """In words."""
    return (
        translate("Ladder", "device to LIS")
        if direction is Direction.DEVICE_TO_LIS
        else translate("Ladder", "LIS to device")
    )


class Label(NamedTuple):
    """What an arrow says. is_late: it answers too late."""

    text: str
    is_late: bool = False


def label_at(row: SessionRow, layout: Layout, at: Row, marks: Marks) -> Label:
    """Of a row of the ladder."""
    if at.frames is not None:
        return Label(label_of_frames(row, at.frames))
    took = layout.answer_times.of(at.number)
    is_late = took is not None and took.answered in marks.late
    time = time_text(took.milliseconds) if took else ""
    time = translate("Ladder", "{0} (late)").format(time) if is_late else time
    return Label(label_of(row, layout.session.elements[at.number], time), is_late)


def mark_at(at: Row, marks: Marks) -> Mark | None:
    """The findings of a row of the ladder."""
    return marks.among(at.number, len(at.frames) if at.frames and not at.frames.is_open else 1)


def spoken(row: SessionRow, layout: Layout, at: Row, marks: Marks) -> str:
    """A row in words, for those who do not see it: `3/40: ORU^R01 · …, device to LIS, 12 s of silence before it`"""
    elements = layout.session.elements
    element = elements[at.number]
    frames = at.frames
    parts = [label_at(row, layout, at, marks).text, direction_text(element.direction)]
    if frames is not None:
        parts += [
            answers_to(frames),
            translate("Ladder", "unfolded") if frames.is_open else translate("Ladder", "folded"),
        ]
    parts.append(flags_text(frames.flags if frames else element.flags))
    if is_silence(at.since):
        parts.append(translate("Ladder", "{0} before it").format(silence_text(at.since)))
    mark = mark_at(at, marks)
    parts.append(mark_text(mark) if mark else "")
    return f"{at.number + 1}/{len(elements)}: " + ", ".join(filter(None, parts))


def colour_of(row: SessionRow, element: Element) -> str:
    """Name of an arrow's colour: what accepts is good; what refuses, and what was cut, is bad."""
    if Flag.TRUNCATED in element.flags:
        return "bad"
    brief = row.brief(element.message) if element.type is ElementType.MESSAGE else None
    if brief is not None and brief.ack_code:
        return "good" if brief.ack_code in _ACCEPTING else "bad"
    return _COLOURS[element.type]


_ACCEPTING = ("AA", "CA")  # HL7 table 0008


def _joined(*parts: str) -> str:
    return visible(" · ".join(filter(None, parts)), _LONGEST)
