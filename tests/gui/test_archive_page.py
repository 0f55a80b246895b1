"""The archive in the window: what it shows, how it goes on, what comes back from it."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from pytestqt.qtbot import QtBot

from hl7capture.archive.setting_up import PROBE, READER
from hl7capture.model.events import SessionCompleted
from hl7capture.model.session import Session
from hl7capture.ui.archive.page import ArchivePage
from hl7capture.ui.archive.table import ArchiveTable
from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_model import DEVICE, FINDINGS, SIZE, SessionModel
from hl7capture.ui.session_model import PROBE as PROBE_COLUMN
from hl7capture.ui.window_layout import WindowLayout
from tests.gui.test_every_action import named
from tests.support.archived import archive_all
from tests.support.postgres import Database
from tests.support.stored import message_of, put, session_of

PATIENCE = 20_000

Opened = Callable[[], MainWindow]


def send(archive: Database, folder: Path, *sessions: Session, login: str = "") -> str:
    """Takes sessions to the archive as a probe does; its login."""
    for session in sessions:
        put(folder / "sessions", session)
    login = login or archive.new_login(PROBE)
    assert archive_all(folder, archive.url(login)).waiting == 0
    return login


@pytest.fixture
def opened(
    archive: Database, open_window: Callable[[], MainWindow], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> Callable[[], ArchivePage]:
    """Opens the window on the archive, as somebody who may see all of it but sends nothing."""
    monkeypatch.setenv("HL7CAPTURE_ARCHIVE_URL", archive.url(archive.new_login(READER)))
    monkeypatch.setattr("hl7capture.app.archiving.Archiving.start", lambda _self: None)

    def open_it() -> ArchivePage:
        window = open_window()
        window.commands.archive.trigger()
        page = window.archive.page
        assert page is not None
        assert window.pages.currentWidget() is page
        qtbot.waitUntil(lambda: not page.cancel.isVisible(), timeout=PATIENCE)
        return page

    return open_it


def numbers(page: ArchivePage) -> list[int]:
    """Of the sessions in the list, from top to bottom."""
    lines = page.views.table.lines
    rows = (lines.row(line) for line in range(lines.rowCount()))
    return [row.summary.number for row in rows if row is not None]


def ask(page: ArchivePage, text: str, expected: list[int], qtbot: QtBot) -> None:
    page.box.setText(text)
    qtbot.waitUntil(
        lambda: numbers(page) == expected and page.counts.text().endswith(("all", "found")), timeout=PATIENCE
    )


def test_sessions_of_all_probes(
    opened: Callable[[], ArchivePage], archive: Database, tmp_path: Path, qtbot: QtBot
) -> None:
    send(archive, tmp_path / "one", session_of(1), session_of(3), session_of(5))
    send(archive, tmp_path / "two", session_of(2, probe="lab-pc-7"), session_of(5, probe="lab-pc-7"))
    page = opened()
    qtbot.waitUntil(lambda: numbers(page) == [5, 5, 3, 2, 1], timeout=PATIENCE)
    table = page.views.table
    assert not table.isColumnHidden(PROBE_COLUMN)
    probes = [table.lines.index(line, PROBE_COLUMN).data() for line in range(5)]
    assert sorted(probes[:2]) == ["lab-pc-3", "lab-pc-7"]
    assert probes[2:] == ["lab-pc-3", "lab-pc-7", "lab-pc-3"]
    assert page.counts.text() == "5, these are all"
    table.selectRow(3)
    qtbot.waitUntil(lambda: page.views._shown is not None, timeout=PATIENCE)
    assert page.views.detail.notes.edit.isReadOnly()


def test_a_filter_is_asked_of_the_archive(
    opened: Callable[[], ArchivePage], archive: Database, tmp_path: Path, qtbot: QtBot
) -> None:
    send(archive, tmp_path / "one", *map(session_of, range(1, 9)), session_of(9, message_of("glukose")))
    page = opened()
    ask(page, "PID-3.1 = MRN-000004", [4], qtbot)
    ask(page, "number in (2, 3) or glukose", [9, 3, 2], qtbot)
    ask(page, "nowhere", [], qtbot)
    page.box.setText("devise = 1")
    qtbot.waitUntil(page.mistake.isVisible, timeout=PATIENCE)
    assert numbers(page) == []
    page.box.setFocus()
    qtbot.keyClick(page.box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(numbers(page)) == 9, timeout=PATIENCE)


def test_pages_as_one_goes_down(
    opened: Callable[[], ArchivePage],
    archive: Database,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hl7capture.ui.archive.archive._PAGE", 90)
    send(archive, tmp_path / "one", *map(session_of, range(1, 201)))
    page = opened()
    assert len(numbers(page)) == 90
    assert page.counts.text() == "90, more below"
    bar = page.views.table.verticalScrollBar()
    while "all" not in page.counts.text():
        before = len(numbers(page))
        bar.setValue(bar.maximum())
        qtbot.waitUntil(lambda before=before: len(numbers(page)) > before, timeout=PATIENCE)
        qtbot.waitUntil(lambda: not page.cancel.isVisible(), timeout=PATIENCE)
    assert numbers(page) == list(range(200, 0, -1))


def test_new_sessions_come_to_the_top(
    opened: Callable[[], ArchivePage], archive: Database, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hl7capture.archive.listening.POLL_SECONDS", 1000.0)  # heard, not asked
    probe = send(archive, tmp_path / "one", session_of(1))
    page = opened()
    listening = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'"
    qtbot.waitUntil(lambda: bool(archive.ask(listening)), timeout=PATIENCE)
    send(archive, tmp_path / "one", session_of(2), login=probe)
    qtbot.waitUntil(lambda: numbers(page) == [2, 1], timeout=PATIENCE)


def test_where_nothing_is_heard_it_is_asked(
    opened: Callable[[], ArchivePage], archive: Database, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hl7capture.archive.listening.POLL_SECONDS", 0.5)
    archive.ask("DROP TRIGGER tell_of_sessions ON hl7capture.sessions")
    probe = send(archive, tmp_path / "one", session_of(1))
    page = opened()
    send(archive, tmp_path / "one", session_of(2), login=probe)
    qtbot.waitUntil(lambda: numbers(page) == [2, 1], timeout=PATIENCE)


def test_what_a_newer_program_has_put_there_is_shown_as_well_as_it_can_be(
    opened: Callable[[], ArchivePage], archive: Database, tmp_path: Path
) -> None:
    send(archive, tmp_path / "one", session_of(1))
    archive.ask(
        "UPDATE hl7capture.sessions SET finding_codes = %s, finding_severities = %s, device_ip = %s",
        ["<img src=x>"],
        ["disaster"],
        "\u202egpj.exe",
    )
    lines = opened().views.table.lines
    finding, device = (lines.index(0, column) for column in (FINDINGS, DEVICE))
    assert finding.data(Qt.ItemDataRole.ToolTipRole) == "Note: ‹img src=x>"
    assert finding.data() == "<img src=x>"  # a cell takes nothing for markup
    assert device.data().startswith("‹202E›gpj.exe")


def test_restore(
    opened: Callable[[], ArchivePage], archive: Database, tmp_path: Path, output: Path, qtbot: QtBot
) -> None:
    session = session_of(2)
    send(archive, tmp_path / "one", session_of(1), session)
    page = opened()
    window = page.window()
    assert isinstance(window, MainWindow)
    page.views.table.selectRow(0)
    assert page.restore.isEnabled()
    page.restore.click()
    qtbot.waitUntil(lambda: window.model.row_of(session.session_id) is not None, timeout=PATIENCE)
    assert (output / "sessions" / f"{session.session_id}.json").exists()
    assert window.pages.currentWidget() is window.workspace
    assert [one.session_id for one in window.table.selected()] == [session.session_id]
    assert window.banner.label.text() == "Sessions restored from the archive: 1."


def test_restore_by_id(
    opened: Callable[[], ArchivePage], archive: Database, tmp_path: Path, open_window: Opened, qtbot: QtBot
) -> None:
    session = session_of(2)
    send(archive, tmp_path / "one", session)
    window = open_window()
    window.restore([session.session_id, session_of(9).session_id])
    qtbot.waitUntil(lambda: window.model.row_of(session.session_id) is not None, timeout=PATIENCE)
    assert "Not restored: 1. The first: There is no session" in window.banner.label.text()


def test_what_can_be_done_with_archived_sessions(
    opened: Callable[[], ArchivePage], archive: Database, tmp_path: Path, qtbot: QtBot
) -> None:
    session = session_of(1)
    send(archive, tmp_path / "one", session)
    page = opened()
    table = page.views.table
    qtbot.waitUntil(lambda: len(numbers(page)) == 1, timeout=PATIENCE)
    table.selectRow(0)
    menu = table._menu_of(table.selected())
    titles = {action.text(): action for action in menu.actions() if action.text()}
    assert list(titles) == [
        "Open", "Compare two", "Filter by this", "Copy messages", "Copy messages de-identified", "Copy session id",
        "Restore",
    ]  # fmt: skip
    titles["Copy session id"].trigger()
    assert QGuiApplication.clipboard().text() == session.session_id
    titles["Copy messages"].trigger()
    qtbot.waitUntil(lambda: "MRN-000001" in QGuiApplication.clipboard().text(), timeout=PATIENCE)
    titles["Copy messages de-identified"].trigger()
    qtbot.waitUntil(lambda: "|MRN-000001^" not in QGuiApplication.clipboard().text(), timeout=PATIENCE)
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert len(numbers(page)) == 1


def test_keys_go_to_the_page_that_is_shown(opened: Callable[[], ArchivePage], qtbot: QtBot) -> None:
    page = opened()
    window = page.window()
    assert isinstance(window, MainWindow)
    assert page.state.text() == "The archive is empty."
    window.commands.find.trigger()
    assert page.box.hasFocus()
    assert not window.filtering.box.isVisible()
    window.commands.sessions.trigger()
    qtbot.waitUntil(window.filtering.box.isVisible, timeout=PATIENCE)
    window.commands.find.trigger()
    assert window.filtering.box.hasFocus()


def test_the_layout_is_that_of_the_page_that_is_shown(opened: Callable[[], ArchivePage]) -> None:
    page = opened()
    window = page.window()
    assert isinstance(window, MainWindow)
    WindowLayout(window.memory, window)
    page.views.panes[1].close()
    window.commands.arrangements[1].trigger()
    assert all(pane.isVisible() for pane in page.views.panes)
    assert page.views.dockWidgetArea(page.views.panes[0]) is Qt.DockWidgetArea.RightDockWidgetArea
    assert window.workspace.dockWidgetArea(window.workspace.panes[0]) is Qt.DockWidgetArea.BottomDockWidgetArea


def test_the_menus_are_of_the_page_that_is_shown(opened: Callable[[], ArchivePage]) -> None:
    page = opened()
    window = page.window()
    assert isinstance(window, MainWindow)
    WindowLayout(window.memory, window)

    def entries() -> dict[str, QAction]:
        return dict(named(window.menuBar().actions(), "Menu"))

    of_archive = entries()
    window.commands.sessions.trigger()
    of_sessions = entries()
    assert list(of_archive) == list(of_sessions)
    window.model.take([SessionCompleted(session_of(1))])
    window.model.flush()
    window.table.selectRow(0)
    assert window.commands.export.isEnabled()
    window.commands.archive.trigger()
    assert not window.commands.export.isEnabled()  # what would be exported is hidden
    assert not entries()["Menu/File/Export ladder…"].isEnabled()
    ladder, detail = page.views.panes
    entries()["Menu/View/Layout/Detail"].trigger()
    assert (ladder.isVisible(), detail.isVisible()) == (True, False)
    entries()["Menu/View/Layout/Reset layout"].trigger()
    assert detail.isVisible()
    entries()["Menu/View/Columns/Size"].trigger()
    assert not page.views.table.horizontalHeader().isSectionHidden(SIZE)
    assert window.table.horizontalHeader().isSectionHidden(SIZE)
    window.commands.sessions.trigger()
    assert entries() == of_sessions
    assert window.commands.export.isEnabled()
    entries()["Menu/View/Layout/Detail"].trigger()
    assert not window.workspace.panes[1].isVisible()


def test_columns_are_found_as_they_were_left(tmp_path: Path, qtbot: QtBot) -> None:
    """The table is made when somebody first looks at it, long after the file was read."""
    path = tmp_path / "layout.json"
    shown = {"size": True, "messages": True, "probe": False}
    columns = [{"name": name, "width": 123, "shown": is_shown} for name, is_shown in shown.items()]
    path.write_text(json.dumps({"archive": {"columns": columns, "grouping": "none", "fits": False}}))
    memory = LayoutMemory(path)
    qtbot.waitUntil(lambda: memory.is_loaded)
    model = SessionModel()
    table = ArchiveTable(SessionFilter(model, model), memory)
    qtbot.addWidget(table)
    header = table.horizontalHeader()
    assert header.visualIndex(SIZE) == 0
    assert header.sectionSize(SIZE) == 123
    assert header.isSectionHidden(PROBE_COLUMN)
    header.resizeSection(SIZE, 130)
    assert memory.get("archive")["columns"][0] == {"name": "size", "width": 130, "shown": True}
    memory.close()


def test_a_search_can_be_cancelled(opened: Callable[[], ArchivePage], archive: Database, qtbot: QtBot) -> None:
    """A lock keeps the server from answering, and the window goes on."""
    page = opened()
    with psycopg.connect(archive.url()) as connection:
        connection.execute("LOCK TABLE hl7capture.sessions IN ACCESS EXCLUSIVE MODE")
        page.refresh.click()
        qtbot.waitUntil(page.cancel.isVisible, timeout=PATIENCE)
        assert page.counts.text() == "0 found, looking…"
        page.cancel.click()
        qtbot.waitUntil(lambda: not page.cancel.isVisible(), timeout=PATIENCE)
    page.refresh.click()
    qtbot.waitUntil(lambda: page.state.text() == "The archive is empty.", timeout=PATIENCE)


def test_tables_that_are_newer(opened: Callable[[], ArchivePage], archive: Database, qtbot: QtBot) -> None:
    archive.ask("UPDATE hl7capture.migrations SET number = 1000 WHERE number = 2")
    page = opened()
    qtbot.waitUntil(lambda: "update this program" in page.state.text(), timeout=PATIENCE)
    archive.ask("UPDATE hl7capture.migrations SET number = 2 WHERE number = 1000")
    page.refresh.click()
    qtbot.waitUntil(lambda: page.state.text() == "The archive is empty.", timeout=PATIENCE)


def test_an_archive_that_is_away_and_comes_back(
    opened: Callable[[], ArchivePage],
    archive: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr("hl7capture.archive.listening.POLL_SECONDS", 0.5)
    probe = send(archive, tmp_path / "one", session_of(1))
    page = opened()
    qtbot.waitUntil(lambda: numbers(page) == [1], timeout=PATIENCE)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{0}'"
    with psycopg.connect(archive.server.url(), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {archive.name} ALLOW_CONNECTIONS false".encode())
        server.execute(end.format(archive.name).encode())
        qtbot.waitUntil(lambda: page.state.text().startswith("Archive away since "), timeout=PATIENCE)
        assert numbers(page) == [1]
        server.execute(f"ALTER DATABASE {archive.name} ALLOW_CONNECTIONS true".encode())
    send(archive, tmp_path / "one", session_of(2), login=probe)
    qtbot.waitUntil(lambda: numbers(page) == [2, 1], timeout=PATIENCE)
    qtbot.waitUntil(lambda: not page.state.isVisible(), timeout=PATIENCE)


def test_an_archive_that_is_named_no_more(
    opened: Callable[[], ArchivePage], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    page = opened()
    window = page.window()
    assert isinstance(window, MainWindow)
    view = window.archive.view
    assert view._listener is not None
    monkeypatch.delenv("HL7CAPTURE_ARCHIVE_URL")
    window.controller.change_settings(retentionDays=8)
    assert window.pages.currentWidget() is window.welcome
    assert window.archive.page is None
    assert view._listener is None
    assert window.banner.texts == ["There is no archive: the settings name none."]
    qtbot.mouseClick(window.banner.close_button, Qt.MouseButton.LeftButton)
    window.controller.change_settings(retentionDays=9)
    assert window.banner.texts == []
    assert window.pages.currentWidget() is window.welcome


def test_a_login_of_a_probe_is_told_what_it_sees(
    opened: Callable[[], ArchivePage], archive: Database, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("HL7CAPTURE_ARCHIVE_URL", archive.url(archive.new_probe()))
    page = opened()
    qtbot.waitUntil(lambda: "its own probe alone" in page.state.text(), timeout=PATIENCE)


def test_without_an_archive_it_is_said_what_is_missing(window: MainWindow) -> None:
    window.commands.archive.trigger()
    assert window.banner.label.text().startswith("There is no archive")
    assert window.banner.remedy.text() == "Settings…"
    assert window.archive.page is None
