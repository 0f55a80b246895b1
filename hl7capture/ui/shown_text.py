"""A message's text as lines to show, and which character of the message stands where in them."""

import re
from bisect import bisect_right
from itertools import accumulate

from hl7capture.ui.plain import visible

MOST = 200_000  # characters
# A line of its own costs nothing until it is in sight; a line of 200 kB (a report as base64) stalls the window.
PIECE = 2_000
CONTINUED = "↳ "
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")
# CR ends a segment and a record in both standards; any other end is a fault worth seeing.
_UNUSUAL_ENDS = {"\r\n": "␍␊", "\n": "␊"}


class ShownText:
    """The first characters of a message in lines: nothing invisible, nothing left out, long ones in pieces."""

    def __init__(self, text: str) -> None:
        self.lines: list[str] = []
        self._text = text[:MOST]
        self._starts: list[int] = []  # of each line of the message: its first character,
        self._lengths: list[int] = []  # how many it has, its end left out,
        self._first: list[int] = []  # and its first line here
        for match in _LINE.finditer(self._text):
            line, end = match.groups()
            if not line and not end:
                continue  # after the last line
            self._starts.append(match.start())
            self._lengths.append(len(line))
            self._first.append(len(self.lines))
            whole = visible(line, MOST) + _UNUSUAL_ENDS.get(end, "")
            self.lines.append(whole[:PIECE])
            self.lines += [CONTINUED + whole[at : at + PIECE] for at in range(PIECE, len(whole), PIECE)]

    def place(self, at: int) -> tuple[int, int] | None:
        """Line and column of a character, or of the end behind the last one; None where it is not shown."""
        line = bisect_right(self._starts, at) - 1
        if line < 0 or at > len(self._text):
            return None
        raw = self._raw(line)
        within = raw[: at - self._starts[line]]
        column = len(within) if within.isprintable() else len(visible(within, MOST))
        last = (self._first[line + 1] if line + 1 < len(self._first) else len(self.lines)) - 1
        piece = min(column // PIECE, last - self._first[line])
        return self._first[line] + piece, column - piece * PIECE + (len(CONTINUED) if piece else 0)

    def character(self, line: int, column: int) -> int:
        """The character of the message that is shown there, or else the nearest before it."""
        own = max(bisect_right(self._first, line) - 1, 0)
        if not self._first:
            return 0
        piece = line - self._first[own]
        wanted = piece * PIECE + max(column - len(CONTINUED), 0) if piece else column
        raw = self._raw(own)
        if not raw.isprintable():
            wanted = bisect_right(list(accumulate(len(visible(character)) for character in raw)), wanted)
        return self._starts[own] + min(wanted, len(raw))

    def _raw(self, line: int) -> str:
        start = self._starts[line]
        return self._text[start : start + self._lengths[line]]


def column_in_utf16(line: str, column: int) -> int:
    """Qt counts in UTF-16: a character beyond U+FFFF is two of its positions."""
    return len(line[:column].encode("utf-16-le", "surrogatepass")) // 2


def column_in_text(line: str, position: int) -> int:
    """The other way round."""
    return len(line.encode("utf-16-le", "surrogatepass")[: position * 2].decode("utf-16-le", "ignore"))
