"""A person with a keyboard and no mouse: keys go to what has the focus, names are those a screen reader says."""

import string
from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, Qt, QTimer
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

_MOST_TABS = 60
_MODIFIERS = {
    Qt.KeyboardModifier.ControlModifier: Qt.Key.Key_Control,
    Qt.KeyboardModifier.ShiftModifier: Qt.Key.Key_Shift,
    Qt.KeyboardModifier.AltModifier: Qt.Key.Key_Alt,
}


def spoken_name(widget: QWidget) -> str:
    """What a screen reader calls it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


class Person:
    """Sees what has the focus, and presses keys."""

    def __init__(self, window: QWidget, qtbot: QtBot) -> None:
        self._window = window
        self._qtbot = qtbot

    @property
    def focus(self) -> QWidget:
        """What has the focus; it has to be in sight."""
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the focus"
        assert widget.isVisible(), f"{spoken_name(widget) or widget} has the focus, and nobody sees it"
        return widget

    @property
    def place(self) -> str:
        """What has the focus, as a screen reader calls it."""
        return spoken_name(self.focus)

    def press(self, *keys: str, then: Callable[[QDialog], None] | None = None) -> None:
        """keys: as in menus, `Ctrl+F`. then: what to do in the dialog that opens; it has to be closed at its end."""
        problems: list[BaseException] = []
        if then is not None:
            QTimer.singleShot(20, lambda: self._use_dialog(then, problems))
        for key in keys:
            combination = QKeySequence(key)[0]
            QTest.keyClick(self._target(), combination.key(), combination.keyboardModifiers())
            self._let_go(combination)
            self._settle()
        if then is not None:
            self._qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
        if problems:
            raise problems[0]

    def type(self, text: str) -> None:
        """Letter by letter."""
        for letter in text:
            is_upper = letter in string.ascii_uppercase
            shift = Qt.KeyboardModifier.ShiftModifier if is_upper else Qt.KeyboardModifier.NoModifier
            QTest.keyClick(self._target(), letter, shift)
        self._settle()

    def tab_to(self, name: str, key: str = "Tab") -> QWidget:
        """Presses Tab until what is called so has the focus."""
        seen: list[str] = []
        while self.place != name:
            seen.append(self.place)
            assert len(seen) < _MOST_TABS, f"Tab never comes to {name}, only to {list(dict.fromkeys(seen))}"
            self.press(key)
        return self.focus

    def tour(self) -> list[QWidget]:
        """All that Tab comes to, until it is where it began; that is the last one."""
        start = self.focus
        found: list[QWidget] = []
        while not found or found[-1] is not start:
            assert len(found) < _MOST_TABS, f"Tab never comes back to {spoken_name(start)}"
            self.press("Tab")
            assert not found or self.focus is not found[-1], f"Tab never leaves {self.place or self.focus}"
            found.append(self.focus)
        return found

    def _target(self) -> QWidget:
        menu = QApplication.activePopupWidget()
        return menu or QApplication.focusWidget() or QApplication.activeModalWidget() or self._window

    def _settle(self) -> None:
        """What has no screen takes a list of suggestions for the active window, even after it has gone."""
        QApplication.processEvents()
        active = QApplication.activeWindow()
        if active is None or not active.isVisible():
            (QApplication.activeModalWidget() or self._window).activateWindow()
            QApplication.processEvents()

    def _let_go(self, combination: QKeyCombination) -> None:
        """Else Qt takes Ctrl for held down, in what a click or a wheel does later."""
        target = self._target()
        for modifier, key in _MODIFIERS.items():
            if modifier in combination.keyboardModifiers() and key is not Qt.Key.Key_Alt:
                QTest.keyRelease(target, key)

    def _use_dialog(self, then: Callable[[QDialog], None], problems: list[BaseException]) -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog) or not dialog.isActiveWindow():
            QTimer.singleShot(20, lambda: self._use_dialog(then, problems))
            return
        try:
            then(dialog)
            assert not dialog.isVisible(), f"“{dialog.windowTitle()}” was not closed"
        except BaseException as problem:  # noqa: BLE001 - told where the key was pressed; first the dialog has to go
            problems.append(problem)
            dialog.reject()
