"""Rows of two lines: what it is, and below, smaller in weight, what there is to know of it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from hl7capture.ui.theme import colour

TITLE = Qt.ItemDataRole.UserRole + 1  # where it is not the text of the row
BELOW = Qt.ItemDataRole.UserRole + 2
IS_MUTED = Qt.ItemDataRole.UserRole + 3

_MARGIN = 10  # pixels
_ABOVE, _BETWEEN = 6, 2


class TwoLines(QStyledItemDelegate):
    """All text is plain; what does not fit is elided."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, 2 * option.fontMetrics.height() + 2 * _ABOVE + _BETWEEN)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        picture = QIcon(shown.icon)
        shown.icon = QIcon()
        shown.text = ""
        shown.features &= ~QStyleOptionViewItem.ViewItemFeature.HasDecoration
        style = option.widget.style() if option.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, shown, painter, option.widget)
        size = option.decorationSize
        box = option.rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        picture.paint(painter, QRect(box.left(), box.center().y() - size.height() // 2, size.width(), size.height()))
        box.setLeft(box.left() + size.width() + _MARGIN)
        box.setRight(self.paint_beside(painter, box, option, index))
        line = option.fontMetrics.height()
        top = box.center().y() - line - _BETWEEN // 2
        painter.save()
        font = option.font
        font.setBold(not index.data(IS_MUTED))
        painter.setFont(font)
        painter.setPen(colour("muted" if index.data(IS_MUTED) else "text"))
        title = str(index.data(TITLE) or index.data())
        title = QFontMetrics(font).elidedText(title, Qt.TextElideMode.ElideMiddle, box.width())
        painter.drawText(QRect(box.left(), top, box.width(), line), Qt.AlignmentFlag.AlignVCenter, title)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(colour("muted"))
        below = option.fontMetrics.elidedText(str(index.data(BELOW) or ""), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(
            QRect(box.left(), top + line + _BETWEEN, box.width(), line), Qt.AlignmentFlag.AlignVCenter, below
        )
        painter.restore()

    def paint_beside(
        self,
        painter: QPainter,
        box: QRect,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> int:
        """What stands at the right of the words; where the words have to end."""
        return box.right()
