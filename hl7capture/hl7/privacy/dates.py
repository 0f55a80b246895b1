"""Dates, shifted by whole days, in the precision and format in which they stand."""

import re
from datetime import date, timedelta

# HL7 v2.5 §2.A.22 (TS), E1394-97 §5.6.2: YYYY[MM[DD[…]]]; what follows the day stays. Others occur where people type.
_FORMATS = (
    re.compile(r"(?P<y>\d{4})(?:(?P<m>\d\d)(?:(?P<d>\d\d))?)?(?P<rest>(?<=\d{8})[\d.:TZ ]*(?:[+-]\d{2}:?\d{2})?)?"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?P<rest>[\d.:TZ ]*(?:[+-]\d{2}:?\d{2})?)"),
    re.compile(r"(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d{4})(?P<rest>)"),
)


def shifted(text: str, days: int) -> str | None:
    """The date so many days later, as long as `text`; None where it is none. ASCII digits only.

    A year or month alone is taken as its middle, so it may stay the same.
    """
    stripped = text.strip()
    if not stripped.isascii():
        return None
    for form in _FORMATS:
        match = form.fullmatch(stripped)
        if match is None:
            continue
        try:
            moved = date(int(match["y"]), int(match["m"] or 7), int(match["d"] or 15)) + timedelta(days=days)
        except (ValueError, OverflowError):
            return None
        made = list(stripped)
        for name, digits in (("y", f"{moved.year:04d}"), ("m", f"{moved.month:02d}"), ("d", f"{moved.day:02d}")):
            if match[name]:
                made[match.start(name) : match.end(name)] = digits
        return text.replace(stripped, "".join(made), 1)
    return None
