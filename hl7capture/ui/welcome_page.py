"""Where a person begins: an interface, a capture file, or the simulated analyzers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from hl7capture.model.source import Interface
from hl7capture.ui.font_size import scaled
from hl7capture.ui.icons import app_icon, icon
from hl7capture.ui.recent_files import FileFacts
from hl7capture.ui.welcome.interface_list import InterfaceList
from hl7capture.ui.welcome.problem_row import ProblemRow
from hl7capture.ui.welcome.recent_list import RecentList

_WIDEST = 1080  # pixels
_SIDE_BY_SIDE = 760  # from this width on, with letters of the normal size; below it, one card over the other
_LEAST_LIST = 110  # height of a list that scrolls


class WelcomePage(QScrollArea):
    """Says what is wanted; the main window does it. Where there is too little room it scrolls, up and down alone."""

    interfaces_chosen = Signal(list)  # list[str]: names
    administrator_wanted = Signal(list)  # list[str]: names, to listen on with an administrator's rights
    seen = Signal()  # the page has come into view
    file_chosen = Signal(Path)
    forget_wanted = Signal(Path)  # from the recent captures
    open_wanted = Signal()
    try_wanted = Signal()
    refresh_wanted = Signal()
    remote_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_about_the_list = False
        self.interfaces = InterfaceList()
        self.interfaces.itemActivated.connect(lambda _item: self._listen())
        self.interfaces.itemSelectionChanged.connect(self._on_selected)
        self.listen = QPushButton(self.tr("Start listening"))
        self.listen.setProperty("primary", True)
        self.listen.setEnabled(False)
        self.listen.clicked.connect(self._listen)
        self.missing = ProblemRow()
        self.missing.administrator_wanted.connect(self._listen_as_administrator)
        self.problem = self.missing.text
        self.nothing = QLabel(self.tr("No interface was found."))
        self.nothing.setProperty("muted", True)
        self.nothing.hide()
        self.refresh = QPushButton(self.tr("Refresh"))
        self.refresh.setToolTip(self.tr("Look for interfaces again (F5)"))
        self.refresh.clicked.connect(self.refresh_wanted)
        self.remote = QPushButton(self.tr("Remote interface…"))
        self.remote.setToolTip(self.tr("Listen on another machine, through ssh (Ctrl+R)"))
        self.remote.clicked.connect(self.remote_wanted)
        self.recent_heading = QLabel(self.tr("Recent"))
        self.recent_heading.setProperty("muted", True)
        self.recent_heading.hide()
        self.recent = RecentList()
        self.recent.file_chosen.connect(self.file_chosen)
        self.recent.forget_wanted.connect(self.forget_wanted)
        self.open = QPushButton(self.tr("Open a capture…"))
        self.open.clicked.connect(self.open_wanted)
        self.try_it = QPushButton(self.tr("Try it: simulated analyzer"))
        self.try_it.clicked.connect(self.try_wanted)

        self._columns = QHBoxLayout()
        self._columns.setSpacing(18)
        self._columns.addWidget(self._listen_card(), 3)
        right = QVBoxLayout()
        right.setSpacing(18)
        right.addWidget(self._open_card(), 1)
        right.addWidget(self._try_card())
        self._columns.addLayout(right, 2)
        inside = QVBoxLayout()
        inside.setSpacing(18)
        inside.addLayout(self._head())
        inside.addLayout(self._columns, 1)
        frame = QWidget()
        frame.setMaximumWidth(_WIDEST)
        frame.setLayout(inside)
        page = QWidget()
        outside = QHBoxLayout(page)
        outside.setContentsMargins(32, 26, 32, 28)
        outside.addStretch()
        outside.addWidget(frame, 100)
        outside.addStretch()
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands in it takes it
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fit()
        self.refresh_colours()

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self.open.setIcon(icon("open"))
        self.try_it.setIcon(icon("try"))
        self.refresh.setIcon(icon("refresh"))
        for part in (self.interfaces, self.recent, self.missing):
            part.refresh_colours()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Larger letters need more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        """The cards stand side by side where there is room for that."""
        is_wide = self.width() >= scaled(_SIDE_BY_SIDE)
        self._columns.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)
        for rows in (self.interfaces, self.recent):
            rows.setMinimumHeight(scaled(_LEAST_LIST))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen.emit()

    def show_interfaces(self, found: Sequence[Interface], preferred: Sequence[str]) -> None:
        """The list; those that are neither up nor have an address are not worth a line."""
        if self._is_about_the_list:  # why a capture failed stays until the next one is begun
            self.show_problem("")
        self.interfaces.show_interfaces(found, preferred)
        self.nothing.setVisible(self.interfaces.count() == 0)

    def show_recent(self, paths: Sequence[Path], facts: Mapping[Path, FileFacts | None]) -> None:
        """The captures opened last. facts: see RecentFiles."""
        self.recent_heading.setVisible(bool(paths))
        self.recent.show_files(paths, facts)

    def show_problem(self, text: str, *, is_about_the_list: bool = False, lacks_rights: bool = False) -> None:
        """Why one cannot listen, and what mends it; "" where nothing is wrong."""
        self._is_about_the_list = is_about_the_list
        self.missing.show_problem(text, is_notice=is_about_the_list and lacks_rights, lacks_rights=lacks_rights)

    def _head(self) -> QHBoxLayout:
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(48, 48))
        title = QLabel(self.tr("HL7 Capture"))
        title.setProperty("heading", True)
        about = QLabel(self.tr("Listen to the conversation between devices and the LIS. Nothing is ever sent."))
        about.setWordWrap(True)
        about.setProperty("muted", True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(about)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(picture)
        head.addLayout(words, 1)
        return head

    def _listen_card(self) -> QFrame:
        buttons = QHBoxLayout()
        buttons.addWidget(self.listen)
        buttons.addWidget(self.refresh)
        buttons.addWidget(self.remote)
        buttons.addStretch()
        return _card(self.tr("Listen on an interface"), self.nothing, self.interfaces, self.missing, buttons)

    def _open_card(self) -> QFrame:
        hint = QLabel(self.tr("or drop it here: pcap and pcapng, of tcpdump, Wireshark and others"))
        hint.setWordWrap(True)
        hint.setProperty("muted", True)
        return _card(self.tr("Read a capture"), self.open, hint, self.recent_heading, self.recent)

    def _try_card(self) -> QFrame:
        hint = QLabel(self.tr("Analyzers talk to a LIS, one in each framing. It needs no rights and no network."))
        hint.setWordWrap(True)
        hint.setProperty("muted", True)
        return _card(self.tr("No device at hand?"), hint, self.try_it)

    def _on_selected(self) -> None:
        self.listen.setEnabled(bool(self.interfaces.selectedItems()))

    def _listen(self) -> None:
        """On all that are selected, in the order of the list."""
        if self.interfaces.chosen:
            self.interfaces_chosen.emit(self.interfaces.chosen)

    def _listen_as_administrator(self) -> None:
        if self.interfaces.chosen:
            self.administrator_wanted.emit(self.interfaces.chosen)


def _card(title: str, *parts: QWidget | QHBoxLayout) -> QFrame:
    card = QFrame()
    card.setProperty("card", True)
    heading = QLabel(title)
    heading.setProperty("section", True)
    layout = QVBoxLayout(card)
    layout.setContentsMargins(18, 14, 18, 16)
    layout.setSpacing(10)
    layout.addWidget(heading)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
    return card
