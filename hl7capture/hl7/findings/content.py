"""What stands in a message's header, against what the message and the capture show."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import chain

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.rule import Rule
from hl7capture.hl7.findings.view import View
from hl7capture.hl7.findings.words import capital, count, duration, name, quoted, some
from hl7capture.hl7.header import Header
from hl7capture.hl7.names import VERSIONS
from hl7capture.model.connection import End

_VERSIONS = {*VERSIONS, "2.9", "2.9.1"}  # the last two are published, though no names of theirs are known here
_USUAL = r"^~\&"
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(?:([+-])(\d\d)(\d\d))?")
_LONGEST_TIME = 40
_MOST_OFF = 5 * 60_000  # milliseconds
_ZONE_STEP = 30 * 60_000  # time zones differ by half hours; a few by quarters
_FARTHEST_ZONE = 14 * 3_600_000


class Charset(Rule):
    code = "charset"
    severity = Severity.WARNING
    advice = (
        "Names with umlauts and accents come out wrong at the receiver. Let the sender name the set it uses in MSH-18, "
        "or the receiver be set to it (HL7 v2.5 §2.15.9.18)."
    )

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            groups: dict[tuple[str, Severity], list[int]] = {}
            for element, header in view.headers_of(end):
                if not element.data.isascii():
                    wrong = _charset_fault(element.data, header.charset.upper())
                    if wrong is not None:
                        groups.setdefault(wrong, []).append(element.id)
            for (text, severity), found in groups.items():
                sentence = f"{capital(name(end))} {text}."
                evidence = [f"{count(len(found), 'message')} like this."]
                yield self.finding(view, sentence, elements=found, evidence=evidence, severity=severity)


def _charset_fault(data: bytes, declared: str) -> tuple[str, Severity] | None:
    """What is wrong, and how much; valid UTF-8 with bytes above 7F is rarely anything else."""
    try:
        data.decode("utf-8")
        is_utf8 = True
    except UnicodeDecodeError:
        is_utf8 = False
    if declared in ("UNICODE UTF-8", "UTF-8", "UTF8"):
        return None if is_utf8 else ("says UTF-8 in MSH-18, but its bytes are not", Severity.WARNING)
    if declared.startswith("8859/") and is_utf8:
        return f"says {quoted(declared)} in MSH-18, but its bytes look like UTF-8", Severity.WARNING
    if declared in ("", "ASCII"):
        what = "which look like UTF-8" if is_utf8 else "which are no UTF-8"
        return f"sends bytes above 7F, {what}, but names no set for them in MSH-18", Severity.NOTE
    return None


class EncodingCharacters(Rule):
    code = "encoding-characters"
    severity = Severity.WARNING
    advice = r"MSH-2 should be ^~\& (HL7 v2.5 §2.15.9.2). Correct it in the sender."

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            odd = _elements_by(view, end, lambda header: header.encoding_characters, _is_odd)
            if odd:
                text = f"{capital(name(end))} sends encoding characters that cannot be right (MSH-2)."
                evidence = [f"{some(list(map(quoted, odd)))} instead of {quoted(_USUAL)}."]
                yield self.finding(view, text, elements=sorted(chain(*odd.values())), evidence=evidence)


def _elements_by(
    view: View, end: End, value_of: Callable[[Header], str], is_odd: Callable[[str], bool]
) -> dict[str, list[int]]:
    """The odd values in headers of this end, each with the elements that have it; a value is judged once."""
    headers = view.headers_of(end)
    odd: dict[str, list[int]] = {
        value: [] for value in dict.fromkeys(value_of(header) for _, header in headers) if is_odd(value)
    }
    if odd:
        for element, header in headers:
            if (value := value_of(header)) in odd:
                odd[value].append(element.id)
    return odd


def _is_odd(characters: str) -> bool:
    """Four different ones, from v2.7 on perhaps a fifth; less is allowed where the message does not need them."""
    return (
        not 1 <= len(characters) <= 5
        or len(set(characters)) < len(characters)
        or any(character.isalnum() or character.isspace() for character in characters)
    )


class Version(Rule):
    code = "version-unknown"
    severity = Severity.NOTE
    advice = "MSH-12 should name a version of HL7, as 2.5.1. Receivers may refuse what they do not know."

    def find(self, view: View) -> Iterator[Finding]:
        for end in End:
            odd = _elements_by(view, end, lambda header: header.version, lambda said: said not in _VERSIONS)
            if odd:
                kinds = [quoted(version) if version else "nothing" for version in odd]
                text = f"{capital(name(end))} says {some(kinds)} for the version of HL7 (MSH-12)."
                yield self.finding(view, text, elements=sorted(chain(*odd.values())))


class Clock(Rule):
    code = "clock"
    severity = Severity.NOTE
    advice = (
        "Compare both clocks with a third one before anything is changed: the capturing computer's may be the one "
        "that is wrong. Results with wrong times may be sorted wrongly."
    )

    def find(self, view: View) -> Iterator[Finding]:
        off = {end: nearest for end in End if (nearest := self._off(view, end)) is not None}
        if len(off) == 2 and abs(off[End.DEVICE][0] - off[End.LIS][0]) <= _MOST_OFF:
            text = (
                f"The clocks of both ends (MSH-7) agree, but differ from the capture's by {_least(off[End.DEVICE][0])}."
            )
            elements = [element for _, element in off.values()]
            yield self.finding(view, text, elements=elements, evidence=["So the capture's may well be the wrong one."])
            return
        for end, (milliseconds, element) in off.items():
            text = f"The clock of {name(end)} (MSH-7) and the capture's differ by {_least(milliseconds)}."
            evidence = [f"MSH-7 is {'ahead' if milliseconds > 0 else 'behind'}, in all messages of the session."]
            yield self.finding(view, text, elements=[element], evidence=evidence)

    def _off(self, view: View, end: End) -> tuple[float, int] | None:
        """The least difference in milliseconds, and where it is; None where that is small, or no time is told."""
        least: tuple[float, int] | None = None
        for element, header in view.headers_of(end):
            off = clock_off(header.time, element.timestamp)
            if off is None:
                continue
            if abs(off) <= _MOST_OFF:
                return None
            if least is None or abs(off) < abs(least[0]):
                least = off, element.id
        return least


def _least(milliseconds: float) -> str:
    return f"{duration(abs(milliseconds))} at least"


def clock_off(time: str, timestamp: float) -> float | None:
    """Milliseconds that MSH-7 is ahead of the capture; None where it does not tell.

    Without an offset the zone is not known: then it is the distance from the nearest time of any zone.
    """
    said = _moment(time)
    if said is None:
        return None
    moment, has_zone = said
    off = moment - timestamp
    if has_zone or abs(off) > _FARTHEST_ZONE + _MOST_OFF:
        return off
    return off - round(off / _ZONE_STEP) * _ZONE_STEP


@lru_cache(maxsize=256)  # many messages say the same second
def _moment(time: str) -> tuple[float, bool] | None:
    """Unix milliseconds, and whether the zone is told; without it as if it were UTC. None where it is no time."""
    match = _TIME.match(time[:_LONGEST_TIME])
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    sign, hours, minutes = match.groups()[6:]
    zone = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone(zone)).timestamp() * 1000, bool(sign)
    except (ValueError, OverflowError):
        return None
