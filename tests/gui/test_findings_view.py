"""The tab with what is wrong in a session."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from hl7capture.hl7.findings.report import report_of
from hl7capture.hl7.findings.verdict import verdict_of
from hl7capture.model.session import Session
from hl7capture.ui.findings_view import FindingsView
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.session_model import FINDINGS
from tests.gui.conftest import read
from tests.support.engine import sessions_of
from tests.support.sessions import open_session
from tests.support.speech import answer, mllp, oru, timely
from tests.support.wire import conversation, pcap


def refused(reason: bytes = b"Unknown patient") -> Session:
    said = mllp(answer("1", "AE").rstrip(b"\r") + b"|" + reason + b"\r")
    (session,) = sessions_of(pcap(conversation((0, mllp(oru("1"))), (1, said)).segments))
    return session


def judged_view(qtbot: QtBot) -> FindingsView:
    view = FindingsView()
    qtbot.addWidget(view)

    def explain(session: Session) -> None:
        report = report_of(session)
        view.show_findings(session.session_id, verdict_of([report]), report.findings)

    view.wanted.connect(explain)
    return view


def test_verdict_and_findings_are_shown(qtbot: QtBot) -> None:
    view = judged_view(qtbot)
    view.show_session(refused())
    assert "Verdict\nThe LIS refused the only message of the device" in view.text
    assert "Error\nack-negative" in view.text
    assert "→ The message was refused" in view.text


def test_an_open_session_is_not_judged(qtbot: QtBot) -> None:
    view = FindingsView()
    qtbot.addWidget(view)
    view.show_session(open_session(elements=1))
    assert "when the session has ended" in view.text
    view.show_session(None)
    assert view.text == ""


def test_a_reason_is_plain_text(qtbot: QtBot) -> None:
    view = judged_view(qtbot)
    view.show_session(refused(b"<b>no</b>"))
    assert "<b>no</b>" in view.text
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in view.findChildren(QLabel))


def test_tab_of_the_window(open_window: Callable[[], MainWindow], capture_file: Path, qtbot: QtBot) -> None:
    window = open_window()
    read(window, capture_file, qtbot)
    window.table.selectRow(0)
    qtbot.waitUntil(lambda: "Verdict" in window.detail.findings.text)


def test_findings_stand_in_the_table_and_are_found_by_the_filter(
    open_window: Callable[[], MainWindow], tmp_path: Path, qtbot: QtBot
) -> None:
    said = mllp(answer("1", "AE"))
    file = tmp_path / "refused.pcap"
    file.write_bytes(timely(conversation((0, mllp(oru("1"))), (1, said)).segments))
    window = open_window()
    read(window, file, qtbot)
    cell = window.filter.index(0, FINDINGS)
    qtbot.waitUntil(lambda: cell.data() == "ack-negative")
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == "Error: ack-negative"
    assert not cell.data(Qt.ItemDataRole.DecorationRole).isNull()
    for text, rows in (("finding = ack-missing", 0), ("finding = ack-negative", 1)):
        window.filtering.box.setText(text)
        qtbot.waitUntil(lambda rows=rows: window.filter.rowCount() == rows)


def test_a_clean_session_is_said_to_be_clean(qtbot: QtBot) -> None:
    view = judged_view(qtbot)
    (session,) = sessions_of(timely(conversation((0, mllp(oru("1"))), (1, mllp(answer("1")))).segments))
    view.show_session(session)
    assert not view.cards
    assert view.text.startswith("Nothing is wrong\nThe only message of the device was answered")


def test_evidence_leads_to_the_ladder_and_back(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "refused.pcap"
    turns = ((0, mllp(oru("1"))), (1, mllp(answer("1"))), (0, mllp(oru("2"))), (1, mllp(answer("2", "AE"))))
    file.write_bytes(timely(conversation(*turns).segments))
    read(window, file, qtbot)
    window.table.selectRow(0)
    findings = window.detail.findings
    window.detail.tabs.setCurrentWidget(findings)
    qtbot.waitUntil(lambda: bool(findings.cards))
    links = [link for card in findings.cards for link in card.links]
    link = next(link for link in links if link.number == 2)
    assert link.text().startswith("Element 3: message, ")
    link.setFocus()
    qtbot.keyClick(link, Qt.Key.Key_Return)
    assert window.ladder.selected == 2
    assert link.text().startswith("▸ Element 3: message")
    assert window.detail.tabs.currentWidget() is findings
    window.ladder.select(0)
    assert not link.text().startswith("▸")


def test_many_findings_come_in_pieces(qtbot: QtBot) -> None:
    view = FindingsView()
    qtbot.addWidget(view)
    session = refused()
    view.show_session(session)
    one = report_of(session).findings[0]
    view.show_findings(session.session_id, "Much is wrong.", [one] * 60)
    assert len(view.cards) == 50
    (more,) = [button for button in view.findChildren(QPushButton) if "10 are left" in button.text()]
    more.click()
    qtbot.waitUntil(lambda: len(view.cards) == 60)
