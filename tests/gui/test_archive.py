"""How it stands with the archive, as the window tells it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.archive.state import ArchiveState, Condition
from hl7capture.model.settings import Settings
from hl7capture.ui import archive_notices
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.settings.archive_page import ArchivePage
from hl7capture.ui.settings_dialog import SettingsDialog
from tests.support.archived import documents_in, put_some
from tests.support.postgres import Database

AWAY = "postgresql://nobody@127.0.0.1:1/hl7"


def page_of(dialog: SettingsDialog) -> ArchivePage:
    (page,) = (page for page in dialog._pages if isinstance(page, ArchivePage))
    return page


def test_nothing_is_said_where_there_is_no_archive(window: MainWindow) -> None:
    assert not window.status.archive.isVisible()
    assert window.banner.texts == []


def test_what_is_archived_and_an_archive_that_goes_away(
    archive: Database,
    output: Path,
    open_window: Callable[[], MainWindow],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive_notices, "_PATIENCE_MS", 0)
    put_some(output, 3)
    window = open_window()
    window.controller.change_settings(archiveUrl=archive.url(archive.new_probe()))
    qtbot.waitUntil(lambda: window.status.archive.text() == "Archive ✓", timeout=20_000)
    assert len(documents_in(archive)) == 3
    assert window.banner.texts == []
    window.controller.change_settings(archiveUrl=AWAY)
    qtbot.waitUntil(lambda: "Archive away since" in window.status.archive.text(), timeout=20_000)
    assert window.status.archive.property("warning")
    qtbot.waitUntil(lambda: window.banner.holds(archive_notices.AWAY))
    (text,) = window.banner.texts
    assert "cannot be reached" in text
    assert "Capturing goes on" in text
    assert window.banner.remedy.text() == "Try now"
    window.controller.change_settings(archiveUrl="")
    assert window.banner.texts == []
    assert not window.status.archive.isVisible()


def test_numbers_follow_and_what_was_closed_stays_closed(window: MainWindow, qtbot: QtBot) -> None:
    archiving = window.controller.archiving
    for waiting in (1, 1204):
        archiving._show(ArchiveState(Condition.AWAY, waiting, since=1_795_255_200.0, reason="It is down."))
    assert "1,204 session(s) waiting" in window.status.archive.text()
    assert window.banner.texts == []  # a server that is started anew is no news
    window.findChild(archive_notices.ArchiveNotices)._tell()
    archiving._show(ArchiveState(Condition.AWAY, 1205, since=1_795_255_200.0, reason="It is down."))
    assert "1,205" in window.banner.texts[0]
    window.banner.close_button.click()
    archiving._show(ArchiveState(Condition.AWAY, 1206, since=1_795_255_200.0, reason="It is down."))
    assert window.banner.texts == []
    archiving._show(ArchiveState(Condition.READY))
    assert window.status.archive.text() == "Archive ✓"


def test_what_the_archive_does_not_take_is_told(window: MainWindow) -> None:
    archiving = window.controller.archiving
    archiving._show(ArchiveState(Condition.READY, refused=2))
    assert "does not take: 2" in window.banner.texts[0]
    archiving._show(ArchiveState(Condition.READY))
    assert window.banner.texts == []


def test_the_connection_is_tested_before_it_is_saved(archive: Database, qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(), "/data")
    qtbot.addWidget(dialog)
    page = page_of(dialog)
    assert not page.test.isEnabled()
    dialog.editor("archiveUrl").setText(archive.url(archive.new_probe()))
    page.test.click()
    assert page.answer.text() == "Connecting…"
    qtbot.waitUntil(lambda: "can be used: PostgreSQL" in page.answer.text(), timeout=20_000)
    assert not page.answer.property("bad")
    dialog.editor("archiveUrl").setText(AWAY)
    page.test.click()
    qtbot.waitUntil(lambda: "cannot be reached" in page.answer.text(), timeout=20_000)
    assert page.answer.property("bad")


def test_a_password_is_refused_where_it_was_typed(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(), "/data")
    qtbot.addWidget(dialog)
    dialog.editor("archiveUrl").setText("postgresql://anna:secret@db/hl7")
    dialog.accept()
    assert "keyring" in dialog.error_text("archiveUrl")
    assert "secret" not in dialog.error_text("archiveUrl")
    assert not page_of(dialog).test.isEnabled()
    assert dialog.settings.archive_url == ""
