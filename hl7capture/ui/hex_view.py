"""Hex: the exact bytes of an element, sixteen a line."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction, QFontMetricsF, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from hl7capture.ui.theme import colour, monospaced

_WIDTH = 16
_MARGIN = 12
_MOST_COPIED = 1 << 20


def hex_line(data: bytes, number: int) -> tuple[str, str, str]:
    """Offset, bytes and characters of one line."""
    piece = data[number * _WIDTH : (number + 1) * _WIDTH]
    left, right = piece[:8].hex(" "), piece[8:].hex(" ")
    characters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in piece)
    return f"{number * _WIDTH:08x}", f"{left:<23}  {right:<23}", characters


class HexView(QAbstractScrollArea):
    """Paints the lines in sight, so that 50 MB are as quick as 50 bytes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hex")
        self.setAccessibleName(self.tr("Bytes"))
        self.setFont(monospaced())
        self._data = b""
        copy = QAction(self.tr("Copy as hex"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @property
    def data(self) -> bytes:
        """The bytes that are shown."""
        return self._data

    def show_bytes(self, data: bytes) -> None:
        """Other bytes."""
        self._data = data
        self.verticalScrollBar().setValue(0)
        self._measure()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        metrics = painter.fontMetrics()
        step = metrics.lineSpacing() + 3
        advance = QFontMetricsF(self.font()).horizontalAdvance("0")  # a fraction adds up over eighty columns
        first = self.verticalScrollBar().value()
        x = _MARGIN - self.horizontalScrollBar().value()
        for place, number in enumerate(range(first, min(first + self.viewport().height() // step + 1, self._lines()))):
            y = place * step + metrics.ascent() + 8
            for text, column, ink in zip(
                hex_line(self._data, number), (0, 10, 61), ("muted", "text", "accent"), strict=True
            ):
                painter.setPen(colour(ink))
                painter.drawText(QPointF(x + column * advance, y), text)

    def _lines(self) -> int:
        return -(-len(self._data) // _WIDTH)

    def _measure(self) -> None:
        metrics = self.fontMetrics()
        page = max((self.viewport().height() - 16) // (metrics.lineSpacing() + 3), 1)
        self.verticalScrollBar().setRange(0, max(self._lines() - page, 0))
        self.verticalScrollBar().setPageStep(page)
        wanted = int(77 * QFontMetricsF(self.font()).horizontalAdvance("0")) + 2 * _MARGIN
        self.horizontalScrollBar().setRange(0, max(wanted - self.viewport().width(), 0))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._data[:_MOST_COPIED].hex(" "))
