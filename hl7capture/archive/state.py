"""How it stands with the archive, for people."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Condition(Enum):
    OFF = "off"  # there is no archive
    CONNECTING = "connecting"
    SENDING = "sending"
    READY = "ready"  # all is in
    AWAY = "away"
    READING = "reading"  # this login may look into it, and send nothing


@dataclass(slots=True, frozen=True)
class ArchiveState:
    """waiting: sessions that are not in the archive yet. refused: sessions that it does not take.

    since: when it went away, Unix seconds; reason: why, a sentence.
    """

    condition: Condition = Condition.OFF
    waiting: int = 0
    refused: int = 0
    since: float | None = None
    reason: str = ""

    @property
    def clock(self) -> str:
        """Since when it is away: `14:03`, with the day before it where that is another one."""
        if self.since is None:
            return ""
        then = datetime.fromtimestamp(self.since).astimezone()
        is_today = then.date() == datetime.now().astimezone().date()
        return f"{then:%H:%M}" if is_today else f"{then:%Y-%m-%d %H:%M}"

    @property
    def sentence(self) -> str:
        """`Archive away since 14:03, 1 204 sessions waiting.`"""
        waiting = f"{grouped(self.waiting)} {'session' if self.waiting == 1 else 'sessions'} waiting"
        words = {
            Condition.OFF: "There is no archive",
            Condition.CONNECTING: f"Looking for the archive, {waiting}",
            Condition.SENDING: f"Sending to the archive, {waiting}",
            Condition.READY: "All sessions are in the archive",
            Condition.READING: "This login only reads the archive, sessions of this computer stay here",
            Condition.AWAY: f"Archive away since {self.clock}, {waiting}",
        }
        refused = f" It does not take {grouped(self.refused)}." if self.refused else ""
        return f"{words[self.condition]}.{refused}"


def grouped(number: int) -> str:
    """`1 204`, with a space that breaks no line."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
