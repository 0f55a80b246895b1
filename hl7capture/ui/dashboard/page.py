"""The dashboard's page: what is looked at, the links, the plots, and their numbers in words."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hl7capture.app.statistics.board import Board, View, Wanted
from hl7capture.app.statistics.live import LIVE
from hl7capture.hl7.statistics.links import LinkState
from hl7capture.hl7.statistics.series import DAY, HOUR, SECOND, Link
from hl7capture.ui.announcing import describe
from hl7capture.ui.dashboard.choice_box import ChoiceBox
from hl7capture.ui.dashboard.link_table import LinkTable
from hl7capture.ui.dashboard.plots import Plots
from hl7capture.ui.dashboard.words import latency_text, rate_text, unit_for
from hl7capture.ui.locale_words import moment_text, number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import CopyableLabel, PlainLabel
from hl7capture.ui.severity import severity_word
from hl7capture.ui.thin_bar import ThinBar

_LONGEST = 60  # characters of a link, a kind
_MOST_CODES = 4  # in the sentence
_SEVERITIES = ("error", "warning", "note")


class DashboardPage(QWidget):
    """Shows what the board tells, and tells it what is wanted."""

    filter_wanted = Signal(str)  # an expression of the filter language: these sessions are wanted

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._view: View | None = None
        self._wanted_link: Link | None = None  # to be chosen
        self.setAccessibleName(self.tr("Dashboard"))
        self._make_parts()
        self._lay_out()
        board.shown.connect(self._on_shown)
        board.states_shown.connect(self._on_states)
        board.progressed.connect(self._on_progress)
        for box in (self.range, self.link, self.kind):
            box.chosen_changed.connect(self._want)
        self.cancel.clicked.connect(self._cancel)
        self.links.filter_wanted.connect(self.filter_wanted)
        self.links.selectionModel().selectionChanged.connect(self._on_chosen)
        self.links.links.modelReset.connect(self._on_chosen)
        self.sessions.clicked.connect(self.links.show_sessions)
        self.plots.pointed.connect(self._on_pointed)

    def refresh_colours(self) -> None:
        """The theme is another one."""
        self.plots.refresh_colours()
        self.links.viewport().update()

    def _make_parts(self) -> None:
        self.range = ChoiceBox[float | None](self.tr("Time"), (self.tr("Live: last 5 minutes"), LIVE))
        self.range.offer(
            [
                (self.tr("Last hour"), HOUR),
                (self.tr("Last day"), DAY),
                (self.tr("Last 7 days"), 7 * DAY),
                (self.tr("Last 30 days"), 30 * DAY),
                (self.tr("All"), None),
            ]
        )
        self.link = ChoiceBox[Link | None](self.tr("Link"), (self.tr("All links"), None))
        self.kind = ChoiceBox[str | None](self.tr("Message type"), (self.tr("All messages but ACK"), None))
        self.readout = PlainLabel(wraps=True)
        self.readout.setContentsMargins(14, 6, 14, 2)
        self.readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.links = LinkTable()
        self.sessions = QPushButton(self.tr("Show its sessions"))
        self.sessions.setToolTip(self.tr("The sessions of the chosen link (Enter)"))
        self.sessions.setEnabled(False)
        self.connections = CopyableLabel()
        self.connections.setContentsMargins(14, 6, 14, 6)
        self.connections.hide()
        self.plots = Plots()
        self.progress = ThinBar(self.tr("How far the past is counted"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.nothing = QLabel(
            self.tr("No link has been heard yet. Start listening (Ctrl+E), or try the simulated analyzer in the menu.")
        )
        self.nothing.setProperty("muted", True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)

    def _lay_out(self) -> None:
        choices = QHBoxLayout()
        choices.setContentsMargins(14, 10, 14, 8)
        choices.setSpacing(8)
        for box in (self.range, self.link, self.kind):
            choices.addWidget(box)
        choices.addStretch(1)
        choices.addWidget(self.sessions)
        self.reading = QWidget()
        row = QHBoxLayout(self.reading)
        row.setContentsMargins(14, 0, 14, 6)
        row.addWidget(QLabel(self.tr("Reading sessions on disk")))
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self.reading.hide()
        self.overview = QStackedWidget()
        self.overview.addWidget(self.nothing)
        self.overview.addWidget(self.links)
        below = QWidget()
        plots = QVBoxLayout(below)
        plots.setContentsMargins(0, 0, 0, 0)
        plots.setSpacing(0)
        plots.addWidget(self.connections)
        plots.addWidget(self.readout)
        plots.addWidget(self.plots, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setHandleWidth(1)
        splitter.addWidget(self.overview)
        splitter.addWidget(below)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([170, 430])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(choices)
        layout.addWidget(self.reading)
        layout.addWidget(splitter, 1)

    def show_link(self, link: Link) -> None:
        """Chooses a link, as soon as it stands in the table."""
        self._wanted_link = link
        self._choose_wanted()

    def _choose_wanted(self) -> None:
        if self._wanted_link is not None and self.links.links.row_of(self._wanted_link) is not None:
            self.links.choose(self._wanted_link)
            self._wanted_link = None
            self.links.setFocus()

    # -- what a person wants -----------------------------------------------------------------------------------

    def _want(self) -> None:
        self._board.want(Wanted(self.range.chosen, self.link.chosen, self.kind.chosen))

    def _cancel(self) -> None:
        """Back to what needs no reading."""
        self._board.cancel()
        self.range.choose(LIVE)

    def _on_chosen(self) -> None:
        self.sessions.setEnabled(self.links.chosen is not None)
        self._show_connections()

    def _show_connections(self) -> None:
        """What is wrong with those of the chosen link that had no session, and what to do."""
        link = self.links.chosen
        row = None if link is None else self.links.links.row_of(link)
        findings = () if row is None else self.links.links.connections(row)
        lines = [f"{severity_word(one.severity)}: {one.code}. {one.text} → {one.advice}" for one in findings]
        text = "\n".join(visible(line) for line in lines)
        if text != self.connections.text():
            self.connections.setText(text)
            self.connections.setVisible(bool(text))
            describe(self.links, text)

    # -- what the board tells ----------------------------------------------------------------------------------

    def _on_states(self, states: list[LinkState], now: float) -> None:
        self.links.show_states(states, now)
        self.overview.setCurrentWidget(self.links if states else self.nothing)
        self._choose_wanted()
        self._show_connections()

    def _on_shown(self, view: View) -> None:
        if view.wanted != self._board.wanted:
            return  # another one is on its way
        self._view = view
        self.link.offer([(visible(f"{link.device_ip} → {link.lis}", _LONGEST), link) for link in view.links])
        self.kind.offer([(visible(kind, _LONGEST), kind) for kind in view.kinds])
        self.plots.show_series(view.series, self._board.late)

    def _on_progress(self, done: int, total: int) -> None:
        self.reading.setVisible(total > 0)
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _on_pointed(self, at: int) -> None:
        view = self._view
        if view is None:
            return
        text = self._sentence(view) if at < 0 else self._bin(view, at)
        if text != self.readout.text():
            self.readout.setText(text)
            describe(self.plots, text)

    def _bin(self, view: View, at: int) -> str:
        series = view.series
        begin = series.begin + at * series.width
        found = ", ".join(self._number_of(severity, series.findings[severity][at]) for severity in _SEVERITIES)
        text = self.tr("{0} to {1}: messages {2}; latency p50 {3}, p95 {4}; {5}")
        return text.format(
            moment_text(begin, view.now, has_milliseconds=False),
            moment_text(begin + series.width, begin, has_milliseconds=False),
            rate_text(series.rate[at], unit_for(max(series.rate))),
            latency_text(series.p50[at]),
            latency_text(series.p95[at]),
            found,
        )

    def _sentence(self, view: View) -> str:
        """All bins in words."""
        totals = view.totals
        if not totals.messages and not totals.codes:
            return self.tr("Nothing was heard in this time. Choose a longer time, or another link or message type.")
        seconds = len(view.series.rate) * view.series.width / SECOND
        rate = totals.messages / seconds if seconds else 0.0
        messages = self.tr("1 message") if totals.messages == 1 else self.tr("{0} messages")
        text = self.tr("{0}, {1} on average; latency p50 {2}, p95 {3}; {4}").format(
            messages.format(number_text(totals.messages)),
            rate_text(rate, unit_for(rate)),
            latency_text(totals.p50),
            latency_text(totals.p95),
            ", ".join(self._number_of(severity, totals.sessions_with(severity)) for severity in _SEVERITIES),
        )
        codes = ", ".join(f"{number_text(number)} × {code}" for (code, _), number in totals.codes[:_MOST_CODES])
        more = self.tr(" and {0} more").format(number_text(len(totals.codes) - _MOST_CODES))
        return f"{text}: {codes}{more if len(totals.codes) > _MOST_CODES else ''}" if codes else text

    def _number_of(self, severity: str, number: int) -> str:
        words = {
            "error": (self.tr("1 error"), self.tr("{0} errors")),
            "warning": (self.tr("1 warning"), self.tr("{0} warnings")),
            "note": (self.tr("1 note"), self.tr("{0} notes")),
        }
        one, many = words[severity]
        return one if number == 1 else many.format(number_text(number))
