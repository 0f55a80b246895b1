"""What stands in a message's header, against what the message and the capture show."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.rule import Rule
from hl7capture.hl7.findings.view import View
from hl7capture.hl7.findings.words import capital, count, duration, name, quoted, sender, some
from hl7capture.hl7.names import VERSIONS
from hl7capture.model.connection import End

_NEWER = ("2.9", "2.9.1")  # published, though no names of theirs are known here
_USUAL = r"^~\&"
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(?:([+-])(\d\d)(\d\d))?")
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
            for element, header in view.heard.headers:
                if sender(element.direction) is end and not element.data.isascii():
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
            odd = [
                (element.id, header.encoding_characters)
                for element, header in view.heard.headers
                if sender(element.direction) is end and _is_odd(header.encoding_characters)
            ]
            if odd:
                kinds = list(dict.fromkeys(quoted(characters) for _, characters in odd))
                text = f"{capital(name(end))} sends encoding characters that cannot be right (MSH-2)."
                evidence = [f"{some(kinds)} instead of {quoted(_USUAL)}."]
                yield self.finding(view, text, elements=[element for element, _ in odd], evidence=evidence)


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
            odd = [
                (element.id, header.version)
                for element, header in view.heard.headers
                if sender(element.direction) is end and header.version not in (*VERSIONS, *_NEWER)
            ]
            if odd:
                kinds = list(dict.fromkeys(quoted(version) if version else "nothing" for _, version in odd))
                text = f"{capital(name(end))} says {some(kinds)} for the version of HL7 (MSH-12)."
                yield self.finding(view, text, elements=[element for element, _ in odd])


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
        times = [
            (off, element.id)
            for element, header in view.heard.headers
            if sender(element.direction) is end and (off := clock_off(header.time, element.timestamp)) is not None
        ]
        least = min(times, key=lambda pair: abs(pair[0]), default=(0.0, 0))
        return least if abs(least[0]) > _MOST_OFF else None


def _least(milliseconds: float) -> str:
    return f"{duration(abs(milliseconds))} at least"


def clock_off(time: str, timestamp: float) -> float | None:
    """Milliseconds that MSH-7 is ahead of the capture; None where it does not tell.

    Without an offset the zone is not known: then it is the distance from the nearest time of any zone.
    """
    match = _TIME.match(time)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    sign, hours, minutes = match.groups()[6:]
    zone = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        said = datetime(year, month, day, hour, minute, second, tzinfo=timezone(zone)).timestamp() * 1000
    except (ValueError, OverflowError):
        return None
    off = said - timestamp
    if sign or abs(off) > _FARTHEST_ZONE + _MOST_OFF:
        return off
    return off - round(off / _ZONE_STEP) * _ZONE_STEP
