"""A question with two answers: what the keys mean, and that nothing in it is interpreted."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from hl7capture.ui.question import agrees

ENTER, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Escape


@pytest.mark.parametrize(
    ("key", "no", "is_harmless", "expected"),
    [
        (ENTER, "", False, False),
        (ENTER, "Keep", False, False),
        (ENTER, "Leave", True, True),
        (ESCAPE, "", False, False),
        (ESCAPE, "Leave", True, False),
    ],
)
def test_keys_answer_on_the_safe_side(key: Qt.Key, no: str, is_harmless: bool, expected: bool, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    asked: list[QMessageBox] = []

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box)
        assert box.textFormat() is Qt.TextFormat.PlainText
        assert (box.text(), box.informativeText()) == ("<b>Delete</b>?", "<i>more</i>")
        assert [button.text().replace("&", "") for button in box.buttons()].count(no or "Cancel") == 1
        qtbot.keyClick(box, key)

    QTimer.singleShot(100, press)
    answer = agrees(parent, "Title", "<b>Delete</b>?", "Delete", no=no, more="<i>more</i>", is_harmless=is_harmless)
    assert answer is expected
    assert len(asked) == 1
