r"""Escaped text as the characters that it means, each with the place where it is written, so that it can be rewritten.

`M\XFC\ller` is seven characters; the second is written in two hexadecimal digits (HL7 v2.5 §2.7). `hl7.escapes` gives
the text alone, with line breaks for formatting; here every character must lead back.
"""

import re
from array import array
from enum import IntEnum, auto
from functools import lru_cache

from hl7capture.hl7.privacy import letters
from hl7capture.hl7.split import Delimiters

_ALPHABET = "0123456789ABCDEFGHIJKLMN"  # as bytes they are characters in all sets of two bytes (GL)


class Way(IntEnum):
    """How a character is written."""

    PLAIN = auto()
    HEX_UTF8 = auto()  # in an \X..\ sequence
    HEX_LATIN1 = auto()
    SHIFTED = auto()  # half of a character of another set, behind \C..\ or \M..\
    FIXED = auto()  # an escaped delimiter


class Spelled:
    """A value, and the text that it means; where something is escaped, also where each character is written.

    That is held in columns: a value may be a report of megabytes.
    """

    def __init__(self, value: str, delimiters: Delimiters) -> None:
        self.value = value
        self.text = value
        self._starts = self._ends = array("q")
        self._ways = bytearray()
        self._is_escaped = False
        if delimiters.escape and value.count(delimiters.escape) > 1:
            self._read(delimiters)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters of the text are written in the value."""
        if not self._is_escaped:
            return start, end
        return self._starts[start], self._ends[end - 1]

    def rewritten(self, numbers: bytes, charset: str, kept: str) -> str:
        """The value with another character for each of the text, chosen by `numbers`; delimiters in `kept` stay."""
        if not self._is_escaped:
            return "".join(
                one if one in kept else letters.other(one, number, charset)
                for one, number in zip(self.text, numbers, strict=True)
            )
        made = list(self.value)
        for one, start, end, way, number in zip(self.text, self._starts, self._ends, self._ways, numbers, strict=True):
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
        self._is_escaped = True
        self._starts, self._ends = array("q"), array("q")
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
            text.append(self.value[at:until])
            self._starts.extend(range(at, until))
            self._ends.extend(range(at + 1, until + 1))
            self._ways += bytes((way,)) * (until - at)

        def escaped(one: str, start: int, end: int, written: Way) -> None:
            text.append(one)
            self._starts.append(start)
            self._ends.append(end)
            self._ways.append(written)

        for match in _sequences(delimiters.escape).finditer(self.value):
            plain(match.start())
            at = match.end()
            name = match[1]
            if name in meant:
                escaped(meant[name] or " ", match.start(), match.end(), Way.FIXED)
            elif name[0] == "X":
                for one, start, end, written in _hexadecimal(name[1:], match.start(1) + 1):
                    escaped(one, start, end, written)
            elif name[0] in "CM":
                way = Way.PLAIN if name.upper() == "C2842" else Way.SHIFTED
            elif name[0] == ".":
                escaped(" ", match.start(), match.end(), Way.FIXED)
        plain(len(self.value))
        self.text = "".join(text)


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
