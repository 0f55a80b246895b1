"""Times and numbers as the dashboard says them."""

from hl7capture.hl7.statistics.series import DAY, HOUR, MINUTE, SECOND
from hl7capture.ui.locale_words import duration_text, rough_text

UNITS = {SECOND: "s", MINUTE: "min", HOUR: "h"}


def span_text(milliseconds: float) -> str:
    """How long something lasts, in one unit: `8 s`, `12 min`, `3 h`, `2 d`."""
    for unit, word in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if milliseconds >= unit:
            return f"{int(milliseconds // unit)} {word}"
    return f"{int(max(milliseconds, 0) // SECOND)} s"


def unit_for(rate: float) -> int:
    """Milliseconds: of second, minute and hour the first in which there is a message. rate: per second."""
    return next((unit for unit in (SECOND, MINUTE) if rate * unit / SECOND >= 1), HOUR if rate > 0 else SECOND)


def rate_text(rate: float, unit: int) -> str:
    """Messages in a unit of time: `12/s`, `3.4/min`. rate: per second."""
    return f"{rough_text(rate * unit / SECOND)}/{UNITS[unit]}"


def latency_text(milliseconds: float | None) -> str:
    """`12 ms`, `3.4 s`; – where there is none."""
    return "–" if milliseconds is None or milliseconds != milliseconds else duration_text(milliseconds)
