"""Views that nobody sees are filled when somebody does: most of those in tabs never are, for most of the sessions."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget


class UntilSeen:
    """Puts off what fills a view. The view calls `now` when it is shown, and wherever it needs what is in it."""

    def __init__(self, view: QWidget, fill: Callable[[], None]) -> None:
        self._view = view
        self._fill = fill
        self._is_late = False

    def want(self) -> None:
        """What the view shows has changed."""
        self._is_late = True
        if self._view.isVisible():
            self.now()

    def now(self) -> None:
        """Fills it, where that is late."""
        if self._is_late:
            self._is_late = False
            self._fill()
