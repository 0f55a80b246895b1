"""What is worth a notification, and when: few enough that somebody still reads them. No Qt, no clock."""

from dataclasses import dataclass

BETWEEN_SECONDS = 60.0  # from one notification to the next
AGAIN_SECONDS = 600.0  # until the same finding on the same link is told again
MOST_KINDS = 500  # links and codes that are kept apart


@dataclass(slots=True, frozen=True)
class Notice:
    """So many findings of one kind on one link, since they were last told. code: as in docs/findings.md."""

    link: str
    code: str
    count: int


class NoticeLimiter:
    """Times are seconds of any clock that does not go back."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], int] = {}
        self._told: dict[tuple[str, str], float] = {}
        self._last: float | None = None
        self._unnamed = 0  # more kinds than are kept apart

    def note(self, link: str, code: str) -> None:
        """It has happened once more."""
        kind = link, code
        if kind in self._waiting or len(self._waiting) < MOST_KINDS:
            self._waiting[kind] = self._waiting.get(kind, 0) + 1
        else:
            self._unnamed += 1

    def due_at(self) -> float | None:
        """When there will be something to tell; None where nothing waits. It may lie in the past."""
        if not self._waiting:
            return None
        free = float("-inf") if self._last is None else self._last + BETWEEN_SECONDS
        return max(free, min(self._free_at(kind) for kind in self._waiting))

    def take(self, now: float) -> tuple[list[Notice], int]:
        """What is to be told now, in one notification, and how many findings more; nothing where it is too early."""
        due = self.due_at()
        if due is None or now < due:
            return [], 0
        kinds = [kind for kind in self._waiting if self._free_at(kind) <= now]
        notices = [Notice(*kind, self._waiting.pop(kind)) for kind in kinds]
        self._told = {kind: at for kind, at in self._told.items() if now < at + AGAIN_SECONDS}
        self._told |= dict.fromkeys(kinds, now)
        self._last = now
        unnamed, self._unnamed = self._unnamed, 0
        return notices, unnamed

    def forget(self) -> None:
        """Somebody has looked: what waits is known."""
        self._waiting.clear()
        self._unnamed = 0

    def _free_at(self, kind: tuple[str, str]) -> float:
        told = self._told.get(kind)
        return float("-inf") if told is None else told + AGAIN_SECONDS
