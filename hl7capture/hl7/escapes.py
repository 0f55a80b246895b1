r"""Escape sequences: what stands between two escape characters instead of what it means (HL7 v2.5 §2.7).

E1394 has the same ones for its delimiters, and \X..\ and \.br\ in practice.
"""

import re
from functools import lru_cache

from hl7capture.hl7.split import USUAL, Delimiters

# Formatted text, as far as plain text can show it (§2.7.6): how many lines or blanks it skips is at most two digits.
_FORMATTING = {"br": "\n", "ce": "\n", "sp": "\n", "sk": " ", "in": "", "ti": "", "fi": "", "nf": ""}
_SKIPS = ("sp", "sk")

# Character sets of seven bits, by the ISO 2022 sequence that begins them (§2.7.2): Python's codec that knows it.
_SHIFTS = {
    "2842": "ascii",
    "284A": "iso2022_jp_ext",  # JIS X 0201, Latin
    "2849": "iso2022_jp_ext",  # JIS X 0201, Katakana
    "2440": "iso2022_jp_ext",  # JIS C 6226
    "2442": "iso2022_jp_ext",  # JIS X 0208
    "242844": "iso2022_jp_ext",  # JIS X 0212
    "242843": "iso2022_jp_2",  # KS X 1001
    "2441": "iso2022_jp_2",  # GB 2312
}


def unescape(value: str, delimiters: Delimiters = USUAL) -> str:
    r"""The text that a person should read.

    Hexadecimal data is read as UTF-8 or else as ISO 8859-1. Highlighting (\H\, \N\), indents and word wrap leave no
    trace. What is not known here stays as it is: sequences of single sites (\Z..\), broken ones, character sets of
    eight bits. At most 99 characters come of one sequence.
    """
    mark = delimiters.escape
    if not mark or mark not in value:
        return value
    sequence = _sequences(mark)
    shift = _shifts(mark)
    known = {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.subcomponent,
        "R": delimiters.repetition,
        "E": mark,
        "P": delimiters.truncation,
    }

    def meant(match: re.Match[str]) -> str:
        name = match[1]
        if name in ("H", "N"):
            return ""
        if name[0] == "X":
            return _hexadecimal(name[1:])
        if name[0] == ".":
            repeated = int(match[2] or 1) if name[1:3] in _SKIPS else 1
            return _FORMATTING[name[1:3]] * repeated
        return known[name] or match[0]

    if shift.search(value) is None:
        return sequence.sub(meant, value)
    # Text, sequence, text, sequence, text, …
    first, *shifted = shift.split(value)
    text = [sequence.sub(meant, first)]
    for name, run in zip(shifted[::2], shifted[1::2], strict=True):
        plain = sequence.sub(meant, run)
        read = _in_charset(name[1:].upper(), plain)
        text.append(f"{mark}{name}{mark}{plain}" if read is None else read)
    return "".join(text)


@lru_cache(maxsize=32)
def _sequences(mark: str) -> re.Pattern[str]:
    mark = re.escape(mark)
    # Runs of digits are possessive: without an end they are looked at once.
    formatting = r"\.(?:br|ce|fi|nf|(?:sp|sk|in|ti)[+-]?(\d{1,2}+)?)"
    return re.compile(rf"{mark}([FSTREPHN]|X(?:[0-9A-Fa-f]{{2}})++|{formatting}){mark}")


@lru_cache(maxsize=32)
def _shifts(mark: str) -> re.Pattern[str]:
    mark = re.escape(mark)
    return re.compile(rf"{mark}(C[0-9A-Fa-f]{{4}}|M[0-9A-Fa-f]{{4}}(?:[0-9A-Fa-f]{{2}})?){mark}")


def _hexadecimal(digits: str) -> str:
    data = bytes.fromhex(digits)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")


def _in_charset(begins: str, run: str) -> str | None:
    """The text of a run in another character set; None where it cannot be in that."""
    codec = _SHIFTS.get(begins)
    if codec is None:
        return None
    if codec == "ascii":
        return run
    try:
        return (b"\x1b" + bytes.fromhex(begins) + run.encode("ascii")).decode(codec)
    except UnicodeError:
        return None
