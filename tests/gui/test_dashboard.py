"""The dashboard, with a real controller: what is captured now, what is on disk, and how the links stand."""

import subprocess
import sys
import time
from collections.abc import Callable
from math import isnan
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from hl7capture.app.statistics.live import LIVE
from hl7capture.hl7.statistics.latency import LARGEST_ERROR
from hl7capture.hl7.statistics.series import DAY, HOUR, Link
from hl7capture.model.elements import Direction, Element, ElementType
from hl7capture.model.session import Session, session_id_of
from hl7capture.simulator.source import SimulatedSource
from hl7capture.ui.dashboard.link_model import DEVICE, FINDING, LIS, MESSAGE, STATE
from hl7capture.ui.dashboard.link_table import filter_for
from hl7capture.ui.dashboard.page import DashboardPage
from hl7capture.ui.main_window import MainWindow
from tests.gui.conftest import read
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer
from tests.support.stored import put, session_of

LATENCY = 250.0


def stored(number: int, before: float, **values: object) -> Session:
    """A session that began so many milliseconds ago; answered after LATENCY."""
    session = session_of(number, **values)
    session.start_time = time.time() * 1000 - before
    session.end_time = session.start_time + LATENCY
    session.session_id = session_id_of(int(session.start_time * 1e6), str(number).encode())
    session.elements = [session.elements[0]._replace(timestamp=session.start_time)]
    text = answer(f"MMRN-{number:06d}").decode()
    session.messages.append(text)
    data = b"\x0b" + text.encode() + b"\x1c\r"
    session.elements.append(Element(1, session.end_time, Direction.LIS_TO_DEVICE, ElementType.MESSAGE, data, 1))
    return session


def opened(window: MainWindow, qtbot: QtBot) -> DashboardPage:
    window.commands.dashboard.trigger()
    page = window.dashboard.page
    assert page is not None
    qtbot.waitUntil(lambda: page._view is not None)
    return page


def choose_time(page: DashboardPage, length: float | None, qtbot: QtBot) -> None:
    page.range.choose(length)
    qtbot.waitUntil(lambda: page._view is not None and page._view.wanted.length == length, timeout=10_000)
    qtbot.waitUntil(lambda: not page.reading.isVisible())


def messages(page: DashboardPage) -> int:
    return page._view.totals.messages if page._view is not None else 0


def cell(page: DashboardPage, row: int, column: int) -> str:
    return str(page.links.links.index(row, column).data())


def test_the_page_is_made_when_it_is_first_looked_at() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, hl7capture.ui.main_window; print('pyqtgraph' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_nothing_is_said_in_words(window: MainWindow, qtbot: QtBot) -> None:
    assert window.commands.dashboard.shortcut().toString() == "Ctrl+D"
    page = opened(window, qtbot)
    assert window.pages.currentWidget() is page
    qtbot.waitUntil(lambda: page.readout.text().startswith("Nothing was heard in this time"))
    assert page.overview.currentWidget() is page.nothing
    assert not page.sessions.isEnabled()


def test_a_capture_that_is_read_is_counted(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    page = opened(window, qtbot)
    choose_time(page, None, qtbot)
    qtbot.waitUntil(lambda: messages(page) == 3)
    qtbot.waitUntil(lambda: page.links.links.rowCount() > 0)
    assert cell(page, 0, STATE).startswith("not listening; heard ")
    page.kind.choose("ACK^R01")
    qtbot.waitUntil(lambda: page._view is not None and page._view.wanted.kind == "ACK^R01")
    assert messages(page) == 1


def test_the_stored_past_is_read(open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot) -> None:
    for number in range(40):
        put(output / "sessions", stored(number, number * HOUR, device_ip=f"10.0.0.{number % 2 + 5}"))
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 40, timeout=10_000)
    page = opened(window, qtbot)
    qtbot.waitUntil(lambda: page.links.links.rowCount() == 2)
    assert {cell(page, row, DEVICE) for row in range(2)} == {"10.0.0.5", "10.0.0.6"}
    assert cell(page, 0, LIS) == "10.1.0.1:2575"
    assert "ORU^R01" in cell(page, 0, MESSAGE)
    choose_time(page, DAY, qtbot)
    qtbot.waitUntil(lambda: messages(page) in (23, 24))
    choose_time(page, 7 * DAY, qtbot)
    qtbot.waitUntil(lambda: messages(page) == 40)
    assert page._view is not None
    totals, series = page._view.totals, page._view.series
    assert totals.p50 == pytest.approx(LATENCY, rel=LARGEST_ERROR + 0.01)
    assert sum(not isnan(value) for value in series.p95) == 40
    page.link.choose(Link("10.0.0.6", "10.1.0.1", 2575))
    qtbot.waitUntil(lambda: messages(page) == 20)
    assert "20 messages" in page.readout.text()


def test_what_is_deleted_is_not_counted(open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot) -> None:
    sessions = [stored(number, number * HOUR) for number in range(4)]
    for session in sessions:
        put(output / "sessions", session)
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 4, timeout=10_000)
    page = opened(window, qtbot)
    choose_time(page, DAY, qtbot)
    qtbot.waitUntil(lambda: messages(page) == 4)
    window.controller.delete([sessions[0].session_id])
    qtbot.waitUntil(lambda: messages(page) == 3, timeout=10_000)


def test_a_link_leads_to_its_sessions(open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot) -> None:
    for number in range(6):
        put(output / "sessions", stored(number, number * HOUR, device_ip=f"10.0.0.{number % 3 + 5}"))
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 6, timeout=10_000)
    page = opened(window, qtbot)
    qtbot.waitUntil(lambda: page.links.links.rowCount() == 3)
    page.links.selectRow(1)
    device = cell(page, 1, DEVICE)
    assert page.sessions.isEnabled()
    page.links.setFocus()
    qtbot.keyClick(page.links, Qt.Key.Key_Return)
    assert window.pages.currentWidget() is window.workspace
    assert window.filtering.box.text() == f"device = {device} and lis = 10.1.0.1 and port = 2575"
    qtbot.waitUntil(lambda: window.filter.rowCount() == 2)


def test_a_name_from_a_document_is_a_filter_all_the_same(window: MainWindow) -> None:
    wanted = filter_for(Link('a" or "b\\', "fe80::1", 1))
    window.go_to_sessions_of(wanted)
    assert window.filtering.box.text() == wanted
    assert window.filtering.mistake.isHidden()
    assert window.filter.wanted is not None, window.filtering.mistake.text()


def test_plots_are_read_with_mouse_and_keys(open_window: Callable[[], MainWindow], output: Path, qtbot: QtBot) -> None:
    put(output / "sessions", stored(1, HOUR))
    page = opened(open_window(), qtbot)
    choose_time(page, DAY, qtbot)
    qtbot.waitUntil(lambda: messages(page) == 1)
    plots = page.plots
    plots.setFocus()
    qtbot.keyClick(plots, Qt.Key.Key_End)
    assert plots.at == len(page._view.series.rate) - 1  # type: ignore[union-attr]
    qtbot.keyClick(plots, Qt.Key.Key_Left)
    assert "messages 0/" in page.readout.text()
    assert plots.accessibleDescription() == page.readout.text()
    qtbot.keyClick(plots, Qt.Key.Key_Escape)
    assert page.readout.text().startswith("1 message,")
    plot = plots._plots[0]
    place = QPoint(plot.width() // 2, plot.height() // 2)
    qtbot.mouseMove(plot.viewport(), place)
    qtbot.mouseMove(plot.viewport(), place + QPoint(3, 0))
    qtbot.waitUntil(lambda: plots.at > 0)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_plots_follow_the_theme(window: MainWindow, qtbot: QtBot, theme: str) -> None:
    from hl7capture.ui.theme import DARK, LIGHT

    page = opened(window, qtbot)
    window.controller.change_settings(theme=theme)
    wanted = DARK if theme == "dark" else LIGHT
    assert page.plots._plots[0].backgroundBrush().color().name() == wanted.window
    window.controller.change_settings(theme="system")


def test_simulated_traffic_is_seen_while_it_happens(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.start(SimulatedSource())
    page = opened(window, qtbot)
    assert page.range.chosen == LIVE
    qtbot.waitUntil(lambda: messages(page) > 1, timeout=20_000)
    assert page._view is not None
    assert page._view.totals.p50 is not None
    words = [cell(page, row, STATE) for row in range(page.links.links.rowCount())]
    assert any(word.startswith(("connected", "waiting", "disconnected")) for word in words)
    choose_time(page, HOUR, qtbot)  # sessions that are open, too
    qtbot.waitUntil(lambda: messages(page) > 1, timeout=10_000)
    with qtbot.waitSignal(window.controller.capture_ended, timeout=10_000):
        window.controller.stop()
    qtbot.waitUntil(lambda: cell(page, 0, STATE).startswith("not listening"), timeout=5000)


@needs_capture_rights
def test_real_traffic_is_seen_while_it_happens(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.change_settings(captureFilter="tcp port 24577")
    window.capturing.listen("lo")
    qtbot.waitUntil(lambda: window.controller.state.value == "capturing", timeout=20_000)
    page = opened(window, qtbot)
    talking = subprocess.Popen(
        [sys.executable, "-m", "hl7capture", "simulate", "--messages", "20", "--rate", "10", "--port", "24577"]
    )
    try:
        qtbot.waitUntil(lambda: messages(page) >= 20, timeout=30_000)
    finally:
        talking.wait(30)
    assert page._view is not None
    assert max(page._view.series.rate) > 1
    assert "127.0.0.1" in cell(page, 0, DEVICE)
    assert cell(page, 0, FINDING) == ""
