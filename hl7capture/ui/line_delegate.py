"""Paints the lines of the list: a session cell by cell, the line above a group across all columns.

Qt's own delegate asks the model seven things of every cell, through Python each time, and then the style sheet how to
paint it: that was half of what a picture of the list took.
"""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from hl7capture.ui.icons import icon
from hl7capture.ui.session_groups import Group, GroupedSessions
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.severity import BADGES
from hl7capture.ui.theme import colour, colours

_MARGIN = 8
_ICON = 16
_GAP = 14
_BESIDE = 9  # pixels between a cell's edge and what stands in it
_AFTER_ICON = 6
_SELECTED, _ENABLED = QStyle.StateFlag.State_Selected.value, QStyle.StateFlag.State_Enabled.value
_LINE = (Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextForceLeftToRight).value  # whatever the text begins with
_LEFT = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
_ROLE = Qt.ItemDataRole


class LineDelegate(QStyledItemDelegate):
    """Of a group's line each cell paints its own part."""

    def __init__(self, table: QTableView, lines: GroupedSessions) -> None:
        super().__init__(table)
        self._table = table
        self._lines = lines

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        state: int = option.state.value
        line = index.row()
        row = self._lines.row(line)
        if row is None:
            self._paint_group(painter, rect, line, is_selected=bool(state & _SELECTED))
            return
        if state & _SELECTED:
            painter.fillRect(rect, colour("selection"))
        self._paint_cell(painter, rect, row, index.column(), state)

    def _paint_cell(self, painter: QPainter, rect: QRect, row: SessionRow, column: int, state: int) -> None:
        shown = self._lines.shown
        left, width = rect.left() + _BESIDE, rect.width() - 2 * _BESIDE
        picture: QIcon | None = shown(row, column, _ROLE.DecorationRole)
        if picture is not None:
            mode = QIcon.Mode.Normal if state & _ENABLED else QIcon.Mode.Disabled
            top = rect.top() + (rect.height() - _ICON) // 2
            picture.paint(painter, left, top, _ICON, _ICON, Qt.AlignmentFlag.AlignCenter, mode)
            left, width = left + _ICON + _AFTER_ICON, width - _ICON - _AFTER_ICON
        text: str = shown(row, column, _ROLE.DisplayRole)
        if not text:
            return
        ink: QColor | None = None if state & _SELECTED else shown(row, column, _ROLE.ForegroundRole)
        painter.setPen(ink or colour("text" if state & _ENABLED else "muted"))
        alignment = shown(row, column, _ROLE.TextAlignmentRole)
        flags = _LINE | (_LEFT if alignment is None else alignment.value)
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(left, rect.top(), width, rect.height(), flags, elided)

    def _paint_group(self, painter: QPainter, rect: QRect, line: int, *, is_selected: bool) -> None:
        group = self._lines.group(line)
        header = self._table.horizontalHeader()
        whole = QRect(-header.offset(), rect.top(), header.length(), rect.height())
        painter.save()
        painter.setClipRect(rect)
        painter.fillRect(rect, colour("selection" if is_selected else "raised"))
        self._paint_line(painter, whole, group)
        if self._table.hasFocus() and self._table.currentIndex().row() == line:
            painter.setPen(colour("accent"))
            painter.drawRect(whole.adjusted(0, 0, -1, -1))
        painter.restore()

    def _paint_line(self, painter: QPainter, whole: QRect, group: Group) -> None:
        facts = group.facts
        assert facts is not None
        left = whole.left() + _MARGIN
        top = whole.top() + (whole.height() - _ICON) // 2
        arrow = "unfolded" if group.is_unfolded else "folded"
        icon(arrow).paint(painter, QRect(left, top, _ICON, _ICON))
        left += _ICON + _MARGIN
        font = self._table.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(colour("text"))
        left = self._paint_text(painter, whole, left, facts.title) + _GAP
        if facts.severity:
            badge = BADGES[facts.severity]
            icon(badge.icon, getattr(colours(), badge.colour)).paint(painter, QRect(left, top, _ICON, _ICON))
            left += _ICON + _MARGIN
        painter.setFont(self._table.font())
        painter.setPen(colour("muted"))
        self._paint_text(painter, whole, left, facts.text)

    @staticmethod
    def _paint_text(painter: QPainter, whole: QRect, left: int, text: str) -> int:
        """Where it ends."""
        place = QRect(left, whole.top(), whole.right() - left, whole.height())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(place, int(flags), text)
        return left + painter.fontMetrics().horizontalAdvance(text)
