"""The settings dialog: its pages, its search, and what it says of values that cannot be."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from hl7capture.model.settings import Settings
from hl7capture.ui.settings_dialog import SettingsDialog

OF_LINKS = ["deviceIP", "lisIP", "lisPort", "sessionIdleSeconds", "sessionMaxMessages", "lateAnswerSeconds"]


@pytest.fixture
def dialog(qtbot: QtBot) -> SettingsDialog:
    made = SettingsDialog(Settings(), "/data")
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def pages(dialog: SettingsDialog) -> list[str]:
    """The titles that can be seen."""
    items = [dialog.list.item(row) for row in range(dialog.list.count())]
    return [item.text() for item in items if not item.isHidden()]


def shown(dialog: SettingsDialog) -> list[str]:
    """The settings that can be seen on the page at hand."""
    return [key for key in Settings().values() if dialog.editor(key).isVisible()]


def test_every_setting_has_its_place_and_its_name(dialog: SettingsDialog) -> None:
    for key in Settings().values():
        editor = dialog.editor(key)
        assert editor.accessibleName(), key
        assert editor.accessibleDescription(), key
    assert pages(dialog) == [
        "Capture",
        "Protocol",
        "Sessions",
        "Archive",
        "Findings",
        "Privacy",
        "Appearance",
        "Desktop",
    ]


@pytest.mark.parametrize("key", OF_LINKS)
def test_a_setting_is_found_by_its_key_and_gone_to(dialog: SettingsDialog, key: str) -> None:
    dialog.search.setText(key)
    assert key in shown(dialog)
    dialog.search.setText("theme")
    dialog.go_to(key)
    assert dialog.search.text() == ""
    assert key in shown(dialog)


def test_words_find_settings_on_all_pages(dialog: SettingsDialog) -> None:
    dialog.search.setText("MLLP session")
    assert pages(dialog) == ["Sessions"]
    assert shown(dialog) == ["sessionIdleSeconds", "sessionMaxMessages"]
    dialog.search.setText("control bytes refuses")  # a heading, and a word of the explanation
    assert (pages(dialog), shown(dialog)) == (["Protocol"], ["nakMarker"])
    dialog.search.setText("no such thing")
    assert (pages(dialog), shown(dialog)) == ([], [])
    assert not dialog.page_defaults.isEnabled()
    dialog.search.clear()
    assert len(pages(dialog)) == 8


def test_what_is_not_shown_is_kept_all_the_same(dialog: SettingsDialog) -> None:
    dialog.editor("lateAnswerSeconds").setValue(9)
    dialog.search.setText("theme")
    dialog.accept()
    assert dialog.settings.late_answer_seconds == 9


def test_defaults_of_a_page_and_of_all(dialog: SettingsDialog) -> None:
    for key in ("sessionIdleSeconds", "lateAnswerSeconds"):
        dialog.editor(key).setValue(77)
    dialog.go_to("sessionIdleSeconds")
    dialog.page_defaults.click()
    assert (dialog.editor("sessionIdleSeconds").value(), dialog.editor("lateAnswerSeconds").value()) == (30, 77)
    dialog.all_defaults.click()
    dialog.accept()
    assert dialog.settings == Settings()


def test_all_that_is_wrong_is_marked_where_it_is_and_the_first_is_gone_to(dialog: SettingsDialog, qtbot: QtBot) -> None:
    dialog.editor("deviceIP").setText("10.0.0")
    dialog.editor("lisPort").setText("70000")
    dialog.accept()
    assert dialog.isVisible()
    assert "address" in dialog.error_text("deviceIP")
    assert "from 1 to 65535" in dialog.error_text("lisPort")
    assert "from 1 to 65535" in dialog.editor("lisPort").accessibleDescription()
    assert pages(dialog)[1] == "Protocol (!)"
    assert "deviceIP" in shown(dialog)
    line: QLineEdit = dialog.editor("deviceIP")
    qtbot.waitUntil(line.hasFocus)
    line.clear()
    qtbot.keyClicks(line, "10.0.0.5")
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    assert dialog.error_text("deviceIP") == ""
    dialog.editor("lisPort").clear()
    dialog.accept()
    assert not dialog.isVisible()
    assert dialog.settings.device_ip == "10.0.0.5"


def test_markers_may_change_places(dialog: SettingsDialog) -> None:
    dialog.editor("ackMarker").setValue(21)
    dialog.editor("nakMarker").setValue(6)
    dialog.accept()
    assert (dialog.settings.ack_marker, dialog.settings.nak_marker) == (21, 6)


def test_the_keyboard_is_enough(dialog: SettingsDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(dialog.search.hasFocus)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is dialog.list
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    assert "deviceIP" in shown(dialog)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is dialog.editor("deviceIP")
