"""Ctrl+C and SIGTERM as an orderly end."""

import signal
from collections.abc import Callable


def cancel_at_signals(cancel: Callable[[], None]) -> None:
    """The first one calls `cancel`, which must be quick; the second one ends the program at once."""

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        cancel()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
