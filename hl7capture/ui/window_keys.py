"""Keys that nothing in the window has taken: Enter presses buttons, Escape goes back one step."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget


class WindowKeys(QObject):
    """steps: from where Escape goes back, and to where; the first whose widget holds the focus counts."""

    def __init__(self, steps: list[tuple[QWidget, QWidget]], parent: QWidget) -> None:
        super().__init__(parent)
        self._steps = steps

    def take(self, event: QKeyEvent) -> bool:
        """Whether the key has done something."""
        focus = QApplication.focusWidget()
        if focus is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, QAbstractButton):
            focus.click()  # by itself only a button of a dialog would take it, on most systems
            return True
        if event.key() == Qt.Key.Key_Escape:
            for within, back in self._steps:
                if (within is focus or within.isAncestorOf(focus)) and back.isVisible():
                    back.setFocus()
                    return True
        return False
