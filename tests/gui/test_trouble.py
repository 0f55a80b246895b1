"""What goes wrong inside the program is told once, calmly, without patients' data; capture and saving go on."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRunnable, Qt, QThread, QThreadPool, QTimer, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.ui.background import Background
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.trouble.trouble import Trouble, Watch
from tests.gui.conftest import read

NAME = "Testmann^Tilda"


@pytest.fixture
def window(watch: Watch, open_window: Callable[[], MainWindow]) -> MainWindow:
    """Closed before the watch is: errors may come until then."""
    return open_window()


@pytest.fixture
def trouble(window: MainWindow, watch: Watch) -> Trouble:
    return Trouble(watch, window.banner, window.commands.log, window)


def failing(*_args: object) -> None:
    patient = f"PID|1||SIM-4711||{NAME}"
    raise KeyError(patient)


class FailingThread(QThread):
    def run(self) -> None:
        failing()


class FailingJob(QRunnable):
    def run(self) -> None:
        failing()


class FailingWidget(QWidget):
    def paintEvent(self, _event: object) -> None:
        failing()


def in_a_slot(_window: MainWindow) -> None:
    QTimer.singleShot(0, failing)


def in_a_pool(_window: MainWindow) -> None:
    QThreadPool.globalInstance().start(FailingJob())


def in_background_work(_window: MainWindow) -> None:
    Background(failing, lambda _done: None).start()


def in_a_qt_thread(window: MainWindow) -> None:
    thread = FailingThread(window)
    thread.start()
    thread.wait()


def in_a_thread(_window: MainWindow) -> None:
    thread = threading.Thread(target=failing)
    thread.start()
    thread.join()


def while_painting(window: MainWindow) -> None:
    FailingWidget(window).show()


PLACES = [in_a_slot, in_a_pool, in_background_work, in_a_qt_thread, in_a_thread, while_painting]


@pytest.mark.parametrize("place", PLACES)
def test_an_error_anywhere_is_one_banner(
    place: Callable[[MainWindow], None], window: MainWindow, trouble: Trouble, watch: Watch, qtbot: QtBot
) -> None:
    place(window)
    qtbot.waitUntil(lambda: window.banner.isVisible())
    assert "Something went wrong inside the program; capture and saving go on." in window.banner.label.text()
    window.banner.remedy.click()
    report = trouble._report
    assert report is not None
    text = report.text.toPlainText()
    assert "KeyError" in text
    assert "in failing" in text
    assert "Testmann" not in text
    assert not any("Testmann" in line.text for line in watch.memory.since(0))
    report.copy.click()
    assert QGuiApplication.clipboard().text() == text


def test_repeats_are_counted_and_closed_is_closed(
    window: MainWindow, trouble: Trouble, watch: Watch, qtbot: QtBot
) -> None:
    timer = QTimer(window, interval=1)
    timer.timeout.connect(failing)
    timer.start()
    qtbot.waitUntil(lambda: "3 times" in window.banner.label.text())
    assert len(window.banner.texts) == 1
    window.banner.close_button.click()
    before = sum(watch.errors.counts.values())
    qtbot.waitUntil(lambda: sum(watch.errors.counts.values()) > before + 3)
    assert not window.banner.isVisible()  # one more of the same
    timer.stop()
    in_a_thread(window)  # another kind: it happens at another place
    qtbot.waitUntil(lambda: window.banner.isVisible())


def test_sessions_are_shown_while_errors_happen(
    window: MainWindow, trouble: Trouble, capture_file: Path, qtbot: QtBot
) -> None:
    window.controller.happened.connect(failing)
    window.model.dataChanged.connect(failing)
    for place in PLACES:
        place(window)
    read(window, capture_file, qtbot)
    assert window.model.rowCount() == 3
    qtbot.waitUntil(lambda: window.banner.isVisible())
    assert len([text for text in window.banner.texts if "inside the program" in text]) == 1


def test_sessions_of_live_analyzers_are_saved_while_errors_happen(
    window: MainWindow, trouble: Trouble, output: Path, qtbot: QtBot
) -> None:
    saved: list[object] = []
    for signal in (window.controller.happened, window.controller.progressed, window.controller.store.saved):
        signal.connect(failing)
    window.controller.store.saved.connect(saved.append)
    window.capturing.try_it()
    for place in PLACES:
        place(window)
    qtbot.waitUntil(lambda: len(saved) >= 3, timeout=30_000)
    assert window.controller.state is State.CAPTURING
    with qtbot.waitSignal(window.controller.capture_ended, timeout=20_000):
        window.controller.stop()
    qtbot.waitUntil(lambda: window.controller.store.waiting == 0)
    completed = [row for row in window.model.rows() if not row.summary.is_open]
    assert len(completed) >= 3
    assert len(list((output / "sessions").rglob("*.json"))) == len(completed)
    assert window.banner.isVisible()


def test_a_session_that_cannot_be_judged_does_not_keep_the_others(
    window: MainWindow, trouble: Trouble, capture_file: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = window.controller.judge
    monkeypatch.setattr(judge, "_judge", failing)
    read(window, capture_file, qtbot)
    qtbot.waitUntil(lambda: window.banner.isVisible())
    monkeypatch.undo()
    judge.take(window.model.rows()[0].session)
    qtbot.waitUntil(lambda: window.model.rows()[0].session.findings is not None)


def test_the_log_shows_what_came_before_and_follows(window: MainWindow, trouble: Trouble, qtbot: QtBot) -> None:
    log = logging.getLogger("hl7capture.test")
    log.warning("Before <b>it</b> was opened\x1b[31m")
    window.commands.log.trigger()
    shown = trouble._log
    assert shown is not None
    assert "Before <b>it</b> was opened␛[31m" in shown.text.toPlainText()
    log.info("Afterwards")
    qtbot.waitUntil(lambda: "Afterwards" in shown.text.toPlainText())
    shown.level.setCurrentIndex(1)
    assert "Afterwards" not in shown.text.toPlainText()
    assert "Before" in shown.text.toPlainText()
    shown.copy.click()
    assert QGuiApplication.clipboard().text() == shown.text.toPlainText()
    for number in range(300):
        log.error("Line %d", number)
    qtbot.waitUntil(lambda: "Line 299" in shown.text.toPlainText())
    bar = shown.text.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(0)
    log.error("One more")
    qtbot.waitUntil(lambda: "One more" in shown.text.toPlainText())
    assert bar.value() == 0  # somebody reads
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert not shown.isVisible()
    assert not shown._timer.isActive()


def test_what_qt_says_is_in_the_log(watch: Watch) -> None:
    qWarning("Something about Qt")
    (line,) = [line for line in watch.memory.since(0) if line.name.startswith("qt.")]
    assert (line.level, line.text) == (logging.WARNING, "Something about Qt")


def test_the_log_is_bounded_and_a_broken_line_harms_nobody(watch: Watch) -> None:
    log = logging.getLogger("hl7capture.test")
    log.warning("%d", NAME)
    log.warning("x" * 100_000)
    assert [len(line.text) for line in watch.memory.since(0)] == [2, 2001]
    for number in range(6000):
        log.warning("%d", number)
    lines = watch.memory.since(0)
    assert (len(lines), lines[-1].text) == (5000, "5999")
    assert [line.text for line in watch.memory.since(lines[-2].number)] == ["5999"]


def test_several_banners_are_one_line_and_reached_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    for number in range(3):
        window.banner.say(f"Trouble {number}")
    assert (window.banner.label.text(), window.banner._more.text()) == ("Trouble 0", "and 2 more")
    window.banner.close_button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(window.banner.close_button, Qt.Key.Key_Space)
    qtbot.keyClick(window.banner.close_button, Qt.Key.Key_Space)
    assert (window.banner.label.text(), window.banner._more.text()) == ("Trouble 2", "")
    assert window.banner.close_button.focusPolicy() & Qt.FocusPolicy.TabFocus
