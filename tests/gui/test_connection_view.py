"""The tab with what TCP tells of a session's connection."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from hl7capture.model.connection import ConnectionFacts, End, EndFacts
from hl7capture.model.session import EndReason, Session
from hl7capture.ui.connection_view import ConnectionView
from hl7capture.ui.main_window import MainWindow
from tests.gui.conftest import read
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import conversation, pcap


def session() -> Session:
    (made,) = sessions_of(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments))
    return made


def test_facts_are_said_in_words_with_units(qtbot: QtBot) -> None:
    view = ConnectionView()
    qtbot.addWidget(view)
    made = session()
    view.show_session(made)
    assert view.text.splitlines() == [
        "Device", "10.0.0.5:40001", "LIS", "10.1.0.1:2575",
        "Opening", "by the device", "SYN answered after 1 ms", "handshake done after 2 ms",
        "End", "closed by the device first (FIN)",
        "From the device", "4 packets, 186 bytes",
        "From the LIS", "3 packets, 93 bytes",
    ]  # fmt: skip


def test_troubles_are_said(qtbot: QtBot) -> None:
    view = ConnectionView()
    qtbot.addWidget(view)
    made = session()
    made.connection = ConnectionFacts(
        EndFacts(12_000, 1, repeated=1, lost=60, copies=2, is_unfinished=True, has_closed=True),
        EndFacts(zero_windows=2, longest_zero_window=12_345.6, filled=1, longest_hole=0.25),
        opened_by=End.DEVICE,
        attempts=3,
        closed_by=End.DEVICE,
        reset_by=End.LIS,
    )
    view.show_session(made)
    for words in (
        "SYN sent 3 times",
        "half-open: the LIS had not closed its side",
        "reset by the LIS (RST)",
        "the device was in the middle of a message",
        "12,000 packets, 1 byte",
        "1 segment sent again",
        "60 bytes lost by the capture: the LIS has acknowledged them",
        "2 second copies of a packet left out, as a mirror port makes them",
        "2 times without room for more (window 0), 12,346 ms at most",
        "1 segment late, 0.25 ms at most",
    ):
        assert words in view.text.splitlines()


def test_open_sessions_and_old_files_say_why_there_is_nothing(qtbot: QtBot) -> None:
    view = ConnectionView()
    qtbot.addWidget(view)
    made = session()
    facts, made.connection, made.end_reason = made.connection, None, None
    view.show_session(made)
    assert "when the session has ended" in view.text
    made.connection, made.end_reason = facts, EndReason.CLOSED
    view.show_session(made)
    assert "handshake done" in view.text
    old = session()
    old.connection = None
    view.show_session(old)
    assert "kept by a version" in view.text
    view.show_session(None)
    assert view.text == ""


def test_what_comes_from_a_file_is_plain_text(qtbot: QtBot) -> None:
    view = ConnectionView()
    qtbot.addWidget(view)
    made = session()
    made.device_ip = "<b>10.0.0.5</b>"
    view.show_session(made)
    assert "<b>10.0.0.5</b>:40001" in view.text
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in view.findChildren(QLabel))


def test_tab_of_the_window(open_window: Callable[[], MainWindow], capture_file: Path, qtbot: QtBot) -> None:
    window = open_window()
    read(window, capture_file, qtbot)
    tabs = window.detail.tabs
    names = [tabs.tabText(number) for number in range(tabs.count())]
    assert names == ["Fields", "Text", "Hex", "Connection", "Findings", "Notes"]
    window.table.selectRow(0)
    qtbot.waitUntil(lambda: "handshake done" in window.detail.connection.text)
    tabs.setCurrentWidget(window.detail.connection)
    assert window.detail.connection.isVisible()
