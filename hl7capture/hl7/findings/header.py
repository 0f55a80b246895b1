"""The fields of an MSH that rules ask about; only the first line of a message is cut."""

from typing import NamedTuple

from hl7capture.hl7 import er7
from hl7capture.hl7.split import BLANK


class Header(NamedTuple):
    """MSH-2, MSH-7 as it stands there, MSH-10, MSH-12.1, MSH-18's first value."""

    encoding_characters: str = ""
    time: str = ""
    control_id: str = ""
    version: str = ""
    charset: str = ""


def header_of(text: str) -> Header | None:
    """The header of one ER7 message; None for a batch and for everything else. Never raises."""
    start = text.lstrip(BLANK + "\r\n")
    line = start[: 1 << 16].replace("\n", "\r").split("\r", 1)[0]
    if line[:3] != "MSH" or not er7.is_header(line):
        return None
    delimiters = er7.delimiters_of(line)
    fields = line.split(line[3], 18)

    def value(number: int) -> str:
        field = fields[number - 1] if number <= len(fields) else ""
        for separator in (delimiters.repetition, delimiters.component):
            if separator:
                field = field.split(separator, 1)[0]
        return field.strip()

    return Header(fields[1] if len(fields) > 1 else "", value(7), value(10), value(12), value(18))


def without_time(text: str) -> str:
    """The message without MSH-7: many devices stamp it anew when they send the message again."""
    start = text.lstrip(BLANK + "\r\n")
    fields = start.split(start[3:4] or "|", 7)
    return start if len(fields) < 8 else start[3:4].join([*fields[:6], fields[7]])
