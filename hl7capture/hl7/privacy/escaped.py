r"""Escaped text as the characters that it means, each with the place where it is written, so that it can be rewritten.

`M\XFC\ller` is seven characters; the second is written in two hexadecimal digits (HL7 v2.5 §2.7). `hl7.escapes` gives
the text alone, with line breaks for formatting; here every character must lead back.
"""

import re
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from hl7capture.hl7.privacy import letters
from hl7capture.hl7.split import Delimiters

_ALPHABET = "0123456789ABCDEFGHIJKLMN"  # as bytes they are characters in all sets of two bytes (GL)


class Way(Enum):
    """How a character is written."""

    PLAIN = auto()
    HEX_UTF8 = auto()  # in an \X..\ sequence
    HEX_LATIN1 = auto()
    SHIFTED = auto()  # half of a character of another set, behind \C..\ or \M..\
    FIXED = auto()  # an escaped delimiter


class Spot(NamedTuple):
    """Where a character is written: from `start` to `end` of the value."""

    start: int
    end: int
    way: Way


class Spelled:
    """A value, the text that it means, and a spot for each character of that; `spots` is None where all are plain."""

    def __init__(self, value: str, delimiters: Delimiters) -> None:
        self.value = value
        self.text = value
        self.spots: list[Spot] | None = None
        if delimiters.escape and value.count(delimiters.escape) > 1:
            self._read(delimiters)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters of the text are written in the value."""
        if self.spots is None:
            return start, end
        return self.spots[start].start, self.spots[end - 1].end

    def rewritten(self, numbers: bytes, charset: str, kept: str) -> str:
        """The value with another character for each of the text, chosen by `numbers`; delimiters in `kept` stay."""
        if self.spots is None:
            return "".join(
                one if one in kept else letters.other(one, number, charset)
                for one, number in zip(self.text, numbers, strict=True)
            )
        made = list(self.value)
        for one, (start, end, way), number in zip(self.text, self.spots, numbers, strict=True):
            match way:
                case Way.PLAIN:
                    if one not in kept:
                        made[start] = letters.other(one, number, charset)
                case Way.HEX_UTF8:
                    made[start:end] = _digits(letters.other(one, number, "utf-8"), "utf-8", self.value[start:end])
                case Way.HEX_LATIN1:
                    made[start:end] = _digits(
                        letters.other(one, number, "iso8859-1"), "iso8859-1", self.value[start:end]
                    )
                case Way.SHIFTED:
                    if one not in kept and not one.isspace():
                        made[start] = _another(one, number)
                case _:
                    pass
        return "".join(made)

    def _read(self, delimiters: Delimiters) -> None:
        text: list[str] = []
        spots: list[Spot] = []
        way = Way.PLAIN
        at = 0
        meant = {
            "F": delimiters.field,
            "S": delimiters.component,
            "T": delimiters.subcomponent,
            "R": delimiters.repetition,
            "E": delimiters.escape,
            "P": delimiters.truncation,
        }

        def plain(until: int) -> None:
            text.extend(self.value[at:until])
            spots.extend(Spot(place, place + 1, way) for place in range(at, until))

        for match in _sequences(delimiters.escape).finditer(self.value):
            plain(match.start())
            at = match.end()
            name = match[1]
            if name in meant:
                text.append(meant[name] or " ")
                spots.append(Spot(match.start(), match.end(), Way.FIXED))
            elif name[0] == "X":
                for one, start, end, written in _hexadecimal(name[1:], match.start(1) + 1):
                    text.append(one)
                    spots.append(Spot(start, end, written))
            elif name[0] in "CM":
                way = Way.PLAIN if name.upper() == "C2842" else Way.SHIFTED
            elif name[0] == ".":
                text.append(" ")
                spots.append(Spot(match.start(), match.end(), Way.FIXED))
        plain(len(self.value))
        self.text, self.spots = "".join(text), spots


@lru_cache(maxsize=32)
def _sequences(mark: str) -> re.Pattern[str]:
    mark = re.escape(mark)
    # Possessive, so that what has no end is looked at once.
    formatting = r"\.(?:br|ce|fi|nf|(?:sp|sk|in|ti)[+-]?\d{0,2}+)"
    shifts = r"C[0-9A-Fa-f]{4}|M[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{2})?"
    return re.compile(rf"{mark}([FSTREPHN]|X(?:[0-9A-Fa-f]{{2}})++|{shifts}|{formatting}){mark}")


def _hexadecimal(digits: str, start: int) -> list[tuple[str, int, int, Way]]:
    """The characters that hexadecimal digits mean, each with its place, as `escapes.unescape` reads them."""
    data = bytes.fromhex(digits)
    try:
        text, way, codec = data.decode("utf-8"), Way.HEX_UTF8, "utf-8"
    except UnicodeDecodeError:
        text, way, codec = data.decode("iso8859-1"), Way.HEX_LATIN1, "iso8859-1"
    read = []
    for one in text:
        end = start + 2 * len(one.encode(codec))
        read.append((one, start, end, way))
        start = end
    return read


def _digits(character: str, codec: str, before: str) -> str:
    made = character.encode(codec).hex()
    return made if before.upper() != before else made.upper()


def _another(character: str, number: int) -> str:
    at = _ALPHABET.find(character.upper())
    return _ALPHABET[(at + 1 + number % 23) % 24] if at >= 0 else _ALPHABET[number % 24]
