"""A window on a real controller, in folders of the test's own."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale, Qt, QThreadPool
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import CaptureController, State
from hl7capture.ui import theme
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.recent_files import RecentFiles
from hl7capture.ui.trouble.trouble import Watch
from tests.support.speech import three_framings
from tests.support.wire import pcap

_MOST_ROUNDS = 10  # of work that begins other work


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def one_locale() -> None:
    """Numbers and dates look the same wherever the tests run."""
    QLocale.setDefault(QLocale.c())


@pytest.fixture
def live_traffic() -> None:
    """For tests in which the welcome page is to listen; the others need not wait for its processes."""


@pytest.fixture
def open_window(
    qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], MainWindow]]:
    """Opens a window; all are closed at the end as a person would, and everything is saved."""
    if "live_traffic" not in request.fixturenames:
        monkeypatch.setattr("hl7capture.ui.welcome.live_traffic.worth_watching", lambda _found: [])
    windows: list[MainWindow] = []

    def opened() -> MainWindow:
        controller = CaptureController()
        theme.apply(QApplication.instance(), controller.settings.theme)  # type: ignore[arg-type]
        window = MainWindow(controller, RecentFiles(tmp_path / "recent.json"))
        windows.append(window)
        window.resize(1280, 800)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        qtbot.keyClick(window, Qt.Key.Key_Shift)  # else what a test before held down counts as still down
        qtbot.waitUntil(lambda: window.capturing.interface.count() > 0, timeout=20_000)
        return window

    yield opened
    for window in windows:
        close(window, qtbot)
        # Each theme that is applied later would paint it anew; what is worked out for it comes to its end first.
        # Its end may begin something else (a document is there, so its message is taken apart), and a pool that is
        # deleted while it works waits for ever: for a thread that waits for Python, which stands still in the deletion.
        pools = [*window.findChildren(QThreadPool), QThreadPool.globalInstance()]
        for _ in range(_MOST_ROUNDS):
            for pool in pools:
                pool.waitForDone(5000)
            QApplication.processEvents()
            if not any(pool.activeThreadCount() for pool in pools):
                break
        window.deleteLater()
        window.controller.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def close(window: MainWindow, qtbot: QtBot) -> None:
    """Closes a window and waits until all is saved."""
    if window.isVisible():
        qtbot.keyClick(window, Qt.Key.Key_Control)  # else Qt takes the Ctrl of the last shortcut for held down
        with qtbot.waitSignal(window.controller.shut_down, timeout=15_000):
            window.close()
        qtbot.waitUntil(lambda: not window.isVisible())


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Notices the errors of the program; else they fail the test."""
    monkeypatch.setattr(logging, "raiseExceptions", False)
    made = Watch()
    yield made
    made.close()


@pytest.fixture
def window(open_window: Callable[[], MainWindow]) -> MainWindow:
    return open_window()


@pytest.fixture
def capture_file(tmp_path: Path) -> Path:
    """Three connections: MLLP, STX, ASTM."""
    path = tmp_path / "three.pcap"
    path.write_bytes(pcap(three_framings()))
    return path


def read(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    """Opens a capture and waits for its end."""
    with qtbot.waitSignal(window.controller.capture_ended, timeout=10_000):
        window.open_files([path])
    window.model.flush()
    assert window.controller.state is State.IDLE
