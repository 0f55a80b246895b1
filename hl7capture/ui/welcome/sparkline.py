"""What passed an interface in the last half minute, kept and drawn small: all of it muted, HL7 in the accent."""

from collections import deque

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from hl7capture.capture.traffic import Traffic
from hl7capture.ui.theme import colour

TICK_MS = 250
_TICKS = 120  # half a minute
_TICKS_OF_RATE = 8  # two seconds: a number that can be read before it changes
_LEAST_PEAK = 8  # packets in a tick: a few packets are no mountain
_LEAST_HEIGHT = 3.0  # pixels, of HL7: two packets among thousands are what is looked for
_ALL_OPACITY = 0.35


class History:
    """Packets of each tick, of one interface."""

    def __init__(self) -> None:
        self._ticks: deque[tuple[int, int]] = deque(maxlen=_TICKS)  # all packets, those of HL7
        self._last = Traffic()
        self.connections = 0  # that looked like HL7

    def add(self, now: Traffic) -> None:
        """What has passed since listening began; it may have begun anew."""
        before = self._last if now.packets >= self._last.packets else Traffic()
        self._ticks.append((now.packets - before.packets, now.hl7_packets - before.hl7_packets))
        self._last = now
        self.connections = max(self.connections, now.hl7_connections)

    @property
    def is_new(self) -> bool:
        """Nothing was listened to yet."""
        return not self._ticks

    @property
    def rate(self) -> int:
        """Packets a second."""
        latest = [packets for packets, _ in self._ticks][-_TICKS_OF_RATE:]
        return round(sum(latest) * 1000 / (TICK_MS * len(latest))) if latest else 0

    def stop(self) -> None:
        """Nobody listens any more; that HL7 was seen is still true."""
        self._ticks.clear()
        self._last = Traffic()

    def paint(self, painter: QPainter, box: QRectF) -> None:
        """The latest tick stands at the right edge."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour("line"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        peak = max([packets for packets, _ in self._ticks] + [_LEAST_PEAK])
        step = box.width() / (_TICKS - 1)
        left = box.right() - step * (len(self._ticks) - 1)
        tops = [
            QPointF(left + number * step, box.bottom() - box.height() * packets / peak)
            for number, (packets, _) in enumerate(self._ticks)
        ]
        if tops:
            ends = (QPointF(tops[0].x(), box.bottom()), QPointF(tops[-1].x(), box.bottom()))
            painter.setPen(colour("muted"))
            painter.drawPolyline(QPolygonF(tops))
            all_colour = colour("muted")
            all_colour.setAlphaF(_ALL_OPACITY)
            painter.setPen(all_colour)
            painter.setBrush(all_colour)
            painter.drawPolygon(QPolygonF([ends[0], *tops, ends[1]]))
        accent = colour("accent")
        for top, (_, packets) in zip(tops, self._ticks, strict=True):
            if packets:
                height = max(box.height() * packets / peak, _LEAST_HEIGHT)
                painter.fillRect(QRectF(top.x() - step / 2, box.bottom() - height, max(step, 1.0), height), accent)
        painter.restore()
