"""Is the clock to be believed? A PC whose clock has jumped must not delete what is not old."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hl7capture.store.atomic import write_atomically

log = logging.getLogger(__name__)

FILE = "last-cleanup.json"
_SLACK_MS = 5 * 60_000  # clocks are set right by minutes all the time
_YEAR_MS = 365 * 86_400_000


class _Remembered(msgspec.Struct, rename="camel"):
    time: float


def doubt(now: float, last: float | None) -> str:
    """Why the time of day is not believed; "" where it is. Both in Unix milliseconds; None: nobody knows."""
    if last is None:
        return ""
    if now < last - _SLACK_MS:
        return f"The clock says {_day(now)}, but the last clean-up was on {_day(last)}."
    if now > last + _YEAR_MS:
        return f"The clock says {_day(now)}, more than a year after the last clean-up, on {_day(last)}."
    return ""


def last_time(root: Path) -> float | None:
    """When the last clean-up was, Unix milliseconds; None where nobody knows."""
    try:
        return msgspec.json.decode((root / FILE).read_bytes(), type=_Remembered).time
    except (OSError, msgspec.MsgspecError):
        return None


def remember(root: Path, now: float) -> None:
    """The clock was believed at this time."""
    try:
        write_atomically(root / FILE, msgspec.json.encode(_Remembered(now)))
    except OSError as error:
        log.warning("The time of the clean-up cannot be kept in %s: %s", root / FILE, error.strerror)


def _day(time: float) -> str:
    try:
        return f"{datetime.fromtimestamp(time / 1000, UTC).astimezone():%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):
        return "a time that cannot be"
