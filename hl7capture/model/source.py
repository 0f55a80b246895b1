"""Where a capture's bytes come from, seen from above: every source yields a pcap or pcapng byte stream."""

from dataclasses import dataclass
from typing import Protocol


class SourceError(Exception):
    """A source cannot go on. The text says what is wrong and what to do.

    is_usage: the person asked for something that cannot be (a wrong filter, an unknown interface).
    """

    def __init__(self, text: str, *, is_usage: bool = False) -> None:
        super().__init__(text)
        self.is_usage = is_usage


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
    notices: what the source has told so far, for a person."""

    received: int | None = None
    dropped: int | None = None
    done: int = 0
    size: int | None = None
    is_stopped: bool = False
    notices: tuple[str, ...] = ()


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
