"""Fields, Text and Hex point at each other; documents are saved out of messages."""

import base64
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from hl7capture.hl7.node import Node
from hl7capture.hl7.session_summary import summary_of
from hl7capture.hl7.split import USUAL
from hl7capture.hl7.tree import parse
from hl7capture.model.session import Session
from hl7capture.ui.detail import Detail
from hl7capture.ui.fields_view import FieldsView
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.taking_apart import Parsed, parsed_of
from tests.gui.conftest import read
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp
from tests.support.wire import conversation, pcap

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40
ORU = (
    "MSH|^~\\&|ANALYZER|LAB|LIS|H|20260101101530||ORU^R01^ORU_R01|17|P|2.5.1\r"
    "PID|1||4711^^^LAB^MR||Müllermann^Zoë||19700101|F\r"
    f"OBX|1|ED|PDF^Report||^AP^PDF^Base64^{base64.b64encode(PDF).decode()}||||||F\r"
    "NTE|1||\U0001d11e and \x07 bell\r"
)


def session_of(*said: tuple[int, bytes]) -> Session:
    (session,) = sessions_of(pcap(conversation(*said).segments))
    return session


@pytest.fixture
def detail(qtbot: QtBot) -> Detail:
    widget = Detail()
    widget.resize(900, 600)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def show(detail: Detail, qtbot: QtBot, session: Session, element: int = 0) -> None:
    row = SessionRow(summary_of(session), session)
    row.refresh()
    detail.show_element(row, element)
    qtbot.waitUntil(lambda: len(detail._parsed.nodes) > 0)


def index_of(detail: Detail, path: str) -> None:
    """Goes to a field as a person does."""
    model = detail.fields.model
    chain: tuple[Node, ...] = ()
    nodes = detail._parsed.nodes
    while nodes:
        node = next(node for node in nodes if path == node.path or path.startswith((f"{node.path}-", f"{node.path}.")))
        chain = (*chain, node)
        nodes = node.children if node.path != path else ()
    detail.fields.tree.setCurrentIndex(model.index_of(chain))


def chosen(detail: Detail) -> str:
    node = detail.fields.model.node(detail.fields.tree.currentIndex())
    return node.path if node else ""


def test_fields_of_the_message_before_do_not_pass_for_those_of_a_large_one(
    detail: Detail, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(detail, qtbot, session_of((0, mllp(ORU.encode()))))
    is_ready = threading.Event()
    qtbot.addWidget(detail, before_close_func=lambda _widget: is_ready.set())

    def slow(*arguments: Any) -> Parsed:
        is_ready.wait(20)
        return parsed_of(*arguments)

    monkeypatch.setattr("hl7capture.ui.detail.parsed_of", slow)
    row = SessionRow(summary_of(other := session_of((0, mllp(ORU.replace("4711", "0815").encode())))), other)
    detail.show_element(row, 0)
    assert detail.fields.model.rowCount() > 0  # for the moment: most messages need less
    qtbot.waitUntil(lambda: detail.fields.model.rowCount() == 0)
    (waiting,) = [label for label in detail.fields.findChildren(QLabel) if "taken apart" in label.text()]
    assert waiting.isVisible()
    is_ready.set()
    qtbot.waitUntil(lambda: detail.fields.model.rowCount() > 0)
    assert not waiting.isVisible()
    index_of(detail, "PID-3.1")
    assert detail.fields.model.node(detail.fields.tree.currentIndex()).value == "0815"


def test_a_field_is_marked_in_text_and_hex(detail: Detail, qtbot: QtBot) -> None:
    show(detail, qtbot, session_of((0, mllp(ORU.encode())), (1, mllp(answer()))))
    index_of(detail, "PID-5.2")
    assert detail.text.marked_text() == "Zoë"
    assert detail.hex.marked == "Zoë".encode()
    index_of(detail, "NTE-3")
    assert detail.text.marked_text() == "\U0001d11e and ␇ bell"
    assert detail.hex.marked == "\U0001d11e and \x07 bell".encode()
    index_of(detail, "PID")
    assert detail.hex.marked.startswith(b"PID|1|")


def test_a_click_into_the_text_chooses_the_field(detail: Detail, qtbot: QtBot) -> None:
    show(detail, qtbot, session_of((0, mllp(ORU.encode())), (1, mllp(answer()))))
    detail.tabs.setCurrentWidget(detail.text)
    cursor = detail.text.document().find("Müllermann")
    cursor.setPosition(cursor.selectionStart() + 3)
    detail.text.setTextCursor(cursor)
    assert chosen(detail) == "PID-5.1"
    assert detail.hex.marked == "Müllermann".encode()
    assert detail.text.marked_text() == "Müllermann"
    cursor = detail.text.document().find("bell")
    cursor.setPosition(cursor.selectionStart())
    detail.text.setTextCursor(cursor)
    assert chosen(detail) == "NTE-3"
    cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock)
    detail.text.setTextCursor(cursor)
    assert chosen(detail) == "NTE"


def test_a_click_on_a_byte_chooses_the_field(detail: Detail, qtbot: QtBot) -> None:
    data = mllp(ORU.encode())
    show(detail, qtbot, session_of((0, data), (1, mllp(answer()))))
    detail.tabs.setCurrentWidget(detail.hex)
    at = data.index("Müllermann".encode())
    detail.hex.mark((at, at + 1))  # brings it into sight
    found = 0
    for y in range(detail.hex.viewport().height()):
        for x in range(0, detail.hex.viewport().width(), 4):
            if not found and detail.hex.byte_at(QPoint(x, y)) == at:
                qtbot.mouseClick(detail.hex.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, y))
                found += 1
    assert found
    assert chosen(detail) == "PID-5.1"
    assert detail.text.marked_text() == "Müllermann"
    assert detail.hex.marked == "Müllermann".encode()
    detail.hex.chosen.emit(0)  # the 0B that begins the block
    assert detail.hex.marked == b"\x0b"
    assert chosen(detail) == "PID-5.1"


def test_the_view_where_something_was_chosen_does_not_move(detail: Detail, qtbot: QtBot) -> None:
    show(detail, qtbot, session_of((0, mllp(ORU.encode())), (1, mllp(answer()))))
    detail.tabs.setCurrentWidget(detail.hex)
    before = detail.hex.verticalScrollBar().maximum()
    detail.hex.verticalScrollBar().setValue(before)
    detail.hex.chosen.emit(len(detail.hex.data) - 300)  # in the middle of the report, whose beginning is out of sight
    assert detail.hex.verticalScrollBar().value() == before
    index_of(detail, "PID-5")
    assert detail.hex.verticalScrollBar().value() < before


def test_every_byte_is_where_it_is_painted(detail: Detail, qtbot: QtBot) -> None:
    detail.hex.show_bytes(bytes(range(256)))
    detail.tabs.setCurrentWidget(detail.hex)
    qtbot.wait(1)
    seen = {
        detail.hex.byte_at(QPoint(x, y))
        for x in range(detail.hex.viewport().width())
        for y in range(0, detail.hex.viewport().height(), 5)
    }
    assert seen - {None} >= set(range(128))


def test_a_part_in_another_frame_is_not_marked(detail: Detail, qtbot: QtBot) -> None:
    def frame(number: int, text: bytes, end: bytes) -> bytes:
        body = b"%d" % number + text + end
        return b"\x02" + body + b"%02X\r\n" % (sum(body) & 0xFF)

    session = session_of(
        (0, b"\x05"), (1, b"\x06"), (0, frame(1, b"H|\\^&\rR|1|^^^GLU|5.", b"\x17")), (1, b"\x06"),
        (0, frame(2, b"4|mmol/L\rL|1|N\r", b"\x03")), (1, b"\x06"), (0, b"\x04"),
    )  # fmt: skip
    frames = [element.id for element in session.elements if element.message == 0]
    show(detail, qtbot, session, frames[1])
    index_of(detail, "R-4")
    assert (detail.text.marked_text(), detail.hex.marked) == ("5.4", b"4")
    index_of(detail, "R-3")
    assert (detail.text.marked_text(), detail.hex.marked) == ("^^^GLU", b"")


def test_a_guessed_character_set_is_told(detail: Detail, qtbot: QtBot) -> None:
    show(detail, qtbot, session_of((0, mllp(ORU.encode())), (1, mllp(answer()))))
    assert "No character set is named; the message is read as UTF-8" in detail.flags.text()
    lying = ORU.replace("|2.5.1\r", "|2.5.1||||||<b>8859/1\r").replace("\U0001d11e", "")
    show(detail, qtbot, session_of((0, mllp(lying.encode())), (1, mllp(answer()))))
    assert "MSH-18 names <b>8859/1, which is not known here" in detail.flags.text()
    assert detail.flags.textFormat() is Qt.TextFormat.PlainText


def test_meanings_are_shown(detail: Detail, qtbot: QtBot) -> None:
    show(detail, qtbot, session_of((0, mllp(ORU.encode())), (1, mllp(answer()))))
    index_of(detail, "PID-8")
    index = detail.fields.tree.currentIndex()
    assert [index.siblingAtColumn(column).data() for column in range(5)] == [
        "PID-8", "Administrative Sex", "IS", "F", "Female",
    ]  # fmt: skip
    assert index.siblingAtColumn(4).data(Qt.ItemDataRole.ToolTipRole) == "HL7 table 0001"


# -- documents ---------------------------------------------------------------------------------------------------


def test_empty_fields_that_come_and_go_leave_a_person_in_their_field(detail: Detail, qtbot: QtBot) -> None:
    show(detail, qtbot, session_of((0, mllp(ORU.encode())), (1, mllp(answer()))))
    fields = detail.fields
    told: list[Node] = []
    index_of(detail, "PID-5.2")
    fields.chosen.connect(told.append)
    fields._empty.click()
    assert (chosen(detail), fields.tree.isExpanded(fields.tree.currentIndex().parent())) == ("PID-5.2", True)
    assert fields._filter.isEnabled()
    assert told == []  # nobody has gone anywhere
    index_of(detail, "PID-4")
    fields._empty.click()
    assert chosen(detail) == "PID"


def test_empty_fields_that_come_and_go_leave_open_what_is_open(qtbot: QtBot) -> None:
    view = FieldsView()
    qtbot.addWidget(view)
    view.show_nodes(parse(ORU), USUAL)
    tree, model = view.tree, view.model

    def opened() -> list[str]:
        found, waiting = [], [QModelIndex()]
        while waiting:
            above = waiting.pop()
            for row in range(model.rowCount(above)):
                index = model.index(row, 0, above)
                if tree.isExpanded(index):
                    found.append(str(index.data()))
                    waiting.append(index)
        return sorted(found)

    tree.collapse(model.index(0, 0))
    person = model.index(1, 0)
    assert person.data() == "PID"
    names = {str(model.index(row, 0, person).data()): row for row in range(model.rowCount(person))}
    tree.expand(model.index(names["PID-5"], 0, person))
    before = opened()
    assert {"PID", "PID-5"} <= set(before)
    assert "MSH" not in before
    for _ in range(2):
        view._empty.click()
        assert opened() == before


def test_nothing_can_be_done_with_a_field_that_is_hidden(qtbot: QtBot) -> None:
    view = FieldsView()
    qtbot.addWidget(view)
    segment = parse(ORU)[2]._replace(value="")
    view.show_nodes((segment,), USUAL)
    view._empty.click()
    view.go_to((segment, segment.children[4]))
    assert view._save.isEnabled()
    view._empty.click()
    assert not view.tree.currentIndex().isValid()
    assert not view._save.isEnabled()
    assert not view._filter.isEnabled()


def save_action(view: FieldsView) -> object:
    return next(action for action in view.tree.actions() if action.text().startswith("Save document"))


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], list[str]]:
    """Answers the question where to save; gives what was suggested."""

    def chosen(path: Path) -> list[str]:
        asked: list[str] = []

        def answer(_parent: object, _title: str, suggested: str) -> tuple[str, str]:
            asked.append(suggested)
            return str(path), ""

        monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
        return asked

    return chosen


def test_a_document_is_saved(detail: Detail, qtbot: QtBot, tmp_path: Path, choose: Callable[[Path], list[str]]) -> None:
    show(detail, qtbot, session_of((0, mllp(ORU.encode())), (1, mllp(answer()))))
    asked = choose(tmp_path / "report.pdf")
    index_of(detail, "PID-5")
    assert not save_action(detail.fields).isEnabled()  # type: ignore[attr-defined]
    index_of(detail, "OBX-5.5")
    with qtbot.waitSignal(detail.told) as told:
        save_action(detail.fields).trigger()  # type: ignore[attr-defined]
    assert told.args == [f"Saved {len(PDF):,} bytes as {tmp_path / 'report.pdf'}.", False]
    assert (tmp_path / "report.pdf").read_bytes() == PDF
    assert [Path(one).name for one in asked] == ["document.pdf"]
    if os.name != "nt":
        assert (tmp_path / "report.pdf").stat().st_mode & 0o777 == 0o600


def test_a_document_that_cannot_be_saved(
    detail: Detail, qtbot: QtBot, tmp_path: Path, choose: Callable[[Path], list[str]]
) -> None:
    broken = ORU.replace("^Base64^", "^Base64^*")
    show(detail, qtbot, session_of((0, mllp(broken.encode())), (1, mllp(answer()))))
    choose(tmp_path / "no such folder" / "report.pdf")
    index_of(detail, "OBX-5")
    with qtbot.waitSignal(detail.told) as told:
        save_action(detail.fields).trigger()  # type: ignore[attr-defined]
    assert told.args[1] is True
    assert "OBX-5" in told.args[0]
    show(detail, qtbot, session_of((0, mllp(ORU.encode())), (1, mllp(answer()))))
    index_of(detail, "OBX-5")
    with qtbot.waitSignal(detail.told) as told:
        save_action(detail.fields).trigger()  # type: ignore[attr-defined]
    assert told.args[1] is True
    assert "was not saved" in told.args[0]


def test_the_window_tells_what_became_of_a_document(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    window.detail.fields.told.emit("It was saved.", False)
    assert window.banner.texts == ["It was saved."]


def test_a_tree_shows_where_it_was_led(qtbot: QtBot) -> None:
    view = FieldsView()
    qtbot.addWidget(view)
    view.resize(600, 200)
    view.show()
    nodes = parse("MSH|^~\\&|A\r" + "OBX|1||||x^y\r" * 300)
    view.show_nodes(nodes, USUAL)
    told: list[object] = []
    view.chosen.connect(told.append)
    view.go_to((nodes[250], nodes[250].children[4], nodes[250].children[4].children[1]))
    QApplication.processEvents()
    index = view.tree.currentIndex()
    assert index.data() == "OBX[250]-5.2"
    assert view.tree.viewport().rect().intersects(view.tree.visualRect(index))
    assert told == []
