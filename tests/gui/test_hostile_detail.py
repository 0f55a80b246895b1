"""Whatever was on the wire: every tab shows it as plain text, and none of them hangs."""

import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from hl7capture.hl7.findings.report import report_of
from hl7capture.hl7.findings.verdict import verdict_of
from hl7capture.hl7.session_summary import summary_of
from hl7capture.hl7.tree import parse
from hl7capture.model.session import Session
from hl7capture.ui.detail import Detail
from hl7capture.ui.letting_go import let_go
from hl7capture.ui.session_row import SessionRow
from tests.support.stored import session_of

HEAD = "MSH|^~\\&|AN|LAB|LIS|H|20260101101530||ORU^R01|{0}|P|2.5.1\r"
HOSTILE = {
    "rich text": "<b>bold</b><img src='file:///etc/passwd'><script>&amp;",
    "right to left": "\u202eabc\u2066def\u200f\u200b",
    "NUL": "a\0b\0",
    "control": "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028",
    "emoji": "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0301",
    "escapes": "\\T\\\\X00\\\\Xzz\\\\" + "\\" * 50,
    "long": "x" * 1_000_000,
    "separators": "|^~&" * 5_000,
}


@pytest.fixture
def detail(qtbot: QtBot) -> Detail:
    made = Detail()
    made.resize(900, 600)
    qtbot.addWidget(made)
    made.show()

    def explain(session: Session) -> None:
        report = report_of(session)
        made.findings.show_findings(session.session_id, verdict_of([report]), report.findings)

    made.findings.wanted.connect(explain)
    return made


@pytest.mark.parametrize("name", HOSTILE)
def test_every_tab_shows_it_as_plain_text(detail: Detail, qtbot: QtBot, name: str) -> None:
    value = HOSTILE[name]
    text = HEAD.format(value[:200]) + f"PID|1||{value}||{value}\rNTE|1||{value}\r"
    session = session_of(1, text, f"MSH|^~\\&|LIS|H|AN|LAB|1||ACK|2|P|2.5.1\rMSA|AE|1|{value}\r", note=value[:20_000])
    row = SessionRow(summary_of(session), session)
    row.refresh()
    detail.show_element(row, 0)
    qtbot.waitUntil(lambda: len(detail._parsed.nodes) > 0)
    for number in range(detail.tabs.count()):
        detail.tabs.setCurrentIndex(number)
        page = detail.tabs.widget(number)
        assert isinstance(page, QWidget)
        page.repaint()
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in detail.findChildren(QLabel))
    shown = [detail.text.text, detail.findings.text, detail.connection.text, detail.title.text()]
    detail.fields.tree.expandToDepth(1)
    waiting = [detail.fields.model.index(at, 0) for at in range(min(detail.fields.model.rowCount(), 20))]
    while waiting:
        index = waiting.pop()
        shown += [str(index.siblingAtColumn(column).data()) for column in range(detail.fields.model.columnCount())]
        below = min(detail.fields.model.rowCount(index), 20)
        waiting += [detail.fields.model.index(at, 0, index) for at in range(below)]
    assert all(piece.replace("\n", "").isprintable() for piece in shown)
    assert all(len(piece) < 300_000 for piece in shown)
    assert detail.hex.data == session.elements[0].data


def test_a_large_tree_is_let_go_in_the_background(qtbot: QtBot) -> None:
    nodes = parse("NTE|1||a\r" * 10_000)
    watched = [nodes[0], nodes[-1]]
    held = [sys.getrefcount(node) for node in watched]
    box = [nodes]
    del nodes
    let_go(box)
    assert box  # nobody waits for it
    qtbot.waitUntil(lambda: [sys.getrefcount(node) for node in watched] < held)
    assert box == []
    small = [parse("NTE|1||a\r")]
    let_go(small)
    assert small == []
