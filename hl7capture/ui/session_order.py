"""In which order sessions stand, and how a hundred thousand of them come into another one while the window goes on."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from heapq import merge
from ipaddress import ip_address
from typing import Any, Final

from hl7capture.ui.garbage import no_search
from hl7capture.ui.session_row import SessionRow

_RUN = 1000  # rows that are sorted in one go: a few milliseconds
_MOST_ADDRESSES = 1 << 16

Key = tuple[Any, Any, str, SessionRow]  # its group, the value of the column, its id, and the row itself
GROUP: Final = 0
ID: Final = 2
ROW: Final = 3


class Grouping(StrEnum):
    """What sessions are put together by."""

    NONE = "none"
    DEVICE = "device"
    LINK = "link"  # a device and a port of a LIS


@dataclass(slots=True, frozen=True)
class Order:
    """By groups, and by a column in each of them. sort_key: the value of a row's column."""

    column: int
    grouping: Grouping
    sort_key: Callable[[SessionRow, int], Any]

    def key(self, row: SessionRow) -> Key:
        """Keys of different rows are never equal; the rows in them are never asked which comes first."""
        return group_of(row, self.grouping), self.sort_key(row, self.column), row.session_id, row


def group_of(row: SessionRow, grouping: Grouping) -> Any:
    """The group of a session, never another one while it lives; groups sort by their addresses."""
    session = row.summary
    if grouping is Grouping.DEVICE:
        return _address(session.device_ip)
    if grouping is Grouping.LINK:
        return _address(session.device_ip), _address(session.lis_ip), session.lis_port
    return ""


@lru_cache(_MOST_ADDRESSES)
def _address(text: str) -> tuple[int, int, str]:
    """10.0.0.9 comes before 10.0.0.10; a document may name what is no address."""
    try:
        address = ip_address(text)
    except ValueError:
        return 9, 0, text
    return address.version, int(address), text


class Ordering:
    """Sorts rows a little at a time: small runs first, which are then merged."""

    def __init__(self, order: Order, rows: list[SessionRow], *, is_ascending: bool) -> None:
        self.order = order
        self.is_ascending = is_ascending
        self.keys: list[Key] = []  # ascending, when it is done
        self.key_of: dict[str, Key] = {}
        self.touched: set[str] = set()  # ids of what came, went or changed meanwhile
        self._steps = self._sort(rows)

    def advance(self, seconds: float) -> bool:
        """Goes on for about so long; whether it is done."""
        deadline = time.monotonic() + seconds
        with no_search():
            return all(time.monotonic() < deadline for _ in self._steps)

    def _sort(self, rows: list[SessionRow]) -> Iterator[None]:
        runs = []
        for start in range(0, len(rows), _RUN):
            runs.append(sorted(map(self.order.key, rows[start : start + _RUN])))
            yield
        for number, key in enumerate(merge(*runs)):
            self.keys.append(key)
            self.key_of[key[ID]] = key
            if number % _RUN == 0:
                yield
