"""Hex: the exact bytes of an element, sixteen a line."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QFontMetricsF,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from hl7capture.hl7.privacy.masking import MASK, Span
from hl7capture.ui.clipboard import copy_text
from hl7capture.ui.theme import colour, monospaced

_WIDTH = 16
_MARGIN = 12
_TOP = 8
_BYTES, _CHARACTERS = 10, 61  # columns where they begin
MOST_COPIED = 1 << 20

Spans = Sequence[Span]


def hex_line(data: bytes, number: int, hidden: Spans = ()) -> tuple[str, str, str]:
    """Offset, bytes and characters of one line. hidden: spans of bytes that are masked, in order."""
    first = number * _WIDTH
    piece = data[first : first + _WIDTH]
    digits = [f"{byte:02x}" for byte in piece]
    characters = [chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in piece]
    for at in hidden_between(hidden, first, first + len(piece)):
        digits[at - first], characters[at - first] = MASK * 2, MASK
    left, right = " ".join(digits[:8]), " ".join(digits[8:])
    return f"{first:08x}", f"{left:<23}  {right:<23}", "".join(characters)


def hidden_between(hidden: Spans, first: int, last: int) -> Iterator[int]:
    """The bytes from `first` to before `last` that are masked."""
    for start, end in hidden[max(bisect_right(hidden, first, key=lambda span: span[0]) - 1, 0) :]:
        if start >= last:
            return
        yield from range(max(start, first), min(end, last))


class HexView(QAbstractScrollArea):
    """Paints the lines in sight, so that 50 MB are as quick as 50 bytes.

    chosen: the byte that a person has clicked.
    deidentified_wanted: the bytes without patients' data.
    """

    chosen = Signal(int)
    deidentified_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hex")
        self.setAccessibleName(self.tr("Bytes"))
        self.setFont(monospaced())
        self._data = b""
        self._hidden: Spans = ()
        self._marked: tuple[int, int] | None = None
        copy = QAction(self.tr("Copy as hex"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        copy_deidentified = QAction(self.tr("Copy as hex, de-identified"), self)
        copy_deidentified.triggered.connect(self.deidentified_wanted)
        self.addActions([copy, copy_deidentified])
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @property
    def data(self) -> bytes:
        """The bytes that are shown."""
        return self._data

    def show_bytes(self, data: bytes, hidden: Spans = ()) -> None:
        """Other bytes. hidden: spans of them that are masked, in order."""
        self._data = data
        self._hidden = hidden
        self._marked = None
        self.verticalScrollBar().setValue(0)
        self._measure()
        self.viewport().update()

    def conceal(self, hidden: Spans) -> None:
        """Masks these spans of the bytes, in order, and shows the others."""
        self._hidden = hidden
        self.viewport().update()

    @property
    def marked(self) -> bytes:
        """The bytes that are marked."""
        return b"" if self._marked is None else self._data[slice(*self._marked)]

    def mark(self, span: tuple[int, int] | None, *, into_sight: bool = True) -> None:
        """Marks the bytes from the first of `span` to the one before its second."""
        self._marked = span
        if span is not None and into_sight:
            bar = self.verticalScrollBar()
            line = span[0] // _WIDTH
            if not bar.value() <= line < bar.value() + bar.pageStep():
                bar.setValue(max(line - 2, 0))
        self.viewport().update()

    def byte_at(self, point: QPoint) -> int | None:
        """The byte that is painted there, as number or as character; None where there is none."""
        column = (point.x() - _MARGIN + self.horizontalScrollBar().value()) / self._advance()
        line = self.verticalScrollBar().value() + (point.y() - _TOP) // self._step()
        if column >= _CHARACTERS:
            within = int(column - _CHARACTERS)
        else:
            within = int((column - _BYTES - (column >= _BYTES + 3 * _WIDTH // 2)) // 3)
        byte = line * _WIDTH + within
        return byte if 0 <= within < _WIDTH and 0 <= byte < len(self._data) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        byte = self.byte_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and byte is not None:
            self.chosen.emit(byte)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        metrics = painter.fontMetrics()
        step, advance = self._step(), self._advance()
        first = self.verticalScrollBar().value()
        x = _MARGIN - self.horizontalScrollBar().value()
        for place, number in enumerate(range(first, min(first + self.viewport().height() // step + 1, self._lines()))):
            y = place * step + metrics.ascent() + _TOP
            for column, width in self._marks(number):
                mark = QRectF(x + column * advance, y - metrics.ascent(), width * advance, step)
                painter.fillRect(mark, colour("selection"))
            for text, column, ink in zip(
                hex_line(self._data, number, self._hidden),
                (0, _BYTES, _CHARACTERS),
                ("muted", "text", "accent"),
                strict=True,
            ):
                painter.setPen(colour(ink))
                painter.drawText(QPointF(x + column * advance, y), text)

    def _marks(self, line: int) -> list[tuple[int, int]]:
        """Where a line is marked: columns, and how many of them."""
        if self._marked is None:
            return []
        first, last = (min(max(byte - line * _WIDTH, 0), _WIDTH) for byte in self._marked)
        if first >= last:
            return []
        begin, end = (_BYTES + 3 * byte + (byte >= _WIDTH // 2) for byte in (first, last - 1))
        return [(begin, end + 2 - begin), (_CHARACTERS + first, last - first)]

    def _step(self) -> int:
        return self.fontMetrics().lineSpacing() + 3

    def _advance(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance("0")  # a fraction adds up over eighty columns

    def _lines(self) -> int:
        return -(-len(self._data) // _WIDTH)

    def _measure(self) -> None:
        page = max((self.viewport().height() - 2 * _TOP) // self._step(), 1)
        self.verticalScrollBar().setRange(0, max(self._lines() - page, 0))
        self.verticalScrollBar().setPageStep(page)
        wanted = int((_CHARACTERS + _WIDTH) * self._advance()) + 2 * _MARGIN
        self.horizontalScrollBar().setRange(0, max(wanted - self.viewport().width(), 0))

    @property
    def copied_text(self) -> str:
        """The bytes in hexadecimal, as they are shown: masked where they are hidden."""
        piece = self._data[:MOST_COPIED]
        digits = piece.hex(" ").split(" ")
        for at in hidden_between(self._hidden, 0, len(piece)):
            digits[at] = MASK * 2
        return " ".join(digits)

    def _copy(self) -> None:
        copy_text(self.copied_text)
