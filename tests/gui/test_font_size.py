"""Larger and smaller letters, and what grows with them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication, QTableView, QWidget
from pytestqt.qtbot import QtBot

from hl7capture.ui import font_size, theme
from hl7capture.ui.comparison.window import ComparisonWindow
from hl7capture.ui.dashboard.link_table import LinkTable
from hl7capture.ui.fields_view import FieldsView
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.session_model import DEVICE, DURATION
from tests.gui.conftest import read

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def normal_size(qapp: QApplication) -> Iterator[None]:
    yield
    font_size.apply(qapp, 100)


def sizes(window: MainWindow) -> list[float]:
    parts = (window.table, window.detail.text, window.detail.hex, window.ladder, window.status.state, window.menuBar())
    return [QFontInfo(part.font()).pointSizeF() for part in parts]


def test_keys_change_all_letters_at_once(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    window.table.selectRow(0)
    before, row = sizes(window), window.table.rowHeight(0)
    qtbot.keyClick(window, Qt.Key.Key_Plus, CONTROL)
    qtbot.keyClick(window, Qt.Key.Key_Plus, CONTROL)
    qtbot.keyClick(window, Qt.Key.Key_Equal, CONTROL)
    assert window.controller.settings.font_size == 150
    assert sizes(window) == pytest.approx([1.5 * size for size in before], rel=0.06)
    assert window.table.rowHeight(0) == 1.5 * row
    qtbot.mouseClick(window.ladder.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 140))
    assert window.ladder.selected == 1  # 69 + 57 pixels down begins the second row
    qtbot.keyClick(window, Qt.Key.Key_0, CONTROL)
    assert sizes(window) == pytest.approx(before)
    qtbot.keyClick(window, Qt.Key.Key_Minus, CONTROL)
    assert window.controller.settings.font_size == 90


def test_the_size_is_there_at_the_next_start(open_window: Callable[[], MainWindow], qapp: QApplication) -> None:
    first = open_window()
    before = qapp.font().pointSizeF()
    first.controller.change_settings(fontSize=200)
    assert qapp.font().pointSizeF() == pytest.approx(2 * before)
    assert first.table.verticalHeader().defaultSectionSize() == 56


@pytest.mark.parametrize("kind", [LinkTable, ComparisonWindow])
def test_rows_of_all_lists_hold_large_letters(kind: type[QWidget], qapp: QApplication, qtbot: QtBot) -> None:
    font_size.apply(qapp, 150)
    theme.paint(qapp)
    shown = kind()
    qtbot.addWidget(shown)
    shown.show()
    table = shown.table if isinstance(shown, ComparisonWindow) else shown
    assert isinstance(table, QTableView)
    for percent in (150, 250, 100):
        font_size.apply(qapp, percent)
        theme.paint(qapp)
        QApplication.processEvents()
        assert table.verticalHeader().defaultSectionSize() == 28 * percent // 100
        assert table.verticalHeader().defaultSectionSize() >= table.fontMetrics().height()


def test_columns_grow_with_their_letters_from_where_a_person_left_them(qapp: QApplication, qtbot: QtBot) -> None:
    font_size.apply(qapp, 150)
    fields = FieldsView()
    qtbot.addWidget(fields)
    fields.show()
    header = fields.tree.header()
    at_first = [header.sectionSize(column) for column in range(4)]
    assert at_first[0] == 195
    header.resizeSection(1, 300)
    for percent in (200, 100, 150):
        font_size.apply(qapp, percent)
        theme.paint(qapp)
        QApplication.processEvents()
        assert [header.sectionSize(column) for column in range(4)] == pytest.approx(
            [at_first[0] * percent / 150, 2 * percent, at_first[2] * percent / 150, at_first[3] * percent / 150], abs=2
        )


def test_the_filter_is_never_pushed_out_of_sight(window: MainWindow, qtbot: QtBot) -> None:
    button = window.toolbar.widgetForAction(window.commands.open)
    assert window.filtering.box.isVisible()
    words = button.sizeHint().width()
    window.controller.change_settings(fontSize=200)
    qtbot.waitUntil(lambda: window.toolbar.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly)
    qtbot.waitUntil(lambda: window.filtering.box.isVisible())
    window.controller.change_settings(fontSize=100)
    qtbot.waitUntil(lambda: button.sizeHint().width() == words)


@pytest.mark.parametrize("percent", [100, 125, 150])
def test_the_list_fits_into_the_window(window: MainWindow, capture_file: Path, qtbot: QtBot, percent: int) -> None:
    read(window, capture_file, qtbot)
    table, header = window.table, window.table.horizontalHeader()
    window.controller.change_settings(fontSize=percent)
    qtbot.waitUntil(lambda: header.length() <= table.viewport().width())
    assert not table.horizontalScrollBar().isVisible()
    assert header.sectionSize(DURATION) >= table.fontMetrics().horizontalAdvance("120 ms")
    window.resize(1200, 700)
    qtbot.waitUntil(lambda: header.length() <= table.viewport().width())
    header.resizeSection(DEVICE, 500)  # a person wants it so
    window.resize(1000, 700)
    assert header.sectionSize(DEVICE) == 500


@pytest.mark.parametrize(("width", "height", "percent"), [(1280, 800, 100), (640, 400, 100), (900, 600, 200)])
def test_no_button_of_the_welcome_page_is_cut(
    window: MainWindow, qtbot: QtBot, width: int, height: int, percent: int
) -> None:
    window.controller.change_settings(fontSize=percent)
    window.resize(width, height)
    page = window.welcome
    qtbot.waitUntil(lambda: page.widget().width() <= page.viewport().width())
    for button in (page.listen, page.refresh, page.remote, page.open, page.try_it):
        page.ensureWidgetVisible(button)
        place = QRect(button.mapTo(page.viewport(), QPoint()), button.size())
        assert page.viewport().rect().contains(place), button.text()
        assert button.width() >= button.sizeHint().width(), button.text()


def test_the_filter_stays_in_a_narrow_window(window: MainWindow, qtbot: QtBot) -> None:
    settings = window.toolbar.widgetForAction(window.commands.settings)
    before = window.filtering.box.minimumWidth()
    window.resize(640, 400)
    for part in (window.filtering.box, window.capturing.interface, settings):
        qtbot.waitUntil(lambda part=part: part.isVisible() and part.geometry().right() <= window.toolbar.width())
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.filtering.box.minimumWidth() == before)


def test_steps_end() -> None:
    assert (font_size.larger(250), font_size.smaller(70)) == (250, 70)
    assert (font_size.larger(123), font_size.smaller(123)) == (125, 110)
