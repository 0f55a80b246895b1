"""Numbers, sizes, times and dates as the person writes them at home: the one place that knows how.

Only what is shown is written so. What is copied, exported, filtered for or compared keeps one form everywhere. A clock
is not localised either: 24 hours and a point before the milliseconds, as in the logs of analyzers and LIS, beside which
it is read.
"""

import re
import time
from datetime import date, datetime, timedelta
from math import isfinite

from PySide6.QtCore import QDate, QLocale

_WHOLE = 10  # from here on decimals say nothing
_YEAR = re.compile(r"^y+[^dM]*|[\s,.]*y+[^dM]*$")  # in a form of dates, with what sets it apart


def number_text(number: int) -> str:
    """`1,234,567`, `1.234.567`"""
    return _locale().toString(number)


def decimal_text(number: float, digits: int) -> str:
    """With so many digits after the comma."""
    return _locale().toString(float(number), "f", digits)


def rough_text(number: float) -> str:
    """With as many digits as say something: `1,234`, `3.4`, `0.056`"""
    return decimal_text(number, 0 if number >= _WHOLE else 1) if number >= 1 else _locale().toString(number, "g", 2)


def size_text(octets: int) -> str:
    """`240 B`, `1.2 kB`, `3.4 MB`, `5.6 GB`"""
    if octets < 1000:
        return f"{octets} B"
    for unit, size in (("kB", 1e3), ("MB", 1e6)):
        if octets < size * 1000:
            return f"{decimal_text(octets / size, 1)} {unit}"
    return f"{decimal_text(octets / 1e9, 1)} GB"


def duration_text(milliseconds: float) -> str:
    """`250 µs`, `12 ms`, `3.4 s`, `2 min 05 s`; `?` where a document's times have no difference"""
    if not isfinite(milliseconds):
        return "?"
    if milliseconds < 1:
        return f"{decimal_text(milliseconds * 1000, 0)} µs"
    if milliseconds < 1000:
        return f"{decimal_text(milliseconds, 0)} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{decimal_text(seconds, 1)} s"
    return f"{decimal_text(seconds // 60, 0)} min {int(seconds % 60):02d} s"


def since_text(milliseconds: float) -> str:
    """How long after a beginning: `0.130 ms`, `2.045 s`; a conversation on one machine takes microseconds."""
    if abs(milliseconds) < 1000:
        return f"{decimal_text(milliseconds, 3)} ms"
    return f"{decimal_text(milliseconds / 1000, 3)} s"


def date_text(day: date) -> str:
    """`11/21/2026`, `21.11.2026`; all digits of the year, whatever the short form is"""
    locale = _locale()
    if locale.language() is QLocale.Language.C:
        return day.isoformat()
    form = locale.dateFormat(QLocale.FormatType.ShortFormat)
    if "yyyy" not in form:
        form = form.replace("yy", "yyyy")
    return locale.toString(QDate(day.year, day.month, day.day), form)


def weekday_text(day: date) -> str:
    """`Sat, Nov 21`, `Sa., 21. Nov.`: where there is no room for the year."""
    form = _YEAR.sub("", _locale().dateFormat(QLocale.FormatType.LongFormat))
    form = form.replace("dddd", "ddd").replace("MMMM", "MMM")
    return _locale().toString(QDate(day.year, day.month, day.day), form)


def moment_text(unix_ms: float, now: float | None = None, *, has_milliseconds: bool = True) -> str:
    """Local time, with the date where that is another day than that of `now`; `?` for what no calendar has.

    now: Unix milliseconds; None: the moment of asking.
    """
    try:
        moment = _moment(unix_ms)
        today = _moment(time.time() * 1000 if now is None else now).date()
    except (OverflowError, ValueError, OSError):
        return "?"
    clock = f"{moment:%H:%M:%S}" + (f".{moment.microsecond // 1000:03d}" if has_milliseconds else "")
    return clock if moment.date() == today else f"{date_text(moment.date())} {clock}"


def _moment(unix_ms: float) -> datetime:
    # in two steps: a float of seconds is not exact to the millisecond, and rounds one down now and then
    seconds, rest = divmod(unix_ms, 1000)
    return (datetime.fromtimestamp(seconds) + timedelta(milliseconds=rest)).astimezone()


def _locale() -> QLocale:
    """The person's, with the thousands apart also where the system names no country (C)."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.DefaultNumberOptions)
    return locale
