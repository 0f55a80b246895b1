"""Results that are no free text: numbers, ratios, and the words in which laboratories say yes and no."""

import re

_NUMBER = r"[<>=≤≥~±+\-]{0,3}\s?\d{1,6}(?:[.,]\d{1,6})?(?:[eE][+\-]?\d{1,3})?"
_MEASURED = re.compile(
    rf"\s*(?:{_NUMBER}(?:\s?[-/:]\s?{_NUMBER})?\s?(?:%|\+{{1,4}})?|\+{{1,5}}|-{{1,5}}|\(\+\)|\(-\)|\+/-|1\+|[A-Za-z])\s*"
)
# English, German, French, Spanish, Italian, and the abbreviations of devices.
_WORDS = frozenset(
    """
    neg negative negativ négatif negativo nonreactive non-reactive reactive reaktiv pos positive positiv positif
    positivo weak trace traces spur normal abnormal auffällig unauffällig detected undetected present absent
    equivocal borderline indeterminate invalid valid pass fail passed failed error high low resistant susceptible
    intermediate sensitive none few moderate many ab rh o a b clear cloudy yellow amber red colorless colourless yes
    no pending nan na n/a hemolyzed hemolysed haemolysed lipemic icteric clotted insufficient qns
    """.split()  # noqa: SIM905
)
_JOINED = re.compile(r"[\s/]+")


def is_measured(value: str) -> bool:
    """True for what stays of a result that is text: `< 0.5`, `1:160`, `120/80`, `++`, `not detected`, `Negative`."""
    if len(value) > 40:
        return False
    if not any(map(str.isalnum, value)) or _MEASURED.fullmatch(value):
        return True
    return all(word in _WORDS or word == "not" for word in _JOINED.split(value.strip().casefold().rstrip(".*!")))
