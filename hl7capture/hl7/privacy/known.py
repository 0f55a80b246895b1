"""Values that are known to be somebody's, looked for wherever else they turn up."""

import re
from collections.abc import Iterator

_LEAST_LETTERS = 3  # of a word; of less than that, most of what is found would be something else
_LEAST_WIDE = 2  # of a name in a script without cases: two characters are a whole name there
_LEAST_DIGITS = 5  # of a number; results have as many as four
_LEAST_MIXED = 4
_HEAD = 3  # characters by which a value is looked up
_LONGEST = 80  # characters
# A word begins at each of these, and may begin nowhere else: at a capital behind a small letter, at a digit behind a
# letter, at every character that has no case.
_BEGINNINGS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W_]")
_WORD = re.compile(r"[^\W\d_]+")
_ALPHANUMERIC = re.compile(r"[^\W_]+")
# As written where there are no umlauts.
_PLAIN = (
    str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "æ": "ae", "ø": "oe"}),
    str.maketrans("àáâãäåçčćèéêëěìíîïñňòóôõöøùúûüůýřšśžźżłđęąőű", "aaaaaaccceeeeeiiiinnoooooouuuuuyrsszzzldeaou"),
)
# What stands where a name should be, and is none.
_NOBODY = frozenset(
    """
    unknown unbekannt none null test patient male female dummy demo sample control ohne name the and von van der del qc
    all mr mrs frau herr dr prof
    """.split()  # noqa: SIM905
)


def fold(text: str) -> str:
    """In small letters, each character staying one."""
    lowered = text.lower()
    return (
        lowered if len(lowered) == len(text) else "".join(one if len(one.lower()) != 1 else one.lower() for one in text)
    )


class Known:
    """The values of one session."""

    def __init__(self) -> None:
        self._values: dict[str, str | None] = {}
        self._heads: dict[str, list[int]] = {}  # first characters → lengths, longest first

    def __bool__(self) -> bool:
        return bool(self._values)

    def add(self, value: str, replacement: str | None = None) -> None:
        """A value as a whole. replacement: what takes its place, as long as it; None: pseudonyms of its characters.

        What is too short to be told from anything else is left out.
        """
        folded = fold(value.strip())
        if folded in self._values or not _is_telling(folded):
            return
        self._values[folded] = replacement
        lengths = self._heads.setdefault(folded[: min(_HEAD, len(folded))], [])
        if len(folded) not in lengths:
            lengths.append(len(folded))
            lengths.sort(reverse=True)

    def add_name(self, value: str) -> None:
        """The words of a name, also as written without umlauts; a name of short words as a whole."""
        words = [word for word in _WORD.findall(value) if _is_telling(fold(word))]
        for word in words:
            self.add(word)
            for table in _PLAIN:
                self.add(fold(word).translate(table))
        if not words:
            self.add(value)

    def add_number(self, value: str) -> None:
        """An id or telephone number, also without its punctuation."""
        self.add(value)
        self.add("".join(_ALPHANUMERIC.findall(value)))

    def find(self, text: str) -> Iterator[tuple[int, int, str | None]]:
        """Start, end and replacement of every known value in a text, from left to right; they do not overlap."""
        if not self._values:
            return
        folded = fold(text)
        behind = 0
        for match in _BEGINNINGS.finditer(text):
            start = match.start()
            if start < behind or not _is_edge(text, start):
                continue
            for length in (
                *self._heads.get(folded[start : start + 3], ()),
                *self._heads.get(folded[start : start + 2], ()),
            ):
                end = start + length
                if folded[start:end] in self._values and end <= len(text) and _is_edge(text, end):
                    yield start, end, self._values[folded[start:end]]
                    behind = end
                    break


def _is_telling(folded: str) -> bool:
    if not folded or len(folded) > _LONGEST or folded in _NOBODY:
        return False
    digits = sum(map(str.isdigit, folded))
    alphabetic = sum(map(str.isalpha, folded))
    if not alphabetic:
        return digits >= _LEAST_DIGITS
    if digits:
        return digits + alphabetic >= _LEAST_MIXED and len(folded) >= _HEAD
    is_wide = not folded.isascii() and folded.upper() == folded
    return alphabetic >= (_LEAST_WIDE if is_wide else _LEAST_LETTERS)


def _is_edge(text: str, at: int) -> bool:
    """May a word begin or end between the characters `at` - 1 and `at`?"""
    if at in (0, len(text)):
        return True
    before, behind = text[at - 1], text[at]
    if before.isdigit() or behind.isdigit():
        return not (before.isdigit() and behind.isdigit())
    if not (before.isalpha() and behind.isalpha()):
        return True
    return (
        (before.islower() and behind.isupper()) or before.lower() == before.upper() or behind.lower() == behind.upper()
    )
