"""What an export replaced: how much and where, never what."""

from collections import Counter

from hl7capture.hl7.privacy.kinds import Kind


class Report:
    """Grows while an export goes on.

    unmatched: messages whose bytes do not give their text, so both were replaced apart from each other.
    """

    def __init__(self) -> None:
        self.sessions = 0
        self.places: Counter[tuple[str, Kind]] = Counter()
        self.addresses = 0
        self.unmatched = 0
        self.is_time_kept = False
        self.is_address_kept = False

    def count(self, place: str, kind: Kind) -> None:
        """A value was replaced there."""
        self.places[place, kind] += 1

    @property
    def replaced(self) -> int:
        """Values, all in all."""
        return self.places.total()

    def lines(self) -> list[str]:
        """`PID-5 names: 12`, by place; then what else there is to know."""
        told = [
            f"{place} {kind}: {count}" if place else f"{kind}: {count}"
            for (place, kind), count in sorted(self.places.items(), key=lambda entry: (not entry[0][0], *entry[0]))
        ]
        if self.addresses:
            told.append(f"IP addresses: {self.addresses}")
        if self.unmatched:
            told.append(
                f"messages that were replaced apart from their bytes, which do not give their text: {self.unmatched}"
            )
        if self.is_time_kept:
            told.append("not replaced: times of the conversation, of visits, orders and results")
        if self.is_address_kept:
            told.append("not replaced: IP addresses")
        return told
