"""Three plots that share their time: messages a second, latencies, findings. Imports pyqtgraph, so import it late."""

from datetime import datetime
from math import ceil, floor, isnan, log10, nan
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from hl7capture.hl7.statistics.series import DAY, HOUR, MINUTE, SECOND, Series
from hl7capture.ui.dashboard.words import unit_for
from hl7capture.ui.locale_words import weekday_text
from hl7capture.ui.plain_label import PlainLabel
from hl7capture.ui.theme import colour

_AXIS_WIDTH = 64
_PEN = 1.6
_SYMBOL = 4
_SECONDS = 3  # the logarithm of the milliseconds in one
_FILL = 60  # of 255: opacity below the curve
_LEAST_RATE, _LEAST_FINDINGS = 1.0, 4.0  # tops of the axes: an empty plot is not magnified
_ROOM = 1.1  # above the highest
# Filled, hatched, outlined: they are told apart without colours, too.
_SEVERITIES = (
    ("error", "bad", Qt.BrushStyle.SolidPattern),
    ("warning", "warning", Qt.BrushStyle.BDiagPattern),
    ("note", "muted", Qt.BrushStyle.NoBrush),
)


class _LatencyAxis(pg.AxisItem):  # type: ignore[misc]
    """Values are logarithms of milliseconds."""

    def tickValues(self, least: float, most: float, size: float) -> list[tuple[float, list[float]]]:
        return [(1.0, [float(power) for power in range(ceil(least), floor(most) + 1)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{10**value:g} ms" if value < _SECONDS else f"{10 ** (value - _SECONDS):g} s" for value in values]


class _TimeAxis(pg.DateAxisItem):  # type: ignore[misc]
    """Local time; a day is told by its name as well."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if spacing != DAY / SECOND:
            return list(super().tickStrings(values, scale, spacing))
        return [weekday_text(datetime.fromtimestamp(value).astimezone().date()) for value in values]


class Plots(QWidget):
    """What `show_series` was given. A line follows the mouse, or Left and Right: `pointed` tells at which bin it is."""

    pointed = Signal(int)  # -1: at none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: Series | None = None
        self._at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Plots: messages, latencies and findings over time"))
        self.setObjectName("plots")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # for the frame that shows the focus
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(2)
        self._plots: list[Any] = []
        self._headings: list[QLabel] = []
        self._lines: list[Any] = []
        self._rate_titles = {
            SECOND: self.tr("Messages per second"),
            MINUTE: self.tr("Messages per minute"),
            HOUR: self.tr("Messages per hour"),
        }
        titles = (
            self._rate_titles[SECOND],
            self.tr("Acknowledgement latency: ● p50, ▲ p95, – – late"),
            self.tr("Findings: ■ errors, ▨ warnings, □ notes"),
        )
        for number, title in enumerate(titles):
            self._add_plot(layout, title, is_latency=number == 1, is_last=number == len(titles) - 1)
        rate, latency, findings = self._plots
        self._rate = rate.plot(stepMode="center", fillLevel=0)
        self._p50 = latency.plot(connect="finite", symbol="o", symbolSize=_SYMBOL)
        self._p95 = latency.plot(connect="finite", symbol="t1", symbolSize=_SYMBOL + 1)
        self._late = pg.InfiniteLine(angle=0)
        latency.addItem(self._late, ignoreBounds=True)
        self._bars = {severity: pg.BarGraphItem(x=[], height=[], width=1) for severity, *_ in _SEVERITIES}
        for bars in self._bars.values():
            findings.addItem(bars)
        self.refresh_colours()

    def _add_plot(self, layout: QVBoxLayout, title: str, *, is_latency: bool, is_last: bool) -> None:
        heading = PlainLabel(title)
        heading.setProperty("muted", True)
        heading.setContentsMargins(14, 4, 14, 0)
        axes = {"bottom": _TimeAxis()} | ({"left": _LatencyAxis("left")} if is_latency else {})
        plot = pg.PlotWidget(axisItems=axes)
        plot.setAccessibleName(title)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setMouseEnabled(x=False, y=False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showGrid(y=True, alpha=0.25)
        plot.getAxis("left").setWidth(_AXIS_WIDTH)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.getAxis("bottom").setStyle(showValues=is_last)
        if self._plots:
            plot.setXLink(self._plots[0])
        line = pg.InfiniteLine(angle=90)
        line.hide()
        plot.addItem(line, ignoreBounds=True)
        plot.scene().sigMouseMoved.connect(lambda place, of=plot: self._on_mouse(of, place))
        self._plots.append(plot)
        self._headings.append(heading)
        self._lines.append(line)
        layout.addWidget(heading)
        layout.addWidget(plot, 1)

    # -- showing -----------------------------------------------------------------------------------------------

    def show_series(self, series: Series, late: float) -> None:
        """late: milliseconds after which an answer is late."""
        self._series = series
        edges = (series.begin + np.arange(len(series.rate) + 1) * series.width) / SECOND
        middles = edges[:-1] + series.width / SECOND / 2
        unit = unit_for(max(series.rate, default=0))
        rates = np.array(series.rate) * unit / SECOND
        self._headings[0].setText(self._rate_titles[unit])
        self._plots[0].setAccessibleName(self._rate_titles[unit])
        self._rate.setData(edges, rates)
        p50, p95 = np.log10(series.p50), np.log10(series.p95)
        for curve, values in ((self._p50, p50), (self._p95, p95)):
            has_any = not np.isnan(values).all()
            curve.setData(middles if has_any else [], values if has_any else [])
        self._late.setValue(log10(late))
        below = np.zeros(len(middles))
        for severity, bars in self._bars.items():
            heights = np.array(series.findings[severity], float)
            there = heights > 0
            bars.setOpts(x=middles[there], y0=below[there], height=heights[there], width=series.width / SECOND * 0.9)
            below += heights
        rate, latency, findings = self._plots
        rate.setXRange(edges[0], edges[-1], padding=0)
        rate.setYRange(0, rates.max(initial=_LEAST_RATE) * _ROOM, padding=0)
        findings.setYRange(0, below.max(initial=_LEAST_FINDINGS) * _ROOM, padding=0)
        known = np.concatenate([p50, p95, [log10(late)]])
        least, most = np.nanmin(known), np.nanmax(known)
        latency.setYRange(floor(least), max(ceil(most), floor(least) + 1), padding=0.05)
        self._point(self._at if self._at < len(series.rate) else -1)

    def refresh_colours(self) -> None:
        """Those of the theme."""
        text, grid, accent = colour("muted"), colour("line"), colour("accent")
        for plot, line in zip(self._plots, self._lines, strict=True):
            plot.setBackground(colour("window"))
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(pg.mkPen(grid))
                axis.setTextPen(pg.mkPen(text))
            line.setPen(pg.mkPen(colour("text"), width=1))
        fill = QColor(accent)
        fill.setAlpha(_FILL)
        self._rate.setPen(pg.mkPen(accent, width=_PEN))
        self._rate.setFillBrush(pg.mkBrush(fill))
        for curve, shade in ((self._p50, accent), (self._p95, colour("warning"))):
            curve.setPen(pg.mkPen(shade, width=_PEN))
            curve.setSymbolPen(pg.mkPen(shade))
            curve.setSymbolBrush(pg.mkBrush(shade))
        self._late.setPen(pg.mkPen(colour("bad"), width=1, style=Qt.PenStyle.DashLine))
        for severity, shade_name, pattern in _SEVERITIES:
            shade = colour(shade_name)
            self._bars[severity].setOpts(pen=pg.mkPen(shade), brush=QBrush(shade, pattern))

    # -- pointing ----------------------------------------------------------------------------------------------

    @property
    def at(self) -> int:
        """The bin that is pointed at; -1: none."""
        return self._at

    def _on_mouse(self, plot: Any, place: QPointF) -> None:
        if self._series is None:
            return
        is_inside = plot.plotItem.vb.sceneBoundingRect().contains(place)
        seconds = plot.plotItem.vb.mapSceneToView(place).x() if is_inside else nan
        at = -1 if isnan(seconds) else int((seconds * SECOND - self._series.begin) // self._series.width)
        self._point(at if 0 <= at < len(self._series.rate) else -1)

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self._point(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bins = len(self._series.rate) if self._series is not None else 0
        at = {
            Qt.Key.Key_Left: max(0, (self._at if self._at >= 0 else bins) - 1),
            Qt.Key.Key_Right: min(bins - 1, self._at + 1) if self._at >= 0 else bins - 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: bins - 1,
            Qt.Key.Key_Escape: -1,
        }.get(Qt.Key(event.key()))
        if at is None or not bins:
            super().keyPressEvent(event)
        else:
            self._point(at)

    def _point(self, at: int) -> None:
        self._at = at
        for line in self._lines:
            line.setVisible(at >= 0)
            if at >= 0 and self._series is not None:
                line.setValue((self._series.begin + (at + 0.5) * self._series.width) / SECOND)
        self.pointed.emit(at)
