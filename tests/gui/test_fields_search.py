"""Searching in a message, and what the context menu of its fields does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from pytestqt.qtbot import QtBot

from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.hl7.node import Node
from hl7capture.hl7.split import USUAL
from hl7capture.hl7.tree import delimiters_of, parse
from hl7capture.ui.field_filter import filter_of
from hl7capture.ui.fields_view import FieldsView
from hl7capture.ui.main_window import MainWindow
from tests.gui.conftest import read
from tests.support.stored import session_of

ORU = (
    "MSH|^~\\&|AN|LAB|LIS|H|20260101101530||ORU^R01^ORU_R01|17|P|2.5.1\r"
    "PID|1||4711^^^LAB~0815||Test\\T\\mann^Erika||19700101|F\r"
    "OBX|1|NM|K^Potassium||4.1|mmol/L|||||F\r"
    'OBX|2|ST|C^Comment||say "hi" <b>bold</b>\u202e\x07\U0001f600|||||F\r'
)


@pytest.fixture
def view(qtbot: QtBot) -> FieldsView:
    made = FieldsView()
    made.resize(800, 600)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def show(view: FieldsView, text: str = ORU) -> None:
    view.show_nodes(parse(text), delimiters_of(text))


def search(view: FieldsView, qtbot: QtBot, text: str) -> None:
    view.search.box.setText(text)
    qtbot.waitUntil(lambda: view.search.count.text() != "")


def current(view: FieldsView) -> str:
    node = view.model.node(view.tree.currentIndex())
    return node.path if node else ""


def go_to(view: FieldsView, path: str) -> None:
    def chain(nodes: tuple[Node, ...], above: tuple[Node, ...] = ()) -> tuple[Node, ...] | None:
        for node in nodes:
            here = (*above, node)
            found = here if node.path == path else chain(node.children, here)
            if found:
                return found
        return None

    found = chain(view.model._nodes)
    assert found
    view.tree.setCurrentIndex(view.model.index_of(found))


def action(view: FieldsView, title: str) -> QAction:
    return next(each for each in view.tree.actions() if each.text() == title)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("potassium", "OBX-3.2"),  # value
        ("test&mann", "PID-5.1"),  # as it reads, escapes decoded
        ("family name", "PID-5.1"),  # name
        ("PID-7", "PID-7"),  # path
        ("female", "PID-8"),  # meaning
        ("<B>BOLD", "OBX[2]-5"),
        ("\U0001f600", "OBX[2]-5"),
    ],
)
def test_is_found_by_path_name_value_and_meaning(view: FieldsView, qtbot: QtBot, text: str, path: str) -> None:
    show(view)
    search(view, qtbot, text)
    assert current(view) == path
    assert view.search.count.text().startswith("1 of ")


def test_enter_goes_on_and_round(view: FieldsView, qtbot: QtBot) -> None:
    chosen: list[str] = []
    view.chosen.connect(lambda node: chosen.append(node.path))
    show(view)
    search(view, qtbot, "lab")
    assert (current(view), view.search.count.text()) == ("MSH-4", "1 of 2")
    qtbot.keyClick(view.search.box, Qt.Key.Key_Return)
    assert (current(view), view.search.count.text()) == ("PID-3.4", "2 of 2")
    qtbot.keyClick(view.search.box, Qt.Key.Key_Return)
    assert current(view) == "MSH-4"
    qtbot.keyClick(view.search.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert current(view) == "PID-3.4"
    assert chosen == ["MSH-4", "PID-3.4", "MSH-4", "PID-3.4"]  # Text and Hex follow
    qtbot.keyClick(view.search.box, Qt.Key.Key_Escape)
    assert view.search.box.text() == view.search.count.text() == ""
    qtbot.keyClick(view.search.box, Qt.Key.Key_Escape)
    qtbot.waitUntil(view.tree.hasFocus)


def test_nothing_found_is_said_and_another_message_is_searched_anew(view: FieldsView, qtbot: QtBot) -> None:
    show(view)
    search(view, qtbot, "sodium")
    assert view.search.count.text() == "nothing found"
    show(view, ORU.replace("Potassium", "Sodium"))
    qtbot.waitUntil(lambda: view.search.count.text() == "1")
    assert current(view) == ""  # who looks at another message is not taken anywhere
    view.search.go(1)
    assert current(view) == "OBX-3.2"


def test_a_megabyte_without_a_break_is_searched(view: FieldsView, qtbot: QtBot) -> None:
    show(view, ORU + "OBX|3|TX|T||" + "x" * 1_000_000 + "\r")
    search(view, qtbot, "xxxxxxxx")
    assert current(view) == "OBX[3]-5"


def test_very_many_places_are_bounded(view: FieldsView, qtbot: QtBot) -> None:
    show(view, ORU + "NTE|1||aaa\r" * 11_000)
    search(view, qtbot, "aaa")
    assert view.search.count.text() == "1 of 10,000+"


def test_a_line_is_copied(view: FieldsView) -> None:
    show(view)
    go_to(view, "PID-8")
    action(view, "Copy line").trigger()
    assert QGuiApplication.clipboard().text() == "PID-8\tAdministrative Sex\tIS\tF\tFemale"
    go_to(view, "OBX[2]-5")
    action(view, "Copy line").trigger()
    assert QGuiApplication.clipboard().text() == (
        'OBX[2]-5\tObservation Value\tST\tsay "hi" <b>bold</b>‹202E›␇\U0001f600\t'
    )


def test_everything_is_expanded_and_collapsed(view: FieldsView) -> None:
    show(view)
    action(view, "Expand all").trigger()
    go_to(view, "PID-5.1")
    assert view.tree.isExpanded(view.tree.currentIndex().parent())
    action(view, "Collapse all").trigger()
    assert not view.tree.isExpanded(view.model.index(0, 0))
    view.tree.setCurrentIndex(view.model.index(1, 0))
    action(view, "Expand all below").trigger()
    assert view.tree.isExpanded(view.model.index(1, 0))
    show(view, ORU + "NTE|1||a\r" * 1000)
    assert not action(view, "Expand all").isEnabled()


def test_a_field_becomes_a_filter(view: FieldsView, qtbot: QtBot) -> None:
    wanted: list[str] = []
    view.filter_wanted.connect(wanted.append)
    show(view)
    for path in ("PID-3.1", "PID-5.1", "OBX"):
        go_to(view, path)
        action(view, "Filter by this field").trigger()
    assert wanted == ["PID-3.1 = 4711", "PID-5.1 = Test&mann", "OBX exists"]
    go_to(view, "OBX[2]-5")
    assert not action(view, "Filter by this field").isEnabled()  # what has no glyph cannot be seen in the box
    view.show_nodes(parse(ORU), USUAL, is_masked=True)
    go_to(view, "PID-8")
    assert not action(view, "Filter by this field").isEnabled()


def test_every_filter_lets_its_own_message_through() -> None:
    session = session_of(1, ORU)
    waiting = list(parse(ORU))
    count = 0
    while waiting:
        node = waiting.pop()
        waiting += node.children
        condition = filter_of(node, USUAL)
        if condition:
            count += 1
            assert Filter.of(condition).matches(session), condition
    assert count > 30


def test_keys_of_the_window(open_window: Callable[[], MainWindow], capture_file: Path, qtbot: QtBot) -> None:
    window = open_window()
    read(window, capture_file, qtbot)
    window.table.selectRow(0)
    detail = window.detail
    qtbot.waitUntil(lambda: detail.fields.model.rowCount() > 0)
    detail.tabs.setCurrentWidget(detail.hex)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(detail.hex, Qt.Key.Key_F, keys)
    assert detail.tabs.currentWidget() is detail.fields
    qtbot.waitUntil(detail.fields.search.box.hasFocus)
    qtbot.keyClicks(detail.fields.search.box, "MSG1")
    qtbot.waitUntil(lambda: detail.hex.marked == b"MSG1")
    detail.fields.tree.setFocus()
    qtbot.keyClick(detail.fields.tree, Qt.Key.Key_L, keys)
    assert window.filtering.box.text() == "MSH-10 = MSG1"
    qtbot.waitUntil(lambda: window.filter.rowCount() == 1)
