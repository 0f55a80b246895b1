"""The list paints its cells itself: as Qt would, but for pictures of what is chosen, which keep their colours."""

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QStyledItemDelegate
from pytestqt.qtbot import QtBot

from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.session import EndReason
from hl7capture.ui import theme
from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_model import DURATION, FINDINGS, STATE, SessionModel
from hl7capture.ui.session_table import SessionTable
from tests.support.stored import session_of

SEVERITIES = ("error", "warning", "note")


@pytest.fixture
def table(qtbot: QtBot, tmp_path: Path) -> SessionTable:
    """Sessions of each state, with and without findings."""
    theme.apply(QApplication.instance(), "light")  # type: ignore[arg-type]
    model = SessionModel()
    made = SessionTable(SessionFilter(model), LayoutMemory(tmp_path / "layout.json"))
    qtbot.addWidget(made)
    reasons = [None, *EndReason]
    sessions = [session_of(number, end_reason=reason) for number, reason in enumerate(reasons)]
    for number, session in enumerate(sessions):
        session.findings = (("ack-missing", SEVERITIES[number % 3]),) if number % 2 else ()
    model.add(map(summary_of, sessions))
    made.resize(1400, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


def painted(table: SessionTable) -> QImage:
    return table.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def cell(table: SessionTable, line: int, column: int) -> QRect:
    return table.visualRect(table.lines.index(line, column))


def colours_in(image: QImage, place: QRect) -> set[str]:
    return {
        image.pixelColor(x, y).name()
        for x in range(place.left(), place.right() + 1)
        for y in range(place.top(), place.bottom() + 1)
    }


def differing(one: QImage, other: QImage) -> int:
    assert one.size() == other.size()
    return sum(one.pixel(x, y) != other.pixel(x, y) for x in range(one.width()) for y in range(one.height()))


def test_sessions_look_as_qt_would_paint_them(table: SessionTable) -> None:
    ours = painted(table)
    table.setItemDelegate(QStyledItemDelegate(table))
    qts = painted(table)
    assert len(colours_in(qts, cell(table, 0, STATE))) > 5  # there is something to see
    assert differing(ours, qts) < qts.width() * qts.height() / 1000


def test_what_is_chosen_keeps_the_colours_of_its_pictures(table: SessionTable) -> None:
    finding = QColor(theme.colours().warning).name()
    before = colours_in(painted(table), cell(table, 1, FINDINGS))
    table.selectRow(1)
    after = colours_in(painted(table), cell(table, 1, FINDINGS))
    assert finding in before & after
    assert QColor(theme.colours().selection).name() in after - before


def test_what_is_wider_than_its_column_is_cut_with_dots(table: SessionTable) -> None:
    table.setColumnWidth(STATE, 60)
    image, place = painted(table), cell(table, 0, STATE)
    edge = QRect(place.right() - 4, place.top(), 5, place.height())
    assert len(colours_in(image, edge)) == 1  # nothing is written over the edge


def test_a_table_that_is_off_is_muted(table: SessionTable) -> None:
    text = QColor(theme.colours().text).name()
    assert text in colours_in(painted(table), cell(table, 0, DURATION))
    table.setEnabled(False)
    assert text not in colours_in(painted(table), cell(table, 0, DURATION))
