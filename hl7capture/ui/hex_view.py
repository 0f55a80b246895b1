"""Hex: the exact bytes of an element, sixteen a line."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from hl7capture.hl7.privacy.masking import MASK, Span
from hl7capture.ui.announcing import describe
from hl7capture.ui.clipboard import copy_text
from hl7capture.ui.locale_words import number_text
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


def _column_of(byte: int) -> int:
    """Where a byte of a line stands: there is a gap in its middle."""
    return _BYTES + 3 * byte + (byte >= _WIDTH // 2)


class HexView(QAbstractScrollArea):
    """Paints the lines in sight, so that 50 MB are as quick as 50 bytes.

    chosen: the byte that a person has gone to, by a click or by keys.
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
        self._at = -1
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

    @property
    def at(self) -> int:
        """The byte that the keys have gone to; -1: none."""
        return self._at

    def show_bytes(self, data: bytes, hidden: Spans = ()) -> None:
        """Other bytes. hidden: spans of them that are masked, in order."""
        self._data = data
        self._hidden = hidden
        self._marked = None
        self._at = -1
        self._describe()
        self.verticalScrollBar().setValue(0)
        self._measure()
        self.viewport().update()

    def conceal(self, hidden: Spans) -> None:
        """Masks these spans of the bytes, in order, and shows the others."""
        self._hidden = hidden
        self._describe()
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
            self._go_to(byte)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        byte = self._led_to(event)
        if byte is None:
            super().keyPressEvent(event)
        elif self._data:
            self._go_to(min(max(byte, 0), len(self._data) - 1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

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
            if self.hasFocus() and number == self._at // _WIDTH and self._at >= 0:
                column = _column_of(self._at % _WIDTH)
                painter.setPen(colour("accent"))
                painter.drawRect(QRectF(x + column * advance - 1, y - metrics.ascent(), 2 * advance + 2, step - 1))
            for text, column, ink in zip(
                hex_line(self._data, number, self._hidden),
                (0, _BYTES, _CHARACTERS),
                ("muted", "text", "accent"),
                strict=True,
            ):
                painter.setPen(colour(ink))
                painter.drawText(QPointF(x + column * advance, y), text)

    def _led_to(self, event: QKeyEvent) -> int | None:
        """Where a key leads, perhaps beyond the ends; None where it leads nowhere."""
        is_whole = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        page = self.verticalScrollBar().pageStep() * _WIDTH
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -_WIDTH,
            Qt.Key.Key_Down: _WIDTH,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -len(self._data) if is_whole else -(max(self._at, 0) % _WIDTH),
            Qt.Key.Key_End: len(self._data) if is_whole else _WIDTH - 1 - max(self._at, 0) % _WIDTH,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            return None
        is_begun = self._at >= 0 or is_whole
        return self._at + step if is_begun else self.verticalScrollBar().value() * _WIDTH

    def _go_to(self, byte: int) -> None:
        self._at = byte
        self.chosen.emit(byte)
        bar, line = self.verticalScrollBar(), byte // _WIDTH
        bar.setValue(min(max(bar.value(), line - bar.pageStep() + 1), line))
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        """For screen readers: `Byte 18 of 512, offset 11: hex 4D, M`; what is masked is not said."""
        size = number_text(len(self._data))
        if self._at < 0:
            describe(self, self.tr("{0} bytes").format(size) if self._data else "")
            return
        byte, place = self._data[self._at], (number_text(self._at + 1), size, f"{self._at:X}")
        if any(hidden_between(self._hidden, self._at, self._at + 1)):
            words = self.tr("Byte {0} of {1}, offset {2}: masked").format(*place)
        else:
            words = self.tr("Byte {0} of {1}, offset {2}: hex {3}").format(*place, f"{byte:02X}")
            words += f", {chr(byte)}" if 0x20 < byte < 0x7F else ""
        describe(self, words)

    def _marks(self, line: int) -> list[tuple[int, int]]:
        """Where a line is marked: columns, and how many of them."""
        if self._marked is None:
            return []
        first, last = (min(max(byte - line * _WIDTH, 0), _WIDTH) for byte in self._marked)
        if first >= last:
            return []
        begin, end = (_column_of(byte) for byte in (first, last - 1))
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
