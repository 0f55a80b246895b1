"""Paints the line above a group of sessions across all columns, however they are ordered."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from hl7capture.ui.icons import icon
from hl7capture.ui.session_groups import GROUP_ROLE, Group
from hl7capture.ui.severity import BADGES
from hl7capture.ui.theme import colour, colours

_MARGIN = 8
_ICON = 16
_GAP = 14


class LineDelegate(QStyledItemDelegate):
    """Sessions as usual; of a group's line each cell paints its own part."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        group = index.data(GROUP_ROLE)
        if not isinstance(group, Group):
            super().paint(painter, option, index)
            return
        header = self._table.horizontalHeader()
        rect: QRect = option.rect
        whole = QRect(-header.offset(), rect.top(), header.length(), rect.height())
        painter.save()
        painter.setClipRect(rect)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, colour("selection" if is_selected else "raised"))
        self._paint_line(painter, whole, group)
        if self._table.hasFocus() and self._table.currentIndex().row() == index.row():
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
