"""Pauses between two tries: growing, so that a server that comes back is not run over, and not alike on all probes."""

import random

_FIRST, _LONGEST = 1.0, 300.0  # seconds
_SPREAD = 0.25  # a share of the pause


class Pauses:
    """Counts failures in a row."""

    def __init__(self) -> None:
        self.failures = 0

    def over(self) -> None:
        """It went well."""
        self.failures = 0

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        pause: float = min(_LONGEST, _FIRST * 2 ** min(self.failures, 20))
        self.failures += 1
        return pause * random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311 - it is no secret
