"""The ladder as a picture, to be mailed or printed: always in light colours, whatever the window looks like."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize
from PySide6.QtGui import QFont, QFontInfo, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from hl7capture.ui.ladder.layout import Layout
from hl7capture.ui.ladder.line import LEFT, write
from hl7capture.ui.ladder.look import Look, drawn
from hl7capture.ui.ladder.marks import Marks
from hl7capture.ui.ladder.painting import Painting
from hl7capture.ui.ladder.words import translate
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.theme import LIGHT

_WIDTH = 900  # pixels
_MOST_HEIGHT = 24_000  # pixels of rows: some 500 messages; a PNG of it takes 90 MB while it is made
_SHARP_HEIGHT = 12_000  # up to here a PNG has twice the pixels
_PADDING = 12
_DPI = 96  # a CSS pixel


class PictureKind(StrEnum):
    """By the end of a file's name."""

    SVG = ".svg"
    PNG = ".png"


class PictureError(Exception):
    """In words for the person who wanted the picture."""


@dataclass(slots=True, frozen=True)
class Picture:
    """first, last: which elements of the session it shows, from 1 on; total: how many there are."""

    data: bytes
    first: int
    last: int
    total: int

    @property
    def is_whole(self) -> bool:
        return self.last - self.first + 1 == self.total


def picture(
    row: SessionRow, unfolded: Collection[int], marks: Marks, font: QFont, start: int, kind: PictureKind
) -> Picture:
    """A session; one that is too long for a picture from the element `start` on, as far as that goes.

    unfolded: first elements of messages whose frames are shown. For any thread. Raises PictureError.
    """
    look = Look(LIGHT, _in_pixels(font))
    layout = Layout(row.session, look.sizes, unfolded)
    layout.grow()
    if not layout.count:
        raise PictureError(translate("Ladder", "The session is empty: there is no ladder to export."))
    top = 0
    if layout.height > _MOST_HEIGHT:
        at = layout.row(layout.place_of(start, is_whole=True))
        top = min(at.top - at.space, layout.height - _MOST_HEIGHT)
    shown = [one for one in layout.rows(top, top + _MOST_HEIGHT) if top <= one.top and one.bottom <= top + _MOST_HEIGHT]
    first, last = shown[0], shown[-1]
    end = last.number + (len(last.frames) if last.frames and not last.frames.is_open else 1)
    title = title_of(row)
    if end - first.number < layout.count:
        part = translate("Ladder", "elements {0} to {1} of {2}").format(
            number_text(first.number + 1), number_text(end), number_text(layout.count)
        )
        title = f"{title} · {part}"
    top, bottom = first.top - first.space, last.bottom
    caption = look.line + 2 * _PADDING
    size = QSize(_WIDTH, caption + look.head + bottom - top + _PADDING)

    def paint(painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), look.colour("panel"))
        painter.setFont(look.font)
        box = QRectF(_PADDING, _PADDING, _WIDTH - 2 * _PADDING, look.line)
        write(painter, box, title, look.colour("text"), LEFT, look.metrics)
        painter.translate(0, caption)
        painting = Painting(painter, look, _WIDTH, row, layout, marks, cache(drawn))
        painting.heads()
        painter.translate(0, look.head - top)
        painting.rows(top, bottom)

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if kind is PictureKind.SVG:
        _write_svg(buffer, size, title, paint)
    else:
        _write_png(buffer, size, paint)
    return Picture(bytes(buffer.data().data()), first.number + 1, end, layout.count)


def title_of(row: SessionRow) -> str:
    """`Session 17 · Device 10.0.0.5:40001 → LIS 10.1.0.1:2575 · 2026-11-21 11:00:00.123 +0100`"""
    session = row.session
    try:
        moment = datetime.fromtimestamp(session.start_time / 1000).astimezone()
        start = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d} {moment:%z}"
    except (OverflowError, ValueError, OSError):  # a document may name a time that no calendar has
        start = "?"
    text = translate("Ladder", "Session {0} · Device {1} → LIS {2} · {3}")
    return text.format(session.number, visible(session.device, 80), visible(session.lis, 80), start)


def _in_pixels(font: QFont) -> QFont:
    """The font as large as on the screen, whatever resolution the picture says that it has."""
    fixed = QFont(font)
    fixed.setPixelSize(QFontInfo(font).pixelSize())
    return fixed


def _write_svg(buffer: QBuffer, size: QSize, title: str, paint: Callable[[QPainter], None]) -> None:
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setResolution(_DPI)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    generator.setDescription(translate("Ladder", "What device and LIS said, in order; made by HL7 Capture"))
    painter = QPainter(generator)
    paint(painter)
    painter.end()


def _write_png(buffer: QBuffer, size: QSize, paint: Callable[[QPainter], None]) -> None:
    scale = 2 if size.height() <= _SHARP_HEIGHT else 1
    image = QImage(size * scale, QImage.Format.Format_RGB32)
    if image.isNull():
        raise PictureError(translate("Ladder", "There is not enough memory for the picture. Export the ladder as SVG."))
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    image.save(buffer, "PNG")  # type: ignore[call-overload]
