"""Where a capture's bytes come from, seen from above: every source yields a pcap or pcapng byte stream."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class SourceError(Exception):
    """A source cannot go on. The text says what is wrong and what to do.

    is_usage: the person asked for something that cannot be (a wrong filter, an unknown interface).
    lacks_rights: this user may not capture; an administrator may.
    """

    def __init__(self, text: str, *, is_usage: bool = False, lacks_rights: bool = False) -> None:
        super().__init__(text)
        self.is_usage = is_usage
        self.lacks_rights = lacks_rights


class SourceCutError(SourceError):
    """A source ended before its end; all that was there has been given. It is told as a notice: what was read counts.

    The text has no full stop, as that of every notice.
    """


@dataclass(slots=True, frozen=True)
class Interface:
    """A network interface one can listen on."""

    name: str
    description: str
    addresses: tuple[str, ...]
    is_up: bool
    is_loopback: bool


@dataclass(slots=True, frozen=True)
class SourceState:
    """received, dropped: packets, as the capturing system counts them; None where it does not.
    done, size: bytes read so far, and in all; size is None where no end is known.
    is_stopped: the end was asked for; where in a packet it came means nothing.
    notices: what the source has told so far, for a person.
    dropped_by_interface: packets that the network card or its driver lost before anybody could see them.
    waiting_for: an interface that is down or gone; capturing goes on when it is back. "": there is none."""

    received: int | None = None
    dropped: int | None = None
    done: int = 0
    size: int | None = None
    is_stopped: bool = False
    notices: tuple[str, ...] = ()
    dropped_by_interface: int | None = None
    waiting_for: str = ""


def total(states: Iterable[SourceState]) -> SourceState:
    """The states of several sources as one."""
    all_states = list(states)
    return SourceState(
        received=_sum(state.received for state in all_states),
        dropped=_sum(state.dropped for state in all_states),
        done=sum(state.done for state in all_states),
        size=_sum(state.size for state in all_states),
        dropped_by_interface=_sum(state.dropped_by_interface for state in all_states),
        waiting_for=", ".join(state.waiting_for for state in all_states if state.waiting_for),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    """None where nobody counts."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


class Source(Protocol):
    """Read by one thread; `stop` may be called by any."""

    @property
    def name(self) -> str:
        """Goes into each session as its source: the interface's name, or the file's."""
        ...

    @property
    def is_live(self) -> bool:
        """Packets come as they happen; silence between them is silence on the wire."""
        ...

    @property
    def state(self) -> SourceState: ...

    def open(self) -> None:
        """Raises SourceError."""
        ...

    def read(self) -> bytes | None:
        """The next bytes; b"" where none came within a fraction of a second; None at the end. Raises SourceError."""
        ...

    def stop(self) -> None:
        """Asks for the end: `read` gives what has been captured already, then None."""
        ...

    def close(self) -> None: ...
